// Views by strides or by bits, and methods that change a tensor's own layout in place.

extension Tensor {
  /// The storage seen with any sizes and strides: a view (PyTorch's `as_strided`).
  ///
  /// Strides count elements and may repeat or overlap elements; gradients of an element that is seen several times add
  /// up.
  /// - Parameter storageOffset: Where in the storage the first element is; by default where this tensor's is.
  /// Fails if the sizes and strides are not of one length, a stride is negative or the storage ends before the last element.
  public func asStrided(_ sizes: Shape, _ strides: [Int], storageOffset: Int? = nil) -> Tensor {
    guard let layout = stridedLayout("asStrided", sizes, strides, storageOffset) else { return standIn() }
    return applyStridedView(self, layout)
  }

  /// ``asStrided(_:_:storageOffset:)`` of the tensor itself, in place (PyTorch's `as_strided_`).
  @discardableResult
  public func asStrided_(_ sizes: Shape, _ strides: [Int], storageOffset: Int? = nil) -> Tensor {
    applyLayoutInPlace("asStrided_", self) { $0.asStrided(sizes, strides, storageOffset: storageOffset) }
  }

  private final func stridedLayout(_ name: String, _ sizes: Shape, _ strides: [Int], _ offset: Int?) -> Layout? {
    if ThreadMode.hasFailed { return nil }
    let offset = offset ?? storageOffset
    guard sizes.rank == strides.count, sizes.checkedElementCount != nil else {
      fail(TensorError(name, of: self, rule: "sizes \(sizes) and strides \(strides) do not describe a tensor"))
      return nil
    }
    guard strides.allSatisfy({ $0 >= 0 }), offset >= 0 else {
      fail(TensorError(name, of: self, rule: "strides \(strides) and offset \(offset) must not be negative", hint: "use flip"))
      return nil
    }
    var last = offset
    var overflows = false
    for (size, stride) in zip(sizes, strides) where size > 0 {
      let (reach, first) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, second) = last.addingReportingOverflow(reach)
      last = sum
      overflows = overflows || first || second
    }
    let count = storage.byteCount / dtype.itemSize
    guard sizes.contains(0) || !overflows && last < count else {
      fail(
        TensorError(
          name, of: self,
          rule: "sizes \(sizes), strides \(strides) and offset \(offset) reach element \(last), but the storage has \(count)"))
      return nil
    }
    return Layout(shape: sizes, strides: Dimensions(strides), offset: offset)
  }

  /// The same bytes read as another type: a view without gradient (PyTorch's `view(dtype)`).
  ///
  /// The last dimension grows or shrinks by the ratio of the element sizes; then its stride must be 1, and for a larger
  /// type its size, the other strides and the offset must be multiples of the ratio.
  public func view(_ dtype: DType) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if flags.contains(.standIn) { return apply(.contiguous, self) }
    let from = self.dtype.itemSize, to = dtype.itemSize
    var result = layout
    if from != to {
      guard rank > 0, layout.strides[rank - 1] == 1 || shape[rank - 1] == 1 else {
        return failing(
          TensorError(
            "view", of: self,
            rule: rank == 0
              ? "a 0-d \(self.dtype) cannot be seen as \(dtype), whose elements have another size"
              : "the last dimension must have stride 1, not \(layout.strides[rank - 1]), to see \(self.dtype) as \(dtype)",
            hint: rank == 0 ? nil : "use contiguous() first"))
      }
      let last = rank - 1
      if from > to {
        let ratio = from / to
        for i in 0..<last { result.strides[i] *= ratio }
        result.shape.dimensions[last] *= ratio
        result.offset *= ratio
      } else {
        let ratio = to / from
        guard shape[last] % ratio == 0, layout.offset % ratio == 0, (0..<last).allSatisfy({ layout.strides[$0] % ratio == 0 }) else {
          return failing(
            TensorError(
              "view", of: self,
              rule: "the last size \(shape[last]), the offset \(layout.offset) and the strides \(strides) must be multiples of \(ratio) to see \(self.dtype) as \(dtype)"))
        }
        for i in 0..<last { result.strides[i] /= ratio }
        result.shape.dimensions[last] /= ratio
        result.offset /= ratio
      }
      result.strides[last] = 1
    }
    return Tensor(storage, layout: result, dtype: dtype, flags: flags.intersection(.inference))
  }

  // MARK: In place

  /// ``transpose(_:_:)`` of the tensor itself, in place (PyTorch's `transpose_`).
  @discardableResult
  public func transpose_(_ dim0: Int, _ dim1: Int) -> Tensor {
    applyLayoutInPlace("transpose_", self) { $0.transpose(dim0, dim1) }
  }
  /// ``t()`` of the tensor itself, in place (PyTorch's `t_`).
  @discardableResult
  public func t_() -> Tensor { applyLayoutInPlace("t_", self) { $0.t() } }
  /// ``squeeze()`` of the tensor itself, in place (PyTorch's `squeeze_`).
  @discardableResult
  public func squeeze_() -> Tensor { applyLayoutInPlace("squeeze_", self) { $0.squeeze() } }
  /// ``squeeze(_:)-(Int)`` of the tensor itself, in place.
  @discardableResult
  public func squeeze_(_ dim: Int) -> Tensor { applyLayoutInPlace("squeeze_", self) { $0.squeeze(dim) } }
  /// ``squeeze(_:)-([Int])`` of the tensor itself, in place.
  @discardableResult
  public func squeeze_(_ dims: [Int]) -> Tensor { applyLayoutInPlace("squeeze_", self) { $0.squeeze(dims) } }
  /// ``unsqueeze(_:)`` of the tensor itself, in place (PyTorch's `unsqueeze_`).
  @discardableResult
  public func unsqueeze_(_ dim: Int) -> Tensor { applyLayoutInPlace("unsqueeze_", self) { $0.unsqueeze(dim) } }
}
