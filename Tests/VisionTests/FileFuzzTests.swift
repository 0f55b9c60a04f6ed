import Foundation
import TestSupport
import Testing

@testable import Interchange
@testable import Vision

/// Damaged files: every reader ends with bytes or with one of its own errors. `MARTLET_FUZZ` says how many times each file
/// is damaged.
@Suite struct FileFuzzTests {
  private static let rounds = ProcessInfo.processInfo.environment["MARTLET_FUZZ"].flatMap(Int.init) ?? 300

  @Test func gzip() throws {
    let packed = try FileBytes.read(Subset.path("t10k-labels-idx1-ubyte.gz"))
    for round in 0..<Self.rounds {
      var mutations = Mutations(seed: round)
      do throws(GzipError) {
        _ = try Gzip.decompress(mutations.damaged(packed), file: "a", limit: 1 << 20)
      } catch {
        #expect(error.file == "a")
      }
    }
  }

  @Test func idx() throws {
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3, 4, 5]
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(1...12)
    let packed = try FileBytes.read(Subset.path("t10k-labels-idx1-ubyte.gz"))
    for (number, bytes) in [labels, images, packed].enumerated() {
      for round in 0..<Self.rounds {
        var mutations = Mutations(seed: number << 32 | round)
        do {
          let file = try IDXFile(mutations.damaged(bytes), name: "a")
          #expect(file.elements.count == file.shape.reduce(1, *))
        } catch {
          #expect(error is IDXError || error is GzipError, "file \(number), round \(round): \(error)")
        }
      }
    }
  }
}
