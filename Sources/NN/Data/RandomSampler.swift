public import TensorModule

/// Positions in random order (PyTorch's `RandomSampler`): each once, unless with replacement or of another number.
///
/// Without a generator each walk takes a seed from the default generator for one of its own.
public struct RandomSampler: Sampler {
  /// The number of positions to choose from.
  public let sourceCount: Int
  /// Whether a position may come several times.
  public let replacement: Bool
  /// The number of positions of a walk.
  public let count: Int
  /// Where the random numbers come from.
  public let generator: TensorModule.Generator?

  /// The positions of a data set.
  ///
  /// - Parameters:
  ///   - dataset: the data set.
  ///   - replacement: whether each position is drawn from all of them.
  ///   - numSamples: how many positions a walk has; the data set's number unless given. Without replacement, more than
  ///     that are several rounds.
  ///   - generator: where the random numbers come from.
  public init(_ dataset: some Dataset, replacement: Bool = false, numSamples: Int? = nil, generator: TensorModule.Generator? = nil) {
    self.init(count: dataset.count, replacement: replacement, numSamples: numSamples, generator: generator)
  }

  /// The positions 0 ..< count.
  public init(count: Int, replacement: Bool = false, numSamples: Int? = nil, generator: TensorModule.Generator? = nil) {
    let samples = numSamples ?? count
    if samples <= 0 || count <= 0 {
      fail(
        TensorError(
          "RandomSampler",
          rule: count <= 0
            ? "there are no samples to choose from"
            : "number of samples should be a positive integer, but got \(samples)"))
    }
    sourceCount = Swift.max(0, count)
    self.replacement = replacement
    self.count = count <= 0 ? 0 : Swift.max(0, samples)
    self.generator = generator
  }

  /// A walk; it draws at its first step.
  public func makeIterator() -> Iterator { Iterator(self) }

  /// A walk through random positions, drawn as PyTorch does: whole permutations, or 32 positions at a time.
  public struct Iterator: IteratorProtocol {
    private let sampler: RandomSampler
    private var own: TensorModule.Generator?
    private var drawn: [Int] = []
    private var place = 0
    /// How many positions are still to be drawn; below 0 after the last draw.
    private var left: Int

    fileprivate init(_ sampler: RandomSampler) {
      self.sampler = sampler
      left = sampler.count
    }

    /// The next position.
    public mutating func next() -> Int? {
      if place == drawn.count, left >= 0 { draw() }
      guard place < drawn.count else { return nil }
      defer { place += 1 }
      return drawn[place]
    }

    private mutating func draw() {
      if ThreadMode.hasFailed || sampler.count == 0 {
        left = -1
        return
      }
      let generator = sampler.generator ?? own ?? TensorModule.Generator(seed: TensorModule.Generator.default.nextInt63())
      own = generator
      let block = sampler.replacement ? 32 : sampler.sourceCount
      let needed = Swift.min(left, block)
      let positions: Tensor
      if sampler.replacement {
        positions = .randint(sampler.sourceCount, [needed], generator: generator)
      } else {
        // Also after a last full round, of which nothing is used: whoever draws next finds PyTorch's numbers.
        positions = .randperm(sampler.sourceCount, generator: generator)
      }
      drawn = Array(positions.toArray(as: Int.self).prefix(needed))
      place = 0
      left = left < block ? -1 : left - block
    }
  }
}

/// Given positions in random order, each once (PyTorch's `SubsetRandomSampler`).
public struct SubsetRandomSampler: Sampler {
  /// The positions.
  public let indices: [Int]
  /// Where the random numbers come from, instead of the default generator.
  public let generator: TensorModule.Generator?

  /// The positions `indices`.
  public init(_ indices: [Int], generator: TensorModule.Generator? = nil) {
    self.indices = indices
    self.generator = generator
  }

  /// The number of positions.
  public var count: Int { indices.count }

  /// A walk; it draws at its first step.
  public func makeIterator() -> DrawnIterator {
    DrawnIterator { [indices, generator] in
      Tensor.randperm(indices.count, generator: generator).toArray(as: Int.self).map { indices[$0] }
    }
  }
}

/// Positions drawn with weights (PyTorch's `WeightedRandomSampler`).
public struct WeightedRandomSampler: Sampler {
  /// The weight of each position; they need not sum to 1.
  public let weights: [Double]
  /// The number of positions of a walk.
  public let count: Int
  /// Whether a position may come several times.
  public let replacement: Bool
  /// Where the random numbers come from, instead of the default generator.
  public let generator: TensorModule.Generator?

  /// `numSamples` positions, drawn with the probability that their weight has among all.
  public init(_ weights: [Double], numSamples: Int, replacement: Bool = true, generator: TensorModule.Generator? = nil) {
    if numSamples <= 0 {
      fail(
        TensorError(
          "WeightedRandomSampler", rule: "number of samples should be a positive integer, but got \(numSamples)"))
    } else if !replacement && numSamples > weights.count {
      fail(
        TensorError(
          "WeightedRandomSampler", rule: "cannot draw \(numSamples) of \(weights.count) positions without replacement"))
    }
    self.weights = weights
    count = Swift.max(0, numSamples)
    self.replacement = replacement
    self.generator = generator
  }

  /// A walk; it draws at its first step.
  public func makeIterator() -> DrawnIterator {
    DrawnIterator { [weights, count, replacement, generator] in
      Tensor(weights, shape: [weights.count], dtype: .float64)
        .multinomial(count, replacement: replacement, generator: generator).toArray(as: Int.self)
    }
  }
}

/// A walk through positions that are drawn all together, at the first step.
public struct DrawnIterator: IteratorProtocol {
  private let draw: () -> [Int]
  private var positions: [Int]?
  private var place = 0

  init(_ draw: @escaping () -> [Int]) { self.draw = draw }

  /// The next position.
  public mutating func next() -> Int? {
    if positions == nil {
      // What a failed draw gives are no positions.
      let drawn = ThreadMode.hasFailed ? [] : draw()
      positions = ThreadMode.hasFailed ? [] : drawn
    }
    guard let positions, place < positions.count else { return nil }
    defer { place += 1 }
    return positions[place]
  }
}
