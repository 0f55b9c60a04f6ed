import ExampleSupport
import Martlet

/// Measures Martlet's operations and training steps. `Benchmarks/peer/torch_bench.py` measures PyTorch's under the same
/// names, and `Benchmarks/compare` puts the two side by side.
@main
enum Benchmark {
  static func main() {
    if CommandLine.arguments.dropFirst() == [Startup.option] { return Startup.hello() }

    var arguments = Arguments("benchmark", "Measures tensor operations and training steps.")
    let filter = arguments.option("filter", default: "", "run only the workloads whose names contain TEXT")
    let threads: Int? = arguments.option("threads", "threads to compute with (default: one a processor)")
    let format = arguments.choice("format", ["table", "json"], default: "table", "how to print the times")
    let minimumTime = arguments.option(
      "min-time", placeholder: "S", default: 0.4, "seconds to measure each workload, at least 5 times")
    let mnist: String? = arguments.option(
      "mnist", placeholder: "DIR", "folder with MNIST's files; without it, its workloads are left out")
    let list = arguments.flag("list", "print the workloads' names only")
    arguments.finish()
    if let threads, threads < 1 { arguments.reject("threads", "there must be at least one thread") }
    if !(0...3600).contains(minimumTime) { arguments.reject("min-time", "must be from 0 to 3600 seconds") }

    // Hundreds of workloads: only when they are asked for.
    let sweep = filter.contains("sweep") ? Sweep.workloads() : []
    let workloads = (workloads(mnist: mnist) + sweep).filter { filter.isEmpty || $0.name.contains(filter) }
    if workloads.isEmpty { arguments.reject("filter", "no workload's name contains '\(filter)'") }
    if list {
      for workload in workloads { print(workload.name) }
      return
    }

    if let threads { setThreadCount(threads) }
    manualSeed(0)
    run(workloads, Timer(minimumTime: minimumTime), format == "json" ? .json : .table)
  }

  /// All workloads, group by group.
  private static func workloads(mnist: String?) -> [Workload] {
    let training = mnist.map { Training(mnist: $0).workloads() } ?? []
    return [
      Startup.workloads(), Overhead.workloads(), Elementwise.workloads(), Movement.workloads(), Indexing.workloads(),
      Reductions.workloads(), Random.workloads(), LinearAlgebra.workloads(), Factorizations.workloads(),
      Convolution.workloads(), Recurrent.workloads(), Attention.workloads(), Optimization.workloads(),
      Loading.workloads(), training,
    ].flatMap(\.self)
  }

  private static func run(_ workloads: [Workload], _ timer: Timer, _ report: Report) {
    for workload in workloads {
      do {
        report.print(workload.name, nanoseconds: try timer.measure(workload), threads: threadCount)
      } catch {
        report.print(workload.name, failure: error)
      }
    }
  }
}
