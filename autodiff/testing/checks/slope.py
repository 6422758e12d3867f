"""The derivative of a function of one number, from its values alone, and how far to trust it.

Three things go wrong with a difference quotient, and each has an answer here:

- *Truncation*. The five-point central quotient has an error of order h**4, a sixteenth at each
  halving of h. So the quotients at h and h/2 differ by fifteen times the error of the finer one,
  which that difference bounds amply.
- *Rounding*. A value that is off by r moves the quotient by up to 18/12 r/h. The caller knows an r
  that is at least there, and how far the argument may be off, which counts by the steepest slope
  around; where that does not explain what is seen, it is measured. The two errors balance near
  ``h = eps**(1/5)``; the ladder begins four times above that and halves h until the difference is
  small enough or rounding outweighs it. Halving reuses half of the values, and it climbs out of
  kinks and ends of the domain that are close by, but not here.
- *A kink right here*. The central quotient does not see one: it gives the mean of two slopes. So
  one-sided quotients are taken from the same values. On a smooth function they differ by h**3,
  an eighth at each halving; at a kink, by its jump, at any h: down to where rounding begins, or
  it is a sharp bend that is smooth, and the ladder goes on below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import copysign, inf, isfinite, isnan, sqrt
from typing import NamedTuple

import numpy as np

LEVELS = 20
"""How often h is halved at most: from 3e-3 to 3e-9 in double precision."""


class Slope(NamedTuple):
    """A numerical derivative.

    Attributes
    ----------
    value, error
        The derivative, and an estimate of its absolute error from above (infinite where the
        function has no finite values around).
    left, right
        One-sided derivatives; infinite where they grow without bound as the step shrinks, nan
        where the function has no finite values on that side.
    kink
        Whether those truly differ, or are infinite.
    steepest
        The largest slope between neighbouring points that were looked at.
    exact
        Whether it is no difference quotient, but a complex step.
    """

    value: float
    error: float
    left: float
    right: float
    kink: bool
    steepest: float = 0.0
    exact: bool = False

    @property
    def one_sided(self) -> bool:
        """Whether the function is defined on one side only."""
        return not isfinite(self.error) and isnan(self.left) != isnan(self.right)


def slope(
    f: Callable[[float], float],
    eps: float,
    noise: float,
    reach: float,
    goal: float,
    size: float = 0.0,
    start: float | None = None,
) -> Slope:
    """Derivative of `f` at 0.

    Parameters
    ----------
    f
        Smooth on the scale of 1.
    eps
        Spacing of the floating point numbers that `f` computes with.
    noise
        Rounding error of a value of `f`, at least.
    reach
        Rounding error of `f`'s argument.
    goal
        Relative error that is good enough.
    size
        How large a slope may be that is of no interest; 0: that which `noise` is the rounding of.
    start
        The largest step; None: four times that at which the two errors balance.

    Examples
    --------
    >>> from math import exp
    >>> found = slope(exp, 2.2e-16, 2.2e-16, 0.0, 1e-9)
    >>> abs(found.value - 1) <= found.error < 1e-9
    True
    >>> slope(abs, 2.2e-16, 2.2e-16, 0.0, 1e-9).kink
    True
    """
    rungs = _rungs(f, start or 4 * eps**0.2)
    h, coarse = next(rungs)
    older, at, before = coarse, h, 0.0
    size = size or noise / eps or 1.0
    best, least = Slope(coarse.central, inf, coarse.left, coarse.right, False), inf
    for level, (h, fine) in enumerate(rungs):
        if level == 2:  # smooth functions mostly end before
            noise = max(noise, 4 * _roughness(f))
            best = best._replace(error=best.error + 1.5 * noise / at)
            least += 1.5 * noise / at / size
        rounding = 1.5 * (noise + fine.steepest * reach) / h
        difference = abs(fine.central - coarse.central)
        error = difference + rounding
        doubt = error / (abs(fine.central) + size)
        if isfinite(error) and doubt <= least:
            kink = _has_kink(fine, coarse, max(10 * error, 3 * before))
            best = Slope(fine.central, error, fine.left, fine.right, kink, fine.steepest)
            at, least = h, doubt
        older, coarse, before = coarse, fine, difference
        if difference <= goal * abs(fine.central) or difference <= rounding:
            break
    else:
        lost = not best.error <= 0.1 * abs(best.value)
        if lost and abs(coarse.central) > 1.3 * abs(older.central) > 1.3 * rounding:
            left, right = _limit(older.left, coarse.left), _limit(older.right, coarse.right)
            return Slope(best.value, inf, left, right, True)
        if not isfinite(best.error):
            return Slope(coarse.central, inf, coarse.left, coarse.right, False)
    jump = best.right - best.left
    kink = best.kink and abs(jump) > 10 * best.error and _persists(f, jump, at)
    if kink:
        finest = 50 * (noise + best.steepest * reach) / abs(jump)
        near = finest < at / 64 and _jump(f, max(finest, at / 2**30)) < 0.5 * abs(jump)
        if near:  # it is a bend beside the point, too sharp for the steps so far
            return slope(f, eps, noise, reach, goal, size, at / 32)
    return best._replace(kink=kink)


class _Quotients(NamedTuple):
    central: float
    left: float
    right: float
    steepest: float


def _quotients(
    here: float, near: tuple[float, float], far: tuple[float, float], h: float
) -> _Quotients:
    """Difference quotients from the values at 0, ±h and ±2h."""
    central = (8 * (near[0] - near[1]) - (far[0] - far[1])) / (12 * h)
    left = (3 * here - 4 * near[1] + far[1]) / (2 * h)
    right = (4 * near[0] - far[0] - 3 * here) / (2 * h)
    steps = (far[0] - near[0], near[0] - here, here - near[1], near[1] - far[1])
    return _Quotients(central, left, right, max(map(abs, steps)) / h)


def _rungs(f: Callable[[float], float], h: float) -> Iterator[tuple[float, _Quotients]]:
    """Step and quotients, from `h` on halving."""
    here = f(0.0)
    far, near = (f(2 * h), f(-2 * h)), (f(h), f(-h))
    for _ in range(LEVELS):
        yield h, _quotients(here, near, far, h)
        h /= 2
        far, near = near, (f(h), f(-h))


def _limit(older: float, newer: float) -> float:
    """What a one-sided slope goes to that grew from `older` to `newer` at the last halving."""
    return copysign(inf, newer) if abs(newer) > 1.3 * abs(older) else newer


def _has_kink(fine: _Quotients, coarse: _Quotients, visible: float) -> bool:
    """Whether one-sided slopes differ by more than is `visible`, and not less at a smaller step."""
    jump, before = abs(fine.right - fine.left), abs(coarse.right - coarse.left)
    visible = max(visible, 1e-6 * max(abs(fine.left), abs(fine.right)))
    return jump > visible and jump > 0.75 * before


def _persists(f: Callable[[float], float], jump: float, h: float) -> bool:
    """Whether the jump shows at other steps near `h` too, as that of a kink does, not of noise."""
    others = [next(_rungs(f, scale * h))[1] for scale in (1.9, 1.4, 0.8, 0.6)]
    return all((q.right - q.left) * copysign(1, jump) > 0.6 * abs(jump) for q in others)


def _jump(f: Callable[[float], float], h: float) -> float:
    """How far the one-sided slopes differ at the step `h`."""
    _, found = next(_rungs(f, h))
    return abs(found.right - found.left)


def _roughness(f: Callable[[float], float]) -> float:
    """Standard deviation of the rounding errors of `f`'s values.

    At points as close as these a smooth function is a line, so its fourth differences are rounding
    alone: of independent errors they have 70 times the variance. Each side is looked at alone,
    since a kink or a jump at 0 is not roughness.
    """
    sides = [[f(sign * 1e-7 * k) for k in range(1, 8)] for sign in (1, -1)]
    norms = (np.hypot.reduce(np.diff(side, 4)) for side in sides)  # their squares might overflow
    return float(min(norms)) / sqrt(3 * 70)
