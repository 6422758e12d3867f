"""References for the ops of autodiff/ops/along.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.index import scatter_add


def places(x: Any, indices: Any, axis: int) -> Any:
    """The index in `x` of each element of ``take_along_axis(x, indices, axis)``, by its place."""
    axis %= x.ndim
    sides = zip(x.shape, indices.shape, strict=True)
    picked = [m if i == axis else n if m == 1 else m for i, (n, m) in enumerate(sides)]
    for at in np.ndindex(*picked):
        own = tuple(0 if n == 1 else i for i, n in zip(at, indices.shape, strict=True))
        place = [0 if n == 1 else i for i, n in zip(at, x.shape, strict=True)]
        place[axis] = int(indices[own])
        yield at, tuple(place), picked


def take_along_axis(x: Any, indices: Any, axis: int) -> Any:
    y = None
    for at, place, picked in places(x, indices, axis):
        y = np.zeros(picked, x.dtype) if y is None else y
        y[at] = x[place]
    return np.take_along_axis(x, indices, axis) if y is None else y


def spread_along(values: Any, indices: Any, size: int, axis: int) -> Any:
    y = np.zeros((*values.shape[:axis], size, *values.shape[axis + 1 :]))
    for at, place, _ in places(y, indices, axis):
        y[place] += values[at]
    return y


def add_along_axis(x: Any, updates: Any, indices: Any, axis: int) -> Any:
    y = np.array(x, float)
    for at, place, picked in places(x, indices, axis):
        y[place] += np.broadcast_to(updates, picked)[at]
    return y


def put_along_axis(x: Any, values: Any, indices: Any, axis: int) -> Any:
    y = np.array(x)
    for at, place, picked in places(x, indices, axis):
        y[place] = np.broadcast_to(values, picked)[at]
    return y


def take(x: Any, indices: Any, axis: Any) -> Any:
    rows = x.reshape(x.size) if axis is None else np.moveaxis(x, axis, 0)
    y = np.zeros((*indices.shape, *rows.shape[1:]), x.dtype)
    for at in np.ndindex(*indices.shape):
        y[at] = rows[indices[at]]
    axes = range(indices.ndim)
    return y if axis is None else np.moveaxis(y, axes, [axis % x.ndim + i for i in axes])


def gather(x: Any, axis: int, index: Any) -> Any:
    y = np.zeros(index.shape, x.dtype)
    for at in np.ndindex(*index.shape):
        place = list(at)
        place[axis] = index[at]
        y[at] = x[tuple(place)]
    return y


def whole(x: Any, index: Any, axis: int) -> Any:
    """What ``take(x, index, axis)`` takes, as an index."""
    return (slice(None),) * (axis % x.ndim) + (index,)


REFERENCES: dict[str, Callable[..., Any]] = {
    "add_along_axis": add_along_axis,
    "gather": gather,
    "index_add": lambda x, source, index, axis: scatter_add(x, source, whole(x, index, axis)),
    "pick_along": take_along_axis,
    "put_along_axis": put_along_axis,
    "spread_along": spread_along,
    "take": take,
    "take_along_axis": take_along_axis,
}
