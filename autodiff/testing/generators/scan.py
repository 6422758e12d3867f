"""Calls of running sums and their kin."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, broadcastable_shapes, shapes, st
from autodiff.testing.generators.reduce import a_dtype
from autodiff.testing.generators.registry import an_axis, generator


@generator("cumulative_sum")
@generator("cumulative_prod")
def _cumulative(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    axis = None if len(shape) == 1 and draw(st.booleans()) else an_axis(draw, len(shape))
    return [make(shape)], [axis, a_dtype(draw, make), draw(st.booleans())]


@generator("cumsum")
@generator("cumprod")
def _of_numpy(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axis = an_axis(draw, len(shape)) if shape and draw(st.booleans()) else None
    return [make(shape)], [axis, a_dtype(draw, make)]


@generator("recurrence")
def _recurrence(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, max_side=6))
    return [make(shape), make(shape)], [len(shape) - 1, draw(st.booleans())]


@generator("linear_recurrence")
def _linear_recurrence(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, max_side=6))
    a, b = draw(broadcastable_shapes(2, shape))
    if len(a) < len(shape) > len(b):
        a = shape
    reached = max(len(a), len(b))
    return [make(a), make(b)], [an_axis(draw, reached), draw(st.booleans())]


@generator("cummax")
@generator("cummin")
@generator("logcumsumexp")
def _along(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    return [make(shape, apart=True)], [an_axis(draw, len(shape))]


@generator("diff")
def _diff(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    axis = draw(st.integers(0, len(shape) - 1))

    def beside() -> Any:
        side = draw(st.none() | st.integers(0, 2))
        return None if side is None else make((*shape[:axis], side, *shape[axis + 1 :]))

    back = len(shape) * draw(st.booleans())
    return [make(shape), beside(), beside()], [axis - back, draw(st.integers(0, 3))]


@generator("trapezoid")
def _trapezoid(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    axis = draw(st.integers(0, len(shape) - 1))
    x = draw(st.sampled_from([None, shape[axis : axis + 1], shape, shape[axis:]]))
    if x is not None and len(x) == 1 and x != shape[axis : axis + 1]:
        x = None
    places = None if x is None else make(x)
    back = len(shape) * draw(st.booleans())
    return [make(shape), places], [draw(st.sampled_from([1.0, 0.5])), axis - back]
