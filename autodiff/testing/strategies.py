"""Hypothesis strategies: arrays, tensors, axes, indices, and calls of ops.

Whatever is drawn shrinks to what a reader takes in at a glance. Hypothesis draws the shapes (axes
of length 0 and 1 and arrays without axes are among them), the memory layouts, the axes, the
indices. Numbers come from a seed that it draws too, and are decimal fractions of few digits, all
different, away from the points where functions have their kinks (`autodiff.testing.values`).

An elementwise op gets its calls from its ``domain``. Every other op has one `generator`, which
draws the shapes and params that fit together: the library's ops in
`autodiff.testing.generators`, your own where you like.

Examples
--------
>>> from hypothesis import given
>>> from autodiff import sin
>>> from autodiff.testing import check_grads
>>> @given(x=arrays(domain=(-1.0, 1.0)))
... def test_sine(x):
...     check_grads(sin, [x], order=2)
>>> test_sine()
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff import Tensor, asarray
from autodiff import fft as fft  # so that all ops are declared
from autodiff import linalg as linalg
from autodiff.op import COMPOSITES, OPS, Op
from autodiff.testing.architectures import modules
from autodiff.testing.drawing import (
    DOMAIN,
    DTYPES,
    LAYOUTS,
    Draw,
    Dtypes,
    Maker,
    Shape,
    a_shape,
    axes,
    broadcastable_shapes,
    shapes,
    st,
)
from autodiff.testing.generators import CONSTANTS, GENERATORS, Generator, generator
from autodiff.testing.indexing import index_expressions
from autodiff.testing.programs import programs
from autodiff.testing.values import Array, Domain
from autodiff.testing.written import written_call

__all__ = [
    "Call",
    "Maker",
    "arrays",
    "axes",
    "broadcastable_shapes",
    "calls",
    "flowing",
    "generator",
    "index_expressions",
    "modules",
    "programs",
    "shapes",
    "tensors",
]


# --- arrays and tensors ---


def arrays(
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    dtype: Dtypes = None,
    *,
    domain: Domain = DOMAIN,
    away_from: Sequence[float] = (),
    apart: bool = False,
    layouts: Sequence[str] = LAYOUTS,
    writeable: bool = False,
) -> st.SearchStrategy[Array]:
    """Arrays of readable numbers.

    Parameters
    ----------
    shape
        Their shape, or a strategy of shapes; default `shapes()`.
    dtype
        A boolean, integer, floating or complex dtype, or a strategy of such; None draws float64 or
        float32.
    domain
        Interval of the numbers: strictly inside, whole numbers also at the ends. Of complex
        numbers both parts lie in it.
    away_from
        Numbers that they keep away from (integers: differ from), by 0.05, or a fiftieth of an
        interval narrower than 2.5. From multiples of one half, floating numbers always do, unless
        the interval is wider than 100.
    apart
        Spread them evenly, so that each differs from the next by a good part of ``width / n``.
        Without that they are different, but may be near each other.
    layouts
        Which memory layouts there may be: "C" and "F" are NumPy's orders; "strided" is every other
        element of a larger array, "reversed" a view backward along the last axis, "broadcast" one
        that repeats its numbers along an axis (not drawn if they are to be `apart` or writeable).
    writeable
        Whether they can be written to.

    Raises
    ------
    TypeError, ValueError
        If the shape is none, the interval empty, a layout unknown, the dtype of no numbers; when
        drawn, if there are too few such numbers.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(arrays(dtype=float), lambda x: x.size == 2)
    array([0.7, 0.9])
    >>> find(arrays((2, 2), np.float32, domain=(0, 1), layouts=["F"]), lambda x: True)
    array([[0.06, 0.09],
           [0.13, 0.1 ]], dtype=float32)
    """
    try:
        low, high = map(float, domain)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not -np.inf < low < high < np.inf:
        raise ValueError(f"arrays: expected a domain (low, high), low < high, got {domain!r}")
    if isinstance(layouts, str) or not layouts or not {*layouts} <= {*LAYOUTS}:
        raise ValueError(f"arrays: expected layouts out of {LAYOUTS}, got {layouts!r}")
    options = {
        "domain": tuple(domain),
        "away_from": tuple(np.atleast_1d(away_from).tolist()),
        "apart": apart,
        "layouts": tuple(layouts),
    }
    return _arrays(_shapes("arrays", shape), _dtypes("arrays", dtype), options, writeable)


def tensors(
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    dtype: Dtypes = None,
    *,
    requires_grad: bool | None = True,
    **options: Any,
) -> st.SearchStrategy[Tensor]:
    """Tensors of readable numbers: leaves of a graph, or constants.

    Parameters
    ----------
    shape, dtype
        As in `arrays`.
    requires_grad
        Whether gradients flow to them; None draws that, where the dtype allows it.
    **options
        The other parameters of `arrays`. The memory of a tensor too has all layouts, and is
        read-only unless ``writeable=True``.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(tensors(dtype=float), lambda x: x.size > 0)
    Tensor(0.4, requires_grad=True)
    >>> find(tensors((2,), int, requires_grad=None), lambda x: True)
    Tensor([2, 1])
    """
    if requires_grad not in (True, False, None):
        raise TypeError(f"tensors: expected requires_grad True, False or None, got {requires_grad}")
    return _tensors(arrays(shape, dtype, **options), requires_grad)


@st.composite
def _arrays(
    draw: Draw,
    shape: st.SearchStrategy[Shape],
    dtype: st.SearchStrategy[np.dtype[Any]],
    options: dict[str, Any],
    writeable: bool,
) -> Array:
    make = Maker(draw, draw(dtype))
    if writeable:
        once = tuple(layout for layout in options["layouts"] if layout != "broadcast")
        options = {**options, "layouts": once or ("C",)}
    x = make(draw(shape), **options)
    x.flags.writeable = writeable
    return x


@st.composite
def _tensors(draw: Draw, values: st.SearchStrategy[Array], requires_grad: bool | None) -> Tensor:
    x: Tensor = asarray(draw(values))
    if requires_grad is None:
        requires_grad = x.dtype.kind in "fc" and draw(st.booleans())
    if requires_grad:
        x.requires_grad = True
    return x


def _shapes(caller: str, shape: Any) -> st.SearchStrategy[Shape]:
    if shape is None or isinstance(shape, st.SearchStrategy):
        return shapes() if shape is None else shape
    return st.just(a_shape(caller, shape, ", or a strategy of such"))


def _dtypes(caller: str, dtype: Dtypes) -> st.SearchStrategy[np.dtype[Any]]:
    if isinstance(dtype, st.SearchStrategy):
        return dtype.map(np.dtype)
    if dtype is not None and np.dtype(dtype).kind not in "biufc":
        raise TypeError(f"{caller}: expected a dtype of numbers, got {np.dtype(dtype)}")
    return st.sampled_from(DTYPES) if dtype is None else st.just(np.dtype(dtype))


# --- calls ---


@dataclass(frozen=True, repr=False, eq=False)
class Call:
    """What an op can be called with: ``arrays, params = call``.

    Its `repr` is the call as Python text, to be pasted.

    Attributes
    ----------
    op
        The op.
    arrays
        The array arguments in the op's order (of a variadic op, the arrays of its sequence). None:
        an optional one of a composite, left out.
    params
        The other arguments, in the order of ``op.params``.

    Examples
    --------
    >>> from autodiff import OPS
    >>> Call(OPS["sum"], (np.array([[0.4]]),), (0, True, None))
    sum(np.array([[0.4]]), axis=0, keepdims=True)
    """

    op: Op
    arrays: tuple[Any, ...]
    params: tuple[Any, ...] = ()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter((self.arrays, self.params))

    def __repr__(self) -> str:
        return written_call(self.op, self.arrays, self.params)


def calls(op: Op | Callable[..., Any], dtype: Dtypes = None) -> st.SearchStrategy[Call]:
    """Calls that `op` can take.

    Parameters
    ----------
    op
        Any declared op or composite, the library's or your own: its entry in `OPS` or
        `COMPOSITES`, or the function.
    dtype
        Of its arrays, or a strategy of such; None draws float64 or float32.

    Raises
    ------
    LookupError
        If the op needs a `generator` (it is not elementwise, or has a param without default),
        and has none.
    TypeError
        If `op` is no op.

    Examples
    --------
    >>> from hypothesis import find
    >>> from autodiff import matmul
    >>> find(calls(matmul, dtype=float), lambda call: {x.shape for x in call.arrays} == {(1, 1)})
    matmul(np.array([[0.4]]), np.array([[0.9]]))
    """
    known = declared(op)
    if known is None:
        raise TypeError(f"calls: expected a declared op, or its function, got {op!r}")
    generate = GENERATORS.get(known.name)
    if generate is None:
        if known.family != "elementwise" or inspect.Parameter.empty in _defaults(known):
            raise LookupError(
                f"calls of op {known.name!r} ({known.family}) can't be guessed: register a "
                f"generator, @autodiff.testing.strategies.generator({known.name!r})"
            )
        generate = _elementwise(known)
    return _calls(known, generate, _dtypes("calls", dtype))


def declared(f: Any) -> Op | None:
    """The op or composite that `f` is, or is the function of; None if there is none."""
    if isinstance(f, Op):
        return f
    return next((op for op in (*OPS.values(), *COMPOSITES.values()) if op.function is f), None)


def flowing(op: Op, call: Call) -> list[int]:
    """Positions of the arrays of a call that have a derivative; the others are constants.

    Examples
    --------
    >>> from autodiff import OPS
    >>> mask, x = np.array([True, False]), np.ones(2)
    >>> flowing(OPS["where"], Call(OPS["where"], (mask, x, x)))
    [1, 2]
    """
    constants = CONSTANTS.get(op.name, ())
    given = enumerate(call.arrays)
    return [i for i, x in given if x is not None and i not in constants]


@st.composite
def _calls(
    draw: Draw, op: Op, generate: Generator, dtype: st.SearchStrategy[np.dtype[Any]]
) -> Call:
    make = Maker(draw, draw(dtype))
    found, params = generate(draw, make)
    return Call(op, tuple(found), tuple(params))


def _defaults(op: Op) -> list[Any]:
    parameters = inspect.signature(op.forward).parameters
    return [parameters[name].default for name in op.params]


def _elementwise(op: Op) -> Generator:
    def generate(draw: Draw, make: Maker) -> Any:
        sizes = draw(broadcastable_shapes(len(op.arrays)))
        found = [make(shape, domain) for shape, domain in zip(sizes, op.domain, strict=True)]
        return found, _defaults(op)

    return generate
