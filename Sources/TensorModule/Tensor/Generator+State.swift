internal import CPUKernels

// The state of a generator in the layout of PyTorch's CPU generator, so that the two can continue each other's sequences:
// 5056 bytes, little-endian. Seed (8 bytes); words left before the next regeneration, counted from 624 + 1 (4); 1 (4);
// words used (8); 624 words (8 each); 0 (8); the cached normal (8); 0 (8); whether there is one (4, padded to 8); a cached
// float normal and its flag (8), which the CPU's operations do not use.

private let stateByteCount = 5056
private let wordCount = 624

extension Generator {
  /// The state as 5056 bytes, a uint8 tensor (PyTorch's `get_state()`).
  public func getState() -> Tensor {
    let state = withState { $0 }
    var bytes: [UInt8] = []
    func append(_ value: UInt64, _ count: Int) {
      for i in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(i)))) }
    }
    // A sequence that has not begun counts from 0.
    let used = UInt64(state.position)
    let isFresh = state.position == wordCount && state.has_been_drawn == 0
    append(state.seed, 8)
    append(UInt64(wordCount) + 1 - used, 4)
    append(1, 4)
    append(isFresh ? 0 : used, 8)
    withUnsafeBytes(of: state.state) { words in
      for word in words.bindMemory(to: UInt32.self) { append(UInt64(word), 8) }
    }
    append(0, 8)
    append(state.has_cached_normal != 0 ? state.cached_normal.bitPattern : 0, 8)
    append(0, 8)
    append(UInt64(state.has_cached_normal), 8)
    append(0, 8)
    return Tensor(bytes, shape: [bytes.count])
  }

  /// Continues from a state that ``getState()`` or PyTorch's `get_state()` gave.
  public func setState(_ state: Tensor) {
    if ThreadMode.hasFailed { return }
    func refuse(_ rule: String) {
      fail(TensorError("setState", of: state, rule: rule, hint: "pass what getState() returned"))
    }
    guard state.dtype == .uint8, state.rank == 1, state.elementCount == stateByteCount else {
      return refuse("a generator's state is \(stateByteCount) bytes of uint8")
    }
    let bytes = state.toArray(as: UInt8.self)
    func number(_ position: Int, _ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << (8 * UInt64($1)) }
    }
    let left = number(8, 4), used = number(16, 8)
    guard (1...UInt64(wordCount)).contains(left), used == 0 || used + left == UInt64(wordCount) + 1 else {
      return refuse("\(left) words left and \(used) used is no position in a sequence")
    }
    var result = mk_generator()
    result.seed = number(0, 8)
    result.position = Int32(UInt64(wordCount) + 1 - left)
    result.has_been_drawn = used == 0 ? 0 : 1
    withUnsafeMutableBytes(of: &result.state) { words in
      let words = words.bindMemory(to: UInt32.self)
      for i in 0..<wordCount { words[i] = UInt32(truncatingIfNeeded: number(24 + 8 * i, 8)) }
    }
    result.has_cached_normal = number(5040, 4) != 0 ? 1 : 0
    result.cached_normal = Double(bitPattern: number(5024, 8))
    withState { $0 = result }
  }
}
