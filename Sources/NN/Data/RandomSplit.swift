public import TensorModule

/// Splits a data set at random into parts of given sizes, which together are all of it (PyTorch's `random_split`). Without
/// a generator the numbers come from the default one.
///
/// ```swift
/// let parts = randomSplit(set, lengths: [50_000, 10_000], generator: Generator(seed: 42))
/// ```
public func randomSplit<Source: Dataset>(
  _ dataset: Source, lengths: [Int], generator: Generator? = nil
) -> [Subset<Source>] {
  let count = dataset.count
  var sum = 0
  for length in lengths {
    let (total, overflow) = sum.addingReportingOverflow(length)
    sum = overflow || length < 0 ? -1 : total
    if sum < 0 { break }
  }
  guard sum == count else {
    fail(
      TensorError(
        "randomSplit", rule: "the lengths \(lengths) must not be negative and add up to the data set's \(count) samples"))
    return lengths.map { _ in Subset(dataset, []) }
  }
  let order = Tensor.randperm(count, generator: generator)
  if ThreadMode.hasFailed { return lengths.map { _ in Subset(dataset, []) } }
  let positions = order.toArray(as: Int.self)
  var start = 0
  return lengths.map { length in
    defer { start += length }
    return Subset(dataset, Array(positions[start..<(start + length)]))
  }
}

/// Splits a data set at random into fractions that add up to 1. Sizes are rounded down, and what is left over goes to the
/// parts in turn, one sample each, from the first on.
///
/// ```swift
/// let parts = randomSplit(set, lengths: [0.8, 0.2])
/// ```
public func randomSplit<Source: Dataset>(
  _ dataset: Source, lengths: [Double], generator: Generator? = nil
) -> [Subset<Source>] {
  let sum = lengths.reduce(0, +)
  guard lengths.allSatisfy({ (0...1).contains($0) }), sum <= 1, abs(sum - 1) <= 1e-9 else {
    fail(TensorError("randomSplit", rule: "the fractions \(lengths) must be from 0 to 1 and add up to 1"))
    return lengths.map { _ in Subset(dataset, []) }
  }
  let count = dataset.count
  var sizes = lengths.map { Int((Double(count) * $0).rounded(.down)) }
  for index in 0..<max(0, count - sizes.reduce(0, +)) { sizes[index % sizes.count] += 1 }
  return randomSplit(dataset, lengths: sizes, generator: generator)
}
