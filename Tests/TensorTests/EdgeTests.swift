import Martlet
import Testing

/// The edges where libraries differ: here they are PyTorch's.
@Suite struct EdgeTests {
  private let nan = Double.nan

  @Test func roundingAndRemainders() {
    #expect(numbers(Tensor([0.5, 1.5, 2.5, -0.5]).round()) == [0, 2, 2, 0])
    #expect(integers(Tensor([-5]) % 3) == [1])
    #expect(integers(Tensor([-5]).fmod(3)) == [-2])
    #expect(integers(Tensor([-5]).floorDivide(3)) == [-2])
    #expect(numbers(Tensor([-5.0]) % 3) == [1] && numbers(Tensor([-5.0]).fmod(3)) == [-2])
    #expect(numbers(Tensor([5.0]).floorDivide(-3)) == [-2])
    #expect(numbers(Tensor([5.0]) % -3) == [-1])
    #expect(numbers(Tensor([-1.5]).trunc()) == [-1] && numbers(Tensor([-1.5]).floor()) == [-2])
  }

  @Test func divisionByZero() {
    expectError("divided by zero") { _ = Tensor([1, 2]).floorDivide(0) }
    expectError("divided by zero") { _ = Tensor([1, 2]) % Tensor([1, 0]) }
    #expect(numbers(Tensor([1]) / 0) == [.infinity])
    let quotient = numbers(Tensor([1.0, -1, 0]) / 0)
    #expect(quotient[0] == .infinity && quotient[1] == -.infinity && quotient[2].isNaN)
    #expect(integers(Tensor([Int64.min]).floorDivide(-1)) == [Int.min])
  }

  @Test func powers() {
    expectError("[pow] (2,)", "negative") { _ = Tensor([1, 2]) ** -1 }
    #expect(integers(Tensor([2, 3, 1, -1]).pow(Tensor([1, -1, -2, -3]))) == [2, 0, 1, -1])
    #expect(integers(Tensor([2, -3]) ** 3) == [8, -27] && integers(Tensor([0]) ** 0) == [1])
    #expect(numbers(Tensor([2, 4]) ** -1.0) == [0.5, 0.25] && numbers(2.0 ** Tensor([3.0])) == [8])
    #expect(numbers(Tensor([0.0]) ** 0.0) == [1] && numbers(Tensor([4.0]) ** 0.5) == [2])
  }

  @Test func infinitiesAndNaN() {
    let x = Tensor([1, nan, 3])
    #expect(x.max().item().isNaN && x.min().item().isNaN && x.sum().item().isNaN)
    #expect(numbers(Tensor([1.0]).maximum(Tensor([nan])))[0].isNaN)
    #expect(numbers(Tensor([1.0]).fmax(Tensor([nan]))) == [1] && numbers(Tensor([nan]).fmin(2.0)) == [2])
    #expect(x.isNaN().toArray(as: Bool.self) == [false, true, false])
    #expect(Tensor([.infinity, -.infinity, nan, 0]).isInf().toArray(as: Bool.self) == [true, true, false, false])
    #expect(Tensor([.infinity, nan, 0]).isFinite().toArray(as: Bool.self) == [false, false, true])
    #expect(x.argmax().item(as: Int.self) == 1 && x.max(dim: 0).indices.item(as: Int.self) == 1)
    #expect((x .== x).toArray(as: Bool.self) == [true, false, true])
    #expect(numbers(Tensor([-1.0]).sqrt())[0].isNaN && numbers(Tensor([0.0]).log()) == [-.infinity])
    #expect(numbers(Tensor([nan, -1, 2]).relu())[0].isNaN)
    #expect(numbers(Tensor([nan, 5]).clamp(min: 0, max: 1))[0].isNaN)
  }

  @Test func reductionsOfNothing() {
    let empty = Tensor.zeros(0)
    #expect(empty.sum().item() == 0 && empty.prod().item() == 1 && empty.mean().item().isNaN)
    #expect(empty.all().item(as: Bool.self) && !empty.any().item(as: Bool.self))
    expectError("[max] (0,)") { _ = empty.max() }
    expectError("[argmax] (0,)") { _ = empty.argmax() }
    #expect(Tensor.zeros(0, 3).max(dim: 1).values.shape == [0])
    #expect(Tensor.zeros(2, 0).sum(dim: 1).shape == [2] && Tensor.zeros(2, 0).sum(dim: 0).shape == [0])
    expectError("[max] (2, 0)") { _ = Tensor.zeros(2, 0).max(dim: 1) }
  }

  @Test func reductionsOfIntegers() {
    #expect(Tensor([true, true]).sum().item() == 2 && Tensor([true]).sum().dtype == .int64)
    #expect(Tensor([100, 100], dtype: .int8).sum().item() == 200)
    #expect(Tensor([3, 4]).prod().item() == 12 && Tensor([3, 4]).max().dtype == .int64)
    expectError("[mean] (2,)", "int64", "to(.float32)") { _ = Tensor([1, 2]).mean() }
    #expect(Tensor([1, 2]).mean(dtype: .float32).item() == 1.5)
    expectError("[var]", "int64") { _ = Tensor([1, 2]).variance() }
  }

  @Test func statistics() {
    let x = Tensor([1.0, 2, 3, 4])
    expectClose([x.variance().item(), x.std().item()], [1.6666666666666667, 1.2909944487358056])
    expectClose([x.variance(correction: 0).item()], [1.25])
    #expect(Tensor([1.0]).variance().item().isNaN)
    expectClose([x.norm().item()], [5.477225575051661])
    expectClose([x.logsumexp(dim: 0).item()], [4.440189698561196])
    expectClose(numbers(Tensor([1000.0, 1000]).logsumexp(dim: 0)), [1000.6931471805599])
    expectClose(numbers(Tensor([1000.0, 1000]).softmax(dim: 0)), [0.5, 0.5])
  }

  @Test func ties() {
    #expect(Tensor([1, 3, 3]).argmax().item(as: Int.self) == 1 && Tensor([2, 1, 1]).argmin().item(as: Int.self) == 1)
    let (values, indices) = Tensor([[2, 5, 5], [7, 7, 1]]).max(dim: 1)
    #expect(integers(values) == [5, 7] && integers(indices) == [1, 0])
    #expect(integers(Tensor([[2, 5, 5], [7, 7, 1]]).min(dim: 1).indices) == [0, 2])
  }

  @Test func cumulative() {
    #expect(integers(Tensor([2, 0, 3]).cumprod(dim: 0)) == [2, 0, 0])
    #expect(integers(counting(2, 3).cumsum(dim: 0)) == [0, 1, 2, 3, 5, 7])
    #expect(integers(counting(2, 3).cumsum(dim: 1)) == [0, 1, 3, 3, 7, 12])
    #expect(Tensor([true, true]).cumsum(dim: 0).dtype == .int64)
  }

  @Test func boolArithmetic() {
    let a = Tensor([true, true, false]), b = Tensor([true, false, false])
    expectError("[-] (3,) × (3,)", "^") { _ = a - b }
    expectError("neg") { _ = -a }
    #expect((a ^ b).toArray(as: Bool.self) == [false, true, false])
    #expect((a & b).toArray(as: Bool.self) == [true, false, false] && (a | b).toArray(as: Bool.self) == [true, true, false])
    #expect((~a).toArray(as: Bool.self) == [false, false, true])
    #expect((a + b).dtype == .bool && (a * b).toArray(as: Bool.self) == [true, false, false])
    #expect((a * 1).dtype == .int64)
    expectError("float32") { _ = Tensor([1.0]) & Tensor([1.0]) }
  }

  @Test func zeroDimensional() {
    let x = Tensor(3.0)
    #expect(x.sum(dim: 0).item() == 3 && x.max(dim: -1).indices.item() == 0 && x.softmax(dim: 0).item() == 1)
    #expect(counting(3)[1].shape == [] && x.reshape(1).shape == [1] && x.cumsum(dim: 0).item() == 3)
    expectError("dimension 1") { _ = x.sum(dim: 1) }
  }

  @Test func limits() {
    #expect(numbers(Tensor([-1.0, 0.5, 2]).clamp(min: 0, max: 1)) == [0, 0.5, 1])
    #expect(integers(Tensor([-1, 5]).clamp(min: 0)) == [0, 5] && Tensor([1]).clamp(min: 0).dtype == .int64)
    #expect(Tensor([1, 2]).clamp(min: 1.5).dtype == .float32)
    expectError("[clamp]", "min, max") { _ = Tensor([1.0]).clamp() }
    #expect(numbers(Tensor([-2.0, 0, 3]).sign()) == [-1, 0, 1] && numbers(Tensor([-0.0]).abs())[0].sign == .plus)
  }
}
