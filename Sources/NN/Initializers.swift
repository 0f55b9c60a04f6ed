internal import Autograd
public import TensorModule

/// Fillings of parameters (PyTorch's `nn.init`), in place and outside of the gradient tape. With the same seed they
/// give PyTorch's numbers.
public enum Init {
  /// What follows a layer: it decides the gain.
  public enum Nonlinearity: Sendable, Equatable {
    /// No activation; also convolutions. Gain 1.
    case linear
    /// Gain 1.
    case sigmoid
    /// Gain 5/3.
    case tanh
    /// Gain √2.
    case relu
    /// Gain √(2 / (1 + slope²)).
    case leakyRelu(negativeSlope: Double = 0.01)
    /// Gain 3/4.
    case selu
  }

  /// Which side of a layer keeps its variance.
  public enum Fan: Sendable {
    /// That of the forward pass: the number of inputs to an output.
    case fanIn
    /// That of the backward pass: the number of outputs from an input.
    case fanOut
  }

  /// The factor by which a nonlinearity asks weights to be larger (PyTorch's `calculate_gain`).
  public static func calculateGain(_ nonlinearity: Nonlinearity) -> Double {
    switch nonlinearity {
    case .linear, .sigmoid: 1
    case .tanh: 5.0 / 3
    case .relu: (2.0).squareRoot()
    case .leakyRelu(let slope): (2 / (1 + slope * slope)).squareRoot()
    case .selu: 0.75
    }
  }

  /// Uniform numbers in [from, to).
  @discardableResult
  public static func uniform_(_ x: Tensor, from: Double = 0, to: Double = 1, generator: Generator? = nil) -> Tensor {
    withNoGrad { x.uniform_(from: from, to: to, generator: generator) }
  }

  /// Normal numbers.
  @discardableResult
  public static func normal_(_ x: Tensor, mean: Double = 0, std: Double = 1, generator: Generator? = nil) -> Tensor {
    withNoGrad { x.normal_(mean: mean, std: std, generator: generator) }
  }

  /// One number.
  @discardableResult
  public static func constant_(_ x: Tensor, _ value: Double) -> Tensor { withNoGrad { x.fill_(value) } }

  /// Zeros.
  @discardableResult
  public static func zeros_(_ x: Tensor) -> Tensor { constant_(x, 0) }

  /// Ones.
  @discardableResult
  public static func ones_(_ x: Tensor) -> Tensor { constant_(x, 1) }

  /// Glorot's uniform numbers, bound gain·√(6 / (fanIn + fanOut)). Needs two dimensions.
  @discardableResult
  public static func xavierUniform_(_ x: Tensor, gain: Double = 1, generator: Generator? = nil) -> Tensor {
    guard let fans = fans(of: x, "xavierUniform_") else { return x }
    let std = gain * (2 / (fans.fanIn + fans.fanOut)).squareRoot()
    let bound = (3.0).squareRoot() * std
    return uniform_(x, from: -bound, to: bound, generator: generator)
  }

  /// Glorot's normal numbers, deviation gain·√(2 / (fanIn + fanOut)). Needs two dimensions.
  @discardableResult
  public static func xavierNormal_(_ x: Tensor, gain: Double = 1, generator: Generator? = nil) -> Tensor {
    guard let fans = fans(of: x, "xavierNormal_") else { return x }
    return normal_(x, std: gain * (2 / (fans.fanIn + fans.fanOut)).squareRoot(), generator: generator)
  }

  /// He's uniform numbers, bound gain·√(3 / fan). Needs two dimensions. `a` is the negative slope of the leaky ReLU
  /// that is assumed to follow unless a nonlinearity is named.
  @discardableResult
  public static func kaimingUniform_(
    _ x: Tensor, a: Double = 0, mode: Fan = .fanIn, nonlinearity: Nonlinearity? = nil, generator: Generator? = nil
  ) -> Tensor {
    if x.elementCount == 0 { return x }
    guard let std = kaimingDeviation(x, a, mode, nonlinearity, "kaimingUniform_") else { return x }
    // In this order and in double precision: the last bit of the bound shows in the weights.
    let bound = (3.0).squareRoot() * std
    return uniform_(x, from: -bound, to: bound, generator: generator)
  }

  /// He's normal numbers, deviation gain / √fan. Needs two dimensions; arguments as for `kaimingUniform_`.
  @discardableResult
  public static func kaimingNormal_(
    _ x: Tensor, a: Double = 0, mode: Fan = .fanIn, nonlinearity: Nonlinearity? = nil, generator: Generator? = nil
  ) -> Tensor {
    if x.elementCount == 0 { return x }
    guard let std = kaimingDeviation(x, a, mode, nonlinearity, "kaimingNormal_") else { return x }
    return normal_(x, std: std, generator: generator)
  }

  private static func kaimingDeviation(
    _ x: Tensor, _ a: Double, _ mode: Fan, _ nonlinearity: Nonlinearity?, _ name: String
  ) -> Double? {
    guard let fans = fans(of: x, name) else { return nil }
    let gain = calculateGain(nonlinearity ?? .leakyRelu(negativeSlope: a))
    return gain / (mode == .fanIn ? fans.fanIn : fans.fanOut).squareRoot()
  }

  /// Inputs to an output and outputs from an input, nil after failing: sizes 1 and 0 times the kernel's area.
  private static func fans(of x: Tensor, _ name: String) -> (fanIn: Double, fanOut: Double)? {
    guard x.rank >= 2 else {
      fail(
        TensorError(
          name, of: x, rule: "fan in and fan out are not defined for a tensor of fewer than 2 dimensions",
          hint: "use uniform_ or normal_"))
      return nil
    }
    // As floating-point numbers: of an empty tensor the product of the other sizes need not fit an Int.
    let area = x.shape.dropFirst(2).reduce(1) { $0 * Double($1) }
    return (Double(x.shape[1]) * area, Double(x.shape[0]) * area)
  }

  /// Fails if a layer's weight of these sizes cannot be: a negative size, or more bytes than can be counted.
  static func checkSizes(_ name: String, _ shape: Shape, _ dtype: DType) {
    if ThreadMode.hasFailed { return }
    guard let count = shape.checkedElementCount, !count.multipliedReportingOverflow(by: dtype.itemSize).overflow else {
      return fail(
        TensorError(
          name, rule: "a parameter of sizes \(shape.tupleDescription) cannot be made: sizes must not be negative, nor their product too large"))
    }
  }

  /// The weight and bias that Linear and convolutions start with, drawn in this order. The name is the layer's.
  static func weightAndBias(
    _ name: String, _ weightShape: Shape, biasSize: Int?, device: Device, dtype: DType
  ) -> (weight: Parameter, bias: Parameter?) {
    checkSizes(name, weightShape, dtype)
    if let biasSize { checkSizes(name, [biasSize], dtype) }
    let weight = Tensor.empty(weightShape, dtype: dtype, device: device)
    kaimingUniform_(weight, a: (5.0).squareRoot())
    guard let biasSize else { return (Parameter(weight), nil) }
    let fanIn = weightShape.dropFirst().reduce(1) { $0 * Double($1) }
    let bound = fanIn > 0 ? 1 / fanIn.squareRoot() : 0
    let bias = Tensor.empty([biasSize], dtype: dtype, device: device)
    uniform_(bias, from: -bound, to: bound)
    return (Parameter(weight), Parameter(bias))
  }
}
