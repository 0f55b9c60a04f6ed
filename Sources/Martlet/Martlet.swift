// The umbrella: `import Martlet` is what users write.
@_exported public import Autograd
@_exported public import CUDABackend
@_exported public import Interchange
@_exported public import NN
@_exported public import TensorModule
@_exported public import Vision
