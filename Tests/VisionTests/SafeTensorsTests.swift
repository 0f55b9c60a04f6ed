import Interchange
import Martlet
import Testing

/// Files of tensors in failed scopes.
@Suite struct SafeTensorsTests {
  @Test func failedScopesNeitherReadNorWrite() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/weights.safetensors"
    let weights = [(key: "weight", value: Tensor.arange(100).to(.float32))]
    try SafeTensors.write(weights, to: path)

    var refusals = 0
    _ = try? catchingTensorErrors {
      let bad = Tensor.ones(2) + Tensor.ones(3)
      do { _ = try SafeTensors.read(path) } catch is SafeTensorsError { refusals += 1 }
      do { try SafeTensors.write(weights, to: path) } catch { refusals += 1 }
      do { try SafeTensors.write([(key: "weight", value: bad)], to: path) } catch { refusals += 1 }
    }
    #expect(refusals == 3)

    var standIn: Tensor?
    _ = try? catchingTensorErrors { standIn = Tensor.ones(2) + Tensor.ones(3) }
    if let standIn {
      #expect(throws: FileError.self) { try SafeTensors.write([(key: "weight", value: standIn)], to: path) }
    }
    #expect(try SafeTensors.read(path)[0].value.toArray(as: Float.self) == (0..<100).map(Float.init))
    #expect(folder.names == ["weights.safetensors"])
  }
}
