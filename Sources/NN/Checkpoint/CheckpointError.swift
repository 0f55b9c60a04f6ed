/// Why a checkpoint does not fit: which file, which part of it, and what is wrong.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path; empty if it is not about a file.
  public internal(set) var path = ""
  /// The part that does not fit, `optimizer` for example; empty if it is the whole.
  public internal(set) var part = ""
  /// What is wrong.
  public let reason: String
  /// What to do, where there is an answer.
  public internal(set) var hint: String?

  init(_ reason: String, part: String = "", path: String = "") {
    self.reason = reason
    self.part = part
    self.path = path
  }

  /// `path: part: reason; hint`.
  public var description: String {
    ([path, part].filter { !$0.isEmpty } + [reason]).joined(separator: ": ") + (hint.map { "; \($0)" } ?? "")
  }
}
