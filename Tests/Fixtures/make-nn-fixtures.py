"""Writes NNTests' table of what PyTorch computes.

    python Tests/Fixtures/make-nn-fixtures.py > Tests/NNTests/LayerFixtures.swift

Inputs, parameters and weights of the sum that is differentiated come from one formula, so only results are stored. Each
line: the case's name, then the values of the outputs, the inputs' gradients and the parameters' gradients in order,
tensors separated by '|'.
"""
import math
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def fill(*shape, phase=0.0):
    count = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(count)]).reshape(shape)


def line(name, tensors):
    texts = [" ".join("%.9g" % v for v in t.detach().reshape(-1).tolist()) for t in tensors]
    print(name + ": " + " | ".join(texts))


def case(name, function, inputs, module=None):
    inputs = [i.clone().requires_grad_() if i.is_floating_point() else i for i in inputs]
    parameters = list(module.parameters()) if module is not None else []
    with torch.no_grad():
        for k, p in enumerate(parameters):
            p.copy_(fill(*p.shape, phase=k + 1.0) * 0.5)
    outputs = function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    total = sum((o * fill(*o.shape, phase=0.3 * k + 2)).sum() for k, o in enumerate(outputs))
    total.backward()
    gradients = [t.grad for t in inputs + parameters if t.is_floating_point() and t.requires_grad]
    line(name, outputs + [torch.zeros(0) if g is None else g for g in gradients])


def layer(name, module, *inputs):
    case(name, module, inputs, module)


print("// Written by Tests/Fixtures/make-nn-fixtures.py: what PyTorch computes.\n")
print('let layerFixtureText = """')

x = fill(2, 4, 4, 5)
layer("linear", nn.Linear(5, 3), fill(2, 4, 5))
layer("conv", nn.Conv2d(4, 3, 3), x)
layer("conv stride padding", nn.Conv2d(4, 2, (3, 2), stride=(2, 1), padding=(1, 2)), x)
layer("conv groups no bias", nn.Conv2d(4, 4, 3, groups=2, bias=False), x)
layer("conv same", nn.Conv2d(4, 2, (2, 4), padding="same", dilation=(1, 1)), x)
layer("conv valid dilation", nn.Conv2d(4, 2, 2, padding="valid", dilation=2), x)
layer("conv unbatched", nn.Conv2d(4, 2, 3), fill(4, 5, 5))
for mode in ["reflect", "replicate", "circular"]:
    layer("conv " + mode, nn.Conv2d(1, 1, 3, padding=2, padding_mode=mode), fill(1, 1, 4, 4))
layer("pool", nn.MaxPool2d(2), x)
layer("pool ceil", nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), fill(1, 2, 6, 5))
indices = torch.tensor([[1, 0, 2], [4, 2, 1]])
layer("embedding", nn.Embedding(5, 3), indices)
layer("embedding padding", nn.Embedding(5, 3, padding_idx=2), indices)


def lstm(name, module, *inputs):
    def run(x, *state):
        out, (h, c) = module(x, tuple(state)) if state else module(x)
        return out, h, c
    case(name, run, inputs, module)


lstm("lstm", nn.LSTM(3, 4), fill(5, 2, 3))
lstm("lstm batch first", nn.LSTM(3, 4, batch_first=True), fill(2, 5, 3))
lstm("lstm unbatched", nn.LSTM(3, 4), fill(5, 3))
lstm("lstm state", nn.LSTM(3, 4), fill(3, 2, 3), fill(1, 2, 4, phase=0.5), fill(1, 2, 4, phase=0.9))
lstm("lstm no bias", nn.LSTM(3, 4, bias=False), fill(3, 2, 3))
lstm("lstm two layers both ways", nn.LSTM(3, 2, num_layers=2, bidirectional=True), fill(3, 2, 3))
lstm("lstm projected", nn.LSTM(3, 4, proj_size=2), fill(3, 2, 3))

y = fill(3, 4) * 3
for name, module in [
    ("relu", nn.ReLU()), ("sigmoid", nn.Sigmoid()), ("tanh", nn.Tanh()), ("gelu", nn.GELU()),
    ("gelu tanh", nn.GELU(approximate="tanh")), ("leaky relu", nn.LeakyReLU(0.2)), ("silu", nn.SiLU()),
    ("softmax", nn.Softmax(dim=1)), ("log softmax", nn.LogSoftmax(dim=0)), ("flatten", nn.Flatten()),
    ("unflatten", nn.Unflatten(1, (2, -1))),
]:
    layer(name, module, y)

logits, image = fill(4, 3) * 2, fill(2, 3, 2, 2) * 2
classes, places = torch.tensor([2, 0, 1, 2]), torch.tensor([[[0, 2], [1, 1]], [[2, 0], [0, 1]]])
weight = torch.tensor([0.5, 2.0, 1.5])
shares = torch.softmax(fill(4, 3, phase=1.5), 1)
zeroed = torch.tensor([[0.0, 1.0, 0.25], [1.0, 0.0, 0.75]])
bits = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
for reduction in ["none", "mean", "sum"]:
    r = dict(reduction=reduction)
    case("mse " + reduction, lambda a, b: F.mse_loss(a, b, **r), [fill(3, 2), fill(3, 2, phase=1)])
    case("l1 " + reduction, lambda a, b: F.l1_loss(a, b, **r), [fill(3, 2), fill(3, 2, phase=1)])
    case("ce " + reduction, lambda a: F.cross_entropy(a, classes, **r), [logits])
    case("ce weight " + reduction, lambda a: F.cross_entropy(a, classes, weight=weight, **r), [logits])
    case("ce ignore " + reduction, lambda a: F.cross_entropy(a, classes, ignore_index=2, **r), [logits])
    case("ce all " + reduction, lambda a: F.cross_entropy(
        a, places, weight=weight, ignore_index=1, label_smoothing=0.1, **r), [image])
    case("ce smooth " + reduction, lambda a: F.cross_entropy(a, classes, label_smoothing=0.2, **r), [logits])
    case("ce shares " + reduction, lambda a, b: F.cross_entropy(a, b, weight=weight, label_smoothing=0.1, **r), [logits, shares])
    case("nll " + reduction, lambda a: F.nll_loss(a, places, weight=weight, **r), [image])
    case("bce " + reduction, lambda a: F.binary_cross_entropy(a, bits, weight=weight, **r), [torch.sigmoid(fill(2, 3))])
    case("bce ends " + reduction, lambda a: F.binary_cross_entropy(a, bits, **r), [zeroed])
    case("bce logits " + reduction, lambda a, b: F.binary_cross_entropy_with_logits(
        a, b, weight=weight, pos_weight=weight, **r), [fill(2, 3) * 4, bits])
case("ce single", lambda a: F.cross_entropy(a, torch.tensor(1)), [fill(3)])

torch.set_default_dtype(torch.float32)
for name, make in [
    ("init linear", lambda: nn.Linear(3, 2)), ("init conv", lambda: nn.Conv2d(2, 3, (3, 2))),
    ("init conv groups", lambda: nn.Conv2d(4, 2, 3, groups=2, bias=False)),
    ("init embedding", lambda: nn.Embedding(4, 5, padding_idx=1)), ("init lstm", lambda: nn.LSTM(2, 3, num_layers=2, bidirectional=True)),
]:
    torch.manual_seed(0)
    line(name, list(make().parameters()))
for name, fun in [
    ("xavier uniform", nn.init.xavier_uniform_), ("xavier normal", nn.init.xavier_normal_),
    ("kaiming uniform", nn.init.kaiming_uniform_), ("kaiming normal", nn.init.kaiming_normal_),
]:
    torch.manual_seed(0)
    line(name, [fun(torch.empty(4, 3, 2))])
torch.manual_seed(0)
line("kaiming fan out", [nn.init.kaiming_uniform_(torch.empty(4, 3), mode="fan_out", nonlinearity="relu")])
torch.manual_seed(0)
line("dropout", [F.dropout(torch.ones(20), 0.3)])

torch.set_default_dtype(torch.float64)
for name, make in [
    ("sgd", lambda p: torch.optim.SGD(p, lr=0.1)),
    ("sgd all", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True)),
    ("sgd dampening", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3, maximize=True)),
    ("adam", lambda p: torch.optim.Adam(p, lr=0.1)),
    ("adam amsgrad", lambda p: torch.optim.Adam(p, lr=0.1, weight_decay=0.1, amsgrad=True)),
    ("adam betas", lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.9), eps=1e-3, maximize=True)),
    ("adamw", lambda p: torch.optim.AdamW(p, lr=0.1)),
]:
    p = torch.tensor([[1.0, 2.0, -3.0], [0.5, -1.5, 4.0]], requires_grad=True)
    optimizer = make([p])
    for step in range(4):
        optimizer.zero_grad()
        (p.pow(2) * fill(2, 3, phase=step)).sum().backward()
        optimizer.step()
    line("step " + name, [p])
print('"""')
