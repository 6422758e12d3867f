"""Calls of ops that read and write along an axis."""

from __future__ import annotations

from math import prod
from typing import Any

from autodiff.testing.drawing import Draw, Maker, Shape, broadcastable_shapes, shapes, st
from autodiff.testing.generators.registry import an_axis, generator


def _rows(draw: Draw) -> tuple[Shape, Shape, Shape, int]:
    """Shapes of an array, of indices along an axis of it, and of what they pick; that axis."""
    picked = draw(shapes(min_dims=1))
    axis = draw(st.integers(0, len(picked) - 1))
    x, indices = (tuple(1 if draw(st.integers(0, 3)) == 0 else n for n in picked) for _ in range(2))
    whole = tuple(max(n, m) if 0 not in (n, m) else 0 for n, m in zip(x, indices, strict=True))
    x = (*x[:axis], draw(st.integers(1, 4)), *x[axis + 1 :])
    indices = (*indices[:axis], picked[axis], *indices[axis + 1 :])
    return x, indices, (*whole[:axis], picked[axis], *whole[axis + 1 :]), axis


@generator("pick_along")
def _pick_along(draw: Draw, make: Maker) -> Any:
    x, indices, _, axis = _rows(draw)
    return [make(x)], [make.integers(0, x[axis], indices), axis]


@generator("spread_along")
def _spread_along(draw: Draw, make: Maker) -> Any:
    x, indices, picked, axis = _rows(draw)
    return [make(picked)], [make.integers(0, x[axis], indices), x[axis], axis]


@generator("take_along_axis")
def _take_along_axis(draw: Draw, make: Maker) -> Any:
    x, indices, _, axis = _rows(draw)
    back = len(x) * draw(st.booleans())
    return [make(x)], [make.integers(-x[axis], x[axis], indices), axis - back]


@generator("add_along_axis")
@generator("put_along_axis")
def _write_along_axis(draw: Draw, make: Maker) -> Any:
    x, indices, picked, axis = _rows(draw)
    x = (*picked[:axis], x[axis], *picked[axis + 1 :])
    (values,) = draw(broadcastable_shapes(1, picked))
    back = len(x) * draw(st.booleans())
    return [make(x), make(values)], [make.integers(-x[axis], x[axis], indices), axis - back]


@generator("take")
def _take(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    axis = draw(st.none() | st.just(an_axis(draw, len(shape))))
    n = prod(shape) if axis is None else shape[axis]
    return [make(shape)], [make.integers(-n, n, draw(shapes(max_dims=2))), axis]


@generator("index_add")
def _index_add(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    axis = draw(st.integers(0, len(shape) - 1))
    index = make.integers(-shape[axis], shape[axis], draw(shapes(max_dims=2)))
    picked = (*shape[:axis], *index.shape, *shape[axis + 1 :])
    (source,) = draw(broadcastable_shapes(1, picked))
    return [make(shape), make(source)], [index, axis - len(shape) * draw(st.booleans())]


@generator("gather")
def _gather(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    axis = draw(st.integers(0, len(shape) - 1))
    corner = tuple(draw(st.integers(0, 5 if i == axis else n)) for i, n in enumerate(shape))
    index = make.integers(-shape[axis], shape[axis], corner)
    return [make(shape)], [axis - len(shape) * draw(st.booleans()), index]
