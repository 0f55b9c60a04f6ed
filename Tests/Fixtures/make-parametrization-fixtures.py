"""Writes NNTests' table of what PyTorch's weight_norm and spectral_norm compute.

    python Tests/Fixtures/make-parametrization-fixtures.py > Tests/NNTests/ParametrizationFixtures.swift

Weights and inputs come from one formula (biases are left out). Each line: the case's name, then the outputs of two calls
(while training, then in evaluation), the gradients of the parameters after the backward pass of both, and the state
dictionary's other tensors, separated by '|'.
"""
import math
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def fill(*shape, phase=0.0):
    count = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(count)]).reshape(shape)


def case(name, module, wrap, x):
    with torch.no_grad():
        module.weight.copy_(fill(*module.weight.shape, phase=1.0) * 0.5)
    torch.manual_seed(0)
    wrap(module)
    first = module(x)
    module.eval()
    second = module(x)
    ((first * fill(*first.shape, phase=2.0)).sum() + (second * fill(*second.shape, phase=3.0)).sum()).backward()
    state = module.state_dict()
    buffers = [state[key] for key, _ in module.named_buffers()]
    originals = [p for _, p in module.named_parameters()]
    tensors = [first, second] + [p.grad for p in originals] + [p for p in originals] + buffers
    texts = [" ".join("%.9g" % v for v in t.detach().reshape(-1).tolist()) for t in tensors]
    print(name + ": " + " | ".join(texts))


print("// Written by Tests/Fixtures/make-parametrization-fixtures.py: what PyTorch computes.\n")
print('let parametrizationFixtureText = """')
x = fill(3, 4)
image = fill(2, 2, 4, 4)
case("weight linear", nn.Linear(4, 3, bias=False), weight_norm, x)
case("weight linear dim 1", nn.Linear(4, 3, bias=False), lambda m: weight_norm(m, dim=1), x)
case("weight linear all", nn.Linear(4, 3, bias=False), lambda m: weight_norm(m, dim=None), x)
case("weight conv", nn.Conv2d(2, 3, 3, bias=False), weight_norm, image)
case("spectral linear", nn.Linear(4, 3, bias=False), spectral_norm, x)
case("spectral linear dim 1", nn.Linear(4, 3, bias=False), lambda m: spectral_norm(m, dim=1), x)
case("spectral linear three", nn.Linear(4, 3, bias=False), lambda m: spectral_norm(m, n_power_iterations=3), x)
case("spectral conv", nn.Conv2d(2, 3, 3, bias=False), spectral_norm, image)
print('"""')
