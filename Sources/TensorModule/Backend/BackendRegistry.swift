/// The kinds of device that the program knows. Kind 0 is the CPU; others register when they are first named.
package enum BackendRegistry {
  private struct Entry {
    let name: String
    let backend: any Backend
  }
  private static let entries = Guarded<[Entry]>([])
  /// Devices that memory was ever allocated on.
  private static let usedDevices = Guarded<Set<Device>>([])

  /// Registers a backend once; registering a name again gives the kind it already has.
  package static func register(_ backend: any Backend) -> UInt8 {
    entries.withLock { entries in
      if let index = entries.firstIndex(where: { $0.name == backend.name }) { return UInt8(index + 1) }
      entries.append(Entry(name: backend.name, backend: backend))
      return UInt8(entries.count)
    }
  }

  package static func kind(named name: String) -> UInt8? {
    if name == "cpu" { return 0 }
    return entries.withLock { $0.firstIndex { $0.name == name } }.map { UInt8($0 + 1) }
  }

  package static func name(of kind: UInt8) -> String {
    kind == 0 ? "cpu" : entries.withLock { Int(kind) <= $0.count ? $0[Int(kind) - 1].name : "unknown" }
  }

  package static func backend(for device: Device) throws(TensorError) -> any Backend {
    let found = entries.withLock { entries in
      device.kind > 0 && Int(device.kind) <= entries.count ? entries[Int(device.kind) - 1].backend : nil
    }
    guard let found else { throw TensorError("device", rule: "no backend is registered for device \(device)") }
    usedDevices.withLock { _ = $0.insert(device) }
    return found
  }

  package static func free(_ address: UnsafeMutableRawPointer, byteCount: Int, device: Device) {
    // The memory came from this backend, so it is registered.
    (try? backend(for: device))?.free(address, byteCount: byteCount, device: device)
  }

  /// Waits for every device that was used, so that its errors surface now.
  static func synchronizeUsedDevices() {
    for device in usedDevices.withLock({ Array($0) }) { device.synchronize() }
  }
}
