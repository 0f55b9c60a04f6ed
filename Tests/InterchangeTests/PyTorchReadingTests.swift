import Martlet
import TestSupport
import Testing

@testable import Interchange

/// Files that PyTorch wrote.
@Suite struct PyTorchReadingTests {
  private func read(_ fixture: String) throws -> CheckpointValue {
    try PyTorchFile.read(FileSource(FileFixtures.bytes(fixture), name: "a.pt"))
  }

  private func failure(_ bytes: [UInt8]) -> PyTorchFileError? {
    do {
      _ = try PyTorchFile.read(FileSource(bytes, name: "a.pt"))
      return nil
    } catch {
      return error as? PyTorchFileError
    }
  }

  @Test(arguments: [FileFixtures.everything, FileFixtures.everythingOlderFormat, FileFixtures.everythingProtocol4])
  func readsEverything(_ fixture: String) throws {
    let value = try read(fixture)
    let file = try #require(value.dictionary)
    #expect(file.isOrderedDict)
    #expect(file.keys.first == "base" && file.keys.last == "model" && file.count == 22)
    let numbers = (0..<6).map(Float.init)

    let base = try #require(value["base"]?.tensor)
    #expect(base.shape == [2, 3] && base.dtype == .float32 && base.toArray(as: Float.self) == numbers)
    let transposed = try #require(value["transposed"]?.tensor)
    #expect(transposed.shape == [3, 2] && transposed.strides == [1, 3])
    let row = try #require(value["row"]?.tensor), column = try #require(value["column"]?.tensor)
    #expect(row.toArray(as: Float.self) == [3, 4, 5] && row.storageOffset == 3)
    #expect(column.toArray(as: Float.self) == [1, 4] && column.strides == [3])
    let expanded = try #require(value["expanded"]?.tensor)
    #expect(expanded.shape == [4, 3] && expanded.strides == [0, 1])
    // One storage: a change of one tensor is seen in the others.
    base[1, 1] = Tensor(Float(40))
    #expect(row[1].item() == 40 && column[1].item() == 40 && transposed[1, 1].item() == 40)

    #expect(value["scalar"]?.tensor?.shape == [] && value["scalar"]?.tensor?.item() == 7)
    #expect(value["empty"]?.tensor?.shape == [0, 3])
    #expect(value["parameter"]?.tensor?.toArray(as: Float.self) == [0.5, 0.5])
    #expect(value["parameter"]?.tensor?.requiresGrad == false)
    for dtype in DType.allCases where dtype != .bool {
      let tensor = try #require(value["types"]?[.string(dtype.description)]?.tensor)
      #expect(tensor.dtype == dtype && tensor.to(.float64).toArray(as: Double.self) == [0, 1, 2, 3, 4])
    }
    #expect(value["types"]?["bool"]?.tensor?.toArray(as: Bool.self) == [true, false, true])

    #expect(
      value["numbers"]?.list?.compactMap(\.int) == [
        0, 1, 255, 256, 65535, 65536, -1, -5, 1 << 31 - 1, -1 << 31, 1 << 40, -1 << 40, .max, .min,
      ])
    #expect(value["floats"]?.list?.compactMap(\.double) == [0.1, -1.5e300, .infinity])
    guard case .tuple = value["floats"] else { return #expect(Bool(false), "a tuple stays one") }
    #expect(value["flags"]?.description == "[True, False, None]")
    let texts = try #require(value["texts"])
    #expect(texts[""]?.string == "empty" && texts["ä"]?.string == "umlaut 🐦" && texts[3]?.string == "three")
    #expect(texts[.tuple([1, "a"])]?.string == "tuple" && texts[.none]?.string == "none" && texts[.double(1.5)]?.string == "number")
    guard case .set(let elements) = value["set"], elements.first?.int == 4 else { return #expect(Bool(false), "a set") }
    guard case .shape([2, 3]) = value["size"] else { return #expect(Bool(false), "a size") }
    guard case .device("cuda:1") = value["device"] else { return #expect(Bool(false), "a device") }
    guard case .dtype(.bfloat16) = value["dtype"] else { return #expect(Bool(false), "a dtype") }
    guard case .bytes([0x61, 0x62, 0xff, 0]) = value["bytes"], case .bytes([0x78, 0x79, 0x7a]) = value["bytearray"] else {
      return #expect(Bool(false), "bytes")
    }
    #expect(value["nested"]?.description == "[[(), []], {'a': {'b': (1, (2, (3,)))}}]")
    #expect(value["counter"]?.description == "{'a': 2, 'b': 1}")

    let model = try #require(value["model"]?.dictionary)
    #expect(
      model.keys.compactMap(\.string) == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
      ])
    #expect(model["1.num_batches_tracked"]?.tensor?.dtype == .int64)
    #expect(model["1.num_batches_tracked"]?.tensor?.item() == 41)
    #expect(model.attributes?["_metadata"]?["1"]?["version"]?.int == 2)
  }

  @Test func readsTheOtherByteOrder() throws {
    #expect(try read(FileFixtures.bigEndian)["x"]?.tensor?.toArray(as: Float.self) == [1, -2.5, 3e10])
  }

  @Test func anyByteIsTrueInTheOlderFormat() throws {
    for (storage, rebuild, dtype) in [
      ("torch.storage\nUntypedStorage", "_rebuild_tensor_v3", "ctorch\nbool\n"), ("torch\nBoolStorage", "_rebuild_tensor_v2", ""),
    ] {
      var bytes: [UInt8] = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
      // The version 1001, the byte order, a tensor of three elements, the name of its storage, the storage.
      bytes += [0x80, 2, 0x4d, 0xe9, 3, 0x2e]
      bytes += Array("}U\u{d}little_endian".utf8) + [0x88, 0x73, 0x2e]
      bytes += Array("ctorch._utils\n\(rebuild)\n((U\u{7}storagec\(storage)\nU\u{1}0U\u{3}cpuK\u{3}tQ".utf8)
      bytes += Array("K\u{0}(K\u{3}t(K\u{1}t".utf8) + [0x89] + Array("}\(dtype)tR.".utf8)
      bytes += Array("](U\u{1}0e.".utf8) + [3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xff]
      let tensor = try #require(try PyTorchFile.read(FileSource(bytes, name: "a.pt")).tensor)
      #expect(tensor.dtype == .bool && TensorBytes.with(tensor) { Array($0) } == [1, 0, 1])
    }
  }

  @Test func runsNothing() throws {
    let refusals = [
      FileFixtures.evil: "the file wants to run posix.system, which is not done: only weights and plain values are read",
      FileFixtures.evilOlderFormat: "the file wants to run posix.system",
      FileFixtures.wholeModel: "the file wants to run torch.nn.modules.linear.Linear",
      FileFixtures.numpyArray: "the file wants to run numpy.",
      FileFixtures.script: "a TorchScript program",
    ]
    for (fixture, text) in refusals {
      let error = failure(try FileFixtures.bytes(fixture))
      #expect(error?.kind == .forbidden)
      #expect(error?.description.contains(text) == true, "\(error.debugDescription)")
    }
  }

  @Test func namesWhatIsNotThere() throws {
    let refusals = [
      FileFixtures.sparse: "a sparse tensor", FileFixtures.sparseRows: "a sparse tensor",
      FileFixtures.quantized: "a quantized tensor", FileFixtures.complexTensor: "a complex tensor",
      FileFixtures.complexNumber: "complex numbers", FileFixtures.unsignedTensor: "the type uint16",
      FileFixtures.metaTensor: "the meta device", FileFixtures.largeInteger: "an integer beyond 64 bits",
    ]
    for (fixture, text) in refusals {
      let error = failure(try FileFixtures.bytes(fixture))
      #expect(error?.kind == .unsupported, "\(text)")
      #expect(error?.description.contains(text) == true, "\(error.debugDescription)")
    }
  }

  @Test func noticesEveryTruncation() throws {
    for fixture in [FileFixtures.bigEndian, FileFixtures.everythingOlderFormat] {
      let bytes = try FileFixtures.bytes(fixture)
      for count in bytes.indices {
        let error = failure(Array(bytes.prefix(count)))
        // The older format's parts before the first tensor may end early.
        #expect(error?.kind == .damaged, "\(count): \(error.debugDescription)")
      }
    }
    #expect(failure([])?.kind == .damaged)
  }

  @Test func mapsFiles() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.pt"
    for fixture in [FileFixtures.everything, FileFixtures.everythingOlderFormat, FileFixtures.bigEndian] {
      let bytes = try FileFixtures.bytes(fixture)
      try AtomicFile.write(to: path) { (file) throws(FileError) in try file.append(bytes) }
      let value = try PyTorchFile.read(path, mapped: true)
      if let base = value["base"]?.tensor {
        #expect(base.toArray(as: Float.self) == [0, 1, 2, 3, 4, 5])
        base.zero_()
        #expect(value["row"]?.tensor?.toArray(as: Float.self) == [0, 0, 0])
      } else {
        #expect(value["x"]?.tensor?.toArray(as: Float.self) == [1, -2.5, 3e10])
      }
      #expect(try FileBytes.read(path) == bytes)
    }
  }

  @Test func readsStateDictionaries() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.pt"
    let bytes = try FileFixtures.bytes(FileFixtures.everything)
    try AtomicFile.write(to: path) { (file) throws(FileError) in try file.append(bytes) }
    let state = try PyTorchFile.readStateDict(path, entry: "model")
    #expect(state.keys.first == "0.weight" && state.count == 7)
    let error = #expect(throws: CheckpointError.self) { try PyTorchFile.readStateDict(path) }
    #expect(error?.description.hasSuffix("is the state the entry 'types'? readStateDict(path, entry: …)") == true)
    #expect(error?.description.hasPrefix("\(path): a dictionary of tensors is expected, but the entry ") == true)
    #expect(throws: CheckpointError.self) { try PyTorchFile.readStateDict(path, entry: "none") }
    #expect(throws: FileError.self) { try PyTorchFile.readStateDict("\(folder.path)/none.pt") }
  }
}
