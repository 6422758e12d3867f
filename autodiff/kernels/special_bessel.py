"""Modified Bessel functions of the first kind, of integer order.

Up to moderate arguments they are integrals of smooth periodic functions, for which the trapezoidal
rule converges exponentially; beyond, Hankel's asymptotic series. (NIST Digital Library of
Mathematical Functions, 10.32.2, 10.32.3 and 10.40.1.)
"""

from __future__ import annotations

import math

import numpy as np

from autodiff.kernels.special import Values, in_double, order, pieces

TERMS = 24
"""Of Hankel's series."""


def _far(x: Values, n: int, m: int) -> Values:
    """The `m`-th derivative of ``e**-x I_n(x)``, term by term, for large x."""
    coefficients = [1.0]
    for k in range(1, TERMS):
        coefficients.append(-coefficients[-1] * (4 * n * n - (2 * k - 1) ** 2) / (8 * k))
    total = np.zeros_like(x)
    for k in range(TERMS - 1, -1, -1):
        falling = math.prod(-(k + 0.5 + i) for i in range(m))
        total = total / x + coefficients[k] * falling
    y: Values = total / x**m / (math.sqrt(2 * math.pi) * np.sqrt(x))
    return y


def _near(x: Values, n: int, m: int) -> Values:
    """The same as a mean over angles: of positive terms alone, unless it is a derivative."""
    points = int(math.sqrt(20 * x.max())) + n + m + 8
    total = np.zeros_like(x)
    for k in range(points, -1, -1):  # the largest terms last
        angle = math.pi * k / points
        drop = -2 * math.sin(angle / 2) ** 2  # cos(angle) - 1
        part = math.cos(n * angle) * drop**m if m else math.sin(angle) ** (2 * n)
        total += (0.5 if k in (0, points) else 1.0) * part * np.exp(drop * x)
    total /= points
    if m:
        return total
    for k in range(n):  # (x/2)**n √π / Γ(n + 1/2)
        total *= x / (2 * k + 1)
    return total


def _scaled(x: Values, n: int, m: int) -> Values:
    """The `m`-th derivative of ``e**-x I_n(x)`` for x >= 0."""
    near, far = 3.0, 30.0 + n * n + 5 * m
    return pieces(
        x,
        (x < near, lambda x: _near(x, n, m)),
        ((x >= near) & (x < far), lambda x: _near(x, n, m)),
        (x >= far, lambda x: _far(x, n, m)),
    )


@in_double()
def bessel_i(x: Values, *, n: int) -> Values:
    """``I_n(x)``."""
    n, size = order(n), np.abs(x)
    root = np.exp(size / 2)  # e**x overflows before I_n does
    y = np.where(np.isinf(root), np.inf, root * (root * _scaled(size, n, 0)))
    return np.where((x < 0) & (n % 2 == 1), -y, y)


@in_double()
def bessel_ie(x: Values, *, n: int, m: int) -> Values:
    """The `m`-th derivative of ``e**-|x| I_n(x)``, with the mean of two sides at the kink at 0."""
    n, m = order(n), order(m)
    y, odd = _scaled(np.abs(x), n, m), (n + m) % 2 == 1
    return np.where((x == 0) & (odd or n > m), 0, np.where((x < 0) & odd, -y, y))
