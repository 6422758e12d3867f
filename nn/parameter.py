"""`Parameter`: a tensor that a module learns."""

from __future__ import annotations

import numpy.typing as npt

from autodiff.tensor import Tensor, TensorLike


class Parameter(Tensor):
    """A tensor that requires grad, and that a module registers when it is made its attribute.

    Parameters
    ----------
    data
        Numbers of floating dtype; their values are copied.
    requires_grad
        False freezes it: it stays in the module's state but gets no gradient.
    dtype
        Convert to this floating dtype; default: what `data` has.
    name
        What drawings and messages call it; default: the name of the attribute it becomes.

    Raises
    ------
    TypeError
        If `data` are not floating numbers.

    Examples
    --------
    >>> Parameter([1.0, 2.0])
    Parameter([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(
        self,
        data: TensorLike,
        requires_grad: bool = True,
        *,
        dtype: npt.DTypeLike | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(data, dtype=dtype, name=name)
        if self.dtype.kind != "f":
            raise TypeError(
                f"Parameter: expected floating numbers, which gradients can change, got "
                f"{self.dtype} {self.shape}: pass dtype=np.float32"
            )
        self.requires_grad = requires_grad
