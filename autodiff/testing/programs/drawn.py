"""Random programs: graphs of ops with fan-out, constants, views and updates in place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autodiff.ops.arguments import an_int
from autodiff.testing.drawing import Draw, Shape, st
from autodiff.testing.programs.language import (
    Call,
    Expression,
    Program,
    Ref,
    Store,
    Update,
    names_in,
)
from autodiff.testing.programs.vocabulary import EXPRESSIONS, key, mask, narrowed, picked_by
from autodiff.testing.programs.writer import PLACES, SHAPES, Writer, within


def programs(
    max_statements: int = 12, dtype: npt.DTypeLike = np.float64
) -> st.SearchStrategy[Program]:
    """Programs that compute smoothly, and with moderate numbers, from inputs of a few elements.

    Among their statements are updates in place (``v1 += v0``, ``v1[v1 > 0.5] *= 2.0``) of values
    that others are made of, views, constants, and parts inside `no_grad`. Some inputs and values
    are used more than once, others not at all. Where an op has kinks, the values are not near one.

    Parameters
    ----------
    max_statements
        How long a program may be; statements that bring an argument into an op's domain come on
        top.
    dtype
        Of all arrays: float64 or float32.

    Returns
    -------
    SearchStrategy
        Of `Program`. Failures shrink to the statements that matter.

    Raises
    ------
    TypeError
        If `dtype` is another.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(programs(), lambda program: len(program.statements) == 2)
    import numpy as np
    import autodiff as ad
    <BLANKLINE>
    x0 = ad.Tensor(2.552, requires_grad=True)
    v0 = ad.tanh(x0)
    v1 = ad.tanh(v0)
    outputs = (v1,)
    """
    dtype = np.dtype(dtype)
    if dtype not in (np.float64, np.float32):
        raise TypeError(f"programs: expected dtype float64 or float32, got {dtype}")
    return _programs(an_int("programs", max_statements, "max_statements"), dtype)


@st.composite
def _programs(draw: Draw, max_statements: int, dtype: np.dtype[Any]) -> Program:
    w = Writer(draw, dtype)
    w.input(draw(SHAPES))
    for _ in range(max_statements):
        if not draw(_step(w)):
            break
    return Program(w.inputs, tuple(w.statements), _outputs(w))


@st.composite
def _step(draw: Draw, w: Writer) -> bool:
    """One statement more, or False: the end. A draw of its own, so that it shrinks away whole."""
    kind = draw(st.integers(0, 16))
    if 0 < kind < 13:
        _compute(w)
    elif 13 <= kind < 16:
        _store(w)
    elif kind:
        _update(w)
    return kind > 0 or not w.statements


def _outputs(w: Writer) -> tuple[str, ...]:
    """Most of the values that no other is made of, so that few statements go unused."""
    used = {name for statement in w.statements for name in names_in(statement)}
    unused = [name for name in w.values if name not in used]
    kept = [name for name in unused if w.choose(True, True, True, False)]
    return tuple(kept[-4:]) or (list(w.values)[-1],)


def _compute(w: Writer) -> None:
    """A new value, seldom inside `no_grad`."""
    expression = w.choose(*EXPRESSIONS)(w)
    if expression is not None:
        w.try_to_let(expression, recorded=w.draw(st.integers(0, 15)) != 15)


def _store(w: Writer) -> None:
    """New elements of a value that is not an input."""
    x = _storable(w)
    at = w.choose(key, key, mask)(w, x)
    value, op = _operand(w, picked_by(w, x, at).shape)
    op = w.choose(None, op)
    constant = not w.values[x.name].requires_grad
    recorded = not (constant and w.choose(False, False, True))
    w.add(Store(x.name, at, value, op, recorded))


def _storable(w: Writer) -> Ref:
    found: list[Ref] = [
        Ref(name) for name, x in w.values.items() if not (x.is_leaf and x.requires_grad)
    ]
    if found and w.choose(True, True, False):
        place: int = w.draw(PLACES)
        return found[place % len(found)]
    x = w.pick()
    return w.let(w.choose(Call("copy", (x,)), Call("zeros", (w[x].shape,), _as(w))))


def _as(w: Writer) -> dict[str, Expression]:
    return {"dtype": "float32"} if w.dtype == np.float32 else {}


def _update(w: Writer) -> None:
    """``x += value`` and its like: an input's name gets a new value too."""
    x = w.pick()
    value, op = _operand(w, w[x].shape)
    leaf = w.values[x.name].is_leaf and w.values[x.name].requires_grad
    w.add(Update(x.name, op, value, recorded=leaf or not w.choose(False, False, False, True)))


def _operand(w: Writer, shape: Shape) -> tuple[Expression, str]:
    """What fits into a shape, and an operator to put before it."""
    op = w.choose("add", "multiply", "subtract", "divide")
    if 0 in shape or w.choose(True, False, False):
        return w.choose(2.0, 0.5, -1.5, 3), op
    domain = (0.5, 3.0) if op == "divide" else (-3.0, 3.0)
    return w.operand(within(shape), narrowed(w, shape), domain), op
