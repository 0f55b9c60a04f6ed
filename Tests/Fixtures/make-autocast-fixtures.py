"""Prints what torch.autocast gives on the CPU, for AutocastTests: a training step's loss and gradients.

    python Tests/Fixtures/make-autocast-fixtures.py
"""
import math
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(1)


def fill(*shape, phase=0.0):
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(math.prod(shape))]).reshape(shape)


def show(name, *tensors):
    print(name + ": " + " | ".join(" ".join("%.9g" % v for v in t.detach().float().reshape(-1).tolist()) for t in tensors))


for dtype in (torch.bfloat16, torch.float16):
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 3))
    with torch.no_grad():
        for k, p in enumerate(net.parameters()):
            p.copy_(fill(*p.shape, phase=k + 1.0) * 0.5)
    x = fill(5, 4)
    with torch.autocast("cpu", dtype):
        y = net(x)
        again = net(x * 0.77)
        loss = F.cross_entropy(y, torch.tensor([0, 1, 2, 1, 0])) + F.mse_loss(again, fill(5, 3))
    loss.backward()
    show(str(dtype), y, loss, *[p.grad for p in net.parameters()])
    with torch.autocast("cpu", dtype):
        show("attention", F.scaled_dot_product_attention(fill(2, 3, 4), fill(2, 3, 4, phase=1), fill(2, 3, 4, phase=2)))
        show("convolution", F.conv2d(fill(1, 2, 4, 4), fill(2, 2, 3, 3, phase=1), fill(2)))
