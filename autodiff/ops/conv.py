"""2-D convolution: one trilinear form, read three ways.

Contract images `x`, filters `w` and a cotangent `g` to one number, and each of the three ops below
is that form's slope in one of them. So each one's rules are the other two, and every order of
derivative exists without a line written for it.
"""

from __future__ import annotations

from autodiff.declare import multilinear
from autodiff.kernels.conv import convolve, convolve_input, convolve_weight
from autodiff.kernels.window import Pair
from autodiff.variable import Array


@multilinear(
    vjps=[
        lambda g, w, x_shape, stride, padding: conv2d_input(g, w, x_shape[2:], stride, padding),
        lambda g, x, w_shape, stride, padding: conv2d_weight(x, g, w_shape[2:], stride, padding),
    ],
    symbol="∗",
    expects="images x (N, C, H, W) and filters w (O, C, KH, KW) that fit them",
)
def conv2d(x: Array, w: Array, stride: Pair = (1, 1), padding: Pair = (0, 0)) -> Array:
    """Slide filters over images (cross-correlation): (N, C, H, W) to (N, O, OH, OW).

    >>> conv2d(Tensor(np.ones((1, 1, 3, 3))), Tensor(np.ones((1, 1, 2, 2))))
    Tensor([[[[4., 4.],
              [4., 4.]]]])
    """
    if x.ndim != 4 or w.ndim != 4 or x.shape[1] != w.shape[1]:
        raise ValueError("the channels of x and w differ, or one has not four axes")
    return convolve(x, w, stride, padding)


@multilinear(
    vjps=[
        lambda g, w, stride, padding: conv2d(g, w, stride, padding),
        lambda g, c, w_shape, stride, padding: conv2d_weight(g, c, w_shape[2:], stride, padding),
    ],
    symbol="∗ᵀ",
)
def conv2d_input(c: Array, w: Array, size: Pair, stride: Pair, padding: Pair) -> Array:
    """The slope of `conv2d` in its images (of `size`), along the cotangent `c`.

    >>> c, w = Tensor(np.ones((1, 1, 1, 1))), Tensor(np.ones((1, 1, 2, 2)))
    >>> conv2d_input(c, w, size=(2, 2), stride=(1, 1), padding=(0, 0))
    Tensor([[[[1., 1.],
              [1., 1.]]]])
    """
    return convolve_input(c, w, size, stride, padding)


@multilinear(
    vjps=[
        lambda g, c, x_shape, stride, padding: conv2d_input(c, g, x_shape[2:], stride, padding),
        lambda g, x, stride, padding: conv2d(x, g, stride, padding),
    ],
    symbol="∗ʷ",
)
def conv2d_weight(x: Array, c: Array, kernel: Pair, stride: Pair, padding: Pair) -> Array:
    """The slope of `conv2d` in its filters (of size `kernel`), along the cotangent `c`.

    >>> x, c = Tensor(np.ones((1, 1, 3, 3))), Tensor(np.ones((1, 1, 2, 2)))
    >>> conv2d_weight(x, c, kernel=(2, 2), stride=(1, 1), padding=(0, 0))
    Tensor([[[[4., 4.],
              [4., 4.]]]])
    """
    return convolve_weight(x, c, kernel, stride, padding)
