internal import CPUKernels
internal import Synchronization

/// One block of memory on a device, shared by the tensors and views that look into it and by what the tape saved.
///
/// Sendable: the address never changes; the version is atomic; concurrent writes to the elements are the program's
/// mistake, as in PyTorch, but touch only memory of this block.
package final class Storage: @unchecked Sendable {
  package let address: UnsafeMutableRawPointer
  package let byteCount: Int
  package let device: Device
  private let versionCounter = Atomic<UInt32>(0)
  /// What owns the memory when it is not ours: kept alive, never freed by us.
  private let owner: AnyObject?
  private var ownsMemory = true

  /// Takes over a block that came from `device`'s allocator.
  package init(takingOver address: UnsafeMutableRawPointer, byteCount: Int, device: Device) {
    self.address = address
    self.byteCount = byteCount
    self.device = device
    owner = nil
  }

  /// Looks into host memory that `owner` keeps alive.
  package init(borrowing address: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject) {
    self.address = address
    self.byteCount = byteCount
    device = .cpu
    self.owner = owner
  }

  deinit {
    if ownsMemory && owner == nil { Storage.free(address, byteCount: byteCount, device: device) }
  }

  /// For the loser of a race to share a tensor's block; nobody else has seen this object.
  func giveUpOwnership() { ownsMemory = false }

  /// How many in-place operations have changed the elements; the tape compares it with what it saw.
  package var version: UInt32 { versionCounter.load(ordering: .relaxed) }

  package func bumpVersion() { versionCounter.add(1, ordering: .relaxed) }

  @inline(__always)
  package static func allocate(byteCount: Int, device: Device) throws(TensorError) -> UnsafeMutableRawPointer {
    guard device.isCPU else {
      return try BackendRegistry.backend(for: device).allocate(byteCount: byteCount, device: device)
    }
    guard let address = mk_allocate(byteCount) else { throw .outOfMemory(byteCount: byteCount) }
    return address
  }

  @inline(__always)
  package static func free(_ address: UnsafeMutableRawPointer, byteCount: Int, device: Device) {
    if device.isCPU {
      mk_free(address, byteCount)
    } else {
      BackendRegistry.free(address, byteCount: byteCount, device: device)
    }
  }
}
