"""Calls of what joins arrays and takes them apart."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, Shape, broadcastable_shapes, shapes, sides, st
from autodiff.testing.generators.registry import an_axis, generator


@generator("unstack")
def _unstack(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    return [make(shape)], [an_axis(draw, len(shape))]


@generator("split")
def _split(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    axis = an_axis(draw, len(shape))
    n = shape[axis]
    even = [parts for parts in range(1, 6) if n % parts == 0]
    return [make(shape)], [draw(st.sampled_from(even) | _cuts(n)), axis]


@generator("array_split")
def _array_split(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    axis = an_axis(draw, len(shape))
    return [make(shape)], [draw(st.integers(1, 6) | _cuts(shape[axis])), axis]


def _cuts(n: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, n), max_size=3).map(sorted)


@generator("hstack")
def _hstack(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return _joined(draw, make, shape, 0 if len(shape) == 1 else 1)


@generator("vstack")
def _vstack(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return _joined(draw, make, shape, 0 if len(shape) > 1 else None)


@generator("dstack")
def _dstack(draw: Draw, make: Maker) -> Any:
    return _joined(draw, make, draw(shapes()), 2)


def _joined(draw: Draw, make: Maker, shape: Shape, axis: int | None) -> Any:
    """Arrays of one shape; but for `axis`, if they have it."""
    lengths = draw(st.lists(sides(most=3), min_size=1, max_size=3))
    if axis is None or len(shape) <= axis:
        return [make(shape) for _ in lengths], []
    return [make((*shape[:axis], n, *shape[axis + 1 :])) for n in lengths], []


@generator("atleast_1d")
@generator("atleast_2d")
@generator("atleast_3d")
def _at_least(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes())) for _ in range(draw(st.integers(1, 3)))], []


@generator("broadcast_arrays")
def _broadcast_arrays(draw: Draw, make: Maker) -> Any:
    return [make(shape) for shape in draw(broadcastable_shapes(draw(st.integers(1, 3))))], []


@generator("meshgrid")
def _meshgrid(draw: Draw, make: Maker) -> Any:
    vectors = [draw(shapes(max_dims=1)) for _ in range(draw(st.integers(1, 4)))]
    return [make(shape) for shape in vectors], [draw(st.sampled_from(["xy", "ij"]))]
