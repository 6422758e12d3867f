"""Calls of special functions that have an order."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, shapes, st
from autodiff.testing.generators.registry import generator


@generator("sinc")
@generator("erfcx")
@generator("bessel_i")
def _everywhere(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], [draw(st.integers(0, 3))]


@generator("psi")
def _positive(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()), (0.3, 3.0))], [draw(st.integers(0, 3))]


@generator("gaussian")
def _gaussian(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], [draw(st.integers(0, 3)), draw(st.sampled_from([0.5, 1.0]))]


@generator("bessel_ie")
def _bessel_ie(draw: Draw, make: Maker) -> Any:
    orders = [draw(st.integers(0, 2)), draw(st.integers(0, 2))]
    return [make(draw(shapes()), (0.2, 3.0))], orders
