"""Elementwise ops: each is its formula and its local derivative, and nothing else.

Where calculus leaves a choice: `abs`, `sign` and `relu` have slope 0 at 0; tied arguments of
`maximum` and `minimum` share the gradient equally; `clip` has slope 1 at its bounds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import elementwise, linear
from autodiff.variable import Array, Variable, raw

ONE = {
    dtype: np.ones((), dtype)
    for code in "?bBhHiIlLqQefdgFDG"
    for dtype in (np.dtype(code), np.dtype(code).newbyteorder())
}
"""A 0-d one of each dtype: NumPy computes with it twice as fast as with a Python number."""

ZERO = {dtype: np.zeros((), dtype) for dtype in ONE}


@elementwise(partials=[1, 1], symbol="+")
def add(x1: Array, x2: Array) -> Array:
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
def subtract(x1: Array, x2: Array) -> Array:
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
def multiply(x1: Array, x2: Array) -> Array:
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
def divide(x1: Array, x2: Array) -> Array:
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
    """``x2 * x1**(x2 - 1)``, and 0 (not 0 * inf) where both are 0."""
    if isinstance(x2, (int, float)):
        return x2 * pow(x1, x2 - 1) if x2 not in (0, 1) else float(x2)
    both = (raw(x1) == 0) & (raw(x2) == 0)
    less = x2 - ONE[x2.dtype] if x2.dtype.kind == "f" else x2 - 1  # booleans don't subtract
    return x2 * pow(x1, where(both, ONE[less.dtype], less))


def _exponent_slope(y: Any, x1: Any) -> Any:
    """``y * log(x1)``, and 0 (not 0 * -inf) where the base is 0."""
    if isinstance(x1, (int, float)):
        return y * np.log(x1 or 1.0)
    if x1.dtype != y.dtype:
        x1 = x1.astype(y.dtype)
    return y * log(where(raw(x1) == 0, ONE[x1.dtype], x1))


@elementwise(
    partials=[_power_slope, _exponent_slope],
    domain=[(0.5, 3.0), (-2.0, 3.0)],
    symbol="xʸ",
)
def pow(x1: Array, x2: Array) -> Array:
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
def negative(x: Array) -> Array:
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


@elementwise(partials=[lambda x: sign(x)], domain=[(0.2, 3.0)], symbol="|x|")
def abs(x: Array) -> Array:
    """Absolute value, with slope 0 at 0.

    Parameters
    ----------
    x
        Any shape; keeps its dtype.

    Examples
    --------
    >>> abs(Tensor([-1.5, 2.0]))
    Tensor([1.5, 2. ])
    """
    return np.abs(x)


@elementwise(partials=[None], domain=[(0.2, 3.0)])
def sign(x: Array) -> Array:
    """Sign: -1, 0 or 1. Its slope is 0 everywhere.

    Parameters
    ----------
    x
        Any shape; keeps its dtype, and NaN stays NaN. Booleans are refused.

    Examples
    --------
    >>> sign(Tensor([-1.5, 0.0, 2.0]))
    Tensor([-1.,  0.,  1.])
    """
    return np.sign(x)


@elementwise(partials=["y"], symbol="eˣ")
def exp(x: Array) -> Array:
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


@elementwise(partials=[lambda y: y + ONE[y.dtype]])
def expm1(x: Array) -> Array:
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
    return np.expm1(x)


@elementwise(partials=[lambda g, x: g / x], domain=[(0.3, 3.0)])
def log(x: Array) -> Array:
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
def log1p(x: Array) -> Array:
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


@elementwise(partials=[lambda y: 0.5 / y], domain=[(0.3, 3.0)], symbol="√")
def sqrt(x: Array) -> Array:
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
def square(x: Array) -> Array:
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


@elementwise(partials=[lambda x: cos(x)])
def sin(x: Array) -> Array:
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
def cos(x: Array) -> Array:
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
def tan(x: Array) -> Array:
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
def tanh(x: Array) -> Array:
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


@elementwise(partials=[lambda y: y * (ONE[y.dtype] - y)], symbol="σ")
def sigmoid(x: Array) -> Array:
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
    z = np.exp(-np.abs(x))  # at most 1
    return np.maximum(z, x >= 0) / (z + 1)


@elementwise(partials=[lambda y: y > 0], domain=[(0.2, 3.0)])
def relu(x: Array) -> Array:
    """Rectified linear unit ``max(x, 0)``, with slope 0 at 0.

    Parameters
    ----------
    x
        Any shape; keeps its dtype, and NaN stays NaN.

    Examples
    --------
    >>> relu(Tensor([-1.0, 0.0, 2.0]))
    Tensor([0., 0., 2.])
    """
    x = np.asarray(x)
    return np.maximum(x, ZERO[x.dtype])


def _share(wins: Any, loses: Any, dtype: Any) -> Any:
    """1 where the first comparison holds, 0 where the second, one half at a tie."""
    return (np.asarray(wins, dtype) - np.asarray(loses, dtype) + 1) / np.asarray(2, dtype)


@elementwise(
    partials=[
        lambda y, x1, x2: _share(raw(x1) > raw(x2), raw(x1) < raw(x2), y.dtype),
        lambda y, x1, x2: _share(raw(x2) > raw(x1), raw(x2) < raw(x1), y.dtype),
    ],
    symbol="max",
)
def maximum(x1: Array, x2: Array) -> Array:
    """Larger of the two; a tie shares the gradient equally.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype. A NaN wins.

    Examples
    --------
    >>> maximum(Tensor([1.0, 5.0]), Tensor([2.0, 3.0]))
    Tensor([2., 5.])
    """
    return np.maximum(x1, x2)


@elementwise(
    partials=[
        lambda y, x1, x2: _share(raw(x1) < raw(x2), raw(x1) > raw(x2), y.dtype),
        lambda y, x1, x2: _share(raw(x2) < raw(x1), raw(x2) > raw(x1), y.dtype),
    ],
    symbol="min",
)
def minimum(x1: Array, x2: Array) -> Array:
    """Smaller of the two; a tie shares the gradient equally.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype. A NaN wins.

    Examples
    --------
    >>> minimum(Tensor([1.0, 5.0]), Tensor([2.0, 3.0]))
    Tensor([1., 3.])
    """
    return np.minimum(x1, x2)


def _inside(x: Any, min: Any, max: Any) -> Any:
    inside = True
    if min is not None:
        inside = inside & (raw(x) >= raw(min))
    if max is not None:
        inside = inside & (raw(x) <= raw(max))
    return inside


@elementwise(partials=[_inside], domain=[(-0.9, 0.9)])
def clip(x: Array, min: Any = None, max: Any = None) -> Array:
    """Limit to ``[min, max]`` (None: no limit), with slope 1 inside and at the bounds.

    The bounds are constants; where their gradient matters, write
    ``minimum(maximum(x, low), high)``.

    Parameters
    ----------
    x
        Any shape; keeps its dtype unless a bound's is wider.
    min, max
        Constants that broadcast with `x`, or None. Where they cross, `max` wins.

    Raises
    ------
    OpTypeError
        If a bound requires grad.

    Notes
    -----
    `numpy.clip`; the array API standard's ``clip``.

    Examples
    --------
    >>> clip(Tensor([-2.0, 0.5, 2.0]), -1, 1)
    Tensor([-1. ,  0.5,  1. ])
    """
    for bound in (min, max):
        if isinstance(bound, Variable) and bound._node is not None:
            raise TypeError(
                "a bound requires grad, but clip has none for it: use maximum and minimum"
            )
    return np.clip(x, raw(min), raw(max))


@linear(
    adjoint=[
        None,
        lambda g, condition: where(condition, g, ZERO[g.dtype]),
        lambda g, condition: where(condition, ZERO[g.dtype], g),
    ],
    symbol="?:",
    expects="shapes that broadcast together",
)
def where(condition: Array, x1: Array, x2: Array) -> Array:
    """Elements of `x1` where `condition` holds, of `x2` elsewhere.

    Parameters
    ----------
    condition
        Booleans, or numbers that count as true unless 0; no gradient flows to it.
    x1, x2
        Any shapes that broadcast with `condition`; NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the three shapes do not broadcast together.

    Notes
    -----
    `numpy.where`; the array API standard's ``where``.

    Examples
    --------
    >>> where(Tensor([True, False]), Tensor([1.0, 2.0]), 0.0)
    Tensor([1., 0.])
    """
    return np.where(condition, x1, x2)
