"""The relation of a wrong gradient to the right one.

It mostly is a simple one: its negative, a multiple, its transpose, one of the terms that it should
be the sum of. Each such relation is tried; where none fits, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, permutations
from math import e, log, pi, sqrt
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.testing.checks.given import values
from autodiff.testing.checks.point import Point, inner, lengths_of
from autodiff.testing.checks.slope import Slope

Array: TypeAlias = npt.NDArray[Any]

ALIKE = 1e-5
"""To what relative error two gradients are taken for the same."""
CLOSE = 1e-2
"""To what relative error a gradient is right, but for its precision."""
ENTRIES = 100_000
"""How large a Jacobian may be that is computed whole."""


@dataclass(eq=False)
class SlopeError(Exception):
    """A computed slope that the numerical one contradicts.

    Attributes
    ----------
    at, mode, i, v
        The point, the mode, the argument, and the direction in it.
    computed, numerical
        The two slopes.
    """

    at: Point
    mode: str
    i: int
    v: Array
    computed: float
    numerical: Slope


class Elements:
    """The gradient by an argument, element by element: all of them, or some of a large one.

    Attributes
    ----------
    flat
        Which elements.
    computed, numerical, kinks
        Their slopes, and whether there is a kink instead.
    slack
        How far the numerical ones may be off.
    whole
        Whether these are all.
    """

    def __init__(self, fault: SlopeError) -> None:
        at, i = fault.at, fault.i
        x = at.xs[i]
        pairs = at.pairs(fault.mode)
        units = at.units(i)
        if len(units) < x.size:

            def error(v: Array) -> float:
                return abs(inner(*pairs(i, v)) - at.quotient(i, v).value)

            units.append(at.halved(i, fault.v, error))
        slopes = [at.quotient(i, v) for _, v in units]
        self.kinks = [s.kink or s.one_sided for s in slopes]
        slopes = [at.sharpened(s, i, v) for s, (_, v) in zip(slopes, units, strict=True)]
        self.flat = [flat for flat, _ in units]
        lengths = lengths_of(x).flat[self.flat]
        self.numerical = np.array([s.value for s in slopes]) / lengths
        self.computed = np.array([inner(*pairs(i, v)) for _, v in units]) / lengths
        errors = np.array([s.error for s in slopes]) / lengths
        self.slack = 10 * float(errors[np.isfinite(errors)].max(initial=0.0))
        self.whole = len(units) == x.size


def recognised(fault: SlopeError, found: Elements) -> str | None:
    """What the computed gradient is in place of the right one; None if nothing fits."""
    at, i = fault.at, fault.i
    a, n = found.computed, found.numerical
    alike = _Alike(n, found.slack)
    if alike(n, 0 * n):
        return f"a gradient comes though {at.name()} does not depend on {at.names[i]}"
    if not a.any():
        unread = ": is its value read without its place in the graph (raw, .data, detach)?"
        return f"it gives zero, as if {at.names[i]} were a constant{unread if at.path else ''}"
    text = _multiple(at, i, a, n, alike)
    if text is None and found.whole:
        shape = at.xs[i].shape
        text = _rearranged(at, i, a.reshape(shape), n.reshape(shape), alike)
    return text or _partly_right(at, i, a, n, alike, found)


class _Alike:
    """Whether two gradients are the same, for all that is known of the numerical one."""

    def __init__(self, n: Array, slack: float) -> None:
        self.room = max(ALIKE * float(np.abs(n).max(initial=0.0)), slack)

    def __call__(self, one: Array, other: Array) -> bool:
        return one.shape == other.shape and bool(np.all(self.where(one, other)))

    def where(self, one: Array, other: Array) -> Array:
        return np.asarray(np.abs(one - other) <= np.maximum(self.room, ALIKE * np.abs(other)))


NAMED = {
    2.0: "twice",
    3.0: "three times",
    4.0: "four times",
    0.5: "half",
    1 / 3: "a third of",
    0.25: "a quarter of",
    pi: "π times",
    2 * pi: "2π times",
    1 / pi: "1/π times",
    1 / (2 * pi): "1/(2π) times",
    sqrt(2): "√2 times",
    sqrt(0.5): "1/√2 times",
    sqrt(pi): "√π times",
    2 / sqrt(pi): "2/√π times",
    sqrt(pi) / 2: "√π/2 times",
    1 / sqrt(2 * pi): "1/√(2π) times",
    sqrt(2 * pi): "√(2π) times",
    e: "e times",
    log(2): "ln 2 times",
    1 / log(2): "1/ln 2 times",
    log(10): "ln 10 times",
    1 / log(10): "1/ln 10 times",
    180 / pi: "180/π times",
    pi / 180: "π/180 times",
}


def _multiple(at: Point, i: int, a: Array, n: Array, alike: _Alike) -> str | None:
    """Whether `a` is a multiple of `n`, and of what kind."""
    ratio = float(a @ n / (n @ n))
    if not alike(a, ratio * n):
        return None
    if abs(ratio - 1) < ALIKE:
        return _nearly(a, n)
    if abs(ratio + 1) < ALIKE:
        return "its sign is wrong"
    sign, size = ("minus ", -ratio) if ratio < 0 else ("", ratio)
    named = next((text for c, text in NAMED.items() if abs(size / c - 1) < ALIKE), None)
    sizes = [] if all(u.shape == at.xs[i].shape for u in at.us) else _sizes(at, i)
    for k in sizes:
        for times, text, form in (
            (k, f"{k} times", "sum over {} numbers where their mean"),
            (1 / k, f"1/{k} of", "mean over {} numbers where their sum"),
        ):
            if abs(size / times - 1) < ALIKE:
                return f"it gives {sign}{named or text} what it should: a {form.format(k)} belongs?"
    doubt = ""
    if named is None and np.count_nonzero(np.abs(n) > alike.room) > 1:
        sign, named = "", f"{ratio:.6g} times"
        doubt = ": has a constant too few digits?" if abs(ratio - 1) < CLOSE else ""
    return named and f"it gives {sign}{named} what it should{doubt}"


def _nearly(a: Array, n: Array) -> str:
    """Of a gradient that is right but for its last digits: what these are."""
    off = (a - n)[n != 0] / n[n != 0]
    if off.size > 1 and np.ptp(off) < 0.2 * abs(off.mean()):
        return (
            f"it is off by a relative {off.mean():.2g} everywhere: has a constant too few digits?"
        )
    return "its last digits are wrong: does it subtract what is almost equal?"


def _sizes(at: Point, i: int) -> list[int]:
    """Numbers of elements that a sum may run over, the likeliest first."""
    shapes = [at.xs[i].shape, *(u.shape for u in at.us)]
    sizes = [*(k for shape in shapes for k in shape), *(int(np.prod(s)) for s in shapes)]
    return [k for k in sizes if k > 1]


def _rearranged(at: Point, i: int, a: Array, n: Array, alike: _Alike) -> str | None:
    """Whether `a` is the right gradient elsewhere, of another argument, or of other outputs."""
    for order, text in _orders(n.ndim):
        if alike(a, order(n)):
            return f"it gives the gradient {text}"
    others = [k for k in range(len(at.xs)) if k != i]
    for k in others:
        if at.xs[k].shape == n.shape and alike(a, _numerical(at, k)):
            return f"it gives the gradient by {at.names[k]}: the two are swapped"
    for k in others:
        x = at.xs[k]
        if x.ndim > 1 and x.shape[-1] == x.shape[-2]:
            turned = [*at.xs[:k], np.swapaxes(x, -1, -2), *at.xs[k + 1 :]]
            if alike(a, _numerical(replace(at, xs=turned), i)):
                return f"it takes {at.names[k]} where its transpose belongs, or the reverse"
    other = _of_other_outputs(at, i, a, n) or _told_by_factors(at, a, n, alike)
    if other is None and n.size > 1 and alike(np.sort(a, axis=None), np.sort(n, axis=None)):
        return "its elements are right, but in other places: a reshape where a transpose belongs?"
    return other


def _orders(ndim: int) -> Iterator[tuple[Callable[[Array], Array], str]]:
    """Ways to permute the elements of an array, and what they are called."""
    for axis in range(ndim):
        yield partial(np.flip, axis=axis), f"in reversed order along axis {axis}"
    for axes in permutations(range(ndim)) if ndim <= 4 else ():
        if axes != tuple(range(ndim)):
            text = "transposed" if ndim == 2 else f"with its axes permuted, {axes}"
            yield partial(np.transpose, axes=axes), text
    for axis in range(ndim):
        for by in (1, -1):
            yield partial(np.roll, shift=by, axis=axis), f"shifted by {by} along axis {axis}"


def _numerical(at: Point, k: int) -> Array:
    """The numerical gradient by argument `k`; none if that is large."""
    units = at.units(k)
    if len(units) < at.xs[k].size:
        return np.zeros(0)
    here = inner(at.us, values(at.f, at.xs))
    at = replace(at, here=here)
    slopes = [at.sharpened(at.quotient(k, v), k, v).value for _, v in units]
    return np.reshape(slopes, at.xs[k].shape) / lengths_of(at.xs[k])


def _of_other_outputs(at: Point, i: int, a: Array, n: Array) -> str | None:
    """Whether it is the gradient of another combination of the outputs than was asked for."""
    if a.size * sum(u.size for u in at.us) > ENTRIES:
        return None
    jacobians = _jacobians(at, i)

    def gradient(*us: Array) -> Array:
        pairs = zip(us, jacobians, strict=True)
        return np.asarray(sum(np.tensordot(u, j, u.ndim) for u, j in pairs))

    alike = _Alike(n, 10 * float(np.abs(gradient(*at.us) - n).max(initial=0.0)))
    if "part" in at.names[i] and len(at.us) == 2:
        conjugate = gradient(at.us[0], -at.us[1])
        if alike(a, conjugate) or alike(a, -conjugate):
            return "it has the complex conjugate of the derivative, or of the cotangent g"
    if alike(a, gradient(*map(np.ones_like, at.us))):
        return "the cotangent g that arrives is not multiplied in"
    if len(at.us) > 1:
        return None
    (u,), (j,) = at.us, jacobians
    for order, text in _orders(u.ndim):
        if order(u).shape == u.shape and alike(a, gradient(order(u))):
            return f"it takes the cotangent g {text}"
    for axis, length in enumerate(u.shape):
        for index in range(length) if length > 1 else ():
            kept = np.zeros_like(u)
            np.moveaxis(kept, axis, 0)[index] = np.moveaxis(u, axis, 0)[index]
            if alike(a, gradient(kept)):
                return (
                    f"it is what index {index} along axis {axis} of the output alone gives: the "
                    f"sum over that axis is missing (was {at.names[i]} broadcast?)"
                )
    own = np.diagonal(j.reshape(u.size, -1)).reshape(u.shape) if u.shape == n.shape else u
    if u.size > 1 and alike(a, u * own):
        return (
            "it has only the slope of each output by the input at the same place: the terms of "
            "the others are missing"
        )
    return None


def _told_by_factors(at: Point, a: Array, n: Array, alike: _Alike) -> str | None:
    """Whether a factor is missing in it, is there too often, or another one is in its place."""
    known = [*zip(at.names, at.xs, strict=True)]
    for y in values(at.f, at.xs):
        reduced = combinations(range(n.ndim), max(0, n.ndim - y.ndim))
        known += [("its output", np.expand_dims(y, axes)) for axes in reduced]
    fits = [
        (name, np.broadcast_to(x, n.shape))
        for name, x in known
        if np.ptp(np.abs(x)) > 0 and _broadcasts(x.shape, n.shape)
    ]
    for name, x in fits:
        if alike(a * x, n):
            return f"the factor {name} is missing"
        if alike(a, n * x):
            return f"the factor {name} is there once too often"
    for (name, x), (other, z) in permutations(fits, 2):
        if alike(a * z, n * x):
            return f"it has the factor {name} where {other} belongs"
    return None


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


def _partly_right(
    at: Point, i: int, a: Array, n: Array, alike: _Alike, found: Elements
) -> str | None:
    """Where nothing else fits: whether most elements are right, or all of them almost."""
    wrong = np.flatnonzero(~alike.where(a, n))
    if 0 < wrong.size <= a.size / 2:
        first = tuple(map(int, np.unravel_index(found.flat[wrong[0]], at.xs[i].shape)))
        return f"only {wrong.size} of {a.size} elements are wrong, the first at {first}"
    digits = float(np.abs(a - n).max() / np.abs(n).max())
    if digits < CLOSE:
        return f"it is right to {digits:.1g} only: an approximation, or a low precision?"
    return None


def _jacobians(at: Point, i: int) -> list[Array]:
    """For each output the matrix of all its slopes, of shape ``output.shape + argument.shape``."""
    x, lengths = at.xs[i], lengths_of(at.xs[i])
    columns = []
    for flat in range(x.size):
        h = 1e-3 * max(lengths.flat[flat], abs(x.flat[flat]))

        def moved(t: float, flat: int = flat, h: float = h) -> list[Array]:
            z = x.copy()
            z.flat[flat] += t * h
            return values(at.f, [*at.xs[:i], z, *at.xs[i + 1 :]])

        near, far = zip(moved(1), moved(-1), strict=True), zip(moved(2), moved(-2), strict=True)
        columns.append(
            [(8 * (p - q) - (r - s)) / (12 * h) for (p, q), (r, s) in zip(near, far, strict=True)]
        )
    stacked = [np.stack(column, -1) for column in zip(*columns, strict=True)]
    return [np.reshape(j, (*u.shape, *x.shape)) for u, j in zip(at.us, stacked, strict=True)]
