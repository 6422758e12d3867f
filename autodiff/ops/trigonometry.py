"""Circular and hyperbolic functions, and their inverses."""

from __future__ import annotations

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels.scalars import ONE
from autodiff.variable import Array


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
