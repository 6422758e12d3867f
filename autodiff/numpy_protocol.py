"""NumPy's own functions on tensors: ``np.sin(t)``, ``np.sum(t, axis=1)``, ``np.stack([t, u])``.

NumPy hands such a call to the tensor (`__array_ufunc__`, `__array_function__`), and the tables
below say which of our functions it is. They hold names, looked up when a call comes. What is not
in them raises, for an answer without its gradient would be silently wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.errors import OpTypeError, OpValueError, call_form
from autodiff.variable import Variable, raw

if TYPE_CHECKING:
    from inspect import Signature

_UFUNCS = """
    add ceil conj copysign cos cosh deg2rad divide equal exp exp2 expm1 floor floor_divide
    fmax fmin fmod greater greater_equal heaviside hypot isfinite isinf isnan less
    less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
    logical_xor matmul maximum minimum multiply negative nextafter not_equal positive
    rad2deg reciprocal remainder sign signbit sin sinh sqrt square subtract tan tanh trunc
    cbrt bitwise_and bitwise_or bitwise_xor vecdot
"""

_SCIPY = """
    betaln cbrt entr erf erfc erfcinv erfinv exp2 expm1 gammaln i0 i0e i1 i1e log1p logit log_ndtr
    ndtr ndtri xlog1py xlogy
"""

_FUNCTIONS = """
    all allclose any argmax argmin argwhere array_equal array_split astype atleast_1d
    atleast_2d atleast_3d average bincount broadcast_arrays broadcast_to clip copy
    count_nonzero cross cumprod cumsum cumulative_prod cumulative_sum diag diagflat digitize
    dot dstack einsum empty_like expand_dims flatnonzero flip fliplr flipud full_like hstack
    i0 imag inner interp isclose isin kron matrix_transpose max mean median meshgrid min moveaxis
    nanmean nansum nonzero ones_like outer pad percentile prod ptp quantile real repeat roll rot90
    searchsorted sinc split stack sum swapaxes tensordot tile trapezoid tril triu
    unstack vstack zeros_like
"""

_LINALG = """
    cond cross det diagonal inv lstsq matmul matrix_norm matrix_power
    matrix_rank matrix_transpose multi_dot norm outer qr slogdet solve svdvals
    tensordot trace vecdot vector_norm
"""

_FFT = """
    fft fft2 fftn fftshift hfft ifft ifft2 ifftn ifftshift ihfft irfft irfft2 irfftn rfft
    rfft2 rfftn
"""


UFUNCS = {name: name for name in (_UFUNCS + _SCIPY).split()} | {
    "absolute": "abs",
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "conjugate": "conj",
    "degrees": "rad2deg",
    "expit": "sigmoid",
    "log_expit": "log_sigmoid",
    "psi": "digamma",
    "fabs": "abs",
    "float_power": "pow",
    "invert": "bitwise_invert",
    "left_shift": "bitwise_left_shift",
    "power": "pow",
    "radians": "deg2rad",
    "right_shift": "bitwise_right_shift",
    "rint": "round",
}
"""By name of a ufunc, NumPy's or SciPy's, the function of `autodiff`."""

METHODS = {
    ("add", "reduce"): "sum",
    ("multiply", "reduce"): "prod",
    ("maximum", "reduce"): "max",
    ("minimum", "reduce"): "min",
    ("logical_and", "reduce"): "all",
    ("logical_or", "reduce"): "any",
    ("add", "accumulate"): "cumsum",
    ("multiply", "accumulate"): "cumprod",
    ("maximum", "accumulate"): "cummax",
    ("minimum", "accumulate"): "cummin",
    ("logaddexp", "reduce"): "logsumexp",
}
"""By a ufunc's name and method, likewise. What they reduce by default is the first axis."""

FUNCTIONS = (
    {f"numpy.{name}": name for name in _FUNCTIONS.split()}
    | {f"numpy.linalg.{name}": f"linalg.{name}" for name in _LINALG.split()}
    | {f"numpy.fft.{name}": f"fft.{name}" for name in _FFT.split()}
    | {
        "numpy.amax": "max",
        "numpy.amin": "min",
        "numpy.concatenate": "concat",
        "numpy.unique_all": "unique_all",
        "numpy.unique_counts": "unique_counts",
        "numpy.unique_inverse": "unique_inverse",
        "numpy.unique_values": "unique_values",
    }
)
"""By full name of a NumPy function, ours of the same meaning; see `_translated` for arguments."""

RENAMED = {
    "UPLO": "uplo",
    "a_max": "max",
    "a_min": "min",
    "newshape": "shape",
    "rcond": "rtol",
}
"""By name of an argument of NumPy's, ours, where it is not the same and has a default."""

WIDENED = {"float_power", "fabs"}
"""The ufuncs that compute in other dtypes than ours of the same meaning."""

_ANY: Any = object()

HARMLESS: dict[str, Any] = {
    "assume_unique": _ANY,
    "copy": _ANY,
    "device": ("cpu",),
    "kind": ("quicksort", "heapsort", "mergesort", "stable", "sort", "table"),
    "optimize": _ANY,
    "order": ("K", "A", "C", "F"),
    "overwrite_input": _ANY,
    "subok": _ANY,
}
"""NumPy's arguments that change nothing of the result, with the values that they may have."""


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
            args = [_astype(args[0], dtype), *args[1:]]
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
    made = _called(name, _outer(ours) if method == "outer" else ours, args, given)
    if computed is not None:
        made = _astype(made, computed)
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
    kinds = [type(x) if type(x) in (int, float, complex) else _dtype(x) for x in args]
    try:
        *taken, computed = ufunc.resolve_dtypes(
            (*kinds, None if out is None else _dtype(out)), **rule
        )
    except (TypeError, ValueError) as error:
        raise OpTypeError(f"{name}: {error}") from error
    return [
        x if isinstance(kind, type) else _astype(x, dtype)
        for x, kind, dtype in zip(args, kinds, taken, strict=True)
    ], computed


def _written(name: str, made: Any, out: Any, where: Any = None, *, casts: bool = False) -> Any:
    """`made` in the tensor `out`, only at `where` if that is given."""
    ad = _namespace()
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
    return may is _ANY or (isinstance(value, str) and value in may)


def _dtype(x: Any) -> Any:
    return np.asarray(raw(x)).dtype


def _astype(x: Any, dtype: Any) -> Any:
    return x if _dtype(x) == dtype else _namespace().astype(_array(x), np.dtype(dtype))


def _array(x: Any) -> Any:
    return x if isinstance(x, Variable) else np.asarray(x)


def _cast(name: str, args: Sequence[Any], dtype: Any, casting: str) -> list[Any]:
    """The arrays among the arguments, the first ones, in a dtype that they may be cast to."""
    first = list(args[0]) if isinstance(args[0], (list, tuple)) else [args[0]]
    to = np.result_type(*map(_dtype, first)) if dtype is None else np.dtype(dtype)
    for x in first:
        if not np.can_cast(_dtype(x), to, casting):  # type: ignore[arg-type]
            raise OpTypeError(
                f"{name}: expected a dtype that {_dtype(x)} may be cast to (casting={casting!r}), "
                f"got {to}"
            )
    made = first if dtype is None else [_astype(x, to) for x in first]
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
    found: Any = _namespace()
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
    if function.__module__ == __name__:  # NumPy's, with the parameters that are supported
        form = _form(function)
        bare = [p.replace(annotation=p.empty) for p in form.parameters.values()]
        shown = form.replace(parameters=bare, return_annotation=form.empty)
        return f"of a tensor it is called as {name}{shown}"
    ad = _namespace()
    public = next(
        prefix
        for prefix, room in (("", ad), ("linalg.", ad.linalg), ("fft.", ad.fft))
        if getattr(room, function.__name__, None) is function
    )
    return f"of a tensor it is called as autodiff.{public}{call_form(function)}"


def _namespace() -> Any:
    return sys.modules[__package__]


# --- functions whose meaning or arguments NumPy has otherwise, by its own parameters ---


def _outer(ours: Callable[..., Any]) -> Callable[..., Any]:
    def outer(a: Any, b: Any, /) -> Any:
        return ours(_namespace().reshape(a, (*np.shape(raw(a)), *[1] * np.ndim(raw(b)))), b)

    return outer


def _angle(z: Any, deg: bool = False) -> Any:
    ad = _namespace()
    return ad.rad2deg(ad.angle(z)) if deg else ad.angle(z)


def _argsort(a: Any, axis: int | None = -1, *, stable: bool = True) -> Any:
    ad = _namespace()
    return ad.argsort(*_flat(a, axis), stable=stable)


def _sort(a: Any, axis: int | None = -1, *, stable: bool = True) -> Any:
    ad = _namespace()
    return ad.sort(*_flat(a, axis), stable=stable)


def _flat(a: Any, axis: int | None) -> tuple[Any, int]:
    """An array and an axis of it, of which None means: of all elements in a row."""
    return (a, axis) if axis is not None else (_namespace().ravel(a), 0)


def _take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    indices = np.asarray(raw(indices))
    if mode in ("wrap", "clip"):
        a, axis = _flat(_array(a), axis)
        size = a.shape[axis]
        indices = indices % size if mode == "wrap" else np.clip(indices, 0, size - 1)
    elif mode != "raise":
        raise OpValueError(f"numpy.take: expected mode 'raise', 'wrap' or 'clip', got {mode!r}")
    return _namespace().take(a, indices, axis=axis)


def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    a, axis = _flat(arr, axis)
    return _namespace().take_along_axis(a, indices, axis=axis)


def _transpose(a: Any, axes: Any = None) -> Any:
    return a.transpose() if axes is None else a.transpose(tuple(axes))


def _reshape(a: Any, shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    ad = _namespace()
    if not _is_by_columns("numpy.reshape", a, order):
        return ad.reshape(a, shape, copy=copy)
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    return ad.reshape(_transpose(a), shape[::-1], copy=copy).transpose()


def _ravel(a: Any, order: str = "C") -> Any:
    ad = _namespace()
    return ad.ravel(_transpose(a) if _is_by_columns("numpy.ravel", a, order) else a)


def _is_by_columns(name: str, a: Any, order: str) -> bool:
    """Whether `order` takes the elements by the first axis first."""
    flags = raw(a).flags
    if (order == "K" and not flags.forc) or order not in ("C", "F", "A", "K"):
        raise OpValueError(f"{name}: expected order 'C', 'F' or 'A', got {order!r}")
    return order == "F" or (order != "C" and flags.fnc)


def _squeeze(a: Any, axis: Any = None) -> Any:
    return a.squeeze(axis)


def _var(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, *, correction: Any = None
) -> Any:
    return _namespace().var(a, axis, ddof if correction is None else correction, keepdims)


def _std(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, *, correction: Any = None
) -> Any:
    return _namespace().std(a, axis, ddof if correction is None else correction, keepdims)


def _cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    return _namespace().cov(_rows(m, y, rowvar, dtype), int(not bias) if ddof is None else ddof)


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    return _namespace().corrcoef(_rows(x, y, rowvar, dtype))


def _rows(x: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    """The variables in the rows of one array, in float64 at least, as `numpy.cov` has them."""
    both = [_array(v) for v in (x, y) if v is not None]
    if dtype is None:
        dtype = np.result_type(*map(_dtype, both), np.float64)
    both = [_astype(v if rowvar or v.ndim == 1 else v.T, dtype) for v in both]
    return both[0] if y is None else _namespace().vstack(both)


def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return _namespace().diagonal(a, offset=offset, axis1=axis1, axis2=axis2)


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    return _namespace().sum(_diagonal(a, offset, axis1, axis2), -1, dtype=dtype)


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    return _namespace().diff(a, axis=axis, n=n, prepend=prepend, append=append)


def _nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    if not copy:
        raise OpValueError("numpy.nan_to_num: expected copy=True, got copy=False: use the result")
    return _namespace().nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def _round(a: Any, decimals: int = 0) -> Any:
    ad = _namespace()
    decimals = int(raw(decimals))
    if _dtype(a).kind in "iub":  # exactly
        return ad.asarray(np.round(raw(a), decimals))
    if not decimals:
        return ad.round(a)
    scale = 10.0 ** abs(decimals)
    return ad.round(a * scale) / scale if decimals > 0 else ad.round(a / scale) * scale


def _where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    ad = _namespace()
    return ad.nonzero(condition) if x is None and y is None else ad.where(condition, x, y)


def _column_stack(tup: Any) -> Any:
    columns = map(_array, tup)
    return _namespace().concat([t if t.ndim > 1 else t.reshape(-1, 1) for t in columns], axis=1)


def _vdot(a: Any, b: Any, /) -> Any:
    return _namespace().vecdot(_array(a).ravel(), _array(b).ravel())


def _cholesky(a: Any, /, *, upper: bool = False) -> Any:
    return _namespace().linalg.cholesky(_hermitian(a, "U" if upper else "L"), upper=upper)


def _eigh(a: Any, uplo: str = "L") -> Any:
    return _namespace().linalg.eigh(_hermitian(a, uplo))


def _eigvalsh(a: Any, uplo: str = "L") -> Any:
    return _namespace().linalg.eigvalsh(_hermitian(a, uplo))


def _hermitian(a: Any, uplo: str) -> Any:
    """The Hermitian matrix of which `a` has one triangle, the only one that NumPy reads."""
    if not isinstance(uplo, str) or uplo.upper() not in ("L", "U"):
        raise OpValueError(f"numpy.linalg: expected UPLO 'L' or 'U', got {uplo!r}")
    ad = _namespace()
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        return a  # and ours says what it expects
    strict = ad.tril(a, k=-1) if uplo.upper() == "L" else ad.triu(a, k=1)
    middle = ad.tril(ad.triu(a))
    if _dtype(a).kind == "c":
        return strict + ad.conj(strict).mT + ad.astype(ad.real(middle), a.dtype)
    return strict + strict.mT + middle


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    a = _hermitian(a, "L") if hermitian else a
    return _namespace().linalg.pinv(a, rtol=rtol if rcond is None else rcond)


def _svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    a = _hermitian(a, "L") if hermitian else a
    found = _namespace().linalg
    return found.svd(a, full_matrices=full_matrices) if compute_uv else found.svdvals(a)


def _hsplit(ary: Any, indices_or_sections: Any) -> Any:
    return _namespace().split(ary, indices_or_sections, axis=min(1, ary.ndim - 1))


def _vsplit(ary: Any, indices_or_sections: Any) -> Any:
    return _namespace().split(ary, indices_or_sections, axis=0)


def _dsplit(ary: Any, indices_or_sections: Any) -> Any:
    return _namespace().split(ary, indices_or_sections, axis=2)


def _result_type(*args: Any) -> Any:
    return np.result_type(*map(raw, args))


def _of_values(function: Callable[[Any], Any]) -> Callable[..., Any]:
    """Of shapes and the like, which no gradient flows through."""

    def of_values(a: Any, /, **kwargs: Any) -> Any:
        return function(raw(a), **kwargs)

    return of_values


ADAPTED: dict[str, Callable[..., Any]] = {
    "numpy.angle": _angle,
    "numpy.argsort": _argsort,
    "numpy.around": _round,
    "numpy.array2string": _of_values(np.array2string),
    "numpy.array_repr": _of_values(np.array_repr),
    "numpy.array_str": _of_values(np.array_str),
    "numpy.column_stack": _column_stack,
    "numpy.corrcoef": _corrcoef,
    "numpy.cov": _cov,
    "numpy.diagonal": _diagonal,
    "numpy.diff": _diff,
    "numpy.dsplit": _dsplit,
    "numpy.hsplit": _hsplit,
    "numpy.iscomplexobj": _of_values(np.iscomplexobj),
    "numpy.isrealobj": _of_values(np.isrealobj),
    "numpy.linalg.cholesky": _cholesky,
    "numpy.linalg.eigh": _eigh,
    "numpy.linalg.eigvalsh": _eigvalsh,
    "numpy.linalg.pinv": _pinv,
    "numpy.linalg.svd": _svd,
    "numpy.nan_to_num": _nan_to_num,
    "numpy.ndim": _of_values(np.ndim),
    "numpy.ravel": _ravel,
    "numpy.reshape": _reshape,
    "numpy.result_type": _result_type,
    "numpy.round": _round,
    "numpy.shape": _of_values(np.shape),
    "numpy.size": _of_values(np.size),
    "numpy.sort": _sort,
    "numpy.squeeze": _squeeze,
    "numpy.std": _std,
    "numpy.take": _take,
    "numpy.take_along_axis": _take_along_axis,
    "numpy.trace": _trace,
    "numpy.transpose": _transpose,
    "numpy.var": _var,
    "numpy.vdot": _vdot,
    "numpy.vsplit": _vsplit,
    "numpy.where": _where,
}

ALTERNATIVES = {
    "numpy.add.reduceat": "autodiff.index_add",
    "numpy.block": "autodiff.hstack and autodiff.vstack",
    "numpy.compress": "an index, t[kept]",
    "numpy.copyto": "t[...] = values",
    "numpy.ediff1d": "autodiff.diff",
    "numpy.extract": "an index, t[condition]",
    "numpy.fill_diagonal": "autodiff.where(np.eye(n, dtype=bool), value, t)",
    "numpy.ldexp": "t * 2.0**exponent",
    "numpy.matvec": "autodiff.matmul",
    "numpy.nanmax": "autodiff.max of autodiff.where(autodiff.isnan(t), -np.inf, t)",
    "numpy.nanmin": "autodiff.min of autodiff.where(autodiff.isnan(t), np.inf, t)",
    "numpy.rollaxis": "autodiff.moveaxis",
    "numpy.vecmat": "autodiff.matmul",
    "numpy.add.at": "autodiff.scatter_add(x, updates, index)",
    "numpy.append": "autodiff.concat",
    "numpy.apply_along_axis": "autodiff.stack of the function's results",
    "numpy.choose": "autodiff.where or autodiff.take_along_axis",
    "numpy.convolve": "autodiff.conv1d",
    "numpy.correlate": "autodiff.conv1d",
    "numpy.delete": "an index, t[kept]",
    "numpy.divmod": "autodiff.floor_divide and autodiff.remainder",
    "numpy.gradient": "autodiff.diff",
    "numpy.histogram": "autodiff.searchsorted and autodiff.bincount",
    "numpy.linalg.eig": "autodiff.linalg.eig, whose result is always complex",
    "numpy.linalg.eigvals": "autodiff.linalg.eigvals, whose result is always complex",
    "numpy.insert": "autodiff.concat of the parts",
    "numpy.modf": "autodiff.trunc, and what it leaves",
    "numpy.put": "autodiff.setitem(x, values, index), or t[index] = values",
    "numpy.put_along_axis": "autodiff.put_along_axis(x, values, indices), whose result is a copy",
    "numpy.resize": "autodiff.tile and autodiff.reshape",
    "numpy.select": "autodiff.where, nested",
    "numpy.unique": "autodiff.unique_values",
    "numpy.vectorize": "autodiff's functions on whole tensors",
}
"""What to write instead of some NumPy functions."""
