"""Calls of what sorts."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, rounded, shapes, st
from autodiff.testing.generators.reduce import filled
from autodiff.testing.generators.registry import an_axis, generator


@generator("sort")
def _sort(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    axis = an_axis(draw, len(shape))
    return [make(shape, apart=True)], [axis, draw(st.booleans()), draw(st.booleans())]


@generator("median")
def _median(draw: Draw, make: Maker) -> Any:
    shape, axis = filled(draw)
    return [make(shape, apart=True)], [axis, draw(st.booleans())]


@generator("quantile")
def _quantile(draw: Draw, make: Maker) -> Any:
    return _parts(draw, make, 1)


@generator("percentile")
def _percentile(draw: Draw, make: Maker) -> Any:
    return _parts(draw, make, 100)


def _parts(draw: Draw, make: Maker, whole: int) -> Any:
    shape, axis = filled(draw)
    reduced = range(len(shape)) if axis is None else {i % len(shape) for i in np.atleast_1d(axis)}
    gaps = max(1, int(np.prod([shape[i] for i in reduced])) - 1)
    # between two elements, where it has a slope
    places = make.integers(0, gaps, q := draw(shapes(max_dims=1))) + make(q, (0.2, 0.8))
    return [make(shape, apart=True), rounded(places / gaps * whole, make.dtype, 3)], [
        axis,
        draw(st.booleans()),
    ]
