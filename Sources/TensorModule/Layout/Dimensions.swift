/// A short list of integers, one a dimension: inline up to 8, on the heap up to 64. Sizes and strides are kept in it.
package struct Dimensions: Sendable {
  /// How many fit without a heap allocation.
  package static let inlineCapacity = 8
  /// PyTorch's limit too.
  package static let maximumCount = 64

  @usableFromInline
  package typealias Inline = (Int, Int, Int, Int, Int, Int, Int, Int)

  package private(set) var count: Int
  private var inline: Inline
  private var overflow: [Int]?

  @inline(__always)
  package init() {
    count = 0
    inline = (0, 0, 0, 0, 0, 0, 0, 0)
    overflow = nil
  }

  package init(repeating value: Int, count: Int) {
    self.init()
    self.count = count
    if count <= Self.inlineCapacity {
      inline = (value, value, value, value, value, value, value, value)
    } else {
      overflow = Array(repeating: value, count: count)
    }
  }

  package init(_ values: some Collection<Int>) {
    self.init()
    for value in values { append(value) }
  }

  package subscript(index: Int) -> Int {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      if let overflow { return overflow[index] }
      return withUnsafePointer(to: inline) {
        UnsafeRawPointer($0).load(fromByteOffset: index &* MemoryLayout<Int>.stride, as: Int.self)
      }
    }
    @inline(__always) set {
      assert(index >= 0 && index < count)
      if overflow != nil {
        overflow![index] = newValue
      } else {
        withUnsafeMutablePointer(to: &inline) {
          UnsafeMutableRawPointer($0).storeBytes(
            of: newValue, toByteOffset: index &* MemoryLayout<Int>.stride, as: Int.self)
        }
      }
    }
  }

  package mutating func append(_ value: Int) {
    if count == Self.inlineCapacity, overflow == nil {
      var all = (0..<count).map { self[$0] }
      all.append(value)
      overflow = all
      count += 1
    } else if overflow != nil {
      overflow!.append(value)
      count += 1
    } else {
      count += 1
      self[count - 1] = value
    }
  }

  package mutating func remove(at index: Int) {
    var result = Dimensions()
    for i in 0..<count where i != index { result.append(self[i]) }
    self = result
  }

  package mutating func insert(_ value: Int, at index: Int) {
    var result = Dimensions()
    for i in 0..<index { result.append(self[i]) }
    result.append(value)
    for i in index..<count { result.append(self[i]) }
    self = result
  }

  package mutating func swapAt(_ i: Int, _ j: Int) {
    let value = self[i]
    self[i] = self[j]
    self[j] = value
  }
}

extension Dimensions: Equatable {
  @inline(__always)
  package static func == (a: Dimensions, b: Dimensions) -> Bool {
    guard a.count == b.count else { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }
}

extension Dimensions: Hashable {
  package func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for i in 0..<count { hasher.combine(self[i]) }
  }
}
