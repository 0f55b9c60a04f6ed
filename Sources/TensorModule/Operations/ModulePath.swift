internal import CPUKernels

/// The modules whose calls are running on this thread, outermost first: error texts say where they happened. Frames
/// are linked through one thread-local slot; names are looked up only when an error is made.
package struct ModuleFrame {
  /// Tells a module's name in the module that called it; the outermost has no caller.
  package typealias Naming = @Sendable (_ module: AnyObject, _ caller: AnyObject?) -> String

  private unowned(unsafe) let module: AnyObject
  private let naming: Naming
  private let outer: UnsafeMutableRawPointer?

  private init(_ module: AnyObject, _ naming: @escaping Naming, outer: UnsafeMutableRawPointer?) {
    self.module = module
    self.naming = naming
    self.outer = outer
  }

  /// Runs `body` as part of the call of a module, which the caller keeps alive.
  package static func with<R, E: Error>(
    _ module: AnyObject, _ naming: @escaping Naming, _ body: () throws(E) -> R
  ) throws(E) -> R {
    let outer = mk_module_slot()
    // On the stack: a call of a small module costs little more than an object would.
    var frame = ModuleFrame(module, naming, outer: outer)
    defer { mk_set_module_slot(outer) }
    return try withUnsafeMutablePointer(to: &frame) { (pointer) throws(E) -> R in
      mk_set_module_slot(pointer)
      return try body()
    }
  }

  /// `encoder.layers.3.fc1`, or empty outside of modules.
  package static var currentPath: String {
    var names: [String] = []
    var slot = mk_module_slot()
    while let current = slot {
      let frame = current.assumingMemoryBound(to: ModuleFrame.self).pointee
      let caller = frame.outer?.assumingMemoryBound(to: ModuleFrame.self).pointee.module
      let name = frame.naming(frame.module, caller)
      if !name.isEmpty { names.append(name) }
      slot = frame.outer
    }
    return names.reversed().joined(separator: ".")
  }
}
