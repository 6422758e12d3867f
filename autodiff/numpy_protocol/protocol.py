"""NumPy's own functions on tensors: ``np.sin(t)``, ``np.sum(t, axis=1)``, ``np.stack([t, u])``.

NumPy hands such a call to the tensor (`__array_ufunc__`, `__array_function__`), and the tables
below say which of our functions it is. They hold names, looked up when a call comes. What is not
in them raises, for an answer without its gradient would be silently wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.errors import OpTypeError, OpValueError, call_form
from autodiff.numpy_protocol import adapters
from autodiff.numpy_protocol.adapters import ADAPTED, as_dtype, dtype_of, namespace, outer_of
from autodiff.numpy_protocol.tables import (
    ALTERNATIVES,
    ANYTHING,
    FUNCTIONS,
    HARMLESS,
    METHODS,
    RENAMED,
    UFUNCS,
    WIDENED,
)
from autodiff.variable import Variable, raw

if TYPE_CHECKING:
    from inspect import Signature


def called_as_ufunc(ufunc: Any, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What `ufunc` (or its method) gives of tensors, with their gradients."""
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    if hasattr(np, ufunc.__name__):
        name = f"numpy.{name}"
    given = {
        k: v for k, v in kwargs.items() if v is not np._NoValue and (v is not None or k == "axis")
    }
    for key in ("order", "subok"):
        if key in given and _is_harmless(key, given[key]):
            del given[key]
    if given.get("where") is True:
        del given["where"]
    out = given.pop("out", None)
    (out,) = out if isinstance(out, tuple) and len(out) == 1 else (out,)
    dtype = given.pop("dtype", None)
    if method not in ("__call__", "outer"):
        ours = _ours(METHODS.get((ufunc.__name__, method)), name)
        given.setdefault("axis", 0)
        if dtype is not None and "dtype" in _form(ours).parameters:
            given["dtype"] = dtype
        elif dtype is not None:
            args = [as_dtype(args[0], dtype), *args[1:]]
        made = _called(name, ours, args, given)
        return made if out is None else _written(name, made, out)
    ours = _ours(UFUNCS.get(ufunc.__name__), name)
    where = given.pop("where", None)
    rule: dict[str, Any] = {k: given.pop(k) for k in ("casting", "signature") if k in given}
    if dtype is not None:
        rule["signature"] = (*[None] * ufunc.nin, np.dtype(dtype))
    computed = None
    if rule or out is not None or ufunc.__name__ in WIDENED:
        args, computed = _converted(name, ufunc, args, out, rule)
    made = _called(name, outer_of(ours) if method == "outer" else ours, args, given)
    if computed is not None:
        made = as_dtype(made, computed)
    if out is None and where is None:
        return made
    return _written(name, made, out, where, casts=True)


def _converted(
    name: str, ufunc: Any, args: Sequence[Any], out: Any, rule: dict[str, Any]
) -> tuple[list[Any], Any]:
    """The arguments in the dtypes that NumPy computes in, and the result's dtype.

    Raises
    ------
    OpTypeError
        If its casting rule forbids that.
    """
    kinds = [type(x) if type(x) in (int, float, complex) else dtype_of(x) for x in args]
    try:
        *taken, computed = ufunc.resolve_dtypes(
            (*kinds, None if out is None else dtype_of(out)), **rule
        )
    except (TypeError, ValueError) as error:
        raise OpTypeError(f"{name}: {error}") from error
    return [
        x if isinstance(kind, type) else as_dtype(x, dtype)
        for x, kind, dtype in zip(args, kinds, taken, strict=True)
    ], computed


def _written(name: str, made: Any, out: Any, where: Any = None, *, casts: bool = False) -> Any:
    """`made` in the tensor `out`, only at `where` if that is given."""
    ad = namespace()
    if out is None:
        raise OpValueError(
            f"{name}: where= leaves elements without a value unless out= has them: "
            f"use autodiff.where(condition, result, other)"
        )
    made = ad.asarray(made)
    if not casts and not np.can_cast(made.dtype, out.dtype, "same_kind"):
        raise OpTypeError(f"{name}: expected out to hold {made.dtype}, got {out.dtype}")
    if where is not None:
        made = ad.where(np.asarray(raw(where)), made, out)
    if isinstance(out, Variable):
        if casts and made.ndim < raw(out).ndim:
            made = ad.broadcast_to(made, raw(out).shape)
        out._become(made)  # type: ignore[attr-defined]
    elif made.requires_grad:
        raise OpTypeError(
            f"{name}: expected out to be a Tensor, got {type(out).__name__}, which can't "
            f"carry a gradient: use the result instead"
        )
    else:
        np.copyto(out, made.data, casting="unsafe")  # whether it may is known by now
    return out


def called_as_function(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What a NumPy function gives of tensors, with their gradients."""
    name = f"{function.__module__}.{function.__name__}"
    adapted = ADAPTED.get(name)
    ours = _ours(FUNCTIONS.get(name), name) if adapted is None else adapted
    given, spread = _bound(name, function, ours, args, kwargs)
    out = given.pop("out", None)
    casting = given.pop("casting", None)
    dtype = None if "dtype" in _form(ours).parameters else given.pop("dtype", None)
    args, named = _translated(name, function, ours, given, spread)
    if dtype is not None or casting is not None:
        args = _cast(name, args, dtype, casting or "same_kind")
    made = _called(name, ours, args, named)
    if dtype is not None:
        (made,) = _cast(name, [made], dtype, casting or "same_kind")
    return made if out is None else _written(name, made, out)


def _bound(
    name: str,
    function: Any,
    ours: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> tuple[dict[str, Any], list[Any]]:
    """The arguments by NumPy's names, without those at its defaults, and those of a ``*args``."""
    form = _numpy_form(function, ours)
    try:
        bound = form.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise OpTypeError(f"{name}: {error}: {_how(name, ours)}") from error
    given: dict[str, Any] = {}
    spread: list[Any] = []
    for key, value in bound.items():
        parameter = form.parameters[key]
        if parameter.kind is parameter.VAR_POSITIONAL:
            spread.extend(value)
        elif parameter.kind is parameter.VAR_KEYWORD:
            given |= {k: v for k, v in value.items() if v is not None}
        elif not _is_default(value, parameter.default):
            given[key] = value
    return given, spread


def _translated(
    name: str, function: Any, ours: Callable[..., Any], given: dict[str, Any], spread: list[Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments as ours takes them: its first ones by their place, the others by name.

    Raises
    ------
    OpTypeError
        If there is one that ours has not and that changes the result.
    """
    theirs = _numpy_form(function, ours).parameters
    own = _form(ours).parameters
    args, named, places = list(spread), {}, iter(theirs)
    for parameter in own.values() if not spread else ():
        place = next(places, None)
        if parameter.kind is not parameter.POSITIONAL_ONLY and (
            parameter.default is not parameter.empty
            or parameter.kind is not parameter.POSITIONAL_OR_KEYWORD
        ):
            break
        if place not in given:
            break
        args.append(given.pop(place))
    takes_all = any(p.kind is p.VAR_KEYWORD for p in own.values())
    for key, value in given.items():
        mine = own.get(RENAMED.get(key, key))
        if mine is not None and mine.kind is not mine.POSITIONAL_ONLY:
            named[mine.name] = value
        elif takes_all:
            named[key] = value
        elif not _is_harmless(key, value) or (
            key == "order" and key in theirs and theirs[key].default is None
        ):
            raise OpTypeError(f"{name}: {key}= is not supported: {_how(name, ours)}")
    return args, named


@cache
def _form(function: Callable[..., Any]) -> Signature:
    from inspect import signature  # slow to import

    return signature(function)


@cache
def _numpy_form(function: Any, ours: Callable[..., Any]) -> Signature:
    """NumPy's parameters of a function; of one in C that does not tell them, ours and the usual."""
    from inspect import Parameter

    try:
        return _form(function)
    except ValueError:
        own = _form(ours)
        usual = [k for k in ("out", "dtype", "casting", "order") if k not in own.parameters]
        return own.replace(
            parameters=[
                *own.parameters.values(),
                *(Parameter(k, Parameter.KEYWORD_ONLY, default=None) for k in usual),
            ]
        )


def _is_default(value: Any, default: Any) -> bool:
    if value is default or value is np._NoValue:
        return True
    return (
        type(value) is type(default)
        and type(value) in (bool, int, float, str, tuple)
        and (value == default)
    )


def _is_harmless(key: str, value: Any) -> bool:
    may = HARMLESS.get(key, ())
    return may is ANYTHING or (isinstance(value, str) and value in may)


def _cast(name: str, args: Sequence[Any], dtype: Any, casting: str) -> list[Any]:
    """The arrays among the arguments, the first ones, in a dtype that they may be cast to."""
    first = list(args[0]) if isinstance(args[0], (list, tuple)) else [args[0]]
    to = np.result_type(*map(dtype_of, first)) if dtype is None else np.dtype(dtype)
    for x in first:
        if not np.can_cast(dtype_of(x), to, casting):  # type: ignore[arg-type]
            raise OpTypeError(
                f"{name}: expected a dtype that {dtype_of(x)} may be cast to "
                f"(casting={casting!r}), got {to}"
            )
    made = first if dtype is None else [as_dtype(x, to) for x in first]
    return [made if isinstance(args[0], (list, tuple)) else made[0], *args[1:]]


def _ours(name: str | None, theirs: str) -> Callable[..., Any]:
    """The function of `autodiff` called `name`.

    Raises
    ------
    OpTypeError
        If there is none: the message names the alternative.
    """
    if name is None:
        also = ALTERNATIVES.get(theirs)
        raise OpTypeError(
            f"{theirs} is not differentiable here: "
            + (f"use {also}, or " if also else "")
            + "call it on the values alone, t.detach().numpy()"
        )
    found: Any = namespace()
    for part in name.split("."):
        found = getattr(found, part)
    function: Callable[..., Any] = found
    return function


def _called(
    name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    try:
        _form(function).bind(*args, **kwargs)
    except TypeError as error:
        raise OpTypeError(f"{name}: {error}: {_how(name, function)}") from error
    return function(*args, **kwargs)


def _how(name: str, function: Callable[..., Any]) -> str:
    """How `function` is called, in the words of a message about NumPy's `name`."""
    if function.__module__ == adapters.__name__:  # NumPy's, with the parameters that are supported
        form = _form(function)
        bare = [p.replace(annotation=p.empty) for p in form.parameters.values()]
        shown = form.replace(parameters=bare, return_annotation=form.empty)
        return f"of a tensor it is called as {name}{shown}"
    ad = namespace()
    public = next(
        prefix
        for prefix, room in (("", ad), ("linalg.", ad.linalg), ("fft.", ad.fft))
        if getattr(room, function.__name__, None) is function
    )
    return f"of a tensor it is called as autodiff.{public}{call_form(function)}"
