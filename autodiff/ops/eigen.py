"""Eigenvalues and eigenvectors, of Hermitian matrices and of others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autodiff.declare import composite_results, custom
from autodiff.errors import GradientError
from autodiff.ops.complex import conj, real
from autodiff.ops.diagonal import diagonal, spread_diagonal
from autodiff.ops.gauge import apart, divided, hermitian, hermitian_part, parts, refuse_phases
from autodiff.ops.linalg import conjugate, matmul
from autodiff.ops.manipulation import expand_dims
from autodiff.ops.solve import solve
from autodiff.variable import Array, raw


class EighResult(NamedTuple):
    """What `eigh` gives."""

    eigenvalues: Any
    eigenvectors: Any


class EigResult(NamedTuple):
    """What `eig` gives."""

    eigenvalues: Any
    eigenvectors: Any


def _to_hermitian(g: Any, y: Any) -> Any:
    (w, v), (gw, gv) = parts(y, y.dtype.kind), parts(g, y.dtype.kind)
    out = apart("eigh", w, gv)
    if v.dtype.kind == "c":
        refuse_phases("eigh", v, gv)
    gaps = expand_dims(w, -2) - expand_dims(w, -1)
    core = divided(matmul(v.mT, gv), gaps, out)
    cv = conjugate(v)
    return hermitian(matmul(matmul(cv, core) + cv * expand_dims(gw, -2), v.mT))


@custom(vjps=[_to_hermitian], symbol="eigh", expects="square matrices (..., N, N)")
def packed_eigh(x: Array) -> Array:
    """Eigenvalues, and below each its eigenvector: what `eigh` is made of.

    Parameters
    ----------
    x
        Shape (..., N, N), any numeric dtype; of each matrix the Hermitian part is taken.

    Returns
    -------
    Tensor
        Shape (..., 1 + N, N).

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square.

    Notes
    -----
    M. Giles, An extended collection of matrix derivative results, 2008, section 3.1.

    Examples
    --------
    >>> packed_eigh(Tensor([[2.0, 0.0], [0.0, 1.0]]))[0]
    Tensor([1., 2.])
    """
    w, v = np.linalg.eigh(hermitian_part(x))
    return np.concatenate([w[..., None, :], v], -2, dtype=v.dtype)


@composite_results
def eigh(x: Array, /) -> EighResult:
    """Eigenvalues and eigenvectors of Hermitian matrices: ``x @ v = v * w``.

    Parameters
    ----------
    x
        Shape (..., N, N); any numeric dtype, integers are computed as floats. Of a matrix that is
        not Hermitian the Hermitian part is taken, ``(x + conj(x).mT) / 2``.

    Returns
    -------
    eigenvalues, eigenvectors : Tensor
        A named tuple. (..., N), real and ascending; and (..., N, N), orthonormal, in columns.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square.
    GradientError
        In the backward pass, if a gradient comes that depends on the phase of a complex vector; or
        to an eigenvector whose eigenvalue another one equals. In forward mode, if two eigenvalues
        are equal: `eigvalsh` is for the values alone.

    Notes
    -----
    `numpy.linalg.eigh`, which reads one triangle only; the array API standard's ``linalg.eigh``.
    The gradient is Hermitian.

    Examples
    --------
    >>> w, v = eigh(Tensor([[2.0, 1.0], [1.0, 2.0]]))
    >>> w
    Tensor([1., 3.])
    """
    both = packed_eigh(x)
    return EighResult(*parts(both, both.dtype.kind))


def _to_eigenvalues(g: Any, x: Any) -> Any:
    v = packed_eigh(x)[..., 1:, :]
    g = real(g) if v.dtype.kind == "c" else g
    return matmul(conjugate(v) * expand_dims(g, -2), v.mT)


@custom(vjps=[_to_eigenvalues], symbol="λ", expects="square matrices (..., N, N)")
def eigvalsh(x: Array, /) -> Array:
    """Eigenvalues of Hermitian matrices.

    Parameters
    ----------
    x
        As in `eigh`.

    Returns
    -------
    Tensor
        Shape (..., N), real and ascending.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square.

    Notes
    -----
    `numpy.linalg.eigvalsh`; the array API standard's ``linalg.eigvalsh``. Of equal eigenvalues one
    alone has no derivative; what is symmetric in them has, and it is right. Second derivatives are
    refused there, with a `GradientError`.

    Examples
    --------
    >>> eigvalsh(Tensor([[2.0, 1.0], [1.0, 2.0]]))
    Tensor([1., 3.])
    """
    return np.linalg.eigvalsh(hermitian_part(x))


def _to_general(g: Any, y: Any, x: Any) -> Any:
    w, v, gw, gv = y[..., 0, :], y[..., 1:, :], g[..., 0, :], g[..., 1:, :]
    out = apart("eig", w, gv)
    refuse_phases("eig", v, gv, x.dtype.kind == "c" or (raw(v).imag != 0).any(-2))
    gaps = expand_dims(w, -2) - expand_dims(w, -1)
    core = matmul(v.mT, gv)
    lengths = matmul(v.mT, conj(v)) * expand_dims(diagonal(core), -2)
    core = divided(core - lengths, gaps, out) + spread_diagonal(gw, core.shape, 0, -2, -1)
    return _between(core, v)


def _between(core: Any, v: Any) -> Any:
    """The flow to matrices with these eigenvectors, of what flows to the matrices seen by them."""
    lengths = np.linalg.svd(raw(v), compute_uv=False)
    eps = np.finfo(lengths.dtype).eps
    if (lengths[..., -1:] <= lengths.shape[-1] * eps * lengths[..., :1]).any():
        raise GradientError(
            "eig: a matrix has fewer independent eigenvectors than columns, so its eigenvalues and "
            "eigenvectors have no derivative: eigh() always has the vectors, of symmetric ones"
        )
    return matmul(solve(v.mT, core), v.mT)


@custom(vjps=[_to_general], symbol="eig", expects="square matrices (..., N, N)")
def packed_eig(x: Array) -> Array:
    """Eigenvalues, and below each its eigenvector: what `eig` is made of.

    Parameters
    ----------
    x
        Shape (..., N, N), any numeric dtype.

    Returns
    -------
    Tensor
        Shape (..., 1 + N, N), complex.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square, or holds what is not finite.

    Notes
    -----
    M. Giles, An extended collection of matrix derivative results, 2008, section 3.1.

    Examples
    --------
    >>> packed_eig(Tensor([[0.0, 1.0], [-1.0, 0.0]])).shape
    (3, 2)
    """
    w, v = np.linalg.eig(x)
    kind = np.result_type(v, np.complex64)
    return np.concatenate([w[..., None, :], v], -2, dtype=kind)


@composite_results
def eig(x: Array, /) -> EigResult:
    """Eigenvalues and eigenvectors of square matrices: ``x @ v = v * w``.

    Parameters
    ----------
    x
        Shape (..., N, N); any numeric dtype, integers are computed as floats.

    Returns
    -------
    eigenvalues, eigenvectors : Tensor
        A named tuple, both complex. (..., N), in no order; and (..., N, N), in columns of length 1.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square, or holds what is not finite.
    GradientError
        In the backward pass, if a matrix has not N independent eigenvectors, and else as `eigh`.

    Notes
    -----
    `torch.linalg.eig`; `numpy.linalg.eig`, whose results are real if all eigenvalues are.

    Examples
    --------
    >>> eig(Tensor([[0.0, 1.0], [-1.0, 0.0]])).eigenvalues
    Tensor([0.+1.j, 0.-1.j])
    """
    both = packed_eig(x)
    return EigResult(both[..., 0, :], both[..., 1:, :])


def _to_general_values(g: Any, x: Any) -> Any:
    v = packed_eig(x)[..., 1:, :]
    n = v.shape[-1]
    return _between(spread_diagonal(g, (*g.shape[:-1], n, n), 0, -2, -1), v)


@custom(vjps=[_to_general_values], symbol="λ", expects="square matrices (..., N, N)")
def eigvals(x: Array, /) -> Array:
    """Eigenvalues of square matrices.

    Parameters
    ----------
    x
        As in `eig`.

    Returns
    -------
    Tensor
        Shape (..., N), complex, in no order.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square, or holds what is not finite.
    GradientError
        In the backward pass, if a matrix has not N independent eigenvectors.

    Notes
    -----
    `torch.linalg.eigvals`; `numpy.linalg.eigvals`, whose results are real if all eigenvalues are.

    Examples
    --------
    >>> eigvals(Tensor([[0.0, 1.0], [-1.0, 0.0]]))
    Tensor([0.+1.j, 0.-1.j])
    """
    w = np.linalg.eig(x)[0]  # the rule has the vectors of these, in their order
    return w.astype(np.result_type(w, np.complex64))
