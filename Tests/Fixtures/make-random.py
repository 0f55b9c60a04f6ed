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
dtypes = (torch.float32, torch.float64, torch.bfloat16)
for dtype in dtypes:
    name = str(dtype)[6:]
    seeded(); record(f"log_normal_ {name}", torch.empty(9, dtype=dtype).log_normal_(0.5, 0.3))
    seeded(); record(f"cauchy_ {name}", torch.empty(9, dtype=dtype).cauchy_(1, 2))
    seeded(); record(f"geometric_ {name}", torch.empty(9, dtype=dtype).geometric_(0.3))
    seeded(); record(f"exponential_ {name}", torch.empty(9, dtype=dtype).exponential_(0.7))
seeded(); record("geometric_ int64", torch.empty(9, dtype=torch.int64).geometric_(0.1))
for dtype in (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64):
    name = str(dtype)[6:]
    seeded(); record(f"random_ {name}", torch.empty(7, dtype=dtype).random_())
    if dtype != torch.bool:
        seeded(); record(f"random_ 3 90 {name}", torch.empty(7, dtype=dtype).random_(3, 90))
seeded(); record("random_ large", torch.empty(7, dtype=torch.int64).random_(-2**40, 2**41))
seeded(); record("rand_like", torch.rand_like(torch.empty(3, 4)), torch.rand_like(torch.empty(3, 4).t()))
seeded(); record("randn_like", torch.randn_like(torch.empty(4, 5)), torch.randn_like(torch.empty(4, 5).t()), torch.randn_like(torch.empty(2, 3, 4).permute(2, 0, 1)))
seeded(); record("randint_like", torch.randint_like(torch.empty(3, 4), 5, 50), torch.randint_like(torch.empty(3, 4, dtype=torch.int32).t(), 9))
seeded(); record("normal_ transposed", torch.empty(5, 6).t().normal_(1, 2))
seeded(); record("normal_ stepped", torch.empty(5, 12)[:, ::2].normal_(1, 2))
seeded(); record("normal_ permuted", torch.empty(2, 3, 4).permute(1, 2, 0).normal_())
seeded(); record("bernoulli_ transposed", torch.empty(5, 6).t().bernoulli_(0.4))
seeded(); record("bernoulli_ tensor", torch.empty(4, 5).bernoulli_(torch.linspace(0, 1, 5)), torch.empty(5, 4).t().bernoulli_(torch.linspace(0, 1, 5)))
seeded(); record("bernoulli_ int", torch.empty(12, dtype=torch.int64).bernoulli_(0.5))
seeded(); record("bernoulli transposed", torch.bernoulli(torch.linspace(0, 1, 20).reshape(4, 5).t()))
seeded(); record("bernoulli float64", torch.bernoulli(torch.linspace(0, 1, 20, dtype=torch.float64)))
seeded(); record("bernoulli p", torch.bernoulli(torch.empty(12), 0.3))
seeded(); record("dropout transposed", F.dropout(torch.ones(5, 6).t(), 0.4))
seeded(); record("exponential_ transposed", torch.empty(3, 4).t().exponential_())
means, deviations = torch.linspace(-3, 3, 20).reshape(4, 5), torch.linspace(0.5, 2, 5)
seeded(); record("normal mean tensor", torch.normal(means, 0.5), torch.normal(means[0], 2.0))
seeded(); record("normal std tensor", torch.normal(1.0, deviations))
seeded(); record("normal tensors", torch.normal(means, deviations))
weights = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.0, 3.0])
rows = torch.stack([weights, weights.flip(0), weights + 1])
seeded(); record("multinomial 1", torch.multinomial(weights, 1), torch.multinomial(rows, 1), torch.multinomial(weights, 1, replacement=True))
seeded(); record("multinomial", torch.multinomial(weights, 4), torch.multinomial(rows, 5))
seeded(); record("multinomial replacement", torch.multinomial(weights, 20, replacement=True), torch.multinomial(rows, 9, replacement=True))
seeded(); record("multinomial float64", torch.multinomial(rows.double(), 3), torch.multinomial(rows.double(), 8, replacement=True))
seeded(); record("poisson", torch.poisson(torch.tensor([0.0, 0.3, 2.0, 9.9, 10.0, 30.0, 1000.0, 1e6])), torch.poisson(torch.full((20,), 25.0, dtype=torch.float64)))
seeded(); record("randperm int32", torch.randperm(12, dtype=torch.int32))


def state(generator):
    """The state's bytes, shortened: a checksum, and what is not the words."""
    data = generator.get_state()
    weights = torch.arange(1, 5057) % 251
    return [(data.long() * weights).sum().reshape(1), data[:24].long(), data[5016:].long()]


generator = torch.Generator().manual_seed(5)
record("state fresh", *state(generator))
torch.rand(3, generator=generator)
record("state 3", *state(generator))
torch.rand(621, generator=generator)
record("state 624", *state(generator))
torch.randn(1, generator=generator)
record("state normal", *state(generator))
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
