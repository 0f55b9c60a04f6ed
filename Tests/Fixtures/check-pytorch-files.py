"""Holds the file formats against PyTorch, NumPy and safetensors themselves.

Writes files with them, lets the test RoundTripTests read and write them again, and compares what torch.load
(weights_only=True), numpy.load and safetensors read from the copies with the originals: types, shapes, strides, bits, shared
storages, order of keys. Run in the package's folder with a Python that has torch and numpy (torchvision and safetensors are
used if they are there):  python Tests/Fixtures/check-pytorch-files.py
"""
import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import torch
from torch import nn

TYPES = [
    torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.int16, torch.int32, torch.int64,
    torch.uint8, torch.bool,
]


def noise(*shape, dtype=torch.float32):
    """Any bits, NaNs among them."""
    count = int(np.prod(shape)) * torch.empty(0, dtype=dtype).element_size()
    bits = torch.randint(0, 256, (count,), dtype=torch.uint8)
    if dtype == torch.bool:
        return (bits % 2 == 1).reshape(shape)
    return bits.view(dtype).reshape(shape)


def convolutional(width, depth):
    layers = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)]
    for _ in range(depth):
        layers += [nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width, 10))


def torch_values():
    values = {}
    try:
        import torchvision
        for name in ["resnet18", "mobilenet_v3_small", "squeezenet1_1", "shufflenet_v2_x0_5"]:
            values[name] = getattr(torchvision.models, name)(num_classes=10).state_dict()
    except ImportError:
        values["convolutional"] = convolutional(64, 8).state_dict()
    values["mapped-convolutional"] = convolutional(32, 3).state_dict()
    values["transformer"] = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 2, enable_nested_tensor=False).state_dict()
    values["lstm"] = nn.LSTM(16, 32, 2, bidirectional=True).state_dict()
    values["types"] = {str(t): noise(5, 7, dtype=t) for t in TYPES}
    base = noise(40, 30)
    values["shared"] = {
        "base": base, "t": base.t(), "row": base[3], "column": base[:, 5], "steps": base[::3, 2::4], "expanded": base[0].expand(4, 30),
        "permuted": noise(2, 3, 4, 5).permute(3, 0, 2, 1), "channelsLast": noise(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "bits": noise(8, dtype=torch.int64), "scalar": torch.tensor(3.5), "empty": torch.zeros(0, 3), "empty2": torch.zeros(3, 0, 2),
    }
    tied = nn.Module()
    tied.embedding, tied.head = nn.Embedding(20, 8), nn.Linear(8, 20, bias=False)
    tied.head.weight = tied.embedding.weight
    values["tied"] = tied.state_dict()
    model = convolutional(8, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, amsgrad=True)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=10)
    for _ in range(3):
        model[-1](torch.randn(2, 8)).sum().backward()
        optimizer.step()
        scheduler.step()
    values["checkpoint"] = {
        "model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "epoch": 3,
        "rng": torch.get_rng_state(), "best": 0.1, "name": "ü🐦", "none": None, "yes": True,
        "big": [2**62, -2**63, 2**31, -1, 255, 256, 65535, 65536], "tuple": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)),
        "size": torch.Size([2, 3]), "dtype": torch.bfloat16, "device": torch.device("cuda", 1), "set": {1, 2, 3},
        "bytes": bytes(range(256)), 5: {"deep": {"deeper": [collections.OrderedDict(a=1)]}},
    }
    values["many"] = {f"layer.{i}.weight": noise(3) for i in range(700)}
    return values


failures = []


def check(condition, what):
    if not condition:
        failures.append(what)


def same(a, b, where):
    if isinstance(a, torch.Tensor):
        check(isinstance(b, torch.Tensor) and a.dtype == b.dtype and a.shape == b.shape, f"{where}: type or shape")
        check(a.stride() == b.stride(), f"{where}: strides {a.stride()} and {b.stride()}")
        bits = [t.detach().contiguous().reshape(-1).view(torch.uint8) for t in (a, b)]
        check(torch.equal(*bits), f"{where}: bits")
        return 1
    if isinstance(a, dict):
        check(type(a) is type(b) and list(a) == list(b), f"{where}: keys")
        if hasattr(a, "_metadata"):
            check(a._metadata == b._metadata, f"{where}: metadata")
        return sum(same(a[k], b[k], f"{where}[{k!r}]") for k in a)
    if isinstance(a, (list, tuple)) and not isinstance(a, torch.Size):
        check(type(a) is type(b) and len(a) == len(b), f"{where}: {a} and {b}")
        return sum(same(x, y, f"{where}[{i}]") for i, (x, y) in enumerate(zip(a, b)))
    check(type(a) is type(b) and a == b, f"{where}: {a!r} and {b!r}")
    return 0


def storages(value):
    """Which tensors share storage with which, in order."""
    if isinstance(value, torch.Tensor):
        return [value.untyped_storage().data_ptr() if value.numel() else None]
    if isinstance(value, dict):
        value = list(value.values())
    return sum((storages(v) for v in value), []) if isinstance(value, (list, tuple)) else []


def sharing(value):
    seen = {}
    return [None if p is None else seen.setdefault(p, len(seen)) for p in storages(value)]


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    torch.manual_seed(0)
    values = torch_values()
    values |= {f"older-{k}": values[k] for k in ["types", "shared", "checkpoint"]}
    values |= {f"protocol4-{k}": values[k] for k in ["types", "checkpoint"]}
    for name, value in values.items():
        torch.save(
            value, folder / f"{name}.pt", _use_new_zipfile_serialization=not name.startswith("older-"),
            pickle_protocol=4 if name.startswith("protocol4-") else 2)

    arrays = {f"{t}": (np.random.RandomState(0).rand(3, 4, 5) * 9 - 3).astype(t) for t in
              ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "?", ">f4", ">i8"]}
    arrays |= {"fortran": np.asfortranarray(arrays["f4"]), "slice": arrays["f8"][::2, 1:, ::-1], "scalar": np.array(2.5),
               "empty": np.zeros((3, 0)), "one": np.arange(3)}
    for name, array in arrays.items():
        np.save(folder / f"{name.strip('>?')}{'b' if name[0] in '>?' else ''}.npy", array)
    np.savez(folder / "stored.npz", **arrays)
    np.savez_compressed(folder / "compressed.npz", **arrays)

    try:
        import safetensors.torch
        tensors = {k: v.contiguous() for k, v in (values.get("resnet18") or values["convolutional"]).items()}
        tensors |= {str(t): noise(3, 4, dtype=t) for t in TYPES} | {"scalar": torch.tensor(1.5), "empty": torch.zeros(0, 2)}
        safetensors.torch.save_file(tensors, folder / "tensors.safetensors", metadata={"format": "pt", "who": "ü"})
    except ImportError:
        tensors = None
        print("safetensors is not installed: its files are not checked")

    subprocess.run(
        ["swift", "test", "--filter", "RoundTripTests"] + sys.argv[1:], check=True, stdout=subprocess.DEVNULL,
        env={**os.environ, "MARTLET_ROUND_TRIP": str(folder)})

    for name, value in values.items():
        copy = folder / f"{name}.back.pt"
        back = torch.load(copy, weights_only=True)
        count = same(value, back, name)
        check(sharing(value) == sharing(back), f"{name}: shared storages")
        mapped = torch.load(copy, weights_only=True, mmap=True)
        same(value, mapped, f"{name} mapped")
        with zipfile.ZipFile(copy) as archive:
            check(archive.testzip() is None, f"{name}: checksums")
        print(f"{name}.pt: {count} tensors, {copy.stat().st_size} bytes")
    for name, array in arrays.items():
        back = np.load(folder / f"{name.strip('>?')}{'b' if name[0] in '>?' else ''}.back.npy")
        check(back.shape == array.shape and back.dtype == array.dtype.newbyteorder("<") and np.array_equal(back, array), f"{name}.npy")
        check(back.flags.f_contiguous == array.flags.f_contiguous or name in ["slice"], f"{name}.npy: order")
    print(f".npy: {len(arrays)} arrays")
    for kind in ["stored", "compressed"]:
        back = np.load(folder / f"{kind}.back.npz")
        check(list(back) == list(arrays), f"{kind}.npz: names {list(back)}")
        check(all(np.array_equal(back[k], arrays[k]) for k in arrays), f"{kind}.npz")
        with zipfile.ZipFile(folder / f"{kind}.back.npz") as archive:
            check(archive.testzip() is None, f"{kind}.npz: checksums")
            methods = {i.compress_type for i in archive.infolist()}
            check(methods == {zipfile.ZIP_DEFLATED if kind == "compressed" else zipfile.ZIP_STORED}, f"{kind}.npz: {methods}")
    print(".npz: 2 archives")
    if tensors is not None:
        path = folder / "tensors.back.safetensors"
        same(tensors, {k: v for k, v in sorted(safetensors.torch.load_file(path).items(), key=lambda e: list(tensors).index(e[0]))}, "safetensors")
        with safetensors.safe_open(path, "pt") as file:
            check(file.metadata() == {"format": "pt", "who": "ü"}, "safetensors: metadata")
        print(f".safetensors: {len(tensors)} tensors")

for failure in failures[:40]:
    print("NOT THE SAME:", failure)
print(f"{len(failures)} differences")
sys.exit(bool(failures))
