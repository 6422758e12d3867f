"""Hypothesis strategies that draw calls of ops: all that a property of every op needs.

An elementwise op gets its calls from its ``domain``. Every other op has one `generator`, which
draws the shapes and params that fit together: the library's ops in
`autodiff.testing.generators`, your own where you like.

Shapes are drawn by Hypothesis, so failures shrink to small ones; axes of length 0 and 1 and arrays
without axes are among them. Values come from a seed that Hypothesis draws, uniform in a domain, so
ties and kinks are as improbable as they are in real data.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autodiff import fft as fft  # so that all ops are declared
from autodiff import linalg as linalg
from autodiff.op import Op
from autodiff.testing.drawing import DTYPES, Draw, Maker, arrays, broadcastable, shapes, st
from autodiff.testing.generators import CONSTANTS, GENERATORS, Generator, generator

__all__ = ["Call", "Maker", "arrays", "broadcastable", "calls", "flowing", "generator", "shapes"]


class Call(NamedTuple):
    """What an op can be called with.

    Attributes
    ----------
    arrays
        The array arguments in the op's order (of a variadic op, the arrays of its sequence). None:
        an optional one of a composite, left out.
    params
        The other arguments, in the order of ``op.params``.
    """

    arrays: tuple[Any, ...]
    params: tuple[Any, ...]


def calls(op: Op, dtype: npt.DTypeLike | None = None) -> st.SearchStrategy[Call]:
    """Calls that `op` can take.

    Parameters
    ----------
    op
        Any declared op, the library's or your own.
    dtype
        Of its arrays; None draws float64 or float32.

    Raises
    ------
    LookupError
        If the op needs a `generator` (it is not elementwise, or has a param without default),
        and has none.

    Examples
    --------
    >>> from hypothesis import find
    >>> from autodiff import OPS
    >>> x1, x2 = find(calls(OPS["matmul"], dtype=float), lambda call: True).arrays
    >>> x1.shape[-1] == x2.shape[0], x1.dtype.name
    (True, 'float64')
    """
    generate = GENERATORS.get(op.name)
    if generate is None:
        if op.family != "elementwise" or inspect.Parameter.empty in _defaults(op):
            raise LookupError(
                f"calls of op {op.name!r} ({op.family}) can't be guessed: register a generator, "
                f"@autodiff.testing.strategies.generator({op.name!r})"
            )
        generate = _elementwise(op)
    return _calls(generate, None if dtype is None else np.dtype(dtype))


def flowing(op: Op, call: Call) -> list[int]:
    """Positions of the arrays of a call that have a derivative; the others are constants.

    Examples
    --------
    >>> from autodiff import OPS
    >>> mask, x = np.array([True, False]), np.ones(2)
    >>> flowing(OPS["where"], Call((mask, x, x), ()))
    [1, 2]
    """
    constants = CONSTANTS.get(op.name, ())
    given = enumerate(call.arrays)
    return [i for i, x in given if x is not None and i not in constants]


@st.composite
def _calls(draw: Draw, generate: Generator, dtype: np.dtype[Any] | None) -> Call:
    make = Maker(draw, draw(st.sampled_from(DTYPES)) if dtype is None else dtype)
    found, params = generate(draw, make)
    return Call(tuple(found), tuple(params))


def _defaults(op: Op) -> list[Any]:
    parameters = inspect.signature(op.forward).parameters
    return [parameters[name].default for name in op.params]


def _elementwise(op: Op) -> Generator:
    def generate(draw: Draw, make: Maker) -> Any:
        sizes = draw(broadcastable(len(op.arrays)))
        found = [make(shape, domain) for shape, domain in zip(sizes, op.domain, strict=True)]
        return found, _defaults(op)

    return generate
