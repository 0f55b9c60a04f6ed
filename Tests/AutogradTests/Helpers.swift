import Martlet
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The elements as `Double`s; of no gradient none.
func numbers(_ x: Tensor?) -> [Double] { x?.toArray(as: Double.self) ?? [] }

/// A leaf that requires gradients.
func leaf<E: TensorElements>(_ elements: E, dtype: DType? = nil) -> Tensor {
  Tensor(elements, dtype: dtype, requiresGrad: true)
}

func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double = 1e-6, _ location: SourceLocation = #_sourceLocation
) {
  let isClose =
    actual.count == expected.count
    && zip(actual, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) <= tolerance * max(1, abs($1)) }
  #expect(isClose, "\(actual) should be \(expected)", sourceLocation: location)
}

/// Holds the error that a body runs into against parts of its text.
func expectError(_ parts: String..., location: SourceLocation = #_sourceLocation, _ body: () -> Void) {
  do {
    try catchingTensorErrors(body)
    Issue.record("nothing failed", sourceLocation: location)
  } catch {
    for part in parts { #expect("\(error)".contains(part), "\(error) should contain \(part)", sourceLocation: location) }
  }
}

/// Runs a body on a thread with a stack of the given size, and waits for it.
func onThread(stackSize: Int, _ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, stackSize)
  let argument = Unmanaged.passRetained(Box(body)).toOpaque()
  #if canImport(Darwin)
    var thread: pthread_t?
    let status = pthread_create(&thread, &attributes, { Unmanaged<Box>.fromOpaque($0).takeRetainedValue().body(); return nil }, argument)
    if status == 0, let thread { pthread_join(thread, nil) }
  #else
    var thread = pthread_t()
    let status = pthread_create(&thread, &attributes, { Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body(); return nil }, argument)
    if status == 0 { pthread_join(thread, nil) }
  #endif
  #expect(status == 0)
  pthread_attr_destroy(&attributes)
}
