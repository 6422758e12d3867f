"""Moving, writing, sorting, scanning and statistics against PyTorch, in double precision.

Values, first and second derivatives; the points include ties and zeros, where calculus leaves a
choice, or a division would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff.ops import (
    along,
    diagonal,
    difference,
    index,
    joining,
    manipulation,
    ordering,
    rearrange,
    scan,
    softmax,
    statistics,
)
from autodiff.ops import reduce as ours
from autodiff.tensor import Tensor
from autodiff.transforms import gradients

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

F = torch.nn.functional


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


TIED = np.random.default_rng(0).integers(0, 3, (3, 6)).astype(float)
X, U, V = normal(3, 4), normal(3, 4, seed=1), normal(4)
ZERO, ZEROS = np.array([2.0, 0.0, -1.5, 3.0]), np.array([[2.0, 0.0, -1.5, 0.0], [0.0] * 4])
AT = np.array([[0, 2, 2], [3, 1, 0], [1, 1, 1]])
ROWS = np.array([2, 0, 2, 1])
Case = tuple[str, Callable[..., Any], Callable[..., Any], list[Any]]

CASES: list[Case] = [
    # moving
    ("flip", lambda x: rearrange.flip(x * x, 1), lambda x: (x * x).flip(1), [X]),
    ("roll", lambda x: rearrange.roll(x * x, 5), lambda x: (x * x).roll(5), [X]),
    (
        "roll of axes",
        lambda x: rearrange.roll(x * x, (1, -2), (0, 1)),
        lambda x: (x * x).roll((1, -2), (0, 1)),
        [X],
    ),
    (
        "moveaxis",
        lambda x: rearrange.moveaxis(x * x, (0, -1), (-1, 0)),
        lambda x: (x * x).moveaxis((0, -1), (-1, 0)),
        [normal(2, 3, 4)],
    ),
    ("rot90", lambda x: rearrange.rot90(x * x, 3), lambda x: (x * x).rot90(3), [X]),
    (
        "repeat",
        lambda x: rearrange.repeat(x * x, [2, 0, 3], axis=0),
        lambda x: (x * x).repeat_interleave(torch.tensor([2, 0, 3]), 0),
        [X],
    ),
    ("tile", lambda x: rearrange.tile(x * x, (2, 1, 3)), lambda x: (x * x).tile(2, 1, 3), [X]),
    (
        "flatten",
        lambda x: rearrange.flatten(x * x, 1, 2),
        lambda x: (x * x).flatten(1, 2),
        [normal(2, 3, 4, 2)],
    ),
    *(
        (
            f"pad, {mode}",
            lambda x, mode=mode: manipulation.pad(x**3, ((0, 0), (2, 1), (1, 3)), mode),
            lambda x, name=name: F.pad(x**3, (1, 3, 2, 1), name),
            [normal(2, 3, 4)],
        )
        for mode, name in [("edge", "replicate"), ("reflect", "reflect"), ("wrap", "circular")]
    ),
    (
        "meshgrid",
        lambda a, b: joining.meshgrid(a * a, b * b)[0] * joining.meshgrid(a, b)[1],
        lambda a, b: (
            torch.meshgrid(a * a, b * b, indexing="xy")[0] * torch.meshgrid(a, b, indexing="xy")[1]
        ),
        [V, normal(3)],
    ),
    (
        "split",
        lambda x: joining.split(x, [1], axis=1)[1] * joining.unstack(x, axis=1)[0][:, None],
        lambda x: x.tensor_split([1], 1)[1] * x.unbind(1)[0][:, None],
        [X],
    ),
    # diagonals
    (
        "diagonal",
        lambda x: diagonal.diagonal(x**3, 1, 0, 2),
        lambda x: (x**3).diagonal(1, 0, 2),
        [normal(3, 2, 4)],
    ),
    (
        "diag_embed",
        lambda x: diagonal.diag_embed(x**3, -1, 0, -1),
        lambda x: torch.diag_embed(x**3, -1, 0, -1),
        [X],
    ),
    ("diag", lambda x: diagonal.diag(x**3, 2), lambda x: torch.diag(x**3, 2), [V]),
    ("tril", lambda x: diagonal.tril(x**3, -1), lambda x: torch.tril(x**3, -1), [X]),
    ("triu", lambda x: diagonal.triu(x**3, 1), lambda x: torch.triu(x**3, 1), [X]),
    # along an axis
    (
        "gather",
        lambda x: along.gather(x**3, 1, AT[:2]),
        lambda x: torch.gather(x**3, 1, torch.tensor(AT[:2])),
        [X],
    ),
    (
        "take_along_axis",
        lambda x: along.take_along_axis(x**3, AT),
        lambda x: torch.take_along_dim(x**3, torch.tensor(AT), 1),
        [X],
    ),
    (
        "take",
        lambda x: along.take(x**3, ROWS, axis=0),
        lambda x: torch.index_select(x**3, 0, torch.tensor(ROWS)),
        [X],
    ),
    (
        "add_along_axis",
        lambda x, u: along.add_along_axis(x, u[:, :3], AT) ** 3,
        lambda x, u: x.scatter_add(1, torch.tensor(AT), u[:, :3]) ** 3,
        [X, U],
    ),
    (
        "put_along_axis",
        lambda x, u: along.put_along_axis(x, u[:, :2], AT[:, :1] + [[0, 1]] * 3, -1) ** 3,
        lambda x, u: x.scatter(1, torch.tensor(AT[:, :1] + [[0, 1]] * 3), u[:, :2]) ** 3,
        [normal(3, 5), U],
    ),
    (
        "index_add",
        lambda x, u: along.index_add(x, u, [2, 0, 2]) ** 3,
        lambda x, u: x.index_add(0, torch.tensor([2, 0, 2]), u) ** 3,
        [X, U],
    ),
    (
        "setitem",
        lambda x, u: index.setitem(x, u[:2] * u[:2], [2, 0]) ** 3,
        lambda x, u: torch.index_put(x, (torch.tensor([2, 0]),), u[:2] * u[:2]) ** 3,
        [X, U],
    ),
    # order
    ("sort", lambda x: ordering.sort(x, 0) ** 3, lambda x: x.sort(0).values ** 3, [X]),
    (
        "sort, descending, ties",
        lambda x: ordering.sort(x, descending=True) ** 3,
        lambda x: x.sort(descending=True, stable=True).values ** 3,
        [TIED],
    ),
    (
        "topk",
        lambda x: ordering.topk(x, 2, 1).values ** 3,
        lambda x: x.topk(2, 1).values ** 3,
        [X],
    ),
    (
        "topk, smallest",
        lambda x: ordering.topk(x, 2, 0, largest=False).values ** 3,
        lambda x: x.topk(2, 0, largest=False).values ** 3,
        [X],
    ),
    (
        "quantile",
        lambda x: ordering.quantile(x, np.array([0.1, 0.5, 0.8]), 1) ** 3,
        lambda x: torch.quantile(x, torch.tensor([0.1, 0.5, 0.8], dtype=x.dtype), 1) ** 3,
        [X],
    ),
    ("median", lambda x: ordering.median(x, 0), lambda x: x.median(0).values, [X]),
    # scans
    ("cumsum", lambda x: scan.cumsum(x * x, 0), lambda x: (x * x).cumsum(0), [X]),
    ("cumprod", lambda x: scan.cumprod(x, 1), lambda x: x.cumprod(1), [X]),
    ("cumprod, a zero", lambda x: scan.cumprod(x), lambda x: x.cumprod(0), [ZERO]),
    ("cumprod, zeros", lambda x: scan.cumprod(x, 1), lambda x: x.cumprod(1), [ZEROS]),
    ("prod", lambda x: ours.prod(x, 1), lambda x: x.prod(1), [X]),
    ("prod, a zero", ours.prod, lambda x: x.prod(), [ZERO]),
    ("prod, zeros", lambda x: ours.prod(x, 0), lambda x: x.prod(0), [ZEROS]),
    ("cummax", lambda x: scan.cummax(x, 0) ** 3, lambda x: x.cummax(0).values ** 3, [X]),
    ("cummax, ties", lambda x: scan.cummax(x) ** 3, lambda x: x.cummax(1).values ** 3, [TIED]),
    ("cummin, ties", lambda x: scan.cummin(x) ** 3, lambda x: x.cummin(1).values ** 3, [TIED]),
    ("logcumsumexp", scan.logcumsumexp, lambda x: x.logcumsumexp(1), [30 * X]),
    (
        "diff",
        lambda x, u: difference.diff(x**3, append=u, n=2),
        lambda x, u: torch.diff(x**3, n=2, append=u),
        [X, U],
    ),
    (
        "trapezoid",
        lambda y, x: difference.trapezoid(y * y, x),
        lambda y, x: torch.trapezoid(y * y, x),
        [X, V],
    ),
    # statistics
    ("var", lambda x: statistics.var(x, 0, 1), lambda x: x.var(0), [X]),
    ("std", lambda x: statistics.std(x, 1, 0.5), lambda x: x.std(1, correction=0.5), [X]),
    ("cov", statistics.cov, torch.cov, [X]),
    ("corrcoef", statistics.corrcoef, torch.corrcoef, [X]),
    ("nansum", lambda x: statistics.nansum(x * x, 0), lambda x: (x * x).nansum(0), [X]),
    ("nanmean", lambda x: statistics.nanmean(x * x, 0), lambda x: (x * x).nanmean(0), [X]),
]


def contracted(values: Any, weights: Any) -> Any:
    return sum((v * w).sum() for v, w in zip(values, weights, strict=True))


def weights_like(values: Any, seed: int) -> list[Any]:
    return [normal(*v.shape, seed=seed + i) for i, v in enumerate(values)]


def found_here(f: Callable[..., Any], xs: list[Any]) -> list[Any]:
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    first = gradients(contracted([y], weights_like([y], 10)), tensors, create_graph=True)
    total = contracted(first, weights_like(first, 20))
    second = gradients(total, tensors) if total.requires_grad else [x * 0 for x in tensors]
    return [t.detach().numpy() for t in (y, *first, *second)]


def found_there(f: Callable[..., Any], xs: list[Any]) -> list[Any]:
    tensors = [torch.tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    total = contracted([y], [torch.tensor(w) for w in weights_like([y], 10)])
    first = torch.autograd.grad(total, tensors, create_graph=True)
    total = contracted(first, [torch.tensor(w) for w in weights_like(first, 20)])
    second = [torch.zeros_like(x) for x in tensors]
    if total.requires_grad:
        second = torch.autograd.grad(total, tensors, allow_unused=True, materialize_grads=True)
    return [t.detach().numpy() for t in (y, *first, *second)]


@pytest.mark.parametrize(
    ("our_f", "their_f", "xs"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_value_and_two_orders_of_derivatives(our_f: Any, their_f: Any, xs: Any) -> None:
    for mine, theirs in zip(found_here(our_f, xs), found_there(their_f, xs), strict=True):
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-11)


def test_softmax_of_halves_is_as_exact_as_pytorch_s() -> None:
    x = np.linspace(-3, 3, 3000).astype(np.float16)
    for name in ("softmax", "log_softmax"):
        mine, theirs = getattr(softmax, name), getattr(torch, name)
        ours_of, theirs_of = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        g = normal(3000).astype(np.float16)
        y, z = mine(ours_of), theirs(theirs_of, 0)
        np.testing.assert_allclose(y.data, z.detach().numpy(), rtol=2e-3, atol=1e-7)
        y.backward(g)
        z.backward(torch.tensor(g))
        np.testing.assert_allclose(ours_of.grad.data, theirs_of.grad.numpy(), rtol=5e-3, atol=5e-3)


def test_a_complex_product_has_pytorch_s_gradient() -> None:
    z = normal(5) + 1j * normal(5, seed=1)
    z[2] = 0.0
    ours_z, theirs_z = Tensor(z, requires_grad=True), torch.tensor(z, requires_grad=True)
    (abs(scan.cumprod(ours_z) + ours.prod(ours_z) + 1.0) ** 2).sum().backward()
    ((theirs_z.cumprod(0) + theirs_z.prod() + 1.0).abs() ** 2).sum().backward()
    np.testing.assert_allclose(ours_z.grad.data, theirs_z.grad.numpy(), rtol=1e-12)


def test_complex_variance_has_pytorch_s_gradient() -> None:
    z = normal(5) + 1j * normal(5, seed=1)
    ours_z, theirs_z = Tensor(z, requires_grad=True), torch.tensor(z, requires_grad=True)
    statistics.std(ours_z, correction=1).backward()
    theirs_z.std().backward()
    np.testing.assert_allclose(ours_z.grad.data, theirs_z.grad.numpy(), rtol=1e-12)


def test_a_complex_covariance_has_pytorch_s_gradient() -> None:
    z = normal(2, 5) + 1j * normal(2, 5, seed=1)
    ours_z, theirs_z = Tensor(z, requires_grad=True), torch.tensor(z, requires_grad=True)
    c, theirs_c = statistics.cov(ours_z), torch.cov(theirs_z)
    np.testing.assert_allclose(c.data, theirs_c.detach().numpy(), rtol=1e-12)
    (abs(c + 1j) ** 2).sum().backward()
    ((theirs_c + 1j).abs() ** 2).sum().backward()
    np.testing.assert_allclose(ours_z.grad.data, theirs_z.grad.numpy(), rtol=1e-10)
