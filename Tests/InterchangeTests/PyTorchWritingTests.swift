import Martlet
import TestSupport
import Testing

@testable import Interchange

/// Files for PyTorch. (`Tests/Fixtures/check-pytorch-files.py` holds them against PyTorch itself.)
@Suite struct PyTorchWritingTests {
  @Test func readsWhatItWrites() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/run.pt"
    for fixture in [FileFixtures.everything, FileFixtures.everythingOlderFormat] {
      let original = try PyTorchFile.read(FileSource(FileFixtures.bytes(fixture), name: "a.pt"))
      try PyTorchFile.write(original, to: path)
      let back = try PyTorchFile.read(path)
      // Everything but the tensors' elements and strides.
      #expect(back.description == original.description)
      #expect(back["model"]?.dictionary?.isOrderedDict == true)
      #expect(back["model"]?.dictionary?.attributes?["_metadata"]?["1"]?["version"]?.int == 2)
      try compare(original, back)
    }
    #expect(folder.names == ["run.pt"])
  }

  private func compare(_ one: CheckpointValue, _ other: CheckpointValue) throws {
    if let a = one.tensor {
      let b = try #require(other.tensor)
      #expect(a.dtype == b.dtype && a.strides == b.strides && a.contiguous().equal(b.contiguous()))
    } else if let a = one.list {
      for (x, y) in zip(a, try #require(other.list)) { try compare(x, y) }
    } else if let a = one.dictionary {
      let b = try #require(other.dictionary)
      #expect(a.keys == b.keys && a.isOrderedDict == b.isOrderedDict)
      for (key, value) in a { try compare(value, try #require(b[key])) }
    }
  }

  @Test func sharesStorages() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/run.pt"
    let whole = Tensor.arange(10_000).to(.float32).reshape([100, 100])
    try PyTorchFile.write(["a": .tensor(whole), "b": .tensor(whole.t()), "c": .tensor(whole[3])], to: path)
    let archive = try ZipArchive(FileSource(path: path))
    #expect(archive.entries.map(\.name).filter { $0.contains("/data/") } == ["run/data/0"])
    #expect(archive.entries.allSatisfy { $0.offset % 64 == 0 })
    let back = try PyTorchFile.read(path)
    back["a"]?.tensor?.zero_()
    #expect(back["b"]?.tensor?.sum().item() == 0 && back["c"]?.tensor?.sum().item() == 0)

    // Of a storage only what tensors reach is written.
    try PyTorchFile.write(["c": .tensor(whole[3]), "d": .tensor(whole[5, 10..<20]), "e": .tensor(whole[.all, 0..<0])], to: path)
    let entry = try #require(ZipArchive(FileSource(path: path))["run/data/0"])
    #expect(entry.count == (520 - 300) * 4)
    let parts = try PyTorchFile.read(path)
    #expect(parts["c"]?.tensor?.equal(whole[3]) == true && parts["d"]?.tensor?.equal(whole[5, 10..<20]) == true)
    #expect(parts["e"]?.tensor?.shape == [100, 0])

    // PyTorch's storages are typed: the same bytes as two types are two storages.
    let bits = Tensor.ones(4)
    try PyTorchFile.write(["f": .tensor(bits), "i": .tensor(bits.view(.int32))], to: path)
    let types = try PyTorchFile.read(path)
    #expect(types["i"]?.tensor?.toArray(as: Int32.self) == [0x3f80_0000, 0x3f80_0000, 0x3f80_0000, 0x3f80_0000])
  }

  @Test func refusesKeysThatNothingEquals() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: PyTorchFileError.self) {
      try PyTorchFile.write([.double(.nan): 1], to: "\(folder.path)/run.pt")
    }
    #expect(error?.reason.contains("key is not a number (NaN)") == true)
    #expect(folder.names == [])
  }

  @Test func keepsEquivalentTextsApart() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/run.pt"
    let value: CheckpointValue = ["composed": .string("\u{e9}"), "decomposed": .string("e\u{301}")]
    try PyTorchFile.write(value, to: path)
    let back = try PyTorchFile.read(path)
    #expect(back["composed"]?.string?.unicodeScalars.count == 1 && back["decomposed"]?.string?.unicodeScalars.count == 2)
  }

  @Test func writesManyNames() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/many.pt"
    var state = StateDict()
    for number in 0..<600 { state["layer.\(number)"] = Tensor.full([3], Float(number)) }
    try PyTorchFile.write(state, to: path)
    let back = try PyTorchFile.readStateDict(path)
    #expect(back.keys == state.keys && back["layer.599"]?.toArray(as: Float.self) == [599, 599, 599])
  }

  @Test func failedScopesNeitherReadNorWrite() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.pt"
    try PyTorchFile.write(["a": .tensor(Tensor.ones(2))], to: path)
    var refusals = 0
    var standIn: Tensor?
    _ = try? catchingTensorErrors {
      let bad = Tensor.ones(2) + Tensor.ones(3)
      standIn = bad
      do { _ = try PyTorchFile.read(path) } catch is PyTorchFileError { refusals += 1 }
      do { try PyTorchFile.write(.tensor(bad), to: path) } catch is PyTorchFileError { refusals += 1 }
    }
    #expect(refusals == 2)
    if let standIn { #expect(throws: PyTorchFileError.self) { try PyTorchFile.write(.tensor(standIn), to: path) } }
    #expect(try PyTorchFile.read(path)["a"]?.tensor?.toArray(as: Float.self) == [1, 1])
    #expect(folder.names == ["a.pt"])
  }
}
