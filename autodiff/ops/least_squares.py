"""Pseudoinverses, and least squares."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autodiff.declare import custom, explains
from autodiff.ops.arithmetic import square
from autodiff.ops.linalg import conj_transpose, conjugate, matmul
from autodiff.ops.manipulation import expand_dims, squeeze
from autodiff.ops.reduce import sum
from autodiff.ops.selection import abs
from autodiff.ops.singular import svdvals
from autodiff.variable import Array, Variable, array, raw, tensor


class LstsqResult(NamedTuple):
    """What `lstsq` gives."""

    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any


def _to_pinv(g: Any, y: Any, x: Any) -> Any:
    """Golub and Pereyra's derivative of the pseudoinverse, for matrices that keep their rank."""
    yh, gt = conj_transpose(y), g.mT
    flow = -matmul(matmul(y.mT, gt.mT), y.mT)
    right = matmul(gt, matmul(y, yh))
    left = matmul(matmul(yh, y), gt)
    right = right - matmul(x, matmul(y, right))
    left = left - matmul(matmul(left, y), x)
    return flow + conjugate(right + left)


@custom(vjps=[_to_pinv], symbol="x⁺", expects="matrices (..., M, N)")
def pinv(x: Array, /, *, rtol: Any = None) -> Array:
    """Pseudoinverse of matrices (Moore and Penrose).

    Parameters
    ----------
    x
        Shape (..., M, N); any numeric dtype, integers are computed as floats.
    rtol
        Singular values up to this part of the largest count as 0: a constant number, or an array
        that broadcasts with the stack. Default: None, ``max(M, N)`` times the precision of the
        dtype.

    Returns
    -------
    Tensor
        Shape (..., N, M).

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.linalg.pinv`; the array API standard's ``linalg.pinv``. The derivative is that along
    matrices of the same rank; where the rank changes, the pseudoinverse is not continuous.
    G. Golub and V. Pereyra, The differentiation of pseudo-inverses, 1973, equation 4.12.

    Examples
    --------
    >>> pinv(Tensor([[2.0], [0.0]]))
    Tensor([[0.5, 0. ]])
    """
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    return np.linalg.pinv(x, rtol=raw(rtol))


@explains
def lstsq(x1: Array, x2: Array, /, *, rtol: Any = None) -> LstsqResult:
    """Least-squares solution X of ``x1 @ X = x2``, of all of them the shortest.

    Parameters
    ----------
    x1
        Shape (..., M, N); any numeric dtype, integers are computed as floats.
    x2
        Shape (..., M, K), one problem for each column; or (M,), a single vector for all of `x1`.
    rtol
        As in `pinv`.

    Returns
    -------
    solution, residuals, rank, singular_values : Tensor
        A named tuple: X, of shape (..., N, K) or (..., N); the squared lengths of what is left of
        each column, (..., K) or (...); the rank of each matrix, without a gradient; and its
        singular values.

    Raises
    ------
    OpTypeError
        If an array is of float16.
    OpValueError
        If the shapes do not fit.

    Notes
    -----
    `numpy.linalg.lstsq`, for stacks too, and with residuals of matrices of every shape and rank
    (NumPy's are empty but for overdetermined systems of full rank). By the pseudoinverse, so
    gradients are those along matrices of the same rank.

    Examples
    --------
    >>> lstsq(Tensor([[1.0], [1.0]]), Tensor([1.0, 3.0])).solution
    Tensor([2.])
    """
    inverse, x2 = pinv(x1, rtol=rtol), x2 if isinstance(x2, Variable) else array(x2)
    a_vector = x2.ndim == 1
    rhs = expand_dims(x2, -1) if a_vector else x2
    solution = matmul(inverse, rhs)
    residuals = sum(square(abs(rhs - matmul(x1, solution))), -2)
    if a_vector:
        solution, residuals = squeeze(solution, -1), squeeze(residuals, -1)
    rank = np.asarray(np.linalg.matrix_rank(raw(x1), rtol=raw(rtol)))
    is_tensor = isinstance(solution, Variable)
    return LstsqResult(solution, residuals, tensor(rank, None) if is_tensor else rank, svdvals(x1))
