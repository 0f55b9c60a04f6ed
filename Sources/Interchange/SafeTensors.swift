internal import FoundationEssentials
public import TensorModule

/// Why a safetensors file cannot be read: which file, and what is wrong in it.
public struct SafeTensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// What is wrong, with the tensor's name or the byte.
  public let reason: String
  /// `path: reason`.
  public var description: String { "\(path): \(reason)" }
}

/// Named tensors in a file of the safetensors format: 8 bytes with the length of a JSON header, the header, the
/// elements. Nothing in such a file can run.
public enum SafeTensors {
  /// The longest header that is read, in bytes (the format's own limit).
  private static let headerLimit = 100_000_000

  private struct Entry: Codable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  private static let typeNames: [(DType, String)] = [
    (.float16, "F16"), (.bfloat16, "BF16"), (.float32, "F32"), (.float64, "F64"), (.int8, "I8"), (.int16, "I16"),
    (.int32, "I32"), (.int64, "I64"), (.uint8, "U8"), (.bool, "BOOL"),
  ]

  /// Writes tensors under their names, in order, row-major. The file is there whole or not at all.
  /// - Throws: ``FileError`` with the system's reason, or if a tensor has no elements to write because an operation failed
  ///   in a catching scope.
  public static func write(_ tensors: some Sequence<(key: String, value: Tensor)>, to path: String) throws(FileError) {
    var header: [String: Entry] = [:]
    var blocks: [Tensor] = []
    var offset = 0
    for (name, tensor) in tensors {
      // Stand-ins must not take a good file's place.
      guard !ThreadMode.hasFailed, tensor.standInError == nil else { throw nothingToWrite(path, name) }
      let block = tensor.detach().cpu().contiguous()
      guard !ThreadMode.hasFailed else { throw nothingToWrite(path, name) }
      let byteCount = block.elementCount * block.dtype.itemSize
      header[name] = Entry(
        dtype: typeNames.first { $0.0 == block.dtype }!.1, shape: Array(block.shape),
        data_offsets: [offset, offset + byteCount])
      offset += byteCount
      blocks.append(block)
    }
    guard !ThreadMode.hasFailed else { throw FileError(path: path, reason: "is not written: an operation has failed before") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var json: [UInt8]
    do {
      json = Array(try encoder.encode(header))
    } catch {
      throw FileError(path: path, reason: "the header cannot be written: \(error)")
    }
    // The elements start at a multiple of 8 bytes.
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      try file.append(length)
      try file.append(json)
      for block in blocks {
        try file.append(UnsafeRawBufferPointer(start: block.dataPointer, count: block.elementCount * block.dtype.itemSize))
      }
    }
  }

  private static func nothingToWrite(_ path: String, _ name: String) -> FileError {
    FileError(path: path, reason: "is not written: tensor \(name) has no elements, because an operation has failed before")
  }

  /// Reads all tensors, in the order of their places in the file.
  /// - Throws: ``FileError`` if the file cannot be read, ``SafeTensorsError`` if it is not what it should be or a tensor
  ///   cannot be made.
  public static func read(_ path: String) throws -> [(key: String, value: Tensor)] {
    let bytes = try FileBytes.read(path, limit: .max)
    func refuse(_ reason: String) -> SafeTensorsError { SafeTensorsError(path: path, reason: reason) }
    guard bytes.count >= 8 else { throw refuse("\(bytes.count) bytes are too few for a header's length") }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(headerLimit), Int(length) <= bytes.count - 8 else {
      throw refuse("the header should be \(length) bytes long, but only \(bytes.count - 8) follow")
    }
    let start = 8 + Int(length)
    let entries: [String: Entry]
    do {
      entries = try decodeHeader(bytes[8..<start])
    } catch {
      throw refuse("the header is not the JSON of a safetensors file: \(error)")
    }
    let dataCount = bytes.count - start
    var result: [(key: String, value: Tensor)] = []
    for (name, entry) in entries.sorted(by: { ($0.value.data_offsets.first ?? 0, $0.key) < ($1.value.data_offsets.first ?? 0, $1.key) }) {
      guard let dtype = typeNames.first(where: { $0.1 == entry.dtype })?.0 else {
        throw refuse("tensor \(name): dtype \(entry.dtype) is not known")
      }
      guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0, entry.data_offsets[0] <= entry.data_offsets[1],
        entry.data_offsets[1] <= dataCount
      else {
        throw refuse("tensor \(name): data offsets \(entry.data_offsets) are not inside the \(dataCount) bytes of data")
      }
      let byteCount = entry.data_offsets[1] - entry.data_offsets[0]
      guard let count = Shape(entry.shape).checkedElementCount, entry.shape.count <= 64,
        count.multipliedReportingOverflow(by: dtype.itemSize) == (byteCount, false)
      else {
        throw refuse("tensor \(name): shape \(entry.shape) of \(entry.dtype) does not fill its \(byteCount) bytes")
      }
      let tensor = Tensor.empty(Shape(entry.shape), dtype: dtype)
      // After a failure in a catching scope `empty` gives a stand-in, which has no room for the elements.
      guard !ThreadMode.hasFailed, tensor.elementCount * dtype.itemSize == byteCount else {
        throw refuse("tensor \(name): \(byteCount) bytes cannot be read: an operation has failed")
      }
      bytes.withUnsafeBytes { buffer in
        guard byteCount > 0 else { return }
        let source = buffer.baseAddress! + start + entry.data_offsets[0]
        tensor.dataPointer.copyMemory(from: source, byteCount: byteCount)
        guard dtype == .bool else { return }
        // Any byte but 0 means true; in memory true is 1.
        let flags = tensor.dataPointer.assumingMemoryBound(to: UInt8.self)
        for i in 0..<byteCount where flags[i] > 1 { flags[i] = 1 }
      }
      result.append((name, tensor))
    }
    return result
  }

  /// The entries of a header; `__metadata__` holds text only and is passed over.
  private static func decodeHeader(_ json: ArraySlice<UInt8>) throws -> [String: Entry] {
    struct Header: Decodable {
      var entries: [String: Entry] = [:]
      struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
      }
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys where key.stringValue != "__metadata__" {
          entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
        }
      }
    }
    return try JSONDecoder().decode(Header.self, from: Data(json)).entries
  }
}
