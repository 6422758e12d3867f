"""Pooling to a given size: windows (bins) of which so many cover an axis, whatever its length.

Bin ``i`` of ``m`` over ``n`` elements reaches from ``floor(i * n / m)`` to
``ceil((i + 1) * n / m)``, as in PyTorch; so neighbours may share an element. The mean of a box of
bins, and the largest of it, are found one axis after the other. For the largest the bins are the
windows of a pooling; where they differ in length or distance, of their elements read bin after bin.

Where calculus leaves a choice: of equal maxima in a bin the first one (in row-major order) gets the
whole gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.declare import composite
from autodiff.errors import OpTypeError, OpValueError
from autodiff.kernels.resample import table
from autodiff.kernels.window import Sizes
from autodiff.ops.index import getitem
from autodiff.ops.interpolation import resample
from autodiff.ops.manipulation import copy
from autodiff.ops.pool import floating
from autodiff.ops.pooling import max_pool
from autodiff.ops.window import LAYOUT, SOME, is_int
from autodiff.variable import Array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


# --- the largest of a bin ---


@composite
def adaptive_max_pool1d(x: Array, output_size: Any) -> Tensor:
    """The largest of each of so many bins of the last axis; a tie goes to the first.

    Parameters
    ----------
    x
        Signals, (..., L); any real dtype.
    output_size
        How many bins: an int. None: as many as there are elements.

    Returns
    -------
    Tensor
        Shape (..., output_size); `x`'s dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `adaptive_max_pool2d`.

    Notes
    -----
    ``torch.nn.functional.adaptive_max_pool1d``.

    Examples
    --------
    >>> adaptive_max_pool1d(Tensor([1.0, 4.0, 2.0, 3.0, 0.0]), 3)
    Tensor([4., 4., 3.])
    """
    return _largest("adaptive_max_pool1d", 1, x, output_size)


@composite
def adaptive_max_pool2d(x: Array, output_size: Any) -> Tensor:
    """The largest of each of so many bins of the last two axes; a tie goes to the first.

    Parameters
    ----------
    x
        Images, (..., H, W); any real dtype.
    output_size
        How many bins: an int, or (OH, OW); None in it: as many as there are pixels.

    Returns
    -------
    Tensor
        Shape (..., OH, OW); `x`'s dtype.

    Raises
    ------
    OpTypeError
        If `output_size` is none of these, or `x` is complex.
    OpValueError
        If `x` has fewer than two axes, or one is empty, or a number is below 1.

    Notes
    -----
    ``torch.nn.functional.adaptive_max_pool2d``. Row ``i`` of the output has the rows from
    ``floor(i * H / OH)`` to ``ceil((i + 1) * H / OH)``, and columns likewise. A NaN wins its bin,
    and its gradient goes nowhere.

    Examples
    --------
    >>> adaptive_max_pool2d(Tensor([[1.0, 2.0, 5.0], [3.0, 4.0, 0.0]]), (None, 1))
    Tensor([[5.],
            [4.]])
    """
    return _largest("adaptive_max_pool2d", 2, x, output_size)


@composite
def adaptive_max_pool3d(x: Array, output_size: Any) -> Tensor:
    """The largest of each of so many bins of the last three axes; a tie goes to the first.

    Parameters
    ----------
    x
        Volumes, (..., D, H, W); any real dtype.
    output_size
        How many bins: an int, or (OD, OH, OW); None in it: as many as there are elements.

    Returns
    -------
    Tensor
        Shape (..., OD, OH, OW); `x`'s dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `adaptive_max_pool2d`.

    Notes
    -----
    ``torch.nn.functional.adaptive_max_pool3d``.

    Examples
    --------
    >>> adaptive_max_pool3d(Tensor(np.arange(8.0).reshape(2, 2, 2)), (2, 1, 1))
    Tensor([[[3.]],
            [[7.]]])
    """
    return _largest("adaptive_max_pool3d", 3, x, output_size)


def _largest(name: str, axes: int, x: Any, output_size: Any) -> Tensor:
    if x.dtype.kind == "c":
        raise OpTypeError(
            f"{name}: expected real numbers, got {x.dtype}: complex ones have no order"
        )
    y = x
    # the last axis first: then of equal elements the first in row-major order wins
    for axis, bins in reversed(_wanted(name, axes, x, output_size)):
        y, length, step = _windowed(y, axis, bins)
        if length > 1:
            kernel, stride = _at_first(length, axis), _at_first(step, axis)
            y = max_pool(y, kernel, stride, ((0, 0),) * -axis, (1,) * -axis)
    return copy(x) if y is x else y


# --- the mean of a bin ---


@composite
def adaptive_avg_pool1d(x: Array, output_size: Any) -> Tensor:
    """The mean of each of so many bins of the last axis.

    Parameters
    ----------
    x
        Signals, (..., L); any numeric dtype.
    output_size
        How many bins: an int. None: as many as there are elements.

    Returns
    -------
    Tensor
        Shape (..., output_size); `x`'s floating dtype, float64 for integers.

    Raises
    ------
    OpTypeError, OpValueError
        As `adaptive_avg_pool2d`.

    Notes
    -----
    ``torch.nn.functional.adaptive_avg_pool1d``.

    Examples
    --------
    >>> adaptive_avg_pool1d(Tensor([1.0, 4.0, 2.0, 3.0, 0.0]), 3)
    Tensor([2.5, 3. , 1.5])
    """
    return _averaged("adaptive_avg_pool1d", 1, x, output_size)


@composite
def adaptive_avg_pool2d(x: Array, output_size: Any) -> Tensor:
    """The mean of each of so many bins of the last two axes.

    Parameters
    ----------
    x
        Images, (..., H, W); any numeric dtype.
    output_size
        How many bins: an int, or (OH, OW); None in it: as many as there are pixels.

    Returns
    -------
    Tensor
        Shape (..., OH, OW); `x`'s floating dtype, float64 for integers.

    Raises
    ------
    OpTypeError
        If `output_size` is none of these.
    OpValueError
        If `x` has fewer than two axes, or one is empty, or a number is below 1.

    Notes
    -----
    ``torch.nn.functional.adaptive_avg_pool2d``. Row ``i`` of the output has the rows from
    ``floor(i * H / OH)`` to ``ceil((i + 1) * H / OH)``, and columns likewise.

    Examples
    --------
    >>> adaptive_avg_pool2d(Tensor([[1.0, 2.0, 6.0], [3.0, 4.0, 0.0]]), (None, 1))
    Tensor([[3.        ],
            [2.33333333]])
    """
    return _averaged("adaptive_avg_pool2d", 2, x, output_size)


@composite
def adaptive_avg_pool3d(x: Array, output_size: Any) -> Tensor:
    """The mean of each of so many bins of the last three axes.

    Parameters
    ----------
    x
        Volumes, (..., D, H, W); any numeric dtype.
    output_size
        How many bins: an int, or (OD, OH, OW); None in it: as many as there are elements.

    Returns
    -------
    Tensor
        Shape (..., OD, OH, OW); `x`'s floating dtype, float64 for integers.

    Raises
    ------
    OpTypeError, OpValueError
        As `adaptive_avg_pool2d`.

    Notes
    -----
    ``torch.nn.functional.adaptive_avg_pool3d``.

    Examples
    --------
    >>> adaptive_avg_pool3d(Tensor(np.arange(8.0).reshape(2, 2, 2)), (2, 1, 1))
    Tensor([[[1.5]],
            [[5.5]]])
    """
    return _averaged("adaptive_avg_pool3d", 3, x, output_size)


def _averaged(name: str, axes: int, x: Any, output_size: Any) -> Tensor:
    y = x = floating(x)
    for axis, bins in _wanted(name, axes, x, output_size):
        if bins != x.shape[axis]:
            y = resample(y, *table(x.shape[axis], bins, "area"), axis)
    return copy(x) if y is x else y


# --- what they share ---


def _wanted(name: str, axes: int, x: Any, output_size: Any) -> list[tuple[int, int]]:
    """Each axis, counted from the end, and how many bins it gets."""
    several = isinstance(output_size, (tuple, list))
    wanted = tuple(output_size) if several else (output_size,) * axes
    if len(wanted) != axes or not all(bins is None or is_int(bins) for bins in wanted):
        raise OpTypeError(
            f"{name}: expected output_size to be {SOME[axes]} (or None in it: as it is), got "
            f"{output_size!r}"
        )
    if x.ndim < axes or 0 in x.shape[-axes:]:
        raise OpValueError(f"{name}: expected images (..., {LAYOUT[axes]}), got {x.shape}")
    if any(bins is not None and bins < 1 for bins in wanted):
        raise OpValueError(f"{name}: expected at least one bin, got output_size={output_size!r}")
    each = [*enumerate(wanted, start=-axes)]
    return [(axis, x.shape[axis] if bins is None else int(bins)) for axis, bins in each]


def _windowed(x: Any, axis: int, bins: int) -> tuple[Any, int, int]:
    """What has the bins of `x` along an axis as windows, and their length and step."""
    n, at = x.shape[axis], np.arange(bins)
    first = at * n // bins
    count = -(-(at + 1) * n // bins) - first
    length = int(count.max())
    step = int(first[1]) if bins > 1 else length
    if step and bins * length == count.sum() and np.array_equal(first, at * step):
        return x, length, step
    # a bin that is shorter has its last element once more, and of equal ones the first wins
    index = first[:, None] + np.minimum(np.arange(length), count[:, None] - 1)
    return getitem(x, (..., index.ravel(), *(slice(None),) * (-axis - 1))), length, length


def _at_first(number: int, axis: int) -> Sizes:
    """`number` along an axis, 1 along those after it."""
    return (number, *(1,) * (-axis - 1))
