"""What the kernels of special functions share, and sine cardinal.

Special functions are computed in double precision whatever the dtype of their arguments, so that
what is narrower comes out right to its last place, and a longdouble only to double precision. They
say by inf and NaN what they can't say by a number, and are silent about it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from operator import index
from typing import Any, TypeAlias

import numpy as np

from autodiff.kernels.scalars import ZERO

Values: TypeAlias = np.ndarray[Any, Any]

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""The Bernoulli numbers of index 2, 4, ... 16."""

BLOCK = 1 << 14
"""How many elements are computed at once: what is between, a dozen arrays, stays in cache."""


def in_double(kinds: str = "biuf") -> Callable[[Callable[..., Values]], Callable[..., Any]]:
    """Decorate a function of flat arrays of doubles: it takes arrays of any dtype and shape.

    What comes by position broadcasts together, what comes by keyword is handed on. `kinds` says
    which kinds of dtypes are taken.
    """

    def decorate(kernel: Callable[..., Values]) -> Callable[..., Any]:
        @wraps(kernel)
        def made(*xs: Any, **params: Any) -> Any:
            dtype = np.result_type(*xs)
            if dtype.kind not in kinds:
                raise TypeError("it is not defined for complex numbers here")
            if dtype.kind not in "fc":
                dtype = np.dtype(np.float64)
            double = np.complex128 if dtype.kind == "c" else np.float64
            same = np.broadcast_arrays(*(np.asarray(x, double) for x in xs))
            flat = [x.ravel() for x in same]
            y = np.empty(flat[0].shape, dtype)
            with np.errstate(all="ignore"):
                for i in range(0, y.size, BLOCK):
                    part = slice(i, i + BLOCK)
                    y[part] = kernel(*(x[part] for x in flat), **params)
            return y.reshape(same[0].shape)

        return made

    return decorate


def order(n: Any) -> int:
    """`n` as the order of a derivative.

    Raises
    ------
    TypeError, ValueError
        If it is no integer, negative, or beyond what is computed in a moment.
    """
    found: int = index(n)
    if not 0 <= found <= 10_000:
        raise ValueError(f"an order of {found} is not between 0 and 10,000")
    return found


def pieces(x: Values, *cases: tuple[Values, Callable[[Values], Any]]) -> Values:
    """A function of flat `x` that is another one on each mask; NaN where no mask holds."""
    y = np.full(x.shape, np.nan)
    for where, f in cases:
        if where.any():
            y[where] = f(x[where])
    return y


def polynomial(coefficients: Sequence[float], x: Values) -> Values:
    """``c[0] + c[1] x + c[2] x**2 + ...``, by Horner's rule."""
    y = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        y *= x
        y += c
    return y


def _folded(x: Values) -> tuple[Values, Values]:
    """`x` less the nearest integer (exact), and that integer's sign: -1 if it is odd."""
    whole = np.rint(x.real)
    return x - whole, 1 - 2 * (np.fmod(whole, 2) != 0)


def sinpi(x: Values) -> Values:
    """``sin(π x)``, exact at all integers and relatively exact next to them."""
    rest, sign = _folded(x)
    return sign * np.sin(np.pi * rest)


def cospi(x: Values) -> Values:
    """``cos(π x)``, exact where it is 0 and relatively exact next to that."""
    rest, sign = _folded(x)
    if x.dtype.kind == "c":
        return sign * np.cos(np.pi * rest)
    size = np.abs(rest)
    return sign * np.where(size < 0.25, np.cos(np.pi * rest), np.sin(np.pi * (0.5 - size)))


@in_double("biufc")
def sinc(x: Values, *, n: int) -> Values:
    """The `n`-th derivative of ``sin(π x) / (π x)``.

    With ``z = π x``, differentiating ``z s = sin z`` relates successive derivatives of s by
    ``z s_k + k s_(k-1) = sin(z + k π/2)``. Upward in k that is stable where ``|z| > k``; elsewhere
    downward, from far enough above that what is unknown there is divided away.
    """
    n = order(n)
    z, quarters = np.pi * x, (sinpi(x), cospi(x))
    if n == 0:
        y = np.where(x == 0, 1, quarters[0] / np.where(x == 0, 1, z))
        return np.where(np.isinf(x), 0, y + 0.0)  # not -0.0
    far = np.abs(z) >= n + 1
    y = np.full_like(z, np.nan)
    for where, f in ((far, _sinc_upward), (~far, _sinc_downward)):
        if where.any():
            y[where] = f(z[where], [wave[where] for wave in quarters], n)
    return np.where(np.isinf(x), 0, math.pi**n * y)


def _sine(quarters: Sequence[Values], k: int) -> Values:
    """``sin(z + k π/2)`` of the sine and the cosine of z."""
    wave = quarters[k % 2]
    return wave if k % 4 < 2 else -wave


def _sinc_upward(z: Values, quarters: Sequence[Values], n: int) -> Values:
    y = quarters[0] / z
    for k in range(1, n + 1):
        y = (_sine(quarters, k) - k * y) / z
    return y


def _sinc_downward(z: Values, quarters: Sequence[Values], n: int) -> Values:
    top, unknown = n, 1.0
    while unknown > 1e-18:
        top += 1
        unknown *= (n + 1) / top
    y = np.zeros_like(z)
    for k in range(top, n, -1):
        y = (_sine(quarters, k) - z * y) / k
    return y


def softplus(x: Any) -> Any:
    """``log(1 + e**x)``, without overflow and exact in both tails."""
    x = _real(x)
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def log_sigmoid(x: Any) -> Any:
    """``-log(1 + e**-x)``, without overflow and exact in both tails."""
    x = _real(x)
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def entropy(x: Any) -> Any:
    """``-x log(x)``, 0 at 0 and -inf below."""
    x = _real(x)
    with np.errstate(all="ignore"):
        return np.where(x < 0, -np.inf, 0 - x * np.log(np.where(x > 0, x, 1)))


def logit(x: Any) -> Any:
    """``log(x / (1 - x))``, exact around 1/2 too; infinite at 0 and 1, NaN outside."""
    x = _real(x)
    with np.errstate(all="ignore"):
        centered = 2 * x - 1  # exact between 1/4 and 3/4
        return np.where(np.abs(centered) < 0.5, 2 * np.arctanh(centered), np.log(x / (1 - x)))


def product_with_log(x1: Any, x2: Any, log: Any) -> Any:
    """``x1 * log(x2)``, 0 where `x1` is 0, unless `x2` is NaN."""
    dtype = np.result_type(x1, x2)
    dtype = dtype if dtype.kind in "fc" else np.dtype(float)
    x1, x2 = np.asarray(x1, dtype), np.asarray(x2, dtype)
    with np.errstate(all="ignore"):
        return np.where((x1 == 0) & (x2 == x2), ZERO[dtype], x1 * log(x2))


def _real(x: Any) -> Any:
    """`x` as an array of floats; complex numbers are refused."""
    x = np.asarray(x)
    if x.dtype.kind == "c":
        raise TypeError("it is not defined for complex numbers here")
    return x if x.dtype.kind == "f" else x.astype(float)
