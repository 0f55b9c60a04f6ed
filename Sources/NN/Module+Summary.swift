internal import Autograd
public import TensorModule

/// What ``Module/summary(_:)`` found: one row a module, and totals. Its text is a table.
public struct ModuleSummary: Sendable, CustomStringConvertible {
  /// A module.
  public struct Row: Sendable {
    /// Its key in the module around it; empty for the outermost.
    public let key: String
    /// Its type.
    public let type: String
    /// How many modules it is inside of.
    public let depth: Int
    /// The shapes of its results at its first call; empty if it was not called.
    public let outputShapes: [Shape]
    /// The number of elements of its own parameters, those of the modules inside it not included. Parameters that an
    /// earlier row has are not counted again.
    public let parameterCount: Int
    /// Those of them that require gradients.
    public let trainableCount: Int
    /// The multiplications with elements of its weights, each with an addition, over all calls: of linear and bilinear
    /// layers, convolutions, recurrent networks and attention; 0 for other modules.
    public let multiplyAdds: Int
  }
  /// The modules, outer ones first.
  public let rows: [Row]
  /// The memory of the parameters, in bytes.
  public let parameterBytes: Int
  /// The memory of the results of the innermost modules, in bytes.
  public let activationBytes: Int

  /// The number of elements of all parameters.
  public var parameterCount: Int { rows.reduce(0) { $0 + $1.parameterCount } }
  /// Those of them that require gradients.
  public var trainableCount: Int { rows.reduce(0) { $0 + $1.trainableCount } }
  /// The multiplications with elements of weights, each with an addition. Element-wise operations, products without a
  /// parameter, as in attention, and what modules of your own compute with theirs do not count.
  public var multiplyAdds: Int { rows.reduce(0) { $0 + $1.multiplyAdds } }

  /// The table.
  public var description: String {
    var table = [["Layer", "Output shape", "Parameters", "Multiply-adds"]]
    for row in rows {
      let name = row.key.isEmpty ? row.type : "\(row.key): \(row.type)"
      let parameters = row.parameterCount == 0 ? "-" : grouped(row.parameterCount)
      table.append([
        String(repeating: "  ", count: row.depth) + name,
        row.outputShapes.isEmpty ? "-" : row.outputShapes.map { "\($0)" }.joined(separator: " "),
        row.trainableCount == row.parameterCount ? parameters : "\(parameters) (\(grouped(row.trainableCount)) trainable)",
        row.multiplyAdds == 0 ? "-" : grouped(row.multiplyAdds),
      ])
    }
    let widths = (0..<4).map { column in table.map { $0[column].count }.max() ?? 0 }
    let rule = String(repeating: "-", count: widths.reduce(6, +))
    var lines = table.map { cells in
      let padded = cells.enumerated().map { column, text in
        let blank = String(repeating: " ", count: widths[column] - text.count)
        return column < 2 ? text + blank : blank + text
      }
      return padded.joined(separator: "  ")
    }
    lines.insert(rule, at: 1)
    lines += [
      rule, "Parameters: \(grouped(parameterCount)), trainable: \(grouped(trainableCount))",
      "Multiply-adds: \(grouped(multiplyAdds))",
      "Memory: parameters \(bytes(parameterBytes)), activations \(bytes(activationBytes))",
    ]
    return lines.joined(separator: "\n")
  }

  private func grouped(_ number: Int) -> String {
    var digits = Array("\(number)")
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return String(digits)
  }

  private func bytes(_ count: Int) -> String {
    if count < 10_000 { return "\(count) B" }
    let (value, unit) = count < 10_000_000 ? (Double(count) / 1e3, "kB") : (Double(count) / 1e6, "MB")
    return "\((value * 10).rounded() / 10) \(unit)"
  }
}

extension Layer {
  /// ``Module/summary(_:)`` of a call with zeros.
  /// - Parameters:
  ///   - inputShape: the input's shape, batch included.
  ///   - dtype: the input's type, that of the parameters unless given.
  public func summary(inputShape: Shape, dtype: DType? = nil) -> ModuleSummary {
    let parameter = parameters().first
    return summary(
      Tensor.zeros(inputShape, dtype: dtype ?? parameter?.dtype ?? .float32, device: parameter?.device ?? .cpu))
  }

  /// ``Module/summary(_:)`` of a call with an input.
  public func summary(_ x: Tensor) -> ModuleSummary { summary { _ = $0(x) } }
}

extension Module {
  /// Calls the module and tells, for it and every module inside, what shape it gave, its parameters, multiplications and
  /// memory (as the Python package torchinfo does).
  ///
  /// Nothing is recorded; mode, buffers and the default generator are as before afterwards.
  ///
  /// ```swift
  /// print(model.summary(inputShape: [1, 3, 224, 224]))
  /// print(translator.summary { _ = $0(source, target) })
  /// ```
  /// - Parameter call: calls the module.
  public func summary(_ call: (Self) -> Void) -> ModuleSummary {
    let log = Guarded<[ObjectIdentifier: CallRecord]>([:])
    let modules = modules()
    let handles = modules.map { module in
      let leaf = module.children().allSatisfy { $0 is ParametrizationList }
      return module.registerForwardHook { module, inputs, outputs in
        let count = module.multiplyAdds(inputs, outputs)
        let bytes = leaf ? outputs.reduce(0) { $0 + $1.elementCount * $1.dtype.itemSize } : 0
        log.withLock { records in
          var record = records[ObjectIdentifier(module)] ?? CallRecord(outputShapes: outputs.map(\.shape))
          record.multiplyAdds += count
          record.bytes += bytes
          records[ObjectIdentifier(module)] = record
        }
        return nil
      }
    }
    let buffers = buffers().map { ($0, $0.detach().clone()) }
    let state = Generator.default.savedState
    withNoGrad { call(self) }
    Generator.default.savedState = state
    withNoGrad { for (buffer, value) in buffers { buffer.copy_(value) } }
    for handle in handles { handle.remove() }
    return summary(of: log.withLock { $0 })
  }

  private func summary(of records: [ObjectIdentifier: CallRecord]) -> ModuleSummary {
    var rows: [ModuleSummary.Row] = []
    var seen = Set<ObjectIdentifier>()
    func visit(_ module: any Module, _ key: String, _ depth: Int) {
      guard seen.insert(ObjectIdentifier(module)).inserted else { return }
      let parameters = module.ownParameters().filter { seen.insert(ObjectIdentifier($0)).inserted }
      let record = records[ObjectIdentifier(module)]
      rows.append(
        ModuleSummary.Row(
          key: key, type: _typeName(type(of: module), qualified: false), depth: depth,
          outputShapes: record?.outputShapes ?? [], parameterCount: parameters.reduce(0) { $0 + $1.elementCount },
          trainableCount: parameters.reduce(0) { $0 + ($1.requiresGrad ? $1.elementCount : 0) },
          multiplyAdds: record?.multiplyAdds ?? 0))
      for (key, child) in module.namedChildren() where !(child is ParametrizationList) { visit(child, key, depth + 1) }
    }
    visit(self, "", 0)
    return ModuleSummary(
      rows: rows, parameterBytes: parameters().reduce(0) { $0 + $1.elementCount * $1.dtype.itemSize },
      activationBytes: records.values.reduce(0) { $0 + $1.bytes })
  }

  /// Its own parameters, or those that they are computed from.
  fileprivate func ownParameters() -> [Parameter] {
    members().flatMap { _, member -> [Parameter] in
      switch member {
      case .parameter(let parameter): [parameter]
      case .module(let module as ParametrizationList): module.originals
      default: []
      }
    }
  }

  /// The multiplications with the module's own weights in a call: each element of a matrix for each row of the input, of a
  /// convolution's window for each place.
  fileprivate func multiplyAdds(_ inputs: [Tensor], _ outputs: [Tensor]) -> Int {
    guard let input = inputs.first, let output = outputs.first else { return 0 }
    func rows(_ x: Tensor, of size: Int) -> Int { x.elementCount / max(size, 1) }
    switch self {
    case let linear as Linear:
      return linear.weight.elementCount &* rows(input, of: linear.inFeatures)
    case let bilinear as Bilinear:
      return bilinear.weight.elementCount &* rows(input, of: bilinear.in1Features)
    case let convolution as TransposedConvolution:
      return convolution.weight.elementCount &* rows(input, of: convolution.inChannels)
    case let convolution as Convolution:
      return convolution.weight.elementCount &* rows(output, of: convolution.outChannels)
    case let network as RNNBase:
      let matrices = network.weights.filter { $0.rank == 2 }.reduce(0) { $0 + $1.elementCount }
      return matrices &* rows(input, of: network.inputSize)
    case let cell as RNNCellBase:
      return (cell.weightIh.elementCount + cell.weightHh.elementCount) &* rows(input, of: cell.inputSize)
    case let attention as MultiheadAttention where inputs.count == 3:
      // Queries are projected to the heads, their results once more; keys and values from sizes of their own.
      let sizes = [2 * attention.embedDim, attention.kdim, attention.vdim]
      let counts = [attention.embedDim, attention.kdim, attention.vdim]
      return zip(zip(inputs, counts), sizes).reduce(0) { sum, part in
        sum &+ rows(part.0.0, of: part.0.1) &* attention.embedDim &* part.1
      }
    default:
      return 0
    }
  }
}

/// What the calls of a module were.
private struct CallRecord {
  let outputShapes: [Shape]
  var multiplyAdds = 0
  var bytes = 0
}
