internal import TensorModule

/// The storages that a value's tensors share: each is written once, from the first to the last element that a tensor
/// reaches.
struct PickledStorages {
  /// A storage seen as one type: PyTorch's storages are typed.
  private struct Key: Hashable {
    let storage: ObjectIdentifier
    let dtype: DType
  }

  private struct Part {
    /// Keeps the storage.
    let tensor: Tensor
    var range: Range<Int>
  }

  /// Where a tensor's elements are.
  struct Place {
    /// Which storage.
    let number: Int
    /// The number of elements that are written of it.
    let count: Int
    /// Which of them is the tensor's first.
    let offset: Int
  }

  private var numbers: [Key: Int] = [:]
  private var parts: [Part] = []

  /// Finds all tensors of a value.
  mutating func collect(_ value: CheckpointValue) throws(FormatFault) {
    switch value {
    case .tensor(let tensor): try collect(tensor)
    case .list(let items), .tuple(let items), .set(let items): for item in items { try collect(item) }
    case .dictionary(let dictionary):
      for (_, value) in dictionary { try collect(value) }
      if let attributes = dictionary.attributes { try collect(.dictionary(attributes)) }
    case .none, .bool, .int, .double, .string, .bytes, .shape, .dtype, .device: break
    }
  }

  private mutating func collect(_ tensor: Tensor) throws(FormatFault) {
    // Stand-ins must not take a good file's place.
    guard !ThreadMode.hasFailed, tensor.standInError == nil else {
      throw .unsupported("is not written: a tensor has no elements, because an operation has failed before")
    }
    let range = tensor.elementCount == 0 ? 0..<0 : tensor.storageOffset..<tensor.layout.storageExtent
    let key = Key(storage: ObjectIdentifier(tensor.storage), dtype: tensor.dtype)
    if let number = numbers[key] {
      let known = parts[number].range
      if known.isEmpty {
        parts[number].range = range
      } else if !range.isEmpty {
        parts[number].range = min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
      }
    } else {
      numbers[key] = parts.count
      parts.append(Part(tensor: tensor, range: range))
    }
  }

  /// Where a tensor that was found is.
  func place(of tensor: Tensor) throws(FormatFault) -> Place {
    guard let number = numbers[Key(storage: ObjectIdentifier(tensor.storage), dtype: tensor.dtype)] else {
      throw .unsupported("is not written: a tensor has changed its storage meanwhile")
    }
    let range = parts[number].range
    return Place(
      number: number, count: range.count, offset: tensor.elementCount == 0 ? 0 : tensor.storageOffset - range.lowerBound)
  }

  /// The parts of the storages that are written, as flat tensors on the CPU.
  func blocks() throws(FormatFault) -> [Tensor] {
    try parts.map { (part) throws(FormatFault) in
      let flat = Tensor(
        part.tensor.storage, layout: Layout(contiguous: [part.range.count]).offset(by: part.range.lowerBound),
        dtype: part.tensor.dtype)
      return try TensorBytes.rowMajor(flat, "a tensor")
    }
  }
}
