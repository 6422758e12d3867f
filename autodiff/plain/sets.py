"""The distinct elements of an array, and membership.

Elements are the same if they compare equal: -0 and 0 are, a NaN is distinct from every other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autodiff.plain.untracked import untracked, untracked_results
from autodiff.variable import Array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


class UniqueAll(NamedTuple):
    """What `unique_all` gives."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """What `unique_counts` gives."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """What `unique_inverse` gives."""

    values: Tensor
    inverse_indices: Tensor


_unique: Any = np.unique
"""Its type depends on its flags."""


@untracked_results()
def unique_all(x: Array, /) -> UniqueAll:
    """The distinct elements, where each is first, which each element is, and how many of each.

    Parameters
    ----------
    x
        Any shape, any dtype.

    Returns
    -------
    UniqueAll
        ``values``, ascending, of shape (n,); ``indices`` (n,) into the flattened `x`;
        ``inverse_indices``, in the shape of `x`: ``values[inverse_indices]`` equals `x`; and
        ``counts`` (n,). All constants.

    Notes
    -----
    `numpy.unique_all`; the array API standard's ``unique_all``. To differentiate, read the values
    from `x` itself: ``x.reshape(-1)[indices]``.

    Examples
    --------
    >>> values, indices, inverse_indices, counts = unique_all(Tensor([3, 1, 3]))
    >>> values, indices, inverse_indices, counts
    (Tensor([1, 3]), Tensor([1, 0]), Tensor([1, 0, 1]), Tensor([1, 2]))
    """
    values, indices, inverse, counts = _unique(x, True, True, True, equal_nan=False)
    return UniqueAll(values, indices, inverse.reshape(x.shape), counts)


@untracked_results()
def unique_counts(x: Array, /) -> UniqueCounts:
    """The distinct elements, and how many of each.

    Parameters
    ----------
    x
        Any shape, any dtype.

    Returns
    -------
    UniqueCounts
        ``values``, ascending, and ``counts``, both of shape (n,). Constants.

    Notes
    -----
    `numpy.unique_counts`; the array API standard's ``unique_counts``.

    Examples
    --------
    >>> unique_counts(Tensor([3, 1, 3])).counts
    Tensor([1, 2])
    """
    return UniqueCounts(*_unique(x, return_counts=True, equal_nan=False))


@untracked_results()
def unique_inverse(x: Array, /) -> UniqueInverse:
    """The distinct elements, and which of them each element is.

    Parameters
    ----------
    x
        Any shape, any dtype.

    Returns
    -------
    UniqueInverse
        ``values``, ascending, of shape (n,), and ``inverse_indices``, in the shape of `x`:
        ``values[inverse_indices]`` equals `x`. Constants.

    Notes
    -----
    `numpy.unique_inverse`; the array API standard's ``unique_inverse``.

    Examples
    --------
    >>> unique_inverse(Tensor([[3, 1], [1, 3]])).inverse_indices
    Tensor([[1, 0],
            [0, 1]])
    """
    values, inverse = _unique(x, return_inverse=True, equal_nan=False)
    return UniqueInverse(values, inverse.reshape(x.shape))


@untracked()
def unique_values(x: Array, /) -> Array:
    """The distinct elements.

    Parameters
    ----------
    x
        Any shape, any dtype.

    Returns
    -------
    Tensor
        Ascending, of shape (n,). A constant.

    Notes
    -----
    `numpy.unique_values`, but always ascending; the array API standard's ``unique_values``.

    Examples
    --------
    >>> unique_values(Tensor([3.0, 1.0, 3.0]))
    Tensor([1., 3.])
    """
    return _unique(x, equal_nan=False)


@untracked()
def isin(x1: Array, x2: Array, /, *, invert: bool = False) -> Array:
    """Where an element of `x1` is among the elements of `x2`.

    Parameters
    ----------
    x1, x2
        Any shapes, any dtypes.
    invert
        Where it is not. Default: False.

    Returns
    -------
    Tensor
        Booleans, of the shape of `x1`. A NaN is not among anything.

    Notes
    -----
    `numpy.isin`.

    Examples
    --------
    >>> isin(Tensor([1, 2, 3]), Tensor([[3, 4], [5, 1]]))
    Tensor([ True, False,  True])
    """
    return np.isin(x1, x2, invert=invert)
