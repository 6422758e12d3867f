"""References for the ops of autodiff/ops/exponential.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.references.tools import each

REFERENCES: dict[str, Callable[..., Any]] = {
    "exp": each(math.exp),
    "expm1": each(math.expm1),
    "log": each(math.log),
    "log1p": each(math.log1p),
    "sigmoid": each(lambda x: 1 / (1 + math.exp(-x))),
    "exp2": each(math.exp2),
    "log2": each(math.log2),
    "log10": each(math.log10),
    "logaddexp": each(lambda a, b: math.log(math.exp(a) + math.exp(b))),
    "logaddexp2": each(lambda a, b: math.log2(2**a + 2**b)),
}
