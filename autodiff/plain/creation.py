"""Tensors from sizes and numbers, constants all; and `asarray`, from anything.

`device` is there for the array API standard: None or "cpu", anything else is a ValueError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.ops import manipulation
from autodiff.plain.untracked import constant_array, created
from autodiff.variable import Array, Variable, raw, tensor

if TYPE_CHECKING:
    import numpy.typing as npt

Shape = int | tuple[int, ...]
A_SHAPE = "a shape: an int or a tuple of ints, none of them negative"
SPREAD = "broadcast_to(fill_value, shape) keeps it"
BETWEEN = "start + (stop - start) * linspace(0, 1, num) keeps it"


@created(expects="numbers, regularly nested")
def asarray(
    obj: Any,
    /,
    dtype: npt.DTypeLike | None = None,
    *,
    device: str | None = None,
    copy: bool | None = None,
) -> Array:
    """Tensor of `obj`, in the same memory where that is possible.

    Parameters
    ----------
    obj
        A number, nested lists of numbers, an array, anything that NumPy can read as one; or a
        tensor, which is given back: it keeps its place in the graph, and its gradient flows
        through a change of dtype and through a copy.
    dtype
        Convert to this; default: what `obj` has. Python numbers make bool, int64, float64 or
        complex128, as NumPy has it.
    device
        None or "cpu".
    copy
        True: always copy; False: never, raise instead; None: only if there is no other way.

    Returns
    -------
    Tensor
        Of the shape of `obj`.

    Raises
    ------
    OpTypeError
        If they are no numbers.
    OpValueError
        If the nesting is irregular, or a copy is needed where `copy` is False.

    Notes
    -----
    The array API standard's ``asarray``. `Tensor` always copies.

    Examples
    --------
    >>> asarray([1, 2, 3], dtype=np.float32)
    Tensor([1., 2., 3.], dtype=float32)
    """
    if not isinstance(obj, Variable):
        return np.array(obj, dtype=dtype, copy=copy)
    if dtype is None or obj._array.dtype == dtype:
        return manipulation.copy(obj) if copy else obj
    if copy is False:
        raise ValueError(f"a change of dtype, from {obj._array.dtype}, needs a copy")
    if obj._node is None or np.dtype(dtype).kind not in "fc":
        return tensor(obj._array.astype(dtype), None)
    return manipulation.astype(obj, np.dtype(dtype))


@created(expects="numbers start, stop, step")
def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    dtype: npt.DTypeLike | None = None,
    *,
    device: str | None = None,
) -> Array:
    """Evenly spaced numbers from `start` (included) to `stop` (excluded).

    Parameters
    ----------
    start, stop
        The interval; with `start` alone it is from 0 to `start`.
    step
        Distance of neighbours, not 0. It may be negative.
    dtype
        Default: int64 for integers, float64 if a float is among the arguments.
    device
        None or "cpu".

    Returns
    -------
    Tensor
        Of shape (n,), n = ceil((stop - start) / step), or 0 if that is negative. A `step` that is
        no integer may be rounded, and n with it: there `linspace` is the better choice.

    Raises
    ------
    OpValueError
        If `step` is 0.

    Notes
    -----
    `numpy.arange`; the array API standard's ``arange``.

    Examples
    --------
    >>> arange(2, 8, 2)
    Tensor([2, 4, 6])
    """
    if step == 0:
        raise ValueError("a step of 0 leads nowhere")
    if stop is None:
        return np.arange(0, start, step, dtype=dtype)
    return np.arange(start, stop, step, dtype=dtype)


@created(expects=A_SHAPE)
def empty(shape: Shape, dtype: npt.DTypeLike | None = None, *, device: str | None = None) -> Array:
    """Tensor of `shape` with whatever numbers the memory holds.

    Parameters
    ----------
    shape
        Length of each axis; an int makes one axis.
    dtype
        Default: float64.
    device
        None or "cpu".

    Notes
    -----
    `numpy.empty`; the array API standard's ``empty``.

    Examples
    --------
    >>> empty((2, 3)).shape
    (2, 3)
    """
    return np.empty(shape, dtype)


@created()
def empty_like(
    x: Array, /, dtype: npt.DTypeLike | None = None, *, device: str | None = None
) -> Array:
    """Tensor of the shape of `x` with whatever numbers the memory holds.

    Parameters
    ----------
    x
        A tensor, array or number.
    dtype
        Default: that of `x`.
    device
        None or "cpu".

    Notes
    -----
    `numpy.empty_like`; the array API standard's ``empty_like``.

    Examples
    --------
    >>> empty_like(Tensor([1.0, 2.0])).shape
    (2,)
    """
    return np.empty_like(raw(x), dtype)


@created(expects="numbers of rows and columns, not negative, and an int k")
def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    k: int = 0,
    dtype: npt.DTypeLike | None = None,
    *,
    device: str | None = None,
) -> Array:
    """Matrix with ones on one diagonal and zeros elsewhere.

    Parameters
    ----------
    n_rows, n_cols
        Its size; None: as many columns as rows.
    k
        Which diagonal: 0 the main one, positive above it, negative below.
    dtype
        Default: float64.
    device
        None or "cpu".

    Returns
    -------
    Tensor
        Of shape (n_rows, n_cols).

    Notes
    -----
    `numpy.eye`; the array API standard's ``eye``.

    Examples
    --------
    >>> eye(2, 3, k=1)
    Tensor([[0., 1., 0.],
            [0., 0., 1.]])
    """
    return np.eye(n_rows, n_cols, k, float if dtype is None else dtype)


@created(expects=f"a number, and {A_SHAPE}")
def full(
    shape: Shape,
    fill_value: complex,
    dtype: npt.DTypeLike | None = None,
    *,
    device: str | None = None,
) -> Array:
    """Tensor of `shape`, every element `fill_value`.

    Parameters
    ----------
    shape
        Length of each axis; an int makes one axis.
    fill_value
        A number.
    dtype
        Default: what fits the number: bool, int64, float64 or complex128.
    device
        None or "cpu".

    Raises
    ------
    OpValueError
        If `dtype` does not hold the number.
    GradientError
        If `fill_value` is a tensor that requires grad: `broadcast_to` keeps its gradient.

    Notes
    -----
    `numpy.full`; the array API standard's ``full``.

    Examples
    --------
    >>> full((2, 2), 7)
    Tensor([[7, 7],
            [7, 7]])
    """
    return np.full(shape, constant_array("full", fill_value, SPREAD), dtype)


@created(expects="a number that the dtype holds")
def full_like(
    x: Array,
    /,
    fill_value: complex,
    dtype: npt.DTypeLike | None = None,
    *,
    device: str | None = None,
) -> Array:
    """Tensor of the shape of `x`, every element `fill_value`.

    Parameters
    ----------
    x
        A tensor, array or number.
    fill_value
        A number.
    dtype
        Default: that of `x`.
    device
        None or "cpu".

    Raises
    ------
    OpValueError
        If the dtype does not hold the number.
    GradientError
        If `fill_value` is a tensor that requires grad: `broadcast_to` keeps its gradient.

    Notes
    -----
    `numpy.full_like`; the array API standard's ``full_like``.

    Examples
    --------
    >>> full_like(Tensor([1.0, 2.0]), 7)
    Tensor([7., 7.])
    """
    return np.full_like(raw(x), constant_array("full_like", fill_value, SPREAD), dtype)


@created(expects="numbers start and stop, and a count num that is not negative")
def linspace(
    start: complex,
    stop: complex,
    /,
    num: int,
    *,
    dtype: npt.DTypeLike | None = None,
    device: str | None = None,
    endpoint: bool = True,
) -> Array:
    """`num` evenly spaced numbers from `start` to `stop`.

    Parameters
    ----------
    start, stop
        The interval, of real or complex numbers.
    num
        How many.
    dtype
        Default: float64, complex128 if an end is complex. Integers are rounded down.
    device
        None or "cpu".
    endpoint
        Whether `stop` is the last of them; else it is the one that would follow.

    Returns
    -------
    Tensor
        Of shape (num,).

    Raises
    ------
    OpValueError
        If `num` is negative.
    GradientError
        If an end is a tensor that requires grad: ``start + (stop - start) * linspace(0, 1, num)``
        keeps its gradient.

    Notes
    -----
    `numpy.linspace`; the array API standard's ``linspace``.

    Examples
    --------
    >>> linspace(0, 1, 5)
    Tensor([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    low, high = (constant_array("linspace", end, BETWEEN) for end in (start, stop))
    return np.linspace(low, high, num, endpoint=endpoint, dtype=dtype)


@created(expects=A_SHAPE)
def ones(shape: Shape, dtype: npt.DTypeLike | None = None, *, device: str | None = None) -> Array:
    """Tensor of `shape`, every element 1.

    Parameters
    ----------
    shape
        Length of each axis; an int makes one axis.
    dtype
        Default: float64.
    device
        None or "cpu".

    Notes
    -----
    `numpy.ones`; the array API standard's ``ones``.

    Examples
    --------
    >>> ones(3)
    Tensor([1., 1., 1.])
    """
    return np.ones(shape, dtype)


@created()
def ones_like(
    x: Array, /, dtype: npt.DTypeLike | None = None, *, device: str | None = None
) -> Array:
    """Tensor of the shape of `x`, every element 1.

    Parameters
    ----------
    x
        A tensor, array or number.
    dtype
        Default: that of `x`.
    device
        None or "cpu".

    Notes
    -----
    `numpy.ones_like`; the array API standard's ``ones_like``.

    Examples
    --------
    >>> ones_like(Tensor([3, 4]))
    Tensor([1, 1])
    """
    return np.ones_like(raw(x), dtype)


@created(expects=A_SHAPE)
def zeros(shape: Shape, dtype: npt.DTypeLike | None = None, *, device: str | None = None) -> Array:
    """Tensor of `shape`, every element 0.

    Parameters
    ----------
    shape
        Length of each axis; an int makes one axis.
    dtype
        Default: float64.
    device
        None or "cpu".

    Notes
    -----
    `numpy.zeros`; the array API standard's ``zeros``.

    Examples
    --------
    >>> zeros(3)
    Tensor([0., 0., 0.])
    """
    return np.zeros(shape, float if dtype is None else dtype)


@created()
def zeros_like(
    x: Array, /, dtype: npt.DTypeLike | None = None, *, device: str | None = None
) -> Array:
    """Tensor of the shape of `x`, every element 0.

    Parameters
    ----------
    x
        A tensor, array or number.
    dtype
        Default: that of `x`.
    device
        None or "cpu".

    Notes
    -----
    `numpy.zeros_like`; the array API standard's ``zeros_like``.

    Examples
    --------
    >>> zeros_like(Tensor([3, 4]))
    Tensor([0, 0])
    """
    return np.zeros_like(raw(x), dtype)
