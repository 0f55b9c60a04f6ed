internal import Autograd
public import TensorModule

/// A module that keeps statistics of what passes it while training: batch normalisation.
public protocol RunningStatistics: ModeDependent {
  /// How much a batch counts in the statistics, 0 ... 1; nil makes them the mean of all batches (PyTorch's `momentum`).
  var momentum: Double? { get set }

  /// Starts the statistics anew (PyTorch's `reset_running_stats`).
  func resetRunningStats()
}

/// Computes the running statistics of a model anew, as the means over the batches (PyTorch's `swa_utils.update_bn`): those
/// of an ``AveragedModel`` belong to no parameters that it ever had. Modes and momenta are as before afterwards.
///
/// ```swift
/// updateBN(loader, average) { images, labels in average(images) }
/// ```
/// - Parameters:
///   - loader: the batches, walked once.
///   - model: without a module of ``RunningStatistics`` nothing is done.
///   - forward: calls the model with a batch.
public func updateBN<Batches: Sequence>(
  _ loader: Batches, _ model: some Module, _ forward: (Batches.Element) -> Void
) {
  let statistics = model.modules().compactMap { $0 as? any RunningStatistics }
  if statistics.isEmpty || ThreadMode.hasFailed { return }
  let modes = model.modules().compactMap { $0 as? any ModeDependent }.map { ($0, $0.isTraining) }
  let momenta = statistics.map(\.momentum)
  for module in statistics {
    module.resetRunningStats()
    module.momentum = nil
  }
  model.train()
  withNoGrad {
    for batch in loader where !ThreadMode.hasFailed { forward(batch) }
  }
  for (module, momentum) in zip(statistics, momenta) { module.momentum = momentum }
  for (module, isTraining) in modes { module.isTraining = isTraining }
}

/// ``updateBN(_:_:_:)`` of a model of one input.
/// - Parameter device: where the batches are moved, or nil.
public func updateBN(_ loader: some Sequence<Tensor>, _ model: some Layer, device: Device? = nil) {
  updateBN(loader, model) { batch in _ = model(device.map { batch.to($0) } ?? batch) }
}

/// ``updateBN(_:_:_:)`` of a model of one input, the first of each batch's two parts.
/// - Parameter device: where the batches are moved, or nil.
public func updateBN<Rest>(_ loader: some Sequence<(Tensor, Rest)>, _ model: some Layer, device: Device? = nil) {
  updateBN(loader, model) { batch in _ = model(device.map { batch.0.to($0) } ?? batch.0) }
}
