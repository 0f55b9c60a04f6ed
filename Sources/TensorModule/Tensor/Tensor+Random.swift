internal import CPUKernels

// Tensors of random numbers with PyTorch's CPU recipes: the same seed gives the same numbers. Device tensors are drawn on
// the CPU and moved.

/// Draws numbers into memory. The first argument is false if PyTorch's faster recipes for row-major tensors do not apply.
typealias Draw = (_ isRowMajor: Bool, _ state: inout mk_generator, _ memory: UnsafeMutableRawPointer, _ count: Int64) -> Void

extension Tensor {
  /// Fills a fresh host tensor; nothing is drawn in a failed catching scope.
  static func drawn(
    _ shape: Shape, _ dtype: DType, _ device: Device, _ generator: Generator?, isRowMajor: Bool = true, _ draw: Draw
  ) -> Tensor {
    let result = empty(shape, dtype: dtype)
    if ThreadMode.hasFailed { return result }
    (generator ?? .default).withState { draw(isRowMajor, &$0, result.dataPointer, Int64(result.elementCount)) }
    return result.to(device)
  }

  /// Fills a fresh tensor of another's shape and order in memory.
  static func drawn(like x: Tensor, _ dtype: DType, _ generator: Generator?, _ draw: Draw) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let order = DrawingOrder(x)
    return order.arranged(drawn(order.shape, dtype, .cpu, generator, isRowMajor: order.isRowMajor, draw)).to(x.device)
  }

  static func uniformDraw(_ dtype: DType, _ from: Double, _ to: Double) -> Draw {
    { mk_random_uniform(&$1, dtype.code, $3, $2, from, to) }
  }

  static func normalDraw(_ dtype: DType, _ mean: Double, _ std: Double) -> Draw {
    {
      $0 ? mk_random_normal(&$1, dtype.code, $3, $2, mean, std) : mk_random_normal_each(&$1, dtype.code, $3, $2, mean, std)
    }
  }

  static func integerDraw(_ low: Int, _ range: UInt64) -> Draw {
    { mk_random_integers(&$1, $3, $2.assumingMemoryBound(to: Int64.self), Int64(low), range) }
  }

  private static func isFloating(_ operation: String, _ dtype: DType) -> Bool {
    if ThreadMode.hasFailed || dtype.isFloatingPoint { return true }
    fail(TensorError(operation, rule: "needs a floating-point dtype, not \(dtype)"))
    return false
  }

  // MARK: Uniform

  /// Uniform numbers in [0, 1) (PyTorch's `torch.rand`).
  public static func rand(
    _ shape: Shape, dtype: DType = .float32, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard isFloating("rand", dtype) else { return standIn() }
    return drawn(shape, dtype, device, generator, uniformDraw(dtype, 0, 1))
  }
  /// ``rand(_:dtype:device:generator:)-(Shape,_,_,_)`` with the sizes as arguments.
  public static func rand(_ sizes: Int..., dtype: DType = .float32, generator: Generator? = nil) -> Tensor {
    rand(Shape(sizes), dtype: dtype, generator: generator)
  }
  /// Uniform numbers in [0, 1) of another tensor's shape, type and device (PyTorch's `rand_like`).
  public static func randLike(_ other: Tensor, dtype: DType? = nil, generator: Generator? = nil) -> Tensor {
    guard isFloating("randLike", dtype ?? other.dtype) else { return standIn() }
    return drawn(like: other, dtype ?? other.dtype, generator, uniformDraw(dtype ?? other.dtype, 0, 1))
  }

  // MARK: Normal

  /// Normal numbers with mean 0 and deviation 1 (PyTorch's `torch.randn`).
  public static func randn(
    _ shape: Shape, dtype: DType = .float32, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard isFloating("randn", dtype) else { return standIn() }
    return drawn(shape, dtype, device, generator, normalDraw(dtype, 0, 1))
  }
  /// ``randn(_:dtype:device:generator:)-(Shape,_,_,_)`` with the sizes as arguments.
  public static func randn(_ sizes: Int..., dtype: DType = .float32, generator: Generator? = nil) -> Tensor {
    randn(Shape(sizes), dtype: dtype, generator: generator)
  }
  /// Normal numbers of another tensor's shape, type and device (PyTorch's `randn_like`).
  public static func randnLike(_ other: Tensor, dtype: DType? = nil, generator: Generator? = nil) -> Tensor {
    guard isFloating("randnLike", dtype ?? other.dtype) else { return standIn() }
    return drawn(like: other, dtype ?? other.dtype, generator, normalDraw(dtype ?? other.dtype, 0, 1))
  }

  /// Normal numbers (PyTorch's `torch.normal(mean, std, size)`).
  public static func normal(
    mean: Double, std: Double, _ shape: Shape, dtype: DType = .float32, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard isFloating("normal", dtype), isDeviation(std) else { return standIn() }
    return drawn(shape, dtype, device, generator, normalDraw(dtype, mean, std))
  }
  /// Normal numbers about each mean (PyTorch's `torch.normal(mean, std)` with a tensor of means).
  public static func normal(mean: Tensor, std: Double = 1, generator: Generator? = nil) -> Tensor {
    guard isFloating("normal", mean.dtype), isDeviation(std) else { return standIn() }
    return drawn(like: mean, mean.dtype, generator, normalDraw(mean.dtype, 0, std)) + mean.detach()
  }
  /// Normal numbers of each deviation.
  public static func normal(mean: Double, std: Tensor, generator: Generator? = nil) -> Tensor {
    guard isFloating("normal", std.dtype), isDeviation(std) else { return standIn() }
    return drawn(like: std, std.dtype, generator, normalDraw(std.dtype, 0, 1)) * std.detach() + mean
  }
  /// Normal numbers of each mean and deviation, which broadcast.
  public static func normal(mean: Tensor, std: Tensor, generator: Generator? = nil) -> Tensor {
    guard isFloating("normal", mean.dtype), isFloating("normal", std.dtype), isDeviation(std) else { return standIn() }
    guard let shape = broadcastShape(mean.shape, std.shape) else {
      return failing(.broadcast(operation: "normal", mean, std))
    }
    let numbers = drawn(shape, mean.dtype, mean.device, generator, normalDraw(mean.dtype, 0, 1))
    return numbers * std.detach() + mean.detach()
  }

  private static func isDeviation(_ std: Double) -> Bool {
    if ThreadMode.hasFailed { return false }
    if std >= 0 { return true }
    fail(TensorError("normal", rule: "std \(std) must not be negative"))
    return false
  }
  private static func isDeviation(_ std: Tensor) -> Bool {
    if ThreadMode.hasFailed { return false }
    if std.elementCount == 0 { return true }
    let lowest = std.detach().min().item()
    return lowest.isNaN || isDeviation(lowest)
  }

  // MARK: Whole numbers

  /// Whole numbers in low ..< high, int64 unless named (PyTorch's `torch.randint`).
  public static func randint(
    _ low: Int, _ high: Int, _ shape: Shape, dtype: DType = .int64, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard isRange("randint", low, high, dtype) else { return standIn() }
    return drawn(shape, .int64, .cpu, generator, integerDraw(low, UInt64(bitPattern: Int64(high &- low)))).to(dtype).to(device)
  }
  /// Whole numbers in 0 ..< high.
  public static func randint(
    _ high: Int, _ shape: Shape, dtype: DType = .int64, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    randint(0, high, shape, dtype: dtype, device: device, generator: generator)
  }
  /// Whole numbers in 0 ..< high of another tensor's shape, type and device.
  public static func randintLike(_ other: Tensor, _ high: Int, dtype: DType? = nil, generator: Generator? = nil) -> Tensor {
    randintLike(other, 0, high, dtype: dtype, generator: generator)
  }
  /// Whole numbers in low ..< high of another tensor's shape, type and device (PyTorch's `randint_like`).
  public static func randintLike(
    _ other: Tensor, _ low: Int, _ high: Int, dtype: DType? = nil, generator: Generator? = nil
  ) -> Tensor {
    let type = dtype ?? other.dtype
    guard isRange("randintLike", low, high, type) else { return standIn() }
    return drawn(like: other, .int64, generator, integerDraw(low, UInt64(bitPattern: Int64(high &- low)))).to(type)
  }

  /// True if there are numbers in low ..< high, and the type can hold them.
  static func isRange(_ operation: String, _ low: Int, _ high: Int, _ dtype: DType) -> Bool {
    if ThreadMode.hasFailed { return false }
    guard low < high else {
      fail(TensorError(operation, rule: "low \(low) must be less than high \(high)"))
      return false
    }
    let bounds: ClosedRange<Int>
    switch dtype {
    case .bool: bounds = 0...1
    case .uint8: bounds = 0...255
    case .int8: bounds = -128...127
    case .int16: bounds = Int(Int16.min)...Int(Int16.max)
    case .int32: bounds = Int(Int32.min)...Int(Int32.max)
    case .float16: bounds = -65504...65504
    case .int64, .float32, .float64, .bfloat16: return true
    }
    guard bounds.contains(low), bounds.contains(high - 1) else {
      fail(TensorError(operation, rule: "the numbers \(low) ..< \(high) do not all fit into \(dtype)"))
      return false
    }
    return true
  }

  /// 0 ..< n in random order, int64 unless named (PyTorch's `torch.randperm`).
  public static func randperm(_ n: Int, dtype: DType = .int64, device: Device = .cpu, generator: Generator? = nil) -> Tensor {
    guard n >= 0 else { return failing(TensorError("randperm", rule: "n \(n) must not be negative")) }
    return drawn([n], .int64, .cpu, generator) {
      mk_random_permutation(&$1, $3, $2.assumingMemoryBound(to: Int64.self))
    }.to(dtype).to(device)
  }
}
