"""How arguments are drawn: dtypes by kind, small arrays of telling values, axes, calls."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, nan
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

BOOL = ("bool",)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGRAL = SIGNED + UNSIGNED
REAL_FLOATING = ("float32", "float64")
COMPLEX = ("complex64", "complex128")
FLOATING = REAL_FLOATING + COMPLEX
REAL = INTEGRAL + REAL_FLOATING
NUMERIC = REAL + COMPLEX
EVERY = BOOL + NUMERIC

FINITE = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.25]
POSITIVE = [0.25, 0.5, 1.0, 2.0, 3.25]
ANY = [*FINITE, inf, -inf, nan]
COUNTS = [0.0, 1.0, 2.0, 3.0]


@dataclass(frozen=True)
class Call:
    """Arguments of a function: arrays are NumPy's, and so are dtypes."""

    args: Sequence[Any]
    kwargs: dict[str, Any] = field(default_factory=dict)


def calling(*args: Any, **kwargs: Any) -> st.SearchStrategy[Call]:
    """A call whose arguments are drawn, where they are strategies."""

    def drawn(value: Any) -> Any:
        return value if isinstance(value, st.SearchStrategy) else st.just(value)

    return st.builds(
        Call,
        st.tuples(*map(drawn, args)),
        st.fixed_dictionaries({}, optional={k: drawn(v) for k, v in kwargs.items()}),
    )


# --- arrays ---

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
filled = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3)


def elements(dtype: str, pool: Sequence[float]) -> st.SearchStrategy[Any]:
    """Numbers of the pool, as far as the dtype has them."""
    kind = np.dtype(dtype).kind
    if kind == "c":
        finite = [v for v in pool if abs(v) < inf]  # the others: see `special`
        return st.builds(complex, st.sampled_from(finite), st.sampled_from(finite))
    if kind == "f":
        return st.sampled_from(pool)
    whole = sorted({int(v) for v in pool if abs(v) < inf})
    if kind == "b":
        return st.booleans()
    return st.sampled_from([v for v in whole if v >= 0 or kind == "i"])


def arrays(
    dtypes: Sequence[str] | st.SearchStrategy[str],
    shape: Any = shapes,
    pool: Sequence[float] = FINITE,
) -> st.SearchStrategy[Any]:
    """Arrays of one of the dtypes."""
    dtype = dtypes if isinstance(dtypes, st.SearchStrategy) else st.sampled_from(dtypes)
    return dtype.flatmap(lambda d: hnp.arrays(d, shape, elements=elements(d, pool)))


def kind(dtype: str) -> Any:
    """The dtypes that one of them is promoted among: the standard mixes no other kinds."""
    return next(kinds for kinds in (BOOL, INTEGRAL, FLOATING) if dtype in kinds)


def mix(*dtypes: str) -> bool:
    """Whether the standard has a common dtype for them."""
    return len({kind(d) for d in dtypes}) == 1 and not (
        "uint64" in dtypes and set(dtypes) & set(SIGNED)
    )


def pairs(dtypes: Sequence[str]) -> st.SearchStrategy[tuple[str, str]]:
    """Two dtypes that have a common one."""
    return st.sampled_from([p for p in itertools.product(dtypes, repeat=2) if mix(*p)])


def numbers(dtype: str, pool: Sequence[float] = FINITE) -> st.SearchStrategy[Any]:
    """Python numbers of the dtype's kind, or of one below."""
    known = np.dtype(dtype).kind
    if known == "b":
        return st.booleans()
    own = elements(dtype, pool)
    lower = st.sampled_from([0, 1, 3])
    return (
        lower
        if known in "iu"
        else own | lower | elements("float64", pool)
        if known == "c"
        else own | lower
    )


@st.composite
def broadcast(
    draw: Any,
    dtypes: Sequence[str],
    pool: Sequence[float] = ANY,
    second: Sequence[float] | None = None,
    number: bool = True,
) -> Call:
    """Two arrays that broadcast together and have a common dtype; one may be a number."""
    one, two = draw(pairs(dtypes))
    shape = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    x1 = draw(arrays([one], shape.input_shapes[0], pool))
    x2 = draw(arrays([two], shape.input_shapes[1], second or pool))
    which = draw(st.sampled_from([None, None, 0, 1])) if number else None
    if which == 0:
        x1 = draw(numbers(two, pool))
    if which == 1:
        x2 = draw(numbers(one, second or pool))
    return Call((x1, x2))


# --- axes ---


def axis_of(ndim: int) -> st.SearchStrategy[int]:
    return st.integers(-ndim, ndim - 1)


def axes_of(ndim: int) -> st.SearchStrategy[Any]:
    """None, an axis, or a tuple of distinct ones."""
    if not ndim:
        return st.sampled_from([None, ()])
    several = st.lists(axis_of(ndim), max_size=ndim, unique_by=lambda i: i % ndim).map(tuple)
    return st.none() | axis_of(ndim) | several


Keywords = dict[str, Any] | Callable[[Any], dict[str, Any]]


@st.composite
def of(draw: Any, array: st.SearchStrategy[Any], *more: Any, **keywords: Any) -> Call:
    """A call with an array first; the other arguments may be functions of it that draw.

    Keyword arguments are left out at random.
    """

    def drawn(value: Any) -> Any:
        value = value(x) if callable(value) else value
        return draw(value) if isinstance(value, st.SearchStrategy) else value

    x = draw(array)
    args = [drawn(value) for value in more]
    given = {key: drawn(value) for key, value in keywords.items() if draw(st.booleans())}
    return Call((x, *args), given)


def an_axis(x: Any) -> st.SearchStrategy[int]:
    return axis_of(x.ndim)


def some_axes(x: Any) -> st.SearchStrategy[Any]:
    return axes_of(x.ndim)
