"""The error types, and the one place where a failing op is explained.

An op's forward is plain NumPy and says what NumPy says. `explained` adds what a user needs to
mend the call: which op, what it expected, and the shapes and dtypes that came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class OpError(Exception):
    """An op was called with arguments that it cannot take.

    The raised class also derives from the built-in that NumPy would have raised (`ValueError`,
    `TypeError`, `IndexError`), so that code written for NumPy keeps catching it.
    """


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


def describe(value: Any) -> str:
    """Say in a few words what `value` is: dtype and shape of an array, type of the rest.

    >>> describe(np.zeros((2, 3), np.float32)), describe(2.0), describe("x")
    ('float32 (2, 3)', 'float 2.0', "str 'x'")
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        return "[" + ", ".join(describe(v) for v in value) + "]"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def explained(
    name: str,
    expects: str | None,
    error: Exception,
    arrays: Sequence[tuple[str, Any]],
    params: Sequence[tuple[str, Any]],
) -> Exception:
    """Build the error to raise in place of what an op's forward raised.

    Parameters
    ----------
    name, expects
        The op, and in words what it expects (None: NumPy's message must do).
    error
        What the forward raised.
    arrays, params
        Names and values of the call's arrays and of its other arguments.
    """
    taken = (ValueError, TypeError, IndexError, AttributeError)
    if isinstance(error, OpError) or not isinstance(error, taken):
        return error
    got = ", ".join(f"{key}: {describe(value)}" for key, value in arrays)
    if params:
        got += "; " + ", ".join(f"{key}={value!r}" for key, value in params)
    said = str(error).strip()
    # what is no number at all says itself what was expected
    wanted = f"expected {expects}; " if expects and not said.startswith("expected") else ""
    kind: type[OpError] = OpValueError
    if isinstance(error, IndexError):
        kind = OpIndexError
    elif isinstance(error, TypeError):
        kind = OpTypeError
    elif isinstance(error, AttributeError):
        kind, said = OpTypeError, "a number came where an array is needed"
    return kind(f"{name}: {wanted}got {got} ({said})")
