// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is compiled with: the upcoming language rules that keep imports and existentials honest.
let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target, a room of the house; the arrows between rooms point one way.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func example(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Examples/\(folder)", swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources,
    swiftSettings: swiftSettings)
}

let package = Package(
  name: "Martlet",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Martlet", targets: ["Martlet"]),
    .executable(name: "linear-regression", targets: ["linear-regression"]),
    .executable(name: "mnist", targets: ["mnist"]),
    .executable(name: "char-lstm", targets: ["char-lstm"]),
    .executable(name: "gpt", targets: ["gpt"]),
    .executable(name: "benchmark", targets: ["benchmark"]),
  ],
  targets: [
    // Kernels run at full speed in debug builds too: nobody steps through them, everybody waits for them.
    .target(name: "CPUKernels", cSettings: [.unsafeFlags(["-O3"], .when(configuration: .debug))]),
    room("TensorModule", ["CPUKernels"]),
    room("Autograd", ["TensorModule", "CPUKernels"]),
    room("Interchange", ["TensorModule"]),
    room("NN", ["TensorModule", "Autograd", "Interchange", "CPUKernels"]),
    room("Vision", ["TensorModule", "Interchange", "NN"]),
    room("CUDABackend", ["TensorModule"]),
    room("Martlet", ["TensorModule", "Autograd", "Interchange", "NN", "Vision", "CUDABackend"]),

    .target(
      name: "ExampleSupport", dependencies: ["Martlet"], path: "Examples/Shared", swiftSettings: swiftSettings),
    .target(name: "MNISTSubset", path: "Examples/MNISTSubset", exclude: ["README.md", "make-subset.py", "data"]),
    example("linear-regression", "LinearRegression", ["Martlet", "ExampleSupport"]),
    example("mnist", "MNIST", ["Martlet", "ExampleSupport", "MNISTSubset"]),
    example("char-lstm", "CharLSTM", ["Martlet", "ExampleSupport"]),
    example("gpt", "GPT", ["Martlet", "ExampleSupport"]),
    .executableTarget(
      name: "benchmark", dependencies: ["Martlet", "ExampleSupport"], path: "Benchmarks",
      exclude: ["peer", "compare"], swiftSettings: swiftSettings),

    .target(
      name: "TestSupport", dependencies: ["Martlet", "TensorModule", "Autograd", "CPUKernels"],
      path: "Tests/TestSupport", swiftSettings: swiftSettings),
    tests("TensorTests", ["Martlet", "TensorModule", "CPUKernels", "TestSupport"]),
    tests("AutogradTests", ["Martlet", "TensorModule", "Autograd", "TestSupport"]),
    tests("OperationTests", ["Martlet", "TensorModule", "Autograd", "CPUKernels", "TestSupport"]),
    .testTarget(
      name: "OracleTests", dependencies: ["Martlet", "TensorModule", "Interchange", "TestSupport"],
      path: "Tests/OracleTests", exclude: ["NOTICE"], resources: [.copy("Cases")], swiftSettings: swiftSettings),
    tests("InterchangeTests", ["Martlet", "TensorModule", "Interchange", "NN", "TestSupport"]),
    tests("NNTests", ["Martlet", "TensorModule", "TestSupport"]),
    tests("VisionTests", ["Martlet", "Vision", "Interchange", "ExampleSupport", "TestSupport"]),
    tests("CUDABackendTests", ["Martlet", "TensorModule", "CUDABackend", "TestSupport"]),
  ],
  cLanguageStandard: .c2x
)
