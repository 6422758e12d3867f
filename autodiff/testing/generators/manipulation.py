"""Calls of ops that move elements."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, broadcastable_shapes, several_axes, shapes, st
from autodiff.testing.generators.registry import an_axis, generator


@generator("reshape")
def _reshape(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    new = list(draw(st.permutations([*shape, *draw(st.sampled_from([(), (1,), (1, 1)]))])))
    if len(new) > 1 and draw(st.booleans()):
        new[:2] = [new[0] * new[1]]
    if new and prod(new) and draw(st.booleans()):
        new[draw(st.integers(0, len(new) - 1))] = -1
    return [make(shape)], [tuple(new), draw(st.sampled_from([None, True]))]


@generator("permute_dims")
def _permute_dims(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [draw(several_axes(len(shape), len(shape)))]


@generator("matrix_transpose")
def _matrix_transpose(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes(min_dims=2, max_dims=4)))], []


@generator("broadcast_to")
def _broadcast_to(draw: Draw, make: Maker) -> Any:
    full = draw(shapes())
    (part,) = draw(broadcastable_shapes(1, full))
    return [make(part)], [full]


@generator("sum_to")
def _sum_to(draw: Draw, make: Maker) -> Any:
    full = draw(shapes())
    (part,) = draw(broadcastable_shapes(1, full))
    return [make(full)], [part]


@generator("squeeze")
def _squeeze(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(max_side=2))
    ones = [axis for axis, side in enumerate(shape) if side == 1]
    chosen = draw(st.lists(st.sampled_from(ones), unique=True)) if ones else []
    axes = tuple(a - len(shape) * draw(st.booleans()) for a in chosen)
    axis = axes[0] if len(axes) == 1 and draw(st.booleans()) else axes
    return [make(shape)], [draw(st.sampled_from([axis, None]))]


@generator("expand_dims")
def _expand_dims(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    more = draw(st.integers(1, 2))
    axes = draw(several_axes(len(shape) + more, more, more))
    return [make(shape)], [axes[0] if len(axes) == 1 and draw(st.booleans()) else axes]


@generator("concat")
def _concat(draw: Draw, make: Maker) -> Any:
    sizes = [draw(shapes(min_dims=1))] * draw(st.integers(1, 3))
    axis = draw(st.none() | st.integers(-len(sizes[0]), len(sizes[0]) - 1))
    if axis is not None:
        at = axis % len(sizes[0])
        sizes = [(*s[:at], draw(st.integers(0, 3)), *s[at + 1 :]) for s in sizes]
    return [make(shape) for shape in sizes], [axis]


@generator("stack")
def _stack(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    joined = [make(shape) for _ in range(draw(st.integers(1, 3)))]
    return joined, [an_axis(draw, len(shape) + 1)]


@generator("zero_pad")
def _zero_pad(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    width = st.integers(0, 2)
    return [make(shape)], [tuple(draw(st.tuples(width, width)) for _ in shape)]


@generator("pad")
def _pad(draw: Draw, make: Maker) -> Any:
    mode = draw(st.sampled_from(["constant", "edge", "reflect", "symmetric", "wrap"]))
    shape = draw(shapes(min_dims=1, min_side=0 if mode == "constant" else 1))
    width = st.integers(0, 2 if mode == "constant" else 5)
    pair = st.tuples(width, width)
    pairs = st.tuples(*[pair] * len(shape))
    values = draw(st.sampled_from([0, 1.5, (0.5, 2.0)])) if mode == "constant" else 0
    return [make(shape)], [draw(width | pair | pairs), mode, values]


@generator("copy")
def _copy(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], []


@generator("cast")
def _cast(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], [_dtype(draw, make)]


@generator("astype")
def _astype(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], [_dtype(draw, make), True, draw(st.sampled_from([None, "cpu"]))]


def _dtype(draw: Draw, make: Maker) -> Any:
    kinds = [np.complex128, np.complex64]
    if make.dtype.kind == "f":
        kinds = [np.float64, np.float32]
    return np.dtype(draw(st.sampled_from(kinds)))
