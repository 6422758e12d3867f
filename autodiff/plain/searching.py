"""Where elements are: indices, counts. They have no derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autodiff.ops.reduce import Axis, having
from autodiff.plain.untracked import constant_array, untracked, untracked_results
from autodiff.variable import Array, raw

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@untracked(expects="an axis that x has, not empty")
def argmax(x: Array, /, axis: int | None = None, keepdims: bool = False) -> Array:
    """Index of the largest element, along an axis; the first of equal ones.

    Parameters
    ----------
    x
        Any shape, any real dtype.
    axis
        The axis to search; a negative one counts back. None: all elements, in row-major order.
    keepdims
        Keep the searched axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        Indices (int64), in the shape of `x` without the searched axes. A NaN wins.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If there is no element to choose from.

    Notes
    -----
    `numpy.argmax`; the array API standard's ``argmax``.

    Examples
    --------
    >>> argmax(Tensor([[1.0, 5.0], [3.0, 4.0]]), axis=1)
    Tensor([1, 1])
    """
    return having(x, axis).argmax(axis, keepdims=keepdims)


@untracked(expects="an axis that x has, not empty")
def argmin(x: Array, /, axis: int | None = None, keepdims: bool = False) -> Array:
    """Index of the smallest element, along an axis; the first of equal ones.

    Parameters
    ----------
    x
        Any shape, any real dtype.
    axis
        The axis to search; a negative one counts back. None: all elements, in row-major order.
    keepdims
        Keep the searched axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        Indices (int64), in the shape of `x` without the searched axes. A NaN wins.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If there is no element to choose from.

    Notes
    -----
    `numpy.argmin`; the array API standard's ``argmin``.

    Examples
    --------
    >>> argmin(Tensor([[1.0, 5.0], [3.0, 4.0]]), axis=1)
    Tensor([0, 0])
    """
    return having(x, axis).argmin(axis, keepdims=keepdims)


@untracked(expects="an axis that x has")
def argsort(x: Array, /, axis: int = -1, *, descending: bool = False, stable: bool = True) -> Array:
    """Indices that sort `x` along an axis.

    Parameters
    ----------
    x
        Any shape but a 0-d one, any real dtype.
    axis
        The axis to sort along; a negative one counts back. Default: the last.
    descending
        Largest first. Default: False.
    stable
        Whether equal elements keep their order, also in descending order. Default: True.

    Returns
    -------
    Tensor
        Indices (int64), of the shape of `x`. A NaN counts as larger than any number.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.

    Notes
    -----
    `numpy.argsort`; the array API standard's ``argsort``. ``take_along_axis(x, argsort(x))`` is
    sorted, and differentiable.

    Examples
    --------
    >>> argsort(Tensor([2.0, 3.0, 1.0, 3.0]), descending=True)
    Tensor([1, 3, 0, 2])
    """
    axis = normalize_axis_index(axis, x.ndim)
    kind: Any = "stable" if stable else None
    if not descending:
        return x.argsort(axis, kind=kind)
    # the last of equal elements come first when both x and the order are reversed
    backward = np.flip(np.flip(x, axis).argsort(axis, kind=kind), axis)
    return x.shape[axis] - 1 - backward


@untracked(expects="axes that x has")
def count_nonzero(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Array:
    """How many elements are not 0, over axes.

    Parameters
    ----------
    x
        Any shape, any dtype. A NaN is not 0.
    axis
        The axes to count over: an int, a tuple of ints (negative ones count back), or None for
        all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        Counts (int64), in the shape of `x` without the reduced axes.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.count_nonzero`; the array API standard's ``count_nonzero``.

    Examples
    --------
    >>> count_nonzero(Tensor([[1.0, 0.0], [3.0, 4.0]]), axis=0)
    Tensor([2, 1])
    """
    return np.intp(np.count_nonzero(having(x, axis), axis=axis, keepdims=keepdims))


@untracked_results(expects="at least one axis")
def nonzero(x: Array, /) -> tuple[Tensor, ...]:
    """Indices of the elements that are not 0, axis by axis.

    Parameters
    ----------
    x
        Any shape but a 0-d one, any dtype. A NaN is not 0.

    Returns
    -------
    tuple of Tensor
        For each axis of `x` the indices (int64) along it, of shape (n,): together they name the n
        elements, in row-major order. ``x[nonzero(x)]`` has their values.

    Raises
    ------
    OpValueError
        If `x` is 0-d.

    Notes
    -----
    `numpy.nonzero`; the array API standard's ``nonzero``.

    Examples
    --------
    >>> nonzero(Tensor([[1.0, 0.0], [3.0, 4.0]]))
    (Tensor([0, 1, 1]), Tensor([0, 0, 1]))
    """
    if not x.ndim:
        raise ValueError("a 0-d array has no axis to count along")
    found: Any = x.nonzero()
    return tuple(found)


@untracked(expects="at least one axis")
def flatnonzero(x: Array, /) -> Array:
    """Indices of the elements that are not 0, in row-major order.

    Parameters
    ----------
    x
        Any shape, any dtype. A NaN is not 0.

    Returns
    -------
    Tensor
        Indices (int64) into the flattened `x`, of shape (n,).

    Notes
    -----
    `numpy.flatnonzero`.

    Examples
    --------
    >>> flatnonzero(Tensor([[1.0, 0.0], [3.0, 4.0]]))
    Tensor([0, 2, 3])
    """
    return x.ravel().nonzero()[0]


@untracked()
def argwhere(x: Array, /) -> Array:
    """Indices of the elements that are not 0, element by element.

    Parameters
    ----------
    x
        Any shape, any dtype. A NaN is not 0.

    Returns
    -------
    Tensor
        Indices (int64), of shape (n, axes of `x`): a row names an element; in row-major order.

    Notes
    -----
    `numpy.argwhere`.

    Examples
    --------
    >>> argwhere(Tensor([[1.0, 0.0], [3.0, 4.0]]))
    Tensor([[0, 0],
            [1, 0],
            [1, 1]])
    """
    return np.argwhere(x)


@untracked(expects="a sorted x1 with one axis; a sorter of its shape")
def searchsorted(
    x1: Array,
    x2: Array,
    /,
    side: Literal["left", "right"] = "left",
    sorter: Any = None,
) -> Array:
    """Where in a sorted `x1` the elements of `x2` belong.

    Parameters
    ----------
    x1
        Of shape (n,), any real dtype, ascending (after NaN comes nothing), or sorted by `sorter`.
    x2
        Any shape, any real dtype.
    side
        The index i of an element v satisfies ``x1[i-1] < v <= x1[i]`` if "left", and
        ``x1[i-1] <= v < x1[i]`` if "right".
    sorter
        Integers of shape (n,) that sort `x1`, such as `argsort` gives.

    Returns
    -------
    Tensor
        Indices (int64) from 0 to n, of the shape of `x2`.

    Raises
    ------
    OpValueError
        If `x1` has not one axis, `sorter` another shape, or `side` another value.

    Notes
    -----
    `numpy.searchsorted`; the array API standard's ``searchsorted``.

    Examples
    --------
    >>> searchsorted(Tensor([1.0, 2.0, 4.0]), Tensor([2.0, 3.0, 9.0]))
    Tensor([1, 2, 3])
    """
    order = raw(sorter)
    if order is not None and np.asarray(order).dtype.kind == "u":
        order = np.asarray(order).astype(np.intp)  # NumPy takes no uint64
    return np.searchsorted(x1, x2, side, order)


@untracked(expects="integers that are not negative, in one axis")
def bincount(x: Array, weights: Any = None, minlength: int = 0) -> Array:
    """How often each of 0, 1, 2... occurs in `x`.

    Parameters
    ----------
    x
        Of shape (n,): integers, none negative.
    weights
        Of shape (n,), or None: what an occurrence counts for. A constant.
    minlength
        Count up to this (excluded) at least. Default: 0.

    Returns
    -------
    Tensor
        Of shape (max(x) + 1,), or longer by `minlength`: counts (int64), sums (float64) if there
        are weights.

    Raises
    ------
    OpValueError
        If `x` has not one axis, or a negative element.
    OpTypeError
        If `x` are no integers.
    GradientError
        If `weights` require grad: `scatter` sums them differentiably.

    Notes
    -----
    `numpy.bincount`.

    Examples
    --------
    >>> bincount(Tensor([0, 2, 2, 5]))
    Tensor([1, 0, 2, 0, 0, 1])
    """
    if weights is None:
        return np.bincount(x, None, minlength)
    weights = constant_array("bincount", weights, "use scatter(weights, x, shape)")
    # where nothing is counted, NumPy gives integers all the same
    return np.bincount(x, weights, minlength).astype(np.float64, copy=False)


@untracked(expects="bins in one axis that rise or fall throughout")
def digitize(x: Array, bins: Array, right: bool = False) -> Array:
    """Which bin each element falls into.

    Parameters
    ----------
    x
        Any shape, any real dtype.
    bins
        Of shape (n,): the edges between bins, ascending or descending.
    right
        Whether an edge belongs to the bin that it ends, not to the one that it begins. Default:
        False.

    Returns
    -------
    Tensor
        Indices (int64), of the shape of `x`: 0 before the first edge, n after the last.

    Raises
    ------
    OpValueError
        If `bins` has not one axis, or is not sorted.

    Notes
    -----
    `numpy.digitize`.

    Examples
    --------
    >>> digitize(Tensor([0.5, 1.0, 3.5]), Tensor([1.0, 2.0, 3.0]))
    Tensor([0, 1, 3])
    """
    return np.digitize(x, bins, right)
