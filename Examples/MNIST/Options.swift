import ExampleSupport
import Martlet

/// The command line.
struct Options {
  let arguments: Arguments
  let model: String
  let epochs: Int
  let batchSize: Int
  let learningRate: Double
  let seed: Int
  let threads: Int?
  let data: String?
  let offline: Bool
  let device: String
  let save: String?
  let load: String?
  let limit: Int?

  init() {
    var arguments = Arguments("mnist", "Learns to read handwritten digits.")
    model = arguments.choice("model", ["mlp", "cnn"], default: "mlp", "the network: fully connected or convolutional")
    epochs = arguments.option("epochs", default: 5, "how often to go through the training images")
    batchSize = arguments.option("batch-size", default: 64, "images per step")
    learningRate = arguments.option("lr", default: 1e-3, "learning rate of Adam")
    seed = arguments.option("seed", default: 0, "seed of the random numbers")
    threads = arguments.option("threads", "threads of the CPU (default: all processors)")
    data = arguments.option("data", placeholder: "DIR", "folder with the four MNIST files")
    offline = arguments.flag("offline", "do not download")
    device = arguments.option("device", placeholder: "cpu|cuda|best", default: "cpu", "where to compute")
    save = arguments.option("save", placeholder: "FILE", "writes the trained weights")
    load = arguments.option("load", placeholder: "FILE", "starts from saved weights")
    limit = arguments.option("limit", "uses only so many training and test images")
    arguments.finish()
    if epochs < 1 { arguments.reject("epochs", "needs at least one") }
    if batchSize < 1 { arguments.reject("batch-size", "needs at least one image") }
    if let limit, limit < 1 { arguments.reject("limit", "needs at least one image") }
    if let threads, threads < 1 { arguments.reject("threads", "needs at least one") }
    self.arguments = arguments
  }

  /// The device by name; ends the program with the reason if it is not there.
  func chooseDevice() -> Device {
    if device == "best" {
      if let reason = Device.cudaUnavailableReason { print("no GPU (\(reason)): computing on the CPU") }
      return .best
    }
    _ = Device.cuda()  // makes the name known
    guard let chosen = Device(device) else {
      arguments.reject("device", "'\(device)' is none of cpu, cuda, cuda:N, best")
    }
    if chosen != .cpu, let reason = Device.cudaUnavailableReason { arguments.reject("device", reason) }
    return chosen
  }
}
