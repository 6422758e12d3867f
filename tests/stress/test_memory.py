"""Memory: what was dropped is gone at once, by reference counting alone, whatever happened."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
import optim
from autodiff import (
    COMPOSITES,
    OPS,
    Array,
    GradientError,
    Op,
    Tensor,
    custom,
    gradients,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
)
from autodiff.graph import Node
from autodiff.testing.strategies import Call, calls, flowing
from tests.stress.tools import leaf, live

LIBRARY = [
    op
    for op in [*OPS.values(), *COMPOSITES.values()]
    if op.forward.__module__.startswith("autodiff.")
]
each_function = pytest.mark.parametrize("op", LIBRARY, ids=lambda op: op.name)


@pytest.fixture(scope="module", autouse=True)
def _no_collector() -> Iterator[None]:
    """Nothing is collected but by the tests."""
    gc.collect()
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def cyclic_garbage(use: Callable[[], Any]) -> list[str]:
    """Types of what only the garbage collector could free after a call of `use`."""
    gc.freeze()  # what is older is not looked at
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        use()
        gc.collect()
        return [type(thing).__name__ for thing in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def several(ys: Any) -> list[Any]:
    return [y for y in (ys if isinstance(ys, (tuple, list)) else [ys]) if y.dtype.kind in "fc"]


def test_the_measure_itself_finds_a_cycle() -> None:
    def use() -> None:
        def forever(n: int) -> Any:
            return forever(n - 1) if n else None

        forever(2)

    assert cyclic_garbage(use)


# --- no cycle from any op ---


def used_in_every_way(op: Op, call: Call) -> None:
    at = flowing(op, call)
    xs = [np.array(call.arrays[i]) for i in at]

    def f(*xs: Any) -> Any:
        arrays = list(call.arrays)
        for i, x in zip(at, xs, strict=True):
            arrays[i] = x
        return tuple(several(op.record(arrays, call.params)))

    tensors = [leaf(x) for x in xs]
    with no_grad():
        f(*tensors)
    ys = f(*tensors)
    us = [np.ones(y.shape, y.dtype) for y in ys]
    for create_graph in (False, True):
        gradients(ys, tensors, us, create_graph=create_graph)
    ys[0].backward(us[0], create_graph=True)
    ys[0].backward(us[0])
    jvp(f, xs, xs)
    _, pull = vjp(f, *xs)
    pull(*us)


@each_function
@settings(max_examples=3)
@given(data=st.data())
def test_no_op_leaves_a_cycle_in_any_mode(op: Op, data: st.DataObject) -> None:
    call = data.draw(calls(op))
    assert cyclic_garbage(lambda: used_in_every_way(op, call)) == []


class Strange:
    """Nothing that any argument could be."""


def called_wrongly(op: Op, call: Call) -> None:
    tensors = [x if x is None or x.dtype.kind not in "fc" else leaf(x) for x in call.arrays]
    for i in range(len(tensors)):
        for wrong in (np.array(["a", "b"]), leaf(np.ones((2, 3, 5, 7, 11))), None):
            attempt(op, [*tensors[:i], wrong, *tensors[i + 1 :]], call.params)
    for i in range(len(call.params)):
        attempt(op, tensors, [*call.params[:i], Strange(), *call.params[i + 1 :]])


def attempt(op: Op, arrays: Any, params: Any) -> None:
    try:
        op.record(arrays, params)
    except Exception:
        assert True  # which error it is, tests/test_errors.py asks


@each_function
@settings(max_examples=1)
@given(data=st.data())
def test_a_call_that_fails_leaves_no_cycle(op: Op, data: st.DataObject) -> None:
    call = data.draw(calls(op, dtype=np.float64))
    with np.errstate(all="ignore"):
        called_wrongly(op, call)  # once, to import what explains errors
        assert cyclic_garbage(lambda: called_wrongly(op, call)) == []


def test_a_backward_that_fails_leaves_nothing_alive_but_its_traceback() -> None:
    def refuse(g: Any) -> Any:
        raise RuntimeError("no slope today")

    @custom(vjps=[refuse])
    def stubborn(x: Array) -> Array:
        return x + 1.0

    def record() -> tuple[Tensor, list[weakref.ref[Any]]]:
        x = leaf(np.ones(1000))
        h = stubborn(x.exp())
        y = (h * h).sum()
        return y, [weakref.ref(thing) for thing in (x, h, h.data)]

    for ask in (
        lambda y: y.backward(),
        lambda y: y.backward(create_graph=True),
        lambda y: vjp(lambda x: stubborn(x * y), 2.0)[1](1.0),
        lambda y: jvp(lambda x: stubborn(x * y), [2.0], [1.0]),
    ):
        y, born = record()
        with pytest.raises(RuntimeError, match="no slope") as caught:
            ask(y)
        del y, caught
        assert [thing() for thing in born] == [None] * 3


def test_a_tensor_is_gone_the_moment_it_is_dropped() -> None:
    x = leaf(np.ones(3))
    y = (x * 2.0).exp()
    z = y.sum()
    born = [weakref.ref(thing) for thing in (y, y.data)]
    del y
    assert born[0]() is None
    assert born[1]() is not None  # the gradient of exp reads it
    del z
    assert born[1]() is None


# --- ten thousand steps ---


def fails(call: Callable[[], Any]) -> None:
    # `pytest.raises` would keep the tracebacks, in cycles
    try:
        call()
    except (ValueError, GradientError):
        return
    pytest.fail("no error")


def steps(optimizer_of: Callable[[Any], Any]) -> Iterator[float]:
    """A training with everything that may happen in between."""
    rng = np.random.default_rng(0)
    x, target = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    model = nn.MLP([2, 3, 1], nn.Tanh, dtype=np.float64, rng=rng)
    params = list(model.parameters())
    optimizer = optimizer_of(params)

    def loss_of(x: Any) -> Any:
        return nn.functional.mse_loss(model(x), target)

    slope = value_and_grad(loss_of)
    number = 0
    while True:
        number += 1
        optimizer.zero_grad()
        if number % 8 == 0:  # a penalty on the gradient
            at = leaf(x)
            g = gradients(loss_of(at), at, create_graph=True)
            loss = loss_of(x) + 0.1 * (g * g).sum()
        else:
            loss = loss_of(x)
        loss.backward(create_graph=number % 16 == 0)
        if number % 10 == 0:  # steps that fail
            fails(lambda: model(np.ones((4, 3))))
            fails(lambda: loss_of(x).backward(np.ones(7)))
            stale = loss_of(x)
            optimizer.step()
            fails(stale.backward)
        optimizer.step()
        if number % 12 == 0:
            slope(x)
            jvp(loss_of, [x], [x])
        if number % 5 == 0:
            with no_grad():
                loss = loss_of(x)
        yield loss.item()


@pytest.mark.parametrize(
    "optimizer_of",
    [lambda ps: optim.SGD(ps, lr=0.05, momentum=0.5), lambda ps: optim.Adam(ps, lr=0.01)],
    ids=["SGD", "Adam"],
)
def test_ten_thousand_steps_take_no_more_memory_than_the_first(
    optimizer_of: Callable[[Any], Any],
) -> None:
    gc.collect()
    training = steps(optimizer_of)
    first = next(training)
    for _ in range(1, 480):
        next(training)
    alive, blocks = (live(Node), live(Tensor)), allocated()
    for _ in range(9_600):  # a multiple of 240, the rounds of what happens in between
        last = next(training)
    assert last < 0.9 * first
    assert (live(Node), live(Tensor)) == alive
    # Of one object in each step lost, there were 9600. A block has at most 512 bytes.
    assert allocated() - blocks < 1_000


def allocated() -> int:
    """How many blocks of memory objects take; arrays are among them."""
    assert gc.collect() == 0  # which empties the interpreter's stores of freed tuples
    return sys.getallocatedblocks()
