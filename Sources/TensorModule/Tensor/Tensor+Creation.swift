internal import CPUKernels

/// A number or a nested array of numbers that a tensor can be made from: `1`, `[1.0, 2.0]`, `[[1, 2], [3, 4]]` …
public protocol TensorElements {
  /// The number type inside.
  associatedtype Number: TensorScalar
  /// Appends the numbers in row-major order, and the sizes found on the way down.
  func flatten(into numbers: inout [Number], sizes: inout [Int], depth: Int) throws
}

/// An array nested unevenly.
struct RaggedArray: Error {
  let depth: Int
  let expected: Int
  let found: Int
}

extension TensorElements where Self: TensorScalar {
  /// Appends the number.
  public func flatten(into numbers: inout [Self], sizes: inout [Int], depth: Int) throws { numbers.append(self) }
}
extension Double: TensorElements {}
extension Float: TensorElements {}
#if !(os(macOS) && arch(x86_64))
  extension Float16: TensorElements {}
#endif
extension BFloat16: TensorElements {}
extension Bool: TensorElements {}
extension Int: TensorElements {}
extension Int64: TensorElements {}
extension Int32: TensorElements {}
extension Int16: TensorElements {}
extension Int8: TensorElements {}
extension UInt8: TensorElements {}

extension Array: TensorElements where Element: TensorElements {
  /// Appends the numbers of every element.
  public func flatten(into numbers: inout [Element.Number], sizes: inout [Int], depth: Int) throws {
    if sizes.count == depth {
      sizes.append(count)
    } else if sizes[depth] != count {
      throw RaggedArray(depth: depth, expected: sizes[depth], found: count)
    }
    for element in self { try element.flatten(into: &numbers, sizes: &sizes, depth: depth + 1) }
  }
}

extension Tensor {
  /// A tensor of a number or a nested array, copied (PyTorch's `torch.tensor`).
  ///
  /// Literals with a fraction give float32, whole ones int64, `Bool`s bool; other Swift types keep theirs. An unevenly
  /// nested array fails.
  public convenience init<E: TensorElements>(_ elements: E, dtype: DType? = nil) {
    var numbers: [E.Number] = []
    var sizes: [Int] = []
    var failure: TensorError?
    do {
      try elements.flatten(into: &numbers, sizes: &sizes, depth: 0)
    } catch let ragged as RaggedArray {
      failure = TensorError(
        "Tensor", rule: "expected sequences of length \(ragged.expected) at dimension \(ragged.depth), got one of \(ragged.found)",
        hint: "all rows of a nested array must have the same length")
    } catch {
      failure = TensorError("Tensor", rule: "\(error)")
    }
    guard let failure else {
      self.init(numbers, shape: Shape(sizes), dtype: dtype)
      return
    }
    fail(failure)
    self.init(standInFor: failure)
  }

  /// A tensor of numbers in row-major order, copied. Their count must be that of the shape.
  public convenience init<S: TensorScalar>(_ numbers: [S], shape: Shape, dtype: DType? = nil) {
    let target = dtype ?? S.defaultDType
    guard shape.checkedElementCount == numbers.count, shape.rank <= Dimensions.maximumCount else {
      let error = TensorError("Tensor", rule: "\(numbers.count) numbers do not fill shape \(shape)")
      fail(error)
      self.init(standInFor: error)
      return
    }
    self.init(hostShape: shape, dtype: target)
    guard !numbers.isEmpty, contiguousCount == numbers.count, !flags.contains(.standIn) else { return }
    numbers.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress else { return }
      if S.dtype == target {
        base.copyMemory(from: source, byteCount: bytes.count)
      } else {
        var copy = mk_elementwise()
        copy.arity = 1
        copy.operation = Int32(UnaryOperation.copy.rawValue)
        copy.compute = target.computeType.code
        copy.rank = 1
        copy.sizes.0 = Int64(numbers.count)
        copy.output.data = base
        copy.output.dtype = target.code
        copy.output.strides.0 = 1
        copy.inputs.0.data = UnsafeMutableRawPointer(mutating: source)
        copy.inputs.0.dtype = S.dtype.code
        copy.inputs.0.strides.0 = 1
        _ = mk_run_elementwise(&copy)
      }
    }
  }

  /// Fresh host memory of the shape; after a failure (no memory) an empty tensor.
  private convenience init(hostShape shape: Shape, dtype: DType) {
    let bytes = shape.elementCount.multipliedReportingOverflow(by: dtype.itemSize)
    if !bytes.overflow, let address = mk_allocate(bytes.partialValue) {
      self.init(
        takingOver: address, byteCount: bytes.partialValue, layout: Layout(contiguous: shape), dtype: dtype, device: .cpu,
        flags: ThreadMode.current.contains(.inference) ? .inference : [])
    } else {
      let error = TensorError.outOfMemory(byteCount: bytes.partialValue)
      fail(error)
      self.init(standInFor: error)
    }
  }

  /// A tensor over the caller's memory, shared, not copied (PyTorch's `from_numpy`). `owner` is kept alive; the memory
  /// must stay valid and unmoved for as long.
  public convenience init<S: TensorScalar>(borrowing memory: UnsafeMutableBufferPointer<S>, shape: Shape, owner: AnyObject) {
    if shape.checkedElementCount != memory.count || memory.baseAddress == nil {
      let error = TensorError("Tensor(borrowing:)", rule: "\(memory.count) numbers do not fill shape \(shape)")
      fail(error)
      self.init(standInFor: error)
      return
    }
    let storage = Storage(
      borrowing: UnsafeMutableRawPointer(memory.baseAddress!), byteCount: memory.count * MemoryLayout<S>.stride, owner: owner)
    self.init(storage, layout: Layout(contiguous: shape), dtype: S.dtype)
  }

  // MARK: Filled

  /// Undefined elements (PyTorch's `torch.empty`).
  public static func empty(_ shape: Shape, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let count = shape.checkedElementCount, !count.multipliedReportingOverflow(by: 8).overflow,
      shape.rank <= Dimensions.maximumCount
    else {
      return failing(TensorError("empty", rule: "\(shape) is not a valid shape", hint: "sizes must not be negative"))
    }
    do throws(TensorError) {
      return try Tensor(
        allocating: Specification(shape, dtype), device: device,
        flags: ThreadMode.current.contains(.inference) ? .inference : [])
    } catch {
      return failing(error)
    }
  }

  /// Every element the same number (PyTorch's `torch.full`); the dtype follows the number unless named.
  public static func full<S: TensorScalar>(
    _ shape: Shape, _ value: S, dtype: DType? = nil, device: Device = .cpu
  ) -> Tensor {
    filled(shape, value.scalar, dtype ?? S.defaultDType, device)
  }

  /// `full` of a number whose Swift type is forgotten.
  package static func full(_ shape: Shape, scalar: Scalar, dtype: DType, device: Device) -> Tensor {
    filled(shape, scalar, dtype, device)
  }

  private static func filled(_ shape: Shape, _ value: Scalar, _ dtype: DType, _ device: Device) -> Tensor {
    let result = empty(shape, dtype: dtype, device: device)
    if ThreadMode.hasFailed { return result }
    return ThreadMode.with(adding: .noGradient) { applyCopy(result, from: wrapped(value)) }
  }

  /// All zeros (PyTorch's `torch.zeros`).
  public static func zeros(_ shape: Shape, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    filled(shape, .integer(0), dtype, device)
  }
  /// ``zeros(_:dtype:device:)`` with the sizes as arguments.
  public static func zeros(_ sizes: Int..., dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    zeros(Shape(sizes), dtype: dtype, device: device)
  }
  /// All ones (PyTorch's `torch.ones`).
  public static func ones(_ shape: Shape, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    filled(shape, .integer(1), dtype, device)
  }
  /// ``ones(_:dtype:device:)`` with the sizes as arguments.
  public static func ones(_ sizes: Int..., dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    ones(Shape(sizes), dtype: dtype, device: device)
  }
  /// Zeros of another tensor's shape, type and device (PyTorch's `zeros_like`).
  public static func zerosLike(_ other: Tensor, dtype: DType? = nil) -> Tensor {
    zeros(other.shape, dtype: dtype ?? other.dtype, device: other.device)
  }
  /// Ones of another tensor's shape, type and device (PyTorch's `ones_like`).
  public static func onesLike(_ other: Tensor, dtype: DType? = nil) -> Tensor {
    ones(other.shape, dtype: dtype ?? other.dtype, device: other.device)
  }
  /// Undefined elements of another tensor's shape, type and device (PyTorch's `empty_like`).
  public static func emptyLike(_ other: Tensor, dtype: DType? = nil) -> Tensor {
    empty(other.shape, dtype: dtype ?? other.dtype, device: other.device)
  }
  /// One number in another tensor's shape, type and device (PyTorch's `full_like`).
  public static func fullLike(_ other: Tensor, _ value: some TensorScalar, dtype: DType? = nil) -> Tensor {
    full(other.shape, value, dtype: dtype ?? other.dtype, device: other.device)
  }

  /// The identity matrix, `[n, m]` (PyTorch's `torch.eye`).
  public static func eye(_ n: Int, _ m: Int? = nil, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    guard n >= 0, m ?? n >= 0 else {
      return failing(TensorError("eye", rule: "the sizes \(n) and \(m ?? n) must not be negative"))
    }
    let result = zeros([n, m ?? n], dtype: dtype, device: device)
    _ = ThreadMode.with(adding: .noGradient) { result.diagonal().fill_(1) }
    return result
  }

  /// One number as a 0-d tensor, float32 unless named (PyTorch's `scalar_tensor`).
  public static func scalarTensor(_ value: some TensorScalar, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    full(Shape(), value, dtype: dtype, device: device)
  }

  // MARK: Like another tensor

  /// Undefined elements of a shape, in this tensor's type and on its device (PyTorch's `new_empty`).
  public func newEmpty(_ shape: Shape, dtype: DType? = nil) -> Tensor {
    Tensor.empty(shape, dtype: dtype ?? self.dtype, device: device)
  }
  /// Zeros of a shape, in this tensor's type and on its device (PyTorch's `new_zeros`).
  public func newZeros(_ shape: Shape, dtype: DType? = nil) -> Tensor {
    Tensor.zeros(shape, dtype: dtype ?? self.dtype, device: device)
  }
  /// Ones of a shape, in this tensor's type and on its device (PyTorch's `new_ones`).
  public func newOnes(_ shape: Shape, dtype: DType? = nil) -> Tensor {
    Tensor.ones(shape, dtype: dtype ?? self.dtype, device: device)
  }
  /// One number in a shape, in this tensor's type and on its device (PyTorch's `new_full`).
  public func newFull(_ shape: Shape, _ value: some TensorScalar, dtype: DType? = nil) -> Tensor {
    Tensor.full(shape, value, dtype: dtype ?? self.dtype, device: device)
  }
  /// A tensor of numbers in this tensor's type and on its device (PyTorch's `new_tensor`).
  public func newTensor(_ elements: some TensorElements, dtype: DType? = nil) -> Tensor {
    Tensor(elements, dtype: dtype ?? self.dtype).to(device)
  }

  /// Every element replaced by a number, as a new tensor (PyTorch's `torch.fill`).
  public func fill(_ value: some TensorScalar) -> Tensor { clone().fill_(value) }
  /// Every element replaced by the one element of a tensor, as a new tensor (PyTorch's `torch.fill`).
  public func fill(_ value: Tensor) -> Tensor { clone().fill_(value) }

  /// 1 at each index of a new last dimension, int64 (PyTorch's `F.one_hot`).
  public func oneHot(_ classCount: Int? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype == .int64 else { return failing(TensorError("oneHot", of: self, rule: "needs int64 indices, not \(dtype)")) }
    let count = classCount ?? (elementCount == 0 ? 0 : max().item(as: Int.self) + 1)
    let zeros = Tensor.zeros(Shape(Array(shape) + [count]), dtype: .int64, device: device)
    return zeros.scatter(dim: -1, index: unsqueeze(-1), Tensor.ones(Shape(Array(shape) + [1]), dtype: .int64, device: device))
  }
}
