internal import Autograd
public import TensorModule

/// A batch of sequences of different lengths without padding (PyTorch's `nn.utils.rnn.PackedSequence`): first the first
/// rows of all, longest sequence first, then the second rows of those that have one, and so on. `abc` and `x` are packed
/// as `axbc`, batch sizes 2, 1, 1.
///
/// Made by ``packPaddedSequence(_:lengths:batchFirst:enforceSorted:)`` or ``packSequence(_:enforceSorted:)``, taken and
/// returned by ``RNN``, ``GRU`` and ``LSTM``.
public struct PackedSequence: Sendable {
  /// The rows, `[ΣbatchSizes, …]`.
  public let data: Tensor
  /// For each step, how many sequences have it; never more than for the step before.
  public let batchSizes: [Int]
  /// Which of the original sequences stands at each place, int64 `[N]`; nil if they were sorted already.
  public let sortedIndices: Tensor?
  /// At which place each of the original sequences stands, int64 `[N]`: the inverse of `sortedIndices`.
  public let unsortedIndices: Tensor?
  /// The same as numbers.
  let places: [Int]?

  /// Parts that were computed elsewhere; the functions for packing are easier.
  /// - Parameters:
  ///   - data: `[ΣbatchSizes, …]`.
  ///   - batchSizes: positive, never growing.
  ///   - sortedIndices: a permutation of 0 ..< batchSizes[0], int64, or nil.
  ///   - unsortedIndices: its inverse, found if left out.
  public init(_ data: Tensor, batchSizes: [Int], sortedIndices: Tensor? = nil, unsortedIndices: Tensor? = nil) {
    self.data = data
    self.batchSizes = batchSizes
    self.sortedIndices = sortedIndices
    if ThreadMode.hasFailed {
      self.unsortedIndices = unsortedIndices
      places = nil
      return
    }
    let total = batchSizes.reduce((0, false)) { sum, size in
      let (next, overflow) = sum.0.addingReportingOverflow(size)
      return (next, sum.1 || overflow)
    }
    var rule: String?
    if !zip(batchSizes, batchSizes.dropFirst()).allSatisfy(>=) || (batchSizes.last ?? 0) < 1 || total.1 {
      rule = "batch sizes must be positive and never grow"
    } else if data.rank == 0 || data.shape[0] != total.0 {
      rule = "the batch sizes add up to \(total.0), the number of rows must be that"
    }
    var places: [Int]?
    if rule == nil, let given = unsortedIndices ?? sortedIndices {
      let numbers = given.dtype == .int64 && given.rank == 1 ? given.toArray(as: Int64.self).map(Int.init) : []
      if numbers.sorted() == Array(0..<batchSizes[0]) {
        places = unsortedIndices == nil ? Self.inverse(of: numbers) : numbers
      } else {
        rule = "the indices must be an int64 permutation of 0 ..< \(batchSizes[0])"
      }
    }
    if let rule { fail(TensorError("PackedSequence", of: data, rule: rule)) }
    self.places = places
    self.unsortedIndices =
      unsortedIndices ?? places.flatMap { ThreadMode.hasFailed ? nil : Tensor($0).to(data.device) }
  }

  /// What the library has computed itself.
  init(_ data: Tensor, batchSizes: [Int], order: [Int]?) {
    self.data = data
    self.batchSizes = batchSizes
    places = order.map { Self.inverse(of: $0) }
    sortedIndices = ThreadMode.hasFailed ? nil : order.map { Tensor($0).to(data.device) }
    unsortedIndices = ThreadMode.hasFailed ? nil : places.map { Tensor($0).to(data.device) }
  }

  private init(_ other: PackedSequence, data: Tensor) {
    self.data = data
    batchSizes = other.batchSizes
    places = other.places
    sortedIndices = other.sortedIndices.map { $0.to(data.device) }
    unsortedIndices = other.unsortedIndices.map { $0.to(data.device) }
  }

  private static func inverse(of permutation: [Int]) -> [Int] {
    var result = permutation
    for (place, index) in permutation.enumerated() { result[index] = place }
    return result
  }

  /// Other rows, packed the same way.
  func replacing(_ data: Tensor) -> PackedSequence { PackedSequence(self, data: data) }

  /// The lengths of the sequences, in their original order.
  public var lengths: [Int] {
    var sorted = [Int](repeating: 0, count: batchSizes.first ?? 0)
    for size in batchSizes { for place in 0..<max(size, 0) where place < sorted.count { sorted[place] += 1 } }
    return places.map { $0.map { sorted[$0] } } ?? sorted
  }

  /// The rows on another device.
  public func to(_ device: Device) -> PackedSequence { replacing(data.to(device)) }

  /// The rows converted to another type.
  public func to(_ dtype: DType) -> PackedSequence { replacing(data.to(dtype)) }
}

extension PackedSequence: CustomStringConvertible {
  /// As PyTorch prints it.
  public var description: String {
    func text(_ indices: Tensor?) -> String { indices?.description ?? "None" }
    return "PackedSequence(data=\(data), batch_sizes=tensor(\(batchSizes)), sorted_indices=\(text(sortedIndices)), "
      + "unsorted_indices=\(text(unsortedIndices)))"
  }
}
