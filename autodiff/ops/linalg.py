"""Matrix products, and the affine map of a fully connected layer."""

from __future__ import annotations

from math import prod
from typing import Any

from autodiff.declare import composite, custom, multilinear
from autodiff.ops.complex import conj
from autodiff.ops.manipulation import expand_dims, matrix_transpose, squeeze
from autodiff.variable import Array


def conjugate(x: Any) -> Any:
    """`conj`, which here leaves what is real as it is."""
    return conj(x) if x.dtype.kind == "c" else x


def conj_transpose(x: Any) -> Any:
    """``x.mT``, of complex matrices conjugated."""
    return conjugate(x).mT


def _to_left(g: Any, x2: Any, x1_shape: tuple[int, ...]) -> Any:
    """``g @ x2.mT``, where a vector on either side stands for a matrix of one row or column."""
    if len(x1_shape) > 1 and x2.ndim > 1:
        return matmul(g, x2.mT)
    if len(x1_shape) == 1:
        g = expand_dims(g, -2 if x2.ndim > 1 else -1)
    if x2.ndim == 1:
        return g * x2 if len(x1_shape) == 1 else expand_dims(g, -1) * x2
    return squeeze(matmul(g, x2.mT), -2)


def _to_right(g: Any, x1: Any, x2_shape: tuple[int, ...]) -> Any:
    """``x1.mT @ g``, likewise."""
    if x1.ndim > 1 and len(x2_shape) > 1:
        return matmul(x1.mT, g)
    if x1.ndim == 1:
        x1 = expand_dims(x1, -1)
        return x1 * expand_dims(g, -2) if len(x2_shape) > 1 else squeeze(x1, -1) * g
    return squeeze(matmul(x1.mT, expand_dims(g, -1)), -1)


@multilinear(
    vjps=[_to_left, _to_right],
    symbol="@",
    expects="the last axis of x1 as long as the second last of x2, other axes that broadcast",
)
def matmul(x1: Array, x2: Array, /) -> Array:
    """Matrix product ``x1 @ x2`` with NumPy's shapes: vectors, matrices, stacks that broadcast.

    Parameters
    ----------
    x1
        Shape (..., M, K) or (K,), any numeric dtype.
    x2
        Shape (..., K, N) or (K,), any numeric dtype; the leading axes broadcast.

    Returns
    -------
    Tensor
        Shape (..., M, N), without the axis for which a vector stood; NumPy's common dtype.

    Raises
    ------
    OpValueError
        If an array is 0-d, the two lengths K differ, or the leading axes do not broadcast.

    Notes
    -----
    `numpy.matmul`; the array API standard's ``matmul``.

    Examples
    --------
    >>> matmul(Tensor([1.0, 2.0]), Tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]))
    Tensor([ 5., 11., 17.])
    """
    # the method is twice as fast for small matrices, and the same BLAS for large ones
    return x1.dot(x2) if x1.ndim == 2 == x2.ndim else x1 @ x2


def _rows(x: Any) -> Any:
    """Stacks of rows as one matrix."""
    return x if x.ndim == 2 else x.reshape((prod(x.shape[:-1]), x.shape[-1]))


@custom(
    vjps=[
        lambda g, weight: matmul(g, weight),
        lambda g, x: matmul(_rows(g).mT, _rows(x)),
        lambda g: g,
    ],
    symbol="xWᵀ+b",
    expects="x (..., in), weight (out, in) and bias (out,)",
)
def affine(x: Array, weight: Array, bias: Array) -> Array:
    """Affine map ``x @ weight.mT + bias``: what a fully connected layer computes.

    An op of its own because small networks are made of little else: a third of the nodes.

    Parameters
    ----------
    x
        Samples, (..., in).
    weight
        One row for each output, (out, in).
    bias
        Shape (out,).

    Returns
    -------
    Tensor
        Shape (..., out); NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the shapes do not fit as above.

    Examples
    --------
    >>> affine(Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0]]), Tensor([0.5]))
    Tensor([[11.5]])
    """
    if not x.ndim or weight.ndim != 2 or bias.shape != weight.shape[:1]:
        raise ValueError("x is 0-d, or weight has not two axes, or bias not one element a row")
    return x.dot(weight.mT) + bias


@composite
def linear(x: Array, weight: Array, bias: Array | None = None) -> Any:
    """Affine map ``x @ weight.mT + bias``; without a bias the product alone.

    Parameters
    ----------
    x
        Samples, (..., in).
    weight
        One row for each output, (out, in).
    bias
        Shape (out,), or None. Default: None.

    Returns
    -------
    Tensor
        Shape (..., out); NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the shapes do not fit as above.

    Notes
    -----
    `torch.nn.functional.linear`. With a bias it is the op `affine`.

    Examples
    --------
    >>> linear(Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0]]), Tensor([0.5]))
    Tensor([[11.5]])
    """
    return matmul(x, matrix_transpose(weight)) if bias is None else affine(x, weight, bias)
