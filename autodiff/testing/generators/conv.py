"""Calls of convolutions."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, Shape, st
from autodiff.testing.generators.registry import Generator, generator
from autodiff.testing.generators.window import (
    Window,
    a_window,
    few,
    spoken,
    spoken_margins,
)


def _grouped(draw: Draw, window: Window) -> tuple[Shape, Shape, Shape, int]:
    """Shapes of images, of filters, of their convolution, and in how many groups they are."""
    (n, c, o), groups = few(draw, 3), draw(st.sampled_from([1, 1, 2]))
    return (
        (n, groups * c, *window.size),
        (groups * o, c, *window.kernel),
        (n, groups * o, *window.out),
        groups,
    )


@generator("convolution")
def _convolution(draw: Draw, make: Maker) -> Any:
    window = a_window(draw)
    x, w, _, groups = _grouped(draw, window)
    return [make(x), make(w)], [*window[2:-1], groups]


@generator("convolution_input")
def _convolution_input(draw: Draw, make: Maker) -> Any:
    window = a_window(draw)
    _, w, c, groups = _grouped(draw, window)
    return [make(c), make(w)], [window.size, *window[2:-1], groups]


@generator("convolution_weight")
def _convolution_weight(draw: Draw, make: Maker) -> Any:
    window = a_window(draw)
    x, _, c, groups = _grouped(draw, window)
    return [make(x), make(c)], [window.kernel, *window[2:-1], groups]


def _conv(axes: int) -> Generator:
    def generate(draw: Draw, make: Maker) -> Any:
        window = a_window(draw, axes)
        x, w, _, groups = _grouped(draw, window)
        stride, padding = spoken(draw, window.stride), spoken_margins(draw, window.padding)
        if draw(st.booleans()):
            reach = [d * (k - 1) for d, k in zip(window.dilation, window.kernel, strict=True)]
            if draw(st.booleans()):
                stride, padding = 1, "same"
            elif all(n > r for n, r in zip(window.size, reach, strict=True)):
                padding = "valid"
        params = [stride, padding, spoken(draw, window.dilation), groups]
        return [*_single(draw, make, x), make(w), _bias(draw, make, w[0])], params

    return generate


def _conv_transpose(axes: int) -> Generator:
    def generate(draw: Draw, make: Maker) -> Any:
        window = a_window(draw, axes)
        _, w, x, groups = _grouped(draw, window)
        more = []
        for _, k, s, (before, after), d, m in zip(*window, strict=True):
            size = (m - 1) * s + d * (k - 1) + 1 - before - after
            more.append(draw(st.integers(max(0, 1 - size), max(s, d) - 1)))
        params = [
            spoken(draw, window.stride),
            spoken_margins(draw, window.padding),
            spoken(draw, more),
            groups,
            spoken(draw, window.dilation),
        ]
        bias = _bias(draw, make, groups * w[1])
        return [*_single(draw, make, x), make(w), bias], params

    return generate


def _single(draw: Draw, make: Maker, shape: Shape) -> list[Any]:
    """Images, or a single one without its axis N."""
    return [make(shape[1:] if draw(st.booleans()) else shape)]


def _bias(draw: Draw, make: Maker, channels: int) -> Any:
    return make((channels,)) if draw(st.booleans()) else None


for _axes in (1, 2, 3):
    generator(f"conv{_axes}d")(_conv(_axes))
    generator(f"conv_transpose{_axes}d")(_conv_transpose(_axes))
