"""Activation functions as modules, to stand between layers; each acts on every element alone."""

from __future__ import annotations

from autodiff.ops.exponential import sigmoid
from autodiff.ops.selection import relu
from autodiff.ops.trigonometry import tanh
from autodiff.tensor import Tensor, TensorLike
from nn.module import Module


class ReLU(Module):
    """Rectified linear unit ``max(x, 0)``, with slope 0 at 0.

    Examples
    --------
    >>> ReLU()(Tensor([-1.0, 0.0, 2.0]))
    Tensor([0., 0., 2.])
    """

    def forward(self, x: TensorLike) -> Tensor:
        """Apply it to each element of `x`, any shape."""
        return relu(x)


class Sigmoid(Module):
    """Logistic function ``1 / (1 + e**-x)``, between 0 and 1.

    Examples
    --------
    >>> Sigmoid()(Tensor([0.0, 800.0]))
    Tensor([0.5, 1. ])
    """

    def forward(self, x: TensorLike) -> Tensor:
        """Apply it to each element of `x`, any shape."""
        return sigmoid(x)


class Tanh(Module):
    """Hyperbolic tangent, between -1 and 1.

    Examples
    --------
    >>> Tanh()(Tensor([0.0, 1.0]))
    Tensor([0.        , 0.76159416])
    """

    def forward(self, x: TensorLike) -> Tensor:
        """Apply it to each element of `x`, any shape."""
        return tanh(x)
