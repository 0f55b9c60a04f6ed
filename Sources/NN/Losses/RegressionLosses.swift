public import TensorModule

/// The mean of the squared differences (PyTorch's `nn.MSELoss`).
public final class MSELoss: Module {
  /// What becomes of the elements' losses.
  public let reduction: Reduction
  /// Whether differing shapes are broadcast; an error otherwise.
  public let broadcast: Bool

  /// The mean unless told otherwise.
  public init(reduction: Reduction = .mean, broadcast: Bool = false) {
    self.reduction = reduction
    self.broadcast = broadcast
  }

  /// The loss of `input` against `target`, which has the same shape.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall { Functional.mseLoss(input, target, reduction: reduction, broadcast: broadcast) }
  }
}

/// The mean of the absolute differences (PyTorch's `nn.L1Loss`).
public final class L1Loss: Module {
  /// What becomes of the elements' losses.
  public let reduction: Reduction
  /// Whether differing shapes are broadcast; an error otherwise.
  public let broadcast: Bool

  /// The mean unless told otherwise.
  public init(reduction: Reduction = .mean, broadcast: Bool = false) {
    self.reduction = reduction
    self.broadcast = broadcast
  }

  /// The loss of `input` against `target`, which has the same shape.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall { Functional.l1Loss(input, target, reduction: reduction, broadcast: broadcast) }
  }
}
