"""Reading and writing by index: duplicates, fast paths, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import OpIndexError, OpTypeError, OpValueError, Tensor, gradients, jvp
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
    return [g.numpy().tolist() for g in gradients(y.sum(), xs)]


# --- setitem ---


def test_of_values_written_to_one_element_the_last_counts_and_it_alone_receives() -> None:
    x, values = leaf([7.0, 8.0, 9.0]), leaf([1.0, 2.0, 3.0])
    y = setitem(x, values, [0, 0, -1])
    assert y.detach().tolist() == [2.0, 8.0, 3.0]
    assert flows(y, x, values) == [[0.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    assert x.detach().tolist() == [7.0, 8.0, 9.0]
    tangent = jvp(lambda v: setitem(x.detach(), v, [0, 0, -1]), [values], [np.array([5.0, 6, 7])])[1]
    assert tangent.tolist() == [6.0, 0.0, 7.0]


def test_the_last_is_so_in_row_major_order_whatever_the_layout_of_the_index() -> None:
    index = np.array([[0, 1, 0], [1, 0, 2]]).T  # in memory: column by column
    values = leaf(np.arange(6.0).reshape(3, 2))
    y = setitem(np.zeros(3), values, index)
    assert y.detach().tolist() == [4.0, 2.0, 5.0]
    assert flows(y, values) == [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]]


@pytest.mark.parametrize(
    "index",
    [1, slice(None, None, 2), (..., 0), (None, 1), [True, False, True], ([0, 2], slice(1, None))],
    ids=str,
)
def test_setitem_is_assignment_to_a_copy(index: Any) -> None:
    x, value = np.arange(6.0).reshape(3, 2), np.array(9.0)
    expected = x.copy()
    expected[index] = value
    np.testing.assert_array_equal(setitem(x, value, index), expected)
    written = expected == 9.0
    by_x, by_value = flows(setitem(leaf(x), leaf(value), index), *(leaf(x), leaf(value))[:0]) or (
        flows_of(index, x, value)
    )
    np.testing.assert_array_equal(by_x, ~written)
    assert by_value == written.sum()
