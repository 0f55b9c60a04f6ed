package import TensorModule

/// NVIDIA GPUs through the driver's library, which is looked for when the program runs.
///
/// So far the driver is found, loaded and asked for its devices; memory and kernels are not there yet, so every device
/// refuses with that reason.
package final class CUDABackend: Backend {
  package let name = "cuda"

  /// Naming a GPU registers the backend.
  static let kind: UInt8 = BackendRegistry.register(CUDABackend())

  /// Why no GPU can be used, or nil.
  static var unavailableReason: String? {
    switch CUDADriver.shared {
    case .failure(let reason): reason.description
    case .success(let driver):
      "\(driver.devices.first?.name ?? "a GPU") is present, but this version has no kernels for it"
    }
  }

  private func unavailable(_ device: Device) -> TensorError {
    TensorError(
      "device", rule: "\(device) is not available: \(Self.unavailableReason ?? "unknown")",
      hint: "use Device.best to fall back to the CPU")
  }

  package func allocate(byteCount: Int, device: Device) throws(TensorError) -> UnsafeMutableRawPointer {
    throw unavailable(device)
  }

  package func free(_ address: UnsafeMutableRawPointer, byteCount: Int, device: Device) {}

  package func copy(
    fromHost source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int, device: Device
  ) throws(TensorError) {
    throw unavailable(device)
  }

  package func copy(
    toHost destination: UnsafeMutableRawPointer, from source: UnsafeRawPointer, byteCount: Int, device: Device
  ) throws(TensorError) {
    throw unavailable(device)
  }

  package func execute(
    _ primitive: Primitive, _ inputs: Operands, into outputs: [Tensor]
  ) throws(TensorError) -> Bool {
    guard let device = outputs.first?.device else { return false }
    throw unavailable(device)
  }

  package func synchronize(device: Device) throws(TensorError) {}
}
