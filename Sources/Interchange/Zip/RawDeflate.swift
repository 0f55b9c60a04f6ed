/// Compressed bytes of a zip entry, decompressed from front to back.
final class RawInflater {
  /// 15 bits of window, without header or checksum.
  static let windowBits: CInt = -15
  private static let noFlush: CInt = 0
  private static let chunkSize = 128 << 10

  private let library: ZLibrary
  private let source: FileSource
  /// zlib keeps a pointer to the stream, so it must not move.
  private let stream: UnsafeMutablePointer<ZStream>
  private let chunk: UnsafeMutableRawBufferPointer
  private var position: Int
  private let end: Int
  private var isAtEnd = false

  /// A run over `count` bytes of the file.
  init(_ source: FileSource, offset: Int, count: Int) throws(FormatFault) {
    guard let library = ZLibrary.shared else { throw ZLibrary.missing("decompress") }
    self.library = library
    self.source = source
    position = offset
    end = offset + count
    stream = .allocate(capacity: 1)
    stream.initialize(to: ZStream())
    chunk = .allocate(byteCount: Self.chunkSize, alignment: 16)
    let status = library.inflateInit2(stream, Self.windowBits, ZLibrary.version, CInt(MemoryLayout<ZStream>.size))
    guard status == ZLibrary.Status.ok else {
      // deinit runs, too: ending a run that did not begin is answered with an error and nothing else.
      throw .unsupported("zlib does not start (status \(status))")
    }
  }

  deinit {
    _ = library.inflateEnd(stream)
    stream.deallocate()
    chunk.deallocate()
  }

  /// Fills the buffer with what comes next.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws {
    var filled = 0
    while filled < buffer.count {
      let room = min(buffer.count - filled, 1 << 30)
      let made = try step(buffer.baseAddress! + filled, room)
      filled += made
      guard made > 0 || !isAtEnd else {
        throw FormatFault.damaged("decompresses to fewer bytes than it declares")
      }
    }
  }

  /// Makes sure that nothing is left.
  func finish() throws {
    var extra: UInt8 = 0
    while !isAtEnd {
      let made = try withUnsafeMutableBytes(of: &extra) { try step($0.baseAddress!, 1) }
      if made > 0 { throw FormatFault.damaged("decompresses to more bytes than it declares") }
    }
    guard position == end, stream.pointee.availableInput == 0 else {
      throw FormatFault.damaged("has bytes after its compressed data")
    }
  }

  /// Decompresses at most `room` bytes; 0 only at the end, or if more input has to be looked at first.
  private func step(_ target: UnsafeMutableRawPointer, _ room: Int) throws -> Int {
    if isAtEnd { return 0 }
    if stream.pointee.availableInput == 0, position < end {
      let count = min(chunk.count, end - position)
      try source.read(position, into: UnsafeMutableRawBufferPointer(rebasing: chunk[..<count]))
      position += count
      stream.pointee.nextInput = UnsafePointer(chunk.baseAddress!.assumingMemoryBound(to: UInt8.self))
      stream.pointee.availableInput = CUnsignedInt(count)
    }
    stream.pointee.nextOutput = target.assumingMemoryBound(to: UInt8.self)
    stream.pointee.availableOutput = CUnsignedInt(room)
    let status = library.inflate(stream, Self.noFlush)
    let made = room - Int(stream.pointee.availableOutput)
    switch status {
    case ZLibrary.Status.ok: break
    case ZLibrary.Status.streamEnd: isAtEnd = true
    case ZLibrary.Status.bufferError where made == 0 && position == end && stream.pointee.availableInput == 0:
      throw FormatFault.damaged("the compressed data is truncated")
    case ZLibrary.Status.memoryError: throw FormatFault.unsupported("zlib is out of memory")
    default:
      throw FormatFault.damaged(
        "damaged compressed data: \(stream.pointee.message.map { String(cString: $0) } ?? "zlib's status \(status)")")
    }
    return made
  }
}

/// Compression for zip entries.
enum RawDeflater {
  private static let finishFlush: CInt = 4
  private static let noFlush: CInt = 0
  private static let deflated: CInt = 8
  private static let defaultLevel: CInt = -1
  private static let defaultMemory: CInt = 8
  private static let defaultStrategy: CInt = 0

  /// The parts, one after the other, compressed.
  static func compress(_ parts: [UnsafeRawBufferPointer]) throws(FormatFault) -> [UInt8] {
    guard let library = ZLibrary.shared else { throw ZLibrary.missing("compress") }
    let stream = UnsafeMutablePointer<ZStream>.allocate(capacity: 1)
    stream.initialize(to: ZStream())
    defer { stream.deallocate() }
    guard
      library.deflateInit2(
        stream, defaultLevel, deflated, RawInflater.windowBits, defaultMemory, defaultStrategy, ZLibrary.version,
        CInt(MemoryLayout<ZStream>.size)) == ZLibrary.Status.ok
    else { throw .unsupported("zlib does not start") }
    defer { _ = library.deflateEnd(stream) }

    var output: [UInt8] = []
    let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 128 << 10)
    defer { chunk.deallocate() }
    func run(_ flush: CInt) throws(FormatFault) {
      // Until a chunk is left with room, zlib has more to say.
      repeat {
        stream.pointee.nextOutput = chunk.baseAddress
        stream.pointee.availableOutput = CUnsignedInt(chunk.count)
        let status = library.deflate(stream, flush)
        guard status == ZLibrary.Status.ok || status == ZLibrary.Status.streamEnd || status == ZLibrary.Status.bufferError
        else { throw .unsupported("zlib does not compress (status \(status))") }
        output.append(contentsOf: chunk.prefix(chunk.count - Int(stream.pointee.availableOutput)))
      } while stream.pointee.availableOutput == 0
    }
    for part in parts {
      var rest = part.bindMemory(to: UInt8.self)[...]
      while !rest.isEmpty {
        let piece = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
        stream.pointee.nextInput = piece.baseAddress
        stream.pointee.availableInput = CUnsignedInt(piece.count)
        try run(noFlush)
        rest = rest.dropFirst(piece.count)
      }
    }
    try run(finishFlush)
    return output
  }
}

extension ZLibrary {
  /// What is said where zlib is needed and not there.
  static func missing(_ action: String) -> FormatFault {
    .unsupported(
      "cannot \(action): zlib was not found (tried \(usualNames.joined(separator: ", "))); install it (package zlib1g or zlib)")
  }
}
