internal import TensorModule

/// Data sets one after another (PyTorch's `ConcatDataset`).
public struct ConcatDataset<Sample, Batch>: Dataset {
  /// The data sets.
  public let datasets: [any Dataset<Sample, Batch>]
  /// Where each ends in the whole (PyTorch's `cumulative_sizes`).
  public let cumulativeSizes: [Int]

  /// Data sets of one or several types with the same samples and batches. The first puts together batches whose samples
  /// come from several.
  public init(_ datasets: [any Dataset<Sample, Batch>]) {
    if datasets.isEmpty { fail(TensorError("ConcatDataset", rule: "needs at least one data set")) }
    self.datasets = datasets
    var sum = 0
    cumulativeSizes = datasets.map {
      sum += $0.count
      return sum
    }
  }

  /// Two data sets, one after the other.
  public init<First: Dataset, Second: Dataset>(_ first: First, _ second: Second)
  where First.Sample == Sample, First.Batch == Batch, Second.Sample == Sample, Second.Batch == Batch {
    self.init([first, second])
  }

  /// The number of samples in all.
  public var count: Int { cumulativeSizes.last ?? 0 }

  /// The sample at a position of the whole.
  public subscript(index: Int) -> Sample {
    get throws {
      let (dataset, position) = try place(index)
      return try datasets[dataset][position]
    }
  }

  /// As the first data set does.
  public func collate(_ samples: [Sample]) throws -> Batch {
    guard let first = datasets.first else { throw IndexError(index: 0, count: 0) }
    return try first.collate(samples)
  }

  /// As the data set does in which all the positions lie, if there is one.
  public func batch(_ indices: [Int]) throws -> Batch {
    let places = try indices.map(place)
    guard let first = places.first, places.allSatisfy({ $0.dataset == first.dataset }) else {
      return try collate(samples(indices))
    }
    return try datasets[first.dataset].batch(places.map(\.position))
  }

  private func place(_ index: Int) throws -> (dataset: Int, position: Int) {
    guard index >= 0, index < count else { throw IndexError(index: index, count: count) }
    // The first data set that ends behind the position.
    var low = 0, high = cumulativeSizes.count
    while low < high {
      let middle = (low + high) / 2
      if cumulativeSizes[middle] <= index { low = middle + 1 } else { high = middle }
    }
    return (low, low == 0 ? index : index - cumulativeSizes[low - 1])
  }
}

extension Dataset {
  /// One data set after the other (PyTorch's `+`).
  public static func + <Other: Dataset>(first: Self, second: Other) -> ConcatDataset<Sample, Batch>
  where Other.Sample == Sample, Other.Batch == Batch {
    ConcatDataset(first, second)
  }
}
