public import NN
public import TensorModule

extension MNIST: Dataset {
  /// Images together, `[N, 1, rows, columns]` unless transformed, and what they show, int64 `[N]`.
  public typealias Batch = (Tensor, Tensor)

  /// One image, uint8 `[1, rows, columns]` from 0 to 255 or what ``transform`` makes of it, and what it shows.
  public subscript(index: Int) -> (Tensor, Int) {
    guard (0..<count).contains(index) else {
      fail(TensorError("MNIST", rule: "index \(index) is out of range for \(name) with \(count) images"))
      return (standIn(), 0)
    }
    let image = Tensor(Array(image(at: index)), shape: [1, rows, columns])
    let target = Int(targets[index])
    return (transform.map { $0(image) } ?? image, targetTransform.map { $0(target) } ?? target)
  }
}

/// Fashion-MNIST: gray images of clothes in MNIST's format (torchvision's `datasets.FashionMNIST`).
///
/// ```swift
/// let training = try FashionMNIST(root: "data/fashion", split: .train, transform: ToTensor())
/// for (images, labels) in DataLoader(training, batchSize: 64, shuffle: true, numWorkers: 2) { … }
/// ```
public struct FashionMNIST: Dataset {
  /// Images together, `[N, 1, 28, 28]` unless transformed, and what they show, int64 `[N]`.
  public typealias Batch = (Tensor, Tensor)

  /// What the numbers 0 to 9 stand for.
  public static let classes = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]

  /// The images and what they show.
  public let contents: MNIST

  /// Reads a part of the data set from a folder.
  ///
  /// - Parameters:
  ///   - root: the folder with the four files by their standard names (`train-images-idx3-ubyte` …), plain or
  ///     compressed (`….gz`), or a folder in which torchvision has put them (`FashionMNIST/raw`).
  ///   - split: the part.
  ///   - limit: the number of images to keep, from the first on; nil keeps all.
  ///   - transform: what is done to each image when it is read.
  ///   - targetTransform: what is done to each target when it is read.
  /// - Throws: ``MNISTFilesMissing``, ``FileError``, ``GzipError`` or ``IDXError``.
  public init(
    root: String, split: MNISTSplit, limit: Int? = nil, transform: (any Transform)? = nil,
    targetTransform: (@Sendable (Int) -> Int)? = nil
  ) throws {
    contents = try MNIST(
      root: root, folder: "FashionMNIST", split: split, limit: limit, transform: transform,
      targetTransform: targetTransform)
  }

  /// The number of images.
  public var count: Int { contents.count }

  /// One image, uint8 `[1, 28, 28]` or what the transform makes of it, and what it shows.
  public subscript(index: Int) -> (Tensor, Int) { contents[index] }
}
