package import TensorModule

/// How far results may be from the reference: |got − expected| ≤ absolute + relative·|expected|.
package struct Tolerance: Sendable {
  package var relative: Double
  package var absolute: Double

  package init(relative: Double, absolute: Double) {
    self.relative = relative
    self.absolute = absolute
  }

  /// PyTorch's `assert_close` for the type.
  package static func standard(_ dtype: DType) -> Tolerance {
    switch dtype {
    case .float16: Tolerance(relative: 1e-3, absolute: 1e-5)
    case .bfloat16: Tolerance(relative: 1.6e-2, absolute: 1e-5)
    case .float32: Tolerance(relative: 1.3e-6, absolute: 1e-5)
    case .float64: Tolerance(relative: 1e-7, absolute: 1e-7)
    default: Tolerance(relative: 0, absolute: 0)
    }
  }

  package func scaled(by factor: Double) -> Tolerance {
    Tolerance(relative: relative * factor, absolute: absolute * factor)
  }

  package func accepts(_ got: Double, _ expected: Double) -> Bool {
    if got == expected || (got.isNaN && expected.isNaN) { return true }
    return (got - expected).magnitude <= absolute + relative * expected.magnitude
  }
}

/// What is wrong with a result, in words: shape, or the first element that is too far off; nil if nothing is. The reference
/// is rounded to the result's type first, so that what overflows there must be infinite.
package func difference(_ got: Tensor, _ expected: DenseArray, _ tolerance: Tolerance) -> String? {
  let elements = got.elements
  guard elements.shape == expected.shape else { return "shape \(elements.shape), expected \(expected.shape)" }
  for (i, (value, reference)) in zip(elements.values, expected.values).enumerated() {
    let rounded = got.dtype.rounded(reference)
    if !tolerance.accepts(value, rounded) {
      let index = DenseArray.indices(of: expected.shape)[i]
      return "element \(index): expected \(rounded), got \(value)"
    }
  }
  return nil
}
