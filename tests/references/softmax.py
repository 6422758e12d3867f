"""References for the ops of autodiff/ops/softmax.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.tools import along, reduced


def log_sum_exp(xs: list[float]) -> float:
    return math.log(math.fsum(map(math.exp, xs)))


def soft_max(xs: list[float]) -> list[float]:
    total = math.fsum(map(math.exp, xs))
    return [math.exp(x) / total for x in xs]


def cross_entropy(logits: Any, target: Any) -> Any:
    y = np.zeros(target.shape)
    for n, *rest in np.ndindex(*target.shape):
        scores = [float(v) for v in logits[(n, slice(None), *rest)]]
        y[(n, *rest)] = -math.log(soft_max(scores)[target[(n, *rest)]])
    return y


REFERENCES: dict[str, Callable[..., Any]] = {
    "cross_entropy": cross_entropy,
    "log_softmax": along(lambda xs: [x - log_sum_exp(xs) for x in xs]),
    "logsumexp": reduced(log_sum_exp),
    "softmax": along(soft_max),
}
