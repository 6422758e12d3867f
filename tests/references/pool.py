"""References for the ops of autodiff/ops/pool.py and autodiff/ops/adaptive.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.window import count, each, framed, pairs, unframed, windows


def max_pool(x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    axes = len(kernel)
    out = count(x.shape[-axes:], kernel, stride, padding, dilation)
    y = np.zeros((*x.shape[:-axes], *out))
    image = framed(x, padding, -np.inf)
    for at, under in windows(x.shape[-axes:], kernel, stride, padding, dilation):
        y[(..., *at)] = image[(..., *under)].max(tuple(range(-axes, 0)))
    return y


def max_pool_pick(
    t: Any, x: Any, top: Any, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> Any:
    axes, y = len(kernel), np.zeros(top.shape)
    image, picked = framed(x, padding, -np.inf), framed(t, padding)
    for at, under in windows(x.shape[-axes:], kernel, stride, padding, dilation):
        for n in np.ndindex(*x.shape[:-axes]):
            y[n][at] = picked[n][under].ravel()[image[n][under].argmax()]
    return y


def max_pool_spread(
    c: Any, x: Any, top: Any, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> Any:
    axes = len(kernel)
    image, y = framed(x, padding, -np.inf), framed(np.zeros(x.shape), padding)
    for at, under in windows(x.shape[-axes:], kernel, stride, padding, dilation):
        for n in np.ndindex(*x.shape[:-axes]):
            best = np.unravel_index(image[n][under].argmax(), kernel)
            y[n][under][best] += c[n][at]
    return unframed(y, padding)


def sum_pool(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    axes, dense = len(kernel), [1] * len(kernel)
    y = np.zeros((*x.shape[:-axes], *count(x.shape[-axes:], kernel, stride, padding, dense)))
    for at, under in windows(x.shape[-axes:], kernel, stride, padding, dense):
        y[(..., *at)] = framed(x, padding)[(..., *under)].sum(tuple(range(-axes, 0)))
    return y


def sum_pool_spread(c: Any, size: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    axes = len(kernel)
    y = framed(np.zeros((*c.shape[:-axes], *size)), padding)
    for at, under in windows(size, kernel, stride, padding, [1] * axes):
        y[(..., *under)] += c[(..., *at)].reshape(*c.shape[:-axes], *[1] * axes)
    return unframed(y, padding)


def starts(n: int, k: int, s: int, pair: Any, d: int, ceil_mode: bool) -> list[int]:
    """Where the windows along an axis begin, counted from its first element."""
    before, after = pair
    extent = d * (k - 1) + 1
    found, at = [], -before
    while at + extent <= n + after or (ceil_mode and at < n and at + extent < n + after + s):
        found.append(at)
        at += s
    return found


def boxes(
    x: Any, axes: int, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Any:
    """For each output position the positions along each axis under the window, beyond x too."""
    kernel, dilation, padding = each(kernel, axes), each(dilation, axes), pairs(padding, axes)
    stride = kernel if stride is None else each(stride, axes)
    size = x.shape[-axes:]
    along = [
        [[at + d * t for t in range(k)] for at in starts(n, k, s, pair, d, ceil_mode)]
        for n, k, s, pair, d in zip(size, kernel, stride, padding, dilation, strict=True)
    ]
    out = tuple(map(len, along))
    return out, [
        (at, [places[i] for places, i in zip(along, at, strict=True)]) for at in np.ndindex(*out)
    ]


def largest(axes: int) -> Callable[..., Any]:
    def reference(
        x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
    ) -> Any:
        out, found = boxes(x, axes, kernel, stride, padding, dilation, ceil_mode)
        y = np.zeros((*x.shape[:-axes], *out))
        for at, box in found:
            inside = [
                [i for i in b if 0 <= i < n] for b, n in zip(box, x.shape[-axes:], strict=True)
            ]
            y[(..., *at)] = x[(..., *np.ix_(*inside))].max(tuple(range(-axes, 0)))
        return y

    return reference


def averaged(axes: int) -> Callable[..., Any]:
    def reference(
        x: Any,
        kernel: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor: Any,
    ) -> Any:
        out, found = boxes(x, axes, kernel, stride, padding, 1, ceil_mode)
        size = x.shape[-axes:]
        y = np.zeros((*x.shape[:-axes], *out))
        for at, box in found:
            inside = [[i for i in b if 0 <= i < n] for b, n in zip(box, size, strict=True)]
            counted = inside
            if count_include_pad:
                ends = [n + after for n, (_, after) in zip(size, pairs(padding, axes), strict=True)]
                counted = [[i for i in b if i < end] for b, end in zip(box, ends, strict=True)]
            total = np.asarray(x, float)[(..., *np.ix_(*inside))].sum(tuple(range(-axes, 0)))
            y[(..., *at)] = total / (divisor or math.prod(map(len, counted)))
        return y

    return reference


def adaptive(axes: int, f: Callable[..., Any]) -> Callable[..., Any]:
    def reference(x: Any, output_size: Any) -> Any:
        given = output_size if isinstance(output_size, tuple) else [output_size] * axes
        size = x.shape[-axes:]
        out = [n if m is None else m for n, m in zip(size, given, strict=True)]
        y = np.zeros((*x.shape[:-axes], *out))
        for at in np.ndindex(*out):
            box = [
                slice(math.floor(i * n / m), math.ceil((i + 1) * n / m))
                for i, n, m in zip(at, size, out, strict=True)
            ]
            y[(..., *at)] = f(np.asarray(x, float)[(..., *box)], tuple(range(-axes, 0)))
        return y

    return reference


REFERENCES: dict[str, Callable[..., Any]] = {
    "max_pool": max_pool,
    "max_pool_pick": max_pool_pick,
    "max_pool_spread": max_pool_spread,
    "sum_pool": sum_pool,
    "sum_pool_spread": sum_pool_spread,
    **{f"max_pool{axes}d": largest(axes) for axes in (1, 2, 3)},
    **{f"avg_pool{axes}d": averaged(axes) for axes in (1, 2, 3)},
    **{f"adaptive_max_pool{axes}d": adaptive(axes, np.max) for axes in (1, 2, 3)},
    **{f"adaptive_avg_pool{axes}d": adaptive(axes, np.mean) for axes in (1, 2, 3)},
}
