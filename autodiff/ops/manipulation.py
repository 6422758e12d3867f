"""Ops that move elements without computing: each one's adjoint moves them back."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from autodiff.declare import linear
from autodiff.kernels.broadcast import broadcasted, summed_to
from autodiff.ops.index import getitem
from autodiff.variable import Array

Axes = int | tuple[int, ...]


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape), expects="as many elements as x has")
def reshape(x: Array, shape: Axes) -> Array:
    """The same elements, in row-major order, in another shape; one -1 is worked out.

    Parameters
    ----------
    x
        Any shape and dtype.
    shape
        The new shape: an int or a tuple of ints.

    Raises
    ------
    OpValueError
        If the new shape holds another number of elements, or has more than one -1.

    Notes
    -----
    `numpy.reshape`; the array API standard's ``reshape``.

    Examples
    --------
    >>> reshape(Tensor([1.0, 2.0, 3.0, 4.0]), (2, -1))
    Tensor([[1., 2.],
            [3., 4.]])
    """
    return x.reshape(shape)


@linear(adjoint=lambda g, axes: permute_dims(g, tuple(np.argsort(_positive(axes, g.ndim)))))
def permute_dims(x: Array, axes: tuple[int, ...]) -> Array:
    """The axes in another order.

    Parameters
    ----------
    x
        Any shape and dtype.
    axes
        Every axis of `x` once: the i-th axis of the result is ``axes[i]`` of `x`. Negative
        ones count back.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is missing or named twice.

    Notes
    -----
    `numpy.transpose`; the array API standard's ``permute_dims``.

    Examples
    --------
    >>> permute_dims(Tensor([[1.0, 2.0, 3.0]]), (1, 0)).shape
    (3, 1)
    """
    return x.transpose(axes)


def _positive(axes: Sequence[int], ndim: int) -> list[int]:
    return [axis % ndim for axis in axes]


@linear(adjoint=lambda g: matrix_transpose(g), symbol="ᵀ", expects="two or more axes")
def matrix_transpose(x: Array) -> Array:
    """The last two axes exchanged: ``x.mT``.

    Parameters
    ----------
    x
        Shape (..., M, N), any dtype.

    Returns
    -------
    Tensor
        Shape (..., N, M).

    Raises
    ------
    OpValueError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.matrix_transpose`; the array API standard's ``matrix_transpose``.

    Examples
    --------
    >>> matrix_transpose(Tensor([[1.0, 2.0, 3.0]])).shape
    (3, 1)
    """
    return x.mT


@linear(adjoint=lambda g, x_shape: sum_to(g, x_shape), expects="a shape that x broadcasts to")
def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    """Repeated to `shape` by NumPy's broadcasting rules.

    Parameters
    ----------
    x
        Any shape and dtype.
    shape
        The shape of the result.

    Raises
    ------
    OpValueError
        If `x` does not broadcast to `shape`.

    Notes
    -----
    `numpy.broadcast_to`; the array API standard's ``broadcast_to``.

    Examples
    --------
    >>> broadcast_to(Tensor([1.0, 2.0]), (2, 2))
    Tensor([[1., 2.],
            [1., 2.]])
    """
    return broadcasted(x, shape)


@linear(
    adjoint=lambda g, x_shape: broadcast_to(g, x_shape),
    symbol="Σ",
    expects="a shape that broadcasts to x's",
)
def sum_to(x: Array, shape: tuple[int, ...]) -> Array:
    """Summed to `shape`: the adjoint of `broadcast_to`, and how the engine un-broadcasts.

    Parameters
    ----------
    x
        Any shape and numeric dtype.
    shape
        The shape of the result: one that broadcasts to `x`'s.

    Raises
    ------
    OpValueError
        If `shape` does not broadcast to `x`'s.

    Examples
    --------
    >>> sum_to(Tensor([[1.0, 2.0], [3.0, 4.0]]), (2,))
    Tensor([4., 6.])
    """
    return summed_to(x, shape)


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape), expects="axes of length 1")
def squeeze(x: Array, axis: Axes | None = None) -> Array:
    """Without the given axes of length 1 (None: without all of them).

    Parameters
    ----------
    x
        Any shape and dtype.
    axis
        An int, a tuple of ints (negative ones count back), or None. Default: None.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If a given axis is not of length 1, or named twice.

    Notes
    -----
    `numpy.squeeze`; the array API standard's ``squeeze``, which knows no None.

    Examples
    --------
    >>> squeeze(Tensor([[[1.0, 2.0]]]), axis=0).shape
    (1, 2)
    """
    return np.squeeze(x, axis)


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape))
def expand_dims(x: Array, axis: Axes = 0) -> Array:
    """With a new axis of length 1 at each given position of the result.

    Parameters
    ----------
    x
        Any shape and dtype.
    axis
        Positions in the result: an int or a tuple of ints (negative ones count back).
        Default: 0.

    Raises
    ------
    OpIndexError
        If the result has no such axis.
    OpValueError
        If a position is named twice.

    Notes
    -----
    `numpy.expand_dims`; the array API standard's ``expand_dims``.

    Examples
    --------
    >>> expand_dims(Tensor([1.0, 2.0]), -1).shape
    (2, 1)
    """
    return np.expand_dims(x, axis)


def _split(g: Any, arrays_shape: Sequence[tuple[int, ...]], axis: int | None) -> list[Any]:
    """The parts of `g` that `concat` put together."""
    if axis is None:
        ends = np.cumsum([prod(shape) for shape in arrays_shape])
        parts = [
            getitem(g, slice(int(e) - prod(s), int(e)))
            for s, e in zip(arrays_shape, ends, strict=True)
        ]
        return [reshape(part, shape) for part, shape in zip(parts, arrays_shape, strict=True)]
    before = (slice(None),) * (axis % g.ndim)
    ends = np.cumsum([shape[axis] for shape in arrays_shape])
    return [
        getitem(g, (*before, slice(int(end) - shape[axis], int(end))))
        for shape, end in zip(arrays_shape, ends, strict=True)
    ]


@linear(adjoint=_split, symbol="⧺", expects="arrays of one shape but for the joined axis")
def concat(arrays: Sequence[Array], axis: int | None = 0) -> Array:
    """The arrays joined along an existing axis (None: flattened first).

    Parameters
    ----------
    arrays
        One or more arrays, equal in shape but for `axis` (None: of any shapes).
    axis
        The axis to join along; a negative one counts back. Default: 0.

    Returns
    -------
    Tensor
        As long along `axis` as all arrays together; NumPy's common dtype.

    Raises
    ------
    OpIndexError
        If the arrays have no such axis.
    OpValueError
        If the shapes do not fit, or there is no array.

    Notes
    -----
    `numpy.concatenate`; the array API standard's ``concat``.

    Examples
    --------
    >>> concat([Tensor([1.0]), Tensor([2.0, 3.0])])
    Tensor([1., 2., 3.])
    """
    return np.concatenate(arrays, axis)


def _unstack(g: Any, arrays_shape: Sequence[Any], axis: int) -> list[Any]:
    before = (slice(None),) * (axis % g.ndim)
    return [getitem(g, (*before, i)) for i in range(len(arrays_shape))]


@linear(adjoint=_unstack, expects="arrays of one shape")
def stack(arrays: Sequence[Array], axis: int = 0) -> Array:
    """The arrays joined along a new axis.

    Parameters
    ----------
    arrays
        One or more arrays of one shape.
    axis
        Where in the result the new axis is; a negative one counts back. Default: 0.

    Returns
    -------
    Tensor
        With one axis more, as long as there are arrays; NumPy's common dtype.

    Raises
    ------
    OpIndexError
        If the result has no such axis.
    OpValueError
        If the shapes differ, or there is no array.

    Notes
    -----
    `numpy.stack`; the array API standard's ``stack``.

    Examples
    --------
    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])])
    Tensor([[1., 2.],
            [3., 4.]])
    """
    return np.stack(arrays, axis)


@linear(adjoint=lambda g, x_shape, widths: getitem(g, _crop(x_shape, widths)))
def pad(x: Array, widths: Any) -> Array:
    """With zeros around: `widths` as in `numpy.pad` (one number, one pair, or a pair per axis).

    Parameters
    ----------
    x
        Any shape and numeric dtype.
    widths
        How many zeros: an int for every side, (before, after) for every axis, or one such pair
        for each axis.

    Raises
    ------
    OpTypeError
        If a width is not an integer.
    OpValueError
        If a width is negative, or there is not a pair for each axis.

    Notes
    -----
    `numpy.pad` in its mode "constant".

    Examples
    --------
    >>> pad(Tensor([1.0, 2.0]), (1, 2))
    Tensor([0., 1., 2., 0., 0.])
    """
    return np.pad(x, widths)


def _crop(shape: tuple[int, ...], widths: Any) -> tuple[slice, ...]:
    pairs = np.broadcast_to(np.asarray(widths), (len(shape), 2))
    return tuple(
        slice(int(before), int(before) + n) for n, (before, _) in zip(shape, pairs, strict=True)
    )


@linear(adjoint=lambda g: g)
def copy(x: Array) -> Array:
    """The same values in memory of their own.

    Parameters
    ----------
    x
        Any shape and dtype.

    Notes
    -----
    `numpy.copy`.

    Examples
    --------
    >>> copy(Tensor([1.0, 2.0]))
    Tensor([1., 2.])
    """
    return np.array(x)


@linear(adjoint=lambda g: g)
def astype(x: Array, dtype: Any) -> Array:
    """The same values in another floating dtype.

    Parameters
    ----------
    x
        Any shape and real dtype.
    dtype
        A real floating dtype, or what `numpy.dtype` makes one of.

    Raises
    ------
    OpTypeError
        If `dtype` is not real floating: no gradient would flow through it.

    Notes
    -----
    `numpy.astype`; the array API standard's ``astype``.

    Examples
    --------
    >>> astype(Tensor([1.5]), np.float32).dtype
    dtype('float32')
    """
    if np.dtype(dtype).kind != "f":
        raise TypeError("no gradient flows through another dtype: Tensor.astype gives a constant")
    return x.astype(dtype)
