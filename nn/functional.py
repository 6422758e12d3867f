"""Layers and losses as functions, under PyTorch's names; weights are arguments.

Most are the engine's own functions. They take tensors, arrays or numbers alike.
"""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np

from autodiff.ops.arithmetic import square
from autodiff.ops.conv import conv2d
from autodiff.ops.exponential import sigmoid
from autodiff.ops.linalg import linear
from autodiff.ops.manipulation import reshape
from autodiff.ops.pool import avg_pool2d, max_pool2d
from autodiff.ops.reduce import mean, sum
from autodiff.ops.selection import relu
from autodiff.ops.softmax import cross_entropy as cross_entropy_each
from autodiff.ops.softmax import log_softmax, softmax
from autodiff.ops.trigonometry import tanh
from autodiff.tensor import Tensor, TensorLike
from autodiff.variable import Array

__all__ = [
    "Reduction",
    "avg_pool2d",
    "checked_reduction",
    "conv2d",
    "cross_entropy",
    "flatten",
    "linear",
    "log_softmax",
    "max_pool2d",
    "mse_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]

Reduction = Literal["mean", "sum", "none"]


def flatten(input: Array, start_dim: int = 0) -> Tensor:
    """The axes from `start_dim` on made one; a negative `start_dim` counts from the last.

    Raises
    ------
    ValueError
        If `input` has no such axis.

    Examples
    --------
    >>> flatten(Tensor(np.zeros((5, 2, 3))), 1).shape
    (5, 6)
    """
    shape = input.shape
    if not -len(shape) <= start_dim < len(shape):
        raise ValueError(f"flatten: expected axis {start_dim} of the input, got shape {shape}")
    start = start_dim % len(shape)
    return reshape(input, (*shape[:start], math.prod(shape[start:])))


def cross_entropy(input: Array, target: TensorLike, reduction: Reduction = "mean") -> Tensor:
    """How badly scores predict classes: ``-log(softmax(input)[target])``, exact for large scores.

    Parameters
    ----------
    input
        Scores (logits) of C classes for N samples, (N, C) or (N, C, d1, ...).
    target
        Class indices 0..C-1, integers of shape (N,) or (N, d1, ...); or the probability of each
        class, floating, shaped as `input`. No gradient flows to indices.
    reduction
        "mean" or "sum" over the samples, or "none": one loss for each, shaped as indices are.

    Raises
    ------
    ValueError
        If the shapes don't fit, an index is outside 0..C-1, or `reduction` is unknown.

    Examples
    --------
    >>> scores = Tensor(np.log([[0.1, 0.6, 0.3], [0.25, 0.5, 0.25]]))
    >>> cross_entropy(scores, np.array([1, 0]), "none")
    Tensor([0.51082562, 1.38629436])
    """
    given = target if isinstance(target, (Tensor, np.ndarray)) else np.asarray(target)
    if given.dtype.kind != "f":
        each = cross_entropy_each(input, given.data if isinstance(given, Tensor) else given)
    elif given.shape == input.shape and len(given.shape) > 1:
        each = -sum(given * log_softmax(input, 1), 1)
    else:
        raise ValueError(
            f"cross_entropy: expected integer class indices (N, ...), or a probability for each "
            f"of the scores, shaped as they are; got {given.dtype} {given.shape} for scores "
            f"{input.shape}"
        )
    return _reduced(each, reduction)


def mse_loss(input: Array, target: TensorLike, reduction: Reduction = "mean") -> Tensor:
    """The squared error ``(input - target)**2``.

    Parameters
    ----------
    input
        Predictions, any shape.
    target
        Of the same shape: a target that would have to be broadcast is an error. Integers are
        converted to the dtype of `input`.
    reduction
        "mean" or "sum" over all elements, or "none": one loss for each.

    Raises
    ------
    ValueError
        If the shapes differ, or `reduction` is unknown.

    Examples
    --------
    >>> mse_loss(Tensor([1.0, 2.0]), np.array([0.0, 4.0]))
    Tensor(2.5)
    """
    given: Any = target if isinstance(target, (Tensor, np.ndarray)) else np.asarray(target)
    if given.shape != input.shape:
        raise ValueError(
            f"mse_loss: expected a target of the input's shape {input.shape}, got {given.shape}: "
            f"reshape one of them, so that each prediction meets its own target"
        )
    if given.dtype.kind in "biu":
        given = given.astype(input.dtype)
    return _reduced(square(input - given), reduction)


def checked_reduction(reduction: str) -> Reduction:
    """`reduction`, if it is one.

    Raises
    ------
    ValueError
        If it is not "mean", "sum" or "none".

    Examples
    --------
    >>> checked_reduction("sum")
    'sum'
    """
    known: tuple[Reduction, ...] = get_args(Reduction)
    for one in known:
        if reduction == one:
            return one
    raise ValueError(f"expected reduction 'mean', 'sum' or 'none', got {reduction!r}")


def _reduced(each: Tensor, reduction: str) -> Tensor:
    if reduction == "mean":
        return mean(each)
    return sum(each) if checked_reduction(reduction) == "sum" else each
