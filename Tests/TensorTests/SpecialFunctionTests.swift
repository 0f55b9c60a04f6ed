import Martlet
import Testing

/// What PyTorch's `torch.special` gives, where the operation tests do not look: edges, orders, several operands.
@Suite struct SpecialFunctionTests {
  private func wide(_ values: [Double]) -> Tensor { Tensor(values, shape: [values.count], dtype: .float64) }

  @Test func values() {
    let x = wide([0.7, 2.5])
    let orders: [(Int, [Double])] = [
      (0, [-1.2200235536979347, 0.7031566406452431]), (1, [2.834049157861975, 0.4903577562398206]),
      (2, [-6.434992874190923, -0.23620405164172736]), (3, [25.879149678427744, 0.2239058488172521]),
      (5, [1025.3283541434716, 0.5785691785671833]),
    ]
    for (order, expected) in orders { expectClose(numbers(x.polygamma(order)), expected, tolerance: 1e-9, "order \(order)") }
    expectClose(
      numbers(Special.zeta(wide([2, 3, 1.5]), wide([1, 0.5, 4]))), [1.6449340668482266, 8.414398322117158, 1.0663718683623398],
      tolerance: 1e-14)
    expectClose(numbers(Special.zeta(2, wide([1]))), [1.6449340668482266], tolerance: 1e-14)
    expectClose(numbers(wide([3, 5]).mvlgamma(3)), [2.694924879806965, 9.140644699192542], tolerance: 1e-13)
    expectClose(
      numbers(Special.ndtri(wide([0.975, 1e-20, 0.5, 0, 1, -0.1]))),
      [1.959963984540054, -9.262340089798409, 0, -.infinity, .infinity, .nan], tolerance: 1e-14)
    expectClose(
      numbers(Special.logNdtr(wide([-40, 0, 5]))), [-804.6084420137539, -0.6931471805599453, -2.866516129637633e-07],
      tolerance: 1e-14)
    expectClose(numbers(Special.erfcx(wide([100, -3]))), [0.005641613782989433, 16205.988853999586], tolerance: 1e-13)
    expectClose(numbers(Special.entr(wide([0.5, 0, -1]))), [0.34657359027997264, 0, -.infinity], tolerance: 1e-15)
    expectClose(numbers(Special.xlog1py(wide([0, 2]), wide([-1, 0.5]))), [0, 0.8109302162163288], tolerance: 1e-15)
    expectClose(numbers(Special.xlog1py(2, wide([0.5]))), [0.8109302162163288], tolerance: 1e-15)
    expectClose(numbers(Tensor.linspace(0, 1, 3).logit(eps: 0.25)), [-1.0986123, 0, 1.0986123])
    #expect(Special.i1(Tensor([1, 2])).dtype == .float32 && Special.ndtr(Tensor([true])).dtype == .float32)
  }

  @Test func gradients() {
    let q = wide([1.3]).requiresGrad_()
    Special.zeta(2.5, q).sum().backward()
    expectClose(numbers(q.grad ?? .zeros(1)), [-1.20646806158498854], tolerance: 1e-12)
    let s = wide([2.5]).requiresGrad_()
    expectError("[zeta]", "first operand") { Special.zeta(s, wide([1])).sum().backward() }
    let x = wide([1]).requiresGrad_()
    expectError("[heaviside]", "no derivative") { x.heaviside(wide([1])).sum().backward() }
    // Rounded division is flat.
    let y = wide([3, 5]).requiresGrad_()
    y.div(2, roundingMode: .floor).sum().backward()
    #expect(numbers(y.grad ?? .ones(1)) == [0, 0])
  }

  @Test func refusals() {
    expectError("[polygamma]", "-1") { _ = Tensor([1.0]).polygamma(-1) }
    expectError("[mvlgamma]", "0") { _ = Tensor([1.0]).mvlgamma(0) }
    expectError("[heaviside]", "float32", "int64") { _ = Tensor([1.0]).heaviside(Tensor([1])) }
    expectError("[positive]") { _ = Tensor([true]).positive() }
    expectError("[round]", "int64") { _ = Tensor([1]).round(decimals: 1) }
  }
}
