/// Why a file of PyTorch's cannot be read or written: which file, and what is wrong in it.
public struct PyTorchFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Kind: Sendable, Equatable {
    /// The bytes are not those of a file that `torch.save` wrote.
    case damaged
    /// The file is sound but holds what this library has not: complex, sparse or quantized tensors, for example.
    case unsupported
    /// The file names a class or function that would have to be run. Only weights and plain values are read.
    case forbidden
  }

  /// The file's path.
  public let path: String
  /// What kind of fault it is.
  public let kind: Kind
  /// What is wrong.
  public let reason: String
  /// `path: reason`.
  public var description: String { "\(path): \(reason)" }

  init(_ path: String, _ fault: FormatFault) {
    self.path = path
    reason = fault.reason
    switch fault.kind {
    case .damaged: kind = .damaged
    case .unsupported: kind = .unsupported
    case .forbidden: kind = .forbidden
    }
  }

  package init(path: String, kind: Kind, reason: String) {
    self.path = path
    self.kind = kind
    self.reason = reason
  }
}
