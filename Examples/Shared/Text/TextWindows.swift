public import Martlet

/// Every stretch of a text as a sample: so many characters, and the same moved on by one, which a model is to predict.
public struct TextWindows: Dataset {
  /// Sequences of character numbers, inputs and targets, `[N, length]` each.
  public typealias Batch = (Tensor, Tensor)

  private let ids: Tensor
  private let length: Int

  /// The stretches of `length` characters of a text that is given by its numbers.
  public init(_ ids: [Int], length: Int) {
    self.ids = Tensor(ids, shape: [ids.count])
    self.length = length
  }

  /// How many stretches there are.
  public var count: Int { max(0, ids.shape[0] - length) }

  /// The stretch that begins at a position: two views of the text, no copies.
  public subscript(index: Int) -> (Tensor, Tensor) {
    (ids[index..<(index + length)], ids[(index + 1)..<(index + 1 + length)])
  }
}
