"""NumPy's own functions on tensors: ``np.sin(t)``, ``np.sum(t, axis=1)``, ``np.stack([t, u])``.

NumPy hands such a call to the tensor (`__array_ufunc__`, `__array_function__`), and the tables
below say which of our functions it is. They hold names, looked up when a call comes. What is not
in them raises, for an answer without its gradient would be silently wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autodiff.errors import OpTypeError, OpValueError, call_form
from autodiff.variable import Variable, raw

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
    all allclose angle any argmax argmin argsort argwhere array_equal astype atleast_1d
    atleast_2d atleast_3d average bincount broadcast_arrays broadcast_to clip copy
    count_nonzero cross cumprod cumsum cumulative_prod cumulative_sum diag diagflat digitize
    dot einsum empty_like expand_dims flatnonzero flip fliplr flipud full_like i0 imag inner
    interp isclose isin kron matrix_transpose max mean median meshgrid min moveaxis
    nan_to_num nonzero ones_like outer pad prod quantile ravel real repeat roll rot90
    searchsorted sinc split stack sum swapaxes take take_along_axis tile tril triu
    unstack vecdot zeros_like
"""

_LINALG = """
    cholesky cond cross det diagonal eigh eigvalsh inv lstsq matmul matrix_norm matrix_power
    matrix_rank matrix_transpose multi_dot norm outer pinv qr slogdet solve svd svdvals
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
"""By full name of a NumPy function whose arguments ours takes as NumPy has them."""


def called_as_ufunc(ufunc: Any, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What `ufunc` (or its method) gives of tensors, with their gradients."""
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    if hasattr(np, ufunc.__name__):
        name = f"numpy.{name}"
    given = _given(kwargs)
    out = given.pop("out", None)
    where = given.pop("where", None)
    if method == "__call__":
        ours = _ours(UFUNCS.get(ufunc.__name__), name)
    elif method == "outer" and len(args) == 2:
        ours = _outer(_ours(UFUNCS.get(ufunc.__name__), name))
    else:
        ours = _ours(METHODS.get((ufunc.__name__, method)), name)
        given.setdefault("axis", 0)
    dtype = given.pop("dtype", None)
    made = _called(name, ours, args, given)
    if dtype is not None:
        made = made.astype(dtype)
    if out is None and where is None:
        return made
    return _written(name, made, out, where)


def _written(name: str, made: Any, out: Any, where: Any) -> Any:
    """`made` in the tensor `out`, only at `where` if that is given."""
    (target,) = out if isinstance(out, tuple) else (out,)
    if target is None:
        raise OpValueError(
            f"{name}: where= leaves elements without a value unless out= has them: "
            f"use autodiff.where(condition, result, other)"
        )
    if where is not None:
        made = _namespace().where(raw(where), made, target)
    if isinstance(target, Variable):
        target._become(made)  # type: ignore[attr-defined]
    elif made.requires_grad:
        raise OpTypeError(
            f"{name}: expected out to be a Tensor, got {type(target).__name__}, which can't "
            f"carry a gradient: use the result instead"
        )
    else:
        np.copyto(target, made.data)
    return target


def called_as_function(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What a NumPy function gives of tensors, with their gradients."""
    name = f"{function.__module__}.{function.__name__}"
    adapted = ADAPTED.get(name)
    ours = _ours(FUNCTIONS.get(name), name) if adapted is None else adapted
    given = _given(kwargs)
    out = given.pop("out", None)
    if not args and given:  # the first argument may come by NumPy's name for it
        first = next(iter(given))
        args = [given.pop(first)]
    made = _called(name, ours, args, given)
    return made if out is None else _written(name, made, out, None)


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
    from inspect import signature

    try:
        signature(function).bind(*args, **kwargs)
    except TypeError as error:
        raise OpTypeError(
            f"{name}: {error}: of a tensor it is called as autodiff.{call_form(function)}"
        ) from error
    return function(*args, **kwargs)


def _given(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments that say something: those at NumPy's defaults are left out."""
    return {
        k: v
        for k, v in kwargs.items()
        if not (v is None or v is np._NoValue or (k, v) in SILENT if not _is_array(v) else False)
    }


SILENT = {
    ("casting", "same_kind"),
    ("order", "K"),
    ("order", "C"),
    ("subok", True),
    ("where", True),
}
"""Keyword arguments that change nothing."""


def _is_array(value: Any) -> bool:
    return isinstance(value, (Variable, np.ndarray, list, tuple))


def _namespace() -> Any:
    return sys.modules[__package__]


# --- functions whose arguments NumPy has otherwise ---


def _outer(ours: Callable[..., Any]) -> Callable[..., Any]:
    def outer(a: Any, b: Any) -> Any:
        return ours(_namespace().reshape(a, (*np.shape(raw(a)), *[1] * np.ndim(raw(b)))), b)

    return outer


def _transpose(a: Any, axes: Any = None) -> Any:
    return a.transpose() if axes is None else a.transpose(tuple(axes))


def _reshape(a: Any, /, shape: Any) -> Any:
    return _namespace().reshape(a, shape)


def _squeeze(a: Any, axis: Any = None) -> Any:
    return a.squeeze(axis)


def _var(a: Any, axis: Any = None, *, ddof: Any = 0, keepdims: bool = False, **more: Any) -> Any:
    return _namespace().var(a, axis, more.get("correction", ddof), keepdims)


def _std(a: Any, axis: Any = None, *, ddof: Any = 0, keepdims: bool = False, **more: Any) -> Any:
    return _namespace().std(a, axis, more.get("correction", ddof), keepdims)


def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return _namespace().diagonal(a, offset=offset, axis1=axis1, axis2=axis2)


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    return _namespace().sum(_diagonal(a, offset, axis1, axis2), -1, dtype=dtype)


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    return _namespace().diff(a, axis=axis, n=n, prepend=prepend, append=append)


def _round(a: Any, decimals: int = 0) -> Any:
    ad = _namespace()
    return ad.round(a) if not decimals else ad.round(a * 10.0**decimals) / 10.0**decimals


def _where(condition: Any, *choices: Any) -> Any:
    ad = _namespace()
    return ad.where(condition, *choices) if choices else ad.nonzero(condition)


def _sort(a: Any, axis: int | None = -1, **_: Any) -> Any:
    return _namespace().sort(
        a if axis is not None else a.ravel(), axis=-1 if axis is None else axis
    )


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    return _namespace().tensordot(a, b, axes=axes)


def _stacked(name: str) -> Callable[..., Any]:
    def stacked(tup: Any) -> Any:
        return getattr(_namespace(), name)(tup)

    return stacked


def _of_values(function: Callable[[Any], Any]) -> Callable[..., Any]:
    """Of shapes and the like, which no gradient flows through."""

    def of_values(a: Any, *args: Any, **kwargs: Any) -> Any:
        return function(raw(a), *args, **kwargs)

    return of_values


ADAPTED: dict[str, Callable[..., Any]] = {
    "numpy.array2string": _of_values(np.array2string),
    "numpy.array_repr": _of_values(np.array_repr),
    "numpy.array_split": lambda *a, **k: _namespace().array_split(*a, **k),
    "numpy.array_str": _of_values(np.array_str),
    "numpy.column_stack": lambda tup: _namespace().concat(
        [t if t.ndim > 1 else t.reshape(-1, 1) for t in tup], axis=1
    ),
    "numpy.diagonal": _diagonal,
    "numpy.diff": _diff,
    "numpy.dstack": _stacked("dstack"),
    "numpy.hstack": _stacked("hstack"),
    "numpy.iscomplexobj": _of_values(np.iscomplexobj),
    "numpy.isrealobj": _of_values(np.isrealobj),
    "numpy.linalg.tensordot": _tensordot,
    "numpy.ndim": _of_values(np.ndim),
    "numpy.ptp": lambda a, axis=None, keepdims=False: (
        _namespace().max(a, axis=axis, keepdims=keepdims)
        - _namespace().min(a, axis=axis, keepdims=keepdims)
    ),
    "numpy.reshape": _reshape,
    "numpy.result_type": lambda *args: np.result_type(*map(raw, args)),
    "numpy.round": _round,
    "numpy.shape": _of_values(np.shape),
    "numpy.size": _of_values(np.size),
    "numpy.sort": _sort,
    "numpy.squeeze": _squeeze,
    "numpy.std": _std,
    "numpy.tensordot": _tensordot,
    "numpy.trace": _trace,
    "numpy.transpose": _transpose,
    "numpy.var": _var,
    "numpy.vdot": lambda a, b: _namespace().vecdot(a.ravel(), b.ravel()),
    "numpy.vstack": _stacked("vstack"),
    "numpy.where": _where,
}

ALTERNATIVES = {
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
    "numpy.linalg.eig": "autodiff.linalg.eigh, of a symmetric matrix",
    "numpy.linalg.eigvals": "autodiff.linalg.eigvalsh, of a symmetric matrix",
    "numpy.insert": "autodiff.concat of the parts",
    "numpy.modf": "autodiff.trunc, and what it leaves",
    "numpy.put": "autodiff.setitem(x, values, index), or t[index] = values",
    "numpy.put_along_axis": "autodiff.scatter",
    "numpy.resize": "autodiff.tile and autodiff.reshape",
    "numpy.select": "autodiff.where, nested",
    "numpy.unique": "autodiff.unique_values",
    "numpy.vectorize": "autodiff's functions on whole tensors",
}
"""What to write instead of some NumPy functions."""
