public import TensorModule

/// Samples that can be counted and indexed (PyTorch's map-style `Dataset`).
///
/// For the usual samples, a tensor, a pair of tensors, a tensor with a class number, it is enough to name the type of a
/// batch, and they are stacked; other samples need a ``batch(_:)`` of their own.
///
/// ```swift
/// struct Squares: Dataset {
///   typealias Batch = (Tensor, Tensor)
///   var count: Int { 100 }
///   subscript(index: Int) -> (Tensor, Tensor) { (Tensor([Float(index)]), Tensor([Float(index * index)])) }
/// }
/// ```
public protocol Dataset: Sendable {
  /// One sample.
  associatedtype Sample
  /// Several samples together.
  associatedtype Batch

  /// The number of samples.
  var count: Int { get }

  /// The sample at a position, 0 ..< count.
  subscript(index: Int) -> Sample { get }

  /// The samples at some positions together (PyTorch's `collate_fn`).
  func batch(_ indices: [Int]) -> Batch
}

extension Dataset where Sample == Tensor {
  /// The tensors stacked along a new first dimension.
  public func batch(_ indices: [Int]) -> Tensor { Tensor.stack(indices.map { self[$0] }) }
}

extension Dataset where Sample == (Tensor, Tensor) {
  /// The tensors stacked along a new first dimension, each kind for itself.
  public func batch(_ indices: [Int]) -> (Tensor, Tensor) {
    let samples = indices.map { self[$0] }
    return (Tensor.stack(samples.map(\.0)), Tensor.stack(samples.map(\.1)))
  }
}

extension Dataset where Sample == (Tensor, Int) {
  /// The tensors stacked along a new first dimension, and the numbers as an int64 tensor.
  public func batch(_ indices: [Int]) -> (Tensor, Tensor) {
    let samples = indices.map { self[$0] }
    return (Tensor.stack(samples.map(\.0)), Tensor(samples.map(\.1), shape: [samples.count]))
  }
}
