"""Shapes, axes and arrays as Hypothesis draws them: what calls of ops are put together from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.errors import MissingExtraError
from autodiff.testing.values import Array as Array
from autodiff.testing.values import Domain as Domain
from autodiff.testing.values import decimals, whole_numbers

try:
    from hypothesis import strategies
except ImportError as error:
    raise MissingExtraError("hypothesis", "test", "drawing calls of ops") from error

st = strategies

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Shape: TypeAlias = tuple[int, ...]
Dtypes: TypeAlias = npt.DTypeLike | st.SearchStrategy[Any] | None
"""One, a strategy of such, or None: float64 or float32."""

DTYPES = (np.dtype(np.float64), np.dtype(np.float32))
LAYOUTS = ("C", "F", "strided", "reversed", "broadcast")
DOMAIN = (-3.0, 3.0)

SEEDS = st.integers(0, 2**16 - 1)
"""Enough; a wider range Hypothesis would not draw evenly from."""


# --- shapes and axes ---


@lru_cache(maxsize=256)
def shapes(
    min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 4
) -> st.SearchStrategy[Shape]:
    """Shapes of few and short axes, of length 0 and 1 too.

    Parameters
    ----------
    min_dims, max_dims
        How many axes.
    min_side, max_side
        How long each.

    Raises
    ------
    ValueError
        If a least is above its most, or below 0.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(shapes(min_dims=2), lambda shape: 1 in shape)
    (1, 1)
    """
    if not (0 <= min_dims <= max_dims and 0 <= min_side <= max_side):
        raise ValueError(
            f"shapes: expected 0 <= min_dims <= max_dims and 0 <= min_side <= max_side, got "
            f"{min_dims} and {max_dims}, {min_side} and {max_side}"
        )
    return st.lists(sides(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


def a_shape(caller: str, shape: Any, or_what: str = "") -> Shape:
    """A shape as a user gives it.

    Raises
    ------
    TypeError
        If it is no tuple of lengths.
    """
    if not isinstance(shape, tuple) or not all(
        isinstance(side, (int, np.integer)) and side >= 0 for side in shape
    ):
        raise TypeError(
            f"{caller}: expected a shape to be a tuple of lengths, as in (2, 3){or_what}, got "
            f"{shape!r}"
        )
    return shape


def sides(least: int = 0, most: int = 4) -> st.SearchStrategy[int]:
    """How long an axis is; seldom 0, since of an empty array nearly everything is true."""
    drawn = st.integers(least, most)
    return drawn if least or not most else st.one_of(*[st.integers(1, most)] * 3, drawn)


def broadcastable_shapes(
    n: int, result: st.SearchStrategy[Shape] | Shape | None = None
) -> st.SearchStrategy[list[Shape]]:
    """Shapes that broadcast together.

    Parameters
    ----------
    n
        How many.
    result
        A shape that each of them broadcasts to, or a strategy of such; default `shapes()`. All
        together they may make a smaller one.

    Raises
    ------
    ValueError
        If `n` is negative.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(broadcastable_shapes(2), lambda pair: len(pair[0]) > len(pair[1]))
    [(1,), ()]
    >>> find(broadcastable_shapes(2, (3, 4)), lambda pair: pair[0] != pair[1])
    [(3, 4), (1, 4)]
    """
    if n < 0:
        raise ValueError(f"broadcastable_shapes: expected n of at least 0, got {n}")
    if not (result is None or isinstance(result, st.SearchStrategy)):
        result = a_shape("broadcastable_shapes", result, ", or a strategy of such")
    return _broadcastable(n, shapes() if result is None else result)


@st.composite
def _broadcastable(draw: Draw, n: int, result: st.SearchStrategy[Shape] | Shape) -> list[Shape]:
    full = result if isinstance(result, tuple) else draw(result)

    def part() -> Shape:
        kept = full[draw(st.integers(0, len(full))) :] if draw(st.booleans()) else full
        ones = draw(st.integers(0, 2 ** len(kept) - 1))
        return tuple(1 if ones >> i & 1 else side for i, side in enumerate(kept))

    return [full] * n if draw(st.integers(0, 3)) == 0 else [part() for _ in range(n)]


def axes(
    shape: Shape | int,
    *,
    allow_none: bool = True,
    allow_int: bool = True,
    allow_tuple: bool = True,
    allow_negative: bool = True,
    min_size: int = 0,
    max_size: int | None = None,
) -> st.SearchStrategy[Any]:
    """What functions take as ``axis``: None, an axis, or several different ones.

    Parameters
    ----------
    shape
        Whose axes, or how many axes there are.
    allow_none, allow_int, allow_tuple
        Which kinds there may be. An array without axes has no axis to name, but ``()`` and None.
    allow_negative
        Let some be counted from the end.
    min_size, max_size
        How many a tuple names; None: up to all.

    Raises
    ------
    TypeError
        If `shape` is neither a shape nor a number of axes.
    ValueError
        If nothing is left to draw.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(axes((4, 3)), lambda axis: axis is not None)
    0
    >>> find(axes(3), lambda axis: isinstance(axis, tuple) and min(axis, default=0) < 0)
    (-3,)
    >>> find(axes(3, allow_none=False, allow_int=False, min_size=3), lambda axis: True)
    (0, 1, 2)
    """
    counted = isinstance(shape, int) and shape >= 0
    ndim: Any = shape if counted else len(a_shape("axes", shape, ", or a number of axes"))
    most = ndim if max_size is None else min(max_size, ndim)
    one = st.integers(-ndim if allow_negative else 0, ndim - 1) if ndim else st.nothing()
    kinds: list[st.SearchStrategy[Any]] = []
    if allow_none:
        kinds.append(st.none())
    if allow_int and ndim:
        kinds.append(one)
    if allow_tuple and 0 <= min_size <= most:
        kinds.append(several_axes(ndim, min_size, most, allow_negative))
    if not kinds:
        raise ValueError(
            f"axes: an array of {ndim} axes has none of what is allowed: allow_none={allow_none}, "
            f"allow_int={allow_int}, allow_tuple={allow_tuple} of {min_size} to {most}"
        )
    return st.one_of(kinds)


@st.composite
def several_axes(
    draw: Draw, ndim: int, least: int = 0, most: int | None = None, allow_negative: bool = True
) -> Shape:
    """Different axes of `ndim`, from `least` to `most` (None: all) of them, in any order."""
    rest, chosen = list(range(ndim)), []
    for _ in range(draw(st.integers(least, ndim if most is None else most))):
        axis = rest.pop(draw(st.integers(0, len(rest) - 1)))
        chosen.append(axis - ndim * (allow_negative and draw(st.booleans())))
    return tuple(chosen)


# --- arrays ---


@dataclass
class Maker:
    """Makes the arrays of one call, of one dtype, from one seed.

    Their numbers are readable, all different, and away from the multiples of one half
    (`autodiff.testing.values`). The seed shrinks to 0, which gives small positive ones.

    Attributes
    ----------
    draw
        Given by Hypothesis.
    dtype
        Of the arrays.
    rng
        For what else a call needs by chance.
    """

    draw: Draw
    dtype: np.dtype[Any]
    rng: np.random.Generator = field(init=False)
    _seed: int = field(init=False)
    _used: set[float] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._seed = self.draw(SEEDS)
        self.rng = np.random.default_rng(self._seed)

    def __call__(
        self,
        shape: Shape,
        domain: Domain = DOMAIN,
        apart: bool = False,
        *,
        away_from: tuple[float, ...] = (),
        dtype: npt.DTypeLike | None = None,
        layouts: tuple[str, ...] = LAYOUTS,
    ) -> Array:
        """A read-only array.

        Parameters
        ----------
        shape
            Its shape.
        domain
            Interval that its numbers lie in: strictly inside, whole numbers also at the ends. Of
            complex numbers both parts do.
        apart
            Spread them evenly, for what has kinks at ties.
        away_from
            Numbers that they keep away from.
        dtype
            Another dtype than the maker's.
        layouts
            Which memory layouts there may be: "C" and "F" are NumPy's orders; "strided" is every
            other element of a larger array, "reversed" a view backward along the last axis,
            "broadcast" one that repeats its numbers along an axis (not if `apart`).
        """
        kind = self.dtype if dtype is None else np.dtype(dtype)
        if prod(shape) < 2:
            return frozen(self._numbers(shape, domain, apart, away_from, kind))
        if apart:
            layouts = tuple(layout for layout in layouts if layout != "broadcast") or ("C",)
        layout = self.draw(st.sampled_from(layouts))
        if layout == "broadcast":
            axis = self.draw(st.integers(0, len(shape) - 1))
            once = (*shape[:axis], 1, *shape[axis + 1 :])
            numbers = self._numbers(once, domain, apart, away_from, kind)
            return np.broadcast_to(numbers, shape)
        return frozen(laid_out(self._numbers(shape, domain, apart, away_from, kind), layout))

    def _numbers(
        self,
        shape: Shape,
        domain: Domain,
        apart: bool,
        away_from: tuple[float, ...],
        dtype: np.dtype[Any],
    ) -> Array:
        n = prod(shape)
        if dtype.kind == "b":
            return self.mask(shape)
        if dtype.kind in "iu":
            return whole_numbers(self.rng, n, domain, dtype, away_from, apart).reshape(shape)
        simplest = self._seed == 0
        if simplest and domain[0] < 0 < domain[1]:
            domain = (0, domain[1])
        parts = n * (1 + (dtype.kind == "c"))
        used = self._used
        found = decimals(self.rng, parts, domain, dtype, away_from, apart, used, simplest)
        used.update(found.tolist())
        numbers = found[:n] if dtype.kind == "f" else found[:n] + 1j * found[n:]
        return numbers.reshape(shape).astype(dtype)

    def complex(self, shape: Shape, domain: Domain = DOMAIN) -> Array:
        """As `make` itself, but of complex numbers, of the same precision."""
        return self(shape, domain, dtype=np.result_type(self.dtype, np.complex64))

    def integers(self, low: int, high: int, shape: Shape) -> Array:
        """Integers from `low` to ``high - 1``, as indices are."""
        least = max(low, min(0, high - 1)) if self._seed == 0 else low
        return self.rng.integers(least, high, shape)

    def mask(self, shape: Shape) -> Array:
        """True and False."""
        return np.asarray(self.rng.random(shape) < 0.5)

    def signs(self, shape: Shape) -> Array:
        """1.0 and -1.0."""
        return self.rng.choice([-1.0, 1.0], shape)


def laid_out(values: Array, layout: str) -> Array:
    """The same values in another memory layout."""
    if layout == "F":
        return np.asfortranarray(values)
    if layout == "strided":
        room = np.repeat(values, 2, -1)
        room[..., 1::2] = 0 if values.dtype.kind in "biu" else np.nan
        return room[..., ::2]
    if layout == "reversed":
        return np.ascontiguousarray(values[..., ::-1])[..., ::-1]
    return values


def rounded(values: Any, dtype: np.dtype[Any], digits: int = 9) -> Array:
    """What was computed of readable numbers made readable again, read-only."""
    return frozen(np.round(values, digits).astype(dtype))


def frozen(values: Any) -> Array:
    """A view that can't be written to."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view
