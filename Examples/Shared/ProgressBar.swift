/// A line at the bottom of the terminal that shows how far a loop has come: the share done, the count, a loss and the
/// rate. Where standard output is not a terminal it writes nothing.
///
/// ```swift
/// var progress = ProgressBar(total: images.count, label: "epoch 1", unit: "images")
/// for batch in batches {
///   …
///   progress.advance(by: batch.count, loss: loss)
/// }
/// progress.finish()
/// ```
public struct ProgressBar {
  /// At most ten times a second: drawing costs a system call and a loop's step may take microseconds.
  private static let interval = 0.1

  private let total: Int
  private let label: String
  private let unit: String
  private let isShown: Bool
  private let start: Double
  private var count = 0
  private var lastDrawn: Double

  /// Starts the clock.
  ///
  /// - Parameters:
  ///   - total: the count at which all is done.
  ///   - label: what stands before the bar.
  ///   - unit: what is counted, for the rate.
  public init(total: Int, label: String = "", unit: String = "items") {
    self.total = total
    self.label = label
    self.unit = unit
    isShown = Terminal.isInteractive
    start = Terminal.seconds
    lastDrawn = -.infinity
  }

  /// True if it is time to draw again: ask before computing a loss only for the bar.
  public var isDue: Bool { isShown && Terminal.seconds - lastDrawn >= Self.interval }

  /// Counts a step, and draws the line if the last time was long enough ago.
  ///
  /// - Parameters:
  ///   - amount: what the step adds to the count.
  ///   - loss: shown beside the count; evaluated only when the line is drawn.
  public mutating func advance(by amount: Int, loss: @autoclosure () -> Double? = nil) {
    count += amount
    guard isDue else { return }
    let now = Terminal.seconds
    lastDrawn = now
    let text = Self.line(
      label: label, count: count, total: total, loss: loss(), seconds: now - start, unit: unit,
      width: Terminal.width, unicode: Terminal.isUTF8)
    // Back to the line's start, the text, and clear what an earlier longer line left.
    Terminal.write("\r\(text)\u{1b}[K")
  }

  /// Takes the line away.
  public func finish() {
    if isShown && lastDrawn > -.infinity { Terminal.write("\r\u{1b}[K") }
  }

  /// The line's text, no longer than `width` columns.
  static func line(
    label: String, count: Int, total: Int, loss: Double?, seconds: Double, unit: String, width: Int, unicode: Bool
  ) -> String {
    let share = total > 0 ? min(1, max(0, Double(count) / Double(total))) : 0
    let rate = seconds > 0 ? Double(count) / seconds : 0
    var tail = " \(NumberText.grouped(count))/\(NumberText.grouped(total))"
    if let loss { tail += "  loss \(NumberText.fixed(loss, 4))" }
    tail += "  \(NumberText.grouped(Int(min(rate.rounded(), 1e15)))) \(unit)/s"
    let head = label.isEmpty ? "" : "\(label) "
    // The last column stays free: some terminals wrap when it is written.
    let room = min(40, width - 1 - head.count - tail.count - 2)
    guard room >= 5 else { return String((head + tail).prefix(max(0, width - 1))) }
    let filled = Int((share * Double(room)).rounded(.down))
    let (full, empty) = unicode ? ("█", "░") : ("#", "-")
    let bar = String(repeating: full, count: filled) + String(repeating: empty, count: room - filled)
    return unicode ? "\(head)▕\(bar)▏\(tail)" : "\(head)[\(bar)]\(tail)"
  }
}
