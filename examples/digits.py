"""Train a small convolutional network on the bundled handwritten digits, and look at what it did.

    python -m examples.digits

1,797 digits of 8 x 8 pixels; a fifth of them is kept for the test.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

import nn
import optim
import viz
from autodiff import Tensor
from examples.training import accuracy, plot_losses, train
from nn.functional import cross_entropy

EPOCHS, BATCH_SIZE = 20, 100


def fit(epochs: int = EPOCHS, seed: int = 0) -> tuple[nn.Module, nn.data.Split, list[float]]:
    """Train the network; with the same seed, to the same weights."""
    data = nn.data.digits()
    model = nn.SimpleConvNet((1, 8, 8), kernel_size=3, rng=np.random.default_rng(seed))
    optimizer = optim.Adam(model.parameters(), lr=3e-3)
    losses = train(model, optimizer, data, epochs=epochs, batch_size=BATCH_SIZE, seed=seed)
    return model, data, losses


def main(out: str | Path = "out", epochs: int = EPOCHS) -> None:
    """Train, print the accuracy, and save the loss curve and the graph in the folder `out`."""
    Path(out).mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    model, data, losses = fit(epochs)
    seconds = time.perf_counter() - start
    right = accuracy(model, data)
    print(model)
    print(f"digits: test accuracy {right:.4f} after {epochs} epochs, trained in {seconds:.1f} s")

    curve = Path(out, "digits_loss.png")
    title = f"SimpleConvNet on the UCI digits: test accuracy {right:.3f}"
    plot_losses(losses, len(losses) // epochs, title, curve)
    print(f"  saved {curve}")

    images = Tensor(data.x_test[:5], name="images")
    loss = cross_entropy(model(images), data.t_test[:5])
    loss.name = "loss"
    loss.backward()
    graph = Path(out, "digits_graph.svg")
    viz.draw(loss).save(graph)
    print(f"  saved {graph}")


if __name__ == "__main__":
    main()
