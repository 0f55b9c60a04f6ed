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
    let name = ModuleTable.extras(of: self)?.parametrizations == nil ? "" : "Parametrized"
    return described(
      as: name + _typeName(type(of: self), qualified: false), extraDescription,
      members().compactMap { key, member in if case .module(let module) = member { (key, module) } else { nil } },
      isList: self is ModuleList)
  }
}

/// A module's text from those inside it. In a list, equal neighbours are written once. What is in an array or a dictionary
/// is written as the list or dictionary of modules that it would be in PyTorch.
private func described(
  as name: String, _ extra: String, _ children: [(key: String, module: any Module)], isList: Bool = false
) -> String {
  if children.isEmpty { return "\(name)(\(extra))" }
  var entries: [(first: String, last: String, count: Int, text: String)] = []
  var position = 0
  while position < children.count {
    let key = children[position].key
    guard let dot = key.lastIndex(of: ".") else {
      entries.append((key, key, 1, children[position].module.description))
      position += 1
      continue
    }
    let prefix = key[..<dot]
    func rest(_ key: String) -> String? {
      key.hasPrefix(prefix + ".") ? String(key.dropFirst(prefix.count + 1)) : nil
    }
    let group = children[position...].prefix { rest($0.key) != nil }
    let names = group.map { (key: rest($0.key) ?? "", module: $0.module) }
    let isArray = names.enumerated().allSatisfy { "\($0.offset)" == $0.element.key }
    entries.append(
      (String(prefix), String(prefix), 1, described(as: isArray ? "ModuleList" : "ModuleDict", "", names, isList: isArray)))
    position += group.count
  }
  if isList {
    entries = entries.reduce(into: []) { result, entry in
      if let last = result.last, last.text == entry.text {
        result[result.count - 1] = (last.first, entry.last, last.count + 1, last.text)
      } else {
        result.append(entry)
      }
    }
  }
  var text = "\(name)(\n"
  if !extra.isEmpty { text += "  \(extra)\n" }
  for entry in entries {
    let lines = entry.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
    text += entry.count == 1 ? "  (\(entry.first)): \(lines)\n" : "  (\(entry.first)-\(entry.last)): \(entry.count) x \(lines)\n"
  }
  return text + ")"
}

extension Bool {
  /// Python's spelling, for descriptions that compare with PyTorch's.
  var pythonDescription: String { self ? "True" : "False" }
}
