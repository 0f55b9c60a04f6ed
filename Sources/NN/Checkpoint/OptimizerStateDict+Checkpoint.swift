public import Interchange

extension OptimizerStateDict {
  /// The state as PyTorch saves it: `{"state": {0: {…}}, "param_groups": [{…}]}`.
  public var checkpointValue: CheckpointValue {
    var states = CheckpointDictionary()
    for (number, entries) in state.sorted(by: { $0.key < $1.key }) {
      states[.int(number)] = .dictionary(CheckpointDictionary(entries))
    }
    return [
      "state": .dictionary(states),
      "param_groups": .list(parameterGroups.map { .dictionary(CheckpointDictionary($0)) }),
    ]
  }

  /// The state that `torch.save(optimizer.state_dict(), …)` wrote, or ``checkpointValue`` gave.
  ///
  /// ```swift
  /// let checkpoint = try PyTorchFile.read("checkpoint.pt")
  /// try optimizer.loadStateDict(OptimizerStateDict(checkpoint["optimizer"] ?? [:]))
  /// ```
  /// - Throws: ``OptimizerStateError`` if it has another form.
  public init(_ value: CheckpointValue) throws(OptimizerStateError) {
    func refusal(_ rule: String) -> OptimizerStateError { OptimizerStateError("OptimizerStateDict", rule) }
    guard let states = value["state"]?.dictionary, let groups = value["param_groups"]?.list else {
      throw refusal("an optimizer's state is a dictionary with state and param_groups, not \(value.kind)")
    }
    var result = OptimizerStateDict(parameterGroups: [])
    for (key, entries) in states {
      guard let number = key.int, let entries = entries.dictionary else {
        throw refusal("the entry \(key.value) of state is not the state of a parameter's number")
      }
      result.state[number] = entries.stateValues
    }
    for group in groups {
      guard let entries = group.dictionary else { throw refusal("param_groups holds \(group.kind)") }
      result.parameterGroups.append(entries.stateValues)
    }
    self = result
  }
}
