internal import TensorModule

/// The format of `torch.save` before PyTorch 1.6: pickles one after the other (a number that marks the format, a version,
/// facts on the machine, the object, the names of its storages), then the storages, each as a count of 8 bytes and its
/// elements.
enum LegacyPyTorchFile {
  /// A pickle of 0x1950a86a20f9469cfc6c.
  private static let start: [UInt8] = [
    0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]
  private static let version = 1001

  static func isLegacy(_ source: FileSource) -> Bool { (try? source.bytes(0, start.count)) == start }

  static func read(_ source: FileSource) throws -> CheckpointValue {
    let bytes = try source.bytes(0, source.count)
    var position = start.count
    func plainValue() throws -> CheckpointValue {
      var reader = PickleReader(bytes, from: position, storages: NoStorages())
      let result = try reader.run()
      position = reader.position
      var conversion = PickleConversion(reader.nodes, byteCount: bytes.count)
      return try conversion.value(result)
    }
    guard let version = try plainValue().int, version == Self.version else {
      throw FormatFault.unsupported("an unknown version of PyTorch's older format; save it again with a current PyTorch")
    }
    guard let isLittleEndian = try plainValue()["little_endian"]?.bool else {
      throw FormatFault.damaged("the byte order is missing")
    }
    var reader = PickleReader(bytes, from: position, storages: LegacyStorages(limit: bytes.count))
    let object = try reader.run()
    position = reader.position
    guard let keys = try plainValue().list else { throw FormatFault.damaged("the names of the storages are missing") }
    var missing = reader.storages.made
    for key in keys {
      guard let name = key.string ?? key.int.map(String.init), let (storage, dtype) = missing.removeValue(forKey: name) else {
        throw FormatFault.damaged("storage \(key) belongs to no tensor or is there twice")
      }
      guard bytes.count - position >= 8 else { throw FormatFault.damaged("truncated: storage \(name) is missing") }
      let count = bytes.number(position, 8)
      position += 8
      guard count == UInt64(storage.byteCount / (dtype?.itemSize ?? 1)), storage.byteCount <= bytes.count - position else {
        throw FormatFault.damaged("truncated: storage \(name) should have \(storage.byteCount) bytes")
      }
      let target = UnsafeMutableRawBufferPointer(start: storage.address, count: storage.byteCount)
      bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<(position + target.count)])) }
      position += target.count
      if !isLittleEndian { TensorBytes.swap(target, itemSize: dtype?.itemSize ?? 1) }
      // A storage without a type may have tensors of truth values, too; when those were made, it was not filled yet.
      if dtype == .bool || reader.normalized.contains(ObjectIdentifier(storage)) { TensorBytes.normalizeFlags(target) }
    }
    if let name = missing.keys.min() { throw FormatFault.damaged("storage \(name) is missing") }
    var conversion = PickleConversion(reader.nodes, byteCount: bytes.count)
    return try conversion.value(object)
  }

  /// For the pickles that hold no tensors.
  private struct NoStorages: PickleStorages {
    func storage(_ key: String, count: Int, dtype: DType?) throws -> Storage {
      throw FormatFault.damaged("a storage where none can be")
    }
  }

  /// Storages whose elements follow after the pickles.
  private struct LegacyStorages: PickleStorages {
    private(set) var made: [String: (storage: Storage, dtype: DType?)] = [:]
    /// How many bytes there can be in all.
    private var limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func storage(_ key: String, count: Int, dtype: DType?) throws -> Storage {
      let byteCount = count * (dtype?.itemSize ?? 1)
      if let known = made[key] {
        guard known.storage.byteCount == byteCount, known.dtype == dtype else {
          throw FormatFault.damaged("storage \(key) is used as two different ones")
        }
        return known.storage
      }
      guard byteCount <= limit else {
        throw FormatFault.damaged("storages of more bytes than the file has")
      }
      limit -= byteCount
      let storage = try TensorBytes.allocate(byteCount)
      made[key] = (storage, dtype)
      return storage
    }
  }
}
