internal import TensorModule

/// Where the elements of a pickle's tensors come from.
protocol PickleStorages {
  /// The storage of that name with so many elements of a type, or bytes if it has none.
  mutating func storage(_ key: String, count: Int, dtype: DType?) throws -> Storage
}

/// A reader of pickles, Python's format for objects, that can make plain values and tensors and run nothing.
///
/// A pickle is a program for a small stack machine. Of its instructions those that build values are understood, of the
/// classes and functions that it may name those of ``PickleGlobal``. Whatever the program is, the work and the memory are
/// bounded by its length.
struct PickleReader<Storages: PickleStorages> {
  private let bytes: [UInt8]
  /// Where the next instruction is.
  private(set) var position: Int
  private(set) var storages: Storages
  /// All objects so far.
  private(set) var nodes: [PickleNode] = []
  /// Numbers of objects.
  private var stack: [Int] = []
  /// How high the stack was at each mark.
  private var marks: [Int] = []
  private var memo: [Int: Int] = [:]
  /// How many elements were copied from one object to another.
  private var copiedCount = 0
  /// The storages that tensors of truth values are over, in which each byte is 0 or 1.
  private(set) var normalized = Set<ObjectIdentifier>()

  init(_ bytes: [UInt8], from position: Int = 0, storages: Storages) {
    self.bytes = bytes
    self.position = position
    self.storages = storages
  }

  /// Runs the program to its end and gives the number of the object that it made.
  mutating func run() throws -> Int {
    while true {
      let place = position
      do {
        if let result = try step() { return result }
      } catch let fault as FormatFault where fault.kind == .damaged {
        throw fault.within("the pickle at its byte \(place)")
      }
    }
  }

  /// Counts copied elements: a short program could otherwise copy a long object again and again.
  private mutating func charge(_ count: Int) throws(FormatFault) {
    copiedCount += count
    guard copiedCount <= 16 * bytes.count + 4096 else { throw .damaged("makes much more of its objects than it holds") }
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) throws(FormatFault) -> Range<Int> {
    guard count >= 0, count <= bytes.count - position else { throw .damaged("is truncated") }
    defer { position += count }
    return position..<(position + count)
  }

  private mutating func number(_ count: Int) throws(FormatFault) -> UInt64 {
    bytes.number(try take(count).lowerBound, count)
  }

  private mutating func length(_ count: Int) throws(FormatFault) -> Int {
    try Int(fileNumber: number(count), "a length")
  }

  private mutating func line() throws(FormatFault) -> String {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { throw .damaged("is truncated") }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  private mutating func text(_ count: Int) throws(FormatFault) -> PickleNode {
    let range = try take(count)
    guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .damaged("a text is not UTF-8") }
    return .string(text)
  }

  /// Text of Python 2, which is bytes.
  private mutating func oldText(_ count: Int) throws(FormatFault) -> PickleNode {
    let range = try take(count)
    return String(validating: bytes[range], as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes[range]))
  }

  /// An integer of any length, two's complement, little-endian.
  private mutating func integer(_ count: Int) throws(FormatFault) -> PickleNode {
    let digits = bytes[try take(count)]
    guard let last = digits.last else { return .int(0) }
    let filler: UInt8 = last >= 0x80 ? 0xff : 0
    var value: UInt64 = filler == 0 ? 0 : .max
    for (i, digit) in digits.enumerated() {
      if i < 8 {
        let shift = UInt64(8 * i)
        value = value & ~(0xff << shift) | UInt64(digit) << shift
      } else if digit != filler {
        throw .unsupported("an integer of \(count) bytes; 64 bits are read")
      }
    }
    let result = Int(Int64(bitPattern: value))
    guard (result < 0) == (filler == 0xff) else { throw .unsupported("an integer beyond 64 bits; it is not read") }
    return .int(result)
  }

  // MARK: Stack

  private mutating func push(_ node: PickleNode) {
    stack.append(nodes.count)
    nodes.append(node)
  }

  private mutating func pop() throws(FormatFault) -> Int {
    guard stack.count > marks.last ?? 0, let top = stack.popLast() else { throw .damaged("takes from an empty stack") }
    return top
  }

  private func top() throws(FormatFault) -> Int {
    guard stack.count > marks.last ?? 0, let top = stack.last else { throw .damaged("looks at an empty stack") }
    return top
  }

  private mutating func popToMark() throws(FormatFault) -> [Int] {
    guard let mark = marks.popLast() else { throw .damaged("goes back to a mark that is not there") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func pop(_ count: Int) throws(FormatFault) -> [Int] {
    guard stack.count - (marks.last ?? 0) >= count else { throw .damaged("takes from an empty stack") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  // MARK: Instructions

  /// Runs an instruction; at the last one, the number of the result.
  private mutating func step() throws -> Int? {
    let code = UInt8(try number(1))
    guard let instruction = PickleInstruction(rawValue: code) else {
      throw FormatFault.damaged("has the instruction 0x\(String(code, radix: 16)), which is not one of torch.save's")
    }
    switch instruction {
    case .protocolVersion:
      let version = try number(1)
      guard version <= 5 else { throw FormatFault.unsupported("a pickle of protocol \(version)") }
    case .frame: _ = try take(8)
    case .stop:
      let result = try pop()
      // What is left over belongs to nothing; the table lets go of it.
      return result
    case .mark: marks.append(stack.count)
    case .pop: if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    case .none: push(.none)
    case .newTrue: push(.bool(true))
    case .newFalse: push(.bool(false))
    case .int1: push(.int(Int(try number(1))))
    case .int2: push(.int(Int(try number(2))))
    case .int4: push(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
    case .long1: push(try integer(Int(number(1))))
    case .long4: push(try integer(length(4)))
    case .float: push(.double(Double(bitPattern: try number(8).byteSwapped)))
    case .shortString: push(try oldText(length(1)))
    case .string: push(try oldText(length(4)))
    case .shortText: push(try text(length(1)))
    case .text: push(try text(length(4)))
    case .longText: push(try text(length(8)))
    case .shortBytes: push(.bytes(Array(bytes[try take(length(1))])))
    case .bytes: push(.bytes(Array(bytes[try take(length(4))])))
    case .longBytes, .byteArray: push(.bytes(Array(bytes[try take(length(8))])))
    case .emptyList: push(.list([]))
    case .emptyTuple: push(.tuple([]))
    case .emptyDictionary: push(.dictionary(PickleNode.Entries()))
    case .emptySet: push(.set([]))
    case .tuple: push(.tuple(try popToMark()))
    case .tuple1: push(.tuple(try pop(1)))
    case .tuple2: push(.tuple(try pop(2)))
    case .tuple3: push(.tuple(try pop(3)))
    case .list: push(.list(try popToMark()))
    case .frozenSet: push(.set(try popToMark()))
    case .dictionary:
      let items = try popToMark()
      guard items.count % 2 == 0 else { throw FormatFault.damaged("a dictionary's last key has no value") }
      push(.dictionary(PickleNode.Entries(items: items)))
    case .append:
      let item = try pop()
      try extend([item])
    case .appends: try extend(popToMark())
    case .addItems: try extend(popToMark())
    case .setItem: try setItems(pop(2))
    case .setItems: try setItems(popToMark())
    case .global:
      let module = try line(), name = try line()
      push(.global(try PickleGlobal.named(module, name)))
    case .stackGlobal:
      let names = try pop(2)
      guard case .string(let module) = nodes[names[0]], case .string(let name) = nodes[names[1]] else {
        throw FormatFault.damaged("names a class by something that is no text")
      }
      push(.global(try PickleGlobal.named(module, name)))
    case .reduce, .newObject:
      let parts = try pop(2)
      guard case .global(let global) = nodes[parts[0]] else { throw FormatFault.damaged("calls what is not a function") }
      push(try call(global, tuple(parts[1], "arguments"), depth: 0))
    case .build:
      let state = try pop()
      try build(top(), state)
    case .persistentID: push(try storage(pop()))
    case .put1: memo[Int(try number(1))] = try top()
    case .put4: memo[Int(try number(4))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .get1: stack.append(try remembered(Int(number(1))))
    case .get4: stack.append(try remembered(Int(number(4))))
    }
    return nil
  }

  private func remembered(_ number: Int) throws(FormatFault) -> Int {
    guard let node = memo[number] else { throw .damaged("asks for object \(number), which it has not kept") }
    return node
  }

  /// Appends to the list or set on top of the stack.
  private mutating func extend(_ items: [Int]) throws(FormatFault) {
    let target = try top()
    switch nodes[target] {
    case .list(var elements):
      // Out of the table while it grows, so that it is not copied.
      nodes[target] = .none
      elements += items
      nodes[target] = .list(elements)
    case .set(var elements):
      nodes[target] = .none
      elements += items
      nodes[target] = .set(elements)
    default: throw .damaged("appends to what is not a list")
    }
  }

  private mutating func setItems(_ items: [Int]) throws(FormatFault) {
    let target = try top()
    guard case .dictionary(var entries) = nodes[target] else { throw .damaged("sets an entry of what is not a dictionary") }
    guard items.count % 2 == 0 else { throw .damaged("a dictionary's last key has no value") }
    nodes[target] = .none
    entries.items += items
    nodes[target] = .dictionary(entries)
  }

  /// Gives an object its attributes.
  private mutating func build(_ target: Int, _ state: Int) throws(FormatFault) {
    switch nodes[target] {
    case .dictionary(var entries) where entries.isOrdered:
      guard case .dictionary = nodes[state] else { throw .damaged("an OrderedDict's attributes are not a dictionary") }
      entries.attributes = state
      nodes[target] = .dictionary(entries)
    // Python attributes of a tensor have no place here.
    case .tensor: break
    default: throw .unsupported("an object with a state of its own; only weights and plain values are read")
    }
  }

  // MARK: Calls

  private func tuple(_ node: Int, _ what: String) throws(FormatFault) -> [Int] {
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
  private mutating func call(_ global: PickleGlobal, _ arguments: [Int], depth: Int) throws -> PickleNode {
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
  private mutating func storage(_ identifier: Int) throws -> PickleNode {
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
