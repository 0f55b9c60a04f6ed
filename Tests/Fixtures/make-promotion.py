#!/usr/bin/env python3
"""Writes Tests/TensorTests/PromotionFixtures.swift: the result types of PyTorch for every pair of dtypes.

One letter a dtype. A row per left dtype; in it, for each kind of pair, a letter per right dtype. Run from anywhere with
a Python that has torch.
"""
import pathlib
import torch

LETTERS = {
    torch.float32: "f", torch.float64: "d", torch.float16: "h", torch.bfloat16: "b", torch.int8: "1", torch.int16: "2",
    torch.int32: "4", torch.int64: "8", torch.uint8: "u", torch.bool: "t",
}
DTYPES = list(LETTERS)


def row(function):
    return "".join(LETTERS[function(dtype)] for dtype in DTYPES)


lines = []
for left in DTYPES:
    vector, number = torch.ones(1, dtype=left), torch.ones((), dtype=left)
    lines.append(
        " ".join([
            LETTERS[left],
            row(lambda right: torch.promote_types(left, right)),
            row(lambda right: torch.result_type(vector, torch.ones((), dtype=right))),
            row(lambda right: torch.result_type(number, torch.ones((), dtype=right))),
            "".join(LETTERS[torch.result_type(vector, scalar)] for scalar in (True, 1, 1.0)),
            "".join(LETTERS[torch.result_type(number, scalar)] for scalar in (True, 1, 1.0)),
            LETTERS[(vector / vector).dtype],
            LETTERS[vector.sum().dtype],
            LETTERS[(vector == vector).dtype],
            LETTERS[torch.exp(vector).dtype],
        ]))

text = f'''// Made by Tests/Fixtures/make-promotion.py from PyTorch {torch.__version__.split("+")[0]}; do not edit.

/// The dtypes by letter, in the order of the columns.
let promotionLetters = "{"".join(LETTERS.values())}"

/// A row per left dtype: its letter, then the result type with a tensor of each right dtype, with a 0-d tensor of each,
/// of two 0-d tensors, of a tensor with the numbers `true`, `1`, `1.0`, of a 0-d tensor with them, and of division, sum,
/// equality and `exp`.
let promotionFixtures = """
''' + "\n".join("  " + line for line in lines) + '\n  """\n'
path = pathlib.Path(__file__).parent.parent / "TensorTests" / "PromotionFixtures.swift"
path.write_text(text)
