extension Module {
  /// The module and what is inside it, as PyTorch prints it:
  ///
  /// ```text
  /// Sequential(
  ///   (0): Linear(in_features=10, out_features=32, bias=True)
  ///   (1): ReLU()
  /// )
  /// ```
  public var description: String {
    let name = _typeName(type(of: self), qualified: false)
    let children = members().compactMap { key, member in
      if case .module(let module) = member { (key, module) } else { nil }
    }
    if children.isEmpty { return "\(name)(\(extraDescription))" }
    var text = "\(name)(\n"
    if !extraDescription.isEmpty { text += "  \(extraDescription)\n" }
    for (key, module) in children {
      let lines = module.description.split(separator: "\n", omittingEmptySubsequences: false)
      text += "  (\(key)): \(lines.joined(separator: "\n  "))\n"
    }
    return text + ")"
  }
}

extension Bool {
  /// Python's spelling, for descriptions that compare with PyTorch's.
  var pythonDescription: String { self ? "True" : "False" }
}
