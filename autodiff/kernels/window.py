"""Sliding windows over the last two axes of an array, one strided view for each tap of the window.

A loop over the taps of a window (4 to 25 of them) with whole-array operations inside beats both a
loop over positions and general striding tricks; nothing here loops over elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Pair = tuple[int, int]


def out_size(size: Pair, kernel: Pair, stride: Pair, padding: Pair) -> Pair:
    """How many windows fit: ``(n + 2 p - k) // s + 1`` along each axis.

    Raises
    ------
    ValueError
        If not even one fits.
    """
    if min(stride) < 1:
        raise ValueError(f"a stride of {stride} does not move the window")
    h, w = (
        (n + 2 * p - k) // s + 1 for n, k, s, p in zip(size, kernel, stride, padding, strict=True)
    )
    if h < 1 or w < 1:
        raise ValueError(
            f"a window of {kernel} does not fit an image of {size} with padding {padding}"
        )
    return h, w


def padded(x: np.ndarray[Any, Any], padding: Pair, value: Any = 0) -> np.ndarray[Any, Any]:
    """`x` with a margin around its last two axes; `x` itself if there is none."""
    ph, pw = padding
    if not (ph or pw):
        return x
    *batch, h, w = x.shape
    y = np.full((*batch, h + 2 * ph, w + 2 * pw), value, x.dtype)
    y[..., ph : ph + h, pw : pw + w] = x
    return y


def unpadded(x: np.ndarray[Any, Any], padding: Pair) -> np.ndarray[Any, Any]:
    """A view of `x` without its margin."""
    (ph, pw), (h, w) = padding, x.shape[-2:]
    return x[..., ph : h - ph, pw : w - pw]


def taps(
    x: np.ndarray[Any, Any], kernel: Pair, stride: Pair, out: Pair
) -> Iterator[tuple[int, int, np.ndarray[Any, Any]]]:
    """For each position (i, j) within the window, the view (..., OH, OW) of what lies under it."""
    (sh, sw), (oh, ow) = stride, out
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            yield i, j, x[..., i : i + sh * oh : sh, j : j + sw * ow : sw]


def columns(
    x: np.ndarray[Any, Any], kernel: Pair, stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """Every window as a column: (N, C, H, W) to (N, C, KH, KW, OH, OW)."""
    out = out_size(x.shape[-2:], kernel, stride, padding)
    cols = np.empty((*x.shape[:-2], *kernel, *out), x.dtype)
    for i, j, view in taps(padded(x, padding), kernel, stride, out):
        cols[..., i, j, :, :] = view
    return cols


def from_columns(
    cols: np.ndarray[Any, Any], size: Pair, stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """Columns added back to where they were read: the adjoint of `columns`."""
    *batch, kh, kw, oh, ow = cols.shape
    (ph, pw), (h, w) = padding, size
    x = np.zeros((*batch, h + 2 * ph, w + 2 * pw), cols.dtype)
    for i, j, view in taps(x, (kh, kw), stride, (oh, ow)):
        view += cols[..., i, j, :, :]
    return unpadded(x, padding)
