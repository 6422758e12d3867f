"""The peak memory of a training step, against PyTorch in the same run.

Forward, backward and Adam's update on a batch of 100 images. Each number is measured in a process
of its own, above what is there when the model, its optimizer and the batch exist and a batch of two
has been through, so that all code is loaded and Adam has its moments. Two measures:

- resident: what the system had to give, the process's high-water mark (Linux counts it) over three
  steps. It is the same measure for both, and sees all: what an allocator keeps or scatters, what
  BLAS and oneDNN take for themselves.
- allocated: the arrays alone, by each library's own account: `tracemalloc` for NumPy's (which
  counts Python's objects too, some hundredth of it), the memory events of `torch.profiler`.

Run it with ``make bench``; it exits with an error if by one of them PyTorch needs less (to the
hundredth).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from training import deep_conv_net, simple_conv_net

import nn
import optim
from autodiff import Tensor

Step = Callable[[int], None]

NETWORKS = {"SimpleConvNet": simple_conv_net, "DeepConvNet": deep_conv_net}
LIMIT = 1.005
BATCH = 100


def ours(network: str) -> Step:
    return _step(network, nn, optim, Tensor, np.asarray)


def theirs(network: str) -> Step:
    return _step(network, torch.nn, torch.optim, torch.tensor, torch.tensor)


def _step(network: str, lib: Any, optimizers: Any, images: Any, targets: Any) -> Step:
    """A step on the first n images; it ends without gradients, as it began."""
    rng = np.random.default_rng(0)
    x = images(rng.random((BATCH, 1, 28, 28), np.float32))
    t = targets(rng.integers(0, 10, BATCH))
    model = lib.Sequential(*NETWORKS[network](lib))
    rule = optimizers.Adam(model.parameters(), lr=1e-3)

    def step(n: int) -> None:
        lib.functional.cross_entropy(model(x[:n]), t[:n]).backward()
        rule.step()
        rule.zero_grad()

    step(2)
    return step


def _status(key: str) -> int:
    """A number of bytes that the system knows of this process."""
    found = re.search(rf"{key}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return 1024 * int(found[1])


def resident(step: Step) -> int:
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    for _ in range(3):
        step(BATCH)
    return _status("VmHWM") - before


def allocated(step: Step) -> int:
    tracemalloc.start()
    step(BATCH)
    _, peak = tracemalloc.get_traced_memory()
    return peak


def profiled(step: Step) -> int:
    """As `allocated`, by PyTorch's account."""
    with torch.profiler.profile(profile_memory=True) as profile:
        step(BATCH)
    events = [e for e in profile.profiler.kineto_results.events() if e.name() == "[memory]"]
    events.sort(key=lambda event: event.start_ns())
    peak: int = max(accumulate(event.nbytes() for event in events))
    return peak


MEASURES = {"resident": (resident, resident), "allocated": (allocated, profiled)}


def measure(what: str, library: str, network: str) -> int:
    """Print the bytes of one measurement: what a process of its own is started for."""
    torch.set_num_threads(2)
    first = library == "ours"
    step = ours(network) if first else theirs(network)
    print(MEASURES[what][0 if first else 1](step))
    return 0


def measured(*what: str) -> float:
    """Megabytes, from a process of its own."""
    command = [sys.executable, __file__, *what]
    # torch's profiler chatters on stderr
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout) / 1e6


def main() -> int:
    """Print a row for each network and measure."""
    passed = True
    print(f"{'peak of one step, batch 100':28} {'chainrule':>11} {'PyTorch':>11}   ratio  limit")
    for network in NETWORKS:
        for what in MEASURES if sys.platform == "linux" else ["allocated"]:
            us, them = (measured(what, library, network) for library in ("ours", "theirs"))
            passed &= us / them <= LIMIT
            row = f"{network}, {what}"
            print(f"{row:28} {us:8.1f} MB {them:8.1f} MB   {us / them:5.2f}   {LIMIT:.2f}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(measure(*sys.argv[1:]) if len(sys.argv) > 1 else main())
