"""Losses as modules: a prediction and its target in, one number out."""

from __future__ import annotations

from autodiff.tensor import Tensor, TensorLike
from nn.functional import Reduction, checked_reduction, cross_entropy, mse_loss
from nn.module import Module


class CrossEntropyLoss(Module):
    """Cross-entropy of classes against scores: softmax and logarithm are part of it.

    Parameters
    ----------
    reduction
        "mean" or "sum" over the samples, or "none".

    Raises
    ------
    ValueError
        If `reduction` is another.

    See Also
    --------
    nn.functional.cross_entropy : the same as a function, with shapes and errors.

    Examples
    --------
    >>> CrossEntropyLoss()(Tensor([[0.0, 0.0], [0.0, 0.0]]), [0, 1])
    Tensor(0.69314718)
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        self.reduction = checked_reduction(reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        """The loss of scores (N, C, ...) for classes (N, ...) or probabilities (N, C, ...)."""
        return cross_entropy(input, target, self.reduction)

    def extra_repr(self) -> str:
        return f"reduction={self.reduction!r}"


class MSELoss(Module):
    """Squared error of predictions.

    Parameters
    ----------
    reduction
        "mean" or "sum" over all elements, or "none".

    Raises
    ------
    ValueError
        If `reduction` is another.

    See Also
    --------
    nn.functional.mse_loss : the same as a function, with shapes and errors.

    Examples
    --------
    >>> MSELoss("sum")(Tensor([1.0, 2.0]), [0.0, 4.0])
    Tensor(5.)
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        self.reduction = checked_reduction(reduction)

    def forward(self, input: TensorLike, target: TensorLike) -> Tensor:
        """The loss of predictions for targets of the same shape."""
        return mse_loss(input, target, self.reduction)

    def extra_repr(self) -> str:
        return f"reduction={self.reduction!r}"
