/// Why a `.npy` or `.npz` file cannot be read or written: which file, and what is wrong in it.
public struct NumPyFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// What is wrong, with the array's name where there are several.
  public let reason: String
  /// True if the file is sound but holds what a tensor cannot be: complex numbers, text, Python objects.
  public let isUnsupported: Bool
  /// `path: reason`.
  public var description: String { "\(path): \(reason)" }

  init(_ path: String, _ fault: FormatFault) {
    self.path = path
    reason = fault.reason
    isUnsupported = fault.kind != .damaged
  }
}
