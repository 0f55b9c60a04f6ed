internal import CPUKernels

/// Runs `body` once with each kernel table that this processor can run, and puts the usual one back. The choice is the whole
/// process's: call this in a child process of an exit test only.
public func withEachInstructionSet(_ body: (_ name: String) -> Void) {
  let usual = String(cString: mk_isa())
  for name in ["scalar", "avx2", "avx512", "neon"] where mk_force_isa(name) { body(name) }
  _ = mk_force_isa(usual)
}
