import TestSupport
import Testing

@testable import ExampleSupport

/// What the examples show: numbers, the progress line, digits, charts.
@Suite struct DisplayTests {
  @Test func writesNumbers() {
    #expect(NumberText.fixed(3.14159, 2) == "3.14")
    #expect(NumberText.fixed(-0.005, 1) == "0.0")
    #expect(NumberText.fixed(-2.5, 0) == "-3")
    #expect(NumberText.fixed(1.05, 3) == "1.050")
    #expect(NumberText.fixed(.nan, 3) == "nan")
    #expect(NumberText.fixed(-.infinity, 3) == "-inf")
    #expect(NumberText.fixed(1e300, 3) == "1e+300")
    #expect(
      [0.031416, 3.1416, 31416, 0.5, 1e-7, 0].map(NumberText.short)
        == ["0.03142", "3.142", "31416", "0.5000", "1.00e-7", "0"])
    #expect(
      [0, 999, 1000, 60_000, -1_234_567].map(NumberText.grouped)
        == ["0", "999", "1,000", "60,000", "-1,234,567"])
    #expect([0.85, 12.34, 245].map(NumberText.duration) == ["850 ms", "12.3 s", "4:05 min"])
  }

  @Test func drawsProgress() {
    func line(_ count: Int, width: Int, total: Int = 1000) -> String {
      ProgressBar.line(
        label: "epoch 1", count: count, total: total, loss: 0.25, seconds: 2, unit: "images", width: width,
        unicode: false)
    }
    #expect(line(500, width: 70) == "epoch 1 [###########-----------] 500/1,000  loss 0.2500  250 images/s")
    for width in 0..<120 {
      #expect(line(1000, width: width).count <= max(0, width - 1))
      #expect(line(2000, width: width, total: 0).count <= max(0, width - 1))
    }
  }

  @Test func drawsDigits() {
    let pixels: [UInt8] = [255, 0, 255, 0] + [255, 0, 0, 255]
    #expect(DigitDrawing.lines(pixels, rows: 2, columns: 4, style: .blocks) == ["█ ▀▄"])
    #expect(DigitDrawing.lines(pixels, rows: 2, columns: 4, style: .ascii) == ["@ =="])
    #expect(
      DigitDrawing.lines(pixels[..<2], rows: 1, columns: 2, style: .shades)
        == ["\u{1b}[38;5;255;48;5;232m▀\u{1b}[38;5;232;48;5;232m▀\u{1b}[0m"])
    // Too few pixels draw as background, odd numbers of rows work.
    #expect(DigitDrawing.lines([], rows: 3, columns: 2, style: .ascii) == ["  ", "  "])
    #expect(DigitDrawing.row([["ab"], ["cd"]], captions: ["x", "long"], columns: 2) == "ab  cd\nx   lo")
  }

  @Test func drawsWellFormedCharts() throws {
    var points = SVGPlot.Panel("a < b & \"c\"", x: "x'", y: "y\u{1}>")
    points.points([1, 2, .nan, 4], [1, .infinity, 3, -1e9, 5], label: "<data>")
    points.line([0, 1], [2, 3])
    var loss = SVGPlot.Panel("loss", x: "epoch", y: "loss")
    loss.line([2.3, 0.5, 0.2], label: "train")
    var constant = SVGPlot.Panel("", x: "", y: "")
    constant.line([0, 0, 0])
    var extreme = SVGPlot.Panel("", x: "", y: "")
    extreme.line([1e-300, 1e300], [1e-12, 2e-12])
    for panels in [[], [points], [points, loss], [constant, extreme], [SVGPlot.Panel("empty", x: "", y: "")]] {
      let text = SVGPlot("Title <1>", panels).text
      #expect(Markup.problem(in: text) == nil)
      #expect(!text.contains("nan") && !text.contains("inf"))
    }
    #expect(SVGPlot("", [points]).text.contains("a &lt; b &amp; &quot;c&quot;"))
    #expect(SVGPlot("", [points]).text.contains("<circle cx="))

    let folder = try TemporaryFolder()
    try SVGPlot("t", [loss]).write(to: "\(folder.path)/a.svg")
    #expect(folder.names == ["a.svg"])
    #expect(throws: FileFailure.self) { try SVGPlot("t", [loss]).write(to: "\(folder.path)/no/a.svg") }
  }

  @Test func choosesRoundTicks() {
    func labels(_ values: [Double]) -> [String] {
      let scale = PlotScale(values, from: 0, to: 100, tickCount: 5)
      return scale.ticks.map(scale.label)
    }
    #expect(labels([0, 1]) == ["0.0", "0.5", "1.0"] || labels([0, 1]) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels([0, 100]).first == "0" && labels([0, 100]).allSatisfy { !$0.contains(".") })
    #expect(labels([0.001, 0.0042]).allSatisfy { $0.hasPrefix("0.00") })
    for values in [[-1e-9, 1e-9], [1e20, 2e20], [5, 5], [], [.nan]] {
      let scale = PlotScale(values, from: 0, to: 100, tickCount: 5)
      #expect(scale.ticks.count < 20)
      #expect(scale.ticks.allSatisfy { (0...100).contains(scale.place($0)) })
    }
  }
}

/// As much of an XML parser as tells whether elements nest, attributes are quoted and text is escaped.
enum Markup {
  static func problem(in text: String) -> String? {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      if let bad = textProblem(rest[..<start]) { return bad }
      guard let end = rest[start...].firstIndex(of: ">") else { return "an element does not end" }
      let inside = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if inside.hasPrefix("/") {
        guard open.popLast() == inside.dropFirst() else { return "</\(inside.dropFirst())> closes nothing" }
        continue
      }
      let isEmpty = inside.hasSuffix("/")
      let body = isEmpty ? inside.dropLast() : inside
      let name = body.prefix { $0 != " " }
      if let bad = attributeProblem(body.dropFirst(name.count)) { return bad }
      if !isEmpty { open.append(name) }
    }
    if let bad = textProblem(rest) { return bad }
    return open.isEmpty ? nil : "\(open) stay open"
  }

  private static func textProblem(_ text: Substring) -> String? {
    for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
      let name = part.prefix { $0 != ";" }
      guard ["amp", "lt", "gt", "quot", "#39"].contains(name) else { return "&\(name)" }
    }
    return text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" } ? "a control character" : nil
  }

  private static func attributeProblem(_ text: Substring) -> String? {
    var rest = text.drop { $0 == " " }
    while !rest.isEmpty {
      guard let equals = rest.firstIndex(of: "="), rest[equals...].dropFirst().first == "\"" else {
        return "attribute without value: \(rest)"
      }
      let value = rest[equals...].dropFirst(2)
      guard let quote = value.firstIndex(of: "\"") else { return "attribute without end: \(rest)" }
      if let bad = textProblem(value[..<quote]) { return bad }
      rest = value[quote...].dropFirst().drop { $0 == " " }
    }
    return nil
  }
}
