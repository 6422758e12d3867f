"""Operations on the bits of integers and booleans. No gradient flows through."""

from __future__ import annotations

import numpy as np

from autodiff.plain.untracked import untracked
from autodiff.variable import Array

EXPECTED = "integers or booleans, of shapes that broadcast together"
SHIFTED = "integers, of shapes that broadcast together"


@untracked(expects=EXPECTED)
def bitwise_and(x1: Array, x2: Array, /) -> Array:
    """Bits that are set in both.

    Parameters
    ----------
    x1, x2
        Integers or booleans, of shapes that broadcast together.

    Returns
    -------
    Tensor
        Of their common dtype, in the shape that they broadcast to.

    Notes
    -----
    `numpy.bitwise_and`; the array API standard's ``bitwise_and``.

    Examples
    --------
    >>> bitwise_and(Tensor([12, 10]), 6)
    Tensor([4, 2])
    """
    return np.bitwise_and(x1, x2)


@untracked(expects=EXPECTED)
def bitwise_or(x1: Array, x2: Array, /) -> Array:
    """Bits that are set in at least one.

    Parameters
    ----------
    x1, x2
        Integers or booleans, of shapes that broadcast together.

    Returns
    -------
    Tensor
        Of their common dtype, in the shape that they broadcast to.

    Notes
    -----
    `numpy.bitwise_or`; the array API standard's ``bitwise_or``.

    Examples
    --------
    >>> bitwise_or(Tensor([12, 10]), 6)
    Tensor([14, 14])
    """
    return np.bitwise_or(x1, x2)


@untracked(expects=EXPECTED)
def bitwise_xor(x1: Array, x2: Array, /) -> Array:
    """Bits that are set in exactly one.

    Parameters
    ----------
    x1, x2
        Integers or booleans, of shapes that broadcast together.

    Returns
    -------
    Tensor
        Of their common dtype, in the shape that they broadcast to.

    Notes
    -----
    `numpy.bitwise_xor`; the array API standard's ``bitwise_xor``.

    Examples
    --------
    >>> bitwise_xor(Tensor([12, 10]), 6)
    Tensor([10, 12])
    """
    return np.bitwise_xor(x1, x2)


@untracked(expects="integers or booleans")
def bitwise_invert(x: Array, /) -> Array:
    """Every bit turned over; of booleans, their negation.

    Parameters
    ----------
    x
        Integers or booleans, of any shape.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Notes
    -----
    `numpy.invert`, and that name is here too; the array API standard's ``bitwise_invert``.

    Examples
    --------
    >>> bitwise_invert(Tensor([0, 5]))
    Tensor([-1, -6])
    """
    return np.invert(x)


@untracked(expects=SHIFTED)
def bitwise_left_shift(x1: Array, x2: Array, /) -> Array:
    """Bits moved up by `x2` places, zeros following: ``x1 * 2**x2``.

    Parameters
    ----------
    x1
        Integers.
    x2
        By how many places: integers, at least 0, of a shape that broadcasts with that of `x1`.

    Returns
    -------
    Tensor
        Of their common dtype, in the shape that they broadcast to. What is moved past
        the highest bit is lost.

    Notes
    -----
    `numpy.left_shift`, and that name is here too; the array API standard's
    ``bitwise_left_shift``.

    Examples
    --------
    >>> bitwise_left_shift(Tensor([1, 3]), 2)
    Tensor([ 4, 12])
    """
    return np.left_shift(x1, x2)


@untracked(expects=SHIFTED)
def bitwise_right_shift(x1: Array, x2: Array, /) -> Array:
    """Bits moved down by `x2` places: ``floor(x1 / 2**x2)``, the sign stays.

    Parameters
    ----------
    x1
        Integers.
    x2
        By how many places: integers, at least 0, of a shape that broadcasts with that of `x1`.

    Returns
    -------
    Tensor
        Of their common dtype, in the shape that they broadcast to.

    Notes
    -----
    `numpy.right_shift`, and that name is here too; the array API standard's
    ``bitwise_right_shift``.

    Examples
    --------
    >>> bitwise_right_shift(Tensor([-9, 12]), 2)
    Tensor([-3,  3])
    """
    return np.right_shift(x1, x2)


bitwise_not = invert = bitwise_invert
left_shift = bitwise_left_shift
right_shift = bitwise_right_shift
