/// Writes a zip file, entry by entry. Large numbers get ZIP64's records. Entries carry no time, so that the same content
/// makes the same file.
struct ZipWriter {
  private struct Record {
    let name: [UInt8]
    let method: UInt64
    let checksum: UInt32
    let compressedCount: UInt64
    let count: UInt64
    let offset: UInt64
  }

  private var records: [Record] = []
  /// What counts as too large for 32 bits; less in tests.
  private let limit: UInt64
  /// Names are UTF-8.
  private static let flags: UInt64 = 0x800
  /// The first of January 1980, the earliest there is.
  private static let date: UInt64 = 0x21

  init(largeFrom limit: UInt64 = 0xffff_ffff) { self.limit = limit }

  /// Writes an entry whose content is the parts, one after the other.
  /// - Parameters:
  ///   - alignment: of the content's place in the file.
  ///   - compressed: whether it is deflated.
  mutating func add(
    _ name: String, _ parts: [UnsafeRawBufferPointer], alignment: Int = 1, compressed: Bool = false,
    to file: inout AtomicFile.Writer
  ) throws {
    var checksum = CRC32()
    for part in parts { checksum.add(part) }
    let count = parts.reduce(0) { $0 + $1.count }
    let packed = compressed ? try RawDeflater.compress(parts) : []
    let record = Record(
      name: Array(name.utf8), method: compressed ? 8 : 0, checksum: checksum.value,
      compressedCount: UInt64(compressed ? packed.count : count), count: UInt64(count), offset: UInt64(file.position))
    var extra: [UInt8] = []
    let isLarge = record.count >= limit || record.compressedCount >= limit
    if isLarge {
      extra.append(1, bytes: 2)
      extra.append(16, bytes: 2)
      extra.append(record.count, bytes: 8)
      extra.append(record.compressedCount, bytes: 8)
    }
    let start = file.position + 30 + record.name.count + extra.count
    if alignment > 1, start % alignment != 0 {
      // A field of four bytes and zeros, which readers pass over.
      let padding = alignment - (start + 4) % alignment
      extra.append(0x4246, bytes: 2)
      extra.append(UInt64(padding), bytes: 2)
      extra += Array(repeating: 0, count: padding)
    }
    var header: [UInt8] = []
    header.append(0x0403_4b50, bytes: 4)
    header.append(isLarge ? 45 : 20, bytes: 2)
    header.append(Self.flags, bytes: 2)
    header.append(record.method, bytes: 2)
    header.append(0, bytes: 2)
    header.append(Self.date, bytes: 2)
    header.append(UInt64(record.checksum), bytes: 4)
    header.append(isLarge ? 0xffff_ffff : record.compressedCount, bytes: 4)
    header.append(isLarge ? 0xffff_ffff : record.count, bytes: 4)
    header.append(UInt64(record.name.count), bytes: 2)
    header.append(UInt64(extra.count), bytes: 2)
    try file.append(header + record.name + extra)
    if compressed {
      try file.append(packed)
    } else {
      for part in parts { try file.append(part) }
    }
    records.append(record)
  }

  /// ``add(_:_:alignment:compressed:to:)`` of bytes in an array.
  mutating func add(
    _ name: String, _ bytes: [UInt8], alignment: Int = 1, to file: inout AtomicFile.Writer
  ) throws {
    try bytes.withUnsafeBytes { try add(name, [$0], alignment: alignment, to: &file) }
  }

  /// Writes the directory, after the last entry.
  func finish(_ file: inout AtomicFile.Writer) throws(FileError) {
    let start = UInt64(file.position)
    var directory: [UInt8] = []
    for record in records {
      let isLarge = record.count >= limit || record.compressedCount >= limit || record.offset >= limit
      var extra: [UInt8] = []
      if isLarge {
        extra.append(1, bytes: 2)
        extra.append(24, bytes: 2)
        extra.append(record.count, bytes: 8)
        extra.append(record.compressedCount, bytes: 8)
        extra.append(record.offset, bytes: 8)
      }
      directory.append(0x0201_4b50, bytes: 4)
      directory.append(45, bytes: 2)
      directory.append(isLarge ? 45 : 20, bytes: 2)
      directory.append(Self.flags, bytes: 2)
      directory.append(record.method, bytes: 2)
      directory.append(0, bytes: 2)
      directory.append(Self.date, bytes: 2)
      directory.append(UInt64(record.checksum), bytes: 4)
      directory.append(isLarge ? 0xffff_ffff : record.compressedCount, bytes: 4)
      directory.append(isLarge ? 0xffff_ffff : record.count, bytes: 4)
      directory.append(UInt64(record.name.count), bytes: 2)
      directory.append(UInt64(extra.count), bytes: 2)
      // No comment, the first part, no attributes.
      directory.append(0, bytes: 2)
      directory.append(0, bytes: 2)
      directory.append(0, bytes: 2)
      directory.append(0, bytes: 4)
      directory.append(isLarge ? 0xffff_ffff : record.offset, bytes: 4)
      directory += record.name
      directory += extra
    }
    let size = UInt64(directory.count), count = UInt64(records.count)
    let isLarge = size >= limit || start >= limit || count >= 0xffff
    if isLarge {
      let place = start + size
      directory.append(0x0606_4b50, bytes: 4)
      directory.append(44, bytes: 8)
      directory.append(45, bytes: 2)
      directory.append(45, bytes: 2)
      directory.append(0, bytes: 4)
      directory.append(0, bytes: 4)
      directory.append(count, bytes: 8)
      directory.append(count, bytes: 8)
      directory.append(size, bytes: 8)
      directory.append(start, bytes: 8)
      directory.append(0x0706_4b50, bytes: 4)
      directory.append(0, bytes: 4)
      directory.append(place, bytes: 8)
      directory.append(1, bytes: 4)
    }
    directory.append(0x0605_4b50, bytes: 4)
    directory.append(0, bytes: 2)
    directory.append(0, bytes: 2)
    directory.append(isLarge ? 0xffff : count, bytes: 2)
    directory.append(isLarge ? 0xffff : count, bytes: 2)
    directory.append(isLarge ? 0xffff_ffff : size, bytes: 4)
    directory.append(isLarge ? 0xffff_ffff : start, bytes: 4)
    directory.append(0, bytes: 2)
    try file.append(directory)
  }
}
