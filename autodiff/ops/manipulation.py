"""Ops that move elements without computing: each one's adjoint moves them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from autodiff.declare import composite, linear
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.kernels.broadcast import broadcasted, summed_to
from autodiff.ops.arguments import along
from autodiff.ops.index import getitem
from autodiff.variable import Array, Variable, raw, tensor

Axes = int | tuple[int, ...]


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape), expects="as many elements as x has")
def reshape(x: Array, /, shape: Axes, *, copy: bool | None = None) -> Array:
    """The same elements, in row-major order, in another shape; one -1 is worked out.

    Parameters
    ----------
    x
        Any shape and dtype.
    shape
        The new shape: an int or a tuple of ints.
    copy
        True: in memory of its own. False: in `x`'s memory, or it is refused. Default: None, in
        `x`'s memory where that is possible.

    Raises
    ------
    OpValueError
        If the new shape holds another number of elements, or has more than one -1; or if `copy` is
        False, and there is no way without.

    Notes
    -----
    `numpy.reshape`; the array API standard's ``reshape``.

    Examples
    --------
    >>> reshape(Tensor([1.0, 2.0, 3.0, 4.0]), (2, -1))
    Tensor([[1., 2.],
            [3., 4.]])
    """
    y = x.reshape(shape)
    if copy is None:
        return y
    if not copy and y.size and not np.may_share_memory(x, y):
        raise ValueError("it takes a copy, which copy=False rules out")
    return np.array(y) if copy else y


@linear(
    adjoint=lambda g, axes: permute_dims(g, tuple(np.argsort(_positive(axes, g.ndim)))),
    expects="each axis of x once",
)
def permute_dims(x: Array, /, axes: tuple[int, ...]) -> Array:
    """The axes in another order.

    Parameters
    ----------
    x
        Any shape and dtype.
    axes
        Every axis of `x` once: the i-th axis of the result is ``axes[i]`` of `x`. Negative
        ones count back.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is missing or named twice.

    Notes
    -----
    `numpy.transpose`; the array API standard's ``permute_dims``.

    Examples
    --------
    >>> permute_dims(Tensor([[1.0, 2.0, 3.0]]), (1, 0)).shape
    (3, 1)
    """
    return x.transpose(axes)


def _positive(axes: Sequence[int], ndim: int) -> list[int]:
    return [axis % ndim for axis in axes]


@linear(adjoint=lambda g: matrix_transpose(g), symbol="ᵀ", expects="two or more axes")
def matrix_transpose(x: Array, /) -> Array:
    """The last two axes exchanged: ``x.mT``.

    Parameters
    ----------
    x
        Shape (..., M, N), any dtype.

    Returns
    -------
    Tensor
        Shape (..., N, M).

    Raises
    ------
    OpValueError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.matrix_transpose`; the array API standard's ``matrix_transpose``.

    Examples
    --------
    >>> matrix_transpose(Tensor([[1.0, 2.0, 3.0]])).shape
    (3, 1)
    """
    return x.mT


@linear(adjoint=lambda g, x_shape: sum_to(g, x_shape), expects="a shape that x broadcasts to")
def broadcast_to(x: Array, /, shape: tuple[int, ...]) -> Array:
    """Repeated to `shape` by NumPy's broadcasting rules.

    Parameters
    ----------
    x
        Any shape and dtype.
    shape
        The shape of the result.

    Raises
    ------
    OpValueError
        If `x` does not broadcast to `shape`.

    Notes
    -----
    `numpy.broadcast_to`; the array API standard's ``broadcast_to``.

    Examples
    --------
    >>> broadcast_to(Tensor([1.0, 2.0]), (2, 2))
    Tensor([[1., 2.],
            [1., 2.]])
    """
    return broadcasted(x, shape)


@linear(
    adjoint=lambda g, x_shape: broadcast_to(g, x_shape),
    symbol="Σ",
    expects="a shape that broadcasts to x's",
)
def sum_to(x: Array, shape: tuple[int, ...]) -> Array:
    """Summed to `shape`: the adjoint of `broadcast_to`, and how the engine un-broadcasts.

    Parameters
    ----------
    x
        Any shape and numeric dtype.
    shape
        The shape of the result: one that broadcasts to `x`'s.

    Raises
    ------
    OpValueError
        If `shape` does not broadcast to `x`'s.

    Examples
    --------
    >>> sum_to(Tensor([[1.0, 2.0], [3.0, 4.0]]), (2,))
    Tensor([4., 6.])
    """
    return summed_to(x, shape)


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape), expects="axes of length 1")
def squeeze(x: Array, /, axis: Axes | None = None) -> Array:
    """Without the given axes of length 1 (None: without all of them).

    Parameters
    ----------
    x
        Any shape and dtype.
    axis
        An int, a tuple of ints (negative ones count back), or None. Default: None.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If a given axis is not of length 1, or named twice.

    Notes
    -----
    `numpy.squeeze`; the array API standard's ``squeeze``, which knows no None.

    Examples
    --------
    >>> squeeze(Tensor([[[1.0, 2.0]]]), axis=0).shape
    (1, 2)
    """
    return np.squeeze(x, axis)


@linear(adjoint=lambda g, x_shape: reshape(g, x_shape), expects="axes of the result, each once")
def expand_dims(x: Array, /, axis: Axes = 0) -> Array:
    """With a new axis of length 1 at each given position of the result.

    Parameters
    ----------
    x
        Any shape and dtype.
    axis
        Positions in the result: an int or a tuple of ints (negative ones count back).
        Default: 0.

    Raises
    ------
    OpIndexError
        If the result has no such axis.
    OpValueError
        If a position is named twice.

    Notes
    -----
    `numpy.expand_dims`; the array API standard's ``expand_dims``.

    Examples
    --------
    >>> expand_dims(Tensor([1.0, 2.0]), -1).shape
    (2, 1)
    """
    return np.expand_dims(x, axis)


def _split(g: Any, arrays_shape: Sequence[tuple[int, ...]], axis: int | None) -> list[Any]:
    """The parts of `g` that `concat` put together."""
    if axis is None:
        ends = np.cumsum([prod(shape) for shape in arrays_shape])
        parts = [
            getitem(g, slice(int(e) - prod(s), int(e)))
            for s, e in zip(arrays_shape, ends, strict=True)
        ]
        return [reshape(part, shape) for part, shape in zip(parts, arrays_shape, strict=True)]
    axis = axis % g.ndim
    ends = np.cumsum([shape[axis] for shape in arrays_shape])
    return [
        getitem(g, along(axis, slice(int(end) - shape[axis], int(end))))
        for shape, end in zip(arrays_shape, ends, strict=True)
    ]


@linear(adjoint=_split, symbol="⧺", expects="arrays of one shape but for the joined axis")
def concat(arrays: Sequence[Array], /, axis: int | None = 0) -> Array:
    """The arrays joined along an existing axis (None: flattened first).

    Parameters
    ----------
    arrays
        One or more arrays, equal in shape but for `axis` (None: of any shapes).
    axis
        The axis to join along; a negative one counts back. Default: 0.

    Returns
    -------
    Tensor
        As long along `axis` as all arrays together; NumPy's common dtype.

    Raises
    ------
    OpIndexError
        If the arrays have no such axis.
    OpValueError
        If the shapes do not fit, or there is no array.

    Notes
    -----
    `numpy.concatenate`; the array API standard's ``concat``.

    Examples
    --------
    >>> concat([Tensor([1.0]), Tensor([2.0, 3.0])])
    Tensor([1., 2., 3.])
    """
    return np.concatenate(arrays, axis)


def _unstack(g: Any, arrays_shape: Sequence[Any], axis: int) -> list[Any]:
    return [getitem(g, along(axis % g.ndim, i)) for i in range(len(arrays_shape))]


@linear(adjoint=_unstack, expects="arrays of one shape")
def stack(arrays: Sequence[Array], /, axis: int = 0) -> Array:
    """The arrays joined along a new axis.

    Parameters
    ----------
    arrays
        One or more arrays of one shape.
    axis
        Where in the result the new axis is; a negative one counts back. Default: 0.

    Returns
    -------
    Tensor
        With one axis more, as long as there are arrays; NumPy's common dtype.

    Raises
    ------
    OpIndexError
        If the result has no such axis.
    OpValueError
        If the shapes differ, or there is no array.

    Notes
    -----
    `numpy.stack`; the array API standard's ``stack``.

    Examples
    --------
    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])])
    Tensor([[1., 2.],
            [3., 4.]])
    """
    return np.stack(arrays, axis)


@linear(adjoint=lambda g, x_shape, widths: getitem(g, _crop(x_shape, widths)), symbol="pad")
def zero_pad(x: Array, /, widths: tuple[tuple[int, int], ...]) -> Array:
    """With zeros around: what `pad` is made of.

    Parameters
    ----------
    x
        Any shape and numeric dtype.
    widths
        For each axis how many zeros before and after.

    Examples
    --------
    >>> zero_pad(Tensor([1.0, 2.0]), ((1, 2),))
    Tensor([0., 1., 2., 0., 0.])
    """
    sizes = [before + n + after for n, (before, after) in zip(x.shape, widths, strict=True)]
    y = np.zeros(sizes, x.dtype)
    y[_crop(x.shape, widths)] = x
    return y


def _crop(shape: tuple[int, ...], widths: Sequence[tuple[int, int]]) -> tuple[slice, ...]:
    return tuple(slice(before, before + n) for n, (before, _) in zip(shape, widths, strict=True))


@composite
def pad(x: Array, /, widths: Any, mode: str = "constant", *, constant_values: Any = 0) -> Any:
    """With more elements at the ends of the axes: zeros, another constant, or `x`'s own.

    Parameters
    ----------
    x
        Any shape and numeric dtype.
    widths
        How many: an int for every side, (before, after) for every axis, or one such pair for each
        axis.
    mode
        "constant": `constant_values`. "edge": the element at the edge. "reflect": `x` mirrored at
        its edge, which is not repeated; "symmetric": which is. "wrap": the other end of `x`.
        Default: "constant".
    constant_values
        In the mode "constant", the value: a number for every side, or as `widths`. A constant: no
        gradient flows to it. Default: 0.

    Raises
    ------
    OpTypeError
        If a width is not an integer, or a constant value requires grad.
    OpValueError
        If a width is negative, or there is not a pair for each axis; if there is no such mode; or
        if an axis is empty and the mode needs an element of it.

    Notes
    -----
    `numpy.pad`.

    Examples
    --------
    >>> pad(Tensor([1.0, 2.0]), (1, 2))
    Tensor([0., 1., 2., 0., 0.])
    >>> pad(Tensor([1.0, 2.0, 3.0]), 2, mode="reflect")
    Tensor([3., 2., 1., 2., 3., 2., 1.])
    """
    pairs = _widths(widths, x.shape)
    if mode == "constant":
        values = raw(constant_values)
        if isinstance(constant_values, Variable) and constant_values._node is not None:
            raise OpTypeError(
                "pad: expected constant_values that are constants, got a tensor that requires "
                "grad: concat it, or use where"
            )
        y = zero_pad(x, pairs)
        if not np.any(values):
            return y
        try:
            return y + np.pad(np.zeros(x.shape, x.dtype), pairs, constant_values=values)
        except (ValueError, TypeError) as error:
            raise OpValueError(
                f"pad: expected constant_values to be a number, or a pair of numbers for each of "
                f"the {x.ndim} axes, got {describe(values)} ({error})"
            ) from error
    if mode not in MODES:
        raise OpValueError(f"pad: expected mode to be one of {('constant', *MODES)}, got {mode!r}")
    for axis, (n, pair) in enumerate(zip(x.shape, pairs, strict=True)):
        if max(pair):
            if not n:
                raise OpValueError(
                    f"pad: expected elements to take from in mode {mode!r}, got shape {x.shape}, "
                    f"whose axis {axis} is empty"
                )
            x = getitem(x, along(axis, np.pad(np.arange(n), pair, mode=mode)))  # type: ignore[call-overload]
    return x if any(map(max, pairs)) else copy(x)


MODES = ("edge", "reflect", "symmetric", "wrap")
"""The modes of `pad` that repeat elements: each is an index."""


def _widths(widths: Any, shape: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """A pair for each axis."""
    expected = (
        f"pad: expected widths to be an int, a pair of ints, or such a pair for each of the "
        f"{len(shape)} axes, got {widths!r}"
    )
    if isinstance(widths, Mapping):
        raise OpTypeError(f"{expected}: name every axis, those that stay as they are with (0, 0)")
    try:
        found = np.asarray(raw(widths))
        pairs = np.broadcast_to(found, (len(shape), 2))
    except ValueError as error:
        raise OpValueError(expected) from error
    if found.dtype.kind not in "iu":
        raise OpTypeError(expected)
    if found.min(initial=0) < 0:
        raise OpValueError(f"{expected}: a negative one would crop, which x[...] does")
    return tuple((int(before), int(after)) for before, after in pairs)


@linear(adjoint=lambda g: g)
def copy(x: Array, /) -> Array:
    """The same values in memory of their own.

    Parameters
    ----------
    x
        Any shape and dtype.

    Notes
    -----
    `numpy.copy`.

    Examples
    --------
    >>> copy(Tensor([1.0, 2.0]))
    Tensor([1., 2.])
    """
    return np.array(x)


@linear(adjoint=lambda g: g)
def cast(x: Array, /, dtype: Any) -> Array:
    """The same values in another floating or complex dtype: what `astype` is made of.

    Parameters
    ----------
    x
        Any shape and numeric dtype.
    dtype
        A floating or complex dtype, or what `numpy.dtype` makes one of.

    Raises
    ------
    OpTypeError
        If `dtype` is neither, or `x` is complex and `dtype` is not.

    Examples
    --------
    >>> cast(Tensor([1.5]), np.float32).dtype
    dtype('float32')
    """
    kind = np.dtype(dtype).kind
    if kind not in "fc":
        raise TypeError("no gradient flows through such a dtype: astype gives a constant")
    if x.dtype.kind == "c" != kind:
        raise TypeError("real() and imag() give a complex number's parts, abs() its size")
    return x.astype(dtype)


@composite
def astype(x: Array, /, dtype: Any, *, copy: bool = True, device: str | None = None) -> Any:
    """The same values in another dtype; integers and booleans end the gradient.

    Parameters
    ----------
    x
        Any shape and numeric dtype.
    dtype
        Any numeric dtype, or what `numpy.dtype` makes one of. Numbers lose what it can't hold.
    copy
        False: `x` itself, if it has that dtype. Default: True.
    device
        "cpu" or None, which mean the same: there is no other.

    Returns
    -------
    Tensor
        Shaped as `x`. A gradient flows through a floating or complex dtype; a tensor of integers
        or booleans is a constant.

    Raises
    ------
    OpTypeError
        If `x` is complex and `dtype` is not, or `dtype` is not of numbers.
    OpValueError
        If there is no such `device`.

    Notes
    -----
    `numpy.astype`; the array API standard's ``astype``.

    Examples
    --------
    >>> astype(Tensor([1.5]), np.float32).dtype
    dtype('float32')
    """
    try:
        new = np.dtype(dtype)
    except TypeError as error:
        raise OpTypeError(f"astype: expected a dtype, got {dtype!r} ({error})") from error
    if device not in (None, "cpu"):
        raise OpValueError(f"astype: expected device 'cpu', there is no other; got {device!r}")
    if new.kind not in "biufc":
        raise OpTypeError(f"astype: expected a dtype of numbers, got {new}")
    if x.dtype.kind == "c" != new.kind:
        raise OpTypeError(
            f"astype: expected a complex dtype for {x.dtype}, got {new}: real() and imag() give a "
            f"complex number's parts, abs() its size"
        )
    if not copy and x.dtype == new:
        return x
    if new.kind in "fc":
        return cast(x, new)
    plain = raw(x).astype(new)
    return tensor(plain, None) if isinstance(x, Variable) else plain
