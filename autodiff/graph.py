"""The graph is data: nodes, and the two walks of the chain rule over them.

A `Node` says which op made a value, from which parents, with which parameters, and which arrays
its rules will read. It holds arrays, never tensors, so dropping the last tensor of a graph frees
it by reference counting alone. Nothing here knows what a tensor is: cotangents and tangents may be
arrays or tensors, and the same walk then computes numbers or records itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import count
from operator import attrgetter
from threading import RLock
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
        The arrays that the rules read, in the order of ``op.saves`` (None where no tracked
        argument's rule asks); one alone is held bare. `RELEASED` after a backward pass.
    consts
        For each array argument its value if it is a constant; of two arguments only one can be,
        and is held bare. None if there is no constant. Read it with `constant`.
    params
        The call's other arguments, in the order of ``op.params``.
    shape
        Of the output.
    seq
        When it was recorded: parents have smaller numbers than their children.
    name, labels
        For drawings: the output's name, and names of the constants by position.
    """

    __slots__ = (
        "consts",
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
    saved: Any
    consts: Any
    params: tuple[Any, ...]
    shape: tuple[int, ...]
    seq: int
    name: str | None
    labels: Mapping[int, str] | None

    @property
    def ndim(self) -> int:
        """Number of axes of the output."""
        return len(self.shape)

    def constant(self, i: int) -> Any:
        """Value of the `i`-th array argument if it is a constant, else None."""
        if self.parents[i] is not None:
            return None
        return self.consts if len(self.parents) <= 2 else self.consts[i]

    def kept(self) -> dict[str, Any]:
        """The saved arrays by name ("y" is the output)."""
        names = self.op.saves if self.op else ()
        saved = (self.saved,) if len(names) == 1 else self.saved
        return dict(zip(names, saved, strict=True))

    def __repr__(self) -> str:
        kind = "leaf" if self.op is None else self.op.name
        return f"<{kind} {self.name or self.seq} of shape {self.shape}>"


class Leaf(Node):
    """A tensor that was given, not computed: where gradients arrive.

    Attributes
    ----------
    data
        Its array.
    owner
        Weak reference to the tensor whose ``.grad`` receives the gradient.
    """

    __slots__ = ("data", "owner")
    data: np.ndarray[Any, Any]
    owner: ref[Any]

    op = None  # the same for all leaves, so of the class, not of each
    parents = params = saved = ()
    consts = labels = None

    def __init__(self, data: np.ndarray[Any, Any], owner: Any, name: str | None) -> None:
        self.data, self.shape = data, data.shape
        self.seq, self.name, self.owner = tick(), name, ref(owner)


class Point(Leaf):
    """A leaf at which a transform evaluates its function: none but that asks for its gradient."""

    __slots__ = ()


class View(Node):
    """A node as a rule sees it: with tensors for its saved arrays, or with fewer parents."""

    __slots__ = ()

    def __init__(self, node: Node, parents: tuple[Node | None, ...], saved: Any) -> None:
        self.op, self.parents, self.saved, self.params = node.op, parents, saved, node.params
        self.shape, self.seq = node.shape, node.seq
        self.name, self.labels = node.name, node.labels
        if parents == node.parents:
            self.consts = node.consts
        else:  # of a parent that is left out the shape may still be asked for
            consts = [
                node.constant(i) if p is None else None if p is kept else _shaped(p.shape)
                for i, (p, kept) in enumerate(zip(node.parents, parents, strict=True))
            ]
            self.consts = consts if len(parents) > 2 else _first(consts)


def _shaped(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    return np.broadcast_to(np.nan, shape)


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


class Step(NamedTuple):
    """One step of the backward walk: a node, its cotangent, and the flow to each parent."""

    node: Node
    cotangent: Any
    flows: Sequence[Any]


def shape_of(node: Node, i: int) -> tuple[int, ...]:
    """Shape of a node's `i`-th array argument, be it computed or constant."""
    parent = node.parents[i]
    return np.shape(node.constant(i)) if parent is None else parent.shape


RELEASED: Any = object()
"""In place of a node's saved arrays, once a backward pass has let them go."""

_when = attrgetter("seq")


def upstream(roots: Iterable[Node]) -> tuple[list[Node], list[Leaf]]:
    """What `roots` depend on, themselves included: operations, consumers first; and leaves."""
    ops: list[Node] = []
    leaves: list[Leaf] = []
    seen: dict[Node, Any] = {}
    _gather(roots, seen, ops, leaves)
    return ops, leaves


def _gather(
    roots: Iterable[Node], seen: dict[Node, Any], ops: list[Node], leaves: list[Any]
) -> None:
    add_op, add_leaf = ops.append, leaves.append
    for root in roots:
        if root not in seen:
            seen[root] = None
            (add_leaf if root.op is None else add_op)(root)
    for node in ops:  # grows while it is walked
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen[parent] = None
                (add_leaf if parent.op is None else add_op)(parent)
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
    found: dict[Node, Any] = {}
    needed: set[Node] | None = None
    if into is not None:
        needed = set(into)
        for node in reversed(ops):
            if not needed.isdisjoint(node.parents):
                needed.add(node)
    if ops and _last_write > ops[-1].seq:
        walked = [n for n in ops if needed is None or not needed.isdisjoint(n.parents)]
        _refuse_overwritten(walked, needed)
    cotangents.update(seeds)
    pop = cotangents.pop
    plain = into is None and view is None and visit is None
    for node in ops:
        g = pop(node)
        if g is None:
            continue
        if needed is not None:
            if node in into:  # type: ignore[operator]
                found[node] = g
            if needed.isdisjoint(node.parents):
                continue
        if node.saved is RELEASED:
            raise GradientError(
                f"the values that the gradient of {node!r} needs were released by an earlier "
                f"backward (or one that failed): pass retain_graph=True to that one, or record "
                f"the graph again"
            )
        try:
            if plain:
                node.op.pour(node, g, cotangents)  # type: ignore[union-attr]
            else:
                seen = _seen_as(node, needed, view)
                flows = seen.op.pull(seen, g)
                if visit is not None:
                    visit(Step(node, g, flows))
                _add(flows, node.parents, cotangents)
        except Exception as error:
            error.add_note(f"while walking backward through {node!r}")
            raise
        if release:
            node.saved = RELEASED
    for leaf in leaves:
        g = cotangents[leaf]
        if g is not None and (into is None or leaf in into):
            found[leaf] = g
    return found


def _add(flows: Sequence[Any], parents: Sequence[Any], cotangents: dict[Node, Any]) -> None:
    for parent, flow in zip(parents, flows, strict=True):
        if flow is not None:
            other = cotangents[parent]
            cotangents[parent] = flow if other is None else other + flow


def _seen_as(node: Node, needed: set[Node] | None, view: Callable[[Node], Any] | None) -> Any:
    """What the rules see of `node`: through `view`, and with none but the needed parents.

    A parent that is left out is seen as a constant, so that its flow is not computed; its shape
    may still be asked for.
    """
    seen = node if view is None else view(node)
    if needed is None or needed.issuperset(node.parents):
        return seen
    return View(seen, tuple(p if p in needed else None for p in node.parents), seen.saved)


def pushforward(
    roots: Collection[Node],
    tangents: Mapping[Node, Any],
    *,
    view: Callable[[Node], Any] | None = None,
) -> dict[Node, Any]:
    """Walk from the leaves to `roots`, carrying tangents.

    Parameters
    ----------
    roots
        Where the tangents are wanted.
    tangents
        What is given, by node.
    view
        As in `pullback`.

    Returns
    -------
    dict
        The tangent of every root that one arrives at.

    Raises
    ------
    GradientError
        If a node's saved arrays were released, or overwritten since they were recorded.
    """
    ops, _ = upstream(roots)
    if ops and _last_write > ops[-1].seq:
        moving = set(tangents)
        for node in reversed(ops):
            if not moving.isdisjoint(node.parents):
                moving.add(node)
        _refuse_overwritten([n for n in ops if n in moving and n not in tangents], moving)
    carried = dict(tangents)
    for node in reversed(ops):
        if node in carried:
            continue
        incoming = [carried.get(parent) for parent in node.parents]  # type: ignore[arg-type]
        if all(t is None for t in incoming):
            continue
        if node.saved is RELEASED:
            raise GradientError(
                f"the values that the tangent of {node!r} needs were released by a backward: "
                f"pass retain_graph=True to it, or record the graph again"
            )
        tangent = node.op.push(node if view is None else view(node), incoming)  # type: ignore[union-attr]
        if tangent is not None:
            carried[node] = tangent
    return {root: carried[root] for root in roots if root in carried}


_last_write = 0
_writes: dict[int, tuple[ref[np.ndarray[Any, Any]], int]] = {}
_writing = RLock()


def overwritten(array: np.ndarray[Any, Any]) -> None:
    """Take note that `array` is written in place now: graphs that saved it are stale."""
    global _last_write
    key = id(array)
    with _writing:  # or a thread that was overtaken would set the clock of writes back
        known = _writes.get(key)
        # called with the dead reference, which is the default of `pop`: nothing can interrupt that
        at = known[0] if known is not None else ref(array, partial(_writes.pop, key))
        _last_write = tick()
        _writes[key] = at, _last_write


WORK: Any = 1000  # NumPy's stubs know only 0 and -1
"""How long to search for an element that two arrays share, which two columns of a matrix do not;
then they are said to share one."""


def _refuse_overwritten(ops: Sequence[Node], needed: set[Node] | None) -> None:
    """Raise if an array that a flow to a needed parent reads was overwritten since."""
    oldest = min((node.seq for node in ops), default=_last_write)
    recent = [(at(), when) for at, when in list(_writes.values()) if when > oldest]
    for node in ops:
        later = [buffer for buffer, when in recent if when > node.seq and buffer is not None]
        if later and any(
            np.may_share_memory(value, buffer, max_work=WORK)
            for value in _read(node, needed)
            if isinstance(value, np.ndarray)
            for buffer in later
        ):
            raise GradientError(
                f"the gradient of {node!r} needs a value that was overwritten since it was used "
                f"(by an optimizer's step?): run backward before the step, or compute the loss "
                f"again after it"
            )


def _read(node: Node, needed: set[Node] | None) -> Iterable[Any]:
    """The saved arrays that flows to needed parents read, those of a variadic op one by one."""
    op = node.op
    if op is None or node.saved is RELEASED:
        return
    asked = op.declaration.asked * (len(node.parents) if op.variadic else 1)
    flows = [p is not None if needed is None else p in needed for p in node.parents]
    names = {name for names, flow in zip(asked, flows, strict=True) if flow for name in names}
    for name, value in node.kept().items():
        if name in names:
            yield from value if isinstance(value, list) else (value,)


def replay(roots: Iterable[Node]) -> tuple[dict[Node, Node], dict[Node, np.ndarray[Any, Any]]]:
    """Record the graph above `roots` again from its leaves, with every value.

    Ops are pure, so this works after a backward has released the saved arrays. The copy shares
    the leaves; if one was overwritten, the values are what its present value gives.

    Returns
    -------
    copies, values
        The copy of every node (a leaf's is itself), parents first; and the value of every copy.
    """
    ops, leaves = upstream(roots)
    copies: dict[Node, Node] = {leaf: leaf for leaf in leaves}
    values: dict[Node, np.ndarray[Any, Any]] = {leaf: leaf.data for leaf in leaves}
    for node in reversed(ops):
        parents = tuple(None if p is None else copies[p] for p in node.parents)
        arrays = [node.constant(i) if p is None else values[p] for i, p in enumerate(parents)]
        op = node.op
        assert op is not None  # upstream keeps leaves apart
        y = np.asarray(op.evaluate(arrays, node.params))
        by_name = {"y": y, **dict(zip(op.arrays, [arrays] if op.variadic else arrays, strict=True))}
        kept = tuple(by_name[name] for name in op.saves)
        copy = copies[node] = View(node, parents, kept[0] if len(kept) == 1 else kept)
        copy.consts, copy.seq = node.consts, tick()
        values[copy] = y
    return copies, values
