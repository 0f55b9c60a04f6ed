/// The checksum of zip files (CRC-32 of ISO 3309), by zlib where it is there.
struct CRC32 {
  private(set) var value: UInt32 = 0

  /// What each byte does to the checksum; the later tables do it for bytes with more bytes behind them, so that eight
  /// are taken at a time.
  private static let tables: [[UInt32]] = {
    var tables = [(0..<256).map { byte in (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1) * 0xedb8_8320 } }]
    for level in 1..<8 {
      tables.append((0..<256).map { tables[level - 1][$0] >> 8 ^ tables[0][Int(tables[level - 1][$0] & 0xff)] })
    }
    return tables
  }()

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let library = ZLibrary.shared else { return addWithoutLibrary(bytes) }
    var rest = bytes.bindMemory(to: UInt8.self)[...]
    while !rest.isEmpty {
      // zlib counts in 32 bits.
      let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
      value = UInt32(truncatingIfNeeded: library.crc32(CUnsignedLong(value), part.baseAddress, CUnsignedInt(part.count)))
      rest = rest.dropFirst(part.count)
    }
  }

  mutating func addWithoutLibrary(_ bytes: UnsafeRawBufferPointer) {
    var crc = ~value
    var position = 0
    let tables = Self.tables
    while bytes.count - position >= 8 {
      let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)) ^ crc
      let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
      crc = 0
      for i in 0..<4 {
        crc ^= tables[7 - i][Int(low >> UInt32(8 * i) & 0xff)] ^ tables[3 - i][Int(high >> UInt32(8 * i) & 0xff)]
      }
      position += 8
    }
    for byte in bytes[position...] { crc = crc >> 8 ^ tables[0][Int((crc ^ UInt32(byte)) & 0xff)] }
    value = ~crc
  }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = CRC32()
    checksum.add(bytes)
    return checksum.value
  }
}
