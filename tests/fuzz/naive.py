"""A second engine that shares no code with the first: dual numbers, one direction at a time.

A dual number is a complex one whose imaginary part is so small that its square is 0 in floating
point: ``f(x + i h) = f(x) + i h f'(x)``, exact but for rounding. What NumPy computes with complex
numbers by the same formula, it does here too; an analytic function is `lifted` from its value and
slope; linear and bilinear ops go through the references of tests/references, part by part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.testing.programs import Program
from tests.references import REFERENCES
from tests.references.index import setitem

H = 1e-200
SOME = 3


# --- how ops of real numbers become ops of dual ones ---


def part(x: Any, name: str) -> Any:
    return getattr(x, name) if isinstance(x, np.ndarray) else x


def lifted(f: Callable[..., Any], *slopes: Callable[..., Any]) -> Callable[..., Any]:
    """From a function of each element, and its derivative by each argument."""

    def dual(*xs: Any) -> Any:
        real = [np.real(x) for x in xs]
        change = sum(
            slope(*real) * np.imag(x)
            for slope, x in zip(slopes, xs, strict=True)
            if np.iscomplexobj(x)
        )
        return np.asarray(f(*real)) + 1j * np.asarray(change)

    return dual


def linear(f: Callable[..., Any]) -> Callable[..., Any]:
    """From a function that is linear in its first argument."""

    def dual(x: Any, *params: Any, **named: Any) -> Any:
        return f(np.real(x), *params, **named) + 1j * f(np.imag(x), *params, **named)

    return dual


def bilinear(f: Callable[..., Any]) -> Callable[..., Any]:
    """From a function that is linear in each of its first two arguments."""

    def dual(x1: Any, x2: Any, *params: Any, **named: Any) -> Any:
        a, b, da, db = np.real(x1), np.real(x2), np.imag(x1), np.imag(x2)
        change = f(da, b, *params, **named) + f(a, db, *params, **named)
        return f(a, b, *params, **named) + 1j * change

    return dual


def reduced(f: Callable[[Any], Any]) -> Callable[..., Any]:
    """From a function of the last axis."""

    def dual(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        axes = range(x.ndim) if axis is None else sorted(int(i) % x.ndim for i in np.ravel(axis))
        kept = [i for i in range(x.ndim) if i not in axes]
        rows = x.transpose([*kept, *axes]).reshape([x.shape[i] for i in kept] + [-1])
        y = f(rows)
        return np.expand_dims(y, tuple(axes)) if keepdims else y

    return dual


def of_rows(f: Callable[[Any], Any]) -> Callable[..., Any]:
    """From a function of the last axis that keeps it."""
    return lambda x, axis=-1: np.moveaxis(f(np.moveaxis(x, axis, -1)), -1, axis)


def along(f: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """The running value of a function of two numbers, along an axis."""

    def rows(x: Any, axis: Any, first: Any) -> Any:
        x = np.moveaxis(x, axis, 0)
        found = [np.full(x.shape[1:], first, complex), *x] if first is not None else [*x]
        for i in range(1, len(found)):
            found[i] = f(found[i - 1], found[i])
        return np.moveaxis(np.stack(found), 0, axis)

    return rows


def ranked(rows: Any, descending: bool = False) -> Any:
    """Each row in the order of its real parts."""
    order = np.argsort(rows.real, -1)
    return np.take_along_axis(rows, order[..., ::-1] if descending else order, -1)


def quantile(rows: Any, q: float) -> Any:
    low, rest = divmod(q * (rows.shape[-1] - 1), 1)
    ordered = ranked(rows)
    upper = ordered[..., min(int(low) + 1, rows.shape[-1] - 1)]
    return (1 - rest) * ordered[..., int(low)] + rest * upper


def log_sum_exp(rows: Any) -> Any:
    top = rows.real.max(-1, keepdims=True)
    return np.log(np.exp(rows - top).sum(-1)) + top[..., 0]


def variance(rows: Any) -> Any:
    return ((rows - rows.mean(-1, keepdims=True)) ** 2).mean(-1)


# --- the table ---


def erf_slope(x: Any) -> Any:
    return 2 / math.sqrt(math.pi) * np.exp(-x * x)


def bell(x: Any) -> Any:
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def of_reference(name: str, *slopes: Callable[..., Any]) -> Callable[..., Any]:
    return lifted(REFERENCES[name], *slopes)


REF = REFERENCES
ZERO = np.zeros_like
LN2, LN10 = math.log(2), math.log(10)


def logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def first_or(compare: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda a, b: np.where(compare(np.real(a), np.real(b)), a, b)


def pow(a: Any, b: Any) -> Any:
    if not np.iscomplexobj(b):
        return lifted(lambda x: x**b, lambda x: b * x ** (b - 1.0) if np.all(b != 1) else x**0.0)(a)
    slopes = (lambda x, y: y * x ** (y - 1), lambda x, y: x**y * np.log(x))
    return lifted(np.power, *slopes)(a, b)


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "abs": lambda x: x * np.sign(x.real),
    "acos": lifted(np.arccos, lambda x: -1 / np.sqrt((1 - x) * (1 + x))),
    "acosh": lifted(np.arccosh, lambda x: 1 / np.sqrt((x - 1) * (x + 1))),
    "add": np.add,
    "asin": lifted(np.arcsin, lambda x: 1 / np.sqrt((1 - x) * (1 + x))),
    "asinh": lifted(np.arcsinh, lambda x: 1 / np.hypot(1, x)),
    "atan": lifted(np.arctan, lambda x: 1 / (1 + x * x)),
    "atan2": lifted(
        np.arctan2, lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)
    ),
    "atanh": lifted(np.arctanh, lambda x: 1 / ((1 - x) * (1 + x))),
    "betaln": of_reference(
        "betaln",
        lambda a, b: REF["psi"](a, 0) - REF["psi"](a + b, 0),
        lambda a, b: REF["psi"](b, 0) - REF["psi"](a + b, 0),
    ),
    "cbrt": lifted(np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2)),
    "ceil": lifted(np.ceil, ZERO),
    "clip": lambda x, low, high: np.where(
        x.real < (-math.inf if low is None else low),
        low or 0,
        np.where(x.real > (math.inf if high is None else high), high or 0, x),
    ),
    "copy": np.array,
    "copysign": lambda a, b: a * np.sign(np.real(a)) * np.sign(np.real(b)),
    "cos": lifted(np.cos, lambda x: -np.sin(x)),
    "cosh": lifted(np.cosh, np.sinh),
    "deg2rad": lambda x: x * (math.pi / 180),
    "detach": lambda x: np.real(x) + 0j,
    "digamma": of_reference("digamma", lambda x: REF["psi"](x, 1)),
    "divide": np.divide,
    "entr": lifted(lambda x: -x * np.log(x), lambda x: -1 - np.log(x)),
    "erf": of_reference("erf", erf_slope),
    "erfc": of_reference("erfc", lambda x: -erf_slope(x)),
    "erfcinv": of_reference("erfcinv", lambda y: -1 / erf_slope(REF["erfcinv"](y))),
    "erfcx": lifted(lambda x: REF["erfcx"](x, 0), lambda x: REF["erfcx"](x, 1)),
    "erfinv": of_reference("erfinv", lambda y: 1 / erf_slope(REF["erfinv"](y))),
    "exp": lifted(np.exp, np.exp),
    "exp2": lifted(np.exp2, lambda x: LN2 * np.exp2(x)),
    "expm1": lifted(np.expm1, np.exp),
    "floor": lifted(np.floor, ZERO),
    "floor_divide": lifted(np.floor_divide, lambda a, b: 0 * a * b, lambda a, b: 0 * a * b),
    "fmax": first_or(np.greater),
    "fmin": first_or(np.less),
    "fmod": lambda a, b: a - b * np.trunc(np.real(a) / np.real(b)),
    "gamma": of_reference("gamma", lambda x: REF["gamma"](x) * REF["psi"](x, 0)),
    "gammaln": of_reference("gammaln", lambda x: REF["psi"](x, 0)),
    "greater": lambda x, y: np.real(x) > y,
    "heaviside": lambda a, b: np.where(np.real(a) > 0, 1.0, 0.0) + 0j * np.real(b),
    "hypot": lifted(np.hypot, lambda a, b: a / np.hypot(a, b), lambda a, b: b / np.hypot(a, b)),
    "i0": of_reference("i0", REF["i1"]),
    "i0e": of_reference("i0e", lambda x: REF["bessel_ie"](x, 0, 1)),
    "i1": of_reference("i1", lambda x: (REF["i0"](x) + REF["bessel_i"](x, 2)) / 2),
    "i1e": of_reference("i1e", lambda x: REF["bessel_ie"](x, 1, 1)),
    "less": lambda x, y: np.real(x) < y,
    "log": lifted(np.log, np.reciprocal),
    "log10": lifted(np.log10, lambda x: 1 / (LN10 * x)),
    "log1p": lifted(np.log1p, lambda x: 1 / (1 + x)),
    "log2": lifted(np.log2, lambda x: 1 / (LN2 * x)),
    "log_ndtr": of_reference("log_ndtr", lambda x: bell(x) / REF["ndtr"](x)),
    "log_sigmoid": lifted(lambda x: -np.logaddexp(0, -x), lambda x: logistic(-x)),
    "logaddexp": lifted(np.logaddexp, lambda a, b: logistic(a - b), lambda a, b: logistic(b - a)),
    "logaddexp2": lifted(
        np.logaddexp2,
        lambda a, b: logistic(LN2 * (a - b)),
        lambda a, b: logistic(LN2 * (b - a)),
    ),
    "logit": lifted(lambda x: np.log(x / (1 - x)), lambda x: 1 / (x * (1 - x))),
    "maximum": first_or(np.greater),
    "minimum": first_or(np.less),
    "multiply": np.multiply,
    "nan_to_num": np.array,
    "ndtr": of_reference("ndtr", bell),
    "ndtri": of_reference("ndtri", lambda y: 1 / bell(REF["ndtri"](y))),
    "negative": np.negative,
    "positive": np.array,
    "pow": pow,
    "rad2deg": lambda x: x * (180 / math.pi),
    "reciprocal": lambda x: 1 / x,
    "relu": lambda x: np.where(x.real > 0, x, 0),
    "remainder": lambda a, b: a - b * np.floor(np.real(a) / np.real(b)),
    "round": lifted(np.round, ZERO),
    "sigmoid": lifted(logistic, lambda x: 1 / (4 * np.cosh(x / 2) ** 2)),
    "sign": lifted(np.sign, ZERO),
    "sin": lifted(np.sin, np.cos),
    "sinc": lifted(lambda x: REF["sinc"](x, 0), lambda x: REF["sinc"](x, 1)),
    "sinh": lifted(np.sinh, np.cosh),
    "softplus": lifted(lambda x: np.logaddexp(0, x), logistic),
    "sqrt": lifted(np.sqrt, lambda x: 1 / (2 * np.sqrt(x))),
    "square": lambda x: x * x,
    "subtract": np.subtract,
    "tan": lifted(np.tan, lambda x: 1 / np.cos(x) ** 2),
    "tanh": lifted(np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "trunc": lifted(np.trunc, ZERO),
    "where": np.where,
    "xlog1py": lifted(
        lambda x, y: x * np.log1p(y), lambda x, y: np.log1p(y) + 0 * x, lambda x, y: x / (1 + y)
    ),
    "xlogy": lifted(lambda x, y: x * np.log(y), lambda x, y: np.log(y) + 0 * x, lambda x, y: x / y),
}

REDUCTIONS: dict[str, Callable[..., Any]] = {
    "logsumexp": reduced(log_sum_exp),
    "max": reduced(lambda rows: ranked(rows)[..., -1]),
    "mean": reduced(lambda rows: rows.mean(-1)),
    "median": reduced(lambda rows: quantile(rows, 0.5)),
    "min": reduced(lambda rows: ranked(rows)[..., 0]),
    "nanmean": reduced(lambda rows: rows.mean(-1)),
    "nansum": reduced(lambda rows: rows.sum(-1)),
    "prod": reduced(lambda rows: rows.prod(-1)),
    "ptp": reduced(lambda rows: ranked(rows)[..., -1] - ranked(rows)[..., 0]),
    "std": reduced(lambda rows: np.sqrt(variance(rows))),
    "sum": reduced(lambda rows: rows.sum(-1)),
    "var": reduced(variance),
}


def average(x: Any, weights: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    weights = np.ones(x.shape) if weights is None else weights
    total = REDUCTIONS["sum"]
    return total(x * weights, axis, keepdims) / total(weights, axis, keepdims)


def vector_norm(x: Any, axis: Any = None, ord: float = 2) -> Any:
    positive = x * np.sign(x.real)
    if ord == 2:
        return reduced(lambda rows: np.sqrt((rows * rows).sum(-1)))(x, axis)
    power = reduced(lambda rows: pow(rows, ord).sum(-1))(positive, axis)
    return pow(power, 1 / ord)


def standardize(x: Any, axis: Any = None) -> Any:
    mean, var = REDUCTIONS["mean"](x, axis, True), REDUCTIONS["var"](x, axis, True)
    return (x - mean) / np.sqrt(var + 1e-5)


def cross_entropy(x: Any, target: Any) -> Any:
    return np.array([log_sum_exp(row) - row[i] for row, i in zip(x, target, strict=True)])


def scan(f: Callable[[Any, Any], Any], first: float) -> Callable[..., Any]:
    def dual(x: Any, axis: int, include_initial: bool = False) -> Any:
        return along(f)(x, axis, first if include_initial else None)

    return dual


def linear_recurrence(a: Any, b: Any, axis: int, reverse: bool) -> Any:
    rows = zip(np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0), strict=True)
    found: list[Any] = []
    for one, other in reversed(list(rows)) if reverse else rows:
        found.append(one * found[-1] + other if found else other + 0j)
    return np.moveaxis(np.stack(found[::-1] if reverse else found), 0, axis)


def log_cum_sum_exp(rows: Any) -> Any:
    return np.stack([log_sum_exp(rows[..., : i + 1]) for i in range(rows.shape[-1])], -1)


ROWS: dict[str, Callable[..., Any]] = {
    "average": average,
    "cross_entropy": cross_entropy,
    "cummax": of_rows(lambda rows: along(first_or(np.greater))(rows, -1, None)),
    "cummin": of_rows(lambda rows: along(first_or(np.less))(rows, -1, None)),
    "cumprod": scan(np.multiply, 1),
    "cumsum": scan(np.add, 0),
    "cumulative_prod": scan(np.multiply, 1),
    "cumulative_sum": scan(np.add, 0),
    "diff": of_rows(lambda rows: rows[..., 1:] - rows[..., :-1]),
    "linalg.vector_norm": vector_norm,
    "linear_recurrence": linear_recurrence,
    "log_softmax": of_rows(lambda rows: rows - log_sum_exp(rows)[..., None]),
    "logcumsumexp": of_rows(log_cum_sum_exp),
    "quantile": lambda x, q, axis: reduced(lambda rows: quantile(rows, q))(x, axis),
    "softmax": of_rows(lambda rows: np.exp(rows - log_sum_exp(rows)[..., None])),
    "sort": lambda x, axis, descending=False: of_rows(lambda rows: ranked(rows, descending))(
        x, axis
    ),
    "standardize": standardize,
    "trapezoid": lambda x, axis, dx=1.0: REDUCTIONS["sum"](
        of_rows(lambda rows: (rows[..., 1:] + rows[..., :-1]) * (dx / 2))(x, axis), axis
    ),
}


def named(name: str, *order: Any) -> Callable[..., Any]:
    """A reference that is linear in its array, with what else it takes by default."""
    return linear(lambda x, **given: REF[name](x, *[given.get(k, d) for k, d in order]))


def joined(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda xs, **params: f([np.asarray(x) for x in xs], **params)


def scatter(x: Any, index: Any, shape: Any) -> Any:
    y = np.zeros(shape, complex)
    np.add.at(y, index, x)
    return y


def scatter_add(x: Any, updates: Any, index: Any) -> Any:
    y = np.array(x, complex)
    np.add.at(y, index, updates)
    return y


def index_add(x: Any, source: Any, index: Any, axis: int) -> Any:
    return scatter_add(x, source, (slice(None),) * (axis % x.ndim) + (index,))


def put_along_axis(x: Any, values: Any, indices: Any, axis: int) -> Any:
    y = np.array(x, complex)
    np.put_along_axis(y, indices, np.asarray(values), axis)
    return y


MOVES: dict[str, Callable[..., Any]] = {
    "array_split": lambda x, n, axis: tuple(np.array_split(x, n, axis)),
    "asarray": lambda x: np.asarray(x) + 0j,
    "atleast_3d": np.atleast_3d,
    "broadcast_to": np.broadcast_to,
    "concat": joined(np.concatenate),
    "diag": np.diag,
    "diagflat": np.diagflat,
    "diagonal": lambda x: np.diagonal(x, 0, 0, 1) if x.ndim == 2 else np.diagonal(x, 0, -2, -1),
    "dstack": joined(np.dstack),
    "expand_dims": np.expand_dims,
    "flatten": np.ravel,
    "flip": np.flip,
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "gather": lambda x, axis, index: np.take_along_axis(x, index, axis),
    "getitem": lambda x, key: x[key],
    "hstack": joined(np.hstack),
    "index_add": index_add,
    "matrix_transpose": lambda x: np.swapaxes(x, -1, -2),
    "meshgrid": lambda *xs: tuple(np.meshgrid(*xs)),
    "moveaxis": np.moveaxis,
    "pad": np.pad,
    "permute_dims": np.transpose,
    "put_along_axis": put_along_axis,
    "ravel": np.ravel,
    "repeat": np.repeat,
    "reshape": np.reshape,
    "roll": np.roll,
    "rot90": np.rot90,
    "scatter": scatter,
    "scatter_add": scatter_add,
    "squeeze": np.squeeze,
    "stack": joined(np.stack),
    "swapaxes": np.swapaxes,
    "take": np.take,
    "take_along_axis": np.take_along_axis,
    "tile": np.tile,
    "trace": lambda x: np.trace(x, axis1=-2, axis2=-1),
    "tril": np.tril,
    "triu": np.triu,
    "unstack": lambda x, axis: tuple(np.moveaxis(x, axis, 0)),
    "vstack": joined(np.vstack),
    "zeros": lambda shape, dtype=None: np.zeros(shape, complex),
}


def cholesky(x: Any, upper: bool) -> Any:
    y = np.zeros(x.shape, complex)
    for j, i in zip(*np.triu_indices(len(x)), strict=True):
        rest = x[i, j] - y[i, :j] @ y[j, :j]
        y[i, j] = np.sqrt(rest) if i == j else rest / y[j, j]
    return y.T if upper else y


def eigvalsh(x: Any) -> Any:
    values, vectors = np.linalg.eigh(x.real)
    return values + 1j * np.einsum("ji,jk,ki->i", vectors, x.imag, vectors)


def svdvals(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x.real)
    return s + 1j * np.einsum("ji,jk,ik->i", u, x.imag, vh)


PRODUCTS: dict[str, Callable[..., Any]] = {
    "dot": np.dot,
    "einsum": np.einsum,
    "inner": np.inner,
    "kron": np.kron,
    "linalg.cholesky": cholesky,
    "linalg.det": np.linalg.det,
    "linalg.eigvalsh": eigvalsh,
    "linalg.expm": REF["expm"],
    "linalg.inv": np.linalg.inv,
    "linalg.matrix_norm": lambda x: np.sqrt((x * x).sum()),
    "linalg.matrix_power": np.linalg.matrix_power,
    "linalg.pinv": np.linalg.inv,
    "linalg.slogdet": lambda x: (None, np.log(np.linalg.det(x))),
    "linalg.solve": REF["solve"],
    "linalg.solve_triangular": lambda a, b, upper: REF["solve_triangular"](a, b, upper, False),
    "linalg.svdvals": svdvals,
    "linalg.trace": np.trace,
    "matmul": np.matmul,
    "outer": np.outer,
    "tensordot": np.tensordot,
    "vecdot": lambda x1, x2: (x1 * x2).sum(-1),
}


def conv(name: str) -> Callable[..., Any]:
    more = {"conv": ("stride", "padding", "dilation", "groups")}
    order = more.get(name[:-2], ("stride", "padding", "output_padding", "groups", "dilation"))
    usual = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1}

    def without_bias(x: Any, w: Any, **given: Any) -> Any:
        return REF[name](x, w, None, *[(usual | given)[key] for key in order])

    def dual(x: Any, w: Any, bias: Any = None, **given: Any) -> Any:
        y = bilinear(without_bias)(x, w, **given)
        return y if bias is None else y + bias.reshape(-1, *[1] * (x.ndim - 2))

    return dual


def windows(x: Any, axes: int, stride: int | None, padding: int, fill: float) -> Any:
    """What every window of two by two sees, in the last axis."""
    x = np.pad(x, [(0, 0)] * (x.ndim - axes) + [(padding,) * 2] * axes, constant_values=fill)
    for axis in range(x.ndim - axes, x.ndim):
        starts = range(0, x.shape[axis] - 1, stride or 2)
        x = np.stack([np.moveaxis(x, axis, 0)[[i, i + 1]] for i in starts], -1)
        x = np.moveaxis(x, (0, -1), (-1, axis))
    return x.reshape(*x.shape[:-axes], -1)


def pool(axes: int, f: Callable[[Any], Any], fill: float) -> Callable[..., Any]:
    def dual(x: Any, kernel: int, stride: int | None = None, padding: int = 0) -> Any:
        return f(windows(x, axes, stride, padding, fill))

    return dual


def adaptive(axes: int) -> Callable[..., Any]:
    def dual(x: Any, size: int) -> Any:
        for axis in range(x.ndim - axes, x.ndim):
            n, rows = x.shape[axis], np.moveaxis(x, axis, 0)
            cuts = [(i * n // size, -(-(i + 1) * n // size)) for i in range(size)]
            x = np.moveaxis(np.stack([rows[a:b].mean(0) for a, b in cuts]), 0, axis)
        return x

    return dual


def interpolate(x: Any, scale_factor: int, mode: str) -> Any:
    for axis in range(2, x.ndim):
        n = x.shape[axis]
        if mode == "nearest":
            x = np.repeat(x, scale_factor, axis)
            continue
        at = np.clip((np.arange(n * scale_factor) + 0.5) / scale_factor - 0.5, 0, n - 1)
        low = np.floor(at).astype(int)
        weight = np.zeros((n * scale_factor, n))
        np.add.at(weight, (np.arange(len(at)), low), 1 - (at - low))
        np.add.at(weight, (np.arange(len(at)), np.minimum(low + 1, n - 1)), at - low)
        x = np.moveaxis(np.tensordot(weight, x, (1, axis)), 0, axis)
    return x


IMAGES: dict[str, Callable[..., Any]] = {
    **{name: conv(name) for name in ("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d")},
    "adaptive_avg_pool1d": adaptive(1),
    "adaptive_avg_pool2d": adaptive(2),
    "avg_pool1d": pool(1, lambda rows: rows.mean(-1), 0),
    "avg_pool2d": pool(2, lambda rows: rows.mean(-1), 0),
    "interpolate": interpolate,
    "max_pool1d": pool(1, lambda rows: ranked(rows)[..., -1], -math.inf),
    "max_pool2d": pool(2, lambda rows: ranked(rows)[..., -1], -math.inf),
    "unfold": linear(lambda x, kernel: REF["unfold"](x, kernel, 1, 0, 1)),
}

TABLE = ELEMENTWISE | REDUCTIONS | ROWS | MOVES | PRODUCTS | IMAGES


# --- the engine ---


def call(op: str, *args: Any, **params: Any) -> Any:
    return TABLE[op](*args, **params)


def assign(x: Any, key: Any, value: Any) -> Any:
    return setitem(x, value, key)


class Noise:
    """Errors as rounding makes them: what they do to the results is what may be expected."""

    def __init__(self, seed: int, eps: float) -> None:
        self.rng, self.eps = np.random.default_rng(seed), eps

    def __call__(self, x: Any) -> Any:
        if not isinstance(x, np.ndarray | np.generic):
            return x
        one, other = 1 + self.eps * self.rng.standard_normal((2, *np.shape(x)))
        return np.real(x) * one + 1j * np.imag(x) * other


def values_and_jacobian(program: Program, noise: Noise | None = None) -> tuple[Any, Any]:
    """The outputs, flat and one after the other, and their derivatives by all inputs.

    Each column comes of a run of its own, with errors of its own. With noise a few columns have to
    do; the others are nan.
    """
    done = noise or np.asarray
    xs = [np.array(x, complex) for x in program.inputs.values()]
    values = flat(program.run([done(x) for x in xs], call, assign, done)).real
    places = [(x, at) for x in xs for at in np.ndindex(x.shape)]
    jacobian = np.full((len(values), len(places)), np.nan)
    chosen = range(len(places))
    for i in chosen if noise is None else noise.rng.permutation(chosen)[:SOME]:
        x, at = places[i]
        x[at] += 1j * H
        jacobian[:, i] = flat(program.run([done(x) for x in xs], call, assign, done)).imag / H
        x[at] = x[at].real
    return values, jacobian


def flat(values: Sequence[Any]) -> Any:
    return np.concatenate([np.ravel(value) for value in values]) + 0j
