import TestSupport
import Testing

@testable import Interchange

/// Zip archives: large numbers, hostile directories, checksums.
@Suite struct ZipTests {
  /// An archive of the contents, with ZIP64's records for all numbers from `limit` on.
  private func archive(
    _ contents: [(String, [UInt8])], compressed: Bool = false, largeFrom limit: UInt64 = 0xffff_ffff
  ) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.zip"
    try AtomicFile.writeParts(to: path) { file in
      var zip = ZipWriter(largeFrom: limit)
      for (name, bytes) in contents {
        try bytes.withUnsafeBytes { try zip.add(name, [$0], alignment: 64, compressed: compressed, to: &file) }
      }
      try zip.finish(&file)
    }
    return try FileBytes.read(path)
  }

  private func fault(_ bytes: [UInt8]) -> FormatFault? {
    do {
      let archive = try ZipArchive(FileSource(bytes, name: "a"))
      for entry in archive.entries { _ = try archive.bytes(entry) }
      return nil
    } catch {
      return error as? FormatFault
    }
  }

  @Test func readsWhatItWrites() throws {
    let contents = [("a", Array(0...255)), ("b/ü", []), ("c", Array(repeating: 7, count: 100_000))] as [(String, [UInt8])]
    for compressed in [false, true] {
      for limit in [0xffff_ffff, 200, 1] as [UInt64] {
        let bytes = try archive(contents, compressed: compressed, largeFrom: limit)
        let archive = try ZipArchive(FileSource(bytes, name: "a"))
        #expect(archive.entries.map(\.name) == contents.map(\.0))
        for (name, content) in contents {
          let entry = try #require(archive[name])
          #expect(try archive.bytes(entry) == content)
          #expect(entry.offset % 64 == 0 && entry.isDeflated == compressed)
        }
      }
    }
  }

  @Test func checksumIsTheKnownOne() {
    let text = Array("123456789".utf8)
    text.withUnsafeBytes { bytes in
      #expect(CRC32.of(bytes) == 0xcbf4_3926)
      var checksum = CRC32()
      checksum.addWithoutLibrary(bytes)
      #expect(checksum.value == 0xcbf4_3926)
      checksum.addWithoutLibrary(bytes)
      var other = CRC32()
      other.add(bytes)
      other.add(bytes)
      #expect(checksum.value == other.value)
    }
  }

  @Test func noticesDamagedContent() throws {
    for compressed in [false, true] {
      let bytes = try archive([("a", Array(0...255))], compressed: compressed)
      let offset = try ZipArchive(FileSource(bytes, name: "a")).entries[0].offset
      var damaged = bytes
      damaged[offset + 20] ^= 4
      #expect(fault(damaged)?.kind == .damaged)
      #expect(fault(bytes) == nil)
    }
  }

  @Test func refusesPromisesThatCannotBeKept() throws {
    let bytes = try archive([("a", Array(repeating: 0, count: 100_000))], compressed: true)
    // The directory's entry: its declared size becomes 2³¹.
    let directory = try #require(bytes.indices.first { Array(bytes[$0...].prefix(4)) == [0x50, 0x4b, 1, 2] })
    var bomb = bytes
    bomb.replaceSubrange((directory + 24)..<(directory + 28), with: [0, 0, 0, 0x80])
    #expect(fault(bomb)?.reason.contains("compressed bytes cannot stand for") == true)
    // One byte more or less than there is.
    for change in [-1, 1] {
      var wrong = bytes
      wrong[directory + 24] = UInt8(truncatingIfNeeded: Int(wrong[directory + 24]) + change)
      #expect(fault(wrong)?.kind == .damaged)
    }
  }

  @Test func refusesOverlapsAndDuplicates() throws {
    let bytes = try archive([("a", Array(0...99)), ("b", Array(0...99))])
    let second = try #require(bytes.indices.last { Array(bytes[$0...].prefix(4)) == [0x50, 0x4b, 1, 2] })
    var overlapping = bytes
    overlapping.replaceSubrange((second + 42)..<(second + 46), with: [0, 0, 0, 0])
    #expect(fault(overlapping)?.reason == "entries a and b overlap")
    var duplicate = bytes
    duplicate[second + 46] = UInt8(ascii: "a")
    #expect(fault(duplicate)?.reason == "two entries have the name a")
    var encrypted = bytes
    encrypted[second + 8] |= 1
    #expect(fault(encrypted) == .unsupported("entry b is encrypted"))
    var other = bytes
    other[second + 10] = 12
    #expect(fault(other) == .unsupported("entry b is compressed by method 12; stored and deflated are read"))
  }
}
