"""References for the ops of autodiff/ops/index.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def scatter_add(x: Any, updates: Any, index: Any) -> Any:
    flat = np.arange(x.size).reshape(x.shape)[index]
    y = np.array(x, float).ravel()
    for at, update in zip(
        np.ravel(flat), np.ravel(np.broadcast_to(updates, flat.shape)), strict=True
    ):
        y[at] += update
    return y.reshape(x.shape)


def setitem(x: Any, values: Any, index: Any) -> Any:
    flat = np.arange(x.size).reshape(x.shape)[index]
    y = np.array(x).ravel()
    extra = max(0, np.ndim(values) - flat.ndim)  # axes of length 1
    values = np.broadcast_to(np.reshape(values, np.shape(values)[extra:]), flat.shape)
    for at, value in zip(np.ravel(flat), np.ravel(values), strict=True):
        y[at] = value
    return y.reshape(x.shape)


REFERENCES: dict[str, Callable[..., Any]] = {
    "getitem": lambda x, index: x[index],
    "scatter": lambda values, index, shape: scatter_add(np.zeros(shape), values, index),
    "scatter_add": scatter_add,
    "setitem": setitem,
}
