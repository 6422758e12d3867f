"""Linear recurrences along the last axis, in a number of steps that grows with its logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np


def recurrence(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """``y[k] = a[k] y[k - 1] + b[k]`` along the last axis; of `a` the first one is not used.

    Two steps of the recurrence are one step of a recurrence half as long, which gives every second
    element; the others follow.

    Parameters
    ----------
    a, b
        Of one shape and one dtype.

    Notes
    -----
    Blelloch, "Prefix sums and their applications", 1990, section 1.4: the maps y -> a y + b form a
    semigroup, so that any parallel scan computes them.
    """
    n = b.shape[-1]
    y = np.array(b)
    if n < 2:
        return y
    even, odd = slice(0, n - n % 2, 2), slice(1, None, 2)
    both, inner = a[..., odd] * a[..., even], slice(1, n - 1, 2)
    both[..., :1] = 0
    y[..., odd] = recurrence(both, a[..., odd] * b[..., even] + b[..., odd])
    y[..., 2::2] += a[..., 2::2] * y[..., inner]
    return y
