"""Inverses of matrices, and linear systems."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import composite, custom
from autodiff.errors import OpValueError
from autodiff.ops.diagonal import tril, triu
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import expand_dims, squeeze
from autodiff.variable import Array


def a_square(name: str, x: Any) -> None:
    """Refuse what is no stack of square matrices."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise OpValueError(f"{name}: expected square matrices (..., N, N), got shape {x.shape}")


def norm1(x: np.ndarray[Any, Any]) -> Any:
    """The largest sum of a column's absolute values, of each matrix."""
    return np.abs(x).sum(-2).max(-1, initial=0)


@custom(
    vjps=[lambda g, y: -matmul(matmul(y.mT, g), y.mT)],
    symbol="x⁻¹",
    expects="square invertible matrices (..., N, N)",
)
def inv(x: Array, /) -> Array:
    """Inverse of square matrices.

    Parameters
    ----------
    x
        Shape (..., N, N); any numeric dtype, integers are computed as floats.

    Returns
    -------
    Tensor
        Shaped as `x`.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square, or singular.

    Notes
    -----
    `numpy.linalg.inv`; the array API standard's ``linalg.inv``. To solve a system, `solve` is
    faster and more accurate.

    Examples
    --------
    >>> inv(Tensor([[2.0, 0.0], [0.0, 4.0]]))
    Tensor([[0.5 , 0.  ],
            [0.  , 0.25]])
    """
    return np.linalg.inv(x)


def _to_rhs(g: Any, x1: Any, x2_shape: tuple[int, ...]) -> Any:
    if len(x2_shape) > 1:
        return solve(x1.mT, g)
    return squeeze(solve(x1.mT, expand_dims(g, -1)), -1)


def _to_matrix(g: Any, y: Any, x1: Any, x2_shape: tuple[int, ...]) -> Any:
    if len(x2_shape) == 1:
        g, y = expand_dims(g, -1), expand_dims(y, -1)
    return -matmul(solve(x1.mT, g), y.mT)


@custom(
    vjps=[_to_matrix, _to_rhs],
    symbol="x⁻¹b",
    expects="square invertible x1 (..., N, N) and x2 (..., N, K) or (N,)",
)
def solve(x1: Array, x2: Array, /) -> Array:
    """Solution X of the linear systems ``x1 @ X = x2``.

    Parameters
    ----------
    x1
        Shape (..., N, N), invertible; any numeric dtype.
    x2
        Shape (..., N, K), one system for each column; or (N,), a single vector for all of `x1`.

    Returns
    -------
    Tensor
        Shape (..., N, K), or (..., N) for a vector; NumPy's common floating dtype.

    Raises
    ------
    OpTypeError
        If an array is of float16.
    OpValueError
        If a matrix is not square, or singular, or the shapes do not fit.

    Notes
    -----
    `numpy.linalg.solve`; the array API standard's ``linalg.solve``. Only a single axis makes `x2` a
    vector: a stack of vectors needs an axis of length 1 at its end.

    Examples
    --------
    >>> solve(Tensor([[2.0, 0.0], [0.0, 4.0]]), Tensor([1.0, 1.0]))
    Tensor([0.5 , 0.25])
    """
    return np.linalg.solve(x1, x2)


@composite
def solve_triangular(
    x1: Array, x2: Array, /, *, upper: bool = False, unitriangular: bool = False
) -> Any:
    """Solution X of ``x1 @ X = x2``, where only a triangle of `x1` is read.

    Parameters
    ----------
    x1
        Shape (..., N, N), any numeric dtype.
    x2
        As in `solve`.
    upper
        Which triangle is read. Default: False, the lower one.
    unitriangular
        Take the diagonal for ones, without reading it. Default: False.

    Returns
    -------
    Tensor
        As of `solve`.

    Raises
    ------
    OpValueError
        If a matrix is not square, an element on the diagonal is 0, or the shapes do not fit.

    Notes
    -----
    `torch.linalg.solve_triangular`, but lower by default; `scipy.linalg.solve_triangular`. What is
    not read gets gradient 0.

    Examples
    --------
    >>> solve_triangular(Tensor([[2.0, 9.0], [0.0, 4.0]]), Tensor([1.0, 1.0]))
    Tensor([0.5 , 0.25])
    """
    a_square("solve_triangular", x1)
    triangle, k = (triu, 1) if upper else (tril, -1)
    if not unitriangular:
        return solve(triangle(x1), x2)
    return solve(triangle(x1, k) + np.eye(x1.shape[-1], dtype=x1.dtype), x2)
