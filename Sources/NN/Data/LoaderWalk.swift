internal import TensorModule

/// One walk of a loader: hands out tasks, takes batches, and keeps the loader's position up to date. Used by one thread;
/// its end cancels the workers and waits for them.
final class LoaderWalk<Batch> {
  private let plan: LoaderPlan<Batch>
  private let memory: LoaderMemory
  private let start: LoaderPosition
  private var options: LoaderOptions { plan.options }

  private var positions: (any IteratorProtocol<[Int]>)?
  private var issuedCount = 0
  private var issuedSamples = 0
  private var isExhausted = false
  /// Tasks that are issued and not collected.
  private var open: Set<Int> = []
  private var isOver = false

  // With workers:
  private var crew: WorkerCrew?
  private var queue: BatchQueue<Batch>?
  private var activeLanes: [Bool] = []
  private var laneOfTask: [Int: Int] = [:]
  private var nextLane = 0
  // Without:
  private var reader: TaskReader<Batch>?

  init(_ plan: LoaderPlan<Batch>, _ memory: LoaderMemory) {
    self.plan = plan
    self.memory = memory
    if ThreadMode.hasFailed {
      start = LoaderPosition()
      isOver = true
      return
    }
    start = Self.begin(plan.options, memory)
    activeLanes = Array(repeating: true, count: plan.order == nil ? max(1, plan.options.numWorkers) : 1)
    if options.numWorkers > 0 { startWorkers() }
  }

  deinit { finish() }

  /// The position from which a walk begins: the loaded one, or that of a new epoch.
  private static func begin(_ options: LoaderOptions, _ memory: LoaderMemory) -> LoaderPosition {
    let isResumed = memory.isLoaded.withLock { isLoaded in
      defer { isLoaded = false }
      return isLoaded
    }
    let loaded = memory.position.withLock { $0 }
    if isResumed && loaded.isInside { return loaded }
    var position = LoaderPosition()
    position.walk = loaded.walk + 1
    position.isInside = true
    position.baseSeed = baseSeed(options, memory)
    memory.position.withLock { [position] in $0 = position }
    return position
  }

  /// PyTorch draws a seed for the workers at every walk, also without workers; for workers that stay, at the first only.
  private static func baseSeed(_ options: LoaderOptions, _ memory: LoaderMemory) -> Int {
    let source = options.generator ?? .default
    guard options.persistentWorkers else { return source.nextInt63() }
    return memory.persistent.withLock { persistent in
      let (seed, walks) = persistent ?? (source.nextInt63(), 0)
      persistent = (seed, walks &+ 1)
      // Other numbers at every walk all the same: steps of the golden ratio, far apart.
      return seed &+ walks &* Int(bitPattern: 0x9E37_79B9_7F4A_7C15)
    }
  }

  // MARK: Tasks

  /// The next task, or nil if there is none to be had now.
  private func nextTask() -> LoadingTask? {
    while !isExhausted {
      if plan.order == nil {
        guard activeLanes.contains(true) else { return nil }
        defer { issuedCount += 1 }
        return LoadingTask(number: issuedCount, isPassedBy: issuedCount < start.delivered)
      }
      guard let indices = nextIndices() else {
        isExhausted = true
        break
      }
      let task = LoadingTask(number: issuedCount, indices: indices, firstSample: issuedSamples)
      issuedCount += 1
      issuedSamples &+= indices.count
      if task.number < start.delivered || start.ahead.contains(task.number) {
        continue  // delivered before this loader was resumed
      }
      return task
    }
    return nil
  }

  private func nextIndices() -> [Int]? {
    guard let order = plan.order else { return nil }
    if let saved = start.orderState, issuedCount < max(1, start.delivered) {
      // Goes over the resumed epoch's order again. The order's own generator is set back to where the epoch began; the
      // default one, which all share, is left alone.
      if let generator = order.generator {
        if positions == nil { generator.savedState = saved }
      } else {
        let replacement = replay ?? ThreadGenerator(saved)
        replay = replacement
        return replacement.asDefault { advance(order) }
      }
    } else if positions == nil {
      let state = (order.generator ?? .default).savedState
      note { $0.orderState = state }
    }
    return advance(order)
  }
  private var replay: ThreadGenerator?

  private func advance(_ order: any Sampler<[Int]>) -> [Int]? {
    var walk = positions ?? order.makeIterator()
    positions = nil  // so that its step finds its arrays with one owner and copies none
    defer { positions = walk }
    return walk.next()
  }

  /// Writes in the loader's position, unless a later walk has taken it over.
  private func note(_ body: (inout LoaderPosition) -> Void) {
    memory.position.withLock { if $0.walk == start.walk { body(&$0) } }
  }

  // MARK: Workers

  private func startWorkers() {
    let kept = options.persistentWorkers ? memory.crew.withLock { crew in exchange(&crew, nil) } : nil
    let crew = kept ?? WorkerCrew(options.numWorkers)
    guard crew.count == options.numWorkers else {
      fail(
        TensorError(
          "DataLoader", rule: "the system has threads for only \(crew.count) of \(options.numWorkers) workers"))
      isOver = true
      return
    }
    let starting = kept == nil && options.workerInit != nil ? options.numWorkers : 0
    let queue = BatchQueue<Batch>(lanes: activeLanes.count, starting: starting)
    self.crew = crew
    self.queue = queue
    crew.start { [plan, seed = start.baseSeed, hasLanes = plan.order == nil] worker, isFirst in
      let info = WorkerInfo(id: worker, numWorkers: plan.options.numWorkers, seed: seed &+ worker)
      let reader = TaskReader(plan, seed: seed, worker: info, isCancelled: { queue.isCancelled })
      if isFirst && plan.options.workerInit != nil { queue.markStarted(reader.runWorkerInit()) }
      while let task = queue.take(lane: hasLanes ? worker : 0) { queue.put(reader.read(task), number: task.number) }
    }
    issueTasks()
  }

  /// Keeps the workers busy, as far ahead as they may be.
  private func issueTasks() {
    while open.count < options.window, let task = nextTask() {
      var lane = 0
      if plan.order == nil {
        while !activeLanes[nextLane % activeLanes.count] { nextLane += 1 }
        lane = nextLane % activeLanes.count
        nextLane += 1
        laneOfTask[task.number] = lane
      }
      open.insert(task.number)
      queue?.issue(task, lane: lane)
    }
  }

  private func exchange<T>(_ place: inout T, _ value: T) -> T {
    let old = place
    place = value
    return old
  }

  // MARK: Batches

  /// The next batch; nil at the end, and after a failure.
  func next() -> Batch? {
    while !isOver, !ThreadMode.hasFailed {
      guard let (number, outcome) = options.numWorkers == 0 ? readHere() : collect() else {
        if !isOver && !ThreadMode.hasFailed { note { $0 = LoaderPosition(walk: $0.walk) } }
        break
      }
      defer { laneOfTask[number] = nil }
      switch outcome {
      case .batch(let batch):
        if ThreadMode.hasFailed { break }
        note { $0.markDelivered(number) }
        return batch
      case .passedBy:
        continue
      case .end:
        if ThreadMode.hasFailed { break }
        // Counted, so that a resumed walk hands out the same tasks to the same workers.
        note { $0.markDelivered(number) }
        activeLanes[laneOfTask[number] ?? 0] = false
      case .failure(let error):
        fail(error)
      }
    }
    finish()
    return nil
  }

  private func readHere() -> (Int, LoadingOutcome<Batch>)? {
    guard let task = nextTask() else { return nil }
    let reader = self.reader ?? TaskReader(plan, seed: start.baseSeed, worker: nil, isCancelled: { false })
    self.reader = reader
    return (task.number, reader.read(task))
  }

  private func collect() -> (Int, LoadingOutcome<Batch>)? {
    issueTasks()
    guard let queue, let oldest = open.min() else { return nil }
    guard let (number, outcome) = queue.collect(number: options.inOrder ? oldest : nil, seconds: options.timeout) else {
      // Whoever is too slow would be waited for at the end, too.
      queue.cancel()
      crew?.abandon()
      crew = nil
      fail(TensorError("DataLoader", rule: "no batch came within \(options.timeout) seconds"))
      return nil
    }
    open.remove(number)
    if case .batch = outcome { issueTasks() }
    return (number, outcome)
  }

  /// Ends the workers, or gives those back that stay.
  private func finish() {
    isOver = true
    queue?.cancel()
    crew?.waitUntilIdle()
    // A crew that could not start is no crew for the next walk: that starts another one.
    if options.persistentWorkers, let crew, queue?.hasStartFailure != true {
      memory.crew.withLock { if $0 == nil { $0 = crew } }
    }
    crew = nil
    queue = nil
    reader = nil
    positions = nil
  }
}

/// Reads batches, for one thread.
final class TaskReader<Batch> {
  private let plan: LoaderPlan<Batch>
  private let context: LoadingContext
  private let fetch: LoaderPlan<Batch>.Fetch

  init(_ plan: LoaderPlan<Batch>, seed: Int, worker: WorkerInfo?, isCancelled: @escaping () -> Bool) {
    self.plan = plan
    context = LoadingContext(
      baseSeed: seed, hasSequencePerSample: plan.order != nil, workerInfo: worker, datasetName: plan.datasetName,
      isCancelled: isCancelled)
    fetch = plan.makeFetch()
  }

  /// Runs what the user wants done at a worker's start; its failure.
  func runWorkerInit() -> TensorError? {
    guard let initialize = plan.options.workerInit, let worker = context.workerInfo else { return nil }
    do {
      try catchingTensorErrors { try context.entered { try initialize(worker.id) } }
      return nil
    } catch let error as TensorError {
      return error
    } catch {
      return TensorError("DataLoader", rule: "worker \(worker.id) could not start: \(error)")
    }
  }

  func read(_ task: LoadingTask) -> LoadingOutcome<Batch> {
    do {
      // In a thread of the loader's own the failure has to be carried over to the consumer.
      let batch = context.workerInfo == nil
        ? try context.read(task) { try fetch(task) }
        : try catchingTensorErrors { try context.read(task) { try fetch(task) } }
      return batch.map { .batch($0) } ?? .end
    } catch is PassedBy {
      return .passedBy
    } catch is LoadingContext.Cancelled {
      return .end
    } catch let error as TensorError {
      return .failure(error)
    } catch {
      return .failure(TensorError("DataLoader", rule: "\(context.place): \(error)"))
    }
  }
}
