internal import CPUKernels

/// The names of the modules whose calls are running on this thread, outermost first: error texts say where they
/// happened. Frames live on the callers' stacks, linked through one thread-local slot.
package final class ModuleFrame {
  let name: String
  let outer: Unmanaged<ModuleFrame>?

  private init(name: String, outer: Unmanaged<ModuleFrame>?) {
    self.name = name
    self.outer = outer
  }

  private static var innermost: Unmanaged<ModuleFrame>? {
    mk_module_slot().map { Unmanaged.fromOpaque($0) }
  }

  /// Runs `body` as part of the call of the module called `name` in its parent.
  package static func with<R, E: Error>(_ name: String, _ body: () throws(E) -> R) throws(E) -> R {
    let outer = mk_module_slot()
    let frame = ModuleFrame(name: name, outer: innermost)
    mk_set_module_slot(Unmanaged.passUnretained(frame).toOpaque())
    defer {
      mk_set_module_slot(outer)
      withExtendedLifetime(frame) {}
    }
    return try body()
  }

  /// `encoder.layers.3.fc1`, or empty outside of modules.
  static var currentPath: String {
    var names: [String] = []
    var frame = innermost
    while let current = frame?.takeUnretainedValue() {
      if !current.name.isEmpty { names.append(current.name) }
      frame = current.outer
    }
    return names.reversed().joined(separator: ".")
  }
}
