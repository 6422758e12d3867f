"""Pooling over windows: one whole-array operation for each tap of the window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff.kernels.window import Pair, out_size, padded, taps, unpadded


def _lowest(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def pool_max(
    x: np.ndarray[Any, Any], kernel: Pair, stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """The largest element of every window; a margin never wins."""
    out = out_size(x.shape[-2:], kernel, stride, padding)
    views = taps(padded(x, padding, _lowest(x.dtype)), kernel, stride, out)
    y = next(views)[2].copy()
    for _, _, view in views:
        np.maximum(y, view, out=y)
    return y


def _winners(
    x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], kernel: Pair, stride: Pair, padding: Pair
) -> Iterator[tuple[int, int, np.ndarray[Any, Any]]]:
    """For each tap, a mask of the windows whose maximum it is; the first of equals wins."""
    open_windows = np.ones(y.shape, bool)
    for i, j, view in taps(padded(x, padding, _lowest(x.dtype)), kernel, stride, y.shape[-2:]):
        wins = view == y
        wins &= open_windows
        open_windows ^= wins
        yield i, j, wins


def spread_to_max(
    g: np.ndarray[Any, Any],
    x: np.ndarray[Any, Any],
    y: np.ndarray[Any, Any],
    kernel: Pair,
    stride: Pair,
    padding: Pair,
) -> np.ndarray[Any, Any]:
    """`g`, one value for each window, to the elements of `x` that were its maxima `y`."""
    (ph, pw), (h, w) = padding, x.shape[-2:]
    out = np.zeros((*x.shape[:-2], h + 2 * ph, w + 2 * pw), g.dtype)
    apart = stride[0] >= kernel[0] and stride[1] >= kernel[1]
    targets = taps(out, kernel, stride, y.shape[-2:])
    for (_, _, wins), (_, _, target) in zip(
        _winners(x, y, kernel, stride, padding), targets, strict=True
    ):
        if apart:
            np.multiply(g, wins, out=target)
        else:
            target += g * wins
    return unpadded(out, padding)


def pick_at_max(
    t: np.ndarray[Any, Any],
    x: np.ndarray[Any, Any],
    y: np.ndarray[Any, Any],
    kernel: Pair,
    stride: Pair,
    padding: Pair,
) -> np.ndarray[Any, Any]:
    """The elements of `t` where `x` has its windows' maxima `y`: the adjoint of `spread_to_max`."""
    picked = np.zeros(y.shape, t.dtype)
    views = taps(padded(t, padding), kernel, stride, y.shape[-2:])
    for (_, _, wins), (_, _, view) in zip(
        _winners(x, y, kernel, stride, padding), views, strict=True
    ):
        picked += view * wins
    return picked


def pool_sum(
    x: np.ndarray[Any, Any], kernel: Pair, stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """The sum of every window."""
    out = out_size(x.shape[-2:], kernel, stride, padding)
    views = taps(padded(x, padding), kernel, stride, out)
    y = next(views)[2].copy()
    for _, _, view in views:
        y += view
    return y


def spread_sum(
    g: np.ndarray[Any, Any], size: Pair, kernel: Pair, stride: Pair, padding: Pair
) -> np.ndarray[Any, Any]:
    """`g`, one value for each window, to all its elements: the adjoint of `pool_sum`."""
    (ph, pw), (h, w) = padding, size
    x = np.zeros((*g.shape[:-2], h + 2 * ph, w + 2 * pw), g.dtype)
    for _, _, view in taps(x, kernel, stride, g.shape[-2:]):
        view += g
    return unpadded(x, padding)
