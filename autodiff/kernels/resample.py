"""Resampling along an axis: which elements are taken, and with what weights.

A table says it for n elements that become m: `index` and `weight`, both (taps, m), so that the j-th
result is the sum of ``weight[k, j] * x[index[k, j]]`` over the taps k. A weight of 0 means that
nothing is taken. A loop over the taps with whole-array operations inside is as fast as a compiled
loop over pixels; and so is its adjoint, which is the same with the table transposed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

Table = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def resampled(
    x: np.ndarray[Any, Any], index: np.ndarray[Any, Any], weight: np.ndarray[Any, Any], axis: int
) -> np.ndarray[Any, Any]:
    """Weighted sums of elements along an axis, counted from the front.

    With booleans for weights nothing is multiplied.
    """
    before, after = x.shape[:axis], x.shape[axis + 1 :]
    ones = (1,) * len(after)
    scaled = weight.dtype != bool
    if x.dtype.kind in "fc":
        dtype, weight = x.dtype, weight.astype(x.real.dtype if scaled else bool)
    else:
        dtype = np.result_type(x, weight)
    y = None
    for sources, weights in zip(index, weight, strict=True):
        part = x.take(sources, axis)
        if not weights.all():  # before they are multiplied: 0 times infinity is no 0
            part[(slice(None),) * axis + (weights == 0,)] = 0
        if scaled:
            part = np.multiply(
                part, weights.reshape(-1, *ones), out=part if part.dtype == dtype else None
            )
        y = part if y is None else np.add(y, part, out=y)
    return np.zeros((*before, index.shape[1], *after), dtype) if y is None else y


def transposed(index: np.ndarray[Any, Any], weight: np.ndarray[Any, Any], n: int) -> Table:
    """The table of the way back, to `n` elements: each gathers the results that it went to."""
    tap, result = np.nonzero(weight)
    source = index[tap, result]
    order = np.argsort(source, kind="stable")
    source, counts = source[order], np.bincount(source, minlength=n)
    nth = np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)
    shape = int(counts.max(initial=0)), n
    back, weights = np.zeros(shape, int), np.zeros(shape, weight.dtype)
    back[nth, source] = result[order]
    weights[nth, source] = weight[tap, result][order]
    return back, weights


@lru_cache(maxsize=256)
def table(
    n: int,
    m: int,
    mode: str,
    align_corners: bool = False,
    scale: float | None = None,
    antialias: bool = False,
) -> Table:
    """The table by which `n` pixels become `m`, read-only.

    Parameters
    ----------
    n, m
        How many there are, and how many there will be; at least 1.
    mode
        "nearest", "nearest-exact", "linear", "cubic" or "area".
    align_corners
        Whether the centers of the outer pixels stay where they are, instead of their outer edges.
    scale
        By how much the axis is stretched, if not by m / n.
    antialias
        Whether a filter that shrinks the image is as much wider.
    """
    if mode == "area":
        index, weight = _area(n, m)
    else:
        if align_corners:
            step = (n - 1) / (m - 1) if m > 1 else 0.0
        else:
            step = 1 / scale if scale else n / m
        if antialias:
            index, weight = _filtered(n, m, mode, step)
        elif mode in ("nearest", "nearest-exact"):
            index, weight = _nearest(n, m, mode, step)
        else:
            at = step * np.arange(m) if align_corners else step * (np.arange(m) + 0.5) - 0.5
            index, weight = (_linear if mode == "linear" else _cubic)(n, at)
    index.flags.writeable = weight.flags.writeable = False
    return index, weight


def _nearest(n: int, m: int, mode: str, step: float) -> Table:
    at = step * np.arange(m) if mode == "nearest" else step * (np.arange(m) + 0.5)
    # rounded to single precision before: a whole number that came out a little less stays whole
    index = np.minimum(np.floor(at.astype(np.float32)).astype(int), n - 1)
    return index[None], np.ones((1, m), bool)


def _linear(n: int, at: Any) -> Table:
    at = np.clip(at, 0, n - 1)
    left = np.floor(at).astype(int)
    part = at - left
    return np.stack([left, np.minimum(left + 1, n - 1)]), np.stack([1 - part, part])


def _cubic(n: int, at: Any) -> Table:
    left = np.floor(at).astype(int)
    taps = np.arange(-1, 3)[:, None]
    return np.clip(left + taps, 0, n - 1), _cubic_filter(at - left - taps, -0.75)


def _area(n: int, m: int) -> Table:
    j = np.arange(m)
    first, last = j * n // m, -(-(j + 1) * n // m)
    taps = np.arange((last - first).max())[:, None]
    weight = (taps < last - first) / (last - first)
    return np.minimum(first + taps, n - 1), weight


def _filtered(n: int, m: int, mode: str, step: float) -> Table:
    wider = max(step, 1.0)
    reach = wider * (1 if mode == "linear" else 2)
    center = step * (np.arange(m) + 0.5)
    first = np.maximum((center - reach + 0.5).astype(int), 0)
    last = np.minimum((center + reach + 0.5).astype(int), n)
    index = first + np.arange((last - first).max())[:, None]
    away = (index - center + 0.5) / wider
    weight = _cubic_filter(away, -0.5) if mode == "cubic" else np.maximum(1 - np.abs(away), 0)
    weight = np.where(index < last, weight, 0)
    return np.minimum(index, n - 1), weight / weight.sum(0)


def _cubic_filter(x: Any, a: float) -> Any:
    """Keys' kernel, which is 1 at 0, and 0 at all other integers and beyond 2."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0))
