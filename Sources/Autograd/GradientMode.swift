internal import TensorModule

/// Runs `body` without recording: results require no gradients (PyTorch's `torch.no_grad()`). For the calling thread;
/// nests.
public func withNoGrad<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(adding: .noGradient, body)
}

/// Runs `body` with recording, inside a ``withNoGrad(_:)`` too (PyTorch's `torch.enable_grad()`). Inside an
/// ``inferenceMode(_:_:)`` nothing is recorded still.
public func withGrad<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(removing: .noGradient, body)
}

/// Runs `body` in inference mode (PyTorch's `torch.inference_mode()`): nothing is recorded, and what is made inside can
/// never take part in a recorded computation where its values are needed for gradients, require gradients, or be changed
/// in place outside; `clone()` makes an ordinary tensor of it. `false` leaves the mode for the time of `body`.
public func inferenceMode<R, E: Error>(_ isEnabled: Bool = true, _ body: () throws(E) -> R) throws(E) -> R {
  isEnabled ? try ThreadMode.with(adding: .inference, body) : try ThreadMode.with(removing: .inference, body)
}

/// Runs `body` recorded in whatever mode: the tape's own graphs within a derivative.
func recording<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(removing: [.noGradient, .inference, .checkpoint], body)
}

/// True inside of ``inferenceMode(_:_:)`` (PyTorch's `torch.is_inference_mode_enabled()`).
public var isInferenceModeEnabled: Bool { ThreadMode.current.contains(.inference) }

/// True if operations on this thread are recorded now (PyTorch's `torch.is_grad_enabled()`).
public var isGradEnabled: Bool { ThreadMode.current.isDisjoint(with: [.noGradient, .inference]) }
