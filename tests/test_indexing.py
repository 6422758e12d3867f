"""Reading and writing by index: duplicates, fast paths, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import Tensor, gradients, jvp
from autodiff.kernels.scatter import SMALL, positions, winners
from autodiff.ops.along import (
    add_along_axis,
    gather,
    index_add,
    put_along_axis,
    take,
    take_along_axis,
)
from autodiff.ops.index import getitem, scatter, scatter_add, setitem
from autodiff.testing import check_grads


def leaf(data: Any) -> Tensor:
    return Tensor(data, requires_grad=True)


def flows(y: Tensor, *xs: Tensor) -> list[Any]:
    """What flows back to `xs` if a 1 flows into every element of `y`."""
    return [g.numpy().tolist() for g in gradients(y.sum(), xs)]


# --- setitem ---


def test_of_values_written_to_one_element_the_last_counts_and_it_alone_receives() -> None:
    x, values = leaf([7.0, 8.0, 9.0]), leaf([1.0, 2.0, 3.0])
    y = setitem(x, values, [0, 0, -1])
    assert y.data.tolist() == [2.0, 8.0, 3.0]
    assert flows(y, x, values) == [[0.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    assert x.data.tolist() == [7.0, 8.0, 9.0]
    _, t = jvp(lambda v: setitem(x.detach(), v, [0, 0, -1]), [values.data], [[5.0, 6.0, 7.0]])
    assert t.data.tolist() == [6.0, 0.0, 7.0]


def test_the_last_is_so_in_row_major_order_whatever_the_layout_of_the_index() -> None:
    index = np.array([[0, 1, 0], [1, 0, 2]]).T  # in memory: column by column
    values = leaf(np.arange(6.0).reshape(3, 2))
    y = setitem(np.zeros(3), values, index)
    assert y.data.tolist() == [4.0, 2.0, 5.0]
    assert flows(y, values) == [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]]


@pytest.mark.parametrize(
    "index",
    [1, slice(None, None, 2), (..., 0), (None, 1), [True, False, True], ([0, 2], slice(1, None))],
    ids=str,
)
def test_setitem_is_assignment_to_a_copy(index: Any) -> None:
    x, value = leaf(np.arange(6.0).reshape(3, 2)), leaf(9.0)
    expected = x.data.copy()
    expected[index] = 9.0
    y = setitem(x, value, index)
    np.testing.assert_array_equal(y.data, expected)
    to_x, to_value = flows(y, x, value)
    np.testing.assert_array_equal(to_x, expected != 9.0)
    assert to_value == (expected == 9.0).sum()


def test_setitem_loses_nothing_of_its_values() -> None:
    assert setitem(np.arange(2), 0.5, 0).tolist() == [0.5, 1.0]
    assert setitem(np.zeros(2), 1j, 0).tolist() == [1j, 0.0]
    assert setitem(np.zeros(2, np.float32), 0.1, 0).dtype == np.float32
    assert setitem(np.zeros(2, np.float32), np.array([0.1]), [0]).dtype == np.float64


def test_setitem_of_many_elements() -> None:
    rng = np.random.default_rng(0)
    x, index = leaf(rng.normal(size=(30, 20))), rng.integers(-20, 20, (30, 15))
    values = leaf(rng.normal(size=(30, 15)))
    expected, mask = x.data.copy(), np.zeros((30, 15))
    for i in range(30):
        last = {int(at) % 20: j for j, at in enumerate(index[i])}
        for at, j in last.items():
            expected[i, at], mask[i, j] = values.data[i, j], 1.0
    y = put_along_axis(x, values, index)
    np.testing.assert_array_equal(y.data, expected)
    to_x, to_values = flows(y, x, values)
    np.testing.assert_array_equal(to_values, mask)
    assert np.sum(to_x) == x.size - mask.sum()


# --- the fast ways ---

INDICES = [
    [0, 5, 5, -1],
    (slice(None), [3, 3, -2]),
    (slice(1, 20, 3), [3, 3, -2], slice(None, None, -1)),
    ([[0], [1]], [[2, 2, 2]]),
    ([1, 1], slice(None), [0, 0]),
    (None, [2, 2], ..., None, 1),
    (np.arange(24) % 3 == 0, 2),
    (np.arange(24) % 3 == 0, [2] * 8),
    (..., np.array([[0, 1, 1]])),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("shape", [(24, 5, 2), (24, 5, 6)])  # either side of SMALL
def test_positions_are_what_numpy_s_index_names(index: Any, shape: tuple[int, ...]) -> None:
    assert 24 * 5 * 2 <= SMALL < 24 * 5 * 6
    numbers = np.arange(np.prod(shape)).reshape(shape)
    np.testing.assert_array_equal(positions(shape, index), numbers[index])


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("shape", [(24, 5, 2), (24, 5, 60), (24, 500, 3)])
def test_every_way_to_add_is_numpy_s(index: Any, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).integers(-3, 3, np.zeros(shape)[index].shape).astype(float)
    expected = np.zeros(shape)
    np.add.at(expected, index, values)
    np.testing.assert_array_equal(scatter(values, index, shape), expected)
    np.testing.assert_array_equal(scatter(1.0, index, shape).sum(), values.size)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.complex64, np.int64])
@pytest.mark.parametrize("rows", [3, 300])
def test_adding_to_few_or_many_is_the_same(rows: int, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    index = rng.integers(-7, 7, rows)
    values = rng.integers(-3, 3, (4, rows, 5)).astype(dtype)
    expected = np.zeros((4, 7, 5), dtype)
    for i, at in enumerate(index):
        expected[:, at] += values[:, i]
    found = scatter(values, (slice(None), index), (4, 7, 5))
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, expected)
    base = np.asfortranarray(np.ones((4, 7, 5), dtype))
    np.testing.assert_array_equal(scatter_add(base, values, (slice(None), index)), expected + 1)


def test_winners_are_the_last_of_each_element() -> None:
    index = np.array([2, 0, 2, 1, 0])
    assert winners((3,), index).tolist() == [False, False, True, True, True]
    many = np.tile(index, 100)
    assert winners((3, 200), (slice(None), many)).sum() == 3 * 3
    assert winners((3, 200), (slice(None), many))[:, -4:].sum(1).tolist() == [3, 3, 3]


# --- along an axis ---


def test_an_element_taken_twice_receives_twice() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert flows(take(x, [0, 0, -1], axis=1), x) == [[[2.0, 1.0], [2.0, 1.0]]]
    assert flows(take(x, [[3, -4], [0, 1]]), x) == [[[2.0, 1.0], [0.0, 1.0]]]
    assert flows(take_along_axis(x, [[1, 1], [0, 0]]), x) == [[[0.0, 2.0], [2.0, 0.0]]]
    assert flows(gather(x, 0, [[1], [1], [1]]), x) == [[[0.0, 0.0], [3.0, 0.0]]]


def test_what_is_added_to_one_element_twice_receives_twice() -> None:
    x, u = leaf([1.0, 2.0, 3.0]), leaf([10.0, 20.0])
    y = add_along_axis(x, u, [2, 2]) * np.array([1.0, 2.0, 3.0])
    assert y.data.tolist() == [1.0, 4.0, 99.0]
    assert flows(y, x, u) == [[1.0, 2.0, 3.0], [3.0, 3.0]]
    y = index_add(x, u, [0, -3]) * np.array([1.0, 2.0, 3.0])
    assert y.data.tolist() == [31.0, 4.0, 9.0]
    assert flows(y, u) == [[1.0, 1.0]]


@pytest.mark.parametrize(
    "f",
    [
        lambda x, i: take(x, i, axis=0),
        lambda x, i: take(x, i),
        lambda x, i: take_along_axis(x, i[:, None], axis=0),
        lambda x, i: gather(x, 0, i[:, None]),
        lambda x, i: add_along_axis(np.zeros((3, 1)), x[:2], i[:, None], axis=0),
        lambda x, i: put_along_axis(np.zeros((3, 1)), x[:2], i[:, None], axis=0),
        lambda x, i: index_add(np.zeros((3, 1)), x[:2], i),
    ],
)
def test_indices_that_change_later_change_no_gradient(f: Callable[..., Any]) -> None:
    def slope(change: bool) -> Any:
        index, x = np.array([0, 2]), leaf([[1.0], [2.0], [3.0]])
        y = f(x, index) ** 2
        if change:
            index[:] = 1
        return flows(y, x)

    assert slope(change=True) == slope(change=False)


def test_tensors_and_lists_are_indices() -> None:
    x = np.array([1.0, 2.0, 3.0])
    for index in ([2, 0], Tensor([2, 0]), np.array([2, 0], np.uint8), (2, 0)):
        assert take(x, index).tolist() == [3.0, 1.0]
        assert take_along_axis(x, index).tolist() == [3.0, 1.0]
    assert take(x, []).shape == (0,)
    assert take(x, 1).shape == ()


def test_reading_and_writing_to_third_order() -> None:
    rng = np.random.default_rng(0)
    x, u, index = rng.normal(size=(3, 4)), rng.normal(size=(3, 2)), rng.integers(-4, 4, (3, 2))
    check_grads(lambda x, u: add_along_axis(x * x, u**3, index) ** 3, [x, u], order=3)
    check_grads(lambda x, u: put_along_axis(x * x, u**3, index) ** 3, [x, u], order=3)
    check_grads(lambda x: take_along_axis(x**3, index), [x], order=3)


def test_reading_stays_a_view() -> None:
    x = np.zeros((3, 2))
    assert np.shares_memory(getitem(x, (slice(1), 0)), x)
