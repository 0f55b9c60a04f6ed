import Martlet
import TensorModule
import TestSupport
import Testing

@testable import Interchange

/// Storages of any name, as long as they are small.
struct AnyStorages: PickleStorages {
  func storage(_ key: String, count: Int, dtype: DType?) throws -> Storage {
    let byteCount = count * (dtype?.itemSize ?? 1)
    guard byteCount <= 1 << 16 else { throw FormatFault.damaged("too large") }
    let storage = try TensorBytes.allocate(byteCount)
    storage.address.initializeMemory(as: UInt8.self, repeating: 3, count: byteCount)
    return storage
  }
}

/// Pickles that mean harm.
@Suite struct PickleTests {
  private func run(_ program: [UInt8]) throws -> CheckpointValue {
    var reader = PickleReader(program, storages: AnyStorages())
    let result = try reader.run()
    var conversion = PickleConversion(reader.nodes, byteCount: program.count)
    return try conversion.value(result)
  }

  private func reason(_ program: [UInt8]) -> String? {
    do {
      _ = try run(program)
      return nil
    } catch {
      return (error as? FormatFault)?.reason
    }
  }

  @Test func runsPlainPrograms() throws {
    // [1, 2] by a mark, kept and asked for again.
    #expect(try run(Array("]q\u{0}(K\u{1}K\u{2}eh\u{0}".utf8) + [0x86] + Array(".".utf8)).description == "([1, 2], [1, 2])")
    #expect(try run(Array("(K\u{1}K\u{2}l.".utf8)).description == "[1, 2]")
    #expect(try run(Array("(U\u{1}aK\u{2}d.".utf8)).description == "{'a': 2}")
    #expect(try run([0x8a, 0, 0x2e]).int == 0)
    #expect(try run([0x8a, 1, 0xff, 0x2e]).int == -1)
    #expect(try run([0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x2e]).int == .min)
    #expect(try run([0x8a, 9, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x2e]).int == 255)
  }

  @Test func endsWhateverHappens() throws {
    let programs: [(String, String)] = [
      ("", "is truncated"), ("K", "is truncated"), (".", "empty stack"), ("t.", "mark that is not there"),
      ("K\u{1}K\u{2}e", "mark that is not there"), ("(K\u{1}e", "empty stack"), ("K\u{1}K\u{2}a.", "not a list"), ("h\u{5}.", "has not kept"),
      ("}(K\u{1}u.", "has no value"), ("K\u{1})R.", "not a function"), ("ctorch\nSize\n.", "a class or a storage"),
      ("ctorch\nSize\n)R.", "do not fit"), ("K\u{1}Q.", "not a tuple"), ("i.", "has the instruction 0x69"),
      ("cos\nsystem\n", "wants to run os.system"), ("c__builtin__\neval\n", "wants to run builtins.eval"),
      ("cbuiltins\ngetattr\n", "wants to run builtins.getattr"), ("X\u{7f}\u{7f}\u{7f}\u{7f}", "is truncated"),
    ]
    for (program, text) in programs {
      let reason = reason(Array(program.utf8))
      #expect(reason?.contains(text) == true, "\(program): \(reason ?? "nothing")")
    }
  }

  @Test func refusesObjectsInsideThemselves() {
    // a = []; a.append(a)
    #expect(reason(Array("]q\u{0}h\u{0}a.".utf8))?.contains("inside itself") == true)
    #expect(reason(Array("}q\u{0}K\u{1}h\u{0}s.".utf8))?.contains("inside itself") == true)
  }

  @Test func survivesDepth() {
    // A tuple in a tuple in a tuple …, two million levels: neither reading nor letting go of it may recurse.
    let levels = [UInt8](repeating: 0x85, count: 2_000_000)
    #expect(reason(Array(")".utf8) + levels + Array(".".utf8))?.contains("deep inside") == true)
    // Not part of the result.
    #expect(reason(Array(")".utf8) + levels + Array("0N.".utf8)) == nil)
    #expect(reason([UInt8](repeating: 0x28, count: 1_000_000))?.contains("truncated") == true)
  }

  @Test func refusesToMakeMuchOfLittle() {
    // Each list holds the one before it ten times: 10¹⁰⁰ values.
    var laughs = Array("]q\u{0}".utf8)
    for level in 1...100 {
      laughs += Array("](".utf8)
      for _ in 0..<10 { laughs += [0x68, UInt8(level - 1)] }
      laughs += [0x65, 0x71, UInt8(level)]
    }
    #expect(reason(laughs + Array(".".utf8))?.contains("makes much more of its objects") == true)
    // A long text, encoded again and again.
    let text = [UInt8](repeating: 0x61, count: 100_000)
    var encoded = Array("c_codecs\nencode\nq\u{0}X".utf8) + [0xa0, 0x86, 1, 0] + text + Array("q\u{1}X\u{6}\u{0}\u{0}\u{0}latin1q\u{2}".utf8)
    for _ in 0..<10_000 { encoded += Array("h\u{0}h\u{1}h\u{2}".utf8) + [0x86, 0x52] }
    #expect(reason(encoded + Array(".".utf8))?.contains("makes much more of its objects") == true)
  }

  @Test func refusesKeysThatNothingEquals() {
    let nan: [UInt8] = [0x47, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]
    #expect(reason(Array("}".utf8) + nan + Array("Ns.".utf8))?.contains("key is not a number (NaN)") == true)
    #expect(reason(Array("}".utf8) + nan + [0x85] + Array("Ns.".utf8))?.contains("key is a tuple") == true)
    // As a value it is one like any other.
    #expect(reason(Array("}K\u{1}".utf8) + nan + Array("s.".utf8)) == nil)
  }

  @Test func refusesLongNamesOfDevices() throws {
    func device(_ name: String) -> [UInt8] {
      Array("ctorch\ndevice\nX".utf8) + [UInt8(name.utf8.count), 0, 0, 0] + Array("\(name)K\u{1}".utf8) + [0x86, 0x52, 0x2e]
    }
    #expect(try run(device("cuda")).description == "device('cuda:1')")
    #expect(reason(device(String(repeating: "a", count: 65)))?.contains("name of 65 bytes") == true)
  }

  @Test func refusesTensorsBeyondTheirStorage() throws {
    func tensor(_ offset: Int, _ sizes: [Int], _ strides: [Int]) -> [UInt8] {
      func number(_ n: Int) -> [UInt8] { [0x8a, 8] + (0..<8).map { UInt8(truncatingIfNeeded: n >> (8 * $0)) } }
      func tuple(_ n: [Int]) -> [UInt8] { [0x28] + n.flatMap(number) + [0x74] }
      return Array("ctorch._utils\n_rebuild_tensor_v2\n((U\u{7}storagectorch\nFloatStorage\nU\u{1}0U\u{3}cpuK\u{6}tQ".utf8)
        + number(offset) + tuple(sizes) + tuple(strides) + Array("\u{4e}}tR.".utf8)
    }
    #expect(reason(tensor(0, [2, 3], [3, 1])) == nil)
    #expect(reason(tensor(0, [0, .max], [.max, .max]))?.contains("too large") == true)
    // Strides of no elements are not taken over, those of a single one are looked at: views count with them.
    for (offset, sizes, strides) in [(.max, [0], [.max]), (0, [3, 0], [1 << 62, 1])] as [(Int, [Int], [Int])] {
      let empty = try run(tensor(offset, sizes, strides)).tensor
      #expect(empty?.strides == sizes.map { _ in 1 } && empty?.storageOffset == 0)
      #expect(empty?.unsqueeze(0).flatten().shape == [0])
    }
    #expect(try run(tensor(0, [1, 2], [1 << 60, 1])).tensor?.unsqueeze(0).flatten().shape == [2])
    #expect(reason(tensor(0, [1, 2], [1 << 62, 1]))?.contains("are too large") == true)
    #expect(reason(tensor(0, [1], [.max]))?.contains("are too large") == true)
    for (offset, sizes, strides) in [
      (1, [2, 3], [3, 1]), (0, [7], [1]), (6, [1], [0]), (0, [2], [.max]), (.max, [2], [1]), (.max, [2, 2], [.max, .max]),
      (-1, [1], [1]), (0, [-1], [1]), (0, [1], [-1]), (0, [1, 1], [1]), (0, [1 << 40, 1 << 40], [0, 0]),
      (0, [Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65)),
    ] as [(Int, [Int], [Int])] {
      #expect(reason(tensor(offset, sizes, strides)) != nil, "\(offset) \(sizes) \(strides)")
    }
  }
}
