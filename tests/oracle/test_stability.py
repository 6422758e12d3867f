"""How exact values and slopes are at extreme arguments, held against mpmath.

The cases are those of docs/stability.md; here Hypothesis draws their arguments from all of their
ranges. Errors are counted in ulps of the exact result.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

pytest.importorskip("mpmath")
import stability
from stability_cases import CASES, MANY, Case

pytestmark = pytest.mark.oracle


def has(dtype: str, limit: float) -> bool:
    info = np.finfo(dtype)
    return limit == 0 or float(info.tiny) <= abs(limit) <= float(info.max)


CALLS = [
    pytest.param(case, dtype, id=f"{case.title}, {dtype}")
    for case in CASES
    for dtype in stability.DTYPES
    if dtype == "float64" or all(has(dtype, limit) for pair in case.ranges for limit in pair[1:])
]


def numbers(low: float, high: float, even: bool) -> Any:
    """Numbers of a range; of all sizes, if it spans many, unless they are to lie `even`."""
    if low > 0 and high > 1e6 * low:
        sizes = st.floats(math.log2(low), math.log2(high))
        return sizes.map(lambda size: min(max(2.0**size, low), high))
    if not even:
        return st.floats(low, high)
    return st.integers(0, 10**4).map(lambda i: low + (high - low) * i / 10**4)


@st.composite
def arguments(draw: Any, case: Case) -> Any:
    """For each argument some numbers, or one vector."""
    if case.vectors and len(case.points[0][0]) == MANY:
        rng = np.random.default_rng(draw(st.integers(0, 1000)))
        return [[rng.uniform(*limits, 20_000).tolist()] for limits in case.ranges]
    n = draw(st.integers(3, 7))
    drawn = [
        draw(st.lists(numbers(*limits, case.vectors), min_size=n, max_size=n, unique=case.vectors))
        for limits in case.ranges
    ]
    return [[vector] for vector in drawn] if case.vectors else drawn


@pytest.mark.parametrize(("case", "dtype"), CALLS)
def test_errors_are_within_their_limits(case: Case, dtype: str) -> None:
    @settings(max_examples=25)
    @given(arguments(case))
    def check(points: Any) -> None:
        judged = stability.judged(case, dtype, points)
        errors = stability.errors(case, stability.our_results, judged)
        assume(errors is not None)
        assert errors.value_excess <= 1, errors
        assert errors.slope_excess <= 1, errors

    check()


def test_the_page_is_current() -> None:
    """Its rows, and our numbers, as far as another processor's may differ.

    PyTorch's differ by its number of threads too, so they are not held to anything.
    """
    pytest.importorskip("torch")
    text = (Path(__file__).parents[2] / "docs" / "stability.md").read_text(encoding="utf-8")
    said = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| function")
    ]
    made = [(dtype, row) for dtype in stability.DTYPES for row in stability.rows(dtype)]
    assert [row[:2] for row in said] == [row[:2] for _, row in made]
    for (dtype, now), then in zip(made, said, strict=True):
        for a, b in ((now[2], then[2]), (now[4], then[4])):
            assert a == b or few(a) == few(b) or alike(a, b), (dtype, then, now)


def few(shown: str) -> bool:
    return shown not in ("", "all") and float(shown) <= 5


def alike(a: str, b: str) -> bool:
    return "" not in (a, b) and "all" not in (a, b) and 0.1 < float(a) / float(b) < 10
