internal import CPUKernels

// Tensors filled with random numbers, in the order of their elements in memory, as PyTorch fills them.

extension Tensor {
  /// Draws numbers of a type and writes them over the elements.
  private final func refill(_ name: String, _ generator: Generator?, as drawnType: DType? = nil, _ draw: Draw) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    // Refused before a number is drawn.
    if Recording.records(flags, ThreadMode.current), Recording.recorder?.refusalToWrite(self) != nil { return zero_() }
    let order = DrawingOrder(self)
    let numbers = Tensor.drawn(order.shape, drawnType ?? dtype, .cpu, generator, isRowMajor: order.isRowMajor, draw)
    return copy_(order.arranged(numbers))
  }

  private final func isFloating(_ name: String) -> Bool {
    if ThreadMode.hasFailed { return false }
    if dtype.isFloatingPoint { return true }
    fail(TensorError(name, of: self, rule: "needs a floating-point tensor, not \(dtype)"))
    return false
  }

  private final func isPositive(_ name: String, _ parameter: String, _ value: Double) -> Bool {
    if ThreadMode.hasFailed { return false }
    if value > 0 { return true }
    fail(TensorError(name, of: self, rule: "\(parameter) \(value) must be positive"))
    return false
  }

  /// Fills with uniform numbers in [from, to) (PyTorch's `uniform_`).
  @discardableResult
  public func uniform_(from: Double = 0, to: Double = 1, generator: Generator? = nil) -> Tensor {
    guard isFloating("uniform_") else { return standIn() }
    guard from <= to else { return failing(TensorError("uniform_", of: self, rule: "from \(from) must not exceed to \(to)")) }
    return refill("uniform_", generator, Tensor.uniformDraw(dtype, from, to))
  }

  /// Fills with normal numbers (PyTorch's `normal_`).
  @discardableResult
  public func normal_(mean: Double = 0, std: Double = 1, generator: Generator? = nil) -> Tensor {
    guard isFloating("normal_") else { return standIn() }
    guard std >= 0 else { return failing(TensorError("normal_", of: self, rule: "std \(std) must not be negative")) }
    return refill("normal_", generator, Tensor.normalDraw(dtype, mean, std))
  }

  /// Fills with the exponentials of normal numbers (PyTorch's `log_normal_`).
  @discardableResult
  public func logNormal_(mean: Double = 1, std: Double = 2, generator: Generator? = nil) -> Tensor {
    guard isFloating("logNormal_"), isPositive("logNormal_", "std", std) else { return standIn() }
    return refill("logNormal_", generator, as: .float64) {
      mk_random_log_normal(&$1, $3, $2.assumingMemoryBound(to: Double.self), mean, std)
    }
  }

  /// Fills with exponentially distributed numbers (PyTorch's `exponential_`).
  @discardableResult
  public func exponential_(lambda: Double = 1, generator: Generator? = nil) -> Tensor {
    guard isFloating("exponential_"), isPositive("exponential_", "lambda", lambda) else { return standIn() }
    let code = dtype.code
    return refill("exponential_", generator) { mk_random_exponential(&$1, code, $3, $2, lambda) }
  }

  /// Fills with numbers of Cauchy's distribution (PyTorch's `cauchy_`).
  @discardableResult
  public func cauchy_(median: Double = 0, sigma: Double = 1, generator: Generator? = nil) -> Tensor {
    guard isFloating("cauchy_"), isPositive("cauchy_", "sigma", sigma) else { return standIn() }
    return refill("cauchy_", generator, as: .float64) {
      mk_random_cauchy(&$1, $3, $2.assumingMemoryBound(to: Double.self), median, sigma)
    }
  }

  /// Fills with the numbers of trials up to the first success of probability `p`: 1, 2, … (PyTorch's `geometric_`).
  @discardableResult
  public func geometric_(_ p: Double, generator: Generator? = nil) -> Tensor {
    guard p > 0, p < 1 else {
      return failing(TensorError("geometric_", of: self, rule: "p \(p) must be greater than 0 and less than 1"))
    }
    return refill("geometric_", generator, as: .float64) {
      mk_random_geometric(&$1, $3, $2.assumingMemoryBound(to: Double.self), p)
    }
  }

  /// Fills with whole numbers from 0 up to the type's largest, for floating point up to the largest below which all whole
  /// numbers are exact (PyTorch's `random_()`).
  @discardableResult
  public func random_(generator: Generator? = nil) -> Tensor {
    func words(_ mask: UInt32) -> Draw {
      { mk_random_words(&$1, $3, $2.assumingMemoryBound(to: Int64.self), mask) }
    }
    let draw: Draw =
      switch dtype {
      case .bool: words(1)
      case .uint8: words(0xff)
      case .int8: words(0x7f)
      case .int16: words(0x7fff)
      case .int32: words(0x7fff_ffff)
      case .int64: Tensor.integerDraw(0, 1 << 63)
      case .float16: Tensor.integerDraw(0, 1 << 11 + 1)
      case .bfloat16: Tensor.integerDraw(0, 1 << 8 + 1)
      case .float32: Tensor.integerDraw(0, 1 << 24 + 1)
      case .float64: Tensor.integerDraw(0, 1 << 53 + 1)
      }
    return refill("random_", generator, as: .int64, draw)
  }
  /// Fills with whole numbers in from ..< to (PyTorch's `random_(from, to)`).
  @discardableResult
  public func random_(from: Int = 0, to: Int, generator: Generator? = nil) -> Tensor {
    guard Tensor.isRange("random_", from, to, dtype) else { return standIn() }
    return refill("random_", generator, as: .int64, Tensor.integerDraw(from, UInt64(bitPattern: Int64(to &- from))))
  }

  /// Fills with 1 with probability `p`, else 0 (PyTorch's `bernoulli_`).
  @discardableResult
  public func bernoulli_(_ p: Double = 0.5, generator: Generator? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard p >= 0, p <= 1 else { return failing(TensorError("bernoulli_", of: self, rule: "p \(p) must be between 0 and 1")) }
    return refill("bernoulli_", generator, as: .bool) {
      mk_random_bernoulli(&$1, $3, $2.assumingMemoryBound(to: UInt8.self), p)
    }
  }
  /// Fills with 1 with the probabilities of a tensor, broadcast, else 0 (PyTorch's `bernoulli_(p)`).
  @discardableResult
  public func bernoulli_(_ p: Tensor, generator: Generator? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard p.areProbabilities("bernoulli_"), p.layout.broadcast(to: shape) != nil else {
      return ThreadMode.hasFailed ? standIn() : failing(.broadcast(operation: "bernoulli_", self, p))
    }
    let source = DrawingOrder(self).listed(p.detach().cpu().to(p.dtype.computeType).expand(shape))
    return refill("bernoulli_", generator, as: .bool) {
      mk_random_bernoulli_each(&$1, source.dtype.code, $3, $2.assumingMemoryBound(to: UInt8.self), source.dataPointer)
    }
  }
}
