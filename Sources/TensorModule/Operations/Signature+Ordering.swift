extension CumulativeOperation {
  func signature(_ x: Tensor) throws(TensorError) -> Signature {
    if self == .logSumExp && !x.dtype.isFloatingPoint {
      throw TensorError(
        name, of: x, rule: "needs a floating-point tensor, not \(x.dtype)", hint: "convert it with to(.float32)")
    }
    return Signature(x.shape, x.dtype, more: hasPositions ? [Specification(x.shape, .int64)] : [])
  }
}

extension OrderOperation {
  func signature(_ x: Tensor, dim: Int, count: Int) throws(TensorError) -> Signature {
    let size = x.rank == 0 ? 1 : x.shape[dim]
    var shape = x.shape
    func resize(_ count: Int) { if x.rank > 0 { shape[dim] = count } }
    switch self {
    case .ascending, .descending:
      break
    case .largest, .smallest:
      guard (0...size).contains(count) else {
        throw TensorError(
          name, of: x, rule: "k = \(count) is out of range for dimension \(dim) of size \(size)", hint: "expected 0 ... \(size)")
      }
      // A number has its one element or none.
      if x.rank == 0 && count == 0 { shape = [0] }
      resize(count)
    case .kthSmallest:
      guard count >= 1 && count <= size else {
        throw TensorError(
          name, of: x, rule: "k = \(count) is out of range for dimension \(dim) of size \(size)", hint: "expected 1 ... \(size)")
      }
      resize(1)
    case .median, .nanMedian, .mode:
      resize(1)
      guard size > 0 || shape.elementCount == 0 else {
        throw TensorError(
          name, of: x, rule: "there is no \(name) of no elements: dimension \(dim) has size 0",
          hint: "the dimension must not be empty")
      }
    }
    return Signature(shape, x.dtype, more: [Specification(shape, .int64)])
  }
}

extension Primitive {
  static func searchSortedSignature(_ sorted: Tensor, _ values: Tensor, _ dtype: DType) throws(TensorError) -> Signature {
    func refuse(_ rule: String, hint: String? = nil) -> TensorError {
      TensorError("searchsorted", of: sorted, values, rule: rule, hint: hint)
    }
    guard sorted.rank > 0 else { throw refuse("the sorted sequence must have a dimension") }
    guard sorted.rank == 1 || (sorted.rank == values.rank && sorted.shape.dropLast().elementsEqual(values.shape.dropLast())) else {
      throw refuse(
        "the sorted sequence must have one dimension, or agree with the values in all dimensions but the last")
    }
    guard sorted.dtype == values.dtype else {
      throw refuse("the sequence is \(sorted.dtype), the values are \(values.dtype)", hint: "convert one with to(_:)")
    }
    if sorted.device != values.device { throw .deviceMismatch(operation: "searchsorted", sorted, values) }
    if dtype == .int32 && sorted.shape[-1] > Int(Int32.max) {
      throw refuse("positions up to \(sorted.shape[-1]) do not fit into int32", hint: "leave out outInt32")
    }
    return Signature(values.shape, dtype)
  }
}
