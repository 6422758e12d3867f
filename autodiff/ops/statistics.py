"""Statistics: composites of sums, means and orders.

Where calculus leaves a choice: the standard deviation has slope 0 where it is 0.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from autodiff.declare import composite
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.ops.arguments import a_constant, an_axis
from autodiff.ops.arithmetic import sqrt
from autodiff.ops.complex import conj, real
from autodiff.ops.diagonal import diagonal
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import broadcast_to, cast, matrix_transpose, reshape
from autodiff.ops.normalization import deviations
from autodiff.ops.reduce import Axis, elements, max, mean, min, sum
from autodiff.ops.selection import where
from autodiff.variable import Array, raw


@composite
def var(x: Array, /, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """Variance over axes, around the mean over the same axes.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    correction
        Taken from the count that the sum of squares is divided by; 1 makes the estimate unbiased.
        Default: 0.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes; `x`'s floating dtype (of complex numbers, that of
        their parts), float64 for integers. NaN where too little is left to divide by.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `correction` is no number.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.var`; the array API standard's ``var``. float16 is computed in float32. Of complex
    numbers it is the mean of ``abs(x - mean(x))**2``.

    Examples
    --------
    >>> var(Tensor([1.0, 2.0, 3.0, 4.0]), correction=1).item()
    1.6666666666666667
    """
    return _in_full(x, _variance(_widened(x), axis, correction, keepdims, "var"))


@composite
def std(x: Array, /, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """Standard deviation over axes: the root of `var`, with slope 0 where it is 0.

    Parameters
    ----------
    x, axis, correction, keepdims
        As in `var`.

    Returns
    -------
    Tensor
        As of `var`.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As `var` does.

    Notes
    -----
    `numpy.std`; the array API standard's ``std``.

    Examples
    --------
    >>> std(Tensor([1.0, 3.0]))
    Tensor(1.)
    """
    return _in_full(x, _root(_variance(_widened(x), axis, correction, keepdims, "std")))


def _widened(x: Any) -> Any:
    """float16 as float32: its squares overflow at 256."""
    return cast(x, np.float32) if x.dtype.char == "e" else x


def _in_full(x: Any, y: Any) -> Any:
    """`y` in float16 again, if `x` is."""
    return cast(y, np.float16) if x.dtype.char == "e" else y


def _variance(x: Any, axis: Axis, correction: Any, keepdims: bool, name: str) -> Any:
    _, total = deviations(x, axis, keepdims)
    return total / _less(elements(x.shape, axis), correction, name)


def _less(count: int, correction: Any, name: str) -> float:
    """The count of what is left to divide by."""
    less = a_constant(name, correction, "correction")
    known = type(less) in (int, float)
    if not known and (np.ndim(less) or np.asarray(less).dtype.kind not in "iuf"):
        raise OpTypeError(f"{name}: expected correction to be a number, got {describe(less)}")
    return builtins.max(count - float(less), 0.0)


def _root(v: Any) -> Any:
    """The root, with slope 0 at 0."""
    zero = raw(v) == 0
    return where(zero, 0.0, sqrt(where(zero, 1.0, v))) if zero.any() else sqrt(v)


@composite
def average(
    x: Array, /, weights: Array | None = None, axis: Axis = None, keepdims: bool = False
) -> Any:
    """Weighted mean over axes.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    weights
        Of `x`'s shape, or a vector as long as the one `axis`. They need not sum to 1. None: all
        are equal. Default: None.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes; NumPy's common floating dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If the weights do not fit `x`, or sum to 0.

    Notes
    -----
    `numpy.average`, but `axis` is passed by name (or after the weights). float16 is computed in
    float32.

    Examples
    --------
    >>> average(Tensor([1.0, 2.0]), Tensor([3.0, 1.0]))
    Tensor(1.25)
    """
    if weights is None:
        return mean(x, axis, keepdims)
    shape = weights.shape
    if weights.ndim == 1 != x.ndim and isinstance(axis, int):
        at = an_axis("average", axis, x.ndim)
        if shape == x.shape[at : at + 1]:
            weights = reshape(weights, (-1,) + (1,) * (x.ndim - 1 - at))
            weights = broadcast_to(weights, x.shape)
    if weights.shape != x.shape:
        raise OpValueError(
            f"average: expected weights of x's shape {x.shape}, or a vector as long as the one "
            f"axis=..., got weights: shape {shape}; axis={axis!r}"
        )
    dtype = np.result_type(x.dtype, weights.dtype, np.float64 if x.dtype.kind in "biu" else x.dtype)
    wide = np.result_type(dtype, np.float32)  # sums of float16 overflow at 65,504
    x, weights = (v if v.dtype == wide else cast(v, wide) for v in (x, weights))
    total = sum(weights, axis, keepdims)
    if (raw(total) == 0).any():
        raise OpValueError("average: expected weights that do not sum to 0")
    y = sum(x * weights, axis, keepdims) / total
    return y if y.dtype == dtype else cast(y, dtype)


@composite
def cov(x: Array, /, correction: float = 1.0) -> Any:
    """Covariance matrix of variables, one a row, each column an observation.

    Parameters
    ----------
    x
        Shape (M, N), or (N,) for a single variable; any numeric dtype.
    correction
        Taken from the N that the sums of products are divided by. Default: 1, the unbiased
        estimate.

    Returns
    -------
    Tensor
        Shape (M, M), or () for a single variable; `x`'s floating or complex dtype, float64 for
        integers. Of complex numbers the second factor is conjugated.

    Raises
    ------
    OpTypeError
        If `correction` is no number.
    OpValueError
        If `x` has more than two axes, or none.

    Notes
    -----
    `numpy.cov`, whose ``ddof`` is the correction; `torch.cov`.

    Examples
    --------
    >>> cov(Tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]))
    Tensor([[1., 2.],
            [2., 4.]])
    """
    return _covariance("cov", x, correction)


def _covariance(name: str, x: Any, correction: Any) -> Any:
    if x.ndim not in (1, 2):
        raise OpValueError(f"{name}: expected x of shape (M, N) or (N,), got {x.shape}")
    count = _less(x.shape[-1], correction, name)
    rows = x if x.ndim == 2 else reshape(x, (1, -1))
    away, _ = deviations(rows, 1)
    products = matmul(away, matrix_transpose(conj(away) if away.dtype.kind == "c" else away))
    return (products if x.ndim == 2 else reshape(products, ())) / count


@composite
def corrcoef(x: Array, /) -> Any:
    """Correlation coefficients of variables, one a row, each column an observation.

    Parameters
    ----------
    x
        Shape (M, N), or (N,) for a single variable; any numeric dtype.

    Returns
    -------
    Tensor
        Shape (M, M), or () for a single variable; dtype as of `cov`. NaN for what does not vary.

    Raises
    ------
    OpValueError
        If `x` has more than two axes, or none.

    Notes
    -----
    `numpy.corrcoef`, but for rounding: nothing is cut off at 1.

    Examples
    --------
    >>> corrcoef(Tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    Tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    c = _covariance("corrcoef", x, 0)
    if x.ndim == 1:
        return c / c
    spread = sqrt(real(diagonal(c)) if c.dtype.kind == "c" else diagonal(c))
    return c / (reshape(spread, (-1, 1)) * spread)


@composite
def ptp(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Any:
    """Peak to peak: the largest element less the smallest; ties share the gradient equally.

    Parameters
    ----------
    x
        Any shape; any real dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes; `x`'s dtype.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As `max` does.

    Notes
    -----
    `numpy.ptp`.

    Examples
    --------
    >>> ptp(Tensor([1.0, 5.0, 3.0]))
    Tensor(4.)
    """
    return max(x, axis, keepdims) - min(x, axis, keepdims)


@composite
def nansum(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Any:
    """Sum over axes of what is not NaN; no gradient flows to a NaN.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        As of `sum`.

    Raises
    ------
    OpIndexError, OpValueError
        As `sum` does.

    Notes
    -----
    `numpy.nansum`.

    Examples
    --------
    >>> nansum(Tensor([1.0, np.nan, 3.0]))
    Tensor(4.)
    """
    missing = np.isnan(raw(x))
    return sum(where(missing, 0, x) if missing.any() else x, axis, keepdims)


@composite
def nanmean(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Any:
    """Mean over axes of what is not NaN; no gradient flows to a NaN.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        As of `mean`; NaN where there is nothing else.

    Raises
    ------
    OpIndexError, OpValueError
        As `mean` does.

    Notes
    -----
    `numpy.nanmean`.

    Examples
    --------
    >>> nanmean(Tensor([1.0, np.nan, 3.0]))
    Tensor(2.)
    """
    missing = np.isnan(raw(x))
    if not missing.any():
        return mean(x, axis, keepdims)
    wide = _widened(x)
    count = sum(~missing, axis, keepdims)
    total = sum(where(missing, 0, wide), axis, keepdims)
    return _in_full(x, total / np.asarray(count, raw(wide).real.dtype))
