/// A file, damaged in every way that can happen to one: always the same damage after the same seed.
public struct Mutations {
  /// SplitMix64: two lines, and any seed will do.
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
      return z ^ z >> 31
    }
  }

  private var random: Random

  /// The damage of a seed.
  public init(seed: Int) { random = Random(state: UInt64(truncatingIfNeeded: seed)) }

  /// The bytes with one to four damages.
  public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = noise(Int.random(in: 0...64, using: &random))
      return
    }
    let position = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes[position] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
    case 3: bytes.removeSubrange(position...)
    case 4: bytes.insert(contentsOf: noise(Int.random(in: 1...16, using: &random)), at: position)
    case 5: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...16, using: &random)))
    case 6:
      // A part of the file again, somewhere else.
      let start = Int.random(in: 0..<bytes.count, using: &random)
      let part = Array(bytes[start..<min(bytes.count, start + Int.random(in: 1...64, using: &random))])
      bytes.insert(contentsOf: part, at: position)
    case 7:
      // A number that is too large.
      let count = [2, 4, 8].randomElement(using: &random) ?? 4
      let value = [0x7f, 0x80, 0xff, 0].randomElement(using: &random) ?? 0xff
      for i in position..<min(bytes.count, position + count) { bytes[i] = i == position ? UInt8(value) : 0xff }
    case 8: bytes += noise(Int.random(in: 1...64, using: &random))
    default:
      // A digit for another one: sizes in text.
      if let digit = bytes[position...].firstIndex(where: { (0x30...0x39).contains($0) }) {
        bytes[digit] = UInt8.random(in: 0x2d...0x39, using: &random)
      }
    }
  }

  private mutating func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }
}
