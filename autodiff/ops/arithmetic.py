"""Arithmetic: each op is its formula and its local derivative, and nothing else."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.exponential import log
from autodiff.ops.selection import where
from autodiff.variable import Array, raw


@elementwise(partials=[1, 1], symbol="+")
def add(x1: Array, x2: Array, /) -> Array:
    """Sum ``x1 + x2``.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype. Booleans: logical or.

    Examples
    --------
    >>> add(Tensor([1.0, 2.0]), 10.0)
    Tensor([11., 12.])
    """
    return x1 + x2


@elementwise(partials=[1, -1], symbol="−")
def subtract(x1: Array, x2: Array, /) -> Array:
    """Difference ``x1 - x2``.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype. Two booleans are refused.

    Examples
    --------
    >>> subtract(Tensor([1.0, 2.0]), 1.0)
    Tensor([0., 1.])
    """
    return x1 - x2


@elementwise(partials=["x2", "x1"], symbol="×")
def multiply(x1: Array, x2: Array, /) -> Array:
    """Product ``x1 * x2``.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype.

    Examples
    --------
    >>> multiply(Tensor([1.0, 2.0]), Tensor([3.0, 4.0]))
    Tensor([3., 8.])
    """
    return x1 * x2


@elementwise(
    partials=[lambda g, x2: g / x2, lambda g, y, x2: -g * y / x2],
    domain=[(-3.0, 3.0), (0.5, 3.0)],
    symbol="÷",
)
def divide(x1: Array, x2: Array, /) -> Array:
    """Quotient ``x1 / x2``; integers give floats.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; any numeric dtypes.

    Examples
    --------
    >>> divide(Tensor([1.0, 2.0]), 4.0)
    Tensor([0.25, 0.5 ])
    """
    return x1 / x2


def _power_slope(x1: Any, x2: Any) -> Any:
    """``x2 * x1**(x2 - 1)``, and 0 (not 0 * inf) where x2 is 0 and ``1 / x1`` overflows."""
    if isinstance(x2, (int, float, complex)):
        return x2 * pow(x1, x2 - 1) if x2 not in (0, 1) else float(x2.real)
    both = (raw(x2) == 0) & (np.abs(raw(x1)) < np.finfo(x1.dtype).tiny)
    less = x2 - ONE[x2.dtype] if x2.dtype.kind == "f" else x2 - 1  # booleans don't subtract
    return x2 * pow(x1, where(both, ONE[less.dtype], less))


def _exponent_slope(y: Any, x1: Any) -> Any:
    """``y * log(x1)``; where the base is 0: 0 (not 0 * -inf), but -inf where y is inf."""
    if isinstance(x1, (int, float, complex)):
        if x1 == 0:
            return y * np.where(np.isinf(raw(y)), -ONE[y.dtype], ZERO[y.dtype])
        if y.dtype.kind == "c" or isinstance(x1, complex):
            return y * cmath.log(x1)
        return y * (math.log(x1) if x1 > 0 else math.nan)
    if x1.dtype != y.dtype:
        x1 = x1.astype(y.dtype)
    zero = raw(x1) == 0
    if zero.any():
        half = np.asarray(0.5, y.dtype)  # any below 1, whose logarithm is negative but finite
        x1 = where(zero, np.where(np.isinf(raw(y)), half, ONE[y.dtype]), x1)
    return y * log(x1)


@elementwise(
    partials=[_power_slope, _exponent_slope],
    domain=[(0.5, 3.0), (-2.0, 3.0)],
    symbol="xʸ",
    expects="shapes that broadcast together, and no integer to a negative integer power",
)
def pow(x1: Array, x2: Array, /) -> Array:
    """Power ``x1 ** x2``; the slope of ``x ** 0`` is 0, also at 0.

    Parameters
    ----------
    x1, x2
        Base and exponent, any shapes that broadcast together; NumPy's common dtype. A negative
        base with a fractional exponent gives NaN.

    Raises
    ------
    OpValueError
        If an integer is raised to a negative integer: one of the two must be floating.

    Examples
    --------
    >>> pow(Tensor([1.0, 2.0, 3.0]), 2)
    Tensor([1., 4., 9.])
    """
    return x1**x2


@elementwise(partials=[-1], symbol="−x")
def negative(x: Array, /) -> Array:
    """Negation ``-x``.

    Parameters
    ----------
    x
        Any shape; keeps its dtype. Booleans are refused.

    Examples
    --------
    >>> negative(Tensor([1.0, -2.0]))
    Tensor([-1.,  2.])
    """
    return -x


@elementwise(partials=[lambda y: 0.5 / y], domain=[(0.3, 3.0)], symbol="√")
def sqrt(x: Array, /) -> Array:
    """Square root.

    Parameters
    ----------
    x
        Any shape, not negative: less than 0 gives NaN. Integers are computed as floats.

    Examples
    --------
    >>> sqrt(Tensor([4.0, 9.0]))
    Tensor([2., 3.])
    """
    return np.sqrt(x)


@elementwise(partials=[lambda x: x + x], symbol="x²")
def square(x: Array, /) -> Array:
    """Square ``x * x``.

    Parameters
    ----------
    x
        Any shape; keeps its dtype (booleans become int8).

    Examples
    --------
    >>> square(Tensor([2.0, -3.0]))
    Tensor([4., 9.])
    """
    return np.square(x)


@elementwise(partials=[1], symbol="+x")
def positive(x: Array, /) -> Array:
    """The same numbers, ``+x``.

    Parameters
    ----------
    x
        Any shape and numeric dtype but booleans.

    Notes
    -----
    `numpy.positive`; the array API standard's ``positive``.

    Examples
    --------
    >>> positive(Tensor([1.0, -2.0]))
    Tensor([ 1., -2.])
    """
    return +x


@elementwise(partials=[lambda g, y: -g * y * y], domain=[(0.5, 3.0)], symbol="1/x")
def reciprocal(x: Array, /) -> Array:
    """Reciprocal ``1 / x``.

    Parameters
    ----------
    x
        Any shape, floating or complex; 0 gives infinity, with NumPy's warning.

    Notes
    -----
    `numpy.reciprocal`; the array API standard's ``reciprocal``.

    Examples
    --------
    >>> reciprocal(Tensor([2.0, -4.0]))
    Tensor([ 0.5 , -0.25])
    """
    return np.reciprocal(x)


@elementwise(partials=[lambda y: 1 / (3 * y * y)], domain=[(0.3, 3.0)], symbol="∛")
def cbrt(x: Array, /) -> Array:
    """Cube root, also of negative numbers.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats. At 0 the slope is infinite.

    Notes
    -----
    `numpy.cbrt`.

    Examples
    --------
    >>> cbrt(Tensor([8.0, -27.0]))
    Tensor([ 2., -3.])
    """
    return np.cbrt(x)


def over_length(x: Any, y: Any) -> Any:
    """``x / y``, and 0 where the length y is 0, with derivatives of 0."""
    zero = raw(y) == 0
    if zero.any():
        x, y = where(zero, ZERO[y.dtype], x), where(zero, ONE[y.dtype], y)
    return x / y


@elementwise(partials=[lambda y, x1: over_length(x1, y), lambda y, x2: over_length(x2, y)])
def hypot(x1: Array, x2: Array, /) -> Array:
    """Length ``sqrt(x1**2 + x2**2)`` of the hypotenuse, without overflow.

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype. Where both are 0, the slopes
        of every order are 0.

    Notes
    -----
    `numpy.hypot`; the array API standard's ``hypot``.

    Examples
    --------
    >>> hypot(Tensor([3.0, 5.0]), Tensor([4.0, 12.0]))
    Tensor([ 5., 13.])
    """
    return np.hypot(x1, x2)


@elementwise(
    partials=[lambda y, x1, x2: np.sign(raw(x1)) * np.copysign(ONE[y.dtype], raw(x2)), None],
    domain=[(0.2, 3.0), (0.2, 3.0)],
)
def copysign(x1: Array, x2: Array, /) -> Array:
    """Magnitude of `x1` with the sign of `x2` (zeros have one too).

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype. The slope in `x1` is 0 at 0,
        that in `x2` is 0 everywhere.

    Notes
    -----
    `numpy.copysign`; the array API standard's ``copysign``.

    Examples
    --------
    >>> copysign(Tensor([1.0, -2.0]), Tensor([-1.0, 0.0]))
    Tensor([-1.,  2.])
    """
    return np.copysign(x1, x2)


@elementwise(
    partials=[1, lambda x1, x2: -_quotient(raw(x1), raw(x2))],
    domain=[(0.1, 0.4), (0.5, 3.0)],
    symbol="mod",
)
def remainder(x1: Array, x2: Array, /) -> Array:
    """What is left of `x1` after whole multiples of `x2`, with the sign of `x2`: ``x1 % x2``.

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype. Where it jumps, the slopes
        are those of the piece that the value belongs to.

    Notes
    -----
    `numpy.remainder`; the array API standard's ``remainder``.

    Examples
    --------
    >>> remainder(Tensor([5.0, -5.0]), 3.0)
    Tensor([2., 1.])
    """
    return np.remainder(x1, x2)


@elementwise(
    partials=[1, lambda x1, x2: -np.trunc(np.true_divide(raw(x1), raw(x2)))],
    domain=[(0.1, 0.4), (0.5, 3.0)],
)
def fmod(x1: Array, x2: Array, /) -> Array:
    """What is left of `x1` after whole multiples of `x2`, with the sign of `x1`.

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype.

    Notes
    -----
    `numpy.fmod`, C's ``fmod``.

    Examples
    --------
    >>> fmod(Tensor([5.0, -5.0]), 3.0)
    Tensor([ 2., -2.])
    """
    return np.fmod(x1, x2)


@elementwise(partials=[None, None], domain=[(0.1, 0.4), (0.5, 3.0)], symbol="//")
def floor_divide(x1: Array, x2: Array, /) -> Array:
    """Quotient rounded down, ``x1 // x2``; its slopes are 0.

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype.

    Notes
    -----
    The array API standard's ``floor_divide``; `numpy.floor_divide`, save that an infinite `x1`
    gives an infinite quotient, not NaN, and an infinite `x2` a zero, not -1.

    Examples
    --------
    >>> floor_divide(Tensor([5.0, -5.0]), 3.0)
    Tensor([ 1., -2.])
    """
    return _quotient(x1, x2)


def _quotient(x1: Any, x2: Any) -> Any:
    y = np.floor_divide(x1, x2)
    if y.dtype.kind != "f":
        return y
    infinite = np.isinf(x1) ^ np.isinf(x2)
    if not infinite.any():
        return y
    with np.errstate(divide="ignore"):
        return np.where(infinite, np.true_divide(x1, x2), y)
