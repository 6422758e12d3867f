"""Exponentials and logarithms, and what is made of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.selection import where
from autodiff.variable import Array, raw

LN2, LN10 = math.log(2), math.log(10)


@elementwise(partials=["y"], symbol="eˣ")
def exp(x: Array, /) -> Array:
    """Exponential ``e**x``.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Examples
    --------
    >>> exp(Tensor([0.0, 1.0]))
    Tensor([1.        , 2.71828183])
    """
    return np.exp(x)


@elementwise(partials=[lambda x: exp(x)])  # y + 1 is 0 where y rounds to -1
def expm1(x: Array, /) -> Array:
    """``e**x - 1``, exact near 0.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Examples
    --------
    >>> expm1(Tensor(1e-12)).item()
    1.0000000000005e-12
    """
    if x.dtype.kind != "c":
        return np.expm1(x)
    with np.errstate(invalid="ignore"):
        sine = np.sin(x.imag / 2)
        y = np.empty_like(x)
        y.real = np.expm1(x.real) * np.cos(x.imag) - 2 * sine * sine + 0.0
        y.imag = np.exp(x.real) * np.sin(x.imag)
        return np.where(np.isfinite(x), y, np.exp(x) - 1)


@elementwise(partials=[lambda g, x: g / x], domain=[(0.3, 3.0)])
def log(x: Array, /) -> Array:
    """Natural logarithm.

    Parameters
    ----------
    x
        Any shape, positive: 0 gives -inf, less gives NaN. Integers are computed as floats.

    Examples
    --------
    >>> log(Tensor([1.0, 10.0]))
    Tensor([0.        , 2.30258509])
    """
    return np.log(x)


@elementwise(partials=[lambda g, x: g / (x + ONE[x.dtype])], domain=[(-0.6, 3.0)])
def log1p(x: Array, /) -> Array:
    """``log(1 + x)``, exact near 0.

    Parameters
    ----------
    x
        Any shape, above -1: -1 gives -inf, less gives NaN. Integers are computed as floats.

    Examples
    --------
    >>> log1p(Tensor(1e-12)).item()
    9.999999999995e-13
    """
    return np.log1p(x)


@elementwise(partials=[lambda y: y * (ONE[y.dtype] - y)], symbol="σ")
def sigmoid(x: Array, /) -> Array:
    """Logistic function ``1 / (1 + e**-x)``, without overflow and exact in both tails.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats, booleans are refused.

    Examples
    --------
    >>> sigmoid(Tensor([0.0, -800.0, 800.0]))
    Tensor([0.5, 0. , 1. ])
    """
    if x.dtype.kind == "c":
        right = x.real >= 0
        z = np.exp(np.where(right, -x, x))  # at most 1 in size
        return np.where(right, ONE[x.dtype], z) / (z + 1)
    z = np.exp(-np.abs(x))  # at most 1
    return np.maximum(z, x >= 0) / (z + 1)


@elementwise(partials=[lambda y: y * LN2], symbol="2ˣ")
def exp2(x: Array, /) -> Array:
    """Power of two, ``2**x``.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Notes
    -----
    `numpy.exp2`.

    Examples
    --------
    >>> exp2(Tensor([3.0, -1.0]))
    Tensor([8. , 0.5])
    """
    return np.exp2(x)


@elementwise(partials=[lambda g, x: g / (x * LN2)], domain=[(0.3, 3.0)])
def log2(x: Array, /) -> Array:
    """Logarithm to base 2.

    Parameters
    ----------
    x
        Any shape, positive: 0 gives -inf, less gives NaN. Integers are computed as floats.

    Notes
    -----
    `numpy.log2`; the array API standard's ``log2``.

    Examples
    --------
    >>> log2(Tensor([8.0, 0.5]))
    Tensor([ 3., -1.])
    """
    return np.log2(x)


@elementwise(partials=[lambda g, x: g / (x * LN10)], domain=[(0.3, 3.0)])
def log10(x: Array, /) -> Array:
    """Logarithm to base 10.

    Parameters
    ----------
    x
        Any shape, positive: 0 gives -inf, less gives NaN. Integers are computed as floats.

    Notes
    -----
    `numpy.log10`; the array API standard's ``log10``.

    Examples
    --------
    >>> log10(Tensor([1000.0, 0.1]))
    Tensor([ 3., -1.])
    """
    return np.log10(x)


@elementwise(
    partials=[
        lambda y, x1, x2: _of_two(y, x1, x2),
        lambda y, x1, x2: _of_two(y, x2, x1),
    ]
)
def logaddexp(x1: Array, x2: Array, /) -> Array:
    """``log(e**x1 + e**x2)``, without overflow.

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype. Where both are -inf, so is
        the result, with slopes 0. An infinity has slope 1, two of them 1/2 each.

    Notes
    -----
    `numpy.logaddexp`; the array API standard's ``logaddexp``.

    Examples
    --------
    >>> logaddexp(Tensor([1000.0]), Tensor([1000.0]))
    Tensor([1000.69314718])
    """
    return np.logaddexp(x1, x2)


def _of_two(y: Any, x: Any, other: Any, unit: float = 1.0) -> Any:
    """The share of `x` in a sum with another: of their difference alone, which rounds but once."""
    alike = np.isinf(raw(y)) & (raw(x) == raw(other))
    if not alike.any():
        return sigmoid((x - other) * np.asarray(unit, y.dtype))
    half = where(alike, ZERO[y.dtype], x) - where(alike, ZERO[y.dtype], other)
    shares = sigmoid(half * np.asarray(unit, y.dtype))
    return where(alike & (raw(y) < 0), ZERO[y.dtype], shares)


@elementwise(
    partials=[
        lambda y, x1, x2: _of_two(y, x1, x2, LN2),
        lambda y, x1, x2: _of_two(y, x2, x1, LN2),
    ]
)
def logaddexp2(x1: Array, x2: Array, /) -> Array:
    """``log2(2**x1 + 2**x2)``, without overflow.

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype. Where both are -inf, so is
        the result, with slopes 0. An infinity has slope 1, two of them 1/2 each.

    Notes
    -----
    `numpy.logaddexp2`.

    Examples
    --------
    >>> logaddexp2(Tensor([1000.0]), Tensor([1000.0]))
    Tensor([1001.])
    """
    return np.logaddexp2(x1, x2)
