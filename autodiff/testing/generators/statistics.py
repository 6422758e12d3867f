"""Calls of statistics."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, axes, shapes, st
from autodiff.testing.generators.reduce import filled
from autodiff.testing.generators.registry import generator


@generator("var")
def _var(draw: Draw, make: Maker) -> Any:
    shape, axis = filled(draw)
    return [make(shape)], [axis, draw(st.sampled_from([0, 0.5])), draw(st.booleans())]


@generator("std")
def _std(draw: Draw, make: Maker) -> Any:
    shape, axis = filled(draw)
    correction, keepdims = draw(st.sampled_from([0, 0.5])), draw(st.booleans())
    return [make(shape, apart=True)], [axis, correction, keepdims]


@generator("ptp")
@generator("nanmean")
def _spread(draw: Draw, make: Maker) -> Any:
    shape, axis = filled(draw)
    return [make(shape, apart=True)], [axis, draw(st.booleans())]


@generator("nansum")
def _nansum(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [draw(axes(shape)), draw(st.booleans())]


@generator("average")
def _average(draw: Draw, make: Maker) -> Any:
    shape, axis = filled(draw)
    keepdims = draw(st.booleans())
    if isinstance(axis, int) and draw(st.booleans()):
        return [make(shape), make(shape[axis:][:1], (0.3, 2.0))], [axis, keepdims]
    return [make(shape), make(shape, (0.3, 2.0)) if draw(st.booleans()) else None], [axis, keepdims]


@generator("cov")
def _cov(draw: Draw, make: Maker) -> Any:
    *rows, n = draw(shapes(min_dims=1, max_dims=2))
    return [make((*rows, n + 2))], [draw(st.sampled_from([1, 0, 0.5]))]


@generator("corrcoef")
def _corrcoef(draw: Draw, make: Maker) -> Any:
    *rows, n = draw(shapes(min_dims=1, max_dims=2))
    return [make((*rows, n + 3), apart=True)], []
