"""Composites: functions made of ops, which need no rule of their own.

One becomes an op only when a measurement asks for it (speed, memory, stability); then a test holds
the op equal to the composite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.errors import OpValueError
from autodiff.ops import conv, linalg, pool
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import matrix_transpose, reshape
from autodiff.ops.statistics import var as var
from autodiff.ops.window import pair
from autodiff.variable import Array, raw

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


def conv2d(
    x: Array, weight: Array, bias: Array | None = None, stride: Any = 1, padding: Any = 0
) -> Tensor:
    """2-D convolution (cross-correlation), as in `torch.nn.functional.conv2d`.

    Parameters
    ----------
    x
        Images (N, C, H, W).
    weight, bias
        Filters (O, C, KH, KW), and one number for each filter.
    stride, padding
        Step of the window, and rows and columns of zeros around: an int, or one for each axis.

    Returns
    -------
    Tensor
        (N, O, OH, OW) with ``OH = (H + 2 padding - KH) // stride + 1``.

    Examples
    --------
    >>> conv2d(Tensor(np.ones((1, 1, 3, 3))), Tensor(np.ones((1, 1, 3, 3))), Tensor([0.5]))
    Tensor([[[[9.5]]]])
    """
    y = conv.conv2d(x, weight, _strides(stride), pair(padding, "padding"))
    if bias is None:
        return y
    if np.shape(raw(bias)) != weight.shape[:1]:
        raise OpValueError(
            f"conv2d: expected a bias for each of {weight.shape[0]} filters, got shape "
            f"{np.shape(raw(bias))}"
        )
    return y + reshape(bias, (-1, 1, 1))


def max_pool2d(x: Array, kernel_size: Any, stride: Any = None, padding: Any = 0) -> Tensor:
    """The largest element of every window of the last two axes.

    Parameters
    ----------
    x
        Images (..., H, W).
    kernel_size, stride, padding
        Size of the window, its step (None: its size) and the margin around, which never wins: an
        int, or one for each axis.

    Examples
    --------
    >>> max_pool2d(Tensor([[1.0, 2.0], [3.0, 4.0]]), 2)
    Tensor([[4.]])
    """
    return pool.max_pool2d(x, *_window("max_pool2d", kernel_size, stride, padding))


def avg_pool2d(x: Array, kernel_size: Any, stride: Any = None, padding: Any = 0) -> Tensor:
    """The mean of every window of the last two axes; the zeros of a margin count.

    Parameters
    ----------
    x, kernel_size, stride, padding
        As in `max_pool2d`.

    Examples
    --------
    >>> avg_pool2d(Tensor([[1.0, 2.0], [3.0, 4.0]]), 2)
    Tensor([[2.5]])
    """
    window = _window("avg_pool2d", kernel_size, stride, padding)
    total: Tensor = pool.sum_pool2d(x, *window)
    area: int = window[0][0] * window[0][1]
    return total / area


def _window(name: str, kernel: Any, stride: Any, padding: Any) -> tuple[Any, Any, Any]:
    kernel = pair(kernel, "kernel_size")
    padding = pair(padding, "padding")
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise OpValueError(
            f"{name}: expected padding of at most half the window, got padding={padding} for a "
            f"window of {kernel}: a window would lie in the margin alone"
        )
    return kernel, _strides(kernel if stride is None else stride), padding


def _strides(stride: Any) -> tuple[int, int]:
    two = pair(stride, "stride")
    if min(two) < 1:
        raise OpValueError(f"expected a stride of at least 1, got stride={stride}")
    return two
