"""Calls of products, of what solves, and of norms."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from string import ascii_lowercase
from typing import Any

import numpy as np

from autodiff.testing.drawing import (
    Array,
    Draw,
    Maker,
    Shape,
    axes,
    broadcastable_shapes,
    rounded,
    several_axes,
    shapes,
    sides,
    st,
)
from autodiff.testing.generators.registry import an_axis, generator

BATCHES = shapes(max_dims=2, max_side=2)


def numbers(draw: Draw, make: Maker, shape: Shape, size: float = 3.0) -> Array:
    """Real or complex ones."""
    domain = (-size, size)
    return make.complex(shape, domain) if draw(st.booleans()) else make(shape, domain)


def invertible(draw: Draw, make: Maker, shape: Shape) -> Array:
    """Matrices far from singular ones: twice the identity, disturbed."""
    size = 1 / (1 + max(shape[-2:]))
    return _with(numbers(draw, make, shape, size), 2 * np.eye(shape[-2], shape[-1]))


def _with(x: Array, on: Any) -> Array:
    """Their sum, in `x`'s dtype, read-only."""
    return rounded(x + on, x.dtype)


# --- products ---


@generator("matmul")
def _matmul(draw: Draw, make: Maker) -> Any:
    n, k, m = (draw(sides(most=3)) for _ in range(3))
    left, right = draw(broadcastable_shapes(2, shapes(max_dims=2, max_side=3)))
    x1 = (k,) if not left and draw(st.booleans()) else (*left, n, k)
    x2 = (k,) if not right and draw(st.booleans()) else (*right, k, m)
    return [numbers(draw, make, x1), numbers(draw, make, x2)], []


@generator("affine")
def _affine(draw: Draw, make: Maker) -> Any:
    batch = draw(shapes(max_dims=2, max_side=3))
    n, m = draw(sides(most=3)), draw(sides(most=3))
    return [make((*batch, n)), make((m, n)), make((m,))], []


@generator("linear")
def _linear(draw: Draw, make: Maker) -> Any:
    (x, weight, bias), _ = _affine(draw, make)
    return [x, weight, bias if draw(st.booleans()) else None], []


@generator("contract")
def _contract(draw: Draw, make: Maker) -> Any:
    terms: list[list[str]] = [[], [], []]
    for label in ascii_lowercase[: draw(st.integers(0, 5))]:
        left_out = draw(st.integers(0, 3))
        for i, term in enumerate(terms):
            if i != left_out:
                term.append(label)
    sizes = {label: draw(sides(most=3)) for label in ascii_lowercase[:5]}
    ones, twos, out = ("".join(draw(st.permutations(term))) for term in terms)
    xs = [numbers(draw, make, tuple(sizes[label] for label in term)) for term in (ones, twos)]
    return xs, [f"{ones},{twos}->{out}"]


@generator("sum_of_products")
def _sum_of_products(draw: Draw, make: Maker) -> Any:
    sizes = {label: draw(st.integers(0 if label == "a" else 1, 3)) for label in "abcd"}
    term = st.lists(st.sampled_from("abcd"), max_size=3).map("".join)
    terms = draw(st.lists(term, min_size=1, max_size=3))
    used = [label for label in "abcd" if label in "".join(terms)]
    out = draw(st.lists(st.sampled_from(used), unique=True)) if used else []
    text, xs = [], []
    rests = draw(broadcastable_shapes(len(terms), shapes(max_dims=2, max_side=2)))
    dots = draw(st.booleans())
    for labels, rest in zip(terms, rests, strict=True):
        at = draw(st.integers(0, len(labels)))
        kept = draw(st.booleans())  # an axis of length 1 broadcasts
        shape = [1 if kept and labels.count(i) == 1 and i == "b" else sizes[i] for i in labels]
        if dots:
            labels, shape = f"{labels[:at]}...{labels[at:]}", [*shape[:at], *rest, *shape[at:]]
        text.append(labels)
        xs.append(make(tuple(shape)))
    right = ["...", *out] if dots else out
    arrow = f"->{''.join(draw(st.permutations(right)))}"
    return xs, [",".join(text) + (arrow if draw(st.booleans()) else "")]


@generator("tensordot")
def _tensordot(draw: Draw, make: Maker) -> Any:
    shared = draw(shapes(max_dims=2, max_side=3))
    left, right = draw(shapes(max_dims=2, max_side=3)), draw(shapes(max_dims=2, max_side=3))
    if draw(st.booleans()):
        return [make((*left, *shared)), make((*shared, *right))], [len(shared)]
    n = len(shared)
    ones, twos = (draw(several_axes(len(others) + n, n, n)) for others in (left, right))
    x1 = make(_filled_in(left, ones, shared))
    x2 = numbers(draw, make, _filled_in(right, twos, shared))
    return [x1, x2], [([*ones], [*twos])]


def _filled_in(others: Shape, at: Shape, shared: Shape) -> Shape:
    ndim, rest = len(others) + len(at), iter(others)
    known = {axis % ndim: side for axis, side in zip(at, shared, strict=True)}
    return tuple(known[i] if i in known else next(rest) for i in range(ndim))


@generator("vecdot")
def _vecdot(draw: Draw, make: Maker) -> Any:
    return _vectors(draw, make, draw(sides(most=3)))


@generator("cross")
def _cross(draw: Draw, make: Maker) -> Any:
    return _vectors(draw, make, 3)


def _vectors(draw: Draw, make: Maker, n: int) -> Any:
    left, right = draw(broadcastable_shapes(2, shapes(max_dims=2, max_side=2)))
    axis = -draw(st.integers(1, 1 + min(len(left), len(right))))
    x1, x2 = ((*s[: len(s) + axis + 1], n, *s[len(s) + axis + 1 :]) for s in (left, right))
    if len(x1) == len(x2) and draw(st.booleans()):
        axis += len(x1)
    return [numbers(draw, make, x1), numbers(draw, make, x2)], [axis]


@generator("cross_product")
def _cross_product(draw: Draw, make: Maker) -> Any:
    left, right = draw(broadcastable_shapes(2, shapes(max_dims=2, max_side=2)))
    return [numbers(draw, make, (*left, 3)), numbers(draw, make, (*right, 3))], []


@generator("outer")
@generator("kron")
def _two(draw: Draw, make: Maker) -> Any:
    return [numbers(draw, make, draw(shapes(max_side=3))) for _ in range(2)], []


@generator("inner")
def _inner(draw: Draw, make: Maker) -> Any:
    left, right = draw(shapes(max_dims=2, max_side=3)), draw(shapes(max_dims=2, max_side=3))
    k = draw(sides(most=3))
    x1 = (*left, k) if draw(st.booleans()) else ()
    return [numbers(draw, make, x1), numbers(draw, make, (*right, k))], []


@generator("dot")
def _dot(draw: Draw, make: Maker) -> Any:
    left, right = draw(shapes(max_dims=2, max_side=3)), draw(shapes(max_dims=2, max_side=2))
    k, m = draw(sides(most=3)), draw(sides(most=3))
    x1 = draw(st.sampled_from([(*left, k), (k,), ()]))
    x2 = draw(st.sampled_from([(*right, k, m), (k, m), (k,)]))
    return [numbers(draw, make, x1), numbers(draw, make, x2)], []


@generator("multi_dot")
def _multi_dot(draw: Draw, make: Maker) -> Any:
    sizes: list[Shape] = list(pairwise(draw(st.lists(sides(), min_size=3, max_size=6))))
    if draw(st.booleans()):
        sizes[0] = sizes[0][1:]
    if draw(st.booleans()):
        sizes[-1] = sizes[-1][:1]
    return [make(shape, (-1.0, 1.0)) for shape in sizes], []


# --- systems, determinants, functions of matrices ---


@generator("inv")
@generator("slogdet")
@generator("signed_logdet")
def _invertible(draw: Draw, make: Maker) -> Any:
    n = draw(sides(most=3))
    return [invertible(draw, make, (*draw(BATCHES), n, n))], []


@generator("det")
def _det(draw: Draw, make: Maker) -> Any:
    n = draw(sides(most=3))
    x = np.array(invertible(draw, make, (*draw(BATCHES), n, n)))
    if n and draw(st.booleans()):  # singular
        x[..., :1, :] = x[..., 1:, :].sum(-2, keepdims=True)
    return [_with(x, 0)], []


@generator("solve")
def _solve(draw: Draw, make: Maker) -> Any:
    n, k = draw(sides(most=3)), draw(sides(most=3))
    left, right = draw(broadcastable_shapes(2, BATCHES))
    x2 = (n,) if draw(st.booleans()) else (*right, n, k)
    return [invertible(draw, make, (*left, n, n)), numbers(draw, make, x2)], []


@generator("solve_triangular")
def _solve_triangular(draw: Draw, make: Maker) -> Any:
    xs, _ = _solve(draw, make)
    return xs, [draw(st.booleans()), draw(st.booleans())]


@generator("matrix_power")
def _matrix_power(draw: Draw, make: Maker) -> Any:
    n = draw(sides(most=3))
    return [invertible(draw, make, (*draw(BATCHES), n, n))], [draw(st.integers(-3, 5))]


@generator("expm")
def _expm(draw: Draw, make: Maker) -> Any:
    n = draw(sides(most=3))
    size = draw(st.sampled_from([0.003, 0.05, 0.2, 0.5, 1.5]))
    return [numbers(draw, make, (*draw(BATCHES), n, n), size)], []


@generator("pinv")
def _pinv(draw: Draw, make: Maker) -> Any:
    m, n = draw(sides(most=3)), draw(sides(most=3))
    return [invertible(draw, make, (*draw(BATCHES), m, n))], [None]


# --- norms ---


@generator("trace")
def _trace(draw: Draw, make: Maker) -> Any:
    x = numbers(draw, make, draw(shapes(min_dims=2, max_dims=4)))
    return [x], [draw(st.integers(-4, 4)), None]


@generator("vector_norm")
def _vector_norm(draw: Draw, make: Maker) -> Any:
    ord_ = draw(st.sampled_from([2, 1, 0, inf, -inf, 3, 2.5, 0.5, -1, -2]))
    x, axis = _away_from_0(draw, make, shapes(min_side=int(ord_ < 0)))
    return [x], [axis, draw(st.booleans()), ord_]


def _away_from_0(draw: Draw, make: Maker, sizes: Any) -> Any:
    shape = draw(sizes)
    x = make(shape, (0.3, 3.0), apart=True, dtype=np.empty(0, make.dtype).real.dtype)
    turns, dtype = np.array([-1, 1]), x.dtype
    if draw(st.booleans()):  # by angles that keep the numbers short
        turns, dtype = np.array(TURNS), np.result_type(dtype, np.complex64)
    sign = turns[make.integers(0, len(turns), shape)]
    return rounded(x * sign, dtype), draw(axes(shape))


TURNS = [a + b * 1j for a, b in [(0.6, 0.8), (0.8, 0.6)] for a in (a, -a) for b in (b, -b)]


@generator("matrix_norm")
def _matrix_norm(draw: Draw, make: Maker) -> Any:
    ord_ = draw(ORDS)
    return [_for_norm(draw, make, ord_)], [draw(st.booleans()), ord_]


ORDS = st.sampled_from(["fro", "nuc", 1, -1, 2, -2, inf, -inf, None])


def _for_norm(draw: Draw, make: Maker, ord_: Any) -> Array:
    """Matrices none of whose norms that `ord_` chooses from is near another."""
    shape = (*draw(BATCHES), draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    if ord_ not in (1, -1, inf, -inf):
        return _spread(draw, make, shape)
    rows, columns = np.ogrid[: shape[-2], : shape[-1]]
    x = numbers(draw, make, shape, 0.1)
    signs = make.signs(shape)
    return _with(x, signs * (1 + rows + 4 * columns))


def _spread(draw: Draw, make: Maker, shape: Shape) -> Array:
    """Matrices whose singular values lie apart, and of square ones the sums of columns, of rows."""
    x = numbers(draw, make, shape, 0.1)
    return _with(x, np.eye(shape[-2], shape[-1]) * (1 + np.arange(shape[-1])))


@generator("norm")
def _norm(draw: Draw, make: Maker) -> Any:
    if draw(st.booleans()):
        x, axis = _away_from_0(draw, make, shapes(1, 3, 1))
        ord_ = draw(st.sampled_from([None, 1, 2, inf, -inf, 3]))
        return [x], [ord_, an_axis(draw, x.ndim), draw(st.booleans())]
    ord_ = draw(ORDS)
    x = _for_norm(draw, make, ord_)
    axis = draw(st.sampled_from([(-2, -1), (-1, -2)]))
    if x.ndim == 2:
        axis = draw(st.sampled_from([axis, None]))
    return [x], [ord_, axis, draw(st.booleans())]


@generator("cond")
def _cond(draw: Draw, make: Maker) -> Any:
    p = draw(st.sampled_from([None, 2, -2, "fro", "nuc", 1, -1, inf, -inf]))
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return [_spread(draw, make, (*draw(BATCHES), m, n if p in (None, 2, -2) else m))], [p]
