"""How to draw a call of each structured op of the library: a file for each of its rooms."""

from autodiff.testing.generators import (
    complex,
    conv,
    index,
    linalg,
    manipulation,
    pool,
    reduce,
    selection,
    softmax,
    window,
)
from autodiff.testing.generators.registry import CONSTANTS, GENERATORS, Generator, generator

__all__ = [
    "CONSTANTS",
    "GENERATORS",
    "Generator",
    "complex",
    "conv",
    "generator",
    "index",
    "linalg",
    "manipulation",
    "pool",
    "reduce",
    "selection",
    "softmax",
    "window",
]
