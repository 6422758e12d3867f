"""Second derivatives of what other libraries got wrong, against PyTorch's, in float64.

Convolution and pooling are in test_torch_conv.py, with their options.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

F = torch.nn.functional
RNG = np.random.default_rng(0)
IMAGES, WEIGHT, BIAS = RNG.normal(size=(4, 3, 5, 5)), RNG.normal(size=3), RNG.normal(size=3)
ROWS, SCALE, SHIFT = RNG.normal(size=(6, 5)), RNG.normal(size=5), RNG.normal(size=5)
FILTERS = RNG.normal(size=(2, 3, 3, 3))
CLASSES = np.array([0, 4, 2, 2, 1, 3])


def batch_norm(x: Any, w: Any, b: Any) -> Any:
    return ad.standardize(x, (0, 2, 3)) * w[:, None, None] + b[:, None, None]


def layer_norm(x: Any, w: Any, b: Any) -> Any:
    return ad.standardize(x, -1) * w + b


CASES = [
    (
        "batch norm",
        batch_norm,
        lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        [IMAGES, WEIGHT, BIAS],
    ),
    ("layer norm", layer_norm, lambda x, w, b: F.layer_norm(x, (5,), w, b), [ROWS, SCALE, SHIFT]),
    (
        "instance norm",
        lambda x: ad.standardize(x, (2, 3)),
        lambda x: F.instance_norm(x),
        [IMAGES],
    ),
    (
        "softmax cross-entropy",
        lambda x: ad.cross_entropy(x, CLASSES).mean(),
        lambda x: F.cross_entropy(x, torch.tensor(CLASSES)),
        [ROWS],
    ),
    ("softmax", lambda x: ad.softmax(x, 1), lambda x: F.softmax(x, 1), [ROWS]),
    ("logsumexp", lambda x: ad.logsumexp(x, 1), lambda x: torch.logsumexp(x, 1), [ROWS]),
    (
        "convolution, batch norm, relu, pooling",
        lambda x, f, w: ad.max_pool2d(
            ad.relu(ad.standardize(ad.conv2d(x, f, padding=1), (0, 2, 3)) * w[:, None, None]), 2
        ),
        lambda x, f, w: F.max_pool2d(
            F.relu(F.batch_norm(F.conv2d(x, f, padding=1), None, None, w, training=True)), 2
        ),
        [IMAGES, FILTERS, WEIGHT[:2]],
    ),
]


@pytest.mark.parametrize(
    ("ours", "theirs", "args"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_second_order(ours: Callable[..., Any], theirs: Callable[..., Any], args: Any) -> None:
    xs = [Tensor(x, requires_grad=True) for x in args]
    ts = [torch.tensor(x, requires_grad=True) for x in args]
    y, t = ours(*xs), theirs(*ts)
    np.testing.assert_allclose(y.detach().numpy(), t.detach().numpy(), rtol=1e-9, atol=1e-12)
    u = RNG.normal(size=y.shape)
    gs = gradients(y, xs, u, create_graph=True)
    hs = torch.autograd.grad(t, ts, torch.tensor(u), create_graph=True)
    for g, h in zip(gs, hs, strict=True):
        np.testing.assert_allclose(g.detach().numpy(), h.detach().numpy(), rtol=1e-8, atol=1e-10)
    vs = [RNG.normal(size=g.shape) for g in gs]
    seconds = gradients(gs, xs, vs)
    expected = torch.autograd.grad(hs, ts, list(map(torch.tensor, vs)), allow_unused=True)
    for g, h in zip(seconds, expected, strict=True):
        other = np.zeros(g.shape) if h is None else h.numpy()
        np.testing.assert_allclose(g.numpy(), other, rtol=1e-7, atol=1e-9)
