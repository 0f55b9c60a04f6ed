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

  /// Dimensions in a scratch of the stack, five numbers each: size, and the strides of output and inputs.
  private static let entry = 5

  private mutating func runStrided(_ output: Tensor, _ inputs: Operands) -> Int32 {
    if output.elementCount == 0 { return Int32(MK_OK) }
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: max(output.rank, 1) * Self.entry) { scratch in
      let dimensions = scratch.baseAddress!
      var count = Self.collect(output.layout, inputs, into: dimensions)
      count = Self.merge(dimensions, count: count, operands: inputs.count + 1)
      let innerRank = min(count, Int(MK_MAX_RANK))
      work.rank = Int32(innerRank)
      for position in 0...inputs.count {
        let tensor = position == 0 ? output : inputs[position - 1]
        var operand = mk_operand()
        operand.data = tensor.dataPointer
        operand.dtype = tensor.dtype.code
        fill(&operand.strides, dimensions + position + 1, count: count, innerRank: innerRank)
        set(operand, at: position)
      }
      fill(&work.sizes, dimensions, count: count, innerRank: innerRank)
      if innerRank == count { return mk_run_elementwise(&work) }
      outer = (0..<count - innerRank).map { i in
        let start = dimensions + i * Self.entry
        return (start[0], (1...inputs.count + 1).map { start[$0] })
      }
      return runOuter([output] + inputs.array)
    }
  }

  /// The output's dimensions other than 1, slowest first by the output's strides; returns how many. Inputs broadcast to the
  /// output (signatures guarantee it): where they have no dimension or size 1 they do not move.
  private static func collect(_ output: Layout, _ inputs: Operands, into dimensions: UnsafeMutablePointer<Int>) -> Int {
    var count = 0
    for dim in 0..<output.rank where output.shape.dimensions[dim] != 1 {
      let step = output.strides[dim].magnitude
      // Insertion from the back keeps the order among equals.
      var place = count
      while place > 0 && dimensions[(place - 1) * entry + 1].magnitude < step { place -= 1 }
      let start = dimensions + place * entry
      (start + entry).update(from: start, count: (count - place) * entry)
      start[0] = output.shape.dimensions[dim]
      start[1] = output.strides[dim]
      for position in 0..<inputs.count {
        let layout = inputs[position].layout
        let own = dim - (output.rank - layout.rank)
        start[position + 2] = own < 0 || layout.shape.dimensions[own] == 1 ? 0 : layout.strides[own]
      }
      count += 1
    }
    return count
  }

  /// Joins neighbours that lie together in all operands; returns how many are left.
  private static func merge(_ dimensions: UnsafeMutablePointer<Int>, count: Int, operands: Int) -> Int {
    var kept = 0
    for i in 0..<count {
      let next = dimensions + i * entry
      if kept > 0 {
        let last = dimensions + (kept - 1) * entry
        if (1...operands).allSatisfy({ last[$0] == next[$0] * next[0] }) {
          let size = last[0] * next[0]
          last.update(from: next, count: entry)
          last[0] = size
          continue
        }
      }
      (dimensions + kept * entry).update(from: next, count: entry)
      kept += 1
    }
    return kept
  }

  /// The kernel's dimensions run fastest first.
  private func fill(
    _ array: inout KernelDimensions, _ numbers: UnsafeMutablePointer<Int>, count: Int, innerRank: Int
  ) {
    withUnsafeMutableBytes(of: &array) { bytes in
      for i in 0..<innerRank {
        bytes.storeBytes(of: Int64(numbers[(count - 1 - i) * Self.entry]), toByteOffset: i * 8, as: Int64.self)
      }
    }
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
