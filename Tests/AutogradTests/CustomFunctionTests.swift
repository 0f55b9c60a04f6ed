import Martlet
import Testing

private struct Scale: CustomFunction {
  let factor: Double
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] { [inputs[0] * factor] }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] { [gradients[0] * factor] }
}

private struct Cube: CustomFunction {
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] {
    context.saveForBackward(inputs[0])
    return [inputs[0] ** 3]
  }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] {
    [gradients[0] * context.savedTensors[0].square() * 3]
  }
}

/// Its derivative looks at the result.
private struct Exponential: CustomFunction {
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] {
    let result = inputs[0].exp()
    context.saveForBackward(result)
    return [result]
  }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] { [gradients[0] * context.savedTensors[0]] }
}

/// Two inputs, three results: product, sum and the position of the largest product.
private struct ProductAndSum: CustomFunction {
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] {
    let product = inputs[0] * inputs[1], place = product.argmax(), mask = (product .> 0).to(.float64)
    context.saveForBackward(inputs[0], inputs[1])
    context.markNonDifferentiable(mask)
    context.info = product.elementCount
    return [product, inputs[0] + inputs[1], place, mask]
  }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] {
    let saved = context.savedTensors
    #expect(context.info as? Int == 2 && gradients.count == 4)
    return [
      context.needsInputGradient[0] ? gradients[0] * saved[1] + gradients[1] : nil,
      context.needsInputGradient[1] ? gradients[0] * saved[0] + gradients[1] : nil,
    ]
  }
}

private struct DoubleInPlace: CustomFunction {
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] {
    inputs[0].mul_(2)
    context.markDirty(inputs[0])
    return [inputs[0]]
  }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] { [gradients[0] * 2] }
}

private struct Same: CustomFunction {
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] { inputs }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] { gradients.map { $0 * 10 } }
}

private struct Wrong: CustomFunction {
  let gradients: [Tensor?]
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] { [inputs[0] * 1] }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] { self.gradients }
}

/// Functions with a backward of their own.
@Suite struct CustomFunctionTests {
  @Test func attributes() {
    let x = leaf([1.0, 2])
    let y = Scale(factor: 3)(x)
    #expect(y.requiresGrad && !y.isLeaf && "\(y)".contains("grad_fn=<ScaleBackward>"))
    y.sum().backward()
    #expect(numbers(x.grad) == [3, 3])
    #expect(!Scale(factor: 3)(Tensor([1.0])).requiresGrad)
    #expect(!withNoGrad { Scale(factor: 3)(x) }.requiresGrad)
  }

  @Test func higherDerivatives() throws {
    let x = leaf([1.0, -2], dtype: .float64)
    let first = grad(outputs: [Cube()(x).sum()], inputs: [x], createGraph: true)[0]
    #expect(numbers(first) == [3, 12])
    let second = grad(outputs: [first.sum()], inputs: [x], createGraph: true)[0]
    #expect(numbers(second) == [6, -12])
    #expect(numbers(grad(second.sum(), x)) == [6, 6])
    for body: ([Tensor]) -> [Tensor] in [{ [Cube()($0[0])] }, { [Exponential()($0[0])] }, { [Exponential()(Cube()($0[0]))] }] {
      try gradcheck([leaf([0.5, -1.5], dtype: .float64)], body)
      try gradgradcheck([leaf([0.5, -1.5], dtype: .float64)], body)
    }
    try gradgradcheck([leaf([0.5, -1.5], dtype: .float64), leaf([2.0, 3], dtype: .float64)]) {
      Array(ProductAndSum().apply($0)[..<2])
    }
  }

  @Test func severalResults() {
    let a = leaf([1.0, 2], dtype: .float64), b = leaf([3.0, -4], dtype: .float64)
    let results = ProductAndSum().apply([a, b])
    #expect(results.map(\.requiresGrad) == [true, true, false, false])
    #expect(results[2].item(as: Int.self) == 0 && numbers(results[3]) == [1, 0])
    (results[0] * 2).sum().backward(retainGraph: true)
    #expect(numbers(a.grad) == [6, -8] && numbers(b.grad) == [2, 4])
    a.grad = nil
    b.grad = nil
    results[1].sum().backward(retainGraph: true)
    #expect(numbers(a.grad) == [1, 1] && numbers(b.grad) == [1, 1])
    a.grad = nil
    let constant = Tensor([3.0, -4], dtype: .float64)
    ProductAndSum().apply([a, constant])[0].sum().backward()
    #expect(numbers(a.grad) == [3, -4] && constant.grad == nil)
  }

  @Test func inPlace() {
    let x = leaf([1.0, 2])
    let y = x * 1, view = y[0...]
    let z = DoubleInPlace()(y)
    #expect(z === y && numbers(y) == [2, 4])
    (y * 1).sum().backward(retainGraph: true)
    #expect(numbers(x.grad) == [2, 2])
    x.grad = nil
    view.sum().backward()
    #expect(numbers(x.grad) == [2, 2])
    // Through a view the base's history changes.
    x.grad = nil
    let base = x * 1
    _ = DoubleInPlace()(base[0])
    base.sum().backward()
    #expect(numbers(base) == [2, 2] && numbers(x.grad) == [2, 1])
    expectError("leaf") { _ = DoubleInPlace()(leaf([1.0])) }
  }

  @Test func inputsAsResults() {
    let x = leaf([1.0, 2])
    let y = Same()(x)
    #expect(y !== x && x.isLeaf && !y.isLeaf)
    y.sum().backward()
    #expect(numbers(x.grad) == [10, 10])
    expectError("view") { y.mul_(2) }
  }

  @Test func refusals() {
    expectError("Wrong", "2 gradients for 1") { Wrong(gradients: [nil, nil])(leaf([1.0])).sum().backward() }
    expectError("Wrong", "(3,)", "(2,)") { Wrong(gradients: [Tensor.ones([3])])(leaf([1.0, 2])).sum().backward() }
    expectError("freed", "retainGraph") {
      let y = Cube()(leaf([1.0])).sum()
      y.backward()
      y.backward()
    }
    expectError("changed in place", "version 1") {
      let x = leaf([1.0]) * 1
      let y = Cube()(x)
      x.add_(1)
      y.sum().backward()
    }
    expectError("4 results", "apply") { _ = ProductAndSum()(Tensor([1.0]), Tensor([1.0])) }
  }

  @Test func nothingRefersToItself() {
    weak var weakResult: Tensor?
    weak var weakInput: Tensor?
    do {
      let x = leaf([1.0])
      let y = Exponential()(Cube()(x))
      weakResult = y
      weakInput = x
    }
    #expect(weakResult == nil && weakInput == nil)
  }
}
