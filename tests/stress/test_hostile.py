"""Hostile arguments: what is no number, what is empty, what is huge, what is signed or is NaN."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import Array, Tensor, gradients, jvp
from tests.stress.tools import leaf, values

NOTHING = (0, 2**40)
"""A shape of no elements, one of whose axes is longer than any memory."""

NO_NUMBERS = {
    "objects": np.array([1.0, None], object),
    "text": np.array(["1", "2"]),
    "bytes": np.array([b"1", b"2"]),
    "dates": np.array(["2020-01-01", "2021-01-01"], "datetime64[D]"),
    "durations": np.array([1, 2], "timedelta64[s]"),
    "records": np.array([(1.0, 2)], [("a", float), ("b", int)]),
    "void": np.zeros(2, "V8"),
}
each_no_number = pytest.mark.parametrize("value", NO_NUMBERS.values(), ids=list(NO_NUMBERS))


@each_no_number
def test_what_is_no_number_is_refused_wherever_it_comes(value: Any) -> None:
    x = leaf([1.0, 2.0])
    for call in (
        lambda: Tensor(value),
        lambda: ad.asarray(value),
        lambda: x * value,
        lambda: value * x,
        lambda: ad.sin(value),
        lambda: ad.concat([x, value]),
        lambda: ad.where(x > 1.0, x, value),
        lambda: x @ value,
        lambda: (x * 1.0).backward(value),
        lambda: Tensor([1.0, 2.0]).__setitem__(slice(None), value),
        lambda: (x * 1.0).__setitem__(slice(None), value),
        lambda: jvp(lambda x: x, [value], [value]),
    ):
        with pytest.raises((TypeError, ValueError, RuntimeError)):
            call()
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_forward_that_makes_objects_of_numbers_is_refused() -> None:
    @ad.elementwise(partials=[1])
    def boxed(x: Array) -> Array:
        return np.asarray(x).astype(object)

    with pytest.raises(TypeError, match="a result of dtype object"):
        boxed(leaf([1.0]))
    ad.OPS.pop("boxed")


@pytest.mark.parametrize(
    "made",
    [
        np.ma.masked_array([1.0, 2.0], [False, True]),
        memoryview(np.array([1.0, 2.0])),
        np.array([1.0, 2.0]).view(np.recarray),
        np.array([1.0, 2.0], ">f8"),
        range(1, 3),
        (1.0, 2.0),
    ],
    ids=lambda made: type(made).__name__,
)
def test_what_can_be_an_array_is_one_and_no_subclass_of_it(made: Any) -> None:
    x = Tensor(made, dtype=float, requires_grad=True)
    y = x * 2.0
    assert type(x.data) is type(y.data) is np.ndarray
    assert y.tolist() == [2.0, 4.0]
    (c,) = gradients((leaf([3.0, 4.0]) * Tensor(made)).sum() * y.sum(), [y])
    assert type(c.data) is np.ndarray


def test_a_matrix_is_an_array_whose_product_is_elementwise() -> None:
    with pytest.warns(PendingDeprecationWarning):
        m = np.matrix([[1.0, 2.0], [3.0, 4.0]])
    x = Tensor(m, requires_grad=True)
    assert type(x.data) is np.ndarray
    y = (x * x).sum()
    y.backward()
    np.testing.assert_array_equal(values(x.grad), 2 * np.asarray(m))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + 1.0,
        lambda x: x.T,
        lambda x: x.sum(),
        lambda x: ad.concat([x, x]),
        lambda x: x.reshape(2**40, 0),
        lambda x: x[:, :5],
        lambda x: x[:, ::-1],
        lambda x: ad.exp(x) * x,
        lambda x: ad.broadcast_to(x[:, :1], NOTHING),
        lambda x: x @ np.zeros((2**40, 0)),
        lambda x: ad.softmax(x, -1),
        lambda x: ad.flip(x),
        lambda x: ad.max(x, axis=1),
    ],
)
def test_a_huge_axis_beside_an_empty_one_costs_nothing(f: Callable[[Any], Any]) -> None:
    x = leaf(np.zeros(NOTHING))
    y = f(x)
    (g,) = gradients(y, [x], np.zeros(y.shape), create_graph=True)
    assert g.shape == NOTHING
    assert jvp(f, [x.data], [x.data])[1].shape == y.shape


def test_a_number_broadcast_to_a_huge_shape_takes_no_memory() -> None:
    x = leaf(3.0)
    y = ad.broadcast_to(x, (2**20, 2**18))
    assert y.data.strides == (0, 0)
    part = y[5:7, 3].sum() + y[::-1, ::-1][0, 0] + y.T[1, 1]
    assert part.item() == 12.0
    flow = np.broadcast_to(np.float64(0.5), (2**20, 2, 3))
    assert gradients(ad.broadcast_to(x, flow.shape), x, flow).item() == 3 * 2**20


@pytest.mark.parametrize("axis", [10**6, -(10**6), 2**70, -(2**70)])
def test_an_axis_far_away_is_refused(axis: int) -> None:
    x = leaf(np.ones((2, 3)))
    for f in (
        ad.sum,
        ad.max,
        ad.softmax,
        ad.cumsum,
        ad.sort,
        ad.flip,
        ad.expand_dims,
        ad.logsumexp,
    ):
        with pytest.raises((IndexError, ValueError)):
            f(x, axis=axis)
    with pytest.raises((IndexError, ValueError)):
        x[axis]


@pytest.mark.parametrize("shape", [(2**62, 2**62), (-1, -1), (2**70,), (10**12, 0, 3)])
def test_a_shape_that_no_memory_holds_is_refused(shape: Any) -> None:
    x = leaf(np.ones(6))
    for f in (
        lambda: x.reshape(shape),
        lambda: ad.broadcast_to(x[0], shape) if min(shape) else x[9],
    ):
        with pytest.raises((ValueError, IndexError, OverflowError)):
            f()
    assert x.sum().item() == 6.0


def test_negative_zero_keeps_its_sign_through_what_moves_it() -> None:
    x = leaf([-0.0, 0.0])
    for y in (
        x * 1.0,
        x.reshape(2, 1),
        x[::1],
        ad.concat([x, x])[:2],
        copy.copy(x),
        ad.stack([x])[0],
    ):
        assert np.signbit(y.detach().numpy().ravel()).tolist() == [True, False]
    (g,) = gradients(x * 1.0, [x], Tensor([-0.0, 0.0]))
    assert np.signbit(g.data).tolist() == [True, False]
    assert (-x).tolist() == [0.0, -0.0]


def test_what_the_docs_promise_of_nan() -> None:
    nan = np.nan
    x = leaf([1.0, nan, -1.0])
    assert gradients(ad.relu(x).sum(), x).tolist() == [1.0, 0.0, 0.0]
    x = leaf([1.0, nan, 3.0])
    y = ad.max(x)
    assert np.isnan(y.item())
    assert gradients(y, x).tolist() == [0.0, 0.0, 0.0]
    image = leaf(np.array([[1.0, nan], [2.0, 3.0]]))
    y = ad.max_pool2d(image, 2)
    assert gradients(y.sum(), image).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_a_training_step_with_nan_says_nothing_and_gives_nan() -> None:
    x = leaf([[np.nan, 1.0], [2.0, 3.0]])  # warnings are errors here
    loss = ad.cross_entropy(ad.tanh(x @ np.eye(2)), np.array([0, 1])).mean()
    loss.backward()
    assert np.isnan(loss.item())
    assert np.isnan(values(x.grad)[0]).all()
    assert np.isfinite(values(x.grad)[1]).all()
