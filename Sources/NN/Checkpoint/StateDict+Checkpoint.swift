public import Interchange
internal import TensorModule

extension StateDict {
  /// The state as PyTorch saves it, an `OrderedDict` of tensors.
  public var checkpointValue: CheckpointValue {
    var result = CheckpointDictionary(map { (key: .string($0.key), value: .tensor($0.value)) })
    result.isOrderedDict = true
    return .dictionary(result)
  }

  /// The state that `torch.save(model.state_dict(), …)` wrote, or ``checkpointValue`` gave.
  /// - Throws: ``CheckpointError`` if an entry is not a tensor with a name.
  public init(_ value: CheckpointValue) throws(CheckpointError) {
    guard let dictionary = value.dictionary else {
      throw CheckpointError("a state dictionary is expected, not \(value.kind)")
    }
    self.init()
    for (key, value) in dictionary {
      guard let name = key.string, let tensor = value.tensor else {
        let keys = dictionary.keys.prefix(8).map { $0.value.description }.joined(separator: ", ")
        throw CheckpointError(
          "a dictionary of tensors is expected, but the entry \(key.value) is \(value.kind); its entries are \(keys)"
            + (dictionary.count > 8 ? ", …" : ""))
      }
      self[name] = tensor
    }
  }
}

extension PyTorchFile {
  /// Reads a model's state from a file that `torch.save(model.state_dict(), path)` wrote.
  ///
  /// ```swift
  /// try model.loadStateDict(PyTorchFile.readStateDict("model.pt"))
  /// try model.loadStateDict(PyTorchFile.readStateDict("checkpoint.pt", entry: "model"))
  /// ```
  /// - Parameters:
  ///   - entry: which entry of a checkpoint is the state; nil if it is the whole file.
  ///   - mapped: whether the tensors share a mapping of the file (PyTorch's `mmap=True`).
  /// - Throws: ``FileError``, ``PyTorchFileError``, or ``CheckpointError`` if the file holds something else.
  public static func readStateDict(_ path: String, entry: CheckpointKey? = nil, mapped: Bool = false) throws -> StateDict {
    let value = try read(path, mapped: mapped)
    do throws(CheckpointError) {
      guard let entry else { return try StateDict(value) }
      guard let part = value[entry] else {
        let keys = value.dictionary?.keys.map { $0.value.description }.joined(separator: ", ")
        throw CheckpointError("there is no entry \(entry.value)" + (keys.map { "; the entries are \($0)" } ?? ""))
      }
      return try StateDict(part)
    } catch {
      var error = error
      error.path = path
      // A checkpoint with the model's state inside is the usual surprise.
      if entry == nil, let inside = value.dictionary?.first(where: { (try? StateDict($0.value)) != nil })?.key {
        error.hint = "is the state the entry \(inside.value)? readStateDict(path, entry: …)"
      }
      throw error
    }
  }

  /// Writes a model's state as `torch.save(model.state_dict(), path)` does.
  /// - Throws: ``FileError``, or ``PyTorchFileError`` if a tensor has no elements because an operation failed.
  public static func write(_ state: StateDict, to path: String) throws { try write(state.checkpointValue, to: path) }
}
