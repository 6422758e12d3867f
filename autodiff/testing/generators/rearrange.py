"""Calls of ops that turn around, reorder and repeat."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, axes, several_axes, shapes, st
from autodiff.testing.generators.registry import an_axis, generator


@generator("flip")
def _flip(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [draw(axes(shape))]


@generator("flipud")
@generator("fliplr")
def _flip_matrix(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes(min_dims=2)))], []


@generator("roll")
def _roll(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axis = draw(axes(shape))
    step = st.integers(-5, 5)
    several = st.tuples(*[step] * len(axis)) if isinstance(axis, tuple) else step
    return [make(shape)], [draw(step | several), axis]


@generator("moveaxis")
def _moveaxis(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    n = draw(st.integers(0, len(shape)))
    ends = [draw(several_axes(len(shape), n, n)) for _ in range(2)]
    if n == 1 and draw(st.booleans()):
        ends = [end[0] for end in ends]
    return [make(shape)], ends


@generator("swapaxes")
def _swapaxes(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    return [make(shape)], [an_axis(draw, len(shape)), an_axis(draw, len(shape))]


@generator("rot90")
def _rot90(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=2))
    return [make(shape)], [draw(st.integers(-5, 5)), draw(several_axes(len(shape), 2, 2))]


@generator("ravel")
def _ravel(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], []


@generator("flatten")
def _flatten(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    n = max(1, len(shape))
    start, end = sorted(draw(st.tuples(*[st.integers(0, n - 1)] * 2)))
    return [make(shape)], [start - n * draw(st.booleans()), end - n * draw(st.booleans())]


@generator("repeat")
def _repeat(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axis = an_axis(draw, len(shape)) if shape and draw(st.booleans()) else None
    times = draw(st.integers(0, 3))
    if axis is None or draw(st.booleans()):
        return [make(shape)], [times, axis]
    return [make(shape)], [make.integers(0, 3, shape[axis]), axis]


@generator("tile")
def _tile(draw: Draw, make: Maker) -> Any:
    times = st.integers(0, 3)
    repetitions = times | st.lists(times, max_size=4).map(tuple)
    return [make(draw(shapes(max_side=3)))], [draw(repetitions)]
