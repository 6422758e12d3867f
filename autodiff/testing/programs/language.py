"""A program as data: what its statements are, their Python text, and how others interpret them.

The text is what a program means: a `Program` called with tensors runs it, and pasted anywhere it
does the same. Other libraries walk the data, with functions of their own for the ops
(`Program.run`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

import autodiff
from autodiff.tensor import Tensor

Expression: TypeAlias = Any
"""A `Ref`, a `Call`, or a constant: a number, an array, a slice, and lists and tuples of these."""


class Ref(NamedTuple):
    """The value that has a name: an input's, or a statement's."""

    name: str


class Call(NamedTuple):
    """An op of some arguments.

    Attributes
    ----------
    op
        Its name in `autodiff`, such as "tanh" or "linalg.solve". Also "getitem" (of a tensor, or
        of several results), comparisons, and "detach".
    args, params
        Expressions, by position and by name.
    """

    op: str
    args: tuple[Expression, ...]
    params: Mapping[str, Expression] = {}


class Let(NamedTuple):
    """``name = value``; inside `no_grad` if not `recorded`."""

    name: str
    value: Expression
    recorded: bool = True


class Update(NamedTuple):
    """``name += value``, for the operator of `op`: a new value for a name."""

    name: str
    op: str
    value: Expression
    recorded: bool = True


class Store(NamedTuple):
    """``name[key] = value``; with the operator of `op` ``name[key] += value``."""

    name: str
    key: Expression
    value: Expression
    op: str | None = None
    recorded: bool = True


Statement: TypeAlias = Let | Update | Store

OPERATORS = {
    "greater": (" > ", 0),
    "less": (" < ", 0),
    "add": (" + ", 1),
    "subtract": (" - ", 1),
    "multiply": (" * ", 2),
    "divide": (" / ", 2),
    "matmul": (" @ ", 2),
    "pow": ("**", 3),
}
"""Ops that are written between their arguments: the sign, and how strongly it binds."""


@dataclass(frozen=True, eq=False, repr=False)
class Program:
    """A straight line of statements, and the inputs to run it at.

    Called with tensors it returns the tuple of its outputs. Its ``repr`` is Python text.

    Attributes
    ----------
    inputs
        Arrays by name.
    statements
        In the order of their execution.
    outputs
        Names of what it returns.

    Examples
    --------
    >>> double = Let("v0", Call("multiply", (2.0, Ref("x0"))))
    >>> program = Program({"x0": np.array([1.0, 3.0])}, (double,), ("v0",))
    >>> program
    import numpy as np
    import autodiff as ad
    <BLANKLINE>
    x0 = ad.Tensor([1.0, 3.0], requires_grad=True)
    v0 = 2.0 * x0
    outputs = (v0,)
    >>> program(Tensor([0.5, 1.0]))
    (Tensor([1., 2.]),)
    """

    inputs: Mapping[str, npt.NDArray[Any]]
    statements: tuple[Statement, ...]
    outputs: tuple[str, ...]

    def __call__(self, *inputs: Any) -> tuple[Tensor, ...]:
        names = dict(zip(self.inputs, inputs, strict=True))
        execute(self.statements, names)
        return tuple(names[name] for name in self.outputs)

    def __repr__(self) -> str:
        lines = ["import numpy as np", "import autodiff as ad", ""]
        lines += [f"{name} = {_input(x)}" for name, x in self.inputs.items()]
        lines += [text(self.statements)] if self.statements else []
        return "\n".join([*lines, f"outputs = ({', '.join(self.outputs)},)"])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis and IPython write it as Python too."""
        for i, line in enumerate(repr(self).split("\n")):
            if i:
                printer.break_()
            printer.text(line)

    def run(
        self,
        inputs: Sequence[Any],
        call: Callable[..., Any],
        assign: Callable[[Any, Any, Any], Any],
        done: Callable[[Any], Any] = lambda value: value,
    ) -> tuple[Any, ...]:
        """Interpret the program with the functions of another library.

        Parameters
        ----------
        inputs
            The values of the inputs.
        call
            ``call(op, *args, **params)`` gives what an op gives. "detach" among them, which is
            also called on what is computed inside `no_grad`.
        assign
            ``assign(x, key, value)`` gives a new value, `x` with ``x[key] = value``.
        done
            Called with the result of every statement; its value takes the result's place.

        Returns
        -------
        tuple
            The outputs.

        Examples
        --------
        >>> half = Let("v0", Call("divide", (Ref("x0"), 2)))
        >>> Program({"x0": np.ones(1)}, (half,), ("v0",)).run([6], lambda op, a, b: a / b, None)
        (3.0,)
        """
        names = dict(zip(self.inputs, inputs, strict=True))

        def value_of(expression: Expression) -> Any:
            match expression:
                case Ref(name):
                    return names[name]
                case Call(op, args, params):
                    by_name = {name: value_of(param) for name, param in params.items()}
                    return call(op, *map(value_of, args), **by_name)
                case list() | tuple():
                    return type(expression)(map(value_of, expression))
            return expression

        for statement in self.statements:
            new = value_of(statement.value)
            match statement:
                case Update(name, op, _):
                    new = call(op, names[name], new)
                case Store(name, key, _, op):
                    at = value_of(key)
                    if op is not None:
                        new = call(op, call("getitem", names[name], at), new)
                    new = assign(names[name], at, new)
            names[statement.name] = done(new if statement.recorded else call("detach", new))
        return tuple(names[name] for name in self.outputs)


def names_in(part: Any) -> Iterator[str]:
    """The names whose values a statement or an expression reads, as often as it does.

    >>> list(names_in(Store("v0", (0,), Call("tanh", (Ref("x0"),)), "add")))
    ['x0']
    """
    match part:
        case Ref(name):
            yield name
        case Call(_, args, params):
            yield from names_in([*args, *params.values()])
        case Let() | Update() | Store():
            yield from names_in([getattr(part, "key", None), part.value])
        case list() | tuple():
            for one in part:
                yield from names_in(one)


def execute(statements: Sequence[Statement], names: dict[str, Any]) -> None:
    """Run statements as Python: what they assign is assigned in `names`."""
    exec(text(statements), {"ad": autodiff, "np": np}, names)


def text(statements: Sequence[Statement]) -> str:
    """The statements as Python.

    >>> print(text([Store("v1", (0, slice(None)), 2.0, "multiply"), Let("v2", Ref("v1"), False)]))
    v1[0, :] *= 2.0
    with ad.no_grad():
        v2 = v1
    """
    return "\n".join(_lines(statements))


def _lines(statements: Sequence[Statement]) -> Iterator[str]:
    for recorded, group in groupby(statements, key=lambda statement: statement.recorded):
        if not recorded:
            yield "with ad.no_grad():"
        for statement in group:
            yield "    " * (not recorded) + _line(statement)


def _line(statement: Statement) -> str:
    value = written(statement.value)
    match statement:
        case Update(name, op, _):
            return f"{name} {_in_place(op)} {value}"
        case Store(name, key, _, op):
            return f"{name}[{_key(key)}] {_in_place(op)} {value}"
    return f"{statement.name} = {value}"


def _in_place(op: str | None) -> str:
    return "=" if op is None else f"{OPERATORS[op][0].strip()}="


def written(expression: Expression, strength: int = 0) -> str:
    """An expression as Python, in parentheses if it binds less strongly than `strength`.

    >>> written(Call("multiply", (2.0, Call("add", (Ref("v0"), Call("tanh", (Ref("v1"),)))))))
    '2.0 * (v0 + ad.tanh(v1))'
    """
    match expression:
        case Ref(name):
            return name
        case Call(op, (left, right), _) if op in OPERATORS:
            sign, own = OPERATORS[op]
            made = f"{written(left, own + (op == 'pow'))}{sign}{written(right, own + 1)}"
            return made if own >= strength else f"({made})"
        case Call("getitem", (x, key), _):
            return f"{written(x, 4)}[{_key(key)}]"
        case Call("detach", (x,), _):
            return f"{written(x, 4)}.detach()"
        case Call(op, args, params):
            listed = [*map(written, args), *(f"{k}={written(v)}" for k, v in params.items())]
            return f"ad.{op}({', '.join(listed)})"
        case list():
            return f"[{', '.join(map(written, expression))}]"
        case tuple():
            inside = ", ".join(map(written, expression))
            return f"({inside},)" if len(expression) == 1 else f"({inside})"
        case np.ndarray():
            kind = expression.dtype
            dtype = "" if kind in (float, int, bool) and expression.size else f", np.{kind}"
            return f"np.array({expression.tolist()!r}{dtype})"
        case slice():
            return f"slice({expression.start}, {expression.stop}, {expression.step})"
    return repr(expression)


def _key(key: Expression) -> str:
    """An index as it stands between brackets."""
    if isinstance(key, tuple) and not isinstance(key, Ref | Call):
        return ", ".join(map(_key, key)) + "," * (len(key) == 1) if key else "()"
    if isinstance(key, slice):
        ends = ["" if end is None else str(end) for end in (key.start, key.stop)]
        return ":".join([*ends, *([] if key.step is None else [str(key.step)])])
    return "..." if key is Ellipsis else written(key)


def _input(x: npt.NDArray[Any]) -> str:
    dtype = "" if x.dtype == np.float64 and x.size else f", dtype=np.{x.dtype}"
    return f"ad.Tensor({x.tolist()!r}, requires_grad=True{dtype})"
