"""Composites: functions made of ops, which need no rule of their own.

One becomes an op only when a measurement asks for it (speed, memory, stability); then a test holds
the op equal to the composite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff.ops import linalg
from autodiff.ops.conv import conv2d as conv2d
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import matrix_transpose
from autodiff.ops.pool import avg_pool2d as avg_pool2d
from autodiff.ops.pool import max_pool2d as max_pool2d
from autodiff.ops.statistics import var as var
from autodiff.variable import Array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


def linear(x: Array, weight: Array, bias: Array | None = None) -> Tensor:
    """Affine map ``x @ weight.mT + bias``.

    Parameters
    ----------
    x, weight, bias
        (..., in), (out, in) and (out,).

    Examples
    --------
    >>> linear(Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0]]), Tensor([0.5]))
    Tensor([[11.5]])
    """
    return matmul(x, matrix_transpose(weight)) if bias is None else linalg.linear(x, weight, bias)
