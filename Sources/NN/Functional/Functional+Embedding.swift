internal import Autograd
public import TensorModule

/// How the vectors of a bag become one (PyTorch's `mode` of `nn.EmbeddingBag`).
public enum BagMode: String, Sendable, Hashable {
  /// Their sum.
  case sum
  /// Their mean; zeros for an empty bag.
  case mean
  /// Their largest elements; zeros for an empty bag.
  case max

  /// From PyTorch's spelling; another text is an error.
  public init(named name: String) {
    if let known = BagMode(rawValue: name) {
      self = known
      return
    }
    fail(TensorError("embeddingBag", rule: "the mode has to be one of sum, mean or max, not \(name)"))
    self = .mean
  }
}

extension Functional {
  /// The rows of a table at indices (PyTorch's `F.embedding`).
  /// - Parameters:
  ///   - indices: int64 or int32, any shape.
  ///   - weight: the table, `[count, size]`.
  ///   - paddingIdx: a row that gets no gradient; negative from the end.
  ///   - maxNorm: rows that are looked up and longer than this are shortened to it, in the table itself.
  ///   - normType: the p of the p-norm that measures them.
  ///   - scaleGradByFreq: whether the gradient of a row is divided by how often the row was looked up.
  /// - Returns: the indices' shape with a last dimension of the rows' size.
  public static func embedding(
    _ indices: Tensor, _ weight: Tensor, paddingIdx: Int? = nil, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard checkTable("embedding", indices, weight), let padding = checkedPadding("embedding", weight, paddingIdx) else {
      return standIn()
    }
    let flat = indices.reshape(-1).to(.int64)
    if let maxNorm { renormalize(weight, flat, maxNorm, normType) }
    var rows = weight.indexSelect(dim: 0, index: flat)
    if scaleGradByFreq { shareGradient(of: rows, among: flat) }
    rows = rows.reshape(Shape(Array(indices.shape) + [weight.shape[1]]))
    if padding >= 0, Recording.records(weight.flags, .current) {
      rows = Tensor.where((indices .== padding).unsqueeze(-1), rows.detach(), rows)
    }
    return rows
  }

  /// The rows of a table at indices, reduced bag by bag, without keeping the rows (PyTorch's `F.embedding_bag`).
  /// - Parameters:
  ///   - input: int64 or int32 indices; `[B, L]` for bags of one size, or `[N]` with `offsets`.
  ///   - weight: the table, `[count, size]`.
  ///   - offsets: where in `input` each bag starts, beginning with 0.
  ///   - maxNorm: as for `embedding`.
  ///   - normType: as for `embedding`.
  ///   - scaleGradByFreq: as for `embedding`; not with `max`.
  ///   - mode: how the rows become one.
  ///   - perSampleWeights: a factor for each index, of the input's shape; only with `sum`.
  ///   - includeLastOffset: whether `offsets` ends with the end of the last bag.
  ///   - paddingIdx: an index that does not count: neither in the results nor in the gradient.
  /// - Returns: `[B, size]`.
  public static func embeddingBag(
    _ input: Tensor, _ weight: Tensor, offsets: Tensor? = nil, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false, mode: BagMode = .mean, perSampleWeights: Tensor? = nil,
    includeLastOffset: Bool = false, paddingIdx: Int? = nil
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard checkTable("embeddingBag", input, weight), let padding = checkedPadding("embeddingBag", weight, paddingIdx),
      checkOptions(input, scaleGradByFreq, mode, perSampleWeights),
      let starts = bagStarts(input, offsets, includeLastOffset)
    else { return standIn() }
    var flat = input.reshape(-1).to(.int64)
    if let maxNorm { renormalize(weight, flat, maxNorm, normType) }
    // Which bag each index belongs to; padding, and what stands before or after all bags, belongs to none.
    let numbers = flat.toArray(as: Int64.self), bagCount = starts.count - 1
    var bags: [Int64] = [], kept: [Int64] = []
    for bag in 0..<bagCount {
      for position in starts[bag]..<starts[bag + 1] where padding < 0 || numbers[position] != Int64(padding) {
        bags.append(Int64(bag))
        kept.append(Int64(position))
      }
    }
    var factors = perSampleWeights?.reshape(-1)
    if kept.count != numbers.count {
      let positions = Tensor(kept, shape: [kept.count]).to(flat.device)
      flat = flat.indexSelect(dim: 0, index: positions)
      factors = factors?.indexSelect(dim: 0, index: positions)
    }
    let selected = weight.indexSelect(dim: 0, index: flat)
    if scaleGradByFreq { shareGradient(of: selected, among: flat) }
    var rows = wide(selected)
    if let factors { rows = rows * wide(factors).unsqueeze(1) }
    let result = mode == .max
      ? largest(rows, bags, bagCount) : summed(rows, bags, bagCount, mean: mode == .mean)
    return result.to(weight.dtype)
  }

  // MARK: Parts

  private static func summed(_ rows: Tensor, _ bags: [Int64], _ bagCount: Int, mean: Bool) -> Tensor {
    let index = Tensor(bags, shape: [bags.count]).to(rows.device)
    let zeros = Tensor.zeros([bagCount, rows.shape[1]], dtype: rows.dtype, device: rows.device)
    let sums = zeros.indexAdd(dim: 0, index: index, rows)
    if !mean { return sums }
    var counts = [Double](repeating: 0, count: bagCount)
    for bag in bags { counts[Int(bag)] += 1 }
    return sums / Tensor(counts.map { Swift.max($0, 1) }, shape: [bagCount, 1]).to(rows.dtype).to(rows.device)
  }

  /// Each bag's largest elements; of equal ones the first gets the gradient.
  private static func largest(_ rows: Tensor, _ bags: [Int64], _ bagCount: Int) -> Tensor {
    let count = bags.count, size = rows.shape[1]
    let zeros = Tensor.zeros([bagCount, size], dtype: rows.dtype, device: rows.device)
    guard count > 0, !ThreadMode.hasFailed else { return zeros + rows.sum() }
    let index = Tensor(bags, shape: [count]).to(rows.device), numbers = rows.detach()
    let maxima = zeros.indexReduce(dim: 0, index: index, numbers, .amax, includeSelf: false)
    // The first row of each bag and column that has the maximum. One that is not a number equals nothing.
    let isLargest = (numbers .== maxima.indexSelect(dim: 0, index: index)).logicalOr(numbers.isNaN())
    let positions = Tensor.where(isLargest, Tensor.arange(count, device: rows.device).unsqueeze(1), count)
    let none = Tensor.full([bagCount, size], count, dtype: .int64, device: rows.device)
    let first = none.indexReduce(dim: 0, index: index, positions, .amin)
    let isEmpty = first .== count
    return Tensor.where(isEmpty, 0, rows.gather(dim: 0, index: Tensor.where(isEmpty, 0, first)))
  }

  /// Divides the gradient of looked-up rows by how often each was looked up.
  private static func shareGradient(of rows: Tensor, among indices: Tensor) {
    guard rows.requiresGrad else { return }
    let numbers = indices.toArray(as: Int64.self)
    var counts: [Int64: Int] = [:]
    for number in numbers { counts[number, default: 0] += 1 }
    let shares = Tensor(numbers.map { 1 / Double(counts[$0] ?? 1) }, shape: [numbers.count, 1]).to(rows.dtype).to(rows.device)
    rows.registerHook { $0 * shares }
  }

  /// Shortens the rows at the indices to a norm, in place and unrecorded.
  private static func renormalize(_ weight: Tensor, _ indices: Tensor, _ maxNorm: Double, _ p: Double) {
    withNoGrad {
      let used = Set(indices.toArray(as: Int64.self)).sorted()
      if used.isEmpty { return }
      let index = Tensor(used, shape: [used.count]).to(weight.device)
      let table = weight.detach()
      let rows = wide(table.indexSelect(dim: 0, index: index))
      if ThreadMode.hasFailed { return }
      let lengths = norm(rows, p: p, dim: 1, keepDim: true)
      let scales = Tensor.where(lengths .> maxNorm, (lengths + 1e-7).reciprocal() * maxNorm, 1)
      table[index] = (rows * scales).to(table.dtype)
    }
  }

  // MARK: Checks; false or nil after failing

  private static func checkTable(_ name: String, _ indices: Tensor, _ weight: Tensor) -> Bool {
    if indices.dtype != .int64 && indices.dtype != .int32 {
      fail(
        TensorError(
          name, of: indices, weight, rule: "indices must be int64 or int32, got \(indices.dtype)",
          hint: "convert them with to(.int64)"))
      return false
    }
    if weight.rank != 2 {
      fail(TensorError(name, of: indices, weight, rule: "the table must have two dimensions, not \(weight.rank)"))
      return false
    }
    return true
  }

  /// The padding row's number, -1 for none.
  private static func checkedPadding(_ name: String, _ weight: Tensor, _ index: Int?) -> Int? {
    guard let index else { return -1 }
    let position = index < 0 ? index + weight.shape[0] : index
    if position >= 0, position < weight.shape[0] { return position }
    fail(TensorError(name, of: weight, rule: "paddingIdx \(index) must be within the \(weight.shape[0]) embeddings"))
    return nil
  }

  private static func checkOptions(_ input: Tensor, _ scaleGradByFreq: Bool, _ mode: BagMode, _ weights: Tensor?) -> Bool {
    var rule: String?
    if let weights, weights.shape != input.shape {
      rule = "perSampleWeights must have the input's shape, not \(weights.shape.tupleDescription)"
    } else if weights != nil && mode != .sum {
      rule = "perSampleWeights are supported for the mode sum only, not for \(mode)"
    } else if scaleGradByFreq && mode == .max {
      rule = "the mode max does not support scaling the gradient by the frequency"
    }
    guard let rule else { return true }
    fail(TensorError("embeddingBag", of: input, rule: rule))
    return false
  }

  /// Where the bags start, and where the last one ends.
  private static func bagStarts(_ input: Tensor, _ offsets: Tensor?, _ includeLastOffset: Bool) -> [Int]? {
    func refuse(_ rule: String) -> [Int]? {
      fail(TensorError("embeddingBag", [input, offsets].compactMap { $0.map(TensorError.Operand.init) }, rule))
      return nil
    }
    switch input.rank {
    case 2:
      guard offsets == nil else { return refuse("an input of two dimensions is bags of one size and takes no offsets") }
      return (0...input.shape[0]).map { $0 * input.shape[1] }
    case 1:
      guard let offsets, offsets.rank == 1 else { return refuse("an input of one dimension needs offsets of one dimension") }
      guard offsets.dtype == .int64 || offsets.dtype == .int32 else { return refuse("offsets must be int64 or int32, got \(offsets.dtype)") }
      var starts = offsets.to(.int64).toArray(as: Int64.self).map { Int($0) }
      if includeLastOffset && starts.isEmpty { return refuse("includeLastOffset needs at least one offset") }
      if let first = starts.first, first != 0 {
        return refuse("the first offset has to be 0: the first bag starts at the first index; got \(first)")
      }
      if let last = starts.last, last > input.elementCount {
        return refuse("the last offset \(last) is greater than the input's length \(input.elementCount)")
      }
      if !includeLastOffset { starts.append(input.elementCount) }
      for (a, b) in zip(starts, starts.dropFirst()) where a > b { return refuse("offsets must not decrease, but \(b) follows \(a)") }
      return starts
    default:
      return refuse("the input must have one or two dimensions, not \(input.rank)")
    }
  }
}
