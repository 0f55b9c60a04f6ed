internal import TensorModule

/// The values that a pickle's objects stand for.
struct PickleConversion {
  /// How deep objects may be inside one another. Checkpoints have less than ten levels.
  private static let deepest = 200

  private let nodes: [PickleNode]
  /// How many values there may be in all: the same list inside many others is many values.
  private let limit: Int
  /// What was made of an object already, and how many values it consists of.
  private var made: [Int: (value: CheckpointValue, count: Int)] = [:]
  private var open = Set<Int>()

  init(_ nodes: [PickleNode], byteCount: Int) {
    self.nodes = nodes
    limit = 64 * byteCount
  }

  mutating func value(_ number: Int) throws(FormatFault) -> CheckpointValue {
    try convert(number, depth: 0).value
  }

  private mutating func convert(_ number: Int, depth: Int) throws(FormatFault) -> (value: CheckpointValue, count: Int) {
    let items: [Int]
    switch nodes[number] {
    case .none: return (.none, 1)
    case .bool(let value): return (.bool(value), 1)
    case .int(let value): return (.int(value), 1)
    case .double(let value): return (.double(value), 1)
    case .string(let value): return (.string(value), 1)
    case .bytes(let value): return (.bytes(value), 1)
    case .size(let sizes): return (.shape(Shape(sizes)), 1)
    case .device(let name): return (.device(name), 1)
    case .tensor(let tensor): return (.tensor(tensor), 1)
    case .global(.dtype(let dtype)): return (.dtype(dtype), 1)
    case .global(.unsupported(let what)): throw .unsupported("holds \(what), which there is none of here")
    case .global, .storage: throw .unsupported("holds a class or a storage itself, not an object or a tensor of it")
    case .list(let elements), .tuple(let elements), .set(let elements): items = elements
    case .dictionary(let entries): items = entries.items
    }
    if let made = made[number] { return made }
    guard depth < Self.deepest else { throw .damaged("objects are more than \(Self.deepest) deep inside one another") }
    guard open.insert(number).inserted else { throw .damaged("an object is inside itself") }
    var total = 1
    var values: [CheckpointValue] = []
    values.reserveCapacity(items.count)
    func add(_ count: Int) throws(FormatFault) {
      // Each summand is below the limit, so that no sum overflows.
      total += count
      if total > limit { throw .damaged("makes much more of its objects than it holds") }
    }
    for item in items {
      let (value, count) = try convert(item, depth: depth + 1)
      try add(count)
      values.append(value)
    }
    let result: CheckpointValue
    switch nodes[number] {
    case .list: result = .list(values)
    case .tuple: result = .tuple(values)
    case .set: result = .set(values)
    case .dictionary(let entries):
      var dictionary = CheckpointDictionary()
      dictionary.isOrderedDict = entries.isOrdered
      for position in stride(from: 0, to: values.count, by: 2) {
        guard let key = CheckpointKey(values[position]) else {
          let isNaN = values[position].double?.isNaN == true
          throw .unsupported("a dictionary's key is \(isNaN ? "not a number (NaN)" : values[position].kind)")
        }
        dictionary[key] = values[position + 1]
      }
      if let attributes = entries.attributes {
        let (value, count) = try convert(attributes, depth: depth + 1)
        try add(count)
        dictionary.attributes = value.dictionary
      }
      result = .dictionary(dictionary)
    default: result = .none
    }
    open.remove(number)
    made[number] = (result, total)
    return (result, total)
  }
}
