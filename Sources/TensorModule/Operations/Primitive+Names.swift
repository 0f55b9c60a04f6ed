extension Primitive {
  /// The operation as users call it: what error texts and graph prints say.
  package var name: String {
    switch self {
    case .unary(let operation, _): operation.name
    case .binary(let operation, _): operation.name
    case .ternary(let operation, _): operation.name
    case .cast: "to"
    case .reduce(let operation, _, _, _): operation.name
    case .cumulative(let operation, _): operation.name
    case .order(let operation, _, _): operation.name
    case .searchSorted: "searchsorted"
    case .view(let operation): operation.name
    case .place(let operation): operation.name + "Gradient"
    case .window: "asStrided"
    case .assignWindow: "copySlices"
    case .contiguous: "contiguous"
    case .flip: "flip"
    case .triangle(let isUpper, _): isUpper ? "triu" : "tril"
    case .concatenate: "cat"
    case .matmul: "matmul"
    case .linear: "linear"
    case .linearAlgebra(let operation): operation.name
    case .convolution(let attributes): "conv\(attributes.rank)d"
    case .convolutionInputGradient: "convInputGradient"
    case .convolutionWeightGradient: "convWeightGradient"
    case .maxPool(let attributes): "\(attributes.isAdaptive ? "adaptiveMaxPool" : "maxPool")\(attributes.rank)d"
    case .maxPoolGradient: "maxPoolGradient"
    case .maxPoolPick: "maxPoolPick"
    case .averagePool(let attributes): "\(attributes.isAdaptive ? "adaptiveAvgPool" : "avgPool")\(attributes.rank)d"
    case .averagePoolGradient: "avgPoolGradient"
    case .resample: "resample"
    case .indexSelect: "indexSelect"
    case .indexScatter(let operation, _): operation == .add ? "indexAdd" : operation == .replace ? "indexCopy" : "indexReduce"
    case .gather: "gather"
    case .scatter(let operation, _): operation == .add ? "scatterAdd" : operation == .replace ? "scatter" : "scatterReduce"
    case .nonzero: "nonzero"
    case .histogram(.numbers): "bincount"
    case .histogram(.intervals): "histc"
    case .softmax(_, let logarithm): logarithm ? "logSoftmax" : "softmax"
    case .softmaxGradient(_, let logarithm): logarithm ? "logSoftmaxGradient" : "softmaxGradient"
    case .normalization: "normalization"
    case .normalizationGradient: "normalizationGradient"
    case .lstmCell: "lstmCell"
    case .lstmCellGradient: "lstmCellGradient"
    case .gruCell: "gruCell"
    case .gruCellGradient: "gruCellGradient"
    case .ctcLoss: "ctcLoss"
    case .ctcLossGradient: "ctcLossGradient"
    case .custom: "custom"
    }
  }
}

extension UnaryOperation {
  var name: String {
    switch self {
    case .copy: "clone"
    case .negate: "neg"
    case .absolute: "abs"
    case .squareRoot: "sqrt"
    case .reciprocalSquareRoot: "rsqrt"
    case .geluTanh: "gelu"
    case .isInfinite: "isInf"
    case .besselI0: "i0"
    case .besselI0e: "i0e"
    case .besselI1: "i1"
    case .besselI1e: "i1e"
    default: String(describing: self)
    }
  }
}

extension BinaryOperation {
  var name: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .power: "pow"
    case .truncateDivide: "div"
    case .equal: "eq"
    case .notEqual: "ne"
    case .less: "lt"
    case .lessEqual: "le"
    case .greater: "gt"
    case .greaterEqual: "ge"
    case .replaceNonFinite: "nanToNum"
    default: String(describing: self)
    }
  }
}

extension TernaryOperation {
  var name: String {
    switch self {
    case .select: "where"
    case .multiplyAdd: "addcmul"
    case .divideAdd: "addcdiv"
    case .interpolate: "lerp"
    }
  }
}

extension CumulativeOperation {
  var name: String {
    switch self {
    case .sum: "cumsum"
    case .product: "cumprod"
    case .logSumExp: "logcumsumexp"
    case .maximum: "cummax"
    case .minimum: "cummin"
    }
  }
}

extension OrderOperation {
  var name: String {
    switch self {
    case .ascending, .descending: "sort"
    case .largest, .smallest: "topk"
    case .kthSmallest: "kthvalue"
    case .median: "median"
    case .nanMedian: "nanmedian"
    case .mode: "mode"
    }
  }
}

extension ReduceOperation {
  var name: String {
    switch self {
    case .product: "prod"
    case .maximum, .maxWithIndex: "max"
    case .minimum, .minWithIndex: "min"
    case .argMax: "argmax"
    case .argMin: "argmin"
    case .variance: "var"
    case .sumOfSquares, .sumOfAbsolutes: "norm"
    case .logSumExp: "logsumexp"
    case .nanSum: "nansum"
    default: String(describing: self)
    }
  }
}

extension ViewOperation {
  var name: String {
    switch self {
    case .reshape: "reshape"
    case .expand: "expand"
    case .transpose: "transpose"
    case .permute: "permute"
    case .slice: "slice"
    case .select: "select"
    case .diagonal: "diagonal"
    case .unfold: "unfold"
    }
  }
}
