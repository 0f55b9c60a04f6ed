internal import CPUKernels

/// Sets how many threads the CPU operations use, the caller included (PyTorch's `set_num_threads`); at least 1.
///
/// The default is `MARTLET_NUM_THREADS`, or the number of processors that the process may use. Results have the same
/// bits for any number.
public func setThreadCount(_ count: Int) {
  mk_set_thread_count(Int32(clamping: max(1, count)))
}

/// How many threads the CPU operations use.
public var threadCount: Int { Int(mk_thread_count()) }

/// What the CPU's memory cache holds.
public struct MemoryStatistics: Sendable {
  /// Blocks handed out since the program started.
  public let allocations: Int
  /// Bytes in tensors now.
  public let bytesInUse: Int
  /// Bytes kept for reuse.
  public let bytesCached: Int
  /// The largest that `bytesInUse` has been.
  public let peakBytesInUse: Int
}

/// What the CPU's memory cache holds now.
public func memoryStatistics() -> MemoryStatistics {
  let statistics = mk_memory()
  return MemoryStatistics(
    allocations: Int(clamping: statistics.allocations), bytesInUse: Int(clamping: statistics.bytes_in_use),
    bytesCached: Int(clamping: statistics.bytes_cached), peakBytesInUse: Int(clamping: statistics.peak_bytes_in_use))
}

/// Gives cached memory of freed tensors back to the system (PyTorch's `empty_cache`), as far as it is shared or this
/// thread's. Returns the number of bytes.
@discardableResult
public func trimMemory() -> Int { mk_trim() }
