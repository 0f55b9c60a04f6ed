#!/usr/bin/env python3
"""Writes Tests/TensorTests/PrintingFixtures.swift: tensors as PyTorch prints them, by name.

PrintingTests.swift makes the same tensors. Run from anywhere with a Python that has torch.
"""
import pathlib
import torch

nan, inf = float("nan"), float("inf")
t = torch.tensor
tracked = t([1.0, -2.0], requires_grad=True)
matrix = torch.arange(6.0).reshape(2, 3).requires_grad_()
cases = {
    "int": t(5),
    "negative int": t(-5),
    "float": t(2.5),
    "whole float": t(4.0),
    "bool": t(True),
    "float64": t(1.5, dtype=torch.float64),
    "ints": t([1, 20, -300]),
    "bools": t([True, False]),
    "whole floats": t([1.0, 2.0, 30.0]),
    "floats": t([0.1, 1.25, -20.5]),
    "zeros": torch.zeros(3),
    "negative zero": t([-0.0, 1.0]),
    "scientific": t([1e-5, 1.0, 1e5]),
    "small": t([1e-5, 2e-5]),
    "large": t([1e9, 2.0]),
    "large whole": t([123456789.0]),
    "ratio 1000": t([0.001, 1.0]),
    "ratio 1001": t([0.001, 1.002]),
    "negative scientific": t([-1e-10, 1.0, -3e7]),
    "scientific three digits": t([1e-120, 1e100], dtype=torch.float64),
    "specials": t([nan, inf, 1.0]),
    "negative infinity": t([-inf, 0.5, nan]),
    "only nan": t([nan]),
    "only infinities": t([inf, -inf]),
    "nan matrix": t([[nan, 1.5], [2.25, -inf]]),
    "empty": t([]),
    "empty int": torch.zeros(0, dtype=torch.int64),
    "empty matrix": torch.zeros(2, 0),
    "empty float64": torch.zeros(0, 3, dtype=torch.float64),
    "empty bool": torch.zeros(0, 2, dtype=torch.bool),
    "matrix": t([[1.0, 2.0], [3.0, 4.5]]),
    "int matrix": t([[1, -2], [30, 4]]),
    "3-d": torch.arange(12).reshape(2, 2, 3),
    "4-d": torch.arange(8.0).reshape(2, 1, 2, 2),
    "float16": t([1.0, 2.5], dtype=torch.float16),
    "bfloat16": t([1.0, 3.14159], dtype=torch.bfloat16),
    "int32 matrix": t([[1, 2], [3, 4]], dtype=torch.int32),
    "uint8": t([0, 255], dtype=torch.uint8),
    "float64 vector": t([1.0, 1 / 3], dtype=torch.float64),
    "long line": torch.arange(40.0),
    "long int line": torch.arange(100, 140),
    "long float line": torch.arange(30.0) / 7,
    "wide float64": torch.arange(14.0, dtype=torch.float64) / 3,
    "wide rows": torch.arange(60.0).reshape(2, 30) / 8,
    "1000 elements": torch.arange(1000),
    "summarised": torch.arange(1001.0),
    "summarised zeros": torch.zeros(2000),
    "summarised matrix": torch.arange(10000.0).reshape(100, 100),
    "summarised int matrix": torch.arange(1200).reshape(4, 300),
    "summarised 3-d": torch.arange(8000).reshape(20, 20, 20),
    "summarised tall": torch.arange(1100.0, dtype=torch.float64).reshape(550, 2),
    "transposed": torch.arange(6).reshape(2, 3).t(),
    "requires grad": tracked,
    "requires grad matrix": matrix,
    "requires grad float64": t([1.0], dtype=torch.float64, requires_grad=True),
    "pow": tracked**2,
    "mul": tracked * 3,
    "add": tracked + 1,
    "sub": tracked - 1,
    "div": tracked / 2,
    "exp": tracked.exp(),
    "sum": tracked.sum(),
    "mean": tracked.mean(),
    "relu": tracked.relu(),
    "tanh": tracked.tanh(),
    "sigmoid": tracked.sigmoid(),
    "neg": -tracked,
    "mm": matrix @ matrix.t(),
    "long with grad": torch.arange(13.0, requires_grad=True) * 1.5,
    "cat": torch.cat([tracked, tracked]),
    "detached": tracked.detach(),
    "parameter": torch.nn.Parameter(t([[1.0, 2.0]])),
}

text = f'''// Made by Tests/Fixtures/make-printing.py from PyTorch {torch.__version__.split("+")[0]}; do not edit.

/// What PyTorch prints, by the name of the tensor in PrintingTests.
let printingFixtures: [String: String] = [
'''
for name, tensor in cases.items():
    body = "\n".join(("    " + line) if line else "" for line in repr(tensor).split("\n"))
    text += f'  "{name}": """\n{body}\n    """,\n'
text += "]\n"
path = pathlib.Path(__file__).parent.parent / "TensorTests" / "PrintingFixtures.swift"
path.write_text(text)
