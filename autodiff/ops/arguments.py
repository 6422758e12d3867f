"""Axes, indices and dtypes as callers give them, checked and made plain."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autodiff.errors import OpIndexError, OpTypeError, OpValueError, describe
from autodiff.variable import Variable, raw


def an_int(name: str, value: Any, what: str = "axis") -> int:
    """`value` as an int.

    Raises
    ------
    OpTypeError
        If it is none.
    """
    try:
        return operator.index(value)
    except TypeError:
        raise OpTypeError(
            f"{name}: expected {what} to be an int, got {what}={describe(raw(value))}"
        ) from None


def an_axis(name: str, axis: Any, ndim: int, what: str = "axis") -> int:
    """`axis` counted from the front.

    Raises
    ------
    OpIndexError
        If an array of `ndim` axes has no such one.
    OpTypeError
        If it is no int.
    """
    i = an_int(name, axis, what)
    if not -ndim <= i < ndim:
        range_ = f"{what} from {-ndim} to {ndim - 1}" if ndim else f"axes to count {what} in"
        raise OpIndexError(f"{name}: expected {range_}, got {what}={i}, of {ndim} axes")
    return i % ndim


def some_axes(name: str, axes: Any, ndim: int, what: str = "axis") -> tuple[int, ...]:
    """One axis or several, counted from the front.

    Raises
    ------
    OpIndexError, OpTypeError
        As `an_axis`.
    OpValueError
        If one is named twice.
    """
    several = axes if isinstance(axes, (tuple, list)) else (axes,)
    found = tuple(an_axis(name, axis, ndim, what) for axis in several)
    if len(set(found)) < len(found):
        raise OpValueError(f"{name}: expected {what} without repetition, got {what}={axes!r}")
    return found


def along(axis: int, part: Any) -> tuple[Any, ...]:
    """The index that takes `part` of one axis, counted from the front, and all of the others."""
    return (*(slice(None),) * axis, part)


def some_indices(name: str, indices: Any, size: int) -> np.ndarray[Any, Any]:
    """Indices into an axis of length `size`, counted from the front, in memory of their own.

    Raises
    ------
    OpIndexError
        If one lies outside the axis.
    OpTypeError
        If they are no integers.
    """
    found = np.asarray(raw(indices))
    if found.dtype.kind not in "iu" and found.size:
        raise OpTypeError(f"{name}: expected indices to be integers, got {describe(found)}")
    low, high = (int(found.min()), int(found.max())) if found.size else (0, -1)
    if low < -size or high >= size:
        raise OpIndexError(
            f"{name}: expected indices into an axis of length {size}, got "
            f"{low if low < -size else high} among them"
        )
    plain = np.array(found, np.intp)
    if low < 0:
        plain[plain < 0] += size
    return plain


def summable(x: Any, dtype: Any) -> Any:
    """`dtype` as NumPy has it, if sums and products of `x` can be taken in it.

    Raises
    ------
    TypeError
        If it can't hold what `x` has, but for its precision: a gradient would be lost with it.
    """
    new = np.dtype(dtype)
    if new.kind not in {"f": "fc", "c": "c"}.get(x.dtype.kind, "biufc"):
        raise TypeError(
            f"expected a dtype that holds {x.dtype}, got {new}: use astype, real or imag first"
        )
    return new


def some_matrices(name: str, x: Any) -> None:
    """Refuse what is no stack of matrices."""
    if x.ndim < 2:
        raise OpValueError(f"{name}: expected matrices (..., M, N), got shape {x.shape}")


def a_constant(name: str, value: Any, argument: str) -> Any:
    """An argument that no gradient flows to, as a plain number.

    Raises
    ------
    OpTypeError
        If it is a tensor that requires grad, which would be lost.
    """
    if isinstance(value, Variable) and value._node is not None:
        raise OpTypeError(
            f"{name}: expected {argument} to require no grad, for none flows to it here: pass its "
            f"detach()"
        )
    return raw(value)
