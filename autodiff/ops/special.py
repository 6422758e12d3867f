"""Sine cardinal, and logarithms that are exact where the formula is not.

Where calculus leaves a choice: a product with a logarithm is 0, with slope 0, where its limit is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels import special as kernel
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.exponential import log, log1p, sigmoid
from autodiff.ops.selection import where
from autodiff.variable import Array, raw

REAL = "real numbers"


def floating(x: Any, g: Any) -> Any:
    """`x`, as an array of `g`'s dtype if it is a Python number or integers."""
    if isinstance(x, (int, float)):
        return np.asarray(x, g.dtype)
    return x if x.dtype.kind in "fc" else x.astype(g.dtype)


@elementwise(partials=[lambda x, n: sinc(x, n + 1)], expects="numbers, and an order n >= 0")
def sinc(x: Array, /, n: int = 0) -> Array:
    """Sine cardinal ``sin(π x) / (π x)``, 1 at 0, or one of its derivatives.

    Parameters
    ----------
    x
        Any shape, complex too; integers are computed as floats.
    n
        The order of the derivative to take. Default: 0, the function itself.

    Raises
    ------
    OpTypeError, OpValueError
        If `n` is no integer, or negative.

    Notes
    -----
    `numpy.sinc`, but exactly 0 at integers. Every derivative is computed as a function of its own,
    so that it is exact at 0 and around it.

    Examples
    --------
    >>> sinc(Tensor([0.0, 0.5, 1.0]))
    Tensor([1.        , 0.63661977, 0.        ])
    >>> sinc(Tensor(0.0), n=2)  # -π**2 / 3
    Tensor(-3.28986813)
    """
    return kernel.sinc(x, n=n)


@elementwise(partials=[lambda x: sigmoid(x)], expects=REAL)
def softplus(x: Array, /) -> Array:
    """Softplus ``log(1 + e**x)``, without overflow and exact in both tails.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Examples
    --------
    >>> softplus(Tensor([-800.0, 0.0, 800.0]))
    Tensor([0.00000000e+00, 6.93147181e-01, 8.00000000e+02])
    """
    return kernel.softplus(x)


@elementwise(partials=[lambda x: sigmoid(-x)], expects=REAL)
def log_sigmoid(x: Array, /) -> Array:
    """Logarithm of the logistic function, ``-log(1 + e**-x)``, exact in both tails.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Examples
    --------
    >>> log_sigmoid(Tensor([-800.0, 0.0, 800.0]))
    Tensor([-8.00000000e+02, -6.93147181e-01,  0.00000000e+00])
    """
    return kernel.log_sigmoid(x)


def _logit_slope(g: Any, x: Any) -> Any:
    with np.errstate(divide="ignore"):  # infinite at the ends
        return g / (x * (ONE[x.dtype] - x))


@elementwise(partials=[_logit_slope], domain=[(0.1, 0.9)], expects=REAL)
def logit(x: Array, /) -> Array:
    """Log-odds ``log(x / (1 - x))``, the inverse of `sigmoid`; exact around 1/2 too.

    Parameters
    ----------
    x
        Probabilities, any shape: 0 gives -inf, 1 gives inf, what lies outside NaN. Integers are
        computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Examples
    --------
    >>> logit(Tensor([0.0, 0.25, 0.5]))
    Tensor([       -inf, -1.09861229,  0.        ])
    """
    return kernel.logit(x)


def _entr_slope(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):  # infinite at 0, NaN below
        return -log(x) - ONE[x.dtype]


@elementwise(partials=[_entr_slope], domain=[(0.2, 3.0)], expects=REAL)
def entr(x: Array, /) -> Array:
    """Elementwise entropy ``-x log(x)``, 0 at 0 with slope inf.

    Parameters
    ----------
    x
        Any shape, real: less than 0 gives -inf, with slope NaN. Integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Examples
    --------
    >>> entr(Tensor([0.0, 0.5, -1.0]))
    Tensor([0.        , 0.34657359,       -inf])
    """
    return kernel.entropy(x)


def _vanishes(x1: Any, x2: Any, zero: int) -> Any:
    """Where the product is 0 though its logarithm is not finite: `zero` is where that is -inf."""
    x1, x2 = np.asarray(raw(x1)), np.asarray(raw(x2))
    return (x1 == 0) & ((x2 == zero) if x2.dtype.kind == "c" else (x2 <= zero))


def _by_factor(g: Any, x1: Any, x2: Any, function: Any, zero: int) -> Any:
    x2 = floating(x2, g)
    safe = where(_vanishes(x1, x2, zero), ONE[x2.dtype] + zero, x2)
    return g * function(safe)


def _by_logarithm(g: Any, x1: Any, x2: Any, zero: int) -> Any:
    x2 = floating(x2, g)
    vanishes = _vanishes(x1, x2, zero)
    safe = where(vanishes, ONE[x2.dtype], x2 - zero if zero else x2)
    with np.errstate(divide="ignore"):  # infinite at the pole
        flow = g * x1 / safe
    return where(vanishes, ZERO[flow.dtype], flow)


@elementwise(
    partials=[
        lambda g, x1, x2: _by_factor(g, x1, x2, log, 0),
        lambda g, x1, x2: _by_logarithm(g, x1, x2, 0),
    ],
    domain=[(-3.0, 3.0), (0.3, 3.0)],
)
def xlogy(x1: Array, x2: Array, /) -> Array:
    """Product ``x1 * log(x2)``, 0 where `x1` is 0 (unless `x2` is NaN).

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common floating dtype, complex too.

    Notes
    -----
    Where `x1` is 0 and `x2` is not positive, both slopes are 0.

    Examples
    --------
    >>> xlogy(Tensor([0.0, 2.0]), Tensor([0.0, 3.0]))
    Tensor([0.        , 2.19722458])
    """
    return kernel.product_with_log(x1, x2, np.log)


@elementwise(
    partials=[
        lambda g, x1, x2: _by_factor(g, x1, x2, log1p, -1),
        lambda g, x1, x2: _by_logarithm(g, x1, x2, -1),
    ],
    domain=[(-3.0, 3.0), (-0.6, 3.0)],
)
def xlog1py(x1: Array, x2: Array, /) -> Array:
    """Product ``x1 * log(1 + x2)``, exact near ``x2 = 0``; 0 where `x1` is 0 (unless `x2` is NaN).

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common floating dtype, complex too.

    Notes
    -----
    Where `x1` is 0 and `x2` is not above -1, both slopes are 0.

    Examples
    --------
    >>> xlog1py(Tensor([0.0, 2.0]), Tensor([-1.0, 1e-12]))
    Tensor([0.e+00, 2.e-12])
    """
    return kernel.product_with_log(x1, x2, np.log1p)
