"""References for the ops of autodiff/ops/diagonal.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def diagonal(x: Any, offset: int, axis1: int, axis2: int) -> Any:
    rows = np.moveaxis(x, (axis1, axis2), (-2, -1))
    found = [rows[..., i, j] for i, j in np.ndindex(*rows.shape[-2:]) if j - i == offset]
    return np.stack(found, -1) if found else np.zeros((*rows.shape[:-2], 0))


def spread_diagonal(values: Any, shape: Any, offset: int, axis1: int, axis2: int) -> Any:
    y = np.zeros(shape, values.dtype)
    rows, n = np.moveaxis(y, (axis1, axis2), (-2, -1)), 0
    for i, j in np.ndindex(*rows.shape[-2:]):
        if j - i == offset:
            rows[..., i, j] = values[..., n]
            n += 1
    return y


def diag_embed(x: Any, offset: int, axis1: int, axis2: int) -> Any:
    side = x.shape[-1] + abs(offset)
    y = np.zeros((*x.shape[:-1], side, side), x.dtype)
    for n in range(x.shape[-1]):
        y[..., n + max(-offset, 0), n + max(offset, 0)] = x[..., n]
    return np.moveaxis(y, (-2, -1), (axis1, axis2))


def triangle(keeps: Callable[[int, int], bool]) -> Callable[..., Any]:
    def reference(x: Any, k: int) -> Any:
        y = np.zeros(x.shape, x.dtype)
        for i, j in np.ndindex(*x.shape[-2:]):
            if keeps(j - i, k):
                y[..., i, j] = x[..., i, j]
        return y

    return reference


REFERENCES: dict[str, Callable[..., Any]] = {
    "diag": lambda x, k: diag_embed(x, k, -2, -1) if x.ndim == 1 else diagonal(x, k, 0, 1),
    "diag_embed": diag_embed,
    "diagflat": lambda x, k: diag_embed(x.reshape(x.size), k, -2, -1),
    "diagonal": diagonal,
    "spread_diagonal": spread_diagonal,
    "tril": triangle(lambda right, k: right <= k),
    "triu": triangle(lambda right, k: right >= k),
}
