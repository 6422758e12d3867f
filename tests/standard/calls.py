"""For every function of the standard, how to draw a call of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.standard.drawing import (
    ANY,
    BOOL,
    COMPLEX,
    COUNTS,
    EVERY,
    FINITE,
    FLOATING,
    INTEGRAL,
    NUMERIC,
    POSITIVE,
    REAL,
    REAL_FLOATING,
    SIGNED,
    Call,
    an_axis,
    arrays,
    axis_of,
    broadcast,
    calling,
    elements,
    filled,
    numbers,
    of,
    pairs,
    shapes,
    some_axes,
)

booleans = st.booleans()


def dtypes(names: Sequence[str]) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *map(np.dtype, names)])


# --- creation ---

sizes = st.integers(0, 3) | shapes
exact = st.integers(-24, 24).map(lambda n: n / 8)
numbers_of_any_kind = st.sampled_from(
    [(True, BOOL), (3, INTEGRAL), (-0.5, REAL_FLOATING), (2 - 1j, COMPLEX)]
)


@st.composite
def a_full(draw: Any, like: bool) -> Call:
    value, kinds = draw(numbers_of_any_kind)
    first = draw(arrays(kinds)) if like else draw(sizes)
    return Call((first, value), {"dtype": draw(dtypes(kinds))} if draw(booleans) else {})


@st.composite
def an_arange(draw: Any) -> Call:
    number = draw(st.sampled_from([st.integers(-9, 9), exact]))
    args = draw(
        st.tuples(number)
        | st.tuples(number, number)
        | st.tuples(number, number, number.filter(bool))
    )
    whole = all(isinstance(v, int) for v in args)
    return Call(args, {"dtype": draw(dtypes(SIGNED if whole else REAL_FLOATING))})


nested = st.recursive(
    st.sampled_from([True, 2, 0.5, 1j]), lambda inner: inner.map(lambda v: [v, v]), max_leaves=3
)
CREATION = {
    "arange": an_arange(),
    "asarray": of(arrays(EVERY), copy=st.sampled_from([None, True])) | calling(nested),
    "empty": calling(sizes, dtype=dtypes(EVERY)),
    "empty_like": calling(arrays(EVERY), dtype=dtypes(EVERY)),
    "eye": calling(
        st.integers(0, 4),
        st.none() | st.integers(0, 4),
        k=st.integers(-5, 5),
        dtype=dtypes(NUMERIC),
    ),
    "from_dlpack": calling(arrays(EVERY)),
    "full": a_full(like=False),
    "full_like": a_full(like=True),
    "linspace": calling(
        exact,
        exact,
        st.integers(0, 5),
        dtype=dtypes(FLOATING),
        endpoint=booleans,
    ),
    "meshgrid": st.builds(
        lambda call, ij: Call(call, {"indexing": "ij"} if ij else {}),
        st.lists(arrays(["float64"], st.integers(0, 3)), min_size=1, max_size=3).map(tuple),
        booleans,
    ),
    "ones": calling(sizes, dtype=dtypes(EVERY)),
    "ones_like": calling(arrays(EVERY), dtype=dtypes(EVERY)),
    "tril": of(arrays(EVERY, hnp.array_shapes(min_dims=2, max_dims=3)), k=st.integers(-4, 4)),
    "triu": of(arrays(EVERY, hnp.array_shapes(min_dims=2, max_dims=3)), k=st.integers(-4, 4)),
    "zeros": calling(sizes, dtype=dtypes(EVERY)),
    "zeros_like": calling(arrays(EVERY), dtype=dtypes(EVERY)),
}


# --- dtypes ---

KINDS = [
    *("bool", "signed integer", "unsigned integer", "integral"),
    *("real floating", "complex floating", "numeric"),
]
known = st.sampled_from([np.dtype(name) for name in EVERY])
two_dtypes = pairs(EVERY).map(lambda pair: tuple(map(np.dtype, pair)))


@st.composite
def a_result_type(draw: Any) -> Call:
    one, two = draw(pairs(EVERY))
    among = [np.dtype(one), np.dtype(two), draw(arrays([one])), draw(numbers(one))]
    return Call((draw(st.sampled_from(among[:3])), *draw(st.permutations(among))))


DTYPES = {
    # from a complex dtype to a real one there is no way
    "astype": of(arrays([*BOOL, *REAL], pool=COUNTS), known, copy=booleans)
    | of(arrays(COMPLEX), st.sampled_from([np.dtype(name) for name in COMPLEX])),
    "can_cast": two_dtypes.map(Call)
    | pairs(EVERY).flatmap(lambda p: calling(arrays([p[0]]), np.dtype(p[1]))),
    "finfo": calling(st.sampled_from([np.dtype(name) for name in FLOATING]) | arrays(FLOATING)),
    "iinfo": calling(st.sampled_from([np.dtype(name) for name in INTEGRAL]) | arrays(INTEGRAL)),
    "isdtype": calling(
        known, st.sampled_from(KINDS) | known | st.lists(st.sampled_from(KINDS)).map(tuple)
    ),
    "result_type": a_result_type(),
}


# --- elementwise ---

ONE = {
    NUMERIC: "abs isfinite isinf isnan negative positive round sign square",
    REAL: "ceil floor trunc",
    FLOATING: """
        acos acosh asin asinh atan atanh cos cosh exp expm1 log log1p log2 log10 reciprocal sin
        sinh sqrt tan tanh
    """,
    REAL_FLOATING: "signbit",
    COMPLEX: "conj imag real",
    BOOL: "logical_not",
    BOOL + INTEGRAL: "bitwise_invert",
}
TWO = {
    NUMERIC: "add multiply subtract",
    FLOATING: "divide",
    EVERY: "equal not_equal",
    REAL: "greater greater_equal less less_equal maximum minimum",
    REAL_FLOATING: "atan2 copysign hypot logaddexp nextafter",
    BOOL: "logical_and logical_or logical_xor",
    BOOL + INTEGRAL: "bitwise_and bitwise_or bitwise_xor",
}


@st.composite
def a_clip(draw: Any) -> Call:
    """Bounds that are numbers, or arrays of the same dtype."""
    dtype = draw(st.sampled_from(REAL))
    shape = draw(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=2, max_side=3))
    given = shape.input_shapes
    # the result has the shape of x: the bounds broadcast to it
    x = draw(arrays([dtype], shape.result_shape, ANY))

    def bound(i: int, pool: Sequence[float]) -> Any:
        return draw(st.none() | elements(dtype, pool) | arrays([dtype], given[i], pool))

    return Call((x, bound(1, [0.0, 1.0]), bound(2, [1.0, 2.0])))


ELEMENTWISE = {
    **{n: calling(arrays(kinds, pool=ANY)) for kinds, ns in ONE.items() for n in ns.split()},
    **{n: broadcast(kinds) for kinds, ns in TWO.items() for n in ns.split()},
    "bitwise_left_shift": broadcast(INTEGRAL, FINITE, COUNTS),
    "bitwise_right_shift": broadcast(INTEGRAL, FINITE, COUNTS),
    "clip": a_clip(),
    # division by 0 is left open for integers, and has cases of its own for floats
    "floor_divide": broadcast(REAL, FINITE, [1.0, 2.0, 3.0, -3.25]),
    "remainder": broadcast(REAL, FINITE, [1.0, 2.0, 3.0, -3.25]),
    # integers to negative powers are left open
    "pow": broadcast(INTEGRAL, FINITE, COUNTS)
    | broadcast(REAL_FLOATING)
    | broadcast(FLOATING, POSITIVE, FINITE),
}


# --- indexing ---


@st.composite
def a_take(draw: Any) -> Call:
    x = draw(arrays(EVERY, filled))
    axis = draw(axis_of(x.ndim))
    indices = draw(
        hnp.arrays("int64", st.integers(0, 3), elements=st.integers(0, x.shape[axis] - 1))
    )
    left_out = x.ndim == 1 and draw(booleans)
    return Call((x, indices), {} if left_out else {"axis": axis})


@st.composite
def a_take_along_axis(draw: Any) -> Call:
    x = draw(arrays(EVERY, filled))
    axis = draw(axis_of(x.ndim))
    shape = list(x.shape)
    shape[axis] = draw(st.integers(0, 3))
    elements = st.integers(0, x.shape[axis] - 1)
    indices = draw(hnp.arrays("int64", tuple(shape), elements=elements))
    return Call((x, indices), {"axis": axis})


INDEXING = {"take": a_take(), "take_along_axis": a_take_along_axis()}


# --- manipulation ---


@st.composite
def sequences(draw: Any, axis: str) -> Call:
    """Several arrays that fit together along an axis."""
    names = draw(pairs(EVERY))
    first = draw(arrays([names[0]], hnp.array_shapes(max_dims=3, min_side=0, max_side=3)))
    place = draw(axis_of(first.ndim + (axis == "new")))
    shape = list(first.shape)
    if axis == "old":
        shape[place] = draw(st.integers(0, 3))
    given = [first, draw(arrays([names[1]], tuple(shape)))][: draw(st.integers(1, 2))]
    if axis == "old" and draw(booleans):
        return Call((given,), {"axis": None})
    return Call((draw(st.sampled_from([given, tuple(given)])),), {"axis": place})


@st.composite
def reshaped(draw: Any) -> Call:
    x = draw(arrays(EVERY))
    shape = draw(st.permutations(x.shape))
    if draw(booleans):
        shape = (x.size,)
    if x.size and draw(booleans) and len(shape):
        shape = (-1, *shape[1:])
    return Call((x, tuple(shape)), {"copy": draw(st.sampled_from([None, True]))})


@st.composite
def rolled(draw: Any) -> Call:
    x = draw(arrays(EVERY, filled))
    axis = draw(some_axes(x))
    shift = st.integers(-4, 4)
    if isinstance(axis, tuple):
        return Call((x, draw(st.tuples(*[shift] * len(axis)))), {"axis": axis})
    return Call((x, draw(shift)), {"axis": axis})


@st.composite
def moved(draw: Any) -> Call:
    x = draw(arrays(EVERY, filled))
    if draw(booleans):
        return Call((x, draw(axis_of(x.ndim)), draw(axis_of(x.ndim))))
    n = draw(st.integers(0, x.ndim))
    order = st.permutations(range(x.ndim)).map(lambda places: tuple(places[:n]))
    return Call((x, draw(order), draw(order)))


@st.composite
def squeezed(draw: Any) -> Call:
    x = draw(arrays(EVERY, hnp.array_shapes(max_dims=3, max_side=2)))
    ones = [i for i, n in enumerate(x.shape) if n == 1]
    among = st.lists(st.sampled_from(ones), unique=True).map(tuple) if ones else st.just(())
    return Call((x, draw(among | st.sampled_from(ones) if ones else among)))


@st.composite
def repeated(draw: Any) -> Call:
    x = draw(arrays(EVERY, filled))
    axis = draw(st.none() | axis_of(x.ndim))
    n = x.size if axis is None else x.shape[axis]
    each = hnp.arrays("int64", (n,), elements=st.integers(0, 3))
    return Call((x, draw(st.integers(0, 3) | each)), {} if axis is None else {"axis": axis})


@st.composite
def broadcastable(draw: Any) -> Call:
    given = draw(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
    return Call([draw(arrays(EVERY, shape)) for shape in given.input_shapes])


@st.composite
def broadcast_to_a_shape(draw: Any) -> Call:
    given = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    return Call((draw(arrays(EVERY, given.input_shapes[0])), given.result_shape))


MANIPULATION = {
    "broadcast_arrays": broadcastable(),
    "broadcast_to": broadcast_to_a_shape(),
    "concat": sequences("old"),
    # array-api-strict wants `axis`, which the standard lets one leave out
    "expand_dims": arrays(EVERY).flatmap(
        lambda x: axis_of(x.ndim + 1).map(lambda axis: Call((x,), {"axis": axis}))
    ),
    "flip": of(arrays(EVERY), axis=some_axes),
    "moveaxis": moved(),
    "permute_dims": of(arrays(EVERY), lambda x: st.permutations(range(x.ndim)).map(tuple)),
    "repeat": repeated(),
    "reshape": reshaped(),
    "roll": rolled(),
    "squeeze": squeezed(),
    "stack": sequences("new"),
    "tile": calling(arrays(EVERY), st.lists(st.integers(0, 3), max_size=3).map(tuple)),
    "unstack": of(arrays(EVERY, filled), axis=an_axis),
}


# --- searching, sets, sorting, statistics, utility ---


@st.composite
def a_searchsorted(draw: Any) -> Call:
    dtype = draw(st.sampled_from(REAL))
    x1, x2 = draw(arrays([dtype], st.integers(0, 4))), draw(arrays([dtype]))
    side = {"side": draw(st.sampled_from(["left", "right"]))} if draw(booleans) else {}
    if draw(booleans):
        return Call((np.sort(x1), x2), side)
    return Call((x1, x2), side | {"sorter": np.argsort(x1)})


@st.composite
def a_where(draw: Any) -> Call:
    call = draw(broadcast(EVERY, FINITE))
    one = next(x for x in call.args if isinstance(x, np.ndarray))
    return Call((draw(arrays(BOOL, st.sampled_from([(), one.shape]))), *call.args))


SEARCHING = {
    "argmax": of(arrays(REAL, filled), axis=an_axis, keepdims=booleans),
    "argmin": of(arrays(REAL, filled), axis=an_axis, keepdims=booleans),
    "count_nonzero": of(arrays(EVERY, pool=ANY), axis=some_axes, keepdims=booleans),
    "nonzero": calling(arrays(EVERY, hnp.array_shapes(min_side=0, max_dims=3, max_side=3), ANY)),
    "searchsorted": a_searchsorted(),
    "where": a_where(),
}
SETS = {
    name: calling(arrays(EVERY, pool=ANY))
    for name in ("unique_all", "unique_counts", "unique_inverse", "unique_values")
}
a_row = hnp.array_shapes(max_dims=3, min_side=0, max_side=5)
SORTING = {
    # the order of NaNs is left open; an unstable order is not comparable
    "argsort": of(arrays(REAL, a_row), axis=an_axis, descending=booleans, stable=True),
    "sort": of(arrays(REAL, a_row), axis=an_axis, descending=booleans, stable=booleans),
}


def wider(x: Any) -> st.SearchStrategy[Any]:
    """None, or the widest dtype of the same kind."""
    widest = {"i": "int64", "u": "uint64", "f": "float64", "c": "complex128"}
    return st.sampled_from([None, np.dtype(widest[x.dtype.kind])])


@st.composite
def cumulated(draw: Any) -> Call:
    x = draw(arrays(NUMERIC, hnp.array_shapes(max_dims=3, min_side=0, max_side=3)))
    return (
        draw(
            of(
                st.just(x),
                dtype=wider,
                include_initial=booleans,
            ).map(lambda call: Call(call.args, call.kwargs | {"axis": -1}))
        )
        if x.ndim > 1
        else draw(of(st.just(x), dtype=wider, include_initial=booleans, axis=0))
    )


spread = of(
    arrays(REAL_FLOATING, hnp.array_shapes(min_side=2, max_dims=3, max_side=3)),
    axis=some_axes,
    correction=st.sampled_from([0, 1, 0.5]),
    keepdims=booleans,
).filter(lambda call: call.kwargs.get("axis") != ())
STATISTICS = {
    "cumulative_prod": cumulated(),
    "cumulative_sum": cumulated(),
    "max": of(arrays(REAL, filled, ANY), axis=some_axes, keepdims=booleans),
    "mean": of(arrays(FLOATING, filled), axis=some_axes, keepdims=booleans),
    "min": of(arrays(REAL, filled, ANY), axis=some_axes, keepdims=booleans),
    "prod": of(arrays(NUMERIC), axis=some_axes, dtype=wider, keepdims=booleans),
    "std": spread,
    "sum": of(arrays(NUMERIC), axis=some_axes, dtype=wider, keepdims=booleans),
    "var": spread,
}


@st.composite
def a_diff(draw: Any) -> Call:
    x = draw(arrays(NUMERIC, hnp.array_shapes(max_dims=2, max_side=4)))
    axis = draw(axis_of(x.ndim))

    def more() -> Any:
        shape = list(x.shape)
        shape[axis] = draw(st.integers(0, 2))
        return draw(arrays([x.dtype.name], tuple(shape)))

    given = {key: more() for key in ("prepend", "append") if draw(booleans)}
    length = sum(v.shape[axis] for v in (x, *given.values()))
    # array-api-strict forgets what is prepended and appended where n is 0
    n = draw(st.integers(bool(given), min(2, length)))
    return Call((x,), given | {"axis": axis, "n": n})


UTILITY = {
    "all": of(arrays(EVERY, pool=ANY), axis=some_axes, keepdims=booleans),
    "any": of(arrays(EVERY, pool=ANY), axis=some_axes, keepdims=booleans),
    "diff": a_diff(),
}


# --- linear algebra ---

batches = st.lists(st.integers(0, 2), max_size=1).map(tuple)
small = st.integers(1, 3)


@st.composite
def matrices(draw: Any, shape: str = "any", names: Sequence[str] = FLOATING) -> Any:
    """Random matrices: "any", or "square", "hermitian", or positive "definite"."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    m = draw(small)
    n = draw(small) if shape == "any" else m
    size = (*draw(batches), m, n)
    dtype = draw(st.sampled_from(names))
    x = rng.normal(size=size) + (1j * rng.normal(size=size) if dtype in COMPLEX else 0)
    adjoint = x.conj().swapaxes(-1, -2)
    if shape == "square":  # far from singular
        x = (np.eye(n) + x / (1 + 2 * np.linalg.norm(x)))[..., rng.permutation(n), :]
    elif shape == "hermitian":
        x = x + adjoint
    elif shape == "definite":
        x = x @ adjoint + np.eye(n)
    return x.astype(dtype)


@st.composite
def a_matmul(draw: Any) -> Call:
    one, two = draw(pairs(NUMERIC))
    m, n, k = draw(st.tuples(*[st.integers(0, 3)] * 3))
    given = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=1, max_side=2))
    left = draw(st.sampled_from([(n,), (*given.input_shapes[0], m, n)]))
    right = draw(st.sampled_from([(n,), (*given.input_shapes[1], n, k)]))
    return Call((draw(arrays([one], left)), draw(arrays([two], right))))


@st.composite
def a_tensordot(draw: Any) -> Call:
    one, two = draw(pairs(NUMERIC))
    shared = draw(st.lists(st.integers(0, 3), max_size=2))
    before, after = draw(st.tuples(*[st.lists(st.integers(0, 3), max_size=2)] * 2))
    x1, x2 = draw(arrays([one], (*before, *shared))), draw(arrays([two], (*shared, *after)))
    n = len(shared)
    named = tuple(range(len(before), len(before) + n)), tuple(range(n))
    return Call((x1, x2), {"axes": draw(st.sampled_from([n, named]))})


@st.composite
def a_vecdot(draw: Any) -> Call:
    call = draw(broadcast(NUMERIC, FINITE, number=False))
    n = draw(st.integers(0, 3))
    x1, x2 = (draw(arrays([x.dtype.name], (*x.shape, n))) for x in call.args)
    return Call((x1, x2), {"axis": -1} if draw(booleans) else {})


@st.composite
def a_cross(draw: Any) -> Call:
    one, two = draw(pairs(NUMERIC))
    shape = [draw(st.integers(0, 2)), draw(st.integers(0, 2))]
    axis = draw(st.integers(-3, -1))
    shape.insert(3 + axis, 3)
    return Call(
        (draw(arrays([one], tuple(shape))), draw(arrays([two], tuple(shape)))), {"axis": axis}
    )


@st.composite
def a_solve(draw: Any) -> Call:
    x1 = draw(matrices("square"))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    n, k = x1.shape[-1], draw(st.integers(0, 2))
    shape = draw(st.sampled_from([(n,), (*x1.shape[:-1], k), (n, k)]))
    return Call((x1, rng.normal(size=shape).astype(x1.dtype)))


@st.composite
def a_vector_norm(draw: Any) -> Call:
    x = draw(arrays(FLOATING, filled))
    orders = [0, 1, 2, 3, 0.5, np.inf, -np.inf, -1]
    return draw(of(st.just(x), axis=some_axes, keepdims=booleans, ord=st.sampled_from(orders)))


LINEAR_ALGEBRA = {
    "matmul": a_matmul(),
    "matrix_transpose": calling(arrays(EVERY, hnp.array_shapes(min_dims=2, max_dims=3))),
    "tensordot": a_tensordot(),
    "vecdot": a_vecdot(),
}
LINALG = {
    **LINEAR_ALGEBRA,
    "cholesky": of(matrices("definite"), upper=booleans),
    "cross": a_cross(),
    "det": calling(matrices("square")),
    "diagonal": of(
        arrays(EVERY, hnp.array_shapes(min_dims=2, max_dims=3)), offset=st.integers(-3, 3)
    ),
    "eigh": calling(matrices("hermitian")),
    "eigvalsh": calling(matrices("hermitian")),
    "inv": calling(matrices("square")),
    "matrix_norm": of(
        matrices(),
        keepdims=booleans,
        ord=st.sampled_from(["fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]),
    ),
    "matrix_power": of(matrices("square"), st.integers(-3, 3)),
    "matrix_rank": of(matrices(), rtol=st.sampled_from([None, 0.1])),
    "outer": pairs(NUMERIC).flatmap(
        lambda p: calling(arrays([p[0]], st.integers(0, 3)), arrays([p[1]], st.integers(0, 3)))
    ),
    "pinv": of(matrices(), rtol=st.sampled_from([None, 0.1])),
    "qr": of(matrices(), mode=st.sampled_from(["reduced", "complete"])),
    "slogdet": calling(matrices("square")),
    "solve": a_solve(),
    "svd": of(matrices(), full_matrices=booleans),
    "svdvals": calling(matrices()),
    "trace": of(
        arrays(NUMERIC, hnp.array_shapes(min_dims=2, max_dims=3)),
        offset=st.integers(-3, 3),
        dtype=wider,
    ),
    "vector_norm": a_vector_norm(),
}


# --- Fourier transforms ---

norms = st.sampled_from(["backward", "ortho", "forward"])
long_enough = hnp.array_shapes(max_dims=3, min_side=2, max_side=4)


def transform(names: Sequence[str]) -> st.SearchStrategy[Call]:
    """Of one axis."""
    return of(arrays(names, long_enough), n=st.none() | st.integers(2, 5), axis=an_axis, norm=norms)


@st.composite
def transform_of_axes(draw: Any, names: Sequence[str]) -> Call:
    """Of several axes, distinct ones."""
    x = draw(arrays(names, long_enough))
    axes = draw(st.permutations(range(x.ndim)).map(lambda p: p[: draw(st.integers(1, x.ndim))]))
    given: dict[str, Any] = {"norm": draw(norms)} if draw(booleans) else {}
    if draw(booleans):
        given["axes"] = tuple(axes)
        if draw(booleans):
            given["s"] = draw(st.tuples(*[st.integers(2, 5)] * len(axes)))
    return Call((x,), given)


FFT = {
    **{name: transform(COMPLEX) for name in ("fft", "ifft", "irfft", "hfft")},
    **{name: transform(REAL_FLOATING) for name in ("rfft", "ihfft")},
    **{name: transform_of_axes(COMPLEX) for name in ("fftn", "ifftn", "irfftn")},
    "rfftn": transform_of_axes(REAL_FLOATING),
    **{
        name: calling(st.integers(1, 6), d=st.sampled_from([0.5, 2.0]), dtype=dtypes(REAL_FLOATING))
        for name in ("fftfreq", "rfftfreq")
    },
    **{
        name: of(
            arrays(FLOATING, filled),
            axes=lambda x: some_axes(x).filter(lambda axes: axes != ()),
        )
        for name in ("fftshift", "ifftshift")
    },
}

CALLS: dict[str, st.SearchStrategy[Call]] = {
    **CREATION,
    **DTYPES,
    **ELEMENTWISE,
    **INDEXING,
    **LINEAR_ALGEBRA,
    **MANIPULATION,
    **SEARCHING,
    **SETS,
    **SORTING,
    **STATISTICS,
    **UTILITY,
    **{f"linalg.{name}": call for name, call in LINALG.items()},
    **{f"fft.{name}": call for name, call in FFT.items()},
}
