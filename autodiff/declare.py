"""Declare an op: a forward and its rules in, a fast recorded function and its calculus out.

Four decorators, one for each family, and `composite` for what is made of other ops. The decorated
function is the forward, on raw arrays; its parameters annotated ``Array`` are what flows, the
others are the op's params. A rule is a function that *asks by name* for what it reads:

- ``g``: the cotangent of the output (an elementwise op's partials seldom need it);
- ``y``: the output; ``x``, the name of an array argument: its value (a node keeps these for it);
- ``x_shape``: only the shape of that argument (nothing is kept);
- the name of a param: its value.

So a rule's signature says what must be saved, and nothing else is. A rule is written with
operators, methods and other ops. Given arrays it computes; given tensors it records itself, which
is all that higher orders need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from autodiff.codegen import explainer, pour_function, public_function
from autodiff.declaration import Declaration, Rule, parameters
from autodiff.errors import BROADCAST, DeclarationError
from autodiff.op import COMPOSITES, Op, register
from autodiff.rules import (
    Push,
    pull_by,
    push_by_transposing,
    push_elementwise,
    push_linear,
    push_multilinear,
)

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

P = ParamSpec("P")
R = TypeVar("R")


class Declared(Protocol):
    """What the decorators return: parameters stay as declared, and the result is a tensor."""

    def __call__(self, forward: Callable[P, Any], /) -> Callable[P, Tensor]: ...


def elementwise(
    *,
    partials: Sequence[Rule],
    domain: Sequence[tuple[float, float]] | None = None,
    symbol: str | None = None,
    expects: str | None = None,
) -> Declared:
    """Declare an op each of whose output elements depends on the matching input elements.

    Parameters
    ----------
    partials
        For each array argument its local derivative dy/dx: a rule; or the name of the value that
        it is (``"y"`` for `exp`, the other factor for `multiply`); or 1 or -1, that constant
        slope; or None (zero almost everywhere: nothing flows). A rule that asks for ``g`` gives
        ``g`` times the slope itself, where that is better done in one (``g / x``).
    domain
        For each array argument an interval in which the op is smooth, where tests draw; default
        (-3, 3).
    symbol
        What drawings show; default: the name.
    expects
        What an error message says that the op expects; default, of several arguments: shapes that
        broadcast together.

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
    if expects is None and len(_listed(partials)) > 1:
        expects = BROADCAST
    return _declare("elementwise", partials, push_elementwise, symbol, expects, domain)


def linear(
    *,
    adjoint: Callable[..., Any] | Sequence[Rule],
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
    rules = [adjoint] if callable(adjoint) else adjoint
    return _declare("linear", rules, push_linear, symbol, expects)


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
    return _declare("multilinear", vjps, lambda _: push_multilinear, symbol, expects)


def custom(
    *, vjps: Sequence[Rule], symbol: str | None = None, expects: str | None = None
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
    return _declare("custom", vjps, lambda _: push_by_transposing, symbol, expects)


def _listed(rules: Any) -> Sequence[Rule]:
    if not isinstance(rules, (list, tuple)):
        raise DeclarationError(
            f"expected a list of rules, one for each array argument, got {rules!r}: write [...]"
        )
    return rules


def composite(function: Callable[P, Any]) -> Callable[P, Tensor]:
    """Declare a function made of other ops: it needs no rule, but is tested and listed as they are.

    Its arguments annotated ``Array`` (or ``Array | None``, if they may be left out) come first; a
    number or a list among them is made an array. What the functions inside refuse is told under its
    own name.

    Raises
    ------
    DeclarationError
        If no argument flows, or one has a name that is refused.

    Examples
    --------
    >>> from autodiff import Array, Tensor, composite
    >>> @composite
    ... def power_of_sum(x: Array, n: int = 2) -> Tensor:
    ...     return x.sum() ** n
    >>> power_of_sum(Tensor([1.0, 2.0]), 3)
    Tensor(27.)
    """
    what = Declaration(function, None)
    op = _described(what, "composite", None, None)
    op.explain, op.function = explainer(function, None), public_function(op)
    register(op, COMPOSITES)
    made: Callable[P, Tensor] = op.function
    return made


def composite_results(function: Callable[P, R]) -> Callable[P, R]:
    """Like `composite`, for a tuple or list of tensors: its type is kept."""
    made: Any = composite(function)
    checked: Callable[P, R] = made
    return checked


def explains(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that is declared in no other way tell what it was called with, in its errors.

    What is raised further inside is told under its own name, as of an op.

    Examples
    --------
    >>> @explains
    ... def first_row(x: Array) -> Tensor:
    ...     return x[0]
    >>> first_row(Tensor(1.0))
    Traceback (most recent call last):
        ...
    autodiff.errors.OpIndexError: first_row: expected an index inside x; got x: float64 () ...
    """
    code: Any = function.__code__
    names, explain = parameters(function, starred=True), explainer(function, None)
    by_name = code.co_argcount

    @wraps(function)
    def public(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            given = [*zip(names, args[:by_name], strict=False), *kwargs.items()]
            if len(args) > by_name:
                given.insert(by_name, (names[by_name], args[by_name:]))
            raise explain(error, given, [])  # noqa: B904 - has its cause

    return public


def _described(
    what: Declaration,
    family: str,
    symbol: str | None,
    domain: Sequence[tuple[float, float]] | None,
) -> Op:
    op = Op()
    op.declaration, op.forward = what, what.forward
    op.name, op.family, op.symbol = what.name, family, symbol or what.name
    op.doc = (what.forward.__doc__ or "").strip().partition("\n")[0]
    op.arrays, op.params, op.variadic = what.arrays, what.params, what.variadic
    op.domain = tuple(domain or [(-3.0, 3.0)] * len(what.arrays))
    return op


def _declare(
    family: str,
    rules: Sequence[Rule],
    push_by: Callable[[Declaration], Push],
    symbol: str | None,
    expects: str | None,
    domain: Sequence[tuple[float, float]] | None = None,
) -> Declared:
    rules = _listed(rules)

    def declare(forward: Callable[P, Any]) -> Callable[P, Tensor]:
        what = Declaration(forward, rules, elementwise=family == "elementwise")
        op = _described(what, family, symbol, domain)
        op.saves = what.saves
        op.pull, op.pour, op.push = pull_by(what), pour_function(op), push_by(what)
        op.explain, op.function = explainer(forward, expects), public_function(op)
        register(op)
        made: Callable[P, Tensor] = op.function
        return made

    return declare
