"""The training loop that the examples share: minibatches, a progress bar, and the accuracy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

import nn
import optim
from autodiff import no_grad
from autodiff.errors import MissingExtraError
from nn.data import Split, batches
from nn.functional import cross_entropy


def train(
    model: nn.Module,
    optimizer: optim.Optimizer,
    data: Split,
    *,
    epochs: int,
    batch_size: int = 100,
    seed: int = 0,
) -> list[float]:
    """Go through the training images `epochs` times, in an order drawn from `seed`.

    Returns
    -------
    list of float
        The loss of every step.
    """
    rng = np.random.default_rng(seed)
    steps = epochs * -(-len(data.x_train) // batch_size)
    show = progress(steps)
    losses: list[float] = []
    model.train()
    for epoch in range(1, epochs + 1):
        for x, t in batches(data.x_train, data.t_train, batch_size, rng=rng):
            optimizer.zero_grad()
            loss = cross_entropy(model(x), t)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            show(f"epoch {epoch}/{epochs}, loss {losses[-1]:.4f}")
    model.eval()
    return losses


def accuracy(model: nn.Module, data: Split, batch_size: int = 500) -> float:
    """The share of the test images that `model` recognises."""
    with no_grad():
        right = [
            model(x).data.argmax(1) == t for x, t in batches(data.x_test, data.t_test, batch_size)
        ]
    return float(np.concatenate(right).mean())


def progress(steps: int) -> Callable[[str], None]:
    """A function to call after each of so many steps, with what there is to say about it.

    It moves a bar in a terminal, if tqdm is there; otherwise it prints ten lines in all.
    """
    try:
        from tqdm import tqdm
    except ImportError:
        return _in_lines(steps)
    if not sys.stderr.isatty():
        return _in_lines(steps)
    bar = tqdm(total=steps, unit=" steps")

    def advance(text: str) -> None:
        bar.set_postfix_str(text, refresh=False)
        bar.update()
        if bar.n == steps:
            bar.close()

    return advance


def _in_lines(steps: int) -> Callable[[str], None]:
    done = 0

    def advance(text: str) -> None:
        nonlocal done
        done += 1
        if done * 10 // steps > (done - 1) * 10 // steps:
            print(f"{done:>6} of {steps} steps: {text}", flush=True)

    return advance


def plot_losses(losses: list[float], steps_per_epoch: int, title: str, path: Path) -> None:
    """Save the loss curve: every step, and over it the mean of each epoch."""
    try:
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError:
        raise MissingExtraError("matplotlib", "plot", "the loss curve") from None
    epochs = np.arange(1, len(losses) + 1) / steps_per_epoch
    means = np.reshape(losses, (-1, steps_per_epoch)).mean(1)
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.semilogy(epochs, losses, color="#b9cbe4", linewidth=0.8, label="each step")
    axes.semilogy(
        np.arange(len(means)) + 0.5, means, color="#1f4e8c", linewidth=2, label="mean of each epoch"
    )
    axes.set_xlabel("epoch")
    axes.set_ylabel("training loss (cross-entropy)")
    axes.set_title(title, loc="left")
    axes.set_xlim(0, len(means))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)
