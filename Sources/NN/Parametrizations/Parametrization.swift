public import TensorModule

/// A parameter computed from others (PyTorch's parametrizations): what ``registerParametrization(_:_:_:)`` puts before a
/// module's weight. It may have parameters and buffers of its own.
public protocol Parametrization: Module {
  /// Computes the parameter, of the shape that it had, from what is learned in its stead.
  func forward(_ originals: [Tensor]) -> Tensor

  /// What is learned in stead of a parameter with this value, so that ``forward(_:)`` gives it, if that is possible
  /// (PyTorch's `right_inverse`). The value itself by default.
  func rightInverse(_ value: Tensor) -> [Tensor]
}

extension Parametrization {
  /// The value itself.
  public func rightInverse(_ value: Tensor) -> [Tensor] { [value] }
}
