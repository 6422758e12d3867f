"""Elements in another order, turned around, or repeated."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autodiff.declare import composite, linear
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.ops.along import take
from autodiff.ops.arguments import an_axis, an_int, some_axes
from autodiff.ops.manipulation import Axes, broadcast_to, expand_dims, permute_dims, reshape
from autodiff.variable import Array, raw


@linear(adjoint=lambda g, axis: flip(g, axis), expects="axes that x has")
def flip(x: Array, /, axis: Axes | None = None) -> Array:
    """In reverse order along axes.

    Parameters
    ----------
    x
        Any shape and dtype.
    axis
        An int, a tuple of ints (negative ones count back), or None for all. Default: None.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.flip`; the array API standard's ``flip``.

    Examples
    --------
    >>> flip(Tensor([1.0, 2.0, 3.0]))
    Tensor([3., 2., 1.])
    """
    return np.flip(x, axis)


@composite
def flipud(x: Array, /) -> Any:
    """Upside down: in reverse order along the first axis.

    Parameters
    ----------
    x
        One axis or more, any dtype.

    Raises
    ------
    OpIndexError
        If `x` has no axis.

    Notes
    -----
    `numpy.flipud`.

    Examples
    --------
    >>> flipud(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([[3., 4.],
            [1., 2.]])
    """
    return flip(x, an_axis("flipud", 0, x.ndim))


@composite
def fliplr(x: Array, /) -> Any:
    """Left to right: in reverse order along the second axis.

    Parameters
    ----------
    x
        Two axes or more, any dtype.

    Raises
    ------
    OpIndexError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.fliplr`.

    Examples
    --------
    >>> fliplr(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([[2., 1.],
            [4., 3.]])
    """
    return flip(x, an_axis("fliplr", 1, x.ndim))


def _back(shift: Any) -> Any:
    return tuple(-n for n in shift) if isinstance(shift, (tuple, list)) else -shift


@linear(adjoint=lambda g, shift, axis: roll(g, _back(shift), axis), expects="axes that x has")
def roll(x: Array, /, shift: Axes, axis: Axes | None = None) -> Array:
    """Moved on by `shift` places; what falls out at the end comes back at the front.

    Parameters
    ----------
    x
        Any shape and dtype.
    shift
        By how many places (negative: towards the front): an int, or one for each axis.
    axis
        Along which axes: an int or a tuple of ints. Default: None, the elements in row-major order.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If a shift is not an integer.
    OpValueError
        If there are several shifts and several axes, but not as many.

    Notes
    -----
    `numpy.roll`; the array API standard's ``roll``.

    Examples
    --------
    >>> roll(Tensor([1.0, 2.0, 3.0]), 1)
    Tensor([3., 1., 2.])
    """
    by = np.asarray(raw(shift))
    if by.size and by.dtype.kind not in "iu":
        raise TypeError(f"expected shift to be an int or ints, got {shift!r}")
    return np.array(x) if axis == () else np.roll(x, by, axis)


@composite
def moveaxis(x: Array, source: Axes, destination: Axes, /) -> Any:
    """Some axes moved elsewhere; the others keep their order.

    Parameters
    ----------
    x
        Any shape and dtype.
    source
        The axes to move: an int or a tuple of ints; negative ones count back.
    destination
        Where they are in the result: as many.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice, or there are not as many in both.

    Notes
    -----
    `numpy.moveaxis`; the array API standard's ``moveaxis``.

    Examples
    --------
    >>> moveaxis(Tensor(np.zeros((2, 3, 4))), 0, -1).shape
    (3, 4, 2)
    """
    sources = some_axes("moveaxis", source, x.ndim, "source")
    destinations = some_axes("moveaxis", destination, x.ndim, "destination")
    if len(sources) != len(destinations):
        raise OpValueError(
            f"moveaxis: expected as many axes in source and destination, got source={source!r} and "
            f"destination={destination!r}"
        )
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for there, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(there, axis)
    return permute_dims(x, tuple(order))


@composite
def swapaxes(x: Array, /, axis1: int, axis2: int) -> Any:
    """Two axes exchanged.

    Parameters
    ----------
    x
        Any shape and dtype.
    axis1, axis2
        The axes; negative ones count back.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.

    Notes
    -----
    `numpy.swapaxes`.

    Examples
    --------
    >>> swapaxes(Tensor(np.zeros((2, 3, 4))), 0, -1).shape
    (4, 3, 2)
    """
    one = an_axis("swapaxes", axis1, x.ndim, "axis1")
    other = an_axis("swapaxes", axis2, x.ndim, "axis2")
    order = list(range(x.ndim))
    order[one], order[other] = other, one
    return permute_dims(x, tuple(order))


@composite
def rot90(x: Array, /, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned by `k` times 90 degrees in the plane of two axes, from the first towards the second.

    Parameters
    ----------
    x
        Two axes or more, any dtype.
    k
        How often; negative: the other way round. Default: 1.
    axes
        The two axes. Default: (0, 1), which turns counterclockwise.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `k` is not an integer.
    OpValueError
        If `axes` are not two.

    Notes
    -----
    `numpy.rot90`.

    Examples
    --------
    >>> rot90(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([[2., 4.],
            [1., 3.]])
    """
    quarters = an_int("rot90", k, "k") % 4
    plane = some_axes("rot90", axes, x.ndim, "axes")
    if len(plane) != 2:
        raise OpValueError(f"rot90: expected two axes, got axes={axes!r}")
    first, second = plane
    if not quarters % 2:
        return flip(x, plane if quarters else ())
    turned = swapaxes(x, first, second)
    return flip(turned, first if quarters == 1 else second)


@composite
def ravel(x: Array, /) -> Any:
    """All elements along one axis, in row-major order.

    Parameters
    ----------
    x
        Any shape and dtype.

    Notes
    -----
    `numpy.ravel`.

    Examples
    --------
    >>> ravel(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([1., 2., 3., 4.])
    """
    return reshape(x, (prod(x.shape),))


@composite
def flatten(x: Array, /, start_dim: int = 0, end_dim: int = -1) -> Any:
    """The axes from one to another made one, in row-major order.

    Parameters
    ----------
    x
        Any shape and dtype; a number becomes an axis of length 1.
    start_dim, end_dim
        The first and the last of the axes; negative ones count back. Default: all axes.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If the last one comes before the first.

    Notes
    -----
    `torch.flatten`.

    Examples
    --------
    >>> flatten(Tensor(np.zeros((2, 3, 4))), 1).shape
    (2, 12)
    """
    ndim = max(x.ndim, 1)
    start = an_axis("flatten", start_dim, ndim, "start_dim")
    end = an_axis("flatten", end_dim, ndim, "end_dim") + 1
    if start >= end:
        raise OpValueError(
            f"flatten: expected start_dim not to come after end_dim, got {start_dim} and {end_dim} "
            f"of {x.ndim} axes"
        )
    return reshape(x, (*x.shape[:start], prod(x.shape[start:end]), *x.shape[end:]))


@composite
def repeat(x: Array, repeats: Any, /, axis: int | None = None) -> Any:
    """Every element several times, one after the other.

    Parameters
    ----------
    x
        Any shape and dtype.
    repeats
        How often: an int, or an array of ints, one for each element along `axis`. A constant.
    axis
        The axis to repeat along; None: the elements in row-major order. Default: None.

    Returns
    -------
    Tensor
        Longer along `axis`; `x`'s dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `repeats` are not integers.
    OpValueError
        If one is negative, or there is not one for each element.

    Notes
    -----
    `numpy.repeat`; the array API standard's ``repeat``.

    Examples
    --------
    >>> repeat(Tensor([1.0, 2.0]), 2)
    Tensor([1., 1., 2., 2.])
    >>> repeat(Tensor([1.0, 2.0]), [1, 3])
    Tensor([1., 2., 2., 2.])
    """
    counts = np.asarray(raw(repeats))
    if counts.dtype.kind not in "iu":
        raise OpTypeError(f"repeat: expected repeats to be integers, got {describe(raw(repeats))}")
    x = ravel(x) if axis is None else x
    at = 0 if axis is None else an_axis("repeat", axis, x.ndim)
    n = x.shape[at]
    if counts.min(initial=0) < 0 or counts.shape not in ((), (1,), (n,)):
        raise OpValueError(
            f"repeat: expected repeats to be an int, or an int of at least 0 for each of the {n} "
            f"elements along axis {axis}, got {describe(raw(repeats))}"
        )
    if counts.size != 1:
        return take(x, np.repeat(np.arange(n), counts), axis=at)
    before, after = x.shape[:at], x.shape[at + 1 :]
    wide = broadcast_to(expand_dims(x, at + 1), (*before, n, int(counts.item()), *after))
    return reshape(wide, (*before, n * int(counts.item()), *after))


@composite
def tile(x: Array, repetitions: Axes, /) -> Any:
    """The whole of `x` several times, side by side along every axis.

    Parameters
    ----------
    x
        Any shape and dtype.
    repetitions
        How often: an int, or a tuple of ints for the last axes of `x`; where it is the longer one,
        the result has that many axes.

    Raises
    ------
    OpTypeError
        If a repetition is not an integer.
    OpValueError
        If one is negative.

    Notes
    -----
    `numpy.tile`; the array API standard's ``tile``.

    Examples
    --------
    >>> tile(Tensor([1.0, 2.0]), (2, 2))
    Tensor([[1., 2., 1., 2.],
            [1., 2., 1., 2.]])
    """
    several = repetitions if isinstance(repetitions, (tuple, list)) else (repetitions,)
    times = [an_int("tile", n, "repetitions") for n in several]
    if min(times, default=0) < 0:
        raise OpValueError(f"tile: expected repetitions of at least 0, got {repetitions!r}")
    ndim = max(x.ndim, len(times))
    shape = (1,) * (ndim - x.ndim) + x.shape
    times = [1] * (ndim - len(times)) + times
    apart = reshape(x, tuple(side for n in shape for side in (1, n)))
    wide = broadcast_to(apart, tuple(s for t, n in zip(times, shape, strict=True) for s in (t, n)))
    return reshape(wide, tuple(t * n for t, n in zip(times, shape, strict=True)))
