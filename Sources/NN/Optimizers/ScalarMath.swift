#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#elseif canImport(Darwin)
  private import Darwin
#endif

/// The system's functions of single numbers, which steps and schedules are computed with.
enum ScalarMath {
  static func pow(_ base: Double, _ exponent: Double) -> Double { system_pow(base, exponent) }
  static func pow(_ base: Double, _ exponent: Int) -> Double { system_pow(base, Double(exponent)) }
  static func cos(_ x: Double) -> Double { system_cos(x) }
  static func log(_ x: Double) -> Double { system_log(x) }
}

private func system_pow(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
private func system_cos(_ x: Double) -> Double { cos(x) }
private func system_log(_ x: Double) -> Double { log(x) }
