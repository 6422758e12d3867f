"""The standard's special cases of the elementwise functions, and what it says of complex numbers.

A row of `ONE` is an argument and the result; of `TWO`, two lists of arguments and the result that
each pair of them has, or a function that gives it. Signs of zeros are meant.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from math import inf, nan, pi
from typing import Any

OUTSIDE = [(nan, nan), (1.5, nan), (-1.5, nan), (inf, nan), (-inf, nan)]
ODD = [(0.0, 0.0), (-0.0, -0.0), (nan, nan)]
INTEGER_VALUED = [*ODD, (3.0, 3.0), (-2.0, -2.0), (inf, inf), (-inf, -inf)]
LOGARITHM = [
    (nan, nan),
    (-1.0, nan),
    (-inf, nan),
    (0.0, -inf),
    (-0.0, -inf),
    (1.0, 0.0),
    (inf, inf),
]
PERIODIC = [(nan, nan), (inf, nan), (-inf, nan)]

ONE: dict[str, list[tuple[float, Any]]] = {
    "abs": [(nan, nan), (-0.0, 0.0), (0.0, 0.0), (-inf, inf), (inf, inf)],
    "acos": [*OUTSIDE, (1.0, 0.0)],
    "acosh": [(nan, nan), (0.5, nan), (-inf, nan), (1.0, 0.0), (inf, inf)],
    "asin": [*OUTSIDE, *ODD],
    "asinh": [*ODD, (inf, inf), (-inf, -inf)],
    "atan": [*ODD, (inf, pi / 2), (-inf, -pi / 2)],
    "atanh": [*OUTSIDE, *ODD, (1.0, inf), (-1.0, -inf)],
    "ceil": [*INTEGER_VALUED, (0.5, 1.0), (-0.5, -0.0), (-1.5, -1.0)],
    "cos": [*PERIODIC, (0.0, 1.0), (-0.0, 1.0)],
    "cosh": [(nan, nan), (0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, inf)],
    "exp": [(nan, nan), (0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0)],
    "expm1": [*ODD, (inf, inf), (-inf, -1.0)],
    "floor": [*INTEGER_VALUED, (0.5, 0.0), (-0.5, -1.0), (1.5, 1.0)],
    "isfinite": [(nan, False), (inf, False), (-inf, False), (0.0, True), (1.0, True)],
    "isinf": [(nan, False), (inf, True), (-inf, True), (0.0, False), (1.0, False)],
    "isnan": [(nan, True), (inf, False), (-inf, False), (0.0, False), (1.0, False)],
    "log": LOGARITHM,
    "log10": LOGARITHM,
    "log1p": [*ODD, (-1.5, nan), (-inf, nan), (-1.0, -inf), (inf, inf)],
    "log2": LOGARITHM,
    "negative": [(0.0, -0.0), (-0.0, 0.0), (nan, nan), (inf, -inf), (-inf, inf)],
    "positive": INTEGER_VALUED,
    "reciprocal": [(0.0, inf), (-0.0, -inf), (inf, 0.0), (-inf, -0.0), (nan, nan)],
    "round": [*INTEGER_VALUED, (0.5, 0.0), (-0.5, -0.0), (1.5, 2.0), (2.5, 2.0), (-1.5, -2.0)],
    "sign": [(nan, nan), (0.0, 0.0), (-0.0, 0.0), (-0.5, -1.0), (2.0, 1.0), (-inf, -1.0)],
    "signbit": [(0.0, False), (-0.0, True), (inf, False), (-inf, True), (1.0, False), (-1.0, True)],
    "sin": [*ODD, *PERIODIC],
    "sinh": [*ODD, (inf, inf), (-inf, -inf)],
    "sqrt": [*ODD, (-1.0, nan), (-inf, nan), (inf, inf)],
    "square": [(0.0, 0.0), (-0.0, 0.0), (nan, nan), (inf, inf), (-inf, inf)],
    "tan": [*ODD, *PERIODIC],
    "tanh": [*ODD, (inf, 1.0), (-inf, -1.0)],
    "trunc": [*INTEGER_VALUED, (0.5, 0.0), (-0.5, -0.0), (1.5, 1.0), (-1.5, -1.0)],
}

PLUS, MINUS = [0.5, 1.0, 2.0], [-0.5, -1.0, -3.0]
ZERO, INF, NAN = [0.0, -0.0], [inf, -inf], [nan]
SOME = PLUS + MINUS
FINITE = SOME + ZERO
EVERY = FINITE + INF + NAN
ORDERED = FINITE + INF
NOT_A_NUMBER: list[tuple[list[float], list[float], Any]] = [(NAN, EVERY, nan), (EVERY, NAN, nan)]


def signed(x1: float, x2: float, size: float) -> float:
    """`size` with the sign of the product."""
    return size * math.copysign(1, x1) * math.copysign(1, x2)


def infinite(x1: float, x2: float) -> float:
    return signed(x1, x2, inf)


def vanishing(x1: float, x2: float) -> float:
    return signed(x1, x2, 0.0)


def python_power(x1: float, x2: float) -> Any:
    """C's ``pow``, which the standard follows; Python raises where there is no number."""
    try:
        found = math.pow(x1, x2)
    except ValueError:
        if x1 != 0:
            return nan
        odd = x2 == int(x2) and int(x2) % 2 == 1
        return math.copysign(inf, x1) if odd else inf
    return found


DIVISION: list[tuple[list[float], list[float], Any]] = [
    *NOT_A_NUMBER,
    (INF, INF, nan),
    (ZERO, ZERO, nan),
    (ZERO, SOME, vanishing),
    (SOME, ZERO, infinite),
]
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
}
TWO: dict[str, list[tuple[list[float], list[float], Any]]] = {
    "add": [
        *NOT_A_NUMBER,
        ([inf], [-inf], nan),
        ([-inf], [inf], nan),
        (INF, FINITE, lambda a, _: a),
        (FINITE, INF, lambda _, b: b),
        ([inf], [inf], inf),
        ([-inf], [-inf], -inf),
        ([-0.0], [-0.0], -0.0),
        ([-0.0], [0.0], 0.0),
        ([0.0], ZERO, 0.0),
        (ZERO, SOME, lambda _, b: b),
        (SOME, ZERO, lambda a, _: a),
        ([0.5], [-0.5], 0.0),
    ],
    "atan2": [
        *NOT_A_NUMBER,
        (PLUS, ZERO, pi / 2),
        ([0.0], [*PLUS, 0.0, inf], 0.0),
        ([0.0], [*MINUS, -0.0, -inf], pi),
        ([-0.0], [*PLUS, 0.0, inf], -0.0),
        ([-0.0], [*MINUS, -0.0, -inf], -pi),
        (MINUS, ZERO, -pi / 2),
        (PLUS, [inf], 0.0),
        (PLUS, [-inf], pi),
        (MINUS, [inf], -0.0),
        (MINUS, [-inf], -pi),
        ([inf], FINITE, pi / 2),
        ([-inf], FINITE, -pi / 2),
        ([inf], [inf], pi / 4),
        ([inf], [-inf], 3 * pi / 4),
        ([-inf], [inf], -pi / 4),
        ([-inf], [-inf], -3 * pi / 4),
    ],
    "copysign": [
        (ORDERED, ORDERED, math.copysign),
        (ORDERED, [nan, -nan], math.copysign),
        (NAN, ORDERED, nan),
    ],
    "divide": [
        *DIVISION,
        (INF, SOME, infinite),
        (INF, ZERO, infinite),
        (FINITE, INF, vanishing),
    ],
    "floor_divide": [
        *DIVISION,
        (INF, SOME, infinite),
        (FINITE, INF, vanishing),
    ],
    "hypot": [
        (INF, EVERY, inf),
        (EVERY, INF, inf),
        (ZERO, FINITE, lambda _, b: abs(b)),
        (FINITE, ZERO, lambda a, _: abs(a)),
        (FINITE + NAN, NAN, nan),
        (NAN, FINITE + NAN, nan),
    ],
    "logaddexp": [
        *NOT_A_NUMBER,
        ([inf], ORDERED, inf),
        (ORDERED, [inf], inf),
        ([-inf], SOME, lambda _, b: b),
        (SOME, [-inf], lambda a, _: a),
        ([-inf], [-inf], -inf),
    ],
    "maximum": [*NOT_A_NUMBER, (SOME + INF, SOME + INF, max)],
    "minimum": [*NOT_A_NUMBER, (SOME + INF, SOME + INF, min)],
    "multiply": [
        *NOT_A_NUMBER,
        (INF, ZERO, nan),
        (ZERO, INF, nan),
        (INF, INF + SOME, infinite),
        (SOME, INF, infinite),
        (ZERO, FINITE, vanishing),
        (FINITE, ZERO, vanishing),
    ],
    "nextafter": [
        *NOT_A_NUMBER,
        ([0.0], [-0.0], -0.0),
        ([-0.0], [0.0], 0.0),
        *(([x], [x], x) for x in ORDERED),
    ],
    "pow": [
        ([*SOME[:1], *SOME[2:], *ZERO, *INF, *NAN], NAN, nan),
        (EVERY, ZERO, 1.0),
        (NAN, SOME + INF, nan),
        (ORDERED, ORDERED, python_power),
        ([1.0], EVERY, 1.0),
    ],
    "remainder": [
        *NOT_A_NUMBER,
        (INF, INF, nan),
        (ORDERED, ZERO, nan),
        ([0.0, -0.0], PLUS, 0.0),
        ([0.0, -0.0], MINUS, -0.0),
        (INF, SOME, nan),
        (PLUS, [inf], lambda a, _: a),
        (PLUS, [-inf], -inf),
        (MINUS, [inf], inf),
        (MINUS, [-inf], lambda a, _: a),
        (SOME, SOME, lambda a, b: a % b),
    ],
    "subtract": [
        *NOT_A_NUMBER,
        ([inf], [inf], nan),
        ([-inf], [-inf], nan),
        (INF, FINITE, lambda a, _: a),
        (FINITE, INF, lambda _, b: -b),
        ([0.0], ZERO, 0.0),
        ([-0.0], [0.0], -0.0),
        (SOME, ZERO, lambda a, _: a),
    ],
    **{name: [(EVERY, EVERY, python)] for name, python in COMPARISONS.items()},
}

THREE = {
    "clip": [
        ((nan, 0.0, 1.0), nan),
        ((0.5, nan, 1.0), nan),
        ((0.5, 0.0, nan), nan),
        ((inf, 0.0, 1.0), 1.0),
        ((-inf, 0.0, 1.0), 0.0),
        ((inf, -inf, inf), inf),
    ],
}


# --- complex numbers ---

PARTS = [0.0, -0.0, 0.5, 1.0, -2.0, inf, -inf, nan]

COMPLEX = (
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "expm1", "log"),
    *("log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh"),
)


def of_complex(name: str, z: complex) -> complex:
    """What the standard says, which is what C says (annex G), as `cmath` does.

    Of the square root of numbers with an infinite real part the standard's text says something
    else, which is no square root: C's is taken.
    """
    if z.imag < 0 or (z.imag == 0 and math.copysign(1, z.imag) < 0):
        return of_complex(name, z.conjugate()).conjugate()
    if name in TURNED:
        hyperbolic, back = TURNED[name]
        return back(of_complex(hyperbolic, complex(-z.imag, z.real)))
    if name in BASES:
        logarithm = of_complex("log", z)
        return complex(logarithm.real / BASES[name], logarithm.imag / BASES[name])
    if name == "log1p":
        return of_complex("log", complex(1 + z.real, z.imag))
    if name == "expm1":
        exponential = of_complex("exp", z)
        return complex(exponential.real - 1, exponential.imag)
    known = where_python_has_none(name, z.real, z.imag)
    if known is not None:
        return known
    found: complex = getattr(cmath, name)(z)
    return found


BASES = {"log2": math.log(2), "log10": math.log(10)}
TURNED: dict[str, tuple[str, Callable[[complex], complex]]] = {
    "atan": ("atanh", lambda w: complex(w.imag, -w.real)),
    "cos": ("cosh", lambda w: w),
    "sin": ("sinh", lambda w: complex(w.imag, -w.real)),
    "tan": ("tanh", lambda w: complex(w.imag, -w.real)),
}
"""The hyperbolic function of i z, and how it is turned back."""


def where_python_has_none(name: str, a: float, b: float) -> complex | None:
    """The result where `cmath` raises, or follows an older edition of C; b is not negative."""
    match name, place(a), place(b):
        case "acosh", "zero", "nan":
            return complex(nan, pi / 2)
        case "atanh", "one", "zero":
            return complex(math.copysign(inf, a), b)
        case "cosh", "zero", "infinite":
            return complex(nan, 0.0)
        case "sinh", "zero", "infinite":
            return complex(0.0, nan)
        case "tanh", "zero", "infinite" | "nan":
            return complex(0.0, nan)
        case "log", "zero", "zero":
            return complex(-inf, math.atan2(b, a))
        case "exp", "infinite", "infinite" if a > 0:
            return complex(inf, nan)
        case "cosh" | "sinh", "infinite", "infinite":
            return complex(inf, nan)
        case "cosh" | "sinh" | "tanh", "one" | "finite", "infinite":
            return complex(nan, nan)
        case "exp", "zero" | "one" | "finite", "infinite":
            return complex(nan, nan)
    return None


def place(value: float) -> str:
    if math.isfinite(value):
        return "zero" if value == 0 else "one" if abs(value) == 1 else "finite"
    return "nan" if math.isnan(value) else "infinite"


def signs_are_open(z: complex, result: complex) -> bool:
    """Whether the standard may leave the signs of zeros and infinities in the result open."""
    return cmath.isnan(z) or cmath.isnan(result) or place(z.real) == place(z.imag) == "infinite"
