internal import TensorModule

// Losses of several steps are computed in float32 where half precisions would round at each, and rounded once.

extension Functional {
  /// A tensor in the type in which kernels compute.
  static func wide(_ x: Tensor) -> Tensor { x.to(x.dtype.computeType) }
  /// The same, integers as float32.
  static func wideReal(_ x: Tensor) -> Tensor { x.to(x.dtype.floatingPoint.computeType) }

  /// The type that operands give together.
  static func resultType(_ tensors: Tensor...) -> DType {
    var state = PromotionState()
    for tensor in tensors { state.include(tensor) }
    return state.result
  }

  /// The elements' losses as one, in the type.
  static func reduced(_ losses: Tensor, _ reduction: Reduction, _ dtype: DType) -> Tensor { reduction(losses).to(dtype) }

  /// max(x, least), with the slope of x everywhere.
  static func raised(_ x: Tensor, to least: Double) -> Tensor {
    let value = x.detach().clamp(min: least)
    return Recording.records(x.flags, .current) ? value + (x - x.detach()) : value
  }
}
