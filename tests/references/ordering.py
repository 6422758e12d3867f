"""References for the composites of autodiff/ops/ordering.py."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.tools import along, reduced


def sort(x: Any, axis: int, descending: bool, stable: bool) -> Any:
    return along(lambda xs: sorted(xs, reverse=descending))(x, axis)


def quantile(x: Any, q: Any, axis: Any, keepdims: bool) -> Any:
    def one(part: float) -> Callable[[list[float]], float]:
        def of_list(xs: list[float]) -> float:
            ranks, place = sorted(xs), part * (len(xs) - 1)
            low, high = math.floor(place), math.ceil(place)
            return ranks[low] * (1 - (place - low)) + ranks[high] * (place - low)

        return of_list

    found = [reduced(one(float(part)))(x, axis, keepdims) for part in q.ravel()]
    shape = reduced(lambda _: 0.0)(x, axis, keepdims).shape
    return np.array(found).reshape(q.shape + shape)


REFERENCES: dict[str, Callable[..., Any]] = {
    "median": reduced(statistics.median),
    "percentile": lambda x, q, axis, keepdims: quantile(x, q / 100, axis, keepdims),
    "quantile": quantile,
    "sort": sort,
}
