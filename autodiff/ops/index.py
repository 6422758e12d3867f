"""Reading elements by index, adding to them (its adjoint), and writing them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import linear
from autodiff.kernels.scalars import ZERO
from autodiff.kernels.scatter import add_at, may_repeat, put_at, winners
from autodiff.variable import Array, Index, plain


@linear(
    adjoint=lambda g, x_shape, index: scatter(g, index, x_shape),
    symbol="[ ]",
    expects="an index inside x",
)
def getitem(x: Array, index: Index) -> Array:
    """``x[index]``: basic, integer-array and boolean indices as NumPy has them.

    An element that is picked twice receives both gradients.

    Parameters
    ----------
    x
        Any shape and dtype.
    index
        What may stand in ``x[...]``: ints, slices, None, Ellipsis, arrays or lists of integers
        or booleans, or a tuple of these. A constant: no gradient flows to it.

    Returns
    -------
    Tensor
        Shaped as NumPy's ``x[index]``; `x`'s dtype.

    Raises
    ------
    OpIndexError
        If the index lies outside `x`, has too many parts, or is no index at all.

    Examples
    --------
    >>> getitem(Tensor([1.0, 2.0, 3.0]), [0, 0, 2])
    Tensor([1., 1., 3.])
    """
    return x[plain(index)]


@linear(adjoint=lambda g, index: getitem(g, index), expects="values that fit x[index]")
def scatter(values: Array, index: Index, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `values` added at `index`: the adjoint of `getitem`.

    Parameters
    ----------
    values
        What is added: any shape that broadcasts to that of ``result[index]``.
    index
        As in `getitem`; an element that is named twice receives both values.
    shape
        The shape of the result.

    Returns
    -------
    Tensor
        Of `shape`; `values`' dtype.

    Raises
    ------
    OpIndexError
        If the index lies outside `shape`.
    OpValueError
        If `values` do not broadcast to ``result[index]``.

    Examples
    --------
    >>> scatter(Tensor([1.0, 2.0, 3.0]), [0, 0, 2], (4,))
    Tensor([3., 0., 3., 0.])
    """
    y = np.zeros(shape, values.dtype)
    add_at(y, plain(index), values)
    return y


@linear(
    adjoint=[lambda g: g, lambda g, index: getitem(g, index)],
    expects="updates that fit x[index]",
)
def scatter_add(x: Array, updates: Array, index: Index) -> Array:
    """A copy of `x` with `updates` added at `index`, as often as an element is named.

    Parameters
    ----------
    x
        Any shape and numeric dtype; it stays as it is.
    updates
        What is added: any shape that broadcasts to that of ``x[index]``.
    index
        As in `getitem`.

    Returns
    -------
    Tensor
        Shaped as `x`; NumPy's common dtype of `x` and `updates`.

    Raises
    ------
    OpIndexError
        If the index lies outside `x`.
    OpValueError
        If `updates` do not broadcast to ``x[index]``.

    Notes
    -----
    `numpy.add.at`, but on a copy.

    Examples
    --------
    >>> scatter_add(Tensor([1.0, 1.0]), Tensor([2.0, 3.0]), [0, 0])
    Tensor([6., 1.])
    """
    y = np.array(x, dtype=np.result_type(x, updates), order="C")
    add_at(y, plain(index), updates)
    return y


def _won(g: Any, index: Any, values_shape: tuple[int, ...]) -> Any:
    """What of `g` flows to the values that were written at `index`: to the last of each element."""
    picked = getitem(g, index)
    index = plain(index)
    if may_repeat(index):
        picked = picked * winners(g.shape, index)
    extra = max(0, len(values_shape) - picked.ndim)
    return picked.reshape((*values_shape[:extra], *picked.shape))


@linear(
    adjoint=[
        lambda g, index: setitem(g, ZERO[g.dtype], index),
        lambda g, index, values_shape: _won(g, index, values_shape),
    ],
    symbol="[ ]=",
    expects="values that fit x[index]",
)
def setitem(x: Array, values: Array, index: Index) -> Array:
    """A copy of `x` with `values` in place of ``x[index]``.

    Where an index names an element twice, the last value (in row-major order) is what counts, and
    no gradient flows to the others.

    Parameters
    ----------
    x
        Any shape and dtype; it stays as it is.
    values
        What is written: any shape that broadcasts to that of ``x[index]``; leading axes of length 1
        may be too many.
    index
        As in `getitem`.

    Returns
    -------
    Tensor
        Shaped as `x`; NumPy's common dtype of `x` and `values`.

    Raises
    ------
    OpIndexError
        If the index lies outside `x`.
    OpValueError
        If `values` do not broadcast to ``x[index]``.

    Notes
    -----
    The array API standard's ``x[index] = values``, but on a copy.

    Examples
    --------
    >>> setitem(Tensor([1.0, 2.0, 3.0]), 0.0, slice(1, None))
    Tensor([1., 0., 0.])
    """
    y = np.array(x, dtype=np.result_type(x, values), order="C")
    put_at(y, plain(index), values)
    return y
