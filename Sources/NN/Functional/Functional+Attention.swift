public import TensorModule

extension Functional {
  /// softmax(query·keyᵀ·scale + mask)·value: each query's mean of the values, weighted by how well the keys fit
  /// (PyTorch's `F.scaled_dot_product_attention`). The leading dimensions broadcast.
  /// - Parameters:
  ///   - query: `[…, L, E]`.
  ///   - key: `[…, S, E]`.
  ///   - value: `[…, S, Ev]`.
  ///   - attnMask: broadcast to `[…, L, S]`; bool: **true takes part** (the opposite of `multiHeadAttentionForward`);
  ///     floating-point: added before the softmax. A query that may look at nothing gets zeros.
  ///   - dropoutP: the probability with which weights are zeroed, always: pass 0 in evaluation.
  ///   - isCausal: whether query i sees keys 0 … i only; not together with a mask.
  ///   - scale: 1/√E unless given.
  ///   - enableGQA: whether fewer heads of keys and values, dimension -3, serve several heads of queries each.
  /// - Returns: `[…, L, Ev]`.
  public static func scaledDotProductAttention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, attnMask: Tensor? = nil, dropoutP: Double = 0,
    isCausal: Bool = false, scale: Double? = nil, enableGQA: Bool = false, generator: Generator? = nil
  ) -> Tensor {
    let query = Autocast.short(query), key = Autocast.short(key), value = Autocast.short(value)
    return Autocast.without {
      attention(query, key, value, attnMask, dropoutP, isCausal, scale, enableGQA: enableGQA, generator)
    }
  }

  private static func attention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ attnMask: Tensor?, _ dropoutP: Double, _ isCausal: Bool,
    _ scale: Double?, enableGQA: Bool, _ generator: Generator?
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard checkAttention(query, key, value, attnMask, isCausal) else { return standIn() }
    var k = wide(key), v = wide(value)
    if enableGQA {
      guard let group = headsPerGroup(query, key, value) else { return standIn() }
      k = repeatedHeads(k, group.key)
      v = repeatedHeads(v, group.value)
    }
    let factor = scale ?? 1 / Double(query.shape[-1]).squareRoot()
    var scores = (wide(query) * factor).matmul(k.mT)
    var visible: Tensor?
    // Where a query sees at least one key; only masks leave one without.
    var seesSome: Tensor?
    if isCausal {
      let rows = Tensor.arange(query.shape[-2]).unsqueeze(1), columns = Tensor.arange(key.shape[-2])
      visible = (columns .<= rows).to(query.device)
    } else if let attnMask {
      if attnMask.dtype == .bool { visible = attnMask } else { scores = scores + wide(attnMask) }
      if attnMask.rank > 0 {
        seesSome = (visible ?? (attnMask.detach() .!= -Double.infinity)).any(dim: -1, keepDim: true)
      }
    }
    if let visible { scores = Tensor.where(visible, scores, -Double.infinity) }
    var weights: Tensor
    if let seesSome, !seesSome.all().item(as: Bool.self) {
      weights = Tensor.where(seesSome, Tensor.where(seesSome, scores, 0).softmax(dim: -1), 0)
    } else {
      weights = scores.softmax(dim: -1)
    }
    if dropoutP > 0 { weights = weights.dropout(dropoutP, generator: generator) }
    return weights.matmul(v).to(query.dtype)
  }

  private static func repeatedHeads(_ x: Tensor, _ count: Int) -> Tensor {
    if count == 1 { return x }
    var sizes = Array(x.shape)
    let axis = sizes.count - 3
    sizes.insert(count, at: axis + 1)
    let repeated = x.unsqueeze(axis + 1).expand(Shape(sizes))
    sizes.remove(at: axis + 1)
    sizes[axis] *= count
    return repeated.reshape(Shape(sizes))
  }

  /// Nil after failing.
  private static func headsPerGroup(_ query: Tensor, _ key: Tensor, _ value: Tensor) -> (key: Int, value: Int)? {
    guard query.rank >= 3, key.rank >= 3, value.rank >= 3 else {
      fail(TensorError("scaledDotProductAttention", of: query, key, value, rule: "grouped queries need a dimension of heads, [heads, length, size]"))
      return nil
    }
    let heads = query.shape[-3], keys = key.shape[-3], values = value.shape[-3]
    guard keys > 0, values > 0, heads % keys == 0, heads % values == 0 else {
      fail(
        TensorError(
          "scaledDotProductAttention", of: query, key, value,
          rule: "the \(heads) heads of queries must be a multiple of the \(keys) of keys and the \(values) of values"))
      return nil
    }
    return (heads / keys, heads / values)
  }

  /// False after failing.
  private static func checkAttention(_ query: Tensor, _ key: Tensor, _ value: Tensor, _ mask: Tensor?, _ isCausal: Bool) -> Bool {
    var rule: String?, hint: String?
    if query.rank < 2 || key.rank < 2 || value.rank < 2 {
      rule = "query, key and value need at least 2 dimensions, not \(query.rank), \(key.rank) and \(value.rank)"
    } else if !query.dtype.isFloatingPoint || query.dtype != key.dtype || query.dtype != value.dtype {
      rule = "query, key and value must have one floating-point dtype, not \(query.dtype), \(key.dtype) and \(value.dtype)"
    } else if query.shape[-1] != key.shape[-1] {
      rule = "query and key vectors have different sizes, \(query.shape[-1]) and \(key.shape[-1])"
    } else if key.shape[-2] != value.shape[-2] {
      rule = "there are \(key.shape[-2]) keys but \(value.shape[-2]) values"
    } else if let mask {
      if isCausal {
        rule = "an explicit mask must not be given with isCausal"
      } else if mask.dtype != .bool && mask.dtype != query.dtype && mask.dtype != .float32 {
        rule = "the mask must be bool or of the query's dtype \(query.dtype), not \(mask.dtype)"
        hint = "convert it with to(.\(query.dtype)), or compare it: mask .!= 0"
      }
    }
    guard let rule else { return true }
    fail(TensorError("scaledDotProductAttention", of: query, key, value, rule: rule, hint: hint))
    return false
  }
}
