internal import CPUKernels

// Random numbers with PyTorch's CPU recipes: the same seed gives the same numbers. Device tensors are drawn on the CPU
// and moved.

extension Tensor {
  /// Fills a fresh host tensor; nothing is drawn in a failed catching scope.
  private static func drawn(
    _ shape: Shape, _ dtype: DType, _ device: Device, _ generator: Generator?,
    _ fill: (inout mk_generator, UnsafeMutableRawPointer, Int64) -> Void
  ) -> Tensor {
    let result = empty(shape, dtype: dtype)
    if ThreadMode.hasFailed { return result }
    (generator ?? .default).withState { fill(&$0, result.dataPointer, Int64(result.elementCount)) }
    return result.to(device)
  }

  private static func isFloating(_ operation: String, _ dtype: DType) -> Bool {
    if ThreadMode.hasFailed || dtype.isFloatingPoint { return true }
    fail(TensorError(operation, rule: "needs a floating-point dtype, not \(dtype)"))
    return false
  }

  /// Uniform numbers in [0, 1) (PyTorch's `torch.rand`).
  public static func rand(
    _ shape: Shape, dtype: DType = .float32, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard isFloating("rand", dtype) else { return standIn() }
    return drawn(shape, dtype, device, generator) { mk_random_uniform(&$0, dtype.code, $2, $1, 0, 1) }
  }
  /// ``rand(_:dtype:device:generator:)-(Shape,_,_,_)`` with the sizes as arguments.
  public static func rand(_ sizes: Int..., dtype: DType = .float32, generator: Generator? = nil) -> Tensor {
    rand(Shape(sizes), dtype: dtype, generator: generator)
  }

  /// Normal numbers with mean 0 and deviation 1 (PyTorch's `torch.randn`).
  public static func randn(
    _ shape: Shape, dtype: DType = .float32, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard isFloating("randn", dtype) else { return standIn() }
    return drawn(shape, dtype, device, generator) { mk_random_normal(&$0, dtype.code, $2, $1, 0, 1) }
  }
  /// ``randn(_:dtype:device:generator:)-(Shape,_,_,_)`` with the sizes as arguments.
  public static func randn(_ sizes: Int..., dtype: DType = .float32, generator: Generator? = nil) -> Tensor {
    randn(Shape(sizes), dtype: dtype, generator: generator)
  }

  /// Normal numbers (PyTorch's `torch.normal(mean, std, size)`).
  public static func normal(
    mean: Double, std: Double, _ shape: Shape, dtype: DType = .float32, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard isFloating("normal", dtype) else { return standIn() }
    guard std >= 0 else { return failing(TensorError("normal", rule: "std \(std) must not be negative")) }
    return drawn(shape, dtype, device, generator) { mk_random_normal(&$0, dtype.code, $2, $1, mean, std) }
  }

  /// Whole numbers in low ..< high, int64 unless named (PyTorch's `torch.randint`).
  public static func randint(
    _ low: Int = 0, _ high: Int, _ shape: Shape, dtype: DType = .int64, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    guard low < high else { return failing(TensorError("randint", rule: "low \(low) must be less than high \(high)")) }
    let range = UInt64(bitPattern: Int64(high &- low))
    return drawn(shape, .int64, .cpu, generator) {
      mk_random_integers(&$0, $2, $1.assumingMemoryBound(to: Int64.self), Int64(low), range)
    }.to(dtype).to(device)
  }

  /// 0 ..< n in random order, int64 (PyTorch's `torch.randperm`).
  public static func randperm(_ n: Int, generator: Generator? = nil) -> Tensor {
    guard n >= 0 else { return failing(TensorError("randperm", rule: "n \(n) must not be negative")) }
    return drawn([n], .int64, .cpu, generator) {
      mk_random_permutation(&$0, $2, $1.assumingMemoryBound(to: Int64.self))
    }
  }

  /// 1 with each element's probability, else 0 (PyTorch's `bernoulli`).
  public func bernoulli(generator: Generator? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype.isFloatingPoint else {
      return failing(TensorError("bernoulli", of: self, rule: "probabilities must be floating-point, not \(dtype)"))
    }
    let source = detach().to(dtype.computeType).cpu().contiguous()
    guard elementCount == 0 || (source.min().item() >= 0 && source.max().item() <= 1) else {
      return failing(TensorError("bernoulli", of: self, rule: "probabilities must be between 0 and 1"))
    }
    return Tensor.drawn(shape, .bool, .cpu, generator) {
      mk_random_bernoulli_each(&$0, source.dtype.code, $2, $1.assumingMemoryBound(to: UInt8.self), source.dataPointer)
    }.to(dtype).to(device)
  }

  /// True with probability `p`, of a shape: the draws of PyTorch's `bernoulli_(p)`.
  package static func bernoulliMask(_ shape: Shape, p: Double, generator: Generator? = nil) -> Tensor {
    drawn(shape, .bool, .cpu, generator) { mk_random_bernoulli(&$0, $2, $1.assumingMemoryBound(to: UInt8.self), p) }
  }

  private final func refill(_ name: String, _ fill: (inout mk_generator, UnsafeMutableRawPointer, Int64) -> Void, _ generator: Generator?) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype.isFloatingPoint else {
      return failing(TensorError(name, of: self, rule: "needs a floating-point tensor, not \(dtype)"))
    }
    if isContiguous || Recording.records(flags, ThreadMode.current) {
      // Refused before a number is drawn.
    if Recording.records(flags, ThreadMode.current), Recording.recorder?.refusalToWrite(self) != nil { return zero_() }
    return copy_(Tensor.drawn(shape, dtype, .cpu, generator, fill))
    }
    // As PyTorch does, in the order in which the elements lie in memory.
    let target = permute((0..<rank).sorted { layout.strides[$0] > layout.strides[$1] })
    target.copy_(Tensor.drawn(target.shape, dtype, .cpu, generator, fill))
    return self
  }

  /// Fills with uniform numbers in [from, to) (PyTorch's `uniform_`).
  @discardableResult
  public func uniform_(from: Double = 0, to: Double = 1, generator: Generator? = nil) -> Tensor {
    let dtype = dtype
    guard from <= to else { return failing(TensorError("uniform_", of: self, rule: "from \(from) must not exceed to \(to)")) }
    return refill("uniform_", { mk_random_uniform(&$0, dtype.code, $2, $1, from, to) }, generator)
  }

  /// Fills with normal numbers (PyTorch's `normal_`).
  @discardableResult
  public func normal_(mean: Double = 0, std: Double = 1, generator: Generator? = nil) -> Tensor {
    let dtype = dtype
    guard std >= 0 else { return failing(TensorError("normal_", of: self, rule: "std \(std) must not be negative")) }
    return refill("normal_", { mk_random_normal(&$0, dtype.code, $2, $1, mean, std) }, generator)
  }

  /// Fills with exponentially distributed numbers (PyTorch's `exponential_`).
  @discardableResult
  public func exponential_(lambda: Double = 1, generator: Generator? = nil) -> Tensor {
    let dtype = dtype
    guard lambda > 0 else { return failing(TensorError("exponential_", of: self, rule: "lambda \(lambda) must be positive")) }
    return refill("exponential_", { mk_random_exponential(&$0, dtype.code, $2, $1, lambda) }, generator)
  }

  /// Fills with 1 with probability `p`, else 0 (PyTorch's `bernoulli_`).
  @discardableResult
  public func bernoulli_(_ p: Double = 0.5, generator: Generator? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard p >= 0, p <= 1 else { return failing(TensorError("bernoulli_", of: self, rule: "p \(p) must be between 0 and 1")) }
    return copy_(Tensor.bernoulliMask(shape, p: p, generator: generator))
  }
}
