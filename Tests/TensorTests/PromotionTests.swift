import Martlet
import TensorModule
import Testing

/// Result types are PyTorch's for every pair of dtypes and every kind of operand.
@Suite struct PromotionTests {
  static let dtypes: [DType] = [
    .float32, .float64, .float16, .bfloat16, .int8, .int16, .int32, .int64, .uint8, .bool,
  ]

  /// The fixture's rows: the left dtype, then the columns' dtypes.
  static let rows: [(left: DType, columns: [[DType]])] = {
    let byLetter = Dictionary(uniqueKeysWithValues: zip(promotionLetters, dtypes))
    return promotionFixtures.split(separator: "\n").map { line in
      let columns = line.split(separator: " ").map { $0.map { byLetter[$0]! } }
      return (columns[0][0], Array(columns[1...]))
    }
  }()

  @Test func pairsOfTypes() {
    #expect(Self.rows.count == Self.dtypes.count)
    for (left, columns) in Self.rows {
      for (right, expected) in zip(Self.dtypes, columns[0]) {
        #expect(DType.promoted(left, right) == expected)
        #expect((Tensor.ones([1], dtype: left) * Tensor.ones([1], dtype: right)).dtype == expected, "\(left) × \(right)")
        #expect((Tensor.ones([2, 1], dtype: left) + Tensor.ones([2], dtype: right)).dtype == expected, "\(left) + \(right)")
      }
    }
  }

  @Test func zeroDimensionalOperands() {
    for (left, columns) in Self.rows {
      for (right, expected) in zip(Self.dtypes, columns[1]) {
        let vector = Tensor.ones([1], dtype: left), number = Tensor.ones([], dtype: right)
        #expect((vector * number).dtype == expected, "\(left) × 0-d \(right)")
        #expect((number * vector).dtype == expected, "0-d \(right) × \(left)")
      }
      for (right, expected) in zip(Self.dtypes, columns[2]) {
        #expect((Tensor.ones([], dtype: left) * Tensor.ones([], dtype: right)).dtype == expected, "0-d \(left) × \(right)")
      }
    }
  }

  @Test func plainNumbers() {
    for (left, columns) in Self.rows {
      for (x, expected) in [(Tensor.ones([1], dtype: left), columns[3]), (Tensor.ones([], dtype: left), columns[4])] {
        #expect((x * true).dtype == expected[0], "\(left) × true")
        #expect((x * 1).dtype == expected[1], "\(left) × 1")
        #expect((1 * x).dtype == expected[1], "1 × \(left)")
        #expect((x * Int32(1)).dtype == expected[1], "\(left) × Int32")
        #expect((x * 1.0).dtype == expected[2], "\(left) × 1.0")
        #expect((1.0 * x).dtype == expected[2], "1.0 × \(left)")
        #expect((x * Float(1)).dtype == expected[2], "\(left) × Float")
      }
    }
  }

  @Test func results() {
    for (left, columns) in Self.rows {
      let x = Tensor.ones([2], dtype: left)
      #expect((x / x).dtype == columns[5][0], "\(left) / \(left)")
      #expect(x.sum().dtype == columns[6][0], "sum of \(left)")
      #expect((x .== x).dtype == columns[7][0])
      #expect(x.exp().dtype == columns[8][0], "exp of \(left)")
    }
  }

  @Test func categoriesCountByOperands() {
    // A 0-d tensor and a number together: each only raises the category.
    let half = Tensor.ones([2], dtype: .float16)
    #expect((half + Tensor(1.0, dtype: .float64)).dtype == .float16)
    #expect((Tensor.ones([2], dtype: .int8) + Tensor(1)).dtype == .int8)
    #expect((Tensor.ones([2], dtype: .int32) + Tensor(1.0, dtype: .float64)).dtype == .float64)
    #expect(Tensor.where(Tensor([true]), Tensor([1.0]), Tensor([1], dtype: .int64)).dtype == .float32)
    #expect(Tensor.where(Tensor([true]), Tensor([1]), 2.5).dtype == .float32)
    #expect(Tensor.cat([Tensor([1]), Tensor([1.5])]).dtype == .float32)
    #expect(Tensor.cat([Tensor([true]), Tensor([1], dtype: .int8)]).dtype == .int8)
  }

  @Test func valuesAfterPromotion() {
    #expect(numbers(Tensor([1, 2]) / 2) == [0.5, 1])
    #expect(numbers(Tensor([true, false]) + Tensor([true, true])) == [1, 1])
    #expect(numbers(Tensor([200], dtype: .uint8) + Tensor([100], dtype: .int8)) == [300])
    #expect(integers(Tensor([200], dtype: .uint8) + Tensor([100], dtype: .uint8)) == [44])
    // A Double operand keeps its digits beside float64, and is rounded beside float32.
    #expect((Tensor([0.0], dtype: .float64) + 0.1).item() == 0.1)
    #expect((Tensor([0.0]) + 0.1).item() == Double(Float(0.1)))
  }

  @Test func inPlaceKeepsTheType() {
    var x = Tensor([1.0, 2])
    x += Tensor([1, 2])
    #expect(x.dtype == .float32 && numbers(x) == [2, 4])
    x += Tensor([0.5, 0.5], dtype: .float64)
    #expect(x.dtype == .float32 && numbers(x) == [2.5, 4.5])
    var n = Tensor([1, 2], dtype: .int32)
    n += 3
    n *= Tensor([2, 2])
    #expect(n.dtype == .int32 && integers(n) == [8, 10])
    expectError("+_", "float32", "int64") { _ = Tensor([1, 2]).add_(1.5) }
    expectError("/_", "float32", "int64") { _ = Tensor([1, 2]).div_(2) }
    expectError("int64", "bool") { _ = Tensor([true]).add_(1) }
    expectError("int64", "cannot be written") { _ = Tensor([1, 2]).mul_(Tensor([0.5, 0.5])) }
  }
}
