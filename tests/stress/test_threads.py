"""Threads and async tasks: each computes what it would compute alone, to the last bit."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import numpy as np
import pytest

import autodiff as ad
import nn
import optim
from autodiff import (
    GradientError,
    Tensor,
    enable_grad,
    gradients,
    graph,
    is_grad_enabled,
    jvp,
    no_grad,
    value_and_grad,
)
from tests.stress.tools import leaf, same, together, values

STEPS = 20
rng = np.random.default_rng(0)
X, T = rng.normal(size=(8, 6)), rng.normal(size=(8, 2))
IMAGES, CLASSES = rng.normal(size=(4, 1, 8, 8)).astype(np.float32), np.array([0, 2, 1, 2])
SIGNAL = Tensor(rng.normal(size=16), name="signal")
for shared in (X, T, IMAGES, CLASSES, SIGNAL.data):
    shared.flags.writeable = False

# Each of these is a training that can be halted where it yields: half way through a forward pass,
# between forward and backward, inside of a mode. It returns all it has computed.
Training = Generator[None, None, list[Any]]


def weights(model: nn.Module) -> list[Any]:
    return [values(p) for p in model.parameters()]


def _network(make: Callable[..., Any], model: nn.Module, x: Any, loss_of: Any) -> Training:
    optimizer, losses = make(list(model.parameters())), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        y = model(x)
        yield
        loss = loss_of(y)
        yield
        loss.backward()
        yield
        optimizer.step()
        with no_grad():
            yield
            assert not is_grad_enabled()
            losses.append(values(loss_of(model(x))).copy())
    return [*losses, *weights(model)]


def perceptron() -> Training:
    model = nn.MLP([6, 16, 2], nn.Tanh, rng=np.random.default_rng(1), dtype=np.float64)
    make = partial(optim.SGD, lr=0.1, momentum=0.9, nesterov=True)
    return _network(make, model, X, lambda y: nn.functional.mse_loss(y, T))


def deep_perceptron() -> Training:
    model = nn.MLP([6, 8, 8, 8, 2], rng=np.random.default_rng(2), dtype=np.float64)
    return _network(partial(optim.Adam, lr=0.01), model, X, lambda y: nn.functional.mse_loss(y, T))


def convolution() -> Training:
    model = nn.SimpleConvNet((1, 8, 8), 3, 3, hidden=8, classes=3, rng=np.random.default_rng(3))
    make = partial(optim.Adam, lr=0.01, weight_decay=0.1)
    return _network(make, model, IMAGES, lambda y: nn.functional.cross_entropy(y, CLASSES))


def by_transforms() -> Training:
    def loss(w: Any, b: Any) -> Any:
        error = ad.tanh(X @ w + b) - T
        return ad.mean(error * error)

    w, b, kept = np.full((6, 2), 0.1), np.zeros(2), []
    step = value_and_grad(loss, (0, 1))
    for _ in range(STEPS):
        with no_grad():
            yield
            value, (by_w, by_b) = step(w, b)
            assert not is_grad_enabled()
        kept += [values(value), values(jvp(loss, [w, b], [w, b])[1])]
        yield
        w, b = w - 0.1 * values(by_w), b - 0.1 * values(by_b)
    return [*kept, w, b]


def penalised_gradient() -> Training:
    w = leaf(np.full((6, 2), 0.1))
    for _ in range(STEPS):
        x = leaf(X)
        y = ad.sigmoid(x @ w)
        total = y.sum()
        yield
        with no_grad():
            slope = gradients(total, x, create_graph=True)
            yield
        w.grad = None
        ((y - T).square().mean() + slope.square().mean()).backward()
        with no_grad():
            w -= 0.5 * w.grad
            yield
    return [values(w)]


def spectrum() -> Training:
    w, kept = leaf(np.linspace(0.5, 1.5, 9)), []
    for _ in range(STEPS):
        back = ad.fft.irfft(ad.fft.rfft(SIGNAL) * w, 16)
        yield
        loss = np.sum(np.square(back - np.roll(SIGNAL, 1)))
        kept.append(values(loss))
        w.grad = None
        loss.backward()
        yield
        w.data = w.data - 0.01 * w.grad.data
    return [*kept, values(w)]


def factorisations() -> Training:
    a, kept = leaf(X.T @ X + np.eye(6)), []
    for _ in range(STEPS):
        with no_grad():
            yield
            with enable_grad():
                s = ad.linalg.svd(a)[1]
                yield
            assert not is_grad_enabled()
            silent = ad.linalg.solve(a, X.T)
            assert not silent.requires_grad
        y = ad.linalg.slogdet(a)[1] + s.sum() + ad.linalg.solve(a, X.T).square().sum()
        (g,) = gradients(y, [a])
        yield
        kept += [values(y), values(g)]
        a = leaf(values(a) - 0.01 * values(g))
    return [*kept, values(silent)]


def stale_graphs() -> Training:
    """What was overwritten is refused, every time, and what was not never is."""
    w, kept = leaf([1.0, 2.0, 3.0]), []
    for i in range(8 * STEPS):
        stale = (w * w).sum()
        if not i % 8:
            yield
        w.overwrite()[...] *= 0.99
        with pytest.raises(GradientError, match="overwritten"):
            stale.backward()
        w.grad = None
        (w * w).sum().backward()
        kept.append(values(w.grad).copy())
    return kept


TRAININGS: list[Callable[[], Training]] = [
    perceptron,
    deep_perceptron,
    convolution,
    by_transforms,
    penalised_gradient,
    spectrum,
    factorisations,
    stale_graphs,
]


def run(training: Training) -> list[Any]:
    """Without halting."""
    while True:
        try:
            next(training)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def alone() -> list[list[Any]]:
    return [run(training()) for training in TRAININGS]


def test_eight_threads_train_as_each_would_alone(alone: list[list[Any]]) -> None:
    for found, expected in zip(together(partial(run, t()) for t in TRAININGS), alone, strict=True):
        same(found, expected)
    assert is_grad_enabled()


@pytest.mark.parametrize("training", [perceptron, penalised_gradient, stale_graphs])
def test_the_same_training_in_eight_threads(
    training: Callable[[], Training], alone: list[list[Any]]
) -> None:
    expected = alone[TRAININGS.index(training)]
    for found in together(partial(run, training()) for _ in range(8)):
        same(found, expected)


def test_async_tasks_that_halt_anywhere_train_as_each_would_alone(alone: list[list[Any]]) -> None:
    turns: list[int] = []

    async def task(number: int, training: Training) -> list[Any]:
        while True:
            turns.append(number)
            try:
                next(training)
            except StopIteration as end:
                return end.value
            await asyncio.sleep(0)  # the others' turn

    async def main() -> list[list[Any]]:
        return await asyncio.gather(*(task(i, t()) for i, t in enumerate(TRAININGS)))

    for found, expected in zip(asyncio.run(main()), alone, strict=True):
        same(found, expected)
    assert turns[:16] == [*range(8), *range(8)]


def test_threads_that_share_leaves_lose_no_gradient_whatever_they_record() -> None:
    w, b = leaf(np.zeros((2, 3))), leaf(np.zeros(3))  # sums of small integers are exact
    x = np.arange(8.0).reshape(4, 2)
    rounds = 40

    def first_order() -> None:
        for _ in range(rounds):
            (x @ w + b).sum().backward()

    def higher_order() -> None:
        for _ in range(rounds):
            (x @ w + b).sum().backward(create_graph=True)

    def in_parts() -> None:
        for _ in range(rounds):
            h = (x @ w).sum()
            h.backward()
            b.sum().backward(4.0)

    def reading_only() -> None:
        for _ in range(rounds):
            with no_grad():
                ad.sum(x @ w + b)
            gradients((x @ w + b).sum(), [w, b])

    together([first_order, higher_order, in_parts, reading_only] * 2)
    total = 6 * rounds
    np.testing.assert_array_equal(values(w.grad), total * np.tile(x.sum(0)[:, None], 3))
    np.testing.assert_array_equal(values(b.grad), total * np.full(3, 4.0))


def test_a_mode_object_may_be_shared_by_threads_and_tasks() -> None:
    mode = no_grad()
    inside = threading.Barrier(8)

    def work() -> list[bool]:
        seen = [is_grad_enabled()]
        with mode:
            inside.wait()  # all have entered, none has left
            seen.append(is_grad_enabled())
            with mode, enable_grad():
                seen.append(is_grad_enabled())
            seen.append(is_grad_enabled())
        return [*seen, is_grad_enabled()]

    assert together([work] * 8) == [[True, False, True, False, True]] * 8

    async def task() -> list[bool]:
        with mode:
            await asyncio.sleep(0)
            seen = [is_grad_enabled()]
        return [*seen, is_grad_enabled()]

    async def main() -> list[list[bool]]:
        return await asyncio.gather(*(task() for _ in range(8)))

    assert asyncio.run(main()) == [[False, True]] * 8


def test_blocks_that_end_out_of_order_restore_the_mode() -> None:
    def halted(mode: Any) -> Generator[None, None, None]:
        with mode:
            yield

    first, second = halted(no_grad()), halted(no_grad())
    next(first)
    next(second)
    first.close()
    second.close()
    assert is_grad_enabled()

    inner = halted(no_grad())
    with enable_grad():
        next(inner)  # never left before the block around it
        assert not is_grad_enabled()
    assert is_grad_enabled()
    inner.close()
    assert is_grad_enabled()


def test_a_mode_entered_in_one_context_ends_without_effect_in_another() -> None:
    def halted() -> Generator[None, None, None]:
        with no_grad():
            yield

    block = halted()
    contextvars.copy_context().run(next, block)
    assert is_grad_enabled()
    block.close()
    assert is_grad_enabled()


FIRST_CALLS = """
import sys, threading
import numpy as np
import autodiff as ad

sys.setswitchinterval(1e-6)
x = np.arange(16.0).reshape(4, 4) + 9 * np.eye(4)
calls = [
    lambda x: ad.linalg.svd(x)[1].sum(),
    lambda x: abs(ad.fft.fft(x)).sum(),
    lambda x: ad.linalg.inv(x).sum() + ad.fft.rfft(x).real.sum(),
    lambda x: ad.conv2d(x[None, None], x[None, None, :2, :2]).sum(),
    lambda x: ad.softmax(ad.concat([x, x.mT @ x])).max() + np.einsum("ij,ij", x, x),
]
found, start = [], threading.Barrier(8)

def work(first):
    start.wait()
    mine = {}
    for i in range(len(calls)):
        k = (first + i) % len(calls)
        t = ad.Tensor(x, requires_grad=True)
        calls[k](t).backward()
        mine[k] = t.grad.data.tobytes()
    found.append(mine)

threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(found) == 8 and all(mine == found[0] for mine in found), found
"""


def test_the_first_calls_of_a_process_may_come_from_eight_threads_at_once() -> None:
    # namespaces are imported and functions generated at the first call
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST_CALLS], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr


def test_no_thread_gets_in_between_the_stamp_of_a_write_and_its_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Else the one that was overtaken would set the clock of writes back, and hide the other's.
    entered: list[bool] = []

    def tick() -> int:
        entered.extend(together([lambda: graph._writing.acquire(blocking=False)]))
        return tick_of_the_engine()

    w, tick_of_the_engine = leaf([1.0]), graph.tick
    monkeypatch.setattr(graph, "tick", tick)
    w.overwrite()
    assert entered == [False]
