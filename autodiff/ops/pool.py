"""Pooling in one, two and three dimensions: one number for each window."""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.declare import composite
from autodiff.errors import OpTypeError, OpValueError
from autodiff.kernels.window import Margins, Sizes
from autodiff.ops.arithmetic import divide
from autodiff.ops.manipulation import astype
from autodiff.ops.pooling import max_pool, sum_pool
from autodiff.ops.window import LAYOUT, called, margins, sizes
from autodiff.variable import Array, raw

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@composite
def max_pool1d(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest element of every window of the last axis; a tie goes to the first.

    Parameters
    ----------
    x
        Signals, (..., L); any real dtype.
    kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`, for one axis.

    Returns
    -------
    Tensor
        Shape (..., OL), with OL as in `max_pool2d`; `x`'s dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `max_pool2d`.

    Notes
    -----
    ``torch.nn.functional.max_pool1d``.

    Examples
    --------
    >>> max_pool1d(Tensor([1.0, 4.0, 2.0, 3.0]), 2)
    Tensor([4., 3.])
    """
    return _largest("max_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode)


@composite
def max_pool2d(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest element of every window of the last two axes; a tie goes to the first.

    Parameters
    ----------
    x
        Images, (..., H, W); any real dtype.
    kernel_size
        Size of the window in pixels: an int, or (KH, KW).
    stride
        Step from window to window in pixels: an int, or (down, right). None: `kernel_size`.
    padding
        Margin in pixels, which never wins: an int; (rows, columns) on both sides of the axes; or a
        pair (before, after) for each axis. At most half the window. Default: 0.
    dilation
        Step from pixel to pixel within a window: an int, or (down, right). Default: 1.
    ceil_mode
        Whether a last window may reach beyond the margin, if it begins before that. Default: False.

    Returns
    -------
    Tensor
        Shape (..., OH, OW), where
        ``OH = (H + before + after - dilation * (KH - 1) - 1) // stride + 1`` (with `ceil_mode`
        rounded up), and OW likewise; `x`'s dtype.

    Raises
    ------
    OpTypeError
        If a param is none of these, or `x` is complex.
    OpValueError
        If `x` has fewer than two axes, no window fits the padded image, a number is too small, or
        the margin too wide.

    Notes
    -----
    ``torch.nn.functional.max_pool2d``. A NaN wins its window, and its gradient goes nowhere. A
    window whose pixels all lie in the margin, as dilation makes possible, has the largest element
    -inf (or the lowest integer).

    Examples
    --------
    >>> max_pool2d(Tensor([[1.0, 2.0, 5.0], [3.0, 4.0, 0.0]]), 2)
    Tensor([[4.]])
    >>> max_pool2d(Tensor([[1.0, 2.0, 5.0], [3.0, 4.0, 0.0]]), 2, ceil_mode=True)
    Tensor([[4., 5.]])
    """
    return _largest("max_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode)


@composite
def max_pool3d(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest element of every window of the last three axes; a tie goes to the first.

    Parameters
    ----------
    x
        Volumes, (..., D, H, W); any real dtype.
    kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`, for three axes.

    Returns
    -------
    Tensor
        Shape (..., OD, OH, OW), with sizes as in `max_pool2d`; `x`'s dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `max_pool2d`.

    Notes
    -----
    ``torch.nn.functional.max_pool3d``.

    Examples
    --------
    >>> max_pool3d(Tensor(np.arange(8.0).reshape(2, 2, 2)), 2)
    Tensor([[[7.]]])
    """
    return _largest("max_pool3d", 3, x, kernel_size, stride, padding, dilation, ceil_mode)


def _largest(
    name: str,
    axes: int,
    x: Any,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Tensor:
    kernel, stride, margin, dilation = _window(name, axes, kernel, stride, padding, dilation)
    if ceil_mode:
        margin = _reaching(x.shape[-axes:], kernel, stride, margin, dilation)
    params = {"kernel": kernel, "stride": stride, "padding": margin, "dilation": dilation}
    return called(_expects(axes), max_pool, [x], params)


# --- the mean of a window ---


@composite
def avg_pool1d(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: float | None = None,
) -> Tensor:
    """The mean of every window of the last axis.

    Parameters
    ----------
    x
        Signals, (..., L); any numeric dtype.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As in `avg_pool2d`, for one axis.

    Returns
    -------
    Tensor
        Shape (..., OL), with OL as in `avg_pool2d`; `x`'s floating dtype, float64 for integers.

    Raises
    ------
    OpTypeError, OpValueError
        As `avg_pool2d`.

    Notes
    -----
    ``torch.nn.functional.avg_pool1d``, which knows no `divisor_override`.

    Examples
    --------
    >>> avg_pool1d(Tensor([1.0, 4.0, 2.0, 3.0]), 2, stride=1)
    Tensor([2.5, 3. , 2.5])
    """
    counts = ceil_mode, count_include_pad, divisor_override
    return _averaged("avg_pool1d", 1, x, kernel_size, stride, padding, *counts)


@composite
def avg_pool2d(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: float | None = None,
) -> Tensor:
    """The mean of every window of the last two axes.

    Parameters
    ----------
    x
        Images, (..., H, W); any numeric dtype.
    kernel_size
        Size of the window in pixels: an int, or (KH, KW).
    stride
        Step from window to window in pixels: an int, or (down, right). None: `kernel_size`.
    padding
        Margin of zeros in pixels: an int; (rows, columns) on both sides of the axes; or a pair
        (before, after) for each axis. At most half the window. Default: 0.
    ceil_mode
        Whether a last window may reach beyond the margin, if it begins before that; what is beyond
        is not counted. Default: False.
    count_include_pad
        Whether the zeros of the margin are counted. Default: True.
    divisor_override
        What the sums are divided by, in place of the counts. None: the counts.

    Returns
    -------
    Tensor
        Shape (..., OH, OW), where ``OH = (H + before + after - KH) // stride + 1`` (with
        `ceil_mode` rounded up), and OW likewise; `x`'s floating dtype, float64 for integers.

    Raises
    ------
    OpTypeError
        If a param is none of these.
    OpValueError
        If `x` has fewer than two axes, no window fits the padded image, a number is too small, the
        margin too wide, or the divisor 0.

    Notes
    -----
    ``torch.nn.functional.avg_pool2d``.

    Examples
    --------
    >>> avg_pool2d(Tensor([[1.0, 2.0], [3.0, 4.0]]), 2)
    Tensor([[2.5]])
    >>> avg_pool2d(Tensor([[1.0, 2.0], [3.0, 4.0]]), 2, padding=1, count_include_pad=False)
    Tensor([[1., 2.],
            [3., 4.]])
    """
    counts = ceil_mode, count_include_pad, divisor_override
    return _averaged("avg_pool2d", 2, x, kernel_size, stride, padding, *counts)


@composite
def avg_pool3d(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: float | None = None,
) -> Tensor:
    """The mean of every window of the last three axes.

    Parameters
    ----------
    x
        Volumes, (..., D, H, W); any numeric dtype.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As in `avg_pool2d`, for three axes.

    Returns
    -------
    Tensor
        Shape (..., OD, OH, OW), with sizes as in `avg_pool2d`; `x`'s floating dtype, float64 for
        integers.

    Raises
    ------
    OpTypeError, OpValueError
        As `avg_pool2d`.

    Notes
    -----
    ``torch.nn.functional.avg_pool3d``.

    Examples
    --------
    >>> avg_pool3d(Tensor(np.arange(8.0).reshape(2, 2, 2)), 2)
    Tensor([[[3.5]]])
    """
    counts = ceil_mode, count_include_pad, divisor_override
    return _averaged("avg_pool3d", 3, x, kernel_size, stride, padding, *counts)


def _averaged(
    name: str,
    axes: int,
    x: Any,
    kernel: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor: Any,
) -> Tensor:
    kernel, stride, margin, dilation = _window(name, axes, kernel, stride, padding, 1)
    divisor = _number(name, divisor)
    size, reached = x.shape[-axes:], margin
    if ceil_mode:
        reached = _reaching(size, kernel, stride, margin, dilation)
    params = {"kernel": kernel, "stride": stride, "padding": reached}
    total = called(_expects(axes), sum_pool, [floating(x)], params)
    if divisor is not None:
        return divide(total, divisor)
    counted = margin if count_include_pad else ((0, 0),) * axes
    if counted == reached:
        return divide(total, prod(kernel))
    counts = []
    for n, k, s, (before, _), (b, a), m in zip(
        size, kernel, stride, margin, counted, total.shape[-axes:], strict=True
    ):
        first = np.arange(m) * s - before
        counts.append(np.minimum(first + k, n + a) - np.maximum(first, -b))
    divisors: Any = reduce(np.multiply.outer, counts)
    return divide(total, divisors.astype(raw(total).real.dtype))


def _number(name: str, divisor: Any) -> Any:
    """The divisor as a Python number, which leaves the dtype as it is; or None."""
    if divisor is None:
        return None
    if isinstance(divisor, bool) or not isinstance(divisor, (int, float, np.integer, np.floating)):
        raise OpTypeError(f"{name}: expected divisor_override to be a number, got {divisor!r}")
    if not divisor:
        raise OpValueError(f"{name}: expected a divisor_override other than 0: it divides the sums")
    return divisor.item() if isinstance(divisor, np.number) else divisor


# --- what they share ---


def _expects(axes: int) -> str:
    return f"images (..., {LAYOUT[axes]}) and a window that fits them"


def _window(
    name: str, axes: int, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Sizes, Sizes, Margins, Sizes]:
    """The window as the ops take it."""
    kernel = sizes(name, "kernel_size", kernel, axes)
    stride = kernel if stride is None else sizes(name, "stride", stride, axes)
    margin = margins(name, padding, axes)
    if any(2 * max(pair) > k for pair, k in zip(margin, kernel, strict=True)):
        shown = tuple(b if b == a else (b, a) for b, a in margin)
        raise OpValueError(
            f"{name}: expected padding of at most half the window, got padding={shown} for a "
            f"window of {kernel}: a window would lie in the margin alone"
        )
    return kernel, stride, margin, sizes(name, "dilation", dilation, axes)


def _reaching(
    size: Sizes, kernel: Sizes, stride: Sizes, margin: Margins, dilation: Sizes
) -> Margins:
    """The margin, widened so that a last window fits that begins before the margin's end."""
    wider = []
    for n, k, s, (before, after), d in zip(size, kernel, stride, margin, dilation, strict=False):
        extent = d * (k - 1) + 1
        steps = -((extent - n - before - after) // s)  # rounded up
        if steps * s >= n + before:  # it would begin in the margin after the image
            steps -= 1
        wider.append((before, max(after, steps * s + extent - n - before)))
    return tuple(wider)


def floating(x: Any) -> Any:
    """`x`, integers and booleans as float64: a mean of these is none, and their sums overflow."""
    return x if x.dtype.kind in "fc" else astype(x, np.float64)
