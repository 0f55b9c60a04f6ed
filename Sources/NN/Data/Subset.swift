/// Some samples of a data set, in some order (PyTorch's `Subset`).
public struct Subset<Source: Dataset>: Dataset {
  /// The whole data set.
  public let dataset: Source
  /// The positions in the whole.
  public let indices: [Int]

  /// The samples at `indices`.
  public init(_ dataset: Source, _ indices: [Int]) {
    self.dataset = dataset
    self.indices = indices
  }

  /// The number of positions.
  public var count: Int { indices.count }

  /// The sample at a position of the subset.
  public subscript(index: Int) -> Source.Sample {
    get throws { try dataset[place(index)] }
  }

  /// As the whole does.
  public func collate(_ samples: [Source.Sample]) throws -> Source.Batch { try dataset.collate(samples) }

  /// As the whole does.
  public func batch(_ indices: [Int]) throws -> Source.Batch { try dataset.batch(indices.map(place)) }

  private func place(_ index: Int) throws -> Int {
    guard indices.indices.contains(index) else { throw IndexError(index: index, count: count) }
    return indices[index]
  }
}

/// A position that a data set does not have.
public struct IndexError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The position.
  public let index: Int
  /// The number of samples.
  public let count: Int

  /// A position that a data set of `count` samples does not have.
  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// Both, in a line.
  public var description: String { "index \(index) is out of range for a data set of \(count) samples" }
}
