"""Minibatches of a data set, in order or shuffled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def batches(
    x: NDArray[Any],
    t: NDArray[Any],
    batch_size: int,
    *,
    rng: np.random.Generator | None = None,
    drop_last: bool = False,
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Iterate once over a data set in minibatches: one epoch.

    Parameters
    ----------
    x, t
        Inputs and targets, arrays of any dtype, of equal length N along their first axes.
    batch_size
        Rows of a batch, at least 1.
    rng
        Shuffles the rows, each call anew; None keeps their order.
    drop_last
        Leave out the last batch if it has fewer than `batch_size` rows.

    Returns
    -------
    Iterator of (x, t)
        Pairs of arrays of `batch_size` rows, the last perhaps of fewer. Shuffled batches are
        copies; batches in order are views of `x` and `t`.

    Raises
    ------
    TypeError
        If `x` or `t` is not an array, `batch_size` not an integer or `rng` not a Generator.
    ValueError
        If the lengths differ or `batch_size` is less than 1. Both at the call, not at the first
        batch.

    Examples
    --------
    >>> x, t = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> [labels.tolist() for _, labels in batches(x, t, 2)]
    [[0, 1], [2, 3], [4]]
    >>> rng = np.random.default_rng(0)
    >>> sorted(len(rows) for rows, _ in batches(x, t, 2, rng=rng, drop_last=True))
    [2, 2]
    """
    for name, array in (("x", x), ("t", t)):
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            got = f"shape {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(f"batches: expected {name} to be an array of rows, got {got}")
    if len(x) != len(t):
        raise ValueError(
            "batches: expected x and t of equal length along their first axes, "
            f"got shapes {x.shape} and {t.shape}"
        )
    if not isinstance(batch_size, (int, np.integer)):
        raise TypeError(f"batches: expected an integer batch_size, got {batch_size!r}")
    if batch_size < 1:
        raise ValueError(f"batches: expected a batch_size of at least 1, got {batch_size}")
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise TypeError(
            "batches: expected rng to be a numpy Generator, such as np.random.default_rng(0), "
            f"or None; got {rng!r}"
        )
    return _batches(x, t, int(batch_size), rng, drop_last)


def _batches(
    x: NDArray[Any],
    t: NDArray[Any],
    size: int,
    rng: np.random.Generator | None,
    drop_last: bool,
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    order = None if rng is None else rng.permutation(len(x))
    end = len(x) - len(x) % size if drop_last else len(x)
    for start in range(0, end, size):
        stop = min(start + size, end)
        rows = slice(start, stop) if order is None else order[start:stop]
        yield x[rows], t[rows]
