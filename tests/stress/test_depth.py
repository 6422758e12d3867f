"""Depth and width: what is long or wide costs in proportion, and no recursion.

Costs are counted, not clocked: in calls of functions, Python's and built-in ones.
"""

from __future__ import annotations

import copy
import gc
import pickle
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autodiff as ad
import viz
from autodiff import GradientError, Tensor, gradients, jvp, vjp
from autodiff.graph import Node, pullback, pushforward, replay, upstream
from tests.stress.tools import leaf, live, values


@pytest.fixture(autouse=True)
def _only_reference_counting_and_no_deep_recursion() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    gc.collect()
    gc.disable()
    sys.setrecursionlimit(400)
    yield
    sys.setrecursionlimit(limit)
    gc.enable()


def cost(f: Callable[[], Any]) -> int:
    """How many functions are called by a call of `f`."""
    calls = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        f()
    finally:
        sys.setprofile(None)
    return calls


def assert_linear(f: Callable[[int], Any], n: int = 100) -> None:
    """That a call of `f` for twice the length costs at most twice as much."""
    f(n)  # the first time functions are generated
    once, twice, four_times = (cost(lambda k=k: f(k * n)) for k in (1, 2, 4))
    assert twice - once >= n  # something is done for each
    assert four_times - twice <= 2.05 * (twice - once)


# --- depth ---


def test_a_chain_of_a_million_ops_is_recorded_walked_and_freed() -> None:
    before = live(Node)
    x = leaf(1.5)
    y = x
    for _ in range(1_000_000):
        y = y + 1e-6
    assert y.item() == pytest.approx(2.5)
    assert live(Node) == before + 1_000_001
    y.backward()
    assert values(x.grad) == 1.0
    del y
    assert live(Node) == before + 1


def test_a_long_chain_never_walked_is_freed_too() -> None:
    before = live(Node)
    y = leaf([1.0, 2.0])
    for _ in range(100_000):
        y = y * 1.0
    del y
    assert live(Node) == before


def test_a_chain_of_a_hundred_thousand_ops_is_walked_in_both_modes_and_twice() -> None:
    before = live(Node), live(Tensor)
    n = 100_000
    x = leaf(1.0)
    y = x
    for _ in range(n):
        y = y * 1.00001
    slope = 1.00001**n
    assert gradients(y, x).item() == pytest.approx(slope)
    (tangent,) = pushforward([y._node], {x._node: np.float64(3.0)}).values()
    assert tangent == pytest.approx(3.0 * slope)
    gradient = gradients(y * y, x, create_graph=True)
    assert gradient.item() == pytest.approx(2 * slope**2)
    assert gradients(gradient, x).item() == pytest.approx(2 * slope**2)
    del x, y, gradient
    assert (live(Node), live(Tensor)) == before


def test_a_long_chain_is_walked_by_transforms_and_shown_without_recursion() -> None:
    n = 20_000

    def f(x: Any) -> Any:
        for _ in range(n):
            x = x * 1.0001
        return x

    slope = 1.0001**n
    x = leaf(1.0)
    y = f(x)
    assert jvp(f, [1.0], [1.0])[1].item() == pytest.approx(slope)
    assert vjp(f, 1.0)[1]()[0].item() == pytest.approx(slope)
    copies, at = replay([y._node])
    assert at[copies[y._node]] == y.item()
    assert len(upstream([y._node])[0]) == n
    assert repr(y) == f"Tensor({y.item():.8f}, requires_grad=True)"
    for again in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(GradientError, match="apart from its graph"):
            again(y)
    assert copy.deepcopy(y.detach()).item() == y.item()


def test_a_long_chain_is_drawn_without_recursion() -> None:
    y = leaf(1.0, name="x")
    for _ in range(2_000):
        y = y + 1.0
    assert repr(viz.draw(y)) == "Drawing(4002 nodes, 4001 edges)"


@pytest.mark.parametrize("create_graph", [False, True])
def test_what_a_chain_costs_grows_with_its_length(create_graph: bool) -> None:
    def f(n: int) -> None:
        x = leaf(1.0)
        y = x
        for _ in range(n):
            y = y * 1.5
        gradients(y, x, create_graph=create_graph)
        jvp(lambda x: x * y, [1.0], [1.0])
        replay([y._node])

    assert_linear(f)


# --- width ---


def test_one_tensor_used_a_hundred_thousand_times() -> None:
    n = 100_000
    x = leaf([1.0, -1.0])
    y = ad.stack([x * float(k) for k in range(n)])
    y.sum().backward()
    assert values(x.grad).tolist() == [n * (n - 1) / 2] * 2  # exact: whole numbers
    x.grad = None
    y = x
    for _ in range(n):
        y = y + x
    y.sum().backward()
    assert values(x.grad).tolist() == [n + 1.0] * 2
    assert gradients(ad.concat([x] * n).sum(), x).tolist() == [n, n]


@pytest.mark.parametrize("create_graph", [False, True])
def test_what_a_fan_out_costs_grows_with_its_width(create_graph: bool) -> None:
    def f(n: int) -> None:
        x = leaf(2.0)
        y = x * 1.0
        for _ in range(n):
            y = y + x
        gradients(y * y, x, create_graph=create_graph)

    assert_linear(f)


@pytest.mark.parametrize("join", [ad.concat, ad.stack])
def test_ten_thousand_inputs_of_one_op(join: Callable[..., Tensor]) -> None:
    n = 10_000
    xs = [leaf([float(k)]) for k in range(n)]
    weights = np.arange(float(n)).reshape(join(xs).shape)
    y = (join(xs) ** 2 * weights).sum()
    first = gradients(y, xs, create_graph=True)
    assert [g.item() for g in first[:4]] == [0.0, 2.0, 8.0, 18.0]
    second = gradients([g.sum() for g in first], xs)
    assert [g.item() for g in second] == [2.0 * k for k in range(n)]
    y.backward()
    assert [values(x.grad).item() for x in xs] == [2.0 * k * k for k in range(n)]
    _, t = jvp(lambda *xs: join(xs).sum(), xs, [np.ones(1)] * n)
    assert t.item() == n


@pytest.mark.parametrize("join", [ad.concat, ad.stack])
def test_what_joining_costs_grows_with_the_number_of_inputs(join: Callable[..., Tensor]) -> None:
    def f(n: int) -> None:
        named = [Tensor([1.0], name=f"c{k}") for k in range(n)]
        xs = [leaf([1.0]) for _ in range(n)]
        y = join([*xs, *named])
        g = gradients((y * y).sum(), xs, create_graph=True)
        gradients([part.sum() for part in g], xs)
        jvp(lambda *xs: join(xs), [x.data for x in xs], [x.data for x in xs])

    assert_linear(f)


def test_what_forward_mode_costs_grows_with_the_number_of_outputs() -> None:
    def f(n: int) -> None:
        def running(x: Any) -> Any:
            ys = [x]
            for _ in range(n):
                ys.append(ys[-1] + x)
            return tuple(ys)

        _, tangents = jvp(running, [1.0], [1.0])
        assert [t.item() for t in tangents] == list(range(1, n + 2))

    assert_linear(f)


def test_many_outputs_that_need_no_gradient_are_looked_at_once() -> None:
    x = leaf(1.0)

    def f(n: int) -> None:
        outputs = [*(Tensor(1.0) for _ in range(n)), x * x]
        assert gradients(outputs, x).item() == 2.0

    assert_linear(f)


def test_diamonds_upon_diamonds_take_linear_time() -> None:
    def f(n: int) -> None:
        x = leaf(1.0)
        y = x
        for _ in range(n):  # 2**n paths
            y = 0.5 * y + 0.5 * y
        assert pullback({y._node: np.ones(())})[x._node] == 1.0

    assert_linear(f)
