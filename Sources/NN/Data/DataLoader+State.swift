internal import TensorModule

extension DataLoader {
  /// Where the latest walk stands, to go on from there later: after so many batches as were taken. In the middle of an
  /// epoch, also after leaving it by `break`, the rest of the epoch is what a loader delivers first after
  /// ``loadStateDict(_:)``, in the same order and with the same random numbers; before and after an epoch it is a new one.
  ///
  /// Small: it holds no samples and no order, but states of generators. The default generator's is not in it: a checkpoint
  /// keeps that by itself.
  public func stateDict() -> [String: StateValue] {
    let position = memory.position.withLock { $0 }
    var state: [String: StateValue] = ["position": .int(position.delivered)]
    if plan.order == nil { state["num_workers"] = .int(numWorkers) }
    if let generator { state["generator_state"] = .tensor(generator.getState()) }
    if let other = plan.order?.generator, other !== generator {
      state["sampler_generator_state"] = .tensor(other.getState())
    }
    if let persistent = memory.persistent.withLock({ $0 }) {
      state["persistent_seed"] = .int(persistent.seed)
      state["persistent_walks"] = .int(persistent.walks)
    }
    guard position.isInside else { return state }
    state["base_seed"] = .int(position.baseSeed)
    if let count = plan.count() { state["count"] = .int(count) }
    if let size = batchSize { state["batch_size"] = .int(size) }
    if !position.ahead.isEmpty { state["ahead"] = .list(position.ahead.sorted().map { .int($0) }) }
    if let order = position.orderState {
      let generator = TensorModule.Generator()
      generator.savedState = order
      state["order_state"] = .tensor(generator.getState())
    }
    return state
  }

  /// Takes over a position that ``stateDict()`` gave, of a loader of the same data set and options: the next walk goes on
  /// from there. Batches that were delivered are not read again, except those of an ``IterableDataset``, which has no other
  /// way to its later samples.
  /// - Throws: ``OptimizerStateError`` if it is the state of another loader; nothing is changed then.
  public func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError) {
    func refusal(_ rule: String) -> OptimizerStateError { OptimizerStateError("DataLoader", rule) }
    func expect(_ key: String, _ value: Int?, _ what: String) throws(OptimizerStateError) {
      guard let saved = state[key], let value, saved.int != value else { return }
      throw refusal("the state is of a loader with \(saved.int.map(String.init) ?? "no") \(what), this one has \(value)")
    }
    func savedGenerator(_ key: String) throws(OptimizerStateError) -> TensorModule.Generator.State? {
      guard let value = state[key] else { return nil }
      guard let tensor = value.tensor else { throw refusal("\"\(key)\" is no tensor") }
      let generator = TensorModule.Generator()
      do {
        try catchingTensorErrors { generator.setState(tensor) }
      } catch {
        throw refusal("\"\(key)\" is no state of a generator: \(error)")
      }
      return generator.savedState
    }

    guard let delivered = state["position"]?.int, delivered >= 0 else { throw refusal("there is no \"position\"") }
    try expect("batch_size", batchSize, "samples in a batch")
    try expect("count", plan.count(), "batches")
    var position = LoaderPosition()
    if let seed = state["base_seed"] {
      guard let seed = seed.int else { throw refusal("\"base_seed\" is no integer") }
      if plan.order == nil {
        try expect("num_workers", numWorkers, "workers")
        if !plan.options.inOrder && numWorkers > 1 && delivered > 0 {
          throw refusal("several workers that read a stream without order cannot be resumed")
        }
      }
      position.isInside = true
      position.baseSeed = seed
      position.delivered = delivered
      position.ahead = Set(state["ahead"]?.list?.compactMap(\.int) ?? [])
      position.orderState = try savedGenerator("order_state")
    }
    let own = try savedGenerator("generator_state"), samplers = try savedGenerator("sampler_generator_state")

    if let own { generator?.savedState = own }
    if let samplers { plan.order?.generator?.savedState = samplers }
    if let seed = state["persistent_seed"]?.int, let walks = state["persistent_walks"]?.int {
      memory.persistent.withLock { $0 = (seed, walks) }
    }
    memory.position.withLock { [position] in
      let walk = $0.walk + 1
      $0 = position
      $0.walk = walk
    }
    memory.isLoaded.withLock { $0 = true }
  }
}
