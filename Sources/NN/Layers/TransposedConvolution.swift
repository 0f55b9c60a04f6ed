public import TensorModule

/// What ``ConvTranspose1d``, ``ConvTranspose2d`` and ``ConvTranspose3d`` have in common (PyTorch's `_ConvTransposeNd`):
/// the adjoint of a convolution in its input, also called deconvolution.
///
/// The size of each spatial dimension becomes (L - 1)·stride - 2·padding + dilation·(k - 1) + output padding + 1.
public class TransposedConvolution: Convolution, @unchecked Sendable {
  /// The transposed convolution of `x`.
  public override func forward(_ x: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    return transposed(x, outputPaddings)
  }

  /// The transposed convolution of `x`, of a given size (PyTorch's `output_size`).
  ///
  /// A convolution with a stride maps several sizes to one; this tells which of them is meant.
  /// - Parameter outputSize: the result's spatial sizes, or its whole shape. Each may be up to a stride larger than the
  ///   smallest that is possible; others are errors.
  public func callAsFunction(_ x: Tensor, outputSize: [Int]) -> Tensor {
    inCall(x) { x in
      if ThreadMode.hasFailed { return standIn() }
      let rank = kernelSizes.count
      guard x.rank == rank + 1 || x.rank == rank + 2 else { return transposed(x, outputPaddings) }  // fails with the right text
      let sizes = outputSize.count == x.rank ? Array(outputSize.suffix(rank)) : outputSize
      guard sizes.count == rank else {
        return failing(
          TensorError(operationName, of: x, rule: "output size \(outputSize) needs \(rank) numbers, or the \(x.rank) of the whole shape"))
      }
      guard case .size(let padding) = padding else { return standIn() }
      var added: [Int] = []
      for dim in 0..<rank {
        // In floating point, where nothing overflows.
        let size = Double(x.shape[x.rank - rank + dim]), stride = Double(strides[dim])
        let least =
          (size - 1) * stride - 2 * Double(padding[dim]) + Double(dilations[dim]) * (Double(kernelSizes[dim]) - 1) + 1
        let wanted = Double(sizes[dim])
        guard wanted >= least, wanted < least + max(stride, 1) else {
          return failing(
            TensorError(
              operationName, of: x,
              rule: "output size \(sizes[dim]) at spatial dimension \(dim) must be "
                + "\(least.shortDescription) ... \((least + max(stride, 1) - 1).shortDescription)"))
        }
        added.append(Int(wanted - least))
      }
      return transposed(x, added)
    }
  }

  private final var operationName: String { "ConvTranspose\(kernelSizes.count)d" }

  private final func transposed(_ x: Tensor, _ outputPadding: [Int]) -> Tensor {
    guard case .size(let padding) = padding else { return standIn() }
    switch kernelSizes.count {
    case 1:
      return x.convTranspose1d(
        weight, bias: bias, stride: strides[0], padding: padding[0], outputPadding: outputPadding[0], groups: groups,
        dilation: dilations[0])
    case 2:
      return x.convTranspose2d(
        weight, bias: bias, stride: IntPair(strides), padding: IntPair(padding), outputPadding: IntPair(outputPadding),
        groups: groups, dilation: IntPair(dilations))
    default:
      return x.convTranspose3d(
        weight, bias: bias, stride: IntTriple(strides), padding: IntTriple(padding),
        outputPadding: IntTriple(outputPadding), groups: groups, dilation: IntTriple(dilations))
    }
  }
}
