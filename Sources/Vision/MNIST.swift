internal import Interchange

/// One of a data set's two parts.
public enum MNISTSplit: String, Sendable, CaseIterable {
  /// What is learned from: MNIST's 60,000 images.
  case train
  /// What is measured with: MNIST's 10,000 images.
  case test

  /// How the part's files begin.
  var filePrefix: String {
    switch self {
    case .train: "train"
    case .test: "t10k"
    }
  }
}

/// A folder without the files of a data set.
public struct MNISTFilesMissing: Error, Sendable, Equatable, CustomStringConvertible {
  /// The folder.
  public let folder: String
  /// The paths that were looked for; one of them would do.
  public let tried: [String]

  /// The folder and the names, in a line.
  public var description: String {
    "\(folder): not there: \(tried.map { $0.dropFirst(folder.count + 1) }.joined(separator: ", or "))"
  }
}

/// Labelled gray images in MNIST's format: MNIST itself, Fashion-MNIST, KMNIST (torchvision's `datasets.MNIST`).
///
/// ```swift
/// let training = try MNIST(root: "data/mnist", split: .train, transform: ToTensor())
/// print(training.count, training.rows, training.columns)   // 60000 28 28
/// for (images, labels) in DataLoader(training, batchSize: 64, shuffle: true) { … }
/// ```
public struct MNIST: Sendable {
  /// What the set is called in messages.
  public let name: String
  /// The number of images.
  public let count: Int
  /// The height of each image, in pixels.
  public let rows: Int
  /// The width of each image, in pixels.
  public let columns: Int
  /// The images one after another, each row by row; 0 is the background, 255 full ink (torchvision's `data`).
  public let pixels: [UInt8]
  /// What each image shows (torchvision's `targets`).
  public let targets: [UInt8]
  /// What is done to each image when it is read.
  public let transform: (any Transform)?
  /// What is done to each target when it is read.
  public let targetTransform: (@Sendable (Int) -> Int)?

  /// Reads a part of a data set from a folder.
  ///
  /// - Parameters:
  ///   - root: the folder with the four files by their standard names (`train-images-idx3-ubyte` …), plain or
  ///     compressed (`….gz`), or a folder in which torchvision has put them (`MNIST/raw`).
  ///   - split: the part.
  ///   - limit: the number of images to keep, from the first on; nil keeps all.
  ///   - transform: what is done to each image when it is read; images come as uint8 `[1, rows, columns]`.
  ///   - targetTransform: what is done to each target when it is read.
  /// - Throws: ``MNISTFilesMissing``, ``FileError``, ``GzipError`` or ``IDXError``.
  public init(
    root: String, split: MNISTSplit, limit: Int? = nil, transform: (any Transform)? = nil,
    targetTransform: (@Sendable (Int) -> Int)? = nil
  ) throws {
    try self.init(
      root: root, folder: "MNIST", split: split, limit: limit, transform: transform, targetTransform: targetTransform)
  }

  /// Reads a part of a data set that torchvision puts into a folder of that name.
  init(
    root: String, folder: String, split: MNISTSplit, limit: Int?, transform: (any Transform)?,
    targetTransform: (@Sendable (Int) -> Int)?
  ) throws {
    let images = try Self.find("\(split.filePrefix)-images-idx3-ubyte", in: root, folder)
    let labels = try Self.find("\(split.filePrefix)-labels-idx1-ubyte", in: root, folder)
    try self.init(
      images: IDXFile(path: images, rank: 3), labels: IDXFile(path: labels, rank: 1), name: "\(root) (\(split))",
      limit: limit, transform, targetTransform)
  }

  /// Reads a data set from the contents of its two files, plain or compressed.
  ///
  /// - Parameters:
  ///   - images: an IDX file of three dimensions.
  ///   - labels: an IDX file of one dimension, as long as the first of `images`.
  ///   - name: what errors call the set.
  ///   - limit: the number of images to keep, from the first on; nil keeps all.
  ///   - transform: what is done to each image when it is read.
  ///   - targetTransform: what is done to each target when it is read.
  /// - Throws: ``GzipError`` or ``IDXError``.
  public init(
    images: [UInt8], labels: [UInt8], name: String, limit: Int? = nil, transform: (any Transform)? = nil,
    targetTransform: (@Sendable (Int) -> Int)? = nil
  ) throws {
    try self.init(
      images: IDXFile(images, name: "\(name): images", rank: 3),
      labels: IDXFile(labels, name: "\(name): labels", rank: 1), name: name, limit: limit, transform, targetTransform)
  }

  private init(
    images: IDXFile, labels: IDXFile, name: String, limit: Int?, _ transform: (any Transform)?,
    _ targetTransform: (@Sendable (Int) -> Int)?
  ) throws(IDXError) {
    let available = images.shape[0]
    guard labels.shape[0] == available else {
      // Byte 4 is where an IDX file's first dimension stands.
      throw IDXError(
        file: labels.name, offset: 4,
        reason: .countsDisagree(labels: labels.shape[0], images: available, imageFile: images.name))
    }
    self.name = name
    self.transform = transform
    self.targetTransform = targetTransform
    count = min(available, max(0, limit ?? available))
    rows = images.shape[1]
    columns = images.shape[2]
    if count == available {
      pixels = images.elements
      targets = labels.elements
    } else {
      pixels = Array(images.elements.prefix(count * rows * columns))
      targets = Array(labels.elements.prefix(count))
    }
  }

  /// The pixels of one image, row by row. `index` must be in `0 ..< count`.
  public func image(at index: Int) -> ArraySlice<UInt8> {
    pixels[(index * rows * columns)..<((index + 1) * rows * columns)]
  }

  /// The path of a file under one of its names.
  private static func find(_ name: String, in root: String, _ own: String) throws(MNISTFilesMissing) -> String {
    var tried: [String] = []
    for folder in [root, "\(root)/\(own)/raw", "\(root)/raw"] {
      for path in ["\(folder)/\(name)", "\(folder)/\(name).gz"] {
        if FileBytes.exists(path) { return path }
        tried.append(path)
      }
    }
    throw MNISTFilesMissing(folder: root, tried: tried)
  }
}
