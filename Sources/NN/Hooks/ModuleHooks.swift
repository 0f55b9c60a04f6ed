internal import TensorModule

/// A hook with the number by which its handle finds it.
struct ModuleHook<Body: Sendable>: Sendable {
  let id: UInt64
  let body: Body
}

/// The hooks of one module, or those of all, in the order in which they are called.
struct ModuleHooks: Sendable {
  typealias ForwardPre = @Sendable (any Module, [Tensor]) -> [Tensor]?
  typealias Forward = @Sendable (any Module, [Tensor], [Tensor]) -> [Tensor]?
  typealias BackwardPre = @Sendable (any Module, [Tensor?]) -> [Tensor?]?
  typealias Backward = @Sendable (any Module, [Tensor?], [Tensor?]) -> [Tensor?]?
  typealias StatePre = @Sendable (any Module, String) -> Void
  typealias State = @Sendable (any Module, inout StateDict, String) -> Void
  typealias Loaded = @Sendable (any Module, inout IncompatibleKeys) -> Void

  var forwardPre: [ModuleHook<ForwardPre>] = []
  var forward: [ModuleHook<Forward>] = []
  var backwardPre: [ModuleHook<BackwardPre>] = []
  var backward: [ModuleHook<Backward>] = []
  var stateDictPre: [ModuleHook<StatePre>] = []
  var stateDict: [ModuleHook<State>] = []
  var loadStateDictPre: [ModuleHook<State>] = []
  var loadStateDict: [ModuleHook<Loaded>] = []

  var isEmpty: Bool {
    forwardPre.isEmpty && forward.isEmpty && backwardPre.isEmpty && backward.isEmpty && stateDictPre.isEmpty
      && stateDict.isEmpty && loadStateDictPre.isEmpty && loadStateDict.isEmpty
  }
}
