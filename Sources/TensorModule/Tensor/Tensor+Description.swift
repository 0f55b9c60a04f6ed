#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How tensors are printed: PyTorch's defaults.
private enum PrintOptions {
  static let precision = 4
  /// More elements than this are summarised.
  static let threshold = 1000
  static let edgeItems = 3
  static let lineWidth = 80
}

extension Tensor: CustomStringConvertible {
  /// As PyTorch prints it: `tensor([[1., 2.], [3., 4.]])`, with dtype, device and gradient function where they are not
  /// the default.
  public var description: String {
    let prefix = "tensor("
    if let error = standInError { return "tensor(<failed: \(error)>)" }
    var suffixes: [String] = []
    if !device.isCPU { suffixes.append("device='\(device)'") }
    var text: String
    if elementCount == 0 {
      text = prefix + "[]"
      if rank != 1 { suffixes.append("size=\(shape.tupleDescription)") }
      if dtype != .float32 { suffixes.append("dtype=torch.\(dtype)") }
    } else {
      text = prefix + elementText(indent: prefix.count)
      if ![.float32, .int64, .bool].contains(dtype) { suffixes.append("dtype=torch.\(dtype)") }
    }
    if flags.contains(.tracked), let gradient = Recording.recorder?.describe(self) { suffixes.append(gradient) }
    var lineLength = text.count - (text.lastIndex(of: "\n").map { text.distance(from: text.startIndex, to: $0) } ?? -1) + 1
    for suffix in suffixes {
      if lineLength + suffix.count + 2 > PrintOptions.lineWidth {
        text += ",\n" + String(repeating: " ", count: prefix.count) + suffix
        lineLength = prefix.count + suffix.count
      } else {
        text += ", " + suffix
        lineLength += suffix.count + 2
      }
    }
    return (self is Parameter ? "Parameter containing:\n" : "") + text + ")"
  }

  private func elementText(indent: Int) -> String {
    ThreadMode.with(adding: .noGradient) {
      let isSummarized = elementCount > PrintOptions.threshold
      let shown = (isSummarized ? detach().corners() : detach()).cpu()
      let texts = elementTexts(shown)
      return NestedText(
        texts: texts.strings, width: texts.width, shown: shown.shape, whole: shape, isSummarized: isSummarized
      ).text(dim: 0, position: 0, indent: indent)
    }
  }

  /// The elements that a summary shows: up to `edgeItems` from each end of every dimension.
  private func corners() -> Tensor {
    let edge = PrintOptions.edgeItems
    var result = self
    for dim in 0..<rank where shape[dim] > 2 * edge {
      result = Tensor.cat([result.slice(dim: dim, end: edge), result.slice(dim: dim, start: -edge)], dim: dim)
    }
    return result
  }
}

/// Every element as text, padded to one width.
private func elementTexts(_ x: Tensor) -> (strings: [String], width: Int) {
  let strings: [String]
  var width: Int
  if x.dtype.isFloatingPoint {
    let values = x.toArray(as: Double.self)
    let format = FloatFormat(values)
    strings = values.map(format.text)
    width = format.width
  } else {
    strings =
      x.dtype == .bool
      ? x.toArray(as: Bool.self).map { $0 ? "True" : "False" } : x.toArray(as: Int64.self).map(String.init)
    width = strings.map(\.count).max() ?? 1
  }
  width = max(width, 1)
  return (strings.map { String(repeating: " ", count: max(0, width - $0.count)) + $0 }, width)
}

/// One format for all elements: whole numbers, fixed point or scientific, as PyTorch chooses.
private struct FloatFormat {
  private var isWhole = true
  private var isScientific = false
  private(set) var width = 1

  init(_ values: [Double]) {
    let finite = values.filter { $0.isFinite && $0 != 0 }
    guard let largest = finite.map(\.magnitude).max(), let smallest = finite.map(\.magnitude).min() else { return }
    isWhole = finite.allSatisfy { $0 == $0.rounded(.up) }
    isScientific = largest / smallest > 1000 || largest > 1e8 || (!isWhole && smallest < 1e-4)
    width = max(1, finite.map { text($0).count }.max() ?? 1)
  }

  func text(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if isScientific { return formatted(value, "e", PrintOptions.precision) }
    if isWhole { return formatted(value, "f", 0) + "." }
    return formatted(value, "f", PrintOptions.precision)
  }
}

/// C's `printf` of one number.
private func formatted(_ value: Double, _ conversion: String, _ precision: Int) -> String {
  var buffer = [CChar](repeating: 0, count: 400)
  let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.\(precision)\(conversion)", $0) }
  return String(decoding: buffer.prefix(Int(max(0, length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Brackets, commas and line breaks around the elements.
private struct NestedText {
  let texts: [String]
  let width: Int
  let shown: Shape
  let whole: Shape
  let isSummarized: Bool

  /// The text of the part at `position` (in row-major order of the shown elements) from dimension `dim` on.
  func text(dim: Int, position: Int, indent: Int) -> String {
    guard dim < shown.rank else { return texts[position] }
    let inner = shown[(dim + 1)...].reduce(1, *)
    let isCut = isSummarized && whole[dim] > 2 * PrintOptions.edgeItems
    if dim == shown.rank - 1 { return vector(position, count: shown[dim], isCut: isCut, indent: indent) }
    var parts = (0..<shown[dim]).map { text(dim: dim + 1, position: position + $0 * inner, indent: indent + 1) }
    if isCut { parts.insert("...", at: PrintOptions.edgeItems) }
    let breaks = String(repeating: "\n", count: shown.rank - dim - 1)
    return "[" + parts.joined(separator: "," + breaks + String(repeating: " ", count: indent + 1)) + "]"
  }

  private func vector(_ position: Int, count: Int, isCut: Bool, indent: Int) -> String {
    var items = Array(texts[position..<(position + count)])
    if isCut { items.insert(" ...", at: PrintOptions.edgeItems) }
    let perLine = max(1, (PrintOptions.lineWidth - indent) / (width + 2))
    let lines = stride(from: 0, to: items.count, by: perLine).map {
      items[$0..<min($0 + perLine, items.count)].joined(separator: ", ")
    }
    return "[" + lines.joined(separator: ",\n" + String(repeating: " ", count: indent + 1)) + "]"
  }
}
