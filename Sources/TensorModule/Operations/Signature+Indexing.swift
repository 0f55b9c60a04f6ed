extension Primitive {
  static func concatenateSignature(_ operands: Operands, dim: Int) throws(TensorError) -> Signature {
    // PyTorch skips empty 1-d tensors, whatever the others' rank.
    let tensors = operands.array
    let reference = tensors.first { !($0.rank == 1 && $0.elementCount == 0) } ?? tensors[0]
    var state = PromotionState()
    var total = 0
    for (position, tensor) in tensors.enumerated() {
      state.include(tensor)
      if tensor.device != reference.device { throw .deviceMismatch(operation: "cat", reference, tensor) }
      if tensor.rank == 1 && tensor.elementCount == 0 && reference.rank != 1 { continue }
      guard tensor.rank == reference.rank, tensor.rank > 0 else {
        throw TensorError(
          "cat", of: reference, tensor,
          rule: tensor.rank == 0
            ? "tensor \(position) has no dimensions" : "tensor \(position) has \(tensor.rank) dimensions, not \(reference.rank)",
          hint: tensor.rank == 0 ? "use stack" : nil)
      }
      for i in 0..<tensor.rank where i != dim && tensor.shape[i] != reference.shape[i] {
        throw TensorError(
          "cat", of: reference, tensor,
          rule: "sizes must agree except in dimension \(dim): tensor \(position) has \(tensor.shape[i]) at dimension \(i), expected \(reference.shape[i])")
      }
      total += tensor.shape[dim]
    }
    var shape = reference.shape
    shape[dim] = total
    return Signature(shape, state.result)
  }

  private static func checkIndex(_ name: String, _ x: Tensor, _ index: Tensor) throws(TensorError) {
    guard index.dtype == .int64 else {
      throw TensorError(name, of: x, index, rule: "the index must be int64, not \(index.dtype)", hint: "convert it with to(.int64)")
    }
    if index.device != x.device { throw .deviceMismatch(operation: name, x, index) }
  }

  static func indexSelectSignature(_ x: Tensor, _ index: Tensor, dim: Int) throws(TensorError) -> Signature {
    try checkIndex("indexSelect", x, index)
    guard index.rank <= 1 else {
      throw TensorError("indexSelect", of: x, index, rule: "the index must have one dimension, not \(index.rank)")
    }
    guard x.rank > 0 || index.elementCount == 1 else {
      throw TensorError("indexSelect", of: x, index, rule: "a 0-d tensor has one element to select, not \(index.elementCount)")
    }
    var shape = x.shape
    if x.rank > 0 { shape[dim] = index.elementCount }
    return Signature(shape, x.dtype)
  }

  static func indexScatterSignature(
    _ name: String, _ x: Tensor, _ index: Tensor, _ source: Tensor, dim: Int
  ) throws(TensorError) -> Signature {
    try checkIndex(name, x, index)
    guard index.rank <= 1, x.rank > 0 || index.elementCount == 1 else {
      throw TensorError(
        name, of: x, index, source, rule: "the index must have one dimension, and one element for a 0-d target")
    }
    var expected = x.shape
    if x.rank > 0 { expected[dim] = index.elementCount }
    guard source.shape == expected else {
      throw TensorError(
        name, of: x, index, source, rule: "the source must have shape \(expected.tupleDescription)")
    }
    guard source.dtype == x.dtype else {
      throw TensorError(name, of: x, index, source, rule: "target is \(x.dtype), source \(source.dtype)")
    }
    return Signature(x.shape, x.dtype)
  }

  static func gatherSignature(_ x: Tensor, _ index: Tensor, dim: Int) throws(TensorError) -> Signature {
    try checkIndex("gather", x, index)
    try checkFits("gather", x, index, dim: dim)
    return Signature(index.shape, x.dtype)
  }

  static func scatterSignature(
    _ name: String, _ x: Tensor, _ index: Tensor, _ source: Tensor, dim: Int
  ) throws(TensorError) -> Signature {
    try checkIndex(name, x, index)
    try checkFits(name, x, index, dim: dim)
    guard source.rank == index.rank, zip(index.shape, source.shape).allSatisfy({ $0 <= $1 }) else {
      throw TensorError(name, of: x, index, source, rule: "the index must not be larger than the source in any dimension")
    }
    guard source.dtype == x.dtype else {
      throw TensorError(name, of: x, index, source, rule: "target is \(x.dtype), source \(source.dtype)")
    }
    return Signature(x.shape, x.dtype)
  }

  private static func checkFits(_ name: String, _ x: Tensor, _ index: Tensor, dim: Int) throws(TensorError) {
    guard x.rank == index.rank else {
      throw TensorError(name, of: x, index, rule: "the index has \(index.rank) dimensions, the tensor \(x.rank)")
    }
    for i in 0..<x.rank where i != dim && index.shape[i] > x.shape[i] {
      throw TensorError(
        name, of: x, index, rule: "the index is larger (\(index.shape[i])) than the tensor (\(x.shape[i])) at dimension \(i)")
    }
  }
}
