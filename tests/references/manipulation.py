"""References for the ops of autodiff/ops/manipulation.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    y = np.zeros(shape)
    for at in np.ndindex(*x.shape):
        own = at[x.ndim - len(shape) :]
        y[tuple(i if n > 1 else 0 for i, n in zip(own, shape, strict=True))] += x[at]
    return y


def squeeze(x: Any, axis: Any) -> Any:
    axes = range(x.ndim) if axis is None else {int(i) % x.ndim for i in np.atleast_1d(axis)}
    return x.reshape([n for i, n in enumerate(x.shape) if not (n == 1 and i in axes)])


def zero_pad(x: Any, pairs: Any) -> Any:
    y = np.zeros([a + n + b for n, (a, b) in zip(x.shape, pairs, strict=True)], x.dtype)
    y[tuple(slice(a, a + n) for n, (a, _) in zip(x.shape, pairs, strict=True))] = x
    return y


REFERENCES: dict[str, Callable[..., Any]] = {
    "astype": lambda x, dtype, copy, device: np.array(x.tolist(), dtype).reshape(x.shape),
    "broadcast_to": lambda x, shape: x + np.zeros(shape, x.dtype),
    "cast": lambda x, dtype: np.array(x.tolist(), dtype).reshape(x.shape),
    "concat": lambda *xs: np.concatenate(xs[:-1], axis=xs[-1]),
    "copy": lambda x: x,
    "expand_dims": np.expand_dims,
    "matrix_transpose": lambda x: np.einsum("...ij->...ji", x),
    "pad": lambda x, widths, mode, values: np.pad(
        x, widths, mode, **{"constant_values": values} if mode == "constant" else {}
    ),
    "permute_dims": np.transpose,
    "reshape": lambda x, shape, copy: np.array(x.tolist(), x.dtype).reshape(shape),
    "squeeze": squeeze,
    "stack": lambda *xs: np.stack(xs[:-1], axis=xs[-1]),
    "sum_to": sum_to,
    "zero_pad": zero_pad,
}
