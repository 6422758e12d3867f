"""Convolution over any number of axes: one trilinear form, read three ways.

Contract images `x`, filters `w` and a cotangent `g` to one number, and each of the three ops below
is that form's slope in one of them. So each one's rules are the other two, and every order of
derivative exists without a line written for it. What users call is in `autodiff.ops.conv`: a
transposed convolution is the second of these.
"""

from __future__ import annotations

from autodiff.declare import multilinear
from autodiff.kernels.conv import convolve, convolve_input, convolve_weight, convolved_shape
from autodiff.kernels.window import Margins, Sizes
from autodiff.variable import Array


def _refuse_cotangent(c_shape: Sizes, wanted: Sizes) -> None:
    """Raise ValueError if the cotangent has not the shape of the convolution."""
    if c_shape != wanted:
        raise ValueError(f"the convolution of such images has the shape {wanted}, not {c_shape}")


@multilinear(
    vjps=[
        lambda g, w, x_shape, stride, padding, dilation, groups: convolution_input(
            g, w, x_shape[2:], stride, padding, dilation, groups
        ),
        lambda g, x, w_shape, stride, padding, dilation, groups: convolution_weight(
            x, g, w_shape[2:], stride, padding, dilation, groups
        ),
    ],
    symbol="∗",
    expects="images x (N, C, *size) and filters w (O, C / groups, *kernel) that fit them",
)
def convolution(
    x: Array, w: Array, stride: Sizes, padding: Margins, dilation: Sizes, groups: int
) -> Array:
    """Slide filters over images (cross-correlation): (N, C, *size) to (N, O, *out).

    Parameters
    ----------
    x
        Images, (N, C, *size), with any number of axes in size; any numeric dtype.
    w
        Filters, (O, C / groups, *kernel); any numeric dtype.
    stride
        Step of the filters along each axis.
    padding
        Margin (before, after) of each axis, of zeros.
    dilation
        Step from element to element of a filter along each axis.
    groups
        In how many groups the channels and the filters are: each filter sees the channels of its
        own group.

    Returns
    -------
    Tensor
        Shape (N, O, *out), where along each axis
        ``out = (size + before + after - dilation * (kernel - 1) - 1) // stride + 1``;
        NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the axes or the channels of `x` and `w` do not fit, no window fits the padded images, or
        a number is missing or senseless.

    Notes
    -----
    The filters are not flipped: what mathematics calls cross-correlation, and deep learning
    convolution.

    Examples
    --------
    >>> x, w = Tensor([[[1.0, 2.0, 3.0, 4.0]]]), Tensor([[[1.0, 10.0]]])
    >>> convolution(x, w, stride=(1,), padding=((0, 0),), dilation=(2,), groups=1)
    Tensor([[[31., 42.]]])
    """
    return convolve(x, w, stride, padding, dilation, groups)


@multilinear(
    vjps=[
        lambda g, w, stride, padding, dilation, groups: convolution(
            g, w, stride, padding, dilation, groups
        ),
        lambda g, c, w_shape, stride, padding, dilation, groups: convolution_weight(
            g, c, w_shape[2:], stride, padding, dilation, groups
        ),
    ],
    symbol="∗ᵀ",
    expects="filters w (O, C / groups, *kernel), and c (N, O, *out) as `convolution` gives it",
)
def convolution_input(
    c: Array,
    w: Array,
    size: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
    groups: int,
) -> Array:
    """The slope of `convolution` in its images (of `size`), along the cotangent `c`.

    Parameters
    ----------
    c
        Cotangent, (N, O, *out): shaped as `convolution` of those images.
    w
        Filters, (O, C / groups, *kernel).
    size
        Lengths of the images' last axes.
    stride, padding, dilation, groups
        As in `convolution`.

    Returns
    -------
    Tensor
        Shape (N, C, *size); NumPy's common dtype.

    Raises
    ------
    OpValueError
        If `convolution` of such images and filters has not the shape of `c`.

    Notes
    -----
    Known as transposed convolution.

    Examples
    --------
    >>> c, w = Tensor([[[1.0, 2.0]]]), Tensor([[[1.0, 10.0]]])
    >>> convolution_input(c, w, (4,), stride=(2,), padding=((0, 0),), dilation=(1,), groups=1)
    Tensor([[[ 1., 10.,  2., 20.]]])
    """
    images = (c.shape[0], w.shape[1] * groups, *size)
    wanted = convolved_shape(images, w.shape, stride, padding, dilation, groups)
    _refuse_cotangent(c.shape, wanted)
    return convolve_input(c, w, size, stride, padding, dilation, groups)


@multilinear(
    vjps=[
        lambda g, c, x_shape, stride, padding, dilation, groups: convolution_input(
            c, g, x_shape[2:], stride, padding, dilation, groups
        ),
        lambda g, x, stride, padding, dilation, groups: convolution(
            x, g, stride, padding, dilation, groups
        ),
    ],
    symbol="∗ʷ",
    expects="images x (N, C, *size), and c (N, O, *out) as `convolution` gives it",
)
def convolution_weight(
    x: Array,
    c: Array,
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
    groups: int,
) -> Array:
    """The slope of `convolution` in its filters (of size `kernel`), along the cotangent `c`.

    Parameters
    ----------
    x
        Images, (N, C, *size).
    c
        Cotangent, (N, O, *out): shaped as `convolution` of `x` with such filters.
    kernel
        Lengths of the filters' last axes.
    stride, padding, dilation, groups
        As in `convolution`.

    Returns
    -------
    Tensor
        Shape (O, C / groups, *kernel); NumPy's common dtype.

    Raises
    ------
    OpValueError
        If `convolution` of `x` with such filters has not the shape of `c`.

    Examples
    --------
    >>> x, c = Tensor([[[1.0, 2.0, 3.0]]]), Tensor([[[1.0, 10.0]]])
    >>> convolution_weight(x, c, (2,), stride=(1,), padding=((0, 0),), dilation=(1,), groups=1)
    Tensor([[[21., 32.]]])
    """
    if c.ndim != x.ndim or groups < 1 or x.shape[1] % groups:
        raise ValueError(f"x and c need as many axes, and x channels in {groups} groups")
    filters = (c.shape[1], x.shape[1] // groups, *kernel)
    wanted = convolved_shape(x.shape, filters, stride, padding, dilation, groups)
    _refuse_cotangent(c.shape, wanted)
    return convolve_weight(x, c, kernel, stride, padding, dilation, groups)
