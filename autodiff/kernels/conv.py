"""Convolution (cross-correlation) and its two companions, as matrix products of columns.

Images (signals, volumes) are taken a few at a time, so that their columns stay in cache between
being written and being multiplied. Channels come in groups, each with its own filters; mostly there
is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from autodiff.kernels.window import Margins, Sizes, columns, from_columns, out_size

CACHE = 1 << 20
"""Bytes of columns worked on at once: about what a core's second-level cache holds."""


def _slices(n: int, bytes_each: int) -> Iterator[slice]:
    step = max(1, CACHE // max(1, bytes_each))
    return (slice(i, min(i + step, n)) for i in range(0, n, step))


@lru_cache(maxsize=256)
def convolved_shape(
    x_shape: Sizes, w_shape: Sizes, stride: Sizes, padding: Margins, dilation: Sizes, groups: int
) -> Sizes:
    """The shape (N, O, *out) of a convolution.

    Raises
    ------
    ValueError
        If the filters are none for such images, or a number is missing or senseless.
    """
    if len(x_shape) != len(w_shape) or len(x_shape) < 3:
        raise ValueError("x and w need as many axes: two, and those that the filters slide over")
    if groups < 1 or w_shape[0] % groups or x_shape[1] != w_shape[1] * groups:
        raise ValueError(
            f"the images have {x_shape[1]} channels, and there are {w_shape[0]} filters for "
            f"{w_shape[1]} channels in {groups} groups: each channel and each filter belongs to "
            f"one group"
        )
    out = out_size(x_shape[2:], w_shape[2:], stride, padding, dilation)
    return x_shape[0], w_shape[0], *out


def convolve(
    x: np.ndarray[Any, Any],
    w: np.ndarray[Any, Any],
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
    groups: int,
) -> np.ndarray[Any, Any]:
    """(N, C, *size) with (O, C / groups, *kernel) to (N, O, *out)."""
    shape = convolved_shape(x.shape, w.shape, stride, padding, dilation, groups)
    n, o, out, kernel = *shape[:2], shape[2:], w.shape[2:]
    k, p = prod(w.shape[1:]), prod(out)
    y = np.empty((n, groups, o // groups, p), np.result_type(x, w))
    rows = w.reshape(groups, o // groups, k)
    for part in _slices(n, groups * k * p * x.itemsize):
        cols = columns(x[part], kernel, stride, padding, dilation, out)
        np.matmul(rows, cols.reshape(-1, groups, k, p), out=y[part])
    return y.reshape(shape)


def convolve_input(
    g: np.ndarray[Any, Any],
    w: np.ndarray[Any, Any],
    size: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
    groups: int,
) -> np.ndarray[Any, Any]:
    """The input's share of a cotangent: (N, O, *out) and (O, C / groups, *kernel) to its shape."""
    n, o, *out = g.shape
    c, *kernel = w.shape[1:]
    margins = tuple(
        (d * (k - 1) - before, d * (k - 1) - after)
        for k, d, (before, after) in zip(kernel, dilation, padding, strict=True)
    )
    if max(stride) == 1 and o < 2 * groups * c and min(map(min, margins)) >= 0:
        # a convolution too, with the filters turned around: reading columns costs half of adding
        # them up
        backwards: Any = (..., *(slice(None, None, -1),) * len(kernel))
        turned = w[backwards]
        if groups == 1:
            turned = turned.swapaxes(0, 1)
        else:
            turned = turned.reshape(groups, o // groups, c, *kernel).swapaxes(1, 2)
            turned = turned.reshape(groups * c, o // groups, *kernel)
        return convolve(g, turned, stride, margins, dilation, groups)
    x = np.empty((n, groups * c, *size), np.result_type(g, w))
    k, p = c * prod(kernel), prod(out)
    rows = w.reshape(groups, o // groups, k).swapaxes(1, 2)
    for part in _slices(n, groups * k * p * g.itemsize):
        cols = np.matmul(rows, g[part].reshape(-1, groups, o // groups, p))
        cols = cols.reshape(-1, groups * c, *kernel, *out)
        x[part] = from_columns(cols, size, stride, padding, dilation)
    return x


def convolve_weight(
    x: np.ndarray[Any, Any],
    g: np.ndarray[Any, Any],
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
    groups: int,
) -> np.ndarray[Any, Any]:
    """The weight's share of a cotangent: (N, C, *size) and (N, O, *out) to its shape."""
    n, o, *out = g.shape
    c = x.shape[1] // groups
    k, p = c * prod(kernel), prod(out)
    w = np.zeros((groups, o // groups, k), np.result_type(x, g))
    for part in _slices(n, groups * k * p * x.itemsize):
        cols = columns(x[part], kernel, stride, padding, dilation, tuple(out))
        cols = cols.reshape(-1, groups, k, p).swapaxes(2, 3)
        w += np.matmul(g[part].reshape(-1, groups, o // groups, p), cols).sum(0)
    return w.reshape(o, c, *kernel)
