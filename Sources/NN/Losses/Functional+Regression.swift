public import TensorModule

extension Functional {
  /// The squared differences (PyTorch's `F.mse_loss`).
  /// - Parameters:
  ///   - input: what was predicted.
  ///   - target: what is true, of the same shape.
  ///   - broadcast: whether differing shapes are broadcast against each other, as PyTorch does with a warning; an error
  ///     otherwise, since `[N, 1]` against `[N]` silently compares all with all.
  public static func mseLoss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, broadcast: Bool = false
  ) -> Tensor {
    guard fits("mseLoss", input, target, broadcast) else { return standIn() }
    return reduction((input - target).square())
  }

  /// The absolute differences (PyTorch's `F.l1_loss`); arguments as for `mseLoss`.
  public static func l1Loss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, broadcast: Bool = false
  ) -> Tensor {
    guard fits("l1Loss", input, target, broadcast) else { return standIn() }
    return reduction((input - target).abs())
  }

  /// False after failing.
  static func fits(_ name: String, _ input: Tensor, _ target: Tensor, _ broadcast: Bool) -> Bool {
    if ThreadMode.hasFailed { return false }
    if broadcast || input.shape == target.shape { return true }
    fail(
      TensorError(
        name, of: input, target, rule: "input and target must have the same shape",
        hint: input.elementCount == target.elementCount
          ? "reshape one, input.view(\(target.shape)) for example" : "pass broadcast: true if they are to be broadcast"))
    return false
  }
}
