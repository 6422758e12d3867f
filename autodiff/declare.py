"""Declare an op: a forward and its rules in, a fast recorded function and its calculus out.

Four decorators, one for each family. The decorated function is the forward, on raw arrays; its
parameters annotated ``Array`` are what flows, the others are the op's params. A rule is a function
that *asks by name* for what it reads:

- ``g``: the cotangent of the output (an elementwise op's partials don't need it);
- ``y``: the output; ``x``, the name of an array argument: its value (a node keeps these for it);
- ``x_shape``: only the shape of that argument (nothing is kept);
- the name of a param: its value.

So a rule's signature says what must be saved, and nothing else is. A rule is written with
operators, methods and other ops. Given arrays it computes; given tensors it records itself, which
is all that higher orders need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeAlias

import numpy as np

from autodiff.codegen import Declaration, generate, parameters
from autodiff.config import enable_grad
from autodiff.graph import Node, View, pullback, shape_of
from autodiff.op import OPS, Op, register
from autodiff.variable import Variable, leaf, lifted

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

P = ParamSpec("P")
Rule: TypeAlias = Callable[..., Any]
Partial: TypeAlias = Rule | str | int | None
Push: TypeAlias = Callable[[Any, Sequence[Any]], Any]


class Declared(Protocol):
    """What the decorators return: parameters stay as declared, and the result is a tensor."""

    def __call__(self, forward: Callable[P, Any], /) -> Callable[P, Tensor]: ...


def elementwise(
    *,
    partials: Sequence[Partial],
    domain: Sequence[tuple[float, float]] | None = None,
    symbol: str | None = None,
    expects: str | None = "shapes that broadcast together",
) -> Declared:
    """Declare an op each of whose output elements depends on the matching input elements.

    Parameters
    ----------
    partials
        For each array argument its local derivative dy/dx: a rule; or the name of the value that
        it is (``"y"`` for `exp`, the other factor for `multiply`); or 1 or -1, that constant
        slope; or None (zero almost everywhere: nothing flows).
    domain
        For each array argument an interval in which the op is smooth, where tests draw; default
        (-3, 3).
    symbol
        What drawings show; default: the name.
    expects
        What an error message says that the op expects.

    Raises
    ------
    DeclarationError
        If the forward and the rules contradict each other.

    Examples
    --------
    One room holds the forward, the rule, the symbol; all orders, both modes and broadcasting
    follow:

    >>> from autodiff import Array, Tensor, elementwise
    >>> @elementwise(partials=[lambda x: 3.0 * x * x], symbol="x³")
    ... def cube(x: Array) -> Array:
    ...     return x * x * x
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> cube(x).sum().backward()
    >>> x.grad
    Tensor([ 3., 12.])
    """

    def push(node: Any, tangents: Sequence[Any]) -> Any:
        terms = [
            _scaled(t, partial, node)
            for partial, t in zip(partials, tangents, strict=True)
            if t is not None and partial is not None
        ]
        total = _sum(terms)
        if total is None or total.shape == node.shape:
            return total
        return OPS["broadcast_to"].function(total, node.shape)

    rules = [partial if callable(partial) else None for partial in partials]
    flows = [_flow_by(partial) for partial in partials]
    return _declare("elementwise", rules, flows, lambda _: push, symbol, expects, domain)


def linear(
    *,
    adjoint: Rule | Sequence[Rule | None],
    symbol: str | None = None,
    expects: str | None = None,
) -> Declared:
    """Declare an op that is linear in its array arguments jointly, such as `sum` or `concat`.

    Parameters
    ----------
    adjoint
        ``<g, op(x)> == <adjoint(g), x>``: a rule for each array argument (or just the rule, if
        there is one argument; for an op of a sequence, a rule that returns a cotangent for each).
        None: the argument does not flow (an index, a mask).
    symbol, expects
        As in `elementwise`.
    """
    rules = [adjoint] if callable(adjoint) else list(adjoint)

    def make_push(record: Rule) -> Push:
        def push(node: Any, tangents: Sequence[Any]) -> Any:
            flowing = [i for i in range(len(tangents)) if len(rules) == 1 or rules[i]]
            moving = [tangents[i] for i in flowing if tangents[i] is not None]
            if not moving:
                return None
            dtype = np.result_type(*(t.dtype for t in moving))
            given = [
                node.kept()[node.op.arrays[i]]
                if i not in flowing
                else np.zeros(shape_of(node, i), dtype)
                if t is None
                else t
                for i, t in enumerate(tangents)
            ]
            return record(given, node.params)

        return push

    return _declare("linear", rules, [_flow_by_rule(r) for r in rules], make_push, symbol, expects)


def multilinear(
    *, vjps: Sequence[Rule], symbol: str | None = None, expects: str | None = None
) -> Declared:
    """Declare an op that is linear in each array argument alone, such as `matmul`.

    Parameters
    ----------
    vjps
        For each array argument its flow, in terms of ``g`` and of the *other* arguments.
    symbol, expects
        As in `elementwise`.
    """

    def make_push(record: Rule) -> Push:
        def push(node: Any, tangents: Sequence[Any]) -> Any:
            values = [_values(node).get(name) for name in node.op.arrays]
            return _sum(
                [
                    record([*values[:i], t, *values[i + 1 :]], node.params)
                    for i, t in enumerate(tangents)
                    if t is not None
                ]
            )

        return push

    return _declare(
        "multilinear", vjps, [_flow_by_rule(r) for r in vjps], make_push, symbol, expects
    )


def custom(
    *, vjps: Sequence[Rule | None], symbol: str | None = None, expects: str | None = None
) -> Declared:
    """Declare any other differentiable op, by its vjp alone.

    Forward mode comes for free: the vjp is linear in ``g``, and the transpose of that map is the
    jvp.

    Parameters
    ----------
    vjps
        For each array argument a rule that gives its flow; None: nothing flows.
    symbol, expects
        As in `elementwise`.
    """
    flows = [_flow_by_rule(rule) for rule in vjps]
    return _declare("custom", vjps, flows, lambda _: _push_by_transposing, symbol, expects)


def _declare(
    family: str,
    rules: Sequence[Rule | None],
    flows: Sequence[str | None],
    make_push: Callable[[Rule], Push],
    symbol: str | None,
    expects: str | None,
    domain: Sequence[tuple[float, float]] | None = None,
) -> Declared:
    def declare(forward: Callable[P, Any]) -> Callable[P, Tensor]:
        what = Declaration(forward, rules, flows, family == "elementwise", expects)
        made = generate(what)
        op = Op(
            name=what.name,
            family=family,
            symbol=symbol or what.name,
            doc=(forward.__doc__ or "").strip().partition("\n")[0],
            arrays=what.arrays,
            params=what.params,
            variadic=what.variadic,
            forward=forward,
            evaluate=made.evaluate,
            function=made.public,
            saves=what.saves,
            pull=made.pull,
            pour=made.pour,
            push=make_push(made.record),
            domain=tuple(domain or [(-3.0, 3.0)] * len(what.arrays)),
        )
        register(op)
        made.bind(op)
        return made.public

    return declare


def _flow_by(partial: Partial) -> str | None:
    """Text of the flow by a local derivative."""
    if callable(partial):
        return "g * {rule}"
    if isinstance(partial, str):
        return f"g * {partial}"
    return {None: None, 1: "g", -1: "-g"}[partial]


def _scaled(t: Any, partial: Partial, node: Node) -> Any:
    """A tangent times the local derivative."""
    if callable(partial):
        values = _values(node)
        return t * partial(*(values[name] for name in parameters(partial)))
    if isinstance(partial, str):
        return t * node.kept()[partial]
    return t if partial == 1 else -t


def _flow_by_rule(rule: Rule | None) -> str | None:
    return None if rule is None else "{rule}"


def _values(node: Node) -> dict[str, Any]:
    """By name, what the rules of a node may read."""
    assert node.op is not None  # only ops are walked
    return {**dict(zip(node.op.params, node.params, strict=True)), **node.kept()}


def _dtype(tangents: Sequence[Any]) -> Any:
    return np.result_type(*(t.dtype for t in tangents if t is not None))


def _sum(terms: Sequence[Any]) -> Any:
    total = None
    for term in terms:
        total = term if total is None else total + term
    return total


def _push_by_transposing(node: Any, tangents: Sequence[Any]) -> Any:
    """The jvp of an op that declares only its vjp: pull a stand-in cotangent, transpose that."""
    with enable_grad():
        g = leaf(np.zeros(node.shape, _dtype(tangents)))
        seeds: dict[Node, Any] = {}
        for flow, t in zip(node.op.pull(node, g), tangents, strict=True):
            if t is not None and isinstance(flow, Variable) and flow._node is not None:
                known = seeds.get(flow._node)
                seeds[flow._node] = t if known is None else known + t
        view = lifted if isinstance(node, View) else None
        return pullback(seeds, into=[g._node], view=view).get(g._node)
