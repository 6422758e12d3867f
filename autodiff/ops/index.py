"""Reading elements by index, and its adjoint: adding to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import linear
from autodiff.variable import Array, Variable, raw


@linear(
    adjoint=lambda g, x_shape, index: scatter(g, index, x_shape),
    symbol="[ ]",
    expects="an index inside x",
)
def getitem(x: Array, index: Any) -> Array:
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
def scatter(values: Array, index: Any, shape: tuple[int, ...]) -> Array:
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
    _add_at(y, index, values)
    return y


@linear(
    adjoint=[lambda g: g, lambda g, index: getitem(g, index)],
    expects="updates that fit x[index]",
)
def scatter_add(x: Array, updates: Array, index: Any) -> Array:
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
    y = np.array(x, dtype=np.result_type(x, updates))
    _add_at(y, index, updates)
    return y


def _add_at(y: Any, index: Any, values: Any) -> None:
    index = plain(index)
    if _may_repeat(index):
        np.add.at(y, index, values)
    else:
        y[index] += values


def _may_repeat(index: Any) -> bool:
    """Whether an index may name an element twice: only one with an array of integers may."""
    parts = index if isinstance(index, tuple) else (index,)
    return not all(
        part is None
        or part is Ellipsis
        or isinstance(part, (slice, int, np.integer))
        or np.asarray(part).dtype == bool
        for part in parts
    )


def plain(index: Any) -> Any:
    """An index with arrays in place of the tensors in it; what is mutable is copied."""
    if isinstance(index, (tuple, list)):
        return type(index)(plain(part) for part in index)
    if isinstance(index, (Variable, np.ndarray)):
        return np.array(raw(index))
    return index
