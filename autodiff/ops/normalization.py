"""What batch, layer, group and instance normalisation have in common."""

from __future__ import annotations

from typing import Any

from autodiff.declare import composite
from autodiff.ops.arguments import a_constant
from autodiff.ops.arithmetic import sqrt
from autodiff.ops.complex import conj, real
from autodiff.ops.reduce import Axis, mean
from autodiff.variable import Array


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
    away: Any = x - mean(x, axis, True)
    square = real(away * conj(away)) if away.dtype.kind == "c" else away * away
    return away / sqrt(mean(square, axis, True) + eps)
