/// Functions of `torch.nn.functional` that are not methods of a tensor. `relu`, `softmax`, `maxPool2d`, `conv2d` … are
/// methods.
public enum Functional {}
