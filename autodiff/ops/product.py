"""Products of arrays beyond `matmul`: inner, outer and cross products, and chains of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from string import ascii_letters
from typing import Any

import numpy as np

from autodiff.declare import composite, multilinear
from autodiff.errors import OpValueError
from autodiff.ops.arguments import an_axis, an_int, some_axes
from autodiff.ops.einsum import contract
from autodiff.ops.linalg import conjugate, matmul
from autodiff.ops.manipulation import astype, permute_dims, reshape
from autodiff.ops.reduce import sum
from autodiff.variable import Array

Axes = tuple[int, ...]


@composite
def tensordot(
    x1: Array, x2: Array, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
) -> Any:
    """Sum of products over some axes of each array.

    Parameters
    ----------
    x1, x2
        Any shapes, any numeric dtype.
    axes
        How many of `x1`'s last axes are summed together with as many of `x2`'s first; or two
        sequences, the axes of `x1` and those of `x2` in the same order (negative ones count back).
        Default: 2.

    Returns
    -------
    Tensor
        The axes of `x1` that are left, then those of `x2`; NumPy's common dtype.

    Raises
    ------
    OpIndexError
        If an array has no such axis.
    OpTypeError
        If `axes` are no ints.
    OpValueError
        If the axes are not as many of each, one is named twice, or two differ in length.

    Notes
    -----
    `numpy.tensordot`; the array API standard's ``tensordot``. Nothing is conjugated.

    Examples
    --------
    >>> tensordot(Tensor(np.ones((2, 3, 4))), Tensor(np.ones((4, 3))), axes=([1, 2], [1, 0]))
    Tensor([12., 12.])
    """
    if not isinstance(axes, (tuple, list, np.ndarray)):
        n = an_int("tensordot", axes, "axes")
        if not 0 <= n <= min(x1.ndim, x2.ndim):
            raise OpValueError(
                f"tensordot: expected axes from 0 to {min(x1.ndim, x2.ndim)}, got axes={n} for "
                f"shapes {x1.shape} and {x2.shape}"
            )
        ones, twos = tuple(range(x1.ndim - n, x1.ndim)), tuple(range(n))
    else:
        if len(axes) != 2:
            raise OpValueError(f"tensordot: expected axes of x1 and axes of x2, got axes={axes!r}")
        first, second = axes
        ones = some_axes("tensordot", _listed(first), x1.ndim, "axes of x1")
        twos = some_axes("tensordot", _listed(second), x2.ndim, "axes of x2")
    if [x1.shape[i] for i in ones] != ([x2.shape[i] for i in twos]):
        raise OpValueError(
            f"tensordot: expected as many axes of x1 as of x2, in pairs of one length, got axes "
            f"{ones} of {x1.shape} and {twos} of {x2.shape}"
        )
    return contract(x1, x2, _tying(x1.ndim, x2.ndim, ones, twos))


def _listed(axes: Any) -> tuple[Any, ...]:
    return tuple(axes) if np.ndim(axes) else (axes,)


@lru_cache(maxsize=512)
def _tying(ndim1: int, ndim2: int, ones: Axes, twos: Axes) -> str:
    """The subscripts in which these axes of two arrays are the same ones, and summed over."""
    first = ascii_letters[:ndim1]
    second = list(ascii_letters[ndim1 : ndim1 + ndim2])
    for i, j in zip(ones, twos, strict=True):
        second[j] = first[i]
    left = [label for i, label in enumerate(first) if i not in ones]
    right = [label for j, label in enumerate(second) if j not in twos]
    return f"{first},{''.join(second)}->{''.join([*left, *right])}"


@composite
def vecdot(x1: Array, x2: Array, /, *, axis: int = -1) -> Any:
    """Inner product of vectors along an axis, the first one conjugated.

    Parameters
    ----------
    x1, x2
        Vectors of one length along `axis`; the other axes broadcast. Any numeric dtype.
    axis
        Where the vectors lie, in `x1` and in `x2`. Default: -1.

    Returns
    -------
    Tensor
        The broadcast shape without `axis`; NumPy's common dtype.

    Raises
    ------
    OpIndexError
        If an array has no such axis.
    OpTypeError
        If `axis` is no int.
    OpValueError
        If the vectors differ in length, or the other axes do not broadcast.

    Notes
    -----
    `numpy.vecdot`; the array API standard's ``vecdot``.

    Examples
    --------
    >>> vecdot(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([10.0, 1.0]))
    Tensor([12., 34.])
    """
    x1, x2 = _at_the_end("vecdot", x1, axis), _at_the_end("vecdot", x2, axis)
    if x1.shape[-1] != x2.shape[-1]:
        raise OpValueError(
            f"vecdot: expected vectors of one length, got {x1.shape[-1]} and {x2.shape[-1]}"
        )
    x1 = conjugate(x1)
    if x1.ndim == 1 == x2.ndim:
        return matmul(x1, x2)
    y = sum(x1 * x2, -1)
    return y if y.dtype.kind in "fc" else astype(y, np.result_type(x1.dtype, x2.dtype))


def _at_the_end(name: str, x: Any, axis: int) -> Any:
    at = an_axis(name, axis, x.ndim)
    if at == x.ndim - 1:
        return x
    return permute_dims(x, (*range(at), *range(at + 1, x.ndim), at))


@composite
def outer(x1: Array, x2: Array, /) -> Any:
    """Every element of one vector times every element of another.

    Parameters
    ----------
    x1, x2
        Vectors of M and of N elements, any numeric dtype; what has more axes is flattened.

    Returns
    -------
    Tensor
        Axes (M, N); NumPy's common dtype.

    Notes
    -----
    `numpy.outer`; the array API standard's ``linalg.outer``. Nothing is conjugated.

    Examples
    --------
    >>> outer(Tensor([1.0, 2.0]), Tensor([3.0, 4.0]))
    Tensor([[3., 4.],
            [6., 8.]])
    """
    return reshape(x1, (-1, 1)) * reshape(x2, (-1,))


@composite
def inner(x1: Array, x2: Array, /) -> Any:
    """Sum of products over the last axis of each array.

    Parameters
    ----------
    x1, x2
        Arrays whose last axes have one length, or numbers, which scale. Any numeric dtype.

    Returns
    -------
    Tensor
        The other axes of `x1`, then those of `x2`; NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the last axes differ in length.

    Notes
    -----
    `numpy.inner`. Nothing is conjugated.

    Examples
    --------
    >>> inner(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([10.0, 1.0]))
    Tensor([12., 34.])
    """
    return _of_last("inner", x1, x2, -1)


@composite
def dot(x1: Array, x2: Array, /) -> Any:
    """Sum of products over the last axis of one array and the second last of the other.

    Parameters
    ----------
    x1
        Axes (..., K), or a number, which scales.
    x2
        Axes (..., K, N) or (K,), or a number. Any numeric dtypes.

    Returns
    -------
    Tensor
        The other axes of `x1`, then those of `x2`; NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the two lengths K differ.

    Notes
    -----
    `numpy.dot`. For stacks of matrices `matmul` is what is mostly meant. Nothing is conjugated.

    Examples
    --------
    >>> dot(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([10.0, 1.0]))
    Tensor([12., 34.])
    """
    return _of_last("dot", x1, x2, -2 if x2.ndim > 1 else -1)


def _of_last(name: str, x1: Any, x2: Any, axis: int) -> Any:
    if not (x1.ndim and x2.ndim):
        return x1 * x2
    if x1.shape[-1] != x2.shape[axis]:
        raise OpValueError(
            f"{name}: expected the last axis of x1 as long as axis {axis} of x2, got shapes "
            f"{x1.shape} and {x2.shape}"
        )
    if axis == -2 and x1.ndim <= 2 == x2.ndim:
        return matmul(x1, x2)
    return contract(x1, x2, _tying(x1.ndim, x2.ndim, (x1.ndim - 1,), (x2.ndim + axis,)))


@composite
def kron(x1: Array, x2: Array, /) -> Any:
    """Kronecker product: blocks of `x2`, scaled by the elements of `x1`.

    Parameters
    ----------
    x1, x2
        Any shapes; the one of fewer axes gets axes of length 1 in front. Any numeric dtype.

    Returns
    -------
    Tensor
        Along every axis as long as the product of the two lengths; NumPy's common dtype.

    Notes
    -----
    `numpy.kron`.

    Examples
    --------
    >>> kron(Tensor([1.0, 10.0]), Tensor([1.0, 2.0, 3.0]))
    Tensor([ 1.,  2.,  3., 10., 20., 30.])
    """
    ndim = max(x1.ndim, x2.ndim)
    ones = (1,) * (ndim - x1.ndim) + x1.shape
    twos = (1,) * (ndim - x2.ndim) + x2.shape
    x1 = reshape(x1, tuple(n for one in ones for n in (one, 1)))
    x2 = reshape(x2, tuple(n for two in twos for n in (1, two)))
    return reshape(x1 * x2, tuple(n * m for n, m in zip(ones, twos, strict=True)))


@multilinear(
    vjps=[lambda g, x2: cross_product(x2, g), lambda g, x1: cross_product(g, x1)],
    symbol="×",
    expects="vectors of 3 elements along the last axes, other axes that broadcast",
)
def cross_product(x1: Array, x2: Array) -> Array:
    """Vector product of 3-element vectors along the last axis: what `cross` is made of.

    Parameters
    ----------
    x1, x2
        Axes (..., 3), any numeric dtype; the other axes broadcast.

    Raises
    ------
    OpValueError
        If the last axes have not 3 elements, or the others do not broadcast.

    Examples
    --------
    >>> cross_product(Tensor([1.0, 0.0, 0.0]), Tensor([0.0, 1.0, 0.0]))
    Tensor([0., 0., 1.])
    """
    if x1.shape[-1:] != (3,) or x2.shape[-1:] != (3,):
        raise ValueError("not 3 elements")
    return np.cross(x1, x2)


@composite
def cross(x1: Array, x2: Array, /, *, axis: int = -1) -> Any:
    """Vector product of 3-element vectors along an axis.

    Parameters
    ----------
    x1, x2
        Arrays with 3 elements along `axis`; the other axes broadcast. Any numeric dtype.
    axis
        Where the vectors lie, in `x1`, in `x2` and in the result. Default: -1.

    Returns
    -------
    Tensor
        The broadcast shape; NumPy's common dtype.

    Raises
    ------
    OpIndexError
        If an array has no such axis.
    OpTypeError
        If `axis` is no int.
    OpValueError
        If there are not 3 elements along it, or the other axes do not broadcast.

    Notes
    -----
    `numpy.cross`, without its vectors of 2 elements; the array API standard's ``linalg.cross``.

    Examples
    --------
    >>> cross(Tensor([1.0, 0.0, 0.0]), Tensor([0.0, 1.0, 0.0]))
    Tensor([0., 0., 1.])
    """
    y = cross_product(_at_the_end("cross", x1, axis), _at_the_end("cross", x2, axis))
    at = an_axis("cross", axis, y.ndim)
    if at == y.ndim - 1:
        return y
    return permute_dims(y, (*range(at), y.ndim - 1, *range(at, y.ndim - 1)))


@composite
def multi_dot(arrays: Sequence[Array], /) -> Any:
    """Product of several matrices, in the order that takes the fewest multiplications.

    Parameters
    ----------
    arrays
        Two or more matrices, each with as many columns as the next one has rows; the first and
        the last may be vectors. Any numeric dtype.

    Returns
    -------
    Tensor
        A matrix; without the axis for which a vector stood. NumPy's common dtype.

    Raises
    ------
    OpValueError
        If there are fewer than two, or their shapes do not fit.

    Notes
    -----
    `numpy.linalg.multi_dot`. The order is found by dynamic programming: T. Cormen et al.,
    Introduction to Algorithms, "Matrix-chain multiplication".

    Examples
    --------
    >>> multi_dot([Tensor([[1.0], [2.0]]), Tensor([[3.0, 4.0]]), Tensor([1.0, 1.0])])
    Tensor([ 7., 14.])
    """
    n = len(arrays)
    ends = [x.ndim for x in (arrays[0], arrays[-1])] if n > 1 else []
    if n < 2 or not {*ends} <= {1, 2} or any(x.ndim != 2 for x in arrays[1:-1]):
        raise OpValueError(
            f"multi_dot: expected two or more matrices, the first and the last perhaps vectors, "
            f"got shapes {[x.shape for x in arrays]}"
        )
    first, last = arrays[0].shape, arrays[-1].shape
    sides = [1 if len(first) == 1 else first[0], *(x.shape[-2] for x in arrays[1:-1])]
    sides += [last[0], 1 if len(last) == 1 else last[1]]
    cost = {(i, i): (0, i) for i in range(n)}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j] = min(
                (cost[i, k][0] + cost[k + 1, j][0] + sides[i] * sides[k + 1] * sides[j + 1], k)
                for k in range(i, j)
            )

    return _multiplied(arrays, cost, 0, n - 1)


def _multiplied(arrays: Sequence[Any], cost: dict[Any, Any], i: int, j: int) -> Any:
    """The product of the `i`-th to the `j`-th, parted where that costs least."""
    if i == j:
        return arrays[i]
    k = cost[i, j][1]
    return matmul(_multiplied(arrays, cost, i, k), _multiplied(arrays, cost, k + 1, j))
