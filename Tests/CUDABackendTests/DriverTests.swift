import Testing

@testable import CUDABackend

/// Finding the driver and what it tells, with stand-ins for linker and driver.
@Suite struct DriverTests {
  private func candidates(_ variables: [String: String]) -> [LibraryFinder.Candidate] {
    LibraryFinder(opener: FakeLinker(), environment: { variables[$0] }).driverCandidates
  }

  /// The reason why there is no driver, in words.
  private func reason(_ linker: FakeLinker, _ variables: [String: String] = [:]) -> String? {
    do throws(CUDAUnavailable) {
      _ = try CUDADriver.load(opener: linker, environment: { variables[$0] })
      return nil
    } catch {
      return error.description
    }
  }

  @Test func looksInOrder() {
    let usual = [
      LibraryFinder.Candidate("libcuda.so.1", onlyIfLoaded: true), .init("libcuda.so.1"),
      .init("/usr/lib/wsl/lib/libcuda.so.1"), .init("/usr/local/nvidia/lib64/libcuda.so.1"),
      .init("/run/opengl-driver/lib/libcuda.so.1"),
    ]
    #expect(candidates([:]) == usual)
    #expect(
      candidates(["MARTLET_CUDA_LIBRARY_PATH": "/a:/b/:/c/libcuda.so.550.1:"])
        == [.init("/a/libcuda.so.1"), .init("/b/libcuda.so.1"), .init("/c/libcuda.so.550.1")] + usual)
    // What belongs to a toolkit is not loaded even if it is named.
    #expect(candidates(["MARTLET_CUDA_LIBRARY_PATH": "/usr/local/cuda/lib64/stubs:/a/libcuda.so"]) == usual)
  }

  #if !os(macOS)
    @Test func describesDevices() throws {
      let driver = try CUDADriver.load(
        opener: FakeLinker(libraries: ["libcuda.so.1": FakeDriver()]), environment: { _ in nil })
      #expect(driver.version == (13, 1))
      #expect(
        driver.devices == [
          CUDADeviceDescription(index: 0, handle: 40, name: "Fake 40", totalMemory: 40 << 30, major: 9, minor: 0),
          CUDADeviceDescription(index: 1, handle: 41, name: "Fake 41", totalMemory: 41 << 30, major: 9, minor: 1),
        ])
    }

    @Test func prefersNamedThenLoadedLibraries() throws {
      var linker = FakeLinker(
        libraries: ["libcuda.so.1": FakeDriver(origin: "found"), "/a/libcuda.so.1": FakeDriver(origin: "named")],
        loaded: ["libcuda.so.1": FakeDriver(origin: "loaded")])
      func origin(_ variables: [String: String]) throws -> String {
        try CUDADriver.load(opener: linker, environment: { variables[$0] }).table.origin
      }
      #expect(try origin(["MARTLET_CUDA_LIBRARY_PATH": "/a"]) == "named")
      #expect(try origin(["MARTLET_CUDA_LIBRARY_PATH": "/none"]) == "loaded")
      #expect(try origin([:]) == "loaded")
      linker.loaded = [:]
      #expect(try origin([:]) == "found")
      linker.libraries = ["/usr/lib/wsl/lib/libcuda.so.1": FakeDriver(origin: "wsl")]
      #expect(try origin([:]) == "wsl")
    }

    @Test func saysWhyThereIsNoDriver() {
      #expect(
        reason(FakeLinker()) == """
          libcuda.so.1 not found (looked for libcuda.so.1, /usr/lib/wsl/lib/libcuda.so.1, \
          /usr/local/nvidia/lib64/libcuda.so.1, /run/opengl-driver/lib/libcuda.so.1)
          """)
      #expect(
        reason(FakeLinker(broken: ["libcuda.so.1": "libcuda.so.1: wrong ELF class"]))
          == "libcuda.so.1 does not load: libcuda.so.1: wrong ELF class")
      for value in ["0", "false", "OFF"] {
        #expect(
          reason(FakeLinker(libraries: ["libcuda.so.1": FakeDriver()]), ["MARTLET_CUDA": value])
            == "CUDA is switched off by MARTLET_CUDA=0")
      }
      #expect(reason(FakeLinker(libraries: ["libcuda.so.1": FakeDriver()]), ["MARTLET_CUDA": "1"]) == nil)
    }

    @Test func saysWhichSymbolIsMissing() {
      let whole = FakeDriver()
      #expect(whole.names.count == 9)
      for name in whole.names {
        var driver = whole
        driver.remove(name)
        #expect(
          reason(FakeLinker(libraries: ["libcuda.so.1": driver]))
            == "symbol \(name) missing in libcuda.so.1: the NVIDIA driver is too old")
      }
    }

    @Test func saysWhatTheDriverSays() {
      var driver = FakeDriver()
      driver.initialize { _ in 100 }
      #expect(
        reason(FakeLinker(libraries: ["libcuda.so.1": driver])) == """
          cuInit failed: no CUDA-capable device is detected (CUDA_ERROR_NO_DEVICE, 100); \
          see whether nvidia-smi lists a device
          """)
      driver.initialize { _ in 4242 }
      #expect(reason(FakeLinker(libraries: ["libcuda.so.1": driver])) == "cuInit failed: unknown error (4242)")

      driver = FakeDriver()
      driver.count {
        $0.pointee = 0
        return 0
      }
      #expect(reason(FakeLinker(libraries: ["libcuda.so.1": driver])) == "no CUDA device")
      #expect(
        reason(FakeLinker(libraries: ["libcuda.so.1": driver]), ["CUDA_VISIBLE_DEVICES": "9"])
          == "no CUDA device (CUDA_VISIBLE_DEVICES=9)")
    }

    @Test func passesStubsBy() throws {
      var stub = FakeDriver(origin: "stub")
      stub.initialize { _ in 34 }
      var empty = FakeDriver()
      empty.initialize { _ in 100 }
      let elsewhere = LibraryFinder.extraFolders[1] + "/libcuda.so.1"
      let linker = FakeLinker(libraries: ["libcuda.so.1": stub, elsewhere: FakeDriver(origin: "real")])
      #expect(try CUDADriver.load(opener: linker, environment: { _ in nil }).table.origin == "real")
      // A stub's reason gives way to a driver's.
      #expect(
        reason(FakeLinker(libraries: ["libcuda.so.1": stub, elsewhere: empty]))?.contains("NO_DEVICE") == true)
      #expect(reason(FakeLinker(libraries: ["libcuda.so.1": stub]))?.contains("toolkit's stub") == true)
    }
  #else
    @Test func isNotOnMacOS() { #expect(reason(FakeLinker()) == "CUDA is not available on macOS") }
  #endif

  @Test func answersOnThisMachine() {
    // Whatever the machine has, the answer comes, and comes as one of the two.
    switch CUDADriver.shared {
    case .success(let driver): #expect(!driver.devices.isEmpty && driver.devices.allSatisfy { !$0.name.isEmpty })
    case .failure(let reason): #expect(!reason.description.isEmpty)
    }
  }

  @Test func opensRealLibraries() throws {
    let missing = #expect(throws: LibraryOpenError.self) {
      try DynamicLinker().open("/nowhere/libcuda.so.1", onlyIfLoaded: false)
    }
    #expect(missing?.isMissing == true)
    // A file that is there and is no library.
    let broken = #expect(throws: LibraryOpenError.self) { try DynamicLinker().open(#filePath, onlyIfLoaded: false) }
    #expect(broken?.isMissing == false)
  }
}
