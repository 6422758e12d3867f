"""Generate an op's two hot functions as source text, the way `dataclasses` does.

Small models feel every generic ``*args`` on the way of a call, so each op gets functions of its
own, unrolled over its own arguments:

- the public function unwraps the arguments, runs the forward on raw arrays, and records a `Node`
  if a tracked tensor was among them;
- ``pour(node, g, cotangents)`` reads what the node saved, calls the rules of those parents that
  are tracked, and adds their flows to the cotangents: the inner loop of every backward pass.

What is not hot is not generated (see `autodiff.rules`). Names in the text begin with an underscore,
so that an op's own names can't meet them. Nothing is compiled before it is first called: importing
the library must cost little.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from itertools import count
from types import FunctionType
from typing import Any

import numpy as np

from autodiff.config import is_grad_enabled
from autodiff.declaration import Declaration
from autodiff.errors import OpTypeError, explained
from autodiff.graph import Node, shape_of, tick
from autodiff.kernels.broadcast import summed_to
from autodiff.op import OPS, Op
from autodiff.variable import NAMESPACE, Variable, array, constant, plain, raw, raw_all, tensor


def public_function(op: Op) -> Any:
    """The function that users call: signature, defaults and docstring are the forward's.

    It is born as a stub, which at its first call takes on the code that is generated for it.
    """
    forward: Any = op.forward
    made: Any = _stub(forward, op)
    made.__name__, made.__qualname__ = forward.__name__, forward.__qualname__
    made.__doc__, made.__module__ = forward.__doc__, forward.__module__
    made.__defaults__, made.__kwdefaults__ = forward.__defaults__, forward.__kwdefaults__
    made.__wrapped__ = forward
    return made


def _stub(_forward: Any, _op: Op) -> Any:
    # has the free variables and the globals of the generated code, so that it can take that on
    def _public(*args: Any, **kwargs: Any) -> Any:
        return _grown(_op, _forward)(*args, **kwargs)

    return FunctionType(_public.__code__, NAMESPACE, closure=_public.__closure__)


def _grown(op: Op, forward: Any) -> Any:
    """The public function of `op`, with its generated code in place of the stub's."""
    what = op.declaration
    if op.family == "composite":
        body = _composite(what)
    else:
        body = _variadic(what) if what.variadic else _call(what)
    public = [*_function(f"_public{_heading(what)}", body), "return _public"]
    function: Any = op.function
    function.__code__ = _compiled("_make(_forward, _op)", public)(forward, op).__code__
    return function


def pour_function(op: Op) -> Callable[[Any, Any, dict[Any, Any]], None]:
    """``pour(node, g, cotangents)``, generated when it is first called."""

    def first(node: Any, g: Any, cotangents: dict[Any, Any]) -> None:
        what = op.declaration
        rules = ", ".join(f"_rule_{i}" for i in range(len(what.rules)))
        pour = [*_function("_pour(_node, g, _cotangents)", _pour(what)), "return _pour"]
        op.pour = _compiled(f"_make({rules})", pour)(*what.rules)
        op.pour(node, g, cotangents)

    return first


def _compiled(heading: str, body: Sequence[str]) -> Callable[..., Any]:
    """The function that the text defines; tracebacks show the text."""
    text = "\n".join(_function(heading, body)) + "\n"
    file = f"<chainrule: generated code {_count()}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, Any] = {}
    exec(compile(text, file, "exec"), NAMESPACE, scope)
    make: Callable[..., Any] = scope["_make"]
    return make


_count = count(1).__next__


def _function(heading: str, body: Sequence[str]) -> list[str]:
    return [f"def {heading}:", *("    " + line for line in body)]


def _heading(what: Declaration) -> str:
    """The parameter list as text: the same names and kinds as the forward's."""
    code = what.code
    names = list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    if what.starred:
        names.insert(code.co_argcount, f"*{what.arrays[0]}")
    elif code.co_kwonlyargcount:
        names.insert(code.co_argcount, "*")
    if code.co_posonlyargcount:
        names.insert(code.co_posonlyargcount, "/")
    return f"({', '.join(names)})"


def _composite(what: Declaration) -> list[str]:
    """Body of the public function of a composite: what is no array yet is made one."""
    xs = what.arrays
    if what.starred or what.variadic:
        arrays = "*" * what.starred + xs[0]
        lines = [f"{xs[0]} = _all_arrived({xs[0]})", f"return {_forward(what, [arrays])}"]
    else:
        lines = [
            f"if not ({f'{x} is None or ' if x in what.optional else ''}_type({x}) is _Tensor or "
            f"_type({x}) is _ndarray): {x} = _arrived({x})"
            for x in xs
        ]
        lines.append(f"return {_forward(what, xs)}")
    return ["try:", *("    " + line for line in lines), *_raise(what)]


def _forward(what: Declaration, arrays: Sequence[str]) -> str:
    """Text of the forward's call, keyword-only params by keyword."""
    named = (f"{p}={p}" for p in what.params[what.by_position :])
    params = [*what.params[: what.by_position], *named]
    return f"_forward({', '.join([*arrays, *params])})"


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)},)" if items else "()"


def _bare(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else _tuple(items)


def _raise(what: Declaration) -> list[str]:
    arrays = ", ".join(f"({x!r}, {x})" for x in what.arrays)
    params = ", ".join(f"({p!r}, {p})" for p in what.params)
    return [
        "except Exception as _error:",
        f"    raise _op.explain(_error, [{arrays}], [{params}])",
    ]


def _call(what: Declaration) -> list[str]:
    """Body of the public function of an op with a fixed number of arrays."""
    xs = what.arrays
    lines = ["try:"]
    convert = "_array" if len(xs) == 1 else "_constant"  # beside an array, a number stays weak
    for x in xs:
        lines += [
            f"    if _type({x}) is _Tensor or _isinstance({x}, _Variable):",
            f"        _data_{x} = {x}._array; _node_{x} = {x}._node",
            "    else:",
            f"        _data_{x} = {x} if _type({x}) is _ndarray else {convert}({x})",
            f"        _node_{x} = None",
        ]
    some_constant = " or ".join(f"_node_{x} is None" for x in xs)
    lines += [
        f"    _y = {_forward(what, [f'_data_{x}' for x in xs])}",
        *_raise(what),
        f"if ({some_constant.replace(' or ', ' and ')}) or not _recording():",
        f"    return _untracked(_y, {_tuple(xs)}, _op)",
        "if _type(_y) is not _ndarray:",
        "    _y = _number(_y, _op)",
        *_as_scalars(what),
        *_if_discrete(what, xs),
        "_node = _Node()",
        "_node.op = _op",
        f"_node.parents = {_tuple([f'_node_{x}' for x in xs])}",
        f"_node.params = {_params(what)}",
        f"_node.saved = {_bare([_kept(what, name) for name in what.saves])}",
        # one argument's shape is the output's: cheaper than to ask the array for it
        f"_node.shape = {f'_node_{xs[0]}' if what.elementwise and len(xs) == 1 else '_y'}.shape",
        "_node.seq = _tick()",
        "_node.consts = _node.labels = _node.name = None",
    ]
    # what a plain array holds is only asked when it could have made the result no number
    refused = "_y.dtype.kind not in 'biufc': _number(_y, _op)"
    if len(xs) == 2:  # at most one of the two is a constant
        for x, word in zip(xs, ("if", "elif"), strict=True):
            lines += [
                f"{word} _node_{x} is None:",
                f"    _node.consts = _data_{x}",
                f"    if _isinstance({x}, _Variable):",
                f"        if {x}._name is not None: _node.labels = _labels({_tuple(xs)})",
                f"    elif {refused}",
            ]
    elif len(xs) > 2:
        consts = [f"_data_{x} if _node_{x} is None else None" for x in xs]
        lines += [
            f"if {some_constant}:",
            f"    _node.consts = {_tuple(consts)}",
            f"    _node.labels = _labels({_tuple(xs)})",
            f"    if {refused}",
        ]
    return [
        *lines,
        "_made = _new_tensor()",
        "_made._array = _y; _made._node = _node; _made._grad = _made._name = None",
        "return _made",
    ]


def _as_scalars(what: Declaration) -> list[str]:
    """Lines for a single number: NumPy multiplies its scalars six times as fast as 0-d arrays."""
    if not what.elementwise:
        return []
    saved = [x for x in what.arrays if x in what.saves]
    return [f"    if _node_{x} is not None: _data_{x} = _data_{x}[()]" for x in saved]


def _if_discrete(what: Declaration, xs: Sequence[str]) -> list[str]:
    """Lines that leave whole numbers and truth values untracked: nothing can flow through them.

    The library's own ops give none of tracked arguments, and are spared the question.
    """
    if what.forward.__module__.startswith("autodiff."):
        return []
    return [
        'if _y.dtype.kind not in "fc":',
        f"    return _untracked(_y, {xs[0] if what.variadic else _tuple(xs)}, _op)",
    ]


def _params(what: Declaration) -> str:
    """Text of the params as a node keeps them: what may change after the call is copied."""

    def kept(p: str) -> str:
        if p not in what.indices | what.axes:
            return p
        steady = "_STEADY" if p in what.indices else "_STEADY_AXES"
        return f"{p} if _type({p}) in {steady} else _plain({p})"

    return _tuple([kept(p) for p in what.params])


def _kept(what: Declaration, name: str) -> str:
    """Text of a saved value: the array if a tracked argument's rule asks for it, else None."""
    value = "_y" if name == "y" else f"_data_{name}"
    askers = [x for x, names in zip(what.arrays, what.asked, strict=True) if name in names]
    if len(askers) == len(what.arrays):
        return value  # a node is only recorded if some argument is tracked
    return f"{value} if {' or '.join(f'_node_{x} is not None' for x in askers)} else None"


def _variadic(what: Declaration) -> list[str]:
    """Body of the public function of an op of a sequence of arrays."""
    (xs,) = what.arrays
    kept = {"y": "_y", xs: "_datas"}
    return [
        "try:",
        f"    {xs} = _sequence({xs})",
        f"    _datas = [_x._array if _isinstance(_x, _Variable) else _array(_x) for _x in {xs}]",
        f"    _parents = tuple([_x._node if _isinstance(_x, _Variable) else None for _x in {xs}])",
        f"    _y = {_forward(what, ['_datas'])}",
        *_raise(what),
        "if _parents.count(None) == len(_parents) or not _recording():",
        f"    return _untracked(_y, {xs}, _op)",
        "_y = _number(_y, _op)",
        *_if_discrete(what, [xs]),
        "_node = _Node()",
        "_node.op = _op",
        "_node.parents = _parents",
        f"_node.params = {_params(what)}",
        f"_node.saved = {_bare([kept[name] for name in what.saves])}",
        "_node.shape = _y.shape",
        "_node.seq = _tick()",
        "_node.consts = _node.labels = _node.name = None",
        "if None in _parents:",
        "    _node.consts = _constants(_parents, _datas)",
        f"    _node.labels = _labels({xs})",
        "return _tensor(_y, _node)",
    ]


def _inputs(what: Declaration) -> list[str]:
    """The lines that give the rules what they ask for."""
    lines = []
    if what.saves:
        lines.append(f"{', '.join(what.saves)} = _node.saved")
    if not what.wanted.isdisjoint(what.params):
        lines.append(f"{', '.join(what.params)}, = _node.params")
    if what.variadic:
        lines.append("_parents = _node.parents")
        if f"{what.arrays[0]}_shape" in what.wanted:
            shapes = "[_shape_of(_node, i) for i in range(len(_parents))]"
            lines.append(f"{what.arrays[0]}_shape = {shapes}")
        return lines
    lines.append(f"{', '.join(f'_node_{x}' for x in what.arrays)}, = _node.parents")
    for i, x in enumerate(what.arrays):
        if f"{x}_shape" in what.wanted:
            lines.append(f"{x}_shape = _shape_of(_node, {i})")
    return lines


def _flow(what: Declaration, i: int) -> str:
    """Text of what flows to the `i`-th array argument."""
    rule, call = what.rules[i], f"_rule_{i}({', '.join(what.asked[i])})"
    if not what.elementwise:
        return call
    if callable(rule):
        return call if "g" in what.asked[i] else f"g * {call}"
    return f"g * {rule}" if isinstance(rule, str) else "g" if rule == 1 else "-g"


def _pour(what: Declaration) -> list[str]:
    """Body of ``pour(node, g, cotangents)``."""

    def added(parent: str) -> list[str]:
        return [
            f"    _other = _cotangents[{parent}]",
            f"    _cotangents[{parent}] = _flow if _other is None else _other + _flow",
        ]

    lines = _inputs(what)
    if what.variadic:
        lines.append(f"for _flow, _parent in zip({_flow(what, 0)}, _parents):")
        return [*lines, "    if _parent is None: continue", *added("_parent")]
    for i, x in enumerate(what.arrays):
        if what.rules[i] is None:
            continue
        lines += [f"if _node_{x} is not None:", f"    _flow = {_flow(what, i)}"]
        if not (what.elementwise and len(what.arrays) == 1):
            # an elementwise flow has the output's shape: no need to ask the array for it
            shape = "_node.shape" if what.elementwise else "_flow.shape"
            lines += [
                f"    if {shape} != _node_{x}.shape:",
                f"        _flow = _unbroadcast(_flow, _node_{x}.shape)",
            ]
        lines += added(f"_node_{x}")
    return lines


# --- what the generated functions call -----------------------------------------------------------


STEADY = frozenset({int, slice, type(None)})
"""Types of indices that hold nothing that could change; of axes `tuple` is another."""


def explainer(function: Callable[..., Any], expects: str | None) -> Callable[..., Exception]:
    """The function that turns what was raised inside another one into a message."""

    def explain(error: Exception, arrays: Any, params: Any) -> Exception:
        shown = [(name, raw_all(value)) for name, value in arrays]
        return explained(function, expects, error, shown, [(k, raw(v)) for k, v in params])

    return explain


def _arrived(x: Any) -> Any:
    """An argument of a composite as a tensor or an array."""
    return x if isinstance(x, (Variable, np.ndarray)) else array(x)


def _all_arrived(xs: Any) -> list[Any]:
    return [_arrived(x) for x in _sequence(xs)]


def _untracked(y: Any, args: Sequence[Any], op: Op) -> Any:
    """A result that needs no gradient: a tensor if a tensor came, else as NumPy gives it."""
    for x in args:
        if isinstance(x, Variable):
            return tensor(_number(y, op), None)
    return y


def _number(y: Any, op: Op) -> Any:
    """What a forward returned, as an array."""
    array = np.asarray(y)
    if array.dtype.kind not in "biufc":
        raise OpTypeError(
            f"{op.name}: expected arrays of numbers, and a forward that returns numbers, got a "
            f"result of dtype {array.dtype}: astype(float) makes numbers of objects"
        )
    return array


def _constants(parents: Sequence[Any], datas: Sequence[Any]) -> Any:
    """What `Node.consts` holds of the arrays of a variadic op."""
    consts = tuple(d if p is None else None for p, d in zip(parents, datas, strict=True))
    return consts if len(consts) > 2 else consts[parents.index(None)]


def _labels(args: Sequence[Any]) -> dict[int, str] | None:
    """Names of the constants among a call's arguments, for drawings."""
    names = {
        i: x._name
        for i, x in enumerate(args)
        if isinstance(x, Variable) and x._node is None and x._name is not None
    }
    return names or None


def _sequence(xs: Any) -> tuple[Any, ...]:
    if isinstance(xs, (Variable, np.ndarray)) and xs.ndim == 0:  # type: ignore[union-attr]
        raise TypeError("a 0-d array is no sequence of arrays")
    return tuple(xs)


def unbroadcast(flow: Any, shape: tuple[int, ...]) -> Any:
    """A flow summed to the shape of the argument that it flows to."""
    if isinstance(flow, np.ndarray):
        return summed_to(flow, shape)
    return OPS["sum_to"].function(flow, shape)


NAMESPACE.update(
    _Node=Node,
    _STEADY=STEADY,
    _STEADY_AXES=STEADY | {tuple},
    _Variable=Variable,
    _all_arrived=_all_arrived,
    _arrived=_arrived,
    _array=array,
    _constant=constant,
    _constants=_constants,
    _grown=_grown,
    _isinstance=isinstance,
    _labels=_labels,
    _ndarray=np.ndarray,
    _number=_number,
    _plain=plain,
    _recording=is_grad_enabled,
    _sequence=_sequence,
    _shape_of=shape_of,
    _tensor=tensor,
    _tick=tick,
    _type=type,
    _unbroadcast=unbroadcast,
    _untracked=_untracked,
)
