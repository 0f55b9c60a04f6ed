import ExampleSupport
import Martlet

/// The command line.
struct Options {
  let run: RunOptions
  let model: String
  let epochs: Int
  let batchSize: Int
  let learningRate: Double
  let data: String?
  let offline: Bool
  let limit: Int?

  init() {
    var arguments = Arguments("mnist", "Learns to read handwritten digits.")
    model = arguments.choice("model", ["cnn", "mlp"], default: "cnn", "the network: convolutional or fully connected")
    epochs = arguments.option("epochs", default: 5, "how often to go through the training images")
    batchSize = arguments.option("batch-size", default: 64, "images per step")
    learningRate = arguments.option("lr", default: 1e-3, "learning rate of Adam")
    data = arguments.option("data", placeholder: "DIR", "folder with the four MNIST files")
    offline = arguments.flag("offline", "do not download")
    limit = arguments.option("limit", "uses only so many training and test images")
    run = RunOptions(&arguments)
    arguments.finish()
    if epochs < 0 { arguments.reject("epochs", "must not be negative") }
    if batchSize < 1 { arguments.reject("batch-size", "needs at least one image") }
    if let limit, limit < 1 { arguments.reject("limit", "needs at least one image") }
  }
}
