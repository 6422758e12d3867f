"""Exponentials and logarithms, and what is made of them."""

from __future__ import annotations

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels.scalars import ONE
from autodiff.variable import Array


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
    if x.dtype.kind == "c":
        return (np.tanh(x / 2) + 1) / 2
    z = np.exp(-np.abs(x))  # at most 1
    return np.maximum(z, x >= 0) / (z + 1)
