"""References for the composites of autodiff/ops/statistics.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.tools import reduced


def variance(xs: list[float], correction: float) -> float:
    mean = math.fsum(xs) / len(xs)
    return math.fsum((x - mean) ** 2 for x in xs) / (len(xs) - correction)


def var(x: Any, axis: Any, correction: float, keepdims: bool) -> Any:
    return reduced(lambda xs: variance(xs, correction))(x, axis, keepdims)


def average(x: Any, weights: Any, axis: Any, keepdims: bool) -> Any:
    if weights is None:
        weights = np.ones(x.shape)
    elif weights.shape != x.shape:
        weights = np.moveaxis(np.broadcast_to(weights, np.moveaxis(x, axis, -1).shape), -1, axis)
    total = reduced(math.fsum)
    product = np.asarray(x, float) * np.asarray(weights, float)
    return total(product, axis, keepdims) / total(weights, axis, keepdims)


def cov(x: Any, correction: float) -> Any:
    rows = np.atleast_2d(np.asarray(x, float))
    y = np.zeros((len(rows), len(rows)))
    for i, j in np.ndindex(*y.shape):
        one, other = rows[i] - math.fsum(rows[i]) / len(rows[i]), rows[j]
        other = other - math.fsum(other) / len(other)
        y[i, j] = math.fsum(one * other) / (rows.shape[1] - correction)
    return y.reshape(() if x.ndim == 1 else y.shape)


def corrcoef(x: Any) -> Any:
    c = np.atleast_2d(cov(x, 0))
    scale = [math.sqrt(c[i, i]) for i in range(len(c))]
    y = np.array([[c[i, j] / (scale[i] * scale[j]) for j in range(len(c))] for i in range(len(c))])
    return y.reshape(() if x.ndim == 1 else c.shape)


REFERENCES: dict[str, Callable[..., Any]] = {
    "average": average,
    "corrcoef": corrcoef,
    "cov": cov,
    "nanmean": reduced(lambda xs: math.fsum(xs) / len(xs)),
    "nansum": reduced(math.fsum),
    "ptp": reduced(lambda xs: max(xs) - min(xs)),
    "std": lambda *call: var(*call) ** 0.5,
    "var": var,
}
