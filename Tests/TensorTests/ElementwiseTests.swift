import Foundation
import Martlet
import Testing

/// Element-wise functions as users call them: types, bounds, in-place forms, refusals.
@Suite struct ElementwiseTests {
  @Test func clampTypes() {
    #expect(Tensor([1, 2, 3]).clamp(min: 1.0).dtype == .float32)
    #expect(numbers(Tensor([1, 2, 3]).clamp(min: 1, max: 2.5)) == [1, 2, 2.5])
    #expect(numbers(Tensor([1.0, 2, 3]).clamp(min: 5, max: 2)) == [2, 2, 2])
    #expect(numbers(Tensor([1.0, 2]).clamp(min: Double.nan)).allSatisfy { $0.isNaN })
    let large = Int(1) << 60 + 1
    #expect(integers(Tensor([large - 5, large + 5]).clamp(min: large, max: large + 1)) == [large, large + 1])
    #expect(numbers(Tensor([1.0, 2, 3]).clamp(min: Tensor([2.0, 2, 2]), max: Tensor([2.5]))) == [2, 2, 2.5])
    let x = Tensor([1.0, 5])
    x.clamp_(max: 3)
    #expect(numbers(x) == [1, 3])
    expectError("[clamp_]", "float32", "int64") { Tensor([1]).clamp_(min: 0.5) }
  }

  @Test func scaledSums() {
    let a = Tensor([1, 2], dtype: .uint8), b = Tensor([3, 4], dtype: .uint8)
    #expect(integers(a.add(b, alpha: -3)) == [248, 246])
    #expect(numbers(Tensor([1.0]).sub(Tensor([2.0]), alpha: 0.5)) == [0])
    #expect(numbers(Tensor([1.0]).rsub(Tensor([2.0]), alpha: 3)) == [-1])
    // One rounding: 1 + 2⁻⁸·(1 + 2⁻⁷) is not halfway in bfloat16.
    let tiny = Tensor([1 + 0x1p-7], dtype: .bfloat16)
    #expect(numbers(Tensor([1.0], dtype: .bfloat16).add(tiny, alpha: 0x1p-8)) == [1 + 0x1p-7])
    expectError("[add]", "1.5", "int64") { _ = Tensor([1]).add(Tensor([2]), alpha: 1.5) }
    expectError("[-]", "bool") { _ = Tensor([1.0]) - Tensor([true]) }
    expectError("[-]", "bool") { _ = 1 - Tensor([true]) }
    expectError("[-]", "bool") { _ = Tensor([1.0]) - true }
  }

  @Test func numbersOnTheLeft() {
    #expect(numbers(2.0 ** Tensor([1, 2, 3])) == [2, 4, 8])
    #expect(integers(7 % Tensor([2, 3, -4])) == [1, 1, -1])
    #expect(integers(Tensor.floorDivide(7, Tensor([2, -2]))) == [3, -4])
    #expect(Tensor.floatPower(2, Tensor([3])).dtype == .float64)
    #expect(Tensor.where(Tensor([true]), 1, 2.0).dtype == .float32 && Tensor.where(Tensor([true]), 1, 2).dtype == .int64)
  }

  @Test func integersAtTheEdge() {
    let lowest = Tensor([-128], dtype: .int8)
    #expect(integers(lowest.gcd(Tensor([0], dtype: .int8))) == [-128])
    #expect(integers(lowest.gcd(Tensor([64], dtype: .int8))) == [64])
    #expect(integers(lowest.lcm(Tensor([64], dtype: .int8))) == [-128])
    #expect(integers(Tensor([1, -8]) << 2) == [4, -32] && integers(Tensor([5, -8]) >> 1) == [2, -4])
    #expect(integers(Tensor([12]) & 10) == [8] && integers(Tensor([12]) | 3) == [15] && integers(Tensor([12]) ^ 10) == [6])
    #expect(Tensor([true]).square().dtype == .int64 && Tensor([true]).sign().dtype == .bool)
    #expect(Tensor([true, false]).pow(true).dtype == .bool)
  }

  @Test func closeness() {
    let a = Tensor([1.0, .nan, .infinity, 1]), b = Tensor([1 + 1e-6, .nan, .infinity, 2])
    #expect(a.isclose(b).toArray(as: Bool.self) == [true, false, true, false])
    #expect(a.isclose(b, equalNaN: true).toArray(as: Bool.self) == [true, true, true, false])
    #expect(Tensor([1, 100_000]).isclose(Tensor([1, 100_001])).toArray(as: Bool.self) == [true, true])
    #expect(Tensor([1.0]).allclose(Tensor([1.05]), atol: 0.1) && !Tensor([1.0]).allclose(Tensor([1.05])))
    #expect(Tensor([1, 2]).equal(Tensor([1.0, 2])) && !Tensor([1]).equal(Tensor([1, 1])) && !a.equal(a))
    expectError("[isclose]", "int64", "float32") { _ = Tensor([1]).isclose(Tensor([1.0])) }
    expectError("[isclose]", "-1") { _ = a.isclose(b, rtol: -1) }
  }

  @Test func inPlace() {
    let x = Tensor([1.5, -2.25])
    #expect(x.frac_() === x && numbers(x) == [0.5, -0.25])
    let flags = Tensor([1.0, 5])
    flags.lt_(2)
    #expect(numbers(flags) == [1, 0])
    let noisy = Tensor([Double.nan, .infinity, -.infinity, 1])
    noisy.nanToNum_(nan: 7, posinf: 8)
    #expect(numbers(noisy) == [7, 8, -Double(Float.greatestFiniteMagnitude), 1])
    expectError("[exp_]", "float32", "int64") { Tensor([1]).exp_() }
    expectError("[deg2rad_]", "float32", "int64") { Tensor([1]).deg2rad_() }
    // The operation's own type decides what is computed, the target's how it is kept.
    let bytes = Tensor([3, 5, 1], dtype: .uint8)
    bytes.floorDivide_(Tensor([2, 3, -3]))
    #expect(integers(bytes) == [1, 1, 255])
    // History goes on from what was written.
    let leaf = Tensor([0.3, 0.6]).requiresGrad_(), y = leaf * 2
    y.sinc_().frac_()
    y.sum().backward()
    let slope = { (x: Double) in 2 * (cos(.pi * x) - sin(.pi * x) / (.pi * x)) / x }
    expectClose(numbers(leaf.grad ?? .zeros(2)), [slope(0.6), slope(1.2)], tolerance: 1e-5)
    expectError("writ") { leaf.frac_() }
  }

  @Test func distances() {
    let a = Tensor([[0.0, 0], [1, 1]]), b = Tensor([[3.0, 4]])
    expectClose(numbers(a.cdist(b)), [5, 3.605551275463989])
    expectClose(numbers(a.cdist(b, p: 3)), [4.497941445275415, 3.2710663101885897])
    #expect(numbers(a.cdist(b, p: 0)) == [2, 2] && numbers(a.cdist(b, p: .infinity)) == [4, 3])
    #expect(Tensor.zeros(3, 1, 4, 2).cdist(.zeros(5, 6, 2)).shape == [3, 5, 4, 6])
    // Many rows go through the matrix product.
    let many = Tensor.randn([30, 5], dtype: .float64, generator: Generator(seed: 0))
    expectClose(numbers(many.cdist(many[..<7])), numbers(many.cdist(many[..<7], p: 2.0000000001)), tolerance: 1e-6)
    #expect(Tensor([1.0, 2]).dist(Tensor([4.0, 6])).item() == 5)
    #expect(numbers(Tensor([1, 2, 3]).cross(Tensor([4, 5, 6]))) == [-3, 6, -3])
    #expect(Tensor.zeros(3, 2).cross(.zeros(3, 2)).shape == [3, 2])
    expectError("[cross]", "size 3") { _ = Tensor.zeros(2).cross(.zeros(2)) }
    expectError("[cdist]", "one length") { _ = a.cdist(.zeros(2, 3)) }
  }

  @Test func sequences() {
    expectClose(numbers(Tensor.logspace(0, 3, 4)), [1, 10, 100, 1000])
    expectClose(numbers(Tensor.logspace(0, 3, 4, base: 2, dtype: .float64)), [1, 2, 4, 8])
    #expect(integers(Tensor.linspace(0, 5, 4, dtype: .int64)) == [0, 1, 3, 5])
    #expect(integers(Tensor.arange(0.0, 4, 0.5, dtype: .int64)) == [Int](repeating: 0, count: 8))
    let like = Tensor.zeros(1, dtype: .float16)
    #expect(like.newFull([2], 3).dtype == .float16 && like.newOnes([2, 2], dtype: .int8).dtype == .int8)
    #expect(like.newTensor([1, 2]).dtype == .float16 && Tensor.scalarTensor(5).dtype == .float32)
    #expect(numbers(Tensor([1.0, 2]).fill(3)) == [3, 3] && numbers(Tensor.zeros(2).fill_(Tensor(4.0))) == [4, 4])
    expectError("[eye]", "-7") { _ = Tensor.eye(-7) }
    expectError("[fill_]", "0-d") { Tensor.zeros(2).fill_(Tensor([1.0])) }
    expectError("[logspace]", "-1") { _ = Tensor.logspace(0, 1, -1) }
  }

  @Test func mantissas() {
    for dtype in [DType.float64, .float32, .float16, .bfloat16] {
      let (mantissa, exponent) = Tensor([1, 0.75, -8, 0, 1000, 0.1, 5e-7], shape: [7], dtype: dtype).frexp()
      #expect(mantissa.dtype == dtype && exponent.dtype == .int32)
      #expect(numbers(mantissa)[..<4] == [0.5, 0.75, -0.5, 0] && integers(exponent)[..<6] == [1, 0, 4, 0, 10, -3])
      #expect(numbers(mantissa)[4...].allSatisfy { $0 >= 0.5 && $0 < 1 })
    }
    let extremes = [Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0x1p-1030, 0x1.fffffffffffffp52, .infinity]
    let (mantissa, exponent) = Tensor(extremes, shape: [5], dtype: .float64).frexp()
    #expect(numbers(mantissa) == [0x1.fffffffffffffp-1, 0.5, -0.5, 0x1.fffffffffffffp-1, .infinity])
    #expect(integers(exponent) == [1024, -1073, -1029, 53, 0])
    expectError("[frexp]", "int64") { _ = Tensor([1]).frexp() }
  }

  @Test func rounding() {
    #expect(numbers(Tensor([0.12345, 2.5]).round(decimals: 2)).map { Float($0) } == [0.12, 2.5])
    #expect(numbers(Tensor([1234.0, 1250]).round(decimals: -2)) == [1200, 1200])
    #expect(integers(Tensor([-7, 7]).div(2, roundingMode: .trunc)) == [-3, 3])
    #expect(integers(Tensor([-7, 7]).div(Tensor([2]), roundingMode: .floor)) == [-4, 3])
    #expect(numbers(Tensor([3.0]).ldexp(Tensor([4]))) == [48])
    #expect(numbers(Tensor([1.0, -.infinity]).isNegInf()) == [0, 1] && numbers(Tensor([1, 2]).isPosInf()) == [0, 0])
  }
}
