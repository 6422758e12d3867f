"""Fourier transforms against PyTorch's: values, gradients, and gradients of gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff import Tensor, fft, gradients

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

unhurried = settings(deadline=None)  # PyTorch takes its time at the first call
TIGHT = {"rtol": 1e-11, "atol": 1e-11}
NORMS = st.sampled_from(["backward", "ortho", "forward"])


def numbers(rng: Any, shape: Any, is_complex: bool) -> Any:
    x = rng.normal(size=shape)
    return x + 1j * rng.normal(size=shape) if is_complex else x


def array(z: Any) -> Any:
    return z.detach().resolve_conj().numpy()


def assert_same(name: str, x: Any, options: dict[str, Any], rng: Any) -> None:
    """Values, gradients by a random cotangent, and the gradients of these by both."""
    ours, theirs = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, z = getattr(fft, name)(ours, **options), getattr(torch.fft, name)(theirs, **torchs(options))
    np.testing.assert_allclose(y.detach().numpy(), array(z), **TIGHT)
    assert y.dtype == array(z).dtype
    u = numbers(rng, y.shape, y.dtype.kind == "c")
    v = numbers(rng, x.shape, x.dtype.kind == "c")
    u1, u2 = Tensor(u, requires_grad=True), torch.tensor(u, requires_grad=True)
    g1 = gradients(y * y, ours, u1, create_graph=True)
    (g2,) = torch.autograd.grad(z * z, theirs, u2, create_graph=True)
    np.testing.assert_allclose(g1.detach().numpy(), array(g2), **TIGHT)
    by_both = gradients(g1, [ours, u1], Tensor(v))
    expected = torch.autograd.grad(g2, [theirs, u2], torch.tensor(v))
    for found, wanted in zip(by_both, expected, strict=True):
        np.testing.assert_allclose(found.numpy(), array(wanted), **TIGHT)


def torchs(options: dict[str, Any]) -> dict[str, Any]:
    return {{"axis": "dim", "axes": "dim"}.get(key, key): v for key, v in options.items()}


@st.composite
def one_axis(draw: Any, least: int) -> tuple[tuple[int, ...], dict[str, Any]]:
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    n = draw(st.none() | st.integers(1, 7))
    if n is None:
        shape[axis] = max(shape[axis], least)
    return tuple(shape), {"n": n, "axis": axis, "norm": draw(NORMS)}


@st.composite
def several_axes(draw: Any, least: int, fixed: bool) -> tuple[tuple[int, ...], dict[str, Any]]:
    shape = draw(st.lists(st.integers(1, 4), min_size=2 if fixed else 1, max_size=3))
    chosen = st.lists(st.integers(0, len(shape) - 1), unique=True, min_size=1)
    axes = (-2, -1) if fixed else tuple(i - len(shape) * draw(st.booleans()) for i in draw(chosen))
    s = draw(st.none() | st.tuples(*[st.integers(1, 5)] * len(axes)))
    if s is None:
        shape[axes[-1]] = max(shape[axes[-1]], least)
    return tuple(shape), {"s": s, "axes": axes, "norm": draw(NORMS)}


LEAST = {"irfft": 2, "hfft": 2, "irfftn": 2, "irfft2": 2}
REAL = {"rfft", "ihfft", "rfftn", "rfft2"}


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@unhurried
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), is_complex=st.booleans())
def test_one_axis(name: str, data: st.DataObject, seed: int, is_complex: bool) -> None:
    rng = np.random.default_rng(seed)
    shape, options = data.draw(one_axis(LEAST.get(name, 1)))
    assert_same(name, numbers(rng, shape, is_complex and name not in REAL), options, rng)


@pytest.mark.parametrize(
    "name", ["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"]
)
@unhurried
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), is_complex=st.booleans())
def test_several_axes(name: str, data: st.DataObject, seed: int, is_complex: bool) -> None:
    rng = np.random.default_rng(seed)
    shape, options = data.draw(several_axes(LEAST.get(name, 1), fixed=name.endswith("2")))
    assert_same(name, numbers(rng, shape, is_complex and name not in REAL), options, rng)


@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
@pytest.mark.parametrize("axes", [None, 0, (1, -1)])
def test_order_of_the_frequencies(name: str, axes: Any) -> None:
    rng = np.random.default_rng(0)
    assert_same(name, numbers(rng, (4, 3, 5), True), {} if axes is None else {"axes": axes}, rng)


@pytest.mark.parametrize("n", [1, 4, 5])
def test_frequencies(n: int) -> None:
    for name in ("fftfreq", "rfftfreq"):
        found = getattr(fft, name)(n, 0.3)
        wanted = getattr(torch.fft, name)(n, 0.3, dtype=torch.float64)
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-14)
