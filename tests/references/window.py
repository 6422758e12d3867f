"""References for the ops of autodiff/ops/window.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def each(value: Any, axes: int) -> Any:
    """What users give for all axes at once, for each."""
    return [value] * axes if isinstance(value, int) else list(value)


def pairs(padding: Any, axes: int) -> Any:
    """A padding, as (before, after) of each axis."""
    return [(p, p) if isinstance(p, int) else tuple(p) for p in each(padding, axes)]


def windows(size: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    """For each output position, that, and the slices of a padded image under the window."""
    starts = [
        range(0, n + before + after - d * (k - 1), s)
        for n, k, s, (before, after), d in zip(size, kernel, stride, padding, dilation, strict=True)
    ]
    for at in np.ndindex(*map(len, starts)):
        first = [along[i] for along, i in zip(starts, at, strict=True)]
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        under = zip(first, reach, dilation, strict=True)
        yield at, tuple(slice(i, i + r, d) for i, r, d in under)


def framed(x: Any, padding: Any, value: float = 0.0) -> Any:
    margins = [(0, 0)] * (x.ndim - len(padding)) + [tuple(p) for p in padding]
    return np.pad(np.asarray(x, float), margins, constant_values=value)


def unframed(x: Any, padding: Any) -> Any:
    size = x.shape[-len(padding) :]
    return x[(..., *(slice(b, n - a) for n, (b, a) in zip(size, padding, strict=True)))]


def count(size: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[int, ...]:
    *_, (last, _) = windows(size, kernel, stride, padding, dilation)
    return tuple(i + 1 for i in last)


def seen(x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    size = x.shape[-len(kernel) :]
    out = count(size, kernel, stride, padding, dilation)
    image = framed(x, padding)
    y = np.zeros((*x.shape[: -len(kernel)], *kernel, *out))
    for at, under in windows(size, kernel, stride, padding, dilation):
        y[(..., *at)] = image[(..., *under)]
    return y


def added_up(cols: Any, size: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    axes = len(size)
    kernel = cols.shape[-2 * axes : -axes]
    image = framed(np.zeros((*cols.shape[: -2 * axes], *size)), padding)
    for at, under in windows(size, kernel, stride, padding, dilation):
        image[(..., *under)] += cols[(..., *at)]
    return unframed(image, padding)


def im2col(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    kernel, stride, padding = each(kernel, 2), each(stride, 2), pairs(padding, 2)
    image = framed(x, padding)
    rows = [
        np.ravel(image[n][(slice(None), *under)])
        for n in range(x.shape[0])
        for _, under in windows(x.shape[2:], kernel, stride, padding, (1, 1))
    ]
    return np.array(rows).reshape(len(rows), x.shape[1] * kernel[0] * kernel[1])


def col2im(cols: Any, shape: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    kernel, stride, padding = each(kernel, 2), each(stride, 2), pairs(padding, 2)
    image = framed(np.zeros(shape), padding)
    rows = iter(cols)
    for n in range(shape[0]):
        for _, under in windows(shape[2:], kernel, stride, padding, (1, 1)):
            image[n][(slice(None), *under)] += next(rows).reshape(shape[1], *kernel)
    return unframed(image, padding)


def unfold(x: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    kernel, dilation, stride = each(kernel, 2), each(dilation, 2), each(stride, 2)
    image = framed(x, pairs(padding, 2))
    found = windows(x.shape[-2:], kernel, stride, pairs(padding, 2), dilation)
    length = x.shape[-3] * kernel[0] * kernel[1]
    columns = [image[(..., *under)].reshape(*x.shape[:-3], length) for _, under in found]
    return np.stack(columns, -1)


def fold(x: Any, output_size: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    kernel, dilation, stride = each(kernel, 2), each(dilation, 2), each(stride, 2)
    size, padding = each(output_size, 2), pairs(padding, 2)
    c = x.shape[-2] // (kernel[0] * kernel[1])
    image = framed(np.zeros((*x.shape[:-2], c, *size)), padding)
    found = windows(size, kernel, stride, padding, dilation)
    for column, (_, under) in enumerate(found):
        image[(..., *under)] += x[..., column].reshape(*x.shape[:-2], c, *kernel)
    return unframed(image, padding)


REFERENCES: dict[str, Callable[..., Any]] = {
    "col2im": col2im,
    "fold": fold,
    "from_windows": added_up,
    "im2col": im2col,
    "unfold": unfold,
    "windows": seen,
}
