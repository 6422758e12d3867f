"""Writing to elements by index: where they are, who writes last, and adding fast.

`numpy.add.at` is an order of magnitude faster with one flat index than with one that names slices,
so indices are made flat first, where that pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

SMALL = 256
"""Up to so many elements, finding where they are costs more than it gains."""


def may_repeat(index: Any) -> bool:
    """Whether an index may name an element twice: only one with an array of integers may."""
    parts = index if isinstance(index, tuple) else (index,)
    return not all(
        part is None
        or part is Ellipsis
        or isinstance(part, (slice, int, np.integer))
        or np.asarray(part).dtype == bool
        for part in parts
    )


def positions(shape: tuple[int, ...], index: Any) -> np.ndarray[Any, Any]:
    """Row-major positions of the elements that an index names, shaped as ``x[index]``."""
    found: np.ndarray[Any, Any] = np.asarray(np.arange(prod(shape)).reshape(shape)[index])
    return found


def _positions_of_rows(shape: tuple[int, ...], index: Any) -> np.ndarray[Any, Any] | None:
    """The same for whole slices along one axis, at the cost of these alone; else None."""
    before, rows = (index[:-1], index[-1]) if isinstance(index, tuple) else ((), index)
    if not isinstance(rows, (np.ndarray, list)) or np.asarray(rows).dtype.kind not in "iu":
        return None
    if not all(isinstance(part, slice) and part == slice(None) for part in before):
        return None
    axis = len(before)
    picked = np.arange(shape[axis])[rows]
    outer, inner = prod(shape[:axis]), prod(shape[axis + 1 :])
    found = np.add.outer(np.arange(outer) * (shape[axis] * inner), picked * inner)
    found = np.add.outer(found, np.arange(inner))
    return found.reshape(*shape[:axis], *picked.shape, *shape[axis + 1 :])


def positions_along(
    shape: Sequence[int], indices: np.ndarray[Any, Any], axis: int
) -> np.ndarray[Any, Any]:
    """Row-major positions in `shape` of ``take_along_axis(x, indices, axis)``."""
    n = len(shape)
    found: np.ndarray[Any, Any] = indices * prod(shape[axis + 1 :])
    for i in range(n):
        if i != axis:
            steps = np.arange(shape[i]) * prod(shape[i + 1 :])
            found = found + steps.reshape((-1,) + (1,) * (n - 1 - i))
    return found


def add_at(y: np.ndarray[Any, Any], index: Any, values: Any) -> None:
    """Add `values` to ``y[index]``, contiguous and in place, as often as an element is named."""
    if not may_repeat(index):
        y[index] += values
        return
    size, where = np.size(values), None
    if y.ndim > 1 and size > SMALL:
        where = _positions_of_rows(y.shape, index)
        if where is None and y.size <= 4 * size:
            where = positions(y.shape, index)
    if where is None:
        np.add.at(y, index, values)
    else:
        add_to(y, where, values)


def add_to(y: np.ndarray[Any, Any], where: np.ndarray[Any, Any], values: Any) -> None:
    """Add `values` at row-major positions of `y`, which is contiguous, in place."""
    values = np.broadcast_to(np.asarray(values, y.dtype), where.shape)
    np.add.at(y.reshape(-1), where.reshape(-1), values.reshape(-1))


def put_at(y: np.ndarray[Any, Any], index: Any, values: Any) -> None:
    """Write `values` to ``y[index]``, in place; of several the last one, in row-major order.

    Raises
    ------
    ValueError
        If `values` do not broadcast to ``y[index]``, leading axes of length 1 left out.
    """
    if may_repeat(index):
        where = positions(y.shape, index)
        y.reshape(-1)[where.reshape(-1)] = _spread(values, where.shape).reshape(-1)
    else:
        y[index] = _spread(values, np.shape(y[index]))


def _spread(values: Any, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """`values` broadcast to `shape`, which may have fewer axes, as in an assignment to an array."""
    extra = np.ndim(values) - len(shape)
    if shape and extra > 0 and values.shape[:extra] == (1,) * extra:
        values = values.reshape(values.shape[extra:])
    return np.broadcast_to(values, shape)


def winners(shape: tuple[int, ...], index: Any) -> np.ndarray[Any, Any]:
    """Which of the writes to ``y[index]`` are the last to their element: a mask."""
    where = positions(shape, index)
    order = np.arange(where.size).reshape(where.shape)
    last = np.zeros(prod(shape), np.intp)
    last[where.reshape(-1)] = order.reshape(-1)
    mask: np.ndarray[Any, Any] = last[where] == order
    return mask
