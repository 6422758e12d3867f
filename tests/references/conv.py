"""References for the ops of autodiff/ops/conv.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.window import count, each, framed, pairs, unframed, windows


def by_group(x: Any, w: Any, groups: int) -> Any:
    """For each group, the channels of the images, the filters, and where their outputs are."""
    c, o = w.shape[1], w.shape[0] // groups
    for i in range(groups):
        channels, outputs = slice(c * i, c * (i + 1)), slice(o * i, o * (i + 1))
        yield x[:, channels], w[outputs], channels, outputs


def convolution(x: Any, w: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    kernel, size = w.shape[2:], x.shape[2:]
    y = np.zeros((x.shape[0], w.shape[0], *count(size, kernel, stride, padding, dilation)))
    image = framed(x, padding)
    for part, filters, _, outputs in by_group(image, w, groups):
        for at, under in windows(size, kernel, stride, padding, dilation):
            seen = part[(slice(None), slice(None), *under)]
            rest = tuple(range(1, x.ndim))
            y[(slice(None), outputs, *at)] = np.tensordot(seen, filters, (rest, rest))
    return y


def convolution_input(
    c: Any, w: Any, size: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Any:
    image = framed(np.zeros((c.shape[0], w.shape[1] * groups, *size)), padding)
    for part, filters, _, outputs in by_group(image, w, groups):
        for at, under in windows(size, w.shape[2:], stride, padding, dilation):
            share = np.einsum("no,oc...->nc...", c[(slice(None), outputs, *at)], filters)
            part[(slice(None), slice(None), *under)] += share
    return unframed(image, padding)


def convolution_weight(
    x: Any, c: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Any:
    w = np.zeros((c.shape[1], x.shape[1] // groups, *kernel))
    image = framed(x, padding)
    for part, filters, _, outputs in by_group(image, w, groups):
        for at, under in windows(x.shape[2:], kernel, stride, padding, dilation):
            seen = part[(slice(None), slice(None), *under)]
            filters += np.einsum("nc...,no->oc...", seen, c[(slice(None), outputs, *at)])
    return w


def conv(axes: int) -> Callable[..., Any]:
    def reference(
        x: Any, w: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        if x.ndim == axes + 1:
            return reference(x[None], w, bias, stride, padding, dilation, groups)[0]
        dilation, stride = each(dilation, axes), each(stride, axes)
        if padding == "same":
            reach = [d * (k - 1) for d, k in zip(dilation, w.shape[2:], strict=True)]
            padding = [(r // 2, -(-r // 2)) for r in reach]
        padding = pairs(0 if padding == "valid" else padding, axes)
        y = convolution(x, w, stride, padding, dilation, groups)
        return y if bias is None else y + bias.reshape(-1, *[1] * axes)

    return reference


def conv_transpose(axes: int) -> Callable[..., Any]:
    """Every pixel times the filters, added where it belongs on a canvas, which is then cut."""

    def reference(
        x: Any, w: Any, bias: Any, stride: Any, padding: Any, more: Any, groups: int, dilation: Any
    ) -> Any:
        if x.ndim == axes + 1:
            return reference(x[None], w, bias, stride, padding, more, groups, dilation)[0]
        dilation, stride, more = each(dilation, axes), each(stride, axes), each(more, axes)
        steps = zip(x.shape[2:], w.shape[2:], stride, dilation, more, strict=True)
        size = [(n - 1) * s + d * (k - 1) + 1 + m for n, k, s, d, m in steps]
        canvas = np.zeros((x.shape[0], w.shape[1] * groups, *size))
        for i in range(groups):
            filters = np.split(w, groups)[i]
            image, part = np.split(x, groups, 1)[i], np.split(canvas, groups, 1)[i]
            for at in np.ndindex(*x.shape[2:]):
                reach = zip(at, stride, w.shape[2:], dilation, strict=True)
                under = [slice(j * s, j * s + d * (k - 1) + 1, d) for j, s, k, d in reach]
                share = np.einsum("nc,co...->no...", image[(..., *at)], filters)
                part[(..., *under)] += share
        y = unframed(canvas, pairs(padding, axes))
        return y if bias is None else y + bias.reshape(-1, *[1] * axes)

    return reference


REFERENCES: dict[str, Callable[..., Any]] = {
    "conv1d": conv(1),
    "conv2d": conv(2),
    "conv3d": conv(3),
    "conv_transpose1d": conv_transpose(1),
    "conv_transpose2d": conv_transpose(2),
    "conv_transpose3d": conv_transpose(3),
    "convolution": convolution,
    "convolution_input": convolution_input,
    "convolution_weight": convolution_weight,
}
