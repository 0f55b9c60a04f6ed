public import TensorModule

/// Signals, images or volumes of another size (PyTorch's `nn.Upsample`): input `[N, C, L]`, `[N, C, H, W]` or
/// `[N, C, D, H, W]`; smaller ones, too.
public class Upsample: Layer, @unchecked Sendable {
  // Unchecked because a class that has subclasses cannot be checked: all properties are constants of Sendable types, and
  // the subclasses, in this module only, add none.

  /// The result's spatial sizes, one number for all or one for each; nil if the factors are given.
  public final let size: [Int]?
  /// What sizes are multiplied with, one number for all or one for each; nil if the sizes are given.
  public final let scaleFactor: [Double]?
  /// How elements between others are found.
  public final let mode: InterpolationMode
  /// Whether the corner elements stay in the corners; only for the modes made of lines and cubics.
  public final let alignCorners: Bool?
  /// Whether the factors are computed again from the sizes.
  public final let recomputeScaleFactor: Bool?

  /// Given either sizes or factors.
  public init(
    size: [Int]? = nil, scaleFactor: [Double]? = nil, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool? = nil
  ) {
    self.size = size
    self.scaleFactor = scaleFactor
    self.mode = mode
    self.alignCorners = alignCorners
    self.recomputeScaleFactor = recomputeScaleFactor
  }

  /// The same size for all spatial dimensions.
  public convenience init(size: Int, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil) {
    self.init(size: [size], mode: mode, alignCorners: alignCorners)
  }

  /// The same factor for all spatial dimensions.
  public convenience init(
    scaleFactor: Double, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil, recomputeScaleFactor: Bool? = nil
  ) {
    self.init(scaleFactor: [scaleFactor], mode: mode, alignCorners: alignCorners, recomputeScaleFactor: recomputeScaleFactor)
  }

  /// `x` of the other size.
  public final func forward(_ x: Tensor) -> Tensor {
    x.interpolate(
      size: size, scaleFactor: scaleFactor, mode: mode, alignCorners: alignCorners,
      recomputeScaleFactor: recomputeScaleFactor)
  }

  /// PyTorch's.
  public final var extraDescription: String {
    var text = "size=\(size.map { $0.count == 1 ? "\($0[0])" : tupleText($0) } ?? "None")"
    if let scaleFactor {
      let numbers = scaleFactor.map { "\($0)" }.joined(separator: ", ")
      text = "scale_factor=" + (scaleFactor.count == 1 ? numbers : "(\(numbers))")
    }
    return text + ", mode='\(mode.rawValue)'"
  }
}

/// ``Upsample`` of images by repeating elements (PyTorch's `nn.UpsamplingNearest2d`).
public final class UpsamplingNearest2d: Upsample, @unchecked Sendable {
  /// Images of a size: one number, or height and width.
  public init(size: IntPair) { super.init(size: size.shortSizes, mode: .nearest) }
  /// Images that are larger by a factor.
  public init(scaleFactor: Double) { super.init(scaleFactor: [scaleFactor], mode: .nearest) }
}

/// ``Upsample`` of images by lines between elements, with the corners in the corners (PyTorch's
/// `nn.UpsamplingBilinear2d`).
public final class UpsamplingBilinear2d: Upsample, @unchecked Sendable {
  /// Images of a size: one number, or height and width.
  public init(size: IntPair) { super.init(size: size.shortSizes, mode: .bilinear, alignCorners: true) }
  /// Images that are larger by a factor.
  public init(scaleFactor: Double) { super.init(scaleFactor: [scaleFactor], mode: .bilinear, alignCorners: true) }
}

extension IntPair {
  /// One number if it stands for both.
  fileprivate var shortSizes: [Int] { height == width ? [height] : sizes }
}
