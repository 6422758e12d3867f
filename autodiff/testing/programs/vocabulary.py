"""What the statements of random programs are made of.

Each function draws one expression, of values that are there or of new inputs; or None, where what
it picked would be at a kink.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod
from typing import Any

import numpy as np

import autodiff
from autodiff.op import OPS
from autodiff.testing.drawing import Array, Shape, st
from autodiff.testing.programs.language import Call, Expression, Ref
from autodiff.testing.programs.writer import (
    SHAPES,
    Writer,
    apart,
    away,
    broadcasting,
    equal_to,
    off_steps,
    ranked,
    scattered,
    square,
)

# --- functions of each element ---

KINKS: dict[str, Callable[[Array], bool]] = {
    "abs": away(0),
    "sign": away(0),
    "relu": away(0),
    "ceil": off_steps(0),
    "floor": off_steps(0),
    "trunc": off_steps(0),
    "round": off_steps(0.5),
    "sinc": away(0),
}
"""Functions that have an everywhere smooth argument but for these, and where they are smooth."""

TIES = ("maximum", "minimum", "fmax", "fmin")
SIGNS = ("add", "subtract", "multiply", "divide", "pow")


def _elementwise(arguments: int) -> list[str]:
    """The public elementwise ops of so many arrays that give real numbers, without the signs."""
    ops = [op for op in OPS.values() if op.family == "elementwise" and hasattr(autodiff, op.name)]
    ops = [op for op in ops if len(op.arrays) == arguments]
    return sorted({op.name for op in ops} - {*SIGNS, *KINKS, "complex"})


UNARY, BINARY = _elementwise(1), _elementwise(2)


def function(w: Writer) -> Expression:
    """A function of each element."""
    name = w.choose("tanh", *KINKS, *UNARY)
    if name in KINKS:
        return Call(name, (w.pick(smooth=KINKS[name]),))
    return Call(name, (w.pick(domain=OPS[name].domain[0]),))


def operator(w: Writer) -> Expression:
    """An operator between two arrays that broadcast."""
    op = w.choose(*SIGNS)
    x1, x2 = _pair(w, op)
    if op in ("add", "multiply") and w.choose(False, True):
        x1, x2 = x2, x1
    return Call(op, (x1, x2))


def binary(w: Writer) -> Expression:
    """A function of two arrays that broadcast."""
    name = w.choose(*BINARY)
    x1, x2 = _pair(w, name)
    if name in TIES and not away(0)(w[x1] - w[x2]):
        return None
    return Call(name, (x1, x2))


def _pair(w: Writer, op: str) -> tuple[Ref, Expression]:
    one, other = OPS[op].domain
    x1 = w.pick(domain=one)
    shape = w[x1].shape
    return x1, w.operand(broadcasting(shape), narrowed(w, shape), other)


def narrowed(w: Writer, shape: Shape) -> Shape:
    """A shape that broadcasts to another: of fewer axes, or shorter ones."""
    kept = shape[w.draw(st.integers(0, len(shape))) :]
    return tuple(w.choose(side, side, 1) for side in kept)


def scaled(w: Writer) -> Expression:
    """An operator and a Python number, on either side."""
    op, number = w.choose("multiply", "add", "subtract", "divide"), w.choose(2.0, 0.5, -1.5, 3)
    if w.choose(True, False):
        return Call(op, (w.pick(), number))
    return Call(op, (number, w.pick(domain=OPS[op].domain[1])))


def power(w: Writer) -> Expression:
    """A power with a number for its exponent, or its base."""
    kind = w.choose("whole", "broken", "base")
    if kind == "base":
        return Call("pow", (w.choose(2.0, 0.5, 3), w.pick()))
    if kind == "whole":
        return Call("pow", (w.pick(), w.choose(2, 3, 2.0, 1)))
    return Call("pow", (w.pick(domain=(0.5, 3.0)), w.choose(0.5, -1, 1.5, -2.0)))


def choice(w: Writer) -> Expression:
    """The one or the other of two values."""
    x1 = w.pick()
    shape = w[x1].shape
    return Call("where", (mask(w, x1), x1, w.operand(broadcasting(shape), narrowed(w, shape))))


def mask(w: Writer, x: Ref) -> Expression:
    """Where `x` is greater or less than a number; or a constant of its shape."""
    compare, number = w.choose("greater", "less"), w.choose(0.5, 0.0, -1.0)
    if away(number)(w[x]) and w.choose(True, False):
        return Call(compare, (x, number))
    return np.asarray(np.abs(w.array(w[x].shape)) > 1.0)


def clipped(w: Writer) -> Expression:
    """Values held between numbers."""
    low, high = w.choose((-1.0, 1.0), (None, 0.5), (-0.5, None))
    bounds = [bound for bound in (low, high) if bound is not None]
    return Call("clip", (w.pick(smooth=away(*bounds)), low, high))


# --- reductions, and functions of rows ---

OF_RANKS = ("max", "min", "median", "ptp")


def axis(w: Writer, x: Ref, several: bool = False) -> Any:
    """An axis of `x`; also several, or None for all."""
    n = w[x].ndim
    options: list[Any] = [*range(n), *range(-n, 0)]
    if several:
        options = [None, *options, *((i, j - n) for i in range(n) for j in range(n) if i != j)]
    return w.choose(*options)


def reduction(w: Writer) -> Expression:
    """A reduction along some axes, or all."""
    sums = ("sum", "mean", "prod", "logsumexp", "var", "nansum", "nanmean", "average")
    name = w.choose(*sums, *OF_RANKS, "std")
    x = w.pick(smooth=apart) if name in (*OF_RANKS, "std") else w.pick()
    along = axis(w, x, several=True)
    if name == "std" and not scattered(w[x], along):
        return None
    params = {} if along is None else {"axis": along}
    if name == "average":
        shape = w[x].shape
        params["weights"] = w.operand(equal_to(shape), shape, (0.3, 3.0))
    return Call(name, (x,), params | w.choose({}, {"keepdims": True}))


def quantile(w: Writer) -> Expression:
    """Quantiles along an axis, that lie between ranks."""
    x = w.pick(ranked(), smooth=apart)
    return Call("quantile", (x, w.choose(0.3, 0.77)), {"axis": axis(w, x)})


def length(w: Writer) -> Expression:
    """Norms of vectors."""
    x, ord = w.pick(ranked(), smooth=away(0)), w.choose(2, 1, 3, inf)
    if ord == inf:
        return Call("max", (Call("abs", (x,)),)) if apart(np.abs(w[x])) else None
    return Call("linalg.vector_norm", (x,), {"axis": axis(w, x), "ord": ord})


ROWS: dict[str, dict[str, Any]] = {
    "softmax": {},
    "log_softmax": {},
    "flip": {},
    "diff": {},
    "trapezoid": {"dx": 0.5},
    "cumsum": {},
    "cumprod": {},
    "cumulative_sum": {"include_initial": True},
    "cumulative_prod": {"include_initial": True},
    "logcumsumexp": {},
    "sort": {"descending": True},
    "cummax": {},
    "cummin": {},
}
"""Functions of each row along an axis, and what else they may be told."""


def rows(w: Writer) -> Expression:
    """A function of each row along an axis."""
    name = w.choose(*ROWS)
    x = w.pick(ranked(), smooth=apart if name in ("sort", "cummax", "cummin") else lambda x: True)
    along = axis(w, x)
    if name == "diff" and w[x].shape[along] == 1:
        return None
    return Call(name, (x,), {"axis": along} | w.choose({}, ROWS[name]))


def recurrence(w: Writer) -> Expression:
    """``y[i] = a[i] * y[i - 1] + b[i]`` along an axis."""
    a = w.pick(ranked(1, 2))
    b = w.operand(equal_to(w[a].shape), w[a].shape)
    return Call("linear_recurrence", (a, b), {"axis": axis(w, a), "reverse": w.choose(False, True)})


def standardized(w: Writer) -> Expression:
    """Values with mean 0 and variance 1 along axes."""
    x = w.pick(ranked())
    along = axis(w, x, several=True)
    return Call("standardize", (x,), {"axis": along}) if scattered(w[x], along) else None


def loss(w: Writer) -> Expression:
    """The cross-entropy of scores and classes."""
    x = w.pick(lambda shape: len(shape) == 2 and shape[1] > 1, (2, 3))
    n, classes = w[x].shape
    return Call("cross_entropy", (x, integers(w, n, classes)))


def integers(w: Writer, n: int, below: int, signed: bool = False) -> Array:
    """So many integers."""
    one = st.integers(-below if signed else 0, below - 1)
    return np.array([w.draw(one) for _ in range(n)])


# --- moving elements ---


def rearranged(w: Writer) -> Expression:
    """The same elements, or some of them, elsewhere."""
    x = w.pick(ranked())
    shape, along, other = w[x].shape, axis(w, x), axis(w, x)
    names = ("ravel", "flatten", "flip", "atleast_3d", "copy", "positive", "nan_to_num", "squeeze")
    options = [Call(name, (x,)) for name in names]
    options += [
        Call("reshape", (x, (-1,))),
        Call("reshape", (x, shape[::-1])),
        Call("permute_dims", (x, tuple(reversed(range(len(shape)))))),
        Call("expand_dims", (x,), {"axis": along}),
        Call("roll", (x, 1)),
        Call("roll", (x, -2), {"axis": along}),
        Call("moveaxis", (x, along, other)),
        Call("swapaxes", (x, along, other)),
    ]
    if len(shape) > 1:
        names = (
            "matrix_transpose",
            "fliplr",
            "flipud",
            "rot90",
            "tril",
            "triu",
            "diagonal",
            "trace",
        )
        options += [Call(name, (x,)) for name in names]
        options += [Call("rot90", (x,), {"k": 2}), Call("triu", (x,), {"k": 1})]
    return w.choose(*options)


def repeated(w: Writer) -> Expression:
    """Elements more often than once, or among others."""
    x = w.pick()
    shape = w[x].shape
    options = [
        Call("broadcast_to", (x, (2, *shape))),
        Call("tile", (x, (2,))),
        Call("stack", ([x, x],), {"axis": -1}),
    ]
    if shape:
        along = axis(w, x)
        counts = np.array([w.choose(1, 2, 0) for _ in range(shape[along])])
        wide = tuple(w.choose((0, 1), (1, 0), (2, 1)) for _ in shape)
        options += [
            Call("repeat", (x, 2), {"axis": along}),
            Call("repeat", (x, counts), {"axis": along}),
            Call("pad", (x, wide), {"constant_values": w.choose(0, 1.5)}),
            Call("pad", (x, wide), {"mode": "edge"}),
        ]
    if len(shape) == 1:
        options += [Call("diag", (x,)), Call("diagflat", (x,), {"k": 1})]
    return w.choose(*options)


def joined(w: Writer) -> Expression:
    """Values put together."""
    x1 = w.pick(ranked())
    shape = w[x1].shape
    x2 = w.operand(equal_to(shape), shape)
    all_of_them = w.choose([x1, x2], [x2, x1], [x1, x2, x1])
    name = w.choose("concat", "stack", "hstack", "vstack", "dstack")
    return Call(name, (all_of_them,), {"axis": axis(w, x1)} if name in ("concat", "stack") else {})


def parted(w: Writer) -> Expression:
    """One of the several values that an op gives."""
    x = w.pick(ranked())
    along = axis(w, x)
    n = w[x].shape[along]
    if w[x].ndim == 1 and w.choose(False, True):
        return Call("getitem", (Call("meshgrid", (x, x)), w.choose(0, 1)))
    if n == 1 or w.choose(True, False):
        return Call("getitem", (Call("unstack", (x,), {"axis": along}), n - 1))
    return Call("getitem", (Call("array_split", (x, 2), {"axis": along}), w.choose(0, 1)))


# --- indices ---


def key(w: Writer, x: Ref) -> Expression:
    """An index into `x`. No element is named twice but by a single array of integers."""
    shape = w[x].shape
    if not shape:
        return w.choose((), ..., None)
    n, few = shape[0], integers(w, w.choose(1, 2, 3), shape[0], signed=True)
    options: list[Any] = [0, -1, slice(None, None, -1), ..., slice(None, None, 2), (..., 0), None]
    options += [slice(1, None)] * (n > 1) + [(None, slice(None)), mask(w, x), few]
    if len(shape) > 1:
        m = shape[1]
        options += [(slice(None), 0), (0, slice(None, None, -1)), (slice(None), np.array([m - 1]))]
        options += [(np.arange(min(n, m)), np.arange(min(n, m))[::-1])]
        options += [(np.arange(n)[:, None], np.arange(m)[::-1])]
    return w.choose(*options)


def picked_by(w: Writer, x: Ref, at: Expression) -> Array:
    """The elements of `x` at an index that may be a comparison."""
    if isinstance(at, Call):
        y, number = at.args
        at = w[y] > number if at.op == "greater" else w[y] < number
    return np.asarray(w[x][at])


def element(w: Writer) -> Expression:
    """Elements by an index."""
    x = w.pick()
    at = key(w, x)
    return Call("getitem", (x, at)) if picked_by(w, x, at).size else None


def gathered(w: Writer) -> Expression:
    """Elements by integers along an axis, or added there."""
    x = w.pick(ranked())
    shape, along = w[x].shape, axis(w, x)
    n = shape[along]
    few = integers(w, w.choose(2, 1, 3), n)
    like = integers(w, prod(shape), n).reshape(shape)
    slab = tuple(len(few) if i == along % len(shape) else side for i, side in enumerate(shape))
    options = [
        lambda: Call("take", (x, few), {"axis": along}),
        lambda: Call("take_along_axis", (x, like), {"axis": along}),
        lambda: Call("gather", (x, along, like)),
        lambda: Call("index_add", (x, w.operand(equal_to(slab), slab), few), {"axis": along}),
        lambda: Call("scatter_add", (x, w.operand(equal_to(shape[1:]), shape[1:]), few % shape[0])),
        lambda: Call("scatter", (x, np.arange(shape[0])[::-1], (shape[0] + 1, *shape[1:]))),
        lambda: Call(
            "put_along_axis",
            (x, w.operand(equal_to(shape), shape), np.flip(np.indices(shape)[along], along)),
            {"axis": along},
        ),
    ]
    return w.choose(*options)()


# --- products and matrices ---

PRODUCTS = ("ij,jk->ik", "ij,ij->i", "ij,kj->ki", "ij,ij->", "ij,jk->", "ij,jk->ijk", "ij,i->j")


def product(w: Writer) -> Expression:
    """A product of matrices or vectors."""
    name = w.choose("matmul", "einsum", "vecdot", "inner", "tensordot", "outer", "kron", "dot")
    most = 2 if name in ("einsum", "dot", "inner", "kron") else 3
    x1 = w.pick(ranked(2 if name in ("einsum", "tensordot") else 1, most))
    shape = w[x1].shape
    params: dict[str, Any] = {}
    if name in ("outer", "kron"):
        new = (2,) * w.choose(1, len(shape))
    elif name == "vecdot":
        new = shape
    elif name == "inner":
        new = w.choose(shape[-1:], (2, shape[-1]))
    elif name == "tensordot":
        new, params = w.choose((shape[-2:], {"axes": 2}), ((2, shape[-1]), {"axes": ((-1,), (1,))}))
    elif name == "einsum":
        subscripts = w.choose(*PRODUCTS)
        sides = {"k": 2} | dict(zip("ij", shape, strict=True))
        new = tuple(sides[letter] for letter in subscripts[3 : subscripts.index("-")])
        return Call(name, (subscripts, x1, w.operand(equal_to(new), new)))
    else:
        n = shape[-1]
        new = w.choose((n, 2), (n,), (*shape[:-2], n, 1) if name == "matmul" else (n, 1))
    return Call(name, (x1, w.operand(equal_to(new), new)), params)


def regular(w: Writer, symmetric: bool = False) -> Ref:
    """A matrix that is far from singular; symmetric ones are positive definite."""
    x = w.pick(square, (2, 2))
    made = w.let(Call("add", (4 * np.eye(len(w[x]), dtype=w.dtype), Call("tanh", (x,)))))
    return w.let(Call("add", (made, Call("matrix_transpose", (made,))))) if symmetric else made


def matrix(w: Writer) -> Expression:
    """A function of a matrix."""
    name = w.choose("inv", "det", "slogdet", "solve", "solve_triangular", "matrix_power", "expm",
                    "pinv", "cholesky", "eigvalsh", "svdvals", "matrix_norm", "trace")  # fmt: skip
    x = regular(w, name in ("cholesky", "eigvalsh"))
    full, params = f"linalg.{name}", {}
    if name == "slogdet":
        return Call("getitem", (Call(full, (x,)), 1))
    if name == "expm":
        return Call(full, (Call("divide", (x, 4.0)),))
    if name == "matrix_power":
        return Call(full, (x, w.choose(2, 3, -1, -2)))
    if name in ("solve", "solve_triangular"):
        shape = w.choose((len(w[x]),), (len(w[x]), 2))
        params = {"upper": w.choose(False, True)} if name == "solve_triangular" else {}
        return Call(full, (x, w.operand(equal_to(shape), shape)), params)
    if name in ("eigvalsh", "svdvals") and np.diff(np.linalg.svdvals(w[x])).max(initial=-1) > -0.05:
        return None
    if name == "cholesky":
        params = {"upper": w.choose(False, True)}
    return Call(full, (x,), params)


# --- images ---


def convolved(w: Writer) -> Expression:
    """A convolution."""
    axes, groups = w.choose(2, 1), w.choose(1, 2)
    new = (1, 2, *w.choose((3, 3), (2, 3))[:axes])
    x = w.pick(lambda shape: len(shape) == axes + 2 and min(shape[1:]) > 1, new)
    c, size = w[x].shape[1], w[x].shape[2:]
    groups = groups if c % groups == 0 else 1
    weight = (2, c // groups, *[w.choose(2, 1)] * axes)
    options: dict[str, Any] = w.choose({}, {"padding": 1}, {"stride": 2}, {"dilation": 2})
    if "dilation" in options and min(size) < 3:
        return None
    if w.choose(False, False, True):
        weight = (c, 2, *weight[2:])
        filters = w.pick(equal_to(weight), weight)
        return Call(f"conv_transpose{axes}d", (x, filters), w.choose({}, {"stride": 2}))
    options |= {"groups": groups} if groups > 1 else {}
    bias = w.choose([], [w.pick(equal_to((2,)), (2,))])
    return Call(f"conv{axes}d", (x, w.pick(equal_to(weight), weight), *bias), options)


def pooled(w: Writer) -> Expression:
    """What windows of images give, or images of another size."""
    name = w.choose("max_pool", "avg_pool", "interpolate", "unfold", "adaptive_avg_pool")
    axes = 2 if name == "unfold" else w.choose(2, 1)
    x = w.pick(
        lambda shape: len(shape) == axes + 2 and min(shape[2:]) > 1,
        (1, 1, 3, 2)[: axes + 2],
        smooth=apart if name == "max_pool" else lambda x: True,
    )
    if name == "interpolate":
        smooth = "bilinear" if axes == 2 else "linear"
        return Call(name, (x,), {"scale_factor": 2, "mode": w.choose("nearest", smooth)})
    if name == "unfold":
        return Call(name, (x, 2))
    if name == "adaptive_avg_pool":
        return Call(f"{name}{axes}d", (x, 2))
    return Call(f"{name}{axes}d", (x, 2), w.choose({}, {"stride": 1}, {"padding": 1}))


# --- constants ---


def constant(w: Writer) -> Expression:
    """A tensor that no gradient flows to."""
    if w.choose(False, True):
        return Call("detach", (w.pick(),))
    shape = w.draw(SHAPES)
    return Call("asarray", (w.array(shape),))


EXPRESSIONS = (
    function,
    scaled,
    operator,
    element,
    rearranged,
    reduction,
    binary,
    product,
    rows,
    repeated,
    joined,
    power,
    choice,
    clipped,
    parted,
    gathered,
    matrix,
    convolved,
    pooled,
    quantile,
    length,
    recurrence,
    standardized,
    loss,
    constant,
)
"""All of them, the simplest first."""
