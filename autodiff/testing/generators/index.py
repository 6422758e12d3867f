"""Calls of the ops that read and write by index."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, Shape, broadcastable_shapes, shapes, st
from autodiff.testing.generators.registry import generator
from autodiff.testing.indexing import index_expressions


@generator("getitem")
def _getitem(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [draw(index_expressions(shape))]


@generator("scatter")
def _scatter(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    index = draw(index_expressions(shape))
    return [make(np.zeros(shape)[index].shape)], [index, shape]


@generator("scatter_add")
def _scatter_add(draw: Draw, make: Maker) -> Any:
    shape, index, part = _written(draw)
    return [make(shape), make(part)], [index]


@generator("setitem")
def _setitem(draw: Draw, make: Maker) -> Any:
    shape, index, part = _written(draw)
    extra = draw(st.integers(0, 2)) if np.zeros(shape)[index].ndim else 0
    return [make(shape), make((*(1,) * extra, *part))], [index]


def _written(draw: Draw) -> tuple[Shape, Any, Shape]:
    """A shape, an index into it, and a shape that broadcasts to what that picks."""
    shape = draw(shapes())
    index = draw(index_expressions(shape))
    (part,) = draw(broadcastable_shapes(1, np.zeros(shape)[index].shape))
    return shape, index, part
