"""The gamma function and its relatives.

At a pole they have their limit where both sides agree on one; at 0 else the limit from the side
that the sign of the zero names; and NaN at the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff.declare import elementwise, explains
from autodiff.kernels import special_gamma as kernel
from autodiff.ops.special import REAL, floating
from autodiff.variable import Array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@elementwise(partials=[lambda x, y: y * digamma(x)], domain=[(0.3, 3.0)], symbol="Γ", expects=REAL)
def gamma(x: Array, /) -> Array:
    """Gamma function: ``gamma(n + 1)`` is n!.

    Parameters
    ----------
    x
        Any shape, real: 0 gives inf (-0.0 gives -inf), negative integers NaN. Integers are computed
        as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    Taylor's series around 2, Stirling's from 24 on; NIST Digital Library of Mathematical Functions,
    5.5.1, 5.5.3, 5.7.3 and 5.11.1.

    Examples
    --------
    >>> gamma(Tensor([5.0, 0.5, -0.5]))
    Tensor([24.        ,  1.77245385, -3.5449077 ])
    """
    return kernel.gamma(x)


@elementwise(partials=[lambda x: digamma(x)], domain=[(0.3, 3.0)], symbol="ln|Γ|", expects=REAL)
def gammaln(x: Array, /) -> Array:
    """Logarithm of the absolute value of the gamma function.

    Parameters
    ----------
    x
        Any shape, real: 0 and negative integers give inf. Integers are computed as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    As `gamma`; Stirling's series from 10 on. Exact around its zeros 1 and 2; around those below -2
    the absolute error alone is small.

    Examples
    --------
    >>> gammaln(Tensor([1.0, 5.0, 1e10]))
    Tensor([0.00000000e+00, 3.17805383e+00, 2.20258509e+11])
    """
    return kernel.gammaln(x)


@elementwise(
    partials=[
        lambda g, x1, x2: g * (digamma(floating(x1, g)) - digamma(floating(x1 + x2, g))),
        lambda g, x1, x2: g * (digamma(floating(x2, g)) - digamma(floating(x1 + x2, g))),
    ],
    domain=[(0.3, 3.0), (0.3, 3.0)],
    symbol="ln|Β|",
    expects="real numbers of shapes that broadcast together",
)
def betaln(x1: Array, x2: Array, /) -> Array:
    """Logarithm of the absolute value of the beta function, ``Γ(x1) Γ(x2) / Γ(x1 + x2)``.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together, real; NumPy's common floating dtype.

    Raises
    ------
    OpTypeError
        If one is complex.
    OpValueError
        If the shapes do not broadcast together.

    Notes
    -----
    Of positive arguments the logarithms of gamma functions, which may be huge, are not subtracted,
    but their Stirling series: A. DiDonato and A. Morris, "Significant digit computation of the
    incomplete beta function ratios", ACM TOMS 18 (1992), from the formulas alone.

    Examples
    --------
    >>> betaln(Tensor([1.0, 1e10]), Tensor([2.0, 1.0]))
    Tensor([ -0.69314718, -23.02585093])
    """
    return kernel.betaln(x1, x2)


@elementwise(partials=[lambda x: psi(x, 1)], domain=[(0.3, 3.0)], symbol="ψ", expects=REAL)
def digamma(x: Array, /) -> Array:
    """Digamma function, the derivative of `gammaln`.

    Parameters
    ----------
    x
        Any shape, real: 0 gives -inf (-0.0 gives inf), negative integers NaN. Integers are computed
        as floats.

    Raises
    ------
    OpTypeError
        If `x` is complex.

    Notes
    -----
    Taylor's series around its positive zero, the asymptotic one from 10 on; NIST Digital Library of
    Mathematical Functions, 5.5.2, 5.5.4 and 5.11.2. Around its negative zeros the absolute error
    alone is small.

    Examples
    --------
    >>> digamma(Tensor([1.0, 2.0, 0.0]))
    Tensor([-0.57721566,  0.42278434,        -inf])
    """
    return kernel.digamma(x)


@elementwise(
    partials=[lambda x, n: psi(x, n + 1)],
    domain=[(0.3, 3.0)],
    symbol="ψ⁽ⁿ⁾",
    expects="real numbers, and an order n >= 0",
)
def psi(x: Array, /, n: int = 0) -> Array:
    """Derivative of order `n` of `digamma`.

    Parameters
    ----------
    x
        Any shape, real: 0 and negative integers give inf if `n` is odd; if it is even, 0 gives -inf
        (-0.0 gives inf), negative integers NaN. Integers are computed as floats.
    n
        The order, an integer of at least 0. Default: 0, `digamma` itself.

    Raises
    ------
    OpTypeError, OpValueError
        If `x` is complex, or `n` is no integer, or negative.

    Notes
    -----
    ``(-1)**(n + 1) n!`` times Hurwitz' zeta function of n + 1, by the formula of Euler and
    Maclaurin; NIST Digital Library of Mathematical Functions, 5.15.1 and 25.11.28. The relative
    error grows with the order, to n / 2 units in the last place.

    Examples
    --------
    >>> psi(Tensor([1.0, 2.0]), 1)
    Tensor([1.64493407, 0.64493407])
    """
    return kernel.psi(x, n=n)


@explains
def polygamma(n: int, x: Array, /) -> Tensor:
    """Polygamma function: the `n`-th derivative of `digamma`, which is `psi` with its order first.

    Parameters
    ----------
    n
        The order, an integer of at least 0.
    x
        As in `psi`.

    Raises
    ------
    OpTypeError, OpValueError
        As in `psi`.

    Examples
    --------
    >>> polygamma(1, Tensor([1.0, 2.0]))
    Tensor([1.64493407, 0.64493407])
    """
    return psi(x, n)
