internal import TensorModule

/// The tensors in a value of any type: an argument of a module's call, or its result.
///
/// Found by reflection, which only calls with hooks pay for: in tuples, optionals, arrays and structs, in order; in
/// dictionaries by name; of a packed sequence its rows, not the numbers that say how they are packed.
func tensors(in value: Any) -> [Tensor] {
  if let tensor = value as? Tensor { return [tensor] }
  if type(of: value) is AnyClass { return [] }
  if let list = value as? [Tensor] { return list }
  if let table = value as? [String: Tensor] { return table.sorted { $0.key < $1.key }.map(\.value) }
  if let packed = value as? PackedSequence { return [packed.data] }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .tuple, .optional, .collection, .struct, .dictionary: return mirror.children.flatMap { tensors(in: $0.value) }
  default: return []
  }
}

/// Tensors that take the place of those in a value, one after the other.
struct TensorReplacement {
  private var remaining: ArraySlice<(tensor: Tensor, isHooks: Bool)>
  /// True if tensors have taken the place of others.
  private(set) var isUsed = false

  /// - Parameters:
  ///   - fromHooks: what hooks made of those that were there.
  ///   - given: those that were there.
  init(_ tensors: [Tensor], fromHooks: [Tensor], of given: [Tensor]) {
    remaining = zip(tensors, zip(fromHooks, given)).map { (tensor: $0, isHooks: $1.0 !== $1.1) }[...]
  }

  private mutating func next() -> Tensor { remaining.popFirst()?.tensor ?? standIn() }

  /// `packed` with the next tensor as its rows; nil after failing.
  private mutating func repack(_ packed: PackedSequence) -> PackedSequence? {
    let rows = next()
    if rows.rank > 0 && rows.shape[0] == packed.data.shape[0] { return packed.replacing(rows) }
    fail(
      TensorError(
        "hook", of: rows, rule: "the rows of a packed sequence must stay \(packed.data.shape[0]), which its batch sizes add up to"))
    return nil
  }

  /// `value` with the next tensors in place of its own. A type whose parts cannot be replaced stays as it is, which is a
  /// failure if hooks gave others.
  mutating func apply<T>(to value: T) -> T {
    let count = tensors(in: value).count
    if count == 0 { return value }
    guard remaining.count >= count else { return value }
    let rest = remaining.dropFirst(count), isHooks = remaining.prefix(count).contains { $0.isHooks }
    defer { remaining = rest }
    let replaced: Any?
    if value is Tensor {
      replaced = next()
    } else if let list = value as? [Tensor] {
      replaced = list.map { _ in next() }
    } else if let list = value as? [Tensor?] {
      replaced = list.map { $0.map { _ in next() } }
    } else if let table = value as? [String: Tensor] {
      var result: [String: Tensor] = [:]
      for key in table.keys.sorted() { result[key] = next() }
      replaced = result
    } else if let packed = value as? PackedSequence {
      replaced = repack(packed)
    } else if let pair = value as? (PackedSequence, Tensor) {
      replaced = repack(pair.0).map { ($0, next()) }
    } else if let triple = value as? (PackedSequence, (Tensor, Tensor)) {
      replaced = repack(triple.0).map { ($0, (next(), next())) }
    } else if value is (Tensor, Tensor) {
      replaced = (next(), next())
    } else if value is (Tensor, (Tensor, Tensor)) {
      replaced = (next(), (next(), next()))
    } else if value is (Tensor, Tensor, Tensor) {
      replaced = (next(), next(), next())
    } else if let pair = value as? (Tensor, Tensor?) {
      replaced = (next(), pair.1.map { _ in next() })
    } else {
      replaced = nil
    }
    if let result = replaced as? T {
      isUsed = true
      return result
    }
    if isHooks && !ThreadMode.hasFailed {
      fail(
        TensorError(
          "hook", rule: "a hook cannot replace the tensors in a value of type \(_typeName(T.self, qualified: false))",
          hint: "return nil from the hook"))
    }
    return value
  }
}
