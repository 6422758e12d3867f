"""Windows as columns and rows: the layouts, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import OpError, OpTypeError, OpValueError, vjp
from autodiff.ops.conv import conv2d
from autodiff.ops.window import col2im, fold, from_windows, im2col, unfold, windows
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


MISTAKES: list[tuple[str, Callable[[], Any], type[OpError], list[str]]] = [
    (
        "a window without extent",
        lambda: im2col(ones(1, 1, 3, 3), (0, 2)),
        OpValueError,
        ["im2col", "kernel_size of at least 1", "(0, 2)"],
    ),
    (
        "no stride",
        lambda: im2col(ones(1, 1, 3, 3), 2, 0),
        OpValueError,
        ["im2col", "stride of at least 1", "stride=0"],
    ),
    (
        "one image for a batch",
        lambda: im2col(ones(1, 3, 3), 2),
        OpValueError,
        ["im2col", "(N, C, H, W)", "(1, 3, 3)"],
    ),
    (
        "a window that does not fit",
        lambda: im2col(ones(1, 1, 3, 3), 4),
        OpValueError,
        ["im2col", "does not fit", "(4, 4)", "(3, 3)"],
    ),
    (
        "rows of other images",
        lambda: col2im(ones(4, 4), (1, 1, 3, 4), 2),
        OpValueError,
        ["col2im", "6 rows of 4", "shape=(1, 1, 3, 4)", "(4, 4)"],
    ),
    (
        "as many numbers in other rows",
        lambda: col2im(ones(8, 2), (1, 1, 3, 3), 2),
        OpValueError,
        ["col2im", "4 rows of 4", "(8, 2)"],
    ),
    (
        "a shape of three",
        lambda: col2im(ones(4, 4), (1, 3, 3), 2),
        OpTypeError,
        ["col2im", "(N, C, H, W)", "(1, 3, 3)"],
    ),
    (
        "rows of images too small",
        lambda: col2im(ones(4, 4), (1, 1, 1, 1), 2),
        OpValueError,
        ["col2im", "does not fit"],
    ),
    (
        "unfold of a row",
        lambda: unfold(ones(3, 3), 2),
        OpValueError,
        ["unfold", "(N, C, H, W) or one image (C, H, W)", "(3, 3)"],
    ),
    (
        "unfold of a window of three axes",
        lambda: unfold(ones(1, 3, 3), (2, 2, 2)),
        OpTypeError,
        ["unfold", "an int or a pair", "(2, 2, 2)"],
    ),
    (
        "fold of other columns",
        lambda: fold(ones(4, 5), (3, 3), 2),
        OpValueError,
        ["fold", "(N, C * 4, 4)", "(4, 5)"],
    ),
    (
        "fold of no whole windows",
        lambda: fold(ones(1, 6, 4), (3, 3), 2),
        OpValueError,
        ["fold", "C * 4", "(1, 6, 4)"],
    ),
    (
        "fold of a vector",
        lambda: fold(ones(4), 1, 2, padding=1),
        OpValueError,
        ["fold", "columns", "(4,)"],
    ),
    (
        "fold to nothing",
        lambda: fold(ones(4, 1), 0, 2),
        OpValueError,
        ["fold", "output_size of at least 1"],
    ),
    (
        "windows of other images",
        lambda: from_windows(ones(2, 4), (4,), (1,), ((0, 0),), (1,)),
        OpValueError,
        ["from_windows", "(3,)", "(4,)"],
    ),
    (
        "windows of too few axes",
        lambda: windows(ones(4), (2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1)),
        OpValueError,
        ["windows", "an image of at least 1", "(4,)"],
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_mistakes_are_explained(
    call: Callable[[], Any], error: type[OpError], words: list[str]
) -> None:
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert message.startswith(f"{words[0]}: ")
    assert [word for word in words if word not in message] == []
