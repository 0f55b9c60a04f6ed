/// What a kind of device has to provide: memory, copies, and as many primitives as it likes. A primitive that it
/// declines is decomposed, or computed by the CPU on copies.
package protocol Backend: AnyObject, Sendable {
  /// PyTorch's name of the kind of device, `cuda`.
  var name: String { get }

  /// A block on the device. Addresses are opaque: the core never reads through them.
  func allocate(byteCount: Int, device: Device) throws(TensorError) -> UnsafeMutableRawPointer
  func free(_ address: UnsafeMutableRawPointer, byteCount: Int, device: Device)

  func copy(fromHost source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int, device: Device)
    throws(TensorError)
  func copy(toHost destination: UnsafeMutableRawPointer, from source: UnsafeRawPointer, byteCount: Int, device: Device)
    throws(TensorError)

  /// Computes `primitive` into `outputs`, which are allocated and may be one of the inputs; false if it has no kernel.
  func execute(_ primitive: Primitive, _ inputs: Operands, into outputs: [Tensor]) throws(TensorError) -> Bool

  func synchronize(device: Device) throws(TensorError)
}
