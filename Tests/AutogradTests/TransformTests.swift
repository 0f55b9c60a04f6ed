import Martlet
import Testing

/// Derivatives of functions; the numbers are PyTorch's `torch.autograd.functional`.
@Suite struct TransformTests {
  private var x: Tensor { Tensor([[0.25, 0.5], [0.75, 1.0]], dtype: .float64) }
  private var y: Tensor { Tensor([0.5, -1.0], dtype: .float64) }
  private var u: Tensor { Tensor([1.0, 2.0], dtype: .float64) }
  private func pair(_ inputs: [Tensor]) -> [Tensor] {
    [inputs[0].matmul(inputs[1]), (inputs[0] * inputs[1]).sin().sum()]
  }
  private func number(_ inputs: [Tensor]) -> Tensor {
    inputs[0].matmul(inputs[1]).square().sum() + inputs[0].exp().sum() * inputs[1][0]
  }

  @Test func vectorTimesJacobian() {
    let result = vjp([x, y], [u, Tensor(0.5, dtype: .float64)], pair)
    expectClose(numbers(result.outputs[0]), [-0.375, -0.625])
    expectClose(numbers(result.outputs[1]), [-0.829949260941], tolerance: 1e-11)
    expectClose(numbers(result.vjp[0]), [0.748049416807, -1.43879128095, 1.23262690548, -2.27015115293], tolerance: 1e-11)
    expectClose(numbers(result.vjp[1]), [2.22296506662, 2.98954679341], tolerance: 1e-11)
    #expect(result.vjp.allSatisfy { !$0.requiresGrad } && result.outputs.allSatisfy { !$0.requiresGrad })
    // A single number needs no vector.
    #expect(numbers(vjp(u) { $0.square().sum() }.vjp) == [2, 4])
  }

  @Test func jacobianTimesVector() {
    let result = jvp([x, y], [Tensor([[1.0, 0], [2, -1]], dtype: .float64), u], pair)
    expectClose(numbers(result.jvp[0]), [1.75, 4.75], tolerance: 1e-11)
    expectClose(numbers(result.jvp[1]), [4.87102606826], tolerance: 1e-11)
    expectClose(numbers(jvp(y, u) { $0 * $0 }.jvp), [1, -4])
    // Inside withNoGrad too: a transform records what it needs.
    expectClose(numbers(withNoGrad { jvp(y, u) { $0 * $0 }.jvp }), [1, -4])
  }

  @Test func jacobians() {
    let result = jacobian([x, y], pair)
    #expect(result[0][0].shape == [2, 2, 2] && result[1][1].shape == [2])
    expectClose(numbers(result[0][0]), [0.5, -1, 0, 0, 0, 0, 0.5, -1])
    expectClose(numbers(result[0][1]), [0.25, 0.5, 0.75, 1])
    expectClose(numbers(result[1][0]), [0.496098833615, -0.87758256189, 0.465253810956, -0.540302305868], tolerance: 1e-11)
    expectClose(numbers(result[1][1]), [0.945930133242, 0.979093586813], tolerance: 1e-11)
    expectClose(
      numbers(jacobian(y) { $0.exp() * $0.sum() }), [0.82436063535, 1.6487212707, 0.367879441171, 0.183939720586],
      tolerance: 1e-11)
    let independent = jacobian([y, u]) { [$0[0] * 2] }
    #expect(numbers(independent[0][0]) == [2, 0, 0, 2] && numbers(independent[0][1]) == [0, 0, 0, 0])
    #expect(jacobian(Tensor.zeros([0])) { $0 * 2 }.shape == [0, 0])
  }

  @Test func hessians() {
    let result = hessian([x, y], number)
    #expect(result[0][0].shape == [2, 2, 2, 2] && result[0][1].shape == [2, 2, 2] && result[1][0].shape == [2, 2, 2])
    expectClose(
      numbers(result[0][1]), [0.784025416688, 0.5, 1.1487212707, -1.75, 1.61700001661, 1, 1.21828182846, -3.25], tolerance: 1e-10)
    expectClose(
      numbers(result[1][0]), [0.784025416688, 1.1487212707, 1.61700001661, 1.21828182846, 0.5, -1.75, 1, -3.25], tolerance: 1e-10)
    expectClose(numbers(result[1][1]), [1.25, 1.75, 1.75, 2.5])
    expectClose(numbers(hessian(y) { ($0 ** 3).sum() * $0[0] }), [3, 3, 3, -3])
    #expect(numbers(hessian(y) { $0.sum() }) == [0, 0, 0, 0])
    let product = vhp([x, y], [Tensor.onesLike(x), u], number)
    expectClose(numbers(product.output), [4.41526426623], tolerance: 1e-11)
    expectClose(numbers(product.vhp[0]), [1.92603812503, -0.52691809395, 4.17550002492, -2.92257725731], tolerance: 1e-11)
    expectClose(numbers(product.vhp[1]), [9.51802853246, 3.25], tolerance: 1e-11)
  }

  @Test func graphs() {
    let a = leaf([0.5, -1.0], dtype: .float64)
    let rows = jacobian(a, createGraph: true) { $0 ** 3 }
    #expect(rows.requiresGrad)
    rows.sum().backward()
    expectClose(numbers(a.grad), [3, -6])
    a.grad = nil
    vjp(a, u, createGraph: true) { $0 ** 3 }.vjp.sum().backward()
    expectClose(numbers(a.grad), [3, -12])
    a.grad = nil
    jvp(a, u, createGraph: true) { $0 ** 3 }.jvp.sum().backward()
    expectClose(numbers(a.grad), [3, -12])
  }

  @Test func strictness() {
    expectError("strict", "input 1") { _ = jacobian([y, u], strict: true) { [$0[0] * 2] } }
    expectError("strict", "input 1") { _ = vjp([y, u], [u], strict: true) { [$0[0] * 2] } }
    expectError("strict", "output 0") { _ = vjp(y, u, strict: true) { _ in Tensor.ones([2]) } }
    expectError("strict", "output 1") { _ = jvp([y], [u], strict: true) { [$0[0] * 2, Tensor.ones([2])] } }
    expectError("strict") { _ = hessian(y, strict: true) { $0.sum() } }
    expectError("single number") { _ = vjp(y) { $0 * 2 } }
    expectError("(2,)") { _ = vjp(y, x) { $0 * 2 } }
    expectError("single number", "sum()") { _ = hessian(y) { $0 * 2 } }
  }

  @Test func functionsOfFunctions() {
    let cube: (Tensor) -> Tensor = { ($0 ** 3).sum() }
    let first = grad(cube)
    #expect(numbers(first(y)) == [0.75, 3] && !first(y).requiresGrad)
    let second = grad { (t: Tensor) in grad(cube)(t).sum() }
    #expect(numbers(second(y)) == [3, -6] && !second(y).requiresGrad)
    let third = grad { (t: Tensor) in grad { (s: Tensor) in grad(cube)(s).sum() }(t).sum() }
    #expect(numbers(third(y)) == [6, 6])
    // What a function captures may be differentiated for.
    let w = leaf([2.0, 3.0], dtype: .float64)
    let scaled = grad { (t: Tensor) in (t.square() * w).sum() }(y)
    #expect(scaled.requiresGrad)
    scaled.sum().backward()
    #expect(numbers(w.grad) == [1, -2])
    let both = gradAndValue { (all: [Tensor]) in (all[0] * all[1]).sum() }([y, u])
    #expect(numbers(both.grads[0]) == [1, 2] && numbers(both.grads[1]) == [0.5, -1] && both.value.item() == -1.5)
    expectError("grad", "sum()") { _ = grad { (t: Tensor) in t * 2 }(y) }
  }
}
