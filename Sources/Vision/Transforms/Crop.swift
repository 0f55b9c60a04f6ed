public import TensorModule

/// The middle of an image (torchvision's `CenterCrop`). Smaller images are surrounded with zeros first.
public struct CenterCrop: Transform {
  /// Height and width of the results.
  public let size: IntPair

  /// A crop of this height and width; one number stands for both.
  public init(_ size: IntPair) { self.size = size }

  /// The middle of the image.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    guard let found = image.imageSize("CenterCrop"), size.isImageSize("CenterCrop") else { return standIn() }
    var image = image
    let missingWidth = max(0, size.width - found.width), missingHeight = max(0, size.height - found.height)
    if missingWidth > 0 || missingHeight > 0 {
      // Of an odd number the larger half goes to the right and below.
      let border = ImageBorder(
        left: missingWidth / 2, top: missingHeight / 2, right: (missingWidth + 1) / 2, bottom: (missingHeight + 1) / 2)
      image = Pad(border)(image)
    }
    guard let padded = image.imageSize("CenterCrop") else { return standIn() }
    func start(_ whole: Int, _ part: Int) -> Int { Int((Double(whole - part) / 2).rounded(.toNearestOrEven)) }
    return image.cropped(top: start(padded.height, size.height), left: start(padded.width, size.width), size)
  }

  /// The size.
  public var description: String { "CenterCrop(size=(\(size.height), \(size.width)))" }
}

/// A part of an image at a random place (torchvision's `RandomCrop`).
public struct RandomCrop: Transform {
  /// Height and width of the results.
  public let size: IntPair
  /// A border that is laid around the image first.
  public let padding: ImageBorder?
  /// Whether images that are too small get a border.
  public let padIfNeeded: Bool
  /// The value of a constant border.
  public let fill: Double
  /// What the border consists of.
  public let paddingMode: ImagePaddingMode

  /// A crop of this height and width; one number stands for both.
  public init(
    _ size: IntPair, padding: ImageBorder? = nil, padIfNeeded: Bool = false, fill: Double = 0,
    paddingMode: ImagePaddingMode = .constant
  ) {
    self.size = size
    self.padding = padding
    self.padIfNeeded = padIfNeeded
    self.fill = fill
    self.paddingMode = paddingMode
  }

  /// The part of the image. One that is too small is an error unless ``padIfNeeded``.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    guard image.imageSize("RandomCrop") != nil, size.isImageSize("RandomCrop") else { return standIn() }
    func padded(_ image: Tensor, _ border: ImageBorder) -> Tensor {
      Pad(border, fill: fill, paddingMode: paddingMode)(image)
    }
    var image = padding.map { padded(image, $0) } ?? image
    guard let found = image.imageSize("RandomCrop") else { return standIn() }
    if padIfNeeded, found.width < size.width { image = padded(image, [size.width - found.width, 0]) }
    if padIfNeeded, found.height < size.height { image = padded(image, [0, size.height - found.height]) }
    guard let whole = image.imageSize("RandomCrop") else { return standIn() }
    guard whole.height >= size.height, whole.width >= size.width else {
      return failing(
        TensorError(
          "RandomCrop", of: image, rule: "the crop of (\(size.height), \(size.width)) is larger than the image",
          hint: "pass padIfNeeded: true"))
    }
    if whole == size { return image }
    let top = Tensor.randint(0, whole.height - size.height + 1, [1]).item(as: Int.self)
    let left = Tensor.randint(0, whole.width - size.width + 1, [1]).item(as: Int.self)
    return image.cropped(top: top, left: left, size)
  }

  /// Size and border.
  public var description: String {
    "RandomCrop(size=(\(size.height), \(size.width)), padding=\(padding?.description ?? "None"))"
  }
}

extension Tensor {
  /// A part of the last two dimensions.
  fileprivate func cropped(top: Int, left: Int, _ size: IntPair) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    return narrow(dim: -2, start: top, length: size.height).narrow(dim: -1, start: left, length: size.width)
  }
}

extension IntPair {
  /// True if an image can have this size; else the operation has failed.
  func isImageSize(_ operation: String) -> Bool {
    if height > 0 && width > 0 { return true }
    fail(TensorError(operation, rule: "height and width must be positive, not (\(height), \(width))"))
    return false
  }
}
