"""References for the ops of autodiff/ops/arithmetic.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.references.tools import each

REFERENCES: dict[str, Callable[..., Any]] = {
    "add": each(lambda a, b: a + b),
    "divide": each(lambda a, b: a / b),
    "multiply": each(lambda a, b: a * b),
    "negative": each(lambda x: 0 - x),
    "pow": each(math.pow),
    "sqrt": each(math.sqrt),
    "square": each(lambda x: x * x),
    "subtract": each(lambda a, b: a - b),
    "positive": each(lambda x: x),
    "reciprocal": each(lambda x: 1 / x),
    "cbrt": each(math.cbrt),
    "hypot": each(math.hypot),
    "copysign": each(math.copysign),
    "remainder": each(lambda a, b: a % b),
    "fmod": each(math.fmod),
    "floor_divide": each(lambda a, b: a // b),
}
