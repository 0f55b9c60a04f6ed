internal import Autograd
public import TensorModule

/// The state of an optimizer in PyTorch's structure, `{state: {index: {…}}, param_groups: [{…, params: [index, …]}]}`:
/// what a checkpoint holds beside the model's state.
public struct OptimizerStateDict: Sendable {
  /// What is remembered of each parameter, by its number: parameters are counted through the groups.
  public var state: [Int: [String: StateValue]]
  /// The options of each group, and under `params` the numbers of its parameters.
  public var parameterGroups: [[String: StateValue]]

  /// A state of these parts.
  public init(state: [Int: [String: StateValue]] = [:], parameterGroups: [[String: StateValue]]) {
    self.state = state
    self.parameterGroups = parameterGroups
  }
}

extension Optimizer {
  /// Nothing.
  public func parameterState(of parameter: Tensor) -> [String: StateValue] { [:] }

  /// Refuses all but nothing.
  public func setParameterState(
    _ state: [String: StateValue], of parameter: Tensor, isTrial: Bool
  ) throws(OptimizerStateError) {
    if let key = state.keys.sorted().first {
      throw OptimizerStateError(optimizerName, "this optimizer remembers nothing of a parameter; the state has \(key)")
    }
  }

  /// The class's name, for errors.
  var optimizerName: String { _typeName(type(of: self), qualified: false) }

  /// The options of all groups and what is remembered of the parameters (PyTorch's `state_dict`). The tensors are the
  /// optimizer's own: `clone()` those that must not follow the training.
  public func stateDict() -> OptimizerStateDict {
    var result = OptimizerStateDict(parameterGroups: [])
    var number = 0
    for group in groups {
      var entries: [String: StateValue] = [:]
      for field in Options.fields { entries[field.key] = field.read(group.options) }
      for (key, value) in group.schedule { entries[key] = .double(value) }
      var numbers: [StateValue] = []
      for parameter in group.parameters {
        let remembered = parameterState(of: parameter)
        if !remembered.isEmpty { result.state[number] = remembered }
        numbers.append(.int(number))
        number += 1
      }
      entries["params"] = .list(numbers)
      result.parameterGroups.append(entries)
    }
    return result
  }

  /// Takes over a saved state: the options of all groups and what was remembered of the parameters, copied and converted
  /// to each parameter's type and device (PyTorch's `load_state_dict`). Options that the state does not name stay.
  /// - Throws: ``OptimizerStateError`` if it is the state of other groups or parameters; nothing is changed then.
  public func loadStateDict(_ saved: OptimizerStateDict) throws(OptimizerStateError) {
    let name = optimizerName
    guard saved.parameterGroups.count == groups.count else {
      throw OptimizerStateError(
        name, "the state has \(saved.parameterGroups.count) parameter groups, the optimizer \(groups.count)")
    }
    var changed = groups
    var remembered: [(parameter: Tensor, state: [String: StateValue])] = []
    for (position, entries) in saved.parameterGroups.enumerated() {
      let numbers = entries["params"]?.list?.compactMap(\.int) ?? []
      guard numbers.count == changed[position].parameters.count else {
        throw OptimizerStateError(
          name,
          """
          group \(position) has \(numbers.count) parameters in the state and \(changed[position].parameters.count) in the \
          optimizer
          """)
      }
      let known = Set(Options.fields.map(\.key))
      for field in Options.fields {
        guard let value = entries[field.key] else { continue }
        guard field.write(&changed[position].options, value) else {
          throw OptimizerStateError(name, "\(field.key) of group \(position) cannot be \(value)")
        }
      }
      if let invalidity = changed[position].options.invalidity { throw OptimizerStateError(name, invalidity) }
      for (key, value) in entries where key != "params" && !known.contains(key) {
        if let number = value.double { changed[position].schedule[key] = number }
      }
      for (parameter, number) in zip(changed[position].parameters, numbers) {
        remembered.append((parameter, saved.state[number] ?? [:]))
      }
    }
    for (parameter, state) in remembered { try setParameterState(state, of: parameter, isTrial: true) }
    groups = changed
    for (parameter, state) in remembered { try setParameterState(state, of: parameter, isTrial: false) }
  }
}

extension Optimizer {
  /// The options of the group that a parameter belongs to.
  func options(of parameter: Tensor) -> Options? {
    groups.first { $0.parameters.contains { $0 === parameter } }?.options
  }

  /// The number of groups.
  var groupCount: Int { groups.count }

  /// An option of a group by PyTorch's name.
  func option(_ key: String, ofGroup index: Int) -> StateValue? {
    guard let field = Options.fields.first(where: { $0.key == key }) else { return nil }
    return field.read(groups[index].options)
  }

  /// Changes an option of a group by PyTorch's name.
  func setOption(_ key: String, ofGroup index: Int, to value: StateValue) {
    guard let field = Options.fields.first(where: { $0.key == key }) else { return }
    _ = field.write(&groups[index].options, value)
  }

  /// What a scheduler keeps with a group.
  func scheduleEntry(_ key: String, ofGroup index: Int) -> Double? { groups[index].schedule[key] }

  /// Keeps a number with a group.
  func setScheduleEntry(_ key: String, ofGroup index: Int, to value: Double) { groups[index].schedule[key] = value }
}
