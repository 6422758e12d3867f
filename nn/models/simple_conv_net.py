"""`SimpleConvNet`: the smallest convolutional network worth training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from autodiff.tensor import Tensor, TensorLike
from nn import init
from nn.functional import flatten, max_pool2d, relu
from nn.layers.convolution import Conv2d
from nn.layers.linear import Linear
from nn.module import Module

if TYPE_CHECKING:
    from numpy.random import Generator


class SimpleConvNet(Module):
    """Convolution, ReLU, 2 x 2 max pooling; affine, ReLU; affine.

    Parameters
    ----------
    input_shape
        Channels, rows and columns of the images.
    filters, kernel_size
        How many filters the convolution has, and their size: an int, or one for each axis.
    hidden
        Features of the hidden layer.
    classes
        Scores of the output.
    dtype
        Of the weights; floating.
    rng
        Draws the first weights, He's normal ones with biases 0; default: the generator of
        `nn.manual_seed`.

    Attributes
    ----------
    conv : Conv2d
    hidden, output : Linear

    Raises
    ------
    ValueError
        If a size is less than 1, or the image too small for the filters and the pooling.

    Notes
    -----
    Input (N, channels, rows, columns), output (N, classes): scores for `cross_entropy`. After
    chapter 7 of K. Saitoh, "Deep Learning from Scratch".

    Examples
    --------
    >>> model = SimpleConvNet((1, 8, 8), kernel_size=3)
    >>> model(np.zeros((5, 1, 8, 8), np.float32)).shape
    (5, 10)
    >>> sum(parameter.size for parameter in model.parameters())
    28410
    """

    def __init__(
        self,
        input_shape: tuple[int, int, int] = (1, 28, 28),
        filters: int = 30,
        kernel_size: int | tuple[int, int] = 5,
        hidden: int = 100,
        classes: int = 10,
        *,
        dtype: npt.DTypeLike = np.float32,
        rng: Generator | None = None,
    ) -> None:
        super().__init__()
        channels, *size = input_shape
        self.conv = Conv2d(channels, filters, kernel_size, dtype=dtype, rng=rng)
        pooled = [(n - k + 1) // 2 for n, k in zip(size, self.conv.kernel_size, strict=True)]
        if min(pooled) < 1:
            raise ValueError(
                f"SimpleConvNet: expected images that leave something to pool after filters of "
                f"{self.conv.kernel_size}, got input_shape={tuple(input_shape)}"
            )
        features = filters * pooled[0] * pooled[1]
        self.hidden = Linear(features, hidden, dtype=dtype, rng=rng)
        self.output = Linear(hidden, classes, dtype=dtype, rng=rng)
        for layer in (self.conv, self.hidden, self.output):
            init.kaiming_normal_(layer.weight, nonlinearity="relu", rng=rng)
            if layer.bias is not None:
                init.zeros_(layer.bias)

    def forward(self, x: TensorLike) -> Tensor:
        """The scores of each class for images of `input_shape`."""
        seen = max_pool2d(relu(self.conv(x)), 2)
        known = relu(self.hidden(flatten(seen, 1)))
        scores: Tensor = self.output(known)
        return scores
