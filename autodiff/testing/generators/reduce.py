"""Calls of reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, shapes, st
from autodiff.testing.generators.registry import generator, some_axes


def a_dtype(draw: Draw, make: Maker) -> Any:
    """What to compute in: nothing less precise than what numerical derivatives need."""
    return draw(st.sampled_from([None, make.dtype])) if make.dtype.char in "dD" else None


@generator("sum")
@generator("prod")
def _sum(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    params = [some_axes(draw, len(shape)), draw(st.booleans())]
    return [make(shape)], [*params, a_dtype(draw, make)]


@generator("max")
@generator("min")
@generator("mean")
@generator("logsumexp")
def _nonempty_reduction(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axis = some_axes(draw, len(shape))
    reduced = range(len(shape)) if axis is None else {i % len(shape) for i in np.atleast_1d(axis)}
    shape = tuple(max(side, 1) if i in reduced else side for i, side in enumerate(shape))
    return [make(shape, apart=True)], [axis, draw(st.booleans())]
