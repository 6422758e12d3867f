"""Sorting, and what is read off sorted elements.

Where calculus leaves a choice: equal elements keep their order when they are sorted, and the one
that ends up in a place receives the gradient of that place.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autodiff.declare import composite, explains
from autodiff.errors import OpTypeError, OpValueError
from autodiff.kernels.ordering import argsort
from autodiff.ops.along import pick_along
from autodiff.ops.arguments import along, an_axis, an_int, some_axes
from autodiff.ops.index import getitem
from autodiff.ops.interpolation import blended
from autodiff.ops.manipulation import Axes, astype, expand_dims, permute_dims, reshape
from autodiff.ops.selection import where
from autodiff.variable import Array, Variable, array, raw, tensor


@composite
def sort(x: Array, /, axis: int = -1, *, descending: bool = False, stable: bool = True) -> Any:
    """In order along an axis, from the smallest element to the largest.

    Parameters
    ----------
    x
        One axis or more, any dtype; NaN counts as the largest, and complex numbers are compared by
        their real parts, equal ones by their imaginary parts.
    axis
        The axis to sort along. Default: the last one.
    descending
        From the largest to the smallest. Default: False.
    stable
        Equal elements keep their order, which says to which of them a gradient flows. Default:
        True.

    Returns
    -------
    Tensor
        Shaped as `x`, in its dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.

    Notes
    -----
    `numpy.sort`; the array API standard's ``sort``.

    Examples
    --------
    >>> sort(Tensor([2.0, 3.0, 1.0]))
    Tensor([1., 2., 3.])
    """
    at = an_axis("sort", axis, x.ndim)
    return pick_along(x, argsort(raw(x), at, descending, stable), at)


class TopK(NamedTuple):
    """What `topk` found.

    Attributes
    ----------
    values
        The elements, the best one first.
    indices
        Where they are, as integers.
    """

    values: Any
    indices: Any


@explains
def topk(x: Array, /, k: int, axis: int = -1, *, largest: bool = True) -> TopK:
    """The `k` largest elements along an axis, or the smallest, and where they are.

    Parameters
    ----------
    x
        One axis or more, any real dtype; NaN counts as the largest.
    k
        How many.
    axis
        The axis to choose along. Default: the last one.
    largest
        The largest; or the smallest. Default: True.

    Returns
    -------
    TopK
        ``values`` and ``indices``, `k` long along `axis`, the best one first; of equals, the one
        that comes first in `x`. Gradients flow through the values.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` is complex, or `k` no int.
    OpValueError
        If there are no `k` elements.

    Notes
    -----
    `torch.topk`.

    Examples
    --------
    >>> topk(Tensor([2.0, 3.0, 1.0]), 2).values
    Tensor([3., 2.])
    """
    data = raw(x) if isinstance(x, Variable) else array(x)
    _refuse_complex("topk", data)
    at, count = an_axis("topk", axis, data.ndim), an_int("topk", k, "k")
    if not 0 <= count <= data.shape[at]:
        raise OpValueError(
            f"topk: expected k from 0 to {data.shape[at]}, the length of axis {at}, got k={count}"
        )
    order = argsort(data, at, descending=bool(largest))[along(at, slice(count))]
    indices = tensor(order.copy(), None) if isinstance(x, Variable) else order.copy()
    return TopK(pick_along(x if isinstance(x, Variable) else data, order, at), indices)


def _refuse_complex(name: str, x: Any) -> None:
    if x.dtype.kind == "c":
        raise OpTypeError(f"{name}: expected real numbers, got {x.dtype}, which has no order")


@composite
def quantile(x: Array, q: Array, /, axis: Axes | None = None, keepdims: bool = False) -> Any:
    """The number below which a part `q` of the elements lies, interpolated linearly.

    Parameters
    ----------
    x
        Any shape, any real dtype; at least one element along `axis`.
    q
        The part, 0 to 1: a number or an array. Its own slope is 0 where it hits an element.
    axis
        The axes to go over: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep these axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `q`'s shape, then `x`'s without the axes; `x`'s floating dtype, float64 for integers. NaN
        where one of the elements is.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` or `q` is complex.
    OpValueError
        If `q` is not between 0 and 1, an axis is named twice, or there is nothing to choose from.

    Notes
    -----
    `numpy.quantile`, whose default method this is: number 7 of Hyndman & Fan, "Sample quantiles in
    statistical packages", The American Statistician, 1996.

    Examples
    --------
    >>> quantile(Tensor([1.0, 2.0, 4.0]), 0.75)
    Tensor(3.)
    """
    return _quantile("quantile", x, q, axis, keepdims)


@composite
def percentile(x: Array, q: Array, /, axis: Axes | None = None, keepdims: bool = False) -> Any:
    """The number below which `q` percent of the elements lie, interpolated linearly.

    Parameters
    ----------
    x, axis, keepdims
        As in `quantile`.
    q
        How many percent, 0 to 100: a number or an array.

    Returns
    -------
    Tensor
        As of `quantile`.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As `quantile` does.

    Notes
    -----
    `numpy.percentile`.

    Examples
    --------
    >>> percentile(Tensor([1.0, 2.0, 4.0]), 75)
    Tensor(3.)
    """
    return _quantile("percentile", x, q / 100, axis, keepdims)


@composite
def median(x: Array, /, axis: Axes | None = None, keepdims: bool = False) -> Any:
    """The middle one of the elements; of an even number, the mean of the two in the middle.

    Parameters
    ----------
    x
        Any shape, any real dtype; at least one element along `axis`.
    axis
        The axes to go over: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep these axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the axes; `x`'s floating dtype, float64 for integers. NaN where one of
        the elements is.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` is complex.
    OpValueError
        If an axis is named twice, or there is nothing to choose from.

    Notes
    -----
    `numpy.median` (PyTorch's is the lower one of the two in the middle).

    Examples
    --------
    >>> median(Tensor([1.0, 5.0, 2.0, 4.0]))
    Tensor(3.)
    """
    return _quantile("median", x, np.asarray(0.5), axis, keepdims)


def _quantile(name: str, x: Any, q: Any, axis: Axes | None, keepdims: bool) -> Any:
    _refuse_complex(name, x)
    _refuse_complex(name, q)
    if not ((raw(q) >= 0) & (raw(q) <= 1)).all():
        parts = "0 to 100" if name == "percentile" else "0 to 1"
        raise OpValueError(f"{name}: expected q from {parts}, got others among them")
    gone = tuple(range(x.ndim)) if axis is None else some_axes(name, axis, x.ndim)
    kept = tuple(i for i in range(x.ndim) if i not in gone)
    lengths = tuple(x.shape[i] for i in kept)
    n = int(np.prod([x.shape[i] for i in gone]))
    if not n:
        raise OpValueError(f"{name}: expected elements along axis={axis}, got shape {x.shape}")
    rows = reshape(permute_dims(x, (*kept, *gone)), (*lengths, n))
    ranks = pick_along(rows, argsort(raw(rows)), len(kept))
    if ranks.dtype.kind != "f":
        ranks = astype(ranks, np.float64)
    y = _interpolated(ranks, astype(q, np.result_type(q.dtype, np.float64)) * (n - 1))
    y = permute_dims(y, (*range(len(kept), y.ndim), *range(len(kept))))
    return expand_dims(y, tuple(q.ndim + i for i in gone)) if keepdims else y


def _interpolated(ranks: Any, places: Any) -> Any:
    """Between the elements along the last axis, at `places` (0 is the first one)."""
    low, high = np.floor(raw(places)).astype(np.intp), np.ceil(raw(places)).astype(np.intp)
    below, above = getitem(ranks, (..., low)), getitem(ranks, (..., high))
    y = blended(below, above, astype(places - low, ranks.dtype))
    missing = np.isnan(raw(ranks)[..., -1])
    if not missing.any():
        return y
    return where(missing.reshape(missing.shape + (1,) * low.ndim), np.nan, y)
