public import Martlet

/// How the next character is drawn from a model's scores.
public struct TextSampler {
  /// What scores are divided by: below 1 the likely characters become likelier, above 1 the others. 0 always takes the
  /// likeliest.
  public let temperature: Double
  /// How many of the likeliest characters are candidates; nil for all.
  public let topK: Int?

  /// A way of drawing.
  public init(temperature: Double, topK: Int?) {
    self.temperature = temperature
    self.topK = topK
  }

  /// Draws a character number from scores `[V]`.
  public func draw(_ scores: Tensor) -> Int {
    if temperature == 0 { return scores.argmax().item(as: Int.self) }
    var scores = scores / temperature
    if let topK, topK < scores.elementCount {
      let least = scores.topk(topK).values[-1]
      scores = scores.maskedFill(scores .< least, -Double.infinity)
    }
    return scores.softmax(dim: 0).multinomial(1).item(as: Int.self)
  }
}
