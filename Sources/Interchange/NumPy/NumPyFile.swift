public import TensorModule

/// Arrays in NumPy's files: one in a `.npy`, several with names in a `.npz`. Nothing in such a file can run.
///
/// ```swift
/// try NumPyFile.write(x, to: "x.npy")                    // numpy.load("x.npy")
/// let y = try NumPyFile.read("y.npy")                    // numpy.save("y.npy", y)
/// try NumPyFile.writeArchive([("x", x), ("y", y)], to: "both.npz", compressed: true)
/// for (name, array) in try NumPyFile.readArchive("both.npz") { print(name, array.shape) }
/// ```
///
/// Read are format versions 1.0, 2.0 and 3.0 and the types float16, float32, float64, int8, int16, int32, int64, uint8
/// and bool, of either byte order. NumPy has no bfloat16; a tensor has no wider unsigned integers, complex numbers, text
/// or Python objects.
public enum NumPyFile {
  /// Reads the array of a `.npy` file (NumPy's `load`). Column-major arrays become column-major tensors. Of several that
  /// were written one after the other, the first is read.
  /// - Throws: ``FileError`` if the file cannot be read, ``NumPyFileError`` if it is not what it should be.
  public static func read(_ path: String) throws -> Tensor {
    try read(FileSource(path: path))
  }

  package static func read(_ source: FileSource) throws -> Tensor {
    try told(source.name) {
      if ZipArchive.isZip(source) {
        throw FormatFault.unsupported("is an archive of several arrays (.npz); read it with readArchive")
      }
      return try readArray(ByteStream(source))
    }
  }

  /// Reads the arrays of a `.npz` file, stored or compressed, in the file's order, under their names without `.npy`.
  /// Entries that are not arrays are passed over.
  /// - Parameter names: the arrays that are wanted, in the order in which they are returned; only they are read, whatever
  ///   the others are. All by default.
  /// - Throws: ``FileError`` if the file cannot be read, ``NumPyFileError`` if it is not what it should be.
  public static func readArchive(_ path: String, names: [String]? = nil) throws -> [(key: String, value: Tensor)] {
    try readArchive(FileSource(path: path), names: names)
  }

  package static func readArchive(
    _ source: FileSource, names: [String]? = nil
  ) throws -> [(key: String, value: Tensor)] {
    try told(source.name) {
      if let start = try? source.bytes(0, 6), start == NumPyHeader.magic {
        throw FormatFault.unsupported("is a single array (.npy); read it with read")
      }
      let archive = try ZipArchive(source)
      var result: [(key: String, value: Tensor)] = []
      let entries = try names?.map { name throws(FormatFault) in
        guard let entry = archive["\(name).npy"] else { throw .damaged("there is no array \(name)") }
        return entry
      }
      for entry in entries ?? archive.entries where entry.name.hasSuffix(".npy") {
        let name = String(entry.name.dropLast(4))
        do {
          let stream = try archive.stream(entry)
          result.append((name, try readArray(stream)))
          try stream.finish()
        } catch let fault as FormatFault {
          throw fault.within("array \(name)")
        }
      }
      return result
    }
  }

  /// Writes a tensor as a `.npy` file (NumPy's `save`), which is there whole or not at all. A column-major tensor is
  /// written as it lies.
  /// - Throws: ``FileError`` with the system's reason, ``NumPyFileError`` for bfloat16 and for a tensor without elements
  ///   because an operation failed in a catching scope.
  public static func write(_ tensor: Tensor, to path: String) throws {
    try told(path) {
      let (header, block) = try arrayParts(tensor, "the tensor")
      try AtomicFile.writeParts(to: path) { file in
        try file.append(header)
        try TensorBytes.with(block) { try file.append($0) }
      }
    }
  }

  /// Writes tensors under their names as a `.npz` file (NumPy's `savez` and `savez_compressed`), which is there whole or
  /// not at all.
  /// - Parameter compressed: whether the arrays are deflated, by the system's zlib.
  /// - Throws: ``FileError`` with the system's reason, ``NumPyFileError`` for bfloat16, for a name that appears twice, if
  ///   zlib is needed and missing, and for a tensor without elements because an operation failed in a catching scope.
  public static func writeArchive(
    _ tensors: some Sequence<(key: String, value: Tensor)>, to path: String, compressed: Bool = false
  ) throws {
    try told(path) {
      var arrays: [(name: String, header: [UInt8], block: Tensor)] = []
      var names = Set<String>()
      for (name, tensor) in tensors {
        guard names.insert(name).inserted else { throw FormatFault.unsupported("two arrays have the name \(name)") }
        guard name.utf8.count <= 60_000 else { throw FormatFault.unsupported("a name of \(name.utf8.count) bytes is too long") }
        let (header, block) = try arrayParts(tensor, "array \(name)")
        arrays.append((name, header, block))
      }
      try FormatFault.refuseInFailedScope()
      try AtomicFile.writeParts(to: path) { file in
        var zip = ZipWriter()
        for (name, header, block) in arrays {
          try header.withUnsafeBytes { header in
            try TensorBytes.with(block) { elements in
              try zip.add(name + ".npy", [header, elements], compressed: compressed, to: &file)
            }
          }
        }
        try zip.finish(&file)
      }
    }
  }

  // MARK: Arrays

  /// Runs `body` and gives its faults the path.
  private static func told<R>(_ path: String, _ body: () throws -> R) throws -> R {
    do {
      try FormatFault.refuseInFailedScope()
      return try body()
    } catch let fault as FormatFault {
      throw NumPyFileError(path, fault)
    }
  }

  private static func readArray(_ stream: ByteStream) throws -> Tensor {
    let header = try NumPyHeader.read(stream)
    let count = try TensorBytes.count(header.shape, header.dtype)
    // Only now, with the file known to declare as much, is anything of its size allocated.
    guard count <= stream.remaining else {
      throw FormatFault.damaged(
        "truncated: shape \(header.shape) of \(header.dtype) has \(count) bytes, the file \(stream.remaining)")
    }
    let storage = try TensorBytes.allocate(count)
    let bytes = UnsafeMutableRawBufferPointer(start: storage.address, count: count)
    try stream.read(into: bytes)
    if header.isBigEndian { TensorBytes.swap(bytes, itemSize: header.dtype.itemSize) }
    if header.dtype == .bool { TensorBytes.normalizeFlags(bytes) }
    let shape = Shape(header.shape)
    return Tensor(
      storage, layout: header.isFortranOrder ? Layout(columnMajor: shape) : Layout(contiguous: shape), dtype: header.dtype)
  }

  /// The header of a tensor, and a contiguous tensor with its elements in the order that the header says.
  private static func arrayParts(_ tensor: Tensor, _ name: String) throws(FormatFault) -> ([UInt8], Tensor) {
    let isColumnMajor =
      !tensor.isContiguous && tensor.layout.strides == Layout(columnMajor: tensor.shape).strides
    let turned =
      isColumnMajor
      ? Tensor(
        tensor.storage, layout: Layout(contiguous: Shape(tensor.shape.reversed())).offset(by: tensor.storageOffset),
        dtype: tensor.dtype)
      : tensor
    let block = try TensorBytes.rowMajor(turned, name)
    do {
      return (try NumPyHeader(dtype: tensor.dtype, isFortranOrder: isColumnMajor, shape: Array(tensor.shape)).bytes(), block)
    } catch {
      throw error.within(name)
    }
  }
}

extension Layout {
  /// Column-major from the storage's start: the first dimension varies fastest.
  init(columnMajor shape: Shape) {
    var strides: [Int] = []
    var step = 1
    for size in shape {
      strides.append(step)
      step &*= max(size, 1)
    }
    self.init(shape: shape, strides: Dimensions(strides), offset: 0)
  }
}
