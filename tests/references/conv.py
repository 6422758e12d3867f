"""References for the ops of autodiff/ops/conv.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.window import count, framed, unframed, windows


def conv2d(x: Any, w: Any, stride: Any, padding: Any) -> Any:
    kernel, size = w.shape[2:], x.shape[2:]
    y = np.zeros((x.shape[0], w.shape[0], *count(size, kernel, stride, padding)))
    image = framed(x, padding)
    for oi, oj, rows, cols in windows(size, kernel, stride, padding):
        y[:, :, oi, oj] = np.einsum("ncij,ocij->no", image[:, :, rows, cols], w)
    return y


def conv2d_input(c: Any, w: Any, size: Any, stride: Any, padding: Any) -> Any:
    image = framed(np.zeros((c.shape[0], w.shape[1], *size)), padding)
    for oi, oj, rows, cols in windows(size, w.shape[2:], stride, padding):
        image[:, :, rows, cols] += np.einsum("no,ocij->ncij", c[:, :, oi, oj], w)
    return unframed(image, padding)


def conv2d_weight(x: Any, c: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    w = np.zeros((c.shape[1], x.shape[1], *kernel))
    image = framed(x, padding)
    for oi, oj, rows, cols in windows(x.shape[2:], kernel, stride, padding):
        w += np.einsum("ncij,no->ocij", image[:, :, rows, cols], c[:, :, oi, oj])
    return w


REFERENCES: dict[str, Callable[..., Any]] = {
    "conv2d": conv2d,
    "conv2d_input": conv2d_input,
    "conv2d_weight": conv2d_weight,
}
