"""Linear algebra beyond the properties of every op: degenerate cases, third orders, errors."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import GradientError, Tensor, gradients, jvp, vjp
from autodiff import linalg as la
from autodiff.ops import einsum as einsum_room
from autodiff.ops.einsum import contract, einsum
from autodiff.ops.linalg import affine, linear
from autodiff.ops.product import dot, inner, kron
from autodiff.testing import check_grads


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def complex_normal(*shape: int, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def definite(n: int, seed: int = 0) -> Any:
    x = normal(n, n, seed=seed)
    return x @ x.T + n * np.eye(n)


def gradient_of(f: Callable[..., Any], x: Any) -> Any:
    x = Tensor(x, requires_grad=True)
    return gradients(f(x), x).numpy()


def of_complex(f: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: f(a + 1j * b)


def split(z: Any) -> list[Any]:
    return [z.real.copy(), z.imag.copy()]


def weights(*shape: int) -> Any:
    return np.random.default_rng(99).uniform(0.5, 1.5, shape)


# --- smooth functions to third order ---

SPD = definite(3)
REGULAR = normal(3, 3) + 2 * np.eye(3)


@pytest.mark.parametrize(
    ("f", "xs"),
    [
        (la.inv, [REGULAR]),
        (la.solve, [REGULAR, normal(3, 2, seed=1)]),
        (la.solve, [np.stack([REGULAR, SPD]), normal(3, seed=1)]),
        (la.det, [REGULAR]),
        (la.det, [np.stack([REGULAR, np.diag([1.0, 2.0, 0.0])])]),
        (lambda x: la.slogdet(x)[1], [REGULAR]),
        (la.cholesky, [SPD]),
        (lambda x: la.cholesky(x, upper=True), [SPD]),
        (lambda *xs: einsum("ij,kj,...k->i...", *xs), [normal(2, 3), normal(2, 3), normal(2, 2)]),
        (lambda x: einsum("iij->ji", x * x), [normal(2, 2, 3)]),
        (la.expm, [0.5 * normal(3, 3)]),
        (la.pinv, [normal(4, 2)]),
        (la.qr, [normal(4, 2)]),
        (la.eigvalsh, [SPD]),
        (la.svdvals, [normal(3, 2)]),
        (lambda x: la.matrix_power(x, -2), [REGULAR]),
        (lambda x: la.vector_norm(x, ord=3), [weights(4)]),
        (lambda x: la.matrix_norm(x, ord="nuc"), [normal(2, 3)]),
    ],
)
def test_third_order(f: Callable[..., Any], xs: list[Any]) -> None:
    check_grads(f, xs, order=3)


@pytest.mark.parametrize(
    ("f", "z"),
    [
        (la.inv, complex_normal(2, 2)),
        (la.det, complex_normal(2, 2)),
        (la.cholesky, complex_normal(2, 2) @ complex_normal(2, 2).conj().T + 3 * np.eye(2)),
        (la.slogdet, complex_normal(2, 2)),
        (la.qr, complex_normal(3, 2)),
    ],
)
def test_third_order_of_complex_matrices(f: Callable[..., Any], z: Any) -> None:
    def parts(a: Any, b: Any) -> Any:
        found = f(a + 1j * b)
        ys = found if isinstance(found, tuple) else (found,)
        return tuple(p for y in ys for p in ((ad.real(y), ad.imag(y)) if y.dtype == "D" else (y,)))

    check_grads(parts, split(z), order=3)


# --- products ---

SUBSCRIPTS = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iij->j", [(3, 3, 2)]),
    ("ijij->ji", [(2, 3, 2, 3)]),
    ("iii->i", [(3, 3, 3)]),
    ("ij->", [(2, 3)]),
    ("ba", [(2, 3)]),
    ("i,i->i", [(3,), (3,)]),
    ("i,j->ji", [(3,), (2,)]),
    ("ij,k->i", [(2, 3), (4,)]),
    ("iij,jkk->k", [(2, 2, 3), (3, 4, 4)]),
    ("...ij,jk", [(2, 3, 4), (4, 2)]),
    ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)]),
    ("i...->...i", [(3, 1, 4)]),
    ("...i,...->i...", [(1, 3, 2), (4, 3)]),
    ("...,...", [(2, 1), (3,)]),
    ("i,j->...ij", [(3,), (2,)]),
    ("ij,jk", [(2, 1), (3, 4)]),
    ("i , j -> i j", [(3,), (2,)]),
    ("", [()]),
    (",->", [(), ()]),
    ("i,j,k->kij", [(2,), (3,), (4,)]),
    ("ij,jk,kl,lm->im", [(2, 3), (3, 4), (4, 5), (5, 2)]),
    ("abc,cd,def->f", [(2, 3, 4), (4, 2), (2, 3, 2)]),
    ("ij,ij,ij->ij", [(2, 3), (2, 1), (1, 3)]),
    ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("ij,jk->ik", [(2, 0), (0, 4)]),
    ("ij,jk->ik", [(0, 2), (2, 4)]),
]


@pytest.mark.parametrize(("subscripts", "shapes"), SUBSCRIPTS)
def test_einsum(subscripts: str, shapes: Any) -> None:
    xs = [complex_normal(*shape, seed=i) for i, shape in enumerate(shapes)]
    found = einsum(subscripts, *xs)
    expected = np.einsum(subscripts, *xs)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    check_grads(lambda *xs: einsum(subscripts, *xs), [x.real for x in xs])


def test_einsum_multiplies_the_cheapest_pair_first(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(
        einsum_room, "contract", lambda x, y, text: seen.append(text) or contract(x, y, text)
    )
    einsum("ab,bc,c->a", np.ones((50, 60)), np.ones((60, 70)), np.ones(70))
    assert seen == ["bc,c->b", "ab,b->a"] or seen == ["c,bc->b", "b,ab->a"]


def test_multi_dot_multiplies_in_the_cheapest_order() -> None:
    xs = [Tensor(np.ones(shape), requires_grad=True) for shape in [(30, 2), (2, 30), (30, 2)]]
    right = la.multi_dot(xs)
    assert right._node.parents[1].shape == (2, 2)
    left = la.multi_dot([x.mT for x in xs])
    assert left._node.parents[0].shape == (2, 2)


@pytest.mark.parametrize("mine", [dot, inner, kron, la.outer])
@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((2, 3), ()), ((), (2, 3))])
def test_products_are_numpys(mine: Callable[..., Any], shapes: Any) -> None:
    one, other = (complex_normal(*shape, seed=i) for i, shape in enumerate(shapes))
    expected = getattr(np, mine.__name__)(one, other)
    np.testing.assert_allclose(mine(one, other), expected, rtol=1e-14)


@pytest.mark.parametrize("shapes", [((2, 3), (3, 2)), ((4, 2, 3), (2, 3, 5)), ((3,), (2, 3, 4))])
def test_dot_takes_the_second_last_axis(shapes: Any) -> None:
    one, other = (normal(*shape, seed=i) for i, shape in enumerate(shapes))
    np.testing.assert_allclose(dot(one, other), np.dot(one, other), rtol=1e-13)


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_cross_product_along_any_axis(axis: int) -> None:
    one, other = normal(3, 3), normal(3, 3, seed=1)
    expected = np.cross(one, other, axis=axis)
    np.testing.assert_allclose(la.cross(one, other, axis=axis), expected, rtol=1e-14)


def test_cross_product_of_vectors_in_arrays_of_different_axes() -> None:
    one, other = normal(3, 4), normal(3, seed=1)
    found = la.cross(one, other, axis=0)
    np.testing.assert_allclose(found, np.cross(one, other, axis=0), rtol=1e-14)
    check_grads(lambda x, y: la.cross(x, y, axis=0), [one, other])


def test_linear_is_matmul_and_with_a_bias_affine() -> None:
    x, w, b = normal(2, 4, 3), normal(5, 3, seed=1), normal(5, seed=2)
    np.testing.assert_array_equal(linear(x, w, b), affine(x, w, b))
    np.testing.assert_allclose(linear(x, w) + b, affine(x, w, b), rtol=1e-14)
    assert linear(Tensor(x, requires_grad=True), w, b)._node.op.name == "affine"
    assert linear(Tensor(x, requires_grad=True), w)._node.op.name == "matmul"


def test_vecdot_conjugates_the_first() -> None:
    one, other = complex_normal(2, 3), complex_normal(3, seed=1)
    np.testing.assert_allclose(la.vecdot(one, other), np.vecdot(one, other), rtol=1e-14)
    assert la.vecdot(one, one).imag == pytest.approx(0)


# --- determinants of singular matrices ---


def by_rows(x: Any) -> Any:
    """The determinant as a polynomial of the elements."""
    n = x.shape[-1]
    if not n:
        return ad.sum(x) + 1.0
    total = 0.0
    for j in range(n):
        others = [k for k in range(n) if k != j]
        total = total + (-1.0) ** j * x[0, j] * by_rows(x[1:][:, others])
    return total


def of_rank(n: int, rank: int, complex_: bool = False) -> Any:
    make = complex_normal if complex_ else normal
    return make(n, rank) @ make(rank, n, seed=1)


@pytest.mark.parametrize("complex_", [False, True])
@pytest.mark.parametrize(("n", "rank"), [(n, r) for n in (1, 2, 3, 4) for r in range(n + 1)])
def test_derivatives_of_det_are_the_polynomials_for_every_rank(
    n: int, rank: int, complex_: bool
) -> None:
    x = Tensor(of_rank(n, rank, complex_), requires_grad=True)
    v = of_rank(n, n, complex_)
    found, expected = [], []
    for f, into in ((la.det, found), (by_rows, expected)):
        first = gradients(ad.real(f(x)), x, create_graph=True)
        into.append(first.detach().numpy())
        if n > 1:
            second = gradients(ad.real(ad.sum(first * v)), x, create_graph=True)
            into.append(second.detach().numpy())
        if n > 2:
            into.append(gradients(ad.real(ad.sum(second * v)), x).numpy())
    for mine, polynomial in zip(found, expected, strict=True):
        scale = float(np.abs(x.detach().numpy()).max()) ** n + 1
        np.testing.assert_allclose(mine, polynomial, rtol=1e-9, atol=1e-10 * scale)


@pytest.mark.parametrize("small", [1e-6, 1e-9, 1e-13, 1e-17])
def test_gradient_of_det_is_precise_next_to_singular_matrices(small: float) -> None:
    q, r = np.linalg.qr(normal(3, 3))[0], np.linalg.qr(normal(3, 3, seed=1))[0]
    x = q @ np.diag([1.0, 0.5, small]) @ r
    found = gradient_of(la.det, x)
    wanted = gradient_of(by_rows, x)
    np.testing.assert_allclose(found, wanted, atol=1e-14)


def test_forward_mode_of_det_at_a_singular_matrix() -> None:
    x, v = of_rank(3, 2), normal(3, 3, seed=3)
    tangent = jvp(la.det, [x], [v])[1]
    assert float(tangent) == pytest.approx(float(jvp(by_rows, [x], [v])[1]), rel=1e-12)


def test_a_stack_of_regular_and_singular_matrices_has_both_gradients() -> None:
    x = np.stack([of_rank(3, 3), of_rank(3, 2), of_rank(3, 0)])
    found = gradient_of(lambda x: la.det(x).sum(), x)
    for one, slope in zip(x, found, strict=True):
        np.testing.assert_allclose(slope, gradient_of(by_rows, one), rtol=1e-10, atol=1e-12)


def test_det_of_what_is_not_finite_has_a_gradient_that_says_so() -> None:
    with np.errstate(invalid="ignore"):
        slope = gradient_of(la.det, np.array([[np.nan, 1.0], [1.0, 1.0]]))
        x = np.array([[[np.nan, 1.0], [1.0, 1.0]], [[1.0, 2.0], [2.0, 4.0]]])
        stack = gradient_of(lambda x: la.det(x).sum(), x)
    assert np.isnan(slope).all()
    assert np.isnan(stack[0]).all()
    np.testing.assert_allclose(stack[1], [[4.0, -2.0], [-2.0, 1.0]])


@pytest.mark.parametrize("shape", [(3, 2), (2, 3)])
def test_the_sizes_of_nothing_have_a_gradient(shape: Any) -> None:
    slope = gradient_of(lambda x: la.svd(x, full_matrices=False)[1].sum(), np.zeros(shape))
    np.testing.assert_allclose(np.linalg.svd(slope)[1], [1.0, 1.0])


@pytest.mark.parametrize("scale", [1e-20, 1e20])
@pytest.mark.parametrize("vectors", [lambda x: la.eigh(x)[1], lambda x: la.svd(x[:, :2])[0][:, :2]])
def test_what_is_equal_does_not_depend_on_the_scale(vectors: Any, scale: float) -> None:
    x, weight = definite(3), normal(3, 3, seed=1)

    def f(x: Any) -> Any:
        v = vectors(x)
        return (v * v * weight[:, : v.shape[-1]]).sum()

    expected = gradient_of(f, x)
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(gradient_of(f, scale * x) * scale, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_what_is_singular_does_not_depend_on_the_scale(scale: float) -> None:
    slope = gradient_of(la.det, scale * of_rank(3, 2))
    np.testing.assert_allclose(slope / scale**2, gradient_of(by_rows, of_rank(3, 2)), rtol=1e-9)


def test_sign_of_a_complex_determinant_turns() -> None:
    check_grads(
        lambda a, b: (ad.real(la.slogdet(a + 1j * b).sign), ad.imag(la.slogdet(a + 1j * b).sign)),
        split(complex_normal(3, 3)),
    )


# --- norms where they have no slope ---

ORDERS = [2, 1, 3, 1.5, 0.5, inf, -inf, 0, -1]


@pytest.mark.parametrize("ord", ORDERS)
@pytest.mark.parametrize("complex_", [False, True])
def test_norms_have_slope_0_at_0_and_finite_curvature(ord: float, complex_: bool) -> None:
    x = Tensor(np.zeros(3, complex if complex_ else float), requires_grad=True)
    y = la.vector_norm(x, ord=ord)
    assert y.item() == 0
    slope = gradients(y, x, create_graph=True)
    np.testing.assert_array_equal(slope.detach().numpy(), np.zeros(3))
    if slope.requires_grad:
        curvature = gradients(ad.sum(ad.real(slope)), x)
        assert np.isfinite(curvature.numpy()).all()
    tangent = jvp(lambda x: la.vector_norm(x, ord=ord), [x.detach()], [np.ones(3)])[1]
    assert tangent.item() == 0


@pytest.mark.parametrize("ord", [1, 3, 1.5, 0.5, 2])
def test_an_element_that_is_0_gets_slope_0(ord: float) -> None:
    x = np.array([0.0, 2.0, -1.0])
    slope = gradient_of(lambda x: la.vector_norm(x, ord=ord), x)
    rest = gradient_of(lambda x: la.vector_norm(x, ord=ord), x[1:])
    np.testing.assert_allclose(slope, [0.0, *rest], rtol=1e-14)


def test_a_norm_of_negative_order_of_a_vector_with_a_0_is_0() -> None:
    x = np.array([0.0, 2.0, -1.0])
    assert la.vector_norm(x, ord=-1) == 0
    slope = gradient_of(lambda x: la.vector_norm(x, ord=-1), x)
    np.testing.assert_array_equal(slope, np.zeros(3))


def test_ties_of_the_largest_norm_share() -> None:
    slope = gradient_of(lambda x: la.vector_norm(x, ord=inf), np.array([3.0, -3.0, 1.0]))
    np.testing.assert_array_equal(slope, [0.5, -0.5, 0.0])
    slope = gradient_of(lambda x: la.matrix_norm(x, ord=1), np.array([[1.0, -1.0], [0.5, 0.5]]))
    np.testing.assert_array_equal(slope, [[0.5, -0.5], [0.5, 0.5]])


@pytest.mark.parametrize("ord", ["fro", "nuc", 2, -2, 1, -1, inf, -inf])
def test_matrix_norms_have_slope_0_at_0(ord: Any) -> None:
    x = np.zeros((2, 3))
    np.testing.assert_array_equal(gradient_of(lambda x: la.matrix_norm(x, ord=ord), x), x)


def test_nuclear_norm_of_a_matrix_that_lacks_rank() -> None:
    x = of_rank(3, 1)
    u, s, vh = np.linalg.svd(x)
    found = gradient_of(lambda x: la.matrix_norm(x, ord="nuc"), x)
    np.testing.assert_allclose(found, np.outer(u[:, 0], vh[0]), atol=1e-12)
    assert la.matrix_norm(x, ord="nuc") == pytest.approx(s[0])


@pytest.mark.parametrize("ord", ["fro", "nuc", 1, -1, 2, -2, inf, -inf, None])
def test_norms_are_numpys(ord: Any) -> None:
    x = complex_normal(2, 3, 4)
    expected = np.linalg.norm(x, ord, axis=(2, 0), keepdims=True)
    np.testing.assert_allclose(la.norm(x, ord, (2, 0), True), expected, rtol=1e-12)
    np.testing.assert_allclose(la.norm(x[0], ord), np.linalg.norm(x[0], ord), rtol=1e-12)


@pytest.mark.parametrize("ord", [None, 2, 1, 0, 3, 0.5, -1, inf, -inf])
def test_vector_norms_are_numpys(ord: Any) -> None:
    x = complex_normal(2, 3)
    np.testing.assert_allclose(la.norm(x, ord, 1), np.linalg.norm(x, ord, 1), rtol=1e-13)
    whole = np.arange(-3, 4)
    np.testing.assert_allclose(la.norm(whole, ord), expected_norm(whole, ord), rtol=1e-13)


def expected_norm(x: Any, ord: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.linalg.norm(x, ord)


def test_norm_of_everything() -> None:
    x = normal(2, 3, 4)
    assert la.norm(x) == pytest.approx(np.linalg.norm(x))
    assert la.norm(x, keepdims=True).shape == (1, 1, 1)


@pytest.mark.parametrize("p", [None, 2, -2, "fro", "nuc", 1, -1, inf, -inf])
def test_condition_numbers_are_numpys(p: Any) -> None:
    x = complex_normal(2, 3, 3)
    np.testing.assert_allclose(la.cond(x, p), np.linalg.cond(x, p), rtol=1e-10)


def test_condition_number_of_a_singular_matrix() -> None:
    for x in (np.diag([1.0, 0.0]), np.zeros((2, 2))):
        for p in (None, 2, -2):
            with np.errstate(divide="ignore", invalid="ignore"):
                assert la.cond(x, p) == np.linalg.cond(x, p)
    slope = gradient_of(lambda x: la.cond(x).sum(), np.stack([np.zeros((2, 2)), REGULAR[:2, :2]]))
    np.testing.assert_array_equal(slope[0], np.zeros((2, 2)))
    np.testing.assert_allclose(slope[1], gradient_of(la.cond, REGULAR[:2, :2]), rtol=1e-13)


# --- decompositions: what they are ---

MATRICES = [
    (3, 3),
    (4, 2),
    (2, 4),
    (2, 3, 3),
    (2, 1, 3, 2),
    (1, 1),
    (0, 0),
    (0, 3),
    (3, 0),
    (0, 2, 2),
]
DTYPES = [np.float32, np.float64, np.complex64, np.complex128]


def matrix(shape: Any, dtype: Any) -> Any:
    z = complex_normal(*shape)
    return np.asarray(z if np.dtype(dtype).kind == "c" else z.real, dtype)


def close(one: Any, other: Any, dtype: Any) -> None:
    eps = np.finfo(dtype).eps
    assert np.shape(one) == np.shape(other)
    np.testing.assert_allclose(one, other, rtol=100 * eps, atol=100 * eps)


def orthonormal(x: Any) -> None:
    eye = np.broadcast_to(np.eye(x.shape[-1]), (*x.shape[:-2], x.shape[-1], x.shape[-1]))
    close(x.conj().mT @ x, eye, x.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", MATRICES)
@pytest.mark.parametrize("full", [False, True])
def test_svd(shape: Any, dtype: Any, full: bool) -> None:
    x = matrix(shape, dtype)
    found = la.svd(x, full_matrices=full)
    assert found._fields == ("U", "S", "Vh")
    expected = np.linalg.svd(x, full_matrices=full)
    for mine, theirs in zip(found, expected, strict=True):
        assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
    u, s, vh = found
    orthonormal(u)
    orthonormal(vh.conj().mT)
    k = s.shape[-1]
    close((u[..., :k] * s[..., None, :]) @ vh[..., :k, :], x, dtype)
    close(la.svdvals(x), s, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", MATRICES)
@pytest.mark.parametrize("mode", ["reduced", "complete"])
def test_qr(shape: Any, dtype: Any, mode: str) -> None:
    x = matrix(shape, dtype)
    found = la.qr(x, mode=mode)
    assert found._fields == ("Q", "R")
    q, r = found
    for mine, theirs in zip(found, np.linalg.qr(x, mode=mode), strict=True):
        assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
    orthonormal(q)
    close(q @ r, x, dtype)
    np.testing.assert_array_equal(r, np.triu(r))
    close(r[..., : min(shape[-2:])], np.linalg.qr(x)[1][..., : min(shape[-2:])], dtype) if (
        mode == "reduced"
    ) else None


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [s for s in MATRICES if s[-1] == s[-2]])
def test_square_decompositions(shape: Any, dtype: Any) -> None:
    x = matrix(shape, dtype)
    hermitian = (x + x.conj().mT) / 2
    found = la.eigh(hermitian)
    assert found._fields == ("eigenvalues", "eigenvectors")
    w, v = found
    assert (w.dtype, v.dtype) == (np.finfo(dtype).dtype, dtype)
    orthonormal(v)
    close(hermitian @ v, v * w[..., None, :], dtype)
    close(la.eigvalsh(hermitian), w, dtype)
    close(la.eigh(x)[0], w, dtype)  # it is the Hermitian part that is decomposed
    definite = x @ x.conj().mT + np.eye(shape[-1], dtype=dtype)
    factor = la.cholesky(definite)
    assert factor.dtype == dtype
    close(factor, np.linalg.cholesky(definite), dtype)
    close(la.cholesky(definite, upper=True), factor.conj().mT, dtype)
    found = la.eig(x)
    assert found._fields == ("eigenvalues", "eigenvectors")
    w, v = found
    assert w.dtype == v.dtype == np.result_type(dtype, np.complex64)
    close(x @ v, v * w[..., None, :], dtype)
    close(la.eigvals(x), w, dtype)
    sign, size = la.slogdet(x)
    assert la.slogdet(x)._fields == ("sign", "logabsdet")
    close(sign, np.linalg.slogdet(x)[0], dtype)
    close(size, np.linalg.slogdet(x)[1], dtype)
    assert (sign.dtype, size.dtype) == (dtype, np.finfo(dtype).dtype)


@pytest.mark.parametrize(
    "f",
    [
        la.inv,
        la.det,
        lambda x: la.slogdet(x)[1],
        la.cholesky,
        lambda x: la.qr(x)[1],
        lambda x: la.svd(x)[0],
        la.svdvals,
        la.eigh,
        la.eigvalsh,
        la.eigvals,
        la.eig,
        la.pinv,
        la.expm,
        lambda x: la.matrix_power(x, 3),
        lambda x: la.solve(x, x),
        lambda x: la.solve_triangular(x, x),
        la.matrix_norm,
        la.trace,
        lambda x: la.lstsq(x, x).solution,
    ],
)
@pytest.mark.parametrize("shape", [(0, 0), (2, 0, 0), (0, 2, 2)])
def test_nothing_has_gradients_too(f: Callable[..., Any], shape: Any) -> None:
    def first(x: Any) -> Any:
        y = f(x)
        y = y[-1] if isinstance(y, tuple) else y
        return ad.real(y) if y.dtype.kind == "c" else y

    y, pull = vjp(first, np.zeros(shape))
    assert pull(np.ones(y.shape))[0].shape == shape
    assert jvp(first, [np.zeros(shape)], [np.zeros(shape)])[1].shape == y.shape


@pytest.mark.parametrize(
    "f", [la.inv, la.det, la.cholesky, la.svdvals, la.eigvalsh, la.expm, la.pinv, la.vector_norm]
)
def test_integers_compute_as_floats(f: Callable[..., Any]) -> None:
    x = np.array([[2, 1], [1, 3]])
    y = f(x)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, f(x.astype(float)), rtol=1e-14)


# --- decompositions: gradients that are right whatever was chosen ---


def projected(v: Any, w: Any) -> Any:
    """A function of the lines that vectors span."""
    return ad.real(einsum("...ik,k,...jk->...ij", v, w, ad.conj(v)))


def sizes(v: Any) -> Any:
    return ad.square(ad.abs(v))


def test_complex_eigenvectors_to_second_order() -> None:
    z = complex_normal(3, 3)
    check_grads(of_complex(lambda x: projected(la.eigh(x)[1], weights(3))), split(z))
    check_grads(of_complex(lambda x: sizes(la.eigh(x)[1])), split(z))
    check_grads(of_complex(lambda x: la.eigh(x)[0]), split(z))


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 3)])
def test_complex_singular_vectors_to_second_order(shape: Any) -> None:
    def lines(x: Any) -> Any:
        u, s, vh = la.svd(x, full_matrices=False)
        w = weights(s.shape[-1])
        middle = ad.real(einsum("ik,k,kj->ij", u, w, vh)) + ad.imag(einsum("ik,k,kj->ij", u, w, vh))
        return middle, s, sizes(u), sizes(vh)

    check_grads(of_complex(lines), split(complex_normal(*shape)))


@pytest.mark.parametrize("shape", [(4, 2), (2, 4)])
@pytest.mark.parametrize("complex_", [False, True])
def test_full_svd_to_second_order(shape: Any, complex_: bool) -> None:
    def space(x: Any) -> Any:
        u, _, vh = la.svd(x)
        rest = u[:, 2:] if shape[0] > 2 else la.matrix_transpose(ad.conj(vh))[:, 2:]
        return projected(rest, np.ones(2))

    z = complex_normal(*shape)
    if complex_:
        check_grads(of_complex(space), split(z))
    else:
        check_grads(space, [z.real])


@pytest.mark.parametrize("complex_", [False, True])
def test_complete_qr_to_second_order(complex_: bool) -> None:
    def space(x: Any) -> Any:
        q, r = la.qr(x, mode="complete")
        return projected(q[:, 2:], np.ones(2)), sizes(q[:, :2]), sizes(r)

    z = complex_normal(4, 2)
    if complex_:
        check_grads(of_complex(space), split(z))
    else:
        check_grads(space, [z.real])


def test_eigenvectors_of_general_matrices_to_second_order() -> None:
    real, z = normal(4, 4, seed=3), complex_normal(3, 3)
    assert np.iscomplex(np.linalg.eigvals(real)).any()
    check_grads(lambda x: sizes(la.eig(x)[1]), [real])
    check_grads(of_complex(lambda x: projected(la.eig(x)[1], weights(3))), split(z))
    check_grads(of_complex(lambda x: ad.real(la.eigvals(x))), split(z))
    check_grads(lambda x: ad.imag(la.eigvals(x)), [real])


def test_reassembled_factors_have_the_gradient_of_the_matrix() -> None:
    g = normal(4, 3)
    for x in (normal(4, 3, seed=1), complex_normal(4, 3)):

        def again(x: Any) -> Any:
            u, s, vh = la.svd(x, full_matrices=False)
            q, r = la.qr(x)
            return ad.sum(ad.real((u * s) @ vh) * g), ad.sum(ad.real(q @ r) * g)

        for i in (0, 1):
            found = gradient_of(lambda x, i=i: again(x)[i], x)
            np.testing.assert_allclose(found, g, atol=1e-12)


def test_gradients_of_hermitian_functions_are_hermitian() -> None:
    z = complex_normal(3, 3)
    z = z @ z.conj().T + np.eye(3)
    for f in (la.cholesky, la.eigvalsh, lambda x: sizes(la.eigh(x)[1])):
        y, pull = vjp(f, z)
        (g,) = pull(complex_normal(*y.shape, seed=1) if y.dtype.kind == "c" else normal(*y.shape))
        np.testing.assert_allclose(g.numpy(), g.numpy().conj().T, atol=1e-13)
        assert np.abs(g.numpy()).max() > 0.01


def test_real_values_of_complex_matrices_take_the_real_part_of_a_complex_gradient() -> None:
    factors = complex_normal(3, seed=1)
    for f in (la.eigvalsh, lambda z: la.eigh(z)[0], la.svdvals):

        def turned(a: Any, b: Any, f: Any = f) -> Any:
            return ad.real(f(a + 1j * b) * factors)

        check_grads(turned, split(complex_normal(3, 3)))


def test_least_squares() -> None:
    x1, x2 = normal(2, 4, 3), normal(2, 4, 2, seed=1)
    found = la.lstsq(x1, x2)
    for i in range(2):
        for mine, theirs in zip(found, np.linalg.lstsq(x1[i], x2[i]), strict=True):
            np.testing.assert_allclose(mine[i], theirs, rtol=1e-12)
    check_grads(lambda a, b: la.lstsq(a, b)[:2], [x1[0], x2[0]])
    check_grads(lambda a, b: la.lstsq(a, b).solution, [x1[0], x2[0, :, 0]])
    check_grads(lambda a, b: la.lstsq(a, b).solution, [x1[0].T, x2[0, :3]])
    tensors = la.lstsq(Tensor(x1, requires_grad=True), x2)
    assert [t.requires_grad for t in tensors] == [True, True, False, True]
    assert tensors._fields == ("solution", "residuals", "rank", "singular_values")


def test_shortest_solution_of_what_lacks_rank() -> None:
    x1, x2 = of_rank(4, 2)[:, :3], normal(4, seed=2)
    found = la.lstsq(x1, x2)
    np.testing.assert_allclose(found.solution, np.linalg.lstsq(x1, x2)[0], rtol=1e-10)
    assert found.rank == 2


def test_pinv_of_a_matrix_that_keeps_its_rank() -> None:
    check_grads(lambda a, b: la.pinv(a @ b), [normal(3, 2), normal(2, 4, seed=1)])
    check_grads(
        of_complex(lambda z: ad.imag(la.pinv(z @ z[:, :1] @ z[:1]))), split(complex_normal(3, 3))
    )
    np.testing.assert_allclose(la.pinv(np.diag([1.0, 0.1]), rtol=0.5), np.diag([1.0, 0.0]))


def test_exponentials() -> None:
    angle = 0.7
    turn = la.expm(np.array([[0.0, -angle], [angle, 0.0]]))
    expected = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    np.testing.assert_allclose(turn, expected, rtol=1e-14)
    for size in (1e-3, 0.1, 0.5, 1.5, 5.0, 40.0):
        w, v = size * np.array([1.0, -1.0, 0.3]), normal(3, 3)
        x = v @ np.diag(w) @ np.linalg.inv(v)
        expected = v @ np.diag(np.exp(w)) @ np.linalg.inv(v)
        found = la.expm(np.stack([x, x.T]))
        near = 1e-12 * np.abs(expected).max()
        np.testing.assert_allclose(found, [expected, expected.T], rtol=1e-9, atol=near)
    check_grads(la.expm, [8 * normal(2, 2)])
    assert np.isnan(la.expm(np.array([[np.nan]]))).all()


def test_a_power_0_is_the_identity_and_has_no_slope() -> None:
    x = Tensor(normal(2, 3, 3), requires_grad=True)
    y = la.matrix_power(x, 0)
    np.testing.assert_array_equal(y.detach().numpy(), np.broadcast_to(np.eye(3), (2, 3, 3)))
    np.testing.assert_array_equal(gradients(y.sum(), x).numpy(), np.zeros((2, 3, 3)))


def test_solve_takes_a_single_axis_alone_for_a_vector() -> None:
    a = np.stack([REGULAR, SPD])
    assert la.solve(a, normal(3)).shape == (2, 3)
    assert la.solve(a, normal(3, 2)).shape == (2, 3, 2)
    assert la.solve(REGULAR, normal(2, 3, 1)).shape == (2, 3, 1)


def test_a_triangular_solve_reads_its_triangle_alone() -> None:
    a, b = REGULAR.copy(), normal(3, 2)
    a[np.triu_indices(3, 1)] = np.nan
    np.testing.assert_allclose(la.solve_triangular(a, b), np.linalg.solve(np.tril(REGULAR), b))
    slope = gradient_of(lambda a: la.solve_triangular(a, b).sum(), a)
    assert np.isfinite(slope).all()
    np.testing.assert_array_equal(slope, np.tril(slope))


def test_rank_is_a_constant() -> None:
    x = Tensor(np.stack([of_rank(3, 2), of_rank(3, 1)]), requires_grad=True)
    rank = la.matrix_rank(x)
    assert rank.numpy().tolist() == [2, 1]
    assert not rank.requires_grad
    assert la.matrix_rank(np.diag([1.0, 0.1]), rtol=0.5) == 1


def test_trace_in_another_dtype() -> None:
    assert la.trace(np.eye(3, dtype=np.float32), dtype=np.float64).dtype == np.float64
    assert la.trace(np.full((3, 3), 100, np.int8)) == 300


# --- decompositions: where they have no gradient ---

TURN = np.linalg.qr(normal(3, 3))[0]


def test_equal_eigenvalues_have_gradients_where_they_are_symmetric() -> None:
    x = TURN @ np.diag([2.0, 2.0, 5.0]) @ TURN.T
    slope = gradient_of(lambda x: (la.eigvalsh(x) ** 3).sum(), x)
    np.testing.assert_allclose(slope, 3 * x @ x, rtol=1e-12)
    slope = gradient_of(lambda x: (la.eigh(x)[0] ** 3).sum(), np.eye(3))
    np.testing.assert_allclose(slope, 3 * np.eye(3), atol=1e-14)
    tangent = jvp(lambda x: (la.eigvalsh(x) ** 2).sum(), [x], [SPD])[1]
    assert tangent.item() == pytest.approx(2 * np.sum(x * SPD))


def test_equal_singular_values_have_gradients_where_they_are_symmetric() -> None:
    slope = gradient_of(lambda x: (la.svdvals(x) ** 2).sum(), TURN)
    np.testing.assert_allclose(slope, 2 * TURN, rtol=1e-12)
    slope = gradient_of(lambda x: la.matrix_norm(x, ord="nuc"), TURN)
    np.testing.assert_allclose(slope, TURN, rtol=1e-12)


def test_the_vector_of_a_single_eigenvalue_has_a_gradient_beside_equal_ones() -> None:
    x = TURN @ np.diag([2.0, 2.0, 5.0]) @ TURN.T
    line = lambda x: projected(la.eigh(x)[1][:, 2:], np.ones(1))  # noqa: E731
    check_grads(line, [x], order=1, modes=["reverse"])
    s = lambda x: sizes(la.svd(x, full_matrices=False)[0][:, :1])  # noqa: E731
    check_grads(s, [x], order=1, modes=["reverse"])


def doubled(x: Any) -> Any:
    return ad.sum(la.eigvalsh(x) ** 2)


UNRELATED = complex_normal(3, 3)
REFUSED: list[tuple[str, Callable[[Any], Any], Any, str]] = [
    ("eigenvectors", lambda x: la.eigh(x)[1], np.eye(3), "eigh: two values are equal"),
    ("singular vectors", lambda x: la.svd(x)[0], np.eye(3), "svd: two values are equal"),
    ("right ones", lambda x: la.svd(x)[2], np.eye(3), "svd: two values are equal"),
    ("a pair", lambda x: la.eigh(x)[1][:, :1], np.diag([1.0, 1, 2]), "eigh: two values"),
    ("a general pair", lambda x: la.eig(x)[1], np.diag([1.0, 1, 2]), "eig: two values are equal"),
    ("a null vector", lambda x: la.svd(x, full_matrices=False)[0], of_rank(4, 2)[:, :3], "is 0 up"),
    ("a wide one", lambda x: la.svd(x, full_matrices=False)[2], of_rank(4, 2)[:3], "is 0 up to"),
    ("phases", lambda x: ad.real(la.eigh(x)[1]), UNRELATED, "multiplied by any number of size 1"),
    ("general phases", lambda x: ad.real(la.eig(x)[1]), UNRELATED, "by any number of size 1"),
    ("phases of pairs", lambda x: ad.real(la.svd(x)[0]), UNRELATED, "by any number of size 1"),
    ("phases of turns", lambda x: ad.imag(la.eig(x)[1]), normal(4, 4, seed=3), "of size 1"),
    ("completion", lambda x: la.svd(x)[0][:, 2:], normal(4, 2), "one choice of many"),
    ("completion of Vh", lambda x: la.svd(x)[2][2:], normal(2, 4), "one choice of many"),
    ("completion of Q", lambda x: la.qr(x, mode="complete")[0][:, 2:], normal(4, 2), "of many"),
    ("dependent columns", lambda x: la.qr(x)[0], np.ones((3, 2)) * [1.0, 0.0], "depend on each"),
    ("a defective matrix", lambda x: ad.real(la.eigvals(x)), np.eye(2, k=1), "fewer independent"),
    ("a singular matrix", lambda x: la.slogdet(x)[1], np.zeros((2, 2)), "slogdet: a singular"),
]


@pytest.mark.parametrize(
    ("f", "x", "message"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_gradients_that_do_not_exist_are_refused(
    f: Callable[[Any], Any], x: Any, message: str
) -> None:
    y, pull = vjp(f, x)
    with pytest.raises(GradientError, match=message):
        pull(normal(*y.shape, seed=5))


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: la.eigh(x)[0], np.eye(2)),
        (lambda x: la.svd(x)[1], np.eye(2)),
        (lambda x: la.svd(x, full_matrices=False)[1], np.diag([1.0, 0.0, 0.0])[:, :2]),
        (lambda x: ad.real(la.eig(x)[0]), np.eye(2)),
    ],
)
def test_forward_mode_refuses_vectors_of_equal_values(f: Callable[[Any], Any], x: Any) -> None:
    with pytest.raises(GradientError, match="in forward mode"):
        jvp(f, [x], [np.ones_like(x)])


@pytest.mark.parametrize("sizes", [[2.0, 2.0, 1.0], [2.0, 2.0 + 1e-9, 1.0]])
@pytest.mark.parametrize("seed", range(20))
def test_values_that_rounding_has_parted_are_still_equal(sizes: list[float], seed: int) -> None:
    turn, other = (np.linalg.qr(normal(3, 3, seed=seed + at))[0] for at in (0, 100))
    x = Tensor(turn @ np.diag(sizes) @ turn.T, requires_grad=True)
    slope = gradients((la.eigvalsh(x) ** 3).sum(), x, create_graph=True)
    with pytest.raises(GradientError, match="eigh: two values are equal"):
        gradients(slope, x, normal(3, 3))
    w, v = la.eigh(x)
    with pytest.raises(GradientError, match="eigh: two values are equal"):
        gradients((v * w**3) @ v.mT, x, normal(3, 3))
    x = Tensor(turn @ np.diag(sizes) @ other, requires_grad=True)
    u, s, vh = la.svd(x)
    with pytest.raises(GradientError, match="svd: two values are equal"):
        gradients((u * s**3) @ vh, x, normal(3, 3))


def test_derivatives_of_the_vectors_of_near_values_are_precise() -> None:
    x = Tensor(TURN @ np.diag([2.0, 2.0 + 1e-7, 1.0]) @ TURN.T, requires_grad=True)
    w, v = la.eigh(x)
    g, cube = normal(3, 3), x.detach().numpy()
    flow = gradients((v * w**3) @ v.mT, x, g).numpy()
    expected = cube @ cube @ g + cube @ g @ cube + g @ cube @ cube
    np.testing.assert_allclose(flow, (expected + expected.T) / 2, rtol=1e-7)


def test_a_singular_matrix_whose_logarithm_is_not_used() -> None:
    x = Tensor(np.stack([np.ones((2, 2)), REGULAR[:2, :2]]), requires_grad=True)
    logs = la.slogdet(x)[1]
    expected = np.stack([np.zeros((2, 2)), np.linalg.inv(REGULAR[:2, :2]).T])
    np.testing.assert_allclose(gradients(logs[1], x), expected)
    kept = ad.where(np.array([False, True]), la.slogdet(x)[1], 0.0).sum()
    slope = gradients(kept, x, create_graph=True)
    np.testing.assert_allclose(slope.detach(), expected)
    np.testing.assert_array_equal(gradients(slope.sum(), x)[0], np.zeros((2, 2)))
    with pytest.raises(GradientError, match="slogdet: a singular matrix"):
        gradients(logs[0], x)
    with pytest.raises(GradientError, match="slogdet: a singular matrix"):
        jvp(lambda x: la.slogdet(x)[1][1], [x], [np.ones(x.shape)])


def test_second_derivatives_at_equal_eigenvalues_are_refused() -> None:
    x = Tensor(np.eye(2), requires_grad=True)
    slope = gradients(doubled(x), x, create_graph=True)
    with pytest.raises(GradientError, match="two values are equal"):
        gradients(slope[0, 0], x)
