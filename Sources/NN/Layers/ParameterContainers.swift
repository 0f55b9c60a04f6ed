public import TensorModule

/// Parameters in a list (PyTorch's `nn.ParameterList`). An array property, `let scales: [Parameter]`, does the same.
public final class ParameterList: Module {
  private let items: [Parameter]

  /// The parameters in order.
  public init(_ parameters: [Parameter] = []) { items = parameters }

  /// The numbers are the keys.
  public var stateKeys: [String: String] { ["items": ""] }

  /// The parameters as PyTorch prints them.
  public var description: String {
    text("ParameterList", items.enumerated().map { ("\($0)", $1, "torch.\($1.dtype)") })
  }
}

extension ParameterList: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// The number of parameters.
  public var endIndex: Int { items.count }
  /// The parameter at a position. A position out of range fails.
  public subscript(position: Int) -> Parameter {
    guard items.indices.contains(position) else {
      fail(TensorError("ParameterList", rule: "there is no parameter \(position) among \(items.count)"))
      return Parameter(viewing: standIn())
    }
    return items[position]
  }
}

/// Parameters by name, in the order in which they are given (PyTorch's `nn.ParameterDict`). A dictionary property does
/// the same, ordered by its keys.
public final class ParameterDict: Module {
  /// The names, in order.
  public let keys: [String]
  private let items: [Parameter]

  /// The parameters in order. A name that is empty, contains a point or is there twice is an error.
  public init(_ parameters: KeyValuePairs<String, Parameter> = [:]) {
    keys = parameters.map(\.key)
    items = parameters.map(\.value)
    checkKeys(keys, "ParameterDict")
  }

  /// The parameters in order.
  public var values: [Parameter] { items }

  /// The number of parameters.
  public var count: Int { items.count }

  /// Whether there is a parameter of that name.
  public func contains(_ key: String) -> Bool { keys.contains(key) }

  /// The parameter of that name. One that is not there fails.
  public subscript(key: String) -> Parameter {
    guard let position = keys.firstIndex(of: key) else {
      fail(missingKey(key, keys, "ParameterDict"))
      return Parameter(viewing: standIn())
    }
    return items[position]
  }

  /// The names are the keys.
  public var stateKeys: [String: String] {
    var result = ["items": ""]
    for (index, key) in keys.enumerated() { result["items.\(index)"] = key }
    return result
  }

  /// The parameters as PyTorch prints them.
  public var description: String {
    text("ParameterDict", zip(keys, items).map { ($0, $1, "torch.\(tensorTypeName($1.dtype))") })
  }
}

extension ParameterDict: Sequence {
  /// The names and parameters, in order.
  public func makeIterator() -> IndexingIterator<[(key: String, value: Parameter)]> {
    zip(keys, items).map { (key: $0, value: $1) }.makeIterator()
  }
}

private func text(_ name: String, _ items: [(key: String, parameter: Parameter, type: String)]) -> String {
  if items.isEmpty { return "\(name)()" }
  let lines = items.map { key, parameter, type in
    let sizes = parameter.shape.map(String.init).joined(separator: "x")
    let device = parameter.device.isCPU ? "" : " (GPU \(parameter.device.index))"
    return "    (\(key)): Parameter containing: [\(type) of size \(sizes)\(device)]\n"
  }
  return "\(name)(\n\(lines.joined()))"
}

/// PyTorch's older names of tensor types.
private func tensorTypeName(_ dtype: DType) -> String {
  switch dtype {
  case .float32: "FloatTensor"
  case .float64: "DoubleTensor"
  case .float16: "HalfTensor"
  case .bfloat16: "BFloat16Tensor"
  default: "\(dtype)"
  }
}
