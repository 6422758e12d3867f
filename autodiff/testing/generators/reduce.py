"""Calls of reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, Shape, axes, shapes, st
from autodiff.testing.generators.registry import generator


def a_dtype(draw: Draw, make: Maker) -> Any:
    """What to compute in: nothing less precise than what numerical derivatives need."""
    return make.dtype if draw(st.booleans()) and make.dtype.char in "dD" else None


def filled(draw: Draw) -> tuple[Shape, Any]:
    """A shape and axes of it, none of which is empty."""
    shape = draw(shapes())
    axis = draw(axes(shape))
    reduced = range(len(shape)) if axis is None else {i % len(shape) for i in np.atleast_1d(axis)}
    return tuple(max(n, 1) if i in reduced else n for i, n in enumerate(shape)), axis


@generator("sum")
@generator("prod")
def _sum(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    params = [draw(axes(shape)), draw(st.booleans())]
    return [make(shape)], [*params, a_dtype(draw, make)]


@generator("max")
@generator("min")
@generator("mean")
@generator("logsumexp")
def _nonempty_reduction(draw: Draw, make: Maker) -> Any:
    shape, axis = filled(draw)
    return [make(shape, apart=True)], [axis, draw(st.booleans())]
