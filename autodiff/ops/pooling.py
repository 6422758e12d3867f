"""Pooling over the windows of any number of last axes, and its companions.

Where calculus leaves a choice: of equal maxima in a window the first one (in row-major order) gets
the whole gradient. What users call is in `autodiff.ops.pool`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiff.declare import custom, linear
from autodiff.kernels.pool import pick_at_max, pool_max, pool_sum, spread_sum, spread_to_max
from autodiff.kernels.window import Margins, Sizes, out_size
from autodiff.variable import Array

if TYPE_CHECKING:
    pass


@custom(
    vjps=[
        lambda g, y, x, kernel, stride, padding, dilation: max_pool_spread(
            g, x, y, kernel, stride, padding, dilation
        )
    ],
    symbol="max",
    expects="images (..., *size) and a window that fits them",
)
def max_pool(x: Array, kernel: Sizes, stride: Sizes, padding: Margins, dilation: Sizes) -> Array:
    """The largest element of every window; a margin never wins.

    Parameters
    ----------
    x
        Images, (..., *size): as many last axes as the window has; any real dtype.
    kernel
        Size of the window.
    stride
        Step from window to window.
    padding
        Margin (before, after) of each axis.
    dilation
        Step from element to element within a window.

    Returns
    -------
    Tensor
        Shape (..., *out), where along each axis
        ``out = (size + before + after - dilation * (kernel - 1) - 1) // stride + 1``;
        `x`'s dtype. Where a window sees only the margin: -inf, or the lowest integer.

    Raises
    ------
    OpTypeError
        If `x` is complex.
    OpValueError
        If no window fits the padded images, or a number is missing or senseless.

    Examples
    --------
    >>> max_pool(Tensor([1.0, 4.0, 2.0, 3.0]), (2,), (1,), ((0, 0),), (2,))
    Tensor([2., 4.])
    """
    return pool_max(x, kernel, stride, padding, dilation)


def _refuse_maxima(
    x_shape: Sizes,
    top_shape: Sizes,
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
) -> None:
    """Raise ValueError if the maxima have not the shape of the pooled images."""
    axes = len(kernel)
    out = out_size(x_shape[-axes:], kernel, stride, padding, dilation)
    if top_shape != (wanted := (*x_shape[:-axes], *out)):
        raise ValueError(f"the maxima of such images have the shape {wanted}, not {top_shape}")


@linear(
    adjoint=[
        lambda g, x, top, kernel, stride, padding, dilation: max_pool_pick(
            g, x, top, kernel, stride, padding, dilation
        ),
        None,
        None,
    ],
    expects="images x (..., *size), their maxima top, and c shaped as these",
)
def max_pool_spread(
    c: Array,
    x: Array,
    top: Array,
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
) -> Array:
    """One value a window, to the element of `x` that is its maximum `top`.

    Parameters
    ----------
    c
        One value for each window, (..., *out).
    x
        The pooled images, (..., *size); a constant here.
    top
        Their maxima, (..., *out): `max_pool` of `x`; a constant here.
    kernel, stride, padding, dilation
        As in `max_pool`.

    Returns
    -------
    Tensor
        Shaped as `x`, 0 where no maximum is; `c`'s dtype. What belongs to a NaN, or to a window of
        the margin alone, goes nowhere.

    Raises
    ------
    OpValueError
        If `top` or `c` has another shape than `max_pool` of `x`.

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 2.0])
    >>> max_pool_spread(Tensor([5.0]), x, np.array([3.0]), (3,), (1,), ((0, 0),), (1,))
    Tensor([0., 5., 0.])
    """
    _refuse_maxima(x.shape, top.shape, kernel, stride, padding, dilation)
    if c.shape != top.shape:
        raise ValueError(f"there is one value for each of {top.shape} maxima, not {c.shape}")
    return spread_to_max(c, x, top, kernel, stride, padding, dilation)


@linear(
    adjoint=[
        lambda g, x, top, kernel, stride, padding, dilation: max_pool_spread(
            g, x, top, kernel, stride, padding, dilation
        ),
        None,
        None,
    ],
    expects="images x (..., *size), their maxima top, and t shaped as the images",
)
def max_pool_pick(
    t: Array,
    x: Array,
    top: Array,
    kernel: Sizes,
    stride: Sizes,
    padding: Margins,
    dilation: Sizes,
) -> Array:
    """The elements of `t` where `x` has its windows' maxima `top`.

    Parameters
    ----------
    t
        The images to read from, (..., *size): shaped as `x`.
    x
        The pooled images, (..., *size); a constant here.
    top
        Their maxima, (..., *out): `max_pool` of `x`; a constant here.
    kernel, stride, padding, dilation
        As in `max_pool`.

    Returns
    -------
    Tensor
        Shape (..., *out); `t`'s dtype. 0 where the maximum is a NaN, or a window sees the margin
        alone.

    Raises
    ------
    OpValueError
        If `top` has another shape than `max_pool` of `x`, or `t` than `x`.

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 2.0])
    >>> max_pool_pick(Tensor(10 * x), x, np.array([3.0]), (3,), (1,), ((0, 0),), (1,))
    Tensor([30.])
    """
    _refuse_maxima(x.shape, top.shape, kernel, stride, padding, dilation)
    if t.shape != x.shape:
        raise ValueError(f"what is read has the images' shape {x.shape}, not {t.shape}")
    return pick_at_max(t, x, top, kernel, stride, padding, dilation)


@linear(
    adjoint=lambda g, x_shape, kernel, stride, padding: sum_pool_spread(
        g, x_shape[-len(kernel) :], kernel, stride, padding
    ),
    symbol="Σ",
    expects="images (..., *size) and a window that fits them",
)
def sum_pool(x: Array, kernel: Sizes, stride: Sizes, padding: Margins) -> Array:
    """The sum of every window.

    Parameters
    ----------
    x
        Images, (..., *size): as many last axes as the window has; any numeric dtype.
    kernel
        Size of the window.
    stride
        Step from window to window.
    padding
        Margin (before, after) of each axis, of zeros.

    Returns
    -------
    Tensor
        Shape (..., *out), where along each axis
        ``out = (size + before + after - kernel) // stride + 1``; `x`'s dtype.

    Raises
    ------
    OpValueError
        If no window fits the padded images, or a number is missing or senseless.

    Examples
    --------
    >>> sum_pool(Tensor([[1.0, 2.0], [3.0, 4.0]]), (1, 2), (1, 1), ((0, 0), (0, 0)))
    Tensor([[3.],
            [7.]])
    """
    return pool_sum(x, kernel, stride, padding)


@linear(
    adjoint=lambda g, kernel, stride, padding: sum_pool(g, kernel, stride, padding),
    expects="one value (..., *out) for each window of images of that size",
)
def sum_pool_spread(c: Array, size: Sizes, kernel: Sizes, stride: Sizes, padding: Margins) -> Array:
    """One value a window, to every element of it: the adjoint of `sum_pool`.

    Parameters
    ----------
    c
        One value for each window, (..., *out).
    size
        Lengths of the pooled images' last axes.
    kernel, stride, padding
        As in `sum_pool`.

    Returns
    -------
    Tensor
        Shape (..., *size); `c`'s dtype.

    Raises
    ------
    OpValueError
        If images of that size have other windows.

    Examples
    --------
    >>> sum_pool_spread(Tensor([[3.0], [7.0]]), (2, 2), (1, 2), (1, 1), ((0, 0), (0, 0)))
    Tensor([[3., 3.],
            [7., 7.]])
    """
    axes = len(kernel)
    if c.shape[-axes:] != (out := out_size(size, kernel, stride, padding, (1,) * axes)):
        raise ValueError(f"images of {size} have {out} such windows, not {c.shape[-axes:]}")
    return spread_sum(c, size, kernel, stride, padding)
