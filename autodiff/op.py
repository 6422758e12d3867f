"""What a local operation is, as data, and the registry of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autodiff.errors import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autodiff.declaration import Declaration


class Op:
    """One local operation: its forward, its rules in both directions, and how to show it.

    Built by the decorators of `autodiff.declare`, never by hand.

    Attributes
    ----------
    name, family, symbol, doc
        How it is called; which calculus it follows: "elementwise", "linear", "multilinear" or
        "custom" (or "composite": made of other ops); how drawings show it; and the first line of
        its docstring.
    declaration
        What its functions' signatures say.
    arrays, params
        Names of the arguments that flow, and of the others. A variadic op (`concat`) has one name
        for its whole sequence of arrays.
    variadic
        Whether the first argument is a sequence of arrays.
    forward
        The declared function: raw arrays in, raw array out, pure.
    function
        The public function: records a node when a tracked tensor is among its arguments.
    explain
        Makes an error for the caller of what the forward raised, and of the call's arguments.
    saves
        Names of what its rules read ("y" is the output): all that a node keeps for the backward.
    pull, pour, push
        ``pull(node, g)`` gives the cotangent's flow to each parent (None where none is needed);
        ``pour(node, g, cotangents)`` adds those flows to the parents' cotangents;
        ``push(node, tangents)`` gives the tangent of the output.
    domain
        For an elementwise op, for each argument an interval in which it is smooth (tests draw
        there).
    """

    __slots__ = (
        "arrays",
        "declaration",
        "doc",
        "domain",
        "explain",
        "family",
        "forward",
        "function",
        "name",
        "params",
        "pour",
        "pull",
        "push",
        "saves",
        "symbol",
        "variadic",
    )
    declaration: Declaration
    name: str
    family: str
    symbol: str
    doc: str
    arrays: tuple[str, ...]
    params: tuple[str, ...]
    variadic: bool
    explain: Callable[..., Exception]
    forward: Callable[..., Any]
    function: Callable[..., Any]
    saves: tuple[str, ...]
    pull: Callable[[Any, Any], Sequence[Any]]
    pour: Callable[[Any, Any, dict[Any, Any]], None]
    push: Callable[[Any, Sequence[Any]], Any]
    domain: tuple[tuple[float, float], ...]

    def evaluate(self, arrays: Sequence[Any], params: Sequence[Any]) -> Any:
        """The forward's value, of a node's arrays and params."""
        return self._called(self.forward, arrays, params)

    def record(self, arrays: Sequence[Any], params: Sequence[Any]) -> Any:
        """The public function's value, of a node's arrays (or tensors) and params."""
        return self._called(self.function, arrays, params)

    def _called(
        self, function: Callable[..., Any], arrays: Sequence[Any], params: Sequence[Any]
    ) -> Any:
        given = [arrays] if self.variadic else arrays
        by_position = self.declaration.by_position
        named = dict(zip(self.params[by_position:], params[by_position:], strict=True))
        return function(*given, *params[:by_position], **named)

    def __repr__(self) -> str:
        return f"<op {self.name}: {self.family}>"


OPS: dict[str, Op] = {}
"""Every declared op by name."""


COMPOSITES: dict[str, Op] = {}
"""Every declared composite by name: of an `Op` they have what tests and tables need, no rules."""


def register(op: Op, table: dict[str, Op] = OPS) -> None:
    """Enter `op`; redefining one's own (a notebook cell run again) replaces it.

    Raises
    ------
    DeclarationError
        If another op has the name.
    """
    known = table.get(op.name)
    if known is not None and _place(known) != _place(op):
        raise DeclarationError(
            f"an op named {op.name!r} is already declared in {known.forward.__module__}: "
            f"choose another name, or use that one"
        )
    table[op.name] = op


def _place(op: Op) -> tuple[str, str]:
    return op.forward.__module__, op.forward.__qualname__
