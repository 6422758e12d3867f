"""References for the ops of autodiff/ops/fourier.py: sums over the signal, by the definition."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np


def spectrum(xs: list[complex], inverse: bool, norm: str) -> list[complex]:
    n = len(xs)
    turn = (2j if inverse else -2j) * math.pi / n
    scale = {"ortho": math.sqrt(n), "forward": 1 if inverse else n, "backward": n if inverse else 1}
    return [
        sum(x * cmath.exp(turn * (j * k % n)) for j, x in enumerate(xs)) / scale[norm]
        for k in range(n)
    ]


def along(f: Callable[[list[complex]], list[Any]], x: Any, axis: int) -> Any:
    """A function of every row along an axis; the rows may change their length."""
    rows = np.moveaxis(np.asarray(x, complex), axis, -1)
    length = len(f(list(range(rows.shape[-1]))))
    y = np.zeros((*rows.shape[:-1], length), complex)
    for at in np.ndindex(*rows.shape[:-1]):
        y[at] = f([complex(v) for v in rows[at]])
    return np.moveaxis(y, -1, axis)


def fitted(xs: list[complex], n: int) -> list[complex]:
    return (xs + [0j] * n)[:n]


def mirrored(xs: list[complex], n: int) -> list[complex]:
    """A whole spectrum of its first half."""
    half = fitted(xs, n // 2 + 1)
    whole = [half[k] if k <= n // 2 else half[n - k].conjugate() for k in range(n)]
    return [x.real if 2 * k in (0, n) else x for k, x in enumerate(whole)]


def dft(x: Any, axes: Any, inverse: bool, norm: str, of_real: bool = False) -> Any:
    assert of_real == (x.dtype.kind != "c")
    return full(x, None, axes, inverse, norm)


def full(x: Any, s: Any, axes: Any, inverse: bool, norm: str) -> Any:
    y = np.asarray(x, complex)
    for axis, n in lengths(x, s, axes):
        y = along(lambda xs, n=n: spectrum(fitted(xs, n), inverse, norm), y, axis)
    return y


def half(x: Any, s: Any, axes: Any, inverse: bool, norm: str) -> Any:
    y = full(x, s, axes, inverse, norm)
    *_, (axis, n) = lengths(x, s, axes)
    return along(lambda xs: xs[: n // 2 + 1], y, axis)


def whole(x: Any, s: Any, axes: Any, inverse: bool, norm: str) -> Any:
    *others, (axis, n) = lengths(x, s, axes)
    if s is None or s[-1] == -1:
        n = 2 * n - 2
    for other, m in others:
        x = along(lambda xs, m=m: spectrum(fitted(xs, m), inverse, norm), x, other)
    y = along(lambda xs: spectrum(mirrored(xs, n), inverse, norm), x, axis)
    np.testing.assert_allclose(y.imag, 0, atol=1e-12)
    return y.real


def lengths(x: Any, s: Any, axes: Any) -> list[tuple[int, int]]:
    if axes is None:
        axes = range(x.ndim) if s is None else range(-len(s), 0)
    sizes = [-1] * len(axes) if s is None else s
    return [(axis, x.shape[axis] if n == -1 else n) for axis, n in zip(axes, sizes, strict=True)]


def one(f: Callable[..., Any], inverse: bool) -> Callable[..., Any]:
    """A function of several axes, of one."""
    return lambda x, n, axis, norm: f(x, None if n is None else [n], [axis], inverse, norm)


def several(f: Callable[..., Any], inverse: bool) -> Callable[..., Any]:
    return lambda x, s, axes, norm: f(x, s, axes, inverse, norm)


def shifted(ascending: bool) -> Callable[..., Any]:
    """Sorted by frequency, or back from there."""

    def reference(x: Any, axes: Any) -> Any:
        for axis in range(x.ndim) if axes is None else np.atleast_1d(axes).astype(int):
            n = x.shape[axis]
            frequencies = [k if 2 * k < n else k - n for k in range(n)]
            order = np.argsort(frequencies).astype(int)
            x = np.take(x, order if ascending else np.argsort(order), axis)
        return x

    return reference


REFERENCES: dict[str, Callable[..., Any]] = {
    "dft": dft,
    "fft": one(full, False),
    "fft2": several(full, False),
    "fftn": several(full, False),
    "fftshift": shifted(True),
    "hdft": lambda x, n, axis, inverse, norm: whole(x, [n], [axis], inverse, norm),
    "hfft": one(whole, False),
    "ifft": one(full, True),
    "ifft2": several(full, True),
    "ifftn": several(full, True),
    "ifftshift": shifted(False),
    "ihfft": one(half, True),
    "irfft": one(whole, True),
    "irfft2": several(whole, True),
    "irfftn": several(whole, True),
    "rdft": lambda x, axis, inverse, norm: half(x, None, [axis], inverse, norm),
    "rfft": one(half, False),
    "rfft2": several(half, False),
    "rfftn": several(half, False),
}
