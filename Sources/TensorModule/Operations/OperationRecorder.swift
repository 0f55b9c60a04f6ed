/// The seam at the door through which the tape (Autograd's) sees what was computed on tracked tensors.
package protocol OperationRecorder: AnyObject, Sendable {
  /// Called after `primitive` gave `output` (and `others`) for `inputs`, of which at least one is tracked.
  func record(_ primitive: Primitive, _ inputs: Operands, output: Tensor, others: [Tensor])
  /// The same for the usual case: one or two operands, one floating-point output.
  func record(_ primitive: Primitive, _ first: Tensor, _ second: Tensor?, output: Tensor)
  /// True if the derivative of `primitive` looks at its first operand's value: an in-place operation keeps a copy then.
  func savesFirstOperand(_ primitive: Primitive) -> Bool
  /// True if no recorded operation made the tensor.
  func isLeaf(_ tensor: Tensor) -> Bool
  /// Why this tensor may not be written in place now (a leaf that requires gradients), or nil.
  func refusalToWrite(_ tensor: Tensor) -> String?
  /// Tells that `tensor` looks at other elements now, perhaps of another shape, type or device.
  func didReplaceData(_ tensor: Tensor)
  /// What printing says of a tracked tensor: `requires_grad=True` or `grad_fn=<ExpBackward0>`.
  func describe(_ tensor: Tensor) -> String?
  /// Records an operation on a window, which a primitive's attributes cannot hold.
  func record(_ primitive: Primitive, _ inputs: Operands, output: Tensor, geometry: WindowGeometry)
  /// Gives a view the history that its base's new one implies.
  func refreshView(_ view: Tensor, of base: Tensor)
  /// Tells that `target`'s elements were replaced by those of `result`, whose history it takes over.
  func didWrite(_ target: Tensor, from result: Tensor)
}

package enum Recording {
  /// The tape; nil until some tensor required a gradient.
  ///
  /// A plain variable without exclusivity checks, because it is read for every recorded operation. That is safe: it is
  /// written once, before the first tensor is marked as tracked, and read only for tensors that are.
  @exclusivity(unchecked) nonisolated(unsafe) package private(set) static var recorder: (any OperationRecorder)?

  /// The first call installs; later ones do nothing. To be called from a `static let`, which makes it happen once.
  package static func install(_ recorder: any OperationRecorder) {
    if Self.recorder == nil { Self.recorder = recorder }
  }

  /// True if an operation on operands with these flags is recorded on this thread now.
  @inline(__always)
  package static func records(_ flags: TensorFlags, _ mode: ThreadMode) -> Bool {
    flags.rawValue & TensorFlags.tracked.rawValue != 0
      && mode.rawValue & (ThreadMode.noGradient.rawValue | ThreadMode.inference.rawValue) == 0
  }
}
