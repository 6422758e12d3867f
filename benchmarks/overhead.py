"""What the engine costs beyond its arithmetic, against PyTorch in the same run.

Four programs so small that overhead is nearly all of their time, and the cost of importing the
library beyond NumPy. Run it with ``make bench``; it exits with an error if a limit is passed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from harness import compare

import autodiff as ad
import nn
import optim

Program = Callable[[], object]


def apple_tax() -> tuple[Program, Program]:
    """Make three leaves, multiply them, go backward."""

    def ours() -> None:
        apple, count, tax = (ad.Tensor(v, requires_grad=True) for v in (100.0, 2.0, 1.1))
        (apple * count * tax).backward()

    def theirs() -> None:
        apple, count, tax = (torch.tensor(v, requires_grad=True) for v in (100.0, 2.0, 1.1))
        (apple * count * tax).backward()

    return ours, theirs


def chain(tracked: bool) -> tuple[Program, Program]:
    """1,000 operations (multiply, add, tanh in turn) on 16 floats, forward and backward.

    `tracked`: whether the factor and the summand need gradients as well, or are constants.
    """
    rng = np.random.default_rng(0)
    x, w, b, one = rng.random((4, 16), np.float32)

    def run(leaves: Any, tanh: Any, seed: Any) -> None:
        h, w, b = leaves
        for leaf in leaves:
            leaf.grad = None
        for _ in range(333):
            h = tanh(h * w + b)
        (h + b).backward(seed)

    def program(tensor: Any, tanh: Any) -> Program:
        leaves = [tensor(v, requires_grad=tracked or v is x) for v in (x, w, b)]
        return partial(run, leaves, tanh, tensor(one))

    return program(ad.Tensor, ad.tanh), program(torch.tensor, torch.tanh)


def xor_step() -> tuple[Program, Program]:
    """One training step of a 2-8-1 network on the four cases of XOR: squared error, SGD."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    t = np.array([[0], [1], [1], [0]], np.float32)

    def step_of(library: Any, optimizers: Any, tensor: Any) -> Program:
        model = library.Sequential(
            library.Linear(2, 8), library.Tanh(), library.Linear(8, 1), library.Sigmoid()
        )
        optimizer = optimizers.SGD(model.parameters(), lr=0.1)
        criterion, inputs, targets = library.MSELoss(), tensor(x), tensor(t)

        def step() -> None:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()

        return step

    return step_of(nn, optim, ad.Tensor), step_of(torch.nn, torch.optim, torch.tensor)


def import_cost(rounds: int = 9) -> float:
    """Milliseconds that importing the four packages takes beyond NumPy, bytecode being cached."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def once(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        return time.perf_counter() - start

    whole = "import numpy, autodiff, nn, optim, viz"
    once(whole)
    pairs = [(once(whole), once("import numpy")) for _ in range(rounds)]
    return 1e3 * statistics.median(a - b for a, b in pairs)


LIMITS = {
    "apple-tax graph": (apple_tax, 0.35),
    "1,000-op chain, constants": (lambda: chain(tracked=False), 0.45),
    "1,000-op chain, all tracked": (lambda: chain(tracked=True), 0.45),
    "XOR training step": (xor_step, 0.45),
}


def main() -> int:
    torch.set_num_threads(2)
    passed = True
    print(f"{'':28} {'chainrule':>11} {'PyTorch':>11}   ratio  limit")
    for name, (make, limit) in LIMITS.items():
        timing = compare(*make())
        passed &= timing.ratio <= limit
        print(
            f"{name:28} {1e6 * timing.ours:8.1f} us {1e6 * timing.theirs:8.1f} us"
            f"   {timing.ratio:5.3f}  {limit:.2f}"
        )
    cost = import_cost()
    passed &= cost <= 40
    print(f"{'import beyond numpy':28} {cost:8.1f} ms {'':14}          40 ms")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
