internal import TensorModule

private let rootTwoOverPi = 0.797884560802865355880
private let twoOverRootPi = 1.128379167095512573896
private let rootTwoPi = 2.506628274631000502416

extension UnaryOperation {
  /// The gradient through a special function.
  func deriveSpecial(_ g: Tensor, _ context: borrowing DerivativeContext, _ parameters: Parameters) throws(TensorError) -> Tensor {
    switch self {
    case .besselI0:
      return g * Special.i1(try context.operand(0))
    case .besselI0e:
      let x = try context.operand(0)
      return g * (Special.i1e(x) - x.sign() * (try context.output()))
    case .besselI1:
      let x = try context.operand(0), y = try context.output()
      // I1(x)/x is ½ at 0.
      let isZero = x .== 0
      return g * Tensor.where(isZero, 0.5, x.i0() - y / Tensor.where(isZero, 1, x))
    case .besselI1e:
      let x = try context.operand(0), y = try context.output()
      let isZero = x .== 0
      let away = Special.i0e(x) - y * (x.sign() + Tensor.where(isZero, 1, x).reciprocal())
      return g * Tensor.where(isZero, 0.5, away)
    case .erfcx:
      return g * (try context.operand(0) * 2 * (Special.erfcx(try context.operand(0))) - twoOverRootPi)
    case .ndtr:
      return g * ((try context.operand(0)).square() * -0.5).exp() * (1 / rootTwoPi)
    case .logNdtr:
      return g / Special.erfcx(try context.operand(0) * -0.707106781186547524401) * rootTwoOverPi
    case .ndtri:
      return g * ((try context.output()).square() * 0.5).exp() * rootTwoPi
    case .entr:
      return -g * ((try context.operand(0)).log() + 1)
    case .sinc:
      let x = try context.operand(0)
      let isZero = x .== 0
      let safe = Tensor.where(isZero, 1, x), angle = safe * Double.pi
      return Tensor.where(isZero, 0, g * (angle * angle.cos() - angle.sin()) / (angle * safe))
    case .sphericalBesselJ0:
      // (cos(x) - j0(x))/x; around 0 its series, -x/3 + x³/30, because the difference cancels.
      let x = try context.operand(0), y = try context.output()
      let isSmall = x.abs() .< 1e-3
      let away = (x.cos() - y) / Tensor.where(isSmall, 1, x)
      return g * Tensor.where(isSmall, x * (x.square() / 30 - 1.0 / 3), away)
    case .logit:
      let x = try context.operand(0)
      let low = parameters.first
      let slope = g / (x * (1 - x))
      if low < 0 { return Tensor.where((x .< 0).logicalOr(x .> 1), Double.nan, slope) }
      return Tensor.where((x .< low).logicalOr(x .> 1 - low), 0, slope)
    case .polygamma:
      return g * (try context.operand(0)).polygamma(Int(parameters.first) + 1)
    default:
      return g
    }
  }
}
