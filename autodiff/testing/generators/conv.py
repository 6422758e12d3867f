"""Calls of convolutions."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker
from autodiff.testing.generators.registry import generator
from autodiff.testing.generators.window import a_window, few


@generator("conv2d")
def _conv2d(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = a_window(draw)
    n, c, o = few(draw, 3)
    return [make((n, c, *size)), make((o, c, *kernel))], [stride, padding]


@generator("conv2d_input")
def _conv2d_input(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = a_window(draw)
    n, c, o = few(draw, 3)
    return [make((n, o, *out)), make((o, c, *kernel))], [size, stride, padding]


@generator("conv2d_weight")
def _conv2d_weight(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = a_window(draw)
    n, c, o = few(draw, 3)
    return [make((n, c, *size)), make((n, o, *out))], [kernel, stride, padding]
