internal import Autograd
internal import CPUKernels
internal import TensorModule

/// What an optimizer remembers of one parameter.
struct StepMemory {
  /// How many steps the parameter has seen, this one included.
  var step = 0
  /// The rule's tensors, in the order of its ``StepRule/slotKeys``.
  var slots: [Tensor?]
  /// The rule's numbers, in the order of its ``StepRule/numbers``. PyTorch keeps them as float32 tensors.
  var numbers: [Float]
}

/// How an optimizer changes one parameter, without the bookkeeping around it.
protocol StepRule {
  associatedtype Options: OptimizerOptions
  /// The optimizer's name, for errors.
  var name: String { get }
  /// PyTorch's keys of the tensors that are remembered.
  var slotKeys: [String] { get }
  /// PyTorch's keys of the numbers that are remembered.
  var numberKeys: [String] { get }
  /// Whether steps are counted in the state.
  var countsSteps: Bool { get }
  /// Whether every slot has the parameter's shape.
  var slotsAreLikeParameter: Bool { get }
  /// Why the rule cannot change this parameter, or nil.
  func invalidity(of parameter: Tensor) -> String?
  /// What to remember before the first step.
  func begin(_ memory: inout StepMemory, _ parameter: Tensor, _ options: Options)
  /// Makes the tensors that the options ask for; before each step.
  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: Options)
  /// Steps with a fused kernel over contiguous memory on the CPU; false if there is none.
  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Options) -> Bool
  /// Steps by tensor operations, for all other devices, types and layouts.
  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Options)
}

extension StepRule {
  var numberKeys: [String] { [] }
  var countsSteps: Bool { true }
  var slotsAreLikeParameter: Bool { true }
  func invalidity(of parameter: Tensor) -> String? { nil }
  func begin(_ memory: inout StepMemory, _ parameter: Tensor, _ options: Options) {}
  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: Options) {
    for index in slotKeys.indices where memory.slots[index] == nil { memory.slots[index] = Tensor.zerosLike(parameter) }
  }
  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Options) -> Bool { false }

  /// The gradient after a change of sign and weight decay.
  func direction(_ parameter: Tensor, _ gradient: Tensor, maximize: Bool, weightDecay: Double) -> Tensor {
    let gradient = maximize ? -gradient : gradient
    return weightDecay == 0 ? gradient : gradient + parameter * weightDecay
  }

  /// Runs a shared kernel over a parameter, its gradient and the memory's tensors.
  func run(_ numbers: mk_step, _ parameter: Tensor, _ gradient: Tensor, _ memory: StepMemory, _ slots: [Int]) -> Bool {
    var numbers = numbers
    let tensors = slots.map { $0 < 0 ? nil : memory.slots[$0] }
    func state(_ position: Int) -> UnsafeMutableRawPointer? {
      position < tensors.count ? tensors[position]?.dataPointer : nil
    }
    return withExtendedLifetime((parameter, gradient, tensors)) {
      mk_run_step(
        &numbers, parameter.dtype.code, Int64(parameter.elementCount), parameter.dataPointer, gradient.dataPointer, state(0),
        state(1), state(2))
    } == MK_OK
  }
}

/// Runs a rule over groups of parameters and keeps what it remembers.
final class StepEngine<Rule: StepRule> {
  let rule: Rule
  private var memories: [ObjectIdentifier: StepMemory] = [:]

  init(_ rule: Rule) { self.rule = rule }

  /// The groups, after failing if one cannot be optimized.
  func checked(_ groups: [ParameterGroup<Rule.Options>]) -> [ParameterGroup<Rule.Options>] {
    let groups = OptimizerChecks.checked(groups, rule.name)
    if ThreadMode.hasFailed { return groups }
    for group in groups {
      for parameter in group.parameters {
        if let invalidity = rule.invalidity(of: parameter) {
          fail(TensorError(rule.name, of: parameter, rule: invalidity))
          return groups
        }
      }
    }
    return groups
  }

  func step(_ groups: [ParameterGroup<Rule.Options>]) {
    if ThreadMode.hasFailed { return }
    withNoGrad {
      for group in groups {
        for parameter in group.parameters {
          if let gradient = parameter.gradientToStep(rule.name) { update(parameter, gradient, group.options) }
          if ThreadMode.hasFailed { return }
        }
      }
    }
  }

  private func update(_ parameter: Tensor, _ gradient: Tensor, _ options: Rule.Options) {
    let id = ObjectIdentifier(parameter)
    // Taken out, so that the memory's tensors are not copied on writing.
    var memory = memories.removeValue(forKey: id) ?? fresh(parameter, options)
    let before = memory
    follow(parameter, &memory)
    rule.prepare(&memory, parameter, options)
    if ThreadMode.hasFailed {
      memories[id] = before
      return
    }
    memory.step += 1
    let canFuse = rule.slotsAreLikeParameter && parameter.canStepFused(with: gradient)
      && memory.slots.allSatisfy { $0?.liesLike(parameter) ?? true }
    if canFuse && rule.stepFused(parameter, gradient, &memory, options) {
      parameter.bumpVersion()
    } else {
      rule.step(parameter, gradient, &memory, options)
    }
    memories[id] = memory
  }

  private func fresh(_ parameter: Tensor, _ options: Rule.Options) -> StepMemory {
    var memory = StepMemory(
      slots: Array(repeating: nil, count: rule.slotKeys.count), numbers: Array(repeating: 0, count: rule.numberKeys.count))
    rule.begin(&memory, parameter, options)
    return memory
  }

  /// Follows a parameter that was moved or converted.
  private func follow(_ parameter: Tensor, _ memory: inout StepMemory) {
    for index in memory.slots.indices {
      guard let slot = memory.slots[index], slot.device != parameter.device || slot.dtype != parameter.dtype else { continue }
      memory.slots[index] = slot.to(parameter.device).to(parameter.dtype)
    }
  }

  // MARK: State

  func state(of parameter: Tensor) -> [String: StateValue] {
    guard let memory = memories[ObjectIdentifier(parameter)] else { return [:] }
    var result: [String: StateValue] = [:]
    // PyTorch counts steps in a float32 tensor.
    if rule.countsSteps { result["step"] = .tensor(Tensor.full([], Float(memory.step))) }
    for (key, slot) in zip(rule.slotKeys, memory.slots) { if let slot { result[key] = .tensor(slot) } }
    for (key, number) in zip(rule.numberKeys, memory.numbers) { result[key] = .tensor(Tensor.full([], number)) }
    return result
  }

  func setState(
    _ state: [String: StateValue], of parameter: Tensor, options: Rule.Options?, isTrial: Bool
  ) throws(OptimizerStateError) {
    let id = ObjectIdentifier(parameter)
    if state.isEmpty {
      if !isTrial { memories[id] = nil }
      return
    }
    guard let options else { throw OptimizerStateError(rule.name, "the parameter belongs to no group") }
    var memory = fresh(parameter, options)
    // Slots that begin filled are those of the state, or made again.
    var rest = Set(state.keys)
    if rule.countsSteps {
      guard let step = state["step"]?.int, step >= 0 else {
        throw OptimizerStateError(rule.name, "the state of a parameter has no number of steps")
      }
      memory.step = step
      rest.remove("step")
    }
    for (index, key) in rule.slotKeys.enumerated() {
      guard let value = state[key], !value.isNone else {
        rest.remove(key)
        continue
      }
      guard let tensor = value.tensor else { throw OptimizerStateError(rule.name, "\(key) is not a tensor") }
      if rule.slotsAreLikeParameter && tensor.shape != parameter.shape {
        throw OptimizerStateError(
          rule.name,
          "\(key) has the shape \(tensor.shape.tupleDescription), its parameter \(parameter.shape.tupleDescription)")
      }
      if !isTrial {
        memory.slots[index] = withNoGrad { tensor.detach().to(parameter.device).to(parameter.dtype).clone() }
      }
      rest.remove(key)
    }
    for (index, key) in rule.numberKeys.enumerated() {
      guard let number = state[key]?.double else { throw OptimizerStateError(rule.name, "the state has no number \(key)") }
      memory.numbers[index] = Float(number)
      rest.remove(key)
    }
    if let unknown = rest.sorted().first { throw OptimizerStateError(rule.name, "\(unknown) is not part of the state") }
    if !isTrial { memories[id] = memory }
  }
}
