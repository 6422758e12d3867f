"""Comparisons and tests: booleans, which have no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.errors import BROADCAST
from autodiff.ops.reduce import Axis, having
from autodiff.plain.untracked import untracked, untracked_results
from autodiff.variable import Array, raw

_all: Any = np.logical_and.reduce
_any: Any = np.logical_or.reduce
"""NumPy's reductions without their wrapping; its type stubs know no variable `keepdims`."""


@untracked(expects=BROADCAST)
def equal(x1: Array, x2: Array, /) -> Array:
    """Where `x1` equals `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any dtypes.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to. A NaN equals nothing; -0 equals 0.

    Notes
    -----
    `numpy.equal`; the array API standard's ``equal``.

    Examples
    --------
    >>> equal(Tensor([1.0, 2.0]), 2)
    Tensor([False,  True])
    """
    return np.equal(x1, x2)


@untracked(expects=BROADCAST)
def not_equal(x1: Array, x2: Array, /) -> Array:
    """Where `x1` differs from `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any dtypes.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to. A NaN differs from everything.

    Notes
    -----
    `numpy.not_equal`; the array API standard's ``not_equal``.

    Examples
    --------
    >>> not_equal(Tensor([1.0, 2.0]), 2)
    Tensor([ True, False])
    """
    return np.not_equal(x1, x2)


@untracked(expects=BROADCAST)
def less(x1: Array, x2: Array, /) -> Array:
    """Where `x1` is less than `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any real dtypes.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to. Nothing compares with a NaN.

    Notes
    -----
    `numpy.less`; the array API standard's ``less``.

    Examples
    --------
    >>> less(Tensor([1.0, 2.0]), 2)
    Tensor([ True, False])
    """
    return np.less(x1, x2)


@untracked(expects=BROADCAST)
def less_equal(x1: Array, x2: Array, /) -> Array:
    """Where `x1` is at most `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any real dtypes.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to. Nothing compares with a NaN.

    Notes
    -----
    `numpy.less_equal`; the array API standard's ``less_equal``.

    Examples
    --------
    >>> less_equal(Tensor([1.0, 2.0]), 2)
    Tensor([ True,  True])
    """
    return np.less_equal(x1, x2)


@untracked(expects=BROADCAST)
def greater(x1: Array, x2: Array, /) -> Array:
    """Where `x1` is greater than `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any real dtypes.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to. Nothing compares with a NaN.

    Notes
    -----
    `numpy.greater`; the array API standard's ``greater``.

    Examples
    --------
    >>> greater(Tensor([1.0, 2.0]), 2)
    Tensor([False, False])
    """
    return np.greater(x1, x2)


@untracked(expects=BROADCAST)
def greater_equal(x1: Array, x2: Array, /) -> Array:
    """Where `x1` is at least `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any real dtypes.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to. Nothing compares with a NaN.

    Notes
    -----
    `numpy.greater_equal`; the array API standard's ``greater_equal``.

    Examples
    --------
    >>> greater_equal(Tensor([1.0, 2.0]), 2)
    Tensor([False,  True])
    """
    return np.greater_equal(x1, x2)


@untracked()
def isfinite(x: Array, /) -> Array:
    """Where an element is neither infinite nor NaN.

    Parameters
    ----------
    x
        Any shape, any numeric dtype.

    Returns
    -------
    Tensor
        Booleans, of the shape of `x`. A complex number is finite if both of its parts are.

    Notes
    -----
    `numpy.isfinite`; the array API standard's ``isfinite``.

    Examples
    --------
    >>> isfinite(Tensor([1.0, np.inf, np.nan]))
    Tensor([ True, False, False])
    """
    return np.isfinite(x)


@untracked()
def isinf(x: Array, /) -> Array:
    """Where an element is infinite.

    Parameters
    ----------
    x
        Any shape, any numeric dtype.

    Returns
    -------
    Tensor
        Booleans, of the shape of `x`. A complex number is infinite if one of its parts is.

    Notes
    -----
    `numpy.isinf`; the array API standard's ``isinf``.

    Examples
    --------
    >>> isinf(Tensor([1.0, -np.inf, np.nan]))
    Tensor([False,  True, False])
    """
    return np.isinf(x)


@untracked()
def isnan(x: Array, /) -> Array:
    """Where an element is not a number.

    Parameters
    ----------
    x
        Any shape, any numeric dtype.

    Returns
    -------
    Tensor
        Booleans, of the shape of `x`. A complex number is NaN if one of its parts is.

    Notes
    -----
    `numpy.isnan`; the array API standard's ``isnan``.

    Examples
    --------
    >>> isnan(Tensor([1.0, np.inf, np.nan]))
    Tensor([False, False,  True])
    """
    return np.isnan(x)


@untracked()
def signbit(x: Array, /) -> Array:
    """Where the sign bit is set: negative numbers, and -0.

    Parameters
    ----------
    x
        Any shape, any real dtype.

    Returns
    -------
    Tensor
        Booleans, of the shape of `x`.

    Notes
    -----
    `numpy.signbit`; the array API standard's ``signbit``.

    Examples
    --------
    >>> signbit(Tensor([-1.0, -0.0, 0.0]))
    Tensor([ True,  True, False])
    """
    return np.signbit(x)


@untracked(expects=BROADCAST)
def logical_and(x1: Array, x2: Array, /) -> Array:
    """Where both are true.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together. Numbers count as true unless 0.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to.

    Notes
    -----
    `numpy.logical_and`; the array API standard's ``logical_and``.

    Examples
    --------
    >>> logical_and(Tensor([False, False, True]), Tensor([False, True, True]))
    Tensor([False, False,  True])
    """
    return np.logical_and(x1, x2)


@untracked(expects=BROADCAST)
def logical_or(x1: Array, x2: Array, /) -> Array:
    """Where at least one is true.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together. Numbers count as true unless 0.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to.

    Notes
    -----
    `numpy.logical_or`; the array API standard's ``logical_or``.

    Examples
    --------
    >>> logical_or(Tensor([False, False, True]), Tensor([False, True, True]))
    Tensor([False,  True,  True])
    """
    return np.logical_or(x1, x2)


@untracked(expects=BROADCAST)
def logical_xor(x1: Array, x2: Array, /) -> Array:
    """Where exactly one is true.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together. Numbers count as true unless 0.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to.

    Notes
    -----
    `numpy.logical_xor`; the array API standard's ``logical_xor``.

    Examples
    --------
    >>> logical_xor(Tensor([False, False, True]), Tensor([False, True, True]))
    Tensor([False,  True, False])
    """
    return np.logical_xor(x1, x2)


@untracked()
def logical_not(x: Array, /) -> Array:
    """Where an element is not true.

    Parameters
    ----------
    x
        Any shape. Numbers count as true unless 0.

    Returns
    -------
    Tensor
        Booleans, of the shape of `x`.

    Notes
    -----
    `numpy.logical_not`; the array API standard's ``logical_not``.

    Examples
    --------
    >>> logical_not(Tensor([True, False]))
    Tensor([False,  True])
    """
    return np.logical_not(x)


@untracked(expects="axes that x has")
def all(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether all elements are true, over axes.

    Parameters
    ----------
    x
        Any shape. Numbers count as true unless 0: a NaN does.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        Booleans, in the shape of `x` without the reduced axes. True where there is no element.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.all`; the array API standard's ``all``.

    Examples
    --------
    >>> all(Tensor([[False, True], [True, True]]), axis=0)
    Tensor([False,  True])
    """
    return _all(having(x, axis), axis=axis, keepdims=keepdims)


@untracked(expects="axes that x has")
def any(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether any element is true, over axes.

    Parameters
    ----------
    x
        Any shape. Numbers count as true unless 0: a NaN does.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        Booleans, in the shape of `x` without the reduced axes. False where there is no element.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.any`; the array API standard's ``any``.

    Examples
    --------
    >>> any(Tensor([[False, False], [True, False]]), axis=0)
    Tensor([ True, False])
    """
    return _any(having(x, axis), axis=axis, keepdims=keepdims)


@untracked(expects=BROADCAST)
def nextafter(x1: Array, x2: Array, /) -> Array:
    """Next representable number after `x1` in the direction of `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; floating dtypes.

    Returns
    -------
    Tensor
        Numbers of their common dtype, in the shape that they broadcast to: `x2` where the two are
        equal (so -0 goes to 0), NaN where one of them is. A constant: no gradient flows through.

    Notes
    -----
    `numpy.nextafter`; the array API standard's ``nextafter``.

    Examples
    --------
    >>> nextafter(Tensor([1.0]), 2.0) - 1.0
    Tensor([2.22044605e-16])
    """
    return np.nextafter(x1, x2)


@untracked(expects=BROADCAST)
def isclose(
    x1: Array, x2: Array, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Array:
    """Where ``|x1 - x2| <= atol + rtol * |x2|``.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any numeric dtypes.
    rtol, atol
        How far they may lie apart: relative to `x2`, and absolutely.
    equal_nan
        Whether a NaN is close to a NaN. Default: False.

    Returns
    -------
    Tensor
        Booleans, in the shape that they broadcast to. An infinity is close to itself alone.

    Notes
    -----
    `numpy.isclose`.

    Examples
    --------
    >>> isclose(Tensor([1.0, 1.1]), 1.0000001)
    Tensor([ True, False])
    """
    return np.isclose(x1, x2, raw(rtol), raw(atol), equal_nan)


@untracked_results(expects=BROADCAST)
def allclose(
    x1: Array, x2: Array, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements are close, as `isclose` has it.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, any numeric dtypes.
    rtol, atol
        How far they may lie apart: relative to `x2`, and absolutely.
    equal_nan
        Whether a NaN is close to a NaN. Default: False.

    Returns
    -------
    bool
        Python's.

    Notes
    -----
    `numpy.allclose`.

    Examples
    --------
    >>> allclose(Tensor([1.0, 2.0]), Tensor([1.0, 2.0000001]))
    True
    """
    return np.allclose(x1, x2, raw(rtol), raw(atol), equal_nan)


@untracked_results()
def array_equal(x1: Array, x2: Array, equal_nan: bool = False) -> bool:
    """Whether the two have the same shape and equal elements.

    Parameters
    ----------
    x1, x2
        Any shapes, any dtypes.
    equal_nan
        Whether a NaN equals a NaN. Default: False.

    Returns
    -------
    bool
        Python's.

    Notes
    -----
    `numpy.array_equal`.

    Examples
    --------
    >>> array_equal(Tensor([1.0, 2.0]), Tensor([1, 2])), array_equal(Tensor([1.0]), 1.0)
    (True, False)
    """
    return np.array_equal(x1, x2, equal_nan)
