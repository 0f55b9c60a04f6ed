/// A gzip file that could not be decompressed: which file, at which of its bytes, and why.
public struct GzipError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was wrong.
  public enum Reason: Sendable, Equatable {
    /// The system has no zlib.
    case libraryMissing
    /// The file does not start with gzip's two magic bytes.
    case notGzip
    /// The compressed data, the header or the checksum is damaged; zlib's words.
    case corrupt(String)
    /// The file ends before the compressed data does.
    case truncated
    /// Decompressed, it is longer than the limit.
    case tooLarge(limit: Int)
    /// zlib found no memory to work with.
    case outOfMemory
  }

  /// The file's path, or the name given for bytes in memory.
  public let file: String
  /// The byte of the compressed file at which the fault was noticed.
  public let offset: Int
  /// What was wrong.
  public let reason: Reason

  package init(file: String, offset: Int, reason: Reason) {
    self.file = file
    self.offset = offset
    self.reason = reason
  }

  /// File, byte and reason, in a line.
  public var description: String {
    switch reason {
    case .libraryMissing:
      "\(file): cannot decompress: zlib was not found (tried \(ZLibrary.usualNames.joined(separator: ", "))); "
        + "install it (package zlib1g or zlib) or decompress the file with gunzip"
    case .notGzip: "\(file): byte \(offset): not a gzip file (it does not start with 1f 8b)"
    case .corrupt(let message): "\(file): byte \(offset): damaged gzip data: \(message)"
    case .truncated: "\(file): byte \(offset): the gzip data is truncated"
    case .tooLarge(let limit): "\(file): byte \(offset): decompresses to more than \(limit) bytes"
    case .outOfMemory: "\(file): zlib is out of memory"
    }
  }
}

/// Decompression of gzip files, by the system's zlib.
package enum Gzip {
  /// True if the bytes start as a gzip file does.
  package static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The content of a gzip file of one or several members.
  ///
  /// - Parameters:
  ///   - bytes: the compressed file.
  ///   - file: its name, for errors.
  ///   - limit: the longest result that is made, in bytes: a few bytes can stand for gigabytes.
  package static func decompress(
    _ bytes: [UInt8], file: String, limit: Int = FileBytes.defaultLimit
  ) throws(GzipError) -> [UInt8] {
    guard let library = ZLibrary.shared else { throw GzipError(file: file, offset: 0, reason: .libraryMissing) }
    return try decompress(bytes, file: file, limit: limit, library: library)
  }

  static func decompress(
    _ bytes: [UInt8], file: String, limit: Int, library: ZLibrary
  ) throws(GzipError) -> [UInt8] {
    guard isGzip(bytes) else { throw GzipError(file: file, offset: 0, reason: .notGzip) }
    var inflater = try Inflater(library, file: file, limit: limit, expected: expectedCount(bytes))
    do throws(GzipError) {
      try inflater.run(over: bytes)
    } catch {
      inflater.close()
      throw error
    }
    inflater.close()
    return inflater.output
  }

  /// The length that the file's last four bytes promise. Deflate makes at most 1,032 bytes of one, so a promise beyond
  /// that is a lie, and no memory is reserved for it.
  private static func expectedCount(_ bytes: [UInt8]) -> Int {
    guard bytes.count >= 18 else { return 0 }
    let promised = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    return promised / 1032 <= bytes.count ? promised : 0
  }
}

/// One run of zlib over an array.
private struct Inflater {
  /// 15 bits of window, + 16 for a gzip header and checksum.
  private static let gzipWindowBits: CInt = 31
  private static let noFlush: CInt = 0
  /// What zlib writes into before it joins the output: it stays in the processor's second-level cache.
  private static let chunkSize = 128 << 10

  private let library: ZLibrary
  private let file: String
  private let limit: Int
  /// zlib keeps a pointer to the stream, so it must not move.
  private let stream: UnsafeMutablePointer<ZStream>
  private let chunk: UnsafeMutablePointer<UInt8>
  private(set) var output: [UInt8] = []

  init(_ library: ZLibrary, file: String, limit: Int, expected: Int) throws(GzipError) {
    self.library = library
    self.file = file
    self.limit = limit
    stream = .allocate(capacity: 1)
    stream.initialize(to: ZStream())
    chunk = .allocate(capacity: Self.chunkSize)
    let status = library.inflateInit2(
      stream, Self.gzipWindowBits, ZLibrary.version, CInt(MemoryLayout<ZStream>.size))
    guard status == ZLibrary.Status.ok else {
      stream.deallocate()
      chunk.deallocate()
      throw GzipError(
        file: file, offset: 0,
        reason: status == ZLibrary.Status.memoryError ? .outOfMemory : .corrupt("zlib does not start (\(status))"))
    }
    output.reserveCapacity(min(expected, limit))
  }

  /// Gives back what the run used. To be called once.
  func close() {
    _ = library.inflateEnd(stream)
    stream.deallocate()
    chunk.deallocate()
  }

  mutating func run(over bytes: [UInt8]) throws(GzipError) {
    var fed = 0
    var failure: GzipError.Reason?
    var consumed = 0
    bytes.withUnsafeBufferPointer { input in
      while true {
        if stream.pointee.availableInput == 0, fed < input.count {
          // zlib counts in 32 bits: feed at most a gigabyte at a time.
          let count = min(input.count - fed, 1 << 30)
          stream.pointee.nextInput = input.baseAddress! + fed
          stream.pointee.availableInput = CUnsignedInt(count)
          fed += count
        }
        stream.pointee.nextOutput = chunk
        stream.pointee.availableOutput = CUnsignedInt(Self.chunkSize)
        let status = library.inflate(stream, Self.noFlush)
        let made = Self.chunkSize - Int(stream.pointee.availableOutput)
        consumed = fed - Int(stream.pointee.availableInput)
        if made > limit - output.count {
          failure = .tooLarge(limit: limit)
          return
        }
        output.append(contentsOf: UnsafeBufferPointer(start: chunk, count: made))

        switch status {
        case ZLibrary.Status.ok:
          continue
        case ZLibrary.Status.streamEnd:
          if consumed == input.count { return }
          // Another member may follow; anything else is not part of a gzip file.
          guard consumed + 1 < input.count, input[consumed] == 0x1f, input[consumed + 1] == 0x8b else {
            failure = .corrupt("\(input.count - consumed) bytes after its end")
            return
          }
          _ = library.inflateReset(stream)
        case ZLibrary.Status.bufferError where consumed == input.count:
          failure = .truncated
          return
        case ZLibrary.Status.memoryError:
          failure = .outOfMemory
          return
        default:
          failure = .corrupt(stream.pointee.message.map { String(cString: $0) } ?? "zlib's status \(status)")
          return
        }
      }
    }
    if let failure { throw GzipError(file: file, offset: consumed, reason: failure) }
  }
}
