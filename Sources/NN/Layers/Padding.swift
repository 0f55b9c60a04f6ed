public import TensorModule

/// How much a convolution's input grows at its borders: a number (`1`), one each for height and width (`[1, 2]`),
/// ``same`` or ``valid``.
public enum Padding: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// So many elements on both sides of each dimension.
  case size(IntPair)
  /// As many as keep the size; an odd one goes to the end (PyTorch's `'same'`). Only with a stride of 1.
  case same
  /// None (PyTorch's `'valid'`).
  case valid

  /// The same number for height and width.
  public init(integerLiteral value: Int) { self = .size(IntPair(value)) }

  /// `[height, width]`; one number stands for both.
  public init(arrayLiteral values: Int...) {
    if values.count != 1 && values.count != 2 {
      fail(TensorError("Padding", rule: "needs one or two numbers, got \(values.count)"))
    }
    self = .size(IntPair(values.first ?? 0, values.last ?? 0))
  }
}

/// What a convolution's input grows by.
public enum PaddingMode: Sendable, Hashable {
  /// Zeros.
  case zeros
  /// The input mirrored at its border, which is not repeated.
  case reflect
  /// The border repeated.
  case replicate
  /// The opposite side.
  case circular
}

extension Tensor {
  /// The tensor with elements added before and after a dimension, as the mode says.
  func padded(dim: Int, before: Int, after: Int, mode: PaddingMode) -> Tensor {
    if ThreadMode.hasFailed || (before == 0 && after == 0) { return self }
    let size = shape[dim]
    let (added, addedOverflows) = before.addingReportingOverflow(after)
    guard before >= 0, after >= 0, !addedOverflows, !added.addingReportingOverflow(size).overflow else {
      return failing(
        TensorError("pad", of: self, rule: "padding (\(before), \(after)) of dimension \(dim) must not be negative or too large"))
    }
    switch mode {
    case .zeros:
      var edges: [Tensor] = []
      for count in [before, after] {
        var edge = shape
        edge[dim] = count
        edges.append(Tensor.zeros(edge, dtype: dtype, device: device))
      }
      return Tensor.cat([edges[0], self, edges[1]], dim: dim)
    case .reflect:
      guard Swift.max(before, after) < size else {
        return failing(
          TensorError(
            "pad", of: self, rule: "reflecting needs a padding (\(before), \(after)) smaller than size \(size) of dimension \(dim)"))
      }
    case .circular:
      guard Swift.max(before, after) <= size else {
        return failing(
          TensorError(
            "pad", of: self, rule: "circular padding (\(before), \(after)) must not exceed size \(size) of dimension \(dim)"))
      }
    case .replicate:
      guard size > 0 else {
        return failing(TensorError("pad", of: self, rule: "dimension \(dim) is empty: there is no border to repeat"))
      }
    }
    let positions = (-before..<(size + after)).map { position in
      switch mode {
      case .zeros, .replicate: Swift.min(Swift.max(position, 0), size - 1)
      case .reflect: position < 0 ? -position : position >= size ? 2 * size - 2 - position : position
      case .circular: (position + size) % size
      }
    }
    return indexSelect(dim: dim, index: Tensor(positions).to(device))
  }
}
