"""An array and its place in the graph: what the engine needs to know of a tensor.

`Tensor` (in `autodiff.tensor`) is this plus operators and methods, which are ops; so ops are
declared between the two. The class that ops return is set once, by `tensor_class`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

import numpy as np

from autodiff.graph import Leaf, Node, View

if TYPE_CHECKING:
    import numpy.typing as npt

Array: TypeAlias = Annotated[Any, "Array"]
"""In an op's signature, an argument that flows: a tensor, an array or a Python number.

Rules and forwards can't tell which, so there is no narrower type to give them."""

Index: TypeAlias = Annotated[Any, "Index"]
"""In an op's signature, a param of indices, which its caller may change after the call: what may
stand in ``x[...]``, or class numbers. A node keeps a copy."""

SCALARS = frozenset({float, int, bool, complex, np.float64, np.float32})


class Variable:
    """An array (`_array`), the node that made it (`_node`; None: a constant), `_grad`, `_name`.

    None may be called `_data`: what has that, `numpy.ma` takes for a masked array, and its array
    without asking.
    """

    __slots__ = ("__weakref__", "_array", "_grad", "_name", "_node")
    _array: npt.NDArray[Any]
    _node: Node | None
    _grad: Any
    _name: str | None


V = TypeVar("V", bound=type[Variable])
NAMESPACE: dict[str, Any] = {}
"""Globals of all generated functions (see `autodiff.codegen`)."""


def tensor_class(cls: V) -> V:
    """Class decorator: make `cls` the class of every op's result."""
    NAMESPACE["_Tensor"] = cls
    NAMESPACE["_new_tensor"] = partial(object.__new__, cls)
    return cls


def tensor(data: np.ndarray[Any, Any], node: Node | None) -> Any:
    """A new tensor of `data`, at `node` in the graph."""
    made = NAMESPACE["_new_tensor"]()
    made._array, made._node, made._grad, made._name = data, node, None, None
    return made


def leaf(data: np.ndarray[Any, Any], name: str | None = None) -> Any:
    """A new tensor of `data` that gradients can be taken of."""
    made = tensor(data, None)
    made._node = Leaf(data, made, name)
    return made


def raw(value: Any) -> Any:
    """The array of a tensor; anything else as it is. For what has no derivative: masks, counts."""
    return value._array if isinstance(value, Variable) else value


def raw_all(value: Any) -> Any:
    """As `raw`, of a sequence of tensors too."""
    if isinstance(value, (list, tuple)):
        return [raw(v) for v in value] if isinstance(value, list) else tuple(map(raw, value))
    return raw(value)


def plain(index: Any) -> Any:
    """An index with arrays in place of the tensors in it; what is mutable is copied."""
    if isinstance(index, (tuple, list)):
        return type(index)(plain(part) for part in index)
    if isinstance(index, (Variable, np.ndarray)):
        return np.array(raw(index))
    return index


def constant(value: Any) -> Any:
    """An argument that is no tensor, as NumPy's promotion wants it: a Python number, or an array.

    Raises
    ------
    TypeError
        If it is no number or array of numbers, or an array of another kind, masked or a matrix.
    ValueError
        If it is nested irregularly.
    """
    if type(value) in SCALARS:
        return value
    if isinstance(value, np.ndarray) and (hasattr(value, "mask") or isinstance(value, np.matrix)):
        raise TypeError(
            f"expected an array, got a {type(value).__name__}, which computes by rules of its own: "
            f"numpy.asarray(x) has its numbers, where(~x.mask, x.data, 0) those that no mask hides"
        )
    if isinstance(value, (list, tuple)) and any(isinstance(v, Variable) for v in value):
        raise TypeError(
            "expected numbers, got a list of tensors: stack(...) or concat(...) joins them"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"expected numbers, regularly nested ({error})") from error
    if array.dtype.kind not in "biufc":
        raise TypeError(f"expected numbers, got {type(value).__name__} of dtype {array.dtype}")
    return array


def array(value: Any) -> Any:
    """An argument that is no tensor, as an array.

    Raises
    ------
    TypeError
        If it is no number or array of numbers.
    ValueError
        If it is nested irregularly, or an integer that no dtype holds.
    """
    array = np.asarray(constant(value))
    if array.dtype.kind == "O":
        raise ValueError(f"expected numbers, got an integer longer than 64 bits, {value}")
    return array


def lifted(node: Node) -> View:
    """A node as rules see it in higher order: its saved arrays are tensors in the graph again."""
    op = node.op
    assert op is not None  # only ops are walked

    def lift(name: str, value: Any) -> Any:
        if name == "y":
            return tensor(value, node)
        if op.variadic:
            pairs = zip(node.parents, value, strict=True)
            return [v if p is None else tensor(v, p) for p, v in pairs]
        source = node.parents[op.arrays.index(name)]
        return value if value is None or source is None else tensor(np.asarray(value), source)

    saved = tuple(lift(name, value) for name, value in node.kept().items())
    return View(node, node.parents, saved[0] if len(saved) == 1 else saved)
