internal import Synchronization
package import TensorModule

/// A second kind of device, for tests: its memory cannot be reached through the addresses that it hands out, as a GPU's
/// cannot, so whatever in the core assumes host memory crashes.
///
/// An address is a block's number and the place in it, in a range where no process has memory. It computes some primitives
/// and declines the others, which then go through decomposition or the CPU.
package final class SeparateMemoryBackend: Backend, @unchecked Sendable {
  /// What it has kernels for.
  package enum Ability: Sendable {
    /// Copies, which every backend must have, and nothing else.
    case copies
    /// Element-wise operations, reductions and matrix products too.
    case some
  }

  private struct State {
    /// Blocks by number; nil for free numbers.
    var blocks: [Storage?] = []
    var free: [Int] = []
    var executed = 0
    var declined = 0
  }

  package let name: String
  private let ability: Ability
  private let state = Mutex(State())

  package init(name: String, ability: Ability) {
    self.name = name
    self.ability = ability
  }

  private static let some = BackendRegistry.register(SeparateMemoryBackend(name: "separate", ability: .some))
  private static let copies = BackendRegistry.register(SeparateMemoryBackend(name: "bare", ability: .copies))

  /// The device with some kernels.
  package static var device: Device { Device(kind: some, index: 0) }
  /// The device that can only copy.
  package static var bareDevice: Device { Device(kind: copies, index: 0) }

  /// How many primitives were computed here, and how many were declined.
  package var counts: (executed: Int, declined: Int) { state.withLock { ($0.executed, $0.declined) } }
  /// Blocks that are allocated now.
  package var blockCount: Int { state.withLock { $0.blocks.count - $0.free.count } }

  /// The backend of one of the two devices.
  package static func backend(of device: Device) -> SeparateMemoryBackend? {
    (try? BackendRegistry.backend(for: device)) as? SeparateMemoryBackend
  }

  // MARK: Memory

  // Bit 52 is set in no address of user space on any of our processors; a block's number stands above 32 bits of offset.
  private static let mark: UInt = 1 << 52

  private static func decode(_ address: UnsafeRawPointer) -> (number: Int, offset: Int) {
    let bits = UInt(bitPattern: address) &- mark
    return (Int(bits >> 32), Int(bits & 0xFFFF_FFFF))
  }

  private func block(at address: UnsafeRawPointer) -> (storage: Storage, offset: Int)? {
    let (number, offset) = Self.decode(address)
    return state.withLock { state in
      state.blocks.indices.contains(number) ? state.blocks[number].map { ($0, offset) } : nil
    }
  }

  package func allocate(byteCount: Int, device: Device) throws(TensorError) -> UnsafeMutableRawPointer {
    guard byteCount < 1 << 31 else { throw TensorError("allocate", rule: "\(name) has no blocks of \(byteCount) bytes") }
    let memory = try Storage.allocate(byteCount: byteCount, device: .cpu)
    // Fresh memory is garbage on purpose.
    memory.initializeMemory(as: UInt8.self, repeating: 0xA5, count: byteCount)
    let storage = Storage(takingOver: memory, byteCount: byteCount, device: .cpu)
    let number = state.withLock { state in
      if let number = state.free.popLast() {
        state.blocks[number] = storage
        return number
      }
      state.blocks.append(storage)
      return state.blocks.count - 1
    }
    guard let address = UnsafeMutableRawPointer(bitPattern: Self.mark + UInt(number) << 32) else {
      throw TensorError("allocate", rule: "\(name) has no address for block \(number)")
    }
    return address
  }

  package func free(_ address: UnsafeMutableRawPointer, byteCount: Int, device: Device) {
    let (number, _) = Self.decode(address)
    state.withLock { state in
      state.blocks[number] = nil
      state.free.append(number)
    }
  }

  package func copy(
    fromHost source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int, device: Device
  ) throws(TensorError) {
    guard let (storage, offset) = block(at: destination), offset + byteCount <= storage.byteCount else {
      throw TensorError("copy", rule: "\(name) got an address that is not its own")
    }
    (storage.address + offset).copyMemory(from: source, byteCount: byteCount)
  }

  package func copy(
    toHost destination: UnsafeMutableRawPointer, from source: UnsafeRawPointer, byteCount: Int, device: Device
  ) throws(TensorError) {
    guard let (storage, offset) = block(at: source), offset + byteCount <= storage.byteCount else {
      throw TensorError("copy", rule: "\(name) got an address that is not its own")
    }
    destination.copyMemory(from: storage.address + offset, byteCount: byteCount)
  }

  package func synchronize(device: Device) throws(TensorError) {}

  // MARK: Computation

  private func canCompute(_ primitive: Primitive) -> Bool {
    switch primitive {
    case .unary(.copy, _): true
    case .unary, .binary, .cast, .contiguous, .reduce, .matmul: ability == .some
    default: false
    }
  }

  package func execute(_ primitive: Primitive, _ inputs: Operands, into outputs: [Tensor]) throws(TensorError) -> Bool {
    let isComputed = canCompute(primitive)
    state.withLock { if isComputed { $0.executed += 1 } else { $0.declined += 1 } }
    guard isComputed else { return false }
    var hostInputs: [Tensor] = [], hostOutputs: [Tensor] = []
    for tensor in inputs.array { hostInputs.append(try hostTwin(tensor)) }
    for tensor in outputs { hostOutputs.append(try hostTwin(tensor)) }
    try run(primitive, Operands(hostInputs), into: hostOutputs[0], others: Array(hostOutputs.dropFirst()))
    return true
  }

  /// The memory behind a tensor's addresses, seen by the CPU.
  private func hostTwin(_ tensor: Tensor) throws(TensorError) -> Tensor {
    guard !tensor.device.isCPU, let (storage, offset) = block(at: tensor.base), offset == 0 else {
      throw TensorError("execute", of: tensor, rule: "\(name) got a tensor whose memory is not its own")
    }
    return Tensor(
      storage, layout: tensor.layout, dtype: tensor.dtype, flags: tensor.isWrappedNumber ? .wrappedNumber : [])
  }
}
