"""Draw many random programs, and compare this library with others and with itself.

    python -m tests.fuzz --programs 20000

A failure is printed as the shrunk program and the command that finds it again.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import secrets
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from autodiff.testing.programs import Program, programs
from tests.fuzz.compare import agrees_with, agrees_with_itself, by_dual_numbers

CHUNK = 200
"""Programs that come of one seed."""


class Report(NamedTuple):
    """What came of one seed: how many programs were compared, and what is wrong, as text."""

    seed: int
    programs: int
    failure: str


def comparisons() -> dict[str, Callable[[Program], None]]:
    """All that are possible here, by name."""
    found = {"dual numbers": partial(agrees_with, by_dual_numbers), "itself": agrees_with_itself}
    try:
        from tests.fuzz.torch_engine import by_torch
    except ImportError:
        return found
    return found | {"torch": partial(agrees_with, by_torch)}


def fuzz(number: int, count: int, dtype: str) -> Report:
    """Draw `count` programs from the seed `number`, and shrink the first that fails."""
    warnings.simplefilter("error")
    wanted = {name: f for name, f in comparisons().items() if (name, dtype) != ("torch", "float32")}
    failed: list[tuple[str, Program]] = []
    seen = [0]

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(programs(dtype=dtype))
    def compared(program: Program) -> None:
        seen[0] += not failed
        for name in [failed[-1][0]] if failed else wanted:
            try:
                wanted[name](program)
            except Exception:
                failed.append((name, program))
                raise

    try:
        compared()
    except Exception as error:
        name, program = failed[-1] if failed else ("itself, while it was drawn", "")
        told = f"against {name}: {type(error).__name__}: {error}\n\n{program}"
        return Report(number, seen[0], told)
    return Report(number, seen[0], "")


def watched() -> None:
    """Should a library crash the process, say where."""
    faulthandler.enable(sys.__stderr__)


def tasks(total: int, first: int, dtype: str) -> Iterator[tuple[int, int, str]]:
    """Seeds, and how many programs to draw from each."""
    for i, start in enumerate(range(0, total, CHUNK)):
        yield first + i, min(CHUNK, total - start), dtype


def main(arguments: list[str]) -> int:
    """Run the command; the exit code is 1 if any program fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=20_000, help="how many (default: 20000)")
    parser.add_argument("--seed", type=int, default=None, help="the first (default: a random one)")
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float64")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="default: all cores")
    given = parser.parse_args(arguments)
    first = secrets.randbelow(2**31) if given.seed is None else given.seed
    say = partial(print, flush=True)
    say(f"{given.programs} programs, seed {first}, against {', '.join(comparisons())}")
    started, compared, failures = time.perf_counter(), 0, 0
    every = list(zip(*tasks(given.programs, first, given.dtype), strict=True))
    spawn = get_context("spawn")  # a fork of a process in which PyTorch has run may wait for ever
    with ProcessPoolExecutor(given.processes, spawn, initializer=watched) as pool:
        for report in pool.map(fuzz, *every):
            compared += report.programs
            if report.failure:
                failures += 1
                again = f"python -m tests.fuzz --seed {report.seed} --programs {CHUNK}"
                say(f"\n{report.failure}\n\nagain: {again} --dtype {given.dtype}\n")
    say(f"{compared} programs compared, {failures} failures, {time.perf_counter() - started:.0f} s")
    return int(failures > 0)
