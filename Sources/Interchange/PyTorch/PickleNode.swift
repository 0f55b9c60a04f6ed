internal import TensorModule

/// An object that a pickle describes, in the reader's table of objects. Objects refer to others by their numbers in the
/// table: a pickle can make lists that hold themselves, and chains of any length, which no reference counting would let go
/// of without harm.
enum PickleNode {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list([Int])
  case tuple([Int])
  case set([Int])
  case dictionary(Entries)
  case size([Int])
  case device(String)
  case global(PickleGlobal)
  /// Elements of a type, or bytes without one, that a tensor will be made of.
  case storage(Storage, DType?)
  case tensor(Tensor)

  /// A dictionary's keys and values, alternating, and its object's attributes.
  struct Entries {
    var items: [Int] = []
    var isOrdered = false
    var attributes: Int?
  }
}
