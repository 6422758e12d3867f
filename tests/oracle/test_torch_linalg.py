"""Linear algebra against PyTorch's: values, first and second derivatives, in double precision.

As in `test_torch_ops`, both libraries contract, differentiate, contract and differentiate again.
What is Hermitian is made so in both, and of vectors only what does not depend on their phase is
compared.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from autodiff import linalg as la
from autodiff.ops.einsum import einsum
from autodiff.ops.product import dot, inner, kron

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

tla = torch.linalg


def real(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def complex_(*shape: int, seed: int = 0) -> Any:
    return real(*shape, seed=seed) + 1j * real(*shape, seed=seed + 100)


def hermitian(x: Any) -> Any:
    return x @ x.conj().mT + x.shape[-1] * np.eye(x.shape[-1])


def symmetric(x: Any) -> Any:
    """The Hermitian part, which is what we decompose."""
    return (x + x.mH) / 2


def sizes(v: Any) -> Any:
    return ad.square(ad.abs(v)) if isinstance(v, Tensor) else v.abs() ** 2


def lines(v: Any) -> Any:
    """Of either library's vectors the lines that they span."""
    return pairs(v, (ad.conj(v) if isinstance(v, Tensor) else v.conj()).mT)


def pairs(u: Any, vh: Any) -> Any:
    return (einsum if isinstance(u, Tensor) else torch.einsum)("ik,kj->kij", u, vh)


def their_cond(x: Any, p: Any) -> Any:
    """PyTorch's own can't be differentiated, but for the norms 2 and -2."""
    return tla.cond(x) if p is None else tla.matrix_norm(x, p) * tla.matrix_norm(tla.inv(x), p)


Case = tuple[str, Callable[..., Any], Callable[..., Any], list[Any]]


def each_dtype(name: str, mine: Any, theirs: Any, *shapes: Any, make: Any = None) -> list[Case]:
    make = make or (lambda x: x)
    return [
        (f"{name}, {kind}", mine, theirs, [make(x) for x in draw])
        for kind, draw in (
            ("real", [real(*s, seed=i) for i, s in enumerate(shapes)]),
            ("complex", [complex_(*s, seed=i) for i, s in enumerate(shapes)]),
        )
    ]


CASES: list[Case] = [
    *each_dtype("matmul", la.matmul, torch.matmul, (2, 3, 4), (4, 5)),
    *each_dtype("matmul of vectors", la.matmul, torch.matmul, (4,), (3, 4, 5)),
    *each_dtype("vecdot", la.vecdot, tla.vecdot, (2, 3), (3,)),
    *each_dtype("outer", la.outer, torch.outer, (2,), (3,)),
    *each_dtype("inner", inner, torch.inner, (2, 3), (4, 3)),
    *each_dtype("dot", dot, torch.dot, (3,), (3,)),
    *each_dtype("kron", kron, torch.kron, (2, 3), (2, 1, 2)),
    *each_dtype("cross", la.cross, lambda a, b: tla.cross(a, b), (2, 3), (1, 3)),
    *each_dtype(
        "tensordot",
        lambda a, b: la.tensordot(a, b, axes=([0, 2], [1, -1])),
        lambda a, b: torch.tensordot(a, b, dims=([0, 2], [1, 2])),
        (2, 3, 4),
        (5, 2, 4),
    ),
    *each_dtype(
        "multi_dot", lambda *x: la.multi_dot(x), lambda *x: tla.multi_dot(x), (2, 3), (3, 4), (4,)
    ),
    *[
        case
        for text, shapes in [
            ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]),
            ("...ij,kj->...ik", [(2, 2, 3), (4, 3)]),
            ("ii->i", [(3, 3)]),
            ("iij,k->j", [(2, 2, 3), (2,)]),
            ("bi,bj,bij->b", [(2, 3), (2, 4), (2, 3, 4)]),
        ]
        for case in each_dtype(
            f"einsum {text}",
            lambda *xs, text=text: einsum(text, *xs),
            lambda *xs, text=text: torch.einsum(text, *xs),
            *shapes,
        )
    ],
    *each_dtype("trace", lambda x: la.trace(x, offset=0), torch.trace, (3, 4)),
    *each_dtype("inv", la.inv, tla.inv, (2, 3, 3)),
    *each_dtype("solve", la.solve, tla.solve, (2, 3, 3), (3, 2)),
    *each_dtype("solve of a vector", la.solve, tla.solve, (3, 3), (3,)),
    *each_dtype(
        "solve_triangular",
        lambda a, b: la.solve_triangular(a, b, upper=True),
        lambda a, b: tla.solve_triangular(a, b, upper=True),
        (3, 3),
        (3, 2),
    ),
    *each_dtype(
        "solve_triangular with ones",
        lambda a, b: la.solve_triangular(a, b, unitriangular=True),
        lambda a, b: tla.solve_triangular(a, b, upper=False, unitriangular=True),
        (3, 3),
        (3, 2),
    ),
    *each_dtype("det", la.det, tla.det, (2, 3, 3)),
    *each_dtype("logabsdet", lambda x: la.slogdet(x)[1], lambda x: tla.slogdet(x)[1], (2, 3, 3)),
    (
        "sign of a complex determinant",
        lambda x: la.slogdet(x)[0],
        lambda x: tla.slogdet(x)[0],
        [complex_(2, 3, 3)],
    ),
    *each_dtype(
        "cholesky",
        lambda x: la.cholesky(x),
        lambda x: tla.cholesky(symmetric(x)),
        (3, 3),
        make=hermitian,
    ),
    *each_dtype(
        "upper cholesky",
        lambda x: la.cholesky(x, upper=True),
        lambda x: tla.cholesky(symmetric(x), upper=True),
        (2, 3, 3),
        make=hermitian,
    ),
    *each_dtype("Q", lambda x: la.qr(x)[0], lambda x: tla.qr(x)[0], (4, 3)),
    *each_dtype("R", lambda x: la.qr(x)[1], lambda x: tla.qr(x)[1], (4, 3)),
    *each_dtype("Q, wide", lambda x: la.qr(x)[0], lambda x: tla.qr(x)[0], (2, 3)),
    *each_dtype("R, wide", lambda x: la.qr(x)[1], lambda x: tla.qr(x)[1], (2, 3)),
    *each_dtype("eigenvalues", la.eigvalsh, lambda x: tla.eigvalsh(symmetric(x)), (3, 3)),
    *each_dtype(
        "eigenvectors",
        lambda x: lines(la.eigh(x)[1]),
        lambda x: lines(tla.eigh(symmetric(x))[1]),
        (3, 3),
    ),
    *each_dtype(
        "general eigenvectors",
        lambda x: lines(la.eig(x)[1]),
        lambda x: lines(tla.eig(x)[1]),
        (3, 3),
    ),
    *each_dtype("general eigenvalues", la.eigvals, lambda x: tla.eig(x)[0], (4, 4)),
    *each_dtype("singular values", la.svdvals, tla.svdvals, (3, 4)),
    *[
        case
        for shape in [(3, 3), (4, 2), (2, 4)]
        for case in each_dtype(
            f"singular vectors {shape}",
            lambda x: pairs(*la.svd(x, full_matrices=False)[::2]),
            lambda x: pairs(*tla.svd(x, full_matrices=False)[::2]),
            shape,
        )
    ],
    *each_dtype(
        "left vectors' sizes",
        lambda x: sizes(la.svd(x, full_matrices=False)[0]),
        lambda x: sizes(tla.svd(x, full_matrices=False)[0]),
        (4, 3),
    ),
    *each_dtype("pinv", la.pinv, tla.pinv, (4, 2)),
    *each_dtype("pinv, wide", la.pinv, tla.pinv, (2, 4)),
    *each_dtype(
        "lstsq", lambda a, b: la.lstsq(a, b)[0], lambda a, b: tla.lstsq(a, b)[0], (4, 2), (4, 3)
    ),
    *each_dtype("expm", la.expm, tla.matrix_exp, (2, 3, 3)),
    *[
        case
        for n in (1, 3, -2)
        for case in each_dtype(
            f"matrix_power {n}",
            lambda x, n=n: la.matrix_power(x, n),
            lambda x, n=n: tla.matrix_power(x, n),
            (3, 3),
        )
    ],
    *[
        case
        for p in (2, 1, 3, 0.5, inf, -inf, -1)
        for case in each_dtype(
            f"vector_norm {p}",
            lambda x, p=p: la.vector_norm(x, axis=1, ord=p),
            lambda x, p=p: tla.vector_norm(x, p, dim=1),
            (3, 4),
        )
    ],
    *[
        case
        for p in ("fro", "nuc", 1, -1, 2, -2, inf, -inf)
        for case in each_dtype(
            f"matrix_norm {p}",
            lambda x, p=p: la.matrix_norm(x, ord=p),
            lambda x, p=p: tla.matrix_norm(x, p),
            (2, 3, 4),
        )
    ],
    *[
        case
        for p in (None, 2, -2, "fro", "nuc", 1, inf)
        for case in each_dtype(
            f"cond {p}",
            lambda x, p=p: la.cond(x, p),
            lambda x, p=p: their_cond(x, p),
            (3, 3),
        )
    ],
    ("det of rank 2", la.det, tla.det, [real(3, 2) @ real(2, 3)]),
    ("norm with a 0", lambda x: la.norm(x, 1), lambda x: tla.norm(x, 1), [np.array([0.0, 2.0])]),
]


def contraction(shape: Any, kind: str, seed: int) -> Any:
    return complex_(*shape, seed=seed) if kind == "c" else real(*shape, seed=seed)


@pytest.mark.parametrize(
    ("mine", "theirs", "xs"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_derivatives_are_pytorchs(
    mine: Callable[..., Any], theirs: Callable[..., Any], xs: list[Any]
) -> None:
    ours = [Tensor(x, requires_grad=True) for x in xs]
    others = [torch.tensor(x, requires_grad=True) for x in xs]
    y, z = mine(*ours), theirs(*others)
    same(y, z)
    u = contraction(y.shape, y.dtype.kind, 7)
    first = gradients(y, ours, u, create_graph=True)
    second = torch.autograd.grad(z, others, torch.tensor(u), create_graph=True)
    for g, h in zip(first, second, strict=True):
        same(g, h)
    pairs_ = [(g, h) for g, h in zip(first, second, strict=True) if h.requires_grad]
    if not pairs_:
        return
    vs = [contraction(g.shape, g.dtype.kind, 8 + i) for i, (g, _) in enumerate(pairs_)]
    deeper = gradients([g for g, _ in pairs_], ours, vs)
    expected = torch.autograd.grad(
        [h for _, h in pairs_], others, [torch.tensor(v) for v in vs], allow_unused=True
    )
    for g, h, x in zip(deeper, expected, xs, strict=True):
        same(g, torch.zeros(x.shape, dtype=torch.tensor(x).dtype) if h is None else h)


def same(mine: Any, theirs: Any) -> None:
    expected = theirs.numpy(force=True)
    found = mine.detach().numpy()
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    scale = np.abs(expected).max(initial=0)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10 * scale + 1e-13)


@pytest.mark.parametrize("p", [2, 1, 3, inf])
def test_a_norm_has_slope_0_at_0(p: float) -> None:
    x, z = Tensor(np.zeros(3), requires_grad=True), torch.zeros(3, requires_grad=True)
    la.vector_norm(x, ord=p).backward()
    tla.vector_norm(z, p).backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), z.grad.numpy())
