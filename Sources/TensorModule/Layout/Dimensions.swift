
/// A short list of integers, one a dimension: sizes and strides are kept in it. Up to 64.
///
/// Plain bytes, copied without reference counting, because every operation copies several. Up to 8 are inline; longer
/// lists, which are rare, are kept once each for the life of the process and pointed to.
package struct Dimensions: @unchecked Sendable, BitwiseCopyable {
  /// How many fit inside.
  package static let inlineCapacity = 8
  /// PyTorch's limit too.
  package static let maximumCount = 64

  package private(set) var count: Int
  private var inline: (Int, Int, Int, Int, Int, Int, Int, Int)
  /// Immutable, never freed: a longer list that was seen before has the same address.
  private var long: UnsafePointer<Int>?

  @inline(__always)
  package init() {
    count = 0
    inline = (0, 0, 0, 0, 0, 0, 0, 0)
    long = nil
  }

  package init(repeating value: Int, count: Int) {
    self.init()
    self.count = count
    if count <= Self.inlineCapacity {
      inline = (value, value, value, value, value, value, value, value)
    } else {
      self = Dimensions(Array(repeating: value, count: count))
    }
  }

  package init(_ values: some Collection<Int>) {
    self.init()
    count = values.count
    if count <= Self.inlineCapacity {
      for (i, value) in values.enumerated() { self[i] = value }
    } else {
      long = LongLists.pointer(to: Array(values))
    }
  }

  package subscript(index: Int) -> Int {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      if let long { return long[index] }
      return withUnsafePointer(to: inline) {
        UnsafeRawPointer($0).load(fromByteOffset: index &* MemoryLayout<Int>.stride, as: Int.self)
      }
    }
    @inline(__always) set {
      assert(index >= 0 && index < count)
      if long != nil {
        edit { $0[index] = newValue }
      } else {
        withUnsafeMutablePointer(to: &inline) {
          UnsafeMutableRawPointer($0).storeBytes(
            of: newValue, toByteOffset: index &* MemoryLayout<Int>.stride, as: Int.self)
        }
      }
    }
  }

  /// The numbers as an array.
  package var array: [Int] { (0..<count).map { self[$0] } }

  package mutating func append(_ value: Int) {
    if count < Self.inlineCapacity {
      count += 1
      self[count - 1] = value
    } else {
      edit { $0.append(value) }
    }
  }

  package mutating func remove(at index: Int) { edit { $0.remove(at: index) } }
  package mutating func insert(_ value: Int, at index: Int) { edit { $0.insert(value, at: index) } }

  package mutating func swapAt(_ i: Int, _ j: Int) {
    let value = self[i]
    self[i] = self[j]
    self[j] = value
  }

  private mutating func edit(_ body: (inout [Int]) -> Void) {
    var values = array
    body(&values)
    self = Dimensions(values)
  }
}

/// The lists that are too long to be inline. Who computes one does it in an array, and makes the list at the end.
enum LongLists {
  struct Entry: @unchecked Sendable { let pointer: UnsafePointer<Int> }
  static let known = Guarded<[[Int]: Entry]>([:])

  static func pointer(to values: [Int]) -> UnsafePointer<Int> {
    known.withLock { known in
      if let entry = known[values] { return entry }
      let copy = UnsafeMutablePointer<Int>.allocate(capacity: values.count)
      copy.initialize(from: values, count: values.count)
      let entry = Entry(pointer: UnsafePointer(copy))
      known[values] = entry
      return entry
    }.pointer
  }
}

extension Dimensions: Hashable {
  @inline(__always)
  package static func == (a: Dimensions, b: Dimensions) -> Bool {
    guard a.count == b.count else { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for i in 0..<count { hasher.combine(self[i]) }
  }
}
