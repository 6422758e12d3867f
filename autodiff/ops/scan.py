"""Running sums, products and extremes along an axis, and differences.

Where calculus leaves a choice: of tied running extremes the last one receives the gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autodiff.declare import composite, custom, linear
from autodiff.errors import OpTypeError, OpValueError
from autodiff.kernels import scan
from autodiff.kernels.ordering import running_winners
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.kernels.summation import running_sums
from autodiff.ops.along import pick_along
from autodiff.ops.arguments import along, an_axis, summable
from autodiff.ops.exponential import exp
from autodiff.ops.index import getitem
from autodiff.ops.manipulation import broadcast_to, concat
from autodiff.ops.rearrange import flip, ravel, roll
from autodiff.ops.selection import where
from autodiff.variable import Array, raw


def _the_axis(x: Any, axis: int | None) -> int:
    """The axis to go along, counted from the front: the only one, if it is not named."""
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"an array of {x.ndim} axes needs axis=...")
        return 0
    return normalize_axis_index(axis, x.ndim)


def span(x: Any, axis: int, start: int | None, stop: int | None = None) -> Any:
    """The part of `x` from `start` to `stop` along an axis."""
    return getitem(x, along(axis, slice(start, stop)))


def _accumulated(
    accumulate: Any, first: int, x: Any, axis: int | None, dtype: Any, include_initial: bool
) -> Any:
    """`numpy.cumsum` or its like along an axis, perhaps with what it begins with in front."""
    at = _the_axis(x, axis)
    dtype = None if dtype is None else summable(x, dtype)
    if not include_initial:
        return accumulate(x, at, dtype)
    dtype = accumulate(x[(slice(0, 0),) * x.ndim], at, dtype).dtype
    y = np.empty((*x.shape[:at], x.shape[at] + 1, *x.shape[at + 1 :]), dtype)
    y[along(at, 0)] = first
    accumulate(x, at, dtype, out=y[along(at, slice(1, None))])
    return y


def _sums_pulled(g: Any, axis: int | None, include_initial: bool) -> Any:
    at = _the_axis(g, axis)
    g = span(g, at, 1) if include_initial else g
    return flip(cumulative_sum(flip(g, at), at), at)


@linear(
    adjoint=lambda g, axis, include_initial: _sums_pulled(g, axis, include_initial),
    symbol="Σ≤",
    expects="an axis that x has",
)
def cumulative_sum(
    x: Array, /, axis: int | None = None, *, dtype: Any = None, include_initial: bool = False
) -> Array:
    """Sum of each element and all before it, along an axis.

    Parameters
    ----------
    x
        One axis or more, any numeric dtype.
    axis
        The axis to sum along; it may be left out if `x` has but one.
    dtype
        What to compute in; default: `x`'s dtype, but booleans and short integers are counted in
        the platform's integer.
    include_initial
        Begin with a 0, which makes the result longer by one. Default: False.

    Returns
    -------
    Tensor
        Shaped as `x` (or longer by one along `axis`).

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `dtype` can't hold what `x` has (a float's fraction, an imaginary part).
    OpValueError
        If no axis is named, and `x` has not exactly one.

    See Also
    --------
    cumsum : NumPy's name, which flattens where no axis is named.

    Notes
    -----
    `numpy.cumulative_sum`; the array API standard's ``cumulative_sum``.

    Examples
    --------
    >>> cumulative_sum(Tensor([1.0, 2.0, 3.0]))
    Tensor([1., 3., 6.])
    """
    return _accumulated(running_sums, 0, x, axis, dtype, include_initial)


def _products_pulled(g: Any, y: Any, x: Any, axis: int | None, include_initial: bool) -> Any:
    """Without a division, so that zeros are as good as any number.

    To x[i] flows the product of all before it, times the sum over k >= i of g[k] and the product
    of what lies between, which obeys ``s[i] = g[i] + x[i + 1] s[i + 1]``.
    """
    at = _the_axis(x, axis)
    if include_initial:
        g, before = span(g, at, 1), span(y, at, None, -1)
    else:
        before = _moved_on(y, at, 1)
    return before * recurrence(roll(x, -1, at), g, at, True)


def _moved_on(y: Any, axis: int, first: int, reverse: bool = False) -> Any:
    """What came before each element: `y` moved on by one along an axis, `first` in front."""
    if not y.shape[axis]:
        return y
    edge = (*y.shape[:axis], 1, *y.shape[axis + 1 :])
    new = np.broadcast_to((ONE if first else ZERO)[y.dtype], edge)
    return concat([span(y, axis, 1), new] if reverse else [new, span(y, axis, None, -1)], axis)


@custom(
    vjps=[lambda g, y, x, axis, include_initial: _products_pulled(g, y, x, axis, include_initial)],
    symbol="Π≤",
    expects="an axis that x has",
)
def cumulative_prod(
    x: Array, /, axis: int | None = None, *, dtype: Any = None, include_initial: bool = False
) -> Array:
    """Product of each element and all before it, along an axis.

    Parameters
    ----------
    x
        One axis or more, any numeric dtype.
    axis
        The axis to multiply along; it may be left out if `x` has but one.
    dtype
        What to compute in; default: `x`'s dtype, but booleans and short integers are multiplied in
        the platform's integer.
    include_initial
        Begin with a 1, which makes the result longer by one. Default: False.

    Returns
    -------
    Tensor
        Shaped as `x` (or longer by one along `axis`).

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `dtype` can't hold what `x` has (a float's fraction, an imaginary part).
    OpValueError
        If no axis is named, and `x` has not exactly one.

    See Also
    --------
    cumprod : NumPy's name, which flattens where no axis is named.

    Notes
    -----
    `numpy.cumulative_prod`; the array API standard's ``cumulative_prod``. Gradients take no
    division: they are exact for any number of zeros, to every order.

    Examples
    --------
    >>> cumulative_prod(Tensor([1.0, 2.0, 3.0]))
    Tensor([1., 2., 6.])
    """
    return _accumulated(np.cumprod, 1, x, axis, dtype, include_initial)


@composite
def cumsum(x: Array, /, axis: int | None = None, dtype: Any = None) -> Any:
    """Sum of each element and all before it, along an axis (None: in row-major order).

    Parameters
    ----------
    x
        Any shape, any numeric dtype.
    axis
        The axis to sum along; None: of the flattened array. Default: None.
    dtype
        As in `cumulative_sum`.

    Returns
    -------
    Tensor
        Shaped as `x`, or (None) along one axis.

    Raises
    ------
    OpIndexError, OpTypeError
        As `cumulative_sum`.

    Notes
    -----
    `numpy.cumsum`.

    Examples
    --------
    >>> cumsum(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([ 1.,  3.,  6., 10.])
    """
    return cumulative_sum(ravel(x) if axis is None else x, axis, dtype=dtype)


@composite
def cumprod(x: Array, /, axis: int | None = None, dtype: Any = None) -> Any:
    """Product of each element and all before it, along an axis (None: in row-major order).

    Parameters
    ----------
    x
        Any shape, any numeric dtype.
    axis
        The axis to multiply along; None: of the flattened array. Default: None.
    dtype
        As in `cumulative_prod`.

    Returns
    -------
    Tensor
        Shaped as `x`, or (None) along one axis.

    Raises
    ------
    OpIndexError, OpTypeError
        As `cumulative_prod`.

    Notes
    -----
    `numpy.cumprod`.

    Examples
    --------
    >>> cumprod(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([ 1.,  2.,  6., 24.])
    """
    return cumulative_prod(ravel(x) if axis is None else x, axis, dtype=dtype)


def _carried(g: Any, a: Any, axis: int, reverse: bool) -> Any:
    """What flows to `b` of a recurrence: the recurrence backward."""
    return recurrence(roll(a, 1 if reverse else -1, axis), g, axis, not reverse)


@custom(
    vjps=[
        lambda g, y, a, axis, reverse: (
            _carried(g, a, axis, reverse) * _moved_on(y, axis, 0, reverse)
        ),
        lambda g, a, axis, reverse: _carried(g, a, axis, reverse),
    ]
)
def recurrence(a: Array, b: Array, axis: int, reverse: bool) -> Array:
    """What `linear_recurrence` is made of: of two arrays of one shape.

    Parameters
    ----------
    a, b
        Any floating or complex dtype; one axis or more.
    axis
        The axis to go along, counted from the front.
    reverse
        From the end to the front.

    Examples
    --------
    >>> recurrence(Tensor([2.0, 2.0, 2.0]), Tensor([1.0, 0.0, 0.0]), 0, False)
    Tensor([1., 2., 4.])
    """
    dtype = np.result_type(a, b)
    turn = (..., slice(None, None, -1 if reverse else 1))
    rows = (np.asarray(np.moveaxis(x, axis, -1)[turn], dtype) for x in (a, b))
    return np.moveaxis(scan.recurrence(*rows)[turn], -1, axis)


@composite
def linear_recurrence(a: Array, b: Array, /, axis: int = -1, reverse: bool = False) -> Any:
    """``y[k] = a[k] y[k - 1] + b[k]`` along an axis, beginning with ``y[0] = b[0]``.

    Decaying averages, discounted returns, filters of first order: all in one op.

    Parameters
    ----------
    a, b
        Any floating or complex dtype; shapes that broadcast together. The first of `a` is not
        used.
    axis
        The axis of the result to go along. Default: the last one.
    reverse
        From the end to the front: ``y[k] = a[k] y[k + 1] + b[k]``. Default: False.

    Returns
    -------
    Tensor
        Their common shape and dtype.

    Raises
    ------
    OpIndexError
        If the result has no such axis.
    OpValueError
        If the shapes do not broadcast together.

    Notes
    -----
    Computed in a number of steps that grows with the logarithm of the length: Blelloch, "Prefix
    sums and their applications", 1990, section 1.4. Where products of the coefficients would
    overflow or underflow, step by step.

    Examples
    --------
    The return of each of three rewards, the next one worth half as much:

    >>> linear_recurrence(0.5, Tensor([1.0, 1.0, 4.0]), reverse=True)
    Tensor([2.5, 3. , 4. ])
    """
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError as error:
        raise OpValueError(
            f"linear_recurrence: expected shapes that broadcast together, got {a.shape} and "
            f"{b.shape}"
        ) from error
    at = an_axis("linear_recurrence", axis, len(shape))
    return recurrence(broadcast_to(a, shape), broadcast_to(b, shape), at, bool(reverse))


@composite
def cummax(x: Array, /, axis: int = -1) -> Any:
    """Largest element so far along an axis; a tie sends the gradient to the last one.

    Parameters
    ----------
    x
        One axis or more, any real dtype.
    axis
        The axis to go along. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `x`, in its dtype; NaN from the first NaN on.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` is complex.

    Notes
    -----
    `numpy.maximum.accumulate`, or the values of `torch.cummax`.

    Examples
    --------
    >>> cummax(Tensor([1.0, 3.0, 2.0]))
    Tensor([1., 3., 3.])
    """
    return _running("cummax", x, axis, np.maximum)


@composite
def cummin(x: Array, /, axis: int = -1) -> Any:
    """Smallest element so far along an axis; a tie sends the gradient to the last one.

    Parameters
    ----------
    x
        One axis or more, any real dtype.
    axis
        The axis to go along. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `x`, in its dtype; NaN from the first NaN on.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` is complex.

    Notes
    -----
    `numpy.minimum.accumulate`, or the values of `torch.cummin`.

    Examples
    --------
    >>> cummin(Tensor([3.0, 1.0, 2.0]))
    Tensor([3., 1., 1.])
    """
    return _running("cummin", x, axis, np.minimum)


def _running(name: str, x: Any, axis: int, best: np.ufunc) -> Any:
    if x.dtype.kind == "c":
        raise OpTypeError(f"{name}: expected real numbers, got {x.dtype}, which has no order")
    at = an_axis(name, axis, x.ndim)
    return pick_along(x, running_winners(raw(x), at, best), at)


def _logs_pulled(g: Any, y: Any, x: Any, axis: int) -> Any:
    """No exponential of anything positive, so that nothing overflows.

    To x[i] flows the sum over k >= i of g[k] exp(x[i] - y[k]), which is exp(x[i] - y[i]) times an
    s[i] that obeys ``s[i] = g[i] + exp(y[i] - y[i + 1]) s[i + 1]``.
    """
    at = normalize_axis_index(axis, x.ndim)
    infinite = np.isinf(raw(y))
    if infinite.any():  # at first there may be nothing but -inf, at last there may be inf
        endless = raw(y) == np.inf
        highest = raw(x) == np.inf
        count = np.maximum(np.cumsum(highest, at), 1)  # they have equal shares
        y = where(infinite, np.where(endless, np.log(count), 0).astype(y.dtype), y)
        x = where(endless, np.where(highest, 0, -np.inf).astype(x.dtype), x)
    steps = y - concat([span(y, at, 1), span(y, at, -1)], at)
    if infinite.any():
        parted = infinite | np.roll(infinite, -1, at)
        steps = where(parted & ~(endless & np.roll(endless, -1, at)), -np.inf, steps)
    return exp(x - y) * recurrence(exp(steps), g, at, True)


@custom(
    vjps=[lambda g, y, x, axis: _logs_pulled(g, y, x, axis)],
    expects="an axis that x has, and real numbers",
)
def logcumsumexp(x: Array, /, axis: int = -1) -> Array:
    """``log(cumulative_sum(exp(x)))`` along an axis, without overflow.

    Parameters
    ----------
    x
        One axis or more, any real dtype; integers are computed as float64.
    axis
        The axis to go along. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `x`, in its floating dtype. Of an infinite sum, the infinite elements share the
        gradient equally.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` is complex.

    Notes
    -----
    `numpy.logaddexp.accumulate`; `torch.logcumsumexp`.

    Examples
    --------
    >>> logcumsumexp(Tensor([1000.0, 1000.0]))
    Tensor([1000.        , 1000.69314718])
    """
    x = x if x.dtype.kind in "fc" else x.astype(np.float64)
    return np.logaddexp.accumulate(x, normalize_axis_index(axis, x.ndim))
