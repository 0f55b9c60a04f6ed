import CPUKernels
import TensorModule
import TestSupport
import Testing

/// Nothing is forgotten: rows for all primitives, kernels for all names.
@Suite struct CompletenessTests {
  @Test func everyPrimitiveHasARow() {
    let wanted = Set(PrimitiveKind.allCases.flatMap(\.keys))
    let found = Set(operationCases().map(\.key))
    #expect(wanted.subtracting(found).sorted() == [], "operations without a row")
    #expect(found.subtracting(wanted).sorted() == [], "rows of no operation")
  }

  @Test func primitivesAndRowsAgree() {
    for item in operationCases() { if let primitive = item.primitive { #expect(primitive.key == item.key) } }
  }

  /// Swift's enums and the kernels' lists, name by name.
  @Test func namesAreTheKernels() {
    func kernelNames(_ name: (Int32) -> UnsafePointer<CChar>?) -> [String] {
      var result: [String] = []
      while let text = name(Int32(result.count)) { result.append(String(cString: text)) }
      return result
    }
    #expect(DType.allCases.map { "\($0)" } == kernelNames(mk_dtype_name))
    #expect(UnaryOperation.allCases.map { "\($0)" } == kernelNames(mk_unary_name))
    #expect(BinaryOperation.allCases.map { "\($0)" } == kernelNames(mk_binary_name))
    #expect(TernaryOperation.allCases.map { "\($0)" } == kernelNames(mk_ternary_name))
    #expect(ReduceOperation.allCases.map { "\($0)" } == kernelNames(mk_reduce_name))
    // The raw values are positions in the lists.
    #expect(UnaryOperation.allCases.map(\.rawValue) == Array(0..<UInt8(UnaryOperation.allCases.count)))
    #expect(BinaryOperation.allCases.map(\.rawValue) == Array(0..<UInt8(BinaryOperation.allCases.count)))
  }

  /// An unknown operation or type is refused, not run.
  @Test func kernelsRefuseTheUnknown() {
    var work = mk_elementwise()
    work.arity = 1
    work.operation = Int32(UnaryOperation.allCases.count)
    #expect(mk_run_elementwise(&work) == Int32(MK_UNSUPPORTED))
    work.operation = -1
    #expect(mk_run_elementwise(&work) == Int32(MK_UNSUPPORTED))
  }
}
