"""References for the ops of autodiff/ops/selection.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.references.tools import each


def clip(x: Any, low: Any, high: Any) -> Any:
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    return each(lambda v: min(max(v, low), high))(x)


REFERENCES: dict[str, Callable[..., Any]] = {
    "abs": each(lambda x: -x if x < 0 else x),
    "clamp": clip,
    "clip": clip,
    "maximum": each(max),
    "minimum": each(min),
    "relu": each(lambda x: x if x > 0 else 0.0),
    "sign": each(lambda x: (x > 0) - (x < 0)),
    "where": lambda c, a, b: each(lambda c, a, b: a if c else b)(c, a, b),
    "fmax": each(max),
    "fmin": each(min),
    "heaviside": each(lambda a, b: 0.0 if a < 0 else 1.0 if a > 0 else b),
    "nan_to_num": lambda x, *_: x,
}
