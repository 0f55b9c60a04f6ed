internal import Interchange

/// An array of unsigned bytes in the IDX format: MNIST's, and that of the data sets that follow it.
///
/// The format, all numbers big-endian: two zero bytes, the element type, the number of dimensions, each dimension as 32
/// bits, the elements with the last dimension varying fastest.
public struct IDXFile: Sendable {
  /// The file's path, or the name given for bytes in memory.
  public let name: String
  /// The dimensions; for MNIST's images `[count, rows, columns]`.
  public let shape: [Int]
  /// The elements, in row-major order.
  public let elements: [UInt8]

  /// Reads a file, plain or compressed by gzip. A name that ends in `.gz` must be compressed.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - rank: the number of dimensions that it must have; nil accepts any.
  /// - Throws: ``FileError``, ``GzipError`` or ``IDXError``.
  public init(path: String, rank: Int? = nil) throws {
    let bytes = try FileBytes.read(path)
    if path.hasSuffix(".gz"), !Gzip.isGzip(bytes) {
      throw GzipError(file: path, offset: 0, reason: .notGzip)
    }
    try self.init(bytes, name: path, rank: rank)
  }

  /// Reads bytes in memory, plain or compressed by gzip.
  ///
  /// - Parameters:
  ///   - bytes: the file's content.
  ///   - name: what errors call it.
  ///   - rank: the number of dimensions that it must have; nil accepts any.
  /// - Throws: ``GzipError`` or ``IDXError``.
  public init(_ bytes: [UInt8], name: String, rank: Int? = nil) throws {
    if Gzip.isGzip(bytes) {
      try self.init(plain: Gzip.decompress(bytes, file: name), name: name, rank: rank)
    } else {
      try self.init(plain: bytes, name: name, rank: rank)
    }
  }

  init(plain bytes: [UInt8], name: String, rank expectedRank: Int?) throws(IDXError) {
    func failure(_ offset: Int, _ reason: IDXError.Reason) -> IDXError {
      IDXError(file: name, offset: offset, reason: reason)
    }

    guard bytes.count >= 4 else { throw failure(bytes.count, .truncated(expected: 4, found: bytes.count)) }
    guard bytes[0] == 0, bytes[1] == 0 else { throw failure(0, .wrongMagic(found: Array(bytes[0..<4]))) }
    guard bytes[2] == 0x08 else { throw failure(2, .wrongElementType(bytes[2])) }
    let rank = Int(bytes[3])
    guard rank > 0, rank == expectedRank ?? rank else {
      throw failure(3, .wrongRank(expected: expectedRank, found: rank))
    }
    let start = 4 + 4 * rank
    guard bytes.count >= start else { throw failure(bytes.count, .truncated(expected: start, found: bytes.count)) }

    let shape = (0..<rank).map { dimension in
      bytes[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let end = Self.end(start: start, shape: shape) else { throw failure(4, .tooLarge(shape: shape)) }
    // Only now, with the file known to hold what it declares, is anything of its size allocated.
    guard bytes.count >= end else { throw failure(bytes.count, .truncated(expected: end, found: bytes.count)) }
    guard bytes.count == end else { throw failure(end, .trailingBytes(expected: end, found: bytes.count)) }

    self.name = name
    self.shape = shape
    elements = Array(bytes[start...])
  }

  /// Where the elements end; nil if that overflows.
  private static func end(start: Int, shape: [Int]) -> Int? {
    // Zeros are left out of the product, so that no product of some of the dimensions can overflow later.
    var count = 1
    for extent in shape where extent > 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      count = product
    }
    if shape.contains(0) { return start }
    let (end, overflow) = start.addingReportingOverflow(count)
    return overflow ? nil : end
  }
}
