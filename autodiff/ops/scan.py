"""Running sums, products and extremes along an axis, and differences."""

from __future__ import annotations

import operator
from math import prod
from typing import Any

import numpy as np

from autodiff.declare import composite, custom, linear
from autodiff.errors import OpError, OpTypeError, OpValueError, describe
from autodiff.kernels.ordering import running_winners
from autodiff.kernels.scan import recurrence
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.along import pick_along
from autodiff.ops.axes import along, an_axis, an_int
from autodiff.ops.exponential import exp
from autodiff.ops.index import getitem
from autodiff.ops.manipulation import astype, broadcast_to, concat, reshape
from autodiff.ops.rearrange import flip, ravel, roll
from autodiff.ops.selection import where
from autodiff.variable import Array, raw


def summable(x: Any, dtype: Any) -> Any:
    """`dtype`, if sums and products of `x` can be taken in it (None: NumPy's own choice).

    Raises
    ------
    TypeError
        If they would lose more than precision, and their gradient with it.
    """
    if dtype is None:
        return None
    new = np.dtype(dtype)
    if new.kind not in "biufc" or "biufc".index(new.kind) < "bbbfc".index(_like(x.dtype.kind)):
        raise TypeError(f"{x.dtype} computes in no {new}: convert it first, with astype")
    return new
