public import TensorModule

extension Functional {
  /// Attention by several heads between projections (PyTorch's `F.multi_head_attention_forward`), what
  /// `nn.MultiheadAttention` computes. Sequences come first: `[L, N, E]`, or `[L, E]` for one sample.
  ///
  /// In bool masks **true hides** (the opposite of `scaledDotProductAttention`); floating-point ones are added.
  /// - Parameters:
  ///   - query: `[L, N, E]`.
  ///   - key: `[S, N, Ek]`.
  ///   - value: `[S, N, Ev]`.
  ///   - embedDimToCheck: what E must be.
  ///   - numHeads: the number of heads, a divisor of E.
  ///   - inProjWeight: `[3E, E]`, the projections of query, key and value one below the other.
  ///   - inProjBias: `[3E]`.
  ///   - biasK: `[1, 1, E]`, a further key; with `biasV`.
  ///   - biasV: `[1, 1, E]`, its value.
  ///   - addZeroAttn: whether a key and a value of zeros are added.
  ///   - dropoutP: the probability with which weights are zeroed while training.
  ///   - outProjWeight: `[E, E]`.
  ///   - outProjBias: `[E]`.
  ///   - training: whether weights are dropped.
  ///   - keyPaddingMask: `[N, S]`, `[S]` for one sample: keys that no query sees.
  ///   - needWeights: whether the weights are returned.
  ///   - attnMask: `[L, S]` or `[N·heads, L, S]`.
  ///   - useSeparateProjWeight: whether the next three stand for `inProjWeight`.
  ///   - qProjWeight: `[E, E]`.
  ///   - kProjWeight: `[E, Ek]`.
  ///   - vProjWeight: `[E, Ev]`.
  ///   - staticK: keys in place of the projected, `[N·heads, S, E/heads]`.
  ///   - staticV: values in place of the projected.
  ///   - averageAttnWeights: whether the weights are averaged over the heads.
  ///   - isCausal: that `attnMask`, which must be given, is the causal one.
  /// - Returns: the output `[L, N, E]` and, if asked for, the weights `[N, L, S]` or `[N, heads, L, S]`.
  public static func multiHeadAttentionForward(
    query: Tensor, key: Tensor, value: Tensor, embedDimToCheck: Int, numHeads: Int, inProjWeight: Tensor?,
    inProjBias: Tensor?, biasK: Tensor?, biasV: Tensor?, addZeroAttn: Bool, dropoutP: Double, outProjWeight: Tensor,
    outProjBias: Tensor?, training: Bool = true, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
    attnMask: Tensor? = nil, useSeparateProjWeight: Bool = false, qProjWeight: Tensor? = nil, kProjWeight: Tensor? = nil,
    vProjWeight: Tensor? = nil, staticK: Tensor? = nil, staticV: Tensor? = nil, averageAttnWeights: Bool = true,
    isCausal: Bool = false
  ) -> (output: Tensor, weights: Tensor?) {
    if ThreadMode.hasFailed { return (standIn(), nil) }
    func refuse(_ rule: String, hint: String? = nil) -> (output: Tensor, weights: Tensor?) {
      (failing(TensorError("multiHeadAttention", of: query, key, value, rule: rule, hint: hint)), nil)
    }
    if let rule = attentionShapeProblem(query, key, value, embedDimToCheck, numHeads, keyPaddingMask, attnMask) { return refuse(rule) }
    if isCausal && attnMask == nil { return refuse("isCausal needs the mask itself, too", hint: "make it with triu(diagonal: 1)") }
    let isBatched = query.rank == 3
    func batch(_ x: Tensor) -> Tensor { isBatched ? x : x.unsqueeze(1) }
    let length = query.shape[0], count = isBatched ? query.shape[1] : 1, size = query.shape[-1]
    if useSeparateProjWeight ? !key.shape.dropLast().elementsEqual(value.shape.dropLast()) : key.shape != value.shape {
      return refuse("key and value do not match")
    }
    guard (biasK == nil) == (biasV == nil) else { return refuse("biasK and biasV must be given together") }
    if biasK != nil && (staticK != nil || staticV != nil) { return refuse("a bias cannot be added to static keys or values") }
    if let inProjBias, inProjBias.shape != [3 * size] {
      return refuse("the projection bias must have shape (\(3 * size),), but has \(inProjBias.shape.tupleDescription)")
    }
    let headSize = size / numHeads

    // Projections.
    let type = query.dtype == .float64 ? .float64 : autocastDType ?? query.dtype
    let isSelf = query === key && key === value, query = wide(batch(query))
    let key = isSelf ? query : wide(batch(key)), value = isSelf ? query : wide(batch(value))
    var q: Tensor, k: Tensor, v: Tensor
    if useSeparateProjWeight {
      guard let qProjWeight, let kProjWeight, let vProjWeight else { return refuse("the separate projection weights are missing") }
      let biases = inProjBias.map { wide($0).chunk(3) }
      q = query.linear(wide(qProjWeight), biases?[0])
      k = key.linear(wide(kProjWeight), biases?[1])
      v = value.linear(wide(vProjWeight), biases?[2])
    } else {
      guard let inProjWeight else { return refuse("the projection weight is missing") }
      guard inProjWeight.rank == 2, inProjWeight.shape[0] == 3 * size else {
        return refuse("the projection weight must have \(3 * size) rows, but has shape \(inProjWeight.shape.tupleDescription)")
      }
      let weight = wide(inProjWeight), bias = inProjBias.map { wide($0) }
      if isSelf {
        let parts = query.linear(weight, bias).chunk(3, dim: -1)
        (q, k, v) = (parts[0], parts[1], parts[2])
      } else {
        let weights = weight.chunk(3), biases = bias?.chunk(3)
        q = query.linear(weights[0], biases?[0])
        k = key.linear(weights[1], biases?[1])
        v = value.linear(weights[2], biases?[2])
      }
    }

    // Masks as numbers to be added.
    var mask = isCausal && keyPaddingMask == nil && !needWeights ? nil : attnMask.map { added($0, query.dtype) }
    var padding = keyPaddingMask.map { added(isBatched ? $0 : $0.unsqueeze(0), query.dtype) }
    if let found = mask, found.rank == 2 { mask = found.unsqueeze(0) }
    /// One more key that every query sees.
    func widenMasks() {
      func widened(_ x: Tensor) -> Tensor {
        if ThreadMode.hasFailed { return x }
        var sizes = Array(x.shape)
        sizes[sizes.count - 1] = 1
        return Tensor.cat([x, Tensor.zeros(Shape(sizes), dtype: x.dtype, device: x.device)], dim: -1)
      }
      mask = mask.map(widened)
      padding = padding.map(widened)
    }
    if let biasK, let biasV {
      k = Tensor.cat([k, wide(biasK).expand([1, count, size])])
      v = Tensor.cat([v, wide(biasV).expand([1, count, size])])
      widenMasks()
    }

    // Heads beside the batch: [N·heads, length, size of a head].
    func heads(_ x: Tensor) -> Tensor { x.reshape([x.shape[0], count * numHeads, headSize]).transpose(0, 1) }
    for (name, given) in [("staticK", staticK), ("staticV", staticV)] {
      if let given, given.rank != 3 || given.shape[0] != count * numHeads || given.shape[2] != headSize {
        return refuse("\(name) must have shape (\(count * numHeads), S, \(headSize)), not \(given.shape.tupleDescription)")
      }
    }
    q = heads(q)
    k = staticK.map { wide($0) } ?? heads(k)
    v = staticV.map { wide($0) } ?? heads(v)
    if addZeroAttn {
      let zeros = Tensor.zeros([count * numHeads, 1, headSize], dtype: k.dtype, device: k.device)
      k = Tensor.cat([k, zeros], dim: 1)
      v = Tensor.cat([v, zeros], dim: 1)
      widenMasks()
    }
    let sourceLength = k.shape[1]
    if let found = padding {
      guard found.shape == [count, sourceLength] else {
        return refuse("the key padding mask has shape \(found.shape.tupleDescription), expected (\(count), \(sourceLength))")
      }
      let each = found.reshape([count, 1, 1, sourceLength]).expand([count, numHeads, 1, sourceLength])
        .reshape([count * numHeads, 1, sourceLength])
      mask = mask.map { $0 + each } ?? each
    }

    let dropped = training ? dropoutP : 0
    var weights: Tensor?
    var attended: Tensor
    if needWeights {
      var scores = (q * (1 / Double(headSize)).squareRoot()).matmul(k.mT)
      if let mask { scores = scores + mask }
      let shares = scores.softmax(dim: -1).dropout(dropped)
      attended = shares.matmul(v)
      let byHead = shares.reshape([count, numHeads, length, sourceLength])
      let shown = (averageAttnWeights ? byHead.mean(dim: 1) : byHead).to(type)
      weights = isBatched ? shown : shown.squeeze(0)
    } else {
      attended = scaledDotProductAttention(
        q, k, v, attnMask: mask, dropoutP: dropped, isCausal: isCausal && mask == nil)
    }
    attended = attended.transpose(0, 1).reshape([length, count, size])
    let output = attended.linear(wide(outProjWeight), outProjBias.map { wide($0) }).to(type)
    return (isBatched ? output : output.squeeze(1), weights)
  }

  /// A bool mask as -∞ where it hides.
  private static func added(_ mask: Tensor, _ dtype: DType) -> Tensor {
    if mask.dtype != .bool { return mask.to(dtype) }
    return Tensor.zeros(mask.shape, dtype: dtype, device: mask.device).maskedFill(mask, -Double.infinity)
  }

  /// What is wrong with the shapes, nil if nothing.
  private static func attentionShapeProblem(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ embeddingSize: Int, _ heads: Int, _ padding: Tensor?, _ mask: Tensor?
  ) -> String? {
    guard query.rank == 2 || query.rank == 3 else {
      return "expected a query of 2 dimensions (one sample) or 3 (a batch), not \(query.rank)"
    }
    guard key.rank == query.rank, value.rank == query.rank else {
      return "key and value must have \(query.rank) dimensions as the query has, not \(key.rank) and \(value.rank)"
    }
    let size = query.shape[-1]
    guard size == embeddingSize else { return "expected an embedding dimension of \(embeddingSize), but got \(size)" }
    // No more heads than features, if there are any: then samples · heads can be counted, too.
    guard heads > 0, heads <= Swift.max(size, 1), size % heads == 0 else {
      return "the embedding dimension \(size) is not divisible by \(heads) heads"
    }
    for (name, found) in [("key padding", padding), ("attention", mask)] {
      if let found, found.dtype != .bool && !found.dtype.isFloatingPoint { return "the \(name) mask must be bool or floating-point, not \(found.dtype)" }
    }
    if let padding, padding.rank != query.rank - 1 {
      return "the key padding mask must have \(query.rank - 1) dimensions, not \(padding.rank)"
    }
    guard let mask else { return nil }
    let lengths = [query.shape[0], key.shape[0]], samples = query.rank == 3 ? query.shape[1] : 1
    switch mask.rank {
    case 2 where Array(mask.shape) != lengths:
      return "the attention mask has shape \(mask.shape.tupleDescription), but should have (\(lengths[0]), \(lengths[1]))"
    case 3 where Array(mask.shape) != [samples * heads] + lengths:
      return "the attention mask has shape \(mask.shape.tupleDescription), but should have (\(samples * heads), \(lengths[0]), \(lengths[1]))"
    case 2, 3: return nil
    default: return "the attention mask must have 2 or 3 dimensions, not \(mask.rank)"
    }
  }
}
