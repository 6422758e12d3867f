"""The error function, its relatives and inverses, and the normal distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff.declare import elementwise
from autodiff.kernels import special_error as kernel
from autodiff.ops.exponential import exp
from autodiff.ops.special import REAL
from autodiff.variable import Array

SLOPE = 2 / math.sqrt(math.pi)
"""Of erf at 0."""

DENSITY = 1 / math.sqrt(2 * math.pi)
"""Of the normal distribution at 0."""

ROOT_HALF = math.sqrt(0.5)

ORDERED = "real numbers, and an order n >= 0"


@elementwise(partials=[lambda x, n, c: gaussian(x, n + 1, c)], expects=ORDERED)
def gaussian(x: Array, /, n: int = 0, c: float = 1.0) -> Array:
    """Bell curve ``exp(-c x**2)``, or one of its derivatives.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.
    n
        The order of the derivative to take. Default: 0, the function itself.
    c
        A power of two, 1/2 or more. Default: 1.

    Raises
    ------
    OpTypeError, OpValueError
        If `x` is complex, or `n` is no integer, or negative.

    Notes
    -----
    The square is not rounded before its exponential is taken, which far out would cost digits. The
    derivatives follow Hermite's recurrence.

    Examples
    --------
    >>> gaussian(Tensor([0.0, 1.0, np.inf]))
    Tensor([1.        , 0.36787944, 0.        ])
    """
    return kernel.gaussian(x, n=n, c=c)


@elementwise(partials=[lambda x: gaussian(x) * SLOPE], expects=REAL)
def erf(x: Array, /) -> Array:
    """Error function, ``2 / sqrt(π)`` times the integral of ``exp(-t**2)`` from 0 to `x`.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    As `erfc`; Maclaurin's series next to 0.

    Examples
    --------
    >>> erf(Tensor([0.0, 1.0, np.inf]))
    Tensor([0.        , 0.84270079, 1.        ])
    """
    return kernel.erf(x)


@elementwise(partials=[lambda x: gaussian(x) * -SLOPE], expects=REAL)
def erfc(x: Array, /) -> Array:
    """Complementary error function ``1 - erf(x)``, exact in its upper tail.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    The trapezoidal rule for an integral over the real line, with the poles next to it accounted
    for: C. Chiarella and A. Reichel, "On the evaluation of integrals related to the error
    function", Math. Comp. 22 (1968).

    Examples
    --------
    >>> erfc(Tensor([0.0, 1.0, 10.0]))
    Tensor([1.00000000e+00, 1.57299207e-01, 2.08848758e-45])
    """
    return kernel.erfc(x)


@elementwise(partials=[lambda x, n: erfcx(x, n + 1)], expects=ORDERED)
def erfcx(x: Array, /, n: int = 0) -> Array:
    """Scaled complementary error function ``exp(x**2) * erfc(x)``, or one of its derivatives.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.
    n
        The order of the derivative to take. Default: 0, the function itself.

    Raises
    ------
    OpTypeError, OpValueError
        If `x` is complex, or `n` is no integer, or negative.

    Notes
    -----
    As `erfc`. The derivatives obey a recurrence, which where it loses digits is followed downward,
    as a continued fraction: W. Gautschi, "Recursive computation of the repeated integrals of the
    error function", Math. Comp. 15 (1961). Between 0 and 1 each order still loses half a digit.

    Examples
    --------
    >>> erfcx(Tensor([0.0, 1.0, 100.0]))
    Tensor([1.        , 0.42758358, 0.00564161])
    """
    return kernel.erfcx(x, n=n)


@elementwise(
    partials=[lambda y: exp(y * y) * (1 / SLOPE)],
    domain=[(-0.9, 0.9)],
    symbol="erf⁻¹",
    expects=REAL,
)
def erfinv(x: Array, /) -> Array:
    """Inverse of `erf`.

    Parameters
    ----------
    x
        Any shape, real: -1 and 1 give -inf and inf, what lies outside NaN. Integers are computed as
        floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    Winitzki's approximation (2008), improved by Halley's iteration.

    Examples
    --------
    >>> erfinv(Tensor([0.0, 0.5, 1.0]))
    Tensor([0.        , 0.47693628,        inf])
    """
    return kernel.erfinv(x)


@elementwise(
    partials=[lambda y: exp(y * y) * (-1 / SLOPE)],
    domain=[(0.1, 1.9)],
    symbol="erfc⁻¹",
    expects=REAL,
)
def erfcinv(x: Array, /) -> Array:
    """Inverse of `erfc`, exact for the smallest numbers too.

    Parameters
    ----------
    x
        Any shape, real: 0 and 2 give inf and -inf, what lies outside NaN. Integers are computed as
        floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    As `erfinv`.

    Examples
    --------
    >>> erfcinv(Tensor([1.0, 1e-300]))
    Tensor([ 0.        , 26.20946996])
    """
    return kernel.erfcinv(x)


@elementwise(partials=[lambda x: gaussian(x, 0, 0.5) * DENSITY], symbol="Φ", expects=REAL)
def ndtr(x: Array, /) -> Array:
    """Distribution function of the normal distribution, exact in its lower tail.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    ``erfc(-x / sqrt(2)) / 2``, without rounding the exponent.

    Examples
    --------
    >>> ndtr(Tensor([0.0, 1.96, -30.0]))
    Tensor([5.00000000e-001, 9.75002105e-001, 4.90671393e-198])
    """
    return kernel.ndtr(x)


def _log_ndtr_slope(x: Any) -> Any:
    with np.errstate(divide="ignore"):  # infinite at -inf
        return 2 * DENSITY / erfcx(x * -ROOT_HALF)


@elementwise(partials=[_log_ndtr_slope], symbol="log Φ", expects=REAL)
def log_ndtr(x: Array, /) -> Array:
    """Logarithm of `ndtr`, exact in both tails.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    The slope, density over distribution function, is a quotient with `erfcx`, so that neither
    vanishes in the lower tail; there the first two derivatives are exact.

    Examples
    --------
    >>> log_ndtr(Tensor([0.0, -1000.0]))
    Tensor([-6.93147181e-01, -5.00007827e+05])
    """
    return kernel.log_ndtr(x)


@elementwise(
    partials=[lambda y: exp(y * y * 0.5) * (1 / DENSITY)],
    domain=[(0.1, 0.9)],
    symbol="Φ⁻¹",
    expects=REAL,
)
def ndtri(x: Array, /) -> Array:
    """Inverse of `ndtr`: the quantiles of the normal distribution.

    Parameters
    ----------
    x
        Probabilities, any shape: 0 and 1 give -inf and inf, what lies outside NaN. Integers are
        computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    As `erfinv`.

    Examples
    --------
    >>> ndtri(Tensor([0.5, 0.975, 1e-300]))
    Tensor([  0.        ,   1.95996398, -37.0470963 ])
    """
    return kernel.ndtri(x)
