"""Arithmetic: each op is its formula and its local derivative, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels.scalars import ONE
from autodiff.ops.exponential import log
from autodiff.ops.selection import where
from autodiff.variable import Array, raw


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
