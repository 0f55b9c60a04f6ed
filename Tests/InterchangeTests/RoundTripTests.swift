import Foundation
import Martlet
import Testing

/// Reads every file of the folder that `MARTLET_ROUND_TRIP` names and writes it again as `NAME.back.EXTENSION`: one side of
/// `Tests/Fixtures/check-pytorch-files.py`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MARTLET_ROUND_TRIP"] != nil)) struct RoundTripTests {
  @Test func copiesFiles() throws {
    let folder = URL(filePath: ProcessInfo.processInfo.environment["MARTLET_ROUND_TRIP"] ?? "")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    for name in names where !name.contains(".back.") {
      let file = folder.appending(path: name)
      let copy = file.deletingPathExtension().appendingPathExtension("back").appendingPathExtension(file.pathExtension).path
      switch file.pathExtension {
      case "pt":
        try PyTorchFile.write(PyTorchFile.read(file.path, mapped: name.hasPrefix("mapped")), to: copy)
      case "npy": try NumPyFile.write(NumPyFile.read(file.path), to: copy)
      case "npz":
        try NumPyFile.writeArchive(NumPyFile.readArchive(file.path), to: copy, compressed: name.hasPrefix("compressed"))
      case "safetensors":
        let source = try SafeTensorsFile(file.path)
        let tensors = try source.names.map { (key: $0, value: try source.tensor($0)) }
        try SafeTensors.write(tensors, to: copy, metadata: source.metadata)
      default: break
      }
    }
  }
}
