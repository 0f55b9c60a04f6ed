#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// What is known about the terminal that standard output goes to.
public enum Terminal {
  /// True if standard output is a terminal, and not a file or a pipe.
  public static var isInteractive: Bool { isatty(1) == 1 && environment("TERM") != "dumb" }

  /// The number of columns; 80 where nothing tells.
  public static var width: Int {
    var size = winsize()
    if ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// True if text may hold characters beyond ASCII: the locale's name says UTF-8.
  public static var isUTF8: Bool {
    // The first of the three that is set decides, as in the C library.
    let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
    let name = locale.lowercased()
    return name.hasSuffix("utf-8") || name.hasSuffix("utf8")
  }

  /// True if colours are welcome: a terminal, and `NO_COLOR` is not set.
  public static var hasColors: Bool { isInteractive && environment("NO_COLOR") == nil }

  /// An environment variable's value; nil if it is not set or empty.
  public static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  /// Writes text to standard output at once, after what `print` still holds.
  static func write(_ text: String) {
    fflush(nil)
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = systemWrite(1, bytes.baseAddress! + written, bytes.count - written)
        if count < 0 && errno != EINTR { return }
        written += max(0, count)
      }
    }
  }

  /// Seconds from some fixed moment, of a clock that nobody sets.
  public static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// The system's `write`, whose name the method above takes.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
