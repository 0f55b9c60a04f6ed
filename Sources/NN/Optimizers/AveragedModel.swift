internal import Autograd
public import TensorModule

/// How ``AveragedModel`` mixes the parameters that it holds with those of the model.
public struct Averaging: Sendable {
  /// The new average, of the old one, the model's parameter and the number of those averaged before.
  let mix: @Sendable (_ averaged: Tensor, _ current: Tensor, _ count: Int) -> Tensor

  /// An average of your own.
  public init(_ mix: @escaping @Sendable (_ averaged: Tensor, _ current: Tensor, _ count: Int) -> Tensor) { self.mix = mix }

  /// The mean of all (PyTorch's `get_swa_avg_fn()`): stochastic weight averaging.
  public static let mean = Averaging { averaged, current, count in
    averaged.dtype.isFloatingPoint
      ? averaged.lerp(current, 1 / Double(count + 1)) : averaged + (current - averaged) / (count + 1)
  }

  /// An exponential moving average (PyTorch's `get_ema_avg_fn(decay)`): `decay`, from 0 to 1, of the old one lives on.
  public static func exponential(decay: Double = 0.999) -> Averaging {
    optionCheck("Averaging", (0...1).contains(decay), "decay \(decay) is not between 0 and 1")
    return Averaging { averaged, current, _ in
      averaged.dtype.isFloatingPoint
        ? averaged.lerp(current, 1 - decay) : averaged * decay + current * (1 - decay)
    }
  }
}

/// A second model whose parameters are averages of those that a model has during training (PyTorch's
/// `swa_utils.AveragedModel`).
///
/// ```swift
/// let average = AveragedModel(Net(), of: model, averaging: .exponential(decay: 0.999))
/// …
/// optimizer.step()
/// average.updateParameters(model)
/// ```
/// A module cannot be copied, so a second one is made by the caller and takes over the model's state. Batch
/// normalisation's statistics are copied, or, with `useBuffers`, averaged, too.
public final class AveragedModel<Inner: Module>: Module {
  /// The model with the averages.
  public let module: Inner
  /// How often ``updateParameters(_:)`` was called, a 0-d int64 tensor.
  public let nAveraged: Buffer
  private let averaging: Averaging
  private let useBuffers: Bool

  /// Averages that begin with the model's state.
  /// - Parameters:
  ///   - module: a module made as the model was; its state is replaced.
  ///   - model: the model to follow.
  ///   - averaging: how.
  ///   - useBuffers: whether buffers are averaged rather than copied.
  public init(_ module: Inner, of model: Inner, averaging: Averaging = .mean, useBuffers: Bool = false) {
    self.module = module
    self.averaging = averaging
    self.useBuffers = useBuffers
    nAveraged = Buffer(Tensor.zeros([], dtype: .int64))
    guard let pairs = pairs(with: model) else { return }
    withNoGrad {
      for (averaged, current) in pairs.parameters + pairs.buffers { averaged.copy_(current.detach()) }
    }
  }

  /// Takes the model's parameters into the averages; the first time it copies them.
  public func updateParameters(_ model: Inner) {
    guard !ThreadMode.hasFailed, let pairs = pairs(with: model) else { return }
    let count = Int(nAveraged.item())
    withNoGrad {
      for (averaged, current) in pairs.parameters + (useBuffers ? pairs.buffers : []) {
        let current = current.detach().to(averaged.device)
        averaged.copy_(count == 0 ? current : averaging.mix(averaged.detach(), current, count))
      }
      if !useBuffers { for (averaged, current) in pairs.buffers { averaged.copy_(current.detach()) } }
      nAveraged.add_(1)
    }
  }

  /// The tensors of both models in the same order; nil, after failing, if the models differ.
  private func pairs(with model: Inner) -> (parameters: [(Tensor, Tensor)], buffers: [(Tensor, Tensor)])? {
    let parameters = (module.parameters(), model.parameters()), buffers = (module.buffers(), model.buffers())
    guard parameters.0.map(\.shape) == parameters.1.map(\.shape), buffers.0.map(\.shape) == buffers.1.map(\.shape) else {
      optionFailure("AveragedModel", "the two models do not have the same parameters and buffers")
      return nil
    }
    return (
      zip(parameters.0, parameters.1).map { ($0, $1) }, zip(buffers.0, buffers.1).map { ($0, $1) }
    )
  }
}

extension AveragedModel: Layer where Inner: Layer {
  /// The averaged model's output.
  public func forward(_ x: Tensor) -> Tensor { module(x) }
}
