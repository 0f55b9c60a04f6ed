/// Why there is no CUDA device to use.
package enum CUDAUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no CUDA for this operating system.
  case unsupportedPlatform(String)
  /// `MARTLET_CUDA=0`.
  case disabled
  /// No driver: where it was looked for, and the linker's words about libraries that are there but do not load.
  case libraryNotFound(tried: [String], broken: [String])
  /// The library is not a driver that this version works with.
  case symbolMissing(name: String, library: String)
  /// A call of the driver failed.
  case callFailed(call: String, code: Int, text: String, library: String)
  /// The driver works, and has no device.
  case noDevice(visibleDevices: String?)

  /// The reason, in a sentence without a full stop.
  package var description: String {
    switch self {
    case .unsupportedPlatform(let system):
      return "CUDA is not available on \(system)"
    case .disabled:
      return "CUDA is switched off by MARTLET_CUDA=0"
    case .libraryNotFound(let tried, let broken):
      if broken.isEmpty { return "libcuda.so.1 not found (looked for \(tried.joined(separator: ", ")))" }
      return "libcuda.so.1 does not load: \(broken.joined(separator: "; "))"
    case .symbolMissing(let name, let library):
      return "symbol \(name) missing in \(library): the NVIDIA driver is too old"
    case .callFailed(let call, let code, let text, _):
      return "\(call) failed: \(text)\(Self.hints[code].map { "; \($0)" } ?? "")"
    case .noDevice(let visible):
      return "no CUDA device" + (visible.map { " (CUDA_VISIBLE_DEVICES=\($0))" } ?? "")
    }
  }

  /// True if the library is a toolkit's stand-in, and the real driver may be elsewhere.
  package var isStub: Bool {
    if case .callFailed(_, 34, _, _) = self { return true }
    return false
  }

  /// What to do about some of the driver's errors, by number.
  private static let hints = [
    34: "the library is a toolkit's stub; remove its folder from LD_LIBRARY_PATH",
    100: "see whether nvidia-smi lists a device",
    803: "the driver's library and its kernel module differ in version; restart after a driver update",
    804: "this device does not support the library's forward compatibility; remove it from LD_LIBRARY_PATH",
  ]
}
