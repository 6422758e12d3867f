"""What a layer with weights does about an input that is not of its weights' dtype."""

from __future__ import annotations

import warnings
from typing import Any
from weakref import WeakSet

import numpy as np

from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor
from nn.module import Module

_warned: WeakSet[Module] = WeakSet()


def floating(layer: Module, x: Any, dtype: np.dtype[Any]) -> Tensor:
    """`x` as a tensor that a layer whose weights have `dtype` can compute with.

    Layers call this only for what is not a tensor or array of just that dtype. A more precise
    input is taken as it is, and NumPy's promotion makes the result as precise; since that is
    seldom meant and costs time, each layer warns of it once. It warns of data only, not of what
    the layers before it made of them.

    Raises
    ------
    TypeError
        If `x` are not floating numbers.

    Examples
    --------
    >>> from nn import Linear
    >>> floating(Linear(1, 1), [2], np.dtype("float32"))  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
        ...
    TypeError: Linear(in_features=1, out_features=1, bias=True): expected floating input, got int64
    (1,): convert it first, as in x.astype(np.float32)
    """
    tensor = x if isinstance(x, Tensor) else asarray(x)
    if tensor.dtype.kind != "f":
        raise TypeError(
            f"{layer!r}: expected floating input, got {tensor.dtype} {tensor.shape}: convert it "
            f"first, as in x.astype(np.{dtype})" + (" / 255" if tensor.dtype == np.uint8 else "")
        )
    if tensor.dtype.itemsize > dtype.itemsize and tensor.is_leaf and layer not in _warned:
        _warned.add(layer)
        warnings.warn(
            f"{layer!r}: {tensor.dtype} input meets {dtype} weights, so the computation is in "
            f"{tensor.dtype}, and slower: make the input {dtype}, or the layer with "
            f"dtype=np.{tensor.dtype}",
            stacklevel=3,
        )
    return tensor
