// Fits a line y = a·x + b to five points by gradient descent, by hand: no module, no optimizer. Everything that deep
// learning is made of is here once: a forward computation, a loss, gradients, an update.
//
//   swift run -c release linear-regression
//   swift run -c release linear-regression --lr 0.05 --plot fit.svg

import ExampleSupport
import Martlet

var arguments = Arguments("linear-regression", "Fits a line to five points by gradient descent.")
let learningRate: Double = arguments.option("lr", default: 0.01, "learning rate: how far each step goes")
let steps: Int = arguments.option("steps", default: 500, "number of steps")
let plotFile: String? = arguments.option("plot", placeholder: "FILE.svg", "draws the data, the line and the loss")
arguments.finish()
if steps < 1 { arguments.reject("steps", "needs at least one step") }

// The data: points on the line y = 2x + 1.
let x = Tensor([1.0, 2.0, 3.0, 4.0, 5.0])
let y = Tensor([3.0, 5.0, 7.0, 9.0, 11.0])

// The parameters start at 1. `requiresGrad` asks for gradients with respect to them.
var a = Tensor([1.0], requiresGrad: true)
var b = Tensor([1.0], requiresGrad: true)

var losses: [Double] = []
for step in 1...steps {
  // Forward: what the model predicts, and how wrong that is on average.
  let prediction = a * x + b
  let loss = ((prediction - y) ** 2).mean()

  // Backward: d loss / d a goes to a.grad, d loss / d b to b.grad.
  loss.backward()

  // Update: a step downhill. The update itself is not part of the model, so it is not recorded.
  withNoGrad {
    a -= learningRate * a.grad!
    b -= learningRate * b.grad!
  }

  // Gradients add up, so they start from zero each time.
  a.grad?.zero_()
  b.grad?.zero_()

  losses.append(loss.item())
  if step == 1 || step % max(1, steps / 10) == 0 {
    print(
      "step \(step)  loss \(NumberText.short(loss.item()))"
        + "  a \(NumberText.fixed(a.item(), 6))  b \(NumberText.fixed(b.item(), 6))")
  }
}
print("a=\(NumberText.fixed(a.item(), 6)), b=\(NumberText.fixed(b.item(), 6))")

if let plotFile {
  arguments.run {
    var fit = SVGPlot.Panel("The fit", x: "x", y: "y")
    fit.points(x.toArray(), y.toArray(), label: "data")
    fit.line([0, 6], [b.item(), b.item() + 6 * a.item()], label: "a·x + b")
    var descent = SVGPlot.Panel("The loss", x: "step", y: "mean squared error")
    descent.line(losses)
    try SVGPlot("Linear regression by gradient descent", [fit, descent]).write(to: plotFile)
    print("drew \(plotFile)")
  }
}
