"""Reductions over axes: None for all, an int, or a tuple of ints; negative ones count back.

Where calculus leaves a choice: tied extremes of `max` and `min` share the gradient equally.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autodiff.declare import custom, linear
from autodiff.kernels.summation import added
from autodiff.ops.arguments import summable
from autodiff.ops.manipulation import broadcast_to, cast, permute_dims, reshape
from autodiff.ops.rearrange import flip
from autodiff.ops.scan import cumulative_prod
from autodiff.variable import Array, raw

Axis = int | tuple[int, ...] | None

add_up: Any = np.add.reduce
"""NumPy's sum without its three layers of wrapping; its type stubs know no variable `keepdims`."""


_multiply: Any = np.multiply.reduce
_highest: Any = np.maximum.reduce
_lowest: Any = np.minimum.reduce


def _kept(shape: tuple[int, ...], axis: int | tuple[int, ...]) -> tuple[int, ...]:
    """`shape` with the reduced axes at length 1."""
    reduced = normalize_axis_tuple(axis, len(shape))
    return tuple(1 if i in reduced else n for i, n in enumerate(shape))


def over(g: Any, x_shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Any:
    """A reduced value back over the axes that it was reduced from."""
    if not (keepdims or axis is None):
        g = reshape(g, _kept(x_shape, axis))
    return broadcast_to(g, x_shape)


def elements(shape: tuple[int, ...], axis: Axis) -> int:
    """How many elements each result is reduced from."""
    if axis is None:
        return math.prod(shape)
    return math.prod(shape[i] for i in normalize_axis_tuple(axis, len(shape)))


def having(x: Any, axis: Axis) -> Any:
    """`x`, if it has the axes: NumPy lets a 0-d array pass."""
    if x.ndim == 0 and axis is not None:
        normalize_axis_tuple(axis, 0)
    return x


@linear(
    adjoint=lambda g, x_shape, axis, keepdims: over(g, x_shape, axis, keepdims),
    symbol="Σ",
    expects="axes that x has",
)
def sum(x: Array, /, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None) -> Array:
    """Sum over axes.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.
    dtype
        What to compute in; default: `x`'s dtype, but booleans and short integers are counted in
        the platform's integer.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes. Nothing sums to 0.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `dtype` can't hold what `x` has (a float's fraction, an imaginary part).
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.sum`; the array API standard's ``sum``.

    Examples
    --------
    >>> sum(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([4., 6.])
    """
    if dtype is not None:
        dtype = summable(x, dtype)
    return added(having(x, axis), axis, dtype, keepdims)


def _others(x: Any, axis: Axis, dtype: Any) -> Any:
    """For each element the product of all the others that are reduced with it: no division."""
    axes = range(x.ndim) if axis is None else normalize_axis_tuple(axis, x.ndim)
    order = (*(i for i in range(x.ndim) if i not in axes), *axes)
    kept = [x.shape[i] for i in order[: x.ndim - len(axes)]]
    rows = reshape(permute_dims(x, order), (*kept, math.prod(x.shape[i] for i in axes)))
    before, after = (
        cumulative_prod(way, -1, dtype=dtype, include_initial=True)[..., :-1]
        for way in (rows, flip(rows, -1))
    )
    others = reshape(before * flip(after, -1), tuple(x.shape[i] for i in order))
    return permute_dims(others, tuple(map(int, np.argsort(order))))


@custom(
    vjps=[
        lambda g, x, axis, keepdims, dtype: (
            over(g, x.shape, axis, keepdims) * _others(x, axis, dtype)
        )
    ],
    symbol="Π",
    expects="axes that x has",
)
def prod(x: Array, /, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None) -> Array:
    """Product over axes.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.
    dtype
        What to compute in; default: `x`'s dtype, but booleans and short integers are multiplied in
        the platform's integer.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes. Nothing multiplies to 1.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `dtype` can't hold what `x` has (a float's fraction, an imaginary part).
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.prod`; the array API standard's ``prod``. Its gradient takes no division: it is exact for
    any number of zeros, to every order.

    Examples
    --------
    >>> prod(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([3., 8.])
    """
    if dtype is not None:
        dtype = summable(x, dtype)
    return _multiply(having(x, axis), axis, dtype, None, keepdims)


def _divided(g: Any, count: int) -> Any:
    """`g` over a count, which float16 may not hold."""
    if g.dtype.char == "e":
        return cast(cast(g, np.float32) / count, g.dtype)
    return g / count


@linear(
    adjoint=lambda g, x_shape, axis, keepdims: over(
        _divided(g, elements(x_shape, axis) or 1), x_shape, axis, keepdims
    ),
    expects="axes that x has",
)
def mean(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Array:
    """Mean over axes.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes; `x`'s floating or complex dtype, float64 for integers.
        NaN where there is nothing to average.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.mean`; the array API standard's ``mean``. float16 is summed in float32, integers in
    float64.

    Examples
    --------
    >>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([2., 3.])
    """
    if x.dtype.char not in "dfDF":  # as NumPy does: sums of integers and of float16 would overflow
        return having(x, axis).mean(axis, keepdims=keepdims)
    return added(x, axis, None, keepdims) / elements(x.shape, axis)


def _extreme(g: Any, y: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """To the elements that equal the extreme, equal shares."""
    ties = raw(x) == over(raw(y), x.shape, axis, keepdims)
    count = np.maximum(add_up(ties, axis=axis, keepdims=True), 1)  # 0: there is a NaN
    shares = ties / count.astype(np.result_type(x.dtype, np.float32))  # float16 ends at 65,504
    return over(g, x.shape, axis, keepdims) * shares.astype(x.dtype, copy=False)


def _ordered(x: Any) -> Any:
    if x.dtype.kind == "c":
        raise TypeError(f"expected real numbers, got {x.dtype}, which has no order")
    return x


@custom(vjps=[_extreme], expects="axes that x has, none of them empty")
def max(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Array:
    """Largest element over axes; ties share the gradient equally.

    Parameters
    ----------
    x
        Any shape; any real dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes; `x`'s dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice, or there is no element to choose from.
    OpTypeError
        If `x` is complex.

    Notes
    -----
    `numpy.max`; the array API standard's ``max``. A NaN wins.

    Examples
    --------
    >>> max(Tensor([[1.0, 5.0], [3.0, 4.0]]), axis=1)
    Tensor([5., 4.])
    """
    return _highest(_ordered(having(x, axis)), axis, None, None, keepdims)


@custom(vjps=[_extreme], expects="axes that x has, none of them empty")
def min(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Array:
    """Smallest element over axes; ties share the gradient equally.

    Parameters
    ----------
    x
        Any shape; any real dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes; `x`'s dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice, or there is no element to choose from.
    OpTypeError
        If `x` is complex.

    Notes
    -----
    `numpy.min`; the array API standard's ``min``. A NaN wins.

    Examples
    --------
    >>> min(Tensor([[1.0, 5.0], [3.0, 4.0]]), axis=1)
    Tensor([1., 3.])
    """
    return _lowest(_ordered(having(x, axis)), axis, None, None, keepdims)
