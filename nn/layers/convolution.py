"""`Conv2d`: the same few weights at every place of an image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from autodiff.ops.conv import conv2d
from autodiff.tensor import Tensor, TensorLike
from nn import init
from nn.arguments import pair, positive
from nn.inputs import floating
from nn.module import Module
from nn.parameter import Parameter

if TYPE_CHECKING:
    from numpy.random import Generator


class Conv2d(Module):
    """2-D convolution (cross-correlation) of images with learned filters.

    Parameters
    ----------
    in_channels, out_channels
        Channels of the images, and how many filters there are.
    kernel_size, stride, padding
        Size of the filters, their step, and the rows and columns of zeros around the image: an
        int, or one for each axis.
    bias
        False leaves the bias out.
    dtype
        Of the weights; floating.
    rng
        Draws the first weights; default: the generator of `nn.manual_seed`.

    Attributes
    ----------
    weight : Parameter
        (out_channels, in_channels, KH, KW); at first uniform between ``±1 / sqrt(in_channels * KH
        * KW)``.
    bias : Parameter or None
        (out_channels,); at first from the same interval.

    Notes
    -----
    Input (N, in_channels, H, W), output (N, out_channels, OH, OW) with
    ``OH = (H + 2 padding - KH) // stride + 1``. The first weights are PyTorch's:
    `init.kaiming_uniform_` with a = sqrt(5).

    Examples
    --------
    >>> layer = Conv2d(1, 8, 3, padding=1)
    >>> layer(np.ones((5, 1, 28, 28), np.float32)).shape
    (5, 8, 28, 28)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        *,
        bias: bool = True,
        dtype: npt.DTypeLike = np.float32,
        rng: Generator | None = None,
    ) -> None:
        super().__init__()
        self.in_channels = positive("Conv2d", "in_channels", in_channels)
        self.out_channels = positive("Conv2d", "out_channels", out_channels)
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size, 1)
        self.stride = pair("Conv2d", "stride", stride, 1)
        self.padding = pair("Conv2d", "padding", padding, 0)
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.weight = Parameter(np.zeros(shape, dtype))
        self.bias = Parameter(np.zeros(self.out_channels, dtype)) if bias else None
        init.kaiming_uniform_(self.weight, math.sqrt(5), rng=rng)
        if self.bias is not None:
            bound = 1 / math.sqrt(init.fans(shape)[0])
            init.uniform_(self.bias, -bound, bound, rng=rng)

    def forward(self, x: TensorLike) -> Tensor:
        """Slide the filters over images (N, in_channels, H, W).

        Raises
        ------
        ValueError
            If `x` has other axes or channels, or is smaller than the filters.
        TypeError
            If `x` is not of floating dtype.
        """
        weight = self.weight
        if getattr(x, "dtype", None) is not weight.dtype:
            x = floating(self, x, weight.dtype)
        shape = x.shape  # type: ignore[union-attr]
        if len(shape) != 4 or shape[1] != self.in_channels or not self._covers(shape[2:]):
            raise self._misfit(shape)
        return conv2d(x, weight, self.bias, self.stride, self.padding)

    def _covers(self, size: tuple[int, ...]) -> bool:
        (h, w), (kh, kw), (ph, pw) = size, self.kernel_size, self.padding
        return h + 2 * ph >= kh and w + 2 * pw >= kw

    def _misfit(self, shape: tuple[int, ...]) -> ValueError:
        channels = self.in_channels
        if len(shape) == 4 and shape[1] == channels:
            way_out = "the image is smaller than the filters: add padding, or make them smaller"
        elif len(shape) == 4 and shape[3] == channels:
            way_out = "channels come before rows and columns: permute_dims(x, (0, 3, 1, 2))"
        elif len(shape) == 4:
            way_out = f"make the layer with in_channels={shape[1]}"
        elif len(shape) == 3 and shape[0] == channels:
            way_out = "a single image is a batch of one: x[None]"
        elif len(shape) == 3 and channels == 1:
            way_out = "give the images a channel axis: x[:, None]"
        else:
            way_out = "reshape it to images, channels, rows, columns"
        return ValueError(
            f"{self!r}: expected images (N, {channels}, H, W), got {shape}: {way_out}"
        )

    def extra_repr(self) -> str:
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, bias={self.bias is not None}"
        )
