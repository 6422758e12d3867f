"""Ops that move elements without computing: each one's adjoint moves them back."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from autodiff.declare import linear
from autodiff.kernels.broadcast import broadcasted, summed_to
from autodiff.ops.index import getitem
from autodiff.variable import Array

Axes = int | tuple[int, ...]


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape), expects="as many elements as x has")
def reshape(x: Array, shape: Axes) -> Array:
    """The same elements, in row-major order, in another shape; one -1 is worked out.

    >>> reshape(Tensor([1.0, 2.0, 3.0, 4.0]), (2, -1))
    Tensor([[1., 2.],
            [3., 4.]])
    """
    return x.reshape(shape)


@linear(adjoint=lambda g, axes: permute_dims(g, tuple(np.argsort(_positive(axes, g.ndim)))))
def permute_dims(x: Array, axes: tuple[int, ...]) -> Array:
    """The axes in another order.

    >>> permute_dims(Tensor([[1.0, 2.0, 3.0]]), (1, 0)).shape
    (3, 1)
    """
    return x.transpose(axes)


def _positive(axes: Sequence[int], ndim: int) -> list[int]:
    return [axis % ndim for axis in axes]


@linear(adjoint=lambda g: matrix_transpose(g), symbol="ᵀ", expects="two or more axes")
def matrix_transpose(x: Array) -> Array:
    """The last two axes exchanged: ``x.mT``.

    >>> matrix_transpose(Tensor([[1.0, 2.0, 3.0]])).shape
    (3, 1)
    """
    return x.mT


@linear(adjoint=lambda g, x_shape: sum_to(g, x_shape), expects="a shape that x broadcasts to")
def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    """Repeated to `shape` by NumPy's broadcasting rules.

    >>> broadcast_to(Tensor([1.0, 2.0]), (2, 2))
    Tensor([[1., 2.],
            [1., 2.]])
    """
    return broadcasted(x, shape)


@linear(
    adjoint=lambda g, x_shape: broadcast_to(g, x_shape),
    symbol="Σ",
    expects="a shape that broadcasts to x's",
)
def sum_to(x: Array, shape: tuple[int, ...]) -> Array:
    """Summed to `shape`: the adjoint of `broadcast_to`, and how the engine un-broadcasts.

    >>> sum_to(Tensor([[1.0, 2.0], [3.0, 4.0]]), (2,))
    Tensor([4., 6.])
    """
    return summed_to(x, shape)


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape), expects="axes of length 1")
def squeeze(x: Array, axis: Axes | None = None) -> Array:
    """Without the given axes of length 1 (None: without all of them).

    >>> squeeze(Tensor([[[1.0, 2.0]]]), axis=0).shape
    (1, 2)
    """
    return np.squeeze(x, axis)


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape))
def expand_dims(x: Array, axis: Axes = 0) -> Array:
    """With a new axis of length 1 at each given position of the result.

    >>> expand_dims(Tensor([1.0, 2.0]), -1).shape
    (2, 1)
    """
    return np.expand_dims(x, axis)


def _split(g: Any, arrays_shape: Sequence[tuple[int, ...]], axis: int | None) -> list[Any]:
    """The parts of `g` that `concat` put together."""
    if axis is None:
        ends = np.cumsum([prod(shape) for shape in arrays_shape])
        parts = [
            getitem(g, slice(int(e) - prod(s), int(e)))
            for s, e in zip(arrays_shape, ends, strict=True)
        ]
        return [reshape(part, shape) for part, shape in zip(parts, arrays_shape, strict=True)]
    before = (slice(None),) * (axis % g.ndim)
    ends = np.cumsum([shape[axis] for shape in arrays_shape])
    return [
        getitem(g, (*before, slice(int(end) - shape[axis], int(end))))
        for shape, end in zip(arrays_shape, ends, strict=True)
    ]


@linear(adjoint=_split, symbol="⧺", expects="arrays of one shape but for the joined axis")
def concat(arrays: Sequence[Array], axis: int | None = 0) -> Array:
    """The arrays joined along an existing axis (None: flattened first).

    >>> concat([Tensor([1.0]), Tensor([2.0, 3.0])])
    Tensor([1., 2., 3.])
    """
    return np.concatenate(arrays, axis)


def _unstack(g: Any, arrays_shape: Sequence[Any], axis: int) -> list[Any]:
    before = (slice(None),) * (axis % g.ndim)
    return [getitem(g, (*before, i)) for i in range(len(arrays_shape))]


@linear(adjoint=_unstack, expects="arrays of one shape")
def stack(arrays: Sequence[Array], axis: int = 0) -> Array:
    """The arrays joined along a new axis.

    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])])
    Tensor([[1., 2.],
            [3., 4.]])
    """
    return np.stack(arrays, axis)


@linear(adjoint=lambda g, x_shape, widths: getitem(g, _crop(x_shape, widths)))
def pad(x: Array, widths: Any) -> Array:
    """With zeros around: `widths` as in `numpy.pad` (one number, one pair, or a pair per axis).

    >>> pad(Tensor([1.0, 2.0]), (1, 2))
    Tensor([0., 1., 2., 0., 0.])
    """
    return np.pad(x, widths)


def _crop(shape: tuple[int, ...], widths: Any) -> tuple[slice, ...]:
    pairs = np.broadcast_to(np.asarray(widths), (len(shape), 2))
    return tuple(
        slice(int(before), int(before) + n) for n, (before, _) in zip(shape, pairs, strict=True)
    )


@linear(adjoint=lambda g: g)
def copy(x: Array) -> Array:
    """The same values in memory of their own.

    >>> copy(Tensor([1.0, 2.0]))
    Tensor([1., 2.])
    """
    return np.array(x)


@linear(adjoint=lambda g: g)
def astype(x: Array, dtype: Any) -> Array:
    """The same values in another floating dtype.

    >>> astype(Tensor([1.5]), np.float32).dtype
    dtype('float32')
    """
    if np.dtype(dtype).kind != "f":
        raise TypeError("no gradient flows through another dtype: Tensor.astype gives a constant")
    return x.astype(dtype)
