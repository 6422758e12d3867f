"""Modified Bessel functions of the first kind.

Where calculus leaves a choice: the scaled ones have at 0 the mean of their one-sided slopes.
"""

from __future__ import annotations

from typing import Any

from autodiff.declare import elementwise
from autodiff.kernels import special_bessel as kernel
from autodiff.ops.special import REAL
from autodiff.variable import Array

ORDERED = "real numbers, and orders >= 0"


def _slope(x: Any, n: int) -> Any:
    if n == 0:
        return bessel_i(x, 1)
    return (bessel_i(x, n - 1) + bessel_i(x, n + 1)) * 0.5


@elementwise(partials=[_slope], symbol="Iₙ", expects=ORDERED)
def bessel_i(x: Array, /, n: int = 0) -> Array:
    """Modified Bessel function of the first kind ``I_n(x)``, of integer order.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.
    n
        The order of the function, an integer of at least 0. Default: 0.

    Raises
    ------
    OpTypeError, OpValueError
        If `x` is complex, or `n` is no integer, or negative.

    Notes
    -----
    Poisson's integral by the trapezoidal rule, Hankel's series for large `x`; NIST Digital Library
    of Mathematical Functions, 10.29.1, 10.32.2 and 10.40.1.

    Examples
    --------
    >>> bessel_i(Tensor([0.0, 1.0]), 2)
    Tensor([0.        , 0.13574767])
    """
    return kernel.bessel_i(x, n=n)


@elementwise(
    partials=[lambda x, n, m: bessel_ie(x, n, m + 1)],
    domain=[(0.2, 3.0)],
    symbol="Iₙe",
    expects=ORDERED,
)
def bessel_ie(x: Array, /, n: int = 0, m: int = 0) -> Array:
    """Scaled modified Bessel function ``exp(-|x|) I_n(x)``, or one of its derivatives.

    Parameters
    ----------
    x
        Any shape, real; integers are computed as floats.
    n
        The order of the function, an integer of at least 0. Default: 0.
    m
        The order of the derivative to take. Default: 0, the function itself.

    Raises
    ------
    OpTypeError, OpValueError
        If `x` is complex, or an order is no integer, or negative.

    Notes
    -----
    As `bessel_i`. At 0 the derivatives jump; they have the mean of both sides there.

    Examples
    --------
    >>> bessel_ie(Tensor([0.0, 1.0, 1e10]), 2)
    Tensor([0.00000000e+00, 4.99387769e-02, 3.98942280e-06])
    """
    return kernel.bessel_ie(x, n=n, m=m)


@elementwise(partials=[lambda x: bessel_i(x, 1)], expects=REAL)
def i0(x: Array, /) -> Array:
    """Modified Bessel function of the first kind, of order 0.

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
    As `bessel_i`.

    Examples
    --------
    >>> i0(Tensor([0.0, 1.0]))
    Tensor([1.        , 1.26606588])
    """
    return kernel.bessel_i(x, n=0)


@elementwise(partials=[lambda x: _slope(x, 1)], expects=REAL)
def i1(x: Array, /) -> Array:
    """Modified Bessel function of the first kind, of order 1.

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
    As `bessel_i`. Its slope, ``(I_0(x) + I_2(x)) / 2``, is exact at 0 too.

    Examples
    --------
    >>> i1(Tensor([0.0, 1.0]))
    Tensor([0.       , 0.5651591])
    """
    return kernel.bessel_i(x, n=1)


@elementwise(partials=[lambda x: bessel_ie(x, 0, 1)], domain=[(0.2, 3.0)], expects=REAL)
def i0e(x: Array, /) -> Array:
    """Scaled modified Bessel function ``exp(-|x|) I_0(x)``, with slope 0 at its kink at 0.

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
    As `bessel_i`. Its derivatives are exact for large `x` too.

    Examples
    --------
    >>> i0e(Tensor([0.0, 1.0, 1e10]))
    Tensor([1.00000000e+00, 4.65759608e-01, 3.98942280e-06])
    """
    return kernel.bessel_ie(x, n=0, m=0)


@elementwise(partials=[lambda x: bessel_ie(x, 1, 1)], domain=[(0.2, 3.0)], expects=REAL)
def i1e(x: Array, /) -> Array:
    """Scaled modified Bessel function ``exp(-|x|) I_1(x)``, with slope 1/2 at 0.

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
    As `bessel_i`. Its derivatives are exact for large `x` too; at 0 the second one jumps.

    Examples
    --------
    >>> i1e(Tensor([0.0, 1.0, 1e10]))
    Tensor([0.00000000e+00, 2.07910415e-01, 3.98942280e-06])
    """
    return kernel.bessel_ie(x, n=1, m=0)
