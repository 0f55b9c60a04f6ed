public import TensorModule

/// Images in another size (torchvision's `Resize`).
public struct Resize: Transform {
  private enum Target: Sendable {
    case size(IntPair)
    case smallerSide(Int, maxSize: Int?)
  }
  private let target: Target
  /// How pixels between those that there are are found.
  public let interpolation: InterpolationMode
  /// Whether all pixels in between count when the image shrinks; for `bilinear` and `bicubic`.
  public let antialias: Bool

  /// Images of this height and width.
  public init(_ size: (height: Int, width: Int), interpolation: InterpolationMode = .bilinear, antialias: Bool = true) {
    target = .size(IntPair(size.height, size.width))
    self.interpolation = interpolation
    self.antialias = antialias
  }

  /// Images whose smaller side is this long, in the same proportions.
  ///
  /// - Parameters:
  ///   - smallerSide: the length of the smaller side.
  ///   - interpolation: how pixels between those that there are are found.
  ///   - maxSize: the longest that the other side may be; if it would be longer, it is that long and the smaller side
  ///     shorter.
  ///   - antialias: whether all pixels in between count when the image shrinks.
  public init(
    _ smallerSide: Int, interpolation: InterpolationMode = .bilinear, maxSize: Int? = nil, antialias: Bool = true
  ) {
    if let maxSize, maxSize <= smallerSide {
      fail(
        TensorError(
          "Resize", rule: "maxSize \(maxSize) must be greater than the size \(smallerSide) of the smaller side"))
    }
    target = .smallerSide(smallerSide, maxSize: maxSize)
    self.interpolation = interpolation
    self.antialias = antialias
  }

  /// The image in the other size. Whole numbers are rounded.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    guard let found = image.imageSize("Resize") else { return standIn() }
    guard found.height > 0, found.width > 0 else { return failing(TensorError("Resize", of: image, rule: "the image is empty")) }
    let size = size(of: found)
    guard size.isImageSize("Resize") else { return standIn() }
    if size == found { return image }
    let isSmooth = interpolation == .bilinear || interpolation == .bicubic
    let computed = image.dtype == .float32 || image.dtype == .float64 ? image : image.to(.float32)
    var result = computed.asOneImage {
      $0.interpolate(size: [size.height, size.width], mode: interpolation, antialias: antialias && isSmooth)
    }
    if image.dtype == result.dtype { return result }
    if interpolation == .bicubic && image.dtype == .uint8 { result = result.clamp(min: 0, max: 255) }
    if !image.dtype.isFloatingPoint && image.dtype != .bool { result = result.round() }
    return result.to(image.dtype)
  }

  private func size(of image: IntPair) -> IntPair {
    switch target {
    case .size(let size): return size
    case .smallerSide(let wanted, let maxSize):
      let short = min(image.height, image.width), long = max(image.height, image.width)
      var newShort = Double(wanted), newLong = (newShort * Double(long) / Double(short)).rounded(.towardZero)
      if let maxSize, newLong > Double(maxSize) {
        newShort = (Double(maxSize) * newShort / newLong).rounded(.towardZero)
        newLong = Double(maxSize)
      }
      let lengths = (Int(clamping: newShort), Int(clamping: newLong))
      return image.width <= image.height ? IntPair(lengths.1, lengths.0) : IntPair(lengths.0, lengths.1)
    }
  }

  /// Size and interpolation.
  public var description: String {
    let size = switch target {
    case .size(let size): "(\(size.height), \(size.width))"
    case .smallerSide(let length, _): "\(length)"
    }
    return "Resize(size=\(size), interpolation=\(interpolation.rawValue), antialias=\(antialias))"
  }
}

extension Int {
  /// The nearest that there is.
  fileprivate init(clamping value: Double) { self = value >= 1e15 ? Int(1e15) : Int(Swift.max(0, value)) }
}
