"""Images read at places that are computed themselves: `grid_sample`, and `affine_grid` for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from autodiff.declare import composite
from autodiff.errors import OpTypeError, OpValueError
from autodiff.ops.index import getitem
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import expand_dims, matrix_transpose, permute_dims, reshape
from autodiff.ops.selection import abs, clip, where
from autodiff.variable import Array, raw

MODES = {"nearest": (2, 3), "bilinear": (2, 3), "bicubic": (2,)}
PADDINGS = ("zeros", "border", "reflection")


@composite
def grid_sample(
    x: Array,
    grid: Array,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Any:
    """Images (or volumes) read at the places that a grid gives, between the pixels too.

    Parameters
    ----------
    x
        Images (N, C, H, W), or volumes (N, C, D, H, W).
    grid
        Places, (N, H', W', 2) or (N, D', H', W', 3): each as (x, y) or (x, y, z), from -1 (left,
        top, front) to 1. Real.
    mode
        "bilinear" (of volumes: trilinear), "nearest" (a place halfway goes to the even pixel; no
        gradient flows to `grid`), or "bicubic" (of images: Keys' kernel, a = -0.75).
        Default: "bilinear".
    padding_mode
        What is outside: "zeros", "border" (the outer pixels go on) or "reflection" (the image is
        mirrored). Default: "zeros".
    align_corners
        Whether -1 and 1 are the centers of the outer pixels; False (and None): their outer edges.
        Default: None.

    Returns
    -------
    Tensor
        (N, C, H', W') or (N, C, D', H', W'); the common dtype.

    Raises
    ------
    OpTypeError
        If `grid` is not real floating.
    OpValueError
        If the shapes do not fit, the images are empty, or `mode` or `padding_mode` is unknown.

    Notes
    -----
    `torch.nn.functional.grid_sample`. Jaderberg et al., "Spatial Transformer Networks", 2015. At a
    pixel, where the function has a kink, the slope is that to the next pixel (right, below,
    behind). Where the outer pixels go on, it is 0 from their centers on.

    Examples
    --------
    >>> image = Tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> grid_sample(image, Tensor([[[[0.0, 0.0], [0.5, -0.5]]]]))
    Tensor([[[[2.5, 2. ]]]])
    """
    size = x.shape[2:]
    _refuse(x, grid, mode, padding_mode)
    align = bool(align_corners)
    taps = []
    for i, n in enumerate(size):
        at = _pixels(getitem(grid, (..., len(size) - 1 - i)), n, align)
        if padding_mode != "reflection":
            at = clip(at, -4, n + 3)  # beyond, all is the same; and infinity is no trouble
        if mode != "bicubic":
            at = _inside(at, n, padding_mode, align)
        taps.append(_taps(at, n, mode, padding_mode, align))
    pixels = permute_dims(x, (0, *range(2, x.ndim), 1))
    pixels = reshape(pixels, (x.shape[0] * prod(size), x.shape[1]))
    image = np.arange(x.shape[0]).reshape(-1, *(1,) * len(size))
    y = None
    for corner in product(*taps):
        number, weight = image, None
        for (index, factor), n in zip(corner, size, strict=True):
            number = number * n + index
            weight = factor if weight is None else weight * factor
        part = getitem(pixels, number) * expand_dims(weight, -1)
        y = part if y is None else y + part
    return permute_dims(y, (0, x.ndim - 1, *range(1, x.ndim - 1)))


def _refuse(x: Any, grid: Any, mode: str, padding: str) -> None:
    if mode not in MODES or padding not in PADDINGS:
        raise OpValueError(
            f"grid_sample: expected a mode out of {sorted(MODES)} and a padding_mode out of "
            f"{sorted(PADDINGS)}, got {mode!r} and {padding!r}"
        )
    d = x.ndim - 2
    if d not in MODES[mode] or 0 in x.shape[2:]:
        raise OpValueError(
            f"grid_sample: expected images (N, C, H, W)"
            f"{'' if mode == 'bicubic' else ' or volumes (N, C, D, H, W)'}, not empty, for mode "
            f"{mode!r}, got shape {x.shape}"
        )
    if grid.ndim != d + 2 or grid.shape[-1] != d or grid.shape[0] != x.shape[0]:
        raise OpValueError(
            f"grid_sample: expected a grid ({x.shape[0]}, ..., {d}) of {d + 2} axes for images of "
            f"shape {x.shape}, got {grid.shape}"
        )
    if grid.dtype.kind != "f":
        raise OpTypeError(f"grid_sample: expected a grid of real floats, got {grid.dtype}")


def _pixels(at: Any, n: int, align: bool) -> Any:
    """Places from -1 to 1 as places from 0, the center of the first of `n` pixels, to n - 1."""
    return (at + 1) * ((n - 1) / 2) if align else ((at + 1) * n - 1) / 2


def _inside(at: Any, n: int, padding: str, align: bool) -> Any:
    """Places as they are, or moved into the image."""
    if padding == "zeros":
        return at
    if padding == "reflection":
        at = _reflected(at, n, align)
    here = raw(at)
    outer = np.asarray(np.where(here <= 0, 0, n - 1), here.dtype)
    return where((here <= 0) | (here >= n - 1), outer, at)


def _reflected(at: Any, n: int, align: bool) -> Any:
    low, span = (0.0, n - 1) if align else (-0.5, n)
    if not span:
        return at * 0
    away = abs(at - low)
    times = np.floor(raw(away) / span)
    rest = away - times * span
    return where(times % 2 == 0, rest, span - rest) + low


def _taps(at: Any, n: int, mode: str, padding: str, align: bool) -> list[tuple[Any, Any]]:
    """The pixels along one axis that make the value at a place: numbers and weights."""
    here = raw(at)
    first = np.rint(here) if mode == "nearest" else np.floor(here)
    if mode == "nearest":
        weights = {0: where(here != here, at, np.ones_like(here))}  # NaN stays NaN
    else:
        part = at - first
        weights = {0: 1 - part, 1: part} if mode == "bilinear" else _cubic(part)
    found = []
    for step, weight in weights.items():
        index = first + step
        if mode == "bicubic":
            index = _inside(index, n, padding, align)
        seen = ~((index < 0) | (index > n - 1))  # NaN is, and makes the value NaN
        number = np.clip(np.nan_to_num(index), 0, n - 1).astype(int)
        found.append((number, weight * seen))
    return found


def _cubic(part: Any) -> dict[int, Any]:
    """Weights by Keys' kernel of the four pixels around a place, `part` behind the second."""
    a = -0.75

    def near(t: Any) -> Any:
        return ((a + 2) * t - (a + 3)) * t * t + 1

    def far(t: Any) -> Any:
        return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a

    return {-1: far(part + 1), 0: near(part), 1: near(1 - part), 2: far(2 - part)}


@composite
def affine_grid(theta: Array, size: Sequence[int], align_corners: bool | None = None) -> Any:
    """The grid by which `grid_sample` turns, stretches and moves images.

    Parameters
    ----------
    theta
        A matrix [A | b] for each image, (N, 2, 3); or volume, (N, 3, 4). The place p of the result
        is read at ``A p + b``.
    size
        Shape of the result, (N, C, H, W) or (N, C, D, H, W).
    align_corners
        As in `grid_sample`.

    Returns
    -------
    Tensor
        Places, (N, H, W, 2) or (N, D, H, W, 3); `theta`'s dtype.

    Raises
    ------
    OpValueError
        If `theta` does not fit `size`.

    Notes
    -----
    `torch.nn.functional.affine_grid`.

    Examples
    --------
    >>> affine_grid(Tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]]), (1, 1, 1, 2))
    Tensor([[[[0., 0.],
              [1., 0.]]]])
    """
    d = len(size) - 2
    if d not in (2, 3) or theta.shape != (size[0], d, d + 1):
        raise OpValueError(
            f"affine_grid: expected theta (N, 2, 3) for a size (N, C, H, W) or (N, 3, 4) for "
            f"(N, C, D, H, W), got {theta.shape} for {tuple(size)}"
        )
    sides = [_centers(n, bool(align_corners)) for n in size[2:]]
    places = np.meshgrid(*sides, indexing="ij")[::-1]
    points = np.stack([*places, np.ones(size[2:])], -1).reshape(-1, d + 1)
    dtype = theta.dtype if theta.dtype.kind == "f" else np.float64
    grid = matmul(points.astype(dtype), matrix_transpose(theta))
    return reshape(grid, (size[0], *size[2:], d))


def _centers(n: int, align: bool) -> Any:
    """Places from -1 to 1 of `n` pixels."""
    if align:
        return np.linspace(-1, 1, n) if n > 1 else np.zeros(n)
    return (2 * np.arange(n) + 1) / n - 1
