import ExampleSupport
import Martlet
import TestSupport
import Testing

/// What torchvision gives, by case.
private let fixtures: [String: (shape: [Int], values: [Double])] = {
  var result: [String: (shape: [Int], values: [Double])] = [:]
  for line in transformFixtureText.split(separator: "\n") {
    let parts = line.split(separator: ":", omittingEmptySubsequences: false)
    result[String(parts[0])] = (
      parts[1].split(separator: " ").compactMap { Int($0) }, parts[2].split(separator: " ").compactMap { Double($0) }
    )
  }
  return result
}()

/// The image that the fixtures' generator makes.
private func image(_ sizes: Int..., dtype: DType = .uint8) -> Tensor {
  let shape = Shape(sizes)
  let values = (0..<shape.elementCount).map { (i: Int) -> UInt8 in
    let value = 37 * i * i + 11 * i + 5
    return UInt8(value % 256)
  }
  let bytes = Tensor(values, shape: shape)
  return dtype == .uint8 ? bytes : bytes.to(.float64).div(256).to(dtype)
}

/// Holds a result against torchvision's.
///
/// - Parameters:
///   - unrounded: the result before it was rounded; where it lies in the middle between two whole numbers, either will do,
///     since sums of products in another order end on one side or the other.
private func expect(
  _ name: String, _ result: Tensor, tolerance: Double = 0, unrounded: Tensor? = nil,
  _ location: SourceLocation = #_sourceLocation
) {
  guard let expected = fixtures[name] else {
    Issue.record("no fixture \(name)", sourceLocation: location)
    return
  }
  let actual = result.toArray(as: Double.self)
  #expect(Array(result.shape) == expected.shape, "\(name)", sourceLocation: location)
  let middles = unrounded?.toArray(as: Double.self).map { abs(abs($0 - $0.rounded()) - 0.5) < 1e-4 }
  let isClose = actual.count == expected.values.count && actual.indices.allSatisfy { index in
    abs(actual[index] - expected.values[index]) <= (middles?[index] == true ? 1 : tolerance)
  }
  #expect(isClose, "\(name): \(actual) should be \(expected.values)", sourceLocation: location)
}

private func refusal(_ body: () -> Tensor) -> String {
  do {
    _ = try catchingTensorErrors(body)
    return "not refused"
  } catch {
    return "\(error)"
  }
}

/// Transforms against torchvision's numbers.
@Suite struct TransformTests {
  private let small = image(2, 4, 5)

  @Test func borders() {
    for mode in ImagePaddingMode.allCases {
      expect("pad-\(mode)", Pad([1, 2, 3, 0], fill: 7, paddingMode: mode)(small))
      expect("pad-\(mode)-flat", Pad([2, 1], paddingMode: mode)(small[0]))
    }
    expect("pad-negative", Pad([-1, 1, 0, -2])(small))
    #expect(refusal { Pad(5, paddingMode: .symmetric)(small) }.contains("does not fit the image"))
    #expect(refusal { Pad(4, paddingMode: .reflect)(small) }.contains("must be smaller than the dimension"))
    #expect(refusal { Pad([1, 2, 3])(small) }.contains("1, 2 or 4 numbers, got 3"))
  }

  @Test func centers() {
    for size in [(2, 3), (3, 2), (6, 8), (2, 8), (7, 7), (4, 5)] {
      expect("center-\(size.0)-\(size.1)", CenterCrop([size.0, size.1])(small))
    }
  }

  @Test func normalization() {
    expect("normalize", Normalize(mean: [0.1, 0.2], std: [0.3, 0.4])(image(2, 3, 2, dtype: .float32)))
    expect("normalize-one", Normalize(mean: [0.5], std: [0.25])(image(2, 3, 2, dtype: .float64)))
    let x = image(2, 3, 2, dtype: .float32)
    let y = Normalize(mean: [0.1, 0.2], std: [0.3, 0.4], inplace: true)(x)
    #expect(y === x)
    expect("normalize", x)
    #expect(refusal { Normalize(mean: [0.5], std: [0.5])(small) }.contains("put ToTensor() before it"))
    #expect(refusal { Normalize(mean: [0.5], std: [0])(x) }.contains("a std of 0"))
    #expect(refusal { Normalize(mean: [0, 0, 0], std: [1])(x) }.contains("mean has 3 numbers for 2 channels"))
  }

  @Test func tensors() {
    let x = ToTensor()(image(4, 5))
    #expect(x.shape == [1, 4, 5] && x.dtype == .float32)
    #expect(x.toArray(as: Float.self) == image(4, 5).toArray(as: Float.self).map { $0 / 255 })
    #expect(ToTensor()(small).shape == [2, 4, 5])
    #expect(refusal { ToTensor()(Tensor.ones(3)) }.contains("[C, H, W]"))
  }

  @Test func conversions() {
    let kinds: [DType] = [.uint8, .int8, .int16, .int32, .int64, .float32, .float64]
    let largest: [DType: Double] = [.uint8: 255, .int8: 127, .int16: 32767, .int32: 2_147_483_647, .int64: 0x1p63]
    for from in kinds {
      for to in kinds {
        let name = "convert-\(from)-\(to)"
        let exact = image(1, 3, 4, dtype: .float64)
        let source = largest[from].map { exact.mul($0).to(from) } ?? exact.to(from)
        guard fixtures[name]?.values.isEmpty == false else {
          #expect(refusal { ConvertImageDtype(to)(source) }.contains("too few digits"), "\(name)")
          continue
        }
        let result = ConvertImageDtype(to)(source)
        #expect(result.dtype == to)
        expect(name, result)
      }
    }
  }

  @Test func sizes() {
    for dtype in [DType.uint8, .float32] {
      let wide = image(1, 6, 9, dtype: dtype)
      for mode in [InterpolationMode.nearest, .nearestExact, .bilinear, .bicubic] {
        for size in [(3, 4), (8, 10), (6, 5)] {
          for antialias in [true, false] {
            let name = "resize-\(dtype)-\(mode.rawValue)-\(size.0)-\(size.1)-\(antialias ? "smooth" : "plain")"
            let resize = Resize((height: size.0, width: size.1), interpolation: mode, antialias: antialias)
            let resized = resize(wide)
            #expect(resized.dtype == dtype)
            if dtype == .uint8 {
              expect(name, resized, unrounded: resize(wide.to(.float64)))
            } else {
              expect(name, resized, tolerance: 1e-6)
            }
          }
        }
      }
    }
    for (size, limit) in [(4, nil), (4, 5), (9, 10), (6, nil)] as [(Int, Int?)] {
      for (name, x) in [("", image(1, 6, 9)), ("tall-", image(1, 9, 6))] {
        let resize = Resize(size, maxSize: limit)
        expect("resize-smaller-\(name)\(size)-\(limit ?? 0)", resize(x), unrounded: resize(x.to(.float64)))
      }
    }
    #expect(Resize(3)(image(2, 3, 6, 9)).shape == [2, 3, 3, 4])
    #expect(Resize(3)(image(6, 9)).shape == [3, 4])
    #expect(refusal { Resize(5, maxSize: 5)(small) }.contains("must be greater"))
    #expect(refusal { Resize((height: 0, width: 3))(small) }.contains("must be positive"))
  }

  @Test func drawsArePyTorchs() async {
    await #expect(processExitsWith: .success) {
      let small = image(2, 4, 5)
      manualSeed(3)
      let augment = Compose(RandomCrop(4, padding: 1, fill: 9), RandomHorizontalFlip(), RandomVerticalFlip(p: 0.3))
      for i in 0..<6 { expect("random-\(i)", augment(small)) }
      let needy = RandomCrop([6, 7], padIfNeeded: true, paddingMode: .reflect)
      for i in 0..<3 { expect("random-needed-\(i)", needy(small)) }
      expect("random-whole", RandomCrop([4, 5])(small))
      expect("random-after", Tensor.rand(2))
    }
    #expect(refusal { RandomCrop(9)(small) }.contains("padIfNeeded"))
    #expect(refusal { RandomHorizontalFlip(p: 2)(small) }.contains("between 0 and 1"))
  }

  @Test func descriptions() {
    let transform = Compose([
      RandomCrop(28, padding: 2), Lambda { $0 }, ToTensor(), Normalize(mean: [0.5], std: [0.25]), CenterCrop([3, 4]),
      RandomHorizontalFlip(), Resize(7), Pad([1, 2]),
    ])
    #expect(
      "\(transform)" == """
        Compose(
            RandomCrop(size=(28, 28), padding=2)
            Lambda()
            ToTensor()
            Normalize(mean=[0.5], std=[0.25])
            CenterCrop(size=(3, 4))
            RandomHorizontalFlip(p=0.5)
            Resize(size=7, interpolation=bilinear, antialias=true)
            Pad(padding=(1, 2, 1, 2), fill=0.0, padding_mode=constant)
        )
        """)
  }
}

/// The data sets as samples for a loader.
@Suite struct ImageDatasetTests {
  @Test func loadersReadMNIST() throws {
    let plain = try MNIST(root: Subset.folder, split: .test, limit: 20)
    #expect(plain[3].0.dtype == .uint8 && plain[3].0.shape == [1, 28, 28] && plain[3].1 == 0)
    let normalize = Normalize(mean: [0.1307], std: [0.3081])
    let set = try MNIST(
      root: Subset.folder, split: .test, limit: 20, transform: Compose(ToTensor(), normalize), targetTransform: { $0 * 2 })
    let loader = DataLoader(set, batchSize: 8, shuffle: true, numWorkers: 2, generator: Generator(seed: 2))
    let order = DataLoader(
      TensorDataset(Tensor.arange(20)), batchSize: 8, shuffle: true, generator: Generator(seed: 2))
    let images = normalize(plain.images()), labels = plain.labels() * 2
    var seen = 0
    for ((batch, targets), positions) in zip(loader, order) {
      #expect(batch.equal(images.indexSelect(dim: 0, index: positions)))
      #expect(targets.equal(labels.indexSelect(dim: 0, index: positions)))
      seen += targets.elementCount
    }
    #expect(seen == 20)
    #expect(refusal { plain[20].0 }.contains("index 20 is out of range"))
    #expect(refusal { plain[-1].0 }.contains("out of range"))
  }

  @Test func fashionLiesInItsOwnFolder() throws {
    let root = try TemporaryFolder()
    let raw = "\(root.path)/FashionMNIST/raw"
    try Files.makeFolder(raw)
    try Files.write(IDXTests.file([4, 3, 2]), to: "\(raw)/train-images-idx3-ubyte")
    try Files.write(IDXTests.file([4]), to: "\(raw)/train-labels-idx1-ubyte")
    let set = try FashionMNIST(root: root.path, split: .train, limit: 3, transform: ToTensor())
    #expect(set.count == 3)
    let batch = try set.batch([2, 0])
    #expect(batch.0.shape == [2, 1, 3, 2] && batch.1.toArray(as: Int.self) == [2, 0])
    #expect(throws: MNISTFilesMissing.self) { try MNIST(root: root.path, split: .train) }
    #expect(FashionMNIST.classes.count == 10)
  }

  @Test func augmentationIsTheSameForAnyNumberOfWorkers() throws {
    let augment = Compose(RandomCrop(28, padding: 4), RandomHorizontalFlip(), ToTensor())
    let set = try MNIST(root: Subset.folder, split: .test, limit: 60, transform: augment)
    func batches(_ workers: Int) -> [Tensor] {
      DataLoader(set, batchSize: 16, shuffle: true, numWorkers: workers, generator: Generator(seed: 1)).map(\.0)
    }
    let expected = batches(0)
    for workers in [1, 3, 8] { #expect(zip(batches(workers), expected).allSatisfy { $0.equal($1) }) }
  }
}
