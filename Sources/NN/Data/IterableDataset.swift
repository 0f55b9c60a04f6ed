/// Samples that come one after another, of a number that need not be known (PyTorch's `IterableDataset`).
///
/// A loader with workers lets each worker go through all of it: ``WorkerInfo/current``, asked in `makeIterator()`, says
/// which part to leave to the others. The element is the sample.
///
/// An iterator that can meet an error conforms to ``FailableIterator``.
public protocol IterableDataset<Element, Batch>: Sequence, Sendable {
  /// Several samples together.
  associatedtype Batch = Element

  /// The number of samples, if it is known; only ``DataLoader/count`` asks.
  var sampleCount: Int? { get }

  /// Samples put together (PyTorch's `collate_fn`).
  func collate(_ samples: [Element]) throws -> Batch
}

extension IterableDataset {
  /// Not known.
  public var sampleCount: Int? { nil }

  /// ``defaultCollate(_:)``.
  public func collate(_ samples: [Element]) throws -> Element.Collated where Element: Collatable {
    try defaultCollate(samples)
  }

  // Several functions, not one with a parameter pack: a witness of that kind crashes the compiler (6.3.1).

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable>(
    _ samples: [Element]
  ) throws -> (A.Collated, B.Collated)
  where Element == (A, B) {
    try defaultCollate(samples)
  }

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable, C: Collatable>(
    _ samples: [Element]
  ) throws -> (A.Collated, B.Collated, C.Collated)
  where Element == (A, B, C) {
    try defaultCollate(samples)
  }

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable, C: Collatable, D: Collatable>(
    _ samples: [Element]
  ) throws -> (A.Collated, B.Collated, C.Collated, D.Collated)
  where Element == (A, B, C, D) {
    try defaultCollate(samples)
  }

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable, C: Collatable, D: Collatable, E: Collatable>(
    _ samples: [Element]
  ) throws -> (A.Collated, B.Collated, C.Collated, D.Collated, E.Collated)
  where Element == (A, B, C, D, E) {
    try defaultCollate(samples)
  }
}

/// An iterator that may end because something went wrong, a file that cannot be read for example.
public protocol FailableIterator: IteratorProtocol {
  /// What ended it; nil if it is at its regular end, or not at an end.
  var error: (any Error)? { get }
}

/// Iterable data sets one after another (PyTorch's `ChainDataset`).
public struct ChainDataset<Element, Batch>: IterableDataset {
  /// The data sets.
  public let datasets: [any IterableDataset<Element, Batch>]
  private let put: @Sendable ([Element]) throws -> Batch

  /// Data sets of one or several types with the same samples and batches. The first puts the batches together.
  public init(_ first: any IterableDataset<Element, Batch>, _ others: any IterableDataset<Element, Batch>...) {
    datasets = [first] + others
    put = { try first.collate($0) }
  }

  /// The sum, if all numbers are known.
  public var sampleCount: Int? {
    var sum = 0
    for dataset in datasets {
      guard let count = dataset.sampleCount else { return nil }
      sum += count
    }
    return sum
  }

  /// As the first data set does.
  public func collate(_ samples: [Element]) throws -> Batch { try put(samples) }

  /// A walk through all of them.
  public func makeIterator() -> Iterator { Iterator(datasets: datasets[...]) }

  /// A walk through several data sets.
  public struct Iterator: FailableIterator {
    fileprivate var datasets: ArraySlice<any IterableDataset<Element, Batch>>
    private var current: (any IteratorProtocol<Element>)?

    fileprivate init(datasets: ArraySlice<any IterableDataset<Element, Batch>>) { self.datasets = datasets }

    /// What ended the data set in which the walk stands.
    public var error: (any Error)? { (current as? any FailableIterator)?.error }

    /// The next sample.
    public mutating func next() -> Element? {
      while error == nil {
        if let sample = current?.next() { return sample }
        guard error == nil, let dataset = datasets.popFirst() else { return nil }
        current = dataset.makeIterator()
      }
      return nil
    }
  }
}
