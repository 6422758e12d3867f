"""Reading and writing along one axis, by arrays of indices."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autodiff.declare import composite, linear
from autodiff.errors import OpValueError, describe
from autodiff.kernels.scatter import add_to, positions_along
from autodiff.ops.arguments import along, an_axis, some_indices
from autodiff.ops.index import getitem, scatter_add, setitem
from autodiff.ops.manipulation import reshape
from autodiff.variable import Array


@linear(
    adjoint=lambda g, x_shape, indices, axis: spread_along(g, indices, x_shape[axis], axis),
    symbol="[ ]",
)
def pick_along(x: Array, indices: Any, axis: int) -> Array:
    """What `take_along_axis` is made of: of indices that are inside `x` and count from the front.

    Parameters
    ----------
    x
        Any dtype; one axis or more.
    indices
        Integers, with as many axes; they broadcast with `x` but for `axis`. Nothing may change
        them afterwards.
    axis
        The axis to pick from, counted from the front.

    Examples
    --------
    >>> pick_along(Tensor([[1.0, 2.0], [3.0, 4.0]]), np.array([[1], [0]]), 1)
    Tensor([[2.],
            [3.]])
    """
    return np.take_along_axis(x, indices, axis)


@linear(adjoint=lambda g, indices, axis: pick_along(g, indices, axis), symbol="Σ[ ]")
def spread_along(values: Array, indices: Any, size: int, axis: int) -> Array:
    """Zeros with `values` added along an axis: the adjoint of `pick_along`.

    Parameters
    ----------
    values
        Any numeric dtype; one axis or more.
    indices
        Where they go: integers that broadcast to `values`; they count from the front. Nothing may
        change them afterwards.
    size
        Length of the result along `axis`.
    axis
        The axis, counted from the front.

    Examples
    --------
    >>> spread_along(Tensor([1.0, 2.0, 3.0]), np.array([0, 0, 2]), 4, 0)
    Tensor([3., 0., 3., 0.])
    """
    shape = (*values.shape[:axis], size, *values.shape[axis + 1 :])
    y = np.zeros(shape, values.dtype)
    add_to(y, np.broadcast_to(positions_along(shape, indices, axis), values.shape), values)
    return y


def _fitting(name: str, shape: tuple[int, ...], indices: Any, axis: int) -> np.ndarray[Any, Any]:
    """Indices along an axis of an array of `shape`, with as many axes; of size 1, or as long."""
    found = some_indices(name, indices, shape[axis])
    if found.ndim == len(shape):
        others = [
            (n, m) for i, (n, m) in enumerate(zip(shape, found.shape, strict=True)) if i != axis
        ]
        if all(n == m or 1 in (n, m) for n, m in others):
            return found
    raise OpValueError(
        f"{name}: expected indices that broadcast with x but for axis {axis}, got x: shape "
        f"{shape}; indices: shape {found.shape}"
    )


@composite
def take_along_axis(x: Array, indices: Any, /, axis: int = -1) -> Any:
    """The elements along an axis that `indices` name, each row by its own: as `argsort` gives them.

    An element that is picked twice receives both gradients.

    Parameters
    ----------
    x
        One axis or more, any dtype.
    indices
        Integers, with as many axes as `x`; they broadcast with it but for `axis`. Negative ones
        count back. A constant.
    axis
        The axis to take from. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `indices` (where they broadcast, as `x`); `x`'s dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis, or an index lies outside it.
    OpTypeError
        If `indices` are not integers.
    OpValueError
        If they do not fit `x`.

    Notes
    -----
    `numpy.take_along_axis`; the array API standard's ``take_along_axis``.

    Examples
    --------
    >>> take_along_axis(Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1, 1], [1, 0]])
    Tensor([[2., 2.],
            [4., 3.]])
    """
    at = an_axis("take_along_axis", axis, x.ndim)
    return pick_along(x, _fitting("take_along_axis", x.shape, indices, at), at)


@composite
def add_along_axis(x: Array, updates: Array, /, indices: Any, axis: int = -1) -> Any:
    """A copy of `x` with `updates` added along an axis where `indices` say, each row by its own.

    Parameters
    ----------
    x
        One axis or more, any numeric dtype; it stays as it is.
    updates
        What is added: any shape that broadcasts to ``take_along_axis(x, indices, axis)``.
    indices
        As in `take_along_axis`; an element that is named twice receives both.
    axis
        The axis. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `x`; NumPy's common dtype of `x` and `updates`.

    Raises
    ------
    OpIndexError
        If `x` has no such axis, or an index lies outside it.
    OpTypeError
        If `indices` are not integers.
    OpValueError
        If they, or `updates`, do not fit `x`.

    Notes
    -----
    The adjoint of `take_along_axis`. `torch.scatter_add` is that, with its arguments in another
    order.

    Examples
    --------
    >>> add_along_axis(Tensor([1.0, 1.0, 1.0]), Tensor([5.0, 6.0]), [2, 2])
    Tensor([ 1.,  1., 12.])
    """
    return scatter_add(x, updates, _index_along("add_along_axis", x, updates, indices, axis))


@composite
def put_along_axis(x: Array, values: Array, /, indices: Any, axis: int = -1) -> Any:
    """A copy of `x` with `values` written along an axis where `indices` say, each row by its own.

    Where an element is named twice, the last value is what counts, and no gradient flows to the
    others.

    Parameters
    ----------
    x
        One axis or more, any dtype; it stays as it is.
    values
        What is written: any shape that broadcasts to ``take_along_axis(x, indices, axis)``.
    indices
        As in `take_along_axis`.
    axis
        The axis. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `x`; NumPy's common dtype of `x` and `values`.

    Raises
    ------
    OpIndexError
        If `x` has no such axis, or an index lies outside it.
    OpTypeError
        If `indices` are not integers.
    OpValueError
        If they, or `values`, do not fit `x`.

    Notes
    -----
    `numpy.put_along_axis`, but on a copy. `torch.scatter` is that, with its arguments in another
    order.

    Examples
    --------
    >>> put_along_axis(Tensor([1.0, 1.0, 1.0]), Tensor([5.0, 6.0]), [2, 0])
    Tensor([6., 1., 5.])
    """
    return setitem(x, values, _index_along("put_along_axis", x, values, indices, axis))


def _index_along(name: str, x: Any, values: Any, indices: Any, axis: int) -> tuple[Any, ...]:
    """The index of the elements that ``take_along_axis(x, indices, axis)`` takes."""
    at = an_axis(name, axis, x.ndim)
    found = _fitting(name, x.shape, indices, at)
    rows = np.ogrid[tuple(slice(n) for n in x.shape)]
    index = (*rows[:at], found, *rows[at + 1 :])
    _refuse_unfit(name, values, np.broadcast_shapes(*(part.shape for part in index)))
    return index


def _refuse_unfit(name: str, values: Any, shape: tuple[int, ...]) -> None:
    fits = zip(reversed(values.shape), reversed(shape), strict=False)
    if values.ndim > len(shape) or any(n not in (1, m) for n, m in fits):
        raise OpValueError(f"{name}: expected values that broadcast to {shape}, got {values.shape}")


@composite
def take(x: Array, indices: Any, /, axis: int | None = None) -> Any:
    """The elements along an axis that `indices` name, all rows alike.

    An element that is taken twice receives both gradients.

    Parameters
    ----------
    x
        Any dtype; one axis or more, unless `axis` is None.
    indices
        Integers, of any shape; negative ones count back. A constant.
    axis
        The axis to take from; None: the elements in row-major order. Default: None.

    Returns
    -------
    Tensor
        `x`'s shape, with that of `indices` in place of `axis`; `x`'s dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis, or an index lies outside it.
    OpTypeError
        If `indices` are not integers.

    Notes
    -----
    `numpy.take`; the array API standard's ``take``.

    Examples
    --------
    >>> take(Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), [2, 0], axis=1)
    Tensor([[3., 1.],
            [6., 4.]])
    """
    if axis is None:
        return getitem(reshape(x, (-1,)), some_indices("take", indices, prod(x.shape)))
    at = an_axis("take", axis, x.ndim)
    return getitem(x, along(at, some_indices("take", indices, x.shape[at])))


@composite
def index_add(x: Array, source: Array, /, index: Any, axis: int = 0) -> Any:
    """A copy of `x` with the slices of `source` added along an axis, each where `index` says.

    Parameters
    ----------
    x
        One axis or more, any numeric dtype; it stays as it is.
    source
        What is added: any shape that broadcasts to that of ``take(x, index, axis)``.
    index
        As in `take`; a slice that is named twice receives both.
    axis
        The axis. Default: 0.

    Returns
    -------
    Tensor
        Shaped as `x`; NumPy's common dtype of `x` and `source`.

    Raises
    ------
    OpIndexError
        If `x` has no such axis, or an index lies outside it.
    OpTypeError
        If `index` is not of integers.
    OpValueError
        If `source` does not fit.

    Notes
    -----
    The adjoint of `take`. `torch.index_add` is that, with its arguments in another order; so is
    `jax.ops.segment_sum`, for an `x` of zeros.

    Examples
    --------
    >>> index_add(Tensor([[1.0], [1.0]]), Tensor([[5.0], [6.0], [7.0]]), [0, 1, 0])
    Tensor([[13.],
            [ 7.]])
    """
    at = an_axis("index_add", axis, x.ndim)
    found = some_indices("index_add", index, x.shape[at])
    _refuse_unfit("index_add", source, (*x.shape[:at], *found.shape, *x.shape[at + 1 :]))
    return scatter_add(x, source, along(at, found))


@composite
def gather(x: Array, /, axis: int, index: Any) -> Any:
    """As `take_along_axis`, of the corner of `x` that is as large as `index` but for `axis`.

    Parameters
    ----------
    x
        One axis or more, any dtype.
    axis
        The axis to take from.
    index
        Integers, with as many axes as `x`, none longer than that of `x` but for `axis`. A constant.

    Returns
    -------
    Tensor
        Shaped as `index`; `x`'s dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis, or an index lies outside it.
    OpTypeError
        If `index` is not of integers.
    OpValueError
        If it does not fit `x`.

    Notes
    -----
    `torch.gather`, of which it has the arguments; negative indices count back here.

    Examples
    --------
    >>> gather(Tensor([[1.0, 2.0], [3.0, 4.0]]), 1, [[1, 0, 1]])
    Tensor([[2., 1., 2.]])
    """
    at = an_axis("gather", axis, x.ndim)
    found = some_indices("gather", index, x.shape[at])
    fits = found.ndim == x.ndim and all(
        m <= n for i, (n, m) in enumerate(zip(x.shape, found.shape, strict=True)) if i != at
    )
    if not fits:
        raise OpValueError(
            f"gather: expected an index of {x.ndim} axes, none longer than x's but for axis {at}, "
            f"got x: shape {x.shape}; index: {describe(found)}"
        )
    corner = tuple(slice(None) if i == at else slice(m) for i, m in enumerate(found.shape))
    return pick_along(getitem(x, corner), found, at)
