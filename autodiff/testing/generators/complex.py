"""Calls of ops on complex numbers."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, broadcastable_shapes, shapes
from autodiff.testing.generators.registry import generator


@generator("real")
@generator("imag")
@generator("conj")
@generator("angle")
def _part(draw: Draw, make: Maker) -> Any:
    return [make.complex(draw(shapes()))], []


@generator("complex")
def _complex(draw: Draw, make: Maker) -> Any:
    return [make(shape) for shape in draw(broadcastable_shapes(2))], []
