"""Singular values and their vectors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autodiff.declare import composite_results, custom
from autodiff.errors import GradientError
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.arguments import some_matrices
from autodiff.ops.complex import real
from autodiff.ops.decomposition import complement
from autodiff.ops.diagonal import diagonal
from autodiff.ops.gauge import apart, divided, is_free, parts, refuse_phases
from autodiff.ops.linalg import conj_transpose, conjugate, matmul
from autodiff.ops.manipulation import concat, expand_dims
from autodiff.ops.selection import where
from autodiff.variable import Array, raw


class SVDResult(NamedTuple):
    """What `svd` gives."""

    U: Any
    S: Any
    Vh: Any


def _to_svd(g: Any, y: Any, x_shape: tuple[int, ...]) -> Any:
    m, n = x_shape[-2:]
    kind = y.dtype.kind
    (s, both), (gs, flows) = parts(y, kind), parts(g, kind)
    u, v, gu, gv = both[..., :m, :], both[..., m:, :], flows[..., :m, :], flows[..., m:, :]
    out = apart("svd", s, flows)
    if kind == "c":
        refuse_phases("svd", both, flows)
    row, column = expand_dims(s, -2), expand_dims(s, -1)
    gaps = (row - column) * (row + column)
    a, b = matmul(u.mT, gu), matmul(v.mT, gv)
    cu, cv = conjugate(u), conjugate(v)
    over, beyond_u, beyond_v = None, gu - matmul(cu, a), gv - matmul(cv, b)
    a, b = a - conj_transpose(a), b - conj_transpose(b)
    core = divided(a, gaps, out) * row + column * divided(b, gaps, out)
    middle = matmul(cu, core) + cu * expand_dims(gs, -2)
    if m != n or kind == "c":
        null = _null(s, flows)
        over = expand_dims(
            where(null, ZERO[s.dtype], ONE[s.dtype] / where(null, ONE[s.dtype], s)), -2
        )
    if kind == "c":
        middle = middle + cu * expand_dims(diagonal(a - b) * 0.25, -2) * over
    if m > n:
        middle = middle + beyond_u * over
    flow = matmul(middle, v.mT)
    return flow if n <= m else flow + matmul(cu, conj_transpose(beyond_v * over))


def _null(s: Any, flows: Any) -> Any:
    """Mask of the singular values that are 0 up to rounding.

    Raises
    ------
    GradientError
        If a gradient flows to a vector of one.
    """
    values = raw(s)
    eps = np.finfo(values.dtype).eps
    null = values <= values.shape[-1] * eps * values.max(-1, initial=0, keepdims=True)
    if null.any() and (null & (is_free(flows) | (raw(flows) != 0).any(-2))).any():
        raise GradientError(
            "svd: a singular value is 0 up to rounding, so its vectors have no derivative (in "
            "forward mode, even if nothing depends on them)"
        )
    return null


@custom(vjps=[_to_svd], symbol="svd", expects="matrices (..., M, N)")
def packed_svd(x: Array) -> Array:
    """Singular values, and below each its left and its right vector: what `svd` is made of.

    Parameters
    ----------
    x
        Shape (..., M, N), any numeric dtype.

    Returns
    -------
    Tensor
        Shape (..., 1 + M + N, K) with K = min(M, N).

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If `x` has fewer than two axes, or holds what is not finite.

    Notes
    -----
    J. Townsend, Differentiating the Singular Value Decomposition, 2016.

    Examples
    --------
    >>> packed_svd(Tensor([[3.0, 0.0], [0.0, 2.0]]))[0]
    Tensor([3., 2.])
    """
    # LAPACK refuses a NaN, but beside an infinity it may iterate for ever
    u, s, vh = np.linalg.svd(np.where(np.isfinite(x), x, np.nan), full_matrices=False)
    return np.concatenate([s[..., None, :], u, vh.conj().mT], -2, dtype=u.dtype)


@composite_results
def svd(x: Array, /, *, full_matrices: bool = True) -> SVDResult:
    """Singular value decomposition ``x = U @ diag(S) @ Vh``.

    Parameters
    ----------
    x
        Shape (..., M, N); any numeric dtype, integers are computed as floats.
    full_matrices
        Complete U and Vh to square matrices. Default: True; False is what most need.

    Returns
    -------
    U, S, Vh : Tensor
        A named tuple. (..., M, K), (..., K) and (..., K, N) with K = min(M, N), of full matrices
        (..., M, M) and (..., N, N). S is real and descending.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If `x` has fewer than two axes, or holds what is not finite.
    GradientError
        In the backward pass, if a gradient comes that depends on the phases of complex vectors (a
        pair of them has one phase), or on which vectors beyond K were chosen; or to a vector whose
        singular value another one equals, or is 0 while the matrix is not square or is complex. In
        forward mode, if there are such values: `svdvals` is for the values alone.

    Notes
    -----
    `numpy.linalg.svd`; the array API standard's ``linalg.svd``.

    Examples
    --------
    >>> u, s, vh = svd(Tensor([[0.0, 2.0], [3.0, 0.0]]))
    >>> s
    Tensor([3., 2.])
    """
    some_matrices("svd", x)
    m, n = x.shape[-2:]
    packed = packed_svd(x)
    s, both = parts(packed, packed.dtype.kind)
    u, v = both[..., :m, :], both[..., m:, :]
    if full_matrices and m > n:
        u = concat([u, complement(u)], -1)
    if full_matrices and n > m:
        v = concat([v, complement(v)], -1)
    return SVDResult(u, s, conj_transpose(v))


def _to_singular_values(g: Any, x: Any) -> Any:
    m = x.shape[-2]
    both = packed_svd(x)[..., 1:, :]
    u, v = both[..., :m, :], both[..., m:, :]
    g = real(g) if u.dtype.kind == "c" else g
    return matmul(conjugate(u) * expand_dims(g, -2), v.mT)


@custom(vjps=[_to_singular_values], symbol="σ", expects="matrices (..., M, N)")
def svdvals(x: Array, /) -> Array:
    """Singular values of matrices.

    Parameters
    ----------
    x
        Shape (..., M, N); any numeric dtype, integers are computed as floats.

    Returns
    -------
    Tensor
        Shape (..., min(M, N)), real and descending.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If `x` has fewer than two axes, or holds what is not finite.

    Notes
    -----
    `numpy.linalg.svdvals`; the array API standard's ``linalg.svdvals``. Of equal singular values
    one alone has no derivative; what is symmetric in them has, and it is right. Second derivatives
    are refused there, with a `GradientError`.

    Examples
    --------
    >>> svdvals(Tensor([[0.0, 2.0], [3.0, 0.0]]))
    Tensor([3., 2.])
    """
    return np.linalg.svd(x, compute_uv=False)
