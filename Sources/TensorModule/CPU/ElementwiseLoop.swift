internal import CPUKernels

/// Builds the loop of an element-wise kernel: operands seen at the output's shape, dimensions that lie together merged,
/// the output's fastest dimension innermost.
struct ElementwiseLoop {
  private var work = mk_elementwise()
  /// More dimensions than a kernel loops over, after merging: looped over here, outermost.
  private var outer: [(size: Int, strides: [Int])] = []

  /// `compute`: the type in which the operation is computed.
  init(arity: Int32, operation: UInt8, compute: DType, parameters: Parameters) {
    work.arity = arity
    work.operation = Int32(operation)
    work.compute = compute.code
    work.parameters = (parameters.first, parameters.second)
  }

  /// Runs over `output` and its operands.
  @inline(__always)
  mutating func run(_ output: Tensor, _ inputs: Operands) -> Int32 {
    if fitsFlat(output, inputs) {
      let count = Int64(output.elementCount)
      work.rank = 1
      work.sizes.0 = count
      setFlat(&work.output, output)
      setFlat(&work.inputs.0, inputs.first)
      if inputs.count > 1 { setFlat(&work.inputs.1, inputs.second!) }
      if inputs.count > 2 { setFlat(&work.inputs.2, inputs.third!) }
      return count == 0 ? Int32(MK_OK) : mk_run_elementwise(&work)
    }
    return runStrided(output, inputs)
  }

  /// Everything contiguous and of one shape, or a single number.
  @inline(__always)
  private func fitsFlat(_ output: Tensor, _ inputs: Operands) -> Bool {
    guard output.contiguousCount >= 0 else { return false }
    return fitsFlat(inputs.first, output) && (inputs.count < 2 || fitsFlat(inputs.second!, output))
      && (inputs.count < 3 || fitsFlat(inputs.third!, output))
  }

  @inline(__always)
  private func fitsFlat(_ input: Tensor, _ output: Tensor) -> Bool {
    input.layout.rank == 0 || (input.contiguousCount >= 0 && input.layout.shape == output.layout.shape)
  }

  @inline(__always)
  private func setFlat(_ operand: inout mk_operand, _ tensor: Tensor) {
    operand.data = tensor.dataPointer
    operand.dtype = tensor.dtype.code
    operand.strides.0 = tensor.layout.rank == 0 ? 0 : 1
  }

  private mutating func runStrided(_ output: Tensor, _ inputs: Operands) -> Int32 {
    let shape = output.shape
    if output.elementCount == 0 { return Int32(MK_OK) }
    let tensors = [output] + inputs.array
    // Signatures guarantee that inputs broadcast to the output.
    let layouts = tensors.map { $0.layout.broadcast(to: shape) ?? $0.layout }
    var dimensions: [(size: Int, strides: [Int])] = []
    for i in 0..<shape.rank where shape.dimensions[i] != 1 {
      dimensions.append((shape.dimensions[i], layouts.map { $0.strides[i] }))
    }
    // Slowest first by the output, then (where it repeats nothing) by the first input.
    dimensions = dimensions.enumerated().sorted { a, b in
      let strideA = abs(a.element.strides[0]), strideB = abs(b.element.strides[0])
      return strideA != strideB ? strideA > strideB : a.offset < b.offset
    }.map(\.element)
    var merged: [(size: Int, strides: [Int])] = []
    for dimension in dimensions {
      if let last = merged.last, zip(last.strides, dimension.strides).allSatisfy({ $0 == $1 * dimension.size }) {
        merged[merged.count - 1] = (last.size * dimension.size, dimension.strides)
      } else {
        merged.append(dimension)
      }
    }
    let innerRank = min(merged.count, Int(MK_MAX_RANK))
    outer = Array(merged.dropLast(innerRank))
    let inner = Array(merged.suffix(innerRank).reversed())
    work.rank = Int32(innerRank)
    fill(&work.sizes, inner.map(\.size))
    for (position, tensor) in tensors.enumerated() {
      var operand = mk_operand()
      operand.data = tensor.dataPointer
      operand.dtype = tensor.dtype.code
      fill(&operand.strides, inner.map { $0.strides[position] })
      set(operand, at: position)
    }
    return outer.isEmpty ? mk_run_elementwise(&work) : runOuter(tensors)
  }

  private mutating func set(_ operand: mk_operand, at position: Int) {
    switch position {
    case 0: work.output = operand
    case 1: work.inputs.0 = operand
    case 2: work.inputs.1 = operand
    default: work.inputs.2 = operand
    }
  }

  /// The dimensions that the kernel has no room for, as an odometer.
  private mutating func runOuter(_ tensors: [Tensor]) -> Int32 {
    var index = [Int](repeating: 0, count: outer.count)
    var status = Int32(MK_OK)
    while true {
      var offsets = [Int](repeating: 0, count: tensors.count)
      for (i, dimension) in outer.enumerated() {
        for position in tensors.indices { offsets[position] += index[i] * dimension.strides[position] }
      }
      for (position, tensor) in tensors.enumerated() {
        let data = tensor.dataPointer + offsets[position] * tensor.dtype.itemSize
        switch position {
        case 0: work.output.data = data
        case 1: work.inputs.0.data = data
        case 2: work.inputs.1.data = data
        default: work.inputs.2.data = data
        }
      }
      let result = mk_run_elementwise(&work)
      if result != MK_OK { status = result }
      var i = outer.count - 1
      while i >= 0 {
        index[i] += 1
        if index[i] < outer[i].size { break }
        index[i] = 0
        i -= 1
      }
      if i < 0 { return status }
    }
  }
}

/// A C array of eight, as Swift imports it.
typealias KernelDimensions = (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)

/// Copies up to eight numbers into a C array.
func fill(_ array: inout KernelDimensions, _ values: [Int]) {
  withUnsafeMutableBytes(of: &array) { bytes in
    let numbers = bytes.bindMemory(to: Int64.self)
    for (i, value) in values.prefix(numbers.count).enumerated() { numbers[i] = Int64(value) }
  }
}
