import Foundation
import Martlet
import Testing

private let spatialFixtures: [String: [Double]] = {
  var result: [String: [Double]] = [:]
  for line in spatialFixtureText.split(separator: "\n") {
    let parts = line.split(separator: ":", maxSplits: 1)
    result[String(parts[0])] = parts[1].split(separator: " ").compactMap { Double($0) }
  }
  return result
}()

/// The formulas of make-spatial.py.
private func wave(_ sizes: Int..., phase: Double = 0) -> Tensor {
  let shape = Shape(sizes)
  return Tensor((0..<shape.elementCount).map { sin(0.7 * Double($0) + phase) * 2 }, shape: shape, dtype: .float64)
}
private func count(_ sizes: Int...) -> Tensor {
  let shape = Shape(sizes)
  return Tensor((0..<shape.elementCount).map { $0 * 7 % 11 - 5 }, shape: shape)
}

/// Holds results and gradients of their sum of squares against PyTorch's.
private func check(
  _ name: String, _ inputs: Tensor..., tolerance: Double = 1e-7, _ location: SourceLocation = #_sourceLocation,
  _ body: ([Tensor]) -> Tensor
) {
  let leaves = inputs.map { $0.dtype.isFloatingPoint ? $0.clone().requiresGrad_() : $0.clone() }
  let value = body(leaves)
  var numbers = value.toArray(as: Double.self)
  if value.requiresGrad {
    value.to(.float64).square().sum().backward()
    for leaf in leaves where leaf.requiresGrad { numbers += leaf.grad?.toArray(as: Double.self) ?? [] }
  }
  compare(name, numbers, tolerance, location)
}

private func compare(_ name: String, _ numbers: [Double], _ tolerance: Double, _ location: SourceLocation) {
  guard let expected = spatialFixtures[name] else {
    Issue.record("no fixture \(name)", sourceLocation: location)
    return
  }
  #expect(numbers.count == expected.count, "\(name)", sourceLocation: location)
  let wrong = zip(numbers, expected).enumerated().filter {
    !(abs($1.0 - $1.1) <= tolerance * max(1, abs($1.1)) || ($1.0.isNaN && $1.1.isNaN) || $1.0 == $1.1)
  }
  #expect(wrong.isEmpty, "\(name): \(wrong.prefix(5).map { "element \($0.offset): \($0.element.0), not \($0.element.1)" })", sourceLocation: location)
}

/// Configurations beyond those of PyTorch's own cases.
@Suite struct SpatialTests {
  @Test func gridSample() {
    for mode in Functional.GridMode.allCases {
      for padding in Functional.GridPadding.allCases {
        for align in [false, true] {
          let name = "gridSample \(mode) \(padding) \(align)"
          check(name, wave(1, 2, 4, 5), wave(1, 3, 2, 2, phase: 0.3) * 0.6) {
            Functional.gridSample($0[0], $0[1], mode: mode, paddingMode: padding, alignCorners: align)
          }
          if mode == .bicubic { continue }
          check(name + " 3d", wave(1, 2, 2, 3, 3), wave(1, 2, 2, 1, 3, phase: 0.4) * 0.6) {
            Functional.gridSample($0[0], $0[1], mode: mode, paddingMode: padding, alignCorners: align)
          }
        }
      }
    }
    for align in [false, true] {
      check("affineGrid \(align)", wave(2, 2, 3)) { Functional.affineGrid($0[0], [2, 1, 2, 3], alignCorners: align) }
      check("affineGrid \(align) 3d", wave(1, 3, 4)) { Functional.affineGrid($0[0], [1, 1, 2, 1, 3], alignCorners: align) }
    }
    // Places that are no numbers are outside, and a NaN outside does not spread.
    let x = Tensor([Float(1), 2, 3, 4], shape: [1, 1, 2, 2])
    let grid = Tensor([Float.nan, 0, .infinity, 0, -.infinity, 0, 1e20, 0], shape: [1, 1, 4, 2])
    #expect(Functional.gridSample(x, grid, mode: .nearest).toArray(as: Float.self) == [0, 0, 0, 0])
    #expect(Functional.gridSample(x, grid, mode: .nearest, paddingMode: .border).toArray(as: Float.self) == [1, 2, 1, 2])
    let poisoned = Tensor([Float.nan, 2, 3, 4], shape: [1, 1, 2, 2])
    let far = Tensor([Float(5), 5], shape: [1, 1, 1, 2])
    #expect(Functional.gridSample(poisoned, far).toArray(as: Float.self) == [0])
  }

  @Test func interpolate() {
    for mode in [InterpolationMode.bilinear, .bicubic] {
      for size in [[3, 2], [7, 8]] {
        check("antialias \(mode) \(size[0])", wave(1, 1, 6, 7)) { $0[0].interpolate(size: size, mode: mode, antialias: true) }
      }
      for align in [false, true] {
        check("interpolate \(mode) \(align)", wave(1, 2, 4, 5)) {
          $0[0].interpolate(scaleFactor: [1.6, 0.7], mode: mode, alignCorners: align)
        }
      }
    }
    for mode in [InterpolationMode.nearest, .nearestExact] {
      check("interpolate \(mode.rawValue)", wave(1, 2, 4, 5)) { $0[0].interpolate(scaleFactor: [1.6, 0.7], mode: mode) }
    }
    check("interpolate area", wave(1, 2, 4, 5)) { $0[0].interpolate(size: [3, 7], mode: .area) }
    let bytes = Tensor([0, 255, 100, 3], shape: [1, 1, 2, 2], dtype: .uint8)
    #expect(bytes.interpolate(size: 4, mode: .bicubic).dtype == .uint8)
  }

  @Test func columns() {
    check("fold", wave(2, 12, 12)) {
      $0[0].fold(outputSize: [5, 6], kernelSize: [2, 3], dilation: [2, 1], padding: [1, 0], stride: [2, 1])
    }
    check("unfold", wave(2, 2, 5, 6)) { $0[0].unfold([2, 3], dilation: [2, 1], padding: [1, 0], stride: [2, 1]) }
    let image = wave(2, 5, 6)
    #expect(image.unfold(2).shape == [8, 20])
    #expect(image.unfold(2).fold(outputSize: [5, 6], kernelSize: 2).shape == [2, 5, 6])
  }

  @Test func convolution() {
    check("convTranspose1d", wave(2, 4, 3), wave(4, 3, 2, phase: 1), wave(6)) {
      $0[0].convTranspose1d($0[1], bias: $0[2], stride: 2, padding: 1, outputPadding: 1, groups: 2, dilation: 3)
    }
    check("convTranspose2d wide", wave(1, 2, 3, 2), wave(2, 1, 2, 2, phase: 1)) {
      $0[0].convTranspose2d($0[1], outputPadding: [1, 2], dilation: [2, 3])
    }
    check("convTranspose3d", wave(1, 2, 2, 2, 3), wave(2, 2, 1, 3, 2, phase: 1)) {
      $0[0].convTranspose3d($0[1], stride: [1, 2, 1], padding: [0, 1, 1], outputPadding: [0, 1, 0])
    }
    check("convTranspose2d integer", count(1, 4, 3, 4), count(4, 2, 3, 2)) {
      $0[0].convTranspose2d($0[1], stride: [2, 1], padding: 1, outputPadding: [1, 0], groups: 2)
    }
    check("conv2d integer", count(2, 4, 5, 4), count(6, 2, 3, 2)) {
      $0[0].conv2d($0[1], stride: [2, 1], padding: 1, dilation: [1, 2], groups: 2)
    }
    check("conv2d same", wave(1, 2, 4, 5), wave(3, 2, 2, 4, phase: 1)) { $0[0].conv2d($0[1], padding: .same, dilation: [1, 2]) }
    // Gradients of gradients where the output padding makes room for another window.
    let x = wave(1, 2, 3, 2).requiresGrad_(), w = wave(2, 1, 2, 2, phase: 1).requiresGrad_()
    #expect(throws: Never.self) {
      try gradgradcheck([x, w]) { [$0[0].convTranspose2d($0[1], outputPadding: [1, 2], dilation: [2, 3])] }
    }
  }

  @Test func pooling() {
    check("lpPool3d", wave(1, 2, 2, 3, 3)) { ($0[0].abs() + 0.5).lpPool3d(3, [1, 2, 2], stride: 1) }
    check("maxPool3d", wave(1, 2, 2, 3, 4)) {
      $0[0].maxPool3d([1, 2, 2], stride: [1, 2, 1], padding: [0, 1, 1], dilation: [1, 1, 2], ceilMode: true)
    }
    check("avgPool2d integer", count(1, 2, 3, 3)) { ($0[0] * 9).avgPool2d(2, stride: 1, padding: 1, ceilMode: true) }
    check("maxPool2d integer", count(1, 2, 4, 4)) { $0[0].maxPool2d(2, stride: 1, padding: 1, dilation: 2, ceilMode: true) }
    check("maxUnpool1d", wave(1, 2, 5)) {
      let pooled = $0[0].maxPool1dWithIndices(2)
      return pooled.values.maxUnpool1d(pooled.indices, 2, outputSize: [5])
    }
    check("maxUnpool3d", wave(1, 2, 5, 5, 5)) {
      let pooled = $0[0].maxPool3dWithIndices(2)
      return pooled.values.maxUnpool3d(pooled.indices, 2, outputSize: [5, 5, 5])
    }
    #expect(wave(1, 2, 4, 4).adaptiveAvgPool2d([0, 2]).shape == [1, 2, 0, 2])
    #expect(wave(0, 2, 4, 4).maxPool2d(2).shape == [0, 2, 2, 2])
    // A window between whose taps the input lies has no element: nothing flows through it, twice neither.
    let x = wave(1, 1, 2).requiresGrad_()
    let empty = x.maxPool1d(2, stride: 2, padding: 1, dilation: 4, ceilMode: true)
    #expect(empty.toArray(as: Double.self) == [-.infinity])
    let g = grad(outputs: [(empty.detach() .> 0.0).to(.float64) * empty + x.sum()], inputs: [x], createGraph: true)
    #expect(g[0].shape == [1, 1, 2])
  }

  @Test func normalization() {
    for shape in [[3, 4], [3, 4, 2], [3, 4, 2, 3]] {
      let x = Tensor((0..<shape.reduce(1, *)).map { sin(0.7 * Double($0)) * 2 }, shape: Shape(shape), dtype: .float64)
      check("batchNorm \(shape.count)", x, wave(4, phase: 1), wave(4, phase: 2)) {
        Functional.batchNorm($0[0], runningMean: nil, runningVar: nil, weight: $0[1], bias: $0[2], training: true)
      }
    }
    check("batchNorm evaluation", wave(3, 4, 2), wave(4, phase: 1), wave(4, phase: 2)) {
      Functional.batchNorm($0[0], runningMean: wave(4), runningVar: wave(4).abs() + 0.1, weight: $0[1], bias: $0[2])
    }
    let mean = wave(4), variance = wave(4).abs()
    _ = Functional.batchNorm(wave(3, 4, 2), runningMean: mean, runningVar: variance, training: true, momentum: 0.3)
    compare("batchNorm running", mean.toArray(as: Double.self) + variance.toArray(as: Double.self), 1e-9, #_sourceLocation)
    let mean2 = wave(4), variance2 = wave(4).abs()
    _ = Functional.instanceNorm(wave(3, 4, 2), runningMean: mean2, runningVar: variance2, momentum: 0.3)
    compare("instanceNorm running", mean2.toArray(as: Double.self) + variance2.toArray(as: Double.self), 1e-9, #_sourceLocation)
    check("groupNorm", wave(2, 4, 3), wave(4, phase: 1), wave(4, phase: 2)) { Functional.groupNorm($0[0], 2, weight: $0[1], bias: $0[2]) }
    check("instanceNorm", wave(2, 4, 3), wave(4, phase: 1), wave(4, phase: 2)) {
      Functional.instanceNorm($0[0], weight: $0[1], bias: $0[2])
    }
    check("layerNorm", wave(2, 4, 3), wave(4, 3, phase: 1), wave(4, 3, phase: 2)) {
      Functional.layerNorm($0[0], [4, 3], weight: $0[1], bias: $0[2])
    }
    check("rmsNorm", wave(2, 4, 3), wave(3, phase: 1)) { Functional.rmsNorm($0[0], [3], weight: $0[1]) }
    check("rmsNorm half", wave(2, 3).to(.bfloat16) * 1e-3, tolerance: 2e-2) { Functional.rmsNorm($0[0], [3]) }
    check("layerNorm mixed", wave(2, 4).to(.bfloat16), wave(4, phase: 1).to(.float32), tolerance: 2e-2) {
      Functional.layerNorm($0[0], [4], weight: $0[1])
    }
    for p in [2, 1, 3, 0.5, -2, .infinity, 0] { check("normalize \(p)", wave(2, 4)) { Functional.normalize($0[0], p: p) } }
    check("normalize zeros", wave(2, 4) * Tensor([0.0, 1.0], shape: [2, 1], dtype: .float64)) { Functional.normalize($0[0]) }
    check("localResponseNorm", wave(2, 5, 3)) { Functional.localResponseNorm($0[0], 3, alpha: 0.5) }
  }

  @Test func padding() {
    for (mode, padding) in [
      (PadMode.reflect, [1, -1, 2, 1]), (.replicate, [-1, 2, 3, 0]), (.circular, [2, -1, 0, 3]), (.constant, [1, -1, 2, 1]),
    ] {
      check("pad \(mode)", wave(1, 2, 4, 5)) { $0[0].pad(padding, mode: mode) }
    }
    let x = wave(2, 3).requiresGrad_()
    #expect(throws: Never.self) { try gradgradcheck([x]) { [$0[0].pad([1, -1, 0, 2], mode: .constant, value: 3.0).square()] } }
    #expect(Tensor([true, false]).pad([1, 1], mode: .constant, value: true).toArray(as: Bool.self) == [true, true, false, true])
    // A row-major result in its own memory, whatever the layout.
    let source = wave(3, 4)
    #expect(source.t().pad([0, 1]).isContiguous)
    #expect(source.pad([0, 0]).isEqual(to: source))
  }

  @Test func linear() {
    check("linear vector", wave(3, 4), wave(4, phase: 1)) { $0[0].linear($0[1]) }
    check("linear one", wave(3, 4), wave(2, 4, phase: 1), wave(1)) { $0[0].linear($0[1], $0[2]) }
  }

  @Test func refusals() {
    func expectError(_ parts: String..., location: SourceLocation = #_sourceLocation, _ body: () -> Tensor) {
      do {
        try catchingTensorErrors { _ = body() }
        Issue.record("nothing failed", sourceLocation: location)
      } catch {
        for part in parts { #expect("\(error)".contains(part), "\(error) should contain \(part)", sourceLocation: location) }
      }
    }
    let x = Tensor.ones(1, 2, 4, 4)
    expectError("[conv2d]", "not supported for strided") { x.conv2d(Tensor.ones(1, 2, 3, 3), stride: 2, padding: .same) }
    expectError("[convTranspose2d]", "3 input channels", "has 2") { x.convTranspose2d(Tensor.ones(3, 1, 2, 2)) }
    expectError("[convTranspose2d]", "output padding 2", "stride 1") { x.convTranspose2d(Tensor.ones(2, 1, 2, 2), outputPadding: 2) }
    expectError("[convTranspose2d]", "size would be -3") { x.convTranspose2d(Tensor.ones(2, 1, 2, 2), padding: 4) }
    expectError("[maxPool2d]", "half of the kernel") { x.maxPool2d(2, padding: 2) }
    expectError("[adaptiveAvgPool2d]", "2 numbers, got 1") { x.adaptiveAvgPool2d([3]) }
    expectError("[adaptiveMaxPool2d]", "-1 must not be negative") { x.adaptiveMaxPool2d([-1, 2]) }
    expectError("[maxUnpool2d]", "int64") { x.maxUnpool2d(x, 2) }
    expectError("[maxUnpool2d]", "between") { x.maxUnpool2d(Tensor.zerosLike(x, dtype: .int64), 2, outputSize: [12, 8]) }
    expectError("[maxUnpool2d]", "is too large") {
      Tensor.ones(1, 3, 3).maxUnpool2d(Tensor.zeros([1, 3, 3], dtype: .int64), 1, stride: 2_147_483_647)
    }
    expectError("[maxUnpool3d]", "is too large") {
      Tensor.ones(1, 1, 1, 1).maxUnpool3d(Tensor.zeros([1, 1, 1, 1], dtype: .int64), 2_147_483_647)
    }
    expectError("[maxUnpool1d]", "too large for a stride") {
      Tensor.ones(1).expand([1, 1 << 40])
        .maxUnpool1d(Tensor.zeros([1], dtype: .int64).expand([1, 1 << 40]), 2_147_483_647)
    }
    expectError("[pad]", "even count") { x.pad([1]) }
    expectError("[pad]", "smaller than the dimension") { x.pad([4, 0, 0, 0], mode: .reflect) }
    expectError("[pad]", "more than once") { x.pad([5, 0, 0, 0], mode: .circular) }
    expectError("[pad]", "negative size") { x.pad([-3, -2]) }
    expectError("[interpolate]", "needs 3 dimensions") { x.interpolate(size: 3, mode: .linear) }
    expectError("[interpolate]", "size or scaleFactor") { x.interpolate(mode: .bilinear) }
    expectError("[interpolate]", "alignCorners") { x.interpolate(size: 3, alignCorners: true) }
    expectError("[unfold]", "no window") { x.unfold(5) }
    expectError("[unfold]", "windows are too many") { x.unfold(1, padding: 2_000_000_000) }
    expectError("[fold]", "windows are too many") { Tensor.ones(1, 1, 1).fold(outputSize: 1, kernelSize: 1, padding: 2_000_000_000) }
    expectError("[fold]", "9 columns") { Tensor.ones(1, 4, 3).fold(outputSize: 4, kernelSize: 2) }
    expectError("[pixelShuffle]", "divisible") { x.pixelShuffle(3) }
    expectError("[pixelShuffle]", "too large") { Tensor.zeros(1, 0, 1 << 40, 1).pixelShuffle(1 << 30) }
    expectError("[pixelUnshuffle]", "too large") { Tensor.zeros(1, 3, 0, 0).pixelUnshuffle(2_147_483_647) }
    expectError("[channelShuffle]", "divisible") { x.channelShuffle(3) }
    expectError("[channelShuffle]", "too many") { Tensor.zeros(1, 0, 2).channelShuffle(.max) }
    expectError("[batchNorm]", "more than 1 value") {
      Functional.batchNorm(Tensor.ones(1, 3), runningMean: nil, runningVar: nil, training: true)
    }
    expectError("[batchNorm]", "evaluation mode") { Functional.batchNorm(x, runningMean: nil, runningVar: nil) }
    expectError("[groupNorm]", "divisible by the 3 groups") { Functional.groupNorm(x, 3) }
    expectError("[layerNorm]", "(3,)") { Functional.layerNorm(x, [3]) }
    expectError("[instanceNorm]", "more than 1 spatial") { Functional.instanceNorm(Tensor.ones(2, 3)) }
    expectError("[gridSample]", "batch sizes") { Functional.gridSample(x, Tensor.ones(2, 1, 1, 2)) }
    expectError("[affineGrid]", "(1, 2, 3)") { Functional.affineGrid(Tensor.ones(1, 3, 3), [1, 1, 2, 2]) }
    expectError("[bilinear]", "(out, 4, 4)") { Functional.bilinear(x, x, Tensor.ones(1, 4, 3)) }
  }
}
