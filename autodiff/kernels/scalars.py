"""0-d constants: NumPy computes with a 0-d array twice as fast as with a Python number."""

from __future__ import annotations

import numpy as np

ONE = {
    dtype: np.ones((), dtype)
    for code in "?bBhHiIlLqQefdgFDG"
    for dtype in (np.dtype(code), np.dtype(code).newbyteorder())
}
"""A 0-d one of each dtype."""

ZERO = {dtype: np.zeros((), dtype) for dtype in ONE}
