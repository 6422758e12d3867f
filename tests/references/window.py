"""References for the ops of autodiff/ops/window.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def windows(size: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    """For each output position, the slices of a padded image under the window."""
    h, w = (n + 2 * p for n, p in zip(size, padding, strict=True))
    for oi, i in enumerate(range(0, h - kernel[0] + 1, stride[0])):
        for oj, j in enumerate(range(0, w - kernel[1] + 1, stride[1])):
            yield oi, oj, slice(i, i + kernel[0]), slice(j, j + kernel[1])


def framed(x: Any, padding: Any, value: float = 0.0) -> Any:
    margins = [(0, 0)] * (x.ndim - 2) + [(p, p) for p in padding]
    return np.pad(np.asarray(x, float), margins, constant_values=value)


def unframed(x: Any, padding: Any) -> Any:
    (ph, pw), (h, w) = padding, x.shape[-2:]
    return x[..., ph : h - ph, pw : w - pw]


def count(size: Any, kernel: Any, stride: Any, padding: Any) -> tuple[int, int]:
    *_, (oi, oj, _, _) = windows(size, kernel, stride, padding)
    return oi + 1, oj + 1


def im2col(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    image = framed(x, padding)
    rows = [
        np.ravel(image[n][:, rows, cols])
        for n in range(x.shape[0])
        for _, _, rows, cols in windows(x.shape[2:], kernel, stride, padding)
    ]
    return np.array(rows).reshape(len(rows), x.shape[1] * kernel[0] * kernel[1])


def col2im(cols: Any, shape: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    image = framed(np.zeros(shape), padding)
    rows = iter(cols)
    for n in range(shape[0]):
        for _, _, i, j in windows(shape[2:], kernel, stride, padding):
            image[n][:, i, j] += next(rows).reshape(shape[1], *kernel)
    return unframed(image, padding)


REFERENCES: dict[str, Callable[..., Any]] = {
    "col2im": col2im,
    "im2col": im2col,
}
