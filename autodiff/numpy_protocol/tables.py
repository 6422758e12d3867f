"""Which of our functions a function of NumPy's is, by name, and how its arguments are told."""

from __future__ import annotations

from typing import Any

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

ANYTHING: Any = object()

HARMLESS: dict[str, Any] = {
    "assume_unique": ANYTHING,
    "copy": ANYTHING,
    "device": ("cpu",),
    "kind": ("quicksort", "heapsort", "mergesort", "stable", "sort", "table"),
    "optimize": ANYTHING,
    "order": ("K", "A", "C", "F"),
    "overwrite_input": ANYTHING,
    "subok": ANYTHING,
}
"""NumPy's arguments that change nothing of the result, with the values that they may have."""


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
