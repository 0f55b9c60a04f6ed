/// Where a tensor's elements live and its operations run: the CPU, or a device of a registered backend.
///
/// A `Device` is only a name: making one never fails. The first use of a device that is not there fails with the
/// reason. `Device.cuda(_:)` comes with the CUDA backend.
public struct Device: Sendable, Hashable, CustomStringConvertible {
  /// The kind of device, an index into the registered backends; 0 is the CPU.
  package let kind: UInt8
  /// Which of several devices of the kind.
  public let index: Int

  package init(kind: UInt8, index: Int) {
    self.kind = kind
    self.index = index
  }

  /// The processor that the program runs on. PyTorch's `torch.device("cpu")`.
  public static let cpu = Device(kind: 0, index: 0)

  /// True for ``cpu``.
  public var isCPU: Bool { kind == 0 }

  /// The device named as in PyTorch: `"cpu"`, `"cuda"`, `"cuda:1"`; nil if no backend has that name.
  public init?(_ name: String) {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = BackendRegistry.kind(named: String(parts[0])) else { return nil }
    if parts.count == 1 {
      self.init(kind: kind, index: 0)
    } else {
      guard let index = Int(parts[1]), index >= 0 else { return nil }
      // There is one CPU, whatever number it is given.
      self.init(kind: kind, index: kind == 0 ? 0 : index)
    }
  }

  /// PyTorch's name: `cpu`, `cuda:0`.
  public var description: String {
    isCPU ? "cpu" : "\(BackendRegistry.name(of: kind)):\(index)"
  }

  /// Waits until everything submitted to the device so far has finished. Does nothing on the CPU, whose operations
  /// finish before they return.
  public func synchronize() {
    guard !isCPU else { return }
    do throws(TensorError) {
      try BackendRegistry.backend(for: self).synchronize(device: self)
    } catch {
      fail(error)
    }
  }
}
