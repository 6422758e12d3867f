"""What the signatures of an op's forward and rules say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias

from autodiff.errors import DeclarationError
from autodiff.variable import Array, Index

Rule: TypeAlias = Callable[..., Any] | str | int | None

CO_VARARGS, CO_VARKEYWORDS = 0x04, 0x08  # flags of code, as in `inspect`, slow to import

ONE_ARRAY = ("Array", Array)
ARRAYS = ("Sequence[Array]", Sequence[Array])
OPTIONAL = ("Array | None", Array | None)
"""Annotations of what flows: as text (``from __future__ import annotations``), or as objects."""

INDEX = ("Index", Index)
AXES = ("Axes", "Axes | None", "tuple[int, ...]")
"""Annotations of params that may come as lists or arrays, of which a node keeps a copy."""


class Declaration:
    """What is declared of an op, read off the functions themselves.

    Parameters
    ----------
    forward
        The declared function, on raw arrays.
    rules
        For each array argument what flows to it: a function that gives the flow; or, of an
        elementwise op, what the cotangent is multiplied by: a function that gives the slope, the
        name of the value that it is, 1 or -1. None: nothing flows. None for all: a composite, which
        has no rules; it alone may have optional arrays, or take them as ``*arrays``.
    elementwise
        Whether the rules are slopes.

    Attributes
    ----------
    arrays, params
        Names of the arguments that flow, and of the others.
    optional
        Names of the arrays that may be left out.
    variadic
        Whether the one array argument is a sequence of arrays.
    starred
        Whether it is a composite that takes its arrays as ``*arrays``.
    indices, axes
        Params that their caller may change after the call.
    by_position
        How many of the params are not keyword-only.
    asked
        For each array argument, what its rule asks for.
    saves
        What a node keeps for the rules.

    Raises
    ------
    DeclarationError
        If they contradict each other.
    """

    def __init__(
        self,
        forward: Callable[..., Any],
        rules: Sequence[Rule] | None,
        elementwise: bool = False,
    ) -> None:
        self.forward, self.rules, self.elementwise = forward, rules or (), elementwise
        self.name = forward.__name__
        self.code = forward.__code__
        names = parameters(forward, starred=rules is None)
        kinds = {name: forward.__annotations__.get(name) for name in names}
        flowing = (*ONE_ARRAY, *ARRAYS) if rules is not None else (*ONE_ARRAY, *ARRAYS, *OPTIONAL)
        self.arrays = tuple(n for n, kind in kinds.items() if kind in flowing)
        self.optional = {n for n, kind in kinds.items() if kind in OPTIONAL}
        self.params = tuple(n for n in names if n not in self.arrays)
        self.indices = {n for n in self.params if kinds[n] in INDEX}
        self.axes = {n for n in self.params if kinds[n] in AXES}
        self.by_position = len(self.params) - self.code.co_kwonlyargcount
        self.starred = bool(self.code.co_flags & CO_VARARGS)
        self.variadic = any(kind in ARRAYS for kind in kinds.values())
        self.asked = [asks(rule) for rule in self.rules]
        self.wanted = {name for asked in self.asked for name in asked}
        self.saves = tuple(name for name in ("y", *self.arrays) if name in self.wanted)
        self._refuse_contradictions(names, composite=rules is None)

    def _refuse_contradictions(self, names: tuple[str, ...], composite: bool) -> None:
        def refuse(problem: str) -> NoReturn:
            raise DeclarationError(f"op {self.name}({', '.join(names)}): {problem}")

        if not self.arrays or names[: len(self.arrays)] != self.arrays:
            refuse("the parameters that flow come first and are annotated Array")
        if self.variadic and len(self.arrays) > 1:
            refuse("an op of a Sequence[Array] has no other array argument")
        if composite:
            return
        if len(self.rules) != len(self.arrays):
            refuse(f"expected a rule for each of {self.arrays}, got {len(self.rules)}")
        for name in names:
            if name in ("g", "y") or name.startswith("_") or name.endswith("_shape"):
                refuse(f"a parameter can't be called {name!r}: rules use such names")
        for rule in self.rules:
            slope = self.elementwise and (isinstance(rule, str) or rule in (1, -1))
            if not (rule is None or callable(rule) or slope):
                also = ", a name, 1, -1" if self.elementwise else ""
                refuse(f"expected a rule to be a function{also} or None, got {rule!r}")
        known = {"g", "y", *names, *(f"{x}_shape" for x in self.arrays)}
        if strange := sorted(self.wanted - known):
            refuse(f"a rule asks for {strange}; there is {sorted(known)}")


def asks(rule: Rule) -> tuple[str, ...]:
    """Names of the values that a rule reads."""
    if callable(rule):
        return parameters(rule)
    return (rule,) if isinstance(rule, str) else ()


def parameters(function: Callable[..., Any], starred: bool = False) -> tuple[str, ...]:
    """Names of a Python function's parameters: positional, ``*args`` if `starred`, keyword-only.

    Raises
    ------
    DeclarationError
        If it is no plain Python function, or takes ``**kwargs``, or ``*args`` but not `starred`.
    """
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & CO_VARKEYWORDS or code.co_flags & CO_VARARGS > 4 * starred:
        raise DeclarationError(
            f"expected a Python function that names its parameters, got {function!r}: wrap it in "
            f"a def or a lambda"
        )
    names: tuple[str, ...] = code.co_varnames
    named, all_named = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    if code.co_flags & CO_VARARGS:
        return (*names[:named], names[all_named], *names[named:all_named])
    return names[:all_named]
