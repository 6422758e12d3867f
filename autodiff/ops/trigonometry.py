"""Circular and hyperbolic functions, and their inverses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels.scalars import ONE
from autodiff.ops.arithmetic import hypot, over_length, sqrt
from autodiff.variable import Array


@elementwise(partials=[lambda x: cos(x)])
def sin(x: Array, /) -> Array:
    """Sine of radians.

    Parameters
    ----------
    x
        Angles in radians, any shape; integers are computed as floats.

    Examples
    --------
    >>> sin(Tensor([0.0, 0.5]))
    Tensor([0.        , 0.47942554])
    """
    return np.sin(x)


@elementwise(partials=[lambda x: -sin(x)])
def cos(x: Array, /) -> Array:
    """Cosine of radians.

    Parameters
    ----------
    x
        Angles in radians, any shape; integers are computed as floats.

    Examples
    --------
    >>> cos(Tensor([0.0, 0.5]))
    Tensor([1.        , 0.87758256])
    """
    return np.cos(x)


@elementwise(partials=[lambda y: y * y + ONE[y.dtype]], domain=[(-1.2, 1.2)])
def tan(x: Array, /) -> Array:
    """Tangent of radians.

    Parameters
    ----------
    x
        Angles in radians, any shape; integers are computed as floats.

    Examples
    --------
    >>> tan(Tensor([0.0, 0.5]))
    Tensor([0.        , 0.54630249])
    """
    return np.tan(x)


@elementwise(partials=[lambda g, y: g - g * y * y])
def tanh(x: Array, /) -> Array:
    """Hyperbolic tangent.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Examples
    --------
    >>> tanh(Tensor([0.0, 1.0]))
    Tensor([0.        , 0.76159416])
    """
    return np.tanh(x)


def _leg(x: Any) -> Any:
    """``sqrt(1 - x**2)``, precise near ±1, and continuous with `asin` at its branch cuts.

    There the sign of a zero says which side is meant, and ``1 - x`` and ``1 + x`` would lose it.
    """
    if x.dtype.kind == "c":
        return sqrt(-(x - ONE[x.dtype])) * sqrt(x - -1)
    return sqrt((ONE[x.dtype] - x) * (ONE[x.dtype] + x))


@elementwise(partials=[lambda g, x: g / _leg(x)], domain=[(-0.8, 0.8)])
def asin(x: Array, /) -> Array:
    """Angle in ``[-π/2, π/2]`` whose sine is `x`, in radians.

    Parameters
    ----------
    x
        Any shape, in [-1, 1]: what is outside gives NaN.

    Notes
    -----
    `numpy.arcsin`; the array API standard's ``asin``.

    Examples
    --------
    >>> asin(Tensor([0.0, 1.0]))
    Tensor([0.        , 1.57079633])
    """
    return np.arcsin(x)


@elementwise(partials=[lambda g, x: -g / _leg(x)], domain=[(-0.8, 0.8)])
def acos(x: Array, /) -> Array:
    """Angle in ``[0, π]`` whose cosine is `x`, in radians.

    Parameters
    ----------
    x
        Any shape, in [-1, 1]: what is outside gives NaN.

    Notes
    -----
    `numpy.arccos`; the array API standard's ``acos``.

    Examples
    --------
    >>> acos(Tensor([1.0, 0.0]))
    Tensor([0.        , 1.57079633])
    """
    return np.arccos(x)


@elementwise(partials=[lambda g, x: g / (x * x + ONE[x.dtype])])
def atan(x: Array, /) -> Array:
    """Angle in ``[-π/2, π/2]`` whose tangent is `x`, in radians.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Notes
    -----
    `numpy.arctan`; the array API standard's ``atan``.

    Examples
    --------
    >>> atan(Tensor([0.0, 1.0]))
    Tensor([0.        , 0.78539816])
    """
    return np.arctan(x)


@elementwise(partials=[lambda x: cosh(x)])
def sinh(x: Array, /) -> Array:
    """Hyperbolic sine.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Notes
    -----
    `numpy.sinh`; the array API standard's ``sinh``.

    Examples
    --------
    >>> sinh(Tensor([0.0, 1.0]))
    Tensor([0.        , 1.17520119])
    """
    return np.sinh(x)


@elementwise(partials=[lambda x: sinh(x)])
def cosh(x: Array, /) -> Array:
    """Hyperbolic cosine.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Notes
    -----
    `numpy.cosh`; the array API standard's ``cosh``.

    Examples
    --------
    >>> cosh(Tensor([0.0, 1.0]))
    Tensor([1.        , 1.54308063])
    """
    return np.cosh(x)


def _hypotenuse(x: Any) -> Any:
    """``sqrt(1 + x**2)``, without overflow, and continuous with `asinh` at its branch cuts."""
    return cosh(asinh(x)) if x.dtype.kind == "c" else hypot(x, ONE[x.dtype])


@elementwise(partials=[lambda g, x: g / _hypotenuse(x)])
def asinh(x: Array, /) -> Array:
    """Inverse of the hyperbolic sine.

    Parameters
    ----------
    x
        Any shape; integers are computed as floats.

    Notes
    -----
    `numpy.arcsinh`; the array API standard's ``asinh``.

    Examples
    --------
    >>> asinh(Tensor([0.0, 1.0]))
    Tensor([0.        , 0.88137359])
    """
    return np.arcsinh(x)


@elementwise(
    partials=[lambda g, x: g / (sqrt(x - ONE[x.dtype]) * sqrt(x - -1))],  # x + 1 would lose -0j
    domain=[(1.3, 3.0)],
)
def acosh(x: Array, /) -> Array:
    """Inverse of the hyperbolic cosine.

    Parameters
    ----------
    x
        Any shape, at least 1: less gives NaN.

    Notes
    -----
    `numpy.arccosh`; the array API standard's ``acosh``.

    Examples
    --------
    >>> acosh(Tensor([1.0, 2.0]))
    Tensor([0.        , 1.3169579])
    """
    return np.arccosh(x)


@elementwise(
    partials=[lambda g, x: g / ((ONE[x.dtype] - x) * (ONE[x.dtype] + x))], domain=[(-0.8, 0.8)]
)
def atanh(x: Array, /) -> Array:
    """Inverse of the hyperbolic tangent.

    Parameters
    ----------
    x
        Any shape, in [-1, 1]: ±1 gives ±inf, what is outside NaN.

    Notes
    -----
    `numpy.arctanh`; the array API standard's ``atanh``.

    Examples
    --------
    >>> atanh(Tensor([0.0, 0.5]))
    Tensor([0.        , 0.54930614])
    """
    return np.arctanh(x)


@elementwise(partials=[lambda g: g * (math.pi / 180)])
def deg2rad(x: Array, /) -> Array:
    """Degrees as radians.

    Parameters
    ----------
    x
        Angles in degrees, any shape; integers are computed as floats.

    Notes
    -----
    `numpy.deg2rad`.

    Examples
    --------
    >>> deg2rad(Tensor([0.0, 180.0]))
    Tensor([0.        , 3.14159265])
    """
    return np.deg2rad(x)


@elementwise(partials=[lambda g: g * (180 / math.pi)])
def rad2deg(x: Array, /) -> Array:
    """Radians as degrees.

    Parameters
    ----------
    x
        Angles in radians, any shape; integers are computed as floats.

    Notes
    -----
    `numpy.rad2deg`.

    Examples
    --------
    >>> rad2deg(Tensor([0.0, np.pi]))
    Tensor([  0., 180.])
    """
    return np.rad2deg(x)


def _over_square(x: Any, x1: Any, x2: Any) -> Any:
    """``x / (x1**2 + x2**2)``, without overflow; 0 at the origin, as are its derivatives."""
    length = hypot(x1, x2)
    return over_length(over_length(x, length), length)


@elementwise(
    partials=[
        lambda g, x1, x2: g * _over_square(x2, x1, x2),
        lambda g, x1, x2: -g * _over_square(x1, x1, x2),
    ],
    domain=[(-3.0, 3.0), (0.3, 3.0)],
)
def atan2(x1: Array, x2: Array, /) -> Array:
    """Angle in ``[-π, π]`` of the point (`x2`, `x1`) to the positive first axis, in radians.

    Parameters
    ----------
    x1, x2
        Second and first coordinate: any real shapes that broadcast together. At the origin the
        slopes of every order are 0.

    Notes
    -----
    `numpy.arctan2`; the array API standard's ``atan2``.

    Examples
    --------
    >>> atan2(Tensor([1.0, 0.0]), Tensor([0.0, -1.0]))
    Tensor([1.57079633, 3.14159265])
    """
    return np.arctan2(x1, x2)
