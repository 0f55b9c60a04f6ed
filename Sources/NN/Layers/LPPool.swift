public import TensorModule

/// (Σ xᵖ)^(1/p) over each window (PyTorch's `nn.LPPool1d`): input `[N, C, L]` or `[C, L]`. With p = 1 the sum, the maximum in
/// the limit. A sum that is not positive gives 0 with an infinite slope.
public final class LPPool1d: Layer {
  /// p.
  public let normType: Double
  /// The window.
  public let kernelSize: Int
  /// The distance of neighbouring windows; nil for that of the window's size.
  public let stride: Int?
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(_ normType: Double, _ kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false) {
    self.normType = normType
    self.kernelSize = kernelSize
    self.stride = stride
    self.ceilMode = ceilMode
  }

  /// The power sums.
  public func forward(_ x: Tensor) -> Tensor { x.lpPool1d(normType, kernelSize, stride: stride, ceilMode: ceilMode) }

  /// PyTorch's.
  public var extraDescription: String {
    "norm_type=\(normType.shortDescription), kernel_size=\(kernelSize), stride=\(stride.map(String.init) ?? "None"), "
      + "ceil_mode=\(ceilMode.pythonDescription)"
  }
}

/// (Σ xᵖ)^(1/p) over each window (PyTorch's `nn.LPPool2d`): input `[N, C, H, W]` or `[C, H, W]`. With p = 1 the sum, the maximum in
/// the limit. A sum that is not positive gives 0 with an infinite slope.
public final class LPPool2d: Layer {
  /// p.
  public let normType: Double
  /// The window.
  public let kernelSize: IntPair
  /// The distance of neighbouring windows; nil for that of the window's size.
  public let stride: IntPair?
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(_ normType: Double, _ kernelSize: IntPair, stride: IntPair? = nil, ceilMode: Bool = false) {
    self.normType = normType
    self.kernelSize = kernelSize
    self.stride = stride
    self.ceilMode = ceilMode
  }

  /// The same with numbers that are not literals.
  public convenience init(_ normType: Double, _ kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false) {
    self.init(normType, IntPair(kernelSize), stride: stride.map { IntPair($0) }, ceilMode: ceilMode)
  }

  /// The power sums.
  public func forward(_ x: Tensor) -> Tensor { x.lpPool2d(normType, kernelSize, stride: stride, ceilMode: ceilMode) }

  /// PyTorch's.
  public var extraDescription: String {
    "norm_type=\(normType.shortDescription), kernel_size=\(sizesText(kernelSize.sizes)), stride=\(stride.map { sizesText($0.sizes) } ?? "None"), "
      + "ceil_mode=\(ceilMode.pythonDescription)"
  }
}

/// (Σ xᵖ)^(1/p) over each window (PyTorch's `nn.LPPool3d`): input `[N, C, D, H, W]` or `[C, D, H, W]`. With p = 1 the sum, the maximum in
/// the limit. A sum that is not positive gives 0 with an infinite slope.
public final class LPPool3d: Layer {
  /// p.
  public let normType: Double
  /// The window.
  public let kernelSize: IntTriple
  /// The distance of neighbouring windows; nil for that of the window's size.
  public let stride: IntTriple?
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(_ normType: Double, _ kernelSize: IntTriple, stride: IntTriple? = nil, ceilMode: Bool = false) {
    self.normType = normType
    self.kernelSize = kernelSize
    self.stride = stride
    self.ceilMode = ceilMode
  }

  /// The same with numbers that are not literals.
  public convenience init(_ normType: Double, _ kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false) {
    self.init(normType, IntTriple(kernelSize), stride: stride.map { IntTriple($0) }, ceilMode: ceilMode)
  }

  /// The power sums.
  public func forward(_ x: Tensor) -> Tensor { x.lpPool3d(normType, kernelSize, stride: stride, ceilMode: ceilMode) }

  /// PyTorch's.
  public var extraDescription: String {
    "norm_type=\(normType.shortDescription), kernel_size=\(sizesText(kernelSize.sizes)), stride=\(stride.map { sizesText($0.sizes) } ?? "None"), "
      + "ceil_mode=\(ceilMode.pythonDescription)"
  }
}
