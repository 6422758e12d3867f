"""Windows of images as rows of a matrix, and back: `im2col` and its adjoint `col2im`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import linear
from autodiff.kernels.window import Pair, columns, from_columns, out_size
from autodiff.variable import Array


def pair(value: Any, what: str) -> Pair:
    """One number for both image axes, or one for each.

    Raises
    ------
    TypeError
        If it is neither an int nor a pair of ints.
    """
    two = value if isinstance(value, (tuple, list)) else (value, value)
    if len(two) != 2 or not all(isinstance(v, (int, np.integer)) for v in two):
        raise TypeError(f"{what}: expected an int or a pair of ints, got {value!r}")
    return int(two[0]), int(two[1])


@linear(
    adjoint=lambda g, x_shape, kernel, stride, padding: col2im(g, x_shape, kernel, stride, padding),
    expects="images (N, C, H, W) and a window that fits them",
)
def im2col(x: Array, kernel: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0)) -> Array:
    """Every window of every image as one row: (N, C, H, W) to (N*OH*OW, C*KH*KW).

    Parameters
    ----------
    x
        Images, (N, C, H, W); any numeric dtype. The margin is zeros.
    kernel
        Size (KH, KW) of the window in pixels.
    stride
        Step (down, right) from window to window in pixels. Default: (1, 1).
    padding
        Margin (rows, columns) on both sides of an axis, in pixels. Default: (0, 0).

    Returns
    -------
    Tensor
        Shape (N*OH*OW, C*KH*KW), windows in row-major order; `x`'s dtype.
        ``OH = (H + 2 * padding[0] - KH) // stride[0] + 1``, and OW likewise.

    Raises
    ------
    OpTypeError
        If `kernel`, `stride` or `padding` is no pair.
    OpValueError
        If `x` has not four axes, no window fits the padded image, or a stride is below 1.

    Notes
    -----
    Chellapilla, Puri & Simard, "High Performance Convolutional Neural Networks for Document
    Processing", 2006.

    Examples
    --------
    >>> im2col(Tensor(np.zeros((10, 3, 7, 7))), (5, 5)).shape
    (90, 75)
    """
    cols = columns(x, kernel, stride, padding)
    n, c, kh, kw, oh, ow = cols.shape
    return cols.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, c * kh * kw)


@linear(
    adjoint=lambda g, kernel, stride, padding: im2col(g, kernel, stride, padding),
    expects="rows as im2col makes them of images of that shape",
)
def col2im(
    cols: Array, shape: tuple[int, ...], kernel: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0)
) -> Array:
    """Rows added back to the images that they were read from: the adjoint of `im2col`.

    Parameters
    ----------
    cols
        Rows, (N*OH*OW, C*KH*KW), as `im2col` makes them.
    shape
        Shape (N, C, H, W) of the images.
    kernel
        Size (KH, KW) of the window in pixels.
    stride
        Step (down, right) from window to window in pixels. Default: (1, 1).
    padding
        Margin (rows, columns) on both sides of an axis, in pixels. Default: (0, 0).

    Returns
    -------
    Tensor
        Images of `shape`, each pixel the sum of its copies; `cols`' dtype.

    Raises
    ------
    OpValueError
        If `cols` has not as many elements as those rows, or no window fits the images.

    Notes
    -----
    Chellapilla, Puri & Simard, "High Performance Convolutional Neural Networks for Document
    Processing", 2006.

    Examples
    --------
    >>> col2im(Tensor(np.ones((4, 4))), (1, 1, 3, 3), (2, 2))
    Tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])
    """
    n, c, h, w = shape
    oh, ow = out_size((h, w), kernel, stride, padding)
    six = cols.reshape(n, oh, ow, c, *kernel).transpose(0, 3, 4, 5, 1, 2)
    return from_columns(six, (h, w), stride, padding)
