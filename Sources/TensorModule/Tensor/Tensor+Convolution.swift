// Convolution over `[N, C, spatial…]`; a missing batch dimension is allowed and stays missing.

extension Tensor {
  private final func convolution(
    rank spatialRank: Int, _ weight: Tensor, _ bias: Tensor?, stride: Spatial, padding: Spatial, dilation: Spatial, groups: Int
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let isUnbatched = rank == spatialRank + 1
    let input = isUnbatched ? unsqueeze(0) : self
    let attributes = ConvolutionAttributes(rank: spatialRank, stride: stride, padding: padding, dilation: dilation, groups: groups)
    let result: Tensor
    if dtype.isInteger {
      result = input.integerConvolution(attributes, weight, bias)
    } else {
      let primitive = Primitive.convolution(attributes)
      result = bias.map { apply(primitive, Operands(input, weight, $0)) } ?? apply(primitive, Operands(input, weight))
    }
    return isUnbatched ? result.squeeze(0) : result
  }

  /// With a padding that follows from the kernel: what does not fit on both sides alike is laid at the end beforehand.
  private final func convolution(
    rank spatialRank: Int, _ weight: Tensor, _ bias: Tensor?, stride: Spatial, padding: ConvolutionPadding, dilation: Spatial,
    groups: Int
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    var each = [Int](repeating: 0, count: spatialRank), ends = [Int](repeating: 0, count: 2 * spatialRank)
    if padding == .same && weight.rank == spatialRank + 2 && groups > 0 {
      for i in 0..<spatialRank {
        guard stride[i] == 1 else {
          return failing(
            TensorError(
              "conv\(spatialRank)d", of: self, weight, rule: "padding .same is not supported for strided convolutions",
              hint: "use stride 1"))
        }
        let total = Swift.max(dilation[i] * (weight.shape[2 + i] - 1), 0)
        each[i] = total / 2
        // The last dimension comes first in a padding.
        ends[2 * (spatialRank - 1 - i) + 1] = total - 2 * (total / 2)
      }
    }
    let input = ends.contains { $0 != 0 } && rank > spatialRank ? constantPadded(ends, .integer(0)) : self
    return input.convolution(
      rank: spatialRank, weight, bias, stride: stride, padding: Spatial(each, filler: 0), dilation: dilation, groups: groups)
  }

  /// 1-d cross-correlation (PyTorch's `F.conv1d`).
  ///
  /// Self is `[N, C, L]` or `[C, L]`, the weight `[K, C/groups, k]`, the bias `[K]`; all of one dtype. The result is
  /// `[N, K, L′]` with L′ = (L + 2·padding - dilation·(k - 1) - 1) / stride + 1. Channels that groups do not divide, a
  /// stride or dilation that is not positive, a negative padding, and a kernel larger than the padded input fail.
  public func conv1d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    convolution(
      rank: 1, weight, bias, stride: Spatial([stride], filler: 1), padding: Spatial([padding], filler: 0),
      dilation: Spatial([dilation], filler: 1), groups: groups)
  }
  /// ``conv1d(_:bias:stride:padding:dilation:groups:)-(_,_,_,Int,_,_)`` with PyTorch's `'same'` or `'valid'`.
  public func conv1d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: ConvolutionPadding, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    convolution(
      rank: 1, weight, bias, stride: Spatial([stride], filler: 1), padding: padding, dilation: Spatial([dilation], filler: 1),
      groups: groups)
  }

  /// 2-d cross-correlation (PyTorch's `F.conv2d`): self `[N, C, H, W]` or `[C, H, W]`, weight `[K, C/groups, kH, kW]`,
  /// bias `[K]`. Sizes and errors as for `conv1d`.
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: IntPair = 1, padding: IntPair = 0, dilation: IntPair = 1, groups: Int = 1
  ) -> Tensor {
    convolution(
      rank: 2, weight, bias, stride: stride.spatial(1), padding: padding.spatial(0), dilation: dilation.spatial(1), groups: groups)
  }
  /// `conv2d` with PyTorch's `'same'` or `'valid'`.
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: IntPair = 1, padding: ConvolutionPadding, dilation: IntPair = 1, groups: Int = 1
  ) -> Tensor {
    convolution(rank: 2, weight, bias, stride: stride.spatial(1), padding: padding, dilation: dilation.spatial(1), groups: groups)
  }

  /// 3-d cross-correlation (PyTorch's `F.conv3d`): self `[N, C, D, H, W]` or `[C, D, H, W]`, weight
  /// `[K, C/groups, kD, kH, kW]`, bias `[K]`. Sizes and errors as for `conv1d`.
  public func conv3d(
    _ weight: Tensor, bias: Tensor? = nil, stride: IntTriple = 1, padding: IntTriple = 0, dilation: IntTriple = 1, groups: Int = 1
  ) -> Tensor {
    convolution(
      rank: 3, weight, bias, stride: stride.spatial(1), padding: padding.spatial(0), dilation: dilation.spatial(1), groups: groups)
  }
  /// `conv3d` with PyTorch's `'same'` or `'valid'`.
  public func conv3d(
    _ weight: Tensor, bias: Tensor? = nil, stride: IntTriple = 1, padding: ConvolutionPadding, dilation: IntTriple = 1,
    groups: Int = 1
  ) -> Tensor {
    convolution(rank: 3, weight, bias, stride: stride.spatial(1), padding: padding, dilation: dilation.spatial(1), groups: groups)
  }

  // MARK: Transposed

  private final func transposedConvolution(
    rank spatialRank: Int, _ weight: Tensor, _ bias: Tensor?, stride: Spatial, padding: Spatial, outputPadding: Spatial,
    groups: Int, dilation: Spatial
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let isUnbatched = rank == spatialRank + 1
    let input = Autocast.short(isUnbatched ? unsqueeze(0) : self)
    let weight = Autocast.short(weight), bias = bias.map { Autocast.short($0) }
    var attributes = ConvolutionAttributes(rank: spatialRank, stride: stride, padding: padding, dilation: dilation, groups: groups)
    do throws(TensorError) {
      attributes.extent = try attributes.transposedExtent(input, weight, bias, outputPadding: outputPadding)
    } catch {
      return failing(error)
    }
    var result: Tensor
    if dtype.isInteger {
      result = input.integerTransposedConvolution(attributes, weight)
    } else {
      result = apply(.convolutionInputGradient(attributes), input, weight)
    }
    if let bias { result = result + bias.reshape(Shape([bias.elementCount] + [Int](repeating: 1, count: spatialRank))) }
    return isUnbatched ? result.squeeze(0) : result
  }

  /// The adjoint of ``conv1d(_:bias:stride:padding:dilation:groups:)-(_,_,_,Int,_,_)`` in its input, also called
  /// deconvolution (PyTorch's `F.conv_transpose1d`).
  ///
  /// Self is `[N, C, L]` or `[C, L]`, the weight `[C, K/groups, k]`, the bias `[K]`. The result is `[N, K, L′]` with
  /// L′ = (L - 1)·stride - 2·padding + dilation·(k - 1) + outputPadding + 1. The output padding must be smaller than
  /// the stride or the dilation.
  public func convTranspose1d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0, groups: Int = 1,
    dilation: Int = 1
  ) -> Tensor {
    transposedConvolution(
      rank: 1, weight, bias, stride: Spatial([stride], filler: 1), padding: Spatial([padding], filler: 0),
      outputPadding: Spatial([outputPadding], filler: 0), groups: groups, dilation: Spatial([dilation], filler: 1))
  }

  /// The adjoint of `conv2d` in its input (PyTorch's `F.conv_transpose2d`): self `[N, C, H, W]` or `[C, H, W]`, weight
  /// `[C, K/groups, kH, kW]`, bias `[K]`; sizes as for `convTranspose1d`.
  public func convTranspose2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: IntPair = 1, padding: IntPair = 0, outputPadding: IntPair = 0, groups: Int = 1,
    dilation: IntPair = 1
  ) -> Tensor {
    transposedConvolution(
      rank: 2, weight, bias, stride: stride.spatial(1), padding: padding.spatial(0), outputPadding: outputPadding.spatial(0),
      groups: groups, dilation: dilation.spatial(1))
  }

  /// The adjoint of `conv3d` in its input (PyTorch's `F.conv_transpose3d`): self `[N, C, D, H, W]` or `[C, D, H, W]`,
  /// weight `[C, K/groups, kD, kH, kW]`, bias `[K]`; sizes as for `convTranspose1d`.
  public func convTranspose3d(
    _ weight: Tensor, bias: Tensor? = nil, stride: IntTriple = 1, padding: IntTriple = 0, outputPadding: IntTriple = 0,
    groups: Int = 1, dilation: IntTriple = 1
  ) -> Tensor {
    transposedConvolution(
      rank: 3, weight, bias, stride: stride.spatial(1), padding: padding.spatial(0), outputPadding: outputPadding.spatial(0),
      groups: groups, dilation: dilation.spatial(1))
  }
}

extension ConvolutionAttributes {
  /// The spatial sizes of a transposed convolution's result.
  fileprivate func transposedExtent(
    _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, outputPadding: Spatial
  ) throws(TensorError) -> Spatial {
    let name = "convTranspose\(rank)d"
    try checkRanks(name, input, weight)
    guard groups > 0, weight.shape[0] % groups == 0 else {
      throw TensorError(
        name, of: input, weight, rule: "the \(weight.shape[0]) input channels cannot be split into \(groups) groups")
    }
    guard input.shape[1] == weight.shape[0] else {
      throw TensorError(
        name, of: input, weight,
        rule: "the weight expects \(weight.shape[0]) input channels, the input has \(input.shape[1])")
    }
    guard weight.dtype == input.dtype, bias.map({ $0.dtype == input.dtype }) ?? true else {
      throw TensorError(
        name, of: input, weight,
        rule: "input is \(input.dtype), weight is \(weight.dtype)" + (bias.map { ", bias is \($0.dtype)" } ?? ""),
        hint: "convert one with to(_:)")
    }
    if weight.device != input.device { throw .deviceMismatch(operation: name, input, weight) }
    let channels = weight.shape[1] * groups
    if let bias, bias.shape != [channels] {
      throw TensorError(name, of: input, weight, bias, rule: "the bias must have shape (\(channels),)")
    }
    var sizes: [Int] = []
    for i in 0..<rank {
      guard stride[i] > 0, dilation[i] > 0, padding[i] >= 0, outputPadding[i] >= 0 else {
        throw TensorError(
          name, of: input, weight,
          rule:
            "stride \(stride[i]) and dilation \(dilation[i]) must be positive, padding \(padding[i]) and output padding \(outputPadding[i]) not negative"
        )
      }
      guard outputPadding[i] < Swift.max(stride[i], dilation[i]) else {
        throw TensorError(
          name, of: input, weight,
          rule:
            "output padding \(outputPadding[i]) must be smaller than either stride \(stride[i]) or dilation \(dilation[i])")
      }
      guard weight.shape[2 + i] > 0, input.shape[2 + i] > 0 else {
        throw TensorError(name, of: input, weight, rule: "spatial dimension \(i) of the input or of the kernel is empty")
      }
      let size =
        (input.shape[2 + i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (weight.shape[2 + i] - 1) + outputPadding[i] + 1
      guard size > 0 else {
        throw TensorError(name, of: input, weight, rule: "the result's size would be \(size) at spatial dimension \(i)")
      }
      sizes.append(size)
    }
    guard Shape([input.shape[0], channels] + sizes).checkedElementCount != nil else {
      throw TensorError(name, of: input, weight, rule: "a result of spatial size \(sizes) is too large")
    }
    return Spatial(sizes, filler: 1)
  }
}
