internal import Autograd
public import TensorModule

// Between padded batches, lists of sequences and packed sequences: rows are moved by one selection each, whose index is
// counted out here, so that gradients flow through.

/// The side on which ``padSequence(_:batchFirst:paddingValue:paddingSide:)`` pads.
public enum PaddingSide: Sendable {
  case left, right
}

/// Packs a padded batch (PyTorch's `pack_padded_sequence`).
/// - Parameters:
///   - input: `[T, N, …]`, with `batchFirst` `[N, T, …]`.
///   - lengths: the length of each sequence, 1 … T.
///   - enforceSorted: whether lengths that are not in decreasing order are an error. With false the sequences are sorted,
///     and the result remembers their order.
public func packPaddedSequence(
  _ input: Tensor, lengths: [Int], batchFirst: Bool = false, enforceSorted: Bool = true
) -> PackedSequence {
  func refused(_ rule: String, hint: String? = nil) -> PackedSequence {
    PackedSequence(failing(TensorError("packPaddedSequence", of: input, rule: rule, hint: hint)), batchSizes: [], order: nil)
  }
  if ThreadMode.hasFailed { return PackedSequence(standIn(), batchSizes: [], order: nil) }
  guard input.rank >= 2 else { return refused("expected at least 2 dimensions, got \(input.rank)") }
  guard input.elementCount > 0 else { return refused("there is nothing to pack") }
  let count = input.shape[batchFirst ? 0 : 1], steps = input.shape[batchFirst ? 1 : 0]
  guard lengths.count == count else { return refused("expected \(count) lengths, one a sequence, got \(lengths.count)") }
  if let wrong = lengths.first(where: { $0 < 1 || $0 > steps }) {
    return refused("every length must be between 1 and the \(steps) steps, not \(wrong)")
  }
  var order: [Int]?
  if !enforceSorted {
    order = PackingPlan.order(of: lengths)
  } else if !zip(lengths, lengths.dropFirst()).allSatisfy(>=) {
    return refused("the lengths \(lengths) are not in decreasing order", hint: "pass enforceSorted: false")
  }
  let plan = PackingPlan(lengths, order)
  let index = plan.rows { batchFirst ? $0 * steps + $1 : $1 * count + $0 }
  let rows = input.flatten(startDim: 0, endDim: 1)
  return PackedSequence(rows.indexSelect(dim: 0, index: Tensor(index).to(input.device)), batchSizes: plan.batchSizes, order: order)
}

/// ``packPaddedSequence(_:lengths:batchFirst:enforceSorted:)`` with the lengths as a 1-d tensor of integers.
public func packPaddedSequence(
  _ input: Tensor, lengths: Tensor, batchFirst: Bool = false, enforceSorted: Bool = true
) -> PackedSequence {
  packPaddedSequence(
    input, lengths: numbers(lengths, "packPaddedSequence"), batchFirst: batchFirst, enforceSorted: enforceSorted)
}

/// A padded batch of packed sequences, in their original order (PyTorch's `pad_packed_sequence`).
/// - Parameters:
///   - paddingValue: what stands behind the end of a sequence.
///   - totalLength: T, at least the longest sequence's length, which it is if left out.
/// - Returns: `[T, N, …]`, with `batchFirst` `[N, T, …]`, and the sequences' lengths.
public func padPackedSequence(
  _ sequence: PackedSequence, batchFirst: Bool = false, paddingValue: Double = 0, totalLength: Int? = nil
) -> (padded: Tensor, lengths: [Int]) {
  if ThreadMode.hasFailed { return (standIn(), []) }
  let longest = sequence.batchSizes.count, steps = totalLength ?? longest, lengths = sequence.lengths
  guard steps >= longest else {
    let error = TensorError(
      "padPackedSequence", of: sequence.data,
      rule: "the total length \(steps) is less than the longest sequence's length \(longest)")
    return (failing(error), lengths)
  }
  let plan = PackingPlan(sequence)
  return (
    padded(sequence.data, plan.lengths.count, steps, batchFirst, paddingValue) {
      plan.rows { batchFirst ? $0 * steps + $1 : $1 * plan.lengths.count + $0 }
    }, lengths
  )
}

/// Sequences of different lengths as one padded batch (PyTorch's `pad_sequence`).
/// - Parameters:
///   - sequences: `[length, …]` each, equal but for the length.
///   - paddingValue: what fills up the shorter ones.
///   - paddingSide: where.
/// - Returns: `[T, N, …]`, with `batchFirst` `[N, T, …]`, T being the longest length.
public func padSequence(
  _ sequences: [Tensor], batchFirst: Bool = false, paddingValue: Double = 0, paddingSide: PaddingSide = .right
) -> Tensor {
  guard let lengths = lengths(of: sequences, "padSequence") else { return standIn() }
  let count = lengths.count, steps = lengths.max() ?? 0
  return padded(Tensor.cat(sequences), count, steps, batchFirst, paddingValue) {
    lengths.enumerated().flatMap { sequence, length in
      (0..<length).map { step in
        let place = paddingSide == .right ? step : steps - length + step
        return batchFirst ? sequence * steps + place : place * count + sequence
      }
    }
  }
}

/// The sequences of a padded batch (PyTorch's `unpad_sequence`): views of its first rows.
/// - Parameters:
///   - padded: `[T, N, …]`, with `batchFirst` `[N, T, …]`.
///   - lengths: the length of each sequence, 0 … T.
public func unpadSequence(_ padded: Tensor, lengths: [Int], batchFirst: Bool = false) -> [Tensor] {
  if ThreadMode.hasFailed { return lengths.map { _ in standIn() } }
  guard padded.rank >= 2, padded.shape[batchFirst ? 0 : 1] == lengths.count else {
    fail(TensorError("unpadSequence", of: padded, rule: "\(lengths.count) lengths do not fit the batch"))
    return lengths.map { _ in standIn() }
  }
  return lengths.enumerated().map { index, length in
    padded.select(dim: batchFirst ? 0 : 1, index: index).narrow(dim: 0, start: 0, length: length)
  }
}

/// ``unpadSequence(_:lengths:batchFirst:)`` with the lengths as a 1-d tensor of integers.
public func unpadSequence(_ padded: Tensor, lengths: Tensor, batchFirst: Bool = false) -> [Tensor] {
  unpadSequence(padded, lengths: numbers(lengths, "unpadSequence"), batchFirst: batchFirst)
}

/// Packs sequences of different lengths (PyTorch's `pack_sequence`).
/// - Parameters:
///   - sequences: `[length, …]` each, equal but for the length, which is at least 1.
///   - enforceSorted: as for ``packPaddedSequence(_:lengths:batchFirst:enforceSorted:)``.
public func packSequence(_ sequences: [Tensor], enforceSorted: Bool = true) -> PackedSequence {
  packPaddedSequence(
    padSequence(sequences), lengths: lengths(of: sequences, "packSequence") ?? [], enforceSorted: enforceSorted)
}

/// The sequences of a packed batch, in their original order (PyTorch's `unpack_sequence`).
public func unpackSequence(_ packed: PackedSequence) -> [Tensor] {
  let (padded, lengths) = padPackedSequence(packed, batchFirst: true)
  return unpadSequence(padded, lengths: lengths, batchFirst: true)
}

// MARK: Parts

/// Where the rows of packed sequences come from.
private struct PackingPlan {
  /// In packed order, decreasing.
  let lengths: [Int]
  /// The original sequence at each place of the packed order.
  let order: [Int]

  init(_ lengths: [Int], _ order: [Int]?) {
    self.order = order ?? Array(lengths.indices)
    self.lengths = self.order.map { lengths[$0] }
  }

  init(_ sequence: PackedSequence) {
    let lengths = sequence.lengths
    self.init(lengths, sequence.places.map { places in places.indices.sorted { places[$0] < places[$1] } })
  }

  /// The sequences' numbers by decreasing length, equal ones as they stand.
  static func order(of lengths: [Int]) -> [Int] {
    lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
  }

  var batchSizes: [Int] {
    var result: [Int] = [], present = lengths.count
    for step in 0..<(lengths.first ?? 0) {
      while lengths[present - 1] <= step { present -= 1 }
      result.append(present)
    }
    return result
  }

  /// For each packed row a number made from its sequence and step.
  func rows(_ number: (_ sequence: Int, _ step: Int) -> Int) -> [Int] {
    batchSizes.enumerated().flatMap { step, size in (0..<size).map { number(order[$0], step) } }
  }
}

/// Rows laid into a batch of padding, each at the row of `[T·N, …]` that `index` says.
private func padded(
  _ rows: Tensor, _ count: Int, _ steps: Int, _ batchFirst: Bool, _ value: Double, _ index: () -> [Int]
) -> Tensor {
  if ThreadMode.hasFailed { return standIn() }
  let sizes = (batchFirst ? [count, steps] : [steps, count]) + rows.shape.dropFirst()
  let blank = Tensor.full(Shape(sizes), value, dtype: rows.dtype, device: rows.device)
  if ThreadMode.hasFailed { return standIn() }
  return blank.flatten(startDim: 0, endDim: 1).indexCopy(dim: 0, index: Tensor(index()).to(rows.device), rows)
    .reshape(Shape(sizes))
}

/// The lengths of sequences that fit together, or nil after failing.
private func lengths(of sequences: [Tensor], _ name: String) -> [Int]? {
  if ThreadMode.hasFailed { return nil }
  guard let first = sequences.first else {
    fail(TensorError(name, rule: "needs at least one sequence"))
    return nil
  }
  for sequence in sequences {
    guard sequence.rank > 0, sequence.shape.dropFirst().elementsEqual(first.shape.dropFirst()), sequence.dtype == first.dtype
    else {
      fail(
        TensorError(
          name, of: first, sequence, rule: "sequences must have at least one dimension and be equal but for the first's size"))
      return nil
    }
  }
  return sequences.map { $0.shape[0] }
}

/// The elements of a tensor of lengths; none after failing.
private func numbers(_ lengths: Tensor, _ name: String) -> [Int] {
  if ThreadMode.hasFailed { return [] }
  guard lengths.rank == 1, lengths.dtype.isInteger else {
    fail(TensorError(name, of: lengths, rule: "the lengths must be a 1-d tensor of integers"))
    return []
  }
  return lengths.toArray(as: Int64.self).map(Int.init)
}
