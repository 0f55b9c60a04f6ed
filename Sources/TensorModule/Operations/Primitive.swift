/// Every computation that the library knows: its table of contents.
///
/// A primitive is plain data: the operation and its attributes, no arrays, no references, no closures. So it can be
/// recorded on the tape, printed, exported and dispatched to any backend. All else is a composition of these.
///
/// The rooms that know a family: its signature (`Primitive+Signature`), the CPU (`CPUBackend+…`), its derivative
/// (`Derivatives+…`), its decomposition, if fused (`Primitive+Decomposition`), and one row of the operation tests.
package enum Primitive: Sendable {
  // Element-wise: operands broadcast against each other, types are promoted.
  case unary(UnaryOperation, Parameters = .none)
  case binary(BinaryOperation, Parameters = .none)
  case ternary(TernaryOperation, Parameters = .none)
  /// The same values in another type.
  case cast(DType)

  // Reductions and scans.
  case reduce(ReduceOperation, AxisSet, keepDim: Bool, parameter: Double = 0)
  /// Maximum and minimum have a second output: the int64 position of the extreme so far, the last among equals.
  case cumulative(CumulativeOperation, dim: Int)
  /// Elements of each line along a dimension, chosen by their order, and their int64 positions.
  case order(OrderOperation, dim: Int, count: Int)
  /// Operands sorted lines, values: where the values belong in the line of their row, or in the only one.
  case searchSorted(right: Bool, DType)

  // Movement.
  /// No kernel: another layout over the same storage. The layout travels beside the primitive.
  case view(ViewOperation)
  /// Zeros with the operand where the view looks: the gradient of a view. The base's shape travels beside the primitive.
  case place(ViewOperation)
  /// A copy of the elements that a view looks at. The geometry travels beside the primitive.
  case window
  /// Operands base, value: the base with the elements that a view looks at replaced.
  case assignWindow
  /// A row-major copy.
  case contiguous
  /// Reversed along the dimensions.
  case flip(AxisSet)
  /// Zeros outside of a triangle of the last two dimensions.
  case triangle(isUpper: Bool, diagonal: Int)
  /// Two operands laid one after the other; longer lists are folded by the door into one kernel call.
  case concatenate(dim: Int)

  // Linear algebra.
  /// `[…, m, k] × […, k, n]`, batch dimensions broadcast.
  case matmul
  /// `input·weightᵀ (+ bias)`: PyTorch's `linear`. Operands input, weight, optional bias.
  case linear
  /// Factorizations and what is built on them, over the last two dimensions.
  case linearAlgebra(LinearAlgebraOperation)

  // Convolution and pooling, `[N, C, spatial…]`.
  case convolution(ConvolutionAttributes)
  /// Operands output gradient, weight.
  case convolutionInputGradient(ConvolutionAttributes)
  /// Operands input, output gradient.
  case convolutionWeightGradient(ConvolutionAttributes)
  /// Outputs values and int64 positions in the plane.
  case maxPool(PoolAttributes)
  /// Operands output gradient, positions.
  case maxPoolGradient(PoolAttributes)
  /// Operands input, positions: the values at them. What the gradient's gradient needs.
  case maxPoolPick(PoolAttributes)
  case averagePool(PoolAttributes)
  case averagePoolGradient(PoolAttributes)
  /// Operands input, indices `[taps, n]`, weights `[taps, n]`: weighted sums of slices of a dimension. Transposed: their
  /// gradient.
  case resample(ResampleAttributes)

  // Indexing; indices are int64.
  /// Operands source, 1-d index: the slices of `dim` that the index names.
  case indexSelect(dim: Int)
  /// Operands target, 1-d index, source: target with the source's slices combined with those that the index names.
  case indexScatter(ScatterOperation, dim: Int)
  /// Operands source, index of the result's shape.
  case gather(dim: Int)
  /// Operands target, index, source.
  case scatter(ScatterOperation, dim: Int)
  /// The positions `[count, rank]` of the elements that are not zero. How many there are is counted beforehand: a result's
  /// shape does not depend on values.
  case nonzero(count: Int)
  /// How many elements fall into each of a number of bins.
  case histogram(HistogramOperation)

  // Fused: each has a decomposition into the above.
  case softmax(dim: Int, logarithm: Bool)
  /// Operands gradient, output.
  case softmaxGradient(dim: Int, logarithm: Bool)
  /// Operands input and, as the attributes say, weight and bias. Outputs the normalized input and, for the derivative's
  /// use, the means and (biased) variances.
  case normalization(NormalizationAttributes)
  /// Operands gradient, input, means, variances and, as the attributes say, weight. Outputs the gradients of input,
  /// weight and bias (the latter two empty if there is none).
  case normalizationGradient(NormalizationAttributes)
  /// Operands gates `[N, 4H]` before activation, previous cell `[N, H]`. Outputs hidden, cell, activations.
  case lstmCell
  /// Operands hidden gradient, cell gradient, activations, previous cell, cell. Outputs gates gradient, previous
  /// cell's gradient.
  case lstmCellGradient
  /// Operands input gates and hidden gates `[N, 3H]` before activation, previous hidden state `[N, H]`. Outputs hidden
  /// state and, for the derivative's use, `[N, 4H]`: gates r, z, n, and the hidden part of n before r weighted it.
  case gruCell
  /// Operands hidden gradient, activations, previous hidden state. Outputs the gradients of gruCell's operands.
  case gruCellGradient
  /// Operands log-probabilities `[T, N, C]`, targets `[N, S]`, frame counts `[N]`, label counts `[N]`. Outputs losses
  /// `[N]` and the forward variables `[N, T, 2S + 1]`. No decomposition: a recursion over frames.
  case ctcLoss(blank: Int, zeroInfinity: Bool)
  /// Operands gradient, then the above with their outputs. Has no derivative, as in PyTorch.
  case ctcLossGradient(blank: Int, zeroInfinity: Bool)

  /// A function of the program's own, with its own backward. Never run: the tape's node holds it.
  case custom
}

/// Up to two numbers that an element-wise operation takes beside its operands.
package struct Parameters: Sendable, Equatable {
  package var first: Double
  package var second: Double
  package init(_ first: Double = 0, _ second: Double = 0) {
    self.first = first
    self.second = second
  }
  package static let none = Parameters()
}

/// Running totals and extremes along a dimension. Raw values are the kernel's.
package enum CumulativeOperation: UInt8, CaseIterable, Sendable {
  case sum, product, logSumExp, maximum, minimum

  package var hasPositions: Bool { self == .maximum || self == .minimum }
}

/// What is chosen from a line by the order of its elements (NaN above all). Raw values are the kernel's.
package enum OrderOperation: UInt8, CaseIterable, Sendable {
  /// All, equal ones in order of position.
  case ascending, descending
  /// The `count` extreme ones, in order.
  case largest, smallest
  /// The one at place `count`, counted from 1.
  case kthSmallest
  /// The lower one; NaN if there is a NaN, or NaNs left out.
  case median, nanMedian
  /// The smallest of the commonest.
  case mode
}

/// The bins of a histogram.
package enum HistogramOperation: Sendable, Equatable {
  /// One for each of the integers 0 ..< count, which is all that there may be; int64 counts.
  case numbers(count: Int)
  /// So many equal intervals of low ... high; the last one holds its end, what lies outside is left out. Counts of the
  /// operand's own type.
  case intervals(count: Int, low: Double, high: Double)
}

/// How a scatter combines a source element with what is there.
package enum ScatterOperation: UInt8, CaseIterable, Sendable { case replace, add, multiply, maximum, minimum }

/// How a view's layout came from its base's: what the derivative has to undo.
package enum ViewOperation: Sendable, Equatable {
  /// The same elements in row-major order: `view`, `squeeze`, `unsqueeze`, `flatten` …
  case reshape
  /// Sizes of 1 repeated, and new leading dimensions.
  case expand
  case transpose(Int, Int)
  /// The permutation, 4 bits a dimension, for up to 16 dimensions.
  case permute(UInt64)
  case slice(dim: Int, start: Int, step: Int)
  case select(dim: Int, index: Int)
  case diagonal(offset: Int, Int, Int)
  case unfold(dim: Int, size: Int, step: Int)
}

/// The geometry of a convolution of up to three spatial dimensions, innermost last.
package struct ConvolutionAttributes: Sendable, Equatable {
  package var rank: Int
  package var stride: Spatial
  package var padding: Spatial
  package var dilation: Spatial
  package var groups: Int
  /// Spatial sizes of the input (for its gradient) or of the kernel (for the weight's gradient).
  package var extent: Spatial

  package init(
    rank: Int, stride: Spatial, padding: Spatial, dilation: Spatial, groups: Int, extent: Spatial = Spatial(0)
  ) {
    self.rank = rank
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.extent = extent
  }
}

/// The geometry of a pooling window of up to three spatial dimensions.
package struct PoolAttributes: Sendable, Equatable {
  package var rank: Int
  package var kernel: Spatial
  package var stride: Spatial
  package var padding: Spatial
  package var dilation: Spatial
  package var ceilMode: Bool
  package var countIncludesPadding: Bool
  /// 0 for none.
  package var divisorOverride: Int
  /// Spatial sizes of the input, for the gradients.
  package var extent: Spatial
  /// The windows share the input evenly; `kernel` is the size of the output then, and nothing else counts.
  package var isAdaptive = false

  package init(
    rank: Int, kernel: Spatial, stride: Spatial, padding: Spatial, dilation: Spatial = Spatial(1),
    ceilMode: Bool = false, countIncludesPadding: Bool = true, divisorOverride: Int = 0, extent: Spatial = Spatial(0)
  ) {
    self.rank = rank
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
    self.countIncludesPadding = countIncludesPadding
    self.divisorOverride = divisorOverride
    self.extent = extent
  }
}

/// Which slices of a dimension a resampling adds up; the tables are operands.
package struct ResampleAttributes: Sendable, Equatable {
  package var dim: Int
  package var isTransposed = false
  /// The size of the dimension in the transposed one's result.
  package var extent = 0

  package init(dim: Int) { self.dim = dim }
}

/// Over which elements a normalization takes its means and variances, and how weights belong to them.
package struct NormalizationAttributes: Sendable, Equatable {
  /// True: a set is all of a channel, dimension 1 (batch norm). False: `length` neighbouring elements (layer, group and
  /// instance norm).
  package var isOverChannels: Bool
  /// False: the mean counts as 0 (RMS norm).
  package var isCentered = true
  package var hasWeight = false
  package var hasBias = false
  /// Elements of a set, if not over channels: segments of `run` elements that share a weight. Sets take turns among
  /// `period` groups of weights.
  package var length = 1
  package var period = 1
  package var run = 1
  package var epsilon: Double

  package init(isOverChannels: Bool, epsilon: Double) {
    self.isOverChannels = isOverChannels
    self.epsilon = epsilon
  }

  /// The number of sets of an input.
  package func sets(of shape: Shape) -> Int {
    isOverChannels ? shape.dimensions[1] : length == 0 ? 0 : shape.elementCount / length
  }
  /// The number of weights.
  package func weightCount(of shape: Shape) -> Int {
    isOverChannels ? shape.dimensions[1] : period * (length / Swift.max(run, 1))
  }
}

/// One number for each of up to three spatial dimensions, in order of the dimensions.
package struct Spatial: Sendable, Equatable {
  // Half-width, to keep primitives small: they are copied a lot. Larger numbers are refused.
  private var first: Int32
  private var second: Int32
  private var third: Int32

  package init(_ first: Int, _ second: Int, _ third: Int) {
    self.first = Int32(truncatingIfNeeded: first.asWindowSize)
    self.second = Int32(truncatingIfNeeded: second.asWindowSize)
    self.third = Int32(truncatingIfNeeded: third.asWindowSize)
  }
  /// The same number for each.
  package init(_ all: Int) { self.init(all, all, all) }

  /// The first `values.count` numbers; the rest are `filler`.
  package init(_ values: [Int], filler: Int) {
    self.init(
      values.count > 0 ? values[0] : filler, values.count > 1 ? values[1] : filler,
      values.count > 2 ? values[2] : filler)
  }

  package subscript(index: Int) -> Int {
    Int(index == 0 ? first : index == 1 ? second : third)
  }
}

extension Int {
  /// A kernel size, stride, padding or dilation of 32 bits; larger ones fail, and the products of those that remain do
  /// not overflow before they are checked.
  var asWindowSize: Int {
    if let narrow = Int32(exactly: self) { return Int(narrow) }
    fail(TensorError("window", rule: "\(self) is too large for a size, stride, padding or dilation: at most \(Int32.max)"))
    return 1
  }
}
