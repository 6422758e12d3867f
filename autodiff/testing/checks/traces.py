"""What the recorded graph of a function tells a checker.

The graph is data, so it can be computed again. With a random rounding in every value, that shows
how much of a derivative is rounding: the stochastic arithmetic of Vignes (CESTAC) and Parker (Monte
Carlo arithmetic), which needs no analysis of the function, whatever it does. In complex numbers, it
shows whether an op leaves them. And its nodes can be looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from warnings import catch_warnings

import numpy as np
import numpy.typing as npt

from autodiff.config import enable_grad
from autodiff.graph import Node, Step, View, pullback, replay, upstream
from autodiff.op import Op
from autodiff.ops.complex import imag, real
from autodiff.tensor import Tensor
from autodiff.variable import raw

Array: TypeAlias = npt.NDArray[Any]
Function: TypeAlias = Callable[..., Any]


def recorded(f: Function, xs: Sequence[Array]) -> tuple[list[Tensor], list[Tensor]]:
    """Leaves of the values `xs`, and the outputs of `f` of them."""
    with enable_grad():
        tensors = [Tensor(x, requires_grad=True) for x in xs]
        ys = f(*tensors)
    return tensors, list(ys) if isinstance(ys, (list, tuple)) else [ys]


def nodes_of(ys: Sequence[Tensor]) -> list[Node]:
    """The nodes of those that were computed from a leaf."""
    return [y._node for y in ys if y._node is not None]


# --- complex numbers ---


def is_analytic(f: Function, xs: Sequence[Array]) -> bool:
    """Whether `f` takes complex numbers, and no op in its graph is known to be not analytic.

    An op that makes a real number of a complex one is not, unless it is constant, nor is `conj`.
    What `f` does outside of the graph, and inside of the ops, this does not see.
    """
    try:
        with catch_warnings(action="error", category=np.exceptions.ComplexWarning):
            _, ys = recorded(f, [x + 0j for x in xs])
            copies, found = replay(nodes_of(ys))
    except Exception:
        return False

    for node in copies.values():
        if any(p is not None and found[p].dtype.kind == "c" for p in node.parents):
            assert node.op is not None  # leaves have no parents
            if found[node].dtype.kind != "c" or node.op.name == "conj":
                return False
    return True


# --- rounding ---


class Shaken(NamedTuple):
    """A graph computed again with other roundings: its ops, consumers first, as rules see them."""

    ops: list[Node]
    views: dict[Node, View]
    values: dict[Node, Array]


def shaken_values(
    f: Function, xs: Sequence[Array], eps: float, rng: np.random.Generator
) -> list[Array]:
    """The values of `f`, with a random rounding of `eps` in every value on the way."""
    _, ys = recorded(f, xs)
    values = _shaken(ys, eps, rng, "rounded").values
    return [y.data if y._node is None else values[y._node] for y in ys]


def shaken_pull(
    f: Function,
    xs: Sequence[Array],
    us: Sequence[Array],
    eps: float,
    rng: np.random.Generator,
    rules_read: str = "rounded",
) -> list[Array]:
    """The gradients of ``<u, f(x)>``, with a random rounding of `eps` in every value and flow.

    Parameters
    ----------
    f, xs, us
        The function, its arguments, and the cotangents of its outputs.
    eps
        The largest relative error that each number gets.
    rng
        Draws the errors.
    rules_read
        The output of an op as its rules read it: "rounded", or "exact", which no rounding of its
        own separates from the arguments that it was computed from.
    """
    leaves, ys = recorded(f, xs)
    shaken = _shaken(ys, eps, rng, rules_read)
    cotangents: dict[Node | None, Any] = {}

    def add(node: Node | None, g: Any) -> None:
        if node is not None and g is not None:
            g = rounded(raw(g), eps, rng)
            cotangents[node] = cotangents[node] + g if node in cotangents else g

    for y, u in zip(ys, us, strict=True):
        add(y._node, u)
    for node in shaken.ops:
        if node in cotangents:
            flows = node.op.pull(shaken.views[node], cotangents.pop(node))  # type: ignore[union-attr]
            for parent, flow in zip(node.parents, flows, strict=True):
                add(parent, flow)
    return [np.real(cotangents.get(leaf._node, np.zeros(leaf.shape))) for leaf in leaves]


def shaken_push(
    f: Function,
    xs: Sequence[Array],
    vs: Sequence[Array],
    eps: float,
    rng: np.random.Generator,
    rules_read: str = "rounded",
) -> list[Array]:
    """The tangents of the outputs along `vs`, with roundings as in `shaken_pull`."""
    leaves, ys = recorded(f, xs)
    shaken = _shaken(ys, eps, rng, rules_read)
    pairs = zip(leaves, vs, strict=True)
    tangents: dict[Node | None, Any] = {x._node: rounded(v, eps, rng) for x, v in pairs}
    for node in reversed(shaken.ops):
        incoming = [tangents.get(parent) for parent in node.parents]
        if any(t is not None for t in incoming):
            t = node.op.push(shaken.views[node], incoming)  # type: ignore[union-attr]
            if t is not None:
                tangents[node] = rounded(raw(t), eps, rng)
    return [np.real(tangents.get(y._node, np.zeros(y.shape))) for y in ys]


def _shaken(ys: Sequence[Tensor], eps: float, rng: np.random.Generator, rules_read: str) -> Shaken:
    ops, leaves = upstream(nodes_of(ys))
    values: dict[Node, Array] = {leaf: rounded(leaf.data, eps, rng) for leaf in leaves}
    views = {}
    for node in reversed(ops):
        op = node.op
        assert op is not None  # upstream keeps leaves apart
        arrays = _arguments(node, values)
        y = np.asarray(op.evaluate(arrays, node.params))
        values[node] = rounded(y, eps, rng)
        given = [arrays] if op.variadic else arrays
        by_name = dict(zip(op.arrays, given, strict=True))
        by_name["y"] = y if rules_read == "exact" else values[node]
        kept = tuple(by_name[name] for name in op.saves)
        views[node] = View(node, node.parents, kept[0] if len(kept) == 1 else kept)
    return Shaken(ops, views, values)


def _arguments(node: Node, values: Mapping[Node, Array]) -> list[Any]:
    return [node.constant(i) if p is None else values[p] for i, p in enumerate(node.parents)]


def rounded(x: Any, eps: float, rng: np.random.Generator) -> Any:
    """`x` with random relative errors of up to `eps`, or its dtype's own if that is larger."""
    x = np.asarray(x)
    if x.dtype.kind == "c":
        return rounded(x.real, eps, rng) + 1j * rounded(x.imag, eps, rng)
    if x.dtype.kind != "f":
        return x
    own = max(eps, float(np.finfo(x.dtype).eps))
    return x * (1 + own * rng.uniform(-1, 1, x.shape))


# --- node by node ---


def argument_name(op: Op, k: int) -> str:
    """The name of the `k`-th array argument of an op, in quotes."""
    return repr(f"{op.arrays[0]}[{k}]" if op.variadic else op.arrays[k])


class Alone(NamedTuple):
    """One op of a graph as a function of what flows into it, at the values that it has there.

    Attributes
    ----------
    op
        The op.
    f, xs, names
        A function of real arrays (a complex one is two of them), these, and what they are called.
    """

    op: Op
    f: Function
    xs: list[Array]
    names: list[str]


def ops_alone(f: Function, xs: Sequence[Array]) -> Iterator[Alone]:
    """The ops that `f` is made of, in the order of computation."""
    _, ys = recorded(f, xs)
    copies, values = replay(nodes_of(ys))
    for node in copies.values():
        if node.op is not None:
            yield _alone(node, node.op, values)


def _alone(node: Node, op: Op, values: Mapping[Node, Array]) -> Alone:
    arrays = _arguments(node, values)
    xs: list[Array] = []
    names: list[str] = []
    for k, parent in enumerate(node.parents):
        if parent is not None:
            name = argument_name(op, k)
            is_complex = values[parent].dtype.kind == "c"
            parts = [arrays[k].real, arrays[k].imag] if is_complex else [arrays[k]]
            xs += [np.array(part, np.float64) for part in parts]
            names += [f"{name} (real part)", f"{name} (imaginary part)"] if is_complex else [name]

    def f(*parts: Any) -> Any:
        given, rest = list(arrays), iter(parts)
        for k, parent in enumerate(node.parents):
            if parent is not None:
                is_complex = values[parent].dtype.kind == "c"
                given[k] = next(rest) + 1j * next(rest) if is_complex else next(rest)
        y = op.record(given, node.params)
        return (real(y), imag(y)) if values[node].dtype.kind == "c" else y

    return Alone(op, f, xs, names)


def lost_flow(f: Function, xs: Sequence[Array], us: Sequence[Array]) -> str | None:
    """Where the flows that arrive at a node are not all passed on; None if nowhere."""
    _, ys = recorded(f, xs)
    seeds: dict[Node, Any] = {}
    for y, u in zip(ys, us, strict=True):
        if y._node is not None:
            seeds[y._node] = seeds[y._node] + u if y._node in seeds else u
    steps: list[Step] = []
    passed = pullback(seeds, visit=steps.append)
    passed |= {step.node: step.cotangent for step in steps}
    arrived: dict[Node, list[tuple[Op | None, Any]]] = {
        root: [(None, u)] for root, u in seeds.items()
    }
    for step in steps:
        for parent, flow in zip(step.node.parents, step.flows, strict=True):
            if parent is not None and flow is not None:
                arrived.setdefault(parent, []).append((step.node.op, flow))
    for node, flows in arrived.items():
        total = sum(flow for _, flow in flows)
        got = passed.get(node)
        if len(flows) > 1 and (got is None or not np.allclose(got, total, rtol=1e-9)):
            what = "an argument" if node.op is None else f"the result of op {node.op.name!r}"
            only = [op for op, flow in flows if got is not None and np.allclose(got, flow)]
            kept = f", only that from op {only[0].name!r} counts" if only and only[0] else ""
            return (
                f"accumulation is lost at a fan-out: {what} is used {len(flows)} times, and the "
                f"gradients are not added up{kept}"
            )
    return None


def writing_rule(f: Function, xs: Sequence[Array]) -> Op | None:
    """The first op, in the order of the walk back, whose rule writes to memory that isn't its."""
    _, ys = recorded(f, xs)
    ops, views, computed = _shaken(ys, 0.0, np.random.default_rng(0), "rounded")
    for node in ops:
        g = np.ones_like(computed[node])
        for array in (g, *computed.values()):
            array.flags.writeable = False
        try:
            node.op.pull(views[node], g)  # type: ignore[union-attr]
        except ValueError as error:
            if "read-only" in str(error):
                return node.op
    return None


def moving_constant(
    f: Function, xs: Sequence[Array], moved: Sequence[Array]
) -> tuple[Op, str] | None:
    """The first op with a constant that is another one at other arguments, and its name there."""
    graphs = [upstream(nodes_of(recorded(f, at)[1]))[0] for at in (xs, moved)]
    for one, other in zip(*map(reversed, graphs), strict=False):
        if one.op is not other.op or one.op is None:
            return None
        for k, parent in enumerate(one.parents):
            before, after = one.constant(k), other.constant(k)
            if parent is None and not np.array_equal(before, after, equal_nan=True):
                return one.op, argument_name(one.op, k)
    return None
