/// The entries of a zip file, found by its directory at the end. ZIP64 is understood; encryption, files in several parts
/// and methods other than stored and deflated are not.
struct ZipArchive {
  /// One file inside.
  struct Entry {
    let name: String
    /// Whether it is deflated; else it is stored.
    let isDeflated: Bool
    /// The CRC-32 of the content.
    let checksum: UInt32
    let compressedCount: Int
    let count: Int
    /// Where its compressed bytes begin.
    let offset: Int
  }

  let source: FileSource
  let entries: [Entry]
  private let positions: [String: Int]

  private static let localSignature: UInt64 = 0x0403_4b50
  private static let directorySignature: UInt64 = 0x0201_4b50
  private static let endSignature: UInt64 = 0x0605_4b50
  private static let end64Signature: UInt64 = 0x0606_4b50
  private static let locatorSignature: UInt64 = 0x0706_4b50

  /// True if the file begins as a zip file does.
  static func isZip(_ source: FileSource) -> Bool {
    guard let start = try? source.bytes(0, 4) else { return false }
    return start.number(0, 4) == localSignature || start.number(0, 4) == endSignature
  }

  init(_ source: FileSource) throws {
    self.source = source
    let directory = try Self.findDirectory(source)
    let bytes = try source.bytes(directory.offset, directory.count)
    var entries: [Entry] = []
    var positions: [String: Int] = [:]
    var position = 0
    var extents: [(start: Int, end: Int, name: String)] = []
    for _ in 0..<directory.entryCount {
      let (entry, start, next) = try Self.entry(bytes, at: position, source, directory.offset)
      position = next
      guard positions.updateValue(entries.count, forKey: entry.name) == nil else {
        throw FormatFault.damaged("two entries have the name \(entry.name)")
      }
      extents.append((start, entry.offset + entry.compressedCount, entry.name))
      entries.append(entry)
    }
    // Entries that share bytes could make much of little.
    extents.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    for (one, next) in zip(extents, extents.dropFirst()) where next.start < one.end {
      throw FormatFault.damaged("entries \(one.name) and \(next.name) overlap")
    }
    self.entries = entries
    self.positions = positions
  }

  /// The entry of that name.
  subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The content of an entry.
  /// - Parameter zeroMeansUnchecked: whether a checksum of 0 stands for none.
  func stream(_ entry: Entry, zeroMeansUnchecked: Bool = false) throws(FormatFault) -> ByteStream {
    do {
      return try ByteStream(
        source, offset: entry.offset, count: entry.count,
        compressedCount: entry.isDeflated ? entry.compressedCount : nil,
        checksum: zeroMeansUnchecked && entry.checksum == 0 ? nil : entry.checksum)
    } catch {
      throw error.within("entry \(entry.name)")
    }
  }

  /// The whole content of an entry.
  func bytes(_ entry: Entry, zeroMeansUnchecked: Bool = false) throws -> [UInt8] {
    do {
      let stream = try stream(entry, zeroMeansUnchecked: zeroMeansUnchecked)
      let bytes = try stream.bytes(entry.count)
      try stream.finish()
      return bytes
    } catch let fault as FormatFault {
      throw fault.within("entry \(entry.name)")
    }
  }

  // MARK: Directory

  private struct Directory {
    var offset: Int
    var count: Int
    var entryCount: Int
  }

  private static func findDirectory(_ source: FileSource) throws -> Directory {
    // The directory's end is followed by a comment of at most 65,535 bytes.
    let tailCount = min(source.count, 22 + 65535)
    let tailStart = source.count - tailCount
    let tail = try source.bytes(tailStart, tailCount)
    var found: Int?
    var candidate = tailCount - 22
    while candidate >= 0 {
      if tail[candidate] == 0x50, tail.number(candidate, 4) == endSignature,
        candidate + 22 + Int(tail.number(candidate + 20, 2)) == tailCount
      {
        found = candidate
        break
      }
      candidate -= 1
    }
    guard let end = found else {
      throw FormatFault.damaged("not a whole zip file: the directory at its end is missing")
    }
    var entryCount = tail.number(end + 10, 2)
    var count = tail.number(end + 12, 4)
    var offset = tail.number(end + 16, 4)
    var limit = tailStart + end
    if entryCount == 0xffff || count == 0xffff_ffff || offset == 0xffff_ffff {
      guard limit >= 20 else { throw FormatFault.damaged("the large directory's place is missing") }
      let locator = try source.bytes(limit - 20, 20)
      guard locator.number(0, 4) == locatorSignature else {
        throw FormatFault.damaged("the large directory's place is missing")
      }
      let place = try Int(fileNumber: locator.number(8, 8), "the place of the zip directory")
      guard place <= limit - 20 - 56 else { throw FormatFault.damaged("the large directory's end is outside of the file") }
      let record = try source.bytes(place, 56)
      guard record.number(0, 4) == end64Signature else {
        throw FormatFault.damaged("the large directory's end is missing")
      }
      entryCount = record.number(32, 8)
      count = record.number(40, 8)
      offset = record.number(48, 8)
      limit = place
    }
    let directory = Directory(
      offset: try Int(fileNumber: offset, "the zip directory's place"),
      count: try Int(fileNumber: count, "the zip directory's size"),
      entryCount: try Int(fileNumber: entryCount, "the number of zip entries"))
    guard directory.offset <= limit, directory.count <= limit - directory.offset else {
      throw FormatFault.damaged("the zip directory is outside of the file")
    }
    guard directory.entryCount <= directory.count / 46 else {
      throw FormatFault.damaged("\(directory.entryCount) entries do not fit a zip directory of \(directory.count) bytes")
    }
    return directory
  }

  /// The entry that the directory's bytes describe from a position on, where it starts in the file, and the position after.
  private static func entry(
    _ bytes: [UInt8], at position: Int, _ source: FileSource, _ limit: Int
  ) throws -> (Entry, start: Int, next: Int) {
    guard bytes.count - position >= 46, bytes.number(position, 4) == directorySignature else {
      throw FormatFault.damaged("the zip directory is damaged at its byte \(position)")
    }
    let flags = bytes.number(position + 8, 2), method = bytes.number(position + 10, 2)
    let nameCount = Int(bytes.number(position + 28, 2)), extraCount = Int(bytes.number(position + 30, 2))
    let commentCount = Int(bytes.number(position + 32, 2))
    let nameStart = position + 46, extraStart = nameStart + nameCount
    let next = extraStart + extraCount + commentCount
    guard next <= bytes.count else { throw FormatFault.damaged("the zip directory is truncated") }
    let name = String(decoding: bytes[nameStart..<extraStart], as: UTF8.self)
    guard flags & 1 == 0 else { throw FormatFault.unsupported("entry \(name) is encrypted") }
    guard method == 0 || method == 8 else {
      throw FormatFault.unsupported("entry \(name) is compressed by method \(method); stored and deflated are read")
    }
    var sizes = [bytes.number(position + 24, 4), bytes.number(position + 20, 4), bytes.number(position + 42, 4)]
    try largeNumbers(bytes, extraStart..<(extraStart + extraCount), &sizes, name)
    let count = try Int(fileNumber: sizes[0], "the size of entry \(name)")
    let compressedCount = try Int(fileNumber: sizes[1], "the compressed size of entry \(name)")
    let start = try Int(fileNumber: sizes[2], "the place of entry \(name)")
    guard method == 8 || count == compressedCount else {
      throw FormatFault.damaged("entry \(name) is stored, but its two sizes \(count) and \(compressedCount) differ")
    }
    guard start <= limit - 30 else { throw FormatFault.damaged("entry \(name) is outside of the file") }
    let local = try source.bytes(start, 30)
    guard local.number(0, 4) == localSignature else { throw FormatFault.damaged("the header of entry \(name) is damaged") }
    let offset = start + 30 + Int(local.number(26, 2)) + Int(local.number(28, 2))
    guard offset <= limit, compressedCount <= limit - offset else {
      throw FormatFault.damaged("truncated: entry \(name) should have \(compressedCount) bytes")
    }
    let entry = Entry(
      name: name, isDeflated: method == 8, checksum: UInt32(truncatingIfNeeded: bytes.number(position + 16, 4)),
      compressedCount: compressedCount, count: count, offset: offset)
    return (entry, start, next)
  }

  /// Numbers of 64 bits for those that are all ones, from an entry's extra fields.
  private static func largeNumbers(
    _ bytes: [UInt8], _ range: Range<Int>, _ sizes: inout [UInt64], _ name: String
  ) throws(FormatFault) {
    guard sizes.contains(0xffff_ffff) else { return }
    var position = range.lowerBound
    while range.upperBound - position >= 4 {
      let identifier = bytes.number(position, 2), count = Int(bytes.number(position + 2, 2))
      position += 4
      guard count <= range.upperBound - position else { break }
      if identifier == 1 {
        var place = position
        for index in sizes.indices where sizes[index] == 0xffff_ffff {
          guard position + count - place >= 8 else { throw .damaged("the sizes of entry \(name) are missing") }
          sizes[index] = bytes.number(place, 8)
          place += 8
        }
        return
      }
      position += count
    }
  }
}
