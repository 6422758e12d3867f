"""References for the ops of autodiff/ops/rearrange.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def moved(x: Any, to: Callable[[tuple[int, ...]], tuple[int, ...]], shape: Any = None) -> Any:
    """Every element of `x` where `to` says that its index leads."""
    y = np.zeros(x.shape if shape is None else shape, x.dtype)
    for at in np.ndindex(*x.shape):
        y[to(at)] = x[at]
    return y


def flip(x: Any, axis: Any) -> Any:
    axes = range(x.ndim) if axis is None else {int(i) % x.ndim for i in np.atleast_1d(axis)}
    return moved(
        x,
        lambda at: tuple(
            n - 1 - i if k in axes else i for k, (i, n) in enumerate(zip(at, x.shape, strict=True))
        ),
    )


def roll(x: Any, shift: Any, axis: Any) -> Any:
    if axis is None:
        return roll(np.ravel(x), int(np.sum(shift)), 0).reshape(x.shape)
    shifts, axes = np.broadcast_arrays(shift, np.array(axis, int))
    for step, k in zip(shifts.ravel(), axes.ravel(), strict=True):
        order = [(i - int(step)) % x.shape[k] for i in range(x.shape[k])]
        x = np.take(x, np.array(order, int), k)
    return x


def rot90(x: Any, k: int, axes: Any) -> Any:
    one, other = (axis % x.ndim for axis in axes)
    for _ in range(k % 4):
        shape = list(x.shape)
        shape[one], shape[other] = shape[other], shape[one]

        def turned(at: tuple[int, ...], last: int = x.shape[other] - 1) -> tuple[int, ...]:
            to = list(at)
            to[one], to[other] = last - at[other], at[one]
            return tuple(to)

        x = moved(x, turned, shape)
    return x


def repeat(x: Any, repeats: Any, axis: Any) -> Any:
    if axis is None:
        x, axis = np.ravel(x), 0
    counts = np.broadcast_to(repeats, x.shape[axis])
    order = [i for i, times in enumerate(counts) for _ in range(times)]
    return np.take(x, np.array(order, int), axis)


def tile(x: Any, repetitions: Any) -> Any:
    times = np.atleast_1d(np.array(repetitions, int))
    x = x.reshape((1,) * (len(times) - x.ndim) + x.shape)
    for axis, n in enumerate([1] * (x.ndim - len(times)) + times.tolist()):
        x = np.concatenate([x] * n, axis) if n else x[(slice(None),) * axis + (slice(0),)]
    return x


def flatten(x: Any, start: int, end: int) -> Any:
    sides = list(x.shape) or [1]
    first, last = start % len(sides), end % len(sides)
    one = 1
    for side in sides[first : last + 1]:
        one *= side
    return x.reshape([*sides[:first], one, *sides[last + 1 :]])


REFERENCES: dict[str, Callable[..., Any]] = {
    "flatten": flatten,
    "flip": flip,
    "fliplr": lambda x: flip(x, 1),
    "flipud": lambda x: flip(x, 0),
    "moveaxis": np.moveaxis,
    "ravel": lambda x: np.array([x[at] for at in np.ndindex(*x.shape)], x.dtype),
    "repeat": repeat,
    "roll": roll,
    "rot90": rot90,
    "swapaxes": np.swapaxes,
    "tile": tile,
}
