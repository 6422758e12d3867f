"""Calls of Fourier transforms."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, Shape, several_axes, shapes, st
from autodiff.testing.generators.registry import an_axis, generator

NORMS = st.sampled_from(["backward", "ortho", "forward"])


def _numbers(draw: Draw, make: Maker, shape: Shape) -> Any:
    return make.complex(shape) if draw(st.booleans()) else make(shape)


def _filled(draw: Draw, axes: tuple[int, ...], ndim: int, least: int = 1) -> Shape:
    """A shape that is empty along none of the axes."""
    shape = list(draw(shapes(ndim, ndim)))
    for axis in axes:
        shape[axis] = max(shape[axis], least)
    return tuple(shape)


# --- primitives ---


@generator("dft")
def _dft(draw: Draw, make: Maker) -> Any:
    ndim = draw(st.integers(0, 3))
    axes = draw(several_axes(ndim))
    x = _numbers(draw, make, _filled(draw, axes, ndim))
    return [x], [axes, draw(st.booleans()), draw(NORMS), x.dtype.kind != "c"]


@generator("rdft")
def _rdft(draw: Draw, make: Maker) -> Any:
    ndim = draw(st.integers(1, 3))
    axis = an_axis(draw, ndim)
    return [make(_filled(draw, (axis,), ndim))], [axis, draw(st.booleans()), draw(NORMS)]


@generator("hdft")
def _hdft(draw: Draw, make: Maker) -> Any:
    ndim, n = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    axis = an_axis(draw, ndim)
    shape = list(_filled(draw, (axis,), ndim))
    shape[axis] = n // 2 + 1
    x = _numbers(draw, make, tuple(shape))
    return [x], [n, axis, draw(st.booleans()), draw(NORMS)]


# --- one axis ---


def _one(draw: Draw, least: int = 1) -> tuple[Shape, list[Any]]:
    """A shape, and length, axis and norm of a transform along one axis of it."""
    ndim = draw(st.integers(1, 3))
    axis = an_axis(draw, ndim)
    n = draw(st.none() | st.integers(1, 6))
    shape = _filled(draw, (axis,), ndim, least if n is None else 1)
    return shape, [n, axis, draw(NORMS)]


@generator("fft")
@generator("ifft")
def _fft(draw: Draw, make: Maker) -> Any:
    shape, params = _one(draw)
    return [_numbers(draw, make, shape)], params


@generator("rfft")
@generator("ihfft")
def _rfft(draw: Draw, make: Maker) -> Any:
    shape, params = _one(draw)
    return [make(shape)], params


@generator("irfft")
@generator("hfft")
def _irfft(draw: Draw, make: Maker) -> Any:
    shape, params = _one(draw, least=2)
    return [_numbers(draw, make, shape)], params


# --- several axes ---


def _several(draw: Draw, most: int, least: int = 1, half: bool = False) -> tuple[Shape, list[Any]]:
    """A shape, and lengths, axes and norm of a transform along `least` to `most` axes of it.

    `half`: of the last of these axes the shape has half the frequencies.
    """
    ndim = draw(st.integers(least, 3))
    axes = draw(several_axes(ndim, least))[-most:]
    given = draw(st.booleans())
    sizes = [draw(st.sampled_from([-1, 1, 2, 3, 5])) for _ in axes] if given else None
    shape = list(_filled(draw, axes, ndim))
    if half and (sizes is None or sizes[-1] == -1):
        shape[axes[-1]] = max(shape[axes[-1]], 2)
    if axes == tuple(range(ndim)) or (sizes and axes == tuple(range(-len(axes), 0))):
        return tuple(shape), [sizes, draw(st.sampled_from([axes, None])), draw(NORMS)]
    return tuple(shape), [sizes, axes, draw(NORMS)]


@generator("fftn")
@generator("ifftn")
def _fftn(draw: Draw, make: Maker) -> Any:
    shape, params = _several(draw, 3, least=0)
    return [_numbers(draw, make, shape)], params


@generator("rfftn")
def _rfftn(draw: Draw, make: Maker) -> Any:
    shape, params = _several(draw, 3)
    return [make(shape)], params


@generator("irfftn")
def _irfftn(draw: Draw, make: Maker) -> Any:
    shape, params = _several(draw, 3, half=True)
    return [_numbers(draw, make, shape)], params


@generator("fft2")
@generator("ifft2")
def _fft2(draw: Draw, make: Maker) -> Any:
    shape, params = _several(draw, 2, least=2)
    return [_numbers(draw, make, shape)], [params[0], params[1] or (-2, -1), params[2]]


@generator("rfft2")
def _rfft2(draw: Draw, make: Maker) -> Any:
    shape, params = _several(draw, 2, least=2)
    return [make(shape)], [params[0], params[1] or (-2, -1), params[2]]


@generator("irfft2")
def _irfft2(draw: Draw, make: Maker) -> Any:
    shape, params = _several(draw, 2, least=2, half=True)
    return [_numbers(draw, make, shape)], [params[0], params[1] or (-2, -1), params[2]]


# --- order of the frequencies ---


@generator("fftshift")
@generator("ifftshift")
def _fftshift(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axes: Any = draw(several_axes(len(shape)))
    if len(axes) == 1 and draw(st.booleans()):
        (axes,) = axes
    return [_numbers(draw, make, shape)], [axes if draw(st.booleans()) else None]
