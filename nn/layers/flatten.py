"""`Flatten`: from images to rows of features."""

from __future__ import annotations

from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor, TensorLike
from nn.functional import flatten
from nn.module import Module


class Flatten(Module):
    """The axes from `start_dim` on made one; by default all but that of the batch.

    Parameters
    ----------
    start_dim
        The first axis to be merged; negative: counted from the last.

    Examples
    --------
    >>> Flatten()(Tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    Tensor([[1., 2., 3., 4.]])
    """

    def __init__(self, start_dim: int = 1) -> None:
        super().__init__()
        self.start_dim = start_dim

    def forward(self, x: TensorLike) -> Tensor:
        """Reshape `x`; its elements stay in their order."""
        return flatten(x if isinstance(x, Tensor) else asarray(x), self.start_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}"
