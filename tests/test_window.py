"""Windows as columns and rows: the layouts, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff import vjp
from autodiff.ops.conv import conv2d
from autodiff.ops.window import col2im, fold, im2col, unfold, windows
from autodiff.testing import check_grads


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def ones(*shape: int) -> Any:
    return np.ones(shape)


def test_im2col_has_the_rows_of_the_book() -> None:
    x = np.arange(18.0).reshape(1, 2, 3, 3)
    rows = im2col(x, (2, 2))
    assert rows.shape == (4, 8)
    assert rows[0].tolist() == [0, 1, 3, 4, 9, 10, 12, 13]
    assert rows[3].tolist() == [4, 5, 7, 8, 13, 14, 16, 17]
    assert im2col(x, 2).tolist() == rows.tolist()


def test_unfold_holds_the_same_numbers_as_im2col() -> None:
    x = normal(2, 3, 6, 5)
    rows, columns = im2col(x, (3, 2), (2, 1), (1, 0)), unfold(x, (3, 2), 1, (1, 0), (2, 1))
    assert columns.shape == (2, 18, 12)
    np.testing.assert_array_equal(columns.transpose(0, 2, 1).reshape(24, 18), rows)
    np.testing.assert_array_equal(unfold(x[0], (3, 2), 1, (1, 0), (2, 1)), columns[0])


def test_a_convolution_is_a_product_of_columns() -> None:
    x, w = normal(2, 3, 7, 6), normal(4, 3, 3, 2, seed=1)
    y = w.reshape(4, 18) @ unfold(x, (3, 2), dilation=2, padding=1, stride=(1, 2))
    expected = conv2d(x, w, stride=(1, 2), padding=1, dilation=2)
    np.testing.assert_allclose(y.reshape(expected.shape), expected, rtol=1e-12)


def test_fold_adds_up_every_copy() -> None:
    x = normal(2, 3, 5, 4)
    options = {"dilation": (1, 2), "padding": 1, "stride": 1}
    copies = fold(unfold(np.ones_like(x), 2, **options), (5, 4), 2, **options)
    back = fold(unfold(x, 2, **options), (5, 4), 2, **options)
    assert copies.max() == 4
    np.testing.assert_allclose(back, x * copies, rtol=1e-12)
    np.testing.assert_array_equal(
        fold(unfold(x[0], 2), (5, 4), 2), fold(unfold(x, 2), (5, 4), 2)[0]
    )


def test_each_is_the_others_adjoint() -> None:
    x = normal(2, 3, 5, 4)
    rows, columns = im2col(x, 2, 2, 1), unfold(x, 2, 2, 1, 2)
    u, v = normal(*rows.shape, seed=1), normal(*columns.shape, seed=2)
    of_rows, of_columns = (
        vjp(lambda x: im2col(x, 2, 2, 1), x),
        vjp(lambda x: unfold(x, 2, 2, 1, 2), x),
    )
    np.testing.assert_array_equal(of_rows[1](u)[0].numpy(), col2im(u, x.shape, 2, 2, 1))
    np.testing.assert_array_equal(of_columns[1](v)[0].numpy(), fold(v, (5, 4), 2, 2, 1, 2))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_third_order(axes: int) -> None:
    x = normal(2, *(4, 3, 3)[:axes])
    window = ((2,) * axes, (2,) * axes, ((1, 0),) * axes, (1,) * axes)
    check_grads(lambda x: windows(x, *window) ** 3, [x], order=3)
