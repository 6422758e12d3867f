"""How references are written another way than ops: by loops over single numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def each(f: Callable[..., float]) -> Callable[..., Any]:
    """`f` of every element, one Python float at a time."""
    return np.vectorize(lambda *xs: f(*map(float, xs)), otypes=[float])


def reduced(f: Callable[[list[float]], float]) -> Callable[..., Any]:
    """A reduction made of a function of the list of what is reduced."""

    def reference(x: Any, axis: Any, keepdims: bool, dtype: Any = None) -> Any:
        axes = range(x.ndim) if axis is None else np.atleast_1d(axis).astype(int)
        gone = sorted({int(i) % x.ndim for i in axes}) if x.ndim else []
        kept = [i for i in range(x.ndim) if i not in gone]
        y = np.zeros([x.shape[i] for i in kept])
        for at in np.ndindex(*y.shape):
            where: list[Any] = [slice(None)] * x.ndim
            for i, j in zip(kept, at, strict=True):
                where[i] = j
            y[at] = f([float(v) for v in np.ravel(x[tuple(where)])])
        return np.expand_dims(y, tuple(gone)) if keepdims else y

    return reference


def along(f: Callable[[list[float]], list[float]]) -> Callable[..., Any]:
    """A function of every row along an axis."""

    def reference(x: Any, axis: int) -> Any:
        y = np.zeros(x.shape)
        rows, out = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
        for at in np.ndindex(*rows.shape[:-1]):
            out[at] = f([float(v) for v in rows[at]])
        return y

    return reference
