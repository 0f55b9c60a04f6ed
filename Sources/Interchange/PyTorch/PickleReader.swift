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
  var storages: Storages
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
  var normalized = Set<ObjectIdentifier>()

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
  mutating func charge(_ count: Int) throws(FormatFault) {
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
}
