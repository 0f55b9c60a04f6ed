public import TensorModule

/// An order in which a loader visits the samples: their positions (`Sampler<Int>`), or those of each batch
/// (`Sampler<[Int]>`) (PyTorch's `Sampler`). An array is one too.
///
/// A loader walks through it on the thread that takes the batches.
public protocol Sampler<Element>: Sequence, Sendable where Element: SamplerElement {
  /// The number of elements of a walk (PyTorch's `len`).
  var count: Int { get }

  /// Where its random numbers come from instead of the default generator. A loader that is resumed in the middle of an
  /// epoch sets this generator, or one in the place of the default, to where the epoch began, and walks past what it has
  /// delivered; so the same state must give the same order.
  var generator: TensorModule.Generator? { get }
}

extension Sampler {
  /// None of its own.
  public var generator: TensorModule.Generator? { nil }
}

/// What an order consists of: positions of samples, or groups of them.
public protocol SamplerElement: Sendable {}
extension Int: SamplerElement {}
extension Array: SamplerElement where Element == Int {}

extension Array: Sampler where Element: SamplerElement {}

/// The positions from first to last (PyTorch's `SequentialSampler`).
public struct SequentialSampler: Sampler {
  /// The number of positions.
  public let count: Int

  /// The positions of a data set.
  public init(_ dataset: some Dataset) { self.init(count: dataset.count) }

  /// The positions 0 ..< count.
  public init(count: Int) { self.count = count }

  /// A walk through the positions.
  public func makeIterator() -> Range<Int>.Iterator { (0..<Swift.max(0, count)).makeIterator() }
}

/// Positions in groups of one size (PyTorch's `BatchSampler`).
public struct BatchSampler: Sampler {
  /// The order of the positions.
  public let sampler: any Sampler<Int>
  /// The number of positions in a batch; the last may have fewer.
  public let batchSize: Int
  /// Whether a last batch that is not full is left out.
  public let dropLast: Bool

  /// The positions of `sampler` in batches.
  public init(_ sampler: any Sampler<Int>, batchSize: Int, dropLast: Bool) {
    if batchSize <= 0 {
      fail(TensorError("BatchSampler", rule: "batch size should be a positive integer, but got \(batchSize)"))
    }
    self.sampler = sampler
    self.batchSize = Swift.max(1, batchSize)
    self.dropLast = dropLast
  }

  /// The number of batches.
  public var count: Int { batchCount(sampler.count, batchSize: batchSize, dropLast: dropLast) }

  /// That of the order.
  public var generator: TensorModule.Generator? { sampler.generator }

  /// A walk through the batches.
  public func makeIterator() -> Iterator {
    Iterator(positions: sampler.makeIterator(), batchSize: batchSize, dropLast: dropLast)
  }

  /// A walk through the batches.
  public struct Iterator: IteratorProtocol {
    fileprivate var positions: any IteratorProtocol<Int>
    fileprivate let batchSize: Int
    fileprivate let dropLast: Bool

    /// The next batch.
    public mutating func next() -> [Int]? {
      var batch: [Int] = []
      while batch.count < batchSize, let position = positions.next() { batch.append(position) }
      return batch.isEmpty || (dropLast && batch.count < batchSize) ? nil : batch
    }
  }
}

/// Each position by itself: the order of a loader without batches.
struct UnbatchedSampler: Sampler {
  let sampler: any Sampler<Int>
  var count: Int { sampler.count }
  var generator: TensorModule.Generator? { sampler.generator }
  func makeIterator() -> Iterator { Iterator(positions: sampler.makeIterator()) }

  struct Iterator: IteratorProtocol {
    var positions: any IteratorProtocol<Int>
    mutating func next() -> [Int]? { positions.next().map { [$0] } }
  }
}

/// How many batches some samples make.
func batchCount(_ samples: Int, batchSize: Int, dropLast: Bool) -> Int {
  let (full, rest) = samples.quotientAndRemainder(dividingBy: batchSize)
  return dropLast || rest <= 0 ? full : full + 1
}
