/// A chart as an SVG image: panels side by side, each with points, lines, axes and a legend.
///
/// ```swift
/// var fit = SVGPlot.Panel("The fit", x: "x", y: "y")
/// fit.points(xs, ys, label: "data")
/// fit.line([0, 1], [intercept, intercept + slope], label: "model")
/// try SVGPlot("Linear regression", [fit, losses]).write(to: "fit.svg")
/// ```
public struct SVGPlot {
  /// One chart of the image.
  public struct Panel {
    enum Kind {
      case points, line
    }
    struct Series {
      let kind: Kind
      let x: [Double]
      let y: [Double]
      let label: String?
    }

    let title: String
    let xLabel: String
    let yLabel: String
    private(set) var series: [Series] = []

    /// An empty chart.
    public init(_ title: String, x: String, y: String) {
      self.title = title
      xLabel = x
      yLabel = y
    }

    /// Adds a cloud of points. Pairs that are not finite are left out; of unequal counts the smaller counts.
    public mutating func points(_ x: [Double], _ y: [Double], label: String? = nil) {
      add(.points, x, y, label)
    }

    /// Adds a line through points, in their order.
    public mutating func line(_ x: [Double], _ y: [Double], label: String? = nil) {
      add(.line, x, y, label)
    }

    /// Adds a line through values at 1, 2, 3 … (epochs, steps).
    public mutating func line(_ y: [Double], label: String? = nil) {
      line(y.indices.map { Double($0 + 1) }, y, label: label)
    }

    private mutating func add(_ kind: Kind, _ x: [Double], _ y: [Double], _ label: String?) {
      let pairs = zip(x, y).filter { $0.isFinite && $1.isFinite }
      series.append(Series(kind: kind, x: pairs.map(\.0), y: pairs.map(\.1), label: label))
    }
  }

  /// Colours that people with colour blindness tell apart (after Okabe and Ito).
  static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"]

  static let panelWidth = 460.0
  static let panelHeight = 340.0

  let title: String
  let panels: [Panel]

  /// A chart of panels, from left to right.
  public init(_ title: String, _ panels: [Panel]) {
    self.title = title
    self.panels = panels
  }

  /// Writes the image to a file, whole or not at all.
  public func write(to path: String) throws(FileFailure) { try Files.write(text, to: path) }

  /// The image as SVG.
  public var text: String {
    let width = Self.panelWidth * Double(max(1, panels.count))
    let top = title.isEmpty ? 0.0 : 40.0
    let height = top + Self.panelHeight
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
      viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
      font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="12" fill="#333">
      """,
      ##"<rect width="100%" height="100%" fill="#ffffff"/>"##,
    ]
    if !title.isEmpty {
      lines.append("<title>\(Self.escape(title))</title>")
      lines.append(Self.label(title, x: width / 2, y: 28, extra: #" font-size="18" font-weight="600""#))
    }
    for (index, panel) in panels.enumerated() {
      lines += PanelDrawing(panel, left: Self.panelWidth * Double(index), top: top).lines
    }
    lines.append("</svg>\n")
    return lines.joined(separator: "\n")
  }

  /// Text in its place, centred unless `anchor` says otherwise.
  static func label(
    _ text: String, x: Double, y: Double, anchor: String = "middle", extra: String = ""
  ) -> String {
    #"<text x="\#(number(x))" y="\#(number(y))" text-anchor="\#(anchor)"\#(extra)>\#(escape(text))</text>"#
  }

  /// A length in hundredths, without needless zeros.
  static func number(_ value: Double) -> String {
    var text = NumberText.fixed(value, 2)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "" || text == "-" ? "0" : text
  }

  /// Text as XML wants it: the five special characters by name, and without control characters, which XML forbids.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n", "\r": escaped += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff: continue
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
