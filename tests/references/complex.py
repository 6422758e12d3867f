"""References for the ops of autodiff/ops/complex.py."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

import numpy as np


def each(f: Callable[[complex], Any], kind: type) -> Callable[..., Any]:
    return np.vectorize(lambda z: f(complex(z)), otypes=[kind])


REFERENCES: dict[str, Callable[..., Any]] = {
    "angle": each(cmath.phase, float),
    "complex": np.vectorize(lambda a, b: complex(a, b), otypes=[complex]),
    "conj": each(lambda z: complex(z.real, -z.imag), complex),
    "imag": each(lambda z: z.imag, float),
    "real": each(lambda z: z.real, float),
}
