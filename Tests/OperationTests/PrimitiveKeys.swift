import TensorModule

/// The leaves of `Primitive`. A new one does not compile in ``Primitive/kind`` until it stands here, and then wants rows.
enum PrimitiveKind: String, CaseIterable {
  case unary, binary, ternary, cast, reduce, cumulative, order, searchSorted, view, place, window, assignWindow, contiguous, flip, triangle, concatenate, matmul, linear,
    linearAlgebra,
    convolution, convolutionInputGradient, convolutionWeightGradient, maxPool, maxPoolGradient, maxPoolPick, averagePool,
    averagePoolGradient, resample, indexSelect, indexScatter, gather, scatter, nonzero, histogram, softmax, softmaxGradient,
    normalization, normalizationGradient, lstmCell, lstmCellGradient, gruCell, gruCellGradient, ctcLoss, ctcLossGradient, custom

  /// The keys that rows must exist for.
  var keys: [String] {
    switch self {
    case .unary: UnaryOperation.allCases.map { "unary.\($0)" }
    case .binary: BinaryOperation.allCases.map { "binary.\($0)" }
    case .ternary: TernaryOperation.allCases.map { "ternary.\($0)" }
    case .reduce: ReduceOperation.allCases.map { "reduce.\($0)" }
    case .cumulative: CumulativeOperation.allCases.map { "cumulative.\($0)" }
    case .view: ViewKind.allCases.map { "view.\($0)" }
    case .place: ViewKind.allCases.filter(\.isPlaced).map { "place.\($0)" }
    case .scatter: ScatterOperation.allCases.map { "scatter.\($0)" }
    case .linearAlgebra: LinearAlgebraKind.allCases.map { "linearAlgebra.\($0)" }
    case .indexScatter: ScatterOperation.allCases.map { "indexScatter.\($0)" }
    case .order: OrderOperation.allCases.map { "order.\($0)" }
    case .cast: DType.allCases.map { "cast.\($0)" }
    case .triangle: ["triangle.lower", "triangle.upper"]
    case .histogram: ["histogram.numbers", "histogram.intervals"]
    case .softmax, .softmaxGradient: [rawValue, rawValue + ".logarithm"]
    default: [rawValue]
    }
  }
}

/// The cases of `ViewOperation`.
enum ViewKind: String, CaseIterable {
  case reshape, expand, transpose, permute, slice, select, diagonal, unfold

  init(_ operation: ViewOperation) {
    switch operation {
    case .reshape: self = .reshape
    case .expand: self = .expand
    case .transpose: self = .transpose
    case .permute: self = .permute
    case .slice: self = .slice
    case .select: self = .select
    case .diagonal: self = .diagonal
    case .unfold: self = .unfold
    }
  }

  /// True if the view's gradient is a placement in zeros.
  var isPlaced: Bool {
    switch self {
    case .slice, .select, .diagonal, .unfold: true
    case .reshape, .expand, .transpose, .permute: false
    }
  }
}

/// The cases of `LinearAlgebraOperation`.
enum LinearAlgebraKind: String, CaseIterable {
  case lu, permutation, cholesky, triangularSolve, qr, eigen, svd, solve, choleskySolve, determinant, pseudoInverse

  init(_ operation: LinearAlgebraOperation) {
    switch operation {
    case .lu: self = .lu
    case .permutation: self = .permutation
    case .cholesky: self = .cholesky
    case .triangularSolve: self = .triangularSolve
    case .qr: self = .qr
    case .eigen: self = .eigen
    case .svd: self = .svd
    case .solve: self = .solve
    case .choleskySolve: self = .choleskySolve
    case .determinant: self = .determinant
    case .pseudoInverse: self = .pseudoInverse
    }
  }
}

extension Primitive {
  var kind: PrimitiveKind {
    switch self {
    case .unary: .unary
    case .binary: .binary
    case .ternary: .ternary
    case .cast: .cast
    case .reduce: .reduce
    case .cumulative: .cumulative
    case .order: .order
    case .searchSorted: .searchSorted
    case .view: .view
    case .place: .place
    case .window: .window
    case .assignWindow: .assignWindow
    case .contiguous: .contiguous
    case .flip: .flip
    case .triangle: .triangle
    case .concatenate: .concatenate
    case .matmul: .matmul
    case .linear: .linear
    case .linearAlgebra: .linearAlgebra
    case .convolution: .convolution
    case .convolutionInputGradient: .convolutionInputGradient
    case .convolutionWeightGradient: .convolutionWeightGradient
    case .maxPool: .maxPool
    case .maxPoolGradient: .maxPoolGradient
    case .maxPoolPick: .maxPoolPick
    case .averagePool: .averagePool
    case .averagePoolGradient: .averagePoolGradient
    case .resample: .resample
    case .indexSelect: .indexSelect
    case .indexScatter: .indexScatter
    case .gather: .gather
    case .scatter: .scatter
    case .nonzero: .nonzero
    case .histogram: .histogram
    case .softmax: .softmax
    case .softmaxGradient: .softmaxGradient
    case .normalization: .normalization
    case .normalizationGradient: .normalizationGradient
    case .lstmCell: .lstmCell
    case .lstmCellGradient: .lstmCellGradient
    case .gruCell: .gruCell
    case .gruCellGradient: .gruCellGradient
    case .ctcLoss: .ctcLoss
    case .ctcLossGradient: .ctcLossGradient
    case .custom: .custom
    }
  }

  /// The name under which rows are counted.
  var key: String {
    switch self {
    case .unary(let operation, _): "unary.\(operation)"
    case .binary(let operation, _): "binary.\(operation)"
    case .ternary(let operation, _): "ternary.\(operation)"
    case .reduce(let operation, _, _, _): "reduce.\(operation)"
    case .cumulative(let operation, _): "cumulative.\(operation)"
    case .view(let operation): "view.\(ViewKind(operation))"
    case .place(let operation): "place.\(ViewKind(operation))"
    case .linearAlgebra(let operation): "linearAlgebra.\(LinearAlgebraKind(operation))"
    case .scatter(let operation, _): "scatter.\(operation)"
    case .indexScatter(let operation, _): "indexScatter.\(operation)"
    case .order(let operation, _, _): "order.\(operation)"
    case .cast(let dtype): "cast.\(dtype)"
    case .triangle(let isUpper, _): "triangle." + (isUpper ? "upper" : "lower")
    case .histogram(.numbers): "histogram.numbers"
    case .histogram(.intervals): "histogram.intervals"
    case .softmax(_, let logarithm), .softmaxGradient(_, let logarithm): kind.rawValue + (logarithm ? ".logarithm" : "")
    default: kind.rawValue
    }
  }
}
