#!/usr/bin/env python3
"""The peer on a graphics card: the training step of a network in PyTorch, dense and with masks as the ITOP code has them.

First line out: {"device", "torch", "cuda"}. Then one JSON request a line in,
{"network", "batch", "mode": "fp32" | "tf32" | "masked", "density", "seconds"}, and one {"ms"} a line out. Networks come as
data, so that both sides build the same one. --device cpu is for tests.
"""
import argparse
import json
import statistics
import sys
import time

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError as error:
    sys.exit(f"this Python has no torch ({error})")

WARM_UP_STEPS = 5
STRETCH_SECONDS = 0.06


class Net(nn.Module):
    """Layers in order; each takes the output before it, or of the one that "from" names."""

    def __init__(self, spec):
        super().__init__()
        self.layers = spec["layers"]
        made = [(str(i), self.build(layer)) for i, layer in enumerate(self.layers)]
        self.parts = nn.ModuleDict({key: part for key, part in made if part is not None})
        self.named = {layer[key] for layer in self.layers for key in ("from", "other") if key in layer}

    @staticmethod
    def build(layer):
        kind = layer["kind"]
        if kind == "linear":
            return nn.Linear(layer["inputs"], layer["outputs"], bias=layer["bias"])
        if kind == "convolution":
            stride, padding = layer["stride"], int(layer["padding"])
            return nn.Conv2d(layer["inputs"], layer["outputs"], layer["kernel"], stride, padding, bias=layer["bias"])
        if kind == "batch-norm":
            return nn.BatchNorm2d(layer["features"])
        if kind == "relu":
            return nn.ReLU()
        if kind == "max-pool":
            return nn.MaxPool2d(layer["size"], layer["stride"], layer["padding"])
        if kind in ("add", "flatten", "global-average-pool"):
            return None
        raise ValueError(f"the peer knows no layer {kind}")

    def forward(self, x):
        kept = {"input": x}
        for i, layer in enumerate(self.layers):
            x = kept[layer["from"]] if "from" in layer else x
            kind = layer["kind"]
            if kind == "add":
                x = x + kept[layer["other"]]
            elif kind == "global-average-pool":
                x = x.mean((2, 3))
            elif kind == "flatten":
                x = x.flatten(1)
            else:
                x = self.parts[str(i)](x.flatten(1) if kind == "linear" else x)
            if layer["name"] in self.named:
                kept[layer["name"]] = x
        return x


def training_step(device, request):
    """SGD with Nesterov momentum; masks multiply weights and momentum after each step, as the reference does."""
    spec, batch = request["network"], request["batch"]
    height, width, channels = spec["inputShape"]
    x = torch.randn(batch, channels, height, width, device=device)
    y = torch.arange(batch, device=device) % spec["classes"]
    net = Net(spec).to(device)
    opt = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=5e-4)
    masked = [p for p in net.parameters() if p.dim() > 1] if request["mode"] == "masked" else []
    masks = [(torch.rand_like(p) < request["density"]).float() for p in masked]

    def step():
        opt.zero_grad()
        F.cross_entropy(net(x), y).backward()
        opt.step()
        for p, m in zip(masked, masks):
            p.data = p.data * m
            state = opt.state[p]
            state["momentum_buffer"] = state["momentum_buffer"] * m

    return step


def timed(step, seconds, synchronise):
    """Milliseconds of a step in a stretch of them that ends when the card is through: the median over stretches."""

    def stretch(steps):
        synchronise()
        started = time.perf_counter()
        for _ in range(steps):
            step()
        synchronise()
        return (time.perf_counter() - started) * 1e3 / steps

    stretch(WARM_UP_STEPS)
    steps = max(2, int(1e3 * min(STRETCH_SECONDS, seconds / 4) / stretch(2)) + 1)
    found, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(found) < 3:
        found.append(stretch(steps))
    return statistics.median(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    device = parser.parse_args().device
    if device == "cuda" and not torch.cuda.is_available():
        sys.exit(f"torch {torch.__version__} finds no CUDA card")
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU, for a test"
    print(json.dumps({"device": name, "torch": torch.__version__, "cuda": torch.version.cuda}), flush=True)
    torch.backends.cudnn.benchmark = True
    known, step = None, None
    for line in sys.stdin:
        request = json.loads(line)
        with_tf32 = request["mode"] == "tf32"
        torch.backends.cuda.matmul.allow_tf32 = with_tf32
        torch.backends.cudnn.allow_tf32 = with_tf32
        key = json.dumps([request[field] for field in ("network", "batch", "mode", "density")])
        try:
            if key != known:
                known, step = None, None
                if device == "cuda":
                    torch.cuda.empty_cache()
                torch.manual_seed(0)
                known, step = key, training_step(device, request)
            answer = {"ms": timed(step, request["seconds"], torch.cuda.synchronize if device == "cuda" else lambda: None)}
        except Exception as error:  # told to whoever asked; the next request may do
            known, step = None, None
            answer = {"failure": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), flush=True)


main()
