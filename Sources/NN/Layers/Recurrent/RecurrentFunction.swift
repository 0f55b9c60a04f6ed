internal import Autograd
internal import TensorModule

/// A layer's pass as a function with a backward: arguments ``RecurrentArguments/tensors``, results rows, final hidden and
/// cell state.
struct RecurrentFunction: CustomFunction {
  let pass: RecurrentPass
  let layout: RecurrentArguments.Layout

  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] {
    var trace: [Tensor]? = []
    let (rows, state) = pass.walk(RecurrentArguments(inputs, layout), &trace)
    context.saveForBackward(inputs + (trace ?? []))
    return [rows] + state.tensors
  }

  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] {
    let saved = context.savedTensors
    if ThreadMode.hasFailed { return (0..<layout.count).map { _ in nil } }
    let inputs = Array(saved[..<layout.count]), needs = context.needsInputGradient
    if isGradEnabled { return recordedBackward(gradients, inputs, needs) }
    let arguments = RecurrentArguments(inputs, layout)
    let back = walkBack(gradients, arguments.weights, saved[layout.count...])
    return parameterGradients(back, arguments, needs)
  }

  // MARK: Gradients of gradients

  /// The pass is taken again step by step, recorded, and walked back recorded.
  private func recordedBackward(_ gradients: [Tensor], _ inputs: [Tensor], _ needs: [Bool]) -> [Tensor?] {
    // Each with a node of its own, so that an input made from another is not walked through here: the engine does that.
    let leaves = zip(inputs, needs).map { input, needed in needed ? applyView(.reshape, input, input.layout) : input }
    var noTrace: [Tensor]?
    let (rows, state) = pass.walk(RecurrentArguments(leaves, layout), &noTrace)
    let wanted = leaves.indices.filter { needs[$0] }
    let results: [Tensor?] = grad(
      outputs: [rows] + state.tensors, inputs: wanted.map { leaves[$0] }, gradOutputs: gradients, createGraph: true,
      allowUnused: true)
    var all: [Tensor?] = inputs.map { _ in nil }
    for (index, result) in zip(wanted, results) { all[index] = result }
    return all
  }

  // MARK: Gradients

  /// The gradients along the steps, in the rows' order.
  private struct Back {
    var input: [Tensor] = []
    var own: [Tensor] = []
    /// Hidden states before the steps.
    var before: [Tensor] = []
    /// Of projected hidden states, and these before they were.
    var projected: [Tensor] = []
    var unprojected: [Tensor] = []
    var initial: RecurrentState

    mutating func reverse() {
      input.reverse()
      own.reverse()
      before.reverse()
      projected.reverse()
      unprojected.reverse()
    }
  }

  private func walkBack(_ gradients: [Tensor], _ weights: RecurrentWeights, _ trace: ArraySlice<Tensor>) -> Back {
    let stateCount = layout.hasCell ? 2 : 1, last = pass.batchSizes.count - 1
    let perStep = stateCount + (layout.hasCell ? 2 : 1) + (layout.hasProjection ? 1 : 0)
    let outputs = gradients[0].split(pass.batchSizes)
    let final = RecurrentState(hidden: gradients[1], cell: layout.hasCell ? gradients[2] : nil)
    var gradient = pass.isReversed ? final : final.rows(0, pass.size(last))
    var back = Back(initial: gradient)
    // Of initial states that came in after others, shortest sequence first.
    var begun: [RecurrentState] = []
    for count in stride(from: last, through: 0, by: -1) {
      let size = pass.size(count)
      if count < last && size > pass.size(count + 1) {
        gradient = RecurrentState.joined([gradient, final.rows(pass.size(count + 1), size)]) { Tensor.cat($0) }
      }
      let first = trace.startIndex + count * perStep
      let before = RecurrentState(hidden: trace[first], cell: layout.hasCell ? trace[first + 1] : nil)
      gradient.hidden = gradient.hidden + outputs[pass.place(count)]
      if let projection = weights.projection {
        back.projected.append(gradient.hidden)
        back.unprojected.append(trace[first + perStep - 1])
        gradient.hidden = gradient.hidden.matmul(projection)
      }
      let step = pass.cell.stepGradient(gradient, before, trace[(first + stateCount)..<(first + perStep)])
      let through = step.own.matmul(weights.hidden)
      gradient = RecurrentState(hidden: step.state.hidden.map { through + $0 } ?? through, cell: step.state.cell)
      back.input.append(step.input)
      back.own.append(step.own)
      back.before.append(before.hidden)
      if count > 0 && size > pass.size(count - 1) {
        begun.append(gradient.rows(pass.size(count - 1), size))
        gradient = gradient.rows(0, pass.size(count - 1))
      }
    }
    // Steps were walked back: the last taken came first.
    if !pass.isReversed { back.reverse() }
    back.initial =
      begun.isEmpty ? gradient : RecurrentState.joined([gradient] + begun.reversed()) { Tensor.cat($0) }
    return back
  }

  /// The gradients of the arguments, in their order: products over all rows at once.
  private func parameterGradients(_ back: Back, _ arguments: RecurrentArguments, _ needs: [Bool]) -> [Tensor?] {
    let input = Tensor.cat(back.input), own = pass.cell == .gru ? Tensor.cat(back.own) : input
    let inputBias = layout.hasBias ? input.sum(dim: 0) : nil
    let stateCount = layout.hasCell ? 2 : 1
    var result: [Tensor?] = [needs[0] ? input.matmul(arguments.weights.input) : nil]
    result += back.initial.tensors.map { $0 }
    result.append(needs[1 + stateCount] ? input.mT.matmul(arguments.rows) : nil)
    result.append(needs[2 + stateCount] ? own.mT.matmul(Tensor.cat(back.before)) : nil)
    if layout.hasBias {
      result.append(inputBias)
      result.append(pass.cell == .gru ? own.sum(dim: 0) : inputBias)
    }
    if layout.hasProjection { result.append(Tensor.cat(back.projected).mT.matmul(Tensor.cat(back.unprojected))) }
    return result
  }
}
