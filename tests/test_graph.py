"""The graph: recorded, walked, released, freed; modes; stale values; aliasing."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import (
    OPS,
    Array,
    Tensor,
    custom,
    enable_grad,
    gradients,
    is_grad_enabled,
    no_grad,
)
from autodiff.errors import GradientError
from autodiff.graph import Leaf, Node, Step, pullback, replay, upstream


def leaf(data: Any, **kwargs: Any) -> Tensor:
    return Tensor(data, requires_grad=True, **kwargs)


def values(t: Tensor | None) -> Any:
    assert t is not None
    return t.detach().numpy()


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Only reference counting frees."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def live(kind: type) -> int:
    return sum(issubclass(type(thing), kind) for thing in gc.get_objects())


# --- memory ---


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_graph_is_freed_by_reference_counting_alone(
    without_collector: None, create_graph: bool
) -> None:
    before = live(Node), live(Tensor)
    x = leaf([1.0, 2.0])
    y = (x * x).exp().sum()
    (g,) = gradients(y, [x], create_graph=create_graph)
    h = gradients(g.sum(), x) if create_graph else None
    del x, y, g, h
    assert (live(Node), live(Tensor)) == before


def test_saved_arrays_are_released_by_backward() -> None:
    x = leaf(np.ones(3))
    hidden = x * 2.0
    kept = weakref.ref(hidden.data)
    y = hidden.exp() * hidden
    z = y.sum()
    del hidden, y
    assert kept() is not None
    z.backward()
    assert kept() is None


# --- accumulation ---


def test_a_value_used_often_gets_the_sum_of_its_flows() -> None:
    x = leaf([1.0, -2.0])
    y = x * x + x.exp() + 3.0 * x
    y.sum().backward()
    np.testing.assert_allclose(values(x.grad), 2 * x.data + np.exp(x.data) + 3)


def test_each_node_is_walked_once_and_after_all_its_consumers() -> None:
    x = leaf(2.0)
    a = x * x
    b = a + x
    c = a * b
    steps: list[Step] = []
    pullback({c._node: np.ones(())}, visit=steps.append)
    assert [s.node for s in steps] == [c._node, b._node, a._node]
    assert [float(s.cotangent) for s in steps] == [1.0, 4.0, 6.0 + 4.0]
    assert [[float(f) for f in s.flows] for s in steps] == [[6.0, 4.0], [4.0, 4.0], [20.0, 20.0]]


def test_unused_branches_are_not_walked() -> None:
    x = leaf(2.0)
    used = x * x
    unused = used.exp()
    steps: list[Step] = []
    pullback({used._node: np.ones(())}, visit=steps.append)
    assert unused._node not in {s.node for s in steps}


def test_gradients_accumulate_over_backward_calls() -> None:
    x = leaf([1.0, 2.0])
    for _ in range(3):
        (x * x).sum().backward()
    np.testing.assert_array_equal(values(x.grad), 3 * 2 * x.data)


def test_backward_from_a_leaf() -> None:
    x = leaf(3.0)
    x.backward()
    x.backward(2.0)
    assert values(x.grad) == 3.0


def test_gradient_argument() -> None:
    x = leaf([1.0, 2.0])
    (x * x).backward([1.0, 10.0])
    np.testing.assert_array_equal(values(x.grad), [2.0, 40.0])


def test_one_element_of_any_shape_needs_no_gradient_argument() -> None:
    x = leaf([[3.0]])
    (x * x).backward()
    np.testing.assert_array_equal(values(x.grad), [[6.0]])


def test_integers_and_other_floats_as_gradient_argument() -> None:
    x = leaf(np.ones(2, np.float32))
    (x * x).backward(np.array([1, 2]))
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(values(x.grad), [2.0, 4.0])


def test_a_dropped_leaf_is_no_obstacle() -> None:
    y = leaf(2.0) * leaf(3.0)
    y.backward()
    x = leaf(2.0)
    z = x * leaf(5.0)
    z.backward()
    assert values(x.grad) == 5.0


# --- what is asked for, and no more ---


@pytest.fixture
def counted() -> tuple[Callable[..., Any], list[str]]:
    """A product that notes which of its flows were computed."""
    flows: list[str] = []

    def flow(name: str, value: Any) -> Any:
        flows.append(name)
        return value

    @custom(
        vjps=[lambda g, right: flow("left", g * right), lambda g, left: flow("right", g * left)]
    )
    def counted_product(left: Array, right: Array) -> Array:
        return left * right

    return counted_product, flows


def test_the_flow_to_a_constant_is_never_computed(counted: Any) -> None:
    product, flows = counted
    product(leaf(2.0), 3.0).backward()
    product(3.0, leaf(2.0)).backward()
    assert flows == ["left", "right"]


def test_gradients_computes_only_what_leads_to_its_inputs(counted: Any) -> None:
    product, flows = counted
    x, w = leaf(2.0), leaf(3.0)
    h = product(x, 5.0)
    y = product(h, w)
    assert gradients(y, w).item() == 10.0
    assert flows == ["right"]
    flows.clear()
    assert gradients(y, h).item() == 3.0
    assert flows == ["left"]
    flows.clear()
    assert [g.item() for g in gradients(y, [h, x])] == [3.0, 15.0]
    assert flows == ["left", "left"]


def test_only_what_the_tracked_arguments_need_is_saved() -> None:
    x, big = leaf(np.ones(3)), np.full(3, 2.0)
    y = x * big
    assert not any(value is x.data for value in y._node.kept().values())
    kept = [OPS[name].saves for name in ("add", "negative", "sum", "reshape", "exp", "sin")]
    assert kept == [(), (), (), (), ("y",), ("x",)]


def test_gradients_of_interior_values() -> None:
    x = leaf([1.0, 2.0])
    h = x * x
    y = (h * h).sum()
    by_h, by_x = gradients(y, [h, x])
    np.testing.assert_array_equal(values(by_h), 2 * h.data)
    np.testing.assert_array_equal(values(by_x), 4 * x.data**3)
    assert x.grad is None
    assert gradients(y, y).item() == 1.0


def test_gradients_of_what_does_not_matter_are_zero() -> None:
    x, other = leaf([1.0, 2.0]), leaf(np.ones((2, 3), np.float32))
    found = gradients((x * x).sum(), [x, other])
    assert found[1].shape == (2, 3)
    assert found[1].dtype == np.float32
    np.testing.assert_array_equal(values(found[1]), np.zeros((2, 3)))


def test_gradients_of_several_outputs_add_up() -> None:
    x = leaf([1.0, 2.0])
    u = np.array([1.0, 10.0])
    found = gradients([x * x, x.sum(), x], x, [u, None, [5.0, 5.0]])
    np.testing.assert_array_equal(values(found), 2 * x.data * u + 1 + 5)
    twice = x.sum()
    np.testing.assert_array_equal(values(gradients([twice, twice], x)), [2.0, 2.0])


def test_gradients_mirrors_how_inputs_came() -> None:
    x = leaf(2.0)
    y = x * x
    assert isinstance(gradients(y, x), Tensor)
    assert isinstance(gradients(y, [x]), tuple)
    assert len(gradients(y, (x, x))) == 2


def test_gradients_can_be_asked_again() -> None:
    x = leaf(3.0)
    y = x * x
    assert gradients(y, x).item() == gradients(y, x).item() == 6.0
    y.backward()
    with pytest.raises(GradientError, match="released"):
        gradients(y, x)


def test_the_same_gradients_whichever_way_they_are_asked_for() -> None:
    rng = np.random.default_rng(0)
    x, w, b = leaf(rng.normal(size=(5, 3))), leaf(rng.normal(size=(3, 2))), leaf(np.zeros(2))
    loss = autodiff.logsumexp((x @ w + b).relu(), axis=1).mean()
    one = [values(g) for g in gradients(loss, [x, w, b])]
    two = [values(g) for g in gradients(loss, [x, w, b], create_graph=True)]
    steps: list[Step] = []
    stepped = pullback({loss._node: np.ones(())}, visit=steps.append)
    loss.backward()
    for t, a, c in zip([x, w, b], one, two, strict=True):
        for found in (a, c, stepped[t._node]):
            np.testing.assert_allclose(found, values(t.grad), rtol=1e-14)
    assert len(steps) == len(upstream([loss._node])[0])


# --- walked again, and higher orders ---


def test_a_second_backward_says_what_to_do() -> None:
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    grad = values(x.grad).copy()
    with pytest.raises(GradientError, match=r"released.*retain_graph=True"):
        y.backward()
    np.testing.assert_array_equal(values(x.grad), grad)


def test_a_part_that_was_walked_before_leaves_gradients_alone() -> None:
    x, w = leaf(2.0), leaf(3.0)
    shared = x * x
    first, second = shared * w, shared.exp()
    first.backward()
    x.grad = w.grad = None
    with pytest.raises(GradientError, match="released"):
        second.backward()
    assert x.grad is None
    assert w.grad is None


def test_retain_graph() -> None:
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert values(x.grad) == 12.0


def test_create_graph_makes_gradients_differentiable() -> None:
    x = leaf(2.0)
    y = x * x * x
    y.backward(create_graph=True)
    slope = x.grad
    assert slope is not None
    assert slope.requires_grad
    x.grad = None
    slope.backward(create_graph=True)
    assert values(x.grad) == 12.0
    curvature = x.grad
    assert curvature is not None
    assert gradients(curvature, x).item() == 6.0


def test_without_create_graph_gradients_are_constants() -> None:
    x = leaf(2.0)
    assert not gradients(x * x, x).requires_grad
    (x * x).backward()
    assert x.grad is not None
    assert not x.grad.requires_grad


def test_create_graph_keeps_the_graph() -> None:
    x = leaf(2.0)
    y = x.exp()
    y.backward(create_graph=True)
    y.backward()
    assert values(x.grad) == pytest.approx(2 * np.exp(2))


def test_create_graph_records_inside_no_grad_too() -> None:
    x = leaf(2.0)
    y = x * x * x
    with no_grad():
        slope = gradients(y, x, create_graph=True)
        assert not is_grad_enabled()
    assert gradients(slope, x).item() == 12.0


def test_gradients_of_a_penalised_gradient() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, -1.0])
    slope = gradients(((x * w).sum()) ** 2, x, create_graph=True)
    (slope * slope).sum().backward()
    # |2 (x.w) w|**2 = 4 (x.w)**2 (w.w)
    xw, ww = x.data @ w.data, w.data @ w.data
    np.testing.assert_allclose(values(x.grad), 8 * xw * ww * w.data)
    np.testing.assert_allclose(values(w.grad), 8 * xw * ww * x.data + 8 * xw**2 * w.data)


# --- values that were overwritten ---


def test_a_value_overwritten_before_backward_is_refused() -> None:
    w = leaf([1.0, 2.0])
    loss = (w * w).sum()
    w.overwrite()[...] = 5.0
    with pytest.raises(GradientError, match="overwritten"):
        loss.backward()
    assert w.grad is None


@pytest.mark.parametrize(
    "view",
    [
        lambda w: w.mT,
        lambda w: w.T,
        lambda w: w[0],
        lambda w: w.reshape(4),
        lambda w: w.broadcast_to((3, 2, 2)),
        lambda w: w[:, ::-1],
        lambda w: w.expand_dims(0).squeeze(0),
    ],
)
def test_a_view_of_a_value_overwritten_is_refused(view: Callable[..., Any]) -> None:
    w = leaf([[1.0, 2.0], [3.0, 4.0]])
    x = leaf(2.0)
    loss = (view(w) * x).sum()
    w.overwrite()[...] = 5.0
    with pytest.raises(GradientError, match="overwritten"):
        gradients(loss, x)


def test_assigning_in_place_counts_as_overwriting() -> None:
    w = leaf([1.0, 2.0])
    loss = (w * w).sum()
    w.data -= 1.0
    with pytest.raises(GradientError, match="overwritten"):
        loss.backward()


def test_a_constant_and_a_detached_value_overwritten_are_refused_too() -> None:
    x, c = leaf([1.0, 2.0]), Tensor([3.0, 4.0])
    loss = (x * c).sum()
    c.overwrite()[...] = 0.0
    with pytest.raises(GradientError, match="overwritten"):
        loss.backward()
    w = leaf([1.0, 2.0])
    loss = (x * w.detach()).sum()
    w.overwrite()[...] = 0.0
    with pytest.raises(GradientError, match="overwritten"):
        loss.backward()


def test_overwriting_a_joined_value_is_noticed() -> None:
    w = leaf([1.0, 2.0])
    loss = (autodiff.stack([w, w]) * leaf([3.0, 4.0])).sum()
    w.overwrite()[...] = 5.0  # stack copied the values: nothing is stale
    loss.backward()
    np.testing.assert_array_equal(values(w.grad), [6.0, 8.0])


def test_no_false_alarm_where_the_value_is_not_needed() -> None:
    w = leaf([1.0, 2.0])
    loss = (w + 1.0).sum()
    w.overwrite()[...] = 5.0
    loss.backward()
    np.testing.assert_array_equal(values(w.grad), [1.0, 1.0])


def test_no_false_alarm_for_what_was_written_before_it_was_used() -> None:
    w = leaf([1.0, 2.0])
    w.overwrite()[...] = 5.0
    (w * w).sum().backward()
    np.testing.assert_array_equal(values(w.grad), [10.0, 10.0])


def test_no_false_alarm_for_a_part_that_is_not_walked() -> None:
    x, w = leaf(2.0), leaf(3.0)
    h = w * w
    y = h * x
    w.overwrite()[...] = 5.0
    assert gradients(y, x).item() == 9.0


def test_no_false_alarm_for_what_only_another_argument_needs() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = (x * w).sum()
    w.overwrite()[...] = 0.0
    np.testing.assert_array_equal(values(gradients(y, w)), [1.0, 2.0])
    with pytest.raises(GradientError, match="overwritten"):
        gradients(y, x)


def test_new_data_in_place_of_old_is_no_overwriting() -> None:
    w = leaf([1.0, 2.0])
    loss = (w * w).sum()
    w.data = np.array([5.0, 5.0])
    loss.backward()
    np.testing.assert_array_equal(values(w.grad), [2.0, 4.0])


def test_steps_after_backward_are_fine_ever_after() -> None:
    w = leaf([1.0, 2.0])
    for _ in range(3):
        w.grad = None
        (w * w).sum().backward()
        np.testing.assert_array_equal(values(w.grad), 2 * w.data)
        w.overwrite()[...] -= 0.1 * values(w.grad)


# --- nobody's arrays are anybody else's ---


def distinct(*arrays: Any) -> bool:
    return not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[i + 1 :])


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x + y,
        lambda x, y: x.reshape(2, 1).reshape(2) + y,
        lambda x, y: x - (-y),
        lambda x, y: autodiff.concat([x, y])[:2] + y,
        lambda x, y: autodiff.stack([x, y]).sum(0),
        lambda x, y: autodiff.copy(x) + y.broadcast_to((2,)),
        lambda x, y: x.expand_dims(0)[0] + y.T,
    ],
)
def test_gradients_share_no_memory(f: Callable[..., Any], create_graph: bool) -> None:
    for ask in ("backward", "gradients"):
        x, y, u = leaf([1.0, 2.0]), leaf([3.0, 4.0]), Tensor([5.0, 6.0])
        z = f(x, y)
        if ask == "backward":
            z.backward(u, create_graph=create_graph)
            found = [values(x.grad), values(y.grad)]
        else:
            found = [values(g) for g in gradients(z, [x, y], u, create_graph=create_graph)]
        assert distinct(*found, u.data, x.data, y.data, z.data)
        assert all(g.flags.writeable for g in found)


def test_accumulating_leaves_an_earlier_gradient_alone() -> None:
    x = leaf([1.0, 2.0])
    x.sum().backward()
    first = x.grad
    x.sum().backward()
    np.testing.assert_array_equal(values(first), [1.0, 1.0])
    np.testing.assert_array_equal(values(x.grad), [2.0, 2.0])


# --- replay ---


@pytest.mark.parametrize("walked", [False, True])
def test_replay_gives_every_value_before_and_after_backward(walked: bool) -> None:
    rng = np.random.default_rng(0)
    x, w = leaf(rng.normal(size=(4, 3)), name="x"), leaf(rng.normal(size=(3, 2)), name="w")
    h = x @ w
    parts = autodiff.concat([h.relu(), 2.0 * h], axis=1)
    y = autodiff.cross_entropy(parts * np.arange(4.0), np.array([0, 1, 2, 3])).mean()
    expected = {t._node: t.data.copy() for t in (x, w, h, parts, y)}
    if walked:
        y.backward()
    copies, at = replay([y._node])
    for node, value in expected.items():
        np.testing.assert_array_equal(at[copies[node]], value)
        assert isinstance(node, Leaf) == (copies[node] is node)
    if walked:
        found = pullback({copies[y._node]: np.ones(())})
        np.testing.assert_allclose(found[x._node], values(x.grad), rtol=1e-14)
        np.testing.assert_allclose(found[w._node], values(w.grad), rtol=1e-14)


# --- modes ---


def test_no_grad_records_nothing_and_restores() -> None:
    x = leaf(2.0)
    with no_grad():
        assert not is_grad_enabled()
        y = x * x
        with enable_grad():
            z = x * x
        assert not is_grad_enabled()
    assert is_grad_enabled()
    assert not y.requires_grad
    assert z.requires_grad
    assert (x * x).requires_grad


def test_no_grad_lets_leaves_be_made() -> None:
    with no_grad():
        x = leaf(2.0)
    assert x.requires_grad
    assert gradients(x * x, x).item() == 4.0


def test_no_grad_restores_after_an_error() -> None:
    with pytest.raises(RuntimeError, match="mine"), no_grad():
        raise RuntimeError("mine")
    assert is_grad_enabled()


def test_no_grad_decorates() -> None:
    @no_grad()
    def f(x: Any, depth: int) -> Any:
        """Doc of f."""
        assert not is_grad_enabled()
        if depth:
            return f(x, depth - 1)
        with enable_grad():
            return x * x

    x = leaf(2.0)
    assert f(x, 2).requires_grad
    assert is_grad_enabled()
    assert f.__name__ == "f"
    assert f.__doc__ == "Doc of f."


def test_one_no_grad_object_may_be_entered_again_inside_of_itself() -> None:
    mode = no_grad()
    with mode:
        with mode:
            assert not is_grad_enabled()
        assert not is_grad_enabled()
    assert is_grad_enabled()


def test_a_mode_in_one_thread_does_not_leak_to_another() -> None:
    inside, done = threading.Event(), threading.Event()
    seen = []

    def other() -> None:
        with no_grad():
            inside.set()
            done.wait(10)
            seen.append(is_grad_enabled())

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(10)
    seen.append(is_grad_enabled())
    done.set()
    thread.join()
    assert seen == [True, False]


def test_a_decorated_function_may_run_in_many_threads() -> None:
    barrier = threading.Barrier(8)
    wrong = []

    @no_grad()
    def f() -> None:
        barrier.wait(10)
        if is_grad_enabled():
            wrong.append("inside")

    def run() -> None:
        f()
        if not is_grad_enabled():
            wrong.append("outside")

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_mode_in_one_task_does_not_leak_to_another() -> None:
    seen: dict[str, list[bool]] = {"with": [], "without": []}

    async def main() -> None:
        turn = asyncio.Event()
        over = asyncio.Event()

        async def with_mode() -> None:
            with no_grad():
                turn.set()
                await over.wait()
                seen["with"].append(is_grad_enabled())
            seen["with"].append(is_grad_enabled())

        async def without_mode() -> None:
            await turn.wait()
            seen["without"].append(is_grad_enabled())
            over.set()

        await asyncio.gather(with_mode(), without_mode())

    asyncio.run(main())
    assert seen == {"with": [False, True], "without": [True]}


def test_graphs_of_many_threads_do_not_meet() -> None:
    x = leaf(3.0)
    found: list[float] = []

    def run() -> None:
        for k in range(1, 50):
            y = x
            for _ in range(k):
                y = y * 1.0
            found.append(gradients(y * y, x).item())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [6.0] * (4 * 49)
