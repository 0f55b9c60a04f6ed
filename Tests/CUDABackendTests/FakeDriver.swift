import CUDABackend

/// A driver made of functions in this program.
struct FakeDriver: SymbolSource {
  var origin: String
  /// Addresses as integers, since pointers are not sendable.
  private var symbols: [String: UInt]

  func symbol(_ name: String) -> UnsafeMutableRawPointer? {
    symbols[name].flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
  }

  /// A driver of CUDA 13.1 with two devices.
  init(origin: String = "libcuda.so.1") {
    self.origin = origin
    symbols = [:]
    initialize { $0 == 0 ? 0 : 1 }
    count {
      $0.pointee = 2
      return 0
    }
    let version: DriverTable.GetInteger = {
      $0.pointee = 13010
      return 0
    }
    // Handles differ from numbers, so that mixing them up shows.
    let device: DriverTable.GetDevice = {
      $0.pointee = $1 + 40
      return 0
    }
    let name: DriverTable.GetName = { text, capacity, handle in
      guard handle == 40 || handle == 41 else { return 101 }
      for (index, letter) in "Fake \(handle)\0".utf8.prefix(Int(capacity)).enumerated() {
        text[index] = CChar(bitPattern: letter)
      }
      return 0
    }
    let memory: DriverTable.GetMemory = {
      $0.pointee = Int($1) << 30
      return 0
    }
    let attribute: DriverTable.GetAttribute = { value, number, handle in
      guard handle == 40 || handle == 41 else { return 101 }
      value.pointee = number == 75 ? 9 : number == 76 ? handle - 40 : -1
      return 0
    }
    // Static strings live as long as the program.
    let errorName: DriverTable.GetErrorText = { code, text in
      guard code == 100 else { return 1 }
      text.pointee = ("CUDA_ERROR_NO_DEVICE" as StaticString).characters
      return 0
    }
    let errorText: DriverTable.GetErrorText = { code, text in
      guard code == 100 else { return 1 }
      text.pointee = ("no CUDA-capable device is detected" as StaticString).characters
      return 0
    }
    set("cuDriverGetVersion", version)
    set("cuDeviceGet", device)
    set("cuDeviceGetName", name)
    set("cuDeviceTotalMem_v2", memory)
    set("cuDeviceGetAttribute", attribute)
    set("cuGetErrorName", errorName)
    set("cuGetErrorString", errorText)
  }

  mutating func initialize(_ function: @escaping DriverTable.Initialize) { set("cuInit", function) }
  mutating func count(_ function: @escaping DriverTable.GetInteger) { set("cuDeviceGetCount", function) }
  mutating func remove(_ name: String) { symbols[name] = nil }
  var names: [String] { symbols.keys.sorted() }

  private mutating func set<Function>(_ name: String, _ function: Function) {
    symbols[name] = UInt(bitPattern: unsafeBitCast(function, to: UnsafeMutableRawPointer.self))
  }
}

extension StaticString {
  fileprivate var characters: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

/// A dynamic linker that knows a few libraries.
struct FakeLinker: LibraryOpener {
  /// By the name that they are opened with.
  var libraries: [String: FakeDriver] = [:]
  /// Libraries that are there but do not load.
  var broken: [String: String] = [:]
  /// Those that are loaded already.
  var loaded: [String: FakeDriver] = [:]

  func open(_ name: String, onlyIfLoaded: Bool) throws(LibraryOpenError) -> any SymbolSource {
    if onlyIfLoaded {
      if let library = loaded[name] { return library }
      throw LibraryOpenError(reason: "not loaded", isMissing: true)
    }
    if let library = libraries[name] { return library }
    if let reason = broken[name] { throw LibraryOpenError(reason: reason, isMissing: false) }
    throw LibraryOpenError(reason: "\(name): No such file or directory", isMissing: true)
  }
}
