import Martlet
import Testing

@Suite struct CreationTests {
  @Test func literalsInferTheirType() {
    #expect(Tensor(5).dtype == .int64 && Tensor(5).shape == [])
    #expect(Tensor(2.5).dtype == .float32)
    #expect(Tensor(true).dtype == .bool)
    #expect(Tensor([1, 2, 3]).dtype == .int64)
    #expect(Tensor([1.0, 2]).dtype == .float32)
    #expect(Tensor([true, false]).dtype == .bool)
    #expect(Tensor([[1, 2], [3, 4]]).shape == [2, 2])
    #expect(Tensor([[[1.0], [2.0]]]).shape == [1, 2, 1])
    #expect(Tensor([] as [Double]).dtype == .float32 && Tensor([] as [Double]).shape == [0])
    #expect(Tensor([[], []] as [[Int]]).shape == [2, 0])
  }

  @Test func swiftTypesKeepTheirType() {
    #expect(Tensor([Float(1)]).dtype == .float32)
    #expect(Tensor([Int32(1)]).dtype == .int32)
    #expect(Tensor([Int16(1)]).dtype == .int16)
    #expect(Tensor([Int8(1)]).dtype == .int8)
    #expect(Tensor([UInt8(1)]).dtype == .uint8)
    #expect(Tensor([Int64(1)]).dtype == .int64)
    #expect(Tensor([BFloat16(1)]).dtype == .bfloat16)
    #if !(os(macOS) && arch(x86_64))
      #expect(Tensor([Float16(1)]).dtype == .float16)
    #endif
  }

  @Test func dtypeConverts() {
    #expect(Tensor([1, 2], dtype: .float32).dtype == .float32)
    #expect(Tensor([1.5], dtype: .float64).item() == 1.5)
    #expect(integers(Tensor([1.9, -1.9], dtype: .int32)) == [1, -1])
    #expect(Tensor([0.0, 2.0, -1.0], dtype: .bool).toArray(as: Bool.self) == [false, true, true])
    // A Double literal in float64 keeps all digits.
    #expect(Tensor(0.1, dtype: .float64).item() == 0.1)
    #expect(Tensor(0.1).item() == Double(Float(0.1)))
    #expect(integers(Tensor([300, -1], dtype: .uint8)) == [44, 255])
  }

  @Test func numbersAndShape() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(x.shape == [2, 3] && integers(x) == [1, 2, 3, 4, 5, 6])
    expectError("[Tensor]", "3 numbers", "[2, 2]") { _ = Tensor([1, 2, 3], shape: [2, 2]) }
  }

  @Test func raggedLiteralsFail() {
    expectError("[Tensor]", "length 2 at dimension 1", "one of 1") { _ = Tensor([[1, 2], [3]]) }
    expectError("length 1 at dimension 2", "one of 2") { _ = Tensor([[[1], [2]], [[3], [4, 5]]]) }
  }

  @Test func filled() {
    #expect(numbers(Tensor.zeros(2, 2)) == [0, 0, 0, 0])
    #expect(numbers(Tensor.ones([3])) == [1, 1, 1])
    #expect(Tensor.zeros([2]).dtype == .float32)
    #expect(Tensor.full([1], 1).dtype == .int64)
    #expect(Tensor.full([1], true).dtype == .bool)
    #expect(Tensor.full([3, 3], 0.5).dtype == .float32)
    #expect(numbers(Tensor.full([2], 7, dtype: .float16)) == [7, 7])
    #expect(Tensor.empty([2, 0, 3]).shape == [2, 0, 3])
    let x = Tensor([[1, 2]], dtype: .int16)
    #expect(Tensor.zerosLike(x).dtype == .int16 && Tensor.zerosLike(x).shape == [1, 2])
    #expect(numbers(Tensor.onesLike(x, dtype: .float64)) == [1, 1])
    #expect(integers(Tensor.fullLike(x, 9)) == [9, 9])
    #expect(Tensor.emptyLike(x).shape == [1, 2])
    #expect(Tensor.zeros([]).shape == [] && Tensor.zeros([]).item() == 0)
  }

  @Test func identity() {
    #expect(numbers(Tensor.eye(2)) == [1, 0, 0, 1])
    #expect(numbers(Tensor.eye(2, 3)) == [1, 0, 0, 0, 1, 0])
    #expect(Tensor.eye(2, dtype: .int64).dtype == .int64)
    #expect(Tensor.eye(0).shape == [0, 0])
  }

  @Test func arange() {
    #expect(integers(Tensor.arange(3)) == [0, 1, 2] && Tensor.arange(3).dtype == .int64)
    #expect(Tensor.arange(3.0).dtype == .float32)
    #expect(integers(Tensor.arange(0, 10, 2)) == [0, 2, 4, 6, 8])
    #expect(integers(Tensor.arange(5, 0, -2)) == [5, 3, 1])
    #expect(Tensor.arange(2, 2).shape == [0])
    expectClose(numbers(Tensor.arange(0.0, 1.0, 0.25)), [0, 0.25, 0.5, 0.75])
    expectClose(numbers(Tensor.arange(1.0, 2.5)), [1, 2])
    #expect(Tensor.arange(4, dtype: .float64).dtype == .float64)
    #expect(numbers(Tensor.arange(0.0, 1.0, 0.1)).count == 10)
    expectError("[arange]", "-1") { _ = Tensor.arange(0, 5, -1) }
    expectError("[arange]") { _ = Tensor.arange(0, 5, 0) }
  }

  @Test func linspace() {
    expectClose(numbers(Tensor.linspace(0, 1, 5)), [0, 0.25, 0.5, 0.75, 1])
    expectClose(numbers(Tensor.linspace(-1, 1, 3)), [-1, 0, 1])
    #expect(numbers(Tensor.linspace(2, 3, 1)) == [2])
    #expect(Tensor.linspace(0, 1, 0).shape == [0])
    // The end is exact.
    #expect(Tensor.linspace(0, 0.3, 7, dtype: .float64)[-1].item() == 0.3)
    expectError("[linspace]", "-1") { _ = Tensor.linspace(0, 1, -1) }
  }

  @Test func oneHot() {
    #expect(integers(Tensor([0, 2]).oneHot(3)) == [1, 0, 0, 0, 0, 1])
    #expect(Tensor([[1], [0]]).oneHot().shape == [2, 1, 2])
    #expect(Tensor([0]).oneHot(4).dtype == .int64)
    expectError("[oneHot]", "float32") { _ = Tensor([1.0]).oneHot() }
    expectError("3") { _ = Tensor([3]).oneHot(3) }
  }

  @Test func borrowedMemoryIsShared() {
    final class Owner {
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4)
      init() { memory.initialize(repeating: 1) }
      deinit { memory.deallocate() }
    }
    let owner = Owner()
    let x = Tensor(borrowing: owner.memory, shape: [2, 2], owner: owner)
    owner.memory[3] = 5
    #expect(numbers(x) == [1, 1, 1, 5])
    x[0].fill_(7)
    #expect(owner.memory[0] == 7)
    let sum = x + x
    #expect(numbers(sum) == [14, 14, 2, 10])
    #expect(numbers(x) == [7, 7, 1, 5])
    expectError("[Tensor(borrowing:)]") { _ = Tensor(borrowing: owner.memory, shape: [5], owner: owner) }
  }

  @Test func borrowedMemoryKeepsItsOwner() {
    final class Owner {
      let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1)
      deinit { memory.deallocate() }
    }
    weak var observed: Owner?
    var x: Tensor?
    do {
      let owner = Owner()
      owner.memory[0] = 3
      observed = owner
      x = Tensor(borrowing: owner.memory, shape: [], owner: owner)
    }
    #expect(observed != nil && x?.item() == 3)
    x = nil
    #expect(observed == nil)
  }

  @Test func reading() {
    let x = Tensor([[1.5, -2.5]])
    #expect(x.toArray(as: Float.self) == [1.5, -2.5])
    #expect(x.toArray(as: Int.self) == [1, -2])
    #expect(x.toArray(as: Bool.self) == [true, true])
    #expect(Tensor([3]).item(as: Int.self) == 3)
    #expect(x.withUnsafeElements(as: Float.self) { Array($0) } == [1.5, -2.5])
    #expect(x.t().withUnsafeElements(as: Double.self) { Array($0) } == [1.5, -2.5])
    expectError("[item]", "2 elements", "(1, 2)") { _ = x.item() }
  }

  @Test func casts() {
    let x = Tensor([-1.7, 0, 2.5, 300])
    #expect(integers(x.to(.int64)) == [-1, 0, 2, 300])
    #expect(x.to(.bool).toArray(as: Bool.self) == [true, false, true, true])
    #expect(x.to(.float32) === x)
    #expect(integers(Tensor([200]).to(.int8)) == [-56])
    expectClose(numbers(Tensor([1.0 / 3]).to(.bfloat16)), [0.333984375])
    expectClose(numbers(Tensor([1.0 / 3]).to(.float16)), [0.333251953125])
    #expect(numbers(Tensor([65520.0]).to(.float16)) == [.infinity])
    #expect(numbers(Tensor([true, false]).to(.float64)) == [1, 0])
  }

  @Test func equality() {
    #expect(Tensor([1.0, 2]).isEqual(to: Tensor([1.0, 2])))
    #expect(!Tensor([1.0, 2]).isEqual(to: Tensor([1.0, 3])))
    #expect(!Tensor([1.0]).isEqual(to: Tensor([[1.0]])))
    #expect(!Tensor([Double.nan]).isEqual(to: Tensor([Double.nan])))
    #expect(Tensor([1.0]).isClose(to: Tensor([1.000001])))
    #expect(!Tensor([1.0]).isClose(to: Tensor([1.001])))
    #expect(Tensor([Double.nan]).isClose(to: Tensor([Double.nan]), equalNaN: true))
    #expect(Tensor([Double.infinity]).isClose(to: Tensor([Double.infinity])))
  }
}
