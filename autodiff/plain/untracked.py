"""Decorators for functions without a derivative: raw arrays inside, tensors outside.

No node is recorded for such a function, whatever comes: what it gives is a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from autodiff.declaration import ONE_ARRAY, parameters
from autodiff.declare import Declared
from autodiff.errors import GradientError, OpValueError, explained
from autodiff.variable import Variable, array, constant, raw, raw_all, tensor

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

P = ParamSpec("P")
R = TypeVar("R")

CPU = "cpu"
"""The only device there is."""


def untracked(*, expects: str | None = None) -> Declared:
    """Make a function of raw arrays into the public one, which takes and gives tensors too.

    Its arguments annotated ``Array`` come first: tensors, arrays or numbers; alone, a number is
    made an array, beside another argument it stays one (NumPy's promotion treats it as such). The
    other arguments arrive as they came. The results are tensors if any argument is one, else what
    NumPy gives.

    Parameters
    ----------
    expects
        What an error message says that the function expects.

    Examples
    --------
    >>> from autodiff.variable import Array
    >>> @untracked()
    ... def isneg(x: Array, /) -> Array:
    ...     return x < 0
    >>> isneg(Tensor([-1.0, 2.0]))
    Tensor([ True, False])
    """

    def declare(function: Callable[P, Any]) -> Callable[P, Tensor]:
        return _public(function, expects)

    return declare


def untracked_results(*, expects: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Like `untracked`, for a tuple of arrays, or an answer that is no array: its type is kept."""

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        return _public(function, expects)

    return declare


def _public(function: Callable[..., Any], expects: str | None) -> Callable[..., Any]:
    names = parameters(function, starred=True)
    kinds = function.__annotations__
    flowing = [name for name in names if kinds.get(name) in ONE_ARRAY]
    n, convert = len(flowing), array if len(flowing) == 1 else constant

    @wraps(function)
    def public(*args: Any, **kwargs: Any) -> Any:
        found = False
        try:
            given = []
            for x in args[:n]:
                if isinstance(x, Variable):
                    found = True
                    given.append(x._array)
                else:
                    given.append(x if type(x) is np.ndarray else convert(x))
            if kwargs:
                named = {k: convert(raw(v)) if k in flowing else v for k, v in kwargs.items()}
                y = function(*given, *args[n:], **named)
            else:
                y = function(*given, *args[n:])
        except Exception as error:
            raise _explained(function, expects, error, args, kwargs, flowing)  # noqa: B904 - has its cause
        if found or _has_tensor(args[n:]) or _has_tensor(kwargs.values()):
            return _as_tensors(y)
        return y

    return public


def created(*, expects: str | None = None) -> Declared:
    """Make a function that creates a raw array into the public one, which gives a tensor.

    Its argument `device` is checked here.
    """

    def declare(function: Callable[P, Any]) -> Callable[P, Tensor]:
        @wraps(function)
        def public(*args: Any, **kwargs: Any) -> Any:
            try:
                if kwargs.get("device") is not None:
                    on_cpu(function.__name__, kwargs["device"])
                y = function(*args, **kwargs)
                if isinstance(y, Variable):
                    return y
                y = np.asarray(y)
                if y.dtype.kind not in "biufc":
                    raise TypeError(f"expected numbers, got dtype {y.dtype}")
                return tensor(y, None)
            except Exception as error:
                raise _explained(function, expects, error, args, kwargs)  # noqa: B904

        return public

    return declare


def on_cpu(name: str, device: Any) -> None:
    """Accept the only device, None or "cpu"; `name` is the function's that asks.

    Raises
    ------
    OpValueError
        If it is another.
    """
    if not (device is None or (isinstance(device, str) and device == CPU)):
        raise OpValueError(
            f"{name}: expected device {CPU!r} or None, got {device!r}: arrays live nowhere else"
        )


def constant_array(name: str, value: Any, way_out: str) -> Any:
    """The array of a tensor that may be a constant only; anything else as it is.

    Raises
    ------
    GradientError
        If it requires grad; the message ends with the way out.
    """
    if isinstance(value, Variable) and value._node is not None:
        raise GradientError(
            f"{name}: expected a constant, got a tensor that requires grad, and its gradient would "
            f"end here: {way_out}"
        )
    return raw(value)


def _as_tensors(y: Any) -> Any:
    """Arrays as tensors, also those in a tuple; anything else as it is."""
    if type(y) is np.ndarray:
        return tensor(y, None)
    if isinstance(y, np.generic):
        return tensor(np.asarray(y), None)
    if isinstance(y, tuple):
        made = map(_as_tensors, y)
        return type(y)(*made) if hasattr(y, "_fields") else tuple(made)
    return y


def _has_tensor(values: Iterable[Any]) -> bool:
    return any(isinstance(value, Variable) for value in values)


def _explained(
    function: Callable[..., Any],
    expects: str | None,
    error: Exception,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    flowing: Sequence[str] = (),
) -> Exception:
    names = parameters(function, starred=True)
    call = [(k, raw_all(v)) for k, v in (*zip(names, args, strict=False), *kwargs.items())]
    arrays = [(k, v) for k, v in call if not flowing or k in flowing]
    params = [(k, v) for k, v in call if flowing and k not in flowing]
    return explained(function, expects, error, arrays, params)
