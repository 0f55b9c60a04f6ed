import Martlet
import TensorModule

extension OracleCall {
  /// An index as it stands between brackets.
  fileprivate func items(_ position: Int) throws -> [IndexItem] {
    guard position < arguments.count else { throw OracleProblem("\(operation): no index") }
    let written = value(position) ?? OracleValue.none
    if case .tuple(let parts) = written { return try parts.map(item) }
    return [try item(written)]
  }
  private func item(_ value: OracleValue) throws -> IndexItem {
    switch value {
    case .none: return .newAxis
    case .int(let index): return index.asIndexItem
    case .slice(let start, let end, let step): return .slice(start, end, step: step ?? 1)
    case .ellipsis: return .ellipsis
    case .tensor(let tensor): return tensor.asIndexItem
    case .list(let parts):
      return try parts.map { part -> Int in
        guard case .int(let index) = part else { throw OracleProblem("\(operation): an index list of other than integers") }
        return index
      }.asIndexItem
    default: throw OracleProblem("\(operation): not an index")
    }
  }
  fileprivate func scatterReduction(_ position: Int?, _ keyword: String) throws -> ScatterReduction? {
    guard let name = try optionalString(position, keyword) else { return nil }
    switch name {
    case "sum", "add": return .sum
    case "prod", "multiply": return .prod
    case "mean": return .mean
    case "amax": return .amax
    case "amin": return .amin
    default: throw OracleProblem("reduction \(name)")
    }
  }
  /// Calls one of two with a tensor or with a number.
  fileprivate func filler<R>(
    _ position: Int, _ keyword: String, tensor: (Tensor) throws -> R, number: (any TensorScalar) throws -> R
  ) throws -> R {
    if case .tensor(let value)? = value(position, keyword) { return try tensor(value) }
    return try number(scalar(position, keyword))
  }
}

extension OracleTable {
  mutating func addIndexing() {
    one("__getitem__") { c in try c.tensor(0).index(c.items(1)) }
    one("__setitem__") { c in
      let x = try c.tensor(0), items = try c.items(1)
      let value = try c.filler(2, "value", tensor: { $0 }, number: { Tensor.wrapped($0) })
      x.setIndex(items, to: value)
      return x
    }
    one("index_select") { c in try c.tensor(0).indexSelect(dim: c.int(1, "dim"), index: c.tensor(2, "index")) }
    one("gather") { c in try c.tensor(0).gather(dim: c.int(1, "dim"), index: c.tensor(2, "index")) }
    one("take") { c in try c.tensor(0).take(c.tensor(1, "index")) }
    one("take_along_dim") { c in try c.tensor(0).takeAlongDim(c.tensor(1, "indices"), dim: c.optionalInt(2, "dim")) }
    one("masked_select") { c in try c.tensor(0).maskedSelect(c.tensor(1, "mask")) }
    one("argwhere") { c in try c.tensor(0).argwhere() }
    many("nonzero") { c in
      try c.bool(nil, "as_tuple", false) ? try c.tensor(0).nonzeroTuple() : [try c.tensor(0).nonzero()]
    }
    one("isin") { c in
      c.ignore("assume_unique")
      return try c.tensor(0).isin(c.tensor(1, "test_elements"), invert: c.bool(nil, "invert", false))
    }
    many("unravel_index") { c in try c.tensor(0).unravelIndex(Shape(c.ints(1, "shape"))) }
    addSlices()
    addElements()
    addMasks()
  }

  private mutating func addSlices() {
    for inPlace in [false, true] {
      let tail = inPlace ? "_" : ""
      one("index_add" + tail) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim"), index = try c.tensor(2, "index"), source = try c.tensor(3, "source")
        let alpha = try c.double(nil, "alpha", 1)
        return inPlace ? x.indexAdd_(dim: dim, index: index, source, alpha: alpha) : x.indexAdd(dim: dim, index: index, source, alpha: alpha)
      }
      one("index_copy" + tail) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim"), index = try c.tensor(2, "index"), source = try c.tensor(3, "source")
        return inPlace ? x.indexCopy_(dim: dim, index: index, source) : x.indexCopy(dim: dim, index: index, source)
      }
      one("index_fill" + tail) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim"), index = try c.tensor(2, "index")
        return try c.filler(
          3, "value",
          tensor: { inPlace ? x.indexFill_(dim: dim, index: index, $0) : x.indexFill(dim: dim, index: index, $0) },
          number: { inPlace ? x.indexFill_(dim: dim, index: index, $0) : x.indexFill(dim: dim, index: index, $0) })
      }
      one("index_reduce" + tail) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim"), index = try c.tensor(2, "index"), source = try c.tensor(3, "source")
        let reduction = try c.scatterReduction(4, "reduce") ?? .sum, own = try c.bool(nil, "include_self", true)
        return inPlace
          ? x.indexReduce_(dim: dim, index: index, source, reduction, includeSelf: own)
          : x.indexReduce(dim: dim, index: index, source, reduction, includeSelf: own)
      }
      one("index_put" + tail) { c in
        let x = try c.tensor(0), indices = try c.tensors(1, "indices"), values = try c.tensor(2, "values")
        let accumulate = try c.bool(3, "accumulate", false)
        return inPlace ? x.indexPut_(indices, values, accumulate: accumulate) : x.indexPut(indices, values, accumulate: accumulate)
      }
    }
  }

  private mutating func addElements() {
    for inPlace in [false, true] {
      let tail = inPlace ? "_" : ""
      one("scatter" + tail) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim"), index = try c.tensor(2, "index")
        let reduction = try c.scatterReduction(nil, "reduce")
        return try c.filler(
          3, "src",
          tensor: { source in
            if let reduction {
              return inPlace ? x.scatter_(dim: dim, index: index, source, reduce: reduction) : x.scatter(dim: dim, index: index, source, reduce: reduction)
            }
            return inPlace ? x.scatter_(dim: dim, index: index, source) : x.scatter(dim: dim, index: index, source)
          },
          number: { value in
            if let reduction {
              return inPlace ? x.scatter_(dim: dim, index: index, value, reduce: reduction) : x.scatter(dim: dim, index: index, value, reduce: reduction)
            }
            return inPlace ? x.scatter_(dim: dim, index: index, value) : x.scatter(dim: dim, index: index, value)
          })
      }
      one("scatter_add" + tail) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim"), index = try c.tensor(2, "index"), source = try c.tensor(3, "src")
        return inPlace ? x.scatterAdd_(dim: dim, index: index, source) : x.scatterAdd(dim: dim, index: index, source)
      }
      one("scatter_reduce" + tail) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim"), index = try c.tensor(2, "index"), source = try c.tensor(3, "src")
        let reduction = try c.scatterReduction(4, "reduce") ?? .sum, own = try c.bool(nil, "include_self", true)
        return inPlace
          ? x.scatterReduce_(dim: dim, index: index, source, reduction, includeSelf: own)
          : x.scatterReduce(dim: dim, index: index, source, reduction, includeSelf: own)
      }
      one("put" + tail) { c in
        let x = try c.tensor(0), index = try c.tensor(1, "index"), source = try c.tensor(2, "source")
        let accumulate = try c.bool(3, "accumulate", false)
        return inPlace ? x.put_(index, source, accumulate: accumulate) : x.put(index, source, accumulate: accumulate)
      }
    }
  }

  private mutating func addMasks() {
    for inPlace in [false, true] {
      let tail = inPlace ? "_" : ""
      one("masked_fill" + tail) { c in
        let x = try c.tensor(0), mask = try c.tensor(1, "mask")
        return try c.filler(
          2, "value", tensor: { inPlace ? x.maskedFill_(mask, $0) : x.maskedFill(mask, $0) },
          number: { inPlace ? x.maskedFill_(mask, $0) : x.maskedFill(mask, $0) })
      }
      one("masked_scatter" + tail) { c in
        let x = try c.tensor(0), mask = try c.tensor(1, "mask"), source = try c.tensor(2, "source")
        return inPlace ? x.maskedScatter_(mask, source) : x.maskedScatter(mask, source)
      }
    }
    one("select_scatter") { c in
      try c.tensor(0).selectScatter(c.tensor(1, "src"), dim: c.int(2, "dim"), index: c.int(3, "index"))
    }
    one("slice_scatter") { c in
      try c.tensor(0).sliceScatter(
        c.tensor(1, "src"), dim: c.int(2, "dim", 0), start: c.optionalInt(3, "start"), end: c.optionalInt(4, "end"),
        step: c.int(5, "step", 1))
    }
    one("diagonal_scatter") { c in
      try c.tensor(0).diagonalScatter(
        c.tensor(1, "src"), offset: c.int(2, "offset", 0), dim1: c.int(3, "dim1", 0), dim2: c.int(4, "dim2", 1))
    }
  }
}
