extension Primitive {
  /// `[…, m, k] × […, k, n]` → `[…, m, n]`; both operands have at least two dimensions here (`Tensor.matmul` lifts
  /// vectors).
  static func matmulSignature(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Signature {
    if a.device != b.device { throw .deviceMismatch(operation: "matmul", a, b) }
    guard a.dtype == b.dtype else {
      throw TensorError(
        "matmul", of: a, b, rule: "operands have different dtypes, \(a.dtype) and \(b.dtype)",
        hint: "convert one with to(_:)")
    }
    let inner = a.shape[a.rank - 1]
    guard inner == b.shape[b.rank - 2] else {
      let fits = inner == b.shape[b.rank - 1]
      throw TensorError(
        "matmul", of: a, b, rule: "inner dimensions \(inner) and \(b.shape[b.rank - 2]) differ",
        hint: fits ? "did you mean to transpose the second operand?" : nil)
    }
    let batchA = Shape(a.shape.dropLast(2)), batchB = Shape(b.shape.dropLast(2))
    guard let batch = broadcastShape(batchA, batchB) else {
      throw TensorError(
        "matmul", of: a, b,
        rule: "batch dimensions \(batchA.tupleDescription) and \(batchB.tupleDescription) cannot be broadcast together")
    }
    var shape = batch.dimensions
    shape.append(a.shape[a.rank - 2])
    shape.append(b.shape[b.rank - 1])
    return Signature(Shape(shape), a.dtype)
  }

  /// input `[…, in]`, weight `[out, in]`, bias `[out]` → `[…, out]`.
  static func linearSignature(_ operands: Operands) throws(TensorError) -> Signature {
    let input = operands[0], weight = operands[1]
    guard weight.rank == 2, input.rank >= 1 else {
      throw TensorError(
        "linear", of: input, weight, rule: "needs an input of at least 1 dimension and a weight of shape (out, in)")
    }
    guard input.shape[-1] == weight.shape[1] else {
      throw TensorError(
        "linear", of: input, weight,
        rule: "the input's last dimension is \(input.shape[-1]), the layer expects \(weight.shape[1])",
        hint: "flatten or reshape the input to (…, \(weight.shape[1]))")
    }
    for i in 1..<operands.count {
      if operands[i].device != input.device { throw .deviceMismatch(operation: "linear", input, operands[i]) }
      guard operands[i].dtype == input.dtype else {
        throw TensorError(
          "linear", of: input, operands[i],
          rule: "input is \(input.dtype), \(i == 1 ? "weight" : "bias") is \(operands[i].dtype)",
          hint: "convert the input with to(.\(operands[i].dtype)) or the module with to(.\(input.dtype))")
      }
    }
    if operands.count > 2 {
      guard operands[2].shape == [weight.shape[0]] else {
        throw TensorError(
          "linear", of: input, weight, operands[2], rule: "the bias must have shape (\(weight.shape[0]),)")
      }
    }
    var shape = input.shape
    shape[shape.rank - 1] = weight.shape[0]
    return Signature(shape, input.dtype)
  }
}

extension ConvolutionAttributes {
  /// Throws unless input and weight have the dimensions that a convolution of this rank, transposed or not, takes.
  func checkRanks(_ name: String, _ input: Tensor, _ weight: Tensor) throws(TensorError) {
    guard input.rank == rank + 2 else {
      throw TensorError(
        name, of: input, weight,
        rule: "expected an input of \(rank + 1) (unbatched) or \(rank + 2) (batched) dimensions, got \(input.rank)")
    }
    guard weight.rank == rank + 2 else {
      throw TensorError(name, of: input, weight, rule: "expected a weight of \(rank + 2) dimensions, got \(weight.rank)")
    }
  }

  /// input `[N, C, spatial…]`, weight `[K, C/groups, kernel…]`, bias `[K]` → `[N, K, spatial…]`.
  func signature(_ operands: Operands) throws(TensorError) -> Signature {
    let input = operands[0], weight = operands[1]
    var name: String { "conv\(rank)d" }
    try checkRanks(name, input, weight)
    guard groups > 0, weight.shape[0] % groups == 0 else {
      throw TensorError(
        name, of: input, weight, rule: "the \(weight.shape[0]) output channels cannot be split into \(groups) groups")
    }
    guard input.shape[1] == weight.shape[1] * groups else {
      throw TensorError(
        name, of: input, weight,
        rule: "the weight expects \(weight.shape[1] * groups) input channels (groups \(groups)), the input has \(input.shape[1])")
    }
    for i in 1..<operands.count {
      if operands[i].device != input.device { throw .deviceMismatch(operation: name, input, operands[i]) }
      guard operands[i].dtype == input.dtype else {
        throw TensorError(
          name, of: input, operands[i],
          rule: "input is \(input.dtype), \(i == 1 ? "weight" : "bias") is \(operands[i].dtype)",
          hint: "convert one with to(_:)")
      }
    }
    if operands.count > 2 && operands[2].shape != [weight.shape[0]] {
      throw TensorError(
        name, of: input, weight, operands[2], rule: "the bias must have shape (\(weight.shape[0]),)")
    }
    var shape = Dimensions([input.shape[0], weight.shape[0]])
    for i in 0..<rank {
      guard stride[i] > 0, dilation[i] > 0, padding[i] >= 0 else {
        throw TensorError(
          name, of: input, weight,
          rule: "stride \(stride[i]) and dilation \(dilation[i]) must be positive, padding \(padding[i]) not negative")
      }
      let padded = input.shape[2 + i] + 2 * padding[i]
      let window = dilation[i] * (weight.shape[2 + i] - 1) + 1
      guard weight.shape[2 + i] > 0, padded >= window else {
        throw TensorError(
          name, of: input, weight,
          rule: "the kernel spans \(window) but the padded input only \(padded) at spatial dimension \(i)")
      }
      shape.append((padded - window) / stride[i] + 1)
    }
    return Signature(Shape(shape), input.dtype)
  }
}

extension PoolAttributes {
  /// The last `rank` dimensions are pooled.
  func outputShape(
    _ operation: @autoclosure () -> String, _ input: Tensor, allowsIntegers: Bool
  ) throws(TensorError) -> Shape {
    guard input.rank == rank + 1 || input.rank == rank + 2 else {
      throw TensorError(
        operation(), of: input, rule: "expected \(rank + 1) (unbatched) or \(rank + 2) (batched) dimensions, got \(input.rank)")
    }
    guard input.dtype.isFloatingPoint || (allowsIntegers && input.dtype.isInteger) else {
      throw TensorError(operation(), of: input, rule: "needs a floating-point tensor, not \(input.dtype)")
    }
    var shape = input.shape
    let lead = input.rank - rank
    // Only the batch may be empty.
    for i in (input.rank == rank + 1 ? 0 : 1)..<input.rank where shape[i] == 0 {
      throw TensorError(operation(), of: input, rule: "there is nothing to pool in dimension \(i) of size 0; only the batch may be empty")
    }
    if isAdaptive {
      for i in 0..<rank {
        guard kernel[i] >= 0 else {
          throw TensorError(operation(), of: input, rule: "output size \(kernel[i]) must not be negative")
        }
        shape[lead + i] = kernel[i]
      }
      return shape
    }
    for i in 0..<rank {
      guard kernel[i] > 0, stride[i] > 0, dilation[i] > 0 else {
        throw TensorError(operation(), of: input, rule: "kernel size, stride and dilation must be positive")
      }
      guard padding[i] >= 0, padding[i] * 2 <= kernel[i] else {
        throw TensorError(
          operation(), of: input, rule: "padding \(padding[i]) must be between 0 and half of the kernel size \(kernel[i])")
      }
      let size = input.shape[lead + i]
      let span = size + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1
      guard span >= 0 || (ceilMode && span + stride[i] > 0) else {
        throw TensorError(
          operation(), of: input, rule: "the window spans more than the padded input of size \(size) at spatial dimension \(i)")
      }
      var count = (ceilMode ? span + stride[i] - 1 : span) / stride[i] + 1
      // The last window must start inside the input or its left padding.
      if ceilMode && (count - 1) * stride[i] >= size + padding[i] { count -= 1 }
      guard count > 0 else {
        throw TensorError(operation(), of: input, rule: "the result would be empty at spatial dimension \(i)")
      }
      shape[lead + i] = count
    }
    return shape
  }
}
