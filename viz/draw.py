"""From a recorded graph to a figure: the forward values, and what flows back along every edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from autodiff import GradientError, Tensor
from autodiff.graph import Node, Step, pullback, replay
from viz.drawing import Drawing
from viz.figure import Figure, FigureEdge, FigureNode, summarise


def draw(
    outputs: Tensor | Sequence[Tensor],
    *,
    values: bool = True,
    gradients: bool = True,
    direction: Literal["LR", "TB", "RL", "BT"] = "LR",
) -> Drawing:
    """Draw the graph that computed `outputs`, as the apple-tax figure of backpropagation does.

    Operations are circles with their symbol; an arrow runs forward with the value above it, and
    back with the gradient that flows along it below. Where a value is used several times each of
    its arrows shows its own contribution: they add up to the gradient.

    Parameters
    ----------
    outputs
        One tensor or several; they must require grad.
    values, gradients
        Whether to write the one and the other.
    direction
        Where the forward computation runs: ``"LR"`` (left to right), ``"TB"`` (top to bottom),
        ``"RL"`` or ``"BT"``.

    Returns
    -------
    Drawing
        Shows itself in a notebook; ``.dot``, ``.svg()``, ``.save("graph.svg")``.

    Raises
    ------
    TypeError
        If an output is no tensor.
    GradientError
        If an output requires no grad: nothing was recorded then.

    Notes
    -----
    It works before and after ``backward()`` and changes no ``.grad``: the values are computed
    again from the leaves (from what they hold now), and the chain rule is walked once more. Of an
    output of several elements the gradients are those of its sum.

    Examples
    --------
    >>> apple = Tensor(100.0, requires_grad=True, name="apple")
    >>> draw(apple * 2.0)
    Drawing(4 nodes, 3 edges)
    """
    if not isinstance(outputs, (Tensor, list, tuple)):
        raise TypeError(
            f"draw: expected a tensor or a list of them, got {type(outputs).__name__}: draw what a "
            f"function or model returns, as in draw(model(x))"
        )
    tensors = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    if not tensors:
        raise TypeError("draw: expected a tensor or several, got none")
    for t in tensors:
        if not isinstance(t, Tensor):
            raise TypeError(f"draw: expected a tensor or several, got {type(t).__name__}")
        if t._node is None:
            raise GradientError(
                f"draw: the tensor of shape {t.shape} requires no grad, so nothing was recorded: "
                f"give its inputs requires_grad=True, and compute it outside no_grad()"
            )
    roots = [t._node for t in tensors if t._node is not None]
    with np.errstate(all="ignore"):
        copies, found = replay(roots)
        ends = [copies[root] for root in roots]
        seeds = {end: np.ones(end.shape, found[end].dtype) for end in ends}
        flows: dict[Node, Step] = {}
        if gradients:
            pullback(seeds, visit=lambda step: flows.update({step.node: step}))
    picture = _Picture(found, values, flows)
    for node in copies.values():
        picture.add(node)
    for end in ends:
        picture.finish(end, seeds[end] if gradients else None)
    return Drawing(Figure(tuple(picture.nodes), tuple(picture.edges), direction))


class _Picture:
    """Nodes and edges of a figure, in the order in which they were computed."""

    def __init__(self, found: dict[Node, Any], values: bool, flows: dict[Node, Step]) -> None:
        self.found, self.values, self.flows = found, values, flows
        self.nodes: list[FigureNode] = []
        self.edges: list[FigureEdge] = []
        self.ids: dict[Node | int, str] = {}
        self.counts = {"op": 0, "leaf": 0, "constant": 0, "output": 0}

    def new(self, kind: Literal["op", "leaf", "constant", "output"], label: str, tip: str) -> str:
        self.counts[kind] += 1
        name = f"{kind}{self.counts[kind]}"
        self.nodes.append(FigureNode(name, kind, label, tip))
        return name

    def add(self, node: Node) -> None:
        """One operation with the arrows that enter it, or one leaf."""
        if node.op is None:
            label = node.name or f"leaf {self.counts['leaf'] + 1}"
            self.ids[node] = self.new("leaf", label, f"{label}: shape {node.shape}")
            return
        self.ids[node] = head = self.new("op", node.op.symbol, _described(node))
        step = self.flows.get(node)
        for i, parent in enumerate(node.parents):
            if parent is None:
                self.edges.append(self.from_constant(node, i, head))
            else:
                flow = None if step is None else step.flows[i]
                tail = self.ids[parent]
                below = None if flow is None else _text(as_gradient(flow, self.found[parent]))
                self.edges.append(FigureEdge(tail, head, self.value(parent), below))

    def from_constant(self, node: Node, i: int, head: str) -> FigureEdge:
        """The arrow from a constant; an array that is used twice is one constant."""
        value = node.constant(i)
        name = (node.labels or {}).get(i)
        if name is None and np.ndim(value) == 0:
            number = summarise(np.asarray(value))
            return FigureEdge(self.new("constant", number, "constant"), head, None, None)
        key = id(value)
        if key not in self.ids:
            label = name or "const"
            self.ids[key] = self.new("constant", label, f"constant of shape {np.shape(value)}")
        text = summarise(np.asarray(value)) if self.values else None
        return FigureEdge(self.ids[key], head, text, None)

    def value(self, node: Node) -> str | None:
        return _text(self.found[node]) if self.values else None

    def finish(self, end: Node, seed: Any) -> None:
        """An output, and the arrow that leads to it."""
        before = self.counts["output"]
        label = (end.op and end.name) or (f"out {before + 1}" if before else "out")
        head = self.new("output", label, f"output of shape {end.shape}")
        self.edges.append(FigureEdge(self.ids[end], head, self.value(end), _text(seed)))


def as_gradient(flow: Any, value: Any) -> Any:
    """A flow as users know gradients: real of a real value, else the conjugate."""
    flow = np.asarray(flow)
    if flow.dtype.kind != "c":
        return flow
    return flow.conj() if value.dtype.kind == "c" else flow.real


def _text(value: Any) -> str | None:
    return None if value is None else summarise(np.asarray(value))


def _described(node: Node) -> str:
    op = node.op
    assert op is not None  # the caller has seen to it
    params = ", ".join(
        f"{name}={value!r}" for name, value in zip(op.params, node.params, strict=True)
    )
    name = f"{node.name}: " if node.name else ""
    return f"{name}{op.name}({params}) of shape {node.shape}\n{op.doc.replace('``', '')}"
