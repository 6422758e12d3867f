"""Higher derivatives against JAX's, which nests forward and reverse mode as this library does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiff as ad

jax = pytest.importorskip("jax")
jnp = pytest.importorskip("jax.numpy")
pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def _double_precision() -> Any:
    with jax.enable_x64(True):
        yield


def forward(library: Any) -> Any:
    """Derivative of a function of one number, in forward mode."""
    if library is ad:
        return lambda f: lambda x: ad.jvp(f, [x], [1.0])[1]
    return lambda f: lambda x: jax.jvp(f, (x,), (jnp.ones(()),))[1]


FUNCTIONS = {
    "exp(sin x)": lambda xp, x: xp.exp(xp.sin(x)),
    "log1p(x**2) / x": lambda xp, x: xp.log1p(x * x) / x,
    "tanh x * x**2.5": lambda xp, x: xp.tanh(x) * x**2.5,
    "x**x": lambda xp, x: x**x,
    "sqrt(expm1 x) - tan x": lambda xp, x: xp.sqrt(xp.expm1(x)) - xp.tan(x),
    "where": lambda xp, x: xp.where(True, x * x, xp.log(x)) * xp.where(False, x * x, xp.log(x)),
}


@pytest.mark.parametrize("modes", ["rrrr", "ffff", "rfrf", "frfr", "rrff", "ffrr"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_fourth_derivative(name: str, modes: str) -> None:
    ours, theirs = (lambda x: FUNCTIONS[name](ad, x)), (lambda x: FUNCTIONS[name](jnp, x))
    for mode in modes:
        ours = (ad.grad if mode == "r" else forward(ad))(ours)
        theirs = (jax.grad if mode == "r" else forward(jax))(theirs)
        assert ours(0.7).item() == pytest.approx(float(theirs(0.7)), rel=1e-9)


def test_hessian_of_a_small_network() -> None:
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(5, 3)), rng.integers(0, 2, 5)
    w1, w2 = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    v1, v2 = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))

    def our_loss(w1: Any, w2: Any) -> Any:
        return ad.cross_entropy(ad.tanh(x @ w1) @ w2, t).mean()

    def their_loss(w1: Any, w2: Any) -> Any:
        scores = jnp.tanh(x @ w1) @ w2
        return -jax.nn.log_softmax(scores)[jnp.arange(5), t].mean()

    expected = jax.jvp(jax.grad(their_loss, (0, 1)), (w1, w2), (v1, v2))[1]
    slope = ad.grad(our_loss, (0, 1))
    products = [
        ad.jvp(slope, [w1, w2], [v1, v2])[1],
        ad.vjp(slope, w1, w2)[1](v1, v2),
        ad.grad(lambda *w: ad.jvp(our_loss, w, [v1, v2])[1], (0, 1))(w1, w2),
    ]
    for product in products:
        for ours, theirs in zip(product, expected, strict=True):
            np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-10)


def test_jacobian_of_a_convolution_along_random_directions() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(4, 3, 3, 2))
    vx, vw = rng.normal(size=x.shape), rng.normal(size=w.shape)

    def theirs(x: Any, w: Any) -> Any:
        return jax.lax.conv_general_dilated(x, w, (2, 1), [(1, 1), (0, 0)])

    expected, tangent = jax.jvp(theirs, (x, w), (vx, vw))
    y, t = ad.jvp(lambda x, w: ad.conv2d(x, w, stride=(2, 1), padding=(1, 0)), [x, w], [vx, vw])
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-10)
    np.testing.assert_allclose(t.numpy(), tangent, rtol=1e-10)
