"""References for the ops of autodiff/ops/trigonometry.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.references.tools import each

REFERENCES: dict[str, Callable[..., Any]] = {
    "cos": each(math.cos),
    "sin": each(math.sin),
    "tan": each(math.tan),
    "tanh": each(math.tanh),
    "asin": each(math.asin),
    "acos": each(math.acos),
    "atan": each(math.atan),
    "sinh": each(math.sinh),
    "cosh": each(math.cosh),
    "asinh": each(math.asinh),
    "acosh": each(math.acosh),
    "atanh": each(math.atanh),
    "atan2": each(math.atan2),
    "deg2rad": each(math.radians),
    "rad2deg": each(math.degrees),
}
