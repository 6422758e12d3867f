"""Norms of vectors and matrices, traces, condition numbers.

Where calculus leaves a choice: a norm has slope 0 at 0, an element that is 0 gets slope 0, and so
does a singular value that is 0. Ties share the gradient of a largest or smallest one equally.
"""

from __future__ import annotations

from math import inf, prod
from typing import Any

import numpy as np

from autodiff.declare import composite
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.kernels.scalars import ONE
from autodiff.ops.arguments import a_constant, some_axes, some_matrices
from autodiff.ops.arithmetic import sqrt
from autodiff.ops.complex import conj, real
from autodiff.ops.manipulation import astype, expand_dims, permute_dims, reshape
from autodiff.ops.reduce import max, min, sum
from autodiff.ops.selection import abs, sign, where
from autodiff.ops.singular import svdvals
from autodiff.ops.solve import inv as inverse
from autodiff.variable import Array, raw

Axis = int | tuple[int, ...] | None


# --- vectors ---


@composite
def vector_norm(x: Array, /, *, axis: Axis = None, keepdims: bool = False, ord: float = 2) -> Any:
    """Norm of vectors: by default their length.

    Parameters
    ----------
    x
        Any shape; any numeric dtype, integers are computed as floats.
    axis
        The axes that hold a vector each: an int, a tuple of ints (negative ones count back), or
        None for all. Default: None.
    keepdims
        Keep those axes, at length 1. Default: False.
    ord
        Which norm, of the elements' absolute values: inf for the largest, -inf for the smallest, 0
        for how many are not 0, another p for ``sum(abs(x)**p) ** (1/p)``. Default: 2.

    Returns
    -------
    Tensor
        `x`'s shape without those axes; real, of `x`'s precision.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `ord` is no number.
    OpValueError
        If an axis is named twice, or there is no element to take the smallest of.

    Notes
    -----
    `numpy.linalg.vector_norm`; the array API standard's ``linalg.vector_norm``. A norm has slope 0
    at 0, and an element that is 0 gets slope 0. Large and small numbers are scaled before their
    powers are taken.

    Examples
    --------
    >>> vector_norm(Tensor([3.0, 4.0])), vector_norm(Tensor([3.0, -4.0]), ord=1)
    (Tensor(5.), Tensor(7.))
    """
    ord = a_constant("vector_norm", ord, "ord")
    if isinstance(ord, str) or np.ndim(ord):
        raise OpTypeError(f"vector_norm: expected ord to be a number, got {describe(ord)}")
    x = _floating(x)
    axes = None if axis is None else some_axes("vector_norm", axis, x.ndim)
    if ord == inf:
        return _largest(abs(x), axes, keepdims)
    if ord == -inf:
        return min(abs(x), axes, keepdims)
    if ord == 1:
        return sum(abs(x), axes, keepdims)
    if ord == 0:
        return sum(sign(abs(x)), axes, keepdims)
    return _root_of_powers(x, float(ord), axes, keepdims)


def _root_of_powers(x: Any, p: float, axes: Any, keepdims: bool) -> Any:
    """``sum(abs(x)**p) ** (1/p)``, also where the powers are too large or too small to be told."""
    with np.errstate(over="ignore"):
        total = sum(_powers(x, p), axes, keepdims)
    values = raw(total)
    if p == 2:
        info = np.finfo(values.dtype)
        low, high = info.tiny / info.eps, inf
    else:  # 1/p is rounded: what that does to a root grows with the logarithm of the power
        low, high = 16.0 ** -np.abs(p), 16.0 ** np.abs(p)
    if ((values > low) & (values < high)).all():
        return _root(total, 1 / p)
    scale = _scale(raw(x), axes, np.maximum if p > 0 else np.minimum)
    y = _root(sum(_powers(x / scale, p), axes, True), 1 / p) * scale
    return y if keepdims else reshape(y, total.shape)


def _powers(x: Any, p: float) -> Any:
    if p == 2:
        return x * x if x.dtype.kind != "c" else real(x * conj(x))
    x = abs(x)
    null = raw(x) == 0
    if not null.any():
        return x**p
    at_0 = np.asarray(0 if p > 0 else inf, x.dtype)
    return where(null, at_0, where(null, ONE[x.dtype], x) ** p)


def _scale(x: Any, axes: Any, extreme: Any) -> Any:
    """A power of two next to what dominates the sum: dividing by it rounds nothing."""
    sizes = np.abs(x)
    top = extreme.reduce(sizes, axes, None, None, True, 0 if extreme is np.maximum else inf)
    _, exponent = np.frexp(top)
    least = np.finfo(top.dtype).minexp
    power = np.ldexp(ONE[top.dtype], np.maximum(exponent - 1, least))
    return np.where(np.isfinite(top) & (top > 0), power, ONE[top.dtype])


def _floating(x: Any) -> Any:
    return x if x.dtype.kind in "fc" else astype(x, np.float64)


def _root(x: Any, exponent: float = 0.5) -> Any:
    """A power of what is not negative, with slope 0 at 0."""
    at_0 = np.asarray(0 if exponent > 0 else inf, x.dtype)
    null = raw(x) == 0
    safe = where(null, ONE[x.dtype], x) if null.any() else x
    y = sqrt(safe) if exponent == 0.5 else safe**exponent
    return where(null, at_0, y) if null.any() else y


def _largest(x: Any, axis: Any, keepdims: bool) -> Any:
    """The largest of numbers that are not negative: of none, 0."""
    reduced = x.shape if axis is None else tuple(x.shape[i] for i in np.atleast_1d(axis))
    return max(x, axis, keepdims) if prod(reduced) else sum(x, axis, keepdims)


# --- matrices ---


@composite
def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Norm of matrices.

    Parameters
    ----------
    x
        Shape (..., M, N); any numeric dtype, integers are computed as floats.
    keepdims
        Keep the last two axes, at length 1. Default: False.
    ord
        Which norm: "fro" (or None) for the root of the sum of squares, "nuc" for the sum of the
        singular values, 2 and -2 for the largest and the smallest of them, 1 and -1 for the largest
        and the smallest sum of a column's absolute values, inf and -inf likewise of a row's.
        Default: "fro".

    Returns
    -------
    Tensor
        Shape (...); real, of `x`'s precision.

    Raises
    ------
    OpTypeError
        If `x` is of float16, where singular values are needed.
    OpValueError
        If `x` has fewer than two axes, there is no such norm, or nothing to take the smallest of.

    Notes
    -----
    `numpy.linalg.matrix_norm`; the array API standard's ``linalg.matrix_norm``. A norm has slope 0
    at 0; a singular value that is 0 up to rounding has slope 0 in "nuc", 2 and -2.

    Examples
    --------
    >>> x = Tensor([[3.0, 0.0], [0.0, -4.0]])
    >>> matrix_norm(x), matrix_norm(x, ord="nuc")
    (Tensor(5.), Tensor(7.))
    """
    some_matrices("matrix_norm", x)
    x = _floating(x)
    if ord is None or (isinstance(ord, str) and ord == "fro"):
        y = vector_norm(x, axis=(-2, -1), ord=2)
    elif isinstance(ord, str) and ord == "nuc":
        y = sum(_singular_values(x), -1)
    elif ord in (2, -2):
        y = _extreme(_singular_values(x), ord)
    elif ord in (1, -1):
        y = _extreme(sum(abs(x), -2), ord)
    elif ord in (inf, -inf):
        y = _extreme(sum(abs(x), -1), ord)
    else:
        raise OpValueError(
            f"matrix_norm: expected ord to be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r}"
        )
    return expand_dims(y, (-2, -1)) if keepdims else y


def _extreme(x: Any, ord: float) -> Any:
    return _largest(x, -1, False) if ord > 0 else min(x, -1)


def _singular_values(x: Any) -> Any:
    """Singular values, with slope 0 where they are 0."""
    s = svdvals(x)
    values = raw(s)
    eps = np.finfo(values.dtype).eps
    longest = np.maximum(*x.shape[-2:])
    null = values <= longest * eps * values.max(-1, initial=0, keepdims=True)
    return where(null, values, s) if null.any() else s


@composite
def norm(x: Array, /, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """Norm of vectors or of matrices, as the number of axes tells.

    Parameters
    ----------
    x
        Any shape; any numeric dtype, integers are computed as floats.
    ord
        As in `vector_norm` or `matrix_norm`. Default: None, the root of the sum of squares.
    axis
        An int: where vectors lie. Two: rows and columns of matrices. None: `x` is one vector or one
        matrix, or `ord` is None too, and it is flattened. Default: None.
    keepdims
        Keep those axes, at length 1. Default: False.

    Returns
    -------
    Tensor
        `x`'s shape without those axes; real, of `x`'s precision.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `axis` is no int.
    OpValueError
        If there is no such norm, or no such number of axes.

    Notes
    -----
    `numpy.linalg.norm`. Slopes are as in `vector_norm` and `matrix_norm`.

    Examples
    --------
    >>> norm(Tensor([3.0, 4.0])), norm(Tensor([[1.0, 2.0], [3.0, -4.0]]), 1)
    (Tensor(5.), Tensor(6.))
    """
    if axis is None and ord is None:
        return vector_norm(x, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axis is None else some_axes("norm", axis, x.ndim)
    if len(axes) == 1:
        if isinstance(ord, str):
            raise OpValueError(f"norm: expected a norm of vectors, a number, got ord={ord!r}")
        return vector_norm(x, axis=axes, keepdims=keepdims, ord=2 if ord is None else ord)
    if len(axes) != 2:
        raise OpValueError(
            f"norm: expected one axis (of vectors) or two (of matrices), got axis={axis} of shape "
            f"{x.shape}"
        )
    others = [i for i in range(x.ndim) if i not in axes]
    y = matrix_norm(permute_dims(x, (*others, *axes)), ord=ord)
    return expand_dims(y, tuple(sorted(axes))) if keepdims else y


@composite
def cond(x: Array, /, p: Any = None) -> Any:
    """Condition number of matrices: how much solving a system may magnify an error.

    Parameters
    ----------
    x
        Shape (..., M, N); square, unless `p` is None, 2 or -2. Any numeric dtype, integers are
        computed as floats.
    p
        The norm, as in `matrix_norm`. Default: None, which is 2.

    Returns
    -------
    Tensor
        Shape (...); real, of `x`'s precision: the norm times that of the inverse. For None,
        2 and -2, which need no inverse, inf with slope 0 where a singular value of 0 divides.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If `x` has fewer than two axes or no elements, there is no such norm, or a matrix is
        singular or not square that must not be.

    Notes
    -----
    `numpy.linalg.cond`.

    Examples
    --------
    >>> cond(Tensor([[4.0, 0.0], [0.0, 2.0]]))
    Tensor(2.)
    """
    some_matrices("cond", x)
    if not prod(x.shape[-2:]):
        raise OpValueError(f"cond: expected matrices that have elements, got shape {x.shape}")
    if p is None or (not isinstance(p, str) and p in (2, -2)):
        s = svdvals(x)
        above, below = (s[..., -1], s[..., 0]) if p == -2 else (s[..., 0], s[..., -1])
        null = raw(below) == 0
        if not null.any():
            return above / below
        return where(null, np.asarray(inf, s.dtype), above / where(null, ONE[s.dtype], below))
    return matrix_norm(x, ord=p) * matrix_norm(inverse(x), ord=p)
