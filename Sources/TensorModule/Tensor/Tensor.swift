internal import Synchronization

/// An n-dimensional array of numbers of one type, on one device; the node from which gradients are computed
/// (PyTorch's `torch.Tensor`).
///
/// A reference, as in PyTorch: `let b = a` is the same tensor, views share its elements, methods ending in `_` change
/// them in place. Operations return new tensors and never change their operands.
///
/// ```swift
/// let x = Tensor([[1.0, 2.0], [3.0, 4.0]])   // float32, shape [2, 2]
/// let y = (x * 2 + 1).sum(dim: 1)
/// print(y)                                   // tensor([ 8., 16.])
/// ```
///
/// Sendable: what a tensor refers to is written once (the shared storage, by an atomic compare-and-exchange) or under
/// its lock (the gradient history). Concurrent reads are safe. Concurrent writes to the same elements are the
/// program's mistake, as in PyTorch, but stay inside the tensor's memory. Replacing a parameter's data (moving a
/// module to another device or type) must not run beside other uses of it.
public class Tensor: @unchecked Sendable {
  // Stored privately and read through getters: another module that read the fields themselves would check each access
  // for exclusivity, which costs more than the read.
  @exclusivity(unchecked) private final var storedBase: UnsafeMutableRawPointer
  @exclusivity(unchecked) private final var byteCount: Int
  /// Made when the storage is first shared (a view, the tape); until then the tensor owns its block alone.
  private final let shared: Atomic<Unmanaged<Storage>?>
  @exclusivity(unchecked) private final var storedLayout: Layout
  @exclusivity(unchecked) private final var storedContiguousCount: Int
  @exclusivity(unchecked) private final var storedDType: DType
  @exclusivity(unchecked) private final var storedDevice: Device

  /// The start of the storage. The first element is `layout.offset` items further.
  package final var base: UnsafeMutableRawPointer { @inline(__always) get { storedBase } }
  package final var layout: Layout { @inline(__always) get { storedLayout } }
  /// The number of elements if they lie row-major without gaps, else -1: what most operations want to know first.
  package final var contiguousCount: Int { @inline(__always) get { storedContiguousCount } }
  /// The type of the elements.
  public final var dtype: DType { @inline(__always) get { storedDType } }
  /// Where the elements live.
  public final var device: Device { @inline(__always) get { storedDevice } }

  private final let flagBits: Atomic<UInt8>
  /// Guards what follows.
  private final let lock = SpinLock()
  @exclusivity(unchecked) private final var historyNode: AnyObject? = nil
  @exclusivity(unchecked) private final var historyOutput: Int = 0
  /// Which of the base's histories this view's own was made from.
  @exclusivity(unchecked) private final var viewGeneration: Int = 0

  /// The tensor that this one is a view of, the first of a chain: a recorded write through the view changes its history
  /// as well. Set before the view is shared.
  @exclusivity(unchecked) package private(set) final var viewBase: Tensor? = nil
  /// How often a recorded write has given this tensor a new history.
  private final let generation = Atomic<Int>(0)

  /// Takes over a fresh block, laid out row-major.
  @inline(__always)
  package init(
    takingOver base: UnsafeMutableRawPointer, byteCount: Int, layout: Layout, dtype: DType, device: Device,
    flags: TensorFlags = []
  ) {
    storedBase = base
    self.byteCount = byteCount
    shared = Atomic(nil)
    storedLayout = layout
    storedContiguousCount = layout.elementCount
    storedDType = dtype
    storedDevice = device
    flagBits = Atomic(flags.rawValue)
  }

  /// Takes over a fresh CPU block for the shape and type of a row-major tensor.
  @inline(__always)
  init(takingOver base: UnsafeMutableRawPointer, byteCount: Int, contiguousLike other: Tensor) {
    storedBase = base
    self.byteCount = byteCount
    shared = Atomic(nil)
    // Strides of dimensions of size 1 may be odd; they address nothing.
    storedLayout = Layout(shape: other.layout.shape, strides: other.layout.strides, offset: 0)
    storedContiguousCount = other.contiguousCount
    storedDType = other.dtype
    storedDevice = .cpu
    flagBits = Atomic(0)
  }

  /// A view of a storage.
  @inline(__always)
  package init(_ storage: Storage, layout: Layout, dtype: DType, flags: TensorFlags = []) {
    storedBase = storage.address
    byteCount = storage.byteCount
    shared = Atomic(Unmanaged.passRetained(storage))
    storedLayout = layout
    storedContiguousCount = layout.isContiguous ? layout.elementCount : -1
    storedDType = dtype
    storedDevice = storage.device
    flagBits = Atomic(flags.rawValue)
  }

  /// A named tensor over the elements of another; a stand-in for a stand-in.
  init(named data: Tensor) {
    let storage = data.storage
    storedBase = storage.address
    byteCount = storage.byteCount
    shared = Atomic(Unmanaged.passRetained(storage))
    storedLayout = data.layout
    storedContiguousCount = data.contiguousCount
    storedDType = data.dtype
    storedDevice = data.device
    let isStandIn = data.flags.contains(.standIn)
    flagBits = Atomic(isStandIn ? TensorFlags.standIn.rawValue : TensorFlags.named.rawValue)
    historyNode = isStandIn ? data.history?.node : nil
  }

  /// What a failed operation returns in a catching scope.
  package convenience init(standInFor error: TensorError) {
    self.init(
      Storage.standIn, layout: Layout(contiguous: Shape()), dtype: .float32, flags: .standIn)
    historyNode = StandInError(error)
  }

  deinit {
    if let storage = shared.load(ordering: .acquiring) {
      // Not `release()`, which retains once more before it lets go twice.
      _ = storage.takeRetainedValue()
    } else {
      Storage.free(base, byteCount: byteCount, device: device)
    }
  }

  // MARK: Storage

  /// The storage, shared from now on.
  package final var storage: Storage {
    if let storage = shared.load(ordering: .acquiring) { return storage.takeUnretainedValue() }
    let mine = Storage(takingOver: base, byteCount: byteCount, device: device)
    let (exchanged, winner) = shared.compareExchange(
      expected: nil, desired: Unmanaged.passUnretained(mine), ordering: .acquiringAndReleasing)
    if exchanged {
      _ = Unmanaged.passRetained(mine)
      return mine
    }
    mine.giveUpOwnership()
    return winner!.takeUnretainedValue()
  }

  /// True while nobody else can see this tensor's memory.
  @inline(__always)
  package final var ownsUnsharedMemory: Bool { shared.load(ordering: .relaxed) == nil }

  /// How often the elements were changed in place.
  package final var version: UInt32 {
    shared.load(ordering: .acquiring)?.takeUnretainedValue().version ?? 0
  }

  /// Counts an in-place change. Memory that nobody shares has no one to tell.
  @inline(__always)
  package final func bumpVersion() {
    shared.load(ordering: .acquiring)?.takeUnretainedValue().bumpVersion()
  }

  /// Looks at another tensor's elements from now on: PyTorch's assignment to `.data`.
  package final func replaceData(with other: Tensor) {
    let storage = other.storage
    let previous = shared.exchange(Unmanaged.passRetained(storage), ordering: .acquiringAndReleasing)
    if let previous {
      previous.release()
    } else {
      Storage.free(base, byteCount: byteCount, device: device)
    }
    storedBase = storage.address
    byteCount = storage.byteCount
    storedLayout = other.layout
    storedContiguousCount = other.contiguousCount
    storedDType = other.dtype
    storedDevice = other.device
  }

  /// What a tensor is apart from being this object: its elements and its gradient history.
  package struct Substance {
    let data: Tensor
    let history: (node: AnyObject, output: Int)?
    let flags: TensorFlags
  }

  /// What this tensor is now.
  package final var substance: Substance {
    let flags = flags
    return Substance(
      data: Tensor(storage, layout: layout, dtype: dtype), history: history, flags: flags.intersection([.tracked, .inference]))
  }

  /// Becomes what another tensor was, until the next change: what is computed with it is computed, and differentiated, as
  /// with the other. Must not run beside other uses of the tensor.
  package final func become(_ substance: Substance) {
    replaceData(with: substance.data)
    setHistory(substance.history?.node, output: substance.history?.output ?? 0)
    setFlags(substance.flags, removing: TensorFlags([.tracked, .inference]).subtracting(substance.flags))
  }

  /// The address of the first element.
  @inline(__always)
  package final var dataPointer: UnsafeMutableRawPointer { base + layout.offset &* dtype.itemSize }

  // MARK: Shape

  /// The sizes, one a dimension.
  public final var shape: Shape { layout.shape }

  /// The number of dimensions (PyTorch's `ndim`, `dim()`).
  public final var rank: Int { layout.rank }

  /// The number of elements (PyTorch's `numel()`).
  public final var elementCount: Int { contiguousCount >= 0 ? contiguousCount : layout.elementCount }

  /// How many elements apart neighbours are along each dimension (PyTorch's `stride()`).
  public final var strides: [Int] { (0..<rank).map { layout.strides[$0] } }

  /// Where in the storage the first element is, in elements (PyTorch's `storage_offset()`).
  public final var storageOffset: Int { layout.offset }

  /// True if the elements lie in row-major order without gaps (PyTorch's `is_contiguous()`).
  public final var isContiguous: Bool { contiguousCount >= 0 }

  /// The size of a dimension; negative ones count from the end (PyTorch's `size(dim)`).
  public final func size(_ dim: Int) -> Int { shape[dim] }

  // MARK: Flags and history

  /// Read without ordering: what they announce is published by the thread that shares the tensor.
  @inline(__always)
  package final var flags: TensorFlags {
    let flags = TensorFlags(rawValue: flagBits.load(ordering: .relaxed))
    return flags.rawValue & TensorFlags.view.rawValue == 0 ? flags : refreshedFlags()
  }

  /// The flags of a view, which follows its base's history.
  @inline(never)
  private final func refreshedFlags() -> TensorFlags {
    if let base = viewBase {
      let current = base.generation.load(ordering: .acquiring)
      if withHistoryLock({ viewGeneration }) != current {
        Recording.recorder?.refreshView(self, of: base)
        withHistoryLock { viewGeneration = current }
      }
    }
    return TensorFlags(rawValue: flagBits.load(ordering: .relaxed))
  }

  /// Shows the same storage under another layout from now on. A view's history is made anew, from its base's, when it is
  /// next asked for; a tensor's own views follow its new layout then.
  package final func replaceLayout(_ layout: Layout) {
    storedLayout = layout
    storedContiguousCount = layout.isContiguous ? layout.elementCount : -1
    withHistoryLock { viewGeneration = -1 }
    bumpGeneration()
  }

  /// Makes a fresh view known as one that was made while nothing was recorded: it follows no history, and a recorded
  /// write through it is refused.
  @inline(__always)
  package final func becomeUntrackedView(of x: Tensor) {
    viewBase = x.viewBase ?? x
    flagBits.store(flagBits.load(ordering: .relaxed) | TensorFlags.untrackedView.rawValue, ordering: .relaxed)
  }

  /// Makes a fresh tensor known as a view of `x`.
  @inline(__always)
  package final func becomeView(of x: Tensor) {
    let base = x.viewBase ?? x
    viewBase = base
    viewGeneration = base.generation.load(ordering: .acquiring)
    flagBits.store(flagBits.load(ordering: .relaxed) | TensorFlags.view.rawValue, ordering: .relaxed)
  }

  /// Tells this tensor's views that its history has changed.
  package final func bumpGeneration() { generation.add(1, ordering: .acquiringAndReleasing) }

  package final func setFlags(_ added: TensorFlags, removing removed: TensorFlags = []) {
    flagBits.bitwiseOr(added.rawValue, ordering: .relaxed)
    flagBits.bitwiseAnd(~removed.rawValue, ordering: .relaxed)
  }

  package final var isWrappedNumber: Bool { flags.contains(.wrappedNumber) }

  /// The tape node that this tensor came from (or the leaf's own), and which of its outputs it is. Autograd's.
  package final var history: (node: AnyObject, output: Int)? {
    if flagBits.load(ordering: .relaxed) & TensorFlags.view.rawValue != 0 { _ = refreshedFlags() }
    return withHistoryLock { historyNode.map { ($0, historyOutput) } }
  }

  package final func setHistory(_ node: AnyObject?, output: Int = 0) {
    // The old node is let go of outside the lock: its release may run long.
    let previous = withHistoryLock {
      let previous = historyNode
      historyNode = node
      historyOutput = output
      return previous
    }
    withExtendedLifetime(previous) {}
  }

  /// For a tensor that no other task has seen: no lock.
  @inline(__always)
  package final func setFreshHistory(_ node: __owned AnyObject, output: Int) {
    historyNode = node
    historyOutput = output
    flagBits.store(flagBits.load(ordering: .relaxed) | TensorFlags.tracked.rawValue, ordering: .relaxed)
  }

  @inline(__always)
  private final func withHistoryLock<R>(_ body: () -> R) -> R {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }

  /// Makes an initialiser's tensor a stand-in, if it failed in a catching scope.
  package final func becomeStandIn(for error: TensorError) {
    setFlags(.standIn)
    setHistory(StandInError(error))
  }

  /// The text of the failure that this tensor stands in for.
  package final var standInError: TensorError? { (history?.node as? StandInError)?.error }
}

/// What is special about a tensor, one bit each; zero for most.
package struct TensorFlags: OptionSet, Sendable {
  package let rawValue: UInt8
  @inline(__always) package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Gradients are recorded: a leaf that requires them or a result that came from one.
  package static let tracked = TensorFlags(rawValue: 1)
  /// The result of a failed operation.
  package static let standIn = TensorFlags(rawValue: 2)
  /// A plain number wrapped for an operation: it counts less in promotion.
  package static let wrappedNumber = TensorFlags(rawValue: 4)
  /// Made in inference mode: can never be recorded.
  package static let inference = TensorFlags(rawValue: 8)
  /// A tensor whose identity matters (Parameter, Buffer): never reused as an output.
  package static let named = TensorFlags(rawValue: 16)
  /// A view that follows its base's gradient history.
  package static let view = TensorFlags(rawValue: 32)
  /// A view made while nothing was recorded, or a view of one.
  package static let untrackedView = TensorFlags(rawValue: 64)
}

private final class StandInError {
  let error: TensorError
  init(_ error: TensorError) { self.error = error }
}

extension Storage {
  /// 64 zero bytes, the memory of every stand-in.
  static let standIn: Storage = {
    let address = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    address.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    return Storage(borrowing: address, byteCount: 64, owner: StandInError(TensorError("stand-in", rule: "")))
  }()
}
