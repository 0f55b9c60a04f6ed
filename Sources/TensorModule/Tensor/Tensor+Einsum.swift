extension Tensor {
  /// Sums of products in Einstein's notation (PyTorch's `einsum`): `Tensor.einsum("ij,jk->ik", a, b)` is the matrix product.
  ///
  /// Each operand's dimensions are named by letters; a letter in several operands multiplies along that dimension, one that the
  /// output does not name is summed over, one named twice in an operand takes its diagonal. `...` stands for dimensions that
  /// broadcast. Without `->` the output names the letters that appear once, in alphabetical order (capitals first), after `...`.
  /// A dimension of size 1 broadcasts. Pairs are contracted in the order that costs least, each as a batch of matrix products.
  public static func einsum(_ equation: String, _ operands: Tensor...) -> Tensor { einsum(equation, operands) }

  /// Sums of products in Einstein's notation over a list of tensors.
  public static func einsum(_ equation: String, _ operands: [Tensor]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    do throws(TensorError) {
      return try EinsteinSum(equation, operands).result()
    } catch {
      return failing(error)
    }
  }
}

/// One evaluation of ``Tensor/einsum(_:_:)-(_,[Tensor])``. Dimensions of ellipses are labels too: negative numbers, the last is -1.
private struct EinsteinSum {
  typealias Label = Int
  private struct Term {
    var tensor: Tensor
    /// One for each dimension, all different.
    var labels: [Label]
    func size(_ label: Label) -> Int { labels.firstIndex(of: label).map { tensor.shape[$0] } ?? 1 }
  }

  private let equation: String
  private let operands: [Tensor]
  private var terms: [Term] = []
  private var output: [Label] = []
  /// The size of each label, 1 broadcast away.
  private var sizes: [Label: Int] = [:]

  private func error(_ rule: String) -> TensorError {
    TensorError("einsum", operands.map(TensorError.Operand.init), "in \"\(equation)\": \(rule)")
  }

  init(_ equation: String, _ operands: [Tensor]) throws(TensorError) {
    self.equation = equation
    self.operands = operands
    let text = equation.filter { $0 != " " }
    guard !operands.isEmpty else { throw error("needs at least one operand") }
    var inputs = text, target: String?
    if let arrow = text.firstRange(of: "->") {
      inputs = String(text[..<arrow.lowerBound])
      target = String(text[arrow.upperBound...])
    }
    let subscripts = inputs.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard subscripts.count == operands.count else {
      throw error("\(operands.count > subscripts.count ? "more" : "fewer") operands were given (\(operands.count)) than the equation names (\(subscripts.count))")
    }
    guard operands.allSatisfy({ $0.dtype == operands[0].dtype }) else { throw error("the operands must have one dtype") }
    var counts: [Label: Int] = [:]
    var widest = 0
    for (position, (subscript_, tensor)) in zip(subscripts, operands).enumerated() {
      let labels = try labels(subscript_, rank: tensor.rank, "operand \(position)")
      widest = max(widest, labels.count { $0 < 0 })
      for label in labels where label >= 0 { counts[label, default: 0] += 1 }
      terms.append(try diagonals(tensor, labels, position))
    }
    for term in terms {
      for (axis, label) in term.labels.enumerated() {
        let size = term.tensor.shape[axis], known = sizes[label] ?? 1
        guard size == known || size == 1 || known == 1 else {
          throw error("\(name(label)) has sizes \(known) and \(size), which cannot be broadcast together")
        }
        if sizes[label] == nil || known == 1 { sizes[label] = size }
      }
    }
    let ellipsis = (0..<widest).map { $0 - widest }
    if let target {
      output = try self.labels(target, rank: nil, "the output", ellipsis: ellipsis)
      for label in output {
        guard sizes[label] != nil else { throw error("the output names \(name(label)), which no operand has") }
        guard output.count(where: { $0 == label }) == 1 else { throw error("the output names \(name(label)) twice") }
      }
    } else {
      output = ellipsis + counts.filter { $0.value == 1 }.keys.sorted()
    }
  }

  private func name(_ label: Label) -> String {
    label < 0 ? "the ellipsis" : Unicode.Scalar(UInt32(label)).map { "\"\(Character($0))\"" } ?? "?"
  }

  /// The labels of a subscript; without a rank it is the output's.
  private func labels(_ text: String, rank: Int?, _ place: String, ellipsis: [Label] = []) throws(TensorError) -> [Label] {
    var before: [Label] = [], after: [Label] = []
    var hasEllipsis = false
    var rest = Substring(text)
    while let character = rest.first {
      if rest.hasPrefix("...") {
        guard !hasEllipsis else { throw error("\(place) has more than one ellipsis") }
        hasEllipsis = true
        rest = rest.dropFirst(3)
        continue
      }
      guard character.isASCII, character.isLetter, let value = character.asciiValue else {
        throw error("\(place) has \"\(character)\": subscripts are letters, and an ellipsis of three dots")
      }
      if hasEllipsis { after.append(Int(value)) } else { before.append(Int(value)) }
      rest = rest.dropFirst()
    }
    guard let rank else { return before + (hasEllipsis ? ellipsis : []) + after }
    let left = rank - before.count - after.count
    guard left == 0 || (hasEllipsis && left > 0) else {
      throw error("\(place) has \(rank) dimensions, but its subscript \"\(text)\" names \(before.count + after.count)")
    }
    return before + (0..<left).map { $0 - left } + after
  }

  /// Letters that appear twice in one operand take the diagonal.
  private func diagonals(_ tensor: Tensor, _ labels: [Label], _ position: Int) throws(TensorError) -> Term {
    var term = Term(tensor: tensor, labels: labels)
    var axis = 0
    while axis < term.labels.count {
      let label = term.labels[axis]
      guard let second = term.labels[(axis + 1)...].firstIndex(of: label) else {
        axis += 1
        continue
      }
      guard term.tensor.shape[axis] == term.tensor.shape[second] else {
        throw error("\(name(label)) is named twice for operand \(position), with sizes \(term.tensor.shape[axis]) and \(term.tensor.shape[second])")
      }
      // The diagonal comes last; it goes back to where the letter stood first.
      term.tensor = term.tensor.diagonal(dim1: axis, dim2: second).movedim(-1, axis)
      term.labels.remove(at: second)
    }
    return term
  }

  // MARK: Contraction

  func result() throws(TensorError) -> Tensor {
    var terms = terms
    // Labels of one operand alone that the output does not want.
    for i in terms.indices { terms[i] = summed(terms[i], others: terms.enumerated().filter { $0.offset != i }.map(\.element)) }
    while terms.count > 1 {
      let (i, j) = cheapestPair(terms)
      let b = terms.remove(at: j), a = terms.remove(at: i)
      terms.append(contracted(a, b, others: terms))
    }
    guard let term = terms.first else { return operands[0] }
    let order = output.map { label in term.labels.firstIndex(of: label) ?? 0 }
    let result = term.tensor.permute(order)
    let shape = Shape(output.map { sizes[$0] ?? 1 })
    return result.shape == shape ? result : result.expand(shape)
  }

  private func isWanted(_ label: Label, _ others: [Term]) -> Bool {
    output.contains(label) || others.contains { $0.labels.contains(label) }
  }

  private func summed(_ term: Term, others: [Term]) -> Term {
    let axes = term.labels.indices.filter { !isWanted(term.labels[$0], others) }
    if axes.isEmpty { return term }
    // The sum of one operand alone is int64 for integers, as sums are; in products integers stay what they are, and bools are
    // combined by and and or.
    let type = term.tensor.dtype
    let sum = operands.count == 1 ? term.tensor.sum(dims: axes)
      : type == .bool ? term.tensor.to(.int64).sum(dims: axes) .!= 0 : term.tensor.sum(dims: axes, dtype: type)
    return Term(tensor: sum, labels: term.labels.indices.filter { !axes.contains($0) }.map { term.labels[$0] })
  }

  /// Multiplications for the pair, less by how much smaller the result is: greedy, as good as best for the usual few operands.
  private func cheapestPair(_ terms: [Term]) -> (Int, Int) {
    if terms.count == 2 { return (0, 1) }
    var best = (0, 1), least = Double.infinity
    for i in terms.indices {
      for j in terms.indices where j > i {
        let all = Set(terms[i].labels).union(terms[j].labels)
        let others = terms.indices.filter { $0 != i && $0 != j }.map { terms[$0] }
        func volume(_ labels: some Sequence<Label>) -> Double { labels.reduce(1) { $0 * Double(max(terms[i].size($1), terms[j].size($1))) } }
        let cost = volume(all) + volume(all.filter { isWanted($0, others) })
          - Double(terms[i].tensor.elementCount) - Double(terms[j].tensor.elementCount)
        if cost < least { (best, least) = ((i, j), cost) }
      }
    }
    return best
  }

  /// The product of two terms, summed over what nothing else needs: labels of both that are wanted are the batch, those of both
  /// that are not the inner dimension, the rest rows and columns.
  private func contracted(_ a: Term, _ b: Term, others: [Term]) -> Term {
    // A size of 1 that broadcasts against the other term would not fit a matrix product: its sum or itself does.
    var left = a, right = b
    for label in a.labels where b.labels.contains(label) && a.size(label) != b.size(label) {
      if a.size(label) == 1 { left = dropping(label, left) } else { right = dropping(label, right) }
    }
    left = summed(left, others: others + [right])
    right = summed(right, others: others + [left])
    let shared = left.labels.filter { right.labels.contains($0) }
    let batch = shared.filter { isWanted($0, others) }, inner = shared.filter { !batch.contains($0) }
    let rows = left.labels.filter { !shared.contains($0) }, columns = right.labels.filter { !shared.contains($0) }
    func sizes(_ labels: [Label], _ term: Term) -> [Int] { labels.map { term.size($0) } }
    func arranged(_ term: Term, _ labels: [Label], _ shape: [Int]) -> Tensor {
      term.tensor.permute(labels.map { label in term.labels.firstIndex(of: label) ?? 0 }).reshape(Shape(shape))
    }
    let batchSizes = sizes(batch, left), rowSizes = sizes(rows, left), columnSizes = sizes(columns, right)
    let result: Tensor
    if inner.isEmpty {
      // Nothing to sum: an element-wise product.
      let x = arranged(left, batch + rows, batchSizes + rowSizes + columns.map { _ in 1 })
      result = x * arranged(right, batch + columns, batchSizes + rows.map { _ in 1 } + columnSizes)
    } else {
      let count = sizes(inner, left).reduce(1, *), batchCount = batchSizes.reduce(1, *)
      let m = rowSizes.reduce(1, *), n = columnSizes.reduce(1, *)
      let isBatched = !batch.isEmpty
      let x = arranged(left, batch + rows + inner, (isBatched ? [batchCount] : []) + [m, count])
      let y = arranged(right, batch + inner + columns, (isBatched ? [batchCount] : []) + [count, n])
      result = (isBatched ? x.bmm(y) : x.mm(y)).reshape(Shape(batchSizes + rowSizes + columnSizes))
    }
    return Term(tensor: result, labels: batch + rows + columns)
  }

  private func dropping(_ label: Label, _ term: Term) -> Term {
    guard let axis = term.labels.firstIndex(of: label) else { return term }
    return Term(tensor: term.tensor.squeeze(axis), labels: term.labels.filter { $0 != label })
  }
}
