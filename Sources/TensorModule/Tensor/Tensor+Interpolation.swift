/// How `interpolate` finds elements between those that there are.
public enum InterpolationMode: String, Sendable, Hashable, CaseIterable {
  /// The element before, as older programs do it.
  case nearest
  /// The nearest element.
  case nearestExact = "nearest-exact"
  /// A line between neighbours, of one spatial dimension.
  case linear
  /// Lines between neighbours, of two spatial dimensions.
  case bilinear
  /// Cubics through four neighbours, of two spatial dimensions.
  case bicubic
  /// Lines between neighbours, of three spatial dimensions.
  case trilinear
  /// Means of windows that share the input evenly: adaptive average pooling.
  case area
}

extension Tensor {
  /// The tensor with its spatial dimensions resized (PyTorch's `F.interpolate`).
  ///
  /// Self is `[N, C, spatial…]` with one to three spatial dimensions; floating point, or uint8, which is rounded. Exactly
  /// one of `size` and `scaleFactor` is given.
  /// - Parameters:
  ///   - size: the result's spatial sizes.
  ///   - scaleFactor: what the spatial sizes are multiplied with (and rounded down), one number or one each.
  ///   - mode: how elements are found; ``InterpolationMode/linear``, `bilinear`, `bicubic` and `trilinear` need one, two,
  ///     two and three spatial dimensions.
  ///   - alignCorners: the corner elements lie on each other, instead of the corners of the corner elements. For the
  ///     linear and cubic modes only; false unless given.
  ///   - recomputeScaleFactor: positions follow from the sizes instead of the given factors.
  ///   - antialias: when shrinking, all elements in between count; for `bilinear` and `bicubic`.
  public func interpolate(
    size: [Int]? = nil, scaleFactor: [Double]? = nil, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil,
    recomputeScaleFactor: Bool? = nil, antialias: Bool = false
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let spatialRank = rank - 2
    guard (1...3).contains(spatialRank) else {
      return failing(TensorError("interpolate", of: self, rule: "needs 3, 4 or 5 dimensions, got \(rank)"))
    }
    if let refusal = interpolationRefusal(size, scaleFactor, mode, alignCorners, recomputeScaleFactor, antialias) {
      return failing(TensorError("interpolate", of: self, rule: refusal))
    }
    let input = shape.dropFirst(2).map { $0 }
    var factors = scaleFactor.map { $0.count == 1 ? [Double](repeating: $0[0], count: spatialRank) : $0 }
    var output = size ?? []
    if let given = factors {
      for (size, factor) in zip(input, given) {
        let scaled = (Double(size) * factor).rounded(.down)
        guard scaled >= 0, scaled < 0x1p40 else {
          return failing(TensorError("interpolate", of: self, rule: "factor \(factor) of size \(size) leaves no valid size"))
        }
        output.append(Int(scaled))
      }
      if recomputeScaleFactor == true { factors = nil }
    } else if output.count == 1 {
      output = [Int](repeating: output[0], count: spatialRank)
    }
    guard input.allSatisfy({ $0 > 0 }), output.allSatisfy({ $0 > 0 }) else {
      return failing(
        TensorError("interpolate", of: self, rule: "input sizes \(input) and output sizes \(output) must be greater than 0"))
    }
    guard output.allSatisfy({ $0 <= Int32.max }) else {
      return failing(TensorError("interpolate", of: self, rule: "output sizes \(output) must be at most \(Int32.max)"))
    }
    if mode == .area {
      let sizes = output.map { Optional($0) }
      return spatialRank == 1 ? adaptiveAvgPool1d(sizes) : spatialRank == 2 ? adaptiveAvgPool2d(sizes) : adaptiveAvgPool3d(sizes)
    }
    if mode == .nearest || mode == .nearestExact { return nearest(output, factors, isExact: mode == .nearestExact) }
    guard dtype.isFloatingPoint || dtype == .uint8 else {
      return failing(TensorError("interpolate", of: self, rule: "is not defined for \(dtype)", hint: "convert it with to(.float32)"))
    }
    let resampled = resampled(output, factors, isCubic: mode == .bicubic, alignCorners: alignCorners ?? false, antialias: antialias)
    return dtype == .uint8 ? resampled.round().clamp(min: 0, max: 255).to(.uint8) : resampled
  }

  /// ``interpolate(size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)`` to one size for all dimensions.
  public func interpolate(
    size: Int, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil, antialias: Bool = false
  ) -> Tensor {
    interpolate(size: [size], mode: mode, alignCorners: alignCorners, antialias: antialias)
  }

  /// ``interpolate(size:scaleFactor:mode:alignCorners:recomputeScaleFactor:antialias:)`` by one factor for all dimensions.
  public func interpolate(
    scaleFactor: Double, mode: InterpolationMode = .nearest, alignCorners: Bool? = nil, recomputeScaleFactor: Bool? = nil,
    antialias: Bool = false
  ) -> Tensor {
    interpolate(
      scaleFactor: [scaleFactor], mode: mode, alignCorners: alignCorners, recomputeScaleFactor: recomputeScaleFactor,
      antialias: antialias)
  }

  /// Why the parameters do not fit each other and the tensor; nil if they do.
  private final func interpolationRefusal(
    _ size: [Int]?, _ scaleFactor: [Double]?, _ mode: InterpolationMode, _ alignCorners: Bool?, _ recompute: Bool?,
    _ antialias: Bool
  ) -> String? {
    let spatialRank = rank - 2
    switch mode {
    case .nearest, .nearestExact, .area:
      if alignCorners != nil { return "alignCorners is only for the modes linear, bilinear, bicubic and trilinear" }
    case .linear, .bilinear, .bicubic, .trilinear:
      let needed = mode == .linear ? 1 : mode == .trilinear ? 3 : 2
      if needed != spatialRank { return "mode \(mode) needs \(needed + 2) dimensions, got \(rank)" }
    }
    if antialias && mode != .bilinear && mode != .bicubic { return "antialias is only for the modes bilinear and bicubic" }
    switch (size, scaleFactor) {
    case (nil, nil): return "either size or scaleFactor must be given"
    case (.some, .some): return "only one of size and scaleFactor may be given"
    case (let size?, nil):
      if recompute == true { return "recomputeScaleFactor has no meaning beside a size" }
      if size.count != 1 && size.count != spatialRank {
        return "the size \(size) needs \(spatialRank) numbers, one for each spatial dimension"
      }
    case (nil, let factors?):
      if factors.count != 1 && factors.count != spatialRank {
        return "the factor \(factors) needs \(spatialRank) numbers, one for each spatial dimension"
      }
    }
    return nil
  }

  /// The distance of the result's elements in those of the input. A given factor counts as it is; sizes only if there is
  /// none.
  private final func step(_ input: Int, _ output: Int, _ factor: Double?, alignCorners: Bool = false) -> Double {
    if alignCorners { return output > 1 ? Double(input - 1) / Double(output - 1) : 0 }
    if let factor, factor > 0 { return 1 / factor }
    return Double(input) / Double(output)
  }

  /// Positions are computed in the type that PyTorch computes them in: they decide which element is taken.
  private final func nearest(_ output: [Int], _ factors: [Double]?, isExact: Bool) -> Tensor {
    var result = self
    for (i, size) in output.enumerated() {
      let count = shape[2 + i]
      if size == count && factors == nil { continue }
      let step = Float(self.step(count, size, factors?[i]))
      let positions = (0..<size).map { j -> Int in
        let position = isExact ? (Float(j) + 0.5) * step : Float(j) * step
        return Swift.min(Int(position), count - 1)
      }
      result = result.indexSelect(dim: 2 + i, index: Tensor(positions).to(device))
    }
    return result === self ? clone() : result
  }

  private final func resampled(
    _ output: [Int], _ factors: [Double]?, isCubic: Bool, alignCorners: Bool, antialias: Bool
  ) -> Tensor {
    let isHalf = dtype == .float16 || dtype == .bfloat16
    var result = isHalf || dtype == .uint8 ? to(.float32) : self
    // The last dimension first: its rows are short then.
    for i in output.indices.reversed() {
      let count = shape[2 + i]
      let step = step(count, output[i], factors?[i], alignCorners: alignCorners)
      if count == output[i] && step == 1 { continue }
      let table =
        antialias
        ? ResampleTable(antialiased: isCubic, count, output[i], step, alignCorners: alignCorners)
        : ResampleTable(isCubic, count, output[i], step, alignCorners: alignCorners)
      let shape: Shape = [table.taps, output[i]]
      let weights = Tensor(table.weights, shape: shape, dtype: result.dtype == .float64 ? .float64 : .float32).to(device)
      result = apply(
        .resample(ResampleAttributes(dim: 2 + i)), Operands(result, Tensor(table.indices, shape: shape).to(device), weights))
    }
    if isHalf { return result.to(dtype) }
    return result === self ? clone() : result
  }
}

/// For each element of a resized dimension the elements that it is made of, and their weights: `[taps, size]`.
private struct ResampleTable {
  let taps: Int
  var indices: [Int64]
  var weights: [Double]

  /// Neighbours by a line or a cubic.
  init(_ isCubic: Bool, _ count: Int, _ size: Int, _ step: Double, alignCorners: Bool) {
    taps = isCubic ? 4 : 2
    indices = [Int64](repeating: 0, count: taps * size)
    weights = [Double](repeating: 0, count: taps * size)
    for j in 0..<size {
      var position = alignCorners ? Double(j) * step : (Double(j) + 0.5) * step - 0.5
      if isCubic {
        let first = position.rounded(.down), t = position - first
        for tap in 0..<4 {
          indices[tap * size + j] = Int64(Swift.min(Swift.max(Int(first) - 1 + tap, 0), count - 1))
          weights[tap * size + j] = Self.cubic(Double(tap) - 1 - t, -0.75)
        }
      } else {
        position = Swift.max(position, 0)
        let first = Swift.min(Int(position), count - 1), part = Swift.min(position - Double(first), 1)
        indices[j] = Int64(first)
        indices[size + j] = Int64(Swift.min(first + 1, count - 1))
        weights[j] = 1 - part
        weights[size + j] = part
      }
    }
  }

  /// All elements under a filter that is as wide as the step when shrinking; what lies outside does not count.
  init(antialiased isCubic: Bool, _ count: Int, _ size: Int, _ step: Double, alignCorners: Bool) {
    let scale = Swift.max(step, 1), support = (isCubic ? 2 : 1) * scale
    let taps = Swift.min(Int(support.rounded(.up)) * 2 + 1, count)
    self.taps = taps
    indices = [Int64](repeating: 0, count: taps * size)
    weights = [Double](repeating: 0, count: taps * size)
    for j in 0..<size {
      let center = (Double(j) + 0.5) * step
      let first = Swift.max(Int(center - support + 0.5), 0)
      let length = Swift.min(Swift.min(Int(center + support + 0.5), count) - first, taps)
      var row = (0..<length).map { tap -> Double in
        let x = (Double(tap + first) - center + 0.5) / scale
        return isCubic ? Self.cubic(x, -0.5) : Swift.max(0, 1 - x.magnitude)
      }
      let total = row.reduce(0, +)
      if total != 0 { for tap in row.indices { row[tap] /= total } }
      for tap in 0..<taps {
        indices[tap * size + j] = Int64(Swift.min(first + tap, count - 1))
        weights[tap * size + j] = tap < length ? row[tap] : 0
      }
    }
  }

  /// The cubic convolution kernel (R. Keys, 1981) with the slope `a` at 1.
  private static func cubic(_ x: Double, _ a: Double) -> Double {
    let x = x.magnitude
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }
}
