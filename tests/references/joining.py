"""References for the composites of autodiff/ops/joining.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def array_split(x: Any, parts: Any, axis: int) -> Any:
    rows = np.moveaxis(x, axis, 0)
    if isinstance(parts, int):
        lengths = [len(range(i, len(rows), parts)) for i in range(parts)]
        cuts = [sum(lengths[: i + 1]) for i in range(parts - 1)]
    else:
        cuts = parts
    places = zip([0, *cuts], [*cuts, len(rows)], strict=True)
    return tuple(np.moveaxis(rows[start:end], 0, axis) for start, end in places)


def meshgrid(*args: Any) -> Any:
    *vectors, indexing = args
    lengths = [x.size for x in vectors]
    order = list(range(len(vectors)))
    if indexing == "xy":
        order[:2] = order[:2][::-1]
    grids = []
    for i, x in enumerate(vectors):
        y = np.zeros([lengths[j] for j in order], x.dtype)
        for at in np.ndindex(*y.shape):
            y[at] = x.ravel()[at[order.index(i)]]
        grids.append(y)
    return tuple(grids)


REFERENCES: dict[str, Callable[..., Any]] = {
    "array_split": array_split,
    "atleast_1d": np.atleast_1d,
    "atleast_2d": np.atleast_2d,
    "atleast_3d": np.atleast_3d,
    "broadcast_arrays": lambda *xs: tuple(
        x + np.zeros(np.broadcast_shapes(*(v.shape for v in xs)), x.dtype) for x in xs
    ),
    "dstack": lambda *xs: np.dstack(xs),
    "hstack": lambda *xs: np.hstack(xs),
    "meshgrid": meshgrid,
    "split": array_split,
    "unstack": lambda x, axis: tuple(np.take(x, i, axis) for i in range(x.shape[axis])),
    "vstack": lambda *xs: np.vstack(xs),
}
