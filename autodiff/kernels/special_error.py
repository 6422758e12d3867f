"""The error function, its relatives, and the normal distribution.

Everything rests on two formulas: the Maclaurin series of erf next to 0, and elsewhere the scaled
complement ``e**(x*x) erfc(x)`` as a sum of a dozen positive terms. The inverses improve a guess
that is good to some thousandths by Halley's iteration, twice.
"""

from __future__ import annotations

import math

import numpy as np

from autodiff.kernels.special import Values, in_double, order, pieces, polynomial

SLOPE = 2 / math.sqrt(math.pi)
"""Of erf at 0."""

SERIES = [SLOPE * (-1) ** k / (math.factorial(k) * (2 * k + 1)) for k in range(17)]
"""Coefficients of ``erf(x) / x`` in powers of ``x*x``."""

WEIGHTS = [(k * k / 4, 2 * math.exp(-k * k / 4)) for k in range(12, 0, -1)]
"""Squared nodes and weights of the trapezoidal rule for ``e**(-t*t)`` with a step of 1/2."""


def power(x: Values, c: float) -> Values:
    """``exp(c x**2)`` as exactly as if ``x**2`` were not rounded; `c` is a power of two.

    x is split into h, whose square is exact, and a small rest (Cody, 1969).
    """
    x = np.clip(x, -64, 64)  # what lies outside gives 0 or inf anyway
    h = np.rint(16 * x) / 16
    y: Values = np.exp(c * h * h) * np.exp(c * (x - h) * (x + h))
    return y


@in_double()
def gaussian(x: Values, *, n: int, c: float) -> Values:
    """The `n`-th derivative of ``exp(-c x**2)``: Hermite's recurrence."""
    n = order(n)
    before, y, x = np.zeros_like(x), power(x, -c), np.clip(x, -64, 64)
    for k in range(n):
        before, y = y, -2 * c * (x * y + k * before)
    return y


def _series(x: Values) -> Values:
    return x * polynomial(SERIES, x * x)


def _trapezoidal(x: Values) -> Values:
    """``e**(x*x) erfc(x)`` for x >= 1/2.

    It is ``(x/π) ∫ e**(-t*t) / (x*x + t*t) dt`` over the real line. The trapezoidal rule converges
    exponentially there, once the poles that are nearer than π/step are accounted for; its error
    is ``e**-(π/step)**2``, here 7e-18. (Chiarella and Reichel, Math. Comp. 22, 1968; Hunter and
    Regan, Math. Comp. 26, 1972.)
    """
    scale, total = 1 / (x * x), np.zeros_like(x)
    for square, weight in WEIGHTS:
        total += weight / (1 + square * scale)
    y: Values = (total + 1) * (1 / (2 * np.pi)) / x
    pole = np.where(x < 2 * np.pi, np.exp(x * (x - 4 * np.pi)), 0)
    y -= 2 * pole / (1 - np.exp(-4 * np.pi * x))
    return y


def _erf(x: Values) -> Values:
    return pieces(
        x,
        (np.abs(x) < 0.7, _series),
        (np.abs(x) >= 0.7, lambda x: np.copysign(1 - _tail(np.abs(x)), x)),
    )


def _tail(x: Values) -> Values:
    """``erfc(x)`` for x >= 1/2."""
    return _trapezoidal(x) * power(x, -1)


def _erfc(x: Values) -> Values:
    return pieces(x, (x < 0.5, lambda x: 1 - _erf(x)), (x >= 0.5, _tail))


def _erfcx(x: Values) -> Values:
    return pieces(x, (x < 0.5, lambda x: power(x, 1) * _erfc(x)), (x >= 0.5, _trapezoidal))


erf, erfc = in_double()(_erf), in_double()(_erfc)


@in_double()
def erfcx(x: Values, *, n: int) -> Values:
    """The `n`-th derivative of ``e**(x*x) erfc(x)``.

    They obey ``f_(k+1) = 2 x f_k + 2 k f_(k-1)``: all of f_k have the sign of ``(-1)**k``, so
    upward in k that cancels for positive x. There the ratios ``f_k / f_(k-1)`` are computed
    downward, as the continued fraction that belongs to the recurrence (Gautschi, Math. Comp. 15,
    1961).
    """
    n = order(n)
    if n == 0:
        return _erfcx(x)
    return pieces(
        x, (x < 1, lambda x: _erfcx_upward(x, n)), (x >= 1, lambda x: _erfcx_downward(x, n))
    )


def _erfcx_upward(x: Values, n: int) -> Values:
    before = _erfcx(x)
    y = 2 * x * before - SLOPE
    for k in range(1, n):
        before, y = y, 2 * (x * y + k * before)
    return y


def _erfcx_downward(x: Values, n: int) -> Values:
    top = 8 + int((13 / x.min() + math.sqrt(n)) ** 2)
    ratio = 2 * top / (x + np.sqrt(x * x + 2 * top))  # of -f_top / f_(top-1), about
    y = _erfcx(x)
    for k in range(top, 0, -1):
        if k <= n:
            y = -ratio * y
        ratio = 2 * (k - 1) / (2 * x + ratio)
    return y


# --- inverses ---


def _guess(log: Values) -> Values:
    """The inverse error function of x to some thousandths, of ``log(1 - x*x)`` (Winitzki, 2008)."""
    a = 0.147
    half = 2 / (np.pi * a) + log / 2
    root = np.sqrt(half * half - log / a)
    return np.sqrt(np.where(half > 0, -log / a / (root + half), root - half))


def _central(x: Values) -> Values:
    """The inverse error function for ``|x| <= 1/2``."""
    y = np.copysign(_guess(np.log1p(-x * x)), x)
    for _ in range(2):
        step = (_erf(y) - x) * power(y, 1) / SLOPE
        y = y - step / (1 + y * step)
    return y


def _outer(q: Values) -> Values:
    """The inverse of erfc for ``0 < q <= 1/2``, by its logarithm, which is nearly a parabola."""
    log = np.log(q)
    y = _guess(log + np.log(2 - q))
    for _ in range(2):
        scaled = _erfcx(y)
        slope = SLOPE / scaled
        step = (log + y * y - np.log(scaled)) / slope
        y = y - step / (1 - step * (slope / 2 - y))
    return np.where(q == 0, np.inf, y)


@in_double()
def erfinv(x: Values) -> Values:
    """The inverse of `erf`: infinite at -1 and 1, NaN outside."""
    size = np.abs(x)
    return pieces(
        x,
        (size <= 0.5, _central),
        ((size > 0.5) & (size <= 1), lambda x: np.copysign(_outer(1 - np.abs(x)), x)),
    )


def _erfcinv(x: Values) -> Values:
    return pieces(
        x,
        ((x >= 0) & (x < 0.5), _outer),
        ((x >= 0.5) & (x <= 1.5), lambda x: _central(1 - x)),
        ((x > 1.5) & (x <= 2), lambda x: -_outer(2 - x)),
    )


erfcinv = in_double()(_erfcinv)


# --- the normal distribution ---


def _ndtr(x: Values) -> Values:
    return pieces(
        x,
        (x < -1, lambda x: _erfcx(x * -math.sqrt(0.5)) * power(x, -0.5) / 2),
        (x >= -1, lambda x: _erfc(x * -math.sqrt(0.5)) / 2),
    )


ndtr = in_double()(_ndtr)


@in_double()
def log_ndtr(x: Values) -> Values:
    """The logarithm of `ndtr`."""
    return pieces(
        x,
        (x < 0, lambda x: np.log(_erfcx(x * -math.sqrt(0.5)) / 2) - x * x / 2),
        (x >= 0, lambda x: np.log1p(-_ndtr(-x))),
    )


@in_double()
def ndtri(x: Values) -> Values:
    """The inverse of `ndtr`: infinite at 0 and 1, NaN outside."""
    return pieces(
        x,
        (x < 0.25, lambda x: -math.sqrt(2) * _erfcinv(2 * x)),
        ((x >= 0.25) & (x <= 0.75), lambda x: math.sqrt(2) * _central(2 * x - 1)),
        (x > 0.75, lambda x: math.sqrt(2) * _erfcinv(2 * (1 - x))),
    )
