public import TensorModule

/// What ``defaultCollate(_:)`` can put together.
public protocol Collatable {
  /// Several together.
  associatedtype Collated
  /// Puts samples together.
  static func collated(_ samples: [Self]) throws -> Collated
}

/// Samples put together as PyTorch's `default_collate` does: tensors stacked along a new first dimension, numbers as a
/// tensor (`Double` float64, `Int` int64, other types their own), texts as an array, arrays and dictionaries entry by entry.
public func defaultCollate<Sample: Collatable>(_ samples: [Sample]) throws -> Sample.Collated {
  try Sample.collated(samples)
}

/// Samples that are tuples, part by part.
public func defaultCollate<each Part: Collatable>(
  _ samples: [(repeat each Part)]
) throws -> (repeat (each Part).Collated) {
  let parts = (repeat SampleColumn<each Part>())
  for sample in samples { repeat (each parts).append(each sample) }
  return try (repeat (each Part).collated((each parts).elements))
}

extension Tensor: Collatable {
  /// The tensors along a new first dimension.
  public static func collated(_ samples: [Tensor]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if let first = samples.first {
      for (position, sample) in samples.enumerated() where sample.shape != first.shape {
        return failing(
          TensorError(
            "defaultCollate", of: first, sample,
            rule: "the samples of a batch must have one shape; number \(position) of the batch differs from the first",
            hint: "crop, resize or pad them, or put them together with a collate of your own"))
      }
    }
    return .stack(samples)
  }
}

extension TensorScalar where Self: Collatable {
  /// The numbers as a tensor of their type.
  public static func collated(_ samples: [Self]) -> Tensor { Tensor(samples, shape: [samples.count]) }
}

extension Double: Collatable {
  /// The numbers as a float64 tensor.
  public static func collated(_ samples: [Double]) -> Tensor { Tensor(samples, shape: [samples.count], dtype: .float64) }
}
extension Float: Collatable {}
extension Int: Collatable {}
extension Int8: Collatable {}
extension Int16: Collatable {}
extension Int32: Collatable {}
extension Int64: Collatable {}
extension UInt8: Collatable {}
extension Bool: Collatable {}

extension String: Collatable {
  /// The texts as they are.
  public static func collated(_ samples: [String]) -> [String] { samples }
}

extension Array: Collatable where Element: Collatable {
  /// The first elements put together, the second, and so on: all arrays must have one length.
  public static func collated(_ samples: [[Element]]) throws -> [Element.Collated] {
    guard let length = samples.first?.count else { return [] }
    if let position = samples.firstIndex(where: { $0.count != length }) {
      throw CollateError(
        rule: """
          each element in list of batch should be of equal size: number \(position) of the batch has \
          \(samples[position].count) elements, the first \(length)
          """)
    }
    return try (0..<length).map { index in try Element.collated(samples.map { $0[index] }) }
  }
}

extension Dictionary: Collatable where Value: Collatable {
  /// The values of each key of the first put together; the others must have its keys.
  public static func collated(_ samples: [[Key: Value]]) throws -> [Key: Value.Collated] {
    guard let first = samples.first else { return [:] }
    var result: [Key: Value.Collated] = [:]
    for key in first.keys {
      let values = samples.compactMap { $0[key] }
      guard values.count == samples.count else {
        let position = samples.firstIndex { $0[key] == nil } ?? 0
        throw CollateError(rule: "number \(position) of the batch has no \"\(key)\", which the first has")
      }
      result[key] = try Value.collated(values)
    }
    return result
  }
}

/// Why samples cannot be put together.
public struct CollateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What does not fit.
  public let rule: String

  /// A refusal by a collate of your own.
  public init(rule: String) { self.rule = rule }

  /// The same.
  public var description: String { rule }
}
