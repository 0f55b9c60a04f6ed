/// In which order a tensor's dimensions lie in memory (PyTorch's `torch.memory_format`). Shapes and indices are the same
/// in all of them.
public enum MemoryFormat: Sendable, CaseIterable {
  /// Row-major: the last dimension's elements are neighbours.
  case contiguous
  /// `[N, C, H, W]` with the channels' elements as neighbours.
  case channelsLast
  /// `[N, C, D, H, W]` with the channels' elements as neighbours.
  case channelsLast3d
  /// Whatever the operation gives by itself.
  case preserve

  /// The dimensions from the slowest to the fastest, for the formats that need one rank.
  fileprivate var order: [Int]? {
    switch self {
    case .contiguous, .preserve: nil
    case .channelsLast: [0, 2, 3, 1]
    case .channelsLast3d: [0, 2, 3, 4, 1]
    }
  }
}

extension Tensor {
  /// True if the elements lie without gaps in the order of the format (PyTorch's `is_contiguous(memory_format)`).
  public final func isContiguous(_ format: MemoryFormat) -> Bool {
    guard let order = format.order else { return isContiguous }
    guard rank == order.count else { return false }
    var expected = 1
    for i in order.reversed() where shape[i] != 1 {
      if layout.strides[i] != expected { return false }
      expected *= shape[i]
    }
    return true
  }

  /// Itself if it lies in the format, else a copy that does (PyTorch's `contiguous(memory_format)`).
  public func contiguous(_ format: MemoryFormat) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let order = checkedOrder("contiguous", format) else { return ThreadMode.hasFailed ? standIn() : contiguous() }
    return isContiguous(format) ? self : copied(in: order)
  }

  /// A copy that lies in the format; gradients pass through (PyTorch's `clone(memory_format)`).
  public func clone(_ format: MemoryFormat) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let order = checkedOrder("clone", format) else { return ThreadMode.hasFailed ? standIn() : clone() }
    return copied(in: order)
  }

  /// The format that the strides suggest: channels last if they fall in that order, else row-major (PyTorch's
  /// `suggest_memory_format`).
  public final var suggestedFormat: MemoryFormat {
    for format in [MemoryFormat.channelsLast, .channelsLast3d] {
      guard let order = format.order, order.count == rank, layout.strides[1] != 0 else { continue }
      var least = 0
      let falls = order.reversed().allSatisfy { dim in
        let size = shape[dim], stride = layout.strides[dim]
        guard size > 0, stride >= least, !(dim == 0 && least == layout.strides[1]) else { return false }
        least = size > 1 ? stride * size : stride
        return true
      }
      if falls { return format }
    }
    return .contiguous
  }

  /// The tensor in another type and memory format (PyTorch's `to(dtype, copy, memory_format)`): itself if it already is of
  /// the type, its strides suggest the format and no copy is asked for.
  public func to(_ dtype: DType, copy: Bool = false, format: MemoryFormat = .preserve) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if dtype == self.dtype {
      if !copy && (format == .preserve || format == suggestedFormat) { return self }
      return format == .preserve ? clone() : clone(format)
    }
    return format == .preserve ? to(dtype) : to(dtype).contiguous(format)
  }

  /// The order of the format's dimensions; nil for those without, or after failing.
  private final func checkedOrder(_ name: String, _ format: MemoryFormat) -> [Int]? {
    guard let order = format.order else { return nil }
    guard rank == order.count else {
      fail(TensorError(name, of: self, rule: "the memory format \(format) needs \(order.count) dimensions, not \(rank)"))
      return nil
    }
    return order
  }

  private final func copied(in order: [Int]) -> Tensor {
    var inverse = order
    for (i, axis) in order.enumerated() { inverse[axis] = i }
    return permute(order).clone().permute(inverse)
  }
}
