"""The gamma function and its relatives.

Far out they are Stirling's series; around 2, where log Γ is 0, and around the zero of digamma they
are Taylor's, whose coefficients are values of Hurwitz' zeta function; recurrences lead from
elsewhere to there, and reflections from negative arguments to positive ones. The formulas are those
of the NIST Digital Library of Mathematical Functions, §5 and §25.11.
"""

from __future__ import annotations

import math

import numpy as np

from autodiff.kernels.special import (
    BERNOULLI,
    Values,
    cospi,
    in_double,
    order,
    pieces,
    polynomial,
    sinpi,
)

HALF_LOG_TAU = 0.9189385332046728
"""``log(2 π) / 2``."""


# --- zeta: of integers s > 1 ---


def hurwitz(s: int, x: Values, unit: float = 1.0) -> Values:
    """The sum of ``((x + k) / unit)**-s`` over ``k >= 0``, for x > 0, by Euler and Maclaurin."""
    enough = 8 + 2 * s
    count = np.ceil(np.clip(enough - x, 0, enough))
    far = x + count
    rising, coefficients = s / 2, []
    for k, bernoulli in enumerate(BERNOULLI, 1):
        # s (s + 1) ... (s + 2k - 2) / (2k)!
        coefficients.append(bernoulli * rising)
        rising *= (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2))
    inner = 1 / (s - 1) + (0.5 + polynomial(coefficients, 1 / (far * far)) / far) / far
    total = unit * np.power(far / unit, 1 - s) * inner
    for k in range(int(count.max(initial=0)) - 1, -1, -1):
        total += np.where(k < count, np.power((x + k) / unit, -s), 0)
    return np.where(x == np.inf, 0, total)


# --- gamma and its logarithm ---

NEAR_2 = (
    0.42278433509846713,
    0.3224670334241132,
    -0.0673523010531981,
    0.020580808427784546,
    -0.007385551028673986,
    0.0028905103307415234,
    -0.001192753911703261,
    0.0005096695247430425,
    -0.00022315475845357939,
    9.945751278180853e-05,
    -4.492623673813314e-05,
    2.050721277567069e-05,
    -9.439488275268397e-06,
    4.374866789907488e-06,
    -2.039215753801366e-06,
    9.55141213040742e-07,
    -4.492469198764566e-07,
    2.1207184805554665e-07,
    -1.0043224823968099e-07,
    4.7698101693639804e-08,
    -2.2711094608943164e-08,
    1.0838659214896955e-08,
    -5.183475041970047e-09,
    2.4836745438024785e-09,
    -1.1921401405860912e-09,
    5.731367241678862e-10,
    -2.7595228851242334e-10,
    1.330476437424449e-10,
)
"""Coefficients of ``log Γ(2 + t) / t``: 1 - γ, then ``(-1)**k (ζ(k) - 1) / k`` from k = 2."""

STIRLING = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI, 1)]


def _near_2(t: Values) -> Values:
    """``log Γ(2 + t)`` for ``|t| <= 1/2``."""
    return t * polynomial(NEAR_2, t)


def _stirling(x: Values) -> Values:
    """``log Γ(x) - (x - 1/2) log(x) + x - log(2 π) / 2`` for x >= 10."""
    return polynomial(STIRLING, 1 / (x * x)) / x


def _lowered(x: Values, steps: int) -> tuple[Values, Values]:
    """`x` less an integer, below 5/2, and ``Γ(x) / Γ(that)``."""
    factor = np.ones_like(x)
    for _ in range(steps):
        high = x >= 2.5
        x = np.where(high, x - 1, x)
        factor = np.where(high, factor * x, factor)
    return x, factor


def _log_gamma_middle(x: Values) -> Values:
    low, factor = _lowered(x, 8)
    return _near_2(low - 2) + np.log(factor)


def _log_gamma_negative(x: Values) -> Values:
    y = np.log(np.pi / np.abs(x * sinpi(x))) - _log_gamma(-x)
    return np.where(x == np.floor(x), np.inf, y)


def _log_gamma(x: Values) -> Values:
    return pieces(
        x,
        (x <= -0.5, _log_gamma_negative),
        (np.abs(x) < 0.5, lambda x: _near_2(x) - np.log1p(x) - np.log(np.abs(x))),
        ((x >= 0.5) & (x < 1.5), lambda x: _near_2(x - 1) - np.log1p(x - 1)),
        ((x >= 1.5) & (x < 2.5), lambda x: _near_2(x - 2)),
        ((x >= 2.5) & (x < 10), _log_gamma_middle),
        (x >= 10, lambda x: (x - 0.5) * (np.log(x) - 1) + (HALF_LOG_TAU - 0.5) + _stirling(x)),
        (x == np.inf, np.abs),
    )


gammaln = in_double()(_log_gamma)


def _gamma_middle(x: Values) -> Values:
    low, factor = _lowered(x, 22)
    return np.exp(_near_2(low - 2)) * factor


def _gamma_far(x: Values) -> Values:
    root = np.power(x, x / 2 - 0.25)
    y = root * np.exp(-x) * root * math.sqrt(2 * math.pi) * np.exp(_stirling(x))
    return np.where(x > 172, np.inf, y)


def _gamma_negative(x: Values) -> Values:
    """By ``Γ(x) Γ(1 - x) = π / sin(π x)``."""
    y = np.pi / sinpi(x)
    deep = x < -150  # the gamma of what is reflected would overflow
    reflected = np.where(deep, -x - 22, -x)
    y = y / (_gamma(reflected) * reflected)
    for k in range(22):
        y = np.where(deep, y / (-x - k), y)
    return np.where(x == np.floor(x), np.nan, y)


def _gamma(x: Values) -> Values:
    return pieces(
        x,
        (x <= -0.5, _gamma_negative),
        (np.abs(x) < 0.5, lambda x: np.exp(_near_2(x)) / (x + 1) / x),
        ((x >= 0.5) & (x < 1.5), lambda x: np.exp(_near_2(x - 1)) / x),
        ((x >= 1.5) & (x < 24), _gamma_middle),
        (x >= 24, _gamma_far),
    )


gamma = in_double()(_gamma)


# --- beta ---


def _log_gamma_ratio(a: Values, b: Values) -> Values:
    """``log(Γ(a) / Γ(a + b))`` for ``a >= b > 0``, without the cancellation of their logarithms."""
    near = np.log(_gamma(1 + a) / _gamma(1 + a + b) * ((a + b) / a))
    rest = _stirling(a) - _stirling(a + b)
    far = b * (1 - np.log(a + b)) - (a - 0.5) * np.log1p(b / a) + rest
    return np.where(a < 10, near, far)


@in_double()
def betaln(x1: Values, x2: Values) -> Values:
    """``log |Γ(x1) Γ(x2) / Γ(x1 + x2)|``."""
    a, b = np.maximum(x1, x2), np.minimum(x1, x2)
    y = _log_gamma(a) + _log_gamma(b) - _log_gamma(a + b)
    positive = b > 0
    y = np.where(positive, _log_gamma(b) + _log_gamma_ratio(a, b), y)
    rest = _stirling(a) + _stirling(b) - _stirling(a + b) + HALF_LOG_TAU
    both_far = b * np.log(b / (a + b)) - (a - 0.5) * np.log1p(b / a) - np.log(b) / 2 + rest
    y = np.where(b >= 10, both_far, y)
    y = np.where(positive & (a == np.inf), -np.inf, y)
    pole = (b <= 0) & (b == np.floor(b)) & np.isfinite(b)
    if not pole.any():
        return y
    removable = pole & (a == np.floor(a)) & (a > 0) & (a + b <= 0)  # another pole divides it
    y = np.where(pole & ~np.isnan(a), np.inf, y)
    y[removable] = betaln(a[removable], 1 - (a + b)[removable])
    return y


# --- digamma and its derivatives ---

ROOT, ROOT_REST = 1.4616321449683622, 9.549995429965697e-17
"""The positive zero of digamma, in two parts."""

NEAR_ROOT = (
    0.3345617098544669,
    -0.055476208282819656,
    0.012163351366549665,
    -0.002976677050430833,
    0.0007713020708922787,
    -0.00020674607628354467,
    5.663403931142351e-05,
    -1.5742042793645156e-05,
    4.4203814378014486e-06,
    -1.2502790337317232e-06,
    3.555004365548999e-07,
    -1.0147423082995085e-07,
    2.9048430651778795e-08,
    -8.333507652457267e-09,
    2.3946448469644645e-09,
    -6.889561205460084e-10,
    1.9840436029350833e-10,
    -5.717729634679893e-11,
    1.648677489663636e-11,
    -4.755891089999048e-12,
    1.3723653713077138e-12,
    -3.9611087213118634e-13,
    1.1435311405602023e-13,
    -3.301750655394411e-14,
    9.534344144729946e-15,
    -2.753444071005057e-15,
    7.952282256827233e-16,
)
"""Coefficients of ``(ψ(root + 2 + t) - ψ(root + 2)) / t``: ``(-1)**k ζ(k + 2, root + 2)``."""

LOG_DIFFERENCE = [-b / (2 * k) for k, b in enumerate(BERNOULLI, 1)]


def _digamma_near_root(x: Values) -> Values:
    """For 1 <= x <= 2.2: ``ψ(x) = ψ(x + 2) - 1/x - 1/(x + 1)``, less the same at the zero."""
    t = (x - ROOT) - ROOT_REST
    return t * (polynomial(NEAR_ROOT, t) + 1 / (ROOT * x) + 1 / ((ROOT + 1) * (x + 1)))


def _digamma_middle(x: Values) -> Values:
    total = np.zeros_like(x)
    for _ in range(8):
        high = x > 2.2
        x = np.where(high, x - 1, x)
        total = np.where(high, total + 1 / x, total)
    return _digamma_near_root(x) + total


def _digamma_far(x: Values) -> Values:
    square = 1 / (x * x)
    return np.log(x) - 0.5 / x + square * polynomial(LOG_DIFFERENCE, square)


def _digamma_negative(x: Values) -> Values:
    y = _digamma(1 - x) - np.pi * cospi(x) / sinpi(x)
    return np.where(x == np.floor(x), np.nan, y)


def _digamma(x: Values) -> Values:
    return pieces(
        x,
        (x < 0, _digamma_negative),
        (x == 0, lambda x: np.copysign(np.inf, -x)),
        ((x > 0) & (x < 1), lambda x: _digamma_near_root(x + 1) - 1 / x),
        ((x >= 1) & (x <= 2.2), _digamma_near_root),
        ((x > 2.2) & (x < 10), _digamma_middle),
        (x >= 10, _digamma_far),
    )


digamma = in_double()(_digamma)


@in_double()
def psi(x: Values, *, n: int) -> Values:
    """The `n`-th derivative of digamma: ``(-1)**(n+1) n!`` times the sum of ``(x + k)**-(n+1)``."""
    n = order(n)
    if n == 0:
        return _digamma(x)
    s = n + 1
    # n! and the powers would overflow long before their product does
    exponent = max(0, round(math.lgamma(s) / math.log(2) / s))
    unit = 2.0**exponent
    factor: float = (-1) ** s * (math.factorial(n) / (1 << exponent * s))
    return factor * pieces(
        x,
        ((x < 0) & (x > -np.inf), lambda x: _shifted_powers(s, x, unit)),
        (x == 0, lambda x: np.power(x, -s)),
        (x > 0, lambda x: hurwitz(s, x, unit)),
    )


def _shifted_powers(s: int, x: Values, unit: float) -> Values:
    """The sum of ``((x + k) / unit)**-s`` over ``k >= 0``, for x < 0.

    The terms on either side of 0 are two sums over positive numbers, of which the one to the left
    ends at x.
    """
    below = np.floor(x)
    right, left = hurwitz(s, x - below, unit), hurwitz(s, below + 1 - x, unit)
    y = right + (-1) ** s * (left - hurwitz(s, 1 - x, unit))
    return np.where(x == below, np.nan if s % 2 else np.inf, y)
