#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// What the driver tells about one device.
package struct CUDADeviceDescription: Sendable, Equatable {
  /// The device's number, as in `cuda:0`.
  package let index: Int
  /// The driver's handle.
  package let handle: CInt
  /// The product: `NVIDIA H200`.
  package let name: String
  /// All of its memory, in bytes.
  package let totalMemory: Int
  /// The compute capability: (9, 0) is Hopper.
  package let major: Int
  package let minor: Int
}

/// NVIDIA's driver, initialised, and the devices that it has.
package struct CUDADriver: Sendable {
  /// The functions.
  package let table: DriverTable
  /// The newest CUDA version that the driver supports: (13, 0).
  package let version: (major: Int, minor: Int)
  /// The devices in the driver's order, which `CUDA_VISIBLE_DEVICES` governs. At least one.
  package let devices: [CUDADeviceDescription]

  /// The driver of this process, or why there is none. Found at the first use, once.
  package static let shared: Result<CUDADriver, CUDAUnavailable> = {
    do throws(CUDAUnavailable) {
      return .success(try load())
    } catch {
      return .failure(error)
    }
  }()

  /// Finds the library, initialises the driver and asks for the devices.
  ///
  /// - Parameters:
  ///   - opener: what opens libraries.
  ///   - environment: the value of an environment variable.
  package static func load(
    opener: any LibraryOpener = DynamicLinker(),
    environment: @escaping @Sendable (String) -> String? = CUDADriver.processEnvironment
  ) throws(CUDAUnavailable) -> CUDADriver {
    #if os(macOS)
      throw .unsupportedPlatform("macOS")
    #else
      if let value = environment("MARTLET_CUDA"), ["0", "false", "off", "no"].contains(value.lowercased()) {
        throw .disabled
      }
      let visible = environment("CUDA_VISIBLE_DEVICES")
      return try LibraryFinder(opener: opener, environment: environment).firstDriver {
        source throws(CUDAUnavailable) in try CUDADriver(source, visibleDevices: visible)
      }
    #endif
  }

  /// Initialises the driver behind some functions.
  package init(_ source: any SymbolSource, visibleDevices: String? = nil) throws(CUDAUnavailable) {
    let table = try DriverTable(source)
    try table.check(table.cuInit(0), "cuInit")

    var number: CInt = 0
    try table.check(table.cuDriverGetVersion(&number), "cuDriverGetVersion")
    // 1000 × major + 10 × minor.
    version = (Int(number) / 1000, Int(number) % 1000 / 10)

    var count: CInt = 0
    try table.check(table.cuDeviceGetCount(&count), "cuDeviceGetCount")
    guard count > 0 else { throw .noDevice(visibleDevices: visibleDevices) }
    var devices: [CUDADeviceDescription] = []
    for index in 0..<count { devices.append(try Self.describe(index, table)) }
    self.devices = devices
    self.table = table
  }

  private static func describe(_ index: CInt, _ table: DriverTable) throws(CUDAUnavailable) -> CUDADeviceDescription {
    var handle: CInt = 0
    try table.check(table.cuDeviceGet(&handle, index), "cuDeviceGet")

    var name = [CChar](repeating: 0, count: 256)
    try table.check(table.cuDeviceGetName(&name, CInt(name.count), handle), "cuDeviceGetName")
    // The driver ends the name with a zero; should it not, the array's end is the end.
    let letters = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }

    var memory = 0
    try table.check(table.cuDeviceTotalMem(&memory, handle), "cuDeviceTotalMem")

    func attribute(_ number: CInt) throws(CUDAUnavailable) -> Int {
      var value: CInt = 0
      try table.check(table.cuDeviceGetAttribute(&value, number, handle), "cuDeviceGetAttribute")
      return Int(value)
    }
    return CUDADeviceDescription(
      index: Int(index), handle: handle, name: String(decoding: letters, as: UTF8.self), totalMemory: memory,
      major: try attribute(75), minor: try attribute(76))
  }

  /// The process's own environment.
  @Sendable package static func processEnvironment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
