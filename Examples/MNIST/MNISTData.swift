import ExampleSupport
import MNISTSubset
import Martlet

/// The images that the example learns from and is measured with, and where they came from.
struct MNISTData {
  let training: MNIST
  let test: MNIST
  /// A sentence for the output: which images are used and why these.
  let origin: String

  /// The four files as they were published. The digests are those of the compressed files at both mirrors.
  private static let folder = DataFolder(
    name: "mnist",
    files: [
      DataFile(
        name: "train-images-idx3-ubyte.gz",
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
      DataFile(
        name: "train-labels-idx1-ubyte.gz",
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
      DataFile(
        name: "t10k-images-idx3-ubyte.gz",
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
      DataFile(
        name: "t10k-labels-idx1-ubyte.gz",
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ],
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ])

  /// Loads the first of: the folder that the user names; `$MARTLET_DATA/mnist`; the cache folder, downloading into it
  /// if need be; the subset that is part of the program.
  ///
  /// - Parameters:
  ///   - named: the value of `--data`. If it is given, nothing else is tried.
  ///   - offline: do not download.
  ///   - subset: use the subset without looking further.
  /// - Throws: what is wrong with files that are there; files that are not there are no error unless `named`.
  static func load(named: String?, offline: Bool = false, subset: Bool = false) throws -> MNISTData {
    if let named { return try load(from: named) }
    if subset { return try embedded(because: "as asked") }
    let answer = folder.find(offline: offline) { folder in
      print("downloading MNIST (11 MB) to \(folder) …")
    }
    switch answer {
    case .found(let folder): return try load(from: folder)
    case .missing(let reasons): return try embedded(because: reasons.joined(separator: "; "))
    }
  }

  private static func load(from folder: String) throws -> MNISTData {
    let training = try MNIST(root: folder, split: .train)
    let test = try MNIST(root: folder, split: .test)
    return MNISTData(
      training: training, test: test, origin: "using \(counts(training, test)) images from \(folder)")
  }

  private static func embedded(because reason: String) throws -> MNISTData {
    let training = try MNIST(
      images: bytes(mnist_subset_train_images()), labels: bytes(mnist_subset_train_labels()),
      name: "embedded training images")
    let test = try MNIST(
      images: bytes(mnist_subset_test_images()), labels: bytes(mnist_subset_test_labels()),
      name: "embedded test images")
    return MNISTData(
      training: training, test: test,
      origin: "using the embedded subset of \(counts(training, test)) images: \(reason)")
  }

  private static func counts(_ training: MNIST, _ test: MNIST) -> String {
    "\(NumberText.grouped(training.count)) + \(NumberText.grouped(test.count))"
  }

  private static func bytes(_ file: mnist_subset_file) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
  }
}
