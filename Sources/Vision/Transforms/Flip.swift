public import TensorModule

/// Images left for right, at random (torchvision's `RandomHorizontalFlip`).
public struct RandomHorizontalFlip: Transform {
  /// The probability.
  public let p: Double

  /// A flip with probability `p`.
  public init(p: Double = 0.5) { self.p = p }

  /// The image, or its mirror image.
  public func callAsFunction(_ image: Tensor) -> Tensor { image.flippedAtRandom("RandomHorizontalFlip", p, dim: -1) }

  /// The probability.
  public var description: String { "RandomHorizontalFlip(p=\(p))" }
}

/// Images upside down, at random (torchvision's `RandomVerticalFlip`).
public struct RandomVerticalFlip: Transform {
  /// The probability.
  public let p: Double

  /// A flip with probability `p`.
  public init(p: Double = 0.5) { self.p = p }

  /// The image, or its mirror image.
  public func callAsFunction(_ image: Tensor) -> Tensor { image.flippedAtRandom("RandomVerticalFlip", p, dim: -2) }

  /// The probability.
  public var description: String { "RandomVerticalFlip(p=\(p))" }
}

extension Tensor {
  fileprivate func flippedAtRandom(_ operation: String, _ p: Double, dim: Int) -> Tensor {
    guard imageSize(operation) != nil else { return standIn() }
    guard (0...1).contains(p) else {
      return failing(TensorError(operation, rule: "p \(p) must be between 0 and 1"))
    }
    // Compared as float32, the type of the drawn number.
    return Tensor.rand(1).item(as: Float.self) < Float(p) ? flip([dim]) : self
  }
}
