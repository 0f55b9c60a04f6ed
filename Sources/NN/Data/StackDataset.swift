internal import TensorModule

/// Data sets side by side: a sample is the tuple of their samples (PyTorch's `StackDataset`).
public struct StackDataset<each Source: Dataset>: Dataset {
  /// A sample of each.
  public typealias Sample = (repeat (each Source).Sample)
  /// A batch of each.
  public typealias Batch = (repeat (each Source).Batch)

  private let datasets: (repeat each Source)
  /// The number of samples, the same in each.
  public let count: Int

  /// Data sets of one size.
  public init(_ datasets: repeat each Source) {
    self.datasets = (repeat each datasets)
    var counts: [Int] = []
    repeat counts.append((each datasets).count)
    if let position = counts.firstIndex(where: { $0 != counts[0] }) {
      fail(
        TensorError(
          "StackDataset",
          rule: "all data sets must have one size; number \(position) has \(counts[position]) samples, the first \(counts[0])"))
    }
    count = counts.first ?? 0
  }

  /// The samples at a position.
  public subscript(index: Int) -> (repeat (each Source).Sample) {
    get throws { try (repeat (each datasets)[index]) }
  }

  /// Each kind as its data set does.
  public func collate(_ samples: [(repeat (each Source).Sample)]) throws -> (repeat (each Source).Batch) {
    let kinds = (repeat (each datasets).makeColumn())
    for sample in samples { repeat (each kinds).append(each sample) }
    return try (repeat (each datasets).collate((each kinds).elements))
  }
}
