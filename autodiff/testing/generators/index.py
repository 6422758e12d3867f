"""Calls of the ops that read and write by index."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, broadcastable_shapes, shapes
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
@generator("setitem")
def _scatter_add(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    index = draw(index_expressions(shape))
    (part,) = draw(broadcastable_shapes(1, np.zeros(shape)[index].shape))
    return [make(shape), make(part)], [index]
