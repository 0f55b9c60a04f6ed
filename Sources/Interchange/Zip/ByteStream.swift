/// Bytes that are read from front to back: a part of a file as it lies there, or what that part decompresses to.
final class ByteStream {
  /// How many bytes there are, as declared.
  let count: Int
  /// How many have been read.
  private(set) var position = 0
  private let source: FileSource
  private let start: Int
  private let inflater: RawInflater?
  private let expectedChecksum: UInt32?
  private var checksum = CRC32()

  /// Deflate makes at most 1,032 bytes of one.
  private static let largestRatio = 1032

  /// All of a file.
  init(_ source: FileSource) {
    self.source = source
    start = 0
    count = source.count
    inflater = nil
    expectedChecksum = nil
  }

  /// A part of a file.
  /// - Parameters:
  ///   - compressedCount: how many bytes of the file; nil if it lies there as it is.
  ///   - checksum: what the CRC-32 of all bytes should be; nil if that is not known.
  init(_ source: FileSource, offset: Int, count: Int, compressedCount: Int?, checksum: UInt32?) throws(FormatFault) {
    self.source = source
    start = offset
    self.count = count
    expectedChecksum = checksum
    guard let compressedCount else {
      inflater = nil
      return
    }
    // Nothing of the declared size is allocated for a promise that cannot be kept.
    guard count / Self.largestRatio <= compressedCount else {
      throw .damaged("\(compressedCount) compressed bytes cannot stand for \(count)")
    }
    inflater = try RawInflater(source, offset: offset, count: compressedCount)
  }

  /// How many bytes are left.
  var remaining: Int { count - position }

  /// Fills the buffer with what comes next.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws {
    guard buffer.count <= remaining else {
      throw FormatFault.damaged("truncated: \(buffer.count) bytes are expected at byte \(position), \(remaining) are left")
    }
    if let inflater {
      try inflater.read(into: buffer)
    } else {
      try source.read(start + position, into: buffer)
    }
    if expectedChecksum != nil { checksum.add(UnsafeRawBufferPointer(buffer)) }
    position += buffer.count
  }

  /// The next bytes.
  func bytes(_ count: Int) throws -> [UInt8] {
    guard count >= 0, count <= remaining else {
      throw FormatFault.damaged("truncated: \(count) bytes are expected at byte \(position), \(remaining) are left")
    }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(into: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// Makes sure that all was read and is what was written.
  func finish() throws {
    guard remaining == 0 else { throw FormatFault.damaged("\(remaining) bytes follow after what it declares") }
    try inflater?.finish()
    if let expectedChecksum, expectedChecksum != checksum.value {
      throw FormatFault.damaged("the checksum is \(String(checksum.value, radix: 16)), \(String(expectedChecksum, radix: 16)) was written")
    }
  }
}
