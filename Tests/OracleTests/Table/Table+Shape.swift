import Martlet
import TensorModule

extension OracleTable {
  /// Views, joining, splitting, repeating, diagonals and casts.
  mutating func addShape() {
    addViews()
    addInPlaceViews()
    addJoining()
    addSplitting()
    addRepeating()
    addTriangles()
    addCasts()
  }

  private mutating func addViews() {
    one("T") { c in try c.tensor(0).T }
    one("mT") { c in try c.tensor(0).mT }
    one("t") { c in try c.tensor(0).t() }
    one("as_strided") { c in
      try c.tensor(0).asStrided(
        Shape(try c.ints(1, "size")), try c.ints(2, "stride"), storageOffset: try c.optionalInt(3, "storage_offset"))
    }
    for (name, body) in [
      ("atleast_1d", { $0.atleast1d() }), ("atleast_2d", { $0.atleast2d() }), ("atleast_3d", { $0.atleast3d() }),
    ] as [(String, (Tensor) -> Tensor)] {
      many(name) { c in try c.variadicTensors().map(body) }
    }
    many("broadcast_tensors") { c in Tensor.broadcastTensors(try c.variadicTensors()) }
    one("broadcast_to") { c in try c.tensor(0).broadcastTo(Shape(try c.ints(1, "size"))) }
    one("diagonal") { c in
      try c.tensor(0).diagonal(
        offset: try c.int(1, "offset", 0), dim1: try c.int(2, "dim1", 0), dim2: try c.int(3, "dim2", 1))
    }
    one("expand") { c in try c.tensor(0).expand(Shape(try c.variadicInts(from: 1, "size"))) }
    one("expand_as") { c in try c.tensor(0).expandAs(try c.tensor(1, "other")) }
    one("flatten") { c in
      try c.tensor(0).flatten(startDim: try c.int(1, "start_dim", 0), endDim: try c.int(2, "end_dim", -1))
    }
    one("movedim") { c in try c.tensor(0).movedim(try c.ints(1, "source"), try c.ints(2, "destination")) }
    one("narrow") { c in
      let x = try c.tensor(0), dim = try c.int(1, "dim")
      if case .tensor(let start)? = c.value(2, "start") {
        return x.narrow(dim: dim, start: start, length: try c.int(3, "length"))
      }
      return x.narrow(dim: dim, start: try c.int(2, "start"), length: try c.int(3, "length"))
    }
    one("narrow_copy") { c in
      try c.tensor(0).narrowCopy(dim: try c.int(1, "dim"), start: try c.int(2, "start"), length: try c.int(3, "length"))
    }
    one("permute") { c in try c.tensor(0).permute(try c.variadicInts(from: 1, "dims")) }
    one("ravel") { c in try c.tensor(0).ravel() }
    one("reshape") { c in try c.tensor(0).reshape(Shape(try c.variadicInts(from: 1, "shape"))) }
    one("reshape_as") { c in try c.tensor(0).reshapeAs(try c.tensor(1, "other")) }
    one("select") { c in try c.tensor(0).select(dim: try c.int(1, "dim"), index: try c.int(2, "index")) }
    one("slice") { c in
      try c.tensor(0).slice(
        dim: try c.int(1, "dim", 0), start: try c.optionalInt(2, "start"), end: try c.optionalInt(3, "end"),
        step: try c.int(4, "step", 1))
    }
    one("squeeze") { c in try c.squeezed { $0.squeeze() } one: { $0.squeeze($1) } many: { $0.squeeze($1) } }
    one("sum_to_size") { c in try c.tensor(0).sumToSize(Shape(try c.variadicInts(from: 1, "size"))) }
    one("transpose") { c in try c.tensor(0).transpose(try c.int(1, "dim0"), try c.int(2, "dim1")) }
    one("unflatten") { c in try c.tensor(0).unflatten(dim: try c.int(1, "dim"), Shape(try c.ints(2, "sizes"))) }
    one("unfold") { c in
      try c.tensor(0).unfold(dim: try c.int(1, "dimension"), size: try c.int(2, "size"), step: try c.int(3, "step"))
    }
    one("unsqueeze") { c in try c.tensor(0).unsqueeze(try c.int(1, "dim")) }
    one("view") { c in
      let x = try c.tensor(0)
      let dtype = c.arguments.count > 1 ? { if case .dtype(let dtype) = c.arguments[1] { dtype } else { nil } }() : try c.dtype
      if let dtype {
        _ = c.value(1, "dtype")
        return x.view(dtype)
      }
      return x.view(Shape(try c.variadicInts(from: 1, "size")))
    }
    one("view_as") { c in try c.tensor(0).viewAs(try c.tensor(1, "other")) }
  }

  private mutating func addInPlaceViews() {
    one("as_strided_") { c in
      try c.tensor(0).asStrided_(
        Shape(try c.ints(1, "size")), try c.ints(2, "stride"), storageOffset: try c.optionalInt(3, "storage_offset"))
    }
    one("squeeze_") { c in try c.squeezed { $0.squeeze_() } one: { $0.squeeze_($1) } many: { $0.squeeze_($1) } }
    one("t_") { c in try c.tensor(0).t_() }
    one("transpose_") { c in try c.tensor(0).transpose_(try c.int(1, "dim0"), try c.int(2, "dim1")) }
    one("unsqueeze_") { c in try c.tensor(0).unsqueeze_(try c.int(1, "dim")) }
  }

  private mutating func addJoining() {
    one("block_diag") { c in Tensor.blockDiag(try c.variadicTensors()) }
    one("cartesian_prod") { c in Tensor.cartesianProd(try c.variadicTensors()) }
    one("cat") { c in Tensor.cat(try c.tensors(0, "tensors"), dim: try c.int(1, "dim", 0)) }
    one("column_stack") { c in Tensor.columnStack(try c.tensors(0, "tensors")) }
    one("combinations") { c in
      try c.tensor(0).combinations(r: try c.int(1, "r", 2), withReplacement: try c.bool(2, "with_replacement", false))
    }
    one("dstack") { c in Tensor.dstack(try c.tensors(0, "tensors")) }
    one("hstack") { c in Tensor.hstack(try c.tensors(0, "tensors")) }
    many("meshgrid") { c in
      Tensor.meshgrid(try c.variadicTensors(), indexing: try c.string(nil, "indexing", "ij") == "xy" ? .xy : .ij)
    }
    one("stack") { c in Tensor.stack(try c.tensors(0, "tensors"), dim: try c.int(1, "dim", 0)) }
    one("vstack") { c in Tensor.vstack(try c.tensors(0, "tensors")) }
  }

  private mutating func addSplitting() {
    many("chunk") { c in try c.tensor(0).chunk(try c.int(1, "chunks"), dim: try c.int(2, "dim", 0)) }
    for (name, even, cut) in [
      ("hsplit", { $0.hsplit($1) }, { $0.hsplit($1) }), ("vsplit", { $0.vsplit($1) }, { $0.vsplit($1) }),
      ("dsplit", { $0.dsplit($1) }, { $0.dsplit($1) }),
    ] as [(String, (Tensor, Int) -> [Tensor], (Tensor, [Int]) -> [Tensor])] {
      many(name) { c in
        let x = try c.tensor(0)
        if case .int(let count)? = c.value(1, "sections") { return even(x, count) }
        return cut(x, try c.ints(1, "indices"))
      }
    }
    many("split") { c in
      let x = try c.tensor(0), dim = try c.int(2, "dim", 0)
      if case .int(let size)? = c.value(1, "split_size_or_sections") { return x.split(size, dim: dim) }
      return x.split(try c.ints(1, "split_size_or_sections"), dim: dim)
    }
    many("split_with_sizes") { c in try c.tensor(0).split(try c.ints(1, "split_sizes"), dim: try c.int(2, "dim", 0)) }
    many("tensor_split") { c in
      let x = try c.tensor(0), dim = try c.int(2, "dim", 0)
      switch c.value(1, "indices_or_sections") {
      case .int(let count)?: return x.tensorSplit(count, dim: dim)
      case .tensor(let cuts)?: return x.tensorSplit(cuts, dim: dim)
      default: return x.tensorSplit(try c.ints(1, "indices_or_sections"), dim: dim)
      }
    }
    many("unbind") { c in try c.tensor(0).unbind(dim: try c.int(1, "dim", 0)) }
  }

  private mutating func addRepeating() {
    one("flip") { c in try c.tensor(0).flip(try c.variadicInts(from: 1, "dims")) }
    one("fliplr") { c in try c.tensor(0).fliplr() }
    one("flipud") { c in try c.tensor(0).flipud() }
    one("repeat") { c in try c.tensor(0).repeat(try c.variadicInts(from: 1, "repeats")) }
    one("repeat_interleave") { c in
      let x = try c.tensor(0), dim = try c.optionalInt(2, "dim")
      if case .tensor(let counts)? = c.value(1, "repeats") {
        return x.repeatInterleave(counts, dim: dim, outputSize: try c.optionalInt(nil, "output_size"))
      }
      return x.repeatInterleave(try c.int(1, "repeats"), dim: dim)
    }
    one("roll") { c in
      let x = try c.tensor(0), shifts = try c.ints(1, "shifts")
      guard let dims = try c.optionalInts(2, "dims") else { return shifts.count == 1 ? x.roll(shifts[0]) : x.roll(shifts, dims: []) }
      return x.roll(shifts, dims: dims)
    }
    one("rot90") { c in try c.tensor(0).rot90(try c.int(1, "k", 1), dims: try c.ints(2, "dims", [0, 1])) }
    one("tile") { c in try c.tensor(0).tile(try c.variadicInts(from: 1, "dims")) }
  }

  private mutating func addTriangles() {
    one("diag") { c in try c.tensor(0).diag(try c.int(1, "diagonal", 0)) }
    one("diag_embed") { c in
      try c.tensor(0).diagEmbed(
        offset: try c.int(1, "offset", 0), dim1: try c.int(2, "dim1", -2), dim2: try c.int(3, "dim2", -1))
    }
    one("diagflat") { c in try c.tensor(0).diagflat(offset: try c.int(1, "offset", 0)) }
    one("tril") { c in try c.tensor(0).tril(try c.int(1, "diagonal", 0)) }
    one("triu") { c in try c.tensor(0).triu(try c.int(1, "diagonal", 0)) }
    one("tril_") { c in try c.tensor(0).tril_(try c.int(1, "diagonal", 0)) }
    one("triu_") { c in try c.tensor(0).triu_(try c.int(1, "diagonal", 0)) }
    one("tril_indices") { c in
      Tensor.trilIndices(try c.int(0, "row"), try c.int(1, "col"), offset: try c.int(2, "offset", 0), dtype: try c.dtype ?? .int64)
    }
    one("triu_indices") { c in
      Tensor.triuIndices(try c.int(0, "row"), try c.int(1, "col"), offset: try c.int(2, "offset", 0), dtype: try c.dtype ?? .int64)
    }
  }

  private mutating func addCasts() {
    for (name, dtype, cast) in [
      ("bfloat16", .bfloat16, { $0.bfloat16() }), ("bool", .bool, { $0.bool() }), ("byte", .uint8, { $0.byte() }),
      ("char", .int8, { $0.char() }), ("double", .float64, { $0.double() }), ("float", .float32, { $0.float() }),
      ("half", .float16, { $0.half() }), ("int", .int32, { $0.int() }), ("long", .int64, { $0.long() }),
      ("short", .int16, { $0.short() }),
    ] as [(String, DType, (Tensor) -> Tensor)] {
      one(name) { c in
        let x = try c.tensor(0)
        guard let format = try c.memoryFormat(nil) else { return cast(x) }
        return x.to(dtype, format: format)
      }
    }
    one("clone") { c in
      let x = try c.tensor(0)
      guard let format = try c.memoryFormat(nil) else { return x.clone() }
      return x.clone(format)
    }
    one("contiguous") { c in
      let x = try c.tensor(0)
      guard let format = try c.memoryFormat(nil) else { return x.contiguous() }
      return x.contiguous(format)
    }
    one("to") { c in
      let x = try c.tensor(0)
      _ = c.value(2, "non_blocking")
      return x.to(
        try c.optionalDType(1) ?? x.dtype, copy: try c.bool(3, "copy", false), format: try c.memoryFormat(nil) ?? .preserve)
    }
    value("item") { c in
      let x = try c.tensor(0)
      if x.dtype == .bool { return .bool(x.item(as: Bool.self)) }
      return x.dtype.isFloatingPoint ? .float(x.item()) : .int(x.item(as: Int.self))
    }
  }
}

extension OracleCall {
  /// The keyword `memory_format`.
  fileprivate func memoryFormat(_ position: Int?) throws -> MemoryFormat? {
    guard let value = value(position, "memory_format") else { return nil }
    guard case .memoryFormat(let name) = value else { throw OracleProblem("memory_format is not a memory format") }
    switch name {
    case "contiguous_format": return .contiguous
    case "channels_last": return .channelsLast
    case "channels_last_3d": return .channelsLast3d
    case "preserve_format": return .preserve
    default: throw OracleProblem("memory format \(name)")
    }
  }

  /// `squeeze` without, with one or with several dimensions.
  fileprivate func squeezed(
    _ all: (Tensor) -> Tensor, one: (Tensor, Int) -> Tensor, many: (Tensor, [Int]) -> Tensor
  ) throws -> Tensor {
    let x = try tensor(0)
    switch value(1, "dim") {
    case nil: return all(x)
    case .int(let dim)?: return one(x, dim)
    default: return many(x, try ints(1, "dim"))
    }
  }
}
