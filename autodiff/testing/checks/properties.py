"""What holds for every derivative, whatever the function: checks without numerical derivatives.

They are exact but for rounding, so they see what a difference quotient is too coarse for; and what
they say of an op, its drawings and its optimizers rely on. None knows whether a derivative is
*right*, which is `check_grads`' question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.config import enable_grad
from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor, TensorLike
from autodiff.testing.checks.given import (
    GradientCheckError,
    arguments,
    arrays_of,
    frozen,
    is_complex,
    pure_values,
    real_parts,
    several,
    told_apart,
    values,
)
from autodiff.testing.checks.point import SEARCHED, alone, inner
from autodiff.transforms import gradients, jvp, vjp

Array: TypeAlias = npt.NDArray[Any]
Function: TypeAlias = Callable[..., Any]

NUDGES = 3
"""How often everything is moved by a unit in the last place, to see what rounding can do."""
ROUNDINGS = 32
"""How many times that much, and how many units in the last place of the terms, may come."""


def check_adjoint(
    f: Function, args: Sequence[TensorLike], adjoint: Function | None = None, *, seed: int = 0
) -> None:
    """Check that reverse mode is the transpose of forward mode: ``<u, J v> == <u J, v>``.

    Parameters
    ----------
    f
        Maps tensors to a tensor of floating or complex dtype, or to a tuple of such.
    args
        Where to check: tensors, arrays or numbers of floating or complex dtype.
    adjoint
        Of a linear `f`, the function that should be its adjoint: it takes a cotangent for each
        output and gives a tensor (or a tuple) for each of `args`. Then ``<u, f(x)>`` is held
        against ``<adjoint(u), x>`` too.
    seed
        Of the random directions.

    Raises
    ------
    GradientCheckError
        If the two differ by more than rounding explains, which is measured: the same is computed
        from arguments and directions moved by a unit in the last place. Or if `f` can't be checked,
        since it returns no tensors, writes to its arguments, gives other values at each call, or a
        derivative that is not finite.
    TypeError, ValueError
        If an argument makes no sense.

    Notes
    -----
    The dot-product test of J. F. Claerbout, "Earth Soundings Analysis" (1992), chapter 5. A complex
    array counts as two real ones in it: ``<u, v>`` is the real part of ``sum(conj(u) v)``.

    Examples
    --------
    >>> from autodiff import flip, matmul
    >>> check_adjoint(matmul, [np.ones((2, 3)), np.ones((3, 2))])
    >>> check_adjoint(flip, [np.array([1.0, 2.0])], adjoint=flip)
    """
    if adjoint is not None and not callable(adjoint):
        raise TypeError(
            f"check_adjoint: expected adjoint to be a function, got {type(adjoint).__name__}"
        )
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        f, xs, names, ys = _prepared("check_adjoint", f, args)
        if adjoint is not None:
            adjoint, ys, _ = real_parts(adjoint, ys, [""] * len(ys))
        us = _like(values(f, xs), rng)
        for i, name in enumerate(names):
            _refuse_asymmetry(f, i, xs, us, rng, f"{name} of shape {xs[i].shape}")
        if adjoint is not None:
            _refuse_other_adjoint(f, adjoint, xs, us, rng)


def check_linear(f: Function, args: Sequence[TensorLike], *, seed: int = 0) -> None:
    """Check that `f` is linear in all of `args` together, and that its derivatives know it.

    Parameters
    ----------
    f
        Maps tensors to a tensor of floating or complex dtype, or to a tuple of such.
    args
        Tensors, arrays or numbers of floating or complex dtype: they say where, and which shapes.
    seed
        Of the random factors and directions.

    Raises
    ------
    GradientCheckError
        If ``f(a x + b v)`` is not ``a f(x) + b f(v)`` for real a and b, if the tangent along v is
        not ``f(v)``, or if the gradient at x is not the one at v.
    TypeError, ValueError
        If an argument makes no sense.

    Examples
    --------
    >>> from autodiff import cumsum, exp
    >>> check_linear(cumsum, [np.array([1.0, 2.0])])
    >>> check_linear(exp, [np.array([1.0, 2.0])])
    Traceback (most recent call last):
        ...
    autodiff.testing.GradientCheckError: not linear: f(a x + b v) is not a f(x) + b f(v): element...
    """
    rng = np.random.default_rng(seed)
    a, b = 0.75, -1.5  # exact in every precision
    with np.errstate(all="ignore"):
        f, xs, _, _ = _prepared("check_linear", f, args)
        vs = _like(xs, rng)
        fx, fv = values(f, xs), values(f, vs)
        mixed = [np.asarray(a * x + b * v, x.dtype) for x, v in zip(xs, vs, strict=True)]
        us = _like(fx, rng)
        terms = [np.abs(a * x) + np.abs(b * y) for x, y in zip(fx, fv, strict=True)]
        size = _spread(lambda *at: inner(us, values(f, at)), xs, rng)
        slack = ROUNDINGS * (size + _eps(fx) * inner(_sizes(us), terms))

        def refuse_difference(rule: str, one: Sequence[Array], other: Sequence[Array]) -> None:
            for i, (x, y) in enumerate(zip(one, other, strict=True)):
                if np.shape(x) != np.shape(y) or not np.all(np.abs(x - y) <= slack):
                    raise GradientCheckError(f"not linear: {rule}{_first_difference(i, x, y)}")

        refuse_difference(
            "f(a x + b v) is not a f(x) + b f(v)",
            values(f, mixed),
            [a * x + b * v for x, v in zip(fx, fv, strict=True)],
        )
        tangents = [t.data for t in several(jvp(f, xs, vs)[1])]
        refuse_difference("the tangent along v is not f(v)", tangents, fv)
        here, there = ([g.data for g in vjp(f, *at)[1](*us)] for at in (xs, vs))
        slack += ROUNDINGS * _eps(xs) * max((np.abs(g).max(initial=0) for g in here), default=0)
        refuse_difference("the gradient depends on the argument", here, there)


@enable_grad()
def check_no_mutation(f: Function, args: Sequence[TensorLike], *, seed: int = 0) -> None:
    """Check that neither `f` nor its derivatives write to memory that isn't theirs.

    Parameters
    ----------
    f
        Maps tensors to a tensor of floating or complex dtype, or to a tuple of such.
    args
        Tensors, arrays or numbers of floating or complex dtype. They are copied first.
    seed
        Of the random directions.

    Raises
    ------
    GradientCheckError
        If arguments, results, cotangents or tangents have other values after a forward, reverse
        or forward-mode pass, of first or second order; or if a gradient shares its memory with
        any of them, so that writing to it would change that.
    TypeError, ValueError
        If an argument makes no sense.

    Examples
    --------
    >>> from autodiff import Array, custom
    >>> check_no_mutation(lambda x: x * x, [np.array([1.0, 2.0])])
    >>> @custom(vjps=[lambda g: np.multiply(g, 2.0, out=g)])
    ... def greedy(x: Array) -> Array:
    ...     return x * 2.0
    >>> check_no_mutation(greedy, [np.array([1.0, 2.0])])
    Traceback (most recent call last):
        ...
    autodiff.testing.GradientCheckError: reverse mode changed cotangent 0: ...
    """
    xs = [np.array(x, order="K") for x in arguments("check_no_mutation", f, args)]
    with np.errstate(all="ignore"):
        _refuse_writes(f, xs, np.random.default_rng(seed))


# --- transposition ------------------------------------------------------------------------------


def _refuse_asymmetry(
    f: Function,
    i: int,
    xs: Sequence[Array],
    us: Sequence[Array],
    rng: np.random.Generator,
    name: str,
) -> None:
    """Raise unless both sides agree for argument `i`, which errors call `name`."""
    (v,) = _like([xs[i]], rng)
    ts, gs = _flows(f, i, xs, us, v)
    for kind, found, like in (("tangent", ts, us), ("gradient", gs, xs)):
        for came, wanted in zip(found, like, strict=True):
            if came.shape != wanted.shape:
                raise GradientCheckError(
                    f"a {kind} of shape {came.shape} came where {wanted.shape} was expected"
                )
        if not all(np.isfinite(came).all() for came in found):
            raise GradientCheckError(
                f"the derivative is not finite: a {kind} for {name}: check elsewhere, or define "
                f"the value there"
            )

    def sides(*at: Array) -> Array:
        *arrays, v = at
        x, u = arrays[: len(xs)], arrays[len(xs) :]
        ts, gs = _flows(f, i, x, u, v)
        return np.array([inner(u, ts), inner([gs[i]], [v])])

    forward, reverse = inner(us, ts), inner([gs[i]], [v])
    terms = inner(_sizes(us), _sizes(ts)) + inner(_sizes([gs[i]]), _sizes([v]))
    # A slope far below value / argument is a difference of larger ones.
    flat = inner(_sizes(us), _sizes(values(f, xs)))
    flat *= np.abs(v).max(initial=0.0) / (np.abs(xs[i]).max(initial=0.0) or 1.0)
    spread = _spread(sides, [*xs, *us, v], rng)
    if abs(forward - reverse) <= ROUNDINGS * (spread + _eps([*xs, *us]) * (terms + flat)):
        return
    relative = abs(forward - reverse) / max(abs(forward), abs(reverse))
    at, *worst = _worst(f, i, xs, us, gs[i])
    (a, b), (c, d) = told_apart(forward, reverse), told_apart(*worst)
    raise GradientCheckError(
        f"forward and reverse mode disagree: {name}\n"
        f"  along a random direction: forward {a}, reverse {b}, relative error {relative:.2g}\n"
        f"  worst element {at}: forward {c}, reverse {d}"
    )


def _flows(
    f: Function, i: int, xs: Sequence[Array], us: Sequence[Array], v: Array
) -> tuple[list[Array], list[Array]]:
    """Tangents of the outputs along `v` in argument `i`, and gradients along `us`."""
    ts = [t.data for t in several(jvp(f, xs, alone(v, i, xs))[1])]
    return ts, [g.data for g in vjp(f, *xs)[1](*us)]


def _worst(
    f: Function, i: int, xs: Sequence[Array], us: Sequence[Array], g: Array
) -> tuple[tuple[int, ...], float, float]:
    """Where the two differ most; of a large argument some evenly spread elements are seen."""
    found = []
    for flat in range(0, g.size, -(-g.size // SEARCHED)):
        v = np.zeros_like(xs[i])
        v.flat[flat] = 1.0
        forward, reverse = inner(us, _flows(f, i, xs, us, v)[0]), float(g.flat[flat])
        found.append((abs(forward - reverse), flat, forward, reverse))
    _, flat, forward, reverse = max(found)
    return tuple(map(int, np.unravel_index(flat, g.shape))), forward, reverse


def _refuse_other_adjoint(
    f: Function, adjoint: Function, xs: list[Array], us: list[Array], rng: np.random.Generator
) -> None:
    def sides(*at: Array) -> Array:
        x, u = list(at[: len(xs)]), list(at[len(xs) :])
        return np.array([inner(u, values(f, x)), inner(values(adjoint, u), x)])

    fx, au = values(f, xs), values(adjoint, us)
    if [a.shape for a in au] != [x.shape for x in xs]:
        raise GradientCheckError(
            f"the adjoint gives shapes {[a.shape for a in au]} for arguments of "
            f"{[x.shape for x in xs]}"
        )
    terms = inner(_sizes(us), _sizes(fx)) + inner(_sizes(au), _sizes(xs))
    one, other = sides(*xs, *us)
    slack = ROUNDINGS * (_spread(sides, [*xs, *us], rng) + _eps([*xs, *us]) * terms)
    if not abs(one - other) <= slack:
        a, b = told_apart(one, other)
        raise GradientCheckError(f"not its adjoint: <u, f(x)> = {a}, <adjoint(u), x> = {b}")


def _spread(f: Function, xs: Sequence[Array], rng: np.random.Generator) -> float:
    """How far a unit in the last place of `xs` moves what `f` computes: what rounding may do."""
    here = f(*xs)
    nudges = ([_nudged(x, rng) for x in xs] for _ in range(NUDGES))
    return max(float(np.max(np.abs(f(*nudge) - here), initial=0.0)) for nudge in nudges)


def _nudged(x: Array, rng: np.random.Generator) -> Array:
    steps = rng.choice([-1.0, 1.0], x.shape) * np.finfo(x.dtype).eps
    return np.asarray(x + x * steps, x.dtype)


# --- memory -------------------------------------------------------------------------------------


def _refuse_writes(f: Function, xs: list[Array], rng: np.random.Generator) -> None:
    """Raise if a pass of any mode writes to memory that isn't its own."""
    ys = arrays_of(f(*[asarray(x.copy()) for x in xs]), "fc")
    if any(map(is_complex, (*xs, *ys))):
        f, xs, _ = real_parts(f, xs, [""] * len(xs))
        xs = [x.copy() for x in xs]
    watch = _Watch()
    watch.add("argument", xs)
    tensors = []
    for x in xs:
        tensors.append(asarray(x))
        tensors[-1].requires_grad = True
    results = watch.during("the function", lambda: several(f(*tensors)))
    watch.add("result", arrays_of(results))
    us, vs = _like(arrays_of(results), rng), _like(xs, rng)
    for made in (*us, *vs):
        made.flags.writeable = True
    watch.add("cotangent", us)
    watch.add("tangent", vs)
    if any(y.requires_grad for y in results):
        for create_graph in (False, True):

            def reverse(record: bool = create_graph) -> Any:
                return gradients(results, tensors, [asarray(u) for u in us], create_graph=record)

            mode = "reverse mode" + ", recorded" * create_graph
            watch.refuse_shared(mode, watch.during(mode, reverse))
    watch.during("forward mode", lambda: jvp(f, xs, vs))
    watch.during("forward over reverse mode", lambda: jvp(lambda *ts: vjp(f, *ts)[1](*us), xs, vs))


class _Watch:
    """Arrays that nobody may write to, each with a copy of what it holds."""

    def __init__(self) -> None:
        self.known: list[tuple[str, Array, Array]] = []

    def add(self, kind: str, arrays: Sequence[Array]) -> None:
        """Watch these too."""
        self.known += [(f"{kind} {i}", x, x.copy()) for i, x in enumerate(arrays)]

    def during(self, what: str, compute: Callable[[], Any]) -> Any:
        """The result of `compute`, if it left all of them as they were."""
        try:
            result = compute()
        except ValueError as error:
            if "read-only" in str(error):
                raise GradientCheckError(f"{what} writes to an argument: {error}") from error
            raise
        for name, now, was in self.known:
            if not np.array_equal(now, was, equal_nan=True):
                at = tuple(map(int, np.argwhere(now != was)[0]))
                raise GradientCheckError(
                    f"{what} changed {name}: element {at} was {was[at]}, is {now[at]}: compute in "
                    f"memory of its own"
                )
        return result

    def refuse_shared(self, what: str, found: Sequence[Tensor]) -> None:
        """Raise if one of `found` lies in memory that is watched, or two in the same."""
        arrays = [t.data for t in found]
        others = [(name, x) for name, x, _ in self.known]
        for i, x in enumerate(arrays):
            for name, other in (*others, *((f"gradient {j}", arrays[j]) for j in range(i))):
                if np.shares_memory(x, other):
                    raise GradientCheckError(
                        f"{what}: gradient {i} shares its memory with {name}: writing to one "
                        f"changes the other"
                    )


# --- arrays -------------------------------------------------------------------------------------


def _prepared(
    caller: str, f: Function, args: Any
) -> tuple[Function, list[Array], list[str], list[Array]]:
    """`f` as a function of real arrays, these, their names; and its values as they come."""
    given = [frozen(x.view()) for x in arguments(caller, f, args)]
    ys = pure_values(f, given)
    if not all(np.isfinite(y).all() for y in ys):
        raise GradientCheckError("the function is not finite at the point of the check")
    names = [f"argument {i}" for i in range(len(given))]
    if not any(map(is_complex, (*given, *ys))):
        return f, given, names, ys
    return *real_parts(f, given, names), ys


def _like(xs: Sequence[Array], rng: np.random.Generator) -> list[Array]:
    return [frozen(np.asarray(rng.normal(size=x.shape), x.dtype)) for x in xs]


def _sizes(xs: Iterable[Array]) -> list[Array]:
    """Their absolute values, none of them so small that numbers lose digits."""
    return [np.abs(x) + np.finfo(x.dtype).smallest_normal for x in xs]


def _eps(xs: Sequence[Array]) -> float:
    return max((float(np.finfo(x.dtype).eps) for x in xs), default=0.0)


def _first_difference(i: int, x: Array, y: Array) -> str:
    if np.shape(x) != np.shape(y):
        return f": shapes {np.shape(x)} and {np.shape(y)}"
    at = tuple(map(int, np.unravel_index(np.argmax(np.abs(x - y)), np.shape(x))))
    one, other = told_apart(float(x[at]), float(y[at]))
    return f": element {at} of result {i}: {one} and {other}"
