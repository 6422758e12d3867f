"""Indices, and calls of the ops that take them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, Shape, broadcastable, shapes, st
from autodiff.testing.generators.registry import generator


def an_index(draw: Draw, make: Maker, shape: Shape) -> Any:
    """Anything that NumPy takes between brackets: basic, integer-array and boolean indices."""
    kind = draw(st.sampled_from(["basic", "array", "mask", "mixed"]))
    if kind == "mask":
        return make.rng.random(shape[: draw(st.integers(0, len(shape)))]) < 0.5
    parts: list[Any] = []
    lengths = broadcastable(len(shape), shapes(max_dims=2, max_side=3))
    for side, length in zip(shape, draw(lengths) if shape else [], strict=True):
        if kind == "basic" or (kind == "mixed" and draw(st.booleans())) or not side:
            parts.append(_basic(draw, side))
        else:
            parts.append(make.rng.integers(-side, side, length))
    head = draw(st.integers(0, len(parts)))
    tail = draw(st.integers(head, len(parts)))
    gap = [...] if tail < len(parts) or draw(st.booleans()) else []
    parts = [*parts[:head], *gap, *parts[tail:]]
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), None)
    return parts[0] if len(parts) == 1 and draw(st.booleans()) else tuple(parts)


def _basic(draw: Draw, side: int) -> Any:
    if side and draw(st.booleans()):
        return draw(st.integers(-side, side - 1))
    bound = st.none() | st.integers(-side - 1, side + 1)
    return slice(draw(bound), draw(bound), draw(st.sampled_from([None, 1, 2, -1, -2])))


@generator("getitem")
def _getitem(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [an_index(draw, make, shape)]


@generator("scatter")
def _scatter(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    index = an_index(draw, make, shape)
    return [make(np.zeros(shape)[index].shape)], [index, shape]


@generator("scatter_add")
def _scatter_add(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    index = an_index(draw, make, shape)
    (part,) = draw(broadcastable(1, st.just(np.zeros(shape)[index].shape)))
    return [make(shape), make(part)], [index]


@generator("setitem")
def _setitem(draw: Draw, make: Maker) -> Any:
    return _scatter_add(draw, make)
