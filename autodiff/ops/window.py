"""Windows of images as columns and rows, and back; what the functions of windows take.

`windows` and `from_windows` are adjoint to each other, over any number of axes; the book's `im2col`
and `col2im`, and PyTorch's `unfold` and `fold`, arrange the same numbers in their own ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.declare import composite, linear
from autodiff.errors import OpError, OpTypeError, OpValueError
from autodiff.kernels.window import Margins, Sizes, columns, from_columns, out_size
from autodiff.ops.manipulation import permute_dims, reshape
from autodiff.variable import Array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

SOME = {1: "an int or a tuple of one", 2: "an int or a pair of ints", 3: "an int or three ints"}
LAYOUT = {1: "L", 2: "H, W", 3: "D, H, W"}
"""By the number of axes that a window slides over: what it takes, and the axes' letters."""


# --- what the functions of windows take ---


def is_int(value: Any) -> bool:
    """Whether it counts something; True and False do not."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))


def sizes(name: str, what: str, value: Any, axes: int, least: int = 1) -> Sizes:
    """One number for all axes, or one for each, as a tuple.

    Parameters
    ----------
    name, what
        The function and its argument, for the message.
    value
        An int, or a tuple or list of as many ints as there are axes.
    axes
        How many axes there are.
    least
        What each number is at least.

    Raises
    ------
    OpTypeError
        If it is neither an int nor so many ints.
    OpValueError
        If a number is too small.
    """
    if type(value) is int and value >= least:
        return (value,) * axes  # mostly
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    if len(numbers) != axes or not all(map(is_int, numbers)):
        raise OpTypeError(f"{name}: expected {what} to be {SOME[axes]}, got {value!r}")
    if min(numbers) < least:
        raise OpValueError(f"{name}: expected {what} of at least {least}, got {what}={value!r}")
    return tuple(map(int, numbers))


def margins(name: str, value: Any, axes: int) -> Margins:
    """A padding as (before, after) of each axis.

    Parameters
    ----------
    name
        The function, for the message.
    value
        An int, or for each axis an int or a pair (before, after).
    axes
        How many axes there are.

    Raises
    ------
    OpTypeError
        If it is none of these.
    OpValueError
        If a number is negative.
    """
    if type(value) is int and value >= 0:
        return ((value, value),) * axes  # mostly
    each = value if isinstance(value, (tuple, list)) else (value,) * axes
    pairs = [tuple(one) if isinstance(one, (tuple, list)) else (one, one) for one in each]
    if len(pairs) != axes or not all(len(p) == 2 and all(map(is_int, p)) for p in pairs):
        raise OpTypeError(
            f"{name}: expected padding to be {SOME[axes]}, or a pair (before, after) for each axis,"
            f" got {value!r}"
        )
    if min(map(min, pairs)) < 0:
        raise OpValueError(f"{name}: expected padding of at least 0, got padding={value!r}")
    return tuple((int(before), int(after)) for before, after in pairs)


def called(
    expects: str, op: Callable[..., Tensor], arrays: Sequence[Any], params: dict[str, Any]
) -> Tensor:
    """An op's value, called by a composite that says itself what it expects.

    Parameters
    ----------
    expects
        What the composite expects, in words: its errors say that, not what the op expects.
    op, arrays, params
        The op and its arguments.
    """
    try:
        return op(*arrays, *params.values())
    except OpError as error:
        error.expects = expects
        raise


# --- ops ---


@linear(
    adjoint=lambda g, x_shape, kernel, stride, padding, dilation: from_windows(
        g, x_shape[-len(kernel) :], stride, padding, dilation
    ),
    expects="images (..., *size) and a window that fits them",
)
def windows(x: Array, kernel: Sizes, stride: Sizes, padding: Margins, dilation: Sizes) -> Array:
    """Everything that each window sees: (..., *size) to (..., *kernel, *out).

    Parameters
    ----------
    x
        Images, (..., *size): as many last axes as the window has; any numeric dtype.
    kernel
        Size of the window.
    stride
        Step from window to window.
    padding
        Margin (before, after) of each axis, of zeros.
    dilation
        Step from element to element within a window.

    Returns
    -------
    Tensor
        Shape (..., *kernel, *out), where along each axis
        ``out = (size + before + after - dilation * (kernel - 1) - 1) // stride + 1``;
        `x`'s dtype.

    Raises
    ------
    OpValueError
        If no window fits the padded images, or a number is missing or senseless.

    Examples
    --------
    >>> windows(Tensor([1.0, 2.0, 3.0, 4.0]), (2,), (1,), ((0, 0),), (2,))
    Tensor([[1., 2.],
            [3., 4.]])
    """
    out = out_size(x.shape[-len(kernel) :], kernel, stride, padding, dilation)
    return columns(x, kernel, stride, padding, dilation, out)


@linear(
    adjoint=lambda g, cols_shape, size, stride, padding, dilation: windows(
        g, cols_shape[-2 * len(size) : -len(size)], stride, padding, dilation
    ),
    expects="windows (..., *kernel, *out) of images of that size",
)
def from_windows(
    cols: Array, size: Sizes, stride: Sizes, padding: Margins, dilation: Sizes
) -> Array:
    """Windows added back to the images that they are of: the adjoint of `windows`.

    Parameters
    ----------
    cols
        Shape (..., *kernel, *out), as `windows` gives it of such images.
    size
        Lengths of the images' last axes.
    stride
        Step from window to window.
    padding
        Margin (before, after) of each axis.
    dilation
        Step from element to element within a window.

    Returns
    -------
    Tensor
        Shape (..., *size), each element the sum of its copies; `cols`' dtype.

    Raises
    ------
    OpValueError
        If images of that size have other windows, or a number is missing or senseless.

    Examples
    --------
    >>> from_windows(Tensor([[1.0, 2.0], [3.0, 4.0]]), (3,), (1,), ((0, 0),), (1,))
    Tensor([1., 5., 4.])
    """
    axes = len(size)
    kernel, out = cols.shape[-2 * axes : -axes], cols.shape[-axes:]
    if out != (wanted := out_size(size, kernel, stride, padding, dilation)):
        raise ValueError(f"images of {size} have {wanted} such windows, not {out}")
    return from_columns(cols, size, stride, padding, dilation)


# --- composites ---


@composite
def im2col(x: Array, kernel: Any, stride: Any = 1, padding: Any = 0) -> Tensor:
    """Every window of every image as one row: (N, C, H, W) to (N*OH*OW, C*KH*KW).

    Parameters
    ----------
    x
        Images, (N, C, H, W); any numeric dtype.
    kernel
        Size of the window in pixels: an int, or (KH, KW).
    stride
        Step from window to window in pixels: an int, or (down, right). Default: 1.
    padding
        Margin of zeros in pixels: an int, (rows, columns) on both sides of the axes, or a pair
        (before, after) for each. Default: 0.

    Returns
    -------
    Tensor
        Shape (N*OH*OW, C*KH*KW), windows in row-major order; `x`'s dtype.
        ``OH = (H + before + after - KH) // stride + 1``, and OW likewise.

    Raises
    ------
    OpTypeError
        If `kernel`, `stride` or `padding` is none of these.
    OpValueError
        If `x` has not four axes, no window fits the padded image, or a number is too small.

    Notes
    -----
    Chellapilla, Puri & Simard, "High Performance Convolutional Neural Networks for Document
    Processing", 2006. `unfold` holds the same numbers as PyTorch arranges them.

    Examples
    --------
    >>> im2col(Tensor(np.zeros((10, 3, 7, 7))), (5, 5)).shape
    (90, 75)
    """
    cols = _seen("im2col", x, (4,), kernel, stride, padding, 1)
    n, c, kh, kw, oh, ow = cols.shape
    return reshape(permute_dims(cols, (0, 4, 5, 1, 2, 3)), (n * oh * ow, c * kh * kw))


@composite
def col2im(
    cols: Array, shape: tuple[int, ...], kernel: Any, stride: Any = 1, padding: Any = 0
) -> Tensor:
    """Rows added back to the images that they were read from: the adjoint of `im2col`.

    Parameters
    ----------
    cols
        Rows, (N*OH*OW, C*KH*KW), as `im2col` makes them.
    shape
        Shape (N, C, H, W) of the images.
    kernel
        Size of the window in pixels: an int, or (KH, KW).
    stride
        Step from window to window in pixels: an int, or (down, right). Default: 1.
    padding
        Margin in pixels, as in `im2col`. Default: 0.

    Returns
    -------
    Tensor
        Images of `shape`, each pixel the sum of its copies; `cols`' dtype.

    Raises
    ------
    OpTypeError
        If `shape` is not four ints, or `kernel`, `stride` or `padding` is none of these.
    OpValueError
        If `cols` has another shape than those rows, or no window fits the images.

    Notes
    -----
    Chellapilla, Puri & Simard, "High Performance Convolutional Neural Networks for Document
    Processing", 2006.

    Examples
    --------
    >>> col2im(Tensor(np.ones((4, 4))), (1, 1, 3, 3), (2, 2))
    Tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])
    """
    if not isinstance(shape, (tuple, list)) or len(shape) != 4 or not all(map(is_int, shape)):
        raise OpTypeError(f"col2im: expected a shape (N, C, H, W), got {shape!r}")
    n, c, *size = map(int, shape)
    window = _image_window("col2im", kernel, stride, padding, 1)
    (kh, kw), (oh, ow) = window[0], _fitting("col2im", tuple(size), *window)
    if cols.shape != (n * oh * ow, c * kh * kw):
        raise OpValueError(
            f"col2im: expected {n * oh * ow} rows of {c * kh * kw} numbers, as im2col makes them "
            f"of images of shape={tuple(shape)}, got {cols.shape}"
        )
    six = permute_dims(reshape(cols, (n, oh, ow, c, kh, kw)), (0, 3, 4, 5, 1, 2))
    return from_windows(six, tuple(size), *window[1:])


@composite
def unfold(
    x: Array, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Every window of an image as a column: (N, C, H, W) to (N, C*KH*KW, L).

    Parameters
    ----------
    x
        Images, (N, C, H, W), or one image (C, H, W); any numeric dtype.
    kernel_size
        Size of the window in pixels: an int, or (KH, KW).
    dilation
        Step from pixel to pixel within a window: an int, or (down, right). Default: 1.
    padding
        Margin of zeros in pixels: an int, (rows, columns) on both sides of the axes, or a pair
        (before, after) for each. Default: 0.
    stride
        Step from window to window in pixels: an int, or (down, right). Default: 1.

    Returns
    -------
    Tensor
        Shape (N, C*KH*KW, L), or (C*KH*KW, L) of one image, with the L = OH*OW windows in
        row-major order; `x`'s dtype.
        ``OH = (H + before + after - dilation * (KH - 1) - 1) // stride + 1``, and OW likewise.

    Raises
    ------
    OpTypeError
        If a param is none of these.
    OpValueError
        If `x` has other axes, no window fits the padded image, or a number is too small.

    Notes
    -----
    ``torch.nn.functional.unfold``, with its order of arguments.

    Examples
    --------
    >>> unfold(Tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]), 2)
    Tensor([[1., 2.],
            [2., 3.],
            [4., 5.],
            [5., 6.]])
    """
    cols = _seen("unfold", x, (3, 4), kernel_size, stride, padding, dilation)
    *n, c, kh, kw, oh, ow = cols.shape
    return reshape(cols, (*n, c * kh * kw, oh * ow))


@composite
def fold(
    x: Array,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor:
    """Columns added back to the images that they were read from: the adjoint of `unfold`.

    Parameters
    ----------
    x
        Columns, (N, C*KH*KW, L), or (C*KH*KW, L) of one image, as `unfold` makes them.
    output_size
        Size of the images in pixels: an int, or (H, W).
    kernel_size, dilation, padding, stride
        As in `unfold`.

    Returns
    -------
    Tensor
        Images (N, C, H, W), or one image (C, H, W), each pixel the sum of its copies; `x`'s dtype.

    Raises
    ------
    OpTypeError
        If a param is no such thing.
    OpValueError
        If `x` has another shape than the columns of such images, or a number is too small.

    Notes
    -----
    ``torch.nn.functional.fold``, with its order of arguments.

    Examples
    --------
    >>> fold(Tensor(np.ones((4, 2))), (2, 3), 2)
    Tensor([[[1., 2., 1.],
             [1., 2., 1.]]])
    """
    size = sizes("fold", "output_size", output_size, 2)
    window = _image_window("fold", kernel_size, stride, padding, dilation)
    kernel, out = window[0], _fitting("fold", size, *window)
    area, count = prod(kernel), prod(out)
    if x.ndim not in (2, 3) or x.shape[-2] % area or x.shape[-1] != count:
        raise OpValueError(
            f"fold: expected columns (N, C * {area}, {count}) or (C * {area}, {count}): images of "
            f"{size} have {count} windows of {kernel}; got {x.shape}"
        )
    cols = reshape(x, (*x.shape[:-2], x.shape[-2] // area, *kernel, *out))
    return from_windows(cols, size, *window[1:])


def _image_window(
    name: str, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Sizes, Sizes, Margins, Sizes]:
    """The window of a function of images, as the ops take it."""
    return (
        sizes(name, "kernel_size" if "fold" in name else "kernel", kernel, 2),
        sizes(name, "stride", stride, 2),
        margins(name, padding, 2),
        sizes(name, "dilation", dilation, 2),
    )


def _seen(
    name: str, x: Any, ndims: tuple[int, ...], kernel: Any, stride: Any, padding: Any, dilation: Any
) -> Any:
    """What the windows of images see."""
    if x.ndim not in ndims:
        one = " or one image (C, H, W)" if 3 in ndims else ""
        raise OpValueError(f"{name}: expected images (N, C, H, W){one}, got {x.shape}")
    keys = ("kernel", "stride", "padding", "dilation")
    params = dict(zip(keys, _image_window(name, kernel, stride, padding, dilation), strict=True))
    return called("a window that fits the images", windows, [x], params)


def _fitting(
    name: str, size: Sizes, kernel: Sizes, stride: Sizes, padding: Margins, dilation: Sizes
) -> Sizes:
    """How many windows fit images of `size`."""
    try:
        return out_size(size, kernel, stride, padding, dilation)
    except ValueError as error:
        raise OpValueError(f"{name}: expected a window that fits the images ({error})") from error
