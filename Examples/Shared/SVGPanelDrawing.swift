/// One panel's elements, in the order in which they are painted.
struct PanelDrawing {
  private let panel: SVGPlot.Panel
  private let left: Double
  private let right: Double
  private let top: Double
  private let bottom: Double
  private let x: PlotScale
  private let y: PlotScale

  /// - Parameters:
  ///   - left: where the panel's space begins.
  ///   - top: likewise from above.
  init(_ panel: SVGPlot.Panel, left: Double, top: Double) {
    self.panel = panel
    self.left = left + 68
    right = left + SVGPlot.panelWidth - 22
    self.top = top + 34
    bottom = top + SVGPlot.panelHeight - 52
    x = PlotScale(panel.series.flatMap(\.x), from: self.left, to: right, tickCount: 8)
    y = PlotScale(panel.series.flatMap(\.y), from: bottom, to: self.top, tickCount: 6)
  }

  var lines: [String] { grid + axes + panel.series.enumerated().flatMap { draw($1, color: color($0)) } + legend }

  private func color(_ index: Int) -> String { SVGPlot.colors[index % SVGPlot.colors.count] }

  private var grid: [String] {
    let n = SVGPlot.number
    let vertical = x.ticks.map { "M\(n(x.place($0))) \(n(top))V\(n(bottom))" }
    let horizontal = y.ticks.map { "M\(n(left)) \(n(y.place($0)))H\(n(right))" }
    return [##"<path d="\##((vertical + horizontal).joined())" stroke="#e6e6e6" fill="none"/>"##]
  }

  private var axes: [String] {
    let n = SVGPlot.number
    let middle = (top + bottom) / 2
    var lines = [
      ##"<path d="M\##(n(left)) \##(n(top))V\##(n(bottom))H\##(n(right))" stroke="#555555" fill="none"/>"##,
      SVGPlot.label(panel.title, x: (left + right) / 2, y: top - 12, extra: #" font-size="14" font-weight="600""#),
      SVGPlot.label(panel.xLabel, x: (left + right) / 2, y: bottom + 38),
      SVGPlot.label(
        panel.yLabel, x: left - 50, y: middle, extra: #" transform="rotate(-90 \#(n(left - 50)) \#(n(middle)))""#),
    ]
    lines += x.ticks.map { SVGPlot.label(x.label($0), x: x.place($0), y: bottom + 18) }
    lines += y.ticks.map { SVGPlot.label(y.label($0), x: left - 8, y: y.place($0) + 4, anchor: "end") }
    return lines
  }

  private func draw(_ series: SVGPlot.Panel.Series, color: String) -> [String] {
    let n = SVGPlot.number
    let places = zip(series.x, series.y).map { (x.place($0), y.place($1)) }
    guard !places.isEmpty else { return [] }
    switch series.kind {
    case .points:
      let circles = places.map { #"<circle cx="\#(n($0.0))" cy="\#(n($0.1))" r="2.6"/>"# }
      return [#"<g fill="\#(color)" fill-opacity="0.55">"#] + circles + ["</g>"]
    case .line:
      let points = places.map { "\(n($0.0)),\(n($0.1))" }.joined(separator: " ")
      return [
        #"<polyline points="\#(points)" fill="none" stroke="\#(color)" stroke-width="2" stroke-linejoin="round" "#
          + #"stroke-linecap="round"/>"#
      ]
    }
  }

  /// A box with the labels, in the corner with the fewest points.
  private var legend: [String] {
    let n = SVGPlot.number
    let entries = panel.series.enumerated().compactMap { index, series in
      series.label.map { (label: $0, kind: series.kind, color: color(index)) }
    }
    guard !entries.isEmpty else { return [] }
    // An average character of this font is about 6.6 wide at this size.
    let width = min(right - left, 44 + 6.6 * Double(entries.map(\.label.count).max() ?? 0))
    let height = 10 + 18 * Double(entries.count)
    let (boxLeft, boxTop) = emptiestCorner(width: width, height: height)
    var lines = [
      ##"<rect x="\##(n(boxLeft))" y="\##(n(boxTop))" width="\##(n(width))" height="\##(n(height))" rx="4" "##
        + ##"fill="#ffffff" fill-opacity="0.85" stroke="#cccccc"/>"##
    ]
    for (index, entry) in entries.enumerated() {
      let middle = boxTop + 14 + 18 * Double(index)
      switch entry.kind {
      case .points:
        lines.append(#"<circle cx="\#(n(boxLeft + 18))" cy="\#(n(middle))" r="3.2" fill="\#(entry.color)"/>"#)
      case .line:
        lines.append(
          #"<path d="M\#(n(boxLeft + 8)) \#(n(middle))h20" stroke="\#(entry.color)" stroke-width="2.5"/>"#)
      }
      lines.append(SVGPlot.label(entry.label, x: boxLeft + 36, y: middle + 4, anchor: "start"))
    }
    return lines
  }

  private func emptiestCorner(width: Double, height: Double) -> (Double, Double) {
    let places = panel.series.flatMap { series in zip(series.x, series.y).map { (x.place($0), y.place($1)) } }
    let gap = 8.0
    let corners = [
      (right - gap - width, top + gap), (left + gap, top + gap),
      (right - gap - width, bottom - gap - height), (left + gap, bottom - gap - height),
    ]
    let counts = corners.map { corner in
      places.count { place in
        place.0 >= corner.0 && place.0 <= corner.0 + width && place.1 >= corner.1 && place.1 <= corner.1 + height
      }
    }
    let best = counts.indices.min { counts[$0] < counts[$1] } ?? 0
    return corners[best]
  }
}
