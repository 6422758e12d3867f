"""Values, first and second derivatives of ops against PyTorch's, in double precision.

Both libraries contract the output with the same random numbers, differentiate, contract the
gradients with random numbers, and differentiate again. The points include those where calculus
leaves a choice: there, too, the libraries agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients, jvp
from autodiff.ops.linalg import linear

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

F = torch.nn.functional


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def positive(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(0.3, 3.0, size=shape)


def smooth(name: str, xs: list[Any] | None = None, theirs: str | None = None) -> Any:
    return (name, getattr(ad, name), getattr(torch, theirs or name), xs or [normal(3, 4)])


INDEX = np.array([[0, 2], [2, 1]])
MASK = normal(3, 4) > 0
TARGET = np.array([0, 2, 1, 2])
PIXELS = np.random.default_rng(0).integers(0, 3, (2, 4, 5))
TIED = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
EDGES = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])

CASES: list[tuple[str, Callable[..., Any], Callable[..., Any], list[Any]]] = [
    # elementwise
    smooth("exp"),
    smooth("expm1"),
    smooth("sin"),
    smooth("cos"),
    smooth("tan"),
    smooth("tanh"),
    smooth("sigmoid"),
    smooth("square"),
    smooth("negative"),
    smooth("log", [positive(3, 4)]),
    smooth("log1p", [positive(3, 4)]),
    smooth("sqrt", [positive(3, 4)]),
    smooth("add", [normal(3, 1, 4), normal(2, 1, seed=1)]),
    smooth("subtract", [normal(3, 1, 4), normal(2, 1, seed=1)]),
    smooth("multiply", [normal(3, 1, 4), normal(2, 1, seed=1)]),
    smooth("divide", [normal(3, 1, 4), positive(2, 1)]),
    smooth("pow", [positive(3, 1, 4), normal(2, 1)]),
    smooth("maximum", [normal(3, 1, 4), normal(2, 1, seed=1)]),
    smooth("minimum", [normal(3, 1, 4), normal(2, 1, seed=1)]),
    smooth("abs", [EDGES]),
    smooth("sign", [EDGES]),
    smooth("relu", [EDGES]),
    ("sigmoid, extreme", ad.sigmoid, torch.sigmoid, [np.array([-700.0, -40.0, 40.0, 700.0])]),
    ("maximum, ties", ad.maximum, torch.maximum, [EDGES, np.abs(EDGES)]),
    ("minimum, ties", ad.minimum, torch.minimum, [EDGES, np.abs(EDGES)]),
    (
        "maximum of itself",
        lambda x: ad.maximum(x, x * 1.0),
        lambda x: torch.maximum(x, x * 1.0),
        [EDGES],
    ),
    ("clip at its bounds", lambda x: ad.clip(x, -1, 1), lambda x: torch.clamp(x, -1, 1), [EDGES]),
    ("clip from below", lambda x: ad.clip(x, min=0), lambda x: torch.clamp(x, min=0), [EDGES]),
    ("x ** 2 at 0", lambda x: x**2, lambda x: x**2, [EDGES]),
    ("x ** 1 at 0", lambda x: x**1, lambda x: x**1, [EDGES]),
    ("x ** 0 at 0", lambda x: x**0, lambda x: x**0, [EDGES]),
    ("x ** -1", lambda x: x**-1, lambda x: x**-1, [positive(3)]),
    ("x ** 2.5", lambda x: x**2.5, lambda x: x**2.5, [positive(3)]),
    ("2 ** x", lambda x: 2.0**x, lambda x: 2.0**x, [EDGES]),
    (
        "x ** [2, 3, 2.5] at 0",
        lambda x: x ** np.array([2.0, 3.0, 2.5]),
        lambda x: x ** torch.tensor([2.0, 3.0, 2.5], dtype=torch.float64),
        [np.zeros(3)],
    ),
    (
        "where",
        lambda a, b: ad.where(MASK, a, b),
        lambda a, b: torch.where(torch.tensor(MASK), a, b),
        [normal(3, 4), normal(4, seed=1)],
    ),
    # reductions
    (
        "sum",
        lambda x: ad.sum(x * x, (0, -1)),
        lambda x: torch.sum(x * x, (0, -1)),
        [normal(2, 3, 4)],
    ),
    (
        "mean",
        lambda x: ad.mean(x * x, 1, True),
        lambda x: torch.mean(x * x, 1, True),
        [normal(2, 3)],
    ),
    ("max", lambda x: ad.max(x * x, 1), lambda x: torch.amax(x * x, 1), [normal(3, 4)]),
    ("max, ties", lambda x: ad.max(x, 1), lambda x: torch.amax(x, 1), [TIED]),
    ("max of all, ties", ad.max, lambda x: torch.amax(x, (0, 1)), [TIED]),
    ("min, ties", lambda x: ad.min(x, 0), lambda x: torch.amin(x, 0), [TIED]),
    ("var", lambda x: ad.var(x, 1, correction=1), lambda x: torch.var(x, 1), [normal(3, 4)]),
    ("var of all", ad.var, lambda x: torch.var(x, correction=0), [normal(3, 4)]),
    (
        "logsumexp",
        lambda x: ad.logsumexp(x, 1),
        lambda x: torch.logsumexp(x, 1),
        [100 * normal(3, 4)],
    ),
    (
        "logsumexp of -inf",
        lambda x: ad.logsumexp(x, 0),
        lambda x: torch.logsumexp(x, 0),
        [np.array([-np.inf, 0.0, 1.0])],
    ),
    ("softmax", lambda x: ad.softmax(x, 0), lambda x: torch.softmax(x, 0), [normal(3, 4)]),
    (
        "log_softmax",
        lambda x: ad.log_softmax(x),
        lambda x: torch.log_softmax(x, -1),
        [50 * normal(3, 4)],
    ),
    (
        "cross_entropy",
        lambda x: ad.cross_entropy(x, TARGET),
        lambda x: F.cross_entropy(x, torch.tensor(TARGET), reduction="none"),
        [10 * normal(4, 3)],
    ),
    (
        "cross_entropy of pixels",
        lambda x: ad.cross_entropy(x, PIXELS),
        lambda x: F.cross_entropy(x, torch.tensor(PIXELS), reduction="none"),
        [normal(2, 3, 4, 5)],
    ),
    # shapes and indices
    (
        "reshape",
        lambda x: ad.reshape(x * x, (4, -1)),
        lambda x: (x * x).reshape(4, -1),
        [normal(3, 4)],
    ),
    (
        "permute_dims",
        lambda x: ad.permute_dims(x * x, (2, 0, 1)),
        lambda x: (x * x).permute(2, 0, 1),
        [normal(2, 3, 4)],
    ),
    ("matrix_transpose", lambda x: x.mT @ x, lambda x: x.mT @ x, [normal(2, 3, 4)]),
    (
        "broadcast_to",
        lambda x: ad.broadcast_to(x * x, (2, 3, 4)),
        lambda x: (x * x).expand(2, 3, 4),
        [normal(3, 1)],
    ),
    (
        "concat",
        lambda a, b: ad.concat([a, b, a], 1) ** 2,
        lambda a, b: torch.concat([a, b, a], 1) ** 2,
        [normal(2, 3), normal(2, 1)],
    ),
    (
        "stack",
        lambda a, b: ad.stack([a, b, a], -1) ** 2,
        lambda a, b: torch.stack([a, b, a], -1) ** 2,
        [normal(2, 3), normal(2, 3, seed=1)],
    ),
    (
        "pad",
        lambda x: ad.pad(x * x, ((1, 2), (0, 3))),
        lambda x: F.pad(x * x, (0, 3, 1, 2)),
        [normal(2, 3)],
    ),
    (
        "squeeze",
        lambda x: ad.squeeze(x * x, 1),
        lambda x: torch.squeeze(x * x, 1),
        [normal(2, 1, 3)],
    ),
    (
        "getitem, basic",
        lambda x: x[1:, None, -1] ** 2,
        lambda x: x[1:, None, -1] ** 2,
        [normal(3, 4)],
    ),
    (
        "getitem, integers",
        lambda x: x[INDEX] ** 2,
        lambda x: x[torch.tensor(INDEX)] ** 2,
        [normal(3, 4)],
    ),
    ("getitem, mask", lambda x: x[MASK] ** 2, lambda x: x[torch.tensor(MASK)] ** 2, [normal(3, 4)]),
    (
        "scatter_add",
        lambda x, u: ad.scatter_add(x, u, INDEX[0]) ** 2,
        lambda x, u: torch.index_add(x, 0, torch.tensor(INDEX[0]), u) ** 2,
        [normal(3, 4), normal(2, 4, seed=1)],
    ),
    # products
    *(
        (f"matmul {a} {b}", ad.matmul, torch.matmul, [normal(*a), normal(*b, seed=1)])
        for a, b in [
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 3), (3, 4)),
            ((5, 2, 3), (3, 4)),
            ((3,), (5, 3, 4)),
            ((5, 2, 3), (3,)),
            ((5, 1, 2, 3), (4, 3, 2)),
        ]
    ),
    (
        "linear",
        lambda x, w, b: linear(x, w, b),
        F.linear,
        [normal(2, 4, 3), normal(5, 3, seed=1), normal(5, seed=2)],
    ),
    # windows
    *(
        (
            f"conv2d, stride {stride}, padding {padding}",
            lambda x, w, b, s=stride, p=padding: ad.conv2d(x, w, b, s, p),
            lambda x, w, b, s=stride, p=padding: F.conv2d(x, w, b, s, p),
            [normal(2, 3, 7, 6), normal(4, 3, 3, 2, seed=1), normal(4, seed=2)],
        )
        for stride in (1, 2, (3, 1))
        for padding in (0, 1, (2, 1))
    ),
    (
        "im2col",
        lambda x: ad.im2col(x * x, (3, 2), (2, 1), (1, 0)),
        lambda x: F.unfold(x * x, (3, 2), stride=(2, 1), padding=(1, 0)).mT.flatten(0, 1),
        [normal(2, 3, 5, 6)],
    ),
    *(
        (
            f"{name}, window {kernel}, stride {stride}, padding {padding}",
            lambda x, f=ours, a=(kernel, stride, padding): f(x * x, *a),
            lambda x, f=theirs, a=(kernel, stride, padding): f(x * x, *a),
            [normal(2, 3, 7, 8)],
        )
        for name, ours, theirs in [
            ("max_pool2d", ad.max_pool2d, F.max_pool2d),
            ("avg_pool2d", ad.avg_pool2d, F.avg_pool2d),
        ]
        for kernel, stride, padding in [(2, None, 0), (3, 2, 1), ((3, 2), (1, 3), (1, 0))]
    ),
    (
        "max_pool2d, ties",
        lambda x: ad.max_pool2d(x, 3, 1, 1),
        lambda x: F.max_pool2d(x, 3, 1, 1),
        [np.random.default_rng(0).integers(0, 3, (1, 2, 6, 6)).astype(float)],
    ),
    (
        "astype",
        lambda x: x.astype(np.float32) ** 2,
        lambda x: x.to(torch.float32) ** 2,
        [normal(3)],
    ),
]


def contracted(values: Any, weights: Any) -> Any:
    return sum((v * w).sum() for v, w in zip(values, weights, strict=True))


def weights_like(values: Any, seed: int) -> list[Any]:
    return [normal(*v.shape, seed=seed + i) for i, v in enumerate(values)]


def ours(f: Callable[..., Any], xs: list[Any]) -> list[Any]:
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    first = gradients(contracted([y], weights_like([y], 10)), tensors, create_graph=True)
    found = [y, *first]
    total = contracted(first, weights_like(first, 20))
    if total.requires_grad:
        found += gradients(total, tensors)
    return [t.detach().numpy() for t in found]


def torchs(f: Callable[..., Any], xs: list[Any]) -> list[Any]:
    tensors = [torch.tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    total = contracted([y], [torch.tensor(w) for w in weights_like([y], 10)])
    first = torch.autograd.grad(total, tensors, create_graph=True)
    found = [y, *first]
    total = contracted(first, [torch.tensor(w) for w in weights_like(first, 20)])
    if total.requires_grad:
        options = {"allow_unused": True, "materialize_grads": True}
        found += torch.autograd.grad(total, tensors, **options)
    return [t.detach().numpy(force=True) for t in found]


@pytest.mark.parametrize(
    ("our_f", "their_f", "xs"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_value_and_two_orders_of_derivatives(our_f: Any, their_f: Any, xs: Any) -> None:
    mine, theirs = ours(our_f, xs), torchs(their_f, xs)
    orders = 1 + 2 * len(xs)
    for found in (mine, theirs):
        found += [np.zeros_like(x) for x in xs[: orders - len(found)]]
    for ours_at, theirs_at in zip(mine, theirs, strict=True):
        assert ours_at.shape == theirs_at.shape
        assert ours_at.dtype == theirs_at.dtype
        eps = np.finfo(mine[0].dtype).eps
        np.testing.assert_allclose(ours_at, theirs_at, rtol=1e4 * eps, atol=1e4 * eps)


@pytest.mark.parametrize(
    ("our_f", "their_f", "xs"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_forward_mode(our_f: Any, their_f: Any, xs: Any) -> None:
    vs = weights_like(xs, 30)
    y, t = jvp(our_f, xs, vs)
    tensors = [torch.tensor(x, requires_grad=True) for x in xs]
    out = their_f(*tensors)
    (w,) = weights_like([out], 40)
    pulled = torch.autograd.grad((out * torch.tensor(w)).sum(), tensors, allow_unused=True)
    expected = sum(
        float(np.sum(g.numpy() * v)) for g, v in zip(pulled, vs, strict=True) if g is not None
    )
    eps = float(np.finfo(y.dtype).eps)
    scale = float(np.sum(np.abs(w * t.numpy())))
    assert float(np.sum(w * t.numpy())) == pytest.approx(
        expected, rel=1e4 * eps, abs=1e4 * eps * scale
    )
