"""A whole training step of small and middling networks, against PyTorch in the same run.

Run it with ``make bench``. It sets no limits: it shows where the kernels stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from harness import compare

import nn
import optim
from autodiff import Tensor

Library = Any
Program = Callable[[], object]


def two_layers(lib: Library) -> list[Any]:
    """784-50-10."""
    return [lib.Flatten(), lib.Linear(784, 50), lib.ReLU(), lib.Linear(50, 10)]


def six_layers(lib: Library) -> list[Any]:
    """784-100x5-10."""
    hidden = [layer for _ in range(4) for layer in (lib.Linear(100, 100), lib.ReLU())]
    return [lib.Flatten(), lib.Linear(784, 100), lib.ReLU(), *hidden, lib.Linear(100, 10)]


def simple_conv_net(lib: Library) -> list[Any]:
    """30 filters of 5 x 5, pool, 100, 10."""
    features = [lib.Conv2d(1, 30, 5), lib.ReLU(), lib.MaxPool2d(2), lib.Flatten()]
    return [*features, lib.Linear(30 * 144, 100), lib.ReLU(), lib.Linear(100, 10)]


def deep_conv_net(lib: Library) -> list[Any]:
    """Six convolutions, 16-16-32-32-64-64, without the dropout."""
    channels, paddings = (1, 16, 16, 32, 32, 64, 64), (1, 1, 1, 2, 1, 1)
    layers: list[Any] = []
    for i, padding in enumerate(paddings):
        layers += [lib.Conv2d(channels[i], channels[i + 1], 3, 1, padding), lib.ReLU()]
        layers += [lib.MaxPool2d(2)] if i % 2 else []
    return [*layers, lib.Flatten(), lib.Linear(1024, 50), lib.ReLU(), lib.Linear(50, 10)]


def programs(layers: Callable[[Library], list[Any]], optimizer: str, rate: float) -> list[Program]:
    """The same step in both libraries: cross-entropy on a batch of 100 images of 28 x 28."""
    rng = np.random.default_rng(0)
    x, t = rng.random((100, 1, 28, 28), np.float32), rng.integers(0, 10, 100)

    def step_of(lib: Library, optimizers: Any, images: Any, targets: Any) -> Program:
        model = lib.Sequential(*layers(lib))
        rule = getattr(optimizers, optimizer)(model.parameters(), lr=rate)

        def step() -> None:
            rule.zero_grad()
            lib.functional.cross_entropy(model(images), targets).backward()
            rule.step()

        return step

    return [
        step_of(nn, optim, Tensor(x), t),
        step_of(torch.nn, torch.optim, torch.tensor(x), torch.tensor(t)),
    ]


STEPS = {
    "784-50-10, SGD": (two_layers, "SGD", 0.1),
    "784-100x5-10, Adam": (six_layers, "Adam", 1e-3),
    "SimpleConvNet, Adam": (simple_conv_net, "Adam", 1e-3),
    "DeepConvNet, Adam": (deep_conv_net, "Adam", 1e-3),
}


def main() -> None:
    """Print a row for each network."""
    torch.set_num_threads(2)
    print(f"{'one step, batch 100':28} {'chainrule':>11} {'PyTorch':>11}   ratio")
    for name, (layers, optimizer, rate) in STEPS.items():
        timing = compare(*programs(layers, optimizer, rate), rounds=11, seconds=0.1)
        ours, theirs = 1e3 * timing.ours, 1e3 * timing.theirs
        print(f"{name:28} {ours:8.2f} ms {theirs:8.2f} ms   {timing.ratio:5.2f}")


if __name__ == "__main__":
    main()
