"""Calls of ops that choose."""

from __future__ import annotations

from math import prod
from typing import Any

from autodiff.testing.drawing import Draw, Maker, broadcastable_shapes, shapes, st
from autodiff.testing.generators.registry import generator


@generator("clamp")
@generator("clip")
def _clip(draw: Draw, make: Maker) -> Any:
    low = draw(st.sampled_from([None, -1.0, -0.5]))
    high = draw(st.sampled_from([None, 1.0, 0.5]))
    return [make(draw(shapes()))], [low, high]


@generator("where", constants=(0,))
def _where(draw: Draw, make: Maker) -> Any:
    mask, one, other = draw(broadcastable_shapes(3))
    return [make.mask(mask), make(one), make(other)], []


@generator("fmax")
@generator("fmin")
@generator("maximum")
@generator("minimum")
def _extremes(draw: Draw, make: Maker) -> Any:
    one, other = draw(broadcastable_shapes(2))
    values = make((prod(one) + prod(other),), apart=True)
    return [values[: prod(one)].reshape(one), values[prod(one) :].reshape(other)], []


@generator("abs")
@generator("sign")
def _away_from_zero(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()), (0.2, 3.0))], []


@generator("nan_to_num")
def _nan_to_num(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], [0.0, None, None]
