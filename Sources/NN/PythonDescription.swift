internal import TensorModule

// Values as PyTorch prints them in a module's description.

/// Some sizes as Python prints a tuple: `(3,)`, `(3, 5)`.
func tupleText(_ values: some Sequence<Int>) -> String { Shape(Array(values)).tupleDescription }

/// Sizes as their user most likely gave them: one number if all are the same, else a tuple.
func sizesText(_ values: [Int]) -> String {
  values.allSatisfy { $0 == values.first } ? values.first.map(String.init) ?? "()" : tupleText(values)
}

extension Double {
  /// A number that users mostly write as a whole one: `2`, `1.5`.
  var shortDescription: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}

extension IntPair {
  /// Height and width.
  var sizes: [Int] { [height, width] }
}

extension IntTriple {
  /// Depth, height and width.
  var sizes: [Int] { [depth, height, width] }
}
