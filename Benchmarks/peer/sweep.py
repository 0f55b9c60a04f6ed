"""PyTorch's side of the sweep: every unary, binary, reduction and movement operation at three sizes.

The names after the family are PyTorch's; `Benchmarks/Groups/Sweep.swift` has the same.
"""
import torch
import torch.nn.functional as F

SIZES = [("1k", 1 << 10, 100), ("128k", 1 << 17, 4), ("4m", 1 << 22, 1)]

# Operands by domain: what a function is defined on.
DOMAINS = {
    "any": lambda n: torch.randn(n),
    "positive": lambda n: torch.rand(n) + 0.1,
    "unit": lambda n: torch.rand(n) * 1.8 - 0.9,
    "above1": lambda n: torch.rand(n) + 1.1,
    "integer": lambda n: torch.randint(1, 100, (n,), dtype=torch.int32),
    "bool": lambda n: torch.randn(n) > 0,
}

UNARY = {
    "any": """abs atan asinh ceil cos cosh deg2rad erf erfc exp exp2 expm1 floor frac i0 isfinite isinf isnan isneginf
        isposinf logical_not nan_to_num neg positive rad2deg round sgn sigmoid sign signbit sin sinc sinh square tan
        tanh trunc relu""",
    "positive": "digamma lgamma log log10 log1p log2 reciprocal rsqrt sqrt",
    "unit": "acos asin atanh erfinv",
    "above1": "acosh",
    "integer": "bitwise_not",
}
SPECIAL = {"any": "erfcx i0e i1 log_ndtr ndtr", "positive": "entr"}
ACTIVATIONS = """celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish relu6 selu silu softplus
    softshrink softsign tanhshrink"""
BINARY = {
    "any": """add sub mul div atan2 maximum minimum fmax fmin copysign hypot logaddexp logaddexp2 nextafter eq ne lt le gt
        ge logical_and logical_or logical_xor heaviside""",
    "positive": "pow fmod remainder floor_divide xlogy float_power",
    "integer": "bitwise_and bitwise_or bitwise_xor gcd lcm",
}


def operations():
    """Family, name, a function from a size to the operands, and the operation on them."""
    for domain, names in UNARY.items():
        for name in names.split():
            yield "unary", name, domain, 1, getattr(torch, name)
    for domain, names in SPECIAL.items():
        for name in names.split():
            yield "unary", name, domain, 1, getattr(torch.special, name)
    for name in ACTIVATIONS.split():
        yield "unary", name, "any", 1, getattr(F, name)
    yield "unary", "logit", "positive", 1, lambda x: torch.logit(x, 1e-6)
    yield "unary", "clamp", "any", 1, lambda x: x.clamp(-0.5, 0.5)
    yield "unary", "bfloat16", "any", 1, lambda x: x.bfloat16()
    yield "unary", "double", "any", 1, lambda x: x.double()
    yield "unary", "int", "any", 1, lambda x: x.int()
    for domain, names in BINARY.items():
        for name in names.split():
            yield "binary", name, domain, 2, getattr(torch, name)
    yield "binary", "bitwise_left_shift", "integer", 1, lambda x: x << 3
    yield "binary", "add_scalar", "any", 1, lambda x: x + 2.5
    yield "binary", "pow_scalar", "positive", 1, lambda x: x**2.5
    yield "binary", "lerp", "any", 2, lambda x, y: torch.lerp(x, y, 0.3)
    yield "binary", "addcmul", "any", 3, torch.addcmul
    yield "binary", "addcdiv", "positive", 3, torch.addcdiv
    yield "binary", "where", "any", 2, lambda x, y: torch.where(x > 0, x, y)
    yield "binary", "masked_fill", "any", 2, lambda x, y: x.masked_fill(y > 0, 0.5)
    for name in "sum mean amax amin argmax argmin var std prod logsumexp".split():
        if name != "logsumexp":
            yield "reduction", name, "any", 1, getattr(torch, name)
        call = getattr(torch, name)
        yield "reduction", name + "-rows", "any", 0, lambda x, call=call: call(x, dim=1)
        yield "reduction", name + "-columns", "any", 0, lambda x, call=call: call(x, dim=0)
    yield "reduction", "norm", "any", 1, lambda x: x.norm()
    yield "reduction", "nansum", "any", 1, torch.nansum
    yield "reduction", "nanmean", "any", 1, torch.nanmean
    yield "reduction", "count_nonzero", "any", 1, torch.count_nonzero
    yield "reduction", "all", "bool", 1, torch.all
    yield "reduction", "any", "bool", 1, lambda x: torch.any(torch.logical_not(x))
    yield "reduction", "max-rows", "any", 0, lambda x: x.max(dim=1)
    yield "reduction", "min-columns", "any", 0, lambda x: x.min(dim=0)
    for name in "softmax log_softmax cumsum cumprod logcumsumexp cummax cummin sort argsort median kthvalue topk mode".split():
        call = getattr(torch, name)
        extra = (5,) if name in ("kthvalue", "topk") else ()
        yield "reduction", name + "-rows", "any", 0, lambda x, call=call, extra=extra: call(x, *extra, dim=1)
    yield "reduction", "sort", "any", 1, torch.sort
    yield "reduction", "unique", "integer", 1, torch.unique
    yield "reduction", "bincount", "integer", 1, torch.bincount
    yield "reduction", "histc", "any", 1, lambda x: torch.histc(x, 100, -3, 3)
    yield "reduction", "cumsum-columns", "any", 0, lambda x: x.cumsum(0)
    yield "movement", "clone", "any", 1, torch.clone
    yield "movement", "transpose", "any", 0, lambda x: x.t().contiguous()
    yield "movement", "slice-step", "any", 1, lambda x: x[::2].contiguous()
    yield "movement", "cat", "any", 2, lambda x, y: torch.cat([x, y])
    yield "movement", "stack-columns", "any", 2, lambda x, y: torch.stack([x, y], 1)
    yield "movement", "flip", "any", 1, lambda x: x.flip(0)
    yield "movement", "roll", "any", 1, lambda x: x.roll(100)
    yield "movement", "rot90", "any", 0, torch.rot90
    yield "movement", "tile", "any", 1, lambda x: x.tile(2)
    yield "movement", "repeat_interleave", "any", 1, lambda x: x.repeat_interleave(2)
    yield "movement", "tril", "any", 0, torch.tril
    yield "movement", "triu", "any", 0, torch.triu
    yield "movement", "pad", "any", 0, lambda x: F.pad(x, (2, 2, 2, 2))
    yield "movement", "index_select", "any", 0, lambda x: x.index_select(0, torch.arange(x.shape[0] - 1, -1, -1))
    yield "movement", "gather", "any", 0, lambda x: x.gather(1, torch.zeros_like(x, dtype=torch.int64))
    yield "movement", "masked_select", "any", 1, lambda x: x.masked_select(x > 0)
    yield "movement", "nonzero", "bool", 1, torch.nonzero
    yield "movement", "diag_embed", "any", 0, lambda x: x[:, :8].diag_embed()


def register(workload):
    for family, name, domain, count, call in operations():
        for tag, size, inner in SIZES:

            def prepare(domain=domain, count=count, call=call, size=size):
                make = DOMAINS[domain]
                if count == 0:
                    # A matrix with rows of 512, or 32 for the smallest.
                    width = 512 if size > 1024 else 32
                    operands = [make(size).reshape(size // width, width)]
                else:
                    operands = [make(size) for _ in range(count)]
                return lambda: call(*operands)

            workload(f"sweep/{family}/{name}-{tag}", inner, warm_up=1, least=3)(prepare)
