"""Calls of log-sum-exp and its kin."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, shapes, st
from autodiff.testing.generators.registry import an_axis, generator


@generator("softmax")
@generator("log_softmax")
def _softmax(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    return [make(shape)], [an_axis(draw, len(shape))]


@generator("cross_entropy")
def _cross_entropy(draw: Draw, make: Maker) -> Any:
    n, *rest = draw(shapes(min_dims=1))
    classes = draw(st.integers(1, 4))
    target = make.integers(0, classes, (n, *rest))
    return [make((n, classes, *rest))], [target]
