public import TensorModule

/// A step between an image as it is stored and one that a network sees (a transform of torchvision).
///
/// Images are tensors `[C, H, W]` or `[H, W]`, uint8 from 0 to 255 or floating point from 0 to 1; any number of dimensions
/// before the last two is fine unless said otherwise. Transforms that draw take their numbers from the default generator,
/// as many and in the same order as torchvision's: from the same state of the generator they do the same. Samples that a
/// `DataLoader` reads draw from a generator of their own, whose numbers are not those of PyTorch's loader.
public protocol Transform: Sendable, CustomStringConvertible {
  /// The image transformed.
  func callAsFunction(_ image: Tensor) -> Tensor
}

extension Transform {
  /// The type's name.
  public var description: String { "\(Self.self)()" }
}

/// Transforms one after another (torchvision's `Compose`).
///
/// ```swift
/// let transform = Compose(RandomCrop(28, padding: 2), ToTensor(), Normalize(mean: [0.1307], std: [0.3081]))
/// ```
public struct Compose: Transform {
  /// The transforms, first to last.
  public let transforms: [any Transform]

  /// Transforms in their order.
  public init(_ transforms: [any Transform]) { self.transforms = transforms }
  /// Transforms in their order.
  public init(_ transforms: any Transform...) { self.transforms = transforms }

  /// The image after all transforms.
  public func callAsFunction(_ image: Tensor) -> Tensor { transforms.reduce(image) { $1($0) } }

  /// One transform a line.
  public var description: String { "Compose(\n" + transforms.map { "    \($0)\n" }.joined() + ")" }
}

/// A transform of your own (torchvision's `Lambda`).
public struct Lambda: Transform {
  private let body: @Sendable (Tensor) -> Tensor

  /// The transform that `body` does.
  public init(_ body: @escaping @Sendable (Tensor) -> Tensor) { self.body = body }

  /// What the body returns.
  public func callAsFunction(_ image: Tensor) -> Tensor { body(image) }
}

extension Tensor {
  /// Height and width of an image; nil, and a failure, if it is none.
  func imageSize(_ operation: String) -> IntPair? {
    if ThreadMode.hasFailed { return nil }
    guard rank >= 2 else {
      fail(TensorError(operation, of: self, rule: "an image has the shape [C, H, W] or [H, W]"))
      return nil
    }
    return IntPair(shape[-2], shape[-1])
  }

  /// What `body` makes of the images, seen as `[1, N, H, W]`, in this tensor's leading dimensions.
  func asOneImage(_ body: (Tensor) -> Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let leading = Array(shape).dropLast(2)
    let result = body(reshape(Shape([1, leading.reduce(1, *), shape[-2], shape[-1]])))
    if ThreadMode.hasFailed { return standIn() }
    return result.reshape(Shape(leading + [result.shape[-2], result.shape[-1]]))
  }
}
