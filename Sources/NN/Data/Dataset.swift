/// Samples that can be counted and indexed (PyTorch's map-style `Dataset`).
///
/// Samples that are tensors, numbers, texts, or tuples, arrays or dictionaries of them are put together as
/// ``defaultCollate(_:)`` does; where a batch is of another type than a sample, its type has to be named. Samples of other
/// types need a ``collate(_:)``.
///
/// ```swift
/// struct Squares: Dataset {
///   typealias Batch = (Tensor, Tensor)
///   var count: Int { 100 }
///   subscript(index: Int) -> (Tensor, Int) { (Tensor([Float(index)]), index * index) }
/// }
/// ```
public protocol Dataset<Sample, Batch>: Sendable {
  /// One sample.
  associatedtype Sample
  /// Several samples together.
  associatedtype Batch = Sample

  /// The number of samples.
  var count: Int { get }

  /// The sample at a position, 0 ..< count. An error that it throws ends a loader's walk, with the position in the text.
  /// Random numbers in here come from a generator of the sample's own while a ``DataLoader`` reads it.
  subscript(index: Int) -> Sample { get throws }

  /// Samples put together (PyTorch's `collate_fn`).
  func collate(_ samples: [Sample]) throws -> Batch

  /// The samples at some positions put together; to be written where there is a faster way than one by one.
  func batch(_ indices: [Int]) throws -> Batch
}

extension Dataset {
  /// The samples at some positions, one by one: what ``batch(_:)`` puts together.
  public func samples(_ indices: [Int]) throws -> [Sample] {
    guard let reading = LoadingContext.current, !reading.isInSample else { return try indices.map { try self[$0] } }
    return try indices.map { index in try reading.readNext { try self[index] } }
  }

  /// The samples at the positions, put together by ``collate(_:)``.
  public func batch(_ indices: [Int]) throws -> Batch { try collate(samples(indices)) }

  /// ``defaultCollate(_:)``.
  public func collate(_ samples: [Sample]) throws -> Sample.Collated where Sample: Collatable {
    try defaultCollate(samples)
  }

  // Several functions, not one with a parameter pack: a witness of that kind crashes the compiler (6.3.1).

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable>(
    _ samples: [Sample]
  ) throws -> (A.Collated, B.Collated)
  where Sample == (A, B) {
    try defaultCollate(samples)
  }

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable, C: Collatable>(
    _ samples: [Sample]
  ) throws -> (A.Collated, B.Collated, C.Collated)
  where Sample == (A, B, C) {
    try defaultCollate(samples)
  }

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable, C: Collatable, D: Collatable>(
    _ samples: [Sample]
  ) throws -> (A.Collated, B.Collated, C.Collated, D.Collated)
  where Sample == (A, B, C, D) {
    try defaultCollate(samples)
  }

  /// ``defaultCollate(_:)``.
  public func collate<A: Collatable, B: Collatable, C: Collatable, D: Collatable, E: Collatable>(
    _ samples: [Sample]
  ) throws -> (A.Collated, B.Collated, C.Collated, D.Collated, E.Collated)
  where Sample == (A, B, C, D, E) {
    try defaultCollate(samples)
  }
}
