/// The driver's functions that finding and describing the devices needs.
///
/// The names are those of the library's symbols; a suffix as in `_v2` pins the signature. Every result of type `CInt` is
/// a CUresult: 0 is success.
package struct DriverTable: Sendable {
  package typealias Initialize = @Sendable @convention(c) (CUnsignedInt) -> CInt
  package typealias GetInteger = @Sendable @convention(c) (UnsafeMutablePointer<CInt>) -> CInt
  package typealias GetErrorText =
    @Sendable @convention(c) (CInt, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> CInt
  package typealias GetDevice = @Sendable @convention(c) (UnsafeMutablePointer<CInt>, CInt) -> CInt
  package typealias GetName = @Sendable @convention(c) (UnsafeMutablePointer<CChar>, CInt, CInt) -> CInt
  package typealias GetMemory = @Sendable @convention(c) (UnsafeMutablePointer<Int>, CInt) -> CInt
  package typealias GetAttribute = @Sendable @convention(c) (UnsafeMutablePointer<CInt>, CInt, CInt) -> CInt

  /// Where the functions come from.
  package let origin: String

  package let cuInit: Initialize
  package let cuDriverGetVersion: GetInteger
  package let cuGetErrorName: GetErrorText
  package let cuGetErrorString: GetErrorText
  package let cuDeviceGetCount: GetInteger
  package let cuDeviceGet: GetDevice
  package let cuDeviceGetName: GetName
  package let cuDeviceTotalMem: GetMemory
  package let cuDeviceGetAttribute: GetAttribute

  /// Looks every function up.
  package init(_ source: any SymbolSource) throws(CUDAUnavailable) {
    origin = source.origin
    cuInit = try Self.function("cuInit", of: source)
    cuDriverGetVersion = try Self.function("cuDriverGetVersion", of: source)
    cuGetErrorName = try Self.function("cuGetErrorName", of: source)
    cuGetErrorString = try Self.function("cuGetErrorString", of: source)
    cuDeviceGetCount = try Self.function("cuDeviceGetCount", of: source)
    cuDeviceGet = try Self.function("cuDeviceGet", of: source)
    cuDeviceGetName = try Self.function("cuDeviceGetName", of: source)
    cuDeviceTotalMem = try Self.function("cuDeviceTotalMem_v2", of: source)
    cuDeviceGetAttribute = try Self.function("cuDeviceGetAttribute", of: source)
  }

  private static func function<Function>(
    _ name: String, of source: any SymbolSource, as type: Function.Type = Function.self
  ) throws(CUDAUnavailable) -> Function {
    guard let address = source.symbol(name) else {
      throw .symbolMissing(name: name, library: source.origin)
    }
    // A C function is one address; the type is the driver's documented signature.
    return unsafeBitCast(address, to: type)
  }

  /// The driver's text for a result, as in `no CUDA-capable device is detected (CUDA_ERROR_NO_DEVICE, 100)`.
  package func describe(_ code: CInt) -> String {
    let words = text(cuGetErrorString, code)
    let name = text(cuGetErrorName, code)
    switch (words, name) {
    case (let words?, let name?): return "\(words) (\(name), \(code))"
    case (let text?, nil), (nil, let text?): return "\(text) (\(code))"
    case (nil, nil): return "unknown error (\(code))"
    }
  }

  private func text(_ function: GetErrorText, _ code: CInt) -> String? {
    var pointer: UnsafePointer<CChar>?
    guard function(code, &pointer) == 0, let pointer else { return nil }
    return String(cString: pointer)
  }

  /// Fails with the driver's text unless a call's result is 0.
  package func check(_ code: CInt, _ call: String) throws(CUDAUnavailable) {
    guard code == 0 else {
      throw .callFailed(call: call, code: Int(code), text: describe(code), library: origin)
    }
  }
}
