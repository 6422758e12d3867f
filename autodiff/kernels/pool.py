"""Pooling over windows: one whole-array operation for each tap of the window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff.kernels.window import Margins, Sizes, framed, out_size, padded, taps, within


def _lowest(dtype: np.dtype[Any]) -> Any:
    """What no element is below.

    Raises
    ------
    TypeError
        If the elements have no order.
    """
    if dtype.kind == "c":
        raise TypeError(f"expected real numbers, got {dtype}, which has no order")
    if dtype.kind == "b":
        return False
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def pool_max(
    x: np.ndarray[Any, Any], kernel: Sizes, stride: Sizes, padding: Margins, dilation: Sizes
) -> np.ndarray[Any, Any]:
    """The largest element of every window; a margin never wins."""
    out = out_size(x.shape[-len(kernel) :], kernel, stride, padding, dilation)
    views = taps(padded(x, padding, _lowest(x.dtype)), kernel, stride, dilation, out)
    y = next(views).copy()
    for view in views:
        np.maximum(y, view, out=y)
    return y


def _winners(
    x: np.ndarray[Any, Any],
    y: np.ndarray[Any, Any],
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
) -> Iterator[np.ndarray[Any, Any]]:
    """For each tap, a mask of the windows whose maximum it is; the first of equals wins."""
    # a NaN equals nothing, so that not even a -inf of the image loses to the margin
    margin = np.nan if x.dtype.kind == "f" else _lowest(x.dtype)
    open_windows = np.ones(y.shape, bool)
    out = y.shape[-len(kernel) :]
    for view in taps(padded(x, padding, margin), kernel, stride, dilation, out):
        wins = view == y
        wins &= open_windows
        open_windows ^= wins
        yield wins


def spread_to_max(
    g: np.ndarray[Any, Any],
    x: np.ndarray[Any, Any],
    y: np.ndarray[Any, Any],
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
) -> np.ndarray[Any, Any]:
    """`g`, one value for each window, to the elements of `x` that were its maxima `y`."""
    axes = len(kernel)
    size = x.shape[-axes:]
    spread = np.zeros((*x.shape[:-axes], *framed(size, padding)), g.dtype)
    apart = all(s > d * (k - 1) for s, k, d in zip(stride, kernel, dilation, strict=True))
    targets = taps(spread, kernel, stride, dilation, y.shape[-axes:])
    winners = _winners(x, y, kernel, stride, padding, dilation)
    for wins, target in zip(winners, targets, strict=True):
        if apart:
            np.multiply(g, wins, out=target)
        else:
            target += g * wins
    return within(spread, size, padding)


def pick_at_max(
    t: np.ndarray[Any, Any],
    x: np.ndarray[Any, Any],
    y: np.ndarray[Any, Any],
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
) -> np.ndarray[Any, Any]:
    """The elements of `t` where `x` has its windows' maxima `y`: the adjoint of `spread_to_max`."""
    picked = np.zeros(y.shape, t.dtype)
    views = taps(padded(t, padding), kernel, stride, dilation, y.shape[-len(kernel) :])
    winners = _winners(x, y, kernel, stride, padding, dilation)
    for wins, view in zip(winners, views, strict=True):
        picked += view * wins
    return picked


def pool_sum(
    x: np.ndarray[Any, Any], kernel: Sizes, stride: Sizes, padding: Margins
) -> np.ndarray[Any, Any]:
    """The sum of every window."""
    dense = (1,) * len(kernel)
    out = out_size(x.shape[-len(kernel) :], kernel, stride, padding, dense)
    views = taps(padded(x, padding), kernel, stride, dense, out)
    y = next(views).copy()
    for view in views:
        y += view
    return y


def spread_sum(
    g: np.ndarray[Any, Any], size: Sizes, kernel: Sizes, stride: Sizes, padding: Margins
) -> np.ndarray[Any, Any]:
    """`g`, one value for each window, to all its elements: the adjoint of `pool_sum`."""
    axes = len(kernel)
    x = np.zeros((*g.shape[:-axes], *framed(size, padding)), g.dtype)
    for view in taps(x, kernel, stride, (1,) * axes, g.shape[-axes:]):
        view += g
    return within(x, size, padding)
