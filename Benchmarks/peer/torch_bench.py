#!/usr/bin/env python3
"""PyTorch's side of the benchmark: the workloads of the `benchmark` program under the same names and shapes.

Prints a JSON object a line: {"name": ..., "ns": ..., "threads": ...}. Each time is the median of repeated
measurements after a warm-up, per call.
"""
import argparse
import gzip
import json
import statistics
import subprocess
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import randn

import sweep

WORKLOADS = {}


def workload(name, inner=1, warm_up=2, least=5, most=200):
    """Registers a function that makes the operands and returns what is timed."""

    def register(prepare):
        WORKLOADS[name] = (prepare, inner, warm_up, least, most)
        return prepare

    return register


def operation(name, make, call, inner=1):
    """A call on operands that `make` returns as a tuple."""

    @workload(name, inner)
    def prepare():
        operands = make()
        return lambda: call(*operands)


def training(name, make, call):
    """Forward, sum, backward; the gradients are cleared first."""

    @workload(name)
    def prepare():
        operands = make()
        leaves = [x for x in operands if x.requires_grad]

        def step():
            for leaf in leaves:
                leaf.grad = None
            call(*operands).sum().backward()

        return step


def leaf(*sizes):
    return randn(*sizes, requires_grad=True)


def measure(prepare, inner, warm_up, least, most, minimum_time):
    """The median time of a call, in nanoseconds."""
    body = prepare()
    for _ in range(warm_up):
        body()
    times = []
    end = time.perf_counter() + minimum_time
    while len(times) < least or (len(times) < most and time.perf_counter() < end):
        start = time.perf_counter()
        for _ in range(inner):
            body()
        times.append((time.perf_counter() - start) / inner)
    return statistics.median(times) * 1e9


# Start-up: from the start of a process to its end.


@workload("startup/hello-tensor", warm_up=1)
def hello():
    command = [sys.executable, "-c", "import torch; print(torch.ones(2) + 1)"]
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


# Overhead: what a call costs when there is next to nothing to compute.

operation("overhead/add-4", lambda: (randn(4), randn(4)), lambda x, y: x + y, inner=1000)
operation("overhead/add-4-recorded", lambda: (leaf(4), randn(4)), lambda x, y: x + y, inner=1000)
operation("overhead/view-transpose", lambda: (randn(4, 5),), lambda x: x.transpose(0, 1), inner=1000)


@workload("overhead/mlp-train-step-4-8-1", inner=20)
def tiny_training_step():
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    x, y = randn(8, 4), randn(8, 1)

    def step():
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()

    return step


# Element-wise.

for count, tag, inner in ((1 << 10, "1k", 200), (1 << 17, "128k", 10), (1 << 24, "16m", 1)):
    one = lambda count=count: (randn(count),)
    two = lambda count=count: (randn(count), randn(count))
    operation(f"elementwise/add-{tag}", two, lambda x, y: x + y, inner)
    operation(f"elementwise/exp-{tag}", one, torch.exp, inner)
    operation(f"elementwise/tanh-{tag}", one, torch.tanh, inner)
M4 = 1 << 22
operation("elementwise/gelu-4m", lambda: (randn(M4),), F.gelu)
operation("elementwise/sigmoid-4m", lambda: (randn(M4),), torch.sigmoid)
operation(
    "elementwise/chain-tanh(a*b+c)-4m",
    lambda: (randn(M4), randn(M4), randn(M4)),
    lambda a, b, c: torch.tanh(a * b + c),
)
operation("elementwise/bias-2048x2048", lambda: (randn(2048, 2048), randn(2048)), lambda x, bias: x + bias)
operation(
    "elementwise/add-transposed-2048", lambda: (randn(2048, 2048), randn(2048, 2048)), lambda x, y: x + y.t()
)
operation("elementwise/f64-add-4m", lambda: (randn(M4).double(), randn(M4).double()), lambda x, y: x + y)
operation("elementwise/bf16-mul-4m", lambda: (randn(M4).bfloat16(), randn(M4).bfloat16()), lambda x, y: x * y)

# Movement and indexing.

operation("copy/transpose-2048", lambda: (randn(2048, 2048),), lambda x: x.t().contiguous())
operation(
    "copy/permute-nchw-nhwc-32x64x56x56", lambda: (randn(32, 64, 56, 56),), lambda x: x.permute(0, 2, 3, 1).contiguous()
)
operation("copy/cat-4x1m", lambda: ([randn(1 << 20) for _ in range(4)],), torch.cat)
operation(
    "index/gather-rows-100k",
    lambda: (randn(50_000, 128), torch.randint(0, 50_000, (100_000,))),
    lambda table, rows: table[rows],
)
training(
    "embedding/10000x128-64x200-train",
    lambda: (leaf(10_000, 128), torch.randint(0, 10_000, (64, 200))),
    lambda table, words: F.embedding(words, table),
)

# Reductions.

operation("reduce/sum-16m", lambda: (randn(1 << 24),), torch.sum)
operation("reduce/sum-rows-4096x1024", lambda: (randn(4096, 1024),), lambda x: x.sum(1))
operation("reduce/sum-cols-4096x1024", lambda: (randn(4096, 1024),), lambda x: x.sum(0))
operation("reduce/max-rows-4096x1024", lambda: (randn(4096, 1024),), lambda x: x.max(1))
operation("reduce/var-4m", lambda: (randn(M4),), torch.var)
operation("reduce/softmax-4096x1024", lambda: (randn(4096, 1024),), lambda x: torch.softmax(x, 1))
training(
    "reduce/cross-entropy-1024x10000-train",
    lambda: (leaf(1024, 10_000), torch.randint(0, 10_000, (1024,))),
    F.cross_entropy,
)

# Random numbers.

operation("random/randn-4m", lambda: (), lambda: randn(M4))

# Matrix products.

for n in (64, 128, 256, 512, 1024, 2048):
    operation(f"matmul/f32-{n}", lambda n=n: (randn(n, n), randn(n, n)), torch.mm, inner=50 if n <= 128 else 1)
operation("matmul/f64-1024", lambda: (randn(1024, 1024).double(), randn(1024, 1024).double()), torch.mm)
operation("matmul/bf16-1024", lambda: (randn(1024, 1024).bfloat16(), randn(1024, 1024).bfloat16()), torch.mm)
operation("matmul/f32-nt-1024", lambda: (randn(1024, 1024), randn(1024, 1024)), lambda x, y: x @ y.t())
operation("matmul/batched-64x128x128", lambda: (randn(64, 128, 128), randn(64, 128, 128)), torch.bmm)
operation("matmul/mlp-64x784x128", lambda: (randn(64, 784), randn(784, 128)), torch.mm, inner=10)
operation("matmul/gemv-4096", lambda: (randn(4096, 4096), randn(4096)), torch.mv)
training("matmul/linear-256x1024x1024-train", lambda: (leaf(256, 1024), leaf(1024, 1024), leaf(1024)), F.linear)

# Factorizations
for n in (100, 500, 1000):
    for suffix, dtype in (("f32", torch.float32), ("f64", torch.float64)):
        def linalg(name, call, make=lambda a: a, n=n, dtype=dtype, suffix=suffix):
            operation(f"linalg/{name}-{suffix}-{n}", lambda: (make(randn(n, n).to(dtype)),), call, inner=10 if n == 100 else 1)

        linalg("lu", torch.linalg.lu_factor)
        linalg("solve", lambda a: torch.linalg.solve(a, a))
        linalg("inv", torch.linalg.inv)
        linalg("cholesky", torch.linalg.cholesky, lambda a, n=n: a @ a.t() + n * torch.eye(n, dtype=a.dtype))
        linalg("qr", torch.linalg.qr)
        linalg("eigh", torch.linalg.eigh, lambda a: a + a.t())
        linalg("svd", lambda a: torch.linalg.svd(a, full_matrices=False))

# Convolution and pooling.


def convolution(name, batch, channels, size, filters, kernel=3, stride=1, groups=1):
    def call(x, weight, bias):
        return F.conv2d(x, weight, bias, stride=stride, padding=kernel // 2, groups=groups)

    def operands(make):
        weight_sizes = (filters, channels // groups, kernel, kernel)
        return lambda: (make(batch, channels, size, size), make(*weight_sizes), make(filters))

    operation(f"conv/{name}-infer", operands(randn), call)
    training(f"conv/{name}-train", operands(leaf), call)


convolution("mnist1-32x1x28-k32", 32, 1, 28, 32)
convolution("mnist2-32x32x14-k64", 32, 32, 14, 64)
convolution("resnet-8x64x56-k64", 8, 64, 56, 64)
convolution("resnet-8x256x14-k256", 8, 256, 14, 256)
convolution("resnet-stride2-8x64x56-k128", 8, 64, 56, 128, stride=2)
convolution("1x1-8x256x28-k64", 8, 256, 28, 64, kernel=1)
convolution("depthwise-8x64x56", 8, 64, 56, 64, groups=64)
operation("pool/max2-32x64x28-infer", lambda: (randn(32, 64, 28, 28),), lambda x: F.max_pool2d(x, 2))
training("pool/max2-32x64x28-train", lambda: (leaf(32, 64, 28, 28),), lambda x: F.max_pool2d(x, 2))

# Recurrent.


def recurrent_training(name, kind, steps, batch, inputs, hidden):
    @workload(name)
    def prepare():
        model, x = kind(inputs, hidden), randn(steps, batch, inputs)

        def step():
            model.zero_grad()
            model(x)[0].sum().backward()

        return step


def recurrent_inference(name, kind, steps, batch, inputs, hidden, layers=1):
    @workload(name)
    def prepare():
        model, x = kind(inputs, hidden, layers), randn(steps, batch, inputs)

        @torch.no_grad()
        def step():
            model(x)

        return step


recurrent_training("lstm/35x20x200-h200-train", nn.LSTM, 35, 20, 200, 200)
recurrent_inference("lstm/35x20x200-h200-infer", nn.LSTM, 35, 20, 200, 200)
recurrent_training("lstm/100x64x100-h256-train", nn.LSTM, 100, 64, 100, 256)
recurrent_inference("lstm/50x1x128-h128x2-infer", nn.LSTM, 50, 1, 128, 128, layers=2)
recurrent_training("gru/35x20x200-h200-train", nn.GRU, 35, 20, 200, 200)
recurrent_inference("gru/35x20x200-h200-infer", nn.GRU, 35, 20, 200, 200)
recurrent_training("gru/100x64x100-h256-train", nn.GRU, 100, 64, 100, 256)
recurrent_training("rnn/35x20x200-h200-train", nn.RNN, 35, 20, 200, 200)

# Transformers.


def encoder_layer(name, training):
    @workload(name)
    def prepare():
        model = nn.TransformerEncoderLayer(256, 4, dim_feedforward=1024, dropout=0.0, batch_first=True)
        model.train(training)
        x = randn(16, 128, 256)

        def step():
            model.zero_grad()
            model(x).sum().backward()

        def inference():
            with torch.no_grad():
                model(x)

        return step if training else inference


encoder_layer("transformer/encoder-layer-16x128x256-h4-train", True)
encoder_layer("transformer/encoder-layer-16x128x256-h4-infer", False)

# Optimizers.


def optimizer_step(name, make):
    @workload(name)
    def prepare():
        parameters = [nn.Parameter(randn(1000, 1000)) for _ in range(4)]
        for parameter in parameters:
            parameter.grad = randn(1000, 1000)
        return make(parameters).step


optimizer_step("optim/sgd-momentum-4m", lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9))
optimizer_step("optim/adam-4m", lambda parameters: torch.optim.Adam(parameters, lr=0.001))
optimizer_step("optim/rmsprop-4m", torch.optim.RMSprop)
optimizer_step("optim/adagrad-4m", torch.optim.Adagrad)
optimizer_step("optim/adadelta-4m", torch.optim.Adadelta)
optimizer_step("optim/adamax-4m", torch.optim.Adamax)
optimizer_step("optim/nadam-4m", torch.optim.NAdam)
optimizer_step("optim/radam-4m", torch.optim.RAdam)
optimizer_step("optim/asgd-4m", torch.optim.ASGD)
optimizer_step("optim/rprop-4m", torch.optim.Rprop)
optimizer_step("optim/adafactor-4m", torch.optim.Adafactor)
optimizer_step("optim/muon-4m", torch.optim.Muon)

# Training on the first 10,000 images of MNIST.


def register_training(folder):
    from torch.utils.data import DataLoader, TensorDataset

    def contents(name, header):
        with gzip.open(f"{folder}/{name}.gz") as file:
            return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)

    def loader():
        images = contents("train-images-idx3-ubyte", 16).view(-1, 1, 28, 28)[:10_000].float() / 255
        labels = contents("train-labels-idx1-ubyte", 8)[:10_000].long()
        return DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)

    def epoch(name, make):
        @workload(name, warm_up=1, least=3, most=3)
        def prepare():
            batches = loader()
            torch.manual_seed(0)
            model = make()
            optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

            def run():
                for images, labels in batches:
                    optimizer.zero_grad()
                    F.cross_entropy(model(images), labels).backward()
                    optimizer.step()

            return run

    epoch(
        "train/mnist-mlp-epoch-10k-b64",
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    epoch(
        "train/mnist-cnn-epoch-10k-b64",
        lambda: nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10),
        ),
    )

    @workload("data/loader-10k-b64")
    def load():
        batches = loader()

        def run():
            for _ in batches:
                pass

        return run


# Loading: epochs of a data loader, with and without workers.


class Images(torch.utils.data.Dataset):
    def __init__(self, pixels, transform):
        self.pixels, self.transform = pixels, transform

    def __len__(self):
        return len(self.pixels)

    def __getitem__(self, index):
        return self.transform(self.pixels[index]), index % 10


def augmented():
    from torchvision import transforms

    return Images(
        torch.randint(256, (4_000, 3, 32, 32), dtype=torch.uint8),
        transforms.Compose([
            transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(),
            transforms.ConvertImageDtype(torch.float32), transforms.Normalize([0.5] * 3, [0.25] * 3),
        ]),
    )


def rows():
    return torch.utils.data.TensorDataset(randn(20_000, 784), torch.arange(20_000))


def loading(name, make, workers):
    @workload(name)
    def prepare():
        batches = torch.utils.data.DataLoader(
            make(), batch_size=64, shuffle=True, num_workers=workers, persistent_workers=workers > 0)

        def run():
            for _ in batches:
                pass

        return run


for workers in (0, 2):
    loading(f"data/tensors-20k-b64-w{workers}", rows, workers)
    loading(f"data/augmented-4k-b64-w{workers}", augmented, workers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--filter", default="", help="run only the workloads whose names contain this")
    parser.add_argument("--mnist", default="", help="folder with MNIST's files; without it, its workloads are left out")
    parser.add_argument("--min-time", type=float, default=0.4, help="seconds to measure each workload")
    parser.add_argument("--list", action="store_true", help="print the workloads' names only")
    options = parser.parse_args()

    if options.mnist:
        register_training(options.mnist)
    # Hundreds of workloads: only when they are asked for.
    if "sweep" in options.filter:
        sweep.register(workload)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    for name, case in WORKLOADS.items():
        if options.filter not in name:
            continue
        if options.list:
            print(name)
            continue
        try:
            record = {"ns": round(measure(*case, options.min_time), 1), "threads": options.threads}
        except Exception as error:  # One workload that fails must not take the others with it.
            record = {"error": repr(error)[:200]}
        print(json.dumps({"name": name, **record}), flush=True)


if __name__ == "__main__":
    main()
