"""The error types, and the one place where a failing op is explained.

An op's forward is plain NumPy and says what NumPy says. `explained` adds what a user needs to
mend the call: which op, what it expected, and the shapes and dtypes that came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import numpy as np


class OpError(Exception):
    """An op was called with arguments that it cannot take.

    The raised class also derives from the built-in that NumPy would have raised (`ValueError`,
    `TypeError`, `IndexError`), so that code written for NumPy keeps catching it.

    Attributes
    ----------
    expects, said
        Parts of the message: what was expected, and the reason, if they are known apart.
    """

    expects: str | None = None
    said: str | None = None


class OpValueError(OpError, ValueError):
    """Shapes or values that the op cannot take."""


class OpTypeError(OpError, TypeError):
    """Types or dtypes that the op cannot take."""


class OpIndexError(OpError, IndexError):
    """An index or an axis outside its array."""


class GradientError(RuntimeError):
    """A gradient was asked for that does not exist or can no longer be computed."""


class DeclarationError(TypeError):
    """An op's declaration contradicts itself; raised when the op is declared."""


class MissingExtraError(ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs {package}, which is not installed: pip install 'chainrule[{extra}]'"
        )


LOST = "this tensor requires grad, and an array can't carry that"
"""What is told of a tensor that is to become an array."""

BROADCAST = "shapes that broadcast together"
"""What an elementwise function of several arguments expects, if it says nothing else."""


MANY = 8
"""How many arrays of a list are told one by one."""


def describe(value: Any) -> str:
    """Say in a few words what `value` is: dtype and shape of an array, type of the rest.

    >>> describe(np.zeros((2, 3), np.float32)), describe(2.0), describe("x")
    ('float32 (2, 3)', 'float 2.0', "str 'x'")
    >>> describe([np.ones(2)] * 100 + [np.ones(3)])
    '[100 of float64 (2,), 1 of float64 (3,)]'
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        parts = [describe(v) for v in value]
        if len(parts) > MANY:
            parts = [f"{len(list(run))} of {text}" for text, run in groupby(parts)]
        return f"[{', '.join(parts[:MANY])}{', ...' * (len(parts) > MANY)}]"
    return f"{type(value).__name__} {_cut(value, 60)}"


def _cut(value: Any, length: int) -> str:
    """The text of a value; of an array only what fits on a line."""
    text = repr(value)
    if isinstance(value, np.ndarray) and (len(text) > length or "\n" in text):
        return describe(value)
    if "\n" in text:
        text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 3] + "..."


def explained(
    function: Callable[..., Any],
    expects: str | None,
    error: Exception,
    arrays: Sequence[tuple[str, Any]],
    params: Sequence[tuple[str, Any]],
) -> Exception:
    """Build the error to raise in place of what a function raised inside, which is its cause.

    What an op or a composite raised further inside is told as if this function had raised it: the
    reason stays, and the arguments are those that the user knows.

    Parameters
    ----------
    function, expects
        The function that was called, and in words what it expects (None: its parameters say it).
    error
        What was raised inside.
    arrays, params
        Names and values of the call's arrays and of its other arguments.

    Returns
    -------
    Exception
        The same `error`, if it is not about the call's arguments, or tells of this function.
    """
    name, said = function.__name__, str(error).strip()
    if isinstance(error, GradientError) and LOST in said:
        lost = GradientError(f"{name}: {said[said.index(LOST) :]}")
        lost.__cause__ = error
        return lost
    if isinstance(error, OpError):
        if said.startswith(f"{name}: "):
            return error
        expects = expects or error.expects
        said = said.partition(": ")[2] if error.said is None else error.said
    kind: type[OpError]
    if any(_is_no_number(value) for _, value in arrays):
        kind, expects, said = OpTypeError, "numbers", said if said.startswith("expected") else ""
    elif isinstance(error, IndexError):
        kind = OpIndexError
    elif isinstance(error, (TypeError, AttributeError)):
        kind = OpTypeError
        if expects == BROADCAST:  # they may do so
            expects = "numbers that it is defined for"
        if "ufunc" in said and any(_is_complex(value) for _, value in arrays):
            expects, said = "real numbers", ""
        elif isinstance(error, AttributeError) and any(_is_number(value) for _, value in arrays):
            said = "a number came where an array is needed"
    elif isinstance(error, (ValueError, OverflowError)):
        kind = OpValueError
    else:
        return error
    got = ", ".join(f"{key}: {describe(value)}" for key, value in arrays) or "nothing"
    if params:
        got += "; " + ", ".join(f"{key}={_cut(value, 100)}" for key, value in params)
    if said.startswith("expected"):
        made = kind(f"{name}: {said} (called with {got})")
    else:
        wanted = f"expected {expects or call_form(function)}"
        made = kind(f"{name}: {wanted}; got {got}" + (f" ({said})" if said else ""))
    made.expects, made.said, made.__cause__ = expects, said, error
    return made


def call_form(function: Callable[..., Any]) -> str:
    """A function's name and parameters as they stand in its code."""
    from inspect import Signature, signature  # slow to import

    form = str(signature(function).replace(return_annotation=Signature.empty))
    return function.__name__ + re.sub(r": '([^']*)'", r": \1", form)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, complex))


def _is_complex(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_is_complex, value))
    return isinstance(value, complex) or getattr(value, "dtype", np.dtype(float)).kind == "c"


def _is_no_number(value: Any) -> bool:
    """Whether it is an array (or a sequence with one) of text, objects, dates..."""
    if isinstance(value, (list, tuple)):
        return any(map(_is_no_number, value))
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "biufc"
