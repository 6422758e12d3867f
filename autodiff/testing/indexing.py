"""What goes between the brackets of ``x[...]``, as Hypothesis draws it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np

from autodiff.testing.drawing import Array, Draw, Shape, a_shape, broadcastable_shapes, shapes, st

KINDS = ("integer", "slice", "array", "mask", "ellipsis", "newaxis")
"""All kinds of parts that an index is made of."""

OF_AXES = ("integer", "slice", "array", "mask")
OF_EMPTY_AXES = ("slice", "mask")
"""Those that name an axis, and those that name one of length 0."""


def index_expressions(shape: Shape, kinds: Sequence[str] = KINDS) -> st.SearchStrategy[Any]:
    """Indices that an array of a shape takes: all that NumPy knows.

    Parameters
    ----------
    shape
        Of the array.
    kinds
        Which parts there may be: "integer" (from either end), "slice" (any step, empty too),
        "array" of integers (several broadcast together; an element may be named twice), "mask" (of
        one or more axes; one at most in an index), "ellipsis", "newaxis".

    Returns
    -------
    strategy
        Of tuples, and of parts that stand alone. Axes at the end may go unnamed.

    Raises
    ------
    TypeError
        If `shape` is no shape.
    ValueError
        If there is no such kind.

    Notes
    -----
    Swarm testing: Groce, Zhang, Eide, Chen, Regehr, 2012.

    Examples
    --------
    >>> from hypothesis import find
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> find(index_expressions(x.shape), lambda index: x[index].shape == ())
    (0, 0)
    >>> find(index_expressions(x.shape, kinds=["array"]), lambda index: x[index].size == 1)
    (array(0), array(0))
    """
    if strange := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"index_expressions: expected kinds out of {KINDS}, got {strange}")
    shape = a_shape("index_expressions", shape)
    return _indices(shape, tuple(kind for kind in KINDS if kind in kinds))


Part: TypeAlias = tuple[str, Shape]
"""A part of an index before its numbers are drawn: its kind, and the axes that it names."""


@st.composite
def _indices(draw: Draw, shape: Shape, kinds: tuple[str, ...]) -> Any:
    # A part of the kinds at a time: so there are indices of arrays alone, too (swarm testing).
    left_out = draw(st.integers(0, 2 ** len(kinds) - 1))
    plan = _plan(draw, shape, tuple(k for i, k in enumerate(kinds) if not left_out >> i & 1))
    masks = [_mask(draw, sides) for kind, sides in plan if kind == "mask"]
    # What a mask picks is one more array, that the others broadcast with.
    picked = [int(mask.sum()) for mask in masks]
    common = shapes(0, 1, 0, 2).map(lambda more: (*more, *picked)) if picked else shapes(0, 2, 0, 3)
    n = sum(kind == "array" for kind, _ in plan)
    sizes = draw(broadcastable_shapes(n, common)) if n else []

    def part(kind: str, sides: Shape) -> Any:
        if kind == "integer":
            return draw(st.integers(-sides[0], sides[0] - 1))
        if kind == "slice":
            return _slice(draw, sides[0])
        if kind == "array":
            return _positions(draw, sides[0], sizes.pop())
        return masks.pop() if kind == "mask" else ... if kind == "ellipsis" else None

    parts = [part(kind, sides) for kind, sides in plan]
    alone = len(parts) == 1 and draw(st.integers(0, 2)) < 2
    return parts[0] if alone else tuple(parts)


def _plan(draw: Draw, shape: Shape, kinds: tuple[str, ...]) -> list[Part]:
    """Which axes an index names, how, and what else is in it."""
    named = draw(st.integers(0, len(shape))) if draw(st.booleans()) else len(shape)
    dots = "ellipsis" in kinds and draw(st.booleans())
    # What follows an ellipsis must name all axes to the end; without slices it might not be able.
    to_the_end = "slice" in kinds or ("mask" not in kinds and 0 not in shape)
    tail = draw(st.integers(0, named)) if dots and to_the_end else 0
    plan = _run(draw, shape[: named - tail], kinds)
    if dots:
        plan.append(("ellipsis", ()))
    if any(kind == "mask" for kind, _ in plan):
        kinds = _without_mask(kinds)
    plan += _run(draw, shape[len(shape) - tail :], kinds)
    if not named and "mask" in kinds and draw(st.booleans()):
        plan.append(("mask", ()))
    for _ in range(draw(st.integers(0, 2)) if "newaxis" in kinds else 0):
        plan.insert(draw(st.integers(0, len(plan))), ("newaxis", ()))
    return plan


def _run(draw: Draw, sides: Shape, kinds: tuple[str, ...]) -> list[Part]:
    """Parts that name adjacent axes, all of them if they can."""
    plan: list[Part] = []
    while sides:
        able = [kind for kind in (OF_AXES if sides[0] else OF_EMPTY_AXES) if kind in kinds]
        if not able:
            break
        kind, n = draw(st.sampled_from(able)), 1
        if kind == "mask":
            n, kinds = draw(st.integers(1, len(sides))), _without_mask(kinds)
        plan.append((kind, sides[:n]))
        sides = sides[n:]
    return plan


def _without_mask(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in kinds if kind != "mask")


def _slice(draw: Draw, side: int) -> slice:
    bound = st.none() | st.integers(-side - 1, side + 1)
    return slice(draw(bound), draw(bound), draw(st.sampled_from([None, 1, -1, 2, -2, 3])))


def _positions(draw: Draw, side: int, shape: Shape) -> Array:
    """Integers that name elements along an axis, each drawn by itself, to shrink well."""
    numbers = [draw(st.integers(-side, side - 1)) for _ in range(prod(shape))]
    return np.array(numbers, np.intp).reshape(shape)


def _mask(draw: Draw, shape: Shape) -> Array:
    """Booleans, from the bits of few integers: a draw for each would be slow."""
    n = prod(shape)
    bits: list[bool] = []
    for at in range(0, n, 16):
        word = draw(st.integers(0, 2 ** min(16, n - at) - 1))
        bits += [bool(word >> i & 1) for i in range(min(16, n - at))]
    return np.array(bits, bool).reshape(shape)
