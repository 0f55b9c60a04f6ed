internal import Synchronization
internal import TensorModule

/// What a module has besides its own fields. Never changed: an update makes a new one, so that a call works with what it
/// found.
final class ModuleExtras: Sendable {
  let hooks: ModuleHooks
  let parametrizations: Parametrizations?

  init(hooks: ModuleHooks = ModuleHooks(), parametrizations: Parametrizations? = nil) {
    self.hooks = hooks
    self.parametrizations = parametrizations
  }

  var isEmpty: Bool { hooks.isEmpty && parametrizations == nil }
}

/// The side table: what few modules have, so that no module needs a field for it.
///
/// Modules are held weakly. An entry whose module is gone is never found, not even if another module comes to lie at its
/// address, and is dropped when the table is next changed or, at the latest, after some thousand calls.
enum ModuleTable {
  private struct Entry {
    weak var module: AnyObject?
    let extras: ModuleExtras
  }
  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var global = ModuleHooks()
    var lastID: UInt64 = 0
    var lookups = 0

    /// Returns what must be let go of outside the lock, since that may run a module's deinitialiser.
    mutating func dropDead() -> [Any] {
      var released: [Any] = []
      for (key, entry) in entries {
        if let module = entry.module {
          released.append(module)
        } else {
          released.append(entry.extras)
          entries[key] = nil
        }
      }
      ModuleTable.inUse.store(!entries.isEmpty || !global.isEmpty, ordering: .relaxed)
      return released
    }
  }

  fileprivate static let inUse = Atomic<Bool>(false)
  private static let state = Guarded(State())
  private static let lookupsBetweenSweeps = 4096

  /// False if no module in the process has anything here: all that a call of a module asks.
  @inline(__always)
  static var isInUse: Bool { inUse.load(ordering: .relaxed) }

  /// The number of entries, dead ones included.
  static var count: Int { state.withLock { $0.entries.count } }

  /// What a module has, and the hooks of all modules.
  static func lookUp(_ module: AnyObject) -> (own: ModuleExtras?, global: ModuleHooks) {
    let (own, global, released) = state.withLock { state in
      state.lookups += 1
      var released: [Any] = []
      if state.lookups >= lookupsBetweenSweeps {
        state.lookups = 0
        released = state.dropDead()
      }
      let entry = state.entries[ObjectIdentifier(module)]
      return (entry?.module === module ? entry?.extras : nil, state.global, released)
    }
    withExtendedLifetime(released) {}
    return (own, global)
  }

  /// What a module has, if anything.
  static func extras(of module: AnyObject) -> ModuleExtras? { isInUse ? lookUp(module).own : nil }

  /// Replaces what a module has.
  static func update(_ module: AnyObject, _ body: (ModuleExtras?) -> ModuleExtras) {
    let released = state.withLock { state in
      let key = ObjectIdentifier(module)
      let previous = state.entries[key]
      let extras = body(previous?.module === module ? previous?.extras : nil)
      state.entries[key] = extras.isEmpty ? nil : Entry(module: module, extras: extras)
      return state.dropDead() + [previous?.extras as Any]
    }
    withExtendedLifetime(released) {}
  }

  /// Changes the hooks of a module, or those of all.
  static func updateHooks(of module: AnyObject?, _ body: (inout ModuleHooks) -> Void) {
    guard let module else {
      let released = state.withLock { state in
        let previous = state.global
        body(&state.global)
        return state.dropDead() + [previous]
      }
      return withExtendedLifetime(released) {}
    }
    update(module) { extras in
      var hooks = extras?.hooks ?? ModuleHooks()
      body(&hooks)
      return ModuleExtras(hooks: hooks, parametrizations: extras?.parametrizations)
    }
  }

  static func nextID() -> UInt64 {
    state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
  }
}
