"""What linear algebra counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.plain.untracked import untracked
from autodiff.variable import Array, raw


@untracked(expects="matrices (..., M, N)")
def matrix_rank(x: Array, /, *, rtol: Any = None) -> Array:
    """Rank of matrices: how many singular values are not 0, up to rounding.

    Parameters
    ----------
    x
        Shape (..., M, N), any numeric dtype.
    rtol
        As in `pinv`.

    Returns
    -------
    Tensor
        Integers of shape (...), without a gradient.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If `x` has fewer than two axes.

    Notes
    -----
    `numpy.linalg.matrix_rank`; the array API standard's ``linalg.matrix_rank``.

    Examples
    --------
    >>> matrix_rank(Tensor([[1.0, 2.0], [2.0, 4.0]])).item()
    1
    """
    if x.ndim < 2:
        raise ValueError("x has fewer than two axes")
    return np.linalg.matrix_rank(x, rtol=raw(rtol))
