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
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.tensor import Tensor, TensorLike
from autodiff.testing.checks.diagnosis import explained, located
from autodiff.testing.checks.given import (
    GradientCheckError,
    arguments,
    frozen,
    is_complex,
    pure_values,
    real_parts,
    values,
)
from autodiff.testing.checks.point import (
    TRUSTED,
    ULPS,
    Point,
    direction,
    inner,
    lengths_of,
    rounding,
)
from autodiff.testing.checks.precision import PrecisionError, foreign_flows, refuse_losses
from autodiff.testing.checks.relations import SlopeError
from autodiff.testing.checks.traces import Alone, is_analytic
from autodiff.transforms import jvp, vjp

Array: TypeAlias = npt.NDArray[Any]

MODES = ("reverse", "forward")
NUMERICAL = ("auto", "difference", "complex")
GOAL = 1e-10
"""The relative error at which a difference quotient is good enough, though it may get better."""
HOPELESS = 1e-3
"""The relative error of a slope that leaves nothing to compare."""
LARGE = 100_000
"""How many numbers are too many to compute with complex ones, which takes several times as long."""


def check_grads(
    f: Callable[..., Any],
    args: Sequence[TensorLike],
    order: int = 2,
    modes: Sequence[str] = MODES,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    seed: int = 0,
    numerical: str = "auto",
    dtype: npt.DTypeLike | None = None,
) -> None:
    """Check the derivatives of `f` at `args` against numerical ones, in double precision.

    Parameters
    ----------
    f
        Maps tensors to a tensor, or to a tuple of tensors. What is not to be differentiated
        (integers, masks) it closes over.
    args
        Where to check: tensors, arrays or numbers of any floating or complex dtype. They are
        converted to float64 or complex128, and handed over as read-only copies.
    order
        Check derivatives up to this order, with every combination of modes: at order 2 reverse
        over reverse, forward over reverse, reverse over forward, forward over forward.
    modes
        Which of "reverse" (`vjp`) and "forward" (`jvp`).
    rtol, atol
        Errors to allow on top of those that the check knows to be unavoidable: relative, and
        absolute (of a slope along directions as long as the arguments).
    seed
        Of the random directions.
    numerical
        How the numerical slope is found: by a "difference" quotient, exact to some ten digits; by a
        "complex" step, exact to rounding, if `f` is analytic and takes complex numbers; "auto": by
        a complex step if it can be trusted, else by a difference quotient.
    dtype
        Check the derivatives computed in this precision too (float32, float16), against those in
        double precision. None: only these.

    Raises
    ------
    GradientCheckError
        If a derivative is wrong, not finite, or fails; if it loses more digits in `dtype` than
        rounding explains; or if `f` can't be checked, since it returns no tensors, writes to its
        arguments, or gives other values at each call. The message names the probable cause, where
        one is recognised.
    NonDifferentiableError
        If `f`, or a derivative that is to be differentiated again, has a kink here, or is defined
        on one side only.
    TypeError, ValueError
        If an argument makes no sense.

    Notes
    -----
    With A for the computed and N ± e for the numerical slope, the check asks for
    ``|A - N| <= atol + rtol max(|A|, |N|) + 4 e + r + 16 s``. No number in it is a guess of how
    accurate derivatives are:

    - e is the error of the numerical slope, that of its own estimate (`slope` says how a
      difference quotient knows it). A complex step ``Im <u, f(x + ihv)> / h`` has no
      truncation error at ``h = 1e-20`` and subtracts nothing, so its e is rounding alone [1]_ [2]_.
      It is trusted if no op of the graph leaves the analytic functions, and if it equals the
      difference quotient within the error of that, so that the Cauchy-Riemann equations hold.
    - r bounds the rounding of a sum: 16 units in the last place of its terms' absolute values. (A
      pairwise sum of n terms needs log2(n) of them [3]_.)
    - s is measured, where e and r do not explain the difference: how far A moves if every value and
      every flow of the graph is rounded at random by one unit in the last place (Monte Carlo
      arithmetic [4]_). That is the conditioning of the derivative times the growth of the errors on
      the way; 16 such units are what the library's ops may be off, which are not all correctly
      rounded.

    Where `f` is so rough or so badly conditioned that these would let anything pass, the check
    fails as well. In `dtype`, s is measured with rules that compute exactly from rounded arguments,
    element by element: a rule may lose 16 times that, so a cancellation inside of it is found.

    .. [1] W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real functions",
       SIAM Review 40 (1998).
    .. [2] J. Martins, P. Sturdza, J. Alonso, "The complex-step derivative approximation", ACM
       Transactions on Mathematical Software 29 (2003).
    .. [3] N. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed. (2002), chapters 1
       and 4.
    .. [4] D. Parker, "Monte Carlo arithmetic", UCLA CSD-970002 (1997); J. Vignes, "A stochastic
       arithmetic for reliable scientific computation", Mathematics and Computers in Simulation 35
       (1993).

    Examples
    --------
    >>> check_grads(lambda x, y: x * y + x.exp(), [np.array([1.0, 2.0]), 3.0])

    A wrong rule is found, and named:

    >>> from autodiff import Array, custom
    >>> @custom(vjps=[lambda g, x: 3.0 * g * x])
    ... def half_square(x: Array) -> Array:
    ...     return x * x / 2.0
    >>> try:
    ...     check_grads(lambda x: half_square(x.exp()).sum(), [np.array([1.0, 2.0])])
    ... except GradientCheckError as error:
    ...     print(str(error).splitlines()[0])
    ...     print(str(error).splitlines()[-1].strip())
    wrong derivative: order 1, reverse mode, argument 0 of shape (2,)
    probably: the rule of op 'half_square' for its argument 'x' is wrong: it gives three times ...
    """
    _refuse_nonsense(order, modes, rtol, atol, numerical)
    low = None if dtype is None else _low(dtype)
    xs = [_prepared(x, low) for x in arguments("check_grads", f, args)]
    names = [f"argument {i}" for i in range(len(xs))]
    check = _Check(order, tuple(modes), rtol, atol, seed, low)
    with np.errstate(all="ignore"):  # what is not finite is reported as an error of this module
        if any(map(is_complex, (*pure_values(f, xs), *xs))):
            f, xs, names = real_parts(f, xs, names)
        small = sum(x.size for x in xs) <= LARGE or numerical == "complex"
        analytic = numerical != "difference" and small and is_analytic(f, xs)
        if numerical == "complex" and not analytic:
            raise GradientCheckError(
                "the function is not analytic, or takes no complex numbers: check it by a "
                "difference quotient, numerical='difference'"
            )
        try:
            check(f, xs, names, analytic)
        except SlopeError as fault:
            raise explained(fault, check.alone(fault)) from None
        except PrecisionError as loss:
            raise located(loss, check.alone(loss)) from None
        if low is not None:
            for text in foreign_flows(f, [x.astype(low) for x in xs]):
                raise GradientCheckError(f"wrong dtype of the derivative: {text}")


@dataclass(frozen=True, slots=True)
class _Check:
    """What is asked of a function: see `check_grads`."""

    order: int
    modes: tuple[str, ...]
    rtol: float
    atol: float
    seed: int
    low: np.dtype[Any] | None

    def __call__(
        self, f: Callable[..., Any], xs: Sequence[Array], names: Sequence[str], analytic: bool
    ) -> None:
        """Raise a `SlopeError`, a `PrecisionError` or another error if it does not hold for `f`."""
        rng = np.random.default_rng(self.seed)
        goal = max(GOAL, self.rtol / 10)
        at = Point(f, xs, names, f, (), (), 0.0, 0.0, 0.0, goal, analytic)
        self._orders(at, None, self.order, rng)

    def _orders(
        self,
        at: Point,
        scales: Sequence[Array | float] | None,
        order: int,
        rng: np.random.Generator,
    ) -> None:
        """Check ``at.f`` and its derivatives; `scales` are how long its outputs' directions are."""
        f, xs = at.f, at.xs
        ys = values(f, xs)
        lengths = [lengths_of(x) for x in xs]
        scales = [1.0] * len(ys) if scales is None else scales
        vs = [self._direction(x, n, rng) for x, n in zip(xs, lengths, strict=True)]
        us = [self._direction(y, n, rng) for y, n in zip(ys, scales, strict=True)]
        eps = max(float(np.finfo(y.dtype).eps) for y in (np.zeros(0), *ys))
        # what rounding does to the values at least, by the cancellation that they inherit
        noise = max(at.noise, rounding(eps, us, ys))
        at = replace(at, us=us, here=inner(us, ys), eps=eps, noise=noise)
        if not all(np.isfinite(y).all() for y in ys):
            raise GradientCheckError(f"{at.name()} is not finite at the point of the check")

        numerical = [at.slope(i, v) for i, v in enumerate(vs)]
        for mode in self.modes:
            pairs = at.pairs(mode)
            for i, (v, n) in enumerate(zip(vs, numerical, strict=True)):
                self._compare(SlopeError(at, mode, i, v, 0.0, n), pairs(i, v))
        if self.low is not None:
            refuse_losses(at, self.modes, vs, self.low)
        if order > 1:
            for mode in self.modes:
                deeper = _pulled(f, us) if mode == "reverse" else _pushed(f, vs)
                inside = replace(at, f=deeper, path=(*at.path, mode))
                self._orders(inside, lengths if mode == "reverse" else scales, order - 1, rng)

    def _compare(self, fault: SlopeError, terms: tuple[Sequence[Array], Sequence[Array]]) -> None:
        """Raise the `fault` if the sum of the `terms` is not its numerical slope."""
        fault.computed = inner(*terms)
        if fault.numerical.exact and fault.computed == fault.numerical.value:
            return  # zero beside zero, mostly: what may have underflowed is no doubt then
        sure = self.atol + rounding(fault.at.eps, *terms)
        if not self._holds(fault, sure) or fault.numerical.error > _least(fault):
            self._look_closer(fault, sure)

    def _holds(self, fault: SlopeError, more: float) -> bool:
        a, n = fault.computed, fault.numerical
        size = max(abs(a), abs(n.value))
        return abs(a - n.value) <= more + self.rtol * size + 4 * n.error

    def _look_closer(self, fault: SlopeError, sure: float) -> None:
        """As `_compare`, but what rounding does on the way is measured first."""
        at, mode, i, v, n = fault.at, fault.mode, fault.i, fault.v, fault.numerical
        if not n.exact:
            n = fault.numerical = at.quotient(i, v, at.measured_noise())
        hopeless = False
        if at.analytic and not n.exact and n.error > TRUSTED * abs(n.value):
            # `f` may change too fast for a quotient, which then can't contradict a complex step
            exact = replace(fault, numerical=at.complex_slope(n, i, v))
            moved = ULPS * at.spread(mode, i, v, exact.numerical)
            if self._holds(exact, sure + moved):
                return
            hopeless = self._holds(exact, HOPELESS * abs(fault.computed))
        moved = ULPS * at.spread(mode, i, v, n)
        if not hopeless and not self._holds(fault, sure + moved):
            raise fault
        if hopeless or n.error + moved > _least(fault):
            raise GradientCheckError(
                f"can't check {at.name(mode)}, {at.names[i]}: the function is too rough here for a "
                f"numerical derivative (it gives {n.value:.6g} ± {n.error + moved:.1g}, computed "
                f"is {fault.computed:.6g}): does it round, underflow, or compute in low precision?"
            )

    def _direction(self, like: Array, lengths: Any, rng: np.random.Generator) -> Array:
        found = direction(like, lengths, rng)
        return found if self.low is None else found.astype(self.low).astype(np.float64)

    def alone(self, error: SlopeError | PrecisionError) -> Callable[[Alone, int], Any]:
        """A function that looks for the same kind of error in one op alone, and returns it."""
        at, kind = error.at, type(error)
        modes = tuple(dict.fromkeys((*at.path, error.mode)))
        low = self.low if kind is PrecisionError else None

        def tried(op: Alone, order: int) -> Any:
            check = replace(self, order=order, modes=modes, low=low)
            xs = op.xs if low is None else [_rounded(x, low) for x in op.xs]
            try:
                check(op.f, xs, op.names, at.analytic and is_analytic(op.f, xs))
            except kind as found:
                return found
            except Exception:  # a kink, or what can't be checked: not what is looked for
                return None
            return None

        return tried


def _least(fault: SlopeError) -> float:
    """The error of a slope that leaves nothing to compare."""
    at, a, n = fault.at, fault.computed, fault.numerical
    return HOPELESS * max(abs(a), abs(n.value), at.noise / (ULPS * at.eps), n.steepest)


# --- derivatives as functions ---


def _pulled(f: Callable[..., Any], us: Sequence[Array]) -> Callable[..., Any]:
    def reverse(*xs: Tensor) -> Any:
        return vjp(f, *xs)[1](*us)

    return reverse


def _pushed(f: Callable[..., Any], vs: Sequence[Array]) -> Callable[..., Any]:
    def forward(*xs: Tensor) -> Any:
        return jvp(f, xs, vs)[1]

    return forward


# --- arguments ---


def _refuse_nonsense(order: Any, modes: Any, rtol: Any, atol: Any, numerical: Any) -> None:
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"check_grads: expected an order of at least 1, got {order!r}")
    if not isinstance(modes, (list, tuple, set)) or not modes or not set(modes) <= set(MODES):
        raise ValueError(f"check_grads: expected modes out of {MODES}, got {modes!r}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not isinstance(tolerance, (int, float, np.number)) or not 0 <= tolerance < np.inf:
            raise ValueError(
                f"check_grads: expected {name} to be a finite number from 0 on, got {tolerance!r}"
            )
    if numerical not in NUMERICAL:
        raise ValueError(f"check_grads: expected numerical out of {NUMERICAL}, got {numerical!r}")


def _low(dtype: npt.DTypeLike) -> np.dtype[Any]:
    low = np.dtype(dtype)
    if low.kind != "f" or low.itemsize >= 8:
        raise ValueError(
            f"check_grads: expected dtype to be float32 or float16, got {low}: derivatives in "
            f"float64 are always checked"
        )
    return low


def _prepared(x: Array, low: np.dtype[Any] | None) -> Array:
    array = np.array(x, np.complex128 if is_complex(x) else np.float64)
    if low is not None:
        parts = [_rounded(part, low) for part in (array.real, array.imag)]
        array = parts[0] + 1j * parts[1] if is_complex(array) else parts[0]
    return frozen(array)


def _rounded(x: Array, low: np.dtype[Any]) -> Array:
    return np.asarray(x.astype(low), np.float64)
