"""Sliding windows over the last axes of an array, one strided view for each tap of the window.

A loop over the taps of a window (2 to 27 of them) with whole-array operations inside beats both a
loop over positions and general striding tricks; nothing here loops over elements. The number of
axes that the window slides over is the length of `kernel`: 1 of a signal, 2 of an image, 3 of a
volume.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np

Sizes: TypeAlias = tuple[int, ...]
"""One number for each axis that the window slides over."""

Margins: TypeAlias = tuple[tuple[int, int], ...]
"""For each of these axes, how much is put before it and after it."""


@lru_cache(maxsize=256)
def out_size(size: Sizes, kernel: Sizes, stride: Sizes, padding: Margins, dilation: Sizes) -> Sizes:
    """How many windows fit: ``(n + before + after - dilation * (k - 1) - 1) // stride + 1``.

    Raises
    ------
    ValueError
        If not even one fits, or a number is missing or senseless.
    """
    axes = len(kernel)
    for what, numbers in (
        ("an image", size),
        ("a window", kernel),
        ("a stride", stride),
        ("a dilation", dilation),
    ):
        if len(numbers) != axes or not numbers or min(numbers) < 1:
            raise ValueError(
                f"a window of {kernel} needs {what} of at least 1 along each axis, not {numbers}"
            )
    if len(padding) != axes or any(len(pair) != 2 or min(pair) < 0 for pair in padding):
        raise ValueError(
            f"a window of {kernel} needs a padding (before, after) of at least 0 for each axis, "
            f"not {padding}"
        )
    out = tuple(
        (n + before + after - d * (k - 1) - 1) // s + 1
        for n, k, s, (before, after), d in zip(size, kernel, stride, padding, dilation, strict=True)
    )
    if min(out) < 1:
        spread = f", dilation {dilation}" if max(dilation) > 1 else ""
        raise ValueError(
            f"a window of {kernel}{spread} does not fit an image of {size} with padding {padding}"
        )
    return out


@lru_cache(maxsize=256)
def framed(size: Sizes, padding: Margins) -> Sizes:
    """`size` with its margins."""
    return tuple(n + before + after for n, (before, after) in zip(size, padding, strict=True))


@lru_cache(maxsize=256)
def _inside(size: Sizes, padding: Margins) -> tuple[Any, ...]:
    return (..., *(slice(p, p + n) for n, (p, _) in zip(size, padding, strict=True)))


def within(x: np.ndarray[Any, Any], size: Sizes, padding: Margins) -> np.ndarray[Any, Any]:
    """The view of what has `size` within the margins of `x`."""
    view: np.ndarray[Any, Any] = x[_inside(size, padding)]
    return view


def padded(x: np.ndarray[Any, Any], padding: Margins, value: Any = 0) -> np.ndarray[Any, Any]:
    """`x` with margins around its last axes; `x` itself if there are none."""
    if not any(map(any, padding)):
        return x
    batch, size = x.shape[: -len(padding)], x.shape[-len(padding) :]
    y = np.empty((*batch, *framed(size, padding)), x.dtype)
    y.fill(value)
    within(y, size, padding)[...] = x
    return y


@lru_cache(maxsize=256)
def _along(taps: int, stride: int, dilation: int, out: int) -> list[Any]:
    return [slice(t * dilation, t * dilation + stride * out, stride) for t in range(taps)]


def taps(
    x: np.ndarray[Any, Any], kernel: Sizes, stride: Sizes, dilation: Sizes, out: Sizes
) -> Iterator[np.ndarray[Any, Any]]:
    """For each position within the window, in row-major order, the view of what lies under it."""
    return (x[(..., *under)] for under in product(*map(_along, kernel, stride, dilation, out)))


def columns(
    x: np.ndarray[Any, Any],
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
    out: Sizes,
) -> np.ndarray[Any, Any]:
    """Every window as a column: (..., *size) to (..., *kernel, *out)."""
    batch = x.shape[: -len(kernel)]
    every: Any = (slice(None),) * len(batch)
    cols = np.empty((*batch, prod(kernel), *out), x.dtype)
    for i, view in enumerate(taps(padded(x, padding), kernel, stride, dilation, out)):
        cols[(*every, i)] = view
    return cols.reshape(*batch, *kernel, *out)


def from_columns(
    cols: np.ndarray[Any, Any], size: Sizes, stride: Sizes, padding: Margins, dilation: Sizes
) -> np.ndarray[Any, Any]:
    """Columns added back to where they were read: the adjoint of `columns`."""
    axes = len(size)
    batch, kernel, out = cols.shape[: -2 * axes], cols.shape[-2 * axes : -axes], cols.shape[-axes:]
    every: Any = (slice(None),) * len(batch)
    x = np.zeros((*batch, *framed(size, padding)), cols.dtype)
    views = taps(x, kernel, stride, dilation, out)
    for position, view in zip(product(*map(range, kernel)), views, strict=True):
        view += cols[(*every, *position)]
    return within(x, size, padding)
