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
}
