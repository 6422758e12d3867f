"""Complex gradients are PyTorch's: ``∂L/∂a + i ∂L/∂b``, to second order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

RNG = np.random.default_rng(0)


def numbers(*shape: int) -> Any:
    return RNG.uniform(0.3, 1.2, shape) + 1j * RNG.uniform(0.3, 1.2, shape)


Z, W, X = numbers(3, 3), numbers(3, 3), RNG.uniform(0.3, 1.2, (3, 3))


def chosen(a: Any, b: Any) -> Any:
    return torch.where(torch.tensor(X > 0.7), a, b)


SAME_DTYPE = (torch.matmul, chosen)
"""What PyTorch takes no real together with a complex argument for."""

UNARY = [
    ("exp", ad.exp, torch.exp),
    ("expm1", ad.expm1, torch.expm1),
    ("log", ad.log, torch.log),
    ("log1p", ad.log1p, torch.log1p),
    ("log2", ad.log2, torch.log2),
    ("log10", ad.log10, torch.log10),
    ("sqrt", ad.sqrt, torch.sqrt),
    ("square", ad.square, torch.square),
    ("reciprocal", ad.reciprocal, torch.reciprocal),
    ("sin", ad.sin, torch.sin),
    ("cos", ad.cos, torch.cos),
    ("tan", ad.tan, torch.tan),
    ("sinh", ad.sinh, torch.sinh),
    ("cosh", ad.cosh, torch.cosh),
    ("tanh", ad.tanh, torch.tanh),
    ("asin", ad.asin, torch.asin),
    ("acos", ad.acos, torch.acos),
    ("atan", ad.atan, torch.atan),
    ("asinh", ad.asinh, torch.asinh),
    ("acosh", ad.acosh, torch.acosh),
    ("atanh", ad.atanh, torch.atanh),
    ("sigmoid", ad.sigmoid, torch.sigmoid),
    ("negative", ad.negative, torch.neg),
    ("abs", ad.abs, torch.abs),
    ("angle", ad.angle, torch.angle),
    ("real", ad.real, torch.real),
    ("imag", ad.imag, torch.imag),
    ("conj", ad.conj, torch.conj),
    ("sign", ad.sign, torch.sgn),
    ("sum", ad.sum, torch.sum),
    ("mean", ad.mean, torch.mean),
    ("prod", ad.prod, torch.prod),
    ("cumulative product", lambda z: ad.cumulative_prod(z, axis=0), lambda z: z.cumprod(0)),
    ("cumulative sum", lambda z: ad.cumulative_sum(z, axis=0), lambda z: z.cumsum(0)),
    ("power", lambda z: z**3, lambda z: z**3),
    ("complex power", lambda z: z ** (0.5 + 1j), lambda z: z ** (0.5 + 1j)),
    ("index", lambda z: z[[0, 0, 2]], lambda z: z[[0, 0, 2]]),
    ("transpose", lambda z: z.mT @ z, lambda z: z.mT @ z),
    ("variance", ad.var, lambda z: torch.var(z, correction=0)),
]
BINARY = [
    ("add", ad.add, torch.add),
    ("subtract", ad.subtract, torch.subtract),
    ("multiply", ad.multiply, torch.multiply),
    ("divide", ad.divide, torch.divide),
    ("pow", ad.pow, torch.pow),
    ("matmul", ad.matmul, torch.matmul),
    ("where", lambda a, b: ad.where(X > 0.7, a, b), chosen),
]


def compared(ours: Callable[..., Any], theirs: Callable[..., Any], *args: Any) -> None:
    """Gradients of a real number made of the result, and of one made of those gradients."""
    xs = [Tensor(x, requires_grad=True) for x in args]
    ts = [torch.tensor(x, requires_grad=True) for x in args]
    y, t = ours(*xs), theirs(*ts)
    np.testing.assert_allclose(y.detach().numpy(), t.detach().resolve_conj().numpy(), rtol=1e-10)
    u = RNG.uniform(0.5, 1.5, y.shape) * (1.0 if y.dtype.kind == "f" else 1 - 0.7j)
    gs = gradients(y, xs, u, create_graph=True)
    hs = torch.autograd.grad(t, ts, torch.tensor(u), create_graph=True)
    for g, h in zip(gs, hs, strict=True):
        assert g.dtype.name == str(h.dtype).removeprefix("torch.")
        expected = h.detach().resolve_conj().numpy()
        np.testing.assert_allclose(g.detach().numpy(), expected, rtol=1e-9, atol=1e-12)
    loss = sum((abs(g * g * (0.3 + 0.4j) + 0.1)).sum() for g in gs)
    if not loss.requires_grad:
        return
    other = sum((abs(h * h * (0.3 + 0.4j) + 0.1)).sum() for h in hs)
    for g, h in zip(
        gradients(loss, xs), torch.autograd.grad(other, ts, allow_unused=True), strict=True
    ):
        expected = np.zeros(g.shape) if h is None else h.resolve_conj().numpy()
        np.testing.assert_allclose(g.numpy(), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("ours", "theirs"), [p[1:] for p in UNARY], ids=[p[0] for p in UNARY])
def test_of_one_argument(ours: Callable[..., Any], theirs: Callable[..., Any]) -> None:
    compared(ours, theirs, Z)
    compared(ours, theirs, Z[..., ::-1].copy() - 0.5)


@pytest.mark.parametrize(("ours", "theirs"), [p[1:] for p in BINARY], ids=[p[0] for p in BINARY])
def test_of_two_arguments(ours: Callable[..., Any], theirs: Callable[..., Any]) -> None:
    compared(ours, theirs, Z, W)
    if theirs not in SAME_DTYPE:
        compared(ours, theirs, Z, X)
        compared(ours, theirs, X, Z)


def test_a_step_against_the_gradient_goes_downhill() -> None:
    z, target = Tensor(1 + 1j, requires_grad=True), -2 + 0.5j
    for _ in range(50):
        z.grad = None
        (abs(z - target) ** 2).backward()
        z.data = z.data - 0.1 * z.grad.data
    assert abs(z.item() - target) < 1e-4


def test_a_network_of_complex_and_real_parts() -> None:
    def ours(z: Any, x: Any) -> Any:
        h = ad.tanh(z @ (x + 0j)) * x
        return abs(h).sum(0) + ad.real(h * 1j).sum(1) + (ad.imag(z) * x).sum(0)

    def theirs(z: Any, x: Any) -> Any:
        h = torch.tanh(z @ (x + 0j)) * x
        return abs(h).sum(0) + torch.real(h * 1j).sum(1) + (torch.imag(z) * x).sum(0)

    compared(ours, theirs, Z, X)
