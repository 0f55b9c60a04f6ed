public import TensorModule

/// What an image is surrounded with.
public enum ImagePaddingMode: String, Sendable, Hashable, CaseIterable {
  /// One value.
  case constant
  /// The pixels of the border repeated.
  case edge
  /// The image mirrored at its border, which is not repeated.
  case reflect
  /// The image mirrored, with the border repeated.
  case symmetric
}

/// Widths of a border: one for all sides, `[left and right, top and bottom]`, or `[left, top, right, bottom]`.
public struct ImageBorder: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The width on the left.
  public let left: Int
  /// The height above.
  public let top: Int
  /// The width on the right.
  public let right: Int
  /// The height below.
  public let bottom: Int

  /// A border of four widths.
  public init(left: Int, top: Int, right: Int, bottom: Int) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }
  /// One width for all sides.
  public init(_ all: Int) { self.init(left: all, top: all, right: all, bottom: all) }
  /// One width for all sides.
  public init(integerLiteral value: Int) { self.init(value) }
  /// One, two or four widths.
  public init(arrayLiteral values: Int...) {
    switch values.count {
    case 1: self.init(values[0])
    case 2: self.init(left: values[0], top: values[1], right: values[0], bottom: values[1])
    case 4: self.init(left: values[0], top: values[1], right: values[2], bottom: values[3])
    default:
      fail(TensorError("ImageBorder", rule: "a padding has 1, 2 or 4 numbers, got \(values.count)"))
      self.init(0)
    }
  }

  var description: String {
    left == top && left == right && left == bottom ? "\(left)" : "(\(left), \(top), \(right), \(bottom))"
  }
}

/// Images with a border laid around them (torchvision's `Pad`).
public struct Pad: Transform {
  /// The border's widths; negative ones cut off.
  public let padding: ImageBorder
  /// The value of a constant border.
  public let fill: Double
  /// What the border consists of.
  public let paddingMode: ImagePaddingMode

  /// A border of these widths.
  public init(_ padding: ImageBorder, fill: Double = 0, paddingMode: ImagePaddingMode = .constant) {
    self.padding = padding
    self.fill = fill
    self.paddingMode = paddingMode
  }

  /// The image with the border. One that is mirrored must not be wider than the image.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    guard let size = image.imageSize("Pad") else { return standIn() }
    let widths = [padding.left, padding.right, padding.top, padding.bottom]
    switch paddingMode {
    case .constant: return image.pad(widths, value: fill)
    case .edge: return image.asOneImage { $0.pad(widths, mode: .replicate) }
    case .reflect: return image.asOneImage { $0.pad(widths, mode: .reflect) }
    case .symmetric:
      guard
        let rows = Self.mirrored(size.height, padding.top, padding.bottom),
        let columns = Self.mirrored(size.width, padding.left, padding.right)
      else {
        return failing(
          TensorError(
            "Pad", of: image,
            rule: "a symmetric border of \(padding.description) (left, top, right, bottom) does not fit the image"))
      }
      return image.indexSelect(dim: -2, index: Tensor(rows, shape: [rows.count]).to(image.device))
        .indexSelect(dim: -1, index: Tensor(columns, shape: [columns.count]).to(image.device))
    }
  }

  /// Positions along a side with both ends mirrored, the ends themselves included; nil if more is asked for than there is.
  private static func mirrored(_ size: Int, _ before: Int, _ after: Int) -> [Int]? {
    guard before > -size, after > -size else { return nil }
    let first = max(0, -before), end = size - max(0, -after)
    guard first < end, before <= end - first, after <= end - first else { return nil }
    let front = (0..<max(0, before)).reversed().map { first + $0 }
    let back = (0..<max(0, after)).map { end - 1 - $0 }
    return front + Array(first..<end) + back
  }

  /// Widths, value and mode.
  public var description: String {
    "Pad(padding=\(padding.description), fill=\(fill), padding_mode=\(paddingMode.rawValue))"
  }
}
