internal import TensorModule

/// The tensors in a value of any type: an argument of a module's call, or its result.
///
/// Found by reflection, which only calls with hooks pay for: in tuples, optionals, arrays and structs, in order.
func tensors(in value: Any) -> [Tensor] {
  if let tensor = value as? Tensor { return [tensor] }
  if type(of: value) is AnyClass { return [] }
  if let list = value as? [Tensor] { return list }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .tuple, .optional, .collection, .struct, .dictionary: return mirror.children.flatMap { tensors(in: $0.value) }
  default: return []
  }
}

/// Tensors that take the place of those in a value, one after the other.
struct TensorReplacement {
  private var remaining: ArraySlice<Tensor>

  init(_ tensors: [Tensor]) { remaining = tensors[...] }

  private mutating func next() -> Tensor { remaining.popFirst() ?? standIn() }

  /// `value` with the next tensors in place of its own. Fails for a type whose parts cannot be replaced.
  mutating func apply<T>(to value: T) -> T {
    let count = tensors(in: value).count
    if count == 0 { return value }
    guard remaining.count >= count else { return value }
    let replaced: Any?
    if value is Tensor {
      replaced = next()
    } else if let list = value as? [Tensor] {
      replaced = list.map { _ in next() }
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
    if let result = replaced as? T { return result }
    if !ThreadMode.hasFailed {
      fail(
        TensorError(
          "hook", rule: "a hook cannot replace the tensors in a value of type \(_typeName(T.self, qualified: false))",
          hint: "return nil from the hook"))
    }
    return value
  }
}
