"""The table of generators: how to draw a call of each op that is not simply elementwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from autodiff.testing.drawing import Draw, Maker, st

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

    Raises
    ------
    TypeError
        If `name` is none.

    Examples
    --------
    >>> @generator("dot_of_my_own")
    ... def _(draw, make):
    ...     shape = draw(shapes(min_dims=1, max_dims=1))
    ...     return [make(shape), make(shape)], []
    >>> del GENERATORS["dot_of_my_own"]
    """
    if not isinstance(name, str):
        raise TypeError(f"generator: expected the name of an op, a text, got {name!r}")

    def enter(function: Generator) -> Generator:
        GENERATORS[name] = function
        CONSTANTS[name] = constants
        return function

    return enter


def an_axis(draw: Draw, ndim: int) -> Any:
    """One axis, counted from the front or from the end."""
    return draw(st.integers(-ndim, ndim - 1))
