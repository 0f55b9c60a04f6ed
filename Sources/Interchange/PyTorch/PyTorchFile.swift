internal import TensorModule

/// PyTorch's files (`.pt`, `.pth`): what `torch.save` writes and `torch.load` reads.
///
/// ```swift
/// let checkpoint = try PyTorchFile.read("checkpoint.pt")          // torch.save(…, "checkpoint.pt")
/// try PyTorchFile.write(["epoch": 3, "weight": .tensor(w)], to: "mine.pt")   // torch.load("mine.pt")
/// ```
///
/// Read are tensors of all types that there are here, with their strides, storages shared as they were, parameters,
/// dictionaries, lists, tuples, sets, numbers, text, `torch.Size`, `torch.device` and `torch.dtype`: what
/// `torch.load(weights_only=True)` accepts. A file cannot run anything: one that wants to (a whole model that was saved
/// instead of its `state_dict()`) is refused with the name of what it wants to run. Tensors come to the CPU and require no
/// gradients.
public enum PyTorchFile {
  /// Reads a file that `torch.save` wrote, of any version.
  /// - Parameter mapped: whether the tensors share a mapping of the file instead of being read (PyTorch's `mmap=True`):
  ///   they are there at once, are read from the disk when they are first used, and writing to them never changes the file.
  ///   The checksums are not looked at then. See ``SafeTensorsFile`` for what a mapping asks of the file. Files of before
  ///   PyTorch 1.6, and storages that another program has deflated, are read in full all the same.
  /// - Throws: ``FileError`` if the file cannot be read, ``PyTorchFileError`` if it is not what it should be.
  public static func read(_ path: String, mapped: Bool = false) throws -> CheckpointValue {
    try read(FileSource(path: path, mapped: mapped))
  }

  package static func read(_ source: FileSource) throws -> CheckpointValue {
    try told(source.name) {
      if ZipArchive.isZip(source) { return try readZip(source) }
      if LegacyPyTorchFile.isLegacy(source) { return try LegacyPyTorchFile.read(source) }
      throw FormatFault.damaged(
        "not a file of torch.save's: it is neither a zip archive nor begins with the number of the older format")
    }
  }

  /// Writes a value as `torch.save` does, so that `torch.load(path)` opens it. The file is there whole or not at all.
  ///
  /// Tensors that share a storage share it in the file, and keep their strides; of each storage the part is written that
  /// the tensors reach. Tensors of other devices are written as if they were on the CPU.
  /// - Throws: ``FileError`` with the system's reason, ``PyTorchFileError`` if a tensor has no elements because an operation
  ///   failed in a catching scope.
  public static func write(_ value: CheckpointValue, to path: String) throws {
    try told(path) {
      var writer = PickleWriter()
      try writer.write(value)
      let storages = try writer.storages.blocks()
      try FormatFault.refuseInFailedScope()
      let folder = stem(of: path)
      try AtomicFile.writeParts(to: path) { file in
        var zip = ZipWriter()
        func add(_ name: String, _ bytes: [UInt8]) throws {
          try zip.add("\(folder)/\(name)", bytes, alignment: alignment, to: &file)
        }
        try add("data.pkl", writer.bytes)
        try add(".format_version", Array("1".utf8))
        try add(".storage_alignment", Array("\(alignment)".utf8))
        try add("byteorder", Array("little".utf8))
        for (number, block) in storages.enumerated() {
          try TensorBytes.with(block) { bytes in
            try zip.add("\(folder)/data/\(number)", [bytes], alignment: alignment, to: &file)
          }
        }
        try add("version", Array("3\n".utf8))
        try zip.finish(&file)
      }
    }
  }

  /// Where storages begin: at multiples of so many bytes.
  private static let alignment = 64

  /// The folder inside the archive: the file's name without folders and extension, as PyTorch does it.
  private static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    return stem.isEmpty ? "archive" : stem
  }

  /// Runs `body` and gives its faults the path.
  private static func told<R>(_ path: String, _ body: () throws -> R) throws -> R {
    do {
      try FormatFault.refuseInFailedScope()
      return try body()
    } catch let fault as FormatFault {
      throw PyTorchFileError(path, fault)
    }
  }

  // MARK: Zip archives

  private static func readZip(_ source: FileSource) throws -> CheckpointValue {
    let archive = try ZipArchive(source)
    guard let entry = archive.entries.first(where: { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }) else {
      throw FormatFault.damaged("a zip archive, but not one of torch.save's: it has no data.pkl")
    }
    let folder = String(entry.name.dropLast("data.pkl".utf8.count))
    guard archive["\(folder)constants.pkl"] == nil else {
      throw FormatFault(
        .forbidden, "a TorchScript program, which would have to be run; in Python, save its state_dict() with torch.save")
    }
    var swapsBytes = false
    if let order = archive["\(folder)byteorder"] {
      guard order.count <= 16 else { throw FormatFault.damaged("entry byteorder is too long") }
      let name = String(decoding: try archive.bytes(order, zeroMeansUnchecked: true), as: UTF8.self)
      guard name == "little" || name == "big" else { throw FormatFault.damaged("the byte order is \"\(name)\"") }
      swapsBytes = name == "big"
    }
    let pickle = try archive.bytes(entry, zeroMeansUnchecked: true)
    let storages = ZipStorages(archive: archive, folder: folder, swapsBytes: swapsBytes)
    var reader = PickleReader(pickle, storages: storages)
    let result = try reader.run()
    var conversion = PickleConversion(reader.nodes, byteCount: pickle.count)
    return try conversion.value(result)
  }
}

/// Storages that are entries of an archive, each read once.
private struct ZipStorages: PickleStorages {
  let archive: ZipArchive
  let folder: String
  let swapsBytes: Bool
  private var loaded: [String: (storage: Storage, count: Int, dtype: DType?)] = [:]

  init(archive: ZipArchive, folder: String, swapsBytes: Bool) {
    self.archive = archive
    self.folder = folder
    self.swapsBytes = swapsBytes
  }

  mutating func storage(_ key: String, count: Int, dtype: DType?) throws -> Storage {
    if let known = loaded[key] {
      guard known.count == count, known.dtype == dtype else {
        throw FormatFault.damaged("storage \(key) is used as two different ones")
      }
      return known.storage
    }
    let name = "\(folder)data/\(key)"
    guard let entry = archive[name] else { throw FormatFault.damaged("entry \(name) is missing") }
    let byteCount = count * (dtype?.itemSize ?? 1)
    guard byteCount <= entry.count else {
      throw FormatFault.damaged("storage \(key) should have \(byteCount) bytes, entry \(name) has \(entry.count)")
    }
    let storage: Storage
    if let mapping = archive.source.mapping, !entry.isDeflated, byteCount > 0, entry.offset % (dtype?.itemSize ?? 8) == 0 {
      storage = Storage(borrowing: mapping.address + entry.offset, byteCount: byteCount, owner: mapping)
    } else {
      let stream = try archive.stream(entry, zeroMeansUnchecked: true)
      storage = try TensorBytes.allocate(entry.count)
      do {
        try stream.read(into: UnsafeMutableRawBufferPointer(start: storage.address, count: entry.count))
        try stream.finish()
      } catch let fault as FormatFault {
        throw fault.within("entry \(name)")
      }
    }
    if swapsBytes {
      guard let dtype else { throw FormatFault.unsupported("storage \(key) is big-endian and has no type") }
      TensorBytes.swap(UnsafeMutableRawBufferPointer(start: storage.address, count: byteCount), itemSize: dtype.itemSize)
    }
    loaded[key] = (storage, count, dtype)
    return storage
  }
}
