"""Calls of matrix products."""

from __future__ import annotations

from typing import Any

from autodiff.testing.drawing import Draw, Maker, broadcastable, shapes, st
from autodiff.testing.generators.registry import generator


@generator("matmul")
def _matmul(draw: Draw, make: Maker) -> Any:
    n, k, m = (draw(st.integers(0, 3)) for _ in range(3))
    left, right = draw(broadcastable(2, shapes(max_dims=2, max_side=3)))
    x1 = (k,) if not left and draw(st.booleans()) else (*left, n, k)
    x2 = (k,) if not right and draw(st.booleans()) else (*right, k, m)
    return [make(x1), make(x2)], []


@generator("linear")
def _linear(draw: Draw, make: Maker) -> Any:
    batch = draw(shapes(max_dims=2, max_side=3))
    n, m = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    return [make((*batch, n)), make((m, n)), make((m,))], []
