import Martlet
import TensorModule
import TestSupport
import Testing

@testable import Interchange

/// Arrays of NumPy's, read and written.
@Suite struct NumPyTests {
  private func read(_ fixture: String) throws -> Tensor {
    try NumPyFile.read(FileSource(FileFixtures.bytes(fixture), name: "a.npy"))
  }

  private func failure(_ fixture: String) -> NumPyFileError? {
    do {
      _ = try read(fixture)
      return nil
    } catch {
      return error as? NumPyFileError
    }
  }

  @Test func readsWhatNumPyWrote() throws {
    let numbers = try read(FileFixtures.npyFloat32)
    #expect(numbers.shape == [2, 3] && numbers.dtype == .float32 && numbers.isContiguous)
    #expect(numbers.toArray(as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try read(FileFixtures.npyVersion2).toArray(as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try read(FileFixtures.npyVersion3).toArray(as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try read(FileFixtures.npyFloat64).toArray(as: Double.self) == [0.5, -1e300])
    #expect(try read(FileFixtures.npyFloat16).toArray(as: Float16.self) == [0.5, 65504])
    #expect(try read(FileFixtures.npyInt8).toArray(as: Int8.self) == [.min, .max])
    #expect(try read(FileFixtures.npyInt16).toArray(as: Int16.self) == [.min, .max])
    #expect(try read(FileFixtures.npyInt32).toArray(as: Int32.self) == [.min, .max])
    #expect(try read(FileFixtures.npyInt64).toArray(as: Int64.self) == [.min, .max])
    #expect(try read(FileFixtures.npyUInt8).toArray(as: UInt8.self) == [0, 255])
    #expect(try read(FileFixtures.npyBool).toArray(as: Bool.self) == [true, false, true])
    #expect(try read(FileFixtures.npyBigEndian).toArray(as: Double.self) == [1.5, -2.5, 3e30])
    #expect(try read(FileFixtures.npyBigEndianInteger).toArray(as: Int32.self) == [1, -2, 300])
    let scalar = try read(FileFixtures.npyScalar)
    #expect(scalar.shape == [] && scalar.item() == 2.5)
    let empty = try read(FileFixtures.npyEmpty)
    #expect(empty.shape == [0, 3] && empty.sum().item() == 0)
  }

  @Test func readsColumnMajorArrays() throws {
    let array = try read(FileFixtures.npyFortran)
    #expect(array.shape == [2, 3, 4] && array.strides == [1, 2, 6])
    #expect(array.contiguous().toArray(as: Float.self) == (0..<24).map(Float.init))
    let many = Shape([2, 0, 3] + [Int](repeating: 2, count: 7))
    #expect(Layout(columnMajor: many).strides.array == [1, 2, 2, 6, 12, 24, 48, 96, 192, 384])
  }

  @Test func namesWhatIsNotThere() {
    let expected = [
      FileFixtures.npyUInt32: "'<u4'; convert it to a signed type", FileFixtures.npyComplex: "'<c16'; save the real",
      FileFixtures.npyText: "it is text", FileFixtures.npyFields: "structured array", FileFixtures.npyDate: "convert dates",
      FileFixtures.npyObjects: "Python objects",
    ]
    for (fixture, text) in expected {
      let error = failure(fixture)
      #expect(error?.isUnsupported == true)
      #expect(error?.description.contains(text) == true, "\(error.debugDescription)")
    }
  }

  @Test func noticesEveryTruncation() throws {
    for fixture in [FileFixtures.npyFloat32, FileFixtures.npyVersion2] {
      let bytes = try FileFixtures.bytes(fixture)
      for count in bytes.indices {
        #expect(throws: NumPyFileError.self) { try NumPyFile.read(FileSource(Array(bytes.prefix(count)), name: "a")) }
      }
    }
  }

  @Test func readsTheFirstOfSeveralArrays() throws {
    let bytes = try FileFixtures.bytes(FileFixtures.npyFloat32) + FileFixtures.bytes(FileFixtures.npyBool)
    let first = try NumPyFile.read(FileSource(bytes, name: "a"))
    #expect(first.shape == [2, 3] && first.toArray(as: Float.self) == [0, 1, 2, 3, 4, 5])
  }

  @Test func readsArchives() throws {
    for fixture in [FileFixtures.npzStored, FileFixtures.npzCompressed] {
      let bytes = try FileFixtures.bytes(fixture)
      let arrays = try NumPyFile.readArchive(FileSource(bytes, name: "a.npz"))
      #expect(arrays.map(\.key) == ["x", "y", "empty", "scalar"])
      #expect(arrays[0].value.toArray(as: Float.self) == [0, 1, 2, 3, 4, 5])
      #expect(arrays[1].value.toArray(as: Int.self) == Array(0..<1000))
      #expect(arrays[2].value.shape == [2, 0] && arrays[2].value.dtype == .float64)
      #expect(arrays[3].value.toArray(as: Bool.self) == [true])
      let some = try NumPyFile.readArchive(FileSource(bytes, name: "a.npz"), names: ["scalar", "x"])
      #expect(some.map(\.key) == ["scalar", "x"] && some[1].value.toArray(as: Float.self) == [0, 1, 2, 3, 4, 5])
      #expect(try NumPyFile.readArchive(FileSource(bytes, name: "a.npz"), names: []).isEmpty)
      let error = #expect(throws: NumPyFileError.self) {
        try NumPyFile.readArchive(FileSource(bytes, name: "a.npz"), names: ["x", "z"])
      }
      #expect(error?.reason == "there is no array z")
      #expect(throws: NumPyFileError.self) { try NumPyFile.read(FileSource(bytes, name: "a.npz")) }
      for count in 0..<bytes.count {
        #expect(throws: NumPyFileError.self) { try NumPyFile.readArchive(FileSource(Array(bytes.prefix(count)), name: "a")) }
      }
    }
  }

  @Test func wantedArraysAreReadBesideOthers() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.npz"
    let good = try FileFixtures.bytes(FileFixtures.npyInt64), foreign = try FileFixtures.bytes(FileFixtures.npyObjects)
    try AtomicFile.writeParts(to: path) { file in
      var zip = ZipWriter()
      try zip.add("foreign.npy", foreign, to: &file)
      try zip.add("good.npy", good, to: &file)
      try zip.finish(&file)
    }
    #expect(throws: NumPyFileError.self) { try NumPyFile.readArchive(path) }
    #expect(try NumPyFile.readArchive(path, names: ["good"])[0].value.toArray(as: Int64.self) == [.min, .max])
  }

  @Test func readsWhatItWrites() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.npy"
    for dtype in DType.allCases where dtype != .bfloat16 {
      let tensor = Tensor.arange(24).to(dtype).reshape([2, 3, 4])
      let variants = [
        tensor, tensor.permute(2, 1, 0), tensor.transpose(0, 1), tensor[1], tensor[.all, 1], tensor[0, 0, 2],
        tensor[.all, 0..<0], tensor[0, 0, 0].expand([3, 2]),
      ]
      for variant in variants {
        try NumPyFile.write(variant, to: path)
        let back = try NumPyFile.read(path)
        #expect(back.dtype == dtype && back.shape == variant.shape)
        #expect(back.contiguous().equal(variant.contiguous()))
      }
      // As NumPy does, a column-major tensor stays one.
      try NumPyFile.write(tensor.permute(2, 1, 0), to: path)
      #expect(try NumPyFile.read(path).strides == [1, 4, 12])
      for compressed in [false, true] {
        let named = variants.enumerated().map { (key: "v\($0)", value: $1) }
        try NumPyFile.writeArchive(named, to: path, compressed: compressed)
        for (one, other) in zip(try NumPyFile.readArchive(path), named) {
          #expect(one.key == other.key && one.value.contiguous().equal(other.value.contiguous()))
        }
      }
    }
    #expect(folder.names == ["a.npy"])
  }

  @Test func writesTheBytesThatNumPyWrites() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.npy"
    try NumPyFile.write(try read(FileFixtures.npyFloat64), to: path)
    #expect(try FileBytes.read(path) == FileFixtures.bytes(FileFixtures.npyFloat64))
    try NumPyFile.write(try read(FileFixtures.npyBool), to: path)
    #expect(try FileBytes.read(path) == FileFixtures.bytes(FileFixtures.npyBool))
  }

  @Test func refusesWhatNumPyHasNot() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: NumPyFileError.self) {
      try NumPyFile.write(Tensor.ones([2], dtype: .bfloat16), to: "\(folder.path)/a.npy")
    }
    #expect(error?.description.contains("NumPy has no bfloat16; convert it first: to(.float32)") == true)
    #expect(throws: NumPyFileError.self) {
      try NumPyFile.writeArchive([(key: "a", value: Tensor.ones(2)), (key: "a", value: Tensor.ones(2))], to: "\(folder.path)/a")
    }
    #expect(throws: FileError.self) { try NumPyFile.read("\(folder.path)/none.npy") }
    #expect(throws: FileError.self) { try NumPyFile.write(Tensor.ones(2), to: "\(folder.path)/none/a.npy") }
    #expect(folder.names == [])
  }

  @Test func failedScopesNeitherReadNorWrite() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.npy"
    try NumPyFile.write(Tensor.ones(2), to: path)
    var refusals = 0
    _ = try? catchingTensorErrors {
      let bad = Tensor.ones(2) + Tensor.ones(3)
      do { _ = try NumPyFile.read(path) } catch is NumPyFileError { refusals += 1 }
      do { try NumPyFile.write(bad, to: path) } catch is NumPyFileError { refusals += 1 }
      do { try NumPyFile.writeArchive([(key: "a", value: bad)], to: path) } catch is NumPyFileError { refusals += 1 }
    }
    #expect(refusals == 3)
    #expect(try NumPyFile.read(path).toArray(as: Float.self) == [1, 1])
  }
}
