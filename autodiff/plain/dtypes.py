"""The dtypes and constants of the array API standard, and questions about dtypes.

A dtype is NumPy's. `float16` is here too, though the standard has no such dtype.
"""

from __future__ import annotations

import builtins
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autodiff.plain.untracked import untracked_results
from autodiff.variable import Variable

if TYPE_CHECKING:
    import numpy.typing as npt

DType = np.dtype[Any]

bool: DType = np.dtype("bool")
int8: DType = np.dtype("int8")
int16: DType = np.dtype("int16")
int32: DType = np.dtype("int32")
int64: DType = np.dtype("int64")
uint8: DType = np.dtype("uint8")
uint16: DType = np.dtype("uint16")
uint32: DType = np.dtype("uint32")
uint64: DType = np.dtype("uint64")
float16: DType = np.dtype("float16")
float32: DType = np.dtype("float32")
float64: DType = np.dtype("float64")
complex64: DType = np.dtype("complex64")
complex128: DType = np.dtype("complex128")

e = math.e
"""Euler's number."""
pi = math.pi
inf = math.inf
nan = math.nan
newaxis = None
"""In an index, a new axis of length 1."""


class FloatInfo(NamedTuple):
    """What `finfo` gives: Python numbers, and the real dtype that they are about."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType


class IntInfo(NamedTuple):
    """What `iinfo` gives: Python numbers, and the dtype that they are about."""

    bits: int
    max: int
    min: int
    dtype: DType


def _dtype(value: Any) -> DType:
    """The dtype of a tensor or an array; anything else, read as a dtype."""
    if value is None:
        raise TypeError("None is no dtype")  # to NumPy it is float64
    if isinstance(value, Variable):
        return value._array.dtype
    return value.dtype if isinstance(value, (np.ndarray, np.generic)) else np.dtype(value)


@untracked_results(expects="a dtype to cast from, or an array of it, and a dtype to cast to")
def can_cast(from_: Any, to: npt.DTypeLike, /) -> builtins.bool:
    """Whether every value of one dtype is a value of another.

    Parameters
    ----------
    from_
        A dtype, or a tensor or array that has it.
    to
        A dtype.

    Returns
    -------
    bool
        True if type promotion leads from one to the other; between the kinds, where the standard
        leaves it open, what NumPy calls safe (int32 to float64, but also int64 to float64).

    Notes
    -----
    `numpy.can_cast`; the array API standard's ``can_cast``.

    Examples
    --------
    >>> can_cast(np.float32, np.float64), can_cast(Tensor([1.0]), np.float32)
    (True, False)
    """
    return np.can_cast(_dtype(from_), np.dtype(to))


@untracked_results(expects="a floating dtype, or an array of it")
def finfo(type: Any, /) -> FloatInfo:
    """Limits of a floating dtype; of a complex one, those of its parts.

    Parameters
    ----------
    type
        A dtype, or a tensor or array that has it.

    Returns
    -------
    FloatInfo
        ``bits`` of a number; ``eps``, the distance from 1 to the next larger number; ``max`` and
        ``min``; ``smallest_normal``, the smallest positive number of full precision; ``dtype``.
        All but the last are Python numbers.

    Raises
    ------
    OpValueError
        If the dtype is no floating one.

    Notes
    -----
    `numpy.finfo`; the array API standard's ``finfo``.

    Examples
    --------
    >>> finfo(np.complex64).dtype, finfo(np.float64).eps
    (dtype('float32'), 2.220446049250313e-16)
    """
    found = np.finfo(_dtype(type))
    return FloatInfo(
        found.bits,
        float(found.eps),
        float(found.max),
        float(found.min),
        float(found.smallest_normal),
        np.dtype(found.dtype),
    )


@untracked_results(expects="an integer dtype, or an array of it")
def iinfo(type: Any, /) -> IntInfo:
    """Limits of an integer dtype.

    Parameters
    ----------
    type
        A dtype, or a tensor or array that has it.

    Returns
    -------
    IntInfo
        ``bits``, ``max``, ``min``, Python ints all three; and ``dtype``.

    Raises
    ------
    OpValueError
        If the dtype is no integer one.

    Notes
    -----
    `numpy.iinfo`; the array API standard's ``iinfo``.

    Examples
    --------
    >>> iinfo(np.int8).min, iinfo(Tensor([1, 2])).bits
    (-128, 64)
    """
    found = np.iinfo(_dtype(type))
    return IntInfo(found.bits, int(found.max), int(found.min), np.dtype(found.dtype))


@untracked_results(expects="a dtype, and a kind: a dtype, a name of a kind, or a tuple of these")
def isdtype(
    dtype: npt.DTypeLike, kind: str | npt.DTypeLike | tuple[str | npt.DTypeLike, ...]
) -> builtins.bool:
    """Whether a dtype is of a kind.

    Parameters
    ----------
    dtype
        The dtype.
    kind
        A dtype, to be equal to; or "bool", "signed integer", "unsigned integer", "integral" (the
        two together), "real floating" (float16 too), "complex floating" or "numeric" (all but
        bool); or a tuple of these, any of which will do.

    Raises
    ------
    OpValueError
        If there is no kind of that name.

    Notes
    -----
    `numpy.isdtype`; the array API standard's ``isdtype``.

    Examples
    --------
    >>> isdtype(np.dtype("float32"), "real floating"), isdtype(np.dtype("int8"), ("bool", np.int64))
    (True, False)
    """
    return np.isdtype(np.dtype(dtype), kind)


@untracked_results(expects="arrays, dtypes or numbers, at least one, that have a common dtype")
def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype that tensors, arrays, dtypes and numbers have in common.

    Parameters
    ----------
    *arrays_and_dtypes
        Any number of them, at least one. A Python number counts by its kind alone (1.0 next to
        float32 makes float32).

    Returns
    -------
    dtype
        By NumPy's type promotion, which is the standard's, and more: it mixes the kinds too.

    Raises
    ------
    OpValueError
        If there is nothing to take a dtype from.

    Notes
    -----
    `numpy.result_type`; the array API standard's ``result_type``.

    Examples
    --------
    >>> result_type(np.float32, Tensor([1, 2], dtype=np.int8), 1j)
    dtype('complex64')
    """
    return np.result_type(
        *(
            v if type(v) in (builtins.bool, int, float, complex) else _dtype(v)
            for v in arrays_and_dtypes
        )
    )
