/// A tensor that a module learns (PyTorch's `nn.Parameter`): found by `parameters()`, moved by `to(_:)`, saved in the
/// state dictionary. Requires gradients unless told otherwise; its initialiser comes with Autograd.
public final class Parameter: Tensor, @unchecked Sendable {
  /// Shares `data`'s elements.
  package init(viewing data: Tensor) {
    super.init(named: data)
  }
}

/// A tensor that a module keeps but does not learn (PyTorch's `register_buffer`), running statistics for example: moved
/// and saved with the module.
public final class Buffer: Tensor, @unchecked Sendable {
  /// False for a buffer that the state dictionary leaves out.
  public let isPersistent: Bool

  /// A buffer that shares `data`'s elements.
  public init(_ data: Tensor, persistent: Bool = true) {
    isPersistent = persistent
    super.init(named: data)
  }
}
