"""Calls of normalisations."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, shapes
from autodiff.testing.generators.registry import generator, some_axes


@generator("standardize")
def _standardize(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_side=1))
    return [make(shape)], [some_axes(draw, len(shape)), 0.1]
