"""What `stability.py` measures: functions, and where they are hard to compute.

A case needs nothing but NumPy to be read: the exact values are functions of mpmath's namespace,
which they are given, and PyTorch's functions are functions of its.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import autodiff as ad
from nn import functional

Numbers = Sequence[float]
Range = tuple[float, float]


class Case(NamedTuple):
    """A function in one of its hard places.

    Attributes
    ----------
    name, where
        What the table says.
    ours, theirs
        The function, of tensors; PyTorch's as a function of `torch` too (None: there is none).
    exact, slopes
        Its value and its slopes, one for each argument, of `mpmath.mp` and numbers of it. Of a
        function of vectors: lists of numbers, the value being one number; the first one of the
        result, if that is a vector.
    points
        The arguments in the table: of each argument as many numbers, or as many vectors.
    ranges
        Where else they may lie, for each argument.
    limits
        How many ulps the value and the slopes may be off.
    conditioned
        Whether the value, and the slopes, may be off by as much more as their condition number is
        larger than 1.
    computed_from
        Of the arguments, the size of what slopes are the difference of, where that is rounded: of
        smaller ones no more is asked for than its ulps.
    vectors
        Whether it is a function of vectors.
    """

    name: str
    where: str
    ours: Callable[..., Any]
    theirs: Callable[..., Any] | None
    exact: Callable[..., Any]
    slopes: Callable[..., Any]
    points: tuple[Any, ...]
    ranges: tuple[Range, ...]
    limits: tuple[float, float] = (4, 8)
    conditioned: tuple[bool, bool] = (False, False)
    computed_from: Callable[[list[Any]], float] = lambda sample: 0.0
    vectors: bool = False

    @property
    def title(self) -> str:
        """The case's name for a test."""
        return f"{self.name}, {self.where}"


def _sigmoid(mp: Any, x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _bell(mp: Any, x: Any) -> Any:
    z = mp.exp(-abs(x))
    return z / (1 + z) ** 2


def _normal(mp: Any, x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def _density(mp: Any, x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


# --- functions of numbers: name, ours, PyTorch's, exact, slopes; then the places ---

Place = tuple[str, tuple[Any, ...], tuple[Range, ...], dict[str, Any]]


def _places(
    name: str,
    ours: Callable[..., Any],
    theirs: Callable[..., Any] | None,
    exact: Callable[..., Any],
    slopes: Callable[..., Any],
    *places: Place,
    **more: Any,
) -> list[Case]:
    return [
        Case(name, where, ours, theirs, exact, slopes, points, ranges, **{**more, **limits})
        for where, points, ranges, limits in places
    ]


def _place(where: str, points: Any, *ranges: Range, **limits: Any) -> Place:
    return where, points if isinstance(points, tuple) else (points,), ranges, limits


TINY = [5e-324, 3e-310, 1.7e-300, 3.3e-160, 2.3e-44, 2.9e-20, 1.1e-9]
"""Denormal numbers and others next to 0."""

VALUE, SLOPE, BOTH = (True, False), (False, True), (True, True)
"""What is conditioned."""

ELEMENTWISE = [
    *_places(
        "exp",
        ad.exp,
        lambda torch, x: torch.exp(x),
        lambda mp, x: mp.exp(x),
        lambda mp, x: [mp.exp(x)],
        _place("large", [30.3, 88.1, 354.9, 709.7], (1, 709.7)),
        _place("to denormal numbers", [-30.3, -88.1, -103.3, -709.3, -744.2], (-745, -1)),
    ),
    *_places(
        "expm1",
        ad.expm1,
        lambda torch, x: torch.expm1(x),
        lambda mp, x: mp.expm1(x),
        lambda mp, x: [mp.exp(x)],
        _place("next to 0", [*TINY, -1.7e-300, -2.3e-9], (-0.5, 0.5)),
        _place("elsewhere", [-87.3, -40.1, -1.1, 1.3, 87.3], (-700, 700)),
    ),
    *_places(
        "log",
        ad.log,
        lambda torch, x: torch.log(x),
        lambda mp, x: mp.log(x),
        lambda mp, x: [1 / x],
        _place("next to 0", TINY, (5e-324, 1e-3)),
        _place("next to 1", [1 - 2e-16, 1 + 3e-16, 0.99999, 1.0001], (0.5, 2)),
        _place("huge", [1e30, 3e38, 1e200, 1.7e308], (1e3, 1.7e308)),
    ),
    *_places(
        "log1p",
        ad.log1p,
        lambda torch, x: torch.log1p(x),
        lambda mp, x: mp.log1p(x),
        lambda mp, x: [1 / (1 + x)],
        _place("next to 0", [*TINY, -1.7e-300, -2.3e-9], (-0.5, 0.5)),
        _place("next to -1", [-1 + 2e-16, -1 + 1e-7, -0.999, -0.9], (-0.9999999999, -0.5)),
        _place("huge", [1e30, 3e38, 1e200, 1.7e308], (1e3, 1.7e308)),
    ),
    *_places(
        "sigmoid",
        ad.sigmoid,
        lambda torch, x: torch.sigmoid(x),
        _sigmoid,
        lambda mp, x: [_bell(mp, x)],
        _place("left tail", [-740.3, -700.3, -99.7, -87.1, -40.2, -17.3], (-745, -1)),
        _place("around 0", [-0.9, -0.3, 1e-9, 0.4, 0.8], (-1, 1)),
        _place(
            "right tail",
            [2.2, 17.3, 36.1, 40.2, 87.1, 700.3],
            (1, 745),
            limits=(4, 2),
            computed_from=lambda sample: 1.0,
        ),
    ),
    *_places(
        "log_sigmoid",
        ad.log_sigmoid,
        lambda torch, x: torch.nn.functional.logsigmoid(x),
        lambda mp, x: -mp.log1p(mp.exp(-x)),
        lambda mp, x: [_sigmoid(mp, -x)],
        _place("left tail", [-1e300, -1e30, -700.3, -40.2, -17.3], (-1e4, -4)),
        _place("around 0", [-2.2, -0.3, 1e-9, 0.4, 1.9], (-4, 4)),
        _place("right tail", [17.3, 40.2, 87.1, 700.3, 740.3], (4, 745)),
    ),
    *_places(
        "softplus",
        ad.softplus,
        lambda torch, x: torch.nn.functional.softplus(x),
        lambda mp, x: mp.log1p(mp.exp(x)),
        lambda mp, x: [_sigmoid(mp, x)],
        _place("left tail", [-740.3, -700.3, -87.1, -40.2, -17.3], (-745, -4)),
        _place("around 0", [-2.2, -0.3, 1e-9, 0.4, 1.9], (-4, 4)),
        _place("right tail", [17.3, 21.5, 40.2, 700.3, 1e30, 1e300], (4, 1e4)),
    ),
    *_places(
        "tanh",
        ad.tanh,
        lambda torch, x: torch.tanh(x),
        lambda mp, x: mp.tanh(x),
        lambda mp, x: [1 / mp.cosh(x) ** 2],
        _place("next to 0", [*TINY, 0.3], (-0.5, 0.5)),
        _place(
            "tails",
            [-354.1, -40.3, -8.7, 2.5, 6.1, 19.3],
            (1, 354),
            limits=(4, 2),
            computed_from=lambda sample: 1.0,
        ),
    ),
    *_places(
        "logit",
        ad.logit,
        lambda torch, x: torch.logit(x),
        lambda mp, x: mp.log(x / (1 - x)),
        lambda mp, x: [1 / (x * (1 - x))],
        _place("next to 0", TINY, (5e-324, 1e-3)),
        _place("next to 1/2", [0.5 - 6e-17, 0.5 + 2e-16, 0.4999999, 0.51], (0.3, 0.7)),
        _place("next to 1", [1 - 2e-16, 1 - 1e-7, 0.999, 0.93], (0.9, 0.9999999999)),
    ),
    *_places(
        "sqrt",
        ad.sqrt,
        lambda torch, x: torch.sqrt(x),
        lambda mp, x: mp.sqrt(x),
        lambda mp, x: [1 / (2 * mp.sqrt(x))],
        _place("tiny and denormal", TINY, (5e-324, 1e-3)),
        _place("huge", [1e30, 3e38, 1e200, 1.7e308], (1e3, 1.7e308)),
    ),
    *_places(
        "pow",
        ad.pow,
        lambda torch, x, y: torch.pow(x, y),
        lambda mp, x, y: x**y,
        lambda mp, x, y: [y * x ** (y - 1), x**y * mp.log(x)],
        _place("a base next to 1", ([1 + 1e-9, 1 - 1e-7], [1e9, 3e7]), (0.9, 1.1), (-1e3, 1e3)),
        _place(
            "a base next to 0", ([3e-310, 1e-30, 1e-12], [0.5, 1.3, -2.5]), (1e-30, 0.1), (-3, 3)
        ),
        _place("huge", ([1e200, 1e30, 1e12], [1.5, -1.2, 3.1]), (1e3, 1e30), (-3, 3)),
        limits=(4, 40),  # the exponent less 1 is rounded: half the base's logarithm in ulps
        conditioned=SLOPE,
    ),
    *_places(
        "divide",
        ad.divide,
        lambda torch, x, y: x / y,
        lambda mp, x, y: x / y,
        lambda mp, x, y: [1 / y, -x / (y * y)],
        _place(
            "huge by huge",
            ([1e300, 1.1e30, 1.7e308], [1.3e280, 3e38, 1e300]),
            (1e25, 1e38),
            (1e25, 1e38),
        ),
        _place("tiny by tiny", ([1e-300, 1.1e-30], [1.3e-308, 3e-38]), (1e-38, 1e-3), (1e-18, 1)),
    ),
    *_places(
        "hypot",
        ad.hypot,
        lambda torch, x, y: torch.hypot(x, y),
        lambda mp, x, y: mp.sqrt(x * x + y * y),
        lambda mp, x, y: [v / mp.sqrt(x * x + y * y) for v in (x, y)],
        _place(
            "tiny",
            ([3e-310, 1e-200, 1.1e-40], [4e-310, 2e-200, 3e-39]),
            (1e-300, 1e-200),
            (1e-300, 1e-200),
        ),
        _place(
            "small",
            ([3e-37, 1.7e-38, 1e-30], [4e-38, 2.1e-38, 3.3e-21]),
            (1e-37, 1e-20),
            (1e-37, 1e-20),
        ),
        _place(
            "huge",
            ([1e300, 1.1e38, 1e200], [1.2e300, 0.3e38, 1e184]),
            (1e20, 1e38),
            (1e20, 1e38),
        ),
    ),
    *_places(
        "atan2",
        ad.atan2,
        lambda torch, x, y: torch.atan2(x, y),
        lambda mp, x, y: mp.atan2(x, y),
        lambda mp, x, y: [y / (x * x + y * y), -x / (x * x + y * y)],
        _place(
            "tiny",
            ([3e-300, 1e-200, 1.1e-30], [-4e-300, 2e-200, 3e-29]),
            (1e-300, 1e-200),
            (1e-300, 1e-200),
        ),
        _place(
            "small",
            ([3e-37, 1.7e-38, 1e-30], [4e-38, 2.1e-38, 3.3e-21]),
            (1e-37, 1e-20),
            (1e-37, 1e-20),
        ),
        _place(
            "huge",
            ([1e300, 1.1e38, -1e200], [1.2e300, 0.3e38, -1e184]),
            (1e20, 1e38),
            (-1e38, -1e20),
        ),
    ),
    *_places(
        "logaddexp",
        ad.logaddexp,
        lambda torch, x, y: torch.logaddexp(x, y),
        lambda mp, x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))),
        lambda mp, x, y: [_sigmoid(mp, x - y), _sigmoid(mp, y - x)],
        _place(
            "large",
            ([1000.3, -900.1, 1e8], [1000.1, -890.7, 1e8]),
            (-1e4, 1e4),
            (-1e4, 1e4),
            conditioned=SLOPE,
        ),
        _place(
            "one far below 0",
            ([0.0, -0.1, 1e-9], [-40.1, -700.2, -80.3]),
            (-0.5, 3),
            (-700, -30),
            conditioned=BOTH,
        ),
    ),
    *_places(
        "sinc",
        ad.sinc,
        lambda torch, x: torch.sinc(x),
        lambda mp, x: mp.sinpi(x) / (mp.pi * x),
        lambda mp, x: [
            mp.cospi(x) / x - mp.sinpi(x) / (mp.pi * x * x)
            if abs(x) > 1e-9
            else -(mp.pi**2) * x / 3
        ],
        _place("next to 0", [*TINY[2:], 1e-5, 0.01], (1e-30, 0.1)),
        _place("next to integers", [1 + 1e-9, 3 - 1e-15, 1000001.0001], (0.9, 1.1)),
    ),
    *_places(
        "asin",
        ad.asin,
        lambda torch, x: torch.asin(x),
        lambda mp, x: mp.asin(x),
        lambda mp, x: [1 / mp.sqrt((1 - x) * (1 + x))],
        _place("next to ±1", [1 - 2e-16, -1 + 1e-7, 0.999], (0.9, 0.9999999999)),
    ),
    *_places(
        "acos",
        ad.acos,
        lambda torch, x: torch.acos(x),
        lambda mp, x: mp.acos(x),
        lambda mp, x: [-1 / mp.sqrt((1 - x) * (1 + x))],
        _place("next to 1", [1 - 2e-16, 1 - 1e-7, 0.999], (0.9, 0.9999999999)),
    ),
    *_places(
        "acosh",
        ad.acosh,
        lambda torch, x: torch.acosh(x),
        lambda mp, x: mp.acosh(x),
        lambda mp, x: [1 / mp.sqrt((x - 1) * (x + 1))],
        _place("next to 1", [1 + 3e-16, 1 + 1e-7, 1.001], (1.0000000001, 1.1)),
        _place("huge", [1e30, 3e38, 1e200, 1.7e308], (1e3, 1.7e308)),
    ),
    *_places(
        "asinh",
        ad.asinh,
        lambda torch, x: torch.asinh(x),
        lambda mp, x: mp.asinh(x),
        lambda mp, x: [1 / mp.sqrt(1 + x * x)],
        _place("next to 0", TINY, (-0.5, 0.5)),
        _place("huge", [1e30, -3e38, 1e200, 1.7e308], (1e3, 1.7e308)),
    ),
    *_places(
        "atanh",
        ad.atanh,
        lambda torch, x: torch.atanh(x),
        lambda mp, x: mp.atanh(x),
        lambda mp, x: [1 / ((1 - x) * (1 + x))],
        _place("next to 0", TINY, (-0.5, 0.5)),
        _place("next to ±1", [1 - 2e-16, -1 + 1e-7, 0.999], (0.9, 0.9999999999)),
    ),
    *_places(
        "erf",
        ad.erf,
        lambda torch, x: torch.erf(x),
        lambda mp, x: mp.erf(x),
        lambda mp, x: [2 / mp.sqrt(mp.pi) * mp.exp(-x * x)],
        _place("next to 0", TINY, (-0.7, 0.7)),
        _place("tails", [-5.9, -3.3, 1.1, 4.7, 9.1, 26.2], (0.7, 26)),
    ),
    *_places(
        "erfc",
        ad.erfc,
        lambda torch, x: torch.erfc(x),
        lambda mp, x: mp.erfc(x),
        lambda mp, x: [-2 / mp.sqrt(mp.pi) * mp.exp(-x * x)],
        _place("upper tail", [0.6, 2.3, 9.1, 20.7, 26.2], (0.5, 26.5)),
    ),
    *_places(
        "erfcx",
        ad.erfcx,
        lambda torch, x: torch.special.erfcx(x),
        lambda mp, x: mp.exp(x * x) * mp.erfc(x),
        lambda mp, x: [2 * x * mp.exp(x * x) * mp.erfc(x) - 2 / mp.sqrt(mp.pi)],
        _place("large", [1.3, 9.1, 50.7, 300.1], (1, 300), limits=(6, 8)),
    ),
    *_places(
        "ndtr",
        ad.ndtr,
        lambda torch, x: torch.special.ndtr(x),
        _normal,
        lambda mp, x: [_density(mp, x)],
        _place("lower tail", [-37.1, -13.0, -8.3, -2.1], (-37, -1), limits=(6, 8)),
    ),
    *_places(
        "log_ndtr",
        ad.log_ndtr,
        lambda torch, x: torch.special.log_ndtr(x),
        lambda mp, x: mp.log(_normal(mp, x)) if x < 0 else mp.log1p(-_normal(mp, -x)),
        lambda mp, x: [_density(mp, x) / _normal(mp, x)],
        _place("lower tail", [-300.1, -37.1, -8.3, -2.1], (-300, -1), limits=(7, 8)),
        _place(
            "upper tail", [2.1, 8.3, 13.1, 25.2, 37.1], (1, 13), limits=(7, 8), conditioned=SLOPE
        ),
    ),
    *_places(
        "gammaln",
        ad.gammaln,
        lambda torch, x: torch.lgamma(x),
        lambda mp, x: mp.loggamma(x),
        lambda mp, x: [mp.digamma(x)],
        _place("next to 0", TINY, (5e-324, 0.5), limits=(8, 8)),
        _place("next to 1 and 2", [1 - 1e-9, 1 + 1e-12, 2 + 3e-9, 1.9], (0.9, 2.1), limits=(8, 8)),
        _place("huge", [1e30, 3e36, 1e200, 1e305], (1e2, 1e300)),
    ),
    *_places(
        "xlogy",
        ad.xlogy,
        lambda torch, x, y: torch.xlogy(x, y),
        lambda mp, x, y: x * mp.log(y),
        lambda mp, x, y: [mp.log(y), x / y],
        _place("tiny", ([1e-30, 3e-300], [1e-30, 5e-324]), (1e-30, 1), (1e-30, 1)),
    ),
]

# --- functions of vectors ---


def _shares(mp: Any, x: Any) -> Any:
    e = [mp.exp(v - max(x)) for v in x]
    return [v / mp.fsum(e) for v in e]


def _others(mp: Any, x: Any) -> Any:
    """The share of all but the first."""
    return mp.fsum(_shares(mp, x)[1:])


def _softmax_slopes(mp: Any, x: Any) -> Any:
    p = _shares(mp, x)
    return [p[0] * _others(mp, x), *(-p[0] * v for v in p[1:])]


def _logsumexp(mp: Any, x: Any) -> Any:
    top = max(x)
    return top + mp.log1p(mp.fsum(mp.exp(v - top) for v in x) - 1)


def _log_softmax(mp: Any, x: Any) -> Any:
    """Of the first; without cancellation, so that a few dozen digits do."""
    return -mp.log1p(mp.fsum(mp.exp(v - x[0]) for v in x[1:]))


def _log_softmax_slopes(mp: Any, x: Any) -> Any:
    return [_others(mp, x), *(-v for v in _shares(mp, x)[1:])]


def _norm(p: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def norm(mp: Any, x: Any) -> Any:
        return mp.fsum(abs(v) ** p for v in x) ** (mp.mpf(1) / p)

    def slopes(mp: Any, x: Any) -> Any:
        y = norm(mp, x)
        return [mp.sign(v) * (abs(v) / y) ** (p - 1) for v in x]

    return norm, slopes


def _mean(mp: Any, x: Any) -> Any:
    return mp.fsum(x) / len(x)


def _var(mp: Any, x: Any) -> Any:
    middle = _mean(mp, x)
    return mp.fsum((v - middle) ** 2 for v in x) / len(x)


def _var_slopes(mp: Any, x: Any) -> Any:
    return [2 * (v - _mean(mp, x)) / len(x) for v in x]


def _std(mp: Any, x: Any) -> Any:
    return mp.sqrt(_var(mp, x))


def _std_slopes(mp: Any, x: Any) -> Any:
    return [(v - _mean(mp, x)) / (len(x) * _std(mp, x)) for v in x]


def _standard(mp: Any, x: Any, eps: float) -> Any:
    return (x[0] - _mean(mp, x)) / mp.sqrt(_var(mp, x) + mp.mpf(eps))


def _standard_slopes(mp: Any, x: Any, eps: float) -> Any:
    scale, middle = mp.sqrt(_var(mp, x) + mp.mpf(eps)), _mean(mp, x)
    first = _standard(mp, x, eps)
    away = [(v - middle) / scale for v in x]
    n = len(x)
    return [((i == 0) - mp.mpf(1) / n - first * a / n) / scale for i, a in enumerate(away)]


def _first(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: f(*args)[0]


LOGITS = [[1000.0, 999.0, 998.5], [0.3, -40.1, -41.7], [-745.0, 0.0, 3.0], [1e4, -1e4, 0.0]]
CONFIDENT = [[20.1, -20.3, 3.2], [80.0, 1.0, 2.0], [0.0, -36.9, -40.2], [5e3, 0.0, 1.0]]
WRONG = [[-20.1, 20.3, 3.2], [-80.0, 1.0, 2.0], [-300.1, 0.0, -40.2]]


def _vectors(name: str, *args: Any, **more: Any) -> list[Case]:
    return _places(name, *args, vectors=True, **more)


def _classes(name: str, ours: Any, theirs: Any, exact: Any, slopes: Any) -> list[Case]:
    return _vectors(
        name,
        ours,
        theirs,
        exact,
        slopes,
        _place("large and far apart", LOGITS, (-1e4, 1e4)),
        _place("sure and right", CONFIDENT, (-40, 40)),
        _place("sure and wrong", WRONG, (-40, 40)),
        conditioned=BOTH,
    )


def _normed(p: float) -> list[Case]:
    exact, slopes = _norm(p)
    return _vectors(
        f"vector_norm, ord={p:g}",
        partial(ad.linalg.vector_norm, ord=p),
        lambda torch, x: torch.linalg.vector_norm(x, p),
        exact,
        slopes,
        _place(
            "tiny", [[3e-200, 4e-200, 1e-201], [3e-310, 4e-310], [1e-30, 2e-31]], (1e-30, 1e-27)
        ),
        _place("huge", [[3e200, 4e200, 1e201], [1e305, 1e304], [1e30, 2e31]], (1e27, 1e30)),
    )


OFFSET = [
    [1e8 + 0.1, 1e8 + 0.2, 1e8 + 0.4, 1e8 - 0.3],
    [1e15, 1e15 + 1, 1e15 + 3],
    [3.0000001, 3.0000002, 3.0000005],
    [1e3 + 1e-3, 1e3 + 2e-3, 1e3 - 4e-3, 1e3],
]
"""Little spread around a large mean."""

TINY_VARIANCE = [[1e-15, 2e-15, 5e-15], [1e-9, -2e-9, 4e-9]]
SMALL = [[1e-150, 3e-150, -2e-150], [1e-20, 2e-20, 5e-20], [1e-9, -2e-9, 4e-9]]

VECTORS = [
    *_classes(
        "softmax",
        _first(ad.softmax),
        lambda torch, x: torch.softmax(x, -1)[0],
        lambda mp, x: _shares(mp, x)[0],
        _softmax_slopes,
    ),
    *_classes(
        "log_softmax",
        _first(ad.log_softmax),
        lambda torch, x: torch.log_softmax(x, -1)[0],
        _log_softmax,
        _log_softmax_slopes,
    ),
    *_classes(
        "logsumexp",
        ad.logsumexp,
        lambda torch, x: torch.logsumexp(x, -1),
        _logsumexp,
        _shares,
    ),
    *_classes(
        "cross_entropy",
        lambda x: functional.cross_entropy(x[None], [0]),
        lambda torch, x: torch.nn.functional.cross_entropy(x[None], torch.tensor([0])),
        lambda mp, x: -_log_softmax(mp, x),
        lambda mp, x: [-v for v in _log_softmax_slopes(mp, x)],
    ),
    *_normed(2),
    *_normed(1),
    *_normed(3),
    *_normed(0.5),
    *_vectors(
        "var",
        ad.var,
        lambda torch, x: torch.var(x, correction=0),
        _var,
        _var_slopes,
        _place("little around a large mean", OFFSET, (1e3, 1001)),
        _place("little around 0", SMALL, (-1e-9, 1e-9)),
        conditioned=SLOPE,
    ),
    *_vectors(
        "std",
        ad.std,
        lambda torch, x: torch.std(x, correction=0),
        _std,
        _std_slopes,
        _place("little around a large mean", OFFSET, (1e3, 1001)),
        _place("little around 0", SMALL, (-1e-9, 1e-9)),
        conditioned=SLOPE,
    ),
]


def _reciprocal_spread(sample: list[Any], eps: float) -> float:
    return float(1 / np.sqrt(np.float64(sample[0]).var() + eps))


def _normalized(name: str, theirs: Callable[..., Any]) -> list[Case]:
    def within(eps: float, place: Place) -> list[Case]:
        return _vectors(
            f"{name}, eps={eps:g}",
            lambda x: ad.standardize(x, 0, eps)[0],
            lambda torch, x: theirs(torch, x, eps),
            partial(_standard, eps=eps),
            partial(_standard_slopes, eps=eps),
            place,
            computed_from=partial(_reciprocal_spread, eps=eps),
        )

    large = _place("little around a large mean", OFFSET, (1e3, 1001))
    below = _place("variance far below eps", SMALL, (-1e-9, 1e-9), conditioned=VALUE)
    tiny = _place("tiny variance", TINY_VARIANCE, (1e-10, 1e-9), conditioned=VALUE)
    return [*within(1e-5, large), *within(1e-5, below), *within(1e-200, tiny)]


VECTORS += [
    *_normalized(
        "batch norm",
        lambda torch, x, eps: torch.nn.functional.batch_norm(
            x[:, None], None, None, training=True, eps=eps
        )[0, 0],
    ),
    *_normalized(
        "layer norm",
        lambda torch, x, eps: torch.nn.functional.layer_norm(x, x.shape, eps=eps)[0],
    ),
    *_vectors(
        "prod",
        ad.prod,
        lambda torch, x: torch.prod(x),
        lambda mp, x: mp.fprod(x),
        lambda mp, x: [mp.fprod([*x[:i], *x[i + 1 :]]) for i in range(len(x))],
        _place("with a tiny one", [[1e-30, 3.3, -7.7, 1e20], [5e-300, 1.1, 1e200]], (1e-9, 1e3)),
    ),
    *_vectors(
        "sum",
        ad.sum,
        lambda torch, x: torch.sum(x),
        lambda mp, x: mp.fsum(x),
        lambda mp, x: [1 for _ in x],
        _place("cancels", [[1.0, 1e-9, -1.0], [1e15, 1.1, -1e15, 3.3]], (-1, 1)),
        conditioned=BOTH,
    ),
    *_vectors(
        "vecdot",
        ad.vecdot,
        lambda torch, x, y: torch.dot(x, y),
        lambda mp, x, y: mp.fsum(v * w for v, w in zip(x, y, strict=True)),
        lambda mp, x, y: [*y, *x],
        _place(
            "cancels",
            ([[1.1, 1e-9, -3.3], [1e8, 1.1, 7.0]], [[3.3, 1.7, 1.1], [1e8, 1.3, -1.4e15]]),
            (-1, 1),
            (-1, 1),
        ),
        conditioned=BOTH,
    ),
]

# --- long arrays ---

MANY = 100_000

HARMONIC = [1 / k for k in range(1, MANY + 1)]
EVEN = [0.1 + 1e-7 * k for k in range(MANY)]


def _long(name: str, ours: Any, theirs: Any, exact: Any, slope: Any) -> list[Case]:
    return _vectors(
        name,
        ours,
        theirs,
        exact,
        lambda mp, x: [slope(mp, x)] * len(x),
        _place(f"{MANY:,} positive numbers", [HARMONIC, EVEN], (0.1, 1)),
        limits=(8, 4),
    )


LONG = [
    *_long(
        "sum",
        ad.sum,
        lambda torch, x: torch.sum(x),
        lambda mp, x: mp.fsum(x),
        lambda mp, x: mp.mpf(1),
    ),
    *_long(
        "sum down a column",
        lambda x: ad.sum(ad.stack([x, x], 1), 0)[0],
        lambda torch, x: torch.sum(torch.stack([x, x], 1), 0)[0],
        lambda mp, x: mp.fsum(x),
        lambda mp, x: mp.mpf(1),
    ),
    *_long(
        "mean",
        ad.mean,
        lambda torch, x: torch.mean(x),
        _mean,
        lambda mp, x: mp.mpf(1) / len(x),
    ),
    *_long(
        "the last of cumsum",
        lambda x: ad.cumsum(x)[-1],
        lambda torch, x: torch.cumsum(x, 0)[-1],
        lambda mp, x: mp.fsum(x),
        lambda mp, x: mp.mpf(1),
    ),
]

CASES = [*ELEMENTWISE, *VECTORS, *LONG]
