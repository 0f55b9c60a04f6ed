import ExampleSupport

/// How often a workload is repeated.
struct Schedule {
  /// Calls before the first measurement: caches fill, threads start.
  var warmUp = 2
  /// Calls per measurement, so that short ones are long against the clock's resolution.
  var inner = 1
  /// Measurements at least, whatever their time.
  var least = 5
  /// Measurements at most.
  var most = 200
}

/// Measures on the monotonic clock.
struct Timer {
  /// Seconds to go on measuring, unless the schedule ends before.
  let minimumTime: Double

  /// The median of a workload's measurements, in nanoseconds per call.
  ///
  /// Operands are made outside of what is measured, and freed with the workload.
  func measure(_ workload: Workload) throws -> Double {
    let body = try workload.prepare()
    let schedule = workload.schedule
    for _ in 0..<schedule.warmUp { try body() }

    var times: [Double] = []
    let end = Terminal.seconds + minimumTime
    while times.count < schedule.least || times.count < schedule.most && Terminal.seconds < end {
      let start = Terminal.seconds
      for _ in 0..<schedule.inner { try body() }
      times.append((Terminal.seconds - start) / Double(schedule.inner))
    }
    return Self.median(times) * 1e9
  }

  /// The middle of the numbers, or the mean of the two middle ones.
  private static func median(_ numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
