"""What batch, layer, group and instance normalisation have in common."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import composite
from autodiff.ops.arguments import a_constant
from autodiff.ops.arithmetic import sqrt
from autodiff.ops.complex import conj, real
from autodiff.ops.reduce import Axis, elements, mean, sum
from autodiff.variable import Array, raw


def deviations(x: Any, axis: Axis, keepdims: bool = True) -> tuple[Any, Any]:
    """`x` less its mean over axes, and the sum of its squares.

    A mean far larger than the deviations is rounded by as much as some of these are. Then what is
    left of it is taken off too.
    """
    middle = mean(x, axis, True)
    away = x - middle
    total = _squared(away, axis, keepdims)
    size = np.abs(raw(middle)) * (elements(x.shape, axis) ** 0.5 / 10)
    if (size > np.sqrt(raw(total)).reshape(size.shape)).any():
        away = away - mean(raw(away), axis, True)
        total = _squared(away, axis, keepdims)
    return away, total


def _squared(away: Any, axis: Axis, keepdims: bool) -> Any:
    squares = real(away * conj(away)) if away.dtype.kind == "c" else away * away
    return sum(squares, axis, keepdims)


@composite
def standardize(x: Array, axis: Axis = None, eps: float = 1e-5) -> Any:
    """Moved to mean 0 and scaled to variance 1 over axes.

    Parameters
    ----------
    x
        Any shape, floating or complex.
    axis
        The axes that share a mean and a variance: an int, a tuple of ints (negative ones count
        back), or None for all. A batch of images (N, C, H, W) is normalised over (0, 2, 3) by
        batch normalisation, over (1, 2, 3) by layer normalisation, over (2, 3) by instance
        normalisation.
    eps
        Added to the variance, so that what is constant gives 0. Default: 1e-5.

    Returns
    -------
    Tensor
        ``(x - mean) / sqrt(var + eps)``, shaped as `x`, in its dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.

    Notes
    -----
    Ioffe & Szegedy, "Batch Normalization", 2015; Ba, Kiros & Hinton, "Layer Normalization", 2016.
    The gradient flows through the mean and the variance too.

    Examples
    --------
    >>> standardize(Tensor([1.0, 3.0]), eps=0.0)
    Tensor([-1.,  1.])
    """
    eps = a_constant("standardize", eps, "eps")
    away, total = deviations(x, axis)
    return away / sqrt(total / (elements(x.shape, axis) or 1) + eps)
