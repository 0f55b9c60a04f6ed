#!/usr/bin/env python3
"""Writes Tests/TensorTests/RandomFixtures.swift: PyTorch's random numbers after manual_seed, by call.

Run from anywhere with a Python that has torch, on a CPU where torch does not draw bernoulli_ by MKL (AMD, Arm).
"""
import pathlib
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
lines = []


def record(name, *tensors, seed=0):
    values = [value for tensor in tensors for value in tensor.flatten().tolist()]
    digits = 17 if any(t.dtype == torch.float64 for t in tensors) else 9
    lines.append(f"{name}: " + " ".join(f"{value:.{digits}g}" if isinstance(value, float) else str(int(value)) for value in values))


def seeded(seed=0):
    torch.manual_seed(seed)


seeded(); record("rand 40", torch.rand(40))
seeded(); record("rand float64", torch.rand(20, dtype=torch.float64))
seeded(); record("rand float16", torch.rand(40, dtype=torch.float16))
seeded(); record("rand bfloat16", torch.rand(40, dtype=torch.bfloat16))
seeded(); record("randn 15", torch.randn(15))
for n in range(16, 41):
    seeded(); record(f"randn {n}", torch.randn(n))
for n in (5, 15, 16, 17, 24, 37):
    seeded(); record(f"randn float64 {n}", torch.randn(n, dtype=torch.float64))
seeded(); record("randn float16 16", torch.randn(16, dtype=torch.float16))
seeded(); record("randn pieces", torch.randn(3), torch.rand(2), torch.randn(2), torch.randn(1))
seeded(); record("randn 2-d", torch.randn(3, 7))
seeded(7); record("seed 7", torch.rand(3), torch.randn(4))
seeded(-1); record("seed -1", torch.rand(3))
seeded(2**40 + 3); record("seed 2^40+3", torch.rand(3))
seeded(); record("normal_", torch.empty(10).normal_(2, 3), torch.empty(20).normal_(-1, 0.5))
seeded(); record("normal", torch.normal(2.0, 0.5, (4, 5)))
seeded(); record("uniform_", torch.empty(20).uniform_(-0.3, 0.7))
seeded(); record("uniform_ float64", torch.empty(10, dtype=torch.float64).uniform_(-0.3, 0.7))
seeded(); record("uniform_ transposed", torch.empty(3, 4).t().uniform_(-1, 1))
seeded(); record("randint 10", torch.randint(0, 10, (20,)))
seeded(); record("randint -5 5", torch.randint(-5, 5, (20,)))
seeded(); record("randint large", torch.randint(0, 2**40, (10,)))
seeded(); record("randint int32", torch.randint(0, 1000, (2, 5), dtype=torch.int32))
seeded(); record("randperm", torch.randperm(10), torch.randperm(1), torch.randperm(33))
seeded(); record("bernoulli_", torch.empty(40).bernoulli_(0.3))
seeded(); record("bernoulli", torch.bernoulli(torch.linspace(0, 1, 20)))
seeded(); record("dropout", F.dropout(torch.ones(30), 0.5), F.dropout(torch.ones(20), 0.1))
seeded(); record("dropout large", F.dropout(torch.ones(4096), 0.25).nonzero()[:40])
seeded(); record("exponential_", torch.empty(10).exponential_(2.0))
seeded(); record("mixture", torch.rand(2), torch.randint(0, 100, (3,)), torch.randn(2), torch.randperm(5).float(), torch.rand(1))
seeded()
torch.rand(700)
torch.randn(3)
record("far", torch.randn(1), torch.rand(5))

text = f'''// Made by Tests/Fixtures/make-random.py from PyTorch {torch.__version__.split("+")[0]}; do not edit.

/// The numbers by call, all after `manual_seed(0)` unless named.
let randomFixtureText = """
''' + "\n".join("  " + line for line in lines) + '\n  """\n'
path = pathlib.Path(__file__).parent.parent / "TensorTests" / "RandomFixtures.swift"
path.write_text(text)
