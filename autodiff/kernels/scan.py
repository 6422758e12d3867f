"""Linear recurrences along the last axis, in a number of steps that grows with its logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np


def recurrence(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """``y[k] = a[k] y[k - 1] + b[k]`` along the last axis; of `a` the first one is not used.

    Two steps of the recurrence are one step of a recurrence half as long, which gives every second
    element; the others follow. Where the double steps are no longer numbers in full precision, as
    products of many large or small coefficients are not, what is left is done step by step.

    Parameters
    ----------
    a, b
        Of one shape and one floating or complex dtype.

    Notes
    -----
    Blelloch, "Prefix sums and their applications", 1990, section 1.4: the maps y -> a y + b form a
    semigroup, so that any parallel scan computes them.
    """
    n = b.shape[-1]
    if n < 3:
        return _step_by_step(a, b)
    even, odd = slice(0, n - n % 2, 2), slice(1, None, 2)
    with np.errstate(all="ignore"):
        both = a[..., odd] * a[..., even]
        both[..., :1] = 0  # nothing comes before
        added = a[..., odd] * b[..., even] + b[..., odd]
        halved = np.isfinite(added).all() and _precise(both, a[..., odd], a[..., even])
    if not halved:
        return _step_by_step(a, b)
    y = np.array(b)
    y[..., odd] = recurrence(both, added)
    y[..., 2::2] += a[..., 2::2] * y[..., 1 : n - 1 : 2]
    return y


def _precise(
    product: np.ndarray[Any, Any], x1: np.ndarray[Any, Any], x2: np.ndarray[Any, Any]
) -> bool:
    """Whether nothing overflowed or underflowed in a product; the first one is not looked at."""
    sizes = np.abs(product[..., 1:])
    small = sizes < np.finfo(product.dtype).tiny
    if small.any():
        small &= (x1[..., 1:] != 0) & (x2[..., 1:] != 0)
    return bool(np.isfinite(sizes).all() and not small.any())


def _step_by_step(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    y = np.array(b)
    for k in range(1, y.shape[-1]):
        y[..., k] += a[..., k] * y[..., k - 1]
    return y
