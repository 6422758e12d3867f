"""Discrete Fourier transforms, as `numpy.fft` and the array API standard's ``fft`` extension.

Precision is kept: float32 gives complex64. An empty axis can't be transformed; others may be empty.
"""

from __future__ import annotations

from typing import Any

from autodiff.declare import composite
from autodiff.ops.dft import Axes, Norm, Sizes, axes_of, from_half, one_length, to_all, to_half
from autodiff.ops.manipulation import copy
from autodiff.ops.rearrange import roll
from autodiff.variable import Array

# --- one axis -------------------------------------------------------------------------------------


@composite
def fft(x: Array, /, n: int | None = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """Discrete Fourier transform: the frequencies of a signal.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    n
        Take so many elements along the axis: the first ones, or all and zeros after them. Default
        (and -1): all.
    axis
        The axis to transform; a negative one counts back. Default: -1.
    norm
        Where the transform divides by n: "backward", the inverse one does; "forward", this one
        does; "ortho", both do, by ``sqrt(n)``. Default (and None): "backward".

    Returns
    -------
    Tensor
        Shaped as `x`, but n long along the axis: the frequencies as `fftfreq` lists them. complex64
        for float32, complex128 for float64 and integers.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If n is no integer.
    OpValueError
        If n is below 1, or `norm` is unknown.

    Notes
    -----
    ``y[k] = Σ_j x[j] exp(-2πi jk / n)``. `numpy.fft.fft`; the array API standard's ``fft.fft``.

    Examples
    --------
    >>> fft(Tensor([1.0, 2.0, 3.0, 4.0]))
    Tensor([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])
    """
    return to_all("fft", x, one_length(n), (axis,), False, norm)


@composite
def ifft(x: Array, /, n: int | None = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """Inverse of `fft`: the signal of its frequencies.

    Parameters
    ----------
    x, n, axis, norm
        As in `fft`; the default `norm` divides by n here.

    Returns
    -------
    Tensor
        As in `fft`.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As in `fft`.

    Notes
    -----
    ``y[j] = Σ_k x[k] exp(2πi jk / n) / n``. `numpy.fft.ifft`; the array API standard's
    ``fft.ifft``.

    Examples
    --------
    >>> ifft(Tensor([10.0, -2 + 2j, -2.0, -2 - 2j]))
    Tensor([1.+0.j, 2.+0.j, 3.+0.j, 4.+0.j])
    """
    return to_all("ifft", x, one_length(n), (axis,), True, norm)


@composite
def rfft(x: Array, /, n: int | None = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """`fft` of real numbers, without the negative frequencies: those are conjugates.

    Parameters
    ----------
    x
        Any shape; real.
    n, axis, norm
        As in `fft`.

    Returns
    -------
    Tensor
        Shaped as `x`, but ``n // 2 + 1`` long along the axis: the frequencies as `rfftfreq` lists
        them. complex64 for float32, complex128 for float64 and integers.

    Raises
    ------
    OpIndexError, OpValueError
        As in `fft`.
    OpTypeError
        If `x` is complex, or n no integer.

    Notes
    -----
    `numpy.fft.rfft`; the array API standard's ``fft.rfft``.

    Examples
    --------
    >>> rfft(Tensor([1.0, 2.0, 3.0, 4.0]))
    Tensor([10.+0.j, -2.+2.j, -2.+0.j])
    """
    return to_half("rfft", x, one_length(n), (axis,), False, norm)


@composite
def irfft(x: Array, /, n: int | None = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """Inverse of `rfft`: the real signal of the frequencies 0 to n // 2.

    Parameters
    ----------
    x
        Any shape; any numeric dtype. The imaginary part of frequency 0, and if n is even of the
        last one, is not read: no gradient flows to it.
    n
        How long the signal is: half of it and one are the elements of `x` that are taken (zeros
        after them, if there are fewer). Default: ``2 * (m - 1)`` for m elements, an even number:
        pass n for a signal of odd length.
    axis, norm
        As in `ifft`.

    Returns
    -------
    Tensor
        Shaped as `x`, but n long along the axis; real: float32 for complex64, float64 for
        complex128 and integers.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As in `fft`.

    Notes
    -----
    `numpy.fft.irfft`; the array API standard's ``fft.irfft``.

    Examples
    --------
    >>> irfft(Tensor([10.0, -2 + 2j, -2.0]))
    Tensor([1., 2., 3., 4.])
    """
    return from_half("irfft", x, one_length(n), (axis,), True, norm)


@composite
def hfft(x: Array, /, n: int | None = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """`fft` of a signal whose second half are conjugates: its spectrum is real.

    Parameters
    ----------
    x, n
        As in `irfft`, but a signal, and the length of its spectrum.
    axis, norm
        As in `fft`.

    Returns
    -------
    Tensor
        As in `irfft`.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As in `fft`.

    Notes
    -----
    `numpy.fft.hfft`; the array API standard's ``fft.hfft``.

    Examples
    --------
    >>> hfft(Tensor([2.5, -0.5 - 0.5j, -0.5]))
    Tensor([1., 2., 3., 4.])
    """
    return from_half("hfft", x, one_length(n), (axis,), False, norm)


@composite
def ihfft(x: Array, /, n: int | None = None, axis: int = -1, norm: Norm = "backward") -> Any:
    """Inverse of `hfft`: the first half of the signal that has a real spectrum.

    Parameters
    ----------
    x
        Any shape; real.
    n, axis, norm
        As in `ifft`.

    Returns
    -------
    Tensor
        As in `rfft`.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As in `rfft`.

    Notes
    -----
    `numpy.fft.ihfft`; the array API standard's ``fft.ihfft``.

    Examples
    --------
    >>> ihfft(Tensor([1.0, 2.0, 3.0, 4.0]))
    Tensor([ 2.5-0.j , -0.5-0.5j, -0.5-0.j ])
    """
    return to_half("ihfft", x, one_length(n), (axis,), True, norm)


# --- several axes ---------------------------------------------------------------------------------


@composite
def fftn(x: Array, /, s: Sizes = None, axes: Axes = None, norm: Norm = "backward") -> Any:
    """Discrete Fourier transform over several axes.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    s
        For each of the axes how many elements to take, as n in `fft`; -1 for all. Default: all.
    axes
        The axes to transform, each once; negative ones count back. Default: all, or the last
        ``len(s)``.
    norm
        As in `fft`, with the product of the lengths for n.

    Returns
    -------
    Tensor
        Shaped as `x`, but `s` long along the axes; dtype as in `fft`.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpTypeError
        If `s` or `axes` are no integers.
    OpValueError
        If an axis is empty or named twice, there is not a length for each axis, or `norm` is
        unknown.

    Notes
    -----
    `numpy.fft.fftn`; the array API standard's ``fft.fftn``.

    Examples
    --------
    >>> fftn(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([[10.+0.j, -2.+0.j],
            [-4.+0.j,  0.+0.j]])
    """
    return to_all("fftn", x, s, axes, False, norm)


@composite
def ifftn(x: Array, /, s: Sizes = None, axes: Axes = None, norm: Norm = "backward") -> Any:
    """Inverse of `fftn`.

    Parameters
    ----------
    x, s, axes, norm
        As in `fftn`; the default `norm` divides here.

    Returns
    -------
    Tensor
        As in `fftn`.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As in `fftn`.

    Notes
    -----
    `numpy.fft.ifftn`; the array API standard's ``fft.ifftn``.

    Examples
    --------
    >>> ifftn(Tensor([[10.0, -2.0], [-4.0, 0.0]]))
    Tensor([[1.+0.j, 2.+0.j],
            [3.+0.j, 4.+0.j]])
    """
    return to_all("ifftn", x, s, axes, True, norm)


@composite
def rfftn(x: Array, /, s: Sizes = None, axes: Axes = None, norm: Norm = "backward") -> Any:
    """`fftn` of real numbers, without the negative frequencies of the last of the axes.

    Parameters
    ----------
    x
        Any shape; real.
    s, axes, norm
        As in `fftn`; at least one axis.

    Returns
    -------
    Tensor
        As in `fftn`, but along the last of the axes as in `rfft`.

    Raises
    ------
    OpIndexError, OpValueError
        As in `fftn`.
    OpTypeError
        If `x` is complex, or `s` or `axes` are no integers.

    Notes
    -----
    `numpy.fft.rfftn`; the array API standard's ``fft.rfftn``.

    Examples
    --------
    >>> rfftn(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor([[10.+0.j, -2.+0.j],
            [-4.+0.j,  0.+0.j]])
    """
    return to_half("rfftn", x, s, axes, False, norm)


@composite
def irfftn(x: Array, /, s: Sizes = None, axes: Axes = None, norm: Norm = "backward") -> Any:
    """Inverse of `rfftn`.

    Parameters
    ----------
    x
        Any shape; any numeric dtype.
    s, axes, norm
        As in `ifftn`, but along the last of the axes as n in `irfft`; at least one axis.

    Returns
    -------
    Tensor
        As in `ifftn`, but real, and along the last of the axes as in `irfft`.

    Raises
    ------
    OpIndexError, OpTypeError, OpValueError
        As in `fftn`.

    Notes
    -----
    `numpy.fft.irfftn`; the array API standard's ``fft.irfftn``.

    Examples
    --------
    >>> irfftn(Tensor([[10.0, -2.0], [-4.0, 0.0]]))
    Tensor([[1., 2.],
            [3., 4.]])
    """
    return from_half("irfftn", x, s, axes, True, norm)


@composite
def fft2(x: Array, /, s: Sizes = None, axes: Axes = (-2, -1), norm: Norm = "backward") -> Any:
    """`fftn` over the last two axes: of images.

    Parameters
    ----------
    x, s, axes, norm
        As in `fftn`, but of axes the default is (-2, -1).

    Notes
    -----
    `numpy.fft.fft2`.

    Examples
    --------
    >>> fft2(Tensor(np.ones((5, 8, 8)))).shape
    (5, 8, 8)
    """
    return to_all("fft2", x, s, axes, False, norm)


@composite
def ifft2(x: Array, /, s: Sizes = None, axes: Axes = (-2, -1), norm: Norm = "backward") -> Any:
    """Inverse of `fft2`.

    Parameters
    ----------
    x, s, axes, norm
        As in `ifftn`, but of axes the default is (-2, -1).

    Notes
    -----
    `numpy.fft.ifft2`.

    Examples
    --------
    >>> ifft2(Tensor(np.ones((5, 8, 8)))).shape
    (5, 8, 8)
    """
    return to_all("ifft2", x, s, axes, True, norm)


@composite
def rfft2(x: Array, /, s: Sizes = None, axes: Axes = (-2, -1), norm: Norm = "backward") -> Any:
    """`rfftn` over the last two axes: of real images.

    Parameters
    ----------
    x, s, axes, norm
        As in `rfftn`, but of axes the default is (-2, -1).

    Notes
    -----
    `numpy.fft.rfft2`.

    Examples
    --------
    >>> rfft2(Tensor(np.ones((5, 8, 8)))).shape
    (5, 8, 5)
    """
    return to_half("rfft2", x, s, axes, False, norm)


@composite
def irfft2(x: Array, /, s: Sizes = None, axes: Axes = (-2, -1), norm: Norm = "backward") -> Any:
    """Inverse of `rfft2`.

    Parameters
    ----------
    x, s, axes, norm
        As in `irfftn`, but of axes the default is (-2, -1).

    Notes
    -----
    `numpy.fft.irfft2`.

    Examples
    --------
    >>> irfft2(Tensor(np.ones((5, 8, 5)))).shape
    (5, 8, 8)
    """
    return from_half("irfft2", x, s, axes, True, norm)


# --- order of the frequencies ---------------------------------------------------------------------


@composite
def fftshift(x: Array, /, axes: int | Axes = None) -> Any:
    """A spectrum with its frequencies in ascending order: 0 moves to the middle.

    Parameters
    ----------
    x
        Any shape and dtype.
    axes
        The axes along which to move: an int or several, each once; negative ones count back.
        Default: all.

    Returns
    -------
    Tensor
        Shaped as `x`; `x`'s dtype.

    Raises
    ------
    OpIndexError
        If `x` has no such axis.
    OpValueError
        If an axis is named twice.

    Notes
    -----
    `numpy.fft.fftshift`; the array API standard's ``fft.fftshift``.

    Examples
    --------
    >>> fftshift(Tensor([0.0, 1.0, 2.0, -2.0, -1.0]))
    Tensor([-2., -1.,  0.,  1.,  2.])
    """
    axes = axes_of("fftshift", x, axes)
    shifts = tuple(x.shape[axis] // 2 for axis in axes)
    return roll(x, shifts, axes) if axes else copy(x)


@composite
def ifftshift(x: Array, /, axes: int | Axes = None) -> Any:
    """Inverse of `fftshift`: frequency 0 moves to the front.

    Parameters
    ----------
    x, axes
        As in `fftshift`.

    Returns
    -------
    Tensor
        As in `fftshift`.

    Raises
    ------
    OpIndexError, OpValueError
        As in `fftshift`.

    Notes
    -----
    `numpy.fft.ifftshift`; the array API standard's ``fft.ifftshift``.

    Examples
    --------
    >>> ifftshift(Tensor([-2.0, -1.0, 0.0, 1.0, 2.0]))
    Tensor([ 0.,  1.,  2., -2., -1.])
    """
    axes = axes_of("ifftshift", x, axes)
    shifts = tuple(-(x.shape[axis] // 2) for axis in axes)
    return roll(x, shifts, axes) if axes else copy(x)
