"""Orders as indices: what sorts, and what is the largest so far."""

from __future__ import annotations

from typing import Any

import numpy as np


def argsort(
    x: np.ndarray[Any, Any], axis: int = -1, descending: bool = False, stable: bool = True
) -> np.ndarray[Any, Any]:
    """The indices that sort `x` along an axis; NaN counts as the largest.

    Where `stable`, equal elements keep their order, descending too.
    """
    if not descending:
        return np.argsort(x, axis, stable=stable)
    # turned around before and after, so that equal elements keep their order
    order = np.flip(np.argsort(np.flip(x, axis), axis, stable=stable), axis)
    turned: np.ndarray[Any, Any] = x.shape[axis] - 1 - order
    return turned


def running_winners(x: np.ndarray[Any, Any], axis: int, best: np.ufunc) -> np.ndarray[Any, Any]:
    """For each element the index of the best so far along an axis; of equals the last one.

    `best` is `numpy.maximum` or `numpy.minimum`. From a NaN on, it is the last NaN.
    """
    wins = x == best.accumulate(x, axis)
    if x.dtype.kind == "f":
        wins |= np.isnan(x)
    steps = np.arange(x.shape[axis]).reshape((-1,) + (1,) * (x.ndim - 1 - axis))
    found: np.ndarray[Any, Any] = np.maximum.accumulate(np.where(wins, steps, 0), axis)
    return found
