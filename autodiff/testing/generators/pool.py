"""Calls of pooling ops."""

from __future__ import annotations

from typing import Any

from autodiff.kernels.pool import pool_max
from autodiff.testing.drawing import Draw, Maker, shapes, st
from autodiff.testing.generators.registry import Generator, generator
from autodiff.testing.generators.window import (
    Window,
    a_window,
    dense,
    spoken,
    spoken_margins,
)


def _images(draw: Draw, make: Maker, window: Window, apart: bool = False) -> Any:
    batch = draw(shapes(max_dims=2, max_side=2))
    return make((*batch, *window.size), apart=apart)


# --- ops ---


@generator("max_pool")
def _max_pool(draw: Draw, make: Maker) -> Any:
    window = a_window(draw, sees=True)
    return [_images(draw, make, window, apart=True)], list(window[1:-1])


@generator("max_pool_spread", constants=(1, 2))
def _max_pool_spread(draw: Draw, make: Maker) -> Any:
    (x,), params = _max_pool(draw, make)
    top = pool_max(x, *params)
    return [make(top.shape), x, top], params


@generator("max_pool_pick", constants=(1, 2))
def _max_pool_pick(draw: Draw, make: Maker) -> Any:
    (x,), params = _max_pool(draw, make)
    return [make(x.shape), x, pool_max(x, *params)], params


@generator("sum_pool")
def _sum_pool(draw: Draw, make: Maker) -> Any:
    window = dense(a_window(draw))
    return [_images(draw, make, window)], list(window[1:-2])


@generator("sum_pool_spread")
def _sum_pool_spread(draw: Draw, make: Maker) -> Any:
    window = dense(a_window(draw))
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *window.out))], list(window[:-2])


# --- composites ---


def _a_stride(draw: Draw, window: Window) -> Any:
    return None if window.stride == window.kernel else spoken(draw, window.stride)


def _largest(axes: int) -> Generator:
    def generate(draw: Draw, make: Maker) -> Any:
        window = a_window(draw, axes, sees=True)
        return [_images(draw, make, window, apart=True)], [
            spoken(draw, window.kernel),
            _a_stride(draw, window),
            spoken_margins(draw, window.padding),
            spoken(draw, window.dilation),
            draw(st.booleans()),
        ]

    return generate


def _averaged(axes: int) -> Generator:
    def generate(draw: Draw, make: Maker) -> Any:
        window = dense(a_window(draw, axes, sees=True))
        return [_images(draw, make, window)], [
            spoken(draw, window.kernel),
            _a_stride(draw, window),
            spoken_margins(draw, window.padding),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.sampled_from([None, None, 3, -0.5])),
        ]

    return generate


def _adaptive(axes: int, apart: bool) -> Generator:
    def generate(draw: Draw, make: Maker) -> Any:
        longest = 7 - axes
        size = [draw(st.integers(1, longest)) for _ in range(axes)]
        wanted = [draw(st.integers(1, longest) | st.none()) for _ in range(axes)]
        batch = draw(shapes(max_dims=2, max_side=2))
        whole = wanted[0] if len({*wanted}) == 1 and draw(st.booleans()) else tuple(wanted)
        return [make((*batch, *size), apart=apart)], [whole]

    return generate


for _axes in (1, 2, 3):
    generator(f"max_pool{_axes}d")(_largest(_axes))
    generator(f"avg_pool{_axes}d")(_averaged(_axes))
    generator(f"adaptive_max_pool{_axes}d")(_adaptive(_axes, apart=True))
    generator(f"adaptive_avg_pool{_axes}d")(_adaptive(_axes, apart=False))
