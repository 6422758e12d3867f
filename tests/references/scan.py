"""References for the ops of autodiff/ops/scan.py."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.tools import along


def accumulated(f: Callable[[Any, Any], Any], first: float, flattens: bool) -> Callable[..., Any]:
    def reference(x: Any, axis: Any, dtype: Any, include_initial: bool = False) -> Any:
        if axis is None:
            x, axis = x.reshape(x.size) if flattens else x, 0
        rows = np.moveaxis(x, axis, -1)
        y = np.zeros((*rows.shape[:-1], rows.shape[-1] + include_initial))
        for at in np.ndindex(*rows.shape[:-1]):
            row = map(float, rows[at])
            y[at] = list(itertools.accumulate([first, *row] if include_initial else row, f))
        return np.moveaxis(y, -1, axis)

    return reference


def linear_recurrence(a: Any, b: Any, axis: int, reverse: bool) -> Any:
    rows = [np.moveaxis(x, axis, -1) for x in np.broadcast_arrays(a, b)]
    a, b = (x[..., ::-1] if reverse else x for x in rows)
    y = np.zeros(b.shape)
    for at in np.ndindex(*b.shape):
        before = y[(*at[:-1], at[-1] - 1)] if at[-1] else 0.0
        y[at] = (a[at] * before if at[-1] else 0.0) + b[at]
    return np.moveaxis(y[..., ::-1] if reverse else y, -1, axis)


def diff(x: Any, prepend: Any, append: Any, axis: int, n: int) -> Any:
    parts = [part for part in (prepend, x, append) if part is not None]
    rows = np.moveaxis(np.concatenate(parts, axis), axis, 0)
    length = max(0, len(rows) - n)
    y = np.zeros((length, *rows.shape[1:]))
    for i in range(length):
        for k in range(n + 1):
            y[i] += (-1) ** (n - k) * math.comb(n, k) * np.asarray(rows[i + k], float)
    return np.moveaxis(y, 0, axis)


def trapezoid(y: Any, x: Any, dx: float, axis: int) -> Any:
    rows = np.moveaxis(y, axis, -1)
    if x is None:
        places = np.broadcast_to(np.arange(rows.shape[-1]) * dx, rows.shape)
    elif x.ndim == 1:
        places = np.broadcast_to(x, rows.shape)
    else:
        places = np.moveaxis(np.broadcast_to(x, y.shape), axis, -1)
    total = np.zeros(rows.shape[:-1])
    for i in range(rows.shape[-1] - 1):
        total += (rows[..., i] + rows[..., i + 1]) / 2 * (places[..., i + 1] - places[..., i])
    return total


REFERENCES: dict[str, Callable[..., Any]] = {
    "cummax": along(lambda xs: list(itertools.accumulate(xs, max))),
    "cummin": along(lambda xs: list(itertools.accumulate(xs, min))),
    "cumprod": accumulated(operator.mul, 1.0, flattens=True),
    "cumsum": accumulated(operator.add, 0.0, flattens=True),
    "cumulative_prod": accumulated(operator.mul, 1.0, flattens=False),
    "cumulative_sum": accumulated(operator.add, 0.0, flattens=False),
    "diff": diff,
    "linear_recurrence": linear_recurrence,
    "logcumsumexp": along(
        lambda xs: [math.log(math.fsum(map(math.exp, xs[: i + 1]))) for i in range(len(xs))]
    ),
    "recurrence": linear_recurrence,
    "trapezoid": trapezoid,
}
