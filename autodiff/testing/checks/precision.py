"""Derivatives computed in low precision, held against those in double precision.

What a low precision may cost is measured, not guessed. The graph is computed in double precision,
but with every value rounded at random as the low precision would round it (`traces.shaken_pull`),
and with rules that compute exactly from these. How far the derivative moves so is the conditioning
of the function and the growth of errors on the way: what correct rules may lose too. A rule that
loses much more has a cancellation of its own, or an intermediate result in a lower precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.graph import Step, pullback, replay
from autodiff.testing.checks.given import GradientCheckError, several, values
from autodiff.testing.checks.point import Point, alone
from autodiff.testing.checks.traces import (
    argument_name,
    nodes_of,
    recorded,
    shaken_pull,
    shaken_push,
)
from autodiff.transforms import jvp, vjp

Array: TypeAlias = npt.NDArray[Any]

GROWTH = 16
"""How many times the measured effect of one rounding per value is not yet suspicious."""
LEAST = 16
"""How many of the smallest normal numbers may be lost to underflow."""
DRAWS = (3, 24)
"""Over how many random roundings the effect is measured: at first, and before an alarm."""


@dataclass(eq=False)
class PrecisionError(Exception):
    """A derivative that is worse in low precision than rounding explains.

    Attributes
    ----------
    at, mode, i, dtype
        The point, the mode, the argument, and the precision.
    element
        Where it is worst, as text.
    low, exact, moved
        The derivative there, in low and in double precision; and how far one rounding in each
        value moves it.
    """

    at: Point
    mode: str
    i: int
    dtype: np.dtype[Any]
    element: str
    low: float
    exact: float
    moved: float

    def __str__(self) -> str:
        error = abs(self.low - self.exact)
        relative = error / abs(self.exact) if self.exact else np.inf
        what = "that is not finite: it overflows on the way"
        if np.isfinite(error):
            times = f"{error / self.moved:.2g} times as much" if self.moved else "more"
            what = f"that is {times} as rounding explains (it moves it by {self.moved:.1g})"
        return (
            f"imprecise derivative in {self.dtype}: {self.at.name(self.mode)}, "
            f"{self.at.argument(self.i)}\n"
            f"  worst {self.element}: in {self.dtype} {self.low:.8g}, in float64 "
            f"{self.exact:.8g}, relative error {relative:.2g}\n  {what}"
        )


def refuse_losses(
    at: Point, modes: Sequence[str], vs: Sequence[Array], dtype: np.dtype[Any]
) -> None:
    """Raise if a derivative of `at` loses more in `dtype` than rounding explains.

    Parameters
    ----------
    at
        Its arguments and directions are numbers of `dtype`, though in float64.
    modes
        Which of the modes.
    vs
        The directions of the arguments, for forward mode.
    dtype
        The low precision.
    """
    xs = [x.astype(dtype) for x in at.xs]
    try:
        if not all(np.isfinite(y).all() for y in values(at.f, xs)):
            raise GradientCheckError(f"{at.name()} is not finite in {dtype} at the point")
        found = list(_derivatives(at, xs, modes, vs))
    except GradientCheckError:
        raise
    except Exception as error:
        raise GradientCheckError(
            f"{at.name()}, or its derivative, fails in {dtype}: {type(error).__name__}: {error}"
        ) from error
    eps = float(np.finfo(dtype).eps)
    for mode, i, low, exact, shaken in found:
        draws = _Draws(partial(shaken, eps=eps, rng=np.random.default_rng(0), rules_read="exact"))
        for k, (a, b) in enumerate(zip(low, exact, strict=True)):
            by = i if mode == "forward" else k
            where = f" of output {k}" if mode == "forward" and len(low) > 1 else ""
            _compare(partial(PrecisionError, at, mode, by, dtype), where, a, b, draws, k)


def _derivatives(
    at: Point, xs: Sequence[Any], modes: Sequence[str], vs: Sequence[Array]
) -> Iterator[tuple[str, int, list[Array], list[Array], Callable[..., list[Array]]]]:
    """Derivatives at the low `xs`, and at the same in float64; how to round the latter."""
    if "reverse" in modes:
        low, exact = (_data(vjp(at.f, *zs)[1](*at.us)) for zs in (xs, at.xs))
        yield "reverse", 0, low, exact, partial(shaken_pull, at.f, at.xs, at.us)
    for i, v in enumerate(vs) if "forward" in modes else ():
        ts = alone(v, i, at.xs)
        low, exact = (_data(several(jvp(at.f, zs, ts)[1])) for zs in (xs, at.xs))
        yield "forward", i, low, exact, partial(shaken_push, at.f, at.xs, ts)


def _data(tensors: Sequence[Any]) -> list[Array]:
    return [t.data for t in tensors]


class _Draws:
    """Derivatives under random roundings, as many as were asked for so far."""

    def __init__(self, draw: Callable[[], list[Array]]) -> None:
        self.draw = draw
        self.found: list[list[Array]] = []

    def spread(self, k: int, draws: int) -> Array:
        """How far the `k`-th derivative moves, element by element."""
        while len(self.found) < draws:
            self.found.append(self.draw())
        return np.asarray(np.ptp(np.stack([arrays[k] for arrays in self.found]), axis=0))


def _compare(
    error_of: Callable[..., PrecisionError],
    where: str,
    low: Array,
    exact: Array,
    draws: _Draws,
    k: int,
) -> None:
    info = np.finfo(low.dtype)
    error = np.abs(np.subtract(low, exact, dtype=np.float64))
    size = float(np.abs(exact).max(initial=0.0))
    for number in DRAWS:
        moved = draws.spread(k, number)
        # what no rounding moves is a zero by symmetry, as the imaginary part of a diagonal is
        fixed = moved <= LEAST * float(np.finfo(np.float64).eps) * size
        least = LEAST * (float(info.smallest_normal) + fixed * float(info.eps) * size)
        wrong = ~(error <= GROWTH * moved + least)
        if not wrong.any():
            return
    badness = np.where(wrong, np.nan_to_num(error / (moved + least), nan=np.inf), 0.0)
    worst = tuple(map(int, np.unravel_index(int(np.argmax(badness)), error.shape)))
    element = f"element {worst}{where}"
    raise error_of(element, float(low[worst]), float(exact[worst]), float(moved[worst]))


def foreign_flows(f: Callable[..., Any], xs: Sequence[Array]) -> list[str]:
    """The rules that give flows of another precision than the values have, as text."""
    roots = nodes_of(recorded(f, xs)[1])
    copies, found_at = replay(roots)
    found: list[str] = []

    def visit(step: Step) -> None:
        node, op = step.node, step.node.op
        assert op is not None  # leaves are not walked through
        for k, (parent, flow) in enumerate(zip(node.parents, step.flows, strict=True)):
            if parent is None or flow is None:
                continue
            own = _precision(found_at[parent])
            given = (_precision(found_at[node]), _precision(step.cotangent))
            least = 4 if flow.dtype.kind == "c" else 0  # there is no complex half precision
            if given == (own, own) and _precision(flow) != max(own, least):
                found.append(
                    f"the rule of op {op.name!r} for its argument {argument_name(op, k)} gives "
                    f"{flow.dtype}, where its value is {found_at[parent].dtype}"
                )

    ones = {copies[root]: np.ones_like(found_at[copies[root]]) for root in roots}
    pullback(ones, visit=visit)
    return found


def _precision(x: Any) -> int:
    return int(x.dtype.itemsize) // (2 if x.dtype.kind == "c" else 1)
