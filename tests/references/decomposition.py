"""References for decompositions: textbook loops, and LAPACK's own where only signs could differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.references.linalg import each_matrix, wide


def cholesky(x: Any, upper: bool) -> Any:
    x = (x + x.conj().T) / 2
    y = np.zeros_like(x)
    for i in range(len(x)):
        for j in range(i + 1):
            rest = x[i, j] - sum(y[i, k] * y[j, k].conj() for k in range(j))
            y[i, j] = np.sqrt(rest) if i == j else rest / y[j, j]
    return y.conj().T if upper else y


def householder(x: Any) -> tuple[Any, Any]:
    """Complete Q and R, by reflections, with LAPACK's choice of signs."""
    m, n = x.shape
    q, r = np.eye(m, dtype=x.dtype), np.array(x)
    for k in range(min(m, n)):
        column = r[k:, k]
        if not np.abs(column[1:]).any() and not column[0].imag:
            continue
        v = np.array(column)
        v[0] += np.copysign(np.linalg.norm(column), column[0].real)
        # a reflection that maps the column to a real multiple of the first axis
        scale = 1 / np.vdot(v, column)
        r[k:] -= scale * np.outer(v, v.conj() @ r[k:])
        q[:, k:] -= scale.conj() * np.outer(q[:, k:] @ v, v.conj())
    return q, r


def tall(x: Any) -> Any:
    q, r = householder(x)
    return np.concatenate([q[:, : x.shape[1]], r[: x.shape[1]]])


def qr(x: Any, mode: str) -> Any:
    m, n = x.shape[-2:]
    k = m if mode == "complete" else min(m, n)
    q = each_matrix(lambda x: householder(x)[0][:, :k])(x)
    return q, each_matrix(lambda x: np.triu(householder(x)[1][:k]))(x)


def complement(x: Any) -> Any:
    return householder(x)[0][:, x.shape[1] :]


def eigh(x: Any) -> Any:
    x = wide(x)
    return np.linalg.eigh((x + x.conj().mT) / 2)


def packed(w: Any, v: Any) -> Any:
    return np.concatenate([w[..., None, :], v], -2)


def svd(x: Any, full: bool) -> Any:
    u, s, vh = np.linalg.svd(wide(x), full_matrices=False)
    m, n = x.shape[-2:]
    if full and m > n:
        u = np.concatenate([u, each_matrix(complement)(u)], -1)
    if full and n > m:
        vh = np.concatenate([vh, each_matrix(complement)(vh.mT).mT], -2)
    return u, s, vh


def packed_svd(x: Any) -> Any:
    u, s, vh = svd(x, False)
    return np.concatenate([s[..., None, :], u, vh.mT], -2)


REFERENCES: dict[str, Callable[..., Any]] = {
    "cholesky": each_matrix(cholesky),
    "complement": each_matrix(complement),
    "eig": lambda x: np.linalg.eig(wide(x)),
    "eigh": eigh,
    "eigvals": lambda x: np.linalg.eig(wide(x))[0],
    "eigvalsh": lambda x: eigh(x)[0],
    "packed_eig": lambda x: packed(*np.linalg.eig(wide(x))),
    "packed_eigh": lambda x: packed(*eigh(x)),
    "packed_qr": each_matrix(tall),
    "packed_svd": packed_svd,
    "qr": qr,
    "svd": svd,
    "svdvals": lambda x: np.sqrt(
        np.linalg.eigvalsh(
            wide(x) @ wide(x).conj().mT
            if x.shape[-2] <= x.shape[-1]
            else wide(x).conj().mT @ wide(x)
        )
    )[..., ::-1],
}
