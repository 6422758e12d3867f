"""Pooling: one number for each window of an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from autodiff.ops.pool import avg_pool2d, max_pool2d
from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor, TensorLike
from nn.arguments import pair
from nn.module import Module


class _Pool2d(Module):
    """What the pooling layers share: the window."""

    pool: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.kernel_size = pair(name, "kernel_size", kernel_size, 1)
        self.stride = self.kernel_size if stride is None else pair(name, "stride", stride, 1)
        self.padding = pair(name, "padding", padding, 0)
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            raise ValueError(
                f"{name}: expected padding of at most half the window, got padding={padding} for "
                f"a window of {self.kernel_size}: a window would lie in the margin alone"
            )

    def forward(self, x: TensorLike) -> Tensor:
        """Pool the last two axes of `x`.

        Raises
        ------
        ValueError
            If `x` has less than two axes, or is smaller than the window.
        TypeError
            If `x` is not of floating dtype.
        """
        images = x if isinstance(x, Tensor) else asarray(x)
        if images.dtype.kind != "f":
            raise TypeError(
                f"{self!r}: expected floating images, got {images.dtype} {images.shape}: convert "
                f"them first, as in x.astype(np.float32)"
            )
        sizes = zip(images.shape[-2:], self.kernel_size, self.padding, strict=False)
        if images.ndim < 2 or any(n + 2 * p < k for n, k, p in sizes):
            raise ValueError(
                f"{self!r}: expected images (..., H, W) that the window fits, got {images.shape}"
            )
        return type(self).pool(images, self.kernel_size, self.stride, self.padding)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool2d(_Pool2d):
    """The largest element of every window; of equal ones the first gets the gradient.

    Parameters
    ----------
    kernel_size
        Size of the window: an int, or one for each axis.
    stride
        Its step; None: its size, so that windows don't overlap.
    padding
        Rows and columns around the image, at most half the window; they never win.

    Notes
    -----
    Input (..., H, W), output (..., OH, OW) with ``OH = (H + 2 padding - KH) // stride + 1``.

    Examples
    --------
    >>> MaxPool2d(2)(Tensor([[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, 0.0, 6.0]]))
    Tensor([[4., 6.]])
    """

    pool = staticmethod(max_pool2d)


class AvgPool2d(_Pool2d):
    """The mean of every window; the zeros of a margin count.

    Parameters
    ----------
    kernel_size, stride, padding
        As in `MaxPool2d`.

    Examples
    --------
    >>> AvgPool2d(2)(Tensor([[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, 0.0, 6.0]]))
    Tensor([[2.5 , 2.75]])
    """

    pool = staticmethod(avg_pool2d)
