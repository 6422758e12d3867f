"""References for products, for what solves, and for norms: by loops and by definition."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def wide(x: Any) -> Any:
    """The same numbers in double precision."""
    return np.asarray(x, np.result_type(x, np.float64))


def each_matrix(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function of stacks of matrices, made of one of a matrix at a time."""

    def reference(x: Any, *params: Any) -> Any:
        some = f(wide(np.eye(*x.shape[-2:])) + 0 * wide(x).sum(), *params)
        y = np.zeros((*x.shape[:-2], *np.shape(some)), np.asarray(some).dtype)
        for at in np.ndindex(*x.shape[:-2]):
            y[at] = f(wide(x[at]), *params)
        return y

    return reference


# --- products ---


def matmul(x1: Any, x2: Any) -> Any:
    left, right = "i" * (x1.ndim > 1), "j" * (x2.ndim > 1)
    return np.einsum(f"...{left}k,...k{right}->...{left}{right}", wide(x1), wide(x2))


def linear(x: Any, w: Any, b: Any) -> Any:
    return np.einsum("...i,oi->...o", wide(x), wide(w)) + (0 if b is None else b)


def einsum(*args: Any) -> Any:
    return np.einsum(args[-1], *map(wide, args[:-1]))


def tensordot(x1: Any, x2: Any, axes: Any) -> Any:
    n = axes if isinstance(axes, int) else len(axes[0])
    ones = range(x1.ndim - n, x1.ndim) if isinstance(axes, int) else [i % x1.ndim for i in axes[0]]
    twos = range(n) if isinstance(axes, int) else [i % x2.ndim for i in axes[1]]
    first = [chr(97 + i) for i in range(x1.ndim)]
    second = [chr(65 + i) for i in range(x2.ndim)]
    for i, j in zip(ones, twos, strict=True):
        second[j] = first[i]
    out = [s for i, s in enumerate(first) if i not in ones]
    out += [s for j, s in enumerate(second) if j not in twos]
    return einsum(x1, x2, f"{''.join(first)},{''.join(second)}->{''.join(out)}")


def vecdot(x1: Any, x2: Any, axis: int) -> Any:
    x1, x2 = np.moveaxis(wide(x1), axis, -1), np.moveaxis(wide(x2), axis, -1)
    return (x1.conj() * x2).sum(-1)


def cross(x1: Any, x2: Any, axis: int = -1) -> Any:
    a, b, c = np.moveaxis(x1, axis, 0) if x1.ndim else x1
    d, e, f = np.moveaxis(x2, axis, 0) if x2.ndim else x2
    ndim = max(x1.ndim, x2.ndim)
    return np.stack([b * f - c * e, c * d - a * f, a * e - b * d], axis % ndim)


def dot(x1: Any, x2: Any) -> Any:
    if not (x1.ndim and x2.ndim):
        return x1 * x2
    return tensordot(x1, x2, ([-1], [-2 if x2.ndim > 1 else -1]))


def kron(x1: Any, x2: Any) -> Any:
    ndim = max(x1.ndim, x2.ndim)
    x1 = x1.reshape((1,) * (ndim - x1.ndim) + x1.shape)
    x2 = x2.reshape((1,) * (ndim - x2.ndim) + x2.shape)
    sizes = [a * b for a, b in zip(x1.shape, x2.shape, strict=True)]
    y = np.zeros(sizes, np.result_type(x1, x2))
    for at in np.ndindex(*sizes):
        split = [divmod(k, n) for k, n in zip(at, x2.shape, strict=True)]
        y[at] = x1[tuple(i for i, _ in split)] * x2[tuple(j for _, j in split)]
    return y


def multi_dot(*xs: Any) -> Any:
    y = wide(xs[0])
    for x in xs[1:]:
        y = y @ x
    return y


# --- systems, determinants, functions of matrices ---


def eliminated(a: Any, b: Any) -> tuple[Any, Any]:
    """Gauss and Jordan: the solution of ``a @ x = b``, and the determinant of a."""
    a, b = np.array(a), np.array(b)
    det = a.dtype.type(1)
    for k in range(len(a)):
        p = k + int(np.argmax(np.abs(a[k:, k])))
        if p != k:
            a[[k, p]], b[[k, p]], det = a[[p, k]], b[[p, k]], -det
        pivot = a[k, k]
        det = det * pivot
        if pivot == 0:
            return b, det
        a[k], b[k] = a[k] / pivot, b[k] / pivot
        for i in range(len(a)):
            if i != k:
                factor = a[i, k]
                a[i], b[i] = a[i] - factor * a[k], b[i] - factor * b[k]
    return b, det


def inverse(x: Any) -> Any:
    return eliminated(x, np.eye(len(x), dtype=x.dtype))[0]


def leibniz(x: Any) -> Any:
    """The determinant by its first row."""
    if not len(x):
        return x.dtype.type(1)
    rest = [np.delete(x[1:], j, 1) for j in range(len(x))]
    return sum((-1) ** j * x[0, j] * leibniz(rest[j]) for j in range(len(x)))


def sign_and_log(x: Any) -> Any:
    det = leibniz(x)
    return np.array([det / abs(det), math.log(abs(det))])


def slogdet(x: Any) -> Any:
    both = each_matrix(sign_and_log)(x)
    return both[..., 0], both[..., 1].real


def solve(x1: Any, x2: Any) -> Any:
    dtype = np.result_type(x1, x2, np.float64)
    rhs = x2[:, None] if x2.ndim == 1 else x2
    batch = np.broadcast_shapes(x1.shape[:-2], rhs.shape[:-2])
    a = np.broadcast_to(x1, (*batch, *x1.shape[-2:])).astype(dtype)
    b = np.broadcast_to(rhs, (*batch, *rhs.shape[-2:])).astype(dtype)
    y = np.zeros_like(b)
    for at in np.ndindex(*batch):
        y[at] = eliminated(a[at], b[at])[0]
    return y[..., 0] if x2.ndim == 1 else y


def solve_triangular(x1: Any, x2: Any, upper: bool, unitriangular: bool) -> Any:
    a = np.array(x1)
    for i, j in np.ndindex(*a.shape[-2:]):
        if (i > j) if upper else (i < j):
            a[..., i, j] = 0
        if unitriangular and i == j:
            a[..., i, j] = 1
    return solve(a, x2)


def power(x: Any, n: int) -> Any:
    y = np.eye(len(x), dtype=x.dtype)
    for _ in range(abs(n)):
        y = y @ (inverse(x) if n < 0 else x)
    return y


def series(x: Any) -> Any:
    """The exponential as a sum."""
    y = term = np.eye(len(x), dtype=x.dtype)
    for k in range(1, 60):
        term = term @ x / k
        y = y + term
    return y


def pseudoinverse(x: Any, _: Any) -> Any:
    xh = x.conj().T
    if x.shape[0] >= x.shape[1]:
        return eliminated(xh @ x, xh)[0]
    return eliminated(x @ xh, x)[0].conj().T


# --- norms ---


def trace(x: Any, offset: int, _: Any) -> Any:
    pairs = [(i, i + offset) for i in range(x.shape[-2]) if 0 <= i + offset < x.shape[-1]]
    return sum((x[..., i, j] for i, j in pairs), np.zeros(x.shape[:-2], x.dtype))


def length(xs: list[float], p: float) -> float:
    if math.isinf(p):
        return max(xs, default=0.0) if p > 0 else min(xs)
    if p == 0:
        return sum(x != 0 for x in xs)
    total = math.fsum(x**p for x in xs)
    return total ** (1 / p) if total else (0.0 if p > 0 else math.inf)


def vector_norm(x: Any, axis: Any, keepdims: bool, p: float) -> Any:
    axes = range(x.ndim) if axis is None else [int(i) % x.ndim for i in np.atleast_1d(axis)]
    kept = [i for i in range(x.ndim) if i not in axes]
    y = np.zeros([x.shape[i] for i in kept])
    for at in np.ndindex(*y.shape):
        where: list[Any] = [slice(None)] * x.ndim
        for i, j in zip(kept, at, strict=True):
            where[i] = j
        y[at] = length([abs(complex(v)) for v in np.ravel(x[tuple(where)])], p)
    return np.expand_dims(y, tuple(axes)) if keepdims else y


def norm_of_one(x: Any, p: Any) -> Any:
    if p in ("fro", None):
        return math.sqrt(math.fsum(abs(v) ** 2 for v in x.ravel()))
    if p in ("nuc", 2, -2):
        gram = x @ x.conj().T if x.shape[0] <= x.shape[1] else x.conj().T @ x
        s = np.sqrt(np.linalg.eigvalsh(gram))
        return s.sum() if p == "nuc" else s[-1 if p > 0 else 0]
    sums = np.abs(x).sum(0 if p in (1, -1) else 1)
    return max(sums) if p > 0 else min(sums)


def matrix_norm(x: Any, keepdims: bool, p: Any) -> Any:
    y = each_matrix(norm_of_one)(x, p)
    return y[..., None, None] if keepdims else y


def norm(x: Any, p: Any, axis: Any, keepdims: bool) -> Any:
    if isinstance(axis, int):
        return vector_norm(x, axis, keepdims, 2 if p is None else p)
    rows, columns = (i % x.ndim for i in axis or (0, 1))
    y = matrix_norm(np.moveaxis(x, (rows, columns), (-2, -1)), False, p)
    return np.expand_dims(y, (rows, columns)) if keepdims else y


def cond(x: Any, p: Any) -> Any:
    if p == -2:
        return 1 / cond(x, 2)
    if p in (None, 2):
        return matrix_norm(x, False, 2) / matrix_norm(x, False, -2)
    return matrix_norm(x, False, p) * matrix_norm(each_matrix(inverse)(x), False, p)


REFERENCES: dict[str, Callable[..., Any]] = {
    "affine": linear,
    "cond": cond,
    "contract": einsum,
    "cross": cross,
    "cross_product": cross,
    "det": each_matrix(leibniz),
    "dot": dot,
    "expm": each_matrix(series),
    "inner": lambda x1, x2: tensordot(x1, x2, ([-1], [-1])) if x1.ndim else x1 * x2,
    "inv": each_matrix(inverse),
    "kron": kron,
    "linear": linear,
    "matmul": matmul,
    "matrix_norm": matrix_norm,
    "matrix_power": each_matrix(power),
    "multi_dot": multi_dot,
    "norm": norm,
    "outer": lambda x1, x2: np.array([[a * b for b in x2.ravel()] for a in x1.ravel()]).reshape(
        x1.size, x2.size
    ),
    "pinv": each_matrix(pseudoinverse),
    "signed_logdet": each_matrix(sign_and_log),
    "slogdet": slogdet,
    "solve": solve,
    "solve_triangular": solve_triangular,
    "sum_of_products": einsum,
    "tensordot": tensordot,
    "trace": trace,
    "vecdot": vecdot,
    "vector_norm": vector_norm,
}
