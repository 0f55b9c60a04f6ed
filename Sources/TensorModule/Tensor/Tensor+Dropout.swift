// Zeroing at random, with PyTorch's draws: the same seed drops the same elements. All return the tensor itself when not
// training, and when `p` is 0.

extension Tensor {
  /// Zeroes elements with probability `p` and scales the others by 1/(1 - p) (PyTorch's `F.dropout`); the tensor itself
  /// when not training.
  public func dropout(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("dropout", p, training, generator)
  }
  /// `dropout` in place.
  @discardableResult
  public func dropout_(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("dropout_", p, training, generator, inPlace: true)
  }

  /// `dropout` of whole channels: `[N, C, L]`, or `[C, L]` (PyTorch's `F.dropout1d`).
  public func dropout1d(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    channelsDropped1d("dropout1d", p, training, generator, inPlace: false)
  }
  /// `dropout1d` in place.
  @discardableResult
  public func dropout1d_(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    channelsDropped1d("dropout1d_", p, training, generator, inPlace: true)
  }

  private final func channelsDropped1d(
    _ name: String, _ p: Double, _ training: Bool, _ generator: Generator?, inPlace: Bool
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 2 || rank == 3 else {
      return failing(TensorError(name, of: self, rule: "expected 2 or 3 dimensions, [C, L] or [N, C, L], not \(rank)"))
    }
    return unbatched(rank == 2, inPlace) { $0.dropped(name, p, training, generator, channels: true, inPlace: inPlace) }
  }

  /// `dropout` of whole channels: `[N, C, H, W]`; three dimensions are taken as `[N, C, L]` (PyTorch's `F.dropout2d`).
  public func dropout2d(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("dropout2d", p, training, generator, channels: true)
  }
  /// `dropout2d` in place.
  @discardableResult
  public func dropout2d_(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("dropout2d_", p, training, generator, channels: true, inPlace: true)
  }

  /// `dropout` of whole channels: `[N, C, D, H, W]`, or `[C, D, H, W]` (PyTorch's `F.dropout3d`).
  public func dropout3d(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    unbatched(rank != 5, false) { $0.dropped("dropout3d", p, training, generator, channels: true) }
  }
  /// `dropout3d` in place.
  @discardableResult
  public func dropout3d_(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    unbatched(rank != 5, true) { $0.dropped("dropout3d_", p, training, generator, channels: true, inPlace: true) }
  }

  /// Sets elements to the lower limit of selu with probability `p`, and scales and shifts all so that mean and variance
  /// stay (PyTorch's `F.alpha_dropout`).
  public func alphaDropout(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("alphaDropout", p, training, generator, alpha: true)
  }
  /// `alphaDropout` in place.
  @discardableResult
  public func alphaDropout_(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("alphaDropout_", p, training, generator, alpha: true, inPlace: true)
  }

  /// `alphaDropout` of whole channels, `[N, C, …]` (PyTorch's `F.feature_alpha_dropout`).
  public func featureAlphaDropout(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("featureAlphaDropout", p, training, generator, channels: true, alpha: true)
  }

  /// `featureAlphaDropout` in place.
  @discardableResult
  public func featureAlphaDropout_(_ p: Double = 0.5, training: Bool = true, generator: Generator? = nil) -> Tensor {
    dropped("featureAlphaDropout_", p, training, generator, channels: true, alpha: true, inPlace: true)
  }

  /// `leakyRelu` with a slope drawn for each element from `lower ..< upper` while training, and their mean otherwise
  /// (PyTorch's `F.rrelu`).
  public func rrelu(
    lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, training: Bool = false, generator: Generator? = nil
  ) -> Tensor {
    guard let slopes = rreluSlopes("rrelu", lower, upper, training, generator) else { return standIn() }
    return training ? self * slopes : leakyRelu(negativeSlope: (lower + upper) / 2)
  }
  /// `rrelu` in place.
  @discardableResult
  public func rrelu_(
    lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, training: Bool = false, generator: Generator? = nil
  ) -> Tensor {
    guard let slopes = rreluSlopes("rrelu_", lower, upper, training, generator) else { return standIn() }
    return training ? mul_(slopes) : leakyRelu_(negativeSlope: (lower + upper) / 2)
  }

  /// 1 for positive elements; a number is drawn only for each of the others, in row-major order.
  private final func rreluSlopes(
    _ name: String, _ lower: Double, _ upper: Double, _ training: Bool, _ generator: Generator?
  ) -> Tensor? {
    if ThreadMode.hasFailed { return nil }
    guard lower <= upper, dtype.isFloatingPoint else {
      fail(
        TensorError(
          name, of: self,
          rule: dtype.isFloatingPoint
            ? "the lower bound \(lower) must not exceed the upper one \(upper)" : "needs a floating-point tensor, not \(dtype)"))
      return nil
    }
    guard training else { return self }
    let places = (detach() .<= 0).reshape(-1).nonzero().reshape(-1)
    let drawn = Tensor.empty(places.shape, dtype: .float64).uniform_(from: lower, to: upper, generator: generator)
    let slopes = Tensor.ones([elementCount], dtype: dtype)
    return slopes.scatter(dim: 0, index: places.cpu(), drawn.to(dtype)).reshape(shape).to(device)
  }

  /// A batch of one around a sample, and off again. What is written into the batch is the sample's.
  private final func unbatched(_ isSample: Bool, _ inPlace: Bool, _ body: (Tensor) -> Tensor) -> Tensor {
    if !isSample { return body(self) }
    if ThreadMode.hasFailed { return standIn() }
    let batch = unsqueeze(0), result = body(batch)
    return inPlace || result === batch ? self : result.squeeze(0)
  }

  private final func dropped(
    _ name: String, _ p: Double, _ training: Bool, _ generator: Generator?, channels: Bool = false, alpha: Bool = false,
    inPlace: Bool = false
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard p >= 0, p <= 1 else {
      return failing(TensorError(name, of: self, rule: "the probability has to be between 0 and 1, but got \(p)"))
    }
    if p == 0 || !training || elementCount == 0 { return self }
    guard !channels || rank >= 2 else {
      return failing(TensorError(name, of: self, rule: "dropping channels needs at least 2 dimensions, [N, C, …], not \(rank)"))
    }
    guard p < 1 else {
      let zeros = Tensor.zerosLike(self)
      return inPlace ? mul_(zeros) : self * zeros
    }
    let kept = channels
      ? Tensor.bernoulliMask(Shape((0..<rank).map { $0 < 2 ? shape[$0] : 1 }), p: 1 - p, generator: generator)
      : Tensor.bernoulliMask(like: detach(), p: 1 - p, generator: generator)
    let noise = kept.to(dtype).to(device)
    guard alpha else {
      noise.div_(1 - p)
      return inPlace ? mul_(noise) : self * noise
    }
    let limit = 1.7580993408473766  // selu's α·λ
    let scale = 1 / ((limit * limit * p + 1) * (1 - p)).squareRoot()
    let shift = (noise - 1).mul_(limit * scale).add_(limit * scale * p)
    noise.mul_(scale)
    return inPlace ? mul_(noise).add_(shift) : self * noise + shift
  }
}
