public import TensorModule

extension Device {
  /// The NVIDIA GPU with this number (PyTorch's `torch.device("cuda:0")`). Only a name: the first use of a device that
  /// is not there fails with the reason.
  public static func cuda(_ index: Int = 0) -> Device {
    Device(kind: CUDABackend.kind, index: index)
  }

  /// True if there is an NVIDIA GPU that tensors can live on (PyTorch's `torch.cuda.is_available()`). Never fails.
  public static var isCUDAAvailable: Bool { cudaUnavailableReason == nil }

  /// Why ``isCUDAAvailable`` is false: `libcuda.so.1 not found …`; nil if it is true.
  public static var cudaUnavailableReason: String? { CUDABackend.unavailableReason }

  /// The fastest device that is there: the first GPU, or the CPU.
  public static var best: Device { isCUDAAvailable ? cuda(0) : .cpu }
}
