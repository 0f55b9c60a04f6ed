/// Small gray images drawn with characters.
public enum DigitDrawing {
  /// How a pixel becomes text.
  public enum Style: Sendable, CaseIterable {
    /// Half-block characters in 24 shades of gray: two pixels a character. For terminals with colours.
    case shades
    /// Half-block characters, ink or none. For text in UTF-8.
    case blocks
    /// Characters from light to dark, each the mean of two pixels. For everything else.
    case ascii

    /// The best that standard output can show.
    public static var best: Style {
      Terminal.isUTF8 ? (Terminal.hasColors ? .shades : .blocks) : .ascii
    }
  }

  /// The image as lines of text, each `columns` characters wide, one for two rows of pixels.
  ///
  /// - Parameters:
  ///   - pixels: `rows` × `columns` values row by row; 0 is background, 255 full ink.
  public static func lines<Pixels: Collection<UInt8>>(
    _ pixels: Pixels, rows: Int = 28, columns: Int = 28, style: Style = .best
  ) -> [String] {
    let pixels = Array(pixels)
    func pixel(_ row: Int, _ column: Int) -> Int {
      let index = row * columns + column
      return row < rows && index < pixels.count ? Int(pixels[index]) : 0
    }
    return stride(from: 0, to: rows, by: 2).map { row in
      var line = ""
      var shade: (Int, Int)?
      for column in 0..<columns {
        let (upper, lower) = (pixel(row, column), pixel(row + 1, column))
        switch style {
        case .shades:
          // 232 … 255 of the 256 colours run from nearly black to nearly white; named only when they change.
          let next = (232 + upper * 23 / 255, 232 + lower * 23 / 255)
          if shade == nil || shade! != next { line += "\u{1b}[38;5;\(next.0);48;5;\(next.1)m" }
          shade = next
          line += "▀"
        case .blocks:
          line += upper >= 96 ? (lower >= 96 ? "█" : "▀") : (lower >= 96 ? "▄" : " ")
        case .ascii:
          line.append(ramp[(upper + lower) * (ramp.count - 1) / 510])
        }
      }
      return style == .shades ? line + "\u{1b}[0m" : line
    }
  }

  /// Several drawings beside one another, each with a caption under it.
  ///
  /// - Parameters:
  ///   - drawings: lines of equal number, as ``lines(_:rows:columns:style:)`` makes them.
  ///   - captions: one for each drawing.
  ///   - columns: the width of each drawing in characters.
  public static func row(_ drawings: [[String]], captions: [String], columns: Int = 28) -> String {
    let height = drawings.map(\.count).max() ?? 0
    var lines = (0..<height).map { index in
      drawings.map { index < $0.count ? $0[index] : String(repeating: " ", count: columns) }.joined(separator: "  ")
    }
    let texts = captions.map { caption in
      let room = columns - caption.count
      guard room > 0 else { return String(caption.prefix(columns)) }
      return String(repeating: " ", count: room / 2) + caption + String(repeating: " ", count: room - room / 2)
    }
    lines.append(texts.joined(separator: "  "))
    return lines.joined(separator: "\n")
  }

  private static let ramp = Array(" .:-=+*#%@")
}
