"""Generate an op's functions as source text, the way `dataclasses` does.

Small models feel every generic ``*args`` on the way of a call, so each op gets functions with its
own signature, unrolled over its own arguments. What they do is the same for all:

- the public function unwraps the arguments, runs the forward on raw arrays, and records a `Node`
  if a tracked tensor was among them;
- ``pull(node, g)`` reads what the node saved and calls the rules of those parents that are tracked;
  ``pour(node, g, cotangents)`` does the same and adds the flows to the parents' cotangents, with
  nothing in between: it is the inner loop of every backward pass.

Names of the generated code begin with an underscore, so that an op's own names can't meet them.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from autodiff.config import is_grad_enabled
from autodiff.errors import DeclarationError, explained
from autodiff.graph import Node, shape_of, tick
from autodiff.kernels.broadcast import summed_to
from autodiff.op import OPS
from autodiff.variable import NAMESPACE, Array, Variable, array, constant, raw, tensor

ONE_ARRAY = ("Array", Array)
ARRAYS = ("Sequence[Array]", Sequence[Array])
"""Annotations of what flows, as text (under ``from __future__ import annotations``) or object."""


class Functions(NamedTuple):
    """What is generated for one op; `bind` tells the functions their `Op`."""

    public: Callable[..., Any]
    pull: Callable[[Any, Any], Sequence[Any]]
    pour: Callable[[Any, Any, dict[Any, Any]], None]
    evaluate: Callable[[Sequence[Any], Sequence[Any]], Any]
    record: Callable[[Sequence[Any], Sequence[Any]], Any]
    bind: Callable[[Any], None]


@dataclass
class Declaration:
    """What the signatures of an op's forward and rules say.

    Attributes
    ----------
    forward
        The declared function on raw arrays.
    rules
        For each array argument the rule that it flows by, or None.
    flows
        For each array argument the text of its flow, in which ``{rule}`` stands for the rule's
        call; None if nothing flows.
    elementwise
        Whether flows have the output's shape.
    expects
        What an error message says the op expects.
    """

    forward: Callable[..., Any]
    rules: Sequence[Callable[..., Any] | None]
    flows: Sequence[str | None]
    elementwise: bool
    expects: str | None
    name: str = field(init=False)
    arrays: tuple[str, ...] = field(init=False)
    params: tuple[str, ...] = field(init=False)
    variadic: bool = field(init=False)
    asked: list[tuple[str, ...]] = field(init=False)
    saves: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.forward.__name__
        self.signature = inspect.signature(self.forward)
        kinds = {n: p.annotation for n, p in self.signature.parameters.items()}
        self.arrays = tuple(n for n, kind in kinds.items() if kind in (*ONE_ARRAY, *ARRAYS))
        self.params = tuple(n for n in kinds if n not in self.arrays)
        self.variadic = any(kind in ARRAYS for kind in kinds.values())
        self.asked = [
            _read(flow) if rule is None else parameters(rule)
            for rule, flow in zip(self.rules, self.flows, strict=True)
        ]
        wanted = {name for names in self.asked for name in names}
        self.saves = tuple(name for name in ("y", *self.arrays) if name in wanted)
        self._refuse_contradictions(tuple(kinds), wanted)

    @property
    def keeps_shape(self) -> bool:
        """Whether the output always has the argument's shape: nothing to un-broadcast."""
        return self.elementwise and len(self.arrays) == 1

    def _refuse_contradictions(self, names: tuple[str, ...], wanted: set[str]) -> None:
        def refuse(problem: str) -> None:
            raise DeclarationError(f"op {self.name}{self.signature}: {problem}")

        if not self.arrays or names[: len(self.arrays)] != self.arrays:
            refuse("the parameters that flow come first and are annotated Array")
        if self.variadic and len(self.arrays) > 1:
            refuse("an op of a Sequence[Array] has no other array argument")
        if len(self.rules) != len(self.arrays):
            refuse(f"expected a rule for each of {self.arrays}, got {len(self.rules)}")
        for name in names:
            if name in ("g", "y") or name.startswith("_") or name.endswith("_shape"):
                refuse(f"a parameter can't be called {name!r}: rules use such names")
        known = {"g", "y", *names, *(f"{x}_shape" for x in self.arrays)}
        if strange := sorted(wanted - known):
            refuse(f"a rule asks for {strange}; there is {sorted(known)}")


def parameters(rule: Callable[..., Any] | None) -> tuple[str, ...]:
    """Names that a rule asks for."""
    return () if rule is None else tuple(inspect.signature(rule).parameters)


def _read(flow: str | None) -> tuple[str, ...]:
    """The value that a flow ``g * name`` reads."""
    return (flow.removeprefix("g * "),) if flow and flow.startswith("g * ") else ()


def generate(what: Declaration) -> Functions:
    """Generate the functions of a declared op."""
    rules = [f"_rule_{i}" for i in range(len(what.rules))]
    body = [
        *_function(
            f"{what.name}{_heading(what.signature)}",
            _variadic(what) if what.variadic else _call(what),
        ),
        *_function("_pull(_node, g)", _pull(what)),
        *_function("_pour(_node, g, _cotangents)", _pour(what)),
        *_function("_evaluate(_arrays, _params)", [f"return {_unpacked(what, '_forward')}"]),
        *_function("_record(_arrays, _params)", [f"return {_unpacked(what, what.name)}"]),
        *_function("_bind(op)", ["nonlocal _op", "_op = op"]),
        f"return {what.name}, _pull, _pour, _evaluate, _record, _bind",
    ]
    heading = f"_make(_forward, _explain, _defaults, {', '.join(rules)})"
    text = "\n".join(_function(heading, ["_op = None", *body])) + "\n"
    file = f"<chainrule op {what.forward.__module__}.{what.name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, Any] = {}
    exec(compile(text, file, "exec"), NAMESPACE, scope)
    defaults = [p.default for p in what.signature.parameters.values()]
    made = Functions(*scope["_make"](what.forward, _explainer(what), defaults, *what.rules))
    public: Any = made.public
    public.__doc__, public.__module__ = what.forward.__doc__, what.forward.__module__
    public.__qualname__ = what.forward.__qualname__
    public.__wrapped__ = what.forward
    return made


def _function(heading: str, body: Sequence[str]) -> list[str]:
    return [f"def {heading}:", *("    " + line for line in body)]


def _heading(signature: inspect.Signature) -> str:
    """The parameter list as text: the same names, kinds and defaults as the forward's."""
    parts = []
    previous = None
    for i, (name, p) in enumerate(signature.parameters.items()):
        if previous is p.POSITIONAL_ONLY and p.kind is not p.POSITIONAL_ONLY:
            parts.append("/")
        if p.kind is p.KEYWORD_ONLY and previous is not p.KEYWORD_ONLY:
            parts.append("*")
        parts.append(name if p.default is p.empty else f"{name}=_defaults[{i}]")
        previous = p.kind
    if previous is inspect.Parameter.POSITIONAL_ONLY:
        parts.append("/")
    return f"({', '.join(parts)})"


def _given(what: Declaration, function: str, arrays: Sequence[str], params: Sequence[str]) -> str:
    """Text of a call of `function` with the op's own signature."""
    by_keyword = [
        what.signature.parameters[n].kind is inspect.Parameter.KEYWORD_ONLY for n in what.params
    ]
    rest = [
        f"{name}={value}" if keyword else value
        for name, value, keyword in zip(what.params, params, by_keyword, strict=True)
    ]
    return f"{function}({', '.join([*arrays, *rest])})"


def _unpacked(what: Declaration, function: str) -> str:
    arrays = ["_arrays"] if what.variadic else [f"_arrays[{i}]" for i in range(len(what.arrays))]
    return _given(what, function, arrays, [f"_params[{i}]" for i in range(len(what.params))])


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)},)" if items else "()"


def _bare(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else _tuple(items)


def _raise(what: Declaration) -> list[str]:
    arrays = ", ".join(f"({x!r}, {x})" for x in what.arrays)
    params = ", ".join(f"({p!r}, {p})" for p in what.params)
    return [
        "except Exception as _error:",
        f"    raise _explain(_error, [{arrays}], [{params}]) from _error",
    ]


def _call(what: Declaration) -> list[str]:
    """Body of the public function of an op with a fixed number of arrays."""
    xs = what.arrays
    lines = ["try:"]
    convert = "_constant" if what.elementwise else "_array"
    for x in xs:
        lines += [
            f"    if _type({x}) is _Tensor or _isinstance({x}, _Variable):",
            f"        _data_{x} = {x}._data; _node_{x} = {x}._node",
            "    else:",
            f"        _data_{x} = {x} if _type({x}) is _ndarray else {convert}({x})",
            f"        _node_{x} = None",
        ]
    some_constant = " or ".join(f"_node_{x} is None" for x in xs)
    lines += [
        f"    _y = {_given(what, '_forward', [f'_data_{x}' for x in xs], what.params)}",
        *_raise(what),
        f"if ({some_constant.replace(' or ', ' and ')}) or not _recording():",
        f"    return _untracked(_y, {_tuple(xs)})",
        "if _type(_y) is not _ndarray: _y = _asarray(_y)",
        "_node = _Node()",
        "_node.op = _op",
        f"_node.parents = {_tuple([f'_node_{x}' for x in xs])}",
        f"_node.params = {_tuple(what.params)}",
        f"_node.saved = {_bare([_kept(what, name) for name in what.saves])}",
        "_node.shape = _y.shape",
        "_node.seq = _tick()",
        "_node.consts = _node.labels = _node.name = None",
    ]
    if len(xs) > 1:
        consts = _tuple([f"_data_{x} if _node_{x} is None else None" for x in xs])
        if len(xs) == 2:
            consts = f"_data_{xs[0]} if _node_{xs[0]} is None else _data_{xs[1]}"
        named = " or ".join(f"(_type({x}) is _Tensor and {x}._name is not None)" for x in xs)
        lines += [
            f"if {some_constant}:",
            f"    _node.consts = {consts}",
            f"    if {named}: _node.labels = _labels({_tuple(xs)})",
        ]
    return lines + [
        "_made = _new_tensor()",
        "_made._data = _y; _made._node = _node; _made._grad = _made._name = None",
        "return _made",
    ]


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
        f"    _datas = [_x._data if _isinstance(_x, _Variable) else _array(_x) for _x in {xs}]",
        f"    _parents = tuple([_x._node if _isinstance(_x, _Variable) else None for _x in {xs}])",
        f"    _y = {_given(what, '_forward', ['_datas'], what.params)}",
        *_raise(what),
        "if _parents.count(None) == len(_parents) or not _recording():",
        f"    return _untracked(_y, {xs})",
        "_y = _asarray(_y)",
        "_node = _Node()",
        "_node.op = _op",
        "_node.parents = _parents",
        f"_node.params = {_tuple(what.params)}",
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
    wanted = {name for names in what.asked for name in names}
    lines = []
    if what.saves:
        lines.append(f"{', '.join(what.saves)} = _node.saved")
    if not wanted.isdisjoint(what.params):
        lines.append(f"{', '.join(what.params)}, = _node.params")
    if what.variadic:
        lines.append("_parents = _node.parents")
        if f"{what.arrays[0]}_shape" in wanted:
            shapes = "[_shape_of(_node, i) for i in range(len(_parents))]"
            lines.append(f"{what.arrays[0]}_shape = {shapes}")
        return lines
    lines.append(f"{', '.join(f'_node_{x}' for x in what.arrays)}, = _node.parents")
    for i, x in enumerate(what.arrays):
        if f"{x}_shape" in wanted:
            lines.append(f"{x}_shape = _shape_of(_node, {i})")
    return lines


def _flows(what: Declaration) -> list[tuple[str, list[str]]]:
    """For each array argument that flows, the lines that compute its ``_flow``."""
    made = []
    for i, (x, flow, names) in enumerate(zip(what.arrays, what.flows, what.asked, strict=True)):
        if flow is None:
            continue
        call = f"_rule_{i}({', '.join(names)})"
        lines = [f"_flow = {flow.format(rule=call)}"]
        if not what.keeps_shape:
            # an elementwise flow has the output's shape: no need to ask the array for it
            shape = "_node.shape" if what.elementwise else "_flow.shape"
            lines += [
                f"if {shape} != _node_{x}.shape:",
                f"    _flow = _unbroadcast(_flow, _node_{x}.shape)",
            ]
        made.append((x, lines))
    return made


def _variadic_flows(what: Declaration) -> str:
    return f"_rule_0({', '.join(what.asked[0])})"


def _pull(what: Declaration) -> list[str]:
    """Body of ``pull(node, g)``: a flow for each tracked parent, None for the others."""
    if what.variadic:
        flows = f"zip({_variadic_flows(what)}, _parents)"
        return [*_inputs(what), f"return [f if p is not None else None for f, p in {flows}]"]
    lines = [f"{' = '.join(f'_flow_{x}' for x in what.arrays)} = None", *_inputs(what)]
    for x, computed in _flows(what):
        lines.append(f"if _node_{x} is not None:")
        lines += ["    " + line for line in [*computed, f"_flow_{x} = _flow"]]
    return [*lines, f"return {_tuple([f'_flow_{x}' for x in what.arrays])}"]


def _pour(what: Declaration) -> list[str]:
    """Body of ``pour(node, g, cotangents)``: each flow added to its parent's cotangent."""

    def added(parent: str) -> list[str]:
        return [
            f"_other = _cotangents[{parent}]",
            f"_cotangents[{parent}] = _flow if _other is None else _other + _flow",
        ]

    if what.variadic:
        loop = f"for _flow, _parent in zip({_variadic_flows(what)}, _parents):"
        return [
            *_inputs(what),
            loop,
            "    if _parent is not None:",
            *("        " + line for line in added("_parent")),
        ]
    lines = _inputs(what)
    for x, computed in _flows(what):
        lines.append(f"if _node_{x} is not None:")
        lines += ["    " + line for line in [*computed, *added(f"_node_{x}")]]
    return lines


# --- what the generated functions call -----------------------------------------------------------


def _explainer(what: Declaration) -> Callable[..., Exception]:
    def explain(error: Exception, arrays: Any, params: Any) -> Exception:
        shown = [
            (name, [raw(v) for v in value] if isinstance(value, (list, tuple)) else raw(value))
            for name, value in arrays
        ]
        return explained(what.name, what.expects, error, shown, [(k, raw(v)) for k, v in params])

    return explain


def _untracked(y: Any, args: Sequence[Any]) -> Any:
    """A result that needs no gradient: a tensor if a tensor came, else as NumPy gives it."""
    if any(isinstance(x, Variable) for x in args):
        return tensor(np.asarray(y), None)
    return y


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


def _unbroadcast(flow: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(flow, np.ndarray):
        return summed_to(flow, shape)
    return OPS["sum_to"].function(flow, shape)


NAMESPACE.update(
    _Node=Node,
    _Variable=Variable,
    _array=array,
    _asarray=np.asarray,
    _constant=constant,
    _constants=_constants,
    _isinstance=isinstance,
    _labels=_labels,
    _ndarray=np.ndarray,
    _recording=is_grad_enabled,
    _sequence=_sequence,
    _shape_of=shape_of,
    _tensor=tensor,
    _tick=tick,
    _type=type,
    _unbroadcast=_unbroadcast,
    _untracked=_untracked,
)
