"""The discrete Fourier transform: three primitives, and how any transform is made of them.

They go from all frequencies to all, from real numbers to half a spectrum, and back from there. The
matrix of the transform is symmetric, so the first is its own adjoint; the other two are each
other's, but for the frequencies that half a spectrum leaves out: those that stand for two count
twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from autodiff.declare import linear
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.ops.arguments import an_int, some_axes
from autodiff.ops.complex import real
from autodiff.ops.index import getitem
from autodiff.ops.manipulation import zero_pad
from autodiff.variable import Array, raw

Norm = Literal["backward", "ortho", "forward"] | None
Sizes = Sequence[int] | None
Axes = Sequence[int] | None


@linear(
    adjoint=lambda g, axes, inverse, norm, of_real: (
        real(_dft(g, axes, inverse, norm)) if of_real else _dft(g, axes, inverse, norm)
    ),
    symbol="ℱ",
    expects="axes that x has, none of them empty",
)
def dft(
    x: Array, axes: tuple[int, ...], inverse: bool = False, norm: Norm = None, of_real: bool = False
) -> Array:
    """Discrete Fourier transform of all frequencies, over several axes: what `fftn` is made of.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    axes
        The axes to transform.
    inverse
        Turn the other way: ``exp(+2πi jk / n)`` instead of ``exp(-2πi jk / n)``. Default: False.
    norm
        As in `fft` and `ifft`.
    of_real
        Whether `x` is real: then so is its gradient.

    Returns
    -------
    Tensor
        Shaped as `x`; complex.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is empty, or `norm` is unknown.

    Examples
    --------
    >>> dft(Tensor([1.0, 2.0, 3.0, 4.0]), (0,))
    Tensor([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])
    """
    y = (np.fft.ifftn if inverse else np.fft.fftn)(x, axes=axes, norm=norm)
    return y if axes else y.astype(np.result_type(y, np.complex64))


@linear(
    adjoint=lambda g, x_shape, axis, inverse, norm: hdft(
        g * _weights(g, x_shape[axis], axis, 0.5), x_shape[axis], axis, inverse, norm
    ),
    symbol="ℱᵣ",
    expects="real numbers, and an axis that x has, not empty",
)
def rdft(x: Array, axis: int = -1, inverse: bool = False, norm: Norm = None) -> Array:
    """Discrete Fourier transform of real numbers, the frequencies 0 to n // 2 along one axis.

    The others are conjugates of these.

    Parameters
    ----------
    x
        Any shape; real.
    axis
        The axis to transform.
    inverse, norm
        As in `dft`.

    Returns
    -------
    Tensor
        Shaped as `x`, but of n along the axis n // 2 + 1 are left; complex.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `x` is complex.
    OpValueError
        If the axis is empty, or `norm` is unknown.

    Examples
    --------
    >>> rdft(Tensor([1.0, 2.0, 3.0, 4.0]))
    Tensor([10.+0.j, -2.+2.j, -2.+0.j])
    """
    return (np.fft.ihfft if inverse else np.fft.rfft)(x, axis=axis, norm=norm)


@linear(
    adjoint=lambda g, n, axis, inverse, norm: (
        rdft(real(g), axis, inverse, norm) * _weights(g, n, axis, 2.0)
    ),
    symbol="ℱₕ",
    expects="n // 2 + 1 frequencies along an axis of x",
)
def hdft(x: Array, n: int, axis: int = -1, inverse: bool = False, norm: Norm = None) -> Array:
    """Discrete Fourier transform, real, of a spectrum whose other half are conjugates.

    Parameters
    ----------
    x
        Any shape; any numeric dtype. Along the axis it has the frequencies 0 to n // 2, of which
        the first has no imaginary part, nor the last if n is even: it is not read.
    n
        How many frequencies there are, with the other half.
    axis
        The axis to transform.
    inverse, norm
        As in `dft`.

    Returns
    -------
    Tensor
        Shaped as `x`, but n long along the axis; real.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If `x` has not n // 2 + 1 elements along the axis, or `norm` is unknown.

    Examples
    --------
    >>> hdft(Tensor([10.0, -2 + 2j, -2.0]), 4, inverse=True)
    Tensor([1., 2., 3., 4.])
    """
    if x.shape[axis] != n // 2 + 1:
        raise ValueError(f"half a spectrum of {n} is {n // 2 + 1} long")
    return (np.fft.irfft if inverse else np.fft.hfft)(x, n, axis, norm)


def _dft(x: Any, axes: Sequence[int], inverse: bool, norm: Norm) -> Any:
    return dft(x, tuple(axes), inverse, norm, x.dtype.kind != "c")


def _weights(like: Any, n: int, axis: int, weight: float) -> Any:
    """1 for frequencies that are their own conjugate's (0 and n / 2), `weight` for the others."""
    w = np.full(n // 2 + 1, weight, raw(like).real.dtype)
    w[0] = 1
    if n % 2 == 0:
        w[-1] = 1
    return w.reshape(-1, *(1,) * (like.ndim - 1 - axis % like.ndim))


# --- what they are made of ------------------------------------------------------------------------


def to_all(name: str, x: Any, s: Sizes, axes: Axes, inverse: bool, norm: Norm) -> Any:
    """All frequencies of anything."""
    axes, sizes = _lengths(name, x, s, axes)
    return _dft(_fitted(x, sizes, axes), axes, inverse, _known(name, norm))


def to_half(name: str, x: Any, s: Sizes, axes: Axes, inverse: bool, norm: Norm) -> Any:
    """Half the frequencies of what is real."""
    if x.dtype.kind == "c":
        raise OpTypeError(
            f"{name}: expected real numbers, got {describe(raw(x))}: take their real(), or all "
            f"frequencies by {name.replace('r', '').replace('h', '')}"
        )
    axes, sizes = _lengths(name, x, s, axes, at_least=1)
    *others, last = axes
    y = rdft(_fitted(x, sizes, axes), last, inverse, _known(name, norm))
    return _dft(y, others, inverse, norm) if others else y


def from_half(name: str, x: Any, s: Sizes, axes: Axes, inverse: bool, norm: Norm) -> Any:
    """What is real, of half its frequencies."""
    axes, sizes = _lengths(name, x, s, axes, at_least=1, half=True)
    *others, last = axes
    *_, n = sizes
    x = _fitted(x, (*sizes[:-1], n // 2 + 1), axes)
    if others:
        x = _dft(x, others, inverse, _known(name, norm))
    return hdft(x, n, last, inverse, _known(name, norm))


def one_length(n: Any) -> Any:
    """A length for the one axis, if there is any."""
    return None if n is None else (n,)


def _known(name: str, norm: Any) -> Any:
    if norm not in (None, "backward", "ortho", "forward"):
        raise OpValueError(
            f"{name}: expected a norm 'backward', 'ortho' or 'forward', got {norm!r}"
        )
    return norm


def axes_of(name: str, x: Any, axes: Any) -> tuple[int, ...]:
    """The axes (None: all) counted from the front."""
    if axes is None:
        return tuple(range(x.ndim))
    return some_axes(name, axes if isinstance(axes, int) else tuple(axes), x.ndim)


def _lengths(
    name: str, x: Any, s: Any, axes: Any, at_least: int = 0, half: bool = False
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes counted from the front, and the length of the transform along each.

    `half`: of the last of the axes `x` has only half the frequencies.
    """
    if s is not None:
        s = [an_int(name, n, "length") for n in s]
        axes = range(-len(s), 0) if axes is None else axes
    axes = axes_of(name, x, axes)
    if len(axes) < at_least:
        raise OpValueError(f"{name}: expected an axis to transform, got shape {x.shape}")
    sizes = [x.shape[axis] for axis in axes]
    if half:
        sizes[-1] = 2 * (sizes[-1] - 1)
    if s is not None:
        if len(s) != len(axes):
            raise OpValueError(f"{name}: expected a length for each axis of {axes}, got {s}")
        sizes = [size if n == -1 else n for n, size in zip(s, sizes, strict=True)]
    if min(sizes, default=1) < 1:
        raise OpValueError(
            f"{name}: expected at least one element along each axis to transform, got lengths "
            f"{sizes} along the axes {axes} of shape {x.shape}"
        )
    return axes, tuple(sizes)


def _fitted(x: Any, sizes: Sequence[int], axes: Sequence[int]) -> Any:
    """`x` cut off at the given lengths, or filled up with zeros."""
    taken, filled = [slice(None)] * x.ndim, [(0, 0)] * x.ndim
    for n, axis in zip(sizes, axes, strict=True):
        taken[axis] = slice(n if n < x.shape[axis] else None)
        filled[axis] = 0, max(0, n - x.shape[axis])
    if any(part.stop is not None for part in taken):
        x = getitem(x, tuple(taken))
    return zero_pad(x, tuple(filled)) if any(map(any, filled)) else x
