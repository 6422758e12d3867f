"""Differences of neighbours along an axis, and sums of what lies between them."""

from __future__ import annotations

from typing import Any

from autodiff.declare import composite
from autodiff.errors import OpValueError, describe
from autodiff.ops.arguments import an_axis, an_int
from autodiff.ops.manipulation import concat, reshape
from autodiff.ops.scan import span
from autodiff.variable import Array, raw


@composite
def diff(
    x: Array,
    /,
    prepend: Array | None = None,
    append: Array | None = None,
    *,
    axis: int = -1,
    n: int = 1,
) -> Any:
    """Difference of neighbours along an axis: ``x[i + 1] - x[i]``, taken `n` times.

    Parameters
    ----------
    x
        One axis or more, any numeric dtype.
    prepend, append
        What to put in front of `x`, and behind it, first: arrays of its shape but for `axis`.
    axis
        The axis. Default: the last one.
    n
        How often. Default: 1.

    Returns
    -------
    Tensor
        Shorter along `axis` by `n` than what came, but no shorter than 0.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `n` is no int.
    OpValueError
        If `n` is negative, or `prepend` or `append` does not fit.

    Notes
    -----
    `numpy.diff`, but `n` and `axis` are passed by name; the array API standard's ``diff``.

    Examples
    --------
    >>> diff(Tensor([1.0, 4.0, 9.0]))
    Tensor([3., 5.])
    >>> diff(Tensor([1.0, 4.0, 9.0]), n=2)
    Tensor([2.])
    """
    at = an_axis("diff", axis, x.ndim)
    times = an_int("diff", n, "n")
    if times < 0:
        raise OpValueError(f"diff: expected n of at least 0, got n={times}")
    parts = [part for part in (prepend, x, append) if part is not None]
    if not all(_beside(part, x, at) for part in parts):
        raise OpValueError(
            f"diff: expected prepend and append shaped as x but for axis {at}, got x: "
            f"{describe(raw(x))}; prepend: {describe(raw(prepend))}; append: "
            f"{describe(raw(append))} (n and axis are passed by name)"
        )
    y = concat(parts, at)
    for _ in range(min(times, y.shape[at])):  # then nothing is left
        y = span(y, at, 1) - span(y, at, None, -1)
    return y


def _beside(part: Any, x: Any, axis: int) -> bool:
    """Whether `concat` can join the two along an axis."""
    return part.ndim == x.ndim and all(
        n == m for i, (n, m) in enumerate(zip(part.shape, x.shape, strict=True)) if i != axis
    )


@composite
def trapezoid(y: Array, x: Array | None = None, /, dx: float = 1.0, axis: int = -1) -> Any:
    """Integral of samples along an axis by the trapezoidal rule.

    Parameters
    ----------
    y
        The samples: one axis or more, any numeric dtype.
    x
        Where they were taken: a vector as long as `axis`, or an array that broadcasts to `y`.
        None: `dx` apart.
    dx
        Distance of the samples, if there is no `x`. Default: 1.
    axis
        The axis to integrate along. Default: the last one.

    Returns
    -------
    Tensor
        `y`'s shape without that axis.

    Raises
    ------
    OpIndexError
        If `y` has no such axis.
    OpValueError
        If `x` does not fit.

    Notes
    -----
    `numpy.trapezoid`.

    Examples
    --------
    >>> trapezoid(Tensor([1.0, 2.0, 3.0]))
    Tensor(4.)
    """
    at = an_axis("trapezoid", axis, y.ndim)
    means, n_samples = (span(y, at, 1) + span(y, at, None, -1)) / 2, y.shape[at]
    if x is None:
        return (means * dx).sum(at)
    places = x.shape
    if x.ndim == 1:
        x = reshape(x, (-1,) + (1,) * (y.ndim - 1 - at))
    at_x = x.ndim - y.ndim + at
    sides = zip(reversed(x.shape), reversed(y.shape), strict=False)
    fits = x.ndim <= y.ndim and all(n in (1, m) for n, m in sides)
    if not fits or at_x < 0 or x.shape[at_x] != n_samples:
        raise OpValueError(
            f"trapezoid: expected a place x for each sample along axis {at} of y, got y: shape "
            f"{y.shape}; x: shape {places}"
        )
    return (means * (span(x, at_x, 1) - span(x, at_x, None, -1))).sum(at)
