/// Why a safetensors file cannot be read: which file, and what is wrong in it.
public struct SafeTensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// What is wrong, with the tensor's name or the byte.
  public let reason: String
  /// `path: reason`.
  public var description: String { "\(path): \(reason)" }
}
