import Testing

@testable import Interchange
@testable import Vision

/// Decompression: the embedded files, every kind of damage, limits.
@Suite struct GzipTests {
  /// The error of decompressing the bytes.
  private func failure(_ bytes: [UInt8], limit: Int = 1 << 20) -> GzipError? {
    do throws(GzipError) {
      _ = try Gzip.decompress(bytes, file: "a", limit: limit)
      return nil
    } catch {
      return error
    }
  }

  @Test func decompressesTheEmbeddedSubset() throws {
    let sizes = [
      "train-images-idx3-ubyte": 16 + 6000 * 784, "train-labels-idx1-ubyte": 8 + 6000,
      "t10k-images-idx3-ubyte": 16 + 1000 * 784, "t10k-labels-idx1-ubyte": 8 + 1000,
    ]
    for (name, size) in sizes {
      let packed = try FileBytes.read(Subset.path("\(name).gz"))
      #expect(try Gzip.decompress(packed, file: name).count == size)
    }
  }

  @Test func joinsMembers() throws {
    let member = try FileBytes.read(Subset.path("t10k-labels-idx1-ubyte.gz"))
    let once = try Gzip.decompress(member, file: "a")
    #expect(try Gzip.decompress(member + member, file: "a") == once + once)
  }

  @Test func noticesEveryTruncation() throws {
    let packed = try FileBytes.read(Subset.path("t10k-labels-idx1-ubyte.gz"))
    for count in 2..<packed.count {
      #expect(
        failure(Array(packed.prefix(count))) == GzipError(file: "a", offset: count, reason: .truncated), "\(count)")
    }
  }

  @Test func noticesEveryDamagedByte() throws {
    let packed = try FileBytes.read(Subset.path("t10k-labels-idx1-ubyte.gz"))
    let right = try Gzip.decompress(packed, file: "a")
    for index in packed.indices {
      var damaged = packed
      damaged[index] ^= 0x55
      // The header's time, extra flags and system say nothing about the content; everything else is checked.
      if (4...9).contains(index) {
        #expect(try Gzip.decompress(damaged, file: "a") == right)
      } else {
        #expect(failure(damaged) != nil, "byte \(index)")
      }
    }
  }

  @Test func survivesRandomBytes() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let tail = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = failure([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + tail)
    }
  }

  @Test func stopsAtTheLimit() throws {
    let packed = try FileBytes.read(Subset.path("t10k-labels-idx1-ubyte.gz"))
    #expect(try Gzip.decompress(packed, file: "a", limit: 1008).count == 1008)
    #expect(failure(packed, limit: 1007)?.reason == .tooLarge(limit: 1007))
    #expect(failure(packed, limit: 0)?.reason == .tooLarge(limit: 0))
  }

  @Test func tellsOtherFilesApart() throws {
    let packed = try FileBytes.read(Subset.path("t10k-labels-idx1-ubyte.gz"))
    #expect(failure([]) == GzipError(file: "a", offset: 0, reason: .notGzip))
    #expect(failure([0, 0, 8, 3]) == GzipError(file: "a", offset: 0, reason: .notGzip))
    #expect(
      failure(packed + [1, 2, 3])
        == GzipError(file: "a", offset: packed.count, reason: .corrupt("3 bytes after its end")))
  }

  @Test func saysWhenZlibIsMissing() {
    #expect(ZLibrary(names: ["libno-such-thing.so.1"]) == nil)
    #expect(
      GzipError(file: "a.gz", offset: 0, reason: .libraryMissing).description.hasPrefix(
        "a.gz: cannot decompress: zlib was not found (tried libz.so.1, "))
  }
}

/// The files that the `mnist` example embeds, where they stand in the package.
enum Subset {
  static let folder: String = {
    // …/Tests/VisionTests/GzipTests.swift
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return parts.joined(separator: "/") + "/Examples/MNISTSubset/data"
  }()

  static func path(_ name: String) -> String { "\(folder)/\(name)" }
}
