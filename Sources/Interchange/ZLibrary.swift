#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// zlib's `z_stream`, field by field. Swift lays such a struct out as C does; ``ZLibrary`` hands its size to zlib, which
/// refuses a stream of another size.
struct ZStream {
  var nextInput: UnsafePointer<UInt8>? = nil
  var availableInput: CUnsignedInt = 0
  var totalInput: CUnsignedLong = 0
  var nextOutput: UnsafeMutablePointer<UInt8>? = nil
  var availableOutput: CUnsignedInt = 0
  var totalOutput: CUnsignedLong = 0
  var message: UnsafePointer<CChar>? = nil
  var state: UnsafeMutableRawPointer? = nil
  var allocate: UnsafeMutableRawPointer? = nil
  var free: UnsafeMutableRawPointer? = nil
  var opaque: UnsafeMutableRawPointer? = nil
  var dataType: CInt = 0
  var checksum: CUnsignedLong = 0
  var reserved: CUnsignedLong = 0
}

/// The system's zlib, found at run time, so that building needs no header and running without it costs only
/// what is compressed.
struct ZLibrary: Sendable {
  typealias Initialize =
    @Sendable @convention(c) (UnsafeMutableRawPointer, CInt, UnsafePointer<CChar>, CInt) -> CInt
  typealias Step = @Sendable @convention(c) (UnsafeMutableRawPointer, CInt) -> CInt
  typealias Finish = @Sendable @convention(c) (UnsafeMutableRawPointer) -> CInt
  typealias InitializeDeflate =
    @Sendable @convention(c) (UnsafeMutableRawPointer, CInt, CInt, CInt, CInt, CInt, UnsafePointer<CChar>, CInt) -> CInt
  typealias Checksum = @Sendable @convention(c) (CUnsignedLong, UnsafePointer<UInt8>?, CUnsignedInt) -> CUnsignedLong

  /// What zlib's functions answer, as far as it is met here.
  enum Status {
    static let ok: CInt = 0
    static let streamEnd: CInt = 1
    static let needDictionary: CInt = 2
    static let dataError: CInt = -3
    static let memoryError: CInt = -4
    static let bufferError: CInt = -5
  }

  let inflateInit2: Initialize
  let inflate: Step
  let inflateReset: Finish
  let inflateEnd: Finish
  let deflateInit2: InitializeDeflate
  let deflate: Step
  let deflateEnd: Finish
  let crc32: Checksum

  /// The version's first character and the stream's size are what zlib checks when a run begins.
  static let version = "1.2.11"

  /// The usual names: Linux, macOS.
  static let usualNames = ["libz.so.1", "libz.dylib", "libz.1.dylib", "/usr/lib/libz.1.dylib"]

  /// The library, loaded at the first use and never unloaded.
  static let shared = ZLibrary(names: usualNames)

  /// The first of the named libraries that opens and has every function.
  init?(names: [String]) {
    for name in names {
      guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
      guard let initialize = dlsym(handle, "inflateInit2_"), let step = dlsym(handle, "inflate"),
        let reset = dlsym(handle, "inflateReset"), let end = dlsym(handle, "inflateEnd"),
        let initializeDeflate = dlsym(handle, "deflateInit2_"), let deflateStep = dlsym(handle, "deflate"),
        let deflateEnd = dlsym(handle, "deflateEnd"), let checksum = dlsym(handle, "crc32")
      else { continue }
      inflateInit2 = unsafeBitCast(initialize, to: Initialize.self)
      inflate = unsafeBitCast(step, to: Step.self)
      inflateReset = unsafeBitCast(reset, to: Finish.self)
      inflateEnd = unsafeBitCast(end, to: Finish.self)
      deflateInit2 = unsafeBitCast(initializeDeflate, to: InitializeDeflate.self)
      deflate = unsafeBitCast(deflateStep, to: Step.self)
      self.deflateEnd = unsafeBitCast(deflateEnd, to: Finish.self)
      crc32 = unsafeBitCast(checksum, to: Checksum.self)
      return
    }
    return nil
  }
}
