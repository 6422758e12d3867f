"""`check_grads`: derivatives held against numerical ones, in every mode and order.

A function of many inputs and outputs is checked along a line: random directions v (of one argument)
and u (of the outputs) make it ``t -> <u, f(x + t v)>``, a function of one number, whose slope at 0
is ``<u, J v>``. Reverse mode computes that as ``<vjp(u), v>``, forward mode as ``<u, jvp(v)>``. A
wrong element of J shows, unless the directions conspire. Only when a check fails are the elements
searched, for the message.

The derivative in either mode is again a function of the same arguments, so the next order is the
same check of that function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor, TensorLike
from autodiff.testing.slope import Slope, slope
from autodiff.transforms import jvp, vjp
from autodiff.variable import raw

Array: TypeAlias = npt.NDArray[Any]
Pairs: TypeAlias = tuple[Sequence[Array], Sequence[Array]]

MODES = ("reverse", "forward")
ULPS = 16
"""By how many units in the last place rounding may have moved a computed sum."""
SEARCHED = 500
"""How many elements are searched for the worst one."""


class GradientCheckError(AssertionError):
    """A derivative is not what the function's values say it is."""


class NonDifferentiableError(GradientCheckError):
    """The function has a kink where it was checked, so no derivative is right."""


def check_grads(
    f: Callable[..., Any],
    args: Sequence[TensorLike],
    order: int = 2,
    modes: Sequence[str] = MODES,
    *,
    rtol: float = 1e-6,
    atol: float = 0.0,
    seed: int = 0,
) -> None:
    """Check the derivatives of `f` at `args` against numerical ones, in double precision.

    Parameters
    ----------
    f
        Maps tensors to a tensor, or to a tuple of tensors. What is not to be differentiated
        (integers, masks) it closes over.
    args
        Where to check: tensors, arrays or numbers of any floating dtype. They are converted to
        float64 and handed over as read-only copies.
    order
        Check derivatives up to this order, with every combination of modes: at order 2 reverse
        over reverse, forward over reverse, reverse over forward, forward over forward.
    modes
        Which of "reverse" (`vjp`) and "forward" (`jvp`).
    rtol, atol
        Errors to allow on top of the numerical derivative's own: relative, and absolute (of a
        slope along directions as long as the arguments).
    seed
        Of the random directions.

    Raises
    ------
    GradientCheckError
        If a derivative is wrong, not finite, or fails; or if `f` can't be checked, since it
        returns no tensors, writes to its arguments, or gives other values at each call.
    NonDifferentiableError
        If `f`, or a derivative that is to be differentiated again, has a kink here.
    TypeError, ValueError
        If `args`, `order` or `modes` make no sense.

    Notes
    -----
    With A for the computed and N ± e for the numerical slope (`autodiff.testing.slope` says how it
    knows e), the check asks for ``|A - N| <= atol + rtol max(|A|, |N|) + 4 e + r``. r is rounding:
    16 units in the last place of the terms that A is the sum of. Where `f` is so rough that e would
    let anything pass, the check fails as well.

    Examples
    --------
    >>> check_grads(lambda x, y: x * y + x.exp(), [np.array([1.0, 2.0]), 3.0])

    A wrong rule is found:

    >>> from autodiff import Array, custom
    >>> @custom(vjps=[lambda g, x: 3.0 * g * x])
    ... def half_square(x: Array) -> Array:
    ...     return x * x / 2.0
    >>> try:
    ...     check_grads(half_square, [np.array([1.0, 2.0])])
    ... except GradientCheckError as error:
    ...     print(str(error).splitlines()[0])
    wrong derivative: order 1, reverse mode, argument 0 of shape (2,)
    """
    _refuse_nonsense(args, order, modes)
    xs = [_prepared(i, x) for i, x in enumerate(args)]
    with np.errstate(all="ignore"):  # what is not finite is reported as an error of this module
        _refuse_impure(f, xs)
        _check(f, (), xs, None, 0.0, order, modes, rtol, atol, np.random.default_rng(seed))


def _check(
    f: Callable[..., Any],
    path: tuple[str, ...],
    xs: Sequence[Array],
    scales: Sequence[float] | None,
    noise: float,
    order: int,
    modes: Sequence[str],
    rtol: float,
    atol: float,
    rng: np.random.Generator,
) -> None:
    """Check `f`, which the modes in `path` made of the user's function, and its derivatives.

    `scales` are the lengths that directions of its outputs have (None: 1); `noise` is what
    rounding does to its values at least, by the cancellation that it inherits.
    """
    ys = _values(f, xs)
    lengths = [_length(x) for x in xs]
    scales = scales or [1.0] * len(ys)
    vs = [_direction(x, n, rng) for x, n in zip(xs, lengths, strict=True)]
    us = [_direction(y, n, rng) for y, n in zip(ys, scales, strict=True)]
    eps = max(float(np.finfo(y.dtype).eps) for y in (np.zeros(0), *ys))
    noise = max(noise, _rounding(eps, us, ys))
    at = _Point(f, path, xs, us, eps, noise, rtol / 10)
    if not all(np.isfinite(y).all() for y in ys):
        raise GradientCheckError(f"{at.name()} is not finite at the point of the check")

    numerical = [at.slope(i, v) for i, v in enumerate(vs)]
    for mode in modes:
        pairs = at.pairs(mode)
        for i, (v, n) in enumerate(zip(vs, numerical, strict=True)):
            terms = pairs(i, v)
            a = _inner(*terms)
            size = max(abs(a), abs(n.value))
            allowed = atol + rtol * size + 4 * n.error + _rounding(eps, *terms)
            if not abs(a - n.value) <= allowed:
                raise GradientCheckError(at.wrong(mode, i, a, n))
            if n.error > 1e-3 * max(size, noise / (ULPS * eps)):
                raise GradientCheckError(
                    f"can't check {at.name(mode)}, argument {i}: the function is too rough here "
                    f"for a numerical derivative (it gives {n.value:.6g} ± {n.error:.1g}, "
                    f"computed is {a:.6g}): does it round, or compute in low precision?"
                )
    if order > 1:
        for mode in modes:
            deeper = _pulled(f, us) if mode == "reverse" else _pushed(f, vs)
            scaled = lengths if mode == "reverse" else scales
            rest = (order - 1, modes, rtol, atol, rng)
            _check(deeper, (*path, mode), xs, scaled, noise, *rest)


@dataclass(frozen=True, slots=True)
class _Point:
    """A function, the point of its check, and the direction of its outputs."""

    f: Callable[..., Any]
    path: tuple[str, ...]
    xs: Sequence[Array]
    us: Sequence[Array]
    eps: float
    noise: float
    goal: float

    def name(self, mode: str | None = None) -> str:
        """What is checked: the function, or the derivative of some order that `mode` gives."""
        modes = self.path if mode is None else (*self.path, mode)
        order = f"order {len(modes)}, {' over '.join(reversed(modes))} mode"
        return order if mode else f"the derivative ({order})" if modes else "the function"

    def quotient(self, i: int, v: Array) -> Slope:
        """The numerical derivative along `v` in argument `i`, as it comes."""
        x, before, after = self.xs[i], self.xs[:i], self.xs[i + 1 :]
        step = np.abs(v).max(initial=0.0)
        reach = ULPS * self.eps * np.abs(x).max(initial=0.0) / step if step else 0.0

        def along(t: float) -> float:
            return _inner(self.us, _values(self.f, [*before, x + t * v, *after]))

        return slope(along, self.eps, self.noise, float(reach), self.goal)

    def slope(self, i: int, v: Array) -> Slope:
        """The numerical derivative along `v` in argument `i`, or an error if there is none."""
        found = self.quotient(i, v)
        if found.kink:
            raise NonDifferentiableError(self.kink(i, found))
        if not np.isfinite(found.error):
            raise GradientCheckError(
                f"{self.name()} is not finite next to the point of the check, along argument {i}: "
                f"is the point at the end of the domain?"
            )
        return found

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
        vs = [v if j == i else np.zeros_like(x) for j, x in enumerate(self.xs)]
        try:
            ts = [t.data for t in _several(jvp(self.f, self.xs, vs)[1])]
        except Exception as error:
            raise self._failed("forward", error) from error
        for t, u in zip(ts, self.us, strict=True):
            self._refuse_unfit(t, u, "forward", i)
        return ts

    def _failed(self, mode: str, error: Exception) -> GradientCheckError:
        return GradientCheckError(f"{self.name(mode)} fails: {type(error).__name__}: {error}")

    def _refuse_unfit(self, found: Array, like: Array, mode: str, i: int) -> None:
        where = f"{self.name(mode)}, argument {i} of shape {self.xs[i].shape}"
        if found.shape != like.shape:
            raise GradientCheckError(
                f"wrong shape of the derivative: {where}: expected {like.shape}, got {found.shape}"
            )
        if not np.isfinite(found).all():
            at = _index(~np.isfinite(found))
            raise GradientCheckError(
                f"the derivative is not finite: {where}: {found[at]} at element {at}"
            )

    # --- messages ---

    def wrong(self, mode: str, i: int, a: float, n: Slope) -> str:
        """The message about a wrong derivative, with the element of `i` that is most wrong."""
        pairs = self.pairs(mode)

        def error(v: Array) -> tuple[float, float, float]:
            computed, numerical = _inner(*pairs(i, v)), self.quotient(i, v).value
            return abs(computed - numerical), computed, numerical

        relative = abs(a - n.value) / max(abs(a), abs(n.value))
        at, (_, computed, numerical) = self._worst(i, error)
        return (
            f"wrong derivative: {self.name(mode)}, argument {i} of shape {self.xs[i].shape}\n"
            f"  along a random direction: computed {a:.10g}, numerical {n.value:.10g} "
            f"± {n.error:.1g}, relative error {relative:.2g}\n"
            f"  worst element {at}: computed {computed:.10g}, numerical {numerical:.10g}"
        )

    def kink(self, i: int, n: Slope) -> str:
        """The message about a kink, with the element of `i` where it is sharpest."""

        def jump(v: Array) -> tuple[float, float, float]:
            found = self.quotient(i, v)
            size = abs(found.right - found.left) if np.isfinite(found.left) else np.inf
            return size if found.kink else 0.0, found.left, found.right

        at, (_, left, right) = self._worst(i, jump)
        return (
            f"non-differentiable point of {self.name()}, argument {i} of shape {self.xs[i].shape}\n"
            f"  along a random direction: left slope {n.left:.10g}, right slope {n.right:.10g}\n"
            f"  worst element {at}: left slope {left:.10g}, right slope {right:.10g}\n"
            f"  check elsewhere, where no relu, max, abs... is at its kink"
        )

    def _worst(
        self, i: int, badness: Callable[[Array], tuple[float, float, float]]
    ) -> tuple[tuple[int, ...], tuple[float, float, float]]:
        """Index of the element of argument `i` that is worst, and what `badness` says of it.

        Of a large argument, some evenly spread elements are searched.
        """
        x = self.xs[i]
        length = _length(x)
        found = []
        for flat in range(0, x.size, -(-x.size // SEARCHED)):
            v = np.zeros_like(x)
            v.flat[flat] = length
            bad, *rest = badness(v)
            found.append((bad, flat, [value / length for value in rest]))
        bad, flat, (one, other) = max(found)
        return tuple(map(int, np.unravel_index(flat, x.shape))), (bad, one, other)


# --- derivatives as functions ---


def _pulled(f: Callable[..., Any], us: Sequence[Array]) -> Callable[..., Any]:
    def reverse(*xs: Tensor) -> Any:
        return vjp(f, *xs)[1](*us)

    return reverse


def _pushed(f: Callable[..., Any], vs: Sequence[Array]) -> Callable[..., Any]:
    def forward(*xs: Tensor) -> Any:
        return jvp(f, xs, vs)[1]

    return forward


# --- arguments, values, directions ---


def _refuse_nonsense(args: Any, order: int, modes: Sequence[str]) -> None:
    if not isinstance(args, (list, tuple)) or not args:
        raise TypeError(
            f"check_grads: expected a list of one or more arguments, got {type(args).__name__}"
            f"{' (empty)' if isinstance(args, (list, tuple)) else ''}: write check_grads(f, [x])"
        )
    if order < 1:
        raise ValueError(f"check_grads: expected an order of at least 1, got {order}")
    if isinstance(modes, str) or not modes or not set(modes) <= set(MODES):
        raise ValueError(f"check_grads: expected modes out of {MODES}, got {modes!r}")


def _prepared(i: int, value: TensorLike) -> Array:
    array = np.asarray(raw(value))
    if array.dtype.kind != "f":
        raise TypeError(
            f"check_grads: argument {i} has dtype {array.dtype}, derivatives are by floating point "
            f"numbers: convert it, or let f close over it"
        )
    return _frozen(np.array(array, np.float64))


def _frozen(x: Array) -> Array:
    x = np.asarray(x)
    x.flags.writeable = False
    return x


def _several(values: Any) -> Sequence[Any]:
    return values if isinstance(values, (list, tuple)) else (values,)


def _values(f: Callable[..., Any], xs: Sequence[Array]) -> list[Array]:
    """The arrays that `f` gives at `xs`."""
    found = []
    for y in _several(f(*[asarray(_frozen(x)) for x in xs])):
        if not isinstance(y, Tensor) or y.dtype.kind != "f":
            got = f"a tensor of {y.dtype}" if isinstance(y, Tensor) else type(y).__name__
            raise GradientCheckError(
                f"expected a function that returns a tensor of floating dtype, or a tuple of such, "
                f"got {got}"
            )
        found.append(y.data)
    return found


def _refuse_impure(f: Callable[..., Any], xs: Sequence[Array]) -> None:
    """Raise if `f` writes to its arguments, or does not give the same values twice."""
    given = [asarray(x) for x in xs]
    try:
        f(*given)
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise GradientCheckError(f"the function writes to its arguments: {error}") from error
    if any(t.data is not x for t, x in zip(given, xs, strict=True)):
        raise GradientCheckError("the function replaces the data of its arguments")
    pairs = zip(_values(f, xs), _values(f, xs), strict=True)
    if not all(np.array_equal(one, two, equal_nan=True) for one, two in pairs):
        raise GradientCheckError(
            "the function gives other values at each call: fix its random numbers or its state"
        )


def _length(x: Array) -> float:
    """How long a direction at `x` should be: as its typical element."""
    sizes = np.abs(x[x != 0])
    return float(np.median(sizes)) if sizes.size else 1.0


def _direction(like: Array, length: float, rng: np.random.Generator) -> Array:
    """Random numbers, none of them near 0, shaped as `like`."""
    signs = rng.choice([-length, length], like.shape)
    return np.asarray(signs * rng.uniform(0.5, 1.5, like.shape))


def _inner(us: Sequence[Array], ys: Sequence[Array]) -> float:
    return sum(float(np.sum(u * y)) for u, y in zip(us, ys, strict=True))


def _rounding(eps: float, us: Sequence[Array], ys: Sequence[Array]) -> float:
    """What rounding may have done to their inner product."""
    return ULPS * eps * _inner([np.abs(u) for u in us], [np.abs(y) for y in ys])


def _index(mask: Array) -> tuple[int, ...]:
    return tuple(map(int, np.argwhere(mask)[0]))
