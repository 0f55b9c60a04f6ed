internal import Autograd
internal import TensorModule

// Copies of modules that begin with the same values and then go their own ways: stacks of layers are made of them.

extension Parameter {
  /// A leaf of its own with the same values.
  func copied() -> Parameter { Parameter(detach().clone(), requiresGrad: requiresGrad) }
}

extension Dropout {
  /// A second layer of the same probability and mode.
  convenience init(copying other: Dropout) {
    self.init(other.p, inplace: other.inplace)
    isTraining = other.isTraining
  }
}
