"""Numbers for tests: easy to read, all different, and never at a kink.

A random double is as general as a number can be, but nobody reads ``-0.23604839``, and a report
full of such numbers hides what matters. So values here are decimal fractions of few digits:

- As few digits as leave a wide choice: `CHOICE` candidates for every value that is wanted. One
  number has one digit, ``0.4``; thirty have two.
- None is near a multiple of one half. There are the kinks and jumps of what has any (`abs`, `relu`,
  `floor`, `round`), the special points (a product with 0 or 1, a power of 0), and the short
  decimals that binary numbers represent exactly, which would hide errors of rounding.
- None comes twice, so that an element read from the wrong place shows, and no maximum is tied.
"""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from itertools import count
from math import ceil, floor, log10
from typing import Any, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Domain: TypeAlias = tuple[float, float]

CHOICE = 8
"""How many candidates there are for every value, at least; of `small` ones, half as many."""

MARGIN = 0.05
"""How far values keep from kinks; in an interval narrower than 2.5, a fiftieth of that."""

WIDE = 100.0
"""In an interval wider than this, values are whole numbers too."""

MOST = 100_000
"""Of more candidates than this nobody could tell one from another: values then repeat."""


def decimals(
    rng: np.random.Generator,
    n: int,
    domain: Domain,
    dtype: np.dtype[Any],
    away_from: tuple[float, ...] = (),
    apart: bool = False,
    used: Set[float] = frozenset(),
    small: bool = False,
) -> Array:
    """Readable numbers strictly inside an interval.

    Parameters
    ----------
    rng
        Chooses them.
    n
        How many.
    domain
        The interval.
    dtype
        A floating one, which they must be different in: it limits their digits. A half-precision
        one has too few for many values, which then repeat.
    away_from
        Numbers that they keep away from, besides the multiples of one half.
    apart
        Spread them evenly, so that each differs from the next by a good part of ``width / n``.
    used
        Numbers that they are not.
    small
        Take the first ones of the interval (if they needn't be `apart`), with fewer digits.

    Returns
    -------
    ndarray
        Float64, of length `n`.

    Raises
    ------
    ValueError
        If the interval has no such numbers, or too few to be `apart`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> decimals(rng, 3, (-3.0, 3.0), np.dtype(float)).tolist()
    [0.7, 0.1, 1.9]
    >>> decimals(rng, 3, (0.0, 0.01), np.dtype(float), apart=True).tolist()
    [0.0022, 0.0089, 0.0052]
    """
    width, largest = domain[1] - domain[0], max(map(abs, domain))
    finest = max(2 * np.finfo(dtype).eps * largest, width / MOST)
    choice = (CHOICE // 2 if small else CHOICE) * (n + len(used))
    for digits in count(1 if width <= WIDE else floor(-log10(width))):
        candidates = _grid(domain, digits, away_from)
        if len(candidates) >= choice or 10.0 ** -(digits + 1) < finest:
            break
    if small and not apart:
        candidates = candidates[:choice]
    return _chosen(rng, n, candidates, apart, used, domain)


def whole_numbers(
    rng: np.random.Generator,
    n: int,
    domain: Domain,
    dtype: np.dtype[Any],
    away_from: tuple[float, ...] = (),
    apart: bool = False,
) -> Array:
    """Whole numbers of an interval, its ends included, as far as an integer dtype has them.

    They may be equal, unless they are to be `apart`; the parameters are those of `decimals`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> whole_numbers(rng, 4, (-2.0, 2.0), np.dtype(int), away_from=(0.0,)).tolist()
    [2, 1, 1, -1]
    """
    limits = np.iinfo(dtype)
    low, high = max(ceil(domain[0]), limits.min), min(floor(domain[1]), limits.max)
    numbers = np.linspace(low, high, max(0, min(high - low + 1, MOST))).round()
    numbers = numbers[~np.isin(numbers, away_from)]
    if n > (len(numbers) if apart else n * len(numbers)):
        _refuse(n, len(numbers), domain)
    return np.asarray(rng.choice(numbers, n, replace=not apart) if n else [], dtype)


@lru_cache(maxsize=256)
def _grid(domain: Domain, digits: int, away_from: tuple[float, ...]) -> Array:
    """The decimal fractions inside an interval that are away from all kinks, ascending."""
    (low, high), scale = domain, 10.0**digits
    steps = np.arange(floor(low * scale), ceil(high * scale) + 1.0)
    numbers: Array = steps / scale if digits > 0 else steps * 10.0**-digits
    numbers = numbers[(numbers > low) & (numbers < high)]
    margin = min(MARGIN, (high - low) / 50) * (1 - 1e-9)
    if high - low <= WIDE:
        numbers = numbers[np.abs(2 * numbers - np.round(2 * numbers)) >= 2 * margin]
    for kink in (0.0, *away_from):
        numbers = numbers[np.abs(numbers - kink) >= margin]
    return numbers


def _chosen(
    rng: np.random.Generator,
    n: int,
    candidates: Array,
    apart: bool,
    used: Set[float],
    domain: Domain,
) -> Array:
    m = len(candidates)
    if n > (m // 3 if apart else n * m):
        _refuse(n, m // 3 if apart else 0, domain)
    if not n:
        return candidates[:0]
    if apart:
        places = (rng.permutation(n) + rng.uniform(0.3, 0.7, n)) * (m / n)
        return np.asarray(candidates[places.astype(int)])
    if m < n + len(used):
        return np.asarray(rng.choice(candidates, n))
    some = rng.choice(candidates, n + len(used), replace=False)
    return np.array([x for x in some.tolist() if x not in used][:n])


def _refuse(n: int, found: int, domain: Domain) -> NoReturn:
    raise ValueError(
        f"expected a domain with {n} numbers that are away from each other and from kinks, got "
        f"{domain}, which has {found}: widen it, or ask for fewer"
    )
