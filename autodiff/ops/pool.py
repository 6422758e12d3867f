"""Pooling over windows of the last two axes.

Where calculus leaves a choice: of equal maxima in a window the first one (in row-major order) gets
the whole gradient of `max_pool2d`.
"""

from __future__ import annotations

from autodiff.declare import custom, linear
from autodiff.kernels.pool import pick_at_max, pool_max, pool_sum, spread_sum, spread_to_max
from autodiff.kernels.window import Pair
from autodiff.variable import Array


@custom(
    vjps=[
        lambda g, y, x, kernel, stride, padding: max_pool2d_spread(g, x, y, kernel, stride, padding)
    ],
    symbol="max",
    expects="images (..., H, W) and a window that fits them",
)
def max_pool2d(x: Array, kernel: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """The largest element of every window; `padding` never wins.

    Parameters
    ----------
    x
        Images, (..., H, W); any real dtype.
    kernel
        Size (KH, KW) of the window in pixels.
    stride
        Step (down, right) from window to window in pixels.
    padding
        Margin (rows, columns) on both sides of an axis, in pixels. Default: (0, 0).

    Returns
    -------
    Tensor
        Shape (..., OH, OW), where ``OH = (H + 2 * padding[0] - KH) // stride[0] + 1``,
        and OW likewise; `x`'s dtype. Where a window sees only the margin:
        -inf, or the lowest integer.

    Raises
    ------
    OpValueError
        If `x` has fewer than two axes, no window fits the padded image, or a stride is below 1.

    Examples
    --------
    >>> max_pool2d(Tensor([[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, 0.0, 6.0]]), (2, 2), (2, 2))
    Tensor([[4., 6.]])
    """
    return pool_max(x, kernel, stride, padding)


@linear(
    adjoint=[
        lambda g, x, top, kernel, stride, padding: max_pool2d_pick(
            g, x, top, kernel, stride, padding
        ),
        None,
        None,
    ]
)
def max_pool2d_spread(
    c: Array, x: Array, top: Array, kernel: Pair, stride: Pair, padding: Pair
) -> Array:
    """One value a window, to the element of `x` that is its maximum `top`.

    Parameters
    ----------
    c
        One value for each window, (..., OH, OW).
    x
        The pooled images, (..., H, W); a constant here.
    top
        Their maxima, (..., OH, OW): `max_pool2d` of `x`; a constant here.
    kernel
        Size (KH, KW) of the window in pixels.
    stride
        Step (down, right) from window to window in pixels.
    padding
        Margin (rows, columns) on both sides of an axis, in pixels.

    Returns
    -------
    Tensor
        Shaped as `x`, 0 where no maximum is; `c`'s dtype.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [3.0, 0.0]])
    >>> max_pool2d_spread(Tensor([[5.0]]), x, np.array([[3.0]]), (2, 2), (2, 2), (0, 0))
    Tensor([[0., 0.],
            [5., 0.]])
    """
    return spread_to_max(c, x, top, kernel, stride, padding)


@linear(
    adjoint=[
        lambda g, x, top, kernel, stride, padding: max_pool2d_spread(
            g, x, top, kernel, stride, padding
        ),
        None,
        None,
    ]
)
def max_pool2d_pick(
    t: Array, x: Array, top: Array, kernel: Pair, stride: Pair, padding: Pair
) -> Array:
    """The elements of `t` where `x` has its windows' maxima `top`.

    Parameters
    ----------
    t
        The images to read from, (..., H, W): shaped as `x`.
    x
        The pooled images, (..., H, W); a constant here.
    top
        Their maxima, (..., OH, OW): `max_pool2d` of `x`; a constant here.
    kernel
        Size (KH, KW) of the window in pixels.
    stride
        Step (down, right) from window to window in pixels.
    padding
        Margin (rows, columns) on both sides of an axis, in pixels.

    Returns
    -------
    Tensor
        Shape (..., OH, OW); `t`'s dtype.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [3.0, 0.0]])
    >>> max_pool2d_pick(Tensor(10 * x), x, np.array([[3.0]]), (2, 2), (2, 2), (0, 0))
    Tensor([[30.]])
    """
    return pick_at_max(t, x, top, kernel, stride, padding)


@linear(
    adjoint=lambda g, x_shape, kernel, stride, padding: sum_pool2d_spread(
        g, x_shape[-2:], kernel, stride, padding
    ),
    symbol="Σ",
    expects="images (..., H, W) and a window that fits them",
)
def sum_pool2d(x: Array, kernel: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """The sum of every window.

    Parameters
    ----------
    x
        Images, (..., H, W); any numeric dtype.
    kernel
        Size (KH, KW) of the window in pixels.
    stride
        Step (down, right) from window to window in pixels.
    padding
        Margin (rows, columns) on both sides of an axis, in pixels. Default: (0, 0).

    Returns
    -------
    Tensor
        Shape (..., OH, OW), where ``OH = (H + 2 * padding[0] - KH) // stride[0] + 1``,
        and OW likewise; `x`'s dtype.

    Raises
    ------
    OpValueError
        If `x` has fewer than two axes, no window fits the padded image, or a stride is below 1.

    Examples
    --------
    >>> sum_pool2d(Tensor([[1.0, 2.0], [3.0, 4.0]]), (1, 2), (1, 1))
    Tensor([[3.],
            [7.]])
    """
    return pool_sum(x, kernel, stride, padding)


@linear(adjoint=lambda g, kernel, stride, padding: sum_pool2d(g, kernel, stride, padding))
def sum_pool2d_spread(c: Array, size: Pair, kernel: Pair, stride: Pair, padding: Pair) -> Array:
    """One value a window, to every element of it: the adjoint of `sum_pool2d`.

    Parameters
    ----------
    c
        One value for each window, (..., OH, OW).
    size
        Height and width (H, W) of the pooled images.
    kernel
        Size (KH, KW) of the window in pixels.
    stride
        Step (down, right) from window to window in pixels.
    padding
        Margin (rows, columns) on both sides of an axis, in pixels.

    Returns
    -------
    Tensor
        Shape (..., H, W); `c`'s dtype.

    Examples
    --------
    >>> sum_pool2d_spread(Tensor([[3.0], [7.0]]), (2, 2), (1, 2), (1, 1), (0, 0))
    Tensor([[3., 3.],
            [7., 7.]])
    """
    return spread_sum(c, size, kernel, stride, padding)
