import ExampleSupport
import Interchange
import TestSupport
import Testing

@testable import Vision

/// The loader: folders, limits, files that do not belong together.
@Suite struct MNISTTests {
  @Test func loadsTheEmbeddedSubset() throws {
    let test = try MNIST(root: Subset.folder, split: .test)
    #expect((test.count, test.rows, test.columns) == (1000, 28, 28))
    #expect(test.pixels.count == 1000 * 784)
    // The test set begins 7 2 1 0 4 1 4 9 5 9.
    #expect(test.targets.prefix(10) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    let training = try MNIST(root: Subset.folder, split: .train, limit: 10)
    #expect(training.count == 10)
    #expect(training.targets == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    #expect(training.pixels.count == 7840)
    #expect(training.image(at: 9).count == 784)
    #expect(try MNIST(root: Subset.folder, split: .test, limit: 5000).count == 1000)
    #expect(try MNIST(root: Subset.folder, split: .test, limit: -1).count == 0)
  }

  @Test func readsPlainFilesAndTorchvisionsFolders() throws {
    let root = try TemporaryFolder()
    let raw = "\(root.path)/MNIST/raw"
    try Files.makeFolder(raw)
    try Files.write(IDXTests.file([4, 3, 2]), to: "\(raw)/t10k-images-idx3-ubyte")
    try Files.write(IDXTests.file([4]), to: "\(raw)/t10k-labels-idx1-ubyte")
    let images = try MNIST(root: root.path, split: .test)
    #expect((images.count, images.rows, images.columns) == (4, 3, 2))
    #expect(images.targets == [0, 1, 2, 3])
    #expect(Array(images.image(at: 1)) == [6, 7, 8, 9, 10, 11])
  }

  @Test func refusesCountsThatDisagree() throws {
    let error = #expect(throws: IDXError.self) {
      try MNIST(images: IDXTests.file([4, 2, 2]), labels: IDXTests.file([3]), name: "set")
    }
    #expect(error?.description == "set: labels: byte 4: 3 labels for the 4 images of set: images")
    #expect(throws: IDXError.self) {
      try MNIST(images: IDXTests.file([4]), labels: IDXTests.file([4, 2, 2]), name: "swapped")
    }
  }

  @Test func tellsMissingUnreadableAndMisnamedFiles() throws {
    let root = try TemporaryFolder()
    let missing = #expect(throws: MNISTFilesMissing.self) { try MNIST(root: root.path, split: .train) }
    #expect(missing?.tried.first == "\(root.path)/train-images-idx3-ubyte")
    #expect(missing?.description.hasPrefix("\(root.path): not there: train-images-idx3-ubyte, or train-") == true)
    #expect(missing?.tried.contains("\(root.path)/train-images-idx3-ubyte.gz") == true)

    try Files.write(IDXTests.file([4]), to: "\(root.path)/plain.gz")
    let plain = #expect(throws: GzipError.self) { try IDXFile(path: "\(root.path)/plain.gz") }
    #expect(plain?.reason == .notGzip)
    let absent = #expect(throws: FileError.self) { try IDXFile(path: "\(root.path)/absent") }
    #expect(absent?.isMissing == true)
    #expect(absent?.description == "\(root.path)/absent: No such file or directory")
    let folder = #expect(throws: FileError.self) { try FileBytes.read(root.path) }
    #expect(folder?.reason == "is not a regular file")
    #expect(throws: FileError.self) { try FileBytes.read("\(root.path)/plain.gz", limit: 3) }
  }
}
