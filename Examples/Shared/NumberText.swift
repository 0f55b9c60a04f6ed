/// Numbers as text, without Foundation.
public enum NumberText {
  /// The number with a fixed count of decimals: `fixed(3.14159, 2)` is `3.14`. Very large and very small numbers are
  /// written with an exponent.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = power(10, max(0, min(decimals, 15)))
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e18 else { return "\(value)" }
    let digits = UInt64(scaled)
    let whole = digits / UInt64(scale)
    let sign = value < 0 && digits > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let fraction = String(digits % UInt64(scale))
    return "\(sign)\(whole).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
  }

  /// The number with four significant digits or so, as a person would write it: `0.03142`, `3.142`, `31420`.
  public static func short(_ value: Double) -> String {
    let magnitude = value.magnitude
    if magnitude == 0 || !magnitude.isFinite { return fixed(value, 0) }
    if magnitude < 1e-4 || magnitude >= 1e7 { return scientific(value) }
    var decimals = 3
    var limit = 1.0
    while magnitude < limit && decimals < 7 {
      decimals += 1
      limit /= 10
    }
    limit = 10
    while magnitude >= limit && decimals > 0 {
      decimals -= 1
      limit *= 10
    }
    return fixed(value, decimals)
  }

  /// The whole number with commas between the thousands: `60,000`.
  public static func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return value < 0 ? "-\(text)" : text
  }

  /// A span of time: `850 ms`, `12.3 s`, `4:05 min`.
  public static func duration(_ seconds: Double) -> String {
    if seconds < 1 { return "\(fixed(seconds * 1000, 0)) ms" }
    if seconds < 60 { return "\(fixed(seconds, 1)) s" }
    guard seconds < 1e9 else { return "a long time" }
    let whole = Int(seconds.rounded())
    let rest = String(whole % 60)
    return "\(whole / 60):\(rest.count < 2 ? "0" : "")\(rest) min"
  }

  private static func scientific(_ value: Double) -> String {
    var mantissa = value.magnitude
    var exponent = 0
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 && mantissa > 0 {
      mantissa *= 10
      exponent -= 1
    }
    return "\(value < 0 ? "-" : "")\(fixed(mantissa, 2))e\(exponent)"
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
