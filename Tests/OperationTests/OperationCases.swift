import TensorModule
import TestSupport

/// One row for every primitive and for every operation inside a family, with samples of its domain. A new primitive needs its
/// case in ``PrimitiveKind`` and its row in `Cases+<Family>.swift`; a test misses it otherwise.
func operationCases() -> [OperationCase] {
  let families = [
    factorizationCases(),
    unaryCases(), binaryCases(), ternaryCases(), reductionCases(), movementCases(), linearAlgebraCases(), convolutionCases(),
    poolingCases(), adaptivePoolingCases(), indexingCases(), orderingCases(), fusedCases(), recurrentCases(), normalizationCases(), temporalClassificationCases(),
  ]
  return families.flatMap { $0 }
}
