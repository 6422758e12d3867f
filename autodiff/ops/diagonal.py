"""Diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import composite, linear
from autodiff.errors import OpValueError
from autodiff.ops.arguments import an_axis, an_int, some_matrices
from autodiff.ops.rearrange import ravel
from autodiff.ops.reduce import sum
from autodiff.variable import Array


@linear(
    adjoint=lambda g, x_shape, offset, axis1, axis2: spread_diagonal(
        g, x_shape, offset, axis1, axis2
    ),
    expects="two different axes of x",
)
def diagonal(x: Array, /, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Array:
    """The diagonal of matrices: elements whose indices along two axes are equal, or `offset` apart.

    Parameters
    ----------
    x
        Two axes or more, any dtype.
    offset
        How far right of the main diagonal (negative: below it). Default: 0.
    axis1, axis2
        The axes of rows and of columns. Default: the last two (NumPy: the first two).

    Returns
    -------
    Tensor
        Without the two axes, the diagonal along a new last one; empty where `offset` leads out of
        the matrix.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `offset` is no int.
    OpValueError
        If the two axes are the same one, or `x` has fewer than two.

    Notes
    -----
    `numpy.linalg.diagonal`; the array API standard's ``linalg.diagonal``.

    Examples
    --------
    >>> diagonal(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([1., 4.])
    """
    return np.diagonal(x, offset, axis1, axis2)


@linear(adjoint=lambda g, offset, axis1, axis2: diagonal(g, offset, axis1, axis2), symbol="diag")
def spread_diagonal(
    values: Array, shape: tuple[int, ...], offset: int, axis1: int, axis2: int
) -> Array:
    """Zeros of `shape` with `values` on a diagonal: the adjoint of `diagonal`.

    Parameters
    ----------
    values
        Shaped as ``diagonal(result, offset, axis1, axis2)``; any dtype.
    shape
        The shape of the result.
    offset, axis1, axis2
        As in `diagonal`.

    Examples
    --------
    >>> spread_diagonal(Tensor([1.0]), (2, 2), 1, 0, 1)
    Tensor([[0., 1.],
            [0., 0.]])
    """
    y = np.zeros(shape, values.dtype)
    view = np.diagonal(y, offset, axis1, axis2)
    view.flags.writeable = True  # NumPy gives it read-only, for fear of surprises
    view[...] = values
    return y


@composite
def diag(x: Array, /, k: int = 0) -> Any:
    """Of a vector the matrix that has it on a diagonal; of a matrix that diagonal.

    Parameters
    ----------
    x
        A vector or a matrix of any dtype.
    k
        How far right of the main diagonal (negative: below it). Default: 0.

    Returns
    -------
    Tensor
        A square matrix, just large enough; or a vector.

    Raises
    ------
    OpTypeError
        If `k` is no int.
    OpValueError
        If `x` is neither vector nor matrix.

    Notes
    -----
    `numpy.diag`.

    Examples
    --------
    >>> diag(Tensor([1.0, 2.0]))
    Tensor([[1., 0.],
            [0., 2.]])
    """
    offset = an_int("diag", k, "k")
    if x.ndim == 2:
        return diagonal(x, offset)
    if x.ndim != 1:
        raise OpValueError(
            f"diag: expected a vector or a matrix, got shape {x.shape}: diagonal() and "
            f"diag_embed() take more axes"
        )
    return _matrices("diag", x, offset)


@composite
def diagflat(x: Array, /, k: int = 0) -> Any:
    """The matrix that has all elements, in row-major order, on a diagonal.

    Parameters
    ----------
    x
        Any shape and dtype.
    k
        How far right of the main diagonal (negative: below it). Default: 0.

    Returns
    -------
    Tensor
        A square matrix, just large enough.

    Raises
    ------
    OpTypeError
        If `k` is no int.

    Notes
    -----
    `numpy.diagflat`.

    Examples
    --------
    >>> diagflat(Tensor([[1.0], [2.0]]), 1).shape
    (3, 3)
    """
    return _matrices("diagflat", ravel(x), k)


@composite
def diag_embed(x: Array, /, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Any:
    """Matrices that have the vectors along the last axis on a diagonal.

    Parameters
    ----------
    x
        One axis or more, any dtype.
    offset
        How far right of the main diagonal (negative: below it). Default: 0.
    axis1, axis2
        Where in the result the axes of rows and of columns are. Default: the last two.

    Returns
    -------
    Tensor
        One axis more; square, just large enough.

    Raises
    ------
    OpIndexError
        If the result has no such axis.
    OpTypeError
        If `offset` or an axis is no int.
    OpValueError
        If the two axes are the same one, or `x` has none.

    Notes
    -----
    `torch.diag_embed`. It undoes `diagonal`.

    Examples
    --------
    >>> diag_embed(Tensor([[1.0, 2.0], [3.0, 4.0]])).shape
    (2, 2, 2)
    """
    return _matrices("diag_embed", x, offset, axis1, axis2)


def _matrices(name: str, x: Any, offset: Any, axis1: int = -2, axis2: int = -1) -> Any:
    if not x.ndim:
        raise OpValueError(f"{name}: expected one axis or more, got a 0-d array")
    offset = an_int(name, offset, "the offset")
    rows = an_axis(name, axis1, x.ndim + 1, "axis1")
    columns = an_axis(name, axis2, x.ndim + 1, "axis2")
    if rows == columns:
        raise OpValueError(f"{name}: expected two axes, got axis1={axis1} and axis2={axis2}")
    *batch, n = x.shape
    sizes = iter(batch)
    side = n + abs(offset)
    shape = [side if i in (rows, columns) else next(sizes) for i in range(x.ndim + 1)]
    return spread_diagonal(x, tuple(shape), offset, rows, columns)


@linear(adjoint=lambda g, k: tril(g, k), expects="matrices x (..., M, N) and an int k")
def tril(x: Array, /, k: int = 0) -> Array:
    """Lower triangle: zero above a diagonal.

    Parameters
    ----------
    x
        Shape (..., M, N), any dtype.
    k
        How far right of the main diagonal (negative: below it) the last one is that stays.
        Default: 0.

    Raises
    ------
    OpTypeError
        If `k` is no int.
    OpValueError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.tril`; the array API standard's ``tril``. What is cut off may be NaN.

    Examples
    --------
    >>> tril(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([[1., 0.],
            [3., 4.]])
    """
    return np.tril(_matrix(x), an_int("tril", k, "k"))


@linear(adjoint=lambda g, k: triu(g, k), expects="matrices x (..., M, N) and an int k")
def triu(x: Array, /, k: int = 0) -> Array:
    """Upper triangle: zero below a diagonal.

    Parameters
    ----------
    x
        Shape (..., M, N), any dtype.
    k
        How far right of the main diagonal (negative: below it) the first one is that stays.
        Default: 0.

    Raises
    ------
    OpTypeError
        If `k` is no int.
    OpValueError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.triu`; the array API standard's ``triu``. What is cut off may be NaN.

    Examples
    --------
    >>> triu(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([[1., 2.],
            [0., 4.]])
    """
    return np.triu(_matrix(x), an_int("triu", k, "k"))


def _matrix(x: Any) -> Any:
    if x.ndim < 2:
        raise ValueError("x has fewer than two axes")
    return x


@composite
def trace(x: Array, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """Sum of the diagonal of matrices.

    Parameters
    ----------
    x
        Shape (..., M, N), any numeric dtype.
    offset
        How far right of the main diagonal (negative: below it). Default: 0.
    dtype
        To add up in. Default: None, `x`'s; booleans and short integers are counted in the
        platform's integer.

    Returns
    -------
    Tensor
        Shape (...). Nothing sums to 0.

    Raises
    ------
    OpTypeError
        If `offset` is no int.
    OpValueError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.linalg.trace`; the array API standard's ``linalg.trace``. `numpy.trace` takes the first
    two axes.

    Examples
    --------
    >>> trace(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor(5.)
    """
    some_matrices("trace", x)
    on = diagonal(x, an_int("trace", offset, "offset"))
    return sum(on, -1, dtype=dtype)
