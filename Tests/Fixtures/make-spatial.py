"""Writes Tests/NNTests/SpatialFixtures.swift: what PyTorch gives for convolutions, pooling, resizing, folding and
normalization in configurations that its own operator cases do not hold.

    python3 Tests/Fixtures/make-spatial.py > Tests/NNTests/SpatialFixtures.swift

The inputs are formulas, so that only results are stored; the Swift side names the same cases.
"""
import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def wave(*shape, phase=0.0, dtype=torch.float64):
    """Element i is sin(0.7·i + phase)·2."""
    count = 1
    for size in shape:
        count *= size
    return (torch.sin(torch.arange(count, dtype=torch.float64) * 0.7 + phase) * 2).reshape(shape).to(dtype)


def count(*shape):
    n = 1
    for size in shape:
        n *= size
    return (torch.arange(n) * 7 % 11 - 5).reshape(shape)


results = {}


def case(name, body, *inputs):
    """The result's elements, then the gradients of its sum of squares."""
    leaves = [x.clone().requires_grad_() if x.dtype.is_floating_point else x for x in inputs]
    value = body(*leaves)
    numbers = value.detach().double().flatten().tolist()
    if value.requires_grad:
        (value.double() ** 2).sum().backward()
        for leaf in leaves:
            if leaf.requires_grad:
                numbers += leaf.grad.double().flatten().tolist() if leaf.grad is not None else []
    results[name] = numbers


x2, g2 = wave(1, 2, 4, 5), wave(1, 3, 2, 2, phase=0.3) * 0.6
x3, g3 = wave(1, 2, 2, 3, 3), wave(1, 2, 2, 1, 3, phase=0.4) * 0.6
for mode in ("bilinear", "bicubic", "nearest"):
    for padding in ("zeros", "border", "reflection"):
        for align in (False, True):
            name = f"gridSample {mode} {padding} {str(align).lower()}"
            case(name, lambda x, g: F.grid_sample(x, g, mode=mode, padding_mode=padding, align_corners=align), x2, g2)
            if mode != "bicubic":
                case(name + " 3d", lambda x, g: F.grid_sample(x, g, mode=mode, padding_mode=padding, align_corners=align), x3, g3)
for align in (False, True):
    case(f"affineGrid {str(align).lower()}", lambda t: F.affine_grid(t, (2, 1, 2, 3), align_corners=align), wave(2, 2, 3))
    case(f"affineGrid {str(align).lower()} 3d", lambda t: F.affine_grid(t, (1, 1, 2, 1, 3), align_corners=align), wave(1, 3, 4))

for mode in ("bilinear", "bicubic"):
    for size in ((3, 2), (7, 8)):
        case(f"antialias {mode} {size[0]}", lambda x: F.interpolate(x, size=size, mode=mode, antialias=True), wave(1, 1, 6, 7))
    for align in (False, True):
        case(f"interpolate {mode} {str(align).lower()}",
             lambda x: F.interpolate(x, scale_factor=(1.6, 0.7), mode=mode, align_corners=align), wave(1, 2, 4, 5))
case("interpolate nearest", lambda x: F.interpolate(x, scale_factor=(1.6, 0.7)), wave(1, 2, 4, 5))
case("interpolate nearest-exact", lambda x: F.interpolate(x, scale_factor=(1.6, 0.7), mode="nearest-exact"), wave(1, 2, 4, 5))
case("interpolate area", lambda x: F.interpolate(x, size=(3, 7), mode="area"), wave(1, 2, 4, 5))

case("fold", lambda x: F.fold(x, (5, 6), (2, 3), dilation=(2, 1), padding=(1, 0), stride=(2, 1)), wave(2, 12, 12))
case("unfold", lambda x: F.unfold(x, (2, 3), dilation=(2, 1), padding=(1, 0), stride=(2, 1)), wave(2, 2, 5, 6))
case("lpPool3d", lambda x: F.lp_pool3d(x.abs() + 0.5, 3.0, (1, 2, 2), stride=1), wave(1, 2, 2, 3, 3))

case("convTranspose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1, groups=2, dilation=3),
     wave(2, 4, 3), wave(4, 3, 2, phase=1.0), wave(6))
case("convTranspose2d wide", lambda x, w: F.conv_transpose2d(x, w, stride=1, output_padding=(1, 2), dilation=(2, 3)),
     wave(1, 2, 3, 2), wave(2, 1, 2, 2, phase=1.0))
case("convTranspose3d", lambda x, w: F.conv_transpose3d(x, w, stride=(1, 2, 1), padding=(0, 1, 1), output_padding=(0, 1, 0)),
     wave(1, 2, 2, 2, 3), wave(2, 2, 1, 3, 2, phase=1.0))
case("convTranspose2d integer", lambda x, w: F.conv_transpose2d(x, w, stride=(2, 1), padding=1, output_padding=(1, 0), groups=2),
     count(1, 4, 3, 4), count(4, 2, 3, 2))
case("conv2d integer", lambda x, w: F.conv2d(x, w, stride=(2, 1), padding=1, dilation=(1, 2), groups=2), count(2, 4, 5, 4), count(6, 2, 3, 2))
case("conv2d same", lambda x, w: F.conv2d(x, w, padding="same", dilation=(1, 2)), wave(1, 2, 4, 5), wave(3, 2, 2, 4, phase=1.0))
case("maxPool3d", lambda x: F.max_pool3d(x, (1, 2, 2), stride=(1, 2, 1), padding=(0, 1, 1), dilation=(1, 1, 2), ceil_mode=True), wave(1, 2, 2, 3, 4))
case("avgPool2d integer", lambda x: F.avg_pool2d(x * 9, 2, stride=1, padding=1, ceil_mode=True), count(1, 2, 3, 3))
case("maxPool2d integer", lambda x: F.max_pool2d(x, 2, stride=1, padding=1, dilation=2, ceil_mode=True), count(1, 2, 4, 4))
for n, body in ((1, F.max_unpool1d), (3, F.max_unpool3d)):
    pool = {1: F.max_pool1d, 3: F.max_pool3d}[n]
    shape = (1, 2) + (5,) * n
    case(f"maxUnpool{n}d", lambda x: body(*pool(x, 2, return_indices=True), 2, output_size=shape[2:]), wave(*shape))

for rank in (2, 3, 4):
    shape = (3, 4, 2, 3)[:rank]
    case(f"batchNorm {rank}", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), wave(*shape), wave(4, phase=1.0), wave(4, phase=2.0))
case("batchNorm evaluation", lambda x, w, b: F.batch_norm(x, wave(4), wave(4).abs() + 0.1, w, b), wave(3, 4, 2), wave(4, phase=1.0), wave(4, phase=2.0))
mean, variance = wave(4), wave(4).abs()
F.batch_norm(wave(3, 4, 2), mean, variance, training=True, momentum=0.3)
results["batchNorm running"] = mean.tolist() + variance.tolist()
mean, variance = wave(4), wave(4).abs()
F.instance_norm(wave(3, 4, 2), mean, variance, momentum=0.3)
results["instanceNorm running"] = mean.tolist() + variance.tolist()
case("groupNorm", lambda x, w, b: F.group_norm(x, 2, w, b), wave(2, 4, 3), wave(4, phase=1.0), wave(4, phase=2.0))
case("instanceNorm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b), wave(2, 4, 3), wave(4, phase=1.0), wave(4, phase=2.0))
case("layerNorm", lambda x, w, b: F.layer_norm(x, (4, 3), w, b), wave(2, 4, 3), wave(4, 3, phase=1.0), wave(4, 3, phase=2.0))
case("rmsNorm", lambda x, w: F.rms_norm(x, (3,), w), wave(2, 4, 3), wave(3, phase=1.0))
case("rmsNorm half", lambda x: F.rms_norm(x, (3,)), wave(2, 3, dtype=torch.bfloat16) * 1e-3)
case("layerNorm mixed", lambda x, w: F.layer_norm(x, (4,), w), wave(2, 4, dtype=torch.bfloat16), wave(4, phase=1.0, dtype=torch.float32))
for p in (2.0, 1.0, 3.0, 0.5, -2.0, float("inf"), 0.0):
    case(f"normalize {p}", lambda x: F.normalize(x, p=p), wave(2, 4))
case("normalize zeros", lambda x: F.normalize(x), wave(2, 4) * torch.tensor([[0.0], [1.0]]))
case("localResponseNorm", lambda x: F.local_response_norm(x, 3, alpha=0.5), wave(2, 5, 3))
for mode, padding in (("reflect", (1, -1, 2, 1)), ("replicate", (-1, 2, 3, 0)), ("circular", (2, -1, 0, 3)), ("constant", (1, -1, 2, 1))):
    case(f"pad {mode}", lambda x: F.pad(x, padding, mode), wave(1, 2, 4, 5))
case("linear vector", lambda x, w: F.linear(x, w), wave(3, 4), wave(4, phase=1.0))
case("linear one", lambda x, w, b: F.linear(x, w, b), wave(3, 4), wave(2, 4, phase=1.0), wave(1))

print("// Made by Tests/Fixtures/make-spatial.py from PyTorch", torch.__version__ + ".")
print("// A case a line: the results, then the gradients of their sum of squares with respect to each floating-point input.")
print('let spatialFixtureText = """')
for name, numbers in results.items():
    text = " ".join("0" if n == 0 else repr(int(n)) if abs(n) < 1e6 and n == int(n) else f"{n:.10g}" for n in numbers)
    print(f"  {name}: {text}")
print('  """')
