"""Sums of long arrays, a block at a time.

Where numbers are added one after the other, an error grows with how many there are: a column of
100,000 floats loses three digits. NumPy adds in pairs, but only along the axis that is next in
memory, and a running sum it adds one by one. Sums of blocks, and then the sum of these, lose one
digit and take no longer.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np

LONG = 256
"""Up to this length there are no blocks."""

BLOCK = 128

_add: Any = np.add.reduce  # its type stubs know no variable keepdims


def added(x: np.ndarray[Any, Any], axis: Any, dtype: Any, keepdims: bool) -> Any:
    """Sum over axes as `numpy.add.reduce` gives it, of a long axis in blocks."""
    # the first test lets most arrays go on at once
    if x.size > LONG and x.ndim > 1 and type(axis) is int and x.dtype.kind in "fc":
        n, strides = x.ndim, [abs(stride) for stride in x.strides]
        if -n <= axis < n and x.shape[axis] > LONG and strides[axis] > min(strides):
            return _in_blocks(x, axis % n, dtype, keepdims)
    return _add(x, axis, dtype, None, keepdims)


def _in_blocks(x: np.ndarray[Any, Any], axis: int, dtype: Any, keepdims: bool) -> Any:
    before, (n, *after) = x.shape[:axis], x.shape[axis:]
    whole = n - n % BLOCK
    along: Any = (slice(None),) * axis
    blocks = x[(*along, slice(whole))].reshape(*before, whole // BLOCK, BLOCK, *after)
    y = added(_add(blocks, axis + 1, dtype), axis, dtype, keepdims)
    if whole < n:
        y = y + _add(x[(*along, slice(whole, None))], axis, dtype, None, keepdims)
    return y


def running_sums(x: np.ndarray[Any, Any], axis: int, dtype: Any = None, out: Any = None) -> Any:
    """As `numpy.cumsum`, of a long axis in blocks; `axis` counts from the front."""
    n = x.shape[axis]
    if n <= LONG or x.dtype.kind not in "fc":
        return np.cumsum(x, axis, dtype, out=out)
    if out is None:
        out = np.empty(x.shape, dtype or x.dtype)
    rows, sums = np.moveaxis(x, axis, -1), np.moveaxis(out, axis, -1)
    size = isqrt(n)
    whole = n - n % size
    blocks = rows[..., :whole].reshape(*rows.shape[:-1], whole // size, size)
    inner = np.cumsum(blocks, -1, out.dtype)
    ends = np.cumsum(inner[..., -1], -1)
    inner[..., 1:, :] += ends[..., :-1, None]
    sums[..., :whole] = inner.reshape(*rows.shape[:-1], whole)
    if whole < n:
        rest = np.cumsum(rows[..., whole:], -1, out.dtype)
        sums[..., whole:] = rest + ends[..., -1:]
    return out
