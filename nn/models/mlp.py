"""`MLP`: the multilayer perceptron."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nn.containers import Sequential
from nn.layers.activation import ReLU
from nn.layers.linear import Linear
from nn.module import Module

if TYPE_CHECKING:
    from numpy.random import Generator


class MLP(Sequential):
    """Fully connected layers with an activation function between each two of them.

    Parameters
    ----------
    sizes
        Features of the input, of each hidden layer in turn, and of the output.
    activation
        Makes the modules between the layers; the last layer has none after it.
    dtype
        Of the weights; floating.
    rng
        Draws the first weights (see `Linear`); default: the generator of `nn.manual_seed`.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, or one is less than 1.

    Notes
    -----
    Input (..., sizes[0]), output (..., sizes[-1]).

    Examples
    --------
    >>> MLP([2, 8, 1])
    MLP(
      (0): Linear(in_features=2, out_features=8, bias=True)
      (1): ReLU()
      (2): Linear(in_features=8, out_features=1, bias=True)
    )
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Callable[[], Module] = ReLU,
        *,
        dtype: npt.DTypeLike = np.float32,
        rng: Generator | None = None,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"MLP: expected the sizes of input and output, got {list(sizes)}")
        modules: list[Module] = []
        for n, m in pairwise(sizes):
            modules += [Linear(n, m, dtype=dtype, rng=rng), activation()]
        super().__init__(*modules[:-1])
