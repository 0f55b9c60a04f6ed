internal import TensorModule

/// Writes values as a pickle of protocol 2, as `torch.save` does it.
struct PickleWriter {
  private(set) var bytes: [UInt8] = []
  private(set) var storages = PickledStorages()
  /// What was written before and can be asked for again, by its bytes: texts that are only equivalent stay different.
  private var memo: [Memory: Int] = [:]

  private enum Memory: Hashable {
    case text([UInt8])
    case global(String)
  }

  /// Writes the whole pickle of a value.
  mutating func write(_ value: CheckpointValue) throws(FormatFault) {
    try storages.collect(value)
    put(.protocolVersion)
    bytes.append(2)
    try add(value)
    put(.stop)
  }

  private mutating func put(_ instruction: PickleInstruction) { bytes.append(instruction.rawValue) }

  // MARK: Values

  private mutating func add(_ value: CheckpointValue) throws(FormatFault) {
    switch value {
    case .none: put(.none)
    case .bool(let value): put(value ? .newTrue : .newFalse)
    case .int(let value): add(value)
    case .double(let value):
      put(.float)
      bytes.append(value.bitPattern.byteSwapped, bytes: 8)
    case .string(let text): try add(text)
    case .bytes(let content):
      add(global: "_codecs", "encode")
      try add(String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) })), isKept: false)
      try add("latin1")
      put(.tuple2)
      put(.reduce)
    case .tensor(let tensor): try add(tensor)
    case .list(let items):
      put(.emptyList)
      guard !items.isEmpty else { return }
      put(.mark)
      for item in items { try add(item) }
      put(.appends)
    case .tuple(let items):
      guard !items.isEmpty else { return put(.emptyTuple) }
      put(.mark)
      for item in items { try add(item) }
      put(.tuple)
    case .set(let items):
      add(global: "__builtin__", "set")
      try add(.list(items))
      put(.tuple1)
      put(.reduce)
    case .dictionary(let dictionary): try add(dictionary)
    case .shape(let shape):
      add(global: "torch", "Size")
      add(Array(shape))
      put(.tuple1)
      put(.reduce)
    case .dtype(let dtype): add(global: "torch", PickleGlobal.typeName(dtype))
    case .device(let name):
      add(global: "torch", "device")
      let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
      try add(parts.first ?? name)
      if parts.count == 2, let index = Int(parts[1]) {
        add(index)
        put(.tuple2)
      } else {
        put(.tuple1)
      }
      put(.reduce)
    }
  }

  private mutating func add(_ dictionary: CheckpointDictionary) throws(FormatFault) {
    if dictionary.isOrderedDict { addOrderedDictionary() } else { put(.emptyDictionary) }
    if !dictionary.isEmpty {
      put(.mark)
      for (key, value) in dictionary {
        // A dictionary finds no value under it, and the reader refuses it.
        guard CheckpointKey(key.value) != nil else { throw .unsupported("is not written: a dictionary's key is not a number (NaN)") }
        try add(key.value)
        try add(value)
      }
      put(.setItems)
    }
    if let attributes = dictionary.attributes, dictionary.isOrderedDict {
      try add(attributes)
      put(.build)
    }
  }

  private mutating func addOrderedDictionary() {
    add(global: "collections", "OrderedDict")
    put(.emptyTuple)
    put(.reduce)
  }

  private mutating func add(_ tensor: Tensor) throws(FormatFault) {
    let place = try storages.place(of: tensor)
    add(global: "torch._utils", "_rebuild_tensor_v2")
    put(.mark)
    put(.mark)
    try add("storage")
    add(global: "torch", PickleGlobal.storageName(tensor.dtype))
    try add(String(place.number), isKept: false)
    try add("cpu")
    add(place.count)
    put(.tuple)
    put(.persistentID)
    add(place.offset)
    add(Array(tensor.shape))
    add(tensor.strides)
    put(.newFalse)
    addOrderedDictionary()
    put(.tuple)
    put(.reduce)
  }

  private mutating func add(_ numbers: [Int]) {
    guard !numbers.isEmpty else { return put(.emptyTuple) }
    put(.mark)
    for number in numbers { add(number) }
    put(.tuple)
  }

  private mutating func add(_ number: Int) {
    if let small = UInt8(exactly: number) {
      put(.int1)
      bytes.append(small)
    } else if let medium = UInt16(exactly: number) {
      put(.int2)
      bytes.append(UInt64(medium), bytes: 2)
    } else if let large = Int32(exactly: number) {
      put(.int4)
      bytes.append(UInt64(UInt32(bitPattern: large)), bytes: 4)
    } else {
      put(.long1)
      bytes.append(8)
      bytes.append(UInt64(bitPattern: Int64(number)), bytes: 8)
    }
  }

  // MARK: Text and names

  private mutating func add(_ text: String, isKept: Bool = true) throws(FormatFault) {
    let utf8 = Array(text.utf8)
    if isKept, let number = memo[.text(utf8)] { return get(number) }
    guard utf8.count <= Int(UInt32.max) else { throw .unsupported("is not written: a text of \(utf8.count) bytes is too long") }
    put(.text)
    bytes.append(UInt64(utf8.count), bytes: 4)
    bytes += utf8
    if isKept { keep(.text(utf8)) }
  }

  private mutating func add(global module: String, _ name: String) {
    let lines = "\(module)\n\(name)\n"
    if let number = memo[.global(lines)] { return get(number) }
    put(.global)
    bytes += Array(lines.utf8)
    keep(.global(lines))
  }

  private mutating func keep(_ key: Memory) {
    let number = memo.count
    memo[key] = number
    if number < 256 {
      put(.put1)
      bytes.append(UInt8(number))
    } else {
      put(.put4)
      bytes.append(UInt64(number), bytes: 4)
    }
  }

  private mutating func get(_ number: Int) {
    if number < 256 {
      put(.get1)
      bytes.append(UInt8(number))
    } else {
      put(.get4)
      bytes.append(UInt64(number), bytes: 4)
    }
  }
}
