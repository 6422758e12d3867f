"""How exact values and slopes are where that is hard, in ulps, and how exact PyTorch's are.

An ulp is the distance from the exact result to the next floating-point number. The exact result is
mpmath's, in 60 digits, for the arguments as they are after rounding to the dtype. No algorithm can
be expected to do better than the function's condition number in ulps: how many times larger a
relative error of the arguments comes out.

``python benchmarks/stability.py > docs/stability.md`` makes that page, and with ``--record`` the
exact results that the tests compare with where mpmath is not installed.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

import numpy as np
from stability_cases import CASES, Case

import autodiff as ad

DIGITS, RECORDED = 60, 24
DTYPES = ("float64", "float32")
FEW = 16
"""Vectors up to this length have their condition number computed."""


class Exact(NamedTuple):
    """Exact numbers, and their condition numbers: 1 where these are less."""

    numbers: list[Decimal]
    conditions: list[float]


class Errors(NamedTuple):
    """The worst of a case.

    Attributes
    ----------
    value, slope
        In ulps.
    value_condition, slope_condition
        The largest condition numbers.
    value_excess, slope_excess
        The largest quotient of an error and what is allowed for at that point.
    """

    value: float
    slope: float
    value_condition: float
    slope_condition: float
    value_excess: float
    slope_excess: float


# --- arguments ---


def kept(x: float, dtype: str) -> bool:
    """Whether rounding leaves a number what it is: neither 0 nor infinite nor whole."""
    with np.errstate(all="ignore"):
        y = float(np.dtype(dtype).type(x))
    return y == x or (math.isfinite(y) and (y != round(y) or abs(y) > 1e6))


def samples(case: Case, dtype: str, points: Any = None) -> list[list[Any]]:
    """The arguments, rounded: for each argument an array.

    All of a function of numbers are in one sample; each vector is one.
    """
    points = case.points if points is None else points
    together = list(zip(*points, strict=True))
    if not case.vectors:
        good = [p for p in together if all(kept(x, dtype) for x in p)]
        return [[np.array(x, dtype) for x in zip(*good, strict=True)]] if good else []
    return [
        [np.array(v, dtype) for v in vectors]
        for vectors in together
        if all(_kept_apart(v, dtype) for v in vectors)
    ]


def _kept_apart(vector: Sequence[float], dtype: str) -> bool:
    if len(vector) > FEW:
        return True
    if not all(kept(x, dtype) for x in vector):
        return False
    return len(set(np.array(vector, dtype).tolist())) == len(set(vector))


# --- exact results ---


def exact_results(case: Case, sample: list[Any]) -> tuple[Exact, Exact]:
    """The exact values, and the exact slopes one argument after the other."""
    from mpmath import mp

    with mp.workdps(DIGITS):
        xs = [[mp.mpf(float(x)) for x in array] for array in sample]
        if case.vectors:
            return _of_vectors(mp, case, xs)
        values, slopes = Exact([], []), [Exact([], []) for _ in xs]
        for x in zip(*xs, strict=True):
            value, slope = _of_numbers(mp, case.exact, case.slopes, list(x))
            _extend(values, value)
            for i, whole in enumerate(slopes):
                _extend(whole, Exact(slope.numbers[i : i + 1], slope.conditions[i : i + 1]))
        every = Exact([], [])
        for whole in slopes:
            _extend(every, whole)
        return values, every


def _extend(whole: Exact, part: Exact) -> None:
    whole.numbers.extend(part.numbers)
    whole.conditions.extend(part.conditions)


def _of_vectors(mp: Any, case: Case, xs: list[list[Any]]) -> tuple[Exact, Exact]:
    lengths = [len(x) for x in xs]
    if max(lengths) > FEW:
        value, slopes = case.exact(mp, *xs), case.slopes(mp, *xs)
        return _decimals(mp, [value], [1]), _decimals(mp, slopes, [1] * len(slopes))

    def parted(flat: Sequence[Any]) -> list[Any]:
        ends = np.cumsum(lengths)
        return [list(flat[end - n : end]) for end, n in zip(ends, lengths, strict=True)]

    return _of_numbers(
        mp,
        lambda mp, *flat: case.exact(mp, *parted(flat)),
        lambda mp, *flat: case.slopes(mp, *parted(flat)),
        [x for vector in xs for x in vector],
    )


def _of_numbers(mp: Any, f: Any, slopes: Any, x: list[Any]) -> tuple[Exact, Exact]:
    value, slope = mp.mpf(f(mp, *x)), [mp.mpf(s) for s in slopes(mp, *x)]
    moved = mp.fsum(abs(v * s) for v, s in zip(x, slope, strict=True))
    bent = [mp.mpf(0)] * len(x)
    nudge = mp.mpf(10) ** (-DIGITS // 2)
    for i, v in enumerate(x):
        near = slopes(mp, *x[:i], v * (1 + nudge), *x[i + 1 :])
        bent = [b + abs(n - s) / nudge for b, n, s in zip(bent, near, slope, strict=True)]
    return (
        _decimals(mp, [value], [_ratio(moved, value)]),
        _decimals(mp, slope, [_ratio(b, s) for b, s in zip(bent, slope, strict=True)]),
    )


def _decimals(mp: Any, numbers: list[Any], conditions: list[float]) -> Exact:
    return Exact([Decimal(mp.nstr(mp.mpf(v), RECORDED)) for v in numbers], conditions)


def _ratio(a: Any, b: Any) -> float:
    return max(1.0, float(abs(a / b))) if b else math.inf if a else 1.0


# --- errors ---


def ulps(found: Any, exact: Decimal, at_least: float = 0.0) -> float:
    """How far a floating-point number is from the exact one, in ulps of no less than `at_least`."""
    dtype = found.dtype
    with np.errstate(all="ignore"):
        nearest = dtype.type(float(exact))
    if np.isinf(nearest) or not np.isfinite(found):
        return 0.0 if found == nearest else math.inf
    unit = np.spacing(max(abs(nearest), dtype.type(at_least)))
    with localcontext() as context:
        context.prec = DIGITS
        return float(abs(Decimal(float(found)) - exact) / Decimal(float(unit)))


def our_results(case: Case, sample: list[Any]) -> tuple[Any, Any]:
    """Values and slopes as this library computes them."""
    xs = [ad.Tensor(x, requires_grad=True) for x in sample]
    with np.errstate(all="ignore"):
        y = case.ours(*xs)
        slopes = ad.gradients(y.sum(), xs)
    return np.atleast_1d(y.detach().numpy()), np.concatenate([s.numpy() for s in slopes])


def their_results(case: Case, sample: list[Any]) -> tuple[Any, Any]:
    """Values and slopes as PyTorch computes them."""
    import torch

    assert case.theirs is not None
    xs = [torch.tensor(x, requires_grad=True) for x in sample]
    y = case.theirs(torch, *xs)
    y.sum().backward()
    return np.atleast_1d(y.detach().numpy()), np.concatenate([x.grad.numpy() for x in xs])


Judged = list[tuple[list[Any], tuple[Exact, Exact]]]
"""Samples, each with its exact values and slopes."""


def judged(case: Case, dtype: str, points: Any = None) -> Judged:
    """The case's samples, or those of other points, with mpmath's results."""
    return [(sample, exact_results(case, sample)) for sample in samples(case, dtype, points)]


def errors(case: Case, results: Callable[..., Any], judged: Judged) -> Errors | None:
    """The worst of a case; None if there are no samples of that dtype."""
    worst = np.zeros(6)
    for sample, exact in judged:
        for k, (found, (numbers, conditions)) in enumerate(
            zip(results(case, sample), exact, strict=True)
        ):
            if len(found) > FEW and len(set(found.tolist())) == 1:  # all alike
                found, numbers, conditions = found[:1], numbers[:1], conditions[:1]
            for one, number, condition in zip(found, numbers, conditions, strict=True):
                error = ulps(one, number)
                allowed = case.limits[k] * (condition if case.conditioned[k] else 1)
                judged_error = ulps(one, number, case.computed_from(sample)) if k else error
                excess = judged_error / allowed if math.isfinite(allowed) else 0
                worst[k::2] = np.maximum(worst[k::2], (error, condition, excess))
    return Errors(*worst.tolist()) if judged else None


# --- what is made of them ---


def record() -> str:
    """The exact results of the table, as JSON: a line for each case and dtype."""
    lines = [
        f"{json.dumps(f'{case.title}, {dtype}')}: {json.dumps(_recorded(judged(case, dtype)))}"
        for case in CASES
        for dtype in DTYPES
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _recorded(judged: Judged) -> list[Any]:
    """Of many numbers that are all alike only the first."""
    return [
        [
            [[str(v) for v in _first(numbers)], [float(f"{c:.3g}") for c in _first(conditions)]]
            for numbers, conditions in exact
        ]
        for _, exact in judged
    ]


def _first(numbers: Sequence[Any]) -> Sequence[Any]:
    return numbers[:1] if len(numbers) > FEW and len(set(numbers)) == 1 else numbers


def recorded(case: Case, dtype: str, records: Any) -> Judged:
    """The case's samples with the results that `record` made."""
    exact = [
        tuple(Exact([Decimal(v) for v in numbers], conditions) for numbers, conditions in both)
        for both in records[f"{case.title}, {dtype}"]
    ]
    return list(zip(samples(case, dtype), exact, strict=True))  # type: ignore[arg-type]


def shown(error: float, dtype: str) -> str:
    """Ulps as the table shows them."""
    if not error < 1 / np.finfo(dtype).eps:
        return "all"
    return f"{error:.1f}" if error < 9.95 else f"{error:.0f}" if error < 9999.5 else f"{error:.0e}"


def rows(dtype: str) -> Iterator[list[str]]:
    """The cells of one dtype's table."""
    for case in CASES:
        exact = judged(case, dtype)
        ours = errors(case, our_results, exact)
        theirs = errors(case, their_results, exact) if case.theirs else None
        if ours is not None:
            pairs = [(e[k] if e else None) for k in (0, 1) for e in (ours, theirs)]
            cells = ["" if e is None else shown(e, dtype) for e in pairs]
            conditions = [f"{c:.0e}" if c >= 10 else "" for c in ours[2:4]]
            yield [case.name, case.where, *cells, *conditions]


HEAD = """\
| function | where | value | PyTorch's | slope | PyTorch's | condition | of the slope |
|---|---|--:|--:|--:|--:|--:|--:|"""

PAGE = """\
# How exact it is

Values and slopes where they are hard to compute: next to 0 and to poles, far out, where numbers
cancel, in long sums. What is given is the worst error of a handful of arguments each, in **ulps**:
units in the last place, the distance from the exact result to the next floating-point number. The
best that rounding allows is 0.5; a few are good; "all" means that no digit is right, or that there
is an infinity or a NaN where there is none. The exact result is that of the arguments as they are
stored, computed by mpmath in 60 digits.

The condition, given from 10 on, is how many times larger a relative error of the arguments comes
out, at the worst of these points. A function of condition 1e3 that is 300 ulps off is as good as if
its arguments had been rounded once more; where an error is far below its condition, the algorithm
sees to it. `tests/oracle/test_stability.py` draws arguments from whole ranges and holds each
function against a limit of its own (mostly 4 ulps for the value and 8 for the slope),
`tests/test_stability.py` these very arguments.

PyTorch's errors are of the same functions at the same arguments.

{tables}
## What these numbers rest on
- **Sums of exponentials** (`logsumexp`, `log_softmax`, `cross_entropy`): one of them is 1, and the
  logarithm is taken of 1 and the others by `log1p`. So the loss of a sure and right prediction is
  not 0, and neither is its slope: at the target it is less the sum of the other probabilities, not
  the probability less 1.
- **Variance** and normalisation: where the mean is far larger than the spread, what the rounded
  mean left behind is taken off a second time.
- **Norms** are scaled by a power of two where powers would overflow or underflow.
- **Long sums** that do not lie along memory, and running sums, are made of the sums of blocks.

## What is left, and why
- **The slopes of sigmoid and tanh far out.** `y * (1 - y)` and `1 - y * y` are computed from the
  output, which next to 1 has lost what the slope is made of. Absolutely the slope is never off by
  more than two ulps of 1; relatively, where it is smaller than that, by all of it. To be exact it
  would have to start again from the argument: three to five times the time of that step, for
  what is added to far larger gradients in the end. What losses are made of (`log_sigmoid`,
  `softplus`, `cross_entropy`) is exact in both tails.
- **Sums and products that cancel** are as good as their condition, no better.
- **The sum of numbers next to the largest float** is infinite, even where their mean is not.
- **A power's slope**, `x2 * x1 ** (x2 - 1)`, feels that `x2 - 1` is rounded: by up to half the
  logarithm of `x1` in ulps.
- **The slope of a normalised value** is a difference of terms of the size of one over the standard
  deviation, and exact to a few ulps of that.
- **Denormal slopes** may be 0, as those of `log_ndtr` in float32 beyond 13; and the slope of a norm
  loses digits where what flows in, times the norm, is denormal.
- In float32 special functions are computed in double precision; the others in their own.

`python benchmarks/stability.py > docs/stability.md` makes this page.
"""


def page() -> str:
    """The page with a table for each dtype."""
    tables = ""
    for dtype in DTYPES:
        lines = ["| " + " | ".join(cells) + " |" for cells in rows(dtype)]
        tables += "\n".join([f"## {dtype}", HEAD, *lines]) + "\n\n"
    return PAGE.format(tables=tables)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdout.write(record() if sys.argv[1:] == ["--record"] else page())
