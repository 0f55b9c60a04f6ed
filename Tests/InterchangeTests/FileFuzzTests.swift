import Foundation
import Martlet
import TestSupport
import Testing

@testable import Interchange

/// Damaged files: every reader ends with a tensor or with one of its own errors, and takes no more memory than the file
/// can need. `MARTLET_FUZZ` says how many times each file is damaged.
@Suite struct FileFuzzTests {
  private static let rounds = ProcessInfo.processInfo.environment["MARTLET_FUZZ"].flatMap(Int.init) ?? 150

  /// Damages each file again and again; `read` throws one of the `errors`, or nothing.
  private func fuzz(_ files: [[UInt8]], _ read: ([UInt8]) throws -> Void, isExpected: (any Error) -> Bool) {
    for (number, bytes) in files.enumerated() {
      for round in 0..<Self.rounds {
        var mutations = Mutations(seed: number << 32 | round)
        do {
          try read(mutations.damaged(bytes))
        } catch {
          #expect(isExpected(error), "file \(number), round \(round): \(error)")
        }
      }
    }
  }

  /// Touches all elements.
  private func touch(_ value: CheckpointValue) {
    switch value {
    case .tensor(let tensor) where tensor.elementCount < 1 << 20: _ = tensor.to(.float64).sum().item()
    case .list(let items), .tuple(let items), .set(let items): for item in items { touch(item) }
    case .dictionary(let dictionary): for (_, value) in dictionary { touch(value) }
    default: break
    }
  }

  @Test func safetensors() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a"
    try SafeTensors.write(
      [(key: "weight", value: Tensor.ones([3, 4])), (key: "flags", value: Tensor([true, false])), (key: "n", value: Tensor(3))],
      to: path, metadata: ["format": "pt"])
    let files = [try FileFixtures.bytes(FileFixtures.safetensors), try FileBytes.read(path)]
    fuzz(files) { bytes in
      let file = try SafeTensorsFile(FileSource(bytes, name: "a"))
      for (_, tensor) in try SafeTensors.read(file) { touch(.tensor(tensor)) }
    } isExpected: { $0 is SafeTensorsError }
  }

  @Test func numPyArrays() throws {
    let files = try [
      FileFixtures.npyFloat32, FileFixtures.npyFortran, FileFixtures.npyBigEndian, FileFixtures.npyBool, FileFixtures.npyVersion3,
      FileFixtures.npyFields, FileFixtures.npyEmpty,
    ].map(FileFixtures.bytes)
    fuzz(files) { touch(.tensor(try NumPyFile.read(FileSource($0, name: "a")))) } isExpected: { $0 is NumPyFileError }
  }

  @Test func numPyArchives() throws {
    let files = try [FileFixtures.npzStored, FileFixtures.npzCompressed].map(FileFixtures.bytes)
    fuzz(files) { bytes in
      for (_, tensor) in try NumPyFile.readArchive(FileSource(bytes, name: "a")) { touch(.tensor(tensor)) }
    } isExpected: { $0 is NumPyFileError }
  }

  @Test func pyTorchFiles() throws {
    let files = try [
      FileFixtures.everything, FileFixtures.everythingOlderFormat, FileFixtures.bigEndian, FileFixtures.adamTraining,
    ].map(FileFixtures.bytes)
    fuzz(files) { touch(try PyTorchFile.read(FileSource($0, name: "a"))) } isExpected: { $0 is PyTorchFileError }
  }

  /// Pickles without the checksum around them, which would refuse most damages.
  @Test func pickles() throws {
    let files = try [FileFixtures.everything, FileFixtures.everythingProtocol4, FileFixtures.adamTraining, FileFixtures.evil]
      .map { fixture in
        let archive = try ZipArchive(FileSource(FileFixtures.bytes(fixture), name: "a"))
        return try archive.bytes(#require(archive.entries.first { $0.name.hasSuffix("data.pkl") }))
      }
    fuzz(files) { bytes in
      var reader = PickleReader(bytes, storages: AnyStorages())
      let result = try reader.run()
      var conversion = PickleConversion(reader.nodes, byteCount: bytes.count)
      touch(try conversion.value(result))
    } isExpected: { $0 is FormatFault }
  }

  @Test func noise() {
    for seed in 0..<(Self.rounds * 5) {
      var mutations = Mutations(seed: seed)
      let bytes = mutations.damaged([])
      for start in [[], [0x80, 2], Array("PK\u{3}\u{4}".utf8), NumPyHeader.magic + [1, 0]] as [[UInt8]] {
        let source = FileSource(start + bytes, name: "a")
        #expect(throws: SafeTensorsError.self) { try SafeTensorsFile(source) }
        #expect(throws: NumPyFileError.self) { try NumPyFile.read(source) }
        #expect(throws: NumPyFileError.self) { try NumPyFile.readArchive(source) }
        #expect(throws: PyTorchFileError.self) { try PyTorchFile.read(source) }
      }
    }
  }

  #if os(Linux)
    /// In a process that may take little more memory than it has, no damaged file of a few kilobytes asks for more.
    @Test func promisesAreNotAllocated() async {
      await #expect(processExitsWith: .success) {
        // Sanitizers need addresses without end.
        let program = dlopen(nil, RTLD_NOW)
        if dlsym(program, "__asan_init") != nil || dlsym(program, "__tsan_init") != nil { return }
        let files = try [
          FileFixtures.everything, FileFixtures.everythingOlderFormat, FileFixtures.npyFloat32, FileFixtures.npyVersion3,
          FileFixtures.npzStored, FileFixtures.npzCompressed, FileFixtures.safetensors,
        ].map(FileFixtures.bytes)
        // Everything is read once, so that what is loaded at the first use is there.
        let readers: [(FileSource) throws -> Void] = [
          { _ = try PyTorchFile.read($0) }, { _ = try NumPyFile.read($0) }, { _ = try NumPyFile.readArchive($0) },
          { _ = try SafeTensors.read(SafeTensorsFile($0)) },
        ]
        for bytes in files { for read in readers { try? read(FileSource(bytes, name: "a")) } }
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ").first
        let size = UInt((pages.flatMap { UInt($0) } ?? 0) * 4096 + 256 << 20)
        var limit = rlimit(rlim_cur: size, rlim_max: size)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
        #expect(throws: FormatFault.self) { try TensorBytes.allocate(1 << 30) }
        for (number, bytes) in files.enumerated() {
          for round in 0..<300 {
            var mutations = Mutations(seed: number << 32 | round)
            let source = FileSource(mutations.damaged(bytes), name: "a")
            for read in readers {
              do {
                try read(source)
              } catch {
                #expect(!"\(error)".contains("memory"), "file \(number), round \(round): \(error)")
              }
            }
          }
        }
      }
    }
  #endif
}
