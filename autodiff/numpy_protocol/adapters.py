"""Functions whose meaning or arguments NumPy has otherwise, by its own parameters."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.errors import OpValueError
from autodiff.ops.arguments import an_int
from autodiff.variable import Variable, raw


def dtype_of(x: Any) -> Any:
    """The dtype of a tensor, an array or a number."""
    return np.asarray(raw(x)).dtype


def as_dtype(x: Any, dtype: Any) -> Any:
    """`x` in a dtype, with its gradient."""
    return x if dtype_of(x) == dtype else namespace().astype(as_array(x), np.dtype(dtype))


def as_array(x: Any) -> Any:
    """A tensor as it is, anything else as an array."""
    return x if isinstance(x, Variable) else np.asarray(x)


def namespace() -> Any:
    """The module `autodiff` itself: what the names in the tables are looked up in."""
    return sys.modules["autodiff"]


def outer_of(ours: Callable[..., Any]) -> Callable[..., Any]:
    """A function of two arrays, of every pair of their elements."""

    def outer(a: Any, b: Any, /) -> Any:
        return ours(namespace().reshape(a, (*np.shape(raw(a)), *[1] * np.ndim(raw(b)))), b)

    return outer


def _angle(z: Any, deg: bool = False) -> Any:
    ad = namespace()
    return ad.rad2deg(ad.angle(z)) if deg else ad.angle(z)


def _argsort(a: Any, axis: int | None = -1, *, stable: bool = True) -> Any:
    ad = namespace()
    return ad.argsort(*_flat(a, axis), stable=stable)


def _sort(a: Any, axis: int | None = -1, *, stable: bool = True) -> Any:
    ad = namespace()
    return ad.sort(*_flat(a, axis), stable=stable)


def _flat(a: Any, axis: int | None) -> tuple[Any, int]:
    """An array and an axis of it, of which None means: of all elements in a row."""
    return (a, axis) if axis is not None else (namespace().ravel(a), 0)


def _take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    indices = np.asarray(raw(indices))
    if mode in ("wrap", "clip"):
        a, axis = _flat(as_array(a), axis)
        size = a.shape[axis]
        indices = indices % size if mode == "wrap" else np.clip(indices, 0, size - 1)
    elif mode != "raise":
        raise OpValueError(f"numpy.take: expected mode 'raise', 'wrap' or 'clip', got {mode!r}")
    return namespace().take(a, indices, axis=axis)


def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    a, axis = _flat(arr, axis)
    return namespace().take_along_axis(a, indices, axis=axis)


def _transpose(a: Any, axes: Any = None) -> Any:
    return a.transpose() if axes is None else a.transpose(tuple(axes))


def _reshape(a: Any, shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    ad = namespace()
    if not _is_by_columns("numpy.reshape", a, order):
        return ad.reshape(a, shape, copy=copy)
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    return ad.reshape(_transpose(a), shape[::-1], copy=copy).transpose()


def _ravel(a: Any, order: str = "C") -> Any:
    ad = namespace()
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
    return namespace().var(a, axis, ddof if correction is None else correction, keepdims)


def _std(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, *, correction: Any = None
) -> Any:
    return namespace().std(a, axis, ddof if correction is None else correction, keepdims)


def _cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    return namespace().cov(_rows(m, y, rowvar, dtype), int(not bias) if ddof is None else ddof)


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    return namespace().corrcoef(_rows(x, y, rowvar, dtype))


def _rows(x: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    """The variables in the rows of one array, in float64 at least, as `numpy.cov` has them."""
    both = [as_array(v) for v in (x, y) if v is not None]
    if dtype is None:
        dtype = np.result_type(*map(dtype_of, both), np.float64)
    both = [as_dtype(v if rowvar or v.ndim == 1 else v.T, dtype) for v in both]
    return both[0] if y is None else namespace().vstack(both)


def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return namespace().diagonal(a, offset=offset, axis1=axis1, axis2=axis2)


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    return namespace().sum(_diagonal(a, offset, axis1, axis2), -1, dtype=dtype)


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    return namespace().diff(a, axis=axis, n=n, prepend=prepend, append=append)


def _nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    if not copy:
        raise OpValueError("numpy.nan_to_num: expected copy=True, got copy=False: use the result")
    return namespace().nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def _round(a: Any, decimals: int = 0) -> Any:
    ad = namespace()
    decimals = an_int("numpy.round", decimals, "decimals")
    if dtype_of(a).kind in "iub":  # exactly
        return ad.asarray(np.round(raw(a), decimals))
    if not decimals:
        return ad.round(a)
    scale = 10.0 ** abs(decimals)
    return ad.round(a * scale) / scale if decimals > 0 else ad.round(a / scale) * scale


def _where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    ad = namespace()
    return ad.nonzero(condition) if x is None and y is None else ad.where(condition, x, y)


def _column_stack(tup: Any) -> Any:
    columns = map(as_array, tup)
    return namespace().concat([t if t.ndim > 1 else t.reshape(-1, 1) for t in columns], axis=1)


def _vdot(a: Any, b: Any, /) -> Any:
    return namespace().vecdot(as_array(a).ravel(), as_array(b).ravel())


def _cholesky(a: Any, /, *, upper: bool = False) -> Any:
    return namespace().linalg.cholesky(_hermitian(a, "U" if upper else "L"), upper=upper)


def _eigh(a: Any, uplo: str = "L") -> Any:
    return namespace().linalg.eigh(_hermitian(a, uplo))


def _eigvalsh(a: Any, uplo: str = "L") -> Any:
    return namespace().linalg.eigvalsh(_hermitian(a, uplo))


def _hermitian(a: Any, uplo: str) -> Any:
    """The Hermitian matrix of which `a` has one triangle, the only one that NumPy reads."""
    if not isinstance(uplo, str) or uplo.upper() not in ("L", "U"):
        raise OpValueError(f"numpy.linalg: expected UPLO 'L' or 'U', got {uplo!r}")
    ad = namespace()
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        return a  # and ours says what it expects
    strict = ad.tril(a, k=-1) if uplo.upper() == "L" else ad.triu(a, k=1)
    middle = ad.tril(ad.triu(a))
    if dtype_of(a).kind == "c":
        return strict + ad.conj(strict).mT + ad.astype(ad.real(middle), a.dtype)
    return strict + strict.mT + middle


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    a = _hermitian(a, "L") if hermitian else a
    return namespace().linalg.pinv(a, rtol=rtol if rcond is None else rcond)


def _svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    a = _hermitian(a, "L") if hermitian else a
    found = namespace().linalg
    return found.svd(a, full_matrices=full_matrices) if compute_uv else found.svdvals(a)


def _hsplit(ary: Any, indices_or_sections: Any) -> Any:
    return namespace().split(ary, indices_or_sections, axis=min(1, ary.ndim - 1))


def _vsplit(ary: Any, indices_or_sections: Any) -> Any:
    return namespace().split(ary, indices_or_sections, axis=0)


def _dsplit(ary: Any, indices_or_sections: Any) -> Any:
    return namespace().split(ary, indices_or_sections, axis=2)


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
