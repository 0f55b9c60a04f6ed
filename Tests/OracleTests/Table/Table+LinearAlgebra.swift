import Martlet
import TensorModule

extension OracleTable {
  mutating func addLinearAlgebra() {
    addProducts()
    addFactorizations()
    addSolvers()
    addMatrixFunctions()
    addNorms()
  }

  private mutating func addProducts() {
    one("matmul") { c in try c.tensor(0).matmul(try c.tensor(1, "other")) }
    one("__rmatmul__") { c in try c.tensor(1).matmul(try c.tensor(0)) }
    one("mm") { c in try c.tensor(0).mm(try c.tensor(1, "mat2")) }
    one("bmm") { c in try c.tensor(0).bmm(try c.tensor(1, "mat2")) }
    one("mv") { c in try c.tensor(0).mv(try c.tensor(1, "vec")) }
    one("dot") { c in try c.tensor(0).dot(try c.tensor(1, "tensor")) }
    one("vdot") { c in try c.tensor(0).vdot(try c.tensor(1, "other")) }
    one("inner") { c in try c.tensor(0).inner(try c.tensor(1, "other")) }
    one("outer") { c in try c.tensor(0).outer(try c.tensor(1, "vec2")) }
    one("kron") { c in try c.tensor(0).kron(try c.tensor(1, "other")) }
    typealias Sum = (Tensor, Tensor, Tensor, any TensorScalar, any TensorScalar) -> Tensor
    func sum(_ name: String, _ body: @escaping Sum) {
      one(name) { c in
        body(try c.tensor(0), try c.tensor(1), try c.tensor(2), try c.scalar(nil, "beta", 1), try c.scalar(nil, "alpha", 1))
      }
    }
    func addmm(_ x: Tensor, _ a: Tensor, _ b: Tensor, _ beta: some TensorScalar, _ alpha: some TensorScalar, inPlace: Bool) -> Tensor {
      inPlace ? x.addmm_(a, b, beta: beta, alpha: alpha) : x.addmm(a, b, beta: beta, alpha: alpha)
    }
    func addmv(_ x: Tensor, _ a: Tensor, _ b: Tensor, _ beta: some TensorScalar, _ alpha: some TensorScalar, inPlace: Bool) -> Tensor {
      inPlace ? x.addmv_(a, b, beta: beta, alpha: alpha) : x.addmv(a, b, beta: beta, alpha: alpha)
    }
    func addr(_ x: Tensor, _ a: Tensor, _ b: Tensor, _ beta: some TensorScalar, _ alpha: some TensorScalar, inPlace: Bool) -> Tensor {
      inPlace ? x.addr_(a, b, beta: beta, alpha: alpha) : x.addr(a, b, beta: beta, alpha: alpha)
    }
    func addbmm(_ x: Tensor, _ a: Tensor, _ b: Tensor, _ beta: some TensorScalar, _ alpha: some TensorScalar, inPlace: Bool) -> Tensor {
      inPlace ? x.addbmm_(a, b, beta: beta, alpha: alpha) : x.addbmm(a, b, beta: beta, alpha: alpha)
    }
    func baddbmm(_ x: Tensor, _ a: Tensor, _ b: Tensor, _ beta: some TensorScalar, _ alpha: some TensorScalar, inPlace: Bool) -> Tensor {
      inPlace ? x.baddbmm_(a, b, beta: beta, alpha: alpha) : x.baddbmm(a, b, beta: beta, alpha: alpha)
    }
    for inPlace in [false, true] {
      let mark = inPlace ? "_" : ""
      sum("addmm" + mark) { addmm($0, $1, $2, $3, $4, inPlace: inPlace) }
      sum("addmv" + mark) { addmv($0, $1, $2, $3, $4, inPlace: inPlace) }
      sum("addr" + mark) { addr($0, $1, $2, $3, $4, inPlace: inPlace) }
      sum("addbmm" + mark) { addbmm($0, $1, $2, $3, $4, inPlace: inPlace) }
      sum("baddbmm" + mark) { baddbmm($0, $1, $2, $3, $4, inPlace: inPlace) }
    }
    one("tensordot") { c in
      let a = try c.tensor(0), b = try c.tensor(1)
      switch c.value(2, "dims") {
      case .int(let count)?: return a.tensordot(b, dims: count)
      case .list(let pair)?, .tuple(let pair)?:
        let lists = pair.map { value -> [Int] in
          switch value {
          case .list(let items), .tuple(let items): items.compactMap { if case .int(let item) = $0 { item } else { nil } }
          default: []
          }
        }
        guard lists.count == 2 else { throw OracleProblem("tensordot needs two lists of dimensions") }
        return a.tensordot(b, dims: (lists[0], lists[1]))
      default: return a.tensordot(b)
      }
    }
    one("einsum") { c in Tensor.einsum(try c.string(0), try c.tensors(1)) }
    one("linalg.multi_dot") { c in Linalg.multiDot(try c.tensors(0)) }
    one("linalg.vecdot") { c in Linalg.vecdot(try c.tensor(0), try c.tensor(1), dim: try c.int(nil, "dim", -1)) }
  }

  private mutating func addFactorizations() {
    one("linalg.cholesky") { c in Linalg.cholesky(try c.tensor(0), upper: try c.bool(nil, "upper", false)) }
    many("linalg.lu") { c in
      let r = Linalg.lu(try c.tensor(0), pivot: try c.bool(nil, "pivot", true))
      return [r.p, r.l, r.u]
    }
    many("linalg.lu_factor") { c in
      let r = Linalg.luFactor(try c.tensor(0), pivot: try c.bool(nil, "pivot", true))
      return [r.lu, r.pivots]
    }
    many("linalg.qr") { c in
      let r = Linalg.qr(try c.tensor(0), mode: Linalg.QRMode(rawValue: try c.string(1, "mode", "reduced")) ?? .reduced)
      return [r.q, r.r]
    }
    func triangle(_ c: OracleCall) throws -> Linalg.Triangle { .init(rawValue: try c.string(1, "UPLO", "L")) ?? .lower }
    many("linalg.eigh") { c in
      let r = Linalg.eigh(try c.tensor(0), uplo: try triangle(c))
      return [r.eigenvalues, r.eigenvectors]
    }
    one("linalg.eigvalsh") { c in Linalg.eigvalsh(try c.tensor(0), uplo: try triangle(c)) }
    many("linalg.svd") { c in
      let r = Linalg.svd(try c.tensor(0), fullMatrices: try c.bool(1, "full_matrices", true))
      return [r.u, r.s, r.vh]
    }
    one("linalg.svdvals") { c in Linalg.svdvals(try c.tensor(0)) }
  }

  private mutating func addSolvers() {
    one("linalg.solve") { c in Linalg.solve(try c.tensor(0), try c.tensor(1), left: try c.bool(nil, "left", true)) }
    one("linalg.inv") { c in Linalg.inv(try c.tensor(0)) }
    one("linalg.solve_triangular") { c in
      Linalg.solveTriangular(
        try c.tensor(0), try c.tensor(1), upper: try c.bool(nil, "upper"), left: try c.bool(nil, "left", true),
        unitriangular: try c.bool(nil, "unitriangular", false))
    }
    one("linalg.lu_solve") { c in
      Linalg.luSolve(
        try c.tensor(0), try c.tensor(1), try c.tensor(2), left: try c.bool(nil, "left", true), adjoint: try c.bool(nil, "adjoint", false))
    }
    one("cholesky_solve") { c in try c.tensor(0).choleskySolve(try c.tensor(1, "L"), upper: try c.bool(2, "upper", false)) }
    one("cholesky_inverse") { c in try c.tensor(0).choleskyInverse(upper: try c.bool(1, "upper", false)) }
    many("linalg.lstsq") { c in
      let r = Linalg.lstsq(
        try c.tensor(0), try c.tensor(1), rcond: try c.optionalDouble(2, "rcond"),
        driver: Linalg.Driver(rawValue: try c.string(nil, "driver", "gelsy")) ?? .gelsy)
      return [r.solution, r.residuals, r.rank, r.singularValues]
    }
    func tolerance(_ c: OracleCall, _ keyword: String) throws -> Tensor? {
      switch c.value(nil, keyword) {
      case .tensor(let tensor)?: tensor
      case .float(let number)?: Tensor(number, dtype: .float64)
      case .int(let number)?: Tensor(Double(number), dtype: .float64)
      default: nil
      }
    }
    one("linalg.pinv") { c in
      Linalg.pinv(
        try c.tensor(0), atol: try tolerance(c, "atol"), rtol: try tolerance(c, "rtol"), hermitian: try c.bool(nil, "hermitian", false))
    }
    one("linalg.matrix_rank") { c in
      Linalg.matrixRank(
        try c.tensor(0), atol: try tolerance(c, "atol"), rtol: try tolerance(c, "rtol"), hermitian: try c.bool(nil, "hermitian", false))
    }
    one("pinverse") { c in try c.tensor(0).pinverse(rcond: try c.double(1, "rcond", 1e-15)) }
    one("linalg.tensorinv") { c in Linalg.tensorinv(try c.tensor(0), ind: try c.int(1, "ind", 2)) }
    one("linalg.tensorsolve") { c in Linalg.tensorsolve(try c.tensor(0), try c.tensor(1), dims: try c.optionalInts(2, "dims")) }
  }

  private mutating func addMatrixFunctions() {
    one("linalg.det") { c in Linalg.det(try c.tensor(0)) }
    many("linalg.slogdet") { c in
      let r = Linalg.slogdet(try c.tensor(0))
      return [r.sign, r.logabsdet]
    }
    one("logdet") { c in try c.tensor(0).logdet() }
    one("linalg.matrix_power") { c in Linalg.matrixPower(try c.tensor(0), try c.int(1, "n")) }
    one("matrix_exp") { c in try c.tensor(0).matrixExp() }
    one("linalg.cross") { c in Linalg.cross(try c.tensor(0), try c.tensor(1), dim: try c.int(nil, "dim", -1)) }
    one("linalg.diagonal") { c in
      Linalg.diagonal(
        try c.tensor(0), offset: try c.int(nil, "offset", 0), dim1: try c.int(nil, "dim1", -2), dim2: try c.int(nil, "dim2", -1))
    }
    one("linalg.vander") { c in Linalg.vander(try c.tensor(0), n: try c.optionalInt(nil, "N")) }
  }

  private mutating func addNorms() {
    func order(_ c: OracleCall, _ position: Int) throws -> Linalg.NormOrder? {
      switch c.value(position, "ord") {
      case .string("fro")?: .fro
      case .string("nuc")?: .nuc
      case .float(let p)?: .p(p)
      case .int(let p)?: .p(Double(p))
      default: nil
      }
    }
    one("linalg.vector_norm") { c in
      Linalg.vectorNorm(
        try c.tensor(0), ord: try c.double(1, "ord", 2), dim: try c.optionalInts(2, "dim"), keepDim: try c.bool(3, "keepdim", false),
        dtype: try c.dtype)
    }
    one("linalg.matrix_norm") { c in
      let dim = try c.ints(2, "dim", [-2, -1])
      guard dim.count == 2 else { throw OracleProblem("a matrix has two dimensions") }
      return Linalg.matrixNorm(
        try c.tensor(0), ord: try order(c, 1) ?? .fro, dim: (dim[0], dim[1]), keepDim: try c.bool(3, "keepdim", false), dtype: try c.dtype)
    }
    one("linalg.norm") { c in
      Linalg.norm(
        try c.tensor(0), ord: try order(c, 1), dim: try c.optionalInts(2, "dim"), keepDim: try c.bool(3, "keepdim", false),
        dtype: try c.dtype)
    }
    one("linalg.cond") { c in Linalg.cond(try c.tensor(0), p: try order(c, 1) ?? 2) }
  }
}
