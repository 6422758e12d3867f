"""References for the ops of autodiff/ops/interpolation.py and sampling.py: pixel by pixel."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np


def resample(x: Any, index: Any, weight: Any, axis: int) -> Any:
    rows = np.moveaxis(x, axis, -1)
    y = np.zeros((*rows.shape[:-1], index.shape[1]))
    for k, j in np.ndindex(*index.shape):
        y[..., j] += float(weight[k, j]) * rows[..., index[k, j]]
    return np.moveaxis(y, -1, axis)


def hat(t: float) -> float:
    return max(0.0, 1 - abs(t))


def keys(a: float) -> Callable[[float], float]:
    """Keys' cubic convolution kernel, as it stands in the paper for a = -1/2."""

    def kernel(t: float) -> float:
        t = abs(t)
        if t < 1:
            return (a + 2) * t**3 - (a + 3) * t**2 + 1
        return a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a if t < 2 else 0.0

    return kernel


def pixel(
    j: int, n: int, m: int, mode: str, align: bool, scale: float | None, smooth: bool
) -> list[float]:
    """The weights of n pixels in the j-th of m."""
    cubic = mode == "bicubic"
    if mode == "area":
        covered = [j * n < (i + 1) * m and i * m < (j + 1) * n for i in range(n)]
        return [c / sum(covered) for c in covered]
    if n == m and (smooth or mode.endswith("linear")):
        scale, smooth = None, False
    step = 1 / scale if scale else n / m
    if align:
        step = (n - 1) / (m - 1) if m > 1 else 0.0
    weights = [0.0] * n
    if smooth:
        wider, center = max(1.0, step), step * (j + 0.5)
        kernel = keys(-0.5) if cubic else hat
        first = math.floor(center - (2 if cubic else 1) * wider + 0.5)
        last = math.floor(center + (2 if cubic else 1) * wider + 0.5)
        for i in range(max(0, first), min(n, last)):
            weights[i] = kernel((i + 0.5 - center) / wider)
        return [w / sum(weights) for w in weights]
    if mode.startswith("nearest"):
        at = step * (j + 0.5 if mode == "nearest-exact" else j)
        weights[min(n - 1, math.floor(at + 1e-9))] = 1.0
        return weights
    at = step * j if align else step * (j + 0.5) - 0.5
    if not cubic:
        at = min(max(at, 0.0), n - 1.0)
    for i in range(math.floor(at) - 1, math.floor(at) + 3):
        weights[min(max(i, 0), n - 1)] += (keys(-0.75) if cubic else hat)(at - i)
    return weights


def interpolate(
    x: Any, size: Any, factor: Any, mode: str, align: Any, again: Any, antialias: bool
) -> Any:
    y = np.asarray(x, float)
    for axis in range(2, x.ndim):
        n, scale = x.shape[axis], None
        if size is not None:
            m = size if isinstance(size, int) else size[axis - 2]
        else:
            scale = factor if isinstance(factor, float) else factor[axis - 2]
            m = math.floor(n * scale)
        how = mode, bool(align), None if again else scale, antialias
        matrix = [pixel(j, n, m, *how) for j in range(m)]
        y = np.moveaxis(np.moveaxis(y, axis, -1) @ np.array(matrix).T, -1, axis)
    return y


def interp(x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    xs, ys = [float(v) for v in xp], [complex(v) for v in fp]

    def at(v: float) -> complex:
        if v < xs[0]:
            return ys[0] if left is None else complex(left)
        if v > xs[-1]:
            return ys[-1] if right is None else complex(right)
        j = bisect.bisect_left(xs, v)
        if xs[j] == v:
            return ys[j]
        return (ys[j - 1] * (xs[j] - v) + ys[j] * (v - xs[j - 1])) / (xs[j] - xs[j - 1])

    y = np.array([at(float(v)) for v in np.ravel(x)], complex).reshape(x.shape)
    return y if fp.dtype.kind == "c" else y.real


def pixel_shuffle(x: Any, r: int) -> Any:
    *batch, c, h, w = x.shape
    y = np.zeros((*batch, c // (r * r), h * r, w * r))
    for i, j in np.ndindex(r, r):
        y[..., i::r, j::r] = x[..., i * r + j :: r * r, :, :]
    return y


def pixel_unshuffle(x: Any, r: int) -> Any:
    *batch, c, h, w = x.shape
    y = np.zeros((*batch, c * r * r, h // r, w // r))
    for i, j in np.ndindex(r, r):
        y[..., i * r + j :: r * r, :, :] = x[..., i::r, j::r]
    return y


def mirrored(p: float, low: float, high: float) -> float:
    while not low <= p <= high:
        p = 2 * (low if p < low else high) - p
    return p


def grid_sample(x: Any, grid: Any, mode: str, padding: str, align: Any) -> Any:
    size = x.shape[2:]

    def inside(p: float, n: int) -> float:
        if padding == "reflection":
            p = mirrored(p, *((0, n - 1) if align else (-0.5, n - 0.5))) if n > 1 else 0.0
        return p if padding == "zeros" else min(max(p, 0.0), n - 1.0)

    def weights(place: float, n: int) -> dict[int, float]:
        """Pixels along one axis: which of them count, and how much."""
        p = (place + 1) / 2 * (n - 1) if align else (place + 1) / 2 * n - 0.5
        if mode != "bicubic":
            p = inside(p, n)
            if mode == "nearest":
                return {round(p): 1.0}
            return {i: hat(p - i) for i in (math.floor(p), math.floor(p) + 1)}
        found: dict[int, float] = {}
        for i in range(math.floor(p) - 1, math.floor(p) + 3):
            j = int(inside(float(i), n))
            found[j] = found.get(j, 0.0) + keys(-0.75)(p - i)
        return found

    y = np.zeros((*x.shape[:2], *grid.shape[1:-1]))
    for at in np.ndindex(*grid.shape[:-1]):
        sides = zip(reversed(grid[at].tolist()), size, strict=True)
        for corner in itertools.product(*(weights(place, n).items() for place, n in sides)):
            pixel, factors = zip(*corner, strict=True)
            if all(0 <= i < n for i, n in zip(pixel, size, strict=True)):
                y[(at[0], slice(None), *at[1:])] += x[(at[0], slice(None), *pixel)] * math.prod(
                    factors
                )
    return y


def affine_grid(theta: Any, size: Any, align: Any) -> Any:
    d = len(size) - 2
    y = np.zeros((size[0], *size[2:], d))
    for at in np.ndindex(*y.shape[:-1]):
        place = [1.0]
        for i, n in zip(at[1:], size[2:], strict=True):
            center = i + 0.5 if not align else i * n / (n - 1) if n > 1 else n / 2
            place.insert(0, 2 * center / n - 1)
        y[at] = [math.fsum(a * p for a, p in zip(row, place, strict=True)) for row in theta[at[0]]]
    return y


REFERENCES: dict[str, Callable[..., Any]] = {
    "affine_grid": affine_grid,
    "grid_sample": grid_sample,
    "interp": interp,
    "interpolate": interpolate,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "resample": resample,
}
