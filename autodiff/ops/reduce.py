"""Reductions over axes: None reduces all, an int or a tuple of ints those; negative ones count back.

Where calculus leaves a choice: tied extremes of `max` and `min` share the gradient equally.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import custom, linear
from autodiff.ops.manipulation import broadcast_to, reshape
from autodiff.variable import Array, raw

Axis = int | tuple[int, ...] | None


def _kept(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """`shape` with the reduced axes at length 1."""
    if axis is None:
        return (1,) * len(shape)
    reduced = {i % len(shape) for i in (axis if isinstance(axis, tuple) else (axis,))}
    return tuple(1 if i in reduced else n for i, n in enumerate(shape))


def over(g: Any, x_shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Any:
    """A reduced value back over the axes that it was reduced from."""
    return broadcast_to(g if keepdims else reshape(g, _kept(x_shape, axis)), x_shape)


def elements(shape: tuple[int, ...], axis: Axis) -> int:
    """How many elements each result is reduced from."""
    size = 1
    for n, kept in zip(shape, _kept(shape, axis), strict=True):
        size *= 1 if kept == n else n
    return size


@linear(
    adjoint=lambda g, x_shape, axis, keepdims: over(g, x_shape, axis, keepdims),
    symbol="Σ",
    expects="axes that x has",
)
def sum(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Sum over axes.

    >>> sum(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([4., 6.])
    """
    return np.add.reduce(x, axis=axis, keepdims=keepdims)


@linear(
    adjoint=lambda g, x_shape, axis, keepdims: over(
        g / (elements(x_shape, axis) or 1), x_shape, axis, keepdims
    ),
    expects="axes that x has",
)
def mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Mean over axes.

    >>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([2., 3.])
    """
    x = np.asarray(x)
    return np.true_divide(np.add.reduce(x, axis=axis, keepdims=keepdims), elements(x.shape, axis))


def _extreme(g: Any, y: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """To the elements that equal the extreme, equal shares."""
    ties = raw(x) == over(raw(y), x.shape, axis, keepdims)
    count = np.add.reduce(ties, axis=axis, keepdims=True)
    return over(g, x.shape, axis, keepdims) * (ties / count.astype(x.dtype))


@custom(vjps=[_extreme], expects="axes that x has, none of them empty")
def max(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Largest element over axes; ties share the gradient equally.

    >>> max(Tensor([[1.0, 5.0], [3.0, 4.0]]), axis=1)
    Tensor([5., 4.])
    """
    return np.maximum.reduce(x, axis=axis, keepdims=keepdims)


@custom(vjps=[_extreme], expects="axes that x has, none of them empty")
def min(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Smallest element over axes; ties share the gradient equally.

    >>> min(Tensor([[1.0, 5.0], [3.0, 4.0]]), axis=1)
    Tensor([1., 3.])
    """
    return np.minimum.reduce(x, axis=axis, keepdims=keepdims)
