#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// Something that knows functions by name: a loaded library, or a stand-in for one.
package protocol SymbolSource: Sendable {
  /// Where the functions come from, for messages: a library's path or name.
  var origin: String { get }
  /// The address of a function; nil if there is none of that name.
  func symbol(_ name: String) -> UnsafeMutableRawPointer?
}

/// What opens libraries: the dynamic linker, or a stand-in for it.
package protocol LibraryOpener: Sendable {
  /// Opens a library.
  ///
  /// - Parameters:
  ///   - name: a path, or a bare file name, which the dynamic linker looks up by its own rules.
  ///   - onlyIfLoaded: answer only if something in this process has loaded it before.
  func open(_ name: String, onlyIfLoaded: Bool) throws(LibraryOpenError) -> any SymbolSource
}

/// The dynamic linker's words for why a library did not open.
package struct LibraryOpenError: Error, Sendable, Equatable {
  package let reason: String
  /// True if there simply is no such file, as opposed to one that does not load.
  package let isMissing: Bool

  package init(reason: String, isMissing: Bool) {
    self.reason = reason
    self.isMissing = isMissing
  }
}

/// The system's dynamic linker. Libraries stay loaded until the process ends: drivers do not survive being unloaded.
package struct DynamicLinker: LibraryOpener {
  package init() {}

  package func open(_ name: String, onlyIfLoaded: Bool) throws(LibraryOpenError) -> any SymbolSource {
    // RTLD_LOCAL: the library's names must not meet those of another version of it.
    let flags = RTLD_NOW | RTLD_LOCAL | (onlyIfLoaded ? RTLD_NOLOAD : 0)
    if let handle = dlopen(name, flags) { return LoadedLibrary(origin: name, handle: handle) }
    if onlyIfLoaded { throw LibraryOpenError(reason: "not loaded", isMissing: true) }
    let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
    let isMissing = name.contains("/") ? access(name, F_OK) != 0 : reason.contains("No such file")
    throw LibraryOpenError(reason: reason, isMissing: isMissing)
  }
}

/// A library in this process.
private struct LoadedLibrary: SymbolSource, @unchecked Sendable {
  let origin: String
  /// Never changed, never closed; the linker's functions may be called from any thread.
  let handle: UnsafeMutableRawPointer

  func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }
}
