"""The one intermediate form between a recorded computation and its picture.

A `Figure` holds everything a drawing shows and nothing of how it came about: texts, not arrays;
ids, not nodes of the engine. Every output (DOT, SVG, a step player) starts from it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NodeKind = Literal["op", "leaf", "constant", "output"]
Direction = Literal["LR", "TB", "RL", "BT"]


@dataclass(frozen=True)
class FigureNode:
    """A node of a drawing.

    Parameters
    ----------
    id : str
        Letters, digits and underscores, not starting with a digit; unique in its figure.
    kind : {"op", "leaf", "constant", "output"}
        An operation, an input that has a gradient, an input that has none, or a result.
    label : str
        The symbol or name to show; any text. A result may have none.
    tooltip : str
        What to say when the pointer rests on the node; any text, lines separated by newlines.
    """

    id: str
    kind: NodeKind
    label: str
    tooltip: str = ""


@dataclass(frozen=True)
class FigureEdge:
    """An edge of a drawing, in the direction of the forward computation.

    Parameters
    ----------
    tail, head : str
        Ids of the node that gives the value and of the node that takes it.
    value : str or None
        The value that flows forward, as short text.
    gradient : str or None
        The gradient that flows back along this very edge, as short text.
    """

    tail: str
    head: str
    value: str | None = None
    gradient: str | None = None


@dataclass(frozen=True)
class Figure:
    """A computation as plain data, ready to be drawn.

    Parameters
    ----------
    nodes : tuple of FigureNode
    edges : tuple of FigureEdge
        Two nodes may be joined by several edges, as in ``x * x``. The edges into a node are
        drawn in the order in which they stand here, so that ``a - b`` differs from ``b - a``.
    direction : {"LR", "TB", "RL", "BT"}
        Where the forward computation runs: left to right, top to bottom, and their reverses.

    Raises
    ------
    ValueError
        If an id is malformed or used twice, an edge joins a node that is not there, or the kind
        or direction is unknown.

    Examples
    --------
    >>> square = Figure(
    ...     nodes=(FigureNode("x", "leaf", "x"), FigureNode("y", "op", "×")),
    ...     edges=(FigureEdge("x", "y", "3", "3"), FigureEdge("x", "y", "3", "3")),
    ... )
    >>> len(square.edges)
    2
    """

    nodes: tuple[FigureNode, ...]
    edges: tuple[FigureEdge, ...]
    direction: Direction = "LR"

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise ValueError(
                f"direction is {self.direction!r}, expected one of {_listed(get_args(Direction))}"
            )
        for node in self.nodes:
            if not (node.id.isascii() and node.id.isidentifier()):
                raise ValueError(
                    f"node id {node.id!r} must be made of letters, digits and underscores, and"
                    " not start with a digit; the label may be any text"
                )
            if node.kind not in get_args(NodeKind):
                raise ValueError(
                    f"node {node.id!r} is of kind {node.kind!r},"
                    f" expected one of {_listed(get_args(NodeKind))}"
                )
        times_used = Counter(node.id for node in self.nodes)
        for id, times in times_used.items():
            if times > 1:
                raise ValueError(f"node id {id!r} is used {times} times, ids must be unique")
        for edge in self.edges:
            for end in (edge.tail, edge.head):
                if end not in times_used:
                    raise ValueError(
                        f"edge {edge.tail!r} -> {edge.head!r} joins {end!r}, which is no node"
                    )


def _listed(choices: tuple[str, ...]) -> str:
    return ", ".join(repr(choice) for choice in choices)


def summarise(array: ArrayLike) -> str:
    """Describe a value in a few words that fit beside an edge.

    A scalar and a vector of up to four elements are given whole, with six significant digits.
    Of anything larger there is the shape, then what all elements have in common, or the range of
    integers, the share of true booleans, the mean and standard deviation of the finite rest.
    NaN and infinite elements are counted.

    Parameters
    ----------
    array : array_like
        Any shape and dtype.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> summarise(2.2 * 100 / 100), summarise(0.1 + 0.2), summarise(1.5e-7), summarise(True)
    ('2.2', '0.3', '1.5e-07', 'True')
    >>> summarise([1.0, -2.5, float("nan")])
    '[1, -2.5, nan]'
    >>> summarise(np.linspace(-1, 1, 200).reshape(2, 100))
    '(2, 100) mean 0 ± 0.58'
    >>> summarise(np.zeros((3, 4))), summarise(np.empty((0, 3))), summarise(np.arange(10))
    ('(3, 4) all 0', '(0, 3) empty', '(10,) int 0 to 9')
    """
    values = np.asarray(array)
    if values.dtype.kind not in "biufc":
        return f"{values.shape} {values.dtype}" if values.ndim else str(values.dtype)
    if values.ndim == 0:
        return _number(values[()])
    if values.size == 0:
        return f"{values.shape} empty"
    if values.ndim == 1 and values.size <= 4:
        return "[" + ", ".join(_number(value) for value in values) + "]"
    return f"{values.shape} {_gist(values)}"


@np.errstate(all="ignore")
def _gist(values: NDArray[Any]) -> str:
    first = values.flat[0]
    if values.size == 1:
        return _number(first)
    if np.all(values == first):
        return f"all {_number(first)}"
    if values.dtype.kind == "b":
        return f"{np.count_nonzero(values)} of {values.size} True"
    if values.dtype.kind in "iu":
        return f"int {_number(values.min())} to {_number(values.max())}"
    if values.dtype.kind == "c":
        return str(values.dtype)
    wide = values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    n_nan = np.count_nonzero(np.isnan(wide))
    n_inf = wide.size - finite.size - n_nan
    if n_nan == wide.size:
        return "all nan"
    words = [_mean_and_deviation(finite)] if finite.size else []
    words += [f"{n} {name}" for n, name in ((n_nan, "nan"), (n_inf, "inf")) if n]
    return " · ".join(words)


def _mean_and_deviation(finite: NDArray[np.float64]) -> str:
    # Scaled by a power of two, hence exactly, so that neither sum nor squares can overflow.
    exponent = int(np.frexp(np.max(np.abs(finite)))[1])
    scaled = np.ldexp(finite, -exponent)
    mean, deviation = float(scaled.mean()), float(scaled.std())
    if abs(mean) < 1e-12 * deviation:
        mean = 0.0
    return (
        f"mean {_number(math.ldexp(mean, exponent), 2)}"
        f" ± {_number(math.ldexp(deviation, exponent), 2)}"
    )


def _number(value: Any, digits: int = 6) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(value) if abs(int(value)) < 10**12 else f"{int(value):.{digits}g}"
    if isinstance(value, (complex, np.complexfloating)):
        imaginary = _number(value.imag, digits)
        sign = "" if imaginary.startswith("-") else "+"
        return f"{_number(value.real, digits)}{sign}{imaginary}j"
    real = float(value) + 0.0  # adding zero turns -0 into 0
    text = f"{real:.{digits}g}"
    return f"{float(text):.6g}" if abs(real) < 1e6 else text  # 6500 rather than 6.5e+03
