public import TensorModule

extension Functional {
  /// How `gridSample` finds values between elements.
  public enum GridMode: String, Sendable, Hashable, CaseIterable {
    /// Lines between neighbours.
    case bilinear
    /// The nearest element; the grid gets a gradient of zero.
    case nearest
    /// Cubics through four neighbours.
    case bicubic
  }

  /// What `gridSample` finds outside of the input.
  public enum GridPadding: String, Sendable, Hashable, CaseIterable {
    /// Zeros.
    case zeros
    /// The nearest border element.
    case border
    /// The input mirrored at its borders.
    case reflection
  }

  /// Values of an image at the places that a grid names (PyTorch's `F.grid_sample`).
  ///
  /// - Parameters:
  ///   - input: `[N, C, H, W]` or `[N, C, D, H, W]`, floating point.
  ///   - grid: `[N, H′, W′, 2]` or `[N, D′, H′, W′, 3]`, of the input's dtype: places (x, y) or (x, y, z), -1 ... 1 from
  ///     border to border.
  ///   - alignCorners: -1 and 1 are the middles of the corner elements, not their outer corners.
  /// - Returns: `[N, C, H′, W′]` or `[N, C, D′, H′, W′]`.
  public static func gridSample(
    _ input: Tensor, _ grid: Tensor, mode: GridMode = .bilinear, paddingMode: GridPadding = .zeros, alignCorners: Bool = false
  ) -> Tensor {
    let input = Autocast.full(input), grid = Autocast.full(grid)
    if ThreadMode.hasFailed { return standIn() }
    let spatialRank = input.rank - 2
    func refused(_ rule: String) -> Tensor { failing(TensorError("gridSample", of: input, grid, rule: rule)) }
    guard spatialRank == 2 || spatialRank == 3, grid.rank == input.rank else {
      return refused("expected input and grid of 4 or of 5 dimensions, got \(input.rank) and \(grid.rank)")
    }
    guard input.shape[0] == grid.shape[0] else { return refused("input and grid have different batch sizes") }
    guard grid.shape[-1] == spatialRank else { return refused("the grid's last dimension must be \(spatialRank)") }
    guard input.shape.dropFirst(2).allSatisfy({ $0 > 0 }) else { return refused("the input has an empty spatial dimension") }
    guard input.dtype.isFloatingPoint, input.dtype == grid.dtype else {
      return refused("input and grid must have one floating-point dtype, not \(input.dtype) and \(grid.dtype)")
    }
    if input.device != grid.device { return failing(.deviceMismatch(operation: "gridSample", input, grid)) }
    let compute = input.dtype.computeType
    let sizes = Array(input.shape.dropFirst(2)), batch = input.shape[0], channels = input.shape[1]
    let plane = sizes.reduce(1, *), places = grid.shape.dropFirst().dropLast().reduce(1, *)
    // Pixels as rows of channels, so that one index fetches all channels of a place; a last row of zeros for outside.
    var order = [0] + Array(2..<input.rank)
    order.append(1)
    var rows = input.to(compute).permute(order).reshape([batch * plane, channels])
    if paddingMode == .zeros { rows = Tensor.cat([rows, Tensor.zeros([1, channels], dtype: compute, device: input.device)]) }
    let points = grid.to(compute).reshape([batch * places, spatialRank])
    let firstRow = (Tensor.arange(batch, device: input.device) * plane).unsqueeze(1).expand([batch, places]).reshape([-1])
    // The grid names the last dimension first.
    let axes = sizes.indices.map { axis in
      AxisTaps(
        points.select(dim: 1, index: spatialRank - 1 - axis), size: sizes[axis], mode: mode, padding: paddingMode,
        alignCorners: alignCorners)
    }
    var sum: Tensor?
    let tapCount = axes[0].taps.count
    for combination in 0..<(0..<spatialRank).reduce(1, { product, _ in product * tapCount }) {
      var rest = combination, index = Tensor.zerosLike(firstRow), weight: Tensor?, inside: Tensor?
      var stride = 1
      for axis in axes.indices.reversed() {
        let tap = axes[axis].taps[rest % tapCount]
        rest /= tapCount
        index = index + tap.index * stride
        stride *= sizes[axis]
        weight = weight.map { $0 * tap.weight } ?? tap.weight
        if let isInside = tap.isInside { inside = inside.map { $0 & isInside } ?? isInside }
      }
      index = index + firstRow
      if let inside { index = Tensor.where(inside, index, batch * plane) }
      let part = rows.indexSelect(dim: 0, index: index) * (weight ?? Tensor.ones([1], dtype: compute)).unsqueeze(1)
      sum = sum.map { $0 + part } ?? part
    }
    let output = Array(grid.shape.dropFirst().dropLast())
    let result = (sum ?? rows).reshape(Shape([batch] + output + [channels]))
    return result.permute([0, input.rank - 1] + Array(1..<(input.rank - 1))).contiguous().to(input.dtype)
  }

  /// The grid of an affine transformation, for ``gridSample(_:_:mode:paddingMode:alignCorners:)`` (PyTorch's
  /// `F.affine_grid`).
  ///
  /// - Parameters:
  ///   - theta: `[N, 2, 3]` or `[N, 3, 4]`, matrices that take places of the result to places of the input.
  ///   - size: the result's shape, `[N, C, H, W]` or `[N, C, D, H, W]`.
  /// - Returns: `[N, H, W, 2]` or `[N, D, H, W, 3]`.
  public static func affineGrid(_ theta: Tensor, _ size: [Int], alignCorners: Bool = false) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let spatialRank = size.count - 2
    guard theta.dtype.isFloatingPoint else {
      return failing(TensorError("affineGrid", of: theta, rule: "theta must be floating point, not \(theta.dtype)"))
    }
    guard spatialRank == 2 || spatialRank == 3 else {
      return failing(TensorError("affineGrid", of: theta, rule: "the size must have 4 or 5 numbers, got \(size)"))
    }
    guard size.allSatisfy({ $0 > 0 }) else {
      return failing(TensorError("affineGrid", of: theta, rule: "all sizes in \(size) must be positive"))
    }
    guard theta.shape == [size[0], spatialRank, spatialRank + 1] else {
      return failing(
        TensorError(
          "affineGrid", of: theta, rule: "theta must have shape (\(size[0]), \(spatialRank), \(spatialRank + 1)) for size \(size)"))
    }
    let sizes = Array(size.dropFirst(2))
    var columns: [Tensor] = []
    for axis in sizes.indices.reversed() {
      let count = sizes[axis]
      var line = count > 1 ? Tensor.linspace(-1, 1, count, dtype: theta.dtype) : Tensor.zeros([1], dtype: theta.dtype)
      if !alignCorners { line = line * (Double(count - 1) / Double(count)) }
      var shape = [Int](repeating: 1, count: spatialRank)
      shape[axis] = count
      columns.append(line.reshape(Shape(shape)).expand(Shape(sizes)))
    }
    columns.append(Tensor.ones(Shape(sizes), dtype: theta.dtype))
    let base = Tensor.stack(columns, dim: -1).reshape([-1, spatialRank + 1]).to(theta.device)
    return base.unsqueeze(0).matmul(theta.transpose(1, 2)).reshape(Shape([size[0]] + sizes + [spatialRank]))
  }
}

/// What a place on one axis is made of: whole positions, their weights, and whether they are inside (nil: always).
private struct AxisTaps {
  var taps: [(index: Tensor, weight: Tensor, isInside: Tensor?)] = []

  init(_ point: Tensor, size: Int, mode: Functional.GridMode, padding: Functional.GridPadding, alignCorners: Bool) {
    // From -1 ... 1 to elements.
    let place = alignCorners ? (point + 1.0) / 2.0 * Double(size - 1) : ((point + 1.0) * Double(size) - 1.0) / 2.0
    func moved(_ x: Tensor) -> Tensor {
      switch padding {
      case .zeros: x
      case .border: Self.clipped(x, size)
      case .reflection: Self.clipped(Self.reflected(x, size, alignCorners), size)
      }
    }
    func add(_ position: Tensor, _ weight: Tensor) {
      let whole = position.detach()
      let isInside = (whole .>= 0.0) & (whole .<= Double(size - 1))
      taps.append((Tensor.where(isInside, whole, 0.0).to(.int64), weight, padding == .zeros ? isInside : nil))
    }
    switch mode {
    case .nearest:
      // A weight of one that the grid's gradient, zero, goes through.
      let ones = Tensor.onesLike(place.detach())
      add(moved(place).round(), Tensor.where(ones .> 0.0, ones, place))
    case .bilinear:
      let x = moved(place), low = x.detach().floor()
      add(low, low + 1.0 - x)
      add(low + 1.0, x - low)
    case .bicubic:
      let low = place.detach().floor(), t = place - low
      for tap in -1...2 {
        let distance = tap < 1 ? t - Double(tap) : Double(tap) - t
        add(moved(low + Double(tap)).round(), tap == 0 || tap == 1 ? Self.near(distance) : Self.far(distance))
      }
    }
  }

  /// Limited to the elements; NaN counts as the first. Beyond an end the slope is 0.
  private static func clipped(_ x: Tensor, _ size: Int) -> Tensor {
    let value = x.detach()
    let isInside = (value .> 0.0) & (value .< Double(size - 1))
    return Tensor.where(isInside, x, Tensor.where(value .> 0.0, Tensor.fullLike(value, Double(size - 1)), 0.0))
  }

  /// Mirrored at the middles of the corner elements, or at their outer borders.
  private static func reflected(_ x: Tensor, _ size: Int, _ alignCorners: Bool) -> Tensor {
    let low = alignCorners ? 0 : -0.5, span = Double(alignCorners ? size - 1 : size)
    if span == 0 { return x * 0.0 }
    let distance = (x - low).abs()
    let flips = (distance.detach() / span).floor()
    let extra = distance - flips * span
    return Tensor.where((flips.remainder(2.0) .== 0.0), extra, span - extra) + low
  }

  /// The cubic convolution kernel (R. Keys, 1981) with slope -0.75 at 1: for distances up to 1, and from 1 to 2.
  private static func near(_ x: Tensor) -> Tensor { ((x * 1.25) - 2.25) * x * x + 1.0 }
  private static func far(_ x: Tensor) -> Tensor { ((x * -0.75 + 3.75) * x - 6.0) * x + 3.0 }
}
