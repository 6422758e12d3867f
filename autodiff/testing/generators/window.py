"""Windows of signals, images and volumes, and calls of the ops that unroll them."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from autodiff.kernels.window import Margins, Sizes, out_size
from autodiff.testing.drawing import Draw, Maker, shapes, st
from autodiff.testing.generators.registry import generator


class Window(NamedTuple):
    """A window, the size of an image that it fits, and how many times it does."""

    size: Sizes
    kernel: Sizes
    stride: Sizes
    padding: Margins
    dilation: Sizes
    out: Sizes


def a_window(draw: Draw, axes: int | None = None, sees: bool = False) -> Window:
    """A window over one to three axes, and the size of an image that it fits.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    axes
        How many axes; None draws that too.
    sees
        Whether the window sees something of the image everywhere, the margin being no wider than
        half of it.
    """
    axes = draw(st.integers(1, 3)) if axes is None else axes
    longest = 3 if axes < 3 else 2
    each: list[Any] = []
    for _ in range(axes):
        k, s, d = (draw(st.integers(1, longest)) for _ in range(3))
        d = 1 if k == 1 else d
        margin = st.integers(0, k // 2 if sees else longest)
        before, after = draw(st.tuples(margin, margin))
        least = max(1, d if sees else 1, d * (k - 1) + 1 - before - after)
        each.append((draw(st.integers(least, least + longest)), k, s, (before, after), d))
    size, kernel, stride, padding, dilation = zip(*each, strict=True)
    out = out_size(size, kernel, stride, padding, dilation)
    return Window(size, kernel, stride, padding, dilation, out)


def few(draw: Draw, n: int) -> list[int]:
    """Lengths of the axes beside a window's: the first may be 0."""
    return [draw(st.integers(0 if not i else 1, 2)) for i in range(n)]


def spoken(draw: Draw, numbers: Any) -> Any:
    """The same as users may say it: one number that stands for all, a tuple or a list."""
    how = draw(st.sampled_from([int, tuple, list]))
    if how is int:
        alike = len({*numbers}) == 1 and isinstance(numbers[0], int)
        return numbers[0] if alike else tuple(numbers)
    return how(numbers)


def spoken_margins(draw: Draw, padding: Margins) -> Any:
    """Likewise: an axis with the same on both sides may have one number."""
    return spoken(draw, [(b, a) if draw(st.booleans()) or b != a else b for b, a in padding])


@generator("windows")
def _windows(draw: Draw, make: Maker) -> Any:
    window = a_window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *window.size))], list(window[1:-1])


@generator("from_windows")
def _from_windows(draw: Draw, make: Maker) -> Any:
    window = a_window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    cols = make((*batch, *window.kernel, *window.out))
    return [cols], [window.size, *window[2:-1]]


@generator("im2col")
def _im2col(draw: Draw, make: Maker) -> Any:
    window = dense(a_window(draw, 2))
    return [make((*few(draw, 2), *window.size))], _book(draw, window)


@generator("col2im")
def _col2im(draw: Draw, make: Maker) -> Any:
    window = dense(a_window(draw, 2))
    n, c = few(draw, 2)
    rows = make((n * prod(window.out), c * prod(window.kernel)))
    return [rows], [(n, c, *window.size), *_book(draw, window)]


def dense(window: Window) -> Window:
    """Without dilation."""
    size, kernel, stride, padding, dilation, _ = window
    dilation = (1,) * len(dilation)
    return Window(
        size, kernel, stride, padding, dilation, out_size(size, kernel, stride, padding, dilation)
    )


def _book(draw: Draw, window: Window) -> list[Any]:
    return [
        spoken(draw, window.kernel),
        spoken(draw, window.stride),
        spoken_margins(draw, window.padding),
    ]


@generator("unfold")
def _unfold(draw: Draw, make: Maker) -> Any:
    window = a_window(draw, 2)
    return [make((*few(draw, draw(st.integers(1, 2))), *window.size))], _torch(draw, window)


@generator("fold")
def _fold(draw: Draw, make: Maker) -> Any:
    window = a_window(draw, 2)
    *n, c = few(draw, draw(st.integers(1, 2)))
    cols = make((*n, c * prod(window.kernel), prod(window.out)))
    return [cols], [spoken(draw, window.size), *_torch(draw, window)]


def _torch(draw: Draw, window: Window) -> list[Any]:
    return [
        spoken(draw, window.kernel),
        spoken(draw, window.dilation),
        spoken_margins(draw, window.padding),
        spoken(draw, window.stride),
    ]
