internal import Autograd
public import TensorModule

/// Scales the loss so that small gradients survive half precision, and steps only where none overflowed (PyTorch's
/// `torch.amp.GradScaler`).
///
/// ```swift
/// scaler.scale(loss).backward()
/// scaler.unscale(optimizer)                       // only to clip or look at the gradients
/// clipGradNorm(model.parameters(), maxNorm: 1)
/// scaler.step(optimizer)
/// scaler.update()
/// ```
/// Not to be used by several tasks at once.
public final class GradScaler {
  private enum Stage { case ready, unscaled, stepped }

  private struct Progress {
    var stage = Stage.ready
    var foundOverflow: Bool?
  }

  /// False makes it do nothing: losses pass unchanged, steps are always made.
  public let isEnabled: Bool
  /// What the scale is multiplied by after `growthInterval` steps without an overflow; above 1.
  public var growthFactor: Double
  /// What the scale is multiplied by after an overflow; below 1.
  public var backoffFactor: Double
  /// How many steps without an overflow make the scale grow.
  public var growthInterval: Int
  // PyTorch keeps it in float32.
  private var currentScale: Float
  private var growthTracker = 0
  private var progress: [ObjectIdentifier: Progress] = [:]

  /// PyTorch's defaults.
  public init(
    initScale: Double = 65536, growthFactor: Double = 2, backoffFactor: Double = 0.5, growthInterval: Int = 2000,
    enabled: Bool = true
  ) {
    optionCheck("GradScaler", !enabled || growthFactor > 1, "growthFactor \(growthFactor) must be above 1")
    optionCheck("GradScaler", !enabled || backoffFactor < 1, "backoffFactor \(backoffFactor) must be below 1")
    isEnabled = enabled
    self.growthFactor = growthFactor
    self.backoffFactor = backoffFactor
    self.growthInterval = growthInterval
    currentScale = Float(initScale)
  }

  /// What losses are multiplied by; 1 if it is not enabled (PyTorch's `get_scale()`).
  public var scale: Double { isEnabled ? Double(currentScale) : 1 }

  /// The loss times the scale.
  public func scale(_ output: Tensor) -> Tensor {
    // A 0-d tensor of float32, so that a scale beyond float16 does not overflow before the product is rounded.
    isEnabled ? output * Tensor.full([], currentScale, device: output.device) : output
  }

  /// Each tensor times the scale.
  public func scale(_ outputs: [Tensor]) -> [Tensor] { outputs.map { scale($0) } }

  /// Divides the gradients of the optimizer's parameters by the scale, in place, and notes whether one is infinite or not a
  /// number (PyTorch's `unscale_`). At most once between updates; ``step(_:)`` does it otherwise.
  public func unscale(_ optimizer: any Optimizer) {
    guard isEnabled, !ThreadMode.hasFailed else { return }
    let id = ObjectIdentifier(optimizer)
    switch progress[id]?.stage ?? .ready {
    case .ready: break
    case .unscaled:
      return optionFailure("GradScaler", "unscale was called twice for this optimizer since the last update")
    case .stepped: return optionFailure("GradScaler", "unscale is called after the step")
    }
    let inverse = Float(1 / Double(currentScale))
    var foundOverflow = false
    withNoGrad {
      for parameter in optimizer.parameters {
        guard let gradient = writableGradient(parameter) else { continue }
        if gradient.dtype == .float16 {
          return optionFailure(
            "GradScaler", "a gradient of float16 cannot be unscaled",
            hint: "keep the parameters in float32 and compute in float16")
        }
        // The largest magnitude is infinite, or not a number, if any element is.
        if gradient.elementCount > 0 && !gradient.abs().max().item().isFinite { foundOverflow = true }
        gradient.mul_(inverse)
      }
    }
    if ThreadMode.hasFailed { return }
    progress[id] = Progress(stage: .unscaled, foundOverflow: foundOverflow)
  }

  /// Unscales the gradients, unless that is done, and steps, unless one overflowed.
  /// - Returns: whether the optimizer stepped.
  @discardableResult
  public func step(_ optimizer: any Optimizer) -> Bool {
    guard isEnabled else {
      optimizer.step()
      return true
    }
    let id = ObjectIdentifier(optimizer)
    let stage = progress[id]?.stage ?? .ready
    if stage == .stepped {
      optionFailure("GradScaler", "step was called twice for this optimizer since the last update")
      return false
    }
    if stage == .ready { unscale(optimizer) }
    if ThreadMode.hasFailed { return false }
    let mayStep = progress[id]?.foundOverflow == false
    if mayStep { optimizer.step() }
    progress[id]?.stage = .stepped
    return mayStep
  }

  /// Lets the scale fall after an overflow, grow after `growthInterval` steps without one, or sets it.
  public func update(newScale: Double? = nil) {
    guard isEnabled, !ThreadMode.hasFailed else { return }
    if let newScale {
      currentScale = Float(newScale)
    } else {
      let overflows = progress.values.compactMap(\.foundOverflow)
      if overflows.isEmpty {
        return optionFailure("GradScaler", "no gradients were checked since the last update", hint: "step(optimizer) first")
      }
      if overflows.contains(true) {
        currentScale = Float(Double(currentScale) * backoffFactor)
        growthTracker = 0
      } else {
        growthTracker += 1
        if growthTracker >= growthInterval {
          // A scale that would be infinite stays.
          let grown = Float(Double(currentScale) * growthFactor)
          if grown.isFinite { currentScale = grown }
          growthTracker = 0
        }
      }
    }
    progress = [:]
  }

  // MARK: State

  /// The scale and its rules (PyTorch's `state_dict`); empty if it is not enabled.
  public func stateDict() -> [String: StateValue] {
    guard isEnabled else { return [:] }
    return [
      "scale": .double(scale), "growth_factor": .double(growthFactor), "backoff_factor": .double(backoffFactor),
      "growth_interval": .int(growthInterval), "_growth_tracker": .int(growthTracker),
    ]
  }

  /// Takes over a saved state (PyTorch's `load_state_dict`). Does nothing if it is not enabled.
  /// - Throws: ``OptimizerStateError`` if an entry is missing or of the wrong type.
  public func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError) {
    guard isEnabled else { return }
    guard let scale = state["scale"]?.double, let growth = state["growth_factor"]?.double,
      let backoff = state["backoff_factor"]?.double, let interval = state["growth_interval"]?.int,
      let tracker = state["_growth_tracker"]?.int
    else {
      throw OptimizerStateError(
        "GradScaler", state.isEmpty ? "the state is empty: was it saved from one that is not enabled?" : "an entry is missing")
    }
    currentScale = Float(scale)
    growthFactor = growth
    backoffFactor = backoff
    growthInterval = interval
    growthTracker = tracker
  }
}
