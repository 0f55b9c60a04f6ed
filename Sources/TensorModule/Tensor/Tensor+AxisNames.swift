// NumPy's names, which PyTorch has beside its own.

extension Tensor {
  /// ``transpose(_:_:)`` by its NumPy name (PyTorch's `swapaxes`): a view.
  public func swapaxes(_ axis0: Int, _ axis1: Int) -> Tensor { transpose(axis0, axis1) }

  /// ``transpose(_:_:)`` by another name (PyTorch's `swapdims`): a view.
  public func swapdims(_ dim0: Int, _ dim1: Int) -> Tensor { transpose(dim0, dim1) }

  /// `movedim` by its NumPy name (PyTorch's `moveaxis`): a view.
  public func moveaxis(_ source: Int, _ destination: Int) -> Tensor { movedim(source, destination) }
}
