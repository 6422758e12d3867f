"""What a check is given, a function of tensors and its arguments; and how values are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.ops.complex import imag, real
from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor
from autodiff.variable import raw

Array: TypeAlias = npt.NDArray[Any]
Function: TypeAlias = Callable[..., Any]
RealParts: TypeAlias = tuple[Function, list[Array], list[str]]
"""A function of real arrays, these, and what they are called."""


class GradientCheckError(AssertionError):
    """A derivative is not what the function's values say it is."""

    __module__ = "autodiff.testing"  # its public place, which tracebacks show


class NonDifferentiableError(GradientCheckError):
    """The function has a kink or an end where it was checked, so no derivative is right."""

    __module__ = "autodiff.testing"  # its public place, which tracebacks show


# --- arguments ---


def arguments(caller: str, f: Any, args: Any) -> list[Array]:
    """The arrays that `args` consist of; raise if there is nothing to differentiate `f` by."""
    if not callable(f):
        raise TypeError(f"{caller}: expected a function of tensors, got {type(f).__name__}")
    if not isinstance(args, (list, tuple)) or not args:
        raise TypeError(
            f"{caller}: expected a list of one or more arguments, got {type(args).__name__}"
            f"{' (empty)' if isinstance(args, (list, tuple)) else ''}: write {caller}(f, [x])"
        )
    found = [np.asarray(raw(x)) for x in args]
    for i, x in enumerate(found):
        if x.dtype.kind not in "fc":
            raise TypeError(
                f"{caller}: argument {i} has dtype {x.dtype}, derivatives are by floating point "
                f"numbers: convert it, or let f close over it"
            )
        if not np.isfinite(x).all():
            at = tuple(map(int, np.argwhere(~np.isfinite(x))[0]))
            raise ValueError(
                f"{caller}: argument {i} is {x[at]} at element {at}, where nothing has a "
                f"derivative: expected finite numbers"
            )
    return found


def frozen(x: Any) -> Array:
    """An array that can't be written to."""
    array = np.asarray(x)
    array.flags.writeable = False
    return array


# --- values ---


def several(ys: Any) -> Sequence[Any]:
    """Outputs as a sequence: one alone is a sequence of one."""
    return ys if isinstance(ys, (list, tuple)) else (ys,)


def values(f: Function, xs: Sequence[Array], kinds: str = "f") -> list[Array]:
    """The arrays that `f` gives at `xs`, of dtypes of one of the `kinds`."""
    return arrays_of(f(*[asarray(frozen(x)) for x in xs]), kinds)


def arrays_of(ys: Any, kinds: str = "f") -> list[Array]:
    """The arrays of outputs of a function, which must be tensors of one of the `kinds`."""
    found = []
    for y in several(ys) or (ys,):
        if not isinstance(y, Tensor) or y.dtype.kind not in kinds:
            got = f"a tensor of {y.dtype}" if isinstance(y, Tensor) else type(y).__name__
            raise GradientCheckError(
                f"expected a function that returns a tensor of floating dtype, or a tuple of such, "
                f"got {got}{' (empty)' * (y is ys and isinstance(y, (list, tuple)))}"
            )
        found.append(y.data)
    return found


def pure_values(f: Function, xs: Sequence[Array]) -> list[Array]:
    """The values of `f`; raise if it writes to its arguments, or gives others the next time."""
    given = [asarray(frozen(x)) for x in xs]
    try:
        ys = f(*given)
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise GradientCheckError(f"the function writes to its arguments: {error}") from error
    if any(t.data is not x for t, x in zip(given, xs, strict=True)):
        raise GradientCheckError("the function replaces the data of its arguments")
    first, second = arrays_of(ys, "fc"), values(f, xs, "fc")
    if len(first) != len(second) or not all(map(same, first, second)):
        raise GradientCheckError(
            "the function gives other values at each call: fix its random numbers or its state"
        )
    return first


# --- complex numbers ---


def is_complex(x: Any) -> bool:
    """Whether a value is complex."""
    return np.asarray(raw(x)).dtype.kind == "c"


def real_parts(f: Function, xs: Sequence[Array], names: Sequence[str]) -> RealParts:
    """`f` as a function of real arrays that gives real ones: a complex one is two of them."""

    def of_parts(*parts: Any) -> Any:
        rest = iter(parts)
        zs = f(*[next(rest) + 1j * next(rest) if is_complex(x) else next(rest) for x in xs])
        pairs = ((real(z), imag(z)) if is_complex(z) else (z,) for z in several(zs))
        return tuple(part for pair in pairs for part in pair)

    parts: list[Array] = []
    called: list[str] = []
    for x, name in zip(xs, names, strict=True):
        parts += [frozen(x.real), frozen(x.imag)] if is_complex(x) else [x]
        halves = ("the real part of ", "the imaginary part of ")
        called += [half + name for half in (halves if is_complex(x) else ("",))]
    return of_parts, parts, called


# --- comparisons ---


def same(x: Array, y: Array) -> bool:
    """Whether two arrays have the same shape and values, nan being the same as nan."""
    return x.shape == y.shape and np.array_equal(x, y, equal_nan=x.dtype.kind in "fc")


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ, ten at least.

    Examples
    --------
    >>> told_apart(0.1, 0.2)
    ('0.1', '0.2')
    >>> told_apart(0.1, 0.1 + 1e-12)
    ('0.1', '0.100000000001')
    """
    for digits in range(10, 18):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts
