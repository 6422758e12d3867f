"""Faults that a rule may have: small changes of its syntax tree, each of them a likely slip.

A fault replaces one expression of a function. What only checks arguments (a test whose branch
raises) is left alone: it says nothing about a derivative.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from typing import NamedTuple, TypeAlias

Function: TypeAlias = ast.Lambda | ast.FunctionDef

LOAD = ast.Load()

CATEGORIES = {
    "sign": "a minus too many or too few, a sum for a difference",
    "factor": "twice as much, another constant",
    "swap": "two arguments, operands or rules exchanged",
    "term": "a summand, a factor, a function or a flow left out",
    "broadcast": "an axis not spread, not summed over, not inserted, not kept",
    "axis": "another axis, an index off by one, a transposition left out",
    "op": "a related function or operator instead",
    "branch": "a condition turned round, at its edge too, or a case left out",
}

MIRRORED = {"add", "hypot", "logaddexp", "maximum", "minimum", "multiply", "result_type"}
"""Functions that do not care for the order of their arguments."""

ORDERLESS = {"all", "any", "expand_dims", "flip", "max", "mean", "min", "squeeze", "sum"}
"""Functions that do not care for the order of the axes that they are given."""

SPREADING = {"broadcast_to", "expand_dims", "over", "reshape", "squeeze", "sum_to", "tile"}
AXES = {"at", "axes", "axis", "axis1", "axis2", "dim"}
CHECKS = {"cast", "getattr", "hasattr", "isinstance", "issubclass"}
VALUED = {"float", "full", "maximum", "minimum", "pow", "power", "reshape", "where"}
"""Functions whose arguments are numbers to compute with, not axes, indices or lengths."""

NEXT = {-2: -1, -1: -2, 0: 1, 1: 0}
"""For an axis, an index or a step, another."""

BARE = {"float", "int", "len", "list", "raw", "tuple"}
"""Functions that change how a value is held, not what it is."""

RELATED = dict(
    pair
    for one, other in [
        ("ONE", "ZERO"),
        ("all", "any"),
        ("ceil", "floor"),
        ("cos", "sin"),
        ("cosh", "sinh"),
        ("erf", "erfc"),
        ("exp", "exp2"),
        ("fft", "ifft"),
        ("imag", "real"),
        ("log", "log2"),
        ("log1p", "expm1"),
        ("logical_and", "logical_or"),
        ("max", "min"),
        ("maximum", "minimum"),
        ("sum", "mean"),
        ("tan", "tanh"),
        ("tril", "triu"),
    ]
    for pair in [(one, other), (other, one)]
)
OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.Pow: ast.Mult(),
    ast.FloorDiv: ast.Mult(),
    ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(),
    ast.BitXor: ast.BitOr(),
}
OPPOSITES: dict[type[ast.cmpop], list[ast.cmpop]] = {
    ast.Lt: [ast.LtE(), ast.GtE()],
    ast.LtE: [ast.Lt(), ast.Gt()],
    ast.Gt: [ast.GtE(), ast.LtE()],
    ast.GtE: [ast.Gt(), ast.Lt()],
    ast.Eq: [ast.NotEq()],
    ast.NotEq: [ast.Eq()],
    ast.In: [ast.NotIn()],
    ast.NotIn: [ast.In()],
    ast.Is: [ast.IsNot()],
    ast.IsNot: [ast.Is()],
}


class Change(NamedTuple):
    """One expression of a function, and what stands there instead."""

    category: str
    node: ast.expr
    instead: ast.expr


def changes(function: Function, is_rule: bool = False) -> Iterator[Change]:
    """Every fault of a function; of a rule (not its helper) also of the result as a whole."""
    is_lambda = isinstance(function, ast.Lambda)
    if is_rule:
        returned = [s.value for s in ast.walk(function) if isinstance(s, ast.Return)]
        for result in [function.body] if is_lambda else returned:
            if not isinstance(result, (ast.Tuple, ast.List, ast.ListComp, ast.IfExp)):
                if not isinstance(result, ast.UnaryOp):
                    yield Change("sign", result, ast.UnaryOp(ast.USub(), result))
                yield Change("factor", result, ast.BinOp(result, ast.Mult(), ast.Constant(2)))
    for node in [function.body] if is_lambda else function.body:
        yield from _below(node)


def with_change(function: Function, change: Change) -> Function:
    """A copy of the function that has the fault."""
    # deepcopy takes from its memo whatever it has there; what it takes must share no node with
    # the function, part of which it may hold
    instead = deepcopy(ast.copy_location(change.instead, change.node))
    return ast.fix_missing_locations(deepcopy(function, {id(change.node): instead}))


def _below(node: ast.AST, counts: bool = False) -> Iterator[Change]:
    """The faults of a node and all that it holds; `counts`: a number there counts axes or items."""
    if _is_no_rule(node):
        return
    if counts and (number := _whole(node)) is not None:
        yield Change("axis", node, ast.Constant(NEXT.get(number, number - 1)))
        return
    if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", LOAD), ast.Load):
        yield from _of(node)
    if isinstance(node, ast.If) and not isinstance(node.test, (ast.Compare, ast.UnaryOp)):
        yield Change("branch", node.test, ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, (ast.Assign, ast.Return)) and isinstance(node.value, ast.Tuple):
        yield Change("swap", node.value, _reversed(node.value))
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "args") and isinstance(
            node, (ast.FunctionDef, ast.Lambda, ast.AnnAssign)
        ):
            continue
        if name == "func":  # its name is dealt with as part of the call
            value = value.value if isinstance(value, ast.Attribute) else None
        inside = counts and isinstance(node, (ast.Tuple, ast.Slice))
        inside |= name == "slice" or (name == "args" and _takes_axes(node))
        inside |= isinstance(node, ast.keyword) and node.arg in AXES
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _below(child, inside)


def _whole(node: ast.AST) -> int | None:
    """The integer that is written there."""
    match node:
        case ast.Constant(int(value)) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            return -value
    return None


def _takes_axes(node: ast.AST) -> bool:
    match node:
        case ast.Call(ast.Name(name) | ast.Attribute(_, name)):
            return name not in VALUED
    return False


def _is_no_rule(node: ast.AST) -> bool:
    match node:
        case ast.Raise() | ast.JoinedStr() | ast.Assert():
            return True
        case ast.If(body=[*_, ast.Raise()], orelse=[]):
            return True
        case ast.If(body=[*_, ast.If() as last], orelse=[]):
            return _is_no_rule(last)
        case ast.Expr(value=ast.Constant() | ast.Call()):  # a docstring; a check
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in CHECKS
        case ast.keyword(arg="strict"):
            return True
    return False


def _of(node: ast.expr) -> Iterator[Change]:
    """The faults of one expression, not of what it is made of."""
    match node:
        case ast.BinOp(left, operator, right):
            yield from _of_operator(node, left, operator, right)
        case ast.UnaryOp(ast.USub(), operand):
            yield Change("sign", node, operand)
        case ast.UnaryOp(ast.Invert() | ast.Not(), operand):
            yield Change("branch", node, operand)
        case ast.Call(func, args):
            yield from _of_call(node, func, args)
        case ast.Attribute(value, "mT" | "T"):
            yield Change("axis", node, value)
        case ast.Attribute(value, "real" | "imag" as name):
            yield Change("op", node, ast.Attribute(value, RELATED[name], LOAD))
        case ast.Subscript(value, index):
            yield from _of_index(node, value, index)
        case ast.Compare(left, [operator], [right]):
            for other in OPPOSITES[type(operator)]:
                yield Change("branch", node, ast.Compare(left, [other], [right]))
        case ast.BoolOp(operator, parts):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield Change("branch", node, ast.BoolOp(other, parts))
        case ast.IfExp(_, body, orelse):
            yield Change("branch", node, body)
            yield Change("branch", node, orelse)
        case ast.Constant(bool(value)):
            yield Change("branch", node, ast.Constant(not value))
        case ast.Constant(int(value) | float(value)):
            yield Change("factor", node, ast.Constant(2 * value if value else value + 1))


def _of_operator(
    node: ast.expr, left: ast.expr, operator: ast.operator, right: ast.expr
) -> Iterator[Change]:
    if isinstance(operator, (ast.Add, ast.Sub)):
        other = ast.Sub() if isinstance(operator, ast.Add) else ast.Add()
        yield Change("sign", node, ast.BinOp(left, other, right))
        is_sum = isinstance(operator, ast.Add)
        yield Change("term", node, right if is_sum else ast.UnaryOp(ast.USub(), right))
        yield Change("term", node, left)
    elif isinstance(operator, (ast.Mult, ast.MatMult)):
        yield Change("term", node, left)
        yield Change("term", node, right)
    elif isinstance(operator, ast.Div):
        yield Change("term", node, left)
    if not isinstance(operator, (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)):
        yield Change("swap", node, ast.BinOp(right, operator, left))
    if type(operator) in OPERATORS:
        yield Change("op", node, ast.BinOp(left, OPERATORS[type(operator)], right))


def _of_call(call: ast.Call, func: ast.expr, args: list[ast.expr]) -> Iterator[Change]:
    match func:
        case ast.Name(name):
            owner = None
        case ast.Attribute(owner, name):
            pass
        case _:
            return
    is_method = owner is not None and not (isinstance(owner, ast.Name) and owner.id == "np")
    subject = owner if is_method else args[0] if args else None
    if subject is not None and not isinstance(subject, ast.Starred):
        if name in SPREADING:
            yield Change("broadcast", call, subject)
        elif len(args) + is_method == 1 and owner is None and name not in BARE:
            yield Change("term", call, subject)
    if name in RELATED:
        other = RELATED[name]
        renamed = ast.Attribute(owner, other, LOAD) if owner else ast.Name(other, LOAD)
        yield Change("op", call, ast.Call(renamed, args, call.keywords))
    for i in range(name == "where", len(args) - 1):
        pair = args[i : i + 2]
        if name in MIRRORED or any(isinstance(x, ast.Starred) for x in pair):
            continue
        if _counts(pair[0]) == _counts(pair[1]) and ast.dump(pair[0]) != ast.dump(pair[1]):
            swapped = [*args[:i], *pair[::-1], *args[i + 2 :]]
            yield Change("swap", call, ast.Call(func, swapped, call.keywords))
    for arg in [*args, *(k.value for k in call.keywords)]:
        if isinstance(arg, ast.Name) and arg.id in AXES:
            yield Change("axis", arg, ast.UnaryOp(ast.USub(), ast.Constant(1)))
        elif isinstance(arg, ast.Tuple) and len(arg.elts) > 1 and name not in ORDERLESS:
            yield Change("axis", arg, _reversed(arg))
    for keyword in call.keywords:
        match keyword:
            case ast.keyword("keepdims", ast.Name() | ast.Constant() as value):
                yield Change("broadcast", value, ast.UnaryOp(ast.Not(), value))


def _reversed(node: ast.Tuple) -> ast.Tuple:
    return ast.Tuple(node.elts[::-1], LOAD)


def _counts(node: ast.expr) -> bool:
    """Whether it is an axis, an index or a shape, which NumPy itself refuses among the arrays."""
    match node:
        case ast.Name(name) | ast.Attribute(_, name):
            return name in AXES or name == "ndim" or name.endswith("shape")
        case ast.Subscript(value):
            return _counts(value)
    return isinstance(node, (ast.Constant, ast.Tuple)) or _whole(node) is not None


def _of_index(node: ast.expr, value: ast.expr, index: ast.expr) -> Iterator[Change]:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for i, part in enumerate(parts):
        match part:
            case ast.Constant(None) if len(parts) > 1:
                rest = [*parts[:i], *parts[i + 1 :]]
                left = ast.Subscript(value, ast.Tuple(rest, LOAD), LOAD)
                yield Change("broadcast", node, left)
            case ast.Slice(lower, upper, step) if lower or upper or step:
                whole = [*parts[:i], ast.Slice(), *parts[i + 1 :]]
                of = ast.Tuple(whole, LOAD) if len(parts) > 1 else ast.Slice()
                yield Change("axis", node, ast.Subscript(value, of, LOAD))
