"""Convolution in one, two and three dimensions, and transposed: made of `convolution`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autodiff.declare import composite
from autodiff.errors import OpTypeError, OpValueError
from autodiff.kernels.window import Margins, Sizes
from autodiff.ops.convolution import convolution, convolution_input
from autodiff.ops.index import getitem
from autodiff.ops.manipulation import reshape, zero_pad
from autodiff.ops.window import LAYOUT, called, is_int, margins, sizes
from autodiff.variable import Array

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

KERNEL = {1: "K", 2: "KH, KW", 3: "KD, KH, KW"}
EXPECTS, TRANSPOSED = (
    {
        axes: f"images x (N, C, {LAYOUT[axes]}) and filters weight ({channels}, {kernel}) that fit"
        for axes, kernel in KERNEL.items()
    }
    for channels in ("O, C / groups", "C, O / groups")
)
"""By the number of axes, what the functions below expect."""


@composite
def conv1d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution (cross-correlation) of signals: (N, C, L) to (N, O, OL).

    Parameters
    ----------
    x
        Signals, (N, C, L), or one signal (C, L); any numeric dtype.
    weight
        Filters, (O, C / groups, K).
    bias
        Shape (O,): one number for each filter. None: 0.
    stride, padding, dilation, groups
        As in `conv2d`, for one axis.

    Returns
    -------
    Tensor
        Shape (N, O, OL), or (O, OL) of one signal, where
        ``OL = (L + before + after - dilation * (K - 1) - 1) // stride + 1``; NumPy's common dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `conv2d`.

    Notes
    -----
    ``torch.nn.functional.conv1d``.

    Examples
    --------
    >>> conv1d(Tensor([[1.0, 2.0, 4.0, 8.0]]), Tensor([[[-1.0, 1.0]]]))
    Tensor([[1., 2., 4.]])
    """
    return _convolved("conv1d", 1, x, weight, bias, stride, padding, dilation, groups)


@composite
def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution (cross-correlation) of images: (N, C, H, W) to (N, O, OH, OW).

    Parameters
    ----------
    x
        Images, (N, C, H, W), or one image (C, H, W); any numeric dtype.
    weight
        Filters, (O, C / groups, KH, KW).
    bias
        Shape (O,): one number for each filter. None: 0.
    stride
        Step of the filters in pixels: an int, or (down, right). Default: 1.
    padding
        Margin of zeros in pixels: an int; (rows, columns) on both sides of the axes; a pair
        (before, after) for each axis; "valid" (none); or "same": as much as makes the output as
        large as the image (after it one more than before, where the sum is odd). Default: 0.
    dilation
        Step from element to element of a filter in pixels: an int, or (down, right). Default: 1.
    groups
        In how many groups the channels and the filters are: each filter sees the channels of its
        own group. Default: 1.

    Returns
    -------
    Tensor
        Shape (N, O, OH, OW), or (O, OH, OW) of one image, where
        ``OH = (H + before + after - dilation * (KH - 1) - 1) // stride + 1``, and OW likewise;
        NumPy's common dtype.

    Raises
    ------
    OpTypeError
        If `stride`, `padding`, `dilation` or `groups` is none of these.
    OpValueError
        If axes, channels, groups or bias do not fit, no window fits the padded image, a number is
        too small, or padding is "same" and a stride is not 1.

    Notes
    -----
    ``torch.nn.functional.conv2d``. The filters are not flipped: what mathematics calls
    cross-correlation, and deep learning convolution.

    Examples
    --------
    >>> conv2d(Tensor(np.ones((1, 1, 3, 3))), Tensor(np.ones((1, 1, 3, 3))), Tensor([0.5]))
    Tensor([[[[9.5]]]])
    >>> conv2d(Tensor(np.ones((1, 2, 2))), Tensor(np.ones((1, 1, 3, 3))), padding="same")
    Tensor([[[4., 4.],
             [4., 4.]]])
    """
    return _convolved("conv2d", 2, x, weight, bias, stride, padding, dilation, groups)


@composite
def conv3d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution (cross-correlation) of volumes: (N, C, D, H, W) to (N, O, OD, OH, OW).

    Parameters
    ----------
    x
        Volumes, (N, C, D, H, W), or one volume (C, D, H, W); any numeric dtype.
    weight
        Filters, (O, C / groups, KD, KH, KW).
    bias
        Shape (O,): one number for each filter. None: 0.
    stride, padding, dilation, groups
        As in `conv2d`, for three axes.

    Returns
    -------
    Tensor
        Shape (N, O, OD, OH, OW), or (O, OD, OH, OW) of one volume, where
        ``OD = (D + before + after - dilation * (KD - 1) - 1) // stride + 1``, and OH and OW
        likewise; NumPy's common dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `conv2d`.

    Notes
    -----
    ``torch.nn.functional.conv3d``.

    Examples
    --------
    >>> conv3d(Tensor(np.ones((1, 2, 2, 3))), Tensor(np.ones((1, 1, 2, 2, 2))))
    Tensor([[[[8., 8.]]]])
    """
    return _convolved("conv3d", 3, x, weight, bias, stride, padding, dilation, groups)


def _convolved(
    name: str,
    axes: int,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
) -> Tensor:
    expects = EXPECTS[axes]
    _refuse_axes(name, expects, axes, x, weight)
    stride = sizes(name, "stride", stride, axes)
    dilation = sizes(name, "dilation", dilation, axes)
    if isinstance(padding, str):
        padding = _named_padding(name, padding, weight.shape[2:], stride, dilation)
    params = {
        "stride": stride,
        "padding": margins(name, padding, axes),
        "dilation": dilation,
        "groups": _groups(name, groups),
    }
    _refuse_bias(name, bias, weight.shape[0])
    single = x.ndim == axes + 1
    images = reshape(x, (1, *x.shape)) if single else x
    return _finished(called(expects, convolution, [images, weight], params), bias, single)


def _named_padding(
    name: str, padding: str, kernel: Sizes, stride: Sizes, dilation: Sizes
) -> Margins:
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding != "same":
        raise OpValueError(
            f'{name}: expected padding to be numbers, "valid" or "same", got {padding!r}'
        )
    if max(stride) > 1:
        raise OpValueError(
            f'{name}: expected a stride of 1 with padding="same", got stride={stride}: give the '
            f"padding in numbers"
        )
    reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    return tuple((r // 2, r - r // 2) for r in reach)


# --- transposed convolutions ---


@composite
def conv_transpose1d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Transposed convolution of signals: (N, C, L) to (N, O, OL).

    Parameters
    ----------
    x
        Signals, (N, C, L), or one signal (C, L); any numeric dtype.
    weight
        Filters, (C, O / groups, K).
    bias
        Shape (O,): one number for each output channel. None: 0.
    stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`, for one axis.

    Returns
    -------
    Tensor
        Shape (N, O, OL), or (O, OL) of one signal, with OL as in `conv_transpose2d`; NumPy's common
        dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `conv_transpose2d`.

    Notes
    -----
    ``torch.nn.functional.conv_transpose1d``, with its order of arguments.

    Examples
    --------
    >>> conv_transpose1d(Tensor([[1.0, 2.0]]), Tensor([[[1.0, 10.0]]]), stride=2)
    Tensor([[ 1., 10.,  2., 20.]])
    """
    return _transposed(
        "conv_transpose1d", 1, x, weight, bias, stride, padding, output_padding, groups, dilation
    )


@composite
def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Transposed convolution of images: (N, C, H, W) to (N, O, OH, OW).

    Parameters
    ----------
    x
        Images, (N, C, H, W), or one image (C, H, W); any numeric dtype.
    weight
        Filters, (C, O / groups, KH, KW).
    bias
        Shape (O,): one number for each output channel. None: 0.
    stride
        Step in the output from window to window in pixels: an int, or (down, right). Default: 1.
    padding
        What is cut off the output in pixels: an int; (rows, columns) on both sides of the axes; or
        a pair (before, after) for each axis. Default: 0.
    output_padding
        How many rows and columns more the output has at its end, in pixels: an int, or (rows,
        columns); less than the stride or the dilation. Default: 0.
    groups
        In how many groups the channels are: each output channel is made of the channels of its own
        group. Default: 1.
    dilation
        Step from element to element of a filter in pixels: an int, or (down, right). Default: 1.

    Returns
    -------
    Tensor
        Shape (N, O, OH, OW), or (O, OH, OW) of one image, where ``OH = (H - 1) * stride - before -
        after + dilation * (KH - 1) + output_padding + 1``, and OW likewise; NumPy's common dtype.

    Raises
    ------
    OpTypeError
        If `stride`, `padding`, `output_padding`, `dilation` or `groups` is none of these.
    OpValueError
        If axes, channels, groups or bias do not fit, nothing of the output is left, a number is too
        small, or an `output_padding` too large.

    Notes
    -----
    ``torch.nn.functional.conv_transpose2d``, with its order of arguments. Each pixel
    is spread over a window: what flows to the images of `conv2d` with the same filters;
    `output_padding` chooses between the sizes of images that `conv2d` gives one size.

    Examples
    --------
    >>> conv_transpose2d(Tensor([[[1.0, 2.0]]]), Tensor([[[[1.0, 1.0], [1.0, 1.0]]]]))
    Tensor([[[1., 3., 2.],
             [1., 3., 2.]]])
    """
    return _transposed(
        "conv_transpose2d", 2, x, weight, bias, stride, padding, output_padding, groups, dilation
    )


@composite
def conv_transpose3d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Transposed convolution of volumes: (N, C, D, H, W) to (N, O, OD, OH, OW).

    Parameters
    ----------
    x
        Volumes, (N, C, D, H, W), or one volume (C, D, H, W); any numeric dtype.
    weight
        Filters, (C, O / groups, KD, KH, KW).
    bias
        Shape (O,): one number for each output channel. None: 0.
    stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`, for three axes.

    Returns
    -------
    Tensor
        Shape (N, O, OD, OH, OW), or (O, OD, OH, OW) of one volume, with sizes as in
        `conv_transpose2d`; NumPy's common dtype.

    Raises
    ------
    OpTypeError, OpValueError
        As `conv_transpose2d`.

    Notes
    -----
    ``torch.nn.functional.conv_transpose3d``, with its order of arguments.

    Examples
    --------
    >>> conv_transpose3d(Tensor(np.ones((1, 1, 1, 2))), Tensor(np.ones((1, 1, 1, 1, 2))))
    Tensor([[[[1., 2., 1.]]]])
    """
    return _transposed(
        "conv_transpose3d", 3, x, weight, bias, stride, padding, output_padding, groups, dilation
    )


def _transposed(
    name: str,
    axes: int,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: Any,
    dilation: Any,
) -> Tensor:
    expects = TRANSPOSED[axes]
    _refuse_axes(name, expects, axes, x, weight)
    stride = sizes(name, "stride", stride, axes)
    dilation = sizes(name, "dilation", dilation, axes)
    more = sizes(name, "output_padding", output_padding, axes, least=0)
    cut = margins(name, padding, axes)
    groups = _groups(name, groups)
    if any(m >= max(s, d) for m, s, d in zip(more, stride, dilation, strict=True)):
        raise OpValueError(
            f"{name}: expected an output_padding below the stride or the dilation, got "
            f"output_padding={more}, stride={stride}, dilation={dilation}"
        )
    _refuse_bias(name, bias, weight.shape[1] * groups)
    single = x.ndim == axes + 1
    x = reshape(x, (1, *x.shape)) if single else x
    if x.shape[1] != weight.shape[0]:
        raise _misfit(name, expects, x, weight, "the channels of x and weight differ")
    covered = tuple(
        (n - 1) * s + d * (k - 1) + 1
        for n, s, d, k in zip(x.shape[2:], stride, dilation, weight.shape[2:], strict=True)
    )
    size = tuple(n + m - b - a for n, m, (b, a) in zip(covered, more, cut, strict=True))
    if min(size) < 1:
        raise _misfit(name, expects, x, weight, f"padding {cut} leaves {size} of {covered}")
    # what is added at the end is what else were cut off there
    less = tuple((b, a - m) for m, (b, a) in zip(more, cut, strict=True))
    whole = min(a for _, a in less) < 0  # or there are zeros to add
    y = called(
        expects,
        convolution_input,
        [x, weight],
        {
            "size": covered if whole else size,
            "stride": stride,
            "padding": ((0, 0),) * axes if whole else less,
            "dilation": dilation,
            "groups": groups,
        },
    )
    if whole:
        y = zero_pad(y, ((0, 0), (0, 0), *((0, m) for m in more)))
        y = getitem(y, (..., *(slice(b, b + n) for n, (b, _) in zip(size, cut, strict=True))))
    return _finished(y, bias, single)


# --- what they share ---


def _groups(name: str, groups: Any) -> int:
    if not is_int(groups):
        raise OpTypeError(f"{name}: expected groups to be an int, got {groups!r}")
    if groups < 1:
        raise OpValueError(f"{name}: expected at least one group, got groups={groups}")
    return int(groups)


def _refuse_axes(name: str, expects: str, axes: int, x: Any, weight: Any) -> None:
    if weight.ndim != axes + 2 or x.ndim not in (axes + 1, axes + 2):
        raise _misfit(name, expects, x, weight, "only the axis N may be left out")


def _misfit(name: str, expects: str, x: Any, weight: Any, reason: str) -> OpValueError:
    shapes = f"x: {x.dtype} {x.shape}, weight: {weight.dtype} {weight.shape}"
    return OpValueError(f"{name}: expected {expects}; got {shapes} ({reason})")


def _refuse_bias(name: str, bias: Any, channels: int) -> None:
    if bias is not None and bias.shape != (channels,):
        raise OpValueError(
            f"{name}: expected a bias for each of {channels} filters, got shape {bias.shape}"
        )


def _finished(y: Tensor, bias: Any, single: bool) -> Tensor:
    """With its bias; without the axis N, if a single image came without it."""
    if bias is not None:
        y = y + reshape(bias, (-1, *(1,) * (y.ndim - 2)))
    return reshape(y, y.shape[1:]) if single else y
