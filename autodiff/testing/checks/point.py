"""A function at the point of its check: its values, and its slopes, numerical and computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan
from typing import Any, TypeAlias
from warnings import catch_warnings

import numpy as np
import numpy.typing as npt

from autodiff.testing.checks.given import (
    GradientCheckError,
    NonDifferentiableError,
    several,
    values,
)
from autodiff.testing.checks.slope import Slope, slope
from autodiff.testing.checks.traces import rounded, shaken_pull, shaken_push, shaken_values
from autodiff.transforms import jvp, vjp

Array: TypeAlias = npt.NDArray[Any]
Pairs: TypeAlias = tuple[Sequence[Array], Sequence[Array]]

ULPS = 16
"""By how many units in the last place an op, or a sum of its results, may be off."""
STEP = 2.0**-66
"""The complex step, 1.4e-20: its square is lost beside 1, and it is far from underflow."""
TRUSTED = 1e-6
"""What relative error a difference quotient may have to vouch for a complex step."""
LONGEST = 1e3
"""How many times as large as an element itself its part of a direction is at most."""
LEAST = float(np.finfo(np.float64).smallest_normal)
"""Below it numbers lose digits."""
LOST = 1e-12
"""What part of the others an element must be not to count as zero."""
BESIDE = (1e-7, 1e-10)
"""How far beside the point slopes are looked at: those of a kink differ by as much at both."""
SEARCHED = 500
"""How large an argument may be to be looked at element by element."""
SPREAD = 50
"""At how many elements a larger one is looked at."""
DRAWS = 12
"""How often a computation is done again with other roundings, to see what they do to it."""

UNFIT = re.compile(r"(\([\d, ]*\)) does not broadcast to (\([\d, ]*\))")
"""What un-broadcasting says of a flow that does not fit its argument."""


@dataclass(frozen=True, slots=True)
class Point:
    """A function, the point of its check, and the direction of its outputs.

    Attributes
    ----------
    f, xs, names
        The function, its arguments, and what messages call them.
    root, path
        The user's function, and the modes that made `f` of it: none if it is that itself.
    us, here
        Directions of the outputs, and ``<us, f(xs)>``.
    eps, noise
        The spacing of the numbers that `f` computes with; and the rounding error of ``<u, f(x)>``,
        at least.
    goal
        The relative error of a difference quotient that is good enough.
    analytic
        Whether a complex step may be tried.
    """

    f: Callable[..., Any]
    xs: Sequence[Array]
    names: Sequence[str]
    root: Callable[..., Any]
    path: tuple[str, ...]
    us: Sequence[Array]
    here: float
    eps: float
    noise: float
    goal: float
    analytic: bool

    def name(self, mode: str | None = None) -> str:
        """What is checked: the function, or the derivative of some order that `mode` gives."""
        modes = self.path if mode is None else (*self.path, mode)
        order = f"order {len(modes)}, {' over '.join(reversed(modes))} mode"
        return order if mode else f"the derivative ({order})" if modes else "the function"

    def argument(self, i: int) -> str:
        """The name of argument `i`, with its shape."""
        return f"{self.names[i]} of shape {self.xs[i].shape}"

    # --- the numerical slope ---

    def quotient(self, i: int, v: Array, noise: float = 0.0) -> Slope:
        """The difference quotient along `v` in argument `i`, as it comes; with a larger `noise`."""
        x, before, after = self.xs[i], self.xs[:i], self.xs[i + 1 :]
        step = np.abs(v).max(initial=0.0)
        reach = ULPS * self.eps * np.abs(x).max(initial=0.0) / step if step else 0.0

        def along(t: float) -> float:
            return (
                self.here
                if t == 0
                else inner(self.us, values(self.f, [*before, x + t * v, *after]))
            )

        size, noise = self.noise / self.eps, max(self.noise, noise)
        return slope(along, self.eps, noise, float(reach), self.goal, size)

    def slope(self, i: int, v: Array) -> Slope:
        """The numerical derivative along `v` in argument `i`, or an error if there is none."""
        found = self.quotient(i, v)
        if found.kink or found.one_sided:
            raise NonDifferentiableError(self.kink(i, found, v))
        if not isfinite(found.error):
            if any(self.quotient(i, unit).one_sided for _, unit in self.units(i)):
                raise NonDifferentiableError(self.kink(i, found, v))
            raise GradientCheckError(
                f"{self.name()} is not finite next to the point of the check, along "
                f"{self.names[i]}: is the point at the end of the domain?"
            )
        return self.sharpened(found, i, v)

    def sharpened(self, found: Slope, i: int, v: Array) -> Slope:
        """The complex step in place of the quotient `found`, where `f` is analytic.

        The Cauchy-Riemann equations say that the derivative along the imaginary axis is the one
        along the real axis. The quotient must be so good that it shows whether they hold.
        """
        floor = self.noise / (ULPS * self.eps)
        if not self.analytic or not found.error <= TRUSTED * max(abs(found.value), floor):
            return found
        exact = self.complex_slope(found, i, v)
        return exact if abs(exact.value - found.value) <= found.error else found

    def complex_slope(self, found: Slope, i: int, v: Array) -> Slope:
        """The complex step, trusted or not; `found` itself if there is none."""
        try:
            value, error = self._complex_step(i, v)
        except Exception:  # it takes no complex numbers, or loses their imaginary part
            return found
        return found._replace(value=value, error=error, exact=True)

    def _complex_step(
        self, i: int, v: Array, rng: np.random.Generator | None = None
    ) -> tuple[float, float]:
        """``Im <u, f(x + i h v)> / h``, and what rounding may have done to it.

        With `rng` the arguments are first rounded at random.
        """
        xs = list(self.xs) if rng is None else [rounded(x, self.eps, rng) for x in self.xs]
        xs = [x + 0j for x in xs]  # all: the gradient by a real argument is real, and loses a part
        xs[i] += 1j * (STEP * v)
        with catch_warnings(action="error", category=np.exceptions.ComplexWarning):
            ys = values(self.f, xs, "fc")
        # a gradient leaves the engine as the conjugate of an analytic function
        sign = -1 if "reverse" in self.path else 1
        parts = [sign * y.imag for y in ys]
        return inner(self.us, parts) / STEP, rounding(self.eps, self.us, parts) / STEP

    # --- the computed slope ---

    def pairs(self, mode: str) -> Callable[[int, Array], Pairs]:
        """A function of argument and direction; the inner product of its two is the slope."""
        try:
            if mode == "forward":
                return lambda i, v: (self.us, self._tangents(i, v))
            gs = [g.data for g in vjp(self.f, *self.xs)[1](*self.us)]
        except Exception as error:
            raise self._failed("reverse", error) from error
        for i, g in enumerate(gs):
            self._refuse_unfit(g, self.xs[i], "reverse", i)
        return lambda i, v: ([gs[i]], [v])

    def _tangents(self, i: int, v: Array) -> Sequence[Array]:
        vs = alone(v, i, self.xs)
        try:
            ts = [t.data for t in several(jvp(self.f, self.xs, vs)[1])]
        except Exception as error:
            raise self._failed("forward", error) from error
        for t, u in zip(ts, self.us, strict=True):
            self._refuse_unfit(t, u, "forward", i)
        return ts

    def spread(self, mode: str, i: int, v: Array, n: Slope) -> float:
        """How far the two slopes move when the values on the way are rounded otherwise.

        The error of a difference quotient `n` contains that already.
        """
        rng = np.random.default_rng(0)
        exact = [self._complex_step(i, v, rng)[0] for _ in range(DRAWS)] if n.exact else [0.0]
        vs = alone(v, i, self.xs)
        found = []
        for _ in range(DRAWS):
            if mode == "reverse":
                g = shaken_pull(self.f, self.xs, self.us, self.eps, rng)[i]
                found.append(inner([g], [v]))
            else:
                ts = shaken_push(self.f, self.xs, vs, self.eps, rng)
                found.append(inner(self.us, ts))
        return _range(found) + _range(exact)

    def measured_noise(self) -> float:
        """How far rounding moves ``<us, f(xs)>``, with all that happens on the way to it."""
        rng = np.random.default_rng(0)
        draws = (shaken_values(self.f, self.xs, self.eps, rng) for _ in range(DRAWS))
        return _range([inner(self.us, ys) for ys in draws])

    def _failed(self, mode: str, error: Exception) -> GradientCheckError:
        lines = [f"{self.name(mode)} fails: {type(error).__name__}: {error}"]
        lines += getattr(error, "__notes__", ())  # the node that the walk was at
        shapes = UNFIT.search(str(error))
        if shapes is not None:
            lines.append(
                f"probably: a rule gives a gradient of shape {shapes[2]} for an argument of shape "
                f"{shapes[1]}: a broadcast is missing, or a sum is one too many"
            )
        return GradientCheckError("\n  ".join(lines))

    def _refuse_unfit(self, found: Array, like: Array, mode: str, i: int) -> None:
        where = f"{self.name(mode)}, {self.argument(i)}"
        if found.shape != like.shape:
            raise GradientCheckError(
                f"wrong shape of the derivative: {where}: expected {like.shape}, got {found.shape}"
            )
        if not np.isfinite(found).all():
            at = tuple(map(int, np.argwhere(~np.isfinite(found))[0]))
            raise GradientCheckError(
                f"the derivative is not finite: {where}: {found[at]} at element {at}"
            )

    # --- element by element ---

    def units(self, i: int) -> list[tuple[int, Array]]:
        """Directions along single elements of argument `i`: all, or some evenly spread ones."""
        x, lengths = self.xs[i], lengths_of(self.xs[i])
        found = []
        step = 1 if x.size <= SEARCHED else -(-x.size // SPREAD)
        for flat in range(0, x.size, step):
            v = np.zeros_like(x)
            v.flat[flat] = lengths.flat[flat]
            found.append((flat, v))
        return found

    def halved(self, i: int, v: Array, badness: Callable[[Array], float]) -> tuple[int, Array]:
        """The worst element of a large argument, by halving what is left as often as it takes.

        `badness` is asked of parts of the direction `v`.
        """
        left = np.arange(v.size)

        def part(of: Array, kept: Array) -> Array:
            found = np.zeros_like(of)
            found.flat[kept] = of.flat[kept]
            return found

        while left.size > 1:
            left = max(np.array_split(left, 2), key=lambda kept: badness(part(v, kept)))
        return int(left[0]), part(lengths_of(self.xs[i]), left)

    def kink(self, i: int, n: Slope, v: Array) -> str:
        """The message about a kink along `v`, with the element of `i` where it is sharpest."""
        x, units = self.xs[i], self.units(i)
        if len(units) < x.size:
            units.append(self.halved(i, v, lambda part: _sharpness(self.quotient(i, part))))
        found = [(flat, self.quotient(i, unit)) for flat, unit in units]
        flat, worst = max(found, key=lambda pair: _sharpness(pair[1]))
        at = tuple(map(int, np.unravel_index(flat, x.shape)))
        length = float(lengths_of(x).flat[flat])
        if n.one_sided or worst.one_sided:
            advice = "it is defined on one side only, at the end of the domain: check inside"
        else:
            advice = "check elsewhere, where no relu, max, abs... is at its kink"
        return (
            f"non-differentiable point of {self.name()}, {self.argument(i)}\n"
            f"  along a random direction: {_sides(n, 1.0)}\n"
            f"  worst element {at}: {_sides(worst, length)}\n"
            f"  {advice}"
        )

    def hidden_kink(self, i: int, v: Array, least: float) -> Slope | None:
        """A kink that is too small for a difference quotient, in the complex steps beside it."""

        def at(t: float) -> float:
            beside = [*self.xs[:i], self.xs[i] + t * v, *self.xs[i + 1 :]]
            return replace(self, xs=beside)._complex_step(i, v)[0]

        here = at(0.0)
        for t in BESIDE:
            left, right = at(-t), at(t)
            if not abs(left - 2 * here + right) > least:
                return None
        return Slope(here, 0.0, left, right, True)


def _sides(found: Slope, length: float) -> str:
    sides = zip(("left", "right"), (found.left, found.right), strict=True)
    return ", ".join(
        f"no {side} slope" if isnan(value) else f"{side} slope {value / length:.10g}"
        for side, value in sides
    )


def _range(draws: Sequence[float]) -> float:
    return float(np.ptp([x for x in draws if isfinite(x)] or [0.0]))


def _sharpness(found: Slope) -> float:
    if found.one_sided:
        return inf
    jump = abs(found.right - found.left)
    return (jump if isfinite(jump) else inf) if found.kink else 0.0


# --- directions, sums ---


def alone(v: Array, i: int, xs: Sequence[Array]) -> list[Array]:
    """A direction in all of `xs` that moves argument `i` alone, along `v`."""
    return [v if j == i else np.zeros_like(x) for j, x in enumerate(xs)]


def lengths_of(x: Array) -> Array:
    """How long a direction at `x` should be in each element: as its typical element.

    Where an element is much smaller, but not lost beside that, it is some times as large as itself.
    """
    sizes = np.abs(x)
    typical = float(np.median(sizes[sizes > 0])) if sizes.any() else 1.0
    return np.where(sizes > LOST * typical, np.minimum(typical, LONGEST * sizes), typical)


def direction(like: Array, lengths: Array | float, rng: np.random.Generator) -> Array:
    """Random numbers, none of them near 0, shaped as `like`."""
    signs = rng.choice([-1.0, 1.0], like.shape)
    return np.asarray(signs * lengths * rng.uniform(0.5, 1.5, like.shape))


def inner(us: Sequence[Array], ys: Sequence[Array]) -> float:
    """Their inner product."""
    pairs = zip(us, ys, strict=True)
    return sum(float(np.sum(np.multiply(u, y, dtype=np.float64))) for u, y in pairs)


def rounding(eps: float, us: Sequence[Array], ys: Sequence[Array]) -> float:
    """What rounding, or underflow, may have done to their inner product."""
    return ULPS * eps * inner([np.abs(u) for u in us], [np.abs(y) + LEAST for y in ys])
