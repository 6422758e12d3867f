"""Calls of decompositions: matrices whose factors are unique but for signs, which stay put."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.testing.drawing import Array, Draw, Maker, Shape, rounded, sides, st
from autodiff.testing.generators.linalg import BATCHES, invertible, numbers
from autodiff.testing.generators.registry import generator


def _side(draw: Draw) -> int:
    side: int = draw(sides(most=3))
    return side


def separated(make: Maker, shape: Shape) -> Array:
    """Real matrices whose eigenvalues, or singular values, lie apart: a diagonal, disturbed.

    What disturbs it is not small, so that no small change turns the sign of a vector.
    """
    return rounded(make.signs(shape) * make(shape, (0.1, 0.2)) + steps(shape), make.dtype)


def steps(shape: Shape) -> Array:
    """1, 2, 3... on the diagonal."""
    return np.eye(shape[-2], shape[-1]) * (1 + np.arange(shape[-1]))


@generator("cholesky")
def _cholesky(draw: Draw, make: Maker) -> Any:
    n = _side(draw)
    return [invertible(draw, make, (*draw(BATCHES), n, n))], [draw(st.booleans())]


@generator("packed_qr")
def _packed_qr(draw: Draw, make: Maker) -> Any:
    n = _side(draw)
    return [invertible(draw, make, (*draw(BATCHES), n + _side(draw), n))], []


@generator("qr")
def _qr(draw: Draw, make: Maker) -> Any:
    mode = draw(st.sampled_from(["reduced", "complete"]))
    m, n = _side(draw), _side(draw)
    if mode == "complete":  # which columns are chosen is unique up to a sign
        n = max(n, m - 1)
    x = separated(make, (*draw(BATCHES), m, n))
    return [x], [mode]


@generator("complement")
def _complement(draw: Draw, make: Maker) -> Any:
    n = _side(draw)
    x = separated(make, (*draw(BATCHES), n + draw(st.integers(0, 1)), n))
    return [x], []


@generator("packed_eigh")
@generator("eigh")
@generator("packed_eig")
@generator("eig")
def _eig(draw: Draw, make: Maker) -> Any:
    n = _side(draw)
    return [separated(make, (*draw(BATCHES), n, n))], []


@generator("eigvalsh")
@generator("eigvals")
def _values(draw: Draw, make: Maker) -> Any:
    n = _side(draw)
    x = numbers(draw, make, (*draw(BATCHES), n, n), 0.2)
    return [rounded(x + steps(x.shape), x.dtype)], []


@generator("packed_svd")
def _packed_svd(draw: Draw, make: Maker) -> Any:
    m, n = _side(draw), _side(draw)
    return [separated(make, (*draw(BATCHES), m, n))], []


@generator("svd")
def _svd(draw: Draw, make: Maker) -> Any:
    m, n, full = _side(draw), _side(draw), draw(st.booleans())
    if full:  # what completes the matrices is unique up to a sign
        n = min(max(n, m - 1), m + 1)
    return [separated(make, (*draw(BATCHES), m, n))], [full]


@generator("svdvals")
def _svdvals(draw: Draw, make: Maker) -> Any:
    m, n = _side(draw), _side(draw)
    x = numbers(draw, make, (*draw(BATCHES), m, n), 0.2)
    return [rounded(x + steps(x.shape), x.dtype)], []
