"""Writes VisionTests' table of what torchvision's transforms give.

    python Tests/Fixtures/make-transforms.py > Tests/VisionTests/TransformFixtures.swift

Images come from one formula, so only results are stored. Each line: the case's name, the result's shape, its values.
"""
import torch
from torchvision.transforms import (CenterCrop, Compose, ConvertImageDtype, InterpolationMode, Normalize, Pad, RandomCrop,
                                    RandomHorizontalFlip, RandomVerticalFlip, Resize)


def image(*shape, dtype=torch.uint8):
    count = torch.Size(shape).numel()
    values = [(37 * i * i + 11 * i + 5) % 256 for i in range(count)]
    x = torch.tensor(values, dtype=torch.uint8).reshape(shape)
    return x if dtype == torch.uint8 else x.to(torch.float64).div(256).to(dtype)


def case(name, result):
    values = " ".join(map(str, result.reshape(-1).tolist()))
    print(f"{name}: {' '.join(map(str, result.shape))}: {values}")


print("/// What torchvision's transforms give; made by Tests/Fixtures/make-transforms.py.")
print('let transformFixtureText = """')
small = image(2, 4, 5)
for mode in ("constant", "edge", "reflect", "symmetric"):
    case(f"pad-{mode}", Pad([1, 2, 3, 0], fill=7, padding_mode=mode)(small))
    case(f"pad-{mode}-flat", Pad([2, 1], padding_mode=mode)(small[0][None])[0])
case("pad-negative", Pad([-1, 1, 0, -2])(small))
for size in ([2, 3], [3, 2], [6, 8], [2, 8], [7, 7], [4, 5]):
    case("center-%d-%d" % tuple(size), CenterCrop(size)(small))
case("normalize", Normalize([0.1, 0.2], [0.3, 0.4])(image(2, 3, 2, dtype=torch.float32)))
case("normalize-one", Normalize([0.5], [0.25])(image(2, 3, 2, dtype=torch.float64)))
kinds = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float32, torch.float64]
for a in kinds:
    for b in kinds:
        source = image(1, 3, 4, dtype=torch.float64)
        source = source.to(a) if a.is_floating_point else (source * torch.iinfo(a).max).to(a)
        try:
            case("convert-%s-%s" % (str(a)[6:], str(b)[6:]), ConvertImageDtype(b)(source))
        except RuntimeError:
            print("convert-%s-%s: refused:" % (str(a)[6:], str(b)[6:]))
for dtype in (torch.uint8, torch.float32):
    wide = image(1, 6, 9, dtype=dtype)
    for mode in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        for size in ((3, 4), (8, 10), (6, 5)):
            for antialias in (True, False):
                name = f"resize-{str(dtype)[6:]}-{mode}-{size[0]}-{size[1]}-{'smooth' if antialias else 'plain'}"
                case(name, Resize(size, InterpolationMode(mode), antialias=antialias)(wide))
for size, limit in ((4, None), (4, 5), (9, 10), (6, None)):
    case(f"resize-smaller-{size}-{limit or 0}", Resize(size, max_size=limit)(image(1, 6, 9)))
    case(f"resize-smaller-tall-{size}-{limit or 0}", Resize(size, max_size=limit)(image(1, 9, 6)))
torch.manual_seed(3)
augment = Compose([RandomCrop(4, padding=1, fill=9), RandomHorizontalFlip(), RandomVerticalFlip(0.3)])
for i in range(6):
    case(f"random-{i}", augment(small))
needy = RandomCrop((6, 7), pad_if_needed=True, padding_mode="reflect")
for i in range(3):
    case(f"random-needed-{i}", needy(small))
case("random-whole", RandomCrop((4, 5))(small))
case("random-after", torch.rand(2))
print('"""')
