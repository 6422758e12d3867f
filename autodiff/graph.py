"""The graph is data: nodes, and the two walks of the chain rule over them.

A `Node` says which op made a value, from which parents, with which parameters, and which arrays
its rules will read. It holds arrays, never tensors, so dropping the last tensor of a graph frees
it by reference counting alone. Nothing here knows what a tensor is: cotangents and tangents may be
arrays or tensors, and the same walk then computes numbers or records itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import count
from operator import attrgetter
from typing import Any, NamedTuple
from weakref import ref

import numpy as np

from autodiff.errors import GradientError
from autodiff.op import Op

tick = count(1).__next__
"""The engine's clock: nodes and writes to leaves are stamped, so that later is larger."""


class Node:
    """One recorded operation.

    Attributes
    ----------
    op
        The operation (None: a leaf).
    parents
        For each array argument the node that made it, or None for a constant.
    saved
        The arrays that the rules read, in the order of ``op.saves``; None where the gradients
        asked for don't need one. Released (None as a whole) after a backward pass.
    consts
        For each array argument its value if it is a constant; None if there is no constant.
    params
        The call's other arguments, in the order of ``op.params``.
    shape, dtype
        Of the output.
    seq
        When it was recorded: parents have smaller numbers than their children.
    name, labels
        For drawings: the output's name, and names of the constants by position.
    """

    __slots__ = (
        "consts",
        "dtype",
        "labels",
        "name",
        "op",
        "params",
        "parents",
        "saved",
        "seq",
        "shape",
    )
    op: Op | None
    parents: tuple[Node | None, ...]
    saved: tuple[Any, ...] | None
    consts: tuple[Any, ...] | None
    params: tuple[Any, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    seq: int
    name: str | None
    labels: Mapping[int, str] | None

    @property
    def ndim(self) -> int:
        """Number of axes of the output."""
        return len(self.shape)

    def __repr__(self) -> str:
        kind = "leaf" if self.op is None else self.op.name
        return f"<{kind} node {self.name or self.seq}: {self.dtype} {self.shape}>"


class Leaf(Node):
    """A tensor that was given, not computed: where gradients arrive.

    Attributes
    ----------
    data
        Its array.
    owner
        Weak reference to the tensor whose ``.grad`` receives the gradient.
    written
        When `data` was last overwritten in place (0: never).
    """

    __slots__ = ("data", "owner", "written")
    data: np.ndarray[Any, Any]
    owner: ref[Any]
    written: int

    def __init__(self, data: np.ndarray[Any, Any], owner: Any, name: str | None) -> None:
        self.op = None
        self.parents = self.params = self.saved = ()
        self.consts = self.labels = None
        self.data, self.shape, self.dtype = data, data.shape, data.dtype
        self.seq, self.name, self.owner, self.written = tick(), name, ref(owner), 0


class View(NamedTuple):
    """A node as a rule sees it: with tensors in place of arrays, or with fewer parents."""

    op: Op
    parents: tuple[Node | None, ...]
    saved: tuple[Any, ...]
    consts: tuple[Any, ...] | None
    params: tuple[Any, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Step(NamedTuple):
    """One step of the backward walk: a node, its cotangent, and the flow to each parent."""

    node: Node
    cotangent: Any
    flows: Sequence[Any]


def shape_of(node: Node | View, i: int) -> tuple[int, ...]:
    """Shape of a node's `i`-th array argument, be it computed or constant."""
    parent = node.parents[i]
    return np.shape(node.consts[i]) if parent is None and node.consts else parent.shape  # type: ignore[union-attr]


_when = attrgetter("seq")


def upstream(roots: Iterable[Node]) -> tuple[list[Node], list[Leaf]]:
    """Every node that `roots` depend on, themselves included: operations consumers first, leaves."""
    ops: list[Node] = []
    leaves: list[Leaf] = []
    seen: dict[Node, Any] = {}
    _gather(roots, seen, ops, leaves)
    return ops, leaves


def _gather(
    roots: Iterable[Node], seen: dict[Node, Any], ops: list[Node], leaves: list[Any]
) -> None:
    for root in roots:
        if root not in seen:
            seen[root] = None
            (leaves if root.op is None else ops).append(root)
    for node in ops:  # grows while it is walked
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen[parent] = None
                (leaves if parent.op is None else ops).append(parent)
    ops.sort(key=_when, reverse=True)


def pullback(
    seeds: Mapping[Node, Any],
    *,
    into: Collection[Node] | None = None,
    release: bool = False,
    view: Callable[[Node], Any] | None = None,
    visit: Callable[[Step], None] | None = None,
) -> dict[Node, Any]:
    """Walk from the seeded nodes to the leaves by the chain rule.

    Parameters
    ----------
    seeds
        The cotangent of each root, shaped as its value.
    into
        Nodes whose cotangents are wanted; only what leads there is computed. None: all leaves.
    release
        Let go of each node's saved arrays as soon as it has been walked.
    view
        What the rules see of a node (`declare.lifted` for tensors); None: the node itself.
    visit
        Called with every `Step`, in the order of the walk.

    Returns
    -------
    dict
        The cotangent of every wanted node that a gradient reaches.

    Raises
    ------
    GradientError
        If a node's saved arrays were released, or overwritten since they were recorded.
    """
    cotangents: dict[Node, Any] = {}
    ops: list[Node] = []
    leaves: list[Leaf] = []
    _gather(seeds, cotangents, ops, leaves)
    for leaf in leaves:
        if leaf.written and ops and leaf.written > ops[-1].seq:
            _refuse_overwritten(ops, leaves)
            break
    found: dict[Node, Any] = {}
    needed: set[Node] | None = None
    if into is not None:
        needed = set(into)
        for node in reversed(ops):
            if not needed.isdisjoint(node.parents):
                needed.add(node)
    cotangents.update(seeds)
    for node in ops:
        g = cotangents.pop(node)
        if g is None:
            continue
        if needed is not None:
            if node in into:  # type: ignore[operator]
                found[node] = g
            if needed.isdisjoint(node.parents):
                continue
        if node.saved is None:
            raise GradientError(
                f"the values that the gradient of {node!r} needs were released by an earlier "
                f"backward: pass retain_graph=True to that one, or record the graph again"
            )
        seen_as = node if view is None else view(node)
        if needed is not None and not needed.issuperset(node.parents):
            seen_as = _only(seen_as, needed)
        flows = node.op.pull(seen_as, g)  # type: ignore[union-attr]
        if visit is not None:
            visit(Step(node, g, flows))
        for parent, flow in zip(node.parents, flows):  # noqa: B905 - strict costs on the hot path
            if flow is not None:
                other = cotangents[parent]  # type: ignore[index]
                cotangents[parent] = flow if other is None else other + flow  # type: ignore[index]
        if release:
            node.saved = None
    for leaf in leaves:
        g = cotangents[leaf]
        if g is not None and (into is None or leaf in into):
            found[leaf] = g
    return found


def _only(node: Any, needed: set[Node]) -> View:
    """A node seen as having none but the needed parents: the other flows are never computed."""
    parents = tuple(p if p in needed else None for p in node.parents)
    consts = node.consts
    if consts is None:
        consts = (None,) * len(parents)
    # the shape of a parent that is left out may still be asked for
    consts = tuple(
        np.broadcast_to(np.nan, p.shape) if p is not None and kept is None else c
        for p, kept, c in zip(node.parents, parents, consts, strict=True)
    )
    return View(node.op, parents, node.saved, consts, node.params, node.shape, node.dtype)


def pushforward(
    root: Node, tangents: Mapping[Node, Any], *, view: Callable[[Node], Any] | None = None
) -> Any:
    """Walk from the leaves to `root`, carrying the given tangents; None if none arrives."""
    ops, _ = upstream([root])
    carried = dict(tangents)
    for node in reversed(ops):
        if node in carried:
            continue
        incoming = [carried.get(parent) for parent in node.parents]  # type: ignore[arg-type]
        if all(t is None for t in incoming):
            continue
        if node.saved is None:
            raise GradientError(
                f"the values that the tangent of {node!r} needs were released by a backward: "
                f"pass retain_graph=True to it, or record the graph again"
            )
        tangent = node.op.push(node if view is None else view(node), incoming)  # type: ignore[union-attr]
        if tangent is not None:
            carried[node] = tangent
    return carried.get(root)


def _refuse_overwritten(ops: Sequence[Node], leaves: Sequence[Leaf]) -> None:
    """Raise if a saved array is the memory of a leaf that was overwritten since."""
    stale = [leaf for leaf in leaves if leaf.written]
    for node in ops:
        for leaf in stale:
            if leaf.written > node.seq and any(
                isinstance(value, np.ndarray) and np.may_share_memory(value, leaf.data)
                for value in node.saved or ()
            ):
                raise GradientError(
                    f"the gradient of {node!r} needs the value that {leaf!r} had when it was "
                    f"used, but it was overwritten since (by an optimizer's step?): run backward "
                    f"before the step, or compute the loss again after it"
                )


def replay(root: Node) -> tuple[Node, dict[Node, Node], dict[Node, np.ndarray[Any, Any]]]:
    """Record `root`'s graph again from its leaves, with every value.

    Ops are pure, so this works after a backward has released the saved arrays. The copy shares
    the leaves.

    Returns
    -------
    root, copies, values
        The copy of `root`; the copy of every node; the value of every copy, leaves included.
    """
    ops, leaves = upstream([root])
    copies: dict[Node, Node] = {leaf: leaf for leaf in leaves}
    values: dict[Node, np.ndarray[Any, Any]] = {leaf: leaf.data for leaf in leaves}
    for node in reversed(ops):
        parents = tuple(None if p is None else copies[p] for p in node.parents)
        consts = node.consts or (None,) * len(parents)
        arrays = [c if p is None else values[p] for p, c in zip(parents, consts, strict=True)]
        op = node.op
        assert op is not None  # upstream keeps leaves apart
        y = np.asarray(op.evaluate(arrays, node.params))
        copy = Node()
        copy.op, copy.parents, copy.consts, copy.params = op, parents, node.consts, node.params
        copy.shape, copy.dtype, copy.seq = y.shape, y.dtype, tick()
        copy.name, copy.labels = node.name, node.labels
        by_name = {"y": y, **dict(zip(op.arrays, [arrays] if op.variadic else arrays))}  # noqa: B905
        copy.saved = tuple(by_name[name] for name in op.saves)
        copies[node], values[copy] = copy, y
    return copies[root], copies, values
