"""What the state machine of tensors draws: shapes, numbers, indices, and what is done with them.

Every function takes first the library to compute with: `autodiff`, `numpy` or `machine_model`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.fuzz import machine_model as naive

shapes = st.sampled_from([(2,), (2,), (2,), (2, 2), (2, 2), (), (1,), (3,), (3, 2), (0,), (2, 0)])
dtypes = st.sampled_from([*map(np.dtype, [np.float64, np.float64, np.float32, np.int64])])
halves = st.integers(-4, 4).map(lambda n: n / 2)
names = st.sampled_from([None, "x", "weight"])
switches = st.booleans()
rarely = st.sampled_from([False, False, True])


@st.composite
def numbers(draw: Any, shape: tuple[int, ...], dtype: Any = float) -> Any:
    n = int(np.prod(shape))
    return np.array(draw(st.lists(halves, min_size=n, max_size=n))).reshape(shape).astype(dtype)


@st.composite
def keys(draw: Any, shape: tuple[int, ...]) -> Any:
    """An index, rarely one that lies outside."""
    kind = draw(st.sampled_from(["int", "slice", "slice", "ints", "mask", "all", "new", "two"]))
    n = shape[0] if shape else 1
    if kind == "int":
        return draw(st.integers(-n - 1, n))
    if kind == "slice":
        ends = st.none() | st.integers(-n, n)
        return slice(draw(ends), draw(ends), draw(st.sampled_from([None, 1, 2, -1])))
    if kind == "ints":
        return draw(st.lists(st.integers(-n, max(n - 1, 0)), min_size=1, max_size=3))
    if kind == "mask":
        size = int(np.prod(shape))
        return np.array(draw(st.lists(switches, min_size=size, max_size=size)), bool).reshape(shape)
    return {"all": ..., "new": (None, ...), "two": (..., 0)}[kind]


def relayed(name: str) -> Any:
    return lambda lib, *xs: getattr(lib, name)(*xs)


def along(f: Callable[[Any], Any]) -> Any:
    """A reduction along an axis; NumPy lets a 0-d array pass, which has none."""

    def reduced(lib: Any, x: Any) -> Any:
        if lib is np and not x.ndim:
            raise IndexError
        return f(x)

    return reduced


def converted(dtype: Any) -> Any:
    return lambda lib, x: naive.same(x) if lib is naive else x.astype(dtype)


UNARY: dict[str, Any] = {
    "sin": relayed("sin"),
    "tanh": relayed("tanh"),
    "square": relayed("square"),
    "negative": lambda lib, x: -x,
    "sum": lambda lib, x: x.sum(),
    "mean": lambda lib, x: x.mean(),
    "max": lambda lib, x: x.max(),
    "sum of the first axis": along(lambda x: x.sum(0)),
    "sum of the last axis, kept": along(lambda x: x.sum(-1, keepdims=True)),
    "max of the first axis": along(lambda x: x.max(0)),
    "doubled": lambda lib, x: x + x,
    "halved": lambda lib, x: x / 2.0,
    "one less": lambda lib, x: 1 - x,
    "short": converted(np.float32),
    "long": converted(np.float64),
    "positive": lambda lib, x: x if lib is naive else x > 0,
}
BINARY: dict[str, Any] = {
    "add": lambda lib, a, b: a + b,
    "subtract": lambda lib, a, b: a - b,
    "multiply": lambda lib, a, b: a * b,
    "multiply too": lambda lib, a, b: a * b,
    "matmul": lambda lib, a, b: a @ b,
    "maximum": relayed("maximum"),
    "divide": lambda lib, a, b: a / (b * b + 1.0),
    "stack": lambda lib, a, b: lib.stack([a, b]),
}
VIEWS: dict[str, Any] = {
    "transpose": lambda lib, x: x.T,
    "flat": lambda lib, x: x.reshape((-1,)),
    "a row": lambda lib, x: x.reshape((1, -1)),
    "in pairs": lambda lib, x: x.reshape((2, -1)),
    "repeated": lambda lib, x: lib.broadcast_to(x, (2, *x.shape)),
}
FUNCTIONS: dict[str, Any] = {  # for the transforms: of z, closing over w
    "z": lambda lib, z, w: z,
    "z w": lambda lib, z, w: z * w,
    "z + w": lambda lib, z, w: z + w,
    "z³": lambda lib, z, w: z * z * z,
    "sum of sin(z) w": lambda lib, z, w: (lib.sin(z) * w).sum(),
    "tanh(z w) z": lambda lib, z, w: lib.tanh(z * w) * z,
    "grad at z": lambda lib, z, w: lib.grad(lambda q: (q * q * q * w).sum())(z) * w,
    "grad at w": lambda lib, z, w: lib.grad(lambda q: (q * q * z).sum())(w) * z,
    "grad of a grad": lambda lib, z, w: lib.grad(
        lambda q: (lib.grad(lambda p: (p * p * q * z).sum())(q) * w).sum()
    )(z),
}
