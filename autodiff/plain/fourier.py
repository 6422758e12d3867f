"""Frequencies of the elements of a Fourier transform."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.plain.untracked import created
from autodiff.variable import Array

if TYPE_CHECKING:
    import numpy.typing as npt

WANTED = "a length of at least 1, a spacing that is not 0, and a real floating dtype"


@created(expects=WANTED)
def fftfreq(
    n: int,
    /,
    d: float = 1.0,
    *,
    dtype: npt.DTypeLike | None = None,
    device: str | None = None,
) -> Array:
    """Frequencies of the elements of an `fft`, in cycles per unit of the sample spacing.

    Parameters
    ----------
    n
        Length of the transform.
    d
        Spacing of the samples. Default: 1.0.
    dtype
        A real floating dtype. Default: float64.
    device
        None or "cpu".

    Returns
    -------
    Tensor
        ``[0, 1, ..., (n - 1) // 2, -(n // 2), ..., -1] / (d * n)``, shape (n,); a constant.

    Raises
    ------
    OpTypeError
        If n is no integer, or `dtype` is not real floating.
    OpValueError
        If n is below 1, or d is 0.

    Notes
    -----
    `numpy.fft.fftfreq`; the array API standard's ``fft.fftfreq``.

    Examples
    --------
    >>> fftfreq(5, d=0.1)
    Tensor([ 0.,  2.,  4., -4., -2.])
    """
    return _frequencies(np.fft.fftfreq, n, d, dtype)


@created(expects=WANTED)
def rfftfreq(
    n: int,
    /,
    d: float = 1.0,
    *,
    dtype: npt.DTypeLike | None = None,
    device: str | None = None,
) -> Array:
    """Frequencies of the elements of an `rfft`, in cycles per unit of the sample spacing.

    Parameters
    ----------
    n, d, dtype, device
        As in `fftfreq`.

    Returns
    -------
    Tensor
        ``[0, 1, ..., n // 2] / (d * n)``, shape (n // 2 + 1,); a constant.

    Raises
    ------
    OpTypeError, OpValueError
        As in `fftfreq`.

    Notes
    -----
    `numpy.fft.rfftfreq`; the array API standard's ``fft.rfftfreq``.

    Examples
    --------
    >>> rfftfreq(5, d=0.1)
    Tensor([0., 2., 4.])
    """
    return _frequencies(np.fft.rfftfreq, n, d, dtype)


def _frequencies(listed: Callable[..., Any], n: int, d: float, dtype: Any) -> Any:
    if np.dtype(dtype).kind != "f":
        raise TypeError("frequencies are fractions")
    if operator.index(n) < 1 or d == 0:
        raise ValueError("there would be no frequencies, or none of them finite")
    return listed(n, d).astype(dtype, copy=False)
