internal import TensorModule

/// Tensors as the bytes of files.
enum TensorBytes {
  /// The number of bytes of a tensor, or the fault.
  static func count(_ sizes: [Int], _ dtype: DType) throws(FormatFault) -> Int {
    guard sizes.count <= Dimensions.maximumCount else {
      throw .unsupported("\(sizes.count) dimensions; a tensor has at most \(Dimensions.maximumCount)")
    }
    guard let count = Shape.checkedElementCount(of: sizes), !count.multipliedReportingOverflow(by: 8).overflow else {
      throw .damaged("a shape of \(sizes) is too large")
    }
    return count * dtype.itemSize
  }

  /// Memory for so many bytes, or the fault. The caller knows that the file holds as much.
  static func allocate(_ byteCount: Int) throws(FormatFault) -> Storage {
    do throws(TensorError) {
      return Storage(
        takingOver: try Storage.allocate(byteCount: byteCount, device: .cpu), byteCount: byteCount, device: .cpu)
    } catch {
      throw .unsupported(error.rule)
    }
  }

  /// Reverses the bytes of each element.
  static func swap(_ bytes: UnsafeMutableRawBufferPointer, itemSize: Int) {
    func swap<T: FixedWidthInteger>(_: T.Type) {
      for position in stride(from: 0, to: bytes.count - MemoryLayout<T>.size + 1, by: MemoryLayout<T>.size) {
        let value = bytes.loadUnaligned(fromByteOffset: position, as: T.self)
        bytes.storeBytes(of: value.byteSwapped, toByteOffset: position, as: T.self)
      }
    }
    switch itemSize {
    case 2: swap(UInt16.self)
    case 4: swap(UInt32.self)
    case 8: swap(UInt64.self)
    default: break
    }
  }

  /// Makes true 1: in a file any byte but 0 may mean it.
  static func normalizeFlags(_ bytes: UnsafeMutableRawBufferPointer) {
    for i in bytes.indices where bytes[i] > 1 { bytes[i] = 1 }
  }

  /// The elements of a tensor in row-major order in this machine's memory, as a tensor. After a failure in a catching
  /// scope there is nothing that could be written.
  static func rowMajor(_ tensor: Tensor, _ name: String) throws(FormatFault) -> Tensor {
    let isStandIn = ThreadMode.hasFailed || tensor.standInError != nil
    // Not through the door for a stand-in, which would end the program.
    let block = isStandIn ? tensor : ThreadMode.with(adding: .noGradient) { tensor.detach().cpu().contiguous() }
    // Stand-ins must not take a good file's place.
    guard !isStandIn, !ThreadMode.hasFailed else {
      throw .unsupported("is not written: \(name) has no elements, because an operation has failed before")
    }
    return block
  }

  /// The bytes of a contiguous tensor on the CPU, for the duration of a call.
  static func with<R>(_ block: Tensor, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(block) {
      try body(UnsafeRawBufferPointer(start: block.dataPointer, count: block.elementCount * block.dtype.itemSize))
    }
  }
}
