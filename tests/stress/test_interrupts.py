"""What stops a call half way, be it an error or Ctrl-C: the next call works, nothing half-written.

An exception is raised at every line of the engine in turn, from a trace function. Left out are the
lines by which a mode is entered and left, and the end of a `with` statement, which is traced as its
first line once more: Python looks for no interrupt between the end of a block and `__exit__`.
"""

from __future__ import annotations

import linecache
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import autodiff as ad
import nn
import optim
from autodiff import (
    Array,
    GradientError,
    Tensor,
    custom,
    gradients,
    is_grad_enabled,
    jvp,
    no_grad,
    vjp,
)
from autodiff.graph import pullback
from autodiff.tensor import _delivering
from tests.stress.tools import leaf, same, together, values

ENGINE = ("graph", "tensor", "methods", "rules", "transforms", "variable", "codegen")


def of_the_engine(file: str) -> bool:
    return file.startswith("<chainrule") or file.endswith(
        tuple(f"autodiff/{name}.py" for name in ENGINE)
    )


def stopped_at(line: int, call: Callable[[], Any], error: BaseException) -> bool:
    """Call, but raise `error` at the engine's so-many-th line. Whether it got so far."""
    left, entered = line, set()

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal left
        file, number = frame.f_code.co_filename, frame.f_lineno
        if not of_the_engine(file):
            return None
        if event == "line":
            if linecache.getline(file, number).lstrip().startswith("with "):
                if (frame, number) in entered:
                    return trace
                entered.add((frame, number))
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise error
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except type(error):
        return True
    finally:
        sys.settrace(before)
    return False


def lock_is_free() -> bool:
    free = _delivering.acquire(blocking=False)
    if free:
        _delivering.release()
    return free


class Loss:
    """A loss of two weights, some of it recorded in a way that is not first order."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.x = rng.normal(size=(3, 2))
        self.w, self.b = leaf(rng.normal(size=(2, 2))), leaf(np.zeros(2))
        self.w.grad, self.b.grad = Tensor(np.ones((2, 2))), Tensor(np.ones(2))

    def value(self) -> Tensor:
        y = ad.tanh(self.x @ self.w + self.b)
        return (y * y * 2.0).sum() + ad.concat([y, y[:1]]).exp().mean()

    def grads(self) -> list[Any]:
        return [values(self.w.grad).copy(), values(self.b.grad).copy()]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError()], ids=repr)
def test_a_backward_stopped_at_any_line_has_written_all_gradients_or_none(
    error: BaseException, create_graph: bool
) -> None:
    whole = Loss()
    untouched = whole.grads()
    whole.value().backward(create_graph=create_graph)
    complete = whole.grads()
    lines, seen, step = 0, set(), 7 if create_graph else 1
    while True:
        loss = Loss()
        backward = partial(loss.value().backward, create_graph=create_graph)
        if not stopped_at(lines, backward, error):
            break
        found = loss.grads()
        all_written = not np.array_equal(found[0], untouched[0])
        seen.add(all_written)
        same(found, complete if all_written else untouched)
        assert is_grad_enabled()
        assert together([lock_is_free]) == [True]
        lines += step
    assert lines > 100
    assert False in seen
    same(loss.grads(), complete)
    loss.w.grad, loss.b.grad = Tensor(untouched[0]), Tensor(untouched[1])
    loss.value().backward()
    same(loss.grads(), complete)


def test_a_transform_stopped_at_any_line_leaves_modes_and_gradients_alone() -> None:
    loss = Loss()
    before = loss.grads()

    def calls() -> list[Any]:
        y = loss.value()
        found = gradients(y, [loss.w, loss.b], create_graph=True)
        with no_grad():
            _, t = jvp(lambda x: (x * loss.w).sum(), [2.0], [1.0])
            (pulled,) = vjp(lambda x: x[0] * x[1], [2.0, 3.0])[1]()
        return [values(part) for part in (*found, t, pulled)]

    expected, lines = calls(), 0
    while stopped_at(lines, calls, KeyboardInterrupt()):
        assert is_grad_enabled()
        same(loss.grads(), before)
        lines += 11
    same(calls(), expected)
    assert lines > 300


def test_an_assignment_stopped_at_any_line_happened_or_did_not() -> None:
    expected = [[1.0, 2.0], [5.0, 2.0]]
    lines, seen = 0, set()
    while True:
        x, v = leaf([1.0, 2.0]), leaf(5.0)
        y = x * 1.0

        def assign(y: Tensor = y, v: Tensor = v) -> None:
            y[0] = v

        if not stopped_at(lines, assign, KeyboardInterrupt()):
            break
        assert y.tolist() in expected
        moved = expected.index(y.tolist())
        seen.add(moved)
        assert gradients(y.sum(), v).item() == moved if moved else y.sum().item() == 3.0
        lines += 1
    assert lines > 10
    assert 0 in seen


class Interrupting:
    """An identity whose k-th flow, counted over all of them, raises; none if k is negative."""

    def __init__(self, error: type[BaseException], k: int) -> None:
        self.error, self.k = error, k

        @custom(vjps=[lambda g: self.flow(g)])
        def interrupted(x: Array) -> Array:
            return x * 1.0

        self.op: Callable[..., Tensor] = interrupted

    def flow(self, g: Any) -> Any:
        self.k -= 1
        if self.k == -1:
            raise self.error
        return g * 1.0


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RecursionError, SystemExit])
def test_a_rule_that_raises_stops_all_at_whichever_place(error: type[BaseException]) -> None:
    for k in range(5):
        stop = Interrupting(error, k)
        x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
        y = stop.op(x) * stop.op(w)
        z = stop.op(y) + stop.op(y)
        loss = stop.op(z.sum())
        with pytest.raises(error):
            loss.backward()
        assert (x.grad, w.grad) == (None, None)
        assert is_grad_enabled()
        again = (stop.op(x) * stop.op(w)).sum()
        again.backward()
        assert (x.grad.tolist(), w.grad.tolist()) == ([3.0, 4.0], [1.0, 2.0])
        with pytest.raises(GradientError, match="released") if k else pytest.raises(error):
            stop.k = 0
            loss.backward()


def test_a_backward_that_was_to_be_retained_can_be_asked_again_after_an_interrupt() -> None:
    stop = Interrupting(KeyboardInterrupt, 1)
    x = leaf([1.0, 2.0])
    loss = stop.op(stop.op(x * x).exp().sum())
    with pytest.raises(KeyboardInterrupt):
        loss.backward(retain_graph=True)
    loss.backward()
    np.testing.assert_allclose(values(x.grad), 2 * x.data * np.exp(x.data**2))


def test_a_signal_in_the_middle_of_a_backward() -> None:
    @custom(vjps=[lambda g: (signal.raise_signal(signal.SIGINT), g)[1]])
    def struck(x: Array) -> Array:
        return x * 1.0

    x, w = leaf(2.0), leaf(3.0)
    y = struck(x) * w
    with pytest.raises(KeyboardInterrupt), no_grad():
        y.backward(create_graph=True)
    assert (x.grad, w.grad) == (None, None)
    assert is_grad_enabled()


def test_a_handler_that_runs_a_backward_of_its_own_in_the_middle_of_another() -> None:
    x = leaf(2.0)

    def handle(number: int, frame: Any) -> None:
        (x * 10.0).backward()

    @custom(vjps=[lambda g: (signal.raise_signal(signal.SIGINT), g)[1]])
    def struck(x: Array) -> Array:
        return x * 1.0

    kept = signal.signal(signal.SIGINT, handle)
    try:
        struck(x).backward()
        with _delivering:  # where it would wait for itself
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, kept)
    assert values(x.grad) == 21.0


# --- hooks of users that call back, or raise ---


def test_a_rule_that_runs_a_backward_of_its_own() -> None:
    side = leaf(1.0)

    def rule(g: Any, x: Any) -> Any:
        inner = leaf(3.0)
        (inner * inner * side).backward()
        return g * values(inner.grad)

    @custom(vjps=[rule])
    def nested(x: Array) -> Array:
        return x * 6.0

    x = leaf(2.0)
    nested(x).backward()
    assert values(x.grad) == 6.0
    assert values(side.grad) == 9.0


def test_an_op_whose_rule_calls_the_op_itself() -> None:
    @custom(vjps=[lambda g, y: g * again_and_again(y * 0.0)])
    def again_and_again(x: Array) -> Array:
        return np.exp(x)

    x = leaf(2.0)
    (slope,) = gradients(again_and_again(x), [x], create_graph=True)
    assert slope.item() == 1.0
    assert gradients(slope, x).item() == 0.0


def test_an_op_that_calls_itself_without_end_says_so_and_harms_nothing() -> None:
    @custom(vjps=[lambda g: endless(g)])
    def endless(x: Array) -> Array:
        return endless(x)

    x = leaf(1.0)
    with pytest.raises(RecursionError):
        endless(x)
    (x * 2.0).backward()
    assert values(x.grad) == 2.0


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_visit_that_raises_writes_nothing_and_the_graph_can_be_walked_again(at: int) -> None:
    x = leaf([1.0, 2.0])
    y = (x * x).exp().sum()
    seen = []

    def visit(step: Any) -> None:
        if len(seen) == at:
            raise RuntimeError("enough")
        seen.append(step)

    with pytest.raises(RuntimeError, match="enough"):
        pullback({y._node: np.ones(())}, visit=visit)
    assert x.grad is None
    y.backward()
    np.testing.assert_allclose(values(x.grad), 2 * x.data * np.exp(x.data**2))


def test_a_function_that_raises_after_recording_leaves_the_mode_as_it_was() -> None:
    def f(x: Any) -> Any:
        (x * x).exp()
        raise RuntimeError("mine")

    for ask in (lambda: jvp(f, [1.0], [1.0]), lambda: vjp(f, 1.0), lambda: ad.grad(f)(1.0)):
        with no_grad():
            with pytest.raises(RuntimeError, match="mine"):
                ask()
            assert not is_grad_enabled()
        assert is_grad_enabled()


class Foreign:
    """Of another library: wants all of NumPy's calls for itself, and refuses them."""

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return NotImplemented

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("not with me")


def test_a_foreign_class_that_refuses_or_raises() -> None:
    x = leaf([1.0, 2.0])
    for call in (
        lambda: np.concatenate([x, Foreign()]),
        lambda: np.add(x, Foreign()),
        lambda: x + Foreign(),
        lambda: np.where(x, Foreign(), x),
    ):
        with pytest.raises((TypeError, RuntimeError)):
            call()
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


# --- optimizers ---


@pytest.mark.parametrize(
    ("make", "option", "broken"),
    [
        (optim.SGD, "lr", "fast"),
        (optim.SGD, "momentum", -1.0),
        (optim.Adam, "betas", (0.9, 1.0)),
        (optim.Adam, "eps", None),
    ],
)
def test_a_step_with_a_broken_option_changes_nothing(make: Any, option: str, broken: Any) -> None:
    model = nn.MLP([2, 3, 1], rng=np.random.default_rng(0))
    first, *others = model.parameters()
    optimizer = make([{"params": [first]}, {"params": others}], lr=0.1)

    def run() -> None:
        optimizer.zero_grad()
        model(np.ones((4, 2), np.float32)).sum().backward()
        optimizer.step()

    run()
    good = optimizer.param_groups[1][option]
    before = [p.data.copy() for p in model.parameters()]
    state = optimizer.state_dict()["state"]
    optimizer.param_groups[1][option] = broken
    with pytest.raises((TypeError, ValueError)):
        run()
    same([p.data for p in model.parameters()], before)
    for number, kept in optimizer.state_dict()["state"].items():
        assert all(np.array_equal(kept[name], state[number][name]) for name in kept)
    optimizer.param_groups[1][option] = good
    run()
    assert all(kept["step"] == 2 for kept in optimizer.state_dict()["state"].values())


def test_an_update_that_raises_is_not_counted_as_a_step() -> None:
    class Picky(optim.SGD):
        def update(self, group: Any, step: int, p: Any, g: Any, *memory: Any) -> None:
            if not np.isfinite(g).all():
                raise FloatingPointError("overflow")
            super().update(group, step, p, g, *memory)

    p = leaf([1.0])
    optimizer = Picky([p], lr=0.1)
    for g, steps in ((1.0, 1), (np.inf, 1), (1.0, 2)):
        p.grad = Tensor([g])
        if np.isfinite(g):
            optimizer.step()
        else:
            with pytest.raises(FloatingPointError):
                optimizer.step()
        assert optimizer.state_dict()["state"][0]["step"] == steps
    assert p.tolist() == [0.8]
