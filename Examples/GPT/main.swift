// Learns to write, character by character, with a small transformer: the architecture of GPT-2 in a hundred lines.
//
//   swift run -c release gpt
//   swift run -c release gpt --text book.txt --steps 5000 --layers 6 --save book.safetensors
//   swift run -c release gpt --text book.txt --layers 6 --load book.safetensors --steps 0 --temperature 0.9 --top-k 20

import ExampleSupport
import Martlet

/// Looks back: every position gathers from itself and those before it what it finds relevant.
final class CausalSelfAttention: Layer {
  let heads: Int
  let queryKeyValue: Linear
  let output: Linear

  init(_ width: Int, heads: Int) {
    self.heads = heads
    queryKeyValue = Linear(width, 3 * width)
    output = Linear(width, width)
  }

  func forward(_ x: Tensor) -> Tensor {
    let (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2])
    // [N, L, 3·width] to three times [N, heads, L, width/heads].
    let parts = queryKeyValue(x).view(batch, length, 3, heads, width / heads).permute(2, 0, 3, 1, 4)
    let attended = Functional.scaledDotProductAttention(parts[0], parts[1], parts[2], isCausal: true)
    return output(attended.transpose(1, 2).reshape(batch, length, width))
  }
}

/// Attention, then a small network at each position; each adds to what is there.
final class Block: Layer {
  let norm1: LayerNorm
  let attention: CausalSelfAttention
  let norm2: LayerNorm
  let feedForward: Sequential

  init(_ width: Int, heads: Int, dropout: Double) {
    norm1 = LayerNorm(width)
    attention = CausalSelfAttention(width, heads: heads)
    norm2 = LayerNorm(width)
    feedForward = Sequential(Linear(width, 4 * width), GELU(), Linear(4 * width, width), Dropout(dropout))
  }

  func forward(_ x: Tensor) -> Tensor {
    let y = x + attention(norm1(x))
    return y + feedForward(norm2(y))
  }
}

/// Characters and positions become vectors, blocks refine them, a linear layer scores each character as the next one.
final class GPT: Layer {
  let length: Int
  let characters: Embedding
  let positions: Embedding
  let dropout: Dropout
  let blocks: Sequential
  let norm: LayerNorm
  let head: Linear

  init(characters count: Int, length: Int, width: Int, heads: Int, layers: Int, dropout: Double) {
    self.length = length
    characters = Embedding(count, width)
    positions = Embedding(length, width)
    self.dropout = Dropout(dropout)
    blocks = Sequential((0..<layers).map { _ in Block(width, heads: heads, dropout: dropout) })
    norm = LayerNorm(width)
    head = Linear(width, count, bias: false)
    // Small numbers to begin with, as GPT-2 has them: the first guesses are then nearly even.
    for module in modules() {
      if let linear = module as? Linear { Init.normal_(linear.weight, std: 0.02) }
      if let embedding = module as? Embedding { Init.normal_(embedding.weight, std: 0.02) }
    }
  }

  /// `[N, L]` character numbers to `[N, L, V]` scores.
  func forward(_ ids: Tensor) -> Tensor {
    let places = Tensor.arange(ids.shape[1], device: ids.device)
    return head(norm(blocks(dropout(characters(ids) + positions(places)))))
  }
}

var layers = 3, width = 96, heads = 4, dropout = 0.1
let options = TextOptions(
  "gpt", "Learns to write from a text, with a small transformer.", .init(steps: 500, length: 64, rate: 1e-3)
) { arguments in
  layers = arguments.option("layers", default: layers, "blocks of the transformer")
  width = arguments.option("width", default: width, "size of the vectors, a multiple of the heads")
  heads = arguments.option("heads", default: heads, "heads of the attention")
  dropout = arguments.option("dropout", default: dropout, "share of the numbers that training leaves out")
}
if heads < 1 || width < 1 || width % heads != 0 { options.run.reject("width", "needs to be a multiple of the \(heads) heads") }
if layers < 1 { options.run.reject("layers", "needs at least one") }

options.run.work {
  let device = options.run.apply()
  manualSeed(options.run.seed)
  let task = try TextTask(options)
  let model = GPT(
    characters: task.vocabulary.count, length: options.length, width: width, heads: heads, layers: layers, dropout: dropout)
  model.to(device)
  try task.train(model, on: device)

  // To write, the model reads its own output again at each character, as far back as it can see.
  model.eval()
  var context: [Int] = []
  task.write { new in
    context = (context + new).suffix(options.length)
    return model(Tensor(context).unsqueeze(0).to(device))[0, -1]
  }
}
