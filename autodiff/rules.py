"""The calculus of the four families: from an op's rules to its pull and its push.

These are the plain, general forms: for drawings, pruned walks, higher orders and forward mode. The
first-order backward pass takes the same flows from a generated function (`autodiff.codegen`); a
test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from autodiff.codegen import unbroadcast
from autodiff.config import enable_grad
from autodiff.declaration import Declaration, Rule, asks
from autodiff.graph import Node, View, pullback, shape_of
from autodiff.op import OPS
from autodiff.variable import Variable, leaf, lifted

Pull: TypeAlias = Callable[[Node, Any], Sequence[Any]]
Push: TypeAlias = Callable[[Node, Sequence[Any]], Any]


def values(node: Node) -> dict[str, Any]:
    """By name, what the rules of a node may read besides shapes and the cotangent."""
    assert node.op is not None  # only ops are walked
    return {**dict(zip(node.op.params, node.params, strict=True)), **node.kept()}


def pull_by(what: Declaration) -> Pull:
    """The function ``pull(node, g)``: what flows to each parent, or None."""

    def pull(node: Node, g: Any) -> Sequence[Any]:
        known = {**values(node), **_shapes(what, node), "g": g}
        if what.variadic:
            flows = _call(what.rules[0], known)
            pairs = zip(flows, node.parents, strict=True)
            return [None if parent is None else flow for flow, parent in pairs]
        return [
            None if parent is None or rule is None else _flow(what, rule, known, parent.shape)
            for rule, parent in zip(what.rules, node.parents, strict=True)
        ]

    return pull


def _shapes(what: Declaration, node: Node) -> dict[str, Any]:
    """The shapes that the rules of a node ask for, by ``x_shape``."""
    if what.variadic:
        return {f"{what.arrays[0]}_shape": [shape_of(node, i) for i in range(len(node.parents))]}
    names = ((i, f"{x}_shape") for i, x in enumerate(what.arrays))
    return {name: shape_of(node, i) for i, name in names if name in what.wanted}


def _flow(what: Declaration, rule: Rule, known: dict[str, Any], shape: tuple[int, ...]) -> Any:
    flow = _times(known["g"], rule, known) if what.elementwise else _call(rule, known)
    return flow if flow.shape == shape else unbroadcast(flow, shape)


def _call(rule: Rule, known: dict[str, Any]) -> Any:
    assert callable(rule)  # slopes alone may be something else
    return rule(*(known[name] for name in asks(rule)))


def _times(v: Any, slope: Rule, known: dict[str, Any]) -> Any:
    """A cotangent or a tangent times a slope."""
    if callable(slope):
        if "g" in asks(slope):
            return _call(slope, {**known, "g": v})
        return v * _call(slope, known)
    if isinstance(slope, str):
        return v * known[slope]
    return v if slope == 1 else -v


def push_elementwise(what: Declaration) -> Push:
    """Tangents times slopes, in the output's shape."""

    def push(node: Node, tangents: Sequence[Any]) -> Any:
        known = {**values(node), **_shapes(what, node)}
        moving = [
            (t, s)
            for t, s in zip(tangents, what.rules, strict=True)
            if not (t is None or s is None)
        ]
        total = _total(_times(t, slope, known) for t, slope in moving)
        if total is None or total.shape == node.shape:
            return total
        return OPS["broadcast_to"].function(total, node.shape)

    return push


def push_linear(what: Declaration) -> Push:
    """The op itself, of the tangents (zero where there is none)."""

    def push(node: Node, tangents: Sequence[Any]) -> Any:
        op = node.op
        assert op is not None  # only ops are walked
        flowing = [op.variadic or what.rules[i] is not None for i in range(len(tangents))]
        moving = [t for t, flows in zip(tangents, flowing, strict=True) if flows and t is not None]
        if not moving:
            return None
        dtype = _dtype(moving)

        def given(i: int, t: Any) -> Any:
            if not flowing[i]:
                return node.kept()[op.arrays[i]]
            return np.zeros(shape_of(node, i), dtype) if t is None else t

        return op.record([given(i, t) for i, t in enumerate(tangents)], node.params)

    return push


def push_multilinear(node: Node, tangents: Sequence[Any]) -> Any:
    """The op itself, of one tangent and the other arguments' values, summed over the arguments."""
    op, known = node.op, values(node)
    assert op is not None  # only ops are walked
    args = [known.get(name) for name in op.arrays]
    return _total(
        op.record([*args[:i], t, *args[i + 1 :]], node.params)
        for i, t in enumerate(tangents)
        if t is not None
    )


def push_by_transposing(node: Node, tangents: Sequence[Any]) -> Any:
    """The jvp of an op that declares only its vjp: pull a stand-in cotangent, transpose that."""
    op = node.op
    assert op is not None  # only ops are walked
    with enable_grad():
        g = leaf(np.zeros(node.shape, _dtype(t for t in tangents if t is not None)))
        seeds: dict[Node, Any] = {}
        for flow, t in zip(op.pull(node, g), tangents, strict=True):
            if t is not None and isinstance(flow, Variable) and flow._node is not None:
                known = seeds.get(flow._node)
                seeds[flow._node] = t if known is None else known + t
        view = lifted if isinstance(node, View) else None
        return pullback(seeds, into=[g._node], view=view).get(g._node)


def _dtype(tangents: Any) -> Any:
    return np.result_type(*(t.dtype for t in tangents))


def _total(terms: Any) -> Any:
    total = None
    for term in terms:
        total = term if total is None else total + term
    return total
