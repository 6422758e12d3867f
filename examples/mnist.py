"""Train SimpleConvNet on real MNIST digits.

    python -m examples.mnist [folder]

The folder holds the official t10k files, gzipped or not: the first 8,000 of their 10,000 digits to
train on, the last 2,000 to test on. Without one, ``data/mnist`` or ``../shared/data/mnist`` serves.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

import nn
import optim
from examples.training import accuracy, train

FOLDERS = ("data/mnist", "../shared/data/mnist")
EPOCHS = 5


def main(folder: str | Path | None = None) -> float:
    """Train for 5 epochs; print and return the test accuracy."""
    there = [place for place in FOLDERS if Path(place).is_dir()]
    data = nn.data.mnist_10k(folder or next(iter(there), FOLDERS[0]))
    model = nn.SimpleConvNet(rng=np.random.default_rng(0))
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    start = time.perf_counter()
    train(model, optimizer, data, epochs=EPOCHS, batch_size=100)
    seconds = time.perf_counter() - start
    right = accuracy(model, data)
    print(f"MNIST: test accuracy {right:.4f} after {EPOCHS} epochs, trained in {seconds:.1f} s")
    return right


if __name__ == "__main__":
    main(*sys.argv[1:2])
