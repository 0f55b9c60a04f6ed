/// Runs `body` with mixed precision (PyTorch's `torch.autocast`): what gains from a shorter type is computed in it, what
/// needs the range in float32. For the calling thread; nests. Call `backward()` outside.
///
/// ```swift
/// let loss = withAutocast(.bfloat16) { Functional.crossEntropy(model(x), y) }
/// loss.backward()
/// ```
/// As in PyTorch on the CPU, on every device:
/// - Matrix products, linear layers, convolutions, attention, recurrent networks (`RNN`, `GRU`, `LSTM` and their cells) and
///   `prelu` convert their operands to `dtype` (float64 and integers are left alone) and give results of it.
/// - Losses, products of elements, quantiles, factorizations, 3-d pooling, unpooling, local response normalization of
///   images, reflecting padding, distances and grid sampling convert operands of a shorter type to float32.
/// - All else computes in the type that its operands have; of several, in the widest.
///
/// Parameters stay float32, and so do their gradients. A parameter that is used several times in the outermost scope is
/// converted once. With float16, scale the loss by a `GradScaler`.
/// - Parameters:
///   - dtype: bfloat16 or float16.
///   - enabled: false computes as without, inside of another scope too.
///   - cacheEnabled: whether converted parameters are kept until the end of the outermost scope.
public func withAutocast<R, E: Error>(
  _ dtype: DType = .bfloat16, enabled: Bool = true, cacheEnabled: Bool = true, _ body: () throws(E) -> R
) throws(E) -> R {
  guard enabled else { return try Autocast.with(nil, body) }
  guard dtype == .bfloat16 || dtype == .float16 else {
    fail(TensorError("withAutocast", rule: "mixed precision computes in bfloat16 or float16, not \(dtype)"))
    return try body()
  }
  let cache = cacheEnabled ? Autocast.cache ?? AutocastCache() : nil
  let result: Result<R, E> = Autocast.$cache.withValue(cache) {
    do throws(E) { return .success(try Autocast.with(dtype, body)) } catch { return .failure(error) }
  }
  return try result.get()
}

/// The type that ``withAutocast(_:enabled:cacheEnabled:_:)`` computes in now, or nil outside (PyTorch's
/// `torch.is_autocast_enabled` and `torch.get_autocast_dtype`).
public var autocastDType: DType? { ThreadMode.current.autocastDType }

extension ThreadMode {
  /// Mixed precision with float16 or with bfloat16.
  static let autocastFloat16 = ThreadMode(rawValue: 64)
  static let autocastBFloat16 = ThreadMode(rawValue: 128)
  package static let autocast: ThreadMode = [.autocastFloat16, .autocastBFloat16]

  @inline(__always)
  var isAutocast: Bool { rawValue & ThreadMode.autocast.rawValue != 0 }

  var autocastDType: DType? { contains(.autocastBFloat16) ? .bfloat16 : contains(.autocastFloat16) ? .float16 : nil }
}

package enum Autocast {
  @TaskLocal fileprivate static var cache: AutocastCache?

  /// Runs `body` with mixed precision of a type, or without.
  package static func with<R, E: Error>(_ dtype: DType?, _ body: () throws(E) -> R) throws(E) -> R {
    let added: ThreadMode = dtype == .bfloat16 ? .autocastBFloat16 : dtype == .float16 ? .autocastFloat16 : []
    return try ThreadMode.with(adding: added, removing: ThreadMode.autocast.subtracting(added), body)
  }

  /// Runs `body` without: for an operation that has converted its operands itself, or must not.
  @inline(__always)
  package static func without<R>(_ body: () -> R) -> R { ThreadMode.current.isAutocast ? with(nil, body) : body() }

  /// An operand of what is computed in the shorter type.
  @inline(__always)
  package static func short(_ x: Tensor) -> Tensor {
    let mode = ThreadMode.current
    return mode.isAutocast ? shortened(x, mode) : x
  }

  /// An operand of what is computed in float32.
  @inline(__always)
  package static func full(_ x: Tensor) -> Tensor {
    ThreadMode.current.isAutocast && (x.dtype == .float16 || x.dtype == .bfloat16) ? x.to(.float32) : x
  }

  @inline(never)
  private static func shortened(_ x: Tensor, _ mode: ThreadMode) -> Tensor {
    guard let dtype = mode.autocastDType, x.dtype.isFloatingPoint, x.dtype != .float64, x.dtype != dtype else { return x }
    if let cache, x.flags.contains(.tracked), x.viewBase == nil, Recording.recorder?.isLeaf(x) == true {
      return cache.value(of: x, as: dtype, mode)
    }
    return x.to(dtype)
  }

  /// The operands of a primitive in the type that it is computed in; nil if it takes them as they are.
  @inline(never)
  static func converted(_ primitive: Primitive, _ operands: Operands, _ mode: ThreadMode) -> Operands? {
    let list = operands.array
    let converted: [Tensor]
    switch primitive {
    case .matmul, .linear, .convolution, .lstmCell: converted = list.map { shortened($0, mode) }
    case .reduce(.product, _, _, _), .linearAlgebra, .ctcLoss: converted = list.map { full($0) }
    case .maxPool(let attributes), .averagePool(let attributes):
      if attributes.rank != 3 { return nil }
      converted = list.map { full($0) }
    default: return nil
    }
    return zip(list, converted).allSatisfy { $0 === $1 } ? nil : Operands(converted)
  }
}

/// Parameters that were converted in an outermost scope. Their gradients meet in the shorter type, as in PyTorch.
private final class AutocastCache: Sendable {
  private struct Key: Hashable {
    let tensor: ObjectIdentifier
    let dtype: DType
    let isRecorded: Bool
  }
  /// What is kept is valid while the tensor has these elements and this history; holding them keeps the key its own.
  private struct Entry {
    let tensor: Tensor
    let storage: Storage
    let version: UInt32
    let node: AnyObject?
    let value: Tensor
  }
  private let entries = Guarded<[Key: Entry]>([:])

  func value(of x: Tensor, as dtype: DType, _ mode: ThreadMode) -> Tensor {
    let key = Key(tensor: ObjectIdentifier(x), dtype: dtype, isRecorded: Recording.records(x.flags, mode))
    let storage = x.storage, node = x.history?.node
    let present = entries.withLock { $0[key] }
    if let present, present.storage === storage, present.version == storage.version, present.node === node { return present.value }
    let value = x.to(dtype)
    let entry = Entry(tensor: x, storage: storage, version: storage.version, node: node, value: value)
    let old = entries.withLock { $0.updateValue(entry, forKey: key) }
    withExtendedLifetime(old) {}
    return value
  }
}
