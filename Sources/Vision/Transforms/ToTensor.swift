public import TensorModule

/// Bytes as float32 from 0 to 1, in the shape `[C, H, W]` (torchvision's `ToTensor`).
///
/// Takes images `[C, H, W]` or `[H, W]`, which become `[1, H, W]`. Images of other types than uint8 keep their values.
public struct ToTensor: Transform {
  /// The transform.
  public init() {}

  /// The image as float32.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    guard image.imageSize("ToTensor") != nil else { return standIn() }
    guard image.rank <= 3 else {
      return failing(TensorError("ToTensor", of: image, rule: "an image has 2 or 3 dimensions, not \(image.rank)"))
    }
    let channels = image.rank == 2 ? image.unsqueeze(0) : image
    return channels.dtype == .uint8 ? channels.to(.float32).div_(255) : channels
  }
}

/// Images in another type, with the values scaled to that type's range (torchvision's `ConvertImageDtype`): whole numbers go
/// from 0 to the type's largest, floating-point numbers from 0 to 1.
public struct ConvertImageDtype: Transform {
  /// The type of the results.
  public let dtype: DType

  /// Conversion to a type.
  public init(_ dtype: DType) { self.dtype = dtype }

  /// The image in the other type. Conversions from float32 to int32 or int64, and from float64 to int64, lose too much and
  /// fail.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if image.dtype == dtype { return image }
    switch (image.dtype.isFloatingPoint, dtype.isFloatingPoint) {
    case (true, true): return image.to(dtype)
    case (true, false):
      let isUnsafe = image.dtype == .float64 ? dtype == .int64 : dtype == .int64 || dtype == .int32
      if isUnsafe && (image.dtype == .float32 || image.dtype == .float64) {
        return failing(
          TensorError("ConvertImageDtype", of: image, rule: "\(image.dtype) has too few digits for \(dtype)"))
      }
      // A little less than the number of values: 1 becomes the largest, and each value gets an equal share of 0 to 1.
      return image.mul(dtype.largestPixel + 1 - 1e-3).to(dtype)
    case (false, true): return image.to(dtype).div(image.dtype.largestPixel)
    case (false, false):
      let from = image.dtype.largestPixel + 1, to = dtype.largestPixel + 1
      if from > to { return image.floorDivide(Int(from / to)).to(dtype) }
      return image.to(dtype).mul(Int(to / from))
    }
  }

  /// The type.
  public var description: String { "ConvertImageDtype(\(dtype))" }
}

extension DType {
  /// The value of white.
  fileprivate var largestPixel: Double {
    switch self {
    case .uint8: 255
    case .int8: 127
    case .int16: 32767
    case .int32: 2_147_483_647
    case .int64: 0x1p63
    case .bool, .float16, .bfloat16, .float32, .float64: 1
    }
  }
}
