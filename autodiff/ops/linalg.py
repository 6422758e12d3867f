"""Matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import multilinear
from autodiff.ops.manipulation import expand_dims, matrix_transpose, squeeze
from autodiff.variable import Array


def _to_left(g: Any, x2: Any, x1_shape: tuple[int, ...]) -> Any:
    """``g @ x2.mT``, where a vector on either side stands for a matrix of one row or column."""
    if len(x1_shape) > 1 and x2.ndim > 1:
        return matmul(g, matrix_transpose(x2))
    if len(x1_shape) == 1:
        g = expand_dims(g, -2 if x2.ndim > 1 else -1)
    if x2.ndim == 1:
        return g * x2 if len(x1_shape) == 1 else expand_dims(g, -1) * x2
    return squeeze(matmul(g, matrix_transpose(x2)), -2)


def _to_right(g: Any, x1: Any, x2_shape: tuple[int, ...]) -> Any:
    """``x1.mT @ g``, likewise."""
    if x1.ndim > 1 and len(x2_shape) > 1:
        return matmul(matrix_transpose(x1), g)
    if x1.ndim == 1:
        x1 = expand_dims(x1, -1)
        return x1 * expand_dims(g, -2) if len(x2_shape) > 1 else squeeze(x1, -1) * g
    return squeeze(matmul(matrix_transpose(x1), expand_dims(g, -1)), -1)


@multilinear(
    vjps=[_to_left, _to_right],
    symbol="@",
    expects="the last axis of x1 as long as the second last of x2, other axes that broadcast",
)
def matmul(x1: Array, x2: Array) -> Array:
    """Matrix product ``x1 @ x2`` with NumPy's shapes: vectors, matrices, stacks that broadcast.

    >>> matmul(Tensor([1.0, 2.0]), Tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]))
    Tensor([ 5., 11., 17.])
    """
    return np.matmul(x1, x2)
