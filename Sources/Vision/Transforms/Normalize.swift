public import TensorModule

/// Each channel less its mean, divided by its deviation (torchvision's `Normalize`): of floating-point images
/// `[…, C, H, W]`.
public struct Normalize: Transform {
  /// The mean of each channel; one number stands for all.
  public let mean: [Double]
  /// The deviation of each channel; one number stands for all.
  public let std: [Double]
  /// Whether the image itself is changed.
  public let inplace: Bool
  // Made once: most images are of this type.
  private let float32: (mean: Tensor, std: Tensor)

  /// Means and deviations of the channels.
  public init(mean: [Double], std: [Double], inplace: Bool = false) {
    self.mean = mean
    self.std = std
    self.inplace = inplace
    float32 = Self.channels(mean, std, .float32)
  }

  private static func channels(_ mean: [Double], _ std: [Double], _ dtype: DType) -> (mean: Tensor, std: Tensor) {
    func column(_ values: [Double]) -> Tensor { Tensor(values, shape: [values.count, 1, 1], dtype: dtype) }
    return (column(mean), column(std))
  }

  /// The image with its channels normalized.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    func refused(_ rule: String, hint: String? = nil) -> Tensor {
      failing(TensorError("Normalize", of: image, rule: rule, hint: hint))
    }
    guard image.dtype.isFloatingPoint else {
      return refused("needs a floating-point image, not \(image.dtype)", hint: "put ToTensor() before it")
    }
    guard image.rank >= 3 else { return refused("needs an image of shape […, C, H, W]") }
    for (name, values) in [("mean", mean), ("std", std)] where values.count != 1 && values.count != image.shape[-3] {
      return refused("\(name) has \(values.count) numbers for \(image.shape[-3]) channels")
    }
    guard !std.contains(where: { image.dtype == .float64 ? $0 == 0 : Float($0) == 0 }) else {
      return refused("a std of 0 would divide by zero")
    }
    let numbers = image.dtype == .float32 ? float32 : Self.channels(mean, std, image.dtype)
    let (mean, std) = (numbers.mean.to(image.device), numbers.std.to(image.device))
    return inplace ? image.sub_(mean).div_(std) : image.sub(mean).div(std)
  }

  /// Means and deviations.
  public var description: String { "Normalize(mean=\(mean), std=\(std))" }
}
