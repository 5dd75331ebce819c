#!/usr/bin/python3
"""One training step in PyTorch, dense and with masks as the ITOP reference code applies them: the peer of `npm run bench`.

Prints a JSON line for each case and mode: {"case", "mode", "threads", "batch", "ms"}; `ms` is the median of a step.
Needs Debian's python3-torch and libopenblas0-openmp. Without OpenBLAS a step takes 20 to 30 times as long and a
comparison means nothing, so it refuses to run.
"""

import argparse
import json
import statistics
import sys
import time

import torch
from torch import nn

LEAST_GFLOPS_PER_THREAD = 15


def gflops(size=768, rounds=5):
    """Of a matrix product: tells OpenBLAS from reference BLAS."""
    left, right = torch.randn(size, size), torch.randn(size, size)
    left @ right
    started = time.perf_counter()
    for _ in range(rounds):
        left @ right
    return rounds * 2 * size**3 / (time.perf_counter() - started) / 1e9


def perceptron():
    return nn.Sequential(
        nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10)
    )


def convolutional():
    """Channels 64, 64, pool, 128, 128, pool, 256, pool; 3x3, batch norm, ReLU; one linear layer."""
    layers, channels = [], 3
    for item in (64, 64, "pool", 128, 128, "pool", 256, "pool"):
        if item == "pool":
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(channels, item, 3, padding=1, bias=False), nn.BatchNorm2d(item), nn.ReLU()]
        channels = item
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * 16, 10))


CASES = {
    "mlp": (perceptron, (784,), 128),
    "conv": (convolutional, (3, 32, 32), 64),
}
MODES = {"dense": 1.0, "masked": 0.1}


def training_step(network, inputs, labels, density):
    """SGD with Nesterov momentum; masks multiply weights and momenta after each step (itop.md 1.5)."""
    optimiser = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=5e-4)
    masked = [weights for weights in network.parameters() if weights.dim() > 1] if density < 1 else []
    masks = [(torch.rand_like(weights) < density).float() for weights in masked]
    loss_of = nn.CrossEntropyLoss()

    def step():
        optimiser.zero_grad()
        loss_of(network(inputs), labels).backward()
        optimiser.step()
        for weights, mask in zip(masked, masks):
            weights.data.mul_(mask)
            optimiser.state[weights]["momentum_buffer"].mul_(mask)

    return step


def median_milliseconds(step, seconds, warm_up=3, at_least=7):
    for _ in range(warm_up):
        step()
    milliseconds = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(milliseconds) < at_least:
        started = time.perf_counter()
        step()
        milliseconds.append((time.perf_counter() - started) * 1e3)
    return round(statistics.median(milliseconds), 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if gflops() < LEAST_GFLOPS_PER_THREAD * min(options.threads, 2):
        sys.exit("torch runs on reference BLAS, or the machine is busy")
    for case in options.cases:
        build, shape, batch = CASES[case]
        for mode, density in MODES.items():
            torch.manual_seed(0)
            step = training_step(build(), torch.randn(batch, *shape), torch.arange(batch) % 10, density)
            line = {"case": case, "mode": mode, "threads": options.threads, "batch": batch}
            print(json.dumps({**line, "ms": median_milliseconds(step, options.seconds)}), flush=True)


main()
