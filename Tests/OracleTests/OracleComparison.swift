import Martlet
import TensorModule
import TestSupport

/// Says how a tensor differs from what PyTorch gave, in type, shape or values; nil if it does not.
func oracleDifference(
  _ got: Tensor, _ expected: Tensor, tolerance: Tolerance? = nil, magnitudes: Bool = false
) -> String? {
  guard got.dtype == expected.dtype else { return "dtype \(got.dtype), expected \(expected.dtype)" }
  guard got.shape == expected.shape else { return "shape \(got.shape), expected \(expected.shape)" }
  if got.dtype == .int64 {
    // Doubles do not hold all of these.
    let mine = got.toArray(as: Int64.self), theirs = expected.toArray(as: Int64.self)
    guard let position = mine.indices.first(where: { mine[$0] != theirs[$0] }) else { return nil }
    return "element \(position): \(mine[position]), expected \(theirs[position])"
  }
  let tolerance = got.dtype.isFloatingPoint ? tolerance ?? .standard(got.dtype) : .standard(got.dtype)
  let mine = got.elements.values, theirs = expected.elements.values
  for position in mine.indices {
    let (value, reference) =
      magnitudes ? (mine[position].magnitude, theirs[position].magnitude) : (mine[position], theirs[position])
    if !tolerance.accepts(value, reference) {
      return "element \(position) of \(got.shape): \(value), expected \(reference)"
    }
  }
  return nil
}

extension JSON {
  /// The tolerance that a case brings for a type narrower than float64.
  func tolerance(for dtype: DType) throws -> Tolerance? {
    guard let own = self["tol"], dtype != .float64, dtype.isFloatingPoint else { return nil }
    guard let relative = own["rtol"], let absolute = own["atol"] else { throw OracleProblem("tol without numbers") }
    return Tolerance(relative: try OracleTensors.number(relative), absolute: try OracleTensors.number(absolute))
  }
}
