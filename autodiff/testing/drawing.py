"""Strategies for shapes and arrays, from which calls of ops are put together."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.errors import MissingExtraError

try:
    from hypothesis import strategies
except ImportError as error:
    raise MissingExtraError("hypothesis", "test", "drawing calls of ops") from error

st = strategies

Array: TypeAlias = npt.NDArray[Any]
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Shape: TypeAlias = tuple[int, ...]
Domain: TypeAlias = tuple[float, float]

DTYPES = (np.dtype(np.float64), np.dtype(np.float32))
LAYOUTS = ("C", "F", "strided", "reversed")


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

    Examples
    --------
    >>> from hypothesis import find
    >>> find(shapes(min_dims=2), lambda shape: 1 in shape)
    (0, 1)
    """
    sides = st.integers(min_side, max_side)
    return st.lists(sides, min_size=min_dims, max_size=max_dims).map(tuple)


@st.composite
def broadcastable(
    draw: Draw, n: int, result: st.SearchStrategy[Shape] | None = None
) -> list[Shape]:
    """Shapes that broadcast together.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    n
        How many.
    result
        Draws the shape that they broadcast to (or to a smaller one); default `shapes()`.
    """
    full = draw(shapes() if result is None else result)

    def part() -> Shape:
        kept = full[draw(st.integers(0, len(full))) :]
        return tuple(1 if draw(st.booleans()) else side for side in kept)

    return [part() if draw(st.booleans()) else full for _ in range(n)]


@st.composite
def arrays(
    draw: Draw,
    shape: Shape | st.SearchStrategy[Shape],
    domain: Domain = (-3.0, 3.0),
    dtype: npt.DTypeLike | None = None,
    apart: bool = False,
) -> Array:
    """Read-only arrays of floats in a domain, in several memory layouts.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    shape
        A shape, or a strategy of shapes.
    domain
        Interval that the values are uniform in.
    dtype
        float64 or float32; None draws one of them.
    apart
        Let all values differ by a good part of the interval, for what has kinks at ties.
    """
    make = Maker(draw, np.dtype(dtype) if dtype is not None else draw(st.sampled_from(DTYPES)))
    return make(shape if isinstance(shape, tuple) else draw(shape), domain, apart)


class Maker:
    """Makes the arrays of one call, all of one dtype.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    dtype
        Of the arrays.
    """

    def __init__(self, draw: Draw, dtype: np.dtype[Any]) -> None:
        self.draw = draw
        self.dtype = dtype
        self.rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def __call__(self, shape: Shape, domain: Domain = (-3.0, 3.0), apart: bool = False) -> Array:
        """A read-only array of `shape` with values in `domain`, `apart` as in `arrays`.

        Of complex numbers (which can't be `apart`) both parts are in the domain.
        """
        low, high = domain
        if apart:
            ranks = self.rng.permutation(prod(shape)).reshape(shape)
            wobble = self.rng.uniform(0.3, 0.7, shape)
            values = low + (high - low) * (ranks + wobble) / max(1, prod(shape))
        else:
            values = self.rng.uniform(low, high, shape)
            if self.dtype.kind == "c":
                values = values + 1j * self.rng.uniform(low, high, shape)
        layout = self.draw(st.sampled_from(LAYOUTS)) if prod(shape) > 1 else "C"
        return _laid_out(np.asarray(values, self.dtype), layout)

    def complex(self, shape: Shape, domain: Domain = (-3.0, 3.0)) -> Array:
        """As `make` itself, but of complex numbers, of the same precision."""
        kind = np.result_type(self.dtype, np.complex64)
        maker = Maker.__new__(Maker)
        maker.draw, maker.dtype, maker.rng = self.draw, kind, self.rng
        return maker(shape, domain)


def _laid_out(values: Array, layout: str) -> Array:
    """The same values in another memory layout, read-only."""
    if layout == "F":
        values = np.asfortranarray(values)
    elif layout == "strided":
        room = np.full((*values.shape[:-1], 2 * values.shape[-1]), np.nan, values.dtype)
        room[..., ::2] = values
        values = room[..., ::2]
    elif layout == "reversed":
        values = np.ascontiguousarray(values[..., ::-1])[..., ::-1]
    values = values.view()
    values.flags.writeable = False
    return values
