"""Time two contenders in turn, so that their ratio holds on a machine whose speed drifts."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Timing(NamedTuple):
    """Seconds for one call of each, and the median of the ratios round by round."""

    ours: float
    theirs: float
    ratio: float


def compare(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    rounds: int = 21,
    seconds: float = 0.02,
) -> Timing:
    """Time `ours` against `theirs`: round by round one after the other, medians.

    Each round calls a contender for about `seconds`. As in `timeit`, Python's garbage collector
    rests while a contender is timed, and runs between.
    """
    calls = [_calls_in(f, seconds) for f in (ours, theirs)]
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        first, second = (_time(f, n) for f, n in zip((ours, theirs), calls, strict=True))
        times.append((first, second))
    return Timing(
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(a / b for a, b in times),
    )


def _calls_in(f: Callable[[], object], seconds: float) -> int:
    f()
    once = min(_time(f, 1) for _ in range(3))
    return max(1, round(seconds / once))


def _time(f: Callable[[], object], calls: int) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(calls):
            f()
        return (time.perf_counter() - start) / calls
    finally:
        gc.enable()
