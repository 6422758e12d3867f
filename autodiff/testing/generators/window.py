"""Windows of images, and calls of the ops that unroll them."""

from __future__ import annotations

from math import prod
from typing import Any

from autodiff.kernels.window import Pair, out_size
from autodiff.testing.drawing import Draw, Maker, st
from autodiff.testing.generators.registry import generator


def a_window(draw: Draw) -> tuple[Pair, Pair, Pair, Pair, Pair]:
    """Size of an image; a window's kernel, stride and padding that fit it; how many fit."""
    side = st.integers(1, 3)
    kernel = draw(st.tuples(side, side))
    stride = draw(st.tuples(side, side))
    ph, pw = padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    size = draw(st.tuples(st.integers(kernel[0] - ph, 6), st.integers(kernel[1] - pw, 6)))
    return size, kernel, stride, padding, out_size(size, kernel, stride, padding)


def few(draw: Draw, n: int) -> list[int]:
    """Lengths of the axes beside a window's: the first may be 0."""
    return [draw(st.integers(0 if not i else 1, 2)) for i in range(n)]


@generator("im2col")
def _im2col(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = a_window(draw)
    return [make((*few(draw, 2), *size))], [kernel, stride, padding]


@generator("col2im")
def _col2im(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = a_window(draw)
    n, c = few(draw, 2)
    rows = make((n * prod(out), c * prod(kernel)))
    return [rows], [(n, c, *size), kernel, stride, padding]
