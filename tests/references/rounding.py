"""References for the ops of autodiff/ops/rounding.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.references.tools import each

REFERENCES: dict[str, Callable[..., Any]] = {
    "floor": each(math.floor),
    "ceil": each(math.ceil),
    "trunc": each(math.trunc),
    "round": each(round),
}
