/// The tensors that an operation works on, without an array for the usual one to three.
package struct Operands {
  package let count: Int
  package let first: Tensor
  package let second: Tensor?
  package let third: Tensor?
  /// The fourth and later.
  package let rest: [Tensor]

  @inline(__always)
  package init(_ first: Tensor) {
    count = 1
    self.first = first
    second = nil
    third = nil
    rest = []
  }
  @inline(__always)
  package init(_ first: Tensor, _ second: Tensor) {
    count = 2
    self.first = first
    self.second = second
    third = nil
    rest = []
  }
  package init(_ first: Tensor, _ second: Tensor, _ third: Tensor) {
    count = 3
    self.first = first
    self.second = second
    self.third = third
    rest = []
  }
  /// At least one tensor.
  package init(_ tensors: [Tensor]) {
    count = tensors.count
    first = tensors[0]
    second = tensors.count > 1 ? tensors[1] : nil
    third = tensors.count > 2 ? tensors[2] : nil
    rest = tensors.count > 3 ? Array(tensors[3...]) : []
  }

  @inline(__always)
  package subscript(index: Int) -> Tensor {
    switch index {
    case 0: first
    case 1: second!
    case 2: third!
    default: rest[index - 3]
    }
  }

  package var array: [Tensor] { (0..<count).map { self[$0] } }

  /// The flags of all operands together.
  @inline(__always)
  package var flags: TensorFlags {
    var result = first.flags
    if count > 1 { result.formUnion(second!.flags) }
    if count > 2 { result.formUnion(third!.flags) }
    for tensor in rest { result.formUnion(tensor.flags) }
    return result
  }
}
