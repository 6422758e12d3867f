"""References for the ops of autodiff/ops/special*.py: Python's `math`, series and integrals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.tools import each

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


def integral(f: Callable[[Any], Any], low: float, high: float, panels: int) -> float:
    """By Gauss' rule on equal panels."""
    width = (high - low) / panels
    starts = low + width * np.arange(panels)[:, None]
    return float(width / 2 * np.sum(WEIGHTS * f(starts + width / 2 * (NODES + 1))))


def inverse(f: Callable[[float], float], low: float, high: float) -> Callable[[float], float]:
    """By bisection; `f` rises."""

    def inverted(y: float) -> float:
        below, above = low, high
        for _ in range(100):
            middle = (below + above) / 2
            below, above = (middle, above) if f(middle) < y else (below, middle)
        return below

    return inverted


def normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def gaussian(x: float, n: int, c: float) -> float:
    hermite = np.polynomial.hermite.hermval(math.sqrt(c) * x, [0] * n + [1])
    return float((-math.sqrt(c)) ** n * hermite * math.exp(-c * x * x))


def erfcx(x: float, n: int) -> float:
    scale = (-2.0) ** n * 2 / math.sqrt(math.pi)
    return scale * integral(lambda t: t**n * np.exp(-t * t - 2 * x * t), 0, 14, 28)


def sinc(x: float, n: int) -> float:
    return integral(lambda t: (np.pi * t) ** n * np.cos(np.pi * (x * t + n / 2)), 0, 1, 8)


def psi(x: float, n: int) -> float:
    """A thousand terms, and what the others sum to, after Euler and Maclaurin."""
    far = x + 1000
    if n == 0:
        total = math.fsum(1 / (x + k) for k in range(1000))
        return math.log(far) - 1 / (2 * far) - 1 / (12 * far**2) + 1 / (120 * far**4) - total
    terms = [(x + k) ** -(n + 1) for k in range(1000)]
    rest = [far**-n / n, far ** -(n + 1) / 2, (n + 1) * far ** -(n + 2) / 12]
    return (-1.0) ** (n + 1) * math.factorial(n) * math.fsum([*terms, *rest])


def bessel_i(x: float, n: int) -> float:
    return math.fsum(
        (x / 2) ** (2 * k + n) / (math.factorial(k) * math.factorial(k + n)) for k in range(60)
    )


def bessel_ie(x: float, n: int, m: int) -> float:
    """The derivatives of a product, and those of ``I_n`` as means of its neighbours."""
    return math.exp(-x) * math.fsum(
        (-1) ** (m - j) * math.comb(m, j) * math.comb(j, i) * bessel_i(x, abs(n - j + 2 * i)) / 2**j
        for j in range(m + 1)
        for i in range(j + 1)
    )


def with_orders(f: Callable[..., float]) -> Callable[..., Any]:
    """`f` of every element, and of the orders as they are."""
    return lambda x, *orders: each(lambda v: f(v, *orders))(x)


def betaln(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


REFERENCES: dict[str, Callable[..., Any]] = {
    "bessel_i": with_orders(bessel_i),
    "bessel_ie": with_orders(bessel_ie),
    "betaln": each(betaln),
    "digamma": each(lambda x: psi(x, 0)),
    "entr": each(lambda x: -x * math.log(x)),
    "erf": each(math.erf),
    "erfc": each(math.erfc),
    "erfcinv": each(lambda x: -inverse(lambda t: math.erfc(-t), -6, 6)(x)),
    "erfcx": with_orders(erfcx),
    "erfinv": each(inverse(math.erf, -6, 6)),
    "gamma": each(math.gamma),
    "gammaln": each(math.lgamma),
    "gaussian": with_orders(gaussian),
    "i0": each(lambda x: bessel_i(x, 0)),
    "i0e": each(lambda x: bessel_ie(x, 0, 0)),
    "i1": each(lambda x: bessel_i(x, 1)),
    "i1e": each(lambda x: bessel_ie(x, 1, 0)),
    "log_ndtr": each(lambda x: math.log(normal(x))),
    "log_sigmoid": each(lambda x: math.log(1 / (1 + math.exp(-x)))),
    "logit": each(lambda x: math.log(x) - math.log(1 - x)),
    "ndtr": each(normal),
    "ndtri": each(inverse(normal, -6, 6)),
    "psi": with_orders(psi),
    "sinc": with_orders(sinc),
    "softplus": each(lambda x: math.log(1 + math.exp(x))),
    "xlog1py": each(lambda x, y: x * math.log(1 + y)),
    "xlogy": each(lambda x, y: x * math.log(y)),
}
