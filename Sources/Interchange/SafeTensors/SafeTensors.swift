public import TensorModule

/// Named tensors in a file of the safetensors format: 8 bytes with the length of a JSON header, the header, the
/// elements. Nothing in such a file can run. ``SafeTensorsFile`` opens one without reading it all.
public enum SafeTensors {
  /// Writes tensors under their names, in order, row-major. The file is there whole or not at all.
  /// - Parameter metadata: texts that the file carries beside the tensors.
  /// - Throws: ``FileError`` with the system's reason, or if a name appears twice, or if a tensor has no elements to write
  ///   because an operation failed in a catching scope.
  public static func write(
    _ tensors: some Sequence<(key: String, value: Tensor)>, to path: String, metadata: [String: String] = [:]
  ) throws(FileError) {
    var header = SafeTensorsHeader()
    header.metadata = metadata
    var blocks: [Tensor] = []
    let start: [UInt8]
    do throws(FormatFault) {
      var offset = 0
      for (name, tensor) in tensors {
        let block = try TensorBytes.rowMajor(tensor, "tensor \(name)")
        guard name != SafeTensorsHeader.metadataKey else {
          throw .unsupported("is not written: no tensor can have the name \(name), which stands for the metadata")
        }
        guard let type = SafeTensorsHeader.typeNames.first(where: { $0.0 == block.dtype })?.1 else {
          throw .unsupported("is not written: the format has no \(block.dtype)")
        }
        let byteCount = block.elementCount * block.dtype.itemSize
        let entry = SafeTensorsHeader.Entry(
          dtype: type, shape: Array(block.shape), data_offsets: [offset, offset + byteCount])
        guard header.entries.updateValue(entry, forKey: name) == nil else {
          throw .unsupported("is not written: two tensors have the name \(name)")
        }
        offset += byteCount
        blocks.append(block)
      }
      try FormatFault.refuseInFailedScope()
      start = try header.bytes()
    } catch {
      throw FileError(path: path, reason: error.reason)
    }
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      try file.append(start)
      for block in blocks {
        var failure: FileError?
        TensorBytes.with(block) { bytes in
          do throws(FileError) { try file.append(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
      }
    }
  }

  /// Reads all tensors, in the order of their places in the file.
  /// - Throws: ``FileError`` if the file cannot be read, ``SafeTensorsError`` if it is not what it should be or a tensor
  ///   cannot be made.
  public static func read(_ path: String) throws -> [(key: String, value: Tensor)] {
    try read(SafeTensorsFile(path, mapped: false))
  }

  package static func read(_ file: SafeTensorsFile) throws -> [(key: String, value: Tensor)] {
    try file.entries.indices.map { (file.entries[$0].name, try file.tensor(at: $0)) }
  }
}
