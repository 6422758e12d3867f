"""`Linear`: every output a weighted sum of all inputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from autodiff.ops.linalg import affine, linear
from autodiff.tensor import Tensor, TensorLike
from nn import init
from nn.arguments import positive
from nn.inputs import floating
from nn.module import Module
from nn.parameter import Parameter

if TYPE_CHECKING:
    from numpy.random import Generator


class Linear(Module):
    """Affine map ``y = x @ weight.mT + bias``: a fully connected layer.

    Parameters
    ----------
    in_features, out_features
        Length of the last axis of the input, and of the output.
    bias
        False leaves the bias out.
    dtype
        Of the weights; floating.
    rng
        Draws the first weights; default: the generator of `nn.manual_seed`.

    Attributes
    ----------
    weight : Parameter
        (out_features, in_features); at first uniform between ``±1 / sqrt(in_features)``.
    bias : Parameter or None
        (out_features,); at first from the same interval.

    Notes
    -----
    Input (..., in_features), output (..., out_features). The first weights are PyTorch's:
    `init.kaiming_uniform_` with a = sqrt(5).

    Examples
    --------
    >>> layer = Linear(3, 2)
    >>> layer(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        dtype: npt.DTypeLike = np.float32,
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__()
        self.in_features = positive("Linear", "in_features", in_features)
        self.out_features = positive("Linear", "out_features", out_features)
        self.weight = Parameter(np.zeros((self.out_features, self.in_features), dtype))
        self.bias = Parameter(np.zeros(self.out_features, dtype)) if bias else None
        init.kaiming_uniform_(self.weight, math.sqrt(5), rng=rng)
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features)
            init.uniform_(self.bias, -bound, bound, rng=rng)

    def forward(self, x: TensorLike) -> Tensor:
        """Map the last axis of `x`.

        Raises
        ------
        ValueError
            If that axis has not `in_features` elements.
        TypeError
            If `x` is not of floating dtype.
        """
        weight = self.weight
        if getattr(x, "dtype", None) is not weight.dtype:
            x = floating(self, x, weight.dtype)
        shape = x.shape  # type: ignore[union-attr]
        if not shape or shape[-1] != self.in_features:
            raise self._misfit(shape)
        bias = self.bias
        return linear(x, weight) if bias is None else affine(x, weight, bias)

    def _misfit(self, shape: tuple[int, ...]) -> ValueError:
        way_out = f"make the layer with in_features={shape[-1]}" if shape else "give it an axis"
        if len(shape) > 2 and math.prod(shape[1:]) == self.in_features:
            way_out = "put nn.Flatten() before the layer"
        return ValueError(
            f"{self!r}: expected input (..., {self.in_features}), got {shape}: {way_out}"
        )

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
