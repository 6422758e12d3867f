"""Factors of matrices that need no iteration: Cholesky's and QR."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autodiff.declare import composite_results, custom
from autodiff.errors import GradientError, OpValueError
from autodiff.ops.arguments import some_matrices
from autodiff.ops.complex import conj, real
from autodiff.ops.diagonal import tril, triu
from autodiff.ops.gauge import hermitian, hermitian_part, slack
from autodiff.ops.linalg import conj_transpose, conjugate, matmul
from autodiff.ops.manipulation import concat
from autodiff.ops.solve import solve
from autodiff.variable import Array, raw


class QRResult(NamedTuple):
    """What `qr` gives."""

    Q: Any
    R: Any


def _half(x: Any) -> Any:
    """The lower triangle, with half of the diagonal."""
    return tril(x, -1) + _on_diagonal(x) * 0.5


def _on_diagonal(x: Any) -> Any:
    return x * np.eye(x.shape[-1], dtype=x.dtype)


def _to_positive(g: Any, y: Any, upper: bool) -> Any:
    if upper:
        g, y = (conj(g) if y.dtype.kind == "c" else g).mT, conj_transpose(y)
    half = _half(matmul(y.mT, g))
    return hermitian(solve(conjugate(y).mT, solve(y.mT, half).mT).mT)


@custom(
    vjps=[_to_positive],
    symbol="chol",
    expects="square matrices (..., N, N) that are Hermitian and positive definite",
)
def cholesky(x: Array, /, *, upper: bool = False) -> Array:
    """Cholesky factor: the lower triangular L with ``L @ L.mT = x`` (conjugated, if complex).

    Parameters
    ----------
    x
        Shape (..., N, N), positive definite; any numeric dtype, integers are computed as floats.
        Of a matrix that is not Hermitian the Hermitian part is taken, ``(x + conj(x).mT) / 2``.
    upper
        Give ``conj(L).mT`` instead. Default: False.

    Returns
    -------
    Tensor
        Shaped as `x`, zero in the other triangle; the diagonal is real and positive.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square, or not positive definite.

    Notes
    -----
    `numpy.linalg.cholesky`; the array API standard's ``linalg.cholesky``. The gradient is
    Hermitian. I. Murray, Differentiation of the Cholesky decomposition, 2016, equation 8.

    Examples
    --------
    >>> cholesky(Tensor([[4.0, 2.0], [2.0, 5.0]]))
    Tensor([[2., 0.],
            [1., 2.]])
    """
    y = np.linalg.cholesky(hermitian_part(x))
    return conj_transpose(y) if upper else y


# --- QR ---


def _to_qr(g: Any, y: Any) -> Any:
    m = y.shape[-2] - y.shape[-1]
    q, r, gq, gr = y[..., :m, :], y[..., m:, :], g[..., :m, :], g[..., m:, :]
    core = triu(matmul(gr, r.mT) - matmul(q.mT, gq))
    on = _on_diagonal(core)
    core = core + conj_transpose(core) - (real(on) if on.dtype.kind == "c" else on)
    try:
        return solve(r, (gq + matmul(conjugate(q), core)).mT).mT
    except OpValueError as error:
        raise GradientError(
            "qr: columns of a matrix depend on each other (of a wide one, those of its leading "
            "square), so its factors have no gradient: expected a matrix of full rank"
        ) from error


@custom(vjps=[_to_qr], symbol="QR", expects="matrices (..., M, N) with M >= N")
def packed_qr(x: Array) -> Array:
    """Q and R of tall matrices, one above the other: what `qr` is made of.

    Parameters
    ----------
    x
        Shape (..., M, N) with M >= N, any numeric dtype.

    Returns
    -------
    Tensor
        Shape (..., M + N, N).

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If the matrices are wide.

    Notes
    -----
    M. Seeger et al., Auto-Differentiating Linear Algebra, 2017.

    Examples
    --------
    >>> packed_qr(Tensor([[2.0]])).shape
    (2, 1)
    """
    if x.ndim < 2 or x.shape[-2] < x.shape[-1]:
        raise ValueError("the matrices have fewer rows than columns")
    return np.concatenate(np.linalg.qr(x), -2)


@composite_results
def qr(x: Array, /, *, mode: str = "reduced") -> QRResult:
    """QR decomposition ``x = Q @ R``: orthonormal columns, and an upper triangle.

    Parameters
    ----------
    x
        Shape (..., M, N); any numeric dtype, integers are computed as floats.
    mode
        "reduced" gives Q min(M, N) columns; "complete" gives it M. Default: "reduced".

    Returns
    -------
    Q, R : Tensor
        A named tuple. (..., M, K) and (..., K, N), K = min(M, N) or M. The diagonal of R is real,
        of either sign.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If `x` has fewer than two axes, or there is no such `mode`.
    GradientError
        In the backward pass, if the first min(M, N) columns depend on each other; or if a gradient
        comes that depends on which columns beyond N were chosen to complete Q.

    Notes
    -----
    `numpy.linalg.qr` in two of its modes; the array API standard's ``linalg.qr``.

    Examples
    --------
    >>> q, r = qr(Tensor([[0.0, 2.0], [3.0, 1.0]]))
    >>> abs(r)
    Tensor([[3., 1.],
            [0., 2.]])
    """
    some_matrices("qr", x)
    if mode not in ("reduced", "complete"):
        raise OpValueError(f"qr: expected mode to be 'reduced' or 'complete', got {mode!r}")
    m, n = x.shape[-2:]
    k = min(m, n)
    both = packed_qr(x[..., :k] if k < n else x)
    q, r = both[..., :m, :], both[..., m:, :]
    if k < n:
        r = concat([r, matmul(conj_transpose(q), x[..., k:])], -1)
    if mode == "complete" and k < m:
        q = concat([q, complement(q)], -1)
        r = concat([r, np.zeros((*r.shape[:-2], m - k, n), r.dtype)], -2)
    return QRResult(q, r)


def _to_columns(g: Any, y: Any, x: Any) -> Any:
    vectors, flows = raw(y), raw(g)
    turns = vectors.mT @ flows
    turns = turns - turns.conj().mT
    size = np.abs(vectors).mT @ np.abs(flows)
    if (np.abs(turns) > slack(turns.dtype) * (size + size.mT)).any():
        raise GradientError(
            "qr, svd: the columns that complete a square matrix are one choice of many, and a "
            "gradient came that depends on it: do without them (mode, full_matrices)"
        )
    across = solve(matmul(conj_transpose(x), x), conj_transpose(x))
    flow = -matmul(matmul(y, g.mT), conj_transpose(across))
    return conjugate(flow)


@custom(vjps=[_to_columns], symbol="⟂", expects="matrices (..., M, K) with M >= K")
def complement(x: Array) -> Array:
    """Orthonormal columns that complete those of `x` to a basis: orthogonal to all of them.

    Parameters
    ----------
    x
        Shape (..., M, K) with M >= K, its columns independent; any numeric dtype.

    Returns
    -------
    Tensor
        Shape (..., M, M - K). Which columns, out of all that do, is left open.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If there are more columns than rows.
    GradientError
        In the backward pass, if a gradient comes that depends on which columns were chosen.

    Examples
    --------
    >>> abs(complement(Tensor([[0.0], [2.0]])))
    Tensor([[1.],
            [0.]])
    """
    if x.ndim < 2 or x.shape[-2] < x.shape[-1]:
        raise ValueError("the matrices have fewer rows than columns")
    return np.linalg.qr(x, mode="complete")[0][..., x.shape[-1] :]
