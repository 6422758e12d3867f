"""Arrays joined and taken apart, and made of one shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.declare import composite, composite_results
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.ops.arguments import along, an_axis, an_int
from autodiff.ops.index import getitem
from autodiff.ops.manipulation import broadcast_to, concat, reshape
from autodiff.variable import Array, Variable, raw, tensor


@composite_results
def unstack(x: Array, /, axis: int = 0) -> tuple[Any, ...]:
    """The slices along an axis, as a tuple: the inverse of `stack`.

    Parameters
    ----------
    x
        One axis or more, any dtype.
    axis
        The axis that is taken apart; a negative one counts back. Default: 0.

    Returns
    -------
    tuple of Tensor
        As many as `x` is long there, without that axis.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.

    Notes
    -----
    `numpy.unstack`; the array API standard's ``unstack``.

    Examples
    --------
    >>> unstack(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    (Tensor([1., 2.]), Tensor([3., 4.]))
    """
    at = an_axis("unstack", axis, x.ndim)
    return tuple(getitem(x, along(at, i)) for i in range(x.shape[at]))


@composite_results
def split(x: Array, /, indices_or_sections: Any, axis: int = 0) -> tuple[Any, ...]:
    """Parts along an axis, as a tuple: equal ones, or cut at indices.

    Parameters
    ----------
    x
        One axis or more, any dtype.
    indices_or_sections
        An int: how many equal parts. Or increasing indices, where a new part begins.
    axis
        The axis to cut along; a negative one counts back. Default: 0.

    Returns
    -------
    tuple of Tensor
        The parts, which `concat` joins again.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If indices are not integers.
    OpValueError
        If the parts can't be equal.

    See Also
    --------
    array_split : of parts that are as equal as can be.

    Notes
    -----
    `numpy.split` (that of PyTorch takes the parts' lengths).

    Examples
    --------
    >>> split(Tensor([1.0, 2.0, 3.0, 4.0]), 2)
    (Tensor([1., 2.]), Tensor([3., 4.]))
    >>> split(Tensor([1.0, 2.0, 3.0, 4.0]), [1])
    (Tensor([1.]), Tensor([2., 3., 4.]))
    """
    at = an_axis("split", axis, x.ndim)
    ends = _ends("split", indices_or_sections, x.shape[at])
    if np.ndim(raw(indices_or_sections)) == 0 and x.shape[at] % len(ends):
        raise OpValueError(
            f"split: expected a number of parts that divides the length {x.shape[at]} of axis "
            f"{axis}, got {len(ends)}: array_split makes parts that are as equal as can be"
        )
    return _cut(x, ends, at)


@composite_results
def array_split(x: Array, /, indices_or_sections: Any, axis: int = 0) -> tuple[Any, ...]:
    """As `split`, but parts may differ in length by one: the first ones are the longer ones.

    Parameters
    ----------
    x, indices_or_sections, axis
        As in `split`.

    Returns
    -------
    tuple of Tensor
        The parts, which `concat` joins again.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As `split` does, but for unequal parts.

    Notes
    -----
    `numpy.array_split`.

    Examples
    --------
    >>> array_split(Tensor([1.0, 2.0, 3.0]), 2)
    (Tensor([1., 2.]), Tensor([3.]))
    """
    at = an_axis("array_split", axis, x.ndim)
    return _cut(x, _ends("array_split", indices_or_sections, x.shape[at]), at)


def _ends(name: str, cuts: Any, n: int) -> list[int]:
    """Where each part ends."""
    found = np.asarray(raw(cuts))
    if found.ndim > 1 or (found.size and found.dtype.kind not in "iu"):
        raise OpTypeError(
            f"{name}: expected a number of parts, or indices, got {describe(raw(cuts))}"
        )
    if found.ndim:
        return [*map(int, found), n]
    parts = an_int(name, cuts, "the number of parts")
    if parts < 1:
        raise OpValueError(f"{name}: expected at least one part, got {parts}")
    size, longer = divmod(n, parts)
    return [(i + 1) * size + min(i + 1, longer) for i in range(parts)]


def _cut(x: Any, ends: Sequence[int], axis: int) -> tuple[Any, ...]:
    starts = [0, *ends[:-1]]
    parts = zip(starts, ends, strict=True)
    return tuple(getitem(x, along(axis, slice(start, end))) for start, end in parts)


@composite
def hstack(arrays: Sequence[Array], /) -> Any:
    """The arrays side by side: joined along the second axis, or, without one, the first.

    Parameters
    ----------
    arrays
        Numbers or vectors of any length; or arrays of one shape but for the second axis.

    Raises
    ------
    OpValueError
        If the shapes do not fit, or there is no array.

    Notes
    -----
    `numpy.hstack`.

    Examples
    --------
    >>> hstack([Tensor([1.0]), Tensor(2.0), Tensor([3.0, 4.0])])
    Tensor([1., 2., 3., 4.])
    """
    parts = [_at_least(1, x) for x in arrays]
    return concat(parts, 0 if not parts or parts[0].ndim == 1 else 1)


@composite
def vstack(arrays: Sequence[Array], /) -> Any:
    """The arrays one below the other: joined along the first axis; vectors are rows.

    Parameters
    ----------
    arrays
        Numbers or vectors, which become rows; or arrays of one shape but for the first axis.

    Raises
    ------
    OpValueError
        If the shapes do not fit, or there is no array.

    Notes
    -----
    `numpy.vstack`.

    Examples
    --------
    >>> vstack([Tensor([1.0, 2.0]), Tensor([[3.0, 4.0]])])
    Tensor([[1., 2.],
            [3., 4.]])
    """
    return concat([_at_least(2, x) for x in arrays], 0)


@composite
def dstack(arrays: Sequence[Array], /) -> Any:
    """The arrays one behind the other: joined along the third axis.

    Parameters
    ----------
    arrays
        Numbers, vectors and matrices, to which `atleast_3d` gives the missing axes; or arrays of
        one shape but for the third axis.

    Raises
    ------
    OpValueError
        If the shapes do not fit, or there is no array.

    Notes
    -----
    `numpy.dstack`.

    Examples
    --------
    >>> dstack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])])
    Tensor([[[1., 3.],
             [2., 4.]]])
    """
    return concat([_at_least(3, x) for x in arrays], 2)


def _at_least(n: int, x: Any) -> Any:
    """With the axes of length 1 that NumPy adds: in front, but the third one at the end."""
    missing = max(0, n - x.ndim)
    if n == 3 and x.ndim and missing:
        return reshape(x, (1,) * (missing - 1) + x.shape + (1,))
    return reshape(x, (1,) * missing + x.shape)


@composite_results
def atleast_1d(*arrays: Array) -> Any:
    """With one axis or more: numbers become vectors.

    Parameters
    ----------
    *arrays
        Any shapes and dtypes.

    Returns
    -------
    Tensor or tuple of Tensor
        One for each of `arrays`; for a single one, itself.

    Notes
    -----
    `numpy.atleast_1d`.

    Examples
    --------
    >>> atleast_1d(Tensor(1.0))
    Tensor([1.])
    """
    return _each_at_least(1, arrays)


@composite_results
def atleast_2d(*arrays: Array) -> Any:
    """With two axes or more: vectors become rows.

    Parameters
    ----------
    *arrays
        Any shapes and dtypes.

    Returns
    -------
    Tensor or tuple of Tensor
        One for each of `arrays`; for a single one, itself.

    Notes
    -----
    `numpy.atleast_2d`.

    Examples
    --------
    >>> atleast_2d(Tensor([1.0, 2.0]))
    Tensor([[1., 2.]])
    """
    return _each_at_least(2, arrays)


@composite_results
def atleast_3d(*arrays: Array) -> Any:
    """With three axes or more: (N,) becomes (1, N, 1), and (M, N) becomes (M, N, 1).

    Parameters
    ----------
    *arrays
        Any shapes and dtypes.

    Returns
    -------
    Tensor or tuple of Tensor
        One for each of `arrays`; for a single one, itself.

    Notes
    -----
    `numpy.atleast_3d`.

    Examples
    --------
    >>> atleast_3d(Tensor([1.0, 2.0])).shape
    (1, 2, 1)
    """
    return _each_at_least(3, arrays)


def _each_at_least(n: int, arrays: Sequence[Any]) -> Any:
    made = tuple(_at_least(n, x) for x in _alike(arrays))
    return made[0] if len(made) == 1 else made


@composite_results
def broadcast_arrays(*arrays: Array) -> list[Any]:
    """The arrays, repeated to the one shape that they broadcast to.

    Parameters
    ----------
    *arrays
        Shapes that broadcast together; any dtypes.

    Returns
    -------
    list of Tensor
        One for each of `arrays`, all of one shape; they keep their dtypes.

    Raises
    ------
    OpValueError
        If the shapes do not broadcast together.

    Notes
    -----
    `numpy.broadcast_arrays`; the array API standard's ``broadcast_arrays``.

    Examples
    --------
    >>> broadcast_arrays(Tensor([1.0, 2.0]), Tensor([[3.0], [4.0]]))[0]
    Tensor([[1., 2.],
            [1., 2.]])
    """
    shapes = [x.shape for x in arrays]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise OpValueError(
            f"broadcast_arrays: expected shapes that broadcast together, got {shapes}"
        ) from error
    return [broadcast_to(x, shape) for x in _alike(arrays)]


def _alike(arrays: Sequence[Any]) -> Sequence[Any]:
    """All of them tensors, if one is."""
    if not any(isinstance(x, Variable) for x in arrays):
        return arrays
    return [x if isinstance(x, Variable) else tensor(x, None) for x in arrays]


@composite_results
def meshgrid(*arrays: Array, indexing: str = "xy") -> list[Any]:
    """Coordinates of a grid: every array repeated along the axes of all the others.

    Parameters
    ----------
    *arrays
        The coordinates along each axis: vectors (a number counts as one of length 1).
    indexing
        "ij": the i-th array runs along the i-th axis. "xy": but the first and the second change
        places, as x and y do in a picture. Default: "xy".

    Returns
    -------
    list of Tensor
        One for each of `arrays`, all of one shape; they keep their dtypes.

    Raises
    ------
    OpValueError
        If an array has more than one axis, or there is no such `indexing`.

    Notes
    -----
    `numpy.meshgrid`; the array API standard's ``meshgrid``.

    Examples
    --------
    >>> x, y = meshgrid(Tensor([1.0, 2.0, 3.0]), Tensor([4.0, 5.0]))
    >>> y
    Tensor([[4., 4., 4.],
            [5., 5., 5.]])
    """
    if indexing not in ("xy", "ij"):
        raise OpValueError(f"meshgrid: expected indexing to be 'xy' or 'ij', got {indexing!r}")
    for i, x in enumerate(arrays):
        if x.ndim > 1:
            raise OpValueError(f"meshgrid: expected vectors, got shape {x.shape} as array {i}")
    order = list(range(len(arrays)))
    if indexing == "xy":
        order[:2] = reversed(order[:2])
    lengths = [x.shape[0] if x.ndim else 1 for x in arrays]
    shape = tuple(lengths[i] for i in order)
    return [
        broadcast_to(reshape(x, tuple(n if j == i else 1 for j in order)), shape)
        for i, (x, n) in enumerate(zip(_alike(arrays), lengths, strict=True))
    ]
