"""Determinants, of singular matrices too."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autodiff.declare import composite_results, custom
from autodiff.errors import GradientError, OpValueError
from autodiff.ops.complex import imag, real
from autodiff.ops.diagonal import diagonal
from autodiff.ops.gauge import is_free
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import concat, expand_dims
from autodiff.ops.reduce import sum
from autodiff.ops.selection import where
from autodiff.ops.solve import inv, norm1
from autodiff.variable import Array, raw


class SlogdetResult(NamedTuple):
    """What `slogdet` gives."""

    sign: Any
    logabsdet: Any


def cofactors(x: Any, determinant: Any) -> Any:
    """The cofactors of square matrices, which are the derivatives of the determinant.

    They are ``det(x) inv(x).mT``, but of what is singular or nearly so they are computed without
    inverting it, right for every rank. Recorded, to every order.
    """
    limit = np.finfo(raw(determinant).dtype).eps ** 0.5
    try:
        inverse = inv(x)
        if (norm1(raw(x)) * norm1(raw(inverse)) * limit <= 1).all():
            return expand_dims(determinant, (-2, -1)) * inverse.mT
    except OpValueError:
        pass
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    finite = np.isfinite(raw(x)).all((-2, -1), keepdims=True)
    x = x if finite.all() else where(finite, x, eye)
    sizes = np.linalg.svd(raw(x), compute_uv=False)[..., None]
    regular = sizes[..., -1:, :] > limit * sizes[..., :1, :]
    others = where(regular, x, eye)
    y = expand_dims(det(others), (-2, -1)) * inv(others).mT
    if not regular.all():
        y = where(regular, y, _by_blocks(where(regular, eye, x), limit))
    return y if finite.all() else where(finite, y, np.asarray(np.nan, y.dtype))


def _by_blocks(x: Any, limit: float) -> Any:
    """Cofactors without dividing by what is near 0.

    Turned by its singular vectors (constants here, whatever their derivative), a matrix is
    [[a, b], [c, d]] with a well-conditioned block a and three small ones. Its adjugate is made of
    inv(a) and of determinant and adjugate of the Schur complement ``s = d - c inv(a) b``, a small
    matrix for which the polynomials are computed as such.
    """
    u, sizes, vh = np.linalg.svd(raw(x))
    r = x.shape[-1] - int((sizes <= sizes[..., :1] * limit).sum(-1).max(initial=0))
    uh, v = u.conj().mT, vh.conj().mT
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    turned = matmul(matmul(uh, x), v)
    a, b = turned[..., :r, :r], turned[..., :r, r:]
    c, d = turned[..., r:, :r], turned[..., r:, r:]
    over = inv(a)
    right, left = matmul(over, b), matmul(c, over)
    schur, adjugate = _by_traces(d - matmul(c, right))
    corner = expand_dims(schur, (-2, -1)) * over + matmul(matmul(right, adjugate), left)
    upper = concat([corner, -matmul(right, adjugate)], -1)
    lower = concat([-matmul(adjugate, left), adjugate], -1)
    whole = concat([upper, lower], -2) * expand_dims(det(a), (-2, -1))
    return matmul(matmul(v, whole), uh * sign).mT


def _by_traces(x: Any) -> tuple[Any, Any]:
    """Determinant and adjugate as polynomials of the elements (Faddeev and LeVerrier)."""
    n = x.shape[-1]
    eye = np.eye(n, dtype=x.dtype)
    power: Any = np.broadcast_to(eye, x.shape)
    for k in range(1, n):
        product = matmul(x, power)
        power = product - expand_dims(sum(diagonal(product), -1) / k, (-2, -1)) * eye
    determinant = sum(diagonal(matmul(x, power)), -1) / n
    return (determinant, power) if n % 2 else (-determinant, -power)


@custom(
    vjps=[lambda g, y, x: expand_dims(g, (-2, -1)) * cofactors(x, y)],
    symbol="det",
    expects="square matrices (..., N, N)",
)
def det(x: Array, /) -> Array:
    """Determinant of square matrices.

    Parameters
    ----------
    x
        Shape (..., N, N); any numeric dtype, integers are computed as floats.

    Returns
    -------
    Tensor
        Shape (...); 1 for matrices without elements.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square.

    Notes
    -----
    `numpy.linalg.det`; the array API standard's ``linalg.det``. The gradient is right for singular
    matrices of any rank too, as is every higher order: it is the matrix of cofactors, and where
    that is not ``det(x) inv(x).mT`` in good precision, it is computed from blocks.

    Examples
    --------
    >>> x = Tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    >>> det(x).backward()
    >>> x.grad
    Tensor([[ 4., -2.],
            [-2.,  1.]])
    """
    return np.linalg.det(x)


def _turning(g: Any, y: Any, x: Any) -> Any:
    flow = g[..., 1]
    if x.dtype.kind == "c":  # the size follows the real part of d det / det, the sign the imaginary
        flow = real(flow) + 1j * imag(g[..., 0] * y[..., 0])
    singular = raw(y)[..., 1] == -np.inf
    if singular.any():
        if is_free(g) or (raw(flow)[singular] != 0).any():
            raise GradientError(
                "slogdet: a singular matrix has no logarithm of the determinant, and no gradient "
                "of it: det() has one"
            )
        x = where(singular[..., None, None], np.eye(x.shape[-1], dtype=x.dtype), x)
    return expand_dims(flow, (-2, -1)) * inv(x).mT


@custom(vjps=[_turning], expects="square matrices (..., N, N)")
def signed_logdet(x: Array) -> Array:
    """Sign and logarithm of the size of determinants, side by side: what `slogdet` is made of.

    Parameters
    ----------
    x
        Shape (..., N, N), any numeric dtype.

    Returns
    -------
    Tensor
        Shape (..., 2): the sign, and the logarithm.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square.

    Examples
    --------
    >>> signed_logdet(Tensor([[-1.0, 0.0], [0.0, 1.0]]))
    Tensor([-1.,  0.])
    """
    return np.stack(np.linalg.slogdet(x), -1)


@composite_results
def slogdet(x: Array, /) -> SlogdetResult:
    """Sign of the determinant of square matrices, and natural logarithm of its absolute value.

    Parameters
    ----------
    x
        Shape (..., N, N); any numeric dtype, integers are computed as floats.

    Returns
    -------
    sign, logabsdet : Tensor
        A named tuple. Both of shape (...): -1, 0 or 1, of complex matrices a number on the unit
        circle; and a real number, -inf for a singular matrix.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square.
    GradientError
        In the backward pass, if a gradient flows to a singular matrix. In forward mode, if there is
        one.

    Notes
    -----
    `numpy.linalg.slogdet`; the array API standard's ``linalg.slogdet``.

    Examples
    --------
    >>> sign, logabsdet = slogdet(Tensor([[0.0, 2.0], [2.0, 0.0]]))
    >>> sign, logabsdet
    (Tensor(-1.), Tensor(1.38629436))
    """
    both = signed_logdet(x)
    sign, size = both[..., 0], both[..., 1]
    return SlogdetResult(sign, real(size) if size.dtype.kind == "c" else size)
