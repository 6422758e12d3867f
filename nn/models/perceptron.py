"""The perceptron, its learning rule, and the logic gates that it can and cannot be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor, TensorLike
from nn.module import Module


class Perceptron(Module):
    """One artificial neuron that fires or not: 1 if ``x @ weight + bias > 0``, else 0.

    Its step has slope 0 wherever it has a slope, so no gradient can train it; `learn` has a rule
    of its own. `weight` and `bias` are buffers.

    Parameters
    ----------
    weight
        One number for each input, (n,).
    bias
        How ready it is to fire: minus the threshold.

    Raises
    ------
    ValueError
        If `weight` is not a vector, or `bias` not one number.

    Notes
    -----
    F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization
    in the brain", Psychological Review 65(6), 1958.

    Examples
    --------
    >>> Perceptron.and_gate()([[0, 0], [1, 0], [0, 1], [1, 1]])
    Tensor([0, 0, 0, 1])
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: npt.ArrayLike, bias: float = 0.0) -> None:
        super().__init__()
        weights, threshold = np.array(weight, np.float64), np.array(bias, np.float64)
        if weights.ndim != 1 or threshold.ndim != 0:
            raise ValueError(
                f"Perceptron: expected a vector of weights and one bias, got shapes "
                f"{weights.shape} and {threshold.shape}"
            )
        self.register_buffer("weight", weights)
        self.register_buffer("bias", threshold)

    @classmethod
    def and_gate(cls) -> Perceptron:
        """Fires if both of two inputs are 1."""
        return cls([0.5, 0.5], -0.7)

    @classmethod
    def nand_gate(cls) -> Perceptron:
        """Fires unless both of two inputs are 1."""
        return cls([-0.5, -0.5], 0.7)

    @classmethod
    def or_gate(cls) -> Perceptron:
        """Fires if one of two inputs is 1."""
        return cls([0.5, 0.5], -0.2)

    def forward(self, x: TensorLike) -> Tensor:
        """Fire or not for each input: (..., n) to integers 0 or 1 of shape (...).

        Raises
        ------
        ValueError
            If the last axis of `x` has not one number for each weight.
        """
        inputs = self._inputs(x)
        return asarray((inputs @ self.weight.data + self.bias.data > 0).astype(np.int64))

    def learn(
        self, x: TensorLike, t: TensorLike, rate: float = 0.1, epochs: int = 100
    ) -> list[int]:
        """Learn from examples by the perceptron rule, until one epoch goes without a mistake.

        After each mistake the weights move towards the input (if it should have fired) or away
        from it, by `rate`. If some plane separates the two classes, this ends; otherwise it never
        does.

        Parameters
        ----------
        x, t
            Inputs (N, n) and what they should give, 0 or 1, (N,).
        rate
            Length of a correction; positive.
        epochs
            Go through the examples at most so often.

        Returns
        -------
        list of int
            Mistakes in each epoch; the last one is 0 if it has learned.

        Raises
        ------
        ValueError
            If the shapes don't fit, or a target is neither 0 nor 1; nothing has been learned then.

        Examples
        --------
        >>> gate = Perceptron([0.0, 0.0])
        >>> gate.learn([[0, 0], [1, 0], [0, 1], [1, 1]], [0, 1, 1, 1])
        [1, 2, 1, 0]
        """
        inputs, targets = self._inputs(x), asarray(t).data
        if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
            raise ValueError(
                f"Perceptron.learn: expected inputs (N, {self.weight.size}) and targets (N,), got "
                f"{inputs.shape} and {targets.shape}"
            )
        if not np.isin(targets, (0, 1)).all():
            raise ValueError(f"Perceptron.learn: expected targets 0 or 1, got {targets}")
        weight, bias = self.weight.overwrite(), self.bias.overwrite()
        mistakes: list[int] = []
        while len(mistakes) < epochs and 0 not in mistakes[-1:]:
            mistakes.append(0)
            for row, target in zip(inputs, targets, strict=True):
                error = int(target) - int(row @ weight + bias > 0)
                weight += rate * error * row
                bias += rate * error
                mistakes[-1] += error != 0
        return mistakes

    def _inputs(self, x: TensorLike) -> npt.NDArray[np.float64]:
        inputs = asarray(x, np.float64).data
        if inputs.shape[-1:] != self.weight.shape:
            raise ValueError(
                f"{self!r}: expected input (..., {self.weight.size}), got {inputs.shape}"
            )
        return inputs

    def extra_repr(self) -> str:
        return f"weight={self.weight.data.tolist()}, bias={self.bias.item()}"


def xor_gate(x: TensorLike) -> Tensor:
    """Exclusive or of two inputs, which no perceptron is, from three that are: two layers of them.

    Parameters
    ----------
    x
        Pairs of 0 and 1, (..., 2).

    Examples
    --------
    >>> xor_gate([[0, 0], [1, 0], [0, 1], [1, 1]])
    Tensor([0, 1, 1, 0])
    """
    not_both, either = Perceptron.nand_gate()(x), Perceptron.or_gate()(x)
    both: Tensor = Perceptron.and_gate()(np.stack([not_both.data, either.data], -1))
    return both
