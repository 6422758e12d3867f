"""Values between given ones: `interp` of a function of one number, `interpolate` of images."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autodiff.declare import composite, linear
from autodiff.errors import OpTypeError, OpValueError
from autodiff.kernels.resample import resampled, table, transposed
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.index import getitem
from autodiff.ops.manipulation import astype, copy, permute_dims, reshape
from autodiff.ops.selection import where
from autodiff.variable import Array, raw

FILTERS = {
    "nearest": (1, 2, 3),
    "nearest-exact": (1, 2, 3),
    "area": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "trilinear": (3,),
    "bicubic": (2,),
}
"""The modes of `interpolate`, and of how many axes each is."""


@linear(
    adjoint=lambda g, x_shape, index, weight, axis: resample(
        g, *transposed(index, weight, x_shape[axis]), axis
    ),
    symbol="⇅",
    expects="tables of one shape (taps, m), of elements along an axis that x has",
)
def resample(x: Array, index: Any, weight: Any, axis: int = -1) -> Array:
    """Weighted sums of elements along an axis; its adjoint is itself with the table transposed.

    Parameters
    ----------
    x
        Any shape with such an axis; any numeric dtype.
    index, weight
        Constant arrays of shape (taps, m): the j-th result is the sum over k of ``weight[k, j]``
        times the element ``index[k, j]``, which is not negative. A weight of 0 takes nothing, not
        even a NaN. Booleans for weights select, and multiply nothing.
    axis
        The axis of the elements; a negative one counts back. Default: -1.

    Returns
    -------
    Tensor
        Shaped as `x`, but m long along the axis; `x`'s dtype, of integers the weights' (but
        integers, where that is boolean).

    Raises
    ------
    OpIndexError
        If `x` has no such axis, or no such element along it.
    OpValueError
        If the tables are not of one shape (taps, m).

    Examples
    --------
    >>> index, weight = np.array([[0, 1], [1, 2]]), np.array([[0.5, 0.5], [0.5, 0.5]])
    >>> resample(Tensor([1.0, 3.0, 7.0]), index, weight)
    Tensor([2., 5.])
    """
    if index.ndim != 2 or index.shape != weight.shape:
        raise ValueError(f"they are of shapes {index.shape} and {weight.shape}")
    if index.min(initial=0) < 0:
        raise IndexError("an index is negative")
    return resampled(x, index, weight, normalize_axis_index(axis, x.ndim))


@composite
def interpolate(
    x: Array,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """Images (or signals, or volumes) at another resolution.

    Parameters
    ----------
    x
        (N, C, W), (N, C, H, W) or (N, C, D, H, W); any numeric dtype.
    size
        The new lengths of the axes after the second: an int for all, or one for each.
    scale_factor
        In place of `size`, how many times as long: a number for all, or one for each. Lengths are
        rounded down.
    mode
        How a value between pixels is made:

        - "nearest": the pixel that begins there or before. Pixels of integers stay integers.
        - "nearest-exact": the pixel whose center is nearest.
        - "linear" (of signals), "bilinear" (of images), "trilinear" (of volumes): on straight lines
          between the centers.
        - "bicubic" (of images): on cubic curves through four pixels (Keys' kernel, a = -0.75).
        - "area": the mean of all pixels that a new one covers, even in part.

        Default: "nearest".
    align_corners
        Of the linear modes and "bicubic": True keeps the centers of the outer pixels where they
        are; False (and None) the edges of the image. Default: None.
    recompute_scale_factor
        True: stretch by the ratio of the lengths, after these were rounded down from
        `scale_factor`. Else by `scale_factor` itself: what is rounded off is cut off.
        Default: None.
    antialias
        Of "bilinear" and "bicubic": widen the filter where the image shrinks, so that all pixels
        count (Keys' kernel then with a = -0.5). Default: False.

    Returns
    -------
    Tensor
        (N, C, ...) with the new lengths; `x`'s dtype, but float64 of integers where pixels are
        mixed.

    Raises
    ------
    OpTypeError
        If a length is no integer, or a factor no number.
    OpValueError
        If `x` has not three to five axes or no pixels; both or none of `size` and `scale_factor`
        are given, or not one for each axis; an axis would be empty; or `mode` is unknown, or not
        for such an `x` or option.

    Notes
    -----
    `torch.nn.functional.interpolate`, with the same pixels and weights. Keys, "Cubic convolution
    interpolation for digital image processing", 1981.

    Examples
    --------
    >>> interpolate(Tensor([[[1.0, 3.0]]]), size=4, mode="linear")
    Tensor([[[1. , 1.5, 2.5, 3. ]]])
    >>> interpolate(Tensor([[[1.0, 3.0]]]), scale_factor=2)
    Tensor([[[1., 1., 3., 3.]]])
    """
    _refuse_mode(x, mode, align_corners, antialias)
    sizes, scales = _stretched(x, size, scale_factor)
    if recompute_scale_factor:
        if size is not None:
            raise OpValueError(
                f"interpolate: expected scale_factor with recompute_scale_factor, got size={size!r}"
            )
        scales = [None] * len(scales)
    kind = {"bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}.get(mode, mode)
    y = x
    # what shrinks goes first: there is less to do then
    for axis in sorted(range(2, x.ndim), key=lambda i: (sizes[i - 2] / x.shape[i], -i)):
        n, m, scale = x.shape[axis], sizes[axis - 2], scales[axis - 2]
        if n != m or not (scale is None or kind == "linear" or antialias):
            how = kind, bool(align_corners), scale, bool(antialias)
            y = resample(y, *table(n, m, *how), axis)
    return copy(x) if y is x else y


def _refuse_mode(x: Any, mode: str, align_corners: Any, antialias: Any) -> None:
    if mode not in FILTERS:
        raise OpValueError(f"interpolate: expected a mode out of {sorted(FILTERS)}, got {mode!r}")
    if x.ndim - 2 not in FILTERS[mode] or 0 in x.shape[2:]:
        axes = " or ".join(str(n + 2) for n in FILTERS[mode])
        raise OpValueError(
            f"interpolate: expected {axes} axes (N, C, ...) for mode {mode!r}, none after the "
            f"second empty, got shape {x.shape}"
        )
    if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
        raise OpValueError(
            f"interpolate: expected align_corners with a linear mode or 'bicubic', got {mode!r}"
        )
    if antialias and mode not in ("bilinear", "bicubic"):
        raise OpValueError(
            f"interpolate: expected antialias with mode 'bilinear' or 'bicubic', got {mode!r}"
        )


def _stretched(x: Any, size: Any, factor: Any) -> tuple[list[int], list[float | None]]:
    """The new lengths, and the factors where these were given."""
    if (size is None) == (factor is None):
        raise OpValueError(
            f"interpolate: expected either size or scale_factor, got size={size!r}, "
            f"scale_factor={factor!r}"
        )
    old = x.shape[2:]
    given = size if factor is None else factor
    many = list(given) if isinstance(given, (list, tuple)) else [given] * len(old)
    if len(many) != len(old):
        raise OpValueError(
            f"interpolate: expected a number for each of {len(old)} axes, got {given!r}"
        )
    scales: list[float | None] = [None] * len(old)
    try:
        if factor is None:
            sizes = [operator.index(m) for m in many]
        else:
            scales = [float(scale) for scale in many]
            sizes = [int(n * scale) for n, scale in zip(old, many, strict=True)]
    except (TypeError, ValueError) as error:
        raise OpTypeError(
            f"interpolate: expected size as integers or scale_factor as numbers, got {given!r}"
        ) from error
    if min(sizes) < 1:
        raise OpValueError(
            f"interpolate: expected at least one pixel along each axis, got lengths {sizes} from "
            f"{given!r} for shape {x.shape}"
        )
    return sizes, scales


@composite
def interp(
    x: Array, xp: Array, fp: Array, left: Array | None = None, right: Array | None = None
) -> Any:
    """Values at `x` of the piecewise linear function through the points (`xp`, `fp`).

    Parameters
    ----------
    x
        Where; any shape, real.
    xp
        Places of the points, shape (n,): real, in ascending order, n at least 1. At a place that is
        named twice the function jumps.
    fp
        Values at the points, shape (n,); real or complex.
    left, right
        The value below ``xp[0]`` and that above ``xp[-1]``, a number each. Default: that at the
        point.

    Returns
    -------
    Tensor
        Shaped as `x`; the common floating dtype.

    Raises
    ------
    OpTypeError
        If `x` or `xp` is complex.
    OpValueError
        If `xp` and `fp` are not of one shape (n,), are empty, or `xp` descends.

    Notes
    -----
    `numpy.interp`. At a point, where there is a kink, the slope is that of the piece on its right;
    so it is 0 at the last point. Beyond the ends the slope is 0, and by `x` also where a point
    or value next to it is infinite.

    Examples
    --------
    >>> interp(Tensor([0.5, 2.0, 9.0]), Tensor([0.0, 1.0, 3.0]), Tensor([0.0, 10.0, 30.0]))
    Tensor([ 5., 20., 30.])
    """
    at, points = raw(x), raw(xp)
    if "c" in (at.dtype.kind, points.dtype.kind):
        raise OpTypeError(f"interp: expected real x and xp, got {at.dtype} and {points.dtype}")
    if points.ndim != 1 or points.shape != fp.shape or not points.size:
        raise OpValueError(
            f"interp: expected xp and fp of one shape (n,), not empty, got {points.shape} and "
            f"{fp.shape}"
        )
    if (points[1:] < points[:-1]).any():
        raise OpValueError("interp: expected xp in ascending order: sort it, and fp with it")
    i = np.maximum(np.searchsorted(points, at, side="right") - 1, 0)
    j = np.minimum(i + 1, len(points) - 1)
    between = ~((at < points[0]) | (at >= points[-1]))  # so that NaN stays NaN
    unknown = None
    if np.isinf(points).any():
        i, between, unknown = _endless(at, points, raw(fp), i, j, between)
    start = getitem(xp, i)
    width = where(between & (i < j), getitem(xp, j) - start, ONE[points.dtype])
    part = where(between, x - start, ZERO[points.dtype]) / width
    low = getitem(fp, i)
    if unknown is not None and unknown.any():
        low = where(unknown, np.nan, low)
    y = blended(low, getitem(fp, j), part)
    if left is not None:
        y = where(at < points[0], _as_precise(left, y), y)
    return y if right is None else where(at > points[-1], _as_precise(right, y), y)


def _endless(at: Any, points: Any, values: Any, i: Any, j: Any, between: Any) -> Any:
    """`i` and `between` where pieces are infinitely long, of which the finite end decides.

    Third, where nothing does: both ends are infinite, or the values differ by an infinity.
    """
    starts, ends = np.isinf(points[i]), np.isinf(points[j])
    inside = between & (at > points[i])
    endless = np.isinf(values[i]) | np.isinf(values[j]) | (starts & ends)
    unknown = inside & (starts | ends) & endless & (values[i] != values[j])
    decided = (starts | ends) & ~np.isnan(at)
    return np.where(inside & starts & ~ends, j, i), between & ~decided, unknown


def blended(low: Any, high: Any, part: Any) -> Any:
    """``low + part * (high - low)`` for a part from 0 to 1.

    Where one is infinite, so is the result, in spite of ``inf - inf``; by `part` its slope is 0.
    """
    odd = ~(np.isfinite(raw(low)) & np.isfinite(raw(high)))
    if not odd.any():
        return low + part * (high - low)
    known = raw(part)
    first, last = where(odd, ZERO[low.dtype], low), where(odd, ZERO[high.dtype], high)
    y = first + where(odd, ZERO[known.dtype], part) * (last - first)
    last = where(odd & (known != 0), high, ZERO[high.dtype])
    return where(odd, low * (1 - known) + last * known, y)


def _as_precise(x: Any, y: Any) -> Any:
    """A real `x` in the precision of `y`."""
    dtype = raw(y).real.dtype
    return x if x.dtype.kind == "c" or x.dtype == dtype else astype(x, dtype)


@composite
def pixel_shuffle(x: Array, upscale_factor: int) -> Any:
    """Channels become pixels: images r times as high and wide, of r² times fewer channels.

    Parameters
    ----------
    x
        Images (..., C r², H, W); any dtype.
    upscale_factor
        r, at least 1.

    Returns
    -------
    Tensor
        (..., C, H r, W r); `x`'s dtype. The r² channels that follow each other become a square of
        pixels, row by row.

    Raises
    ------
    OpTypeError
        If r is no integer.
    OpValueError
        If `x` has fewer than three axes, r is below 1, or r² does not divide the channels.

    Notes
    -----
    `torch.nn.functional.pixel_shuffle`. Shi et al., "Real-Time Single Image and Video
    Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016.

    Examples
    --------
    >>> pixel_shuffle(Tensor([[[1.0]], [[2.0]], [[3.0]], [[4.0]]]), 2)
    Tensor([[[1., 2.],
             [3., 4.]]])
    """
    r = _factor("pixel_shuffle", upscale_factor)
    if x.ndim < 3 or x.shape[-3] % (r * r):
        raise OpValueError(
            f"pixel_shuffle: expected images (..., C, H, W) whose channels {r}² = {r * r} divides, "
            f"got shape {x.shape}"
        )
    *batch, c, h, w = x.shape
    n, c = prod(batch), c // (r * r)
    six = permute_dims(reshape(x, (n, c, r, r, h, w)), (0, 1, 4, 2, 5, 3))
    return reshape(six, (*batch, c, h * r, w * r))


@composite
def pixel_unshuffle(x: Array, downscale_factor: int) -> Any:
    """Inverse of `pixel_shuffle`: pixels become channels.

    Parameters
    ----------
    x
        Images (..., C, H r, W r); any dtype.
    downscale_factor
        r, at least 1.

    Returns
    -------
    Tensor
        (..., C r², H, W); `x`'s dtype.

    Raises
    ------
    OpTypeError
        If r is no integer.
    OpValueError
        If `x` has fewer than three axes, r is below 1, or r does not divide height and width.

    Notes
    -----
    `torch.nn.functional.pixel_unshuffle`.

    Examples
    --------
    >>> pixel_unshuffle(Tensor([[[1.0, 2.0], [3.0, 4.0]]]), 2).shape
    (4, 1, 1)
    """
    r = _factor("pixel_unshuffle", downscale_factor)
    if x.ndim < 3 or x.shape[-2] % r or x.shape[-1] % r:
        raise OpValueError(
            f"pixel_unshuffle: expected images (..., C, H, W) whose height and width {r} divides, "
            f"got shape {x.shape}"
        )
    *batch, c, h, w = x.shape
    n, h, w = prod(batch), h // r, w // r
    six = permute_dims(reshape(x, (n, c, h, r, w, r)), (0, 1, 3, 5, 2, 4))
    return reshape(six, (*batch, c * r * r, h, w))


def _factor(name: str, r: Any) -> int:
    try:
        r = operator.index(r)
    except TypeError as error:
        raise OpTypeError(f"{name}: expected an integer factor, got {r!r}") from error
    if r < 1:
        raise OpValueError(f"{name}: expected a factor of at least 1, got {r}")
    return int(r)
