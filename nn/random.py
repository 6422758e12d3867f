"""The generator that layers draw their first weights from when they are given none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator


@cache
def _shared() -> Generator:
    return np.random.default_rng()  # at the first draw: numpy.random is slow to import


def manual_seed(seed: int) -> None:
    """Start the shared generator anew, so that the weights drawn from it can be had again.

    Parameters
    ----------
    seed
        Whatever `numpy.random.default_rng` takes: a non-negative integer, or several.

    Raises
    ------
    ValueError, TypeError
        If NumPy can't seed a generator with it; the shared one is then left as it was.

    Examples
    --------
    >>> manual_seed(7)
    >>> first = generator().random()
    >>> manual_seed(7)
    >>> first == generator().random()
    True
    """
    _shared().bit_generator.state = np.random.default_rng(seed).bit_generator.state


def generator(rng: Generator | None = None) -> Generator:
    """The generator to draw from: the one given, or else the shared one.

    Raises
    ------
    TypeError
        If `rng` is neither a `numpy.random.Generator` nor None.

    Examples
    --------
    >>> generator(np.random.default_rng(0)).integers(10)
    np.int64(8)
    """
    if rng is None:
        return _shared()
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"expected rng to be a numpy Generator, such as np.random.default_rng(0), or None: "
            f"got {rng!r}"
        )
    return rng
