"""2-D convolution: one trilinear form, read three ways.

Contract images `x`, filters `w` and a cotangent `g` to one number, and each of the three ops below
is that form's slope in one of them. So each one's rules are the other two, and every order of
derivative exists without a line written for it.
"""

from __future__ import annotations

from autodiff.declare import multilinear
from autodiff.kernels.conv import convolve, convolve_input, convolve_weight
from autodiff.kernels.window import Pair
from autodiff.variable import Array


@multilinear(
    vjps=[
        lambda g, w, x_shape, stride, padding: conv2d_input(g, w, x_shape[2:], stride, padding),
        lambda g, x, w_shape, stride, padding: conv2d_weight(x, g, w_shape[2:], stride, padding),
    ],
    symbol="∗",
    expects="images x (N, C, H, W) and filters w (O, C, KH, KW) that fit them",
)
def conv2d(x: Array, w: Array, stride: Pair = (1, 1), padding: Pair = (0, 0)) -> Array:
    """Slide filters over images (cross-correlation): (N, C, H, W) to (N, O, OH, OW).

    Parameters
    ----------
    x
        Images, (N, C, H, W); any numeric dtype.
    w
        Filters, (O, C, KH, KW); any numeric dtype.
    stride
        Step (down, right) of the filters in pixels. Default: (1, 1).
    padding
        Margin (rows, columns) of zeros on both sides of an axis, in pixels. Default: (0, 0).

    Returns
    -------
    Tensor
        Shape (N, O, OH, OW), where ``OH = (H + 2 * padding[0] - KH) // stride[0] + 1``,
        and OW likewise; NumPy's common dtype.

    Raises
    ------
    OpTypeError
        If `stride` or `padding` is no pair.
    OpValueError
        If `x` or `w` has not four axes, their channels differ, no window fits the padded image,
        or a stride is below 1.

    Notes
    -----
    The filters are not flipped: what mathematics calls cross-correlation, and deep learning
    convolution.

    Examples
    --------
    >>> conv2d(Tensor(np.ones((1, 1, 3, 3))), Tensor(np.ones((1, 1, 2, 2))))
    Tensor([[[[4., 4.],
              [4., 4.]]]])
    """
    if x.ndim != 4 or w.ndim != 4 or x.shape[1] != w.shape[1]:
        raise ValueError("the channels of x and w differ, or one has not four axes")
    return convolve(x, w, stride, padding)


@multilinear(
    vjps=[
        lambda g, w, stride, padding: conv2d(g, w, stride, padding),
        lambda g, c, w_shape, stride, padding: conv2d_weight(g, c, w_shape[2:], stride, padding),
    ],
    symbol="∗ᵀ",
)
def conv2d_input(c: Array, w: Array, size: Pair, stride: Pair, padding: Pair) -> Array:
    """The slope of `conv2d` in its images (of `size`), along the cotangent `c`.

    Parameters
    ----------
    c
        Cotangent, (N, O, OH, OW): shaped as `conv2d` of those images.
    w
        Filters, (O, C, KH, KW).
    size
        Height and width (H, W) of the images.
    stride
        Step (down, right) of the filters in pixels.
    padding
        Margin (rows, columns) of zeros on both sides of an axis, in pixels.

    Returns
    -------
    Tensor
        Shape (N, C, H, W); NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the channels O of `c` and `w` differ.

    Notes
    -----
    Known as transposed convolution.

    Examples
    --------
    >>> c, w = Tensor(np.ones((1, 1, 1, 1))), Tensor(np.ones((1, 1, 2, 2)))
    >>> conv2d_input(c, w, size=(2, 2), stride=(1, 1), padding=(0, 0))
    Tensor([[[[1., 1.],
              [1., 1.]]]])
    """
    return convolve_input(c, w, size, stride, padding)


@multilinear(
    vjps=[
        lambda g, c, x_shape, stride, padding: conv2d_input(c, g, x_shape[2:], stride, padding),
        lambda g, x, stride, padding: conv2d(x, g, stride, padding),
    ],
    symbol="∗ʷ",
)
def conv2d_weight(x: Array, c: Array, kernel: Pair, stride: Pair, padding: Pair) -> Array:
    """The slope of `conv2d` in its filters (of size `kernel`), along the cotangent `c`.

    Parameters
    ----------
    x
        Images, (N, C, H, W).
    c
        Cotangent, (N, O, OH, OW): shaped as `conv2d` of `x` with such filters.
    kernel
        Height and width (KH, KW) of the filters.
    stride
        Step (down, right) of the filters in pixels.
    padding
        Margin (rows, columns) of zeros on both sides of an axis, in pixels.

    Returns
    -------
    Tensor
        Shape (O, C, KH, KW); NumPy's common dtype.

    Examples
    --------
    >>> x, c = Tensor(np.ones((1, 1, 3, 3))), Tensor(np.ones((1, 1, 2, 2)))
    >>> conv2d_weight(x, c, kernel=(2, 2), stride=(1, 1), padding=(0, 0))
    Tensor([[[[4., 4.],
              [4., 4.]]]])
    """
    return convolve_weight(x, c, kernel, stride, padding)
