internal import TensorModule

/// What a pickle's calls of the known classes and functions make.
extension PickleReader {
  // MARK: Calls

  func tuple(_ node: Int, _ what: String) throws(FormatFault) -> [Int] {
    guard case .tuple(let items) = nodes[node] else { throw .damaged("\(what) are not a tuple") }
    return items
  }

  private func integers(_ node: Int, _ what: String) throws(FormatFault) -> [Int] {
    let items: [Int]
    switch nodes[node] {
    case .tuple(let elements), .list(let elements): items = elements
    case .size(let sizes): return sizes
    default: throw .damaged("\(what) is not a tuple")
    }
    guard items.count <= Dimensions.maximumCount else {
      throw .unsupported("\(what) of \(items.count) dimensions; there are at most \(Dimensions.maximumCount)")
    }
    return try items.map { (item) throws(FormatFault) in
      guard case .int(let value) = nodes[item] else { throw .damaged("\(what) is not made of integers") }
      return value
    }
  }

  private func integer(_ node: Int, _ what: String) throws(FormatFault) -> Int {
    guard case .int(let value) = nodes[node] else { throw .damaged("\(what) is not an integer") }
    return value
  }

  /// What a call of one of the known classes and functions makes.
  mutating func call(_ global: PickleGlobal, _ arguments: [Int], depth: Int) throws -> PickleNode {
    func require(_ condition: Bool) throws(FormatFault) {
      if !condition { throw .damaged("calls \(global) with \(arguments.count) arguments that do not fit") }
    }
    switch global {
    case .orderedDictionary, .counter:
      var entries = PickleNode.Entries(isOrdered: global == .orderedDictionary)
      if let first = arguments.first {
        switch nodes[first] {
        case .dictionary(let other):
          try charge(other.items.count)
          entries.items = other.items
        case .list(let pairs), .tuple(let pairs):
          try charge(2 * pairs.count)
          for pair in pairs {
            switch nodes[pair] {
            case .list(let items) where items.count == 2: entries.items += items
            case .tuple(let items) where items.count == 2: entries.items += items
            default: try require(false)
            }
          }
        default: try require(false)
        }
      }
      return .dictionary(entries)
    case .set, .frozenSet:
      guard let first = arguments.first else { return .set([]) }
      switch nodes[first] {
      case .list(let items), .tuple(let items), .set(let items):
        try charge(items.count)
        return .set(items)
      default: try require(false)
      }
    case .byteArray:
      guard let first = arguments.first else { return .bytes([]) }
      if case .bytes(let content) = nodes[first] { return .bytes(content) }
      try require(false)
    case .encode:
      try require(arguments.count == 2)
      if case .string(let text) = nodes[arguments[0]], case .string("latin1") = nodes[arguments[1]] {
        try charge(text.utf8.count)
        if text.unicodeScalars.allSatisfy({ $0.value < 256 }) {
          return .bytes(text.unicodeScalars.map { UInt8($0.value) })
        }
      }
      try require(false)
    case .size:
      try require(arguments.count == 1)
      return .size(try integers(arguments[0], "a size"))
    case .device:
      guard let first = arguments.first, case .string(let name) = nodes[first] else {
        try require(false)
        break
      }
      // The name with its number is a new text: a short program could otherwise make as many long ones as it likes.
      guard name.utf8.count <= 64 else { throw FormatFault.damaged("a device's name of \(name.utf8.count) bytes") }
      return .device(arguments.count > 1 ? "\(name):\(try integer(arguments[1], "a device's number"))" : name)
    case .layout:
      if let first = arguments.first, case .string(let name) = nodes[first] { return .string(name) }
      try require(false)
    case .rebuildTensor:
      try require(arguments.count == 4)
      return try tensor(arguments)
    case .rebuildTensorV2:
      // Storage, offset, sizes, strides; whether it required gradients, its hooks, and from some version on metadata.
      try require(arguments.count == 6 || arguments.count == 7)
      return try tensor(arguments)
    case .rebuildTensorV3:
      try require(arguments.count == 7 || arguments.count == 8)
      switch nodes[arguments[6]] {
      case .global(.dtype(let dtype)): return try tensor(arguments, dtype: dtype)
      case .global(.unsupported(let what)): throw FormatFault.unsupported("holds \(what), which no tensor has here")
      default: try require(false)
      }
    case .rebuildParameter, .rebuildParameterWithState, .parameterClass:
      try require(!arguments.isEmpty)
      if case .tensor(let data) = nodes[arguments[0]] { return .tensor(data) }
      try require(false)
    case .rebuildFromType:
      // Which function, which class, the function's arguments, Python attributes, which have no place here.
      try require(arguments.count == 4 && depth == 0)
      guard case .global(let function) = nodes[arguments[0]] else {
        try require(false)
        break
      }
      return try call(function, tuple(arguments[2], "arguments"), depth: 1)
    case .unsupported(let what): throw FormatFault.unsupported("holds \(what), which there is none of here")
    case .dtype, .storage, .untypedStorage, .tensorClass: try require(false)
    }
    throw FormatFault.damaged("calls \(global) with arguments that do not fit")
  }

  // MARK: Tensors

  /// The storage that a persistent identifier names: `('storage', class, key, location, count)`. Wherever it was, it is
  /// read to the CPU.
  mutating func storage(_ identifier: Int) throws -> PickleNode {
    let parts = try tuple(identifier, "a storage's parts")
    guard parts.count >= 5, case .string("storage") = nodes[parts[0]] else {
      throw FormatFault.damaged("refers to something that is not a storage")
    }
    let dtype: DType?
    switch nodes[parts[1]] {
    case .global(.storage(let type)): dtype = type
    case .global(.untypedStorage): dtype = nil
    case .global(.unsupported(let what)): throw FormatFault.unsupported("holds \(what), which there is none of here")
    default: throw FormatFault.damaged("a storage is of an unknown class")
    }
    let key: String
    switch nodes[parts[2]] {
    case .string(let name): key = name
    case .int(let number): key = String(number)
    default: throw FormatFault.damaged("a storage's name is not a text")
    }
    if parts.count > 5 {
      guard case .none = nodes[parts[5]] else {
        throw FormatFault.unsupported("holds views of storages in a form of before PyTorch 0.4; save it again with a current PyTorch")
      }
    }
    let count = try integer(parts[4], "a storage's size")
    guard count >= 0, !count.multipliedReportingOverflow(by: 8).overflow else {
      throw FormatFault.damaged("a storage of \(count) elements")
    }
    return .storage(try storages.storage(key, count: count, dtype: dtype), dtype)
  }

  /// The tensor over a storage: storage, offset, sizes, strides.
  private mutating func tensor(_ arguments: [Int], dtype wanted: DType? = nil) throws(FormatFault) -> PickleNode {
    guard case .storage(let storage, let stored) = nodes[arguments[0]], let dtype = wanted ?? stored else {
      throw .damaged("makes a tensor of what is not a typed storage")
    }
    let offset = try integer(arguments[1], "a tensor's offset")
    let sizes = try integers(arguments[2], "a tensor's shape"), strides = try integers(arguments[3], "a tensor's strides")
    guard try TensorBytes.count(sizes, dtype) >= 0, strides.count == sizes.count, offset >= 0,
      strides.allSatisfy({ $0 >= 0 })
    else { throw .damaged("a tensor of shape \(sizes), strides \(strides) and offset \(offset) cannot be") }
    if dtype == .bool, normalized.insert(ObjectIdentifier(storage)).inserted {
      TensorBytes.normalizeFlags(UnsafeMutableRawBufferPointer(start: storage.address, count: storage.byteCount))
    }
    guard !sizes.contains(0) else {
      // Nothing lies anywhere: strides that no view could count with are not taken over.
      return .tensor(Tensor(storage, layout: Layout(contiguous: Shape(sizes)), dtype: dtype))
    }
    // Views multiply strides and sizes, those of dimensions of size 1, too.
    for (size, stride) in zip(sizes, strides) {
      let (span, overflow) = size.multipliedReportingOverflow(by: stride)
      guard !overflow, span <= 1 << 60 else { throw .damaged("strides \(strides) of shape \(sizes) are too large") }
    }
    var last = offset
    for (size, stride) in zip(sizes, strides) {
      let (reach, first) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, second) = last.addingReportingOverflow(reach)
      guard !first, !second else { throw .damaged("a tensor of shape \(sizes) and strides \(strides) is too large") }
      last = sum
    }
    let count = storage.byteCount / dtype.itemSize
    guard last < count else {
      throw .damaged(
        "a tensor of shape \(sizes), strides \(strides) and offset \(offset) reaches element \(last) of a storage of \(count)")
    }
    return .tensor(
      Tensor(storage, layout: Layout(shape: Shape(sizes), strides: Dimensions(strides), offset: offset), dtype: dtype))
  }
}
