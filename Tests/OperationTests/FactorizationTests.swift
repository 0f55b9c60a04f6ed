import Autograd
import Foundation
import TensorModule
import TestSupport
import Testing

/// Factorizations of matrices that are larger than their kernels' blocks, multiplied together again.
private func reconstructionFailures(_ dtype: DType) -> [String] {
  var failures: [String] = []
  let epsilon = dtype == .float64 ? 0x1p-52 : 0x1p-23
  func check(_ name: String, _ got: Tensor, _ expected: Tensor) {
    let difference = (got.to(.float64) - expected.to(.float64)).norm().item(), size = expected.to(.float64).norm().item() + 1
    let bound = 20 * epsilon * Double(max(got.elementCount, 1)).squareRoot()
    if !(difference <= bound * size) { failures.append("\(name), \(dtype): off by \(difference / size)") }
  }
  let generator = Generator(seed: 3)
  for (m, n) in [(33, 33), (130, 130), (70, 33), (33, 70), (150, 40), (40, 150), (65, 64)] {
    let a = Tensor.randn([2, m, n], dtype: dtype, generator: generator), k = min(m, n), name = "\(m)×\(n)"
    let one = Tensor.eye(k, dtype: dtype)
    let lu = Linalg.lu(a)
    check("lu \(name)", lu.p.matmul(lu.l).matmul(lu.u), a)
    for mode in [Linalg.QRMode.reduced, .complete] {
      let qr = Linalg.qr(a, mode: mode)
      check("qr \(name) \(mode)", qr.q.matmul(qr.r), a)
      check("qr \(name) \(mode) orthogonal", qr.q.mT.matmul(qr.q), Tensor.eye(qr.q.shape[-1], dtype: dtype).expand([2, qr.q.shape[-1], qr.q.shape[-1]]))
      check("qr \(name) r", Linalg.qr(a, mode: .r).r, Linalg.qr(a).r)
    }
    for full in [false, true] {
      let svd = Linalg.svd(a, fullMatrices: full)
      check("svd \(name)", (svd.u.slice(dim: -1, end: k) * svd.s.unsqueeze(-2)).matmul(svd.vh.slice(dim: -2, end: k)), a)
      check("svd \(name) u", svd.u.mT.matmul(svd.u), Tensor.eye(svd.u.shape[-1], dtype: dtype).expand([2, svd.u.shape[-1], svd.u.shape[-1]]))
      check("svd \(name) v", svd.vh.matmul(svd.vh.mT), Tensor.eye(svd.vh.shape[-2], dtype: dtype).expand([2, svd.vh.shape[-2], svd.vh.shape[-2]]))
      check("svdvals \(name)", Linalg.svdvals(a), svd.s)
    }
    guard m == n else { continue }
    let symmetric = a + a.mT, definite = a.matmul(a.mT) + Double(n) * one
    let eigen = Linalg.eigh(symmetric)
    check("eigh \(name)", (eigen.eigenvectors * eigen.eigenvalues.unsqueeze(-2)).matmul(eigen.eigenvectors.mT), symmetric)
    check("eigh \(name) orthogonal", eigen.eigenvectors.mT.matmul(eigen.eigenvectors), one.expand([2, n, n]))
    check("eigvalsh \(name)", Linalg.eigvalsh(symmetric.triu(), uplo: .upper), eigen.eigenvalues)
    for upper in [false, true] {
      let l = Linalg.cholesky(definite, upper: upper)
      check("cholesky \(name)", upper ? l.mT.matmul(l) : l.matmul(l.mT), definite)
    }
    let right = Tensor.randn([2, n, 50], dtype: dtype, generator: generator)
    check("solve \(name)", definite.matmul(Linalg.solve(definite, right)), right)
    check("inv \(name)", definite.matmul(Linalg.inv(definite)), one.expand([2, n, n]))
    for upper in [false, true] {
      for left in [false, true] {
        let triangle = upper ? definite.triu() : definite.tril(), b = left ? right : right.mT
        let x = Linalg.solveTriangular(definite, b, upper: upper, left: left)
        check("solveTriangular \(name)", left ? triangle.matmul(x) : x.matmul(triangle), b)
      }
    }
  }
  return failures
}

@Suite struct FactorizationTests {
  @Test func largeMatrices() {
    for dtype in [DType.float64, .float32] { #expect(reconstructionFailures(dtype) == []) }
  }

  @Test func instructionSets() async {
    let child = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      var failed = false
      withEachInstructionSet { name in
        let failures = [DType.float64, .float32].flatMap(reconstructionFailures)
        if failures.isEmpty { return }
        FileHandle.standardError.write(Data("with \(name): \(failures)\n".utf8))
        failed = true
      }
      if failed { exit(1) }
    }
    let text = String(decoding: child?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.isEmpty, "\(text)")
  }

  private func message(_ body: () -> Void) -> String {
    do {
      try catchingTensorErrors { body() }
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func refusals() {
    let singular = Tensor([[1.0, 2.0], [2.0, 4.0]]), batch = Tensor.stack([Tensor.eye(2), singular])
    #expect(message { _ = Linalg.inv(singular) }.contains("[inv] (2, 2): the matrix is singular (the diagonal element 2 of U is zero)"))
    #expect(message { _ = Linalg.solve(batch, Tensor.ones([2, 2])) }.contains("batch element 1: "))
    let indefinite = Tensor([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    #expect(message { _ = Linalg.cholesky(indefinite) }.contains("leading minor of order 2 is not positive"))
    #expect(message { _ = Linalg.det(Tensor.ones([2, 3])) } == "[det] (2, 3): needs square matrices, but they are 2 by 3")
    #expect(message { _ = Linalg.inv(Tensor.ones([2, 2], dtype: .int64)) }.contains("float32 and float64, not int64"))
    #expect(message { _ = Linalg.svd(Tensor([[1.0, .nan], [0.0, 1.0]])) }.contains("not finite"))
    #expect(message { _ = Linalg.eigh(Tensor([[1.0, 0.0], [.infinity, 1.0]])) }.contains("not finite"))
    #expect(message { _ = Linalg.lu(singular, pivot: false) }.contains("pivot"))
    #expect(message { Linalg.qr(singular.clone().requiresGrad_(), mode: .r).r.sum().backward() }.contains("has no derivative in mode r"))
    #expect(message { _ = Linalg.luSolve(singular, Tensor([Int32(5), 1]), singular) }.contains("pivots must be between 1 and 2"))
    #expect(message { _ = Tensor.einsum("ij,jk", Tensor.ones([2, 3])) }.contains("fewer operands were given (1) than the equation names (2)"))
    #expect(message { _ = Tensor.einsum("i1->i", Tensor.ones([2, 3])) }.contains("subscripts are letters"))
    #expect(message { _ = Tensor.ones([3]).addmm(Tensor.ones([2, 2]), Tensor.ones([2, 2])) }.contains("cannot be broadcast"))
  }

  /// The determinant is smooth where a matrix is singular.
  @Test func singularDeterminant() {
    for (values, cofactors) in [([1.0, 2, 2, 4], [4.0, -2, -2, 1]), ([0, 0, 0, 0], [0, 0, 0, 0])] {
      let a = Tensor(values, shape: [2, 2], dtype: .float64).requiresGrad_()
      let gradient: Tensor? = grad(outputs: [Linalg.det(a)], inputs: [a])[0]
      #expect(gradient?.isClose(to: Tensor(cofactors, shape: [2, 2], dtype: .float64), absolute: 1e-12) == true)
    }
  }

  @Test func extremeScales() {
    for scale in [1e-200, 1e200] {
      let a = Tensor([3.0, 1, 1, 2], shape: [2, 2], dtype: .float64)
      #expect((Linalg.eigvalsh(a * scale) / scale).isClose(to: Linalg.eigvalsh(a), relative: 1e-14))
      #expect((Linalg.svdvals(a * scale) / scale).isClose(to: Linalg.svdvals(a), relative: 1e-14))
    }
  }

  /// A rank-deficient matrix has a pseudo-inverse, with a gradient.
  @Test func deficientPseudoInverse() throws {
    let x = Tensor([1.0, 2, 3], shape: [3, 1], dtype: .float64).requiresGrad_(), y = Tensor([2.0, -1], shape: [1, 2], dtype: .float64).requiresGrad_()
    try gradcheck([x, y]) { [Linalg.pinv($0[0].matmul($0[1]))] }
    try gradgradcheck([x, y]) { [Linalg.pinv($0[0].matmul($0[1]), rtol: 1e-9)] }
  }

  @Test func householderProductIsQ() throws {
    let a = Tensor([0.3, -0.2, 0.5, 0.1, 0.7, -0.4], shape: [3, 2], dtype: .float64)
    let v = a.tril(-1) + Tensor.eye(3, 2, dtype: .float64)
    let tau = 2 / v.square().sum(dim: 0)
    let q = Linalg.householderProduct(a, tau)
    #expect(q.mT.matmul(q).isClose(to: Tensor.eye(2, dtype: .float64), absolute: 1e-14))
    try gradcheck([a.clone().requiresGrad_(), tau.clone().requiresGrad_()]) { [Linalg.householderProduct($0[0], $0[1])] }
  }
}
