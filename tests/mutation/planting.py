"""Every place where a fault can be planted in the library as it runs, and how to plant it there.

A place is a rule as it is declared (``partials=``, ``adjoint=``, ``vjps=``), or a function of an
op's room that rules call. Nothing is imported again: the function's code is exchanged, or the op's
declaration. That can't be undone, so whoever plants does it in a process of its own.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple, TypeAlias

from autodiff import COMPOSITES, OPS, Op
from autodiff import fft as fft  # so that all ops are declared
from autodiff import linalg as linalg
from autodiff.codegen import pour_function, public_function
from autodiff.declaration import Declaration
from autodiff.rules import pull_by, push_elementwise, push_linear
from tests.mutation.faults import Function, changes, with_change

ROOMS = "autodiff.ops."
Key: TypeAlias = tuple[str, str, str]

RULES = ("adjoint", "partials", "vjps")
REFUSING = ("is_free", "refuse_phases", "slack")
"""Helpers that decide what is refused: a limit more or less is no wrong derivative."""


class Fault(NamedTuple):
    """One fault that can be planted.

    Attributes
    ----------
    category
        One of `CATEGORIES`.
    room, place, line
        Where: the room, the rule or helper in it, the line of its file.
    original, mutated
        The text that is replaced, and the text that replaces it.
    ops
        Names of the ops whose rules reach it, those of its own room first.
    plant
        Plants it in this process.
    """

    category: str
    room: str
    place: str
    line: int
    original: str
    mutated: str
    ops: tuple[str, ...]
    plant: Callable[[], None]

    @property
    def key(self) -> Key:
        """What names it, wherever its lines move to."""
        return f"{self.room}.{self.place}", self.original, self.mutated


def faults(rooms: Collection[str] | None = None) -> list[Fault]:
    """All faults that the mutator knows to plant in the library's rules, in the order of the text.

    Parameters
    ----------
    rooms
        Only in these files of autodiff/ops.

    Examples
    --------
    >>> [fault.mutated for fault in faults({"arithmetic"}) if fault.place == "sqrt.partials[0]"]
    ['-(0.5 / y)', '0.5 / y * 2', '0.5', 'y / 0.5', '0.5 * y', '1.0', 'None']
    """
    found = [*_in_rules(rooms), *_in_helpers(rooms)]
    found.sort(key=lambda fault: (fault.room, fault.line))
    counts: Counter[Key] = Counter()
    for i, fault in enumerate(found):  # what stands twice in a place is told apart by its number
        counts[fault.key] += 1
        if (n := counts[fault.key]) > 1:
            found[i] = fault._replace(place=f"{fault.place}#{n}")
    return found


def _library() -> Iterator[Op]:
    return (op for op in OPS.values() if op.forward.__module__.startswith(ROOMS))


# --- rules ---------------------------------------------------------------------------------------


def _in_rules(rooms: Collection[str] | None) -> Iterator[Fault]:
    for op in _library():
        if rooms is not None and _room(op.forward) not in rooms:
            continue
        keyword, nodes = _written(op)
        for i, (rule, node) in enumerate(zip(op.declaration.rules, nodes, strict=True)):
            place = f"{op.name}.{keyword}" + f"[{i}]" * (keyword != "adjoint")
            if isinstance(node, ast.Lambda):
                yield from _of_function(rule, node, place, (op.name,), is_rule=True)
            for category, instead in _instead(op, i):
                rules = [*op.declaration.rules[:i], instead, *op.declaration.rules[i + 1 :]]
                yield _of_declaration(op, category, place, node, repr(instead), rules)
        yield from _exchanged(op, keyword, nodes)


def _instead(op: Op, i: int) -> Iterator[tuple[str, Any]]:
    """What may be declared by mistake where rule `i` of an op is."""
    rule = op.declaration.rules[i]
    if rule is None:
        if op.family == "elementwise":
            yield "term", 1
        return
    yield "term", None
    if isinstance(rule, int):
        yield "sign", -rule
    if isinstance(rule, str):
        yield from (("op", name) for name in ("y", *op.arrays) if name != rule)


def _exchanged(op: Op, keyword: str, nodes: list[ast.expr]) -> Iterator[Fault]:
    """Two rules of an op in each other's place."""
    rules = op.declaration.rules
    for i in range(len(rules) - 1):
        if ast.dump(nodes[i]) == ast.dump(nodes[i + 1]):
            continue
        swapped = [*rules[:i], rules[i + 1], rules[i], *rules[i + 2 :]]
        place = f"{op.name}.{keyword}[{i}:{i + 2}]"
        text = ", ".join(ast.unparse(node) for node in (nodes[i + 1], nodes[i]))
        yield _of_declaration(op, "swap", place, nodes[i], text, swapped)


def _of_declaration(
    op: Op, category: str, place: str, node: ast.expr, text: str, rules: list[Any]
) -> Fault:
    room = _room(op.forward)
    original = ast.unparse(node)
    return Fault(
        category, room, place, node.lineno, original, text, (op.name,), lambda: _declare(op, rules)
    )


def _declare(op: Op, rules: list[Any]) -> None:
    what = Declaration(op.forward, rules, op.family == "elementwise")
    op.declaration, op.saves = what, what.saves
    op.pull, op.pour = pull_by(what), pour_function(op)
    if op.family == "elementwise":
        op.push = push_elementwise(what)
    elif op.family == "linear":
        op.push = push_linear(what)
    op.function.__code__ = public_function(op).__code__  # to be generated again


def _written(op: Op) -> tuple[str, list[ast.expr]]:
    """The keyword by which an op's rules are declared, and the text of each."""
    function = _defined(op.forward)
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg in RULES:
                    value = keyword.value
                    return keyword.arg, value.elts if isinstance(value, ast.List) else [value]
    raise LookupError(f"the rules of {op.name} stand in no decorator above it")


# --- helpers -------------------------------------------------------------------------------------


def _in_helpers(rooms: Collection[str] | None) -> Iterator[Fault]:
    reached: dict[FunctionType, list[str]] = {}
    direct = set()
    for op in _library():
        rules = [rule for rule in op.declaration.rules if isinstance(rule, FunctionType)]
        direct.update(rules)
        for function in _reached(rules):
            reached.setdefault(function, []).append(op.name)
    for function, names in reached.items():
        room = _room(function)
        here = rooms is None or room in rooms
        if here and function.__name__ not in ("<lambda>", *REFUSING):
            names.sort(key=lambda name: _room(OPS[name].forward) != room)
            yield from _of_function(
                function, _defined(function), function.__name__, tuple(names), function in direct
            )


def _reached(functions: list[FunctionType]) -> list[FunctionType]:
    """The functions, and those of the rooms that they call, but no ops."""
    found: dict[FunctionType, None] = {}
    waiting = [*functions]
    while waiting:
        function = waiting.pop(0)
        if function not in found and function.__module__.startswith(ROOMS):
            found[function] = None
            called = (_plain(value) for value in named(function))
            waiting += [value for value in called if value is not None]
    return list(found)


def _plain(value: Any) -> FunctionType | None:
    """The Python function that it is, unless an op's."""
    value = getattr(value, "__wrapped__", value) if hasattr(value, "cache_clear") else value
    return value if isinstance(value, FunctionType) and value not in _public() else None


def named(function: FunctionType) -> Iterator[Any]:
    """What the names in a function's text stand for, and those in the functions inside it."""
    for code in _nested(function.__code__):
        yield from (
            function.__globals__[name] for name in code.co_names if name in function.__globals__
        )


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _nested(const)


@cache
def _public() -> dict[Any, str]:
    """The functions that users call, and of which op each is."""
    return {op.function: op.name for table in (OPS, COMPOSITES) for op in table.values()}


@cache
def users() -> dict[str, set[str]]:
    """For each op, the ops and composites that call it, in a rule or in their body."""
    calls: dict[str, set[str]] = {}
    for op in [*OPS.values(), *COMPOSITES.values()]:
        rules = [rule for rule in op.declaration.rules if isinstance(rule, FunctionType)]
        values = (value for f in _reached([op.forward, *rules]) for value in named(f))
        for value in values:
            if isinstance(value, FunctionType) and value in _public():
                calls.setdefault(_public()[value], set()).add(op.name)
    return calls


# --- functions -----------------------------------------------------------------------------------


def _of_function(
    function: FunctionType, node: Function, place: str, ops: tuple[str, ...], is_rule: bool
) -> Iterator[Fault]:
    if _essence(_code(node, function.__module__)) != _essence(function.__code__):
        raise LookupError(f"{place} in {function.__module__} is not what its file says")
    seen = {_essence(function.__code__)}
    room = _room(function)
    for change in changes(node, is_rule):
        code = _code(with_change(node, change), function.__module__)
        if _essence(code) not in seen:  # it compiles to something new
            seen.add(_essence(code))
            original, mutated = ast.unparse(change.node), ast.unparse(change.instead)
            line = change.node.lineno

            def plant(code: CodeType = code) -> None:
                function.__code__ = code

            yield Fault(change.category, room, place, line, original, mutated, ops, plant)


def _code(node: Function, module: str) -> CodeType:
    """The code of a function of a module, of its syntax tree."""
    # beside the module's imports: how CPython calls `np.exp` depends on whether `np` is imported
    tree = _tree(sys.modules[module])
    body = [s for s in tree.body if isinstance(s, (ast.Import, ast.ImportFrom))]
    body.append(ast.Expr(node) if isinstance(node, ast.Lambda) else node)
    whole = compile(ast.fix_missing_locations(ast.Module(body, [])), f"<{module}>", "exec")
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    return next(c for c in whole.co_consts if isinstance(c, CodeType) and c.co_name == name)


def _essence(code: CodeType) -> Any:
    """What a code does, without where it stands."""
    consts = [_essence(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, tuple(consts)


def _defined(function: Any) -> ast.FunctionDef:
    """The syntax tree of a function of a module."""
    name, line = function.__name__, function.__code__.co_firstlineno
    for node in _tree(sys.modules[function.__module__]).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first == line:
                return node
    raise LookupError(f"{name} is not where {function.__module__} had it: has its file changed?")


@cache
def _tree(module: ModuleType) -> ast.Module:
    with open(str(module.__file__), encoding="utf-8") as file:
        return ast.parse(file.read())


def _room(function: Any) -> str:
    return function.__module__.removeprefix(ROOMS)
