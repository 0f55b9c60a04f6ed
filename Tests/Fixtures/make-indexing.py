#!/usr/bin/env python3
"""Writes Tests/TensorTests/IndexingFixtures.swift: what PyTorch reads and writes for indices, by name.

IndexingTests.swift uses the same names. Run from anywhere with a Python that has torch.
"""
import pathlib
import torch

x = torch.arange(24).reshape(2, 3, 4)
v = torch.arange(10)
mask = (v % 3) == 0
plane = torch.tensor([[True, False, True], [False, True, False]])
i = torch.tensor([1, 0, 1])
ij = torch.tensor([[0, 2], [1, 1]])
reads = {
    "integer": x[0],
    "negative": x[-1],
    "element": x[1, 2, 3],
    "range": x[:, 0:2],
    "from": x[..., 2:],
    "negative ends": v[1:-1],
    "step": v[1:9:3],
    "past the end": v[5:100],
    "empty": v[7:3],
    "ellipsis": x[..., -1],
    "middle ellipsis": x[0, ..., 1],
    "new axis": x[:, None, 0],
    "last new axis": v[:, None],
    "mask": v[mask],
    "mask of all": x[x > 12],
    "plane mask": x[plane],
    "row mask": x[:, :, torch.tensor([True, False, False, True])],
    "mask and integer": x[plane, 1],
    "scalar mask": v[torch.tensor(True)],
    "scalar mask false": v[torch.tensor(False)],
    "array": v[[3, 3, -1]],
    "array rows": x[[1, 0, 1]],
    "matrix index": v[ij],
    "matrix index rows": x[:, ij],
    "two arrays": x[[0, 1], [2, 0]],
    "two arrays broadcast": x[torch.tensor([[0], [1]]), torch.tensor([0, 2])],
    "arrays apart": x[[0, 1], :, [3, 1]],
    "arrays apart middle": torch.arange(120).reshape(2, 3, 4, 5)[:, [0, 2], :, [1, 4]],
    "arrays together": torch.arange(120).reshape(2, 3, 4, 5)[:, [0, 2], [1, 3]],
    "integer and array": x[1, [0, 2]],
    "slice and array": x[:, 1:, [0, 3]],
    "array and new axis": x[[0, 1], None],
    "array and ellipsis": x[..., [3, 0]],
    "range then array": x[0:1, [2, 1], 1:3],
    "empty array": v[torch.zeros(0, dtype=torch.int64)],
    "transposed array": x.permute(2, 0, 1)[[3, 0], 1],
}


def written(action, base=None):
    target = (x if base is None else base).clone()
    action(target)
    return target


def write(index, value, base=None):
    def action(target):
        target[index] = value
    return written(action, base)


def add(index, value, base=None):
    def action(target):
        target[index] += value
    return written(action, base)


writes = {
    "integer": write(0, torch.tensor(-1)),
    "row": write((1, 2), torch.tensor([9, 8, 7, 6])),
    "column": write((..., 0), torch.tensor(5)),
    "slice": write((slice(None), slice(1, 3), slice(None, None, 2)), torch.tensor([[100], [200]])),
    "leading ones": write((0, 0), torch.tensor([[[1, 2, 3, 4]]])),
    "mask": write(x % 2 == 0, torch.tensor(0)),
    "mask values": write(mask, torch.tensor([-1, -2, -3, -4]), v),
    "plane mask": write(plane, torch.tensor([7, 7, 7, 8])),
    "array": write(([2, 0],), torch.tensor([50, 60]), v),
    "array rows": write(([1, 0],), torch.tensor([[1], [2], [3]])),
    "two arrays": write(([0, 1], [2, 0]), torch.tensor(-5)),
    "arrays apart": write(([0, 1], slice(None), [3, 1]), torch.tensor([[1, 2, 3], [4, 5, 6]])),
    "arrays middle": write((slice(None), [0, 2]), torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]])),
    "converted": write(0, torch.tensor(2.75)),
    "add row": add(1, 1),
    "add slice": add((slice(None), slice(1, None)), 10),
    "add repeated": add(([0, 0, 1],), 1, v),
    "add mask": add(mask, 100, v),
    "multiply column": written(lambda t: t[..., 1].mul_(3)),
}

lines = []
for kind, cases in (("read", reads), ("write", writes)):
    for name, tensor in cases.items():
        sizes = " ".join(map(str, tensor.shape))
        lines.append(f"{kind} {name}: {sizes} | " + " ".join(str(value) for value in tensor.flatten().tolist()))

text = f'''// Made by Tests/Fixtures/make-indexing.py from PyTorch {torch.__version__.split("+")[0]}; do not edit.

/// By name: the shape, then the elements.
let indexingFixtureText = """
''' + "\n".join("  " + line for line in lines) + '\n  """\n'
path = pathlib.Path(__file__).parent.parent / "TensorTests" / "IndexingFixtures.swift"
path.write_text(text)
