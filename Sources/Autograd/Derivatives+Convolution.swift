internal import TensorModule

extension Primitive {
  func deriveConvolution(_ context: inout DerivativeContext) throws(TensorError) {
    switch self {
    case .convolution(var attributes):
      let g = context.takeGradient()
      if context.operandCount > 2 && context.needs(2) {
        context.give(g.sum(dims: [0] + (2..<g.rank)), to: 2)
      }
      if context.needs(0) {
        attributes.extent = spatial(context.shape(ofOperand: 0))
        context.give(apply(.convolutionInputGradient(attributes), g, try context.operand(1)), to: 0)
      }
      if context.needs(1) {
        attributes.extent = spatial(context.shape(ofOperand: 1))
        context.give(apply(.convolutionWeightGradient(attributes), try context.operand(0), g), to: 1)
      }
    case .convolutionInputGradient(var attributes):
      // Linear in both: the input gradient's gradient is a convolution again.
      let g = context.takeGradient()
      if context.needs(0) {
        // A transposed convolution's output padding may make room for windows that its input does not have.
        let full = apply(.convolution(attributes), g, try context.operand(1))
        context.give(cut(full, to: context.shape(ofOperand: 0)), to: 0)
      }
      if context.needs(1) {
        attributes.extent = spatial(context.shape(ofOperand: 1))
        context.give(apply(.convolutionWeightGradient(attributes), g, try context.operand(0)), to: 1)
      }
    case .convolutionWeightGradient(var attributes):
      let g = context.takeGradient()
      if context.needs(1) {
        let full = apply(.convolution(attributes), try context.operand(0), g)
        context.give(cut(full, to: context.shape(ofOperand: 1)), to: 1)
      }
      if context.needs(0) {
        attributes.extent = spatial(context.shape(ofOperand: 0))
        context.give(apply(.convolutionInputGradient(attributes), try context.operand(1), g), to: 0)
      }
    default:
      return
    }
  }

  private func cut(_ x: Tensor, to shape: Shape) -> Tensor {
    var result = x
    for dim in 2..<max(shape.rank, 2) where x.shape[dim] > shape[dim] {
      result = result.narrow(dim: dim, start: 0, length: shape[dim])
    }
    return result
  }

  private func spatial(_ shape: Shape) -> Spatial { Spatial(Array(shape.dropFirst(2)), filler: 1) }

  func derivePooling(_ context: inout DerivativeContext) throws(TensorError) {
    let g = context.takeGradient()
    switch self {
    case .maxPool(var attributes):
      attributes.extent = extent(attributes, context.shape(ofOperand: 0))
      context.give(apply(.maxPoolGradient(attributes), g, try context.output(1)), to: 0)
    case .maxPoolGradient(let attributes):
      context.give(apply(.maxPoolPick(attributes), g, try context.operand(1)), to: 0)
    case .maxPoolPick(var attributes):
      attributes.extent = extent(attributes, context.shape(ofOperand: 0))
      context.give(apply(.maxPoolGradient(attributes), g, try context.operand(1)), to: 0)
    case .averagePool(var attributes):
      attributes.extent = extent(attributes, context.shape(ofOperand: 0))
      context.give(apply(.averagePoolGradient(attributes), g), to: 0)
    case .averagePoolGradient(let attributes):
      context.give(apply(.averagePool(attributes), g), to: 0)
    default:
      return
    }
  }

  private func extent(_ attributes: PoolAttributes, _ shape: Shape) -> Spatial {
    Spatial(Array(shape.suffix(attributes.rank)), filler: 1)
  }
}
