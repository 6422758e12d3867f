"""Log-sum-exp and what is made of it.

The largest element is subtracted before any exponential is taken, so that no finite input
overflows; float16 is summed in float32, since its own sums end at 65,504 and lose ones from 2,048.

Where one element is far above the others, a sum is 1 and what is left of the others is lost. So
logarithms are taken of what there is besides that 1, and slopes are written without ``1 - p``:
docs/stability.md says how exact they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autodiff.declare import custom
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.along import pick_along
from autodiff.ops.exponential import exp, expm1
from autodiff.ops.manipulation import cast, expand_dims
from autodiff.ops.reduce import Axis, add_up, having, over, sum
from autodiff.ops.selection import where
from autodiff.variable import Array, Index, raw


def _weights(g: Any, y: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """`g` by the shares in the sum; of an infinite one, the infinite elements have them all."""
    y = over(y, x.shape, axis, keepdims)
    infinite = np.isinf(raw(y))
    if infinite.any():
        weights = exp(where(infinite, -np.inf, x) - where(infinite, ZERO[y.dtype], y))
        weights = where(infinite & (raw(x).real == np.inf), ONE[weights.dtype], weights)
    else:
        weights = exp(x - y)
    # y, rounded, is off by an ulp, and so is each of their logarithms; but by the same
    total = sum(weights, axis, True, dtype=_wide(weights))
    none = raw(total) == 0
    if none.any():
        total = where(none, ONE[total.dtype], total)
    return over(g, x.shape, axis, keepdims) * _rounded(weights / total, weights)


@custom(vjps=[_weights], expects="axes that x has")
def logsumexp(x: Array, /, axis: Axis = None, keepdims: bool = False) -> Array:
    """``log(sum(exp(x)))`` over axes.

    Parameters
    ----------
    x
        Any shape; integers are computed as float64. Complex numbers are taken too.
    axis
        The axes to reduce: an int, a tuple of ints (negative ones count back), or None for all.
    keepdims
        Keep the reduced axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without the reduced axes; `x`'s floating dtype. -inf where
        there is nothing to sum. Of an infinite sum, the infinite elements share the gradient
        equally.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    Shifted by the largest element; why that is accurate:
    Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA Journal of Numerical Analysis, 2021.

    Examples
    --------
    >>> logsumexp(Tensor([1000.0, 1000.0])).item()
    1000.6931471805599
    """
    x = _floating(having(x, axis))
    # of complex numbers it is the real part that would overflow
    highest = np.maximum.reduce(x.real, axis=axis, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(highest), highest, ZERO[highest.dtype])
    with np.errstate(divide="ignore"):  # the logarithm of an empty or all -inf sum is -inf
        y = np.asarray(_log_total(np.exp(x - shift), axis) + shift, x.dtype)
    return y if keepdims else y.squeeze(axis)


def _floating(x: Any) -> Any:
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


def _wide(x: Any) -> Any:
    """What to sum in; None: in its own dtype."""
    return np.float32 if x.dtype.char == "e" else None


def _total(e: Any, axis: Axis) -> Any:
    """Sum over axes, which stay at length 1."""
    return add_up(e, axis, _wide(e), None, True)


def _log_total(e: Any, axis: Axis) -> Any:
    """Logarithm of the sum of exponentials, the largest of which is 1."""
    total = _total(e, axis)
    if e.dtype.kind == "c" or not (total < 1.5).any():
        return np.log(total)
    ones = e == 1
    more = add_up(ones, axis, total.dtype, None, True) - ONE[total.dtype]  # equally large ones
    return np.log1p(_total(e * ~ones, axis) + more)


def _summed(g: Any, axis: int) -> Any:
    """As `_total`, recorded."""
    return sum(g, axis, True, dtype=_wide(g))


def _rounded(flow: Any, g: Any) -> Any:
    """What was summed in float32 back in float16."""
    return cast(flow, g.dtype) if g.dtype.char == "e" else flow


def _shifted(x: Any, axis: int) -> Any:
    """A new array, with 0 as its largest element along `axis`."""
    x = _floating(x)
    if not x.size:
        return np.array(x)
    return np.asarray(x - np.maximum.reduce(x.real, axis=axis, keepdims=True))


def _softmax_pulled(g: Any, y: Any, axis: int) -> Any:
    """``y * (g - sum(g * y))``, which is the same for every g that is shifted.

    Shifted to 0 where y is largest, so that what is next to 1 is not taken from 1.
    """
    values = raw(y)
    if values.dtype.kind != "c" and values.max(initial=0) > 0.5:
        at = normalize_axis_index(axis, y.ndim)
        g = g - pick_along(g, np.expand_dims(values.argmax(at), at), at)
    return _rounded(y * (g - _summed(g * y, axis)), g)


@custom(vjps=[_softmax_pulled], expects="an axis that x has")
def softmax(x: Array, /, axis: int = -1) -> Array:
    """Exponentials over their sum along `axis`: positive, and 1 in all.

    Parameters
    ----------
    x
        Any shape; integers are computed as float64. Complex numbers are taken too.
    axis
        The axis of the classes. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `x`, in its floating dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.

    Notes
    -----
    Shifted by the largest element; why that is accurate:
    Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA Journal of Numerical Analysis, 2021.

    Examples
    --------
    >>> softmax(Tensor([1010.0, 1000.0, 990.0]))
    Tensor([9.99954600e-01, 4.53978686e-05, 2.06106005e-09])
    """
    e = _shifted(x, axis)
    np.exp(e, out=e)
    e /= _total(e, axis)
    return e


def _log_softmax_pulled(g: Any, y: Any, axis: int) -> Any:
    """``g - exp(y) * sum(g)``, as ``g * (1 - exp(y))`` less what flows to the others."""
    others = exp(y) * (_summed(g, axis) - g)
    return _rounded(-g * expm1(y) - others, g)


@custom(vjps=[_log_softmax_pulled], expects="an axis that x has")
def log_softmax(x: Array, /, axis: int = -1) -> Array:
    """Logarithm of `softmax`, exact also where the softmax underflows.

    Parameters
    ----------
    x
        Any shape; integers are computed as float64.
    axis
        The axis of the classes. Default: the last one.

    Returns
    -------
    Tensor
        Shaped as `x`, in its floating dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` is complex.

    Notes
    -----
    Shifted by the largest element; why that is accurate:
    Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions",
    IMA Journal of Numerical Analysis, 2021.

    Examples
    --------
    >>> log_softmax(Tensor([0.0, -1000.0]))
    Tensor([    0., -1000.])
    """
    if x.dtype.kind == "c":
        raise TypeError(
            f"expected real numbers, got {x.dtype}, whose logarithm has a cut: take the softmax, "
            f"or its abs()"
        )
    shifted = _shifted(x, axis)
    return np.asarray(shifted - _log_total(np.exp(shifted), axis), shifted.dtype)


def _places(target: Any) -> tuple[Any, ...]:
    """The index of the targets' scores: `numpy.take_along_axis` takes three times as long."""
    first, *others = np.indices(target.shape, sparse=True)
    return first, target, *others


def _error(g: Any, logits: Any, target: Any) -> Any:
    """``g * (softmax - one_hot)``: the prediction's error, times what flows in.

    At the target it is less the sum of the others, which next to 0 is far more exact than 1 less
    than the softmax.
    """
    at, p = _places(raw(target)), softmax(logits, 1)
    if isinstance(p, np.ndarray):
        p[at] = 0
        p[at] = -_total(p, 1).squeeze(1)
    else:
        others = np.ones(p.shape, p.dtype)
        others[at] = 0
        p = p * others
        p = p - _rounded(_summed(p, 1), p) * (1 - others)
    return p * expand_dims(g, 1)


@custom(
    vjps=[_error],
    symbol="CE",
    expects="logits (N, C, ...) and integer targets (N, ...) in 0..C-1",
)
def cross_entropy(logits: Array, target: Index) -> Array:
    """Cross-entropy of integer targets, ``-log(softmax(logits)[target])``, for each sample.

    Parameters
    ----------
    logits
        Scores, (N, C) or (N, C, d1, ...).
    target
        Class indices 0..C-1, (N,) or (N, d1, ...): integers.

    Returns
    -------
    Tensor
        The losses, shaped as `target`; `logits`' floating dtype, float64 for integers.

    Raises
    ------
    OpValueError
        If `logits` have no axis of classes, or `target` does not fit them in shape, is not of
        integers, or names a class outside 0..C-1.

    Notes
    -----
    `log_softmax` at the target, so that no finite score overflows, and exact also where the
    target's score is far above the others, as its slopes are.

    Examples
    --------
    >>> cross_entropy(Tensor([[0.0, 0.0]]), [1])
    Tensor([0.69314718])
    """
    target = np.asarray(raw(target))
    if logits.dtype.kind == "c":
        raise TypeError("logits are complex")
    if logits.ndim < 2:
        raise ValueError("logits need an axis of samples and one of classes")
    if target.shape != (*logits.shape[:1], *logits.shape[2:]) or target.dtype.kind not in "iu":
        raise ValueError(f"target is {target.dtype} {target.shape}")
    if target.size and not 0 <= target.min() <= target.max() < logits.shape[1]:
        raise ValueError(f"target holds classes from {target.min()} to {target.max()}")
    shifted, at = _shifted(logits, 1), _places(target)
    picked = shifted[at]
    np.exp(shifted, out=shifted)
    shifted[at] = 0
    # the sum less 1: either picked is 0, or another one is
    besides = _total(shifted, 1).squeeze(1) + np.expm1(picked)
    return np.asarray(np.log1p(besides) - picked, shifted.dtype)
