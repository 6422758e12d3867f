"""Rounding to whole numbers. These are flat between their jumps: every slope is 0."""

from __future__ import annotations

import numpy as np

from autodiff.declare import elementwise
from autodiff.variable import Array


@elementwise(partials=[None], domain=[(0.1, 0.4)])
def floor(x: Array, /) -> Array:
    """Largest whole number not above `x`.

    Parameters
    ----------
    x
        Any shape; whole numbers and their dtype stay as they are. Complex numbers: refused.

    Notes
    -----
    `numpy.floor`; the array API standard's ``floor``. The slope is 0 everywhere, also at the jumps.

    Examples
    --------
    >>> floor(Tensor([1.5, -1.5]))
    Tensor([ 1., -2.])
    """
    return np.floor(x)


@elementwise(partials=[None], domain=[(0.1, 0.4)])
def ceil(x: Array, /) -> Array:
    """Smallest whole number not below `x`.

    Parameters
    ----------
    x
        Any shape; whole numbers and their dtype stay as they are. Complex numbers: refused.

    Notes
    -----
    `numpy.ceil`; the array API standard's ``ceil``. The slope is 0 everywhere, also at the jumps.

    Examples
    --------
    >>> ceil(Tensor([1.5, -1.5]))
    Tensor([ 2., -1.])
    """
    return np.ceil(x)


@elementwise(partials=[None], domain=[(0.1, 0.4)])
def trunc(x: Array, /) -> Array:
    """Whole number next to `x` toward 0.

    Parameters
    ----------
    x
        Any shape; whole numbers and their dtype stay as they are. Complex numbers: refused.

    Notes
    -----
    `numpy.trunc`; the array API standard's ``trunc``. The slope is 0 everywhere, also at the jumps.

    Examples
    --------
    >>> trunc(Tensor([1.5, -1.5]))
    Tensor([ 1., -1.])
    """
    return np.trunc(x)


@elementwise(partials=[None], domain=[(0.1, 0.4)])
def round(x: Array, /) -> Array:
    """Nearest whole number; halfway to the even one.

    Parameters
    ----------
    x
        Any shape; whole numbers and their dtype stay as they are. Complex numbers: each part.

    Notes
    -----
    `numpy.round`; the array API standard's ``round``. The slope is 0 everywhere, also at the jumps.

    Examples
    --------
    >>> round(Tensor([1.5, -1.5]))
    Tensor([ 2., -2.])
    """
    return np.round(x)
