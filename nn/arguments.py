"""Checks of what layers are made with."""

from __future__ import annotations

import operator
from typing import Any


def positive(layer: str, name: str, value: Any) -> int:
    """`value` as an int of at least 1.

    Raises
    ------
    TypeError, ValueError
        If it is no integer, or less than 1; the message names the layer and the argument.

    Examples
    --------
    >>> positive("Linear", "in_features", 0)
    Traceback (most recent call last):
        ...
    ValueError: Linear: expected in_features of at least 1, got 0
    """
    number = _integer(layer, name, value)
    if number < 1:
        raise ValueError(f"{layer}: expected {name} of at least 1, got {number}")
    return number


def pair(layer: str, name: str, value: Any, least: int) -> tuple[int, int]:
    """One number for both image axes, or one for each, none of them less than `least`.

    Raises
    ------
    TypeError, ValueError
        If `value` is not that; the message names the layer and the argument.

    Examples
    --------
    >>> pair("Conv2d", "stride", 2, 1), pair("Conv2d", "padding", (0, 1), 0)
    ((2, 2), (0, 1))
    """
    both = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(both) != 2:
        raise TypeError(f"{layer}: expected {name} to be an int or a pair of ints, got {value!r}")
    first, second = (_integer(layer, name, v) for v in both)
    if min(first, second) < least:
        raise ValueError(f"{layer}: expected {name} of at least {least}, got {value}")
    return first, second


def _integer(layer: str, name: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{layer}: expected {name} to be an integer, got {value!r}") from None
