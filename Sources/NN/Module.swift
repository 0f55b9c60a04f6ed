public import TensorModule

/// A part of a model: something with parameters, buffers and other modules inside (PyTorch's `nn.Module`).
///
/// A module is a final class whose properties say what it is made of; they are found by reflection, so nothing has to
/// be registered. `Parameter`s are learned, `Buffer`s are kept, other modules may be properties, arrays, dictionaries
/// (in order of their keys) and optionals. Plain `Tensor` properties are not part of the model's state.
///
/// ```swift
/// final class Net: Layer {
///   let conv1 = Conv2d(1, 32, kernelSize: 3, padding: 1)
///   let fc = Linear(32 * 14 * 14, 10)
///   func forward(_ x: Tensor) -> Tensor {
///     fc(conv1(x).relu().maxPool2d(2).flatten(startDim: 1))
///   }
/// }
/// ```
///
/// The keys of the state dictionary are the properties' names in snake_case, `conv1.weight`, `running_mean`, so they
/// are PyTorch's. A protocol without a particular call: ``Layer`` maps one tensor to one, others write their own
/// `callAsFunction`.
public protocol Module: AnyObject, Sendable, CustomStringConvertible {
  /// State keys that differ from the property's name in snake_case, by property name: `["attention": "self_attn"]`.
  /// An array's elements are named `"layers.0"`. An empty key lifts what is inside the property to the module's own
  /// level. Empty by default.
  var stateKeys: [String: String] { get }

  /// What ``description`` shows between the parentheses: `in_features=3, out_features=2` (PyTorch's `extra_repr`).
  /// Empty by default.
  var extraDescription: String { get }
}

extension Module {
  /// No keys of its own.
  public var stateKeys: [String: String] { [:] }

  /// Nothing.
  public var extraDescription: String { "" }
}

/// A module that maps one tensor to one tensor, and is called like a function (PyTorch's usual `nn.Module`).
public protocol Layer: Module {
  /// Computes the output. Call the layer itself, `layer(x)`, so that errors name it.
  func forward(_ x: Tensor) -> Tensor
}

extension Layer {
  /// The layer's output for `x`: ``forward(_:)``, with errors inside named after the layer.
  public func callAsFunction(_ x: Tensor) -> Tensor { inCall(x) { forward($0) } }
}

/// A module that behaves differently while training: dropout, batch normalisation.
public protocol ModeDependent: Module {
  /// True while training, the state after creation (PyTorch's `training`). ``Module/train(_:)`` and ``Module/eval()``
  /// set it for a whole model.
  var isTraining: Bool { get set }
}
