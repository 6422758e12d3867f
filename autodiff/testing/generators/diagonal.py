"""Calls of ops on diagonals and triangles."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, several_axes, shapes, st
from autodiff.testing.generators.registry import generator


@generator("diagonal")
def _diagonal(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=2))
    return [make(shape)], [draw(st.integers(-3, 3)), *draw(several_axes(len(shape), 2, 2))]


@generator("spread_diagonal")
def _spread_diagonal(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=2))
    params = [draw(st.integers(-3, 3)), *draw(several_axes(len(shape), 2, 2))]
    return [make(np.diagonal(np.zeros(shape), *params).shape)], [shape, *params]


@generator("diag")
def _diag(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes(min_dims=1, max_dims=2)))], [draw(st.integers(-3, 3))]


@generator("diagflat")
def _diagflat(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes(max_side=2)))], [draw(st.integers(-3, 3))]


@generator("diag_embed")
def _diag_embed(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    return [make(shape)], [draw(st.integers(-3, 3)), *draw(several_axes(len(shape) + 1, 2, 2))]


@generator("tril")
@generator("triu")
def _triangle(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes(min_dims=2)))], [draw(st.integers(-4, 4))]
