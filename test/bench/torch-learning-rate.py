"""The dense perceptron 3072-1024-512-10 of docs/reproduction.md in PyTorch, its own initial scale, no augmentation.

python3 test/bench/torch-learning-rate.py DATA/datasets/cifar-10.espdata RATE EPOCHS

Reads the copy of CIFAR-10 that Espalier made (layout: src-main/datasets/cache-header.ts) and prints the accuracy on a
tenth of the training images after every epoch.
"""

import json
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional

CHECKSUM_BYTES = 32
BATCH = 128


def read_training_images(path):
    """Images `[count, 3072]` of mean 0 and deviation 1 in each channel, and labels `[count]`."""
    with open(path, "rb") as file:
        if file.read(8) != b"ESPDATA\0":
            sys.exit(f"{path} is no dataset of Espalier: import CIFAR-10 first (datasets import FOLDER --name cifar-10).")
        (length,) = struct.unpack("<I", file.read(4))
        header = json.loads(file.read(length))
        file.seek(CHECKSUM_BYTES, 1)
        count, shape = header["trainCount"], header["shape"]
        if shape != [32, 32, 3]:
            sys.exit(f"{path} holds images of {shape}, not CIFAR's 32 x 32 x 3.")
        pixels = torch.frombuffer(bytearray(file.read(count * 3072)), dtype=torch.uint8).view(-1, 3).float()
        labels = torch.frombuffer(bytearray(file.read(count)), dtype=torch.uint8).long()
    return ((pixels - pixels.mean(0)) / pixels.std(0)).view(count, -1), labels


def main(path, rate, epochs):
    torch.manual_seed(1)
    images, labels = read_training_images(path)
    order = torch.randperm(len(images))
    held_out, training = order[: len(images) // 10], order[len(images) // 10 :]
    net = nn.Sequential(
        nn.Linear(3072, 1024), nn.ReLU(), nn.Linear(1024, 512), nn.ReLU(), nn.Linear(512, 10)
    )
    optimiser = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
    for epoch in range(1, epochs + 1):
        started = time.perf_counter()
        for batch in training[torch.randperm(len(training))].split(BATCH):
            optimiser.zero_grad()
            functional.cross_entropy(net(images[batch]), labels[batch]).backward()
            optimiser.step()
        with torch.no_grad():
            accuracy = (net(images[held_out]).argmax(1) == labels[held_out]).float().mean().item()
        print(f"rate {rate} epoch {epoch} validation {accuracy:.4f} {time.perf_counter() - started:.1f} s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
