"""Calls of ops that turn around, reorder and repeat."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, shapes, st
from autodiff.testing.generators.registry import an_axis, generator, some_axes


@generator("flip")
def _flip(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [some_axes(draw, len(shape))]


@generator("flipud")
@generator("fliplr")
def _flip_matrix(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes(min_dims=2)))], []


@generator("roll")
def _roll(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axis = some_axes(draw, len(shape))
    step = st.integers(-5, 5)
    several = st.tuples(*[step] * len(axis)) if isinstance(axis, tuple) else step
    return [make(shape)], [draw(step | several), axis]


@generator("moveaxis")
def _moveaxis(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    n = draw(st.integers(0, len(shape)))
    ends = [draw(st.permutations(range(len(shape))))[:n] for _ in range(2)]
    ends = [[axis - len(shape) * draw(st.booleans()) for axis in axes] for axes in ends]
    if n == 1 and draw(st.booleans()):
        return [make(shape)], [axes[0] for axes in ends]
    return [make(shape)], [tuple(axes) for axes in ends]


@generator("swapaxes")
def _swapaxes(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    return [make(shape)], [an_axis(draw, len(shape)), an_axis(draw, len(shape))]


@generator("rot90")
def _rot90(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=2))
    axes = draw(st.permutations(range(len(shape))))[:2]
    plane = tuple(axis - len(shape) * draw(st.booleans()) for axis in axes)
    return [make(shape)], [draw(st.integers(-5, 5)), plane]


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
    return [make(shape)], [make.rng.integers(0, 3, shape[axis]), axis]


@generator("tile")
def _tile(draw: Draw, make: Maker) -> Any:
    times = st.integers(0, 3)
    repetitions = times | st.lists(times, max_size=4).map(tuple)
    return [make(draw(shapes(max_side=3)))], [draw(repetitions)]
