"""References for the ops of autodiff/ops/reduce.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.references.tools import reduced

REFERENCES: dict[str, Callable[..., Any]] = {
    "max": reduced(max),
    "mean": reduced(lambda xs: math.fsum(xs) / len(xs)),
    "min": reduced(min),
    "prod": reduced(math.prod),
    "sum": reduced(math.fsum),
}
