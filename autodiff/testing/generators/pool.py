"""Calls of pooling ops."""

from __future__ import annotations

from typing import Any

from autodiff.kernels.pool import pool_max
from autodiff.testing.drawing import Draw, Maker, shapes
from autodiff.testing.generators.registry import generator
from autodiff.testing.generators.window import a_window


@generator("max_pool2d")
def _max_pool2d(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = a_window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *size), apart=True)], [kernel, stride, padding]


@generator("max_pool2d_spread", constants=(1, 2))
def _max_pool2d_spread(draw: Draw, make: Maker) -> Any:
    (x,), params = _max_pool2d(draw, make)
    top = pool_max(x, *params)
    return [make(top.shape), x, top], params


@generator("max_pool2d_pick", constants=(1, 2))
def _max_pool2d_pick(draw: Draw, make: Maker) -> Any:
    (x,), params = _max_pool2d(draw, make)
    return [make(x.shape), x, pool_max(x, *params)], params


@generator("sum_pool2d")
def _sum_pool2d(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = a_window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *size))], [kernel, stride, padding]


@generator("sum_pool2d_spread")
def _sum_pool2d_spread(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = a_window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *out))], [size, kernel, stride, padding]
