"""2-D convolution (cross-correlation) and its two companions, as matrix products of columns.

Images are taken a few at a time, so that their columns stay in cache between being written and
being multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff.kernels.window import Pair, columns, from_columns, out_size

CACHE = 1 << 20
"""Bytes of columns worked on at once: about what a core's second-level cache holds."""


def _slices(n: int, bytes_each: int) -> Iterator[slice]:
    step = max(1, CACHE // max(1, bytes_each))
    return (slice(i, i + step) for i in range(0, n, step))


def convolve(
    x: np.ndarray[Any, Any], w: np.ndarray[Any, Any], stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """(N, C, H, W) with (O, C, KH, KW) to (N, O, OH, OW)."""
    n, o, k = x.shape[0], w.shape[0], w[0].size
    kernel = w.shape[2:]
    oh, ow = out_size(x.shape[2:], kernel, stride, padding)
    y = np.empty((n, o, oh * ow), np.result_type(x, w))
    rows = w.reshape(o, k)
    for part in _slices(n, k * oh * ow * x.itemsize):
        cols = columns(x[part], kernel, stride, padding)
        np.matmul(rows, cols.reshape(-1, k, oh * ow), out=y[part])
    return y.reshape(n, o, oh, ow)


def convolve_input(
    g: np.ndarray[Any, Any], w: np.ndarray[Any, Any], size: Pair, stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """The input's share of a cotangent: (N, O, OH, OW) with (O, C, KH, KW) to (N, C, H, W)."""
    n, o, oh, ow = g.shape
    _, c, kh, kw = w.shape
    margin = kh - 1 - padding[0], kw - 1 - padding[1]
    if stride == (1, 1) and o < 2 * c and min(margin) >= 0:
        # a convolution too, with the filters turned around: reading columns costs half of adding
        # them up
        return convolve(g, w[:, :, ::-1, ::-1].swapaxes(0, 1), (1, 1), margin)
    x = np.empty((n, c, *size), np.result_type(g, w))
    rows = w.reshape(o, c * kh * kw).T
    for part in _slices(n, rows.shape[0] * oh * ow * g.itemsize):
        cols = np.matmul(rows, g[part].reshape(-1, o, oh * ow))
        x[part] = from_columns(cols.reshape(-1, c, kh, kw, oh, ow), size, stride, padding)
    return x


def convolve_weight(
    x: np.ndarray[Any, Any], g: np.ndarray[Any, Any], kernel: Pair, stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """The weight's share of a cotangent: (N, C, H, W) with (N, O, OH, OW) to (O, C, KH, KW)."""
    n, o, oh, ow = g.shape
    c = x.shape[1]
    k = c * kernel[0] * kernel[1]
    w = np.zeros((o, k), np.result_type(x, g))
    for part in _slices(n, k * oh * ow * x.itemsize):
        cols = columns(x[part], kernel, stride, padding).reshape(-1, k, oh * ow)
        w += np.matmul(g[part].reshape(-1, o, oh * ow), cols.swapaxes(1, 2)).sum(0)
    return w.reshape(o, c, *kernel)
