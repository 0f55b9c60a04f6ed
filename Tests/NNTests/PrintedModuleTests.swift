import Foundation
import Martlet
import Testing

/// One module of each kind, as PyTorch's of the same name in `make-module-fixtures.py`.
private let modules: [(name: String, make: @Sendable () -> any Module)] = [
  ("conv1d", { Conv1d(4, 5, kernelSize: 3, padding: 2) }),
  (
    "conv1d all",
    { Conv1d(4, 6, kernelSize: 3, stride: 2, padding: 1, dilation: 2, groups: 2, bias: false, paddingMode: .circular) }
  ),
  ("conv1d same", { Conv1d(2, 3, kernelSize: 4, padding: .same) }),
  ("conv2d", { Conv2d(3, 4, kernelSize: [3, 5], padding: .same, paddingMode: .reflect) }),
  ("conv2d valid", { Conv2d(3, 4, kernelSize: 3, stride: [2, 1], padding: .valid) }),
  ("conv3d", { Conv3d(2, 3, kernelSize: [1, 2, 3], stride: [1, 2, 2], padding: [0, 1, 0]) }),
  ("conv transpose1d", { ConvTranspose1d(4, 6, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2) }),
  ("conv transpose2d", { ConvTranspose2d(2, 3, kernelSize: [2, 3], bias: false, dilation: [2, 1]) }),
  ("conv transpose3d", { ConvTranspose3d(2, 2, kernelSize: 2, stride: 2) }),
  ("linear", { Linear(3, 2, bias: false) }),
  ("bilinear", { Bilinear(2, 3, 4) }),
  ("bilinear no bias", { Bilinear(2, 3, 4, bias: false) }),
  ("embedding", { Embedding(4, 3, paddingIdx: 1, maxNorm: 1.5) }),
  ("embedding bag", { EmbeddingBag(4, 3, mode: .sum, paddingIdx: 2) }),
  ("embedding bag mean", { EmbeddingBag(4, 3) }),
  ("batch norm1d", { BatchNorm1d(3) }),
  ("batch norm2d", { BatchNorm2d(3, momentum: nil, affine: false) }),
  ("batch norm3d", { BatchNorm3d(3, eps: 1e-3, trackRunningStats: false) }),
  ("batch norm no bias", { BatchNorm2d(3, bias: false) }),
  ("instance norm1d", { InstanceNorm1d(3) }),
  ("instance norm2d", { InstanceNorm2d(3, affine: true, trackRunningStats: true) }),
  ("instance norm3d", { InstanceNorm3d(3, affine: true, bias: false) }),
  ("layer norm", { LayerNorm([2, 5]) }),
  ("layer norm no bias", { LayerNorm(5, bias: false) }),
  ("rms norm", { RMSNorm(5) }),
  ("rms norm eps", { RMSNorm([2, 5], eps: 1e-6, elementwiseAffine: false) }),
  ("group norm", { GroupNorm(2, 4) }),
  ("group norm plain", { GroupNorm(2, 4, affine: false) }),
  ("local response norm", { LocalResponseNorm(2) }),
  ("max pool1d", { MaxPool1d(3, stride: 2) }),
  ("max pool2d", { MaxPool2d([3, 2], padding: 1, ceilMode: true) }),
  ("max pool3d", { MaxPool3d(2, dilation: 2) }),
  ("max unpool1d", { MaxUnpool1d(2) }),
  ("max unpool2d", { MaxUnpool2d([3, 2], stride: 2) }),
  ("max unpool3d", { MaxUnpool3d(2, padding: 1) }),
  ("avg pool1d", { AvgPool1d(3) }),
  ("avg pool2d", { AvgPool2d([3, 2], stride: 1, padding: 1) }),
  ("avg pool3d", { AvgPool3d(2, divisorOverride: 3) }),
  ("lp pool1d", { LPPool1d(2, 3) }),
  ("lp pool2d", { LPPool2d(1.2, [3, 2], stride: [2, 1]) }),
  ("lp pool3d", { LPPool3d(2, 3, stride: 2, ceilMode: true) }),
  ("adaptive avg pool1d", { AdaptiveAvgPool1d(5) }),
  ("adaptive avg pool2d", { AdaptiveAvgPool2d([5, nil]) }),
  ("adaptive avg pool3d", { AdaptiveAvgPool3d([5, 6, 7]) }),
  ("adaptive max pool1d", { AdaptiveMaxPool1d([5]) }),
  ("adaptive max pool2d", { AdaptiveMaxPool2d(2) }),
  ("adaptive max pool3d", { AdaptiveMaxPool3d([nil, 3, 4]) }),
  ("zero pad1d", { ZeroPad1d(2) }),
  ("zero pad2d", { ZeroPad2d([1, 2, 3, 4]) }),
  ("zero pad3d", { ZeroPad3d(1) }),
  ("constant pad1d", { ConstantPad1d([1, 2], 3.5) }),
  ("constant pad2d", { ConstantPad2d(1, 0) }),
  ("constant pad3d", { ConstantPad3d(2, -1) }),
  ("reflection pad1d", { ReflectionPad1d(2) }),
  ("reflection pad2d", { ReflectionPad2d([1, 1, 2, 0]) }),
  ("reflection pad3d", { ReflectionPad3d(1) }),
  ("replication pad1d", { ReplicationPad1d([3, 1]) }),
  ("replication pad2d", { ReplicationPad2d(2) }),
  ("replication pad3d", { ReplicationPad3d(1) }),
  ("circular pad1d", { CircularPad1d(1) }),
  ("circular pad2d", { CircularPad2d([1, 2, 3, 4]) }),
  ("circular pad3d", { CircularPad3d(1) }),
  ("unfold", { Unfold([2, 3], padding: 1) }),
  ("fold", { Fold([4, 5], 2, stride: [2, 1]) }),
  ("pixel shuffle", { PixelShuffle(2) }),
  ("pixel unshuffle", { PixelUnshuffle(3) }),
  ("channel shuffle", { ChannelShuffle(2) }),
  ("upsample factor", { Upsample(scaleFactor: 2) }),
  ("upsample size", { Upsample(size: [5, 7], mode: .bicubic) }),
  ("upsample factors", { Upsample(scaleFactor: [2, 3], mode: .bilinear, alignCorners: true) }),
  ("upsampling nearest", { UpsamplingNearest2d(size: 5) }),
  ("upsampling bilinear", { UpsamplingBilinear2d(scaleFactor: 1.5) }),
  ("flatten", { Flatten() }),
  ("unflatten", { Unflatten(1, [2, 3]) }),
  ("unflatten one", { Unflatten(1, [2]) }),
  ("identity", { Identity() }),
  ("dropout", { Dropout(0.25, inplace: true) }),
  ("dropout1d", { Dropout1d() }),
  ("dropout2d", { Dropout2d(0.1) }),
  ("dropout3d", { Dropout3d() }),
  ("alpha dropout", { AlphaDropout() }),
  ("feature alpha dropout", { FeatureAlphaDropout() }),
  ("celu", { CELU() }),
  ("elu", { ELU(alpha: 0.5, inplace: true) }),
  ("gelu", { GELU(approximate: .tanh) }),
  ("glu", { GLU() }),
  ("hardshrink", { Hardshrink() }),
  ("hardsigmoid", { Hardsigmoid(inplace: true) }),
  ("hardswish", { Hardswish() }),
  ("hardtanh", { Hardtanh() }),
  ("leaky relu", { LeakyReLU(0.2, inplace: true) }),
  ("log sigmoid", { LogSigmoid() }),
  ("log softmax", { LogSoftmax(dim: 1) }),
  ("mish", { Mish(inplace: true) }),
  ("prelu", { PReLU(numParameters: 3) }),
  ("relu", { ReLU(inplace: true) }),
  ("relu6", { ReLU6() }),
  ("relu6 inplace", { ReLU6(inplace: true) }),
  ("rrelu", { RReLU() }),
  ("selu", { SELU() }),
  ("silu", { SiLU(inplace: true) }),
  ("softmax", { Softmax(dim: 1) }),
  ("softmax2d", { Softmax2d() }),
  ("softmin", { Softmin(dim: 0) }),
  ("softplus", { Softplus() }),
  ("softshrink", { Softshrink(0.25) }),
  ("threshold", { Threshold(0.5, 1.5) }),
  ("cosine similarity", { CosineSimilarity() }),
  ("pairwise distance", { PairwiseDistance() }),
  ("cross entropy", { CrossEntropyLoss(weight: Tensor([1.0, 2.0])) }),
  ("nll", { NLLLoss() }),
  ("bce with logits", { BCEWithLogitsLoss(posWeight: Tensor([3.0])) }),
  ("triplet", { TripletMarginLoss() }),
  ("sequential", { Sequential([]) }),
  ("module list", { ModuleList([Linear(2, 2), Linear(2, 2), ReLU()]) }),
  ("module dict", { ModuleDict(["z": Linear(2, 2), "a": ReLU()]) }),
  ("parameter list", { ParameterList([Parameter(Tensor.zeros(2, 3)), Parameter(Tensor.ones(3))]) }),
  ("parameter dict", { ParameterDict(["b": Parameter(Tensor.zeros(2, 3)), "a": Parameter(Tensor.ones([]))]) }),
]

/// Printed forms, state keys and first numbers. They draw from the default generator: in one child process.
@Suite struct PrintedModuleTests {
  @Test func modulesPrintAndBeginAsPyTorchs() async {
    await #expect(processExitsWith: .success) {
      var fixtures: [String: [String]] = [:]
      for line in moduleFixtureText.split(separator: "\n") {
        let parts = line.components(separatedBy: ";;")
        fixtures[parts[0]] = parts
      }
      #expect(Set(fixtures.keys) == Set(modules.map(\.name)))
      for (name, make) in modules {
        guard let parts = fixtures[name] else { continue }
        manualSeed(0)
        let module = make(), state = module.stateDict()
        #expect(module.description == parts[1].replacingOccurrences(of: "\\n", with: "\n"), "\(name)")
        #expect(state.keys.joined(separator: ",") == parts[2], "\(name)")
        let expected = parts[3].split(separator: "|").map { $0.split(separator: " ").compactMap { Double($0) } }
        for ((key, tensor), numbers) in zip(state, expected) {
          let values = tensor.toArray(as: Double.self)
          let found = [values.reduce(0, +)] + values.prefix(5)
          #expect(found.count == numbers.count, "\(name) \(key)")
          let isClose = zip(found, numbers).allSatisfy { abs($0 - $1) < 1e-6 * max(1, abs($1)) }
          #expect(isClose, "\(name) \(key): \(found) should be \(numbers)")
        }
      }
    }
  }
}
