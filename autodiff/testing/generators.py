"""How to draw a call of each structured op of the library: shapes and params that fit together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np

from autodiff.kernels.pool import pool_max
from autodiff.kernels.window import Pair, out_size
from autodiff.testing.drawing import Draw, Maker, Shape, broadcastable, shapes, st

Generator: TypeAlias = Callable[[Draw, Maker], tuple[Sequence[Any], Sequence[Any]]]
"""Draws a call: its arrays and its params, both in the op's order."""

GENERATORS: dict[str, Generator] = {}
"""By name of the op."""

CONSTANTS: dict[str, tuple[int, ...]] = {}
"""By name of the op, positions of the array arguments that have no derivative (masks...)."""


def generator(name: str, constants: tuple[int, ...] = ()) -> Callable[[Generator], Generator]:
    """Decorate a function that draws calls of the op called `name`.

    Parameters
    ----------
    name
        The op.
    constants
        Positions of array arguments that nothing flows to.

    Returns
    -------
    callable
        Leaves the function as it is. It gets Hypothesis' ``draw`` and a `Maker` of arrays, and
        returns the call's arrays and its params, both in the op's order.

    Examples
    --------
    >>> @generator("dot_of_my_own")
    ... def _(draw, make):
    ...     shape = draw(shapes(min_dims=1, max_dims=1))
    ...     return [make(shape), make(shape)], []
    >>> del GENERATORS["dot_of_my_own"]
    """

    def enter(function: Generator) -> Generator:
        GENERATORS[name] = function
        CONSTANTS[name] = constants
        return function

    return enter


def _axis(draw: Draw, ndim: int) -> Any:
    return draw(st.integers(-ndim, ndim - 1))


def _axes(draw: Draw, ndim: int) -> Any:
    """What a reduction takes: None, an axis, or several, some counted from the end."""
    if not ndim or draw(st.booleans()):
        return draw(st.sampled_from([None, ()]))
    if draw(st.booleans()):
        return _axis(draw, ndim)
    chosen = draw(st.lists(st.integers(0, ndim - 1), unique=True))
    return tuple(axis - ndim * draw(st.booleans()) for axis in chosen)


# --- elementwise ones that need more than a domain ---


@generator("clip")
def _clip(draw: Draw, make: Maker) -> Any:
    low = draw(st.none() | st.floats(-2, 0))
    high = draw(st.none() | st.floats(0.1, 2))
    return [make(draw(shapes()))], [low, high]


@generator("where", constants=(0,))
def _where(draw: Draw, make: Maker) -> Any:
    mask, one, other = draw(broadcastable(3))
    return [make(mask) > 0, make(one), make(other)], []


@generator("maximum")
@generator("minimum")
def _extremes(draw: Draw, make: Maker) -> Any:
    one, other = draw(broadcastable(2))
    values = make((prod(one) + prod(other),), apart=True)
    return [values[: prod(one)].reshape(one), values[prod(one) :].reshape(other)], []


# --- reductions and softmaxes ---


@generator("sum")
def _sum(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [_axes(draw, len(shape)), draw(st.booleans())]


@generator("max")
@generator("min")
@generator("mean")
@generator("logsumexp")
def _nonempty_reduction(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axis = _axes(draw, len(shape))
    reduced = range(len(shape)) if axis is None else {i % len(shape) for i in np.atleast_1d(axis)}
    shape = tuple(max(side, 1) if i in reduced else side for i, side in enumerate(shape))
    return [make(shape, apart=True)], [axis, draw(st.booleans())]


@generator("softmax")
@generator("log_softmax")
def _softmax(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    return [make(shape)], [_axis(draw, len(shape))]


@generator("cross_entropy")
def _cross_entropy(draw: Draw, make: Maker) -> Any:
    n, *rest = draw(shapes(min_dims=1))
    classes = draw(st.integers(1, 4))
    target = make.rng.integers(0, classes, (n, *rest))
    return [make((n, classes, *rest))], [target]


# --- moving elements ---


@generator("reshape")
def _reshape(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    new = list(draw(st.permutations([*shape, *draw(st.sampled_from([(), (1,), (1, 1)]))])))
    if len(new) > 1 and draw(st.booleans()):
        new[:2] = [new[0] * new[1]]
    if new and prod(new) and draw(st.booleans()):
        new[draw(st.integers(0, len(new) - 1))] = -1
    return [make(shape)], [tuple(new)]


@generator("permute_dims")
def _permute_dims(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    axes = draw(st.permutations(range(len(shape))))
    return [make(shape)], [tuple(a - len(shape) * draw(st.booleans()) for a in axes)]


@generator("matrix_transpose")
def _matrix_transpose(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes(min_dims=2, max_dims=4)))], []


@generator("broadcast_to")
def _broadcast_to(draw: Draw, make: Maker) -> Any:
    full = draw(shapes())
    (part,) = draw(broadcastable(1, st.just(full)))
    return [make(part)], [full]


@generator("sum_to")
def _sum_to(draw: Draw, make: Maker) -> Any:
    full = draw(shapes())
    (part,) = draw(broadcastable(1, st.just(full)))
    return [make(full)], [part]


@generator("squeeze")
def _squeeze(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(max_side=2))
    ones = [axis for axis, side in enumerate(shape) if side == 1]
    chosen = draw(st.lists(st.sampled_from(ones), unique=True)) if ones else []
    axes = tuple(a - len(shape) * draw(st.booleans()) for a in chosen)
    axis = axes[0] if len(axes) == 1 and draw(st.booleans()) else axes
    return [make(shape)], [draw(st.sampled_from([axis, None]))]


@generator("expand_dims")
def _expand_dims(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    ndim = len(shape) + draw(st.integers(1, 2))
    new = draw(st.permutations(range(ndim)))[: ndim - len(shape)]
    axes = tuple(a - ndim * draw(st.booleans()) for a in new)
    return [make(shape)], [axes[0] if len(axes) == 1 and draw(st.booleans()) else axes]


@generator("concat")
def _concat(draw: Draw, make: Maker) -> Any:
    sizes = [draw(shapes(min_dims=1))] * draw(st.integers(1, 3))
    axis = draw(st.none() | st.integers(-len(sizes[0]), len(sizes[0]) - 1))
    if axis is not None:
        at = axis % len(sizes[0])
        sizes = [(*s[:at], draw(st.integers(0, 3)), *s[at + 1 :]) for s in sizes]
    return [make(shape) for shape in sizes], [axis]


@generator("stack")
def _stack(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    joined = [make(shape) for _ in range(draw(st.integers(1, 3)))]
    return joined, [_axis(draw, len(shape) + 1)]


@generator("pad")
def _pad(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes(min_dims=1))
    width = st.integers(0, 2)
    pair = st.tuples(width, width)
    pairs = st.tuples(*[pair] * len(shape))
    return [make(shape)], [draw(width | pair | pairs)]


@generator("copy")
def _copy(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], []


@generator("astype")
def _astype(draw: Draw, make: Maker) -> Any:
    return [make(draw(shapes()))], [np.dtype(draw(st.sampled_from([np.float64, np.float32])))]


# --- indexing ---


def _index(draw: Draw, make: Maker, shape: Shape) -> Any:
    """Anything that NumPy takes between brackets: basic, integer-array and boolean indices."""
    kind = draw(st.sampled_from(["basic", "array", "mask", "mixed"]))
    if kind == "mask":
        return make.rng.random(shape[: draw(st.integers(0, len(shape)))]) < 0.5
    parts: list[Any] = []
    lengths = broadcastable(len(shape), shapes(max_dims=2, max_side=3))
    for side, length in zip(shape, draw(lengths) if shape else [], strict=True):
        if kind == "basic" or (kind == "mixed" and draw(st.booleans())) or not side:
            parts.append(_basic(draw, side))
        else:
            parts.append(make.rng.integers(-side, side, length))
    head = draw(st.integers(0, len(parts)))
    tail = draw(st.integers(head, len(parts)))
    gap = [...] if tail < len(parts) or draw(st.booleans()) else []
    parts = [*parts[:head], *gap, *parts[tail:]]
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), None)
    return parts[0] if len(parts) == 1 and draw(st.booleans()) else tuple(parts)


def _basic(draw: Draw, side: int) -> Any:
    if side and draw(st.booleans()):
        return draw(st.integers(-side, side - 1))
    bound = st.none() | st.integers(-side - 1, side + 1)
    return slice(draw(bound), draw(bound), draw(st.sampled_from([None, 1, 2, -1, -2])))


@generator("getitem")
def _getitem(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    return [make(shape)], [_index(draw, make, shape)]


@generator("scatter")
def _scatter(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    index = _index(draw, make, shape)
    return [make(np.zeros(shape)[index].shape)], [index, shape]


@generator("scatter_add")
def _scatter_add(draw: Draw, make: Maker) -> Any:
    shape = draw(shapes())
    index = _index(draw, make, shape)
    (part,) = draw(broadcastable(1, st.just(np.zeros(shape)[index].shape)))
    return [make(shape), make(part)], [index]


# --- products, windows ---


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


def _window(draw: Draw) -> tuple[Pair, Pair, Pair, Pair, Pair]:
    """Size of an image; a window's kernel, stride and padding that fit it; how many fit."""
    side = st.integers(1, 3)
    kernel = draw(st.tuples(side, side))
    stride = draw(st.tuples(side, side))
    ph, pw = padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    size = draw(st.tuples(st.integers(kernel[0] - ph, 6), st.integers(kernel[1] - pw, 6)))
    return size, kernel, stride, padding, out_size(size, kernel, stride, padding)


def _few(draw: Draw, n: int) -> list[int]:
    return [draw(st.integers(0 if not i else 1, 2)) for i in range(n)]


@generator("conv2d")
def _conv2d(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = _window(draw)
    n, c, o = _few(draw, 3)
    return [make((n, c, *size)), make((o, c, *kernel))], [stride, padding]


@generator("conv2d_input")
def _conv2d_input(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = _window(draw)
    n, c, o = _few(draw, 3)
    return [make((n, o, *out)), make((o, c, *kernel))], [size, stride, padding]


@generator("conv2d_weight")
def _conv2d_weight(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = _window(draw)
    n, c, o = _few(draw, 3)
    return [make((n, c, *size)), make((n, o, *out))], [kernel, stride, padding]


@generator("im2col")
def _im2col(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = _window(draw)
    return [make((*_few(draw, 2), *size))], [kernel, stride, padding]


@generator("col2im")
def _col2im(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = _window(draw)
    n, c = _few(draw, 2)
    rows = make((n * prod(out), c * prod(kernel)))
    return [rows], [(n, c, *size), kernel, stride, padding]


@generator("max_pool2d")
def _max_pool2d(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = _window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *size), apart=True)], [kernel, stride, padding]


@generator("max_pool2d_spread", constants=(1, 2))
def _max_pool2d_spread(draw: Draw, make: Maker) -> Any:
    (x,), params = _max_pool2d(draw, make)
    top = pool_max(x, *params)
    return [make(top.shape), x, top], params


@generator("max_pool2d_pick", constants=(1, 2))
def _max_pool2d_pick(draw: Draw, make: Maker) -> Any:
    (x,), params = _max_pool2d(draw, make)
    return [make(x.shape), x, pool_max(x, *params)], params


@generator("sum_pool2d")
def _sum_pool2d(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, _ = _window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *size))], [kernel, stride, padding]


@generator("sum_pool2d_spread")
def _sum_pool2d_spread(draw: Draw, make: Maker) -> Any:
    size, kernel, stride, padding, out = _window(draw)
    batch = draw(shapes(max_dims=2, max_side=2))
    return [make((*batch, *out))], [size, kernel, stride, padding]
