import Martlet
import Testing

/// The data set as tensors.
@Suite struct MNISTTensorTests {
  @Test func makesImagesAndLabels() throws {
    let digits = try MNIST(root: Subset.folder, split: .test, limit: 100)
    let images = digits.images()
    #expect(images.shape == [100, 1, 28, 28])
    #expect(images.dtype == .float32)
    #expect(images.toArray(as: Float.self) == digits.pixels.map { Float($0) / 255 })
    let labels = digits.labels()
    #expect(labels.shape == [100])
    #expect(labels.dtype == .int64)
    #expect(labels.toArray(as: Int.self) == digits.targets.map { Int($0) })
  }
}
