import Testing

@testable import Vision

/// IDX files: right ones, each kind of damage, and random bytes.
@Suite struct IDXTests {
  /// A file of the shape, its elements counting up.
  static func file(_ shape: [Int], type: UInt8 = 8) -> [UInt8] {
    let header: [UInt8] = [0, 0, type, UInt8(shape.count)]
    let extents = shape.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } }
    return header + extents + (0..<shape.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// The error of reading the bytes.
  private func failure(_ bytes: [UInt8], rank: Int? = nil) -> IDXError? {
    do throws(IDXError) {
      _ = try IDXFile(plain: bytes, name: "a", rank: rank)
      return nil
    } catch {
      return error
    }
  }

  @Test func readsShapeAndElements() throws {
    let images = try IDXFile(Self.file([5, 3, 2]), name: "a")
    #expect(images.shape == [5, 3, 2])
    #expect(images.elements == (0..<30).map { UInt8($0) })
    #expect(try IDXFile(Self.file([300]), name: "a", rank: 1).shape == [300])
    #expect(try IDXFile(Self.file([0, 28, 28]), name: "a", rank: 3).elements == [])
  }

  @Test func namesTheDamageAndItsByte() {
    let good = Self.file([2, 3])
    #expect(failure([]) == IDXError(file: "a", offset: 0, reason: .truncated(expected: 4, found: 0)))
    #expect(
      failure([1, 2, 8, 1]) == IDXError(file: "a", offset: 0, reason: .wrongMagic(found: [1, 2, 8, 1])))
    #expect(failure(Self.file([2], type: 0x0d)) == IDXError(file: "a", offset: 2, reason: .wrongElementType(0x0d)))
    #expect(failure([0, 0, 8, 0]) == IDXError(file: "a", offset: 3, reason: .wrongRank(expected: nil, found: 0)))
    #expect(failure(good, rank: 3) == IDXError(file: "a", offset: 3, reason: .wrongRank(expected: 3, found: 2)))
    #expect(
      failure(good + [7]) == IDXError(file: "a", offset: 18, reason: .trailingBytes(expected: 18, found: 19)))
    for count in 0..<good.count {
      let expected = count < 4 ? 4 : count < 12 ? 12 : 18
      #expect(
        failure(Array(good.prefix(count)))
          == IDXError(file: "a", offset: count, reason: .truncated(expected: expected, found: count)))
    }
  }

  @Test func allocatesNothingForAHeaderThatLies() {
    let huge = [UInt8](repeating: 0xff, count: 12)
    // 2³² − 1 three times is beyond 63 bits; twice it is beyond any file.
    #expect(
      failure([0, 0, 8, 3] + huge)
        == IDXError(file: "a", offset: 4, reason: .tooLarge(shape: [0xffff_ffff, 0xffff_ffff, 0xffff_ffff])))
    #expect(
      failure([0, 0, 8, 1] + huge.prefix(4))
        == IDXError(file: "a", offset: 8, reason: .truncated(expected: 8 + 0xffff_ffff, found: 8)))
    // A zero among the dimensions does not hide an overflow of the others.
    #expect(failure([0, 0, 8, 4, 0, 0, 0, 0] + huge)?.offset == 4)
    #expect(failure([0, 0, 8, 255])?.reason == .truncated(expected: 4 + 4 * 255, found: 4))
  }

  @Test func survivesRandomBytes() {
    var random = SystemRandomNumberGenerator()
    for round in 0..<20_000 {
      var bytes: [UInt8]
      if round % 2 == 0 {
        bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        // Let half of them get past the magic.
        if round % 4 == 0, bytes.count > 3 { bytes.replaceSubrange(0..<3, with: [0, 0, 8]) }
      } else {
        bytes = Self.file([3, 2, 2])
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if let file = try? IDXFile(bytes, name: "a") {
        #expect(file.elements.count == file.shape.reduce(1, *))
      }
    }
  }

  @Test func tellsInWords() {
    #expect(
      IDXError(file: "labels", offset: 4, reason: .countsDisagree(labels: 9, images: 10, imageFile: "images"))
        .description == "labels: byte 4: 9 labels for the 10 images of images")
    #expect(
      failure(Self.file([2], type: 0x0d))?.description
        == "a: byte 2: element type 0x0d (32-bit floats) is not supported; only 0x08 (unsigned bytes) is")
    #expect(
      failure([0x1f, 0, 8, 1])?.description
        == "a: byte 0: not an IDX file: it starts with 1f 00 08 01 instead of 00 00")
  }
}
