"""Calls of normalisations."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, axes, shapes
from autodiff.testing.generators.registry import generator


@generator("standardize")
def _standardize(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_side=1))
    return [make(shape)], [draw(axes(shape)), 0.1]
