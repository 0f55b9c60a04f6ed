import Foundation
import Martlet
import Synchronization
import TensorModule
import Testing

/// Counts who lives.
private final class Lives: Sendable {
  let count = Atomic(0)
  var now: Int { count.load(ordering: .sequentiallyConsistent) }
}
private final class Life: Sendable {
  let lives: Lives
  init(_ lives: Lives) {
    self.lives = lives
    lives.count.add(1, ordering: .sequentiallyConsistent)
  }
  deinit { lives.count.subtract(1, ordering: .sequentiallyConsistent) }
}

/// Samples that are alive as long as somebody holds them, and the set itself too.
private struct Living: Dataset {
  typealias Batch = [Life]
  let lives: Lives
  let own: Life
  let read = Guarded(0)
  var count = 999
  init(_ lives: Lives) {
    self.lives = lives
    own = Life(lives)
  }
  subscript(index: Int) -> Life {
    read.withLock { $0 += 1 }
    return Life(lives)
  }
  func collate(_ samples: [Life]) -> [Life] { samples }
}

private struct Faulty: Dataset {
  struct Unreadable: Error, CustomStringConvertible { var description: String { "the file is gone" } }
  enum Fault { case thrown, shape, collate }
  typealias Batch = Tensor
  let fault: Fault
  var count: Int { 12 }
  subscript(index: Int) -> Tensor {
    get throws {
      guard index == 7 else { return Tensor.ones(3) }
      switch fault {
      case .thrown: throw Unreadable()
      case .shape: return Tensor.ones(3) + Tensor.ones(2)
      case .collate: return Tensor.ones(2)
      }
    }
  }
}

@Suite struct LoaderWorkerTests {
  @Test func anyNumberOfWorkersGivesTheSameBatches() {
    func batches(_ workers: Int, prefetchFactor: Int? = nil) -> [[Float]] {
      let loader = DataLoader(
        Noise(count: 101), batchSize: 4, shuffle: true, numWorkers: workers, generator: Generator(seed: 9),
        prefetchFactor: prefetchFactor)
      return (0..<2).flatMap { _ in loader.map { $0.0.toArray(as: Float.self) + $0.1.toArray(as: Float.self) } }
    }
    let expected = batches(0)
    #expect(expected.count == 52)
    #expect(Set(expected.flatMap { $0.dropFirst(4) }).count > 300)  // not one number for all
    for workers in [1, 2, 8] { #expect(batches(workers) == expected) }
    #expect(batches(3, prefetchFactor: 1) == expected)
    #expect(batches(2, prefetchFactor: 50) == expected)
  }

  @Test func everySampleComesOnce() {
    for inOrder in [true, false] {
      let loader = DataLoader(
        TensorDataset(Tensor.arange(103)), batchSize: 5, shuffle: true, numWorkers: 4, generator: Generator(seed: 1),
        inOrder: inOrder)
      #expect(loader.flatMap { $0.toArray(as: Int.self) }.sorted() == Array(0..<103))
    }
  }

  @Test func leavingTheLoopEndsThreadsAndFreesAll() async {
    await #expect(processExitsWith: .success) {
      func threads() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 1 }
      _ = Tensor.ones(200, 200).matmul(Tensor.ones(200, 200))  // the kernels' own threads
      let before = threads()
      let lives = Lives()
      for round in 0..<20 {
        let loader = DataLoader(Living(lives), batchSize: 3, numWorkers: 4, persistentWorkers: round % 2 == 1)
        for batch in loader {
          #expect(batch.count == 3)
          // Until the workers have filled the queue and wait.
          if round < 4 { while loader.dataset.read.withLock({ $0 }) < 24 { } }
          if round % 5 < 4 { break }
        }
      }
      #expect(lives.now == 0)
      #expect(threads() == before)
    }
  }

  @Test func readingAheadIsBounded() {
    let set = Living(Lives())
    let loader = DataLoader(set, batchSize: 1, numWorkers: 2, prefetchFactor: 3)
    var walk = loader.makeIterator()
    for taken in 1...20 {
      _ = walk.next()
      #expect(set.read.withLock { $0 } <= taken + 6)
    }
  }

  @Test func persistentWorkersStay() {
    let starts = Guarded(0)
    let loader = DataLoader(
      Noise(), batchSize: 4, numWorkers: 3, workerInit: { _ in starts.withLock { $0 += 1 } }, persistentWorkers: true)
    for _ in 0..<3 { #expect(Array(loader).count == 6) }
    #expect(starts.withLock { $0 } == 3)
    // A second walk at the same time has threads of its own.
    let pairs = zip(loader, loader).map { $0.0.toArray(as: Int.self) == $1.0.toArray(as: Int.self) }
    #expect(pairs == Array(repeating: true, count: 6))
    // Epochs draw other numbers.
    let epochs = (0..<2).map { _ in loader.map { $0.1.toArray(as: Float.self) } }
    #expect(epochs[0] != epochs[1])
  }

  @Test func workersKnowThemselves() {
    let seen = Guarded<[WorkerInfo?]>([])
    #expect(WorkerInfo.current == nil)
    let loader = DataLoader(
      Noise(), batchSize: 4, numWorkers: 2, workerInit: { _ in seen.withLock { $0.append(WorkerInfo.current) } },
      generator: Generator(seed: 3))
    _ = Array(loader)
    let seed = Generator(seed: 3)
    let base = seed.nextInt63()
    let infos = seen.withLock { $0 }.compactMap { $0 }.sorted { $0.id < $1.id }
    #expect(infos.map(\.id) == [0, 1] && infos.map(\.numWorkers) == [2, 2])
    #expect(infos[1].seed == infos[0].seed + 1)
    #expect(infos[0].seed == base)
  }

  @Test func failuresNameTheSample() {
    for workers in [0, 2] {
      func failure(_ fault: Faulty.Fault) -> String {
        let loader = DataLoader(Faulty(fault: fault), batchSize: 5, numWorkers: workers)
        var delivered = 0
        do {
          try catchingTensorErrors { for _ in loader { delivered += 1 } }
          return "nothing failed"
        } catch {
          #expect(delivered == 1)
          #expect(loader.stateDict()["position"]?.int == 1)
          return "\(error)"
        }
      }
      #expect(failure(.thrown) == "[DataLoader] sample 7 of Faulty: the file is gone")
      #expect(failure(.shape).hasPrefix("[+ in sample 7 of Faulty] (3,) × (2,): sizes 3 and 2 differ"), "\(failure(.shape))")
      #expect(
        failure(.collate).hasPrefix(
          "[defaultCollate in the batch of samples 5, 6, 7, 8, 9 of Faulty] (3,) × (2,): the samples of a batch"),
        "\(failure(.collate))")
    }
  }

  @Test func failuresOutsideOfScopesEndTheProgram() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      for _ in DataLoader(Faulty(fault: .thrown), batchSize: 5, numWorkers: 2) {}
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("[DataLoader] sample 7 of Faulty: the file is gone"))
  }

  @Test func streamsFailToo() {
    struct Broken: IterableDataset {
      typealias Batch = Tensor
      struct Numbers: FailableIterator {
        var next_ = 0
        var error: (any Error)?
        mutating func next() -> Int? {
          next_ += 1
          if next_ == 6 { error = Faulty.Unreadable() }
          return error == nil ? next_ : nil
        }
      }
      func makeIterator() -> Numbers { Numbers() }
    }
    for workers in [0, 1] {
      #expect(throws: TensorError.self) {
        try catchingTensorErrors { for _ in DataLoader(Broken(), batchSize: 2, numWorkers: workers) {} }
      }
      expectError("DataLoader", "sample 5 of Broken") {
        for _ in DataLoader(Broken(), batchSize: 2, numWorkers: workers) {}
      }
    }
  }

  @Test func aWorkerThatCannotStartIsAFailure() {
    expectError("DataLoader", "worker 1 could not start: the file is gone") {
      let loader = DataLoader(
        Noise(), batchSize: 1, numWorkers: 2, workerInit: { if $0 == 1 { throw Faulty.Unreadable() } })
      for _ in loader {}
    }
  }

  @Test func workersThatCouldNotStartDoNotStay() {
    let starts = Guarded(0)
    let loader = DataLoader(
      Noise(), batchSize: 4, numWorkers: 2,
      workerInit: { worker in
        let number = starts.withLock { count -> Int in
          count += 1
          return count
        }
        if number <= 2 && worker == 1 { throw Faulty.Unreadable() }
      }, persistentWorkers: true)
    #expect(throws: TensorError.self) { try catchingTensorErrors { for _ in loader {} } }
    #expect(starts.withLock { $0 } == 2)
    for _ in 0..<2 {
      #expect(Array(loader).count == 6)
      #expect(starts.withLock { $0 } == 4)
    }
  }

  @Test func waitingHasAnEnd() {
    struct Slow: Dataset {
      let gate: Guarded<Bool>
      var count: Int { 2 }
      subscript(index: Int) -> Tensor {
        while !gate.withLock({ $0 }) {}
        return Tensor.ones(1)
      }
    }
    let gate = Guarded(false)
    expectError("DataLoader", "no batch came within 0.05 seconds") {
      var walk = DataLoader(Slow(gate: gate), numWorkers: 1, timeout: 0.05).makeIterator()
      _ = walk.next()
      gate.withLock { $0 = true }
    }
  }

  @Test func samplesAreNotRecorded() {
    let weight = Tensor.ones(2).requiresGrad_()
    struct Scaled: Dataset {
      let weight: Tensor
      var count: Int { 4 }
      subscript(index: Int) -> Tensor { weight * Double(index) }
    }
    #expect(DataLoader(Scaled(weight: weight), numWorkers: 1).allSatisfy { !$0.requiresGrad })
    #expect(DataLoader(Scaled(weight: weight)).allSatisfy { $0.requiresGrad })
  }

  @Test func kernelsInWorkersAndOutside() {
    struct Products: Dataset {
      var count: Int { 24 }
      subscript(index: Int) -> Tensor { Tensor.ones(120, 120).matmul(Tensor.ones(120, 120)).sum() * Double(index) }
    }
    var total = 0.0
    for batch in DataLoader(Products(), batchSize: 4, numWorkers: 4) {
      total += (Tensor.ones(200, 200).matmul(Tensor.ones(200, 200)).mean() * batch.sum()).item()
    }
    #expect(total == 200 * 120 * 120 * 120 * 276)
  }
}
