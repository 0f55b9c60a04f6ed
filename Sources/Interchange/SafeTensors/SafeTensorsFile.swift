public import TensorModule

/// An open safetensors file: what is in it, and single tensors without the rest (the `safe_open` of Python's safetensors).
///
/// ```swift
/// let file = try SafeTensorsFile("model.safetensors")
/// for entry in file.entries { print(entry.name, entry.typeName, entry.shape) }
/// let weight = try file.tensor("encoder.weight")
/// ```
///
/// The file is mapped into memory unless told otherwise: a tensor is there at once, shares the mapping with its
/// neighbours, and its elements are read from the disk when they are first used. Such a tensor may be written in place
/// like any other: that changes this process's copy of the page, never the file. Tensors of truth values, and those whose
/// elements do not lie at a multiple of their size, are copied. A file that another program shortens while it is mapped
/// ends the program; one that is replaced, as ``SafeTensors/write(_:to:metadata:)`` does it, stays whole for those who
/// have it open.
public final class SafeTensorsFile: Sendable {
  /// What the file says of a tensor.
  public struct Entry: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The type of its elements; nil if it is one that no tensor has here. Such a tensor cannot be had, but its
    /// neighbours can.
    public let dtype: DType?
    /// The format's name of that type: `F32`, `BF16`, `U16`.
    public let typeName: String
    /// Its sizes.
    public let shape: Shape
    /// Where its elements are in the file, in bytes from the file's start.
    public let byteRange: Range<Int>
  }

  /// The file's path.
  public let path: String
  /// The tensors, in the order of their places in the file.
  public let entries: [Entry]
  /// The texts that the file carries beside the tensors.
  public let metadata: [String: String]
  private let source: FileSource
  private let positions: [String: Int]

  /// Opens a file and reads its header.
  /// - Parameter mapped: whether the file becomes part of the process's memory; else each tensor is read into memory of
  ///   its own.
  /// - Throws: ``FileError`` if the file cannot be read, ``SafeTensorsError`` if it is not what it should be.
  public convenience init(_ path: String, mapped: Bool = true) throws {
    try self.init(FileSource(path: path, mapped: mapped))
  }

  package init(_ source: FileSource) throws {
    self.source = source
    path = source.name
    do {
      let (header, dataStart) = try SafeTensorsHeader.read(source)
      metadata = header.metadata
      entries = try Self.entries(header, dataStart, source.count)
    } catch let fault as FormatFault {
      throw SafeTensorsError(path: source.name, reason: fault.reason)
    }
    positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// The names, in the order of their places in the file.
  public var names: [String] { entries.map(\.name) }

  /// What the file says of the tensor of that name.
  public subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The tensor of that name.
  /// - Throws: ``SafeTensorsError`` if there is none or it cannot be made, ``FileError`` if it cannot be read.
  public func tensor(_ name: String) throws -> Tensor {
    guard let position = positions[name] else {
      throw SafeTensorsError(path: path, reason: "there is no tensor \(name)")
    }
    return try tensor(at: position)
  }

  func tensor(at position: Int) throws -> Tensor {
    let entry = entries[position]
    do {
      try FormatFault.refuseInFailedScope()
      return try load(entry)
    } catch let fault as FormatFault {
      throw SafeTensorsError(path: path, reason: "tensor \(entry.name): \(fault.reason)")
    }
  }

  private func load(_ entry: Entry) throws -> Tensor {
    guard let dtype = entry.dtype else { throw FormatFault.unsupported("dtype \(entry.typeName) is not known") }
    let storage: Storage
    let count = entry.byteRange.count
    // Truth values are made 0 and 1: in memory of their own, because others may be reading those of the mapping.
    if let mapping = source.mapping, count > 0, dtype != .bool, entry.byteRange.lowerBound % dtype.itemSize == 0 {
      storage = Storage(borrowing: mapping.address + entry.byteRange.lowerBound, byteCount: count, owner: mapping)
    } else {
      storage = try TensorBytes.allocate(count)
      try source.read(
        entry.byteRange.lowerBound, into: UnsafeMutableRawBufferPointer(start: storage.address, count: count))
    }
    if dtype == .bool {
      TensorBytes.normalizeFlags(UnsafeMutableRawBufferPointer(start: storage.address, count: count))
    }
    return Tensor(storage, layout: Layout(contiguous: entry.shape), dtype: dtype)
  }

  /// The checked entries of a header.
  private static func entries(
    _ header: SafeTensorsHeader, _ dataStart: Int, _ fileCount: Int
  ) throws(FormatFault) -> [Entry] {
    let dataCount = fileCount - dataStart
    var result: [Entry] = []
    for (name, entry) in header.entries {
      let dtype = SafeTensorsHeader.typeNames.first { $0.1 == entry.dtype }?.0
      guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0, entry.data_offsets[0] <= entry.data_offsets[1],
        entry.data_offsets[1] <= dataCount
      else {
        throw .damaged("tensor \(name): data offsets \(entry.data_offsets) are not inside the \(dataCount) bytes of data")
      }
      let byteCount = entry.data_offsets[1] - entry.data_offsets[0]
      let count: Int
      do {
        // How many bytes elements of an unknown type have is not known either; the shape must be one.
        count = try TensorBytes.count(entry.shape, dtype ?? .uint8)
      } catch {
        throw error.within("tensor \(name)")
      }
      guard dtype == nil || count == byteCount else {
        throw .damaged("tensor \(name): shape \(entry.shape) of \(entry.dtype) does not fill its \(byteCount) bytes")
      }
      let start = dataStart + entry.data_offsets[0]
      result.append(
        Entry(
          name: name, dtype: dtype, typeName: entry.dtype, shape: Shape(entry.shape), byteRange: start..<(start + byteCount)))
    }
    result.sort { ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name) < ($1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name) }
    // Tensors that share bytes could make much of little; the format forbids it.
    for (one, next) in zip(result, result.dropFirst()) where next.byteRange.lowerBound < one.byteRange.upperBound {
      throw .damaged("tensors \(one.name) and \(next.name) overlap")
    }
    return result
  }
}
