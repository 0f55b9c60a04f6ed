package import TensorModule

// Reading and writing elements in plain Swift, through addresses and strides, so that no kernel is trusted.

/// The value of a half-precision number given by its bits.
private func half(_ bits: UInt16) -> Double {
  let sign: Double = bits >> 15 == 0 ? 1 : -1
  let exponent = Int(bits >> 10 & 31), fraction = Double(bits & 1023)
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default: return sign * (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
  }
}

/// The bits of the half-precision number nearest to a value, ties to even.
private func halfBits(_ value: Double) -> UInt16 {
  let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
  let size = value.magnitude
  if value.isNaN { return 0x7E00 }
  if size >= 65520 { return sign | 0x7C00 }
  if size < 0x1p-14 { return sign | UInt16((size * 0x1p24).rounded(.toNearestOrEven)) }
  let scaled = (size.significand * 1024).rounded(.toNearestOrEven)
  // A fraction that rounds up to the next power of two carries into the exponent by itself.
  return sign | UInt16((Int(size.exponent) + 14) << 10 + Int(scaled))
}

extension DType {
  /// One element at an address.
  package func read(_ address: UnsafeRawPointer) -> Double {
    switch self {
    case .float32: Double(address.loadUnaligned(as: Float.self))
    case .float64: address.loadUnaligned(as: Double.self)
    case .float16: half(address.loadUnaligned(as: UInt16.self))
    case .bfloat16: Double(BFloat16(bitPattern: address.loadUnaligned(as: UInt16.self)).float)
    case .int8: Double(address.loadUnaligned(as: Int8.self))
    case .int16: Double(address.loadUnaligned(as: Int16.self))
    case .int32: Double(address.loadUnaligned(as: Int32.self))
    case .int64: Double(address.loadUnaligned(as: Int64.self))
    case .uint8: Double(address.loadUnaligned(as: UInt8.self))
    case .bool: address.loadUnaligned(as: UInt8.self) == 0 ? 0 : 1
    }
  }

  /// Stores one element, rounded to this type.
  package func write(_ value: Double, to address: UnsafeMutableRawPointer) {
    switch self {
    case .float32: address.storeBytes(of: Float(value), as: Float.self)
    case .float64: address.storeBytes(of: value, as: Double.self)
    case .float16: address.storeBytes(of: halfBits(value), as: UInt16.self)
    case .bfloat16: address.storeBytes(of: BFloat16(Float(value)).bitPattern, as: UInt16.self)
    case .int8: address.storeBytes(of: Int8(value), as: Int8.self)
    case .int16: address.storeBytes(of: Int16(value), as: Int16.self)
    case .int32: address.storeBytes(of: Int32(value), as: Int32.self)
    case .int64: address.storeBytes(of: Int64(value), as: Int64.self)
    case .uint8: address.storeBytes(of: UInt8(value), as: UInt8.self)
    case .bool: address.storeBytes(of: value == 0 ? 0 : 1, as: UInt8.self)
    }
  }

  /// A value as this type holds it.
  package func rounded(_ value: Double) -> Double {
    switch self {
    case .float64: return value
    case .float32: return Double(Float(value))
    case .float16, .bfloat16: break
    default: return value
    }
    return withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { memory in
      write(value, to: memory.baseAddress!)
      return read(memory.baseAddress!)
    }
  }
}

extension Tensor {
  /// Where the elements are, in bytes from the storage's start, row-major.
  package final var elementOffsets: [Int] {
    var result = [layout.offset * dtype.itemSize]
    for axis in 0..<rank {
      let size = shape[axis], step = layout.strides[axis] * dtype.itemSize
      var longer: [Int] = []
      longer.reserveCapacity(result.count * size)
      for start in result {
        var offset = start
        for _ in 0..<size {
          longer.append(offset)
          offset += step
        }
      }
      result = longer
    }
    return result
  }

  /// The elements, row-major; of a tensor on another device, those of a copy.
  package final var elements: DenseArray {
    guard device.isCPU else { return detach().cpu().elements }
    let values = elementOffsets.map { dtype.read(base + $0) }
    return DenseArray(Array(shape), values)
  }

  /// Overwrites the elements in the memory itself, unseen by the tape and the version counter.
  package final func poison() {
    for offset in elementOffsets { dtype.write(dtype.isFloatingPoint ? .nan : 77, to: base + offset) }
  }

  /// A row-major CPU tensor with these elements.
  package convenience init(_ array: DenseArray, dtype: DType) {
    let byteCount = array.count * dtype.itemSize
    // The core's own way to memory, so that it can be freed the core's way.
    guard let memory = try? Storage.allocate(byteCount: byteCount, device: .cpu) else { fatalError("no memory") }
    for (i, value) in array.values.enumerated() { dtype.write(value, to: memory + i * dtype.itemSize) }
    self.init(
      takingOver: memory, byteCount: byteCount, layout: Layout(contiguous: Shape(array.shape)), dtype: dtype, device: .cpu)
  }
}
