"""References for the ops of autodiff/ops/pool.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.window import count, framed, unframed, windows


def max_pool2d(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = np.zeros((*x.shape[:-2], *count(x.shape[-2:], kernel, stride, padding)))
    image = framed(x, padding, -np.inf)
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        y[..., oi, oj] = image[..., rows, cols].max((-2, -1))
    return y


def max_pool2d_pick(t: Any, x: Any, top: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = np.zeros(top.shape)
    image, picked = framed(x, padding, -np.inf), framed(t, padding)
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        for at in np.ndindex(*x.shape[:-2]):
            best = int(image[at][rows, cols].argmax())
            y[at][oi, oj] = picked[at][rows, cols].ravel()[best]
    return y


def max_pool2d_spread(c: Any, x: Any, top: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    image, y = framed(x, padding, -np.inf), framed(np.zeros(x.shape), padding)
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        for at in np.ndindex(*x.shape[:-2]):
            i, j = divmod(int(image[at][rows, cols].argmax()), kernel[1])
            y[at][rows, cols][i, j] += c[at][oi, oj]
    return unframed(y, padding)


def sum_pool2d(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = np.zeros((*x.shape[:-2], *count(x.shape[-2:], kernel, stride, padding)))
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        y[..., oi, oj] = framed(x, padding)[..., rows, cols].sum((-2, -1))
    return y


def sum_pool2d_spread(c: Any, size: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = framed(np.zeros((*c.shape[:-2], *size)), padding)
    for oi, oj, rows, cols in windows(size, kernel, stride, padding):
        y[..., rows, cols] += c[..., oi, oj][..., None, None]
    return unframed(y, padding)


REFERENCES: dict[str, Callable[..., Any]] = {
    "max_pool2d": max_pool2d,
    "max_pool2d_pick": max_pool2d_pick,
    "max_pool2d_spread": max_pool2d_spread,
    "sum_pool2d": sum_pool2d,
    "sum_pool2d_spread": sum_pool2d_spread,
}
