import Martlet
import TestSupport
import Testing

@testable import Interchange

/// Files of the safetensors format.
@Suite struct SafeTensorsTests {
  private func file(_ header: String, data: [UInt8] = []) throws -> SafeTensorsFile {
    var bytes: [UInt8] = []
    bytes.append(UInt64(header.utf8.count), bytes: 8)
    return try SafeTensorsFile(FileSource(bytes + Array(header.utf8) + data, name: "a"))
  }

  @Test func readsWhatItWrites() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.safetensors"
    let tensors = DType.allCases.map { (key: "\($0)", value: Tensor.arange(6).to($0).reshape([2, 3]).t()) }
      + [(key: "scalar", value: Tensor(2.5)), (key: "empty", value: Tensor.ones([0, 3]))]
    try SafeTensors.write(tensors, to: path, metadata: ["format": "pt", "name": "ä"])
    for mapped in [false, true] {
      let file = try SafeTensorsFile(path, mapped: mapped)
      #expect(file.metadata == ["format": "pt", "name": "ä"])
      #expect(Set(file.names) == Set(tensors.map(\.key)))
      for (name, tensor) in tensors {
        let entry = try #require(file[name])
        #expect(entry.dtype == tensor.dtype && entry.shape == tensor.shape)
        let back = try file.tensor(name)
        #expect(back.dtype == tensor.dtype && back.equal(tensor.contiguous()))
      }
      #expect(throws: SafeTensorsError.self) { try file.tensor("none") }
    }
    #expect(try SafeTensors.read(path).count == tensors.count)
  }

  @Test func writingIntoMappedTensorsLeavesTheFile() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.safetensors"
    try SafeTensors.write([(key: "a", value: Tensor.arange(5000).to(.float32)), (key: "b", value: Tensor.ones(3))], to: path)
    let before = try FileBytes.read(path)
    let tensor: Tensor
    do {
      let file = try SafeTensorsFile(path)
      tensor = try file.tensor("a")
      tensor.mul_(2)
      // Another look at the file sees this process's change of the page, and a fresh mapping does not.
      #expect(try file.tensor("a")[4999].item() == 9998)
      #expect(try SafeTensorsFile(path).tensor("a")[4999].item() == 4999)
    }
    // The tensor keeps the mapping.
    #expect(tensor.sum().item() == 5000 * 4999)
    #expect(try FileBytes.read(path) == before)
    // The file may be replaced while it is mapped.
    let mapped = try SafeTensorsFile(path).tensor("b")
    try SafeTensors.write([(key: "b", value: Tensor.zeros(3))], to: path)
    #expect(mapped.toArray(as: Float.self) == [1, 1, 1])
    #expect(try SafeTensorsFile(path).tensor("b").toArray(as: Float.self) == [0, 0, 0])
  }

  @Test func readsMisalignedTensorsAndAnyTruth() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.safetensors"
    let bytes = try FileFixtures.bytes(FileFixtures.safetensors)
    try AtomicFile.write(to: path) { (file) throws(FileError) in try file.append(bytes) }
    for mapped in [false, true] {
      let file = try SafeTensorsFile(path, mapped: mapped)
      #expect(file.names == ["a", "b", "c"])
      #expect(file.metadata == ["format": "pt", "author": "someone"])
      #expect(try file.tensor("a").toArray(as: UInt8.self) == [1, 2, 3])
      #expect(try file.tensor("b").toArray(as: Float.self) == [0.5, -2])
      let truth = try file.tensor("c")
      #expect(truth.shape == [] && truth.to(.int64).item() == 1)
    }
  }

  @Test func truthIsNotShared() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.safetensors"
    try SafeTensors.write([(key: "mask", value: Tensor([true, false, true]))], to: path)
    let file = try SafeTensorsFile(path)
    let one = try file.tensor("mask"), other = try file.tensor("mask")
    one.zero_()
    #expect(one.toArray(as: Bool.self) == [false, false, false])
    #expect(other.toArray(as: Bool.self) == [true, false, true])
  }

  @Test func foreignTypesSpoilNothingElse() throws {
    let header = #"{"a":{"dtype":"U16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}}"#
    let file = try self.file(header, data: [1, 2, 3, 4, 5, 6, 7])
    #expect(file.names == ["a", "b"] && file["a"]?.dtype == nil && file["a"]?.typeName == "U16" && file["a"]?.shape == [2])
    #expect(file["b"]?.dtype == .uint8 && file["b"]?.typeName == "U8")
    #expect(try file.tensor("b").toArray(as: UInt8.self) == [5, 6, 7])
    let error = #expect(throws: SafeTensorsError.self) { try file.tensor("a") }
    #expect(error?.reason == "tensor a: dtype U16 is not known")
    #expect(throws: SafeTensorsError.self) { try SafeTensors.read(file) }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let refusals = [
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#: "does not fill its 4 bytes",
      #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#: "is too large",
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#: "is too large",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#: "are not inside",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#: "are not inside",
      #"{"a":{"dtype":"F8","shape":[-1],"data_offsets":[0,4]}}"#: "is too large",
      #"{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,9]}}"#: "are not inside",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#:
        "tensors a and b overlap",
      #"{"a":5}"#: "not the JSON",
      String(repeating: "[", count: 10_000): "not the JSON",
    ]
    for (header, text) in refusals {
      let error = #expect(throws: SafeTensorsError.self) { try file(header, data: [0, 0, 0, 0, 0, 0, 0, 0]) }
      #expect(error?.reason.contains(text) == true, "\(error.debugDescription)")
    }
    let folder = try TemporaryFolder()
    let twice = [(key: "a", value: Tensor.ones(1)), (key: "a", value: Tensor.ones(2))]
    #expect(throws: FileError.self) { try SafeTensors.write(twice, to: "\(folder.path)/a") }
    #expect(throws: FileError.self) { try SafeTensors.write([(key: "__metadata__", value: Tensor.ones(1))], to: "\(folder.path)/a") }
    #expect(folder.names == [])
  }

  @Test func failedScopesNeitherReadNorWrite() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/weights.safetensors"
    let weights = [(key: "weight", value: Tensor.arange(100).to(.float32))]
    try SafeTensors.write(weights, to: path)

    var refusals = 0
    _ = try? catchingTensorErrors {
      let bad = Tensor.ones(2) + Tensor.ones(3)
      do { _ = try SafeTensors.read(path) } catch is SafeTensorsError { refusals += 1 }
      do { try SafeTensors.write(weights, to: path) } catch { refusals += 1 }
      do { try SafeTensors.write([(key: "weight", value: bad)], to: path) } catch { refusals += 1 }
    }
    #expect(refusals == 3)

    var standIn: Tensor?
    _ = try? catchingTensorErrors { standIn = Tensor.ones(2) + Tensor.ones(3) }
    if let standIn {
      #expect(throws: FileError.self) { try SafeTensors.write([(key: "weight", value: standIn)], to: path) }
    }
    #expect(try SafeTensors.read(path)[0].value.toArray(as: Float.self) == (0..<100).map(Float.init))
    #expect(folder.names == ["weights.safetensors"])
  }
}
