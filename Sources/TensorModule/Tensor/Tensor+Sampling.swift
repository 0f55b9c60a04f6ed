internal import CPUKernels

// Random choices: coins, categories, counts.

extension Tensor {
  /// True if every element is a probability; else the operation has failed.
  final func areProbabilities(_ name: String) -> Bool {
    if ThreadMode.hasFailed { return false }
    guard dtype.isFloatingPoint else {
      fail(TensorError(name, of: self, rule: "probabilities must be floating-point, not \(dtype)"))
      return false
    }
    if elementCount == 0 { return true }
    let values = detach().to(dtype.computeType).cpu()
    guard values.min().item() >= 0 && values.max().item() <= 1 else {
      fail(TensorError(name, of: self, rule: "probabilities must be between 0 and 1"))
      return false
    }
    return true
  }

  /// 1 with each element's probability, else 0 (PyTorch's `bernoulli`).
  public func bernoulli(generator: Generator? = nil) -> Tensor {
    guard areProbabilities("bernoulli") else { return standIn() }
    let source = detach().cpu().to(dtype.computeType).contiguous()
    return Tensor.drawn(shape, .bool, .cpu, generator) {
      mk_random_bernoulli_each(&$1, source.dtype.code, $3, $2.assumingMemoryBound(to: UInt8.self), source.dataPointer)
    }.to(dtype).to(device)
  }
  /// 1 with one probability in this tensor's shape and type, else 0 (PyTorch's `bernoulli(p)`).
  public func bernoulli(_ p: Double, generator: Generator? = nil) -> Tensor {
    guard p >= 0, p <= 1 else { return failing(TensorError("bernoulli", of: self, rule: "p \(p) must be between 0 and 1")) }
    return Tensor.bernoulliMask(shape, p: p, generator: generator).to(dtype).to(device)
  }

  /// True with probability `p`, of a tensor's shape and order in memory: the draws of PyTorch's `bernoulli_(p)`.
  package static func bernoulliMask(like x: Tensor, p: Double, generator: Generator? = nil) -> Tensor {
    drawn(like: x, .bool, generator) { mk_random_bernoulli(&$1, $3, $2.assumingMemoryBound(to: UInt8.self), p) }
  }

  /// True with probability `p`, of a shape.
  package static func bernoulliMask(_ shape: Shape, p: Double, generator: Generator? = nil) -> Tensor {
    drawn(shape, .bool, .cpu, generator) { mk_random_bernoulli(&$1, $3, $2.assumingMemoryBound(to: UInt8.self), p) }
  }

  /// Numbers of Poisson's distribution with each element as the rate (PyTorch's `torch.poisson`).
  public func poisson(generator: Generator? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype.isFloatingPoint else {
      return failing(TensorError("poisson", of: self, rule: "rates must be floating-point, not \(dtype)"))
    }
    guard elementCount == 0 || detach().min().item() >= 0 else {
      return failing(TensorError("poisson", of: self, rule: "rates must not be negative"))
    }
    let source = detach().cpu().to(.float64).contiguous()
    return Tensor.drawn(shape, .float64, .cpu, generator) {
      mk_random_poisson(
        &$1, $3, $2.assumingMemoryBound(to: Double.self), source.dataPointer.assumingMemoryBound(to: Double.self))
    }.to(dtype).to(device)
  }

  /// Categories drawn with the weights of a vector `[k]`, or of each row of `[n, k]`: int64 `[numSamples]` or
  /// `[n, numSamples]` (PyTorch's `multinomial`). Weights need not sum to 1. Without replacement no category comes twice.
  public func multinomial(_ numSamples: Int, replacement: Bool = false, generator: Generator? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    func refused(_ rule: String, hint: String? = nil) -> Tensor {
      failing(TensorError("multinomial", of: self, rule: rule, hint: hint))
    }
    guard rank == 1 || rank == 2 else { return refused("needs weights of one or two dimensions") }
    guard dtype.isFloatingPoint else { return refused("weights must be floating-point, not \(dtype)") }
    guard numSamples > 0 else { return refused("cannot draw \(numSamples) samples") }
    let count = shape[-1]
    guard replacement || numSamples <= count else {
      return refused(
        "cannot draw \(numSamples) samples from \(count) categories without replacement", hint: "pass replacement: true")
    }
    let weights = detach().cpu().to(dtype.computeType)
    if weights.elementCount > 0 {
      guard weights.min().item() >= 0, weights.max().item() < .infinity else {
        return refused("weights must be finite and not negative")
      }
      guard weights.sum(dim: -1).min().item() > 0 else { return refused("the weights of a distribution sum to 0") }
    }
    let samples: Tensor
    if replacement && numSamples > 1 {
      samples = weights.drawnWithReplacement(numSamples, generator)
    } else {
      // The categories in the order in which exponential clocks of those rates ring.
      let clocks = Tensor.drawn(shape, dtype, .cpu, generator) { [code = dtype.code] in
        mk_random_exponential(&$1, code, $3, $2, 1)
      }
      let keys = weights.to(dtype) / clocks
      samples = numSamples == 1 ? keys.argmax(dim: -1, keepDim: true) : keys.largest(numSamples)
    }
    return samples.to(device)
  }

  /// Positions of the largest elements along the last dimension, largest first.
  private final func largest(_ count: Int) -> Tensor {
    let length = shape[-1], values = toArray(as: Double.self)
    var positions: [Int] = []
    for start in Swift.stride(from: 0, to: values.count, by: Swift.max(length, 1)) {
      let order = (0..<length).sorted { (values[start + $1], $0) < (values[start + $0], $1) }
      positions += order.prefix(count)
    }
    return Tensor(positions, shape: Shape(Array(shape).dropLast() + [count]))
  }

  private final func drawnWithReplacement(_ count: Int, _ generator: Generator?) -> Tensor {
    let length = shape[-1], rows = elementCount / Swift.max(length, 1)
    let uniforms = Tensor.rand([rows * count], dtype: .float64, generator: generator).toArray(as: Double.self)
    let positions = dtype == .float64
      ? Self.searched(toArray(as: Double.self), length, uniforms, count)
      : Self.searched(toArray(as: Float.self), length, uniforms, count)
    return Tensor(positions, shape: Shape(Array(shape).dropLast() + [count]))
  }

  /// For each uniform number the first category whose cumulative weight, of a whole of 1, is not less.
  private static func searched<F: BinaryFloatingPoint>(_ weights: [F], _ length: Int, _ uniforms: [Double], _ count: Int) -> [Int] {
    var positions: [Int] = []
    var cumulative = [F](repeating: 0, count: length)
    for (row, start) in Swift.stride(from: 0, to: weights.count, by: Swift.max(length, 1)).enumerated() {
      var sum: F = 0
      for i in 0..<length {
        sum += weights[start + i]
        cumulative[i] = sum
      }
      for i in 0..<length { cumulative[i] /= sum }
      cumulative[length - 1] = 1
      for uniform in uniforms[(row * count)..<((row + 1) * count)] {
        var low = 0, high = length
        while low < high {
          let middle = (low + high) / 2
          if Double(cumulative[middle]) < uniform { low = middle + 1 } else { high = middle }
        }
        positions.append(low)
      }
    }
    return positions
  }
}
