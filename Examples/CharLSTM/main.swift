// Learns to write, character by character, with a recurrent network: it reads a text and guesses each next character.
//
//   swift run -c release char-lstm
//   swift run -c release char-lstm --text book.txt --steps 5000 --save book.safetensors
//   swift run -c release char-lstm --text book.txt --load book.safetensors --steps 0 --prompt "Once " --temperature 0.5

import ExampleSupport
import Martlet

/// Characters become vectors, an LSTM reads them in order, a linear layer scores each character as the next one.
final class CharLSTM: Layer {
  let embedding: Embedding
  let lstm: LSTM
  let fc: Linear

  init(characters: Int, hidden: Int = 128) {
    embedding = Embedding(characters, 64)
    lstm = LSTM(64, hidden, batchFirst: true)
    fc = Linear(hidden, characters)
  }

  /// `[N, L]` character numbers to `[N, L, V]` scores.
  func forward(_ ids: Tensor) -> Tensor { fc(lstm(embedding(ids)).output) }

  /// The scores after a few more characters, `[V]`, and what the network remembers then.
  func read(_ ids: Tensor, _ memory: (Tensor, Tensor)?) -> (scores: Tensor, memory: (Tensor, Tensor)) {
    let (output, state) = lstm(embedding(ids), memory)
    return (fc(output[-1]), state)
  }
}

let options = TextOptions(
  "char-lstm", "Learns to write from a text, with a recurrent network.", .init(steps: 500, length: 64, rate: 3e-3))

options.run.work {
  let device = options.run.apply()
  manualSeed(options.run.seed)
  let task = try TextTask(options)
  let model = CharLSTM(characters: task.vocabulary.count)
  model.to(device)
  try task.train(model, on: device)

  // To write, the network reads its own output; the state carries everything that came before.
  model.eval()
  var memory: (Tensor, Tensor)?
  task.write { new in
    let (scores, state) = model.read(Tensor(new).to(device), memory)
    memory = state
    return scores
  }
}
