"""Calls of what makes values between given ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Draw, Maker, Shape, rounded, shapes, sides, st
from autodiff.testing.generators.registry import an_axis, generator


@generator("resample")
def _resample(draw: Draw, make: Maker) -> Any:
    ndim, n = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    axis = an_axis(draw, ndim)
    shape = list(draw(shapes(ndim, ndim)))
    shape[axis] = n
    taps, m = draw(st.integers(0, 3)), draw(st.integers(0, 5))
    index = make.integers(0, n, (taps, m))
    taken = make.rng.random((taps, m)) < 0.8
    weight = taken if draw(st.booleans()) else taken * make((taps, m), dtype=float)
    return [make(tuple(shape))], [index, weight, axis]


MODES = {
    1: ["nearest", "nearest-exact", "area", "linear"],
    2: ["nearest", "nearest-exact", "area", "bilinear", "bicubic"],
    3: ["nearest", "nearest-exact", "area", "trilinear"],
}


@generator("interpolate")
def _interpolate(draw: Draw, make: Maker) -> Any:
    axes = draw(st.integers(1, 3))
    side = st.integers(1, 5 if axes < 3 else 3)
    old = draw(st.tuples(*[side] * axes))
    mode = draw(st.sampled_from(MODES[axes]))
    antialias = mode in ("bilinear", "bicubic") and draw(st.booleans())
    align = draw(st.sampled_from([None, False, True])) if mode.endswith(("ear", "bic")) else None
    shape = (draw(sides(most=2)), draw(st.integers(1, 2)), *old)
    if draw(st.booleans()):
        size: Any = draw(side if draw(st.booleans()) else st.tuples(*[side] * axes))
        return [make(shape)], [size, None, mode, align, None, antialias]
    factors = st.sampled_from([1.0, 1.3, 1.6, 2.0, 2.5])
    factor: Any = draw(factors if draw(st.booleans()) else st.tuples(*[factors] * axes))
    again = draw(st.sampled_from([None, False, True]))
    return [make(shape)], [None, factor, mode, align, again, antialias]


@generator("interp")
def _interp(draw: Draw, make: Maker) -> Any:
    n = draw(st.integers(1, 5))
    xp = np.sort(make((n,), (-2.0, 2.0), apart=True))
    fp = make.complex((n,)) if draw(st.booleans()) else make((n,))
    ends = [make(()) if draw(st.booleans()) else None for _ in range(2)]
    return [_beside(xp, draw(shapes()), make), xp, fp, *ends], []


def _beside(xp: Any, shape: Shape, make: Maker) -> Any:
    """Numbers between the given ones and beyond, none near one of them."""
    edges = np.array([xp[0] - 1, *xp, xp[-1] + 1])
    i = make.integers(0, len(edges) - 1, shape)
    x = edges[i] + (edges[i + 1] - edges[i]) * make.rng.uniform(0.3, 0.7, shape)
    return rounded(x, xp.dtype, 2)


@generator("pixel_shuffle")
def _pixel_shuffle(draw: Draw, make: Maker) -> Any:
    batch, r = draw(shapes(max_dims=2, max_side=2)), draw(st.integers(1, 3))
    c, h, w = draw(st.tuples(sides(most=2), sides(most=3), st.integers(1, 2)))
    return [make((*batch, c * r * r, h, w))], [r]


@generator("pixel_unshuffle")
def _pixel_unshuffle(draw: Draw, make: Maker) -> Any:
    batch, r = draw(shapes(max_dims=2, max_side=2)), draw(st.integers(1, 3))
    c, h, w = draw(st.tuples(sides(most=2), sides(most=3), st.integers(1, 2)))
    return [make((*batch, c, h * r, w * r))], [r]


@generator("grid_sample")
def _grid_sample(draw: Draw, make: Maker) -> Any:
    axes = draw(st.integers(2, 3))
    size = draw(st.tuples(*[st.integers(1, 4 if axes == 2 else 3)] * axes))
    n, c = draw(sides(most=2)), draw(sides(most=2))
    places = draw(st.tuples(*[sides(most=2)] * axes))
    align = draw(st.sampled_from([None, False, True]))
    at = [_off_pixels(side, (n, *places), bool(align), make) for side in reversed(size)]
    grid = rounded(np.stack(at, -1), make.dtype, 2)
    mode = draw(st.sampled_from(["nearest", "bilinear", "bicubic"][: 5 - axes]))
    padding = draw(st.sampled_from(["zeros", "border", "reflection"]))
    return [make((n, c, *size)), grid], [mode, padding, align]


def _off_pixels(side: int, shape: Shape, align: bool, make: Maker) -> Any:
    """Places in an image and around it, none near a pixel or the middle between two."""
    part = make.rng.choice([0.25, 0.75], shape) + make.rng.uniform(-0.1, 0.1, shape)
    at = make.integers(-side - 1, 2 * side + 1, shape) + part
    return 2 * at / max(1, side - 1) - 1 if align else (2 * at + 1) / side - 1


@generator("affine_grid")
def _affine_grid(draw: Draw, make: Maker) -> Any:
    axes, n = draw(st.integers(2, 3)), draw(st.integers(0, 2))
    size = (n, 1, *draw(st.tuples(*[sides(most=3)] * axes)))
    return [make((n, axes, axes + 1))], [size, draw(st.sampled_from([None, False, True]))]
