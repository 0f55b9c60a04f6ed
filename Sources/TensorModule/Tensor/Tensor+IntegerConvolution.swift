// Convolution of integers, exactly: windows of the padded input as the rows of a matrix product.

extension Tensor {
  /// The windows of the last dimensions of `[N, C, spatial…]`, as `[N, C, output…, kernel…]`: a view.
  final func windows(kernel: [Int], stride: [Int], dilation: [Int]) -> Tensor {
    var result = self
    for i in kernel.indices {
      let span = dilation[i] * (kernel[i] - 1) + 1
      result = result.unfold(dim: 2 + i, size: span, step: stride[i])
      if dilation[i] > 1 { result = result.slice(dim: -1, step: dilation[i]) }
    }
    return result
  }

  /// Self `[N, C, spatial…]` of an integer type.
  final func integerConvolution(_ attributes: ConvolutionAttributes, _ weight: Tensor, _ bias: Tensor?) -> Tensor {
    let spatialRank = attributes.rank
    let specification: Signature
    do throws(TensorError) {
      specification = try attributes.signature(bias.map { Operands(self, weight, $0) } ?? Operands(self, weight))
    } catch {
      return failing(error)
    }
    let axes = 0..<spatialRank
    let padding = axes.reversed().flatMap { [attributes.padding[$0], attributes.padding[$0]] }
    let kernel = axes.map { weight.shape[2 + $0] }
    let windows = constantPadded(padding, .integer(0)).windows(
      kernel: kernel, stride: axes.map { attributes.stride[$0] }, dilation: axes.map { attributes.dilation[$0] })
    // [N, C, output…, kernel…] to [N, groups, C/groups·kernel, output], and weights [groups, K/groups, C/groups·kernel].
    let output = specification.first.shape
    let groups = attributes.groups, taps = weight.shape[1] * kernel.reduce(1, *)
    let places = axes.reduce(1) { $0 * output[2 + $1] }
    let order = [0, 1] + axes.map { 2 + spatialRank + $0 } + axes.map { 2 + $0 }
    let columns = windows.permute(order).reshape([shape[0], groups, taps, places])
    let rows = weight.reshape([groups, output[1] / groups, taps])
    var result = rows.matmul(columns).reshape(output)
    if let bias { result = result + bias.reshape(Shape([output[1]] + [Int](repeating: 1, count: spatialRank))) }
    return result
  }

  /// The same of the input spread out by the stride, with the kernel turned round. `attributes.extent` is the result's size.
  final func integerTransposedConvolution(_ attributes: ConvolutionAttributes, _ weight: Tensor) -> Tensor {
    let axes = 0..<attributes.rank, groups = attributes.groups
    var spread = self
    var padding = [Int](repeating: 0, count: 2 * attributes.rank)
    for i in axes {
      let size = shape[2 + i], stride = attributes.stride[i]
      if stride > 1 {
        let gaps = [Int](repeating: 0, count: 2 * (attributes.rank - 1 - i)) + [0, stride - 1]
        let wide = spread.unsqueeze(3 + i).constantPadded(gaps, .integer(0))
        spread = wide.flatten(startDim: 2 + i, endDim: 3 + i).slice(dim: 2 + i, end: (size - 1) * stride + 1)
      }
      let reach = attributes.dilation[i] * (weight.shape[2 + i] - 1)
      let before = reach - attributes.padding[i]
      let position = 2 * (attributes.rank - 1 - i)
      padding[position] = before
      padding[position + 1] = attributes.extent[i] + reach - ((size - 1) * stride + 1) - before
    }
    // [C, K/groups, kernel…] to [K, C/groups, kernel…], reversed along the kernel.
    let kernel = weight.shape.dropFirst(2), perGroup = weight.shape[0] / groups
    let turned = weight.reshape(Shape([groups, perGroup, weight.shape[1]] + kernel)).transpose(1, 2)
      .reshape(Shape([groups * weight.shape[1], perGroup] + kernel))
    var reversed = AxisSet()
    for i in axes { reversed.insert(2 + i) }
    let flipped = apply(.flip(reversed), turned)
    let plain = ConvolutionAttributes(
      rank: attributes.rank, stride: Spatial(1), padding: Spatial(0), dilation: attributes.dilation, groups: groups)
    return spread.constantPadded(padding, .integer(0)).integerConvolution(plain, flipped, nil)
  }
}
