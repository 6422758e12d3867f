"""Interpolation against PyTorch's: values, gradients, and gradients of gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import Tensor, gradients
from autodiff.ops.interpolation import interpolate, pixel_shuffle, pixel_unshuffle
from autodiff.ops.sampling import affine_grid, grid_sample

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

F = torch.nn.functional
unhurried = settings(deadline=None)  # PyTorch takes its time at the first call
TIGHT = {"rtol": 1e-10, "atol": 1e-10}
seeds = st.integers(0, 2**32 - 1)
aligned = st.sampled_from([None, False, True])


def assert_same(
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    xs: list[Any],
    rng: Any,
    second: bool = True,
) -> None:
    """Values, gradients by a random cotangent, and the gradients of these."""
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    torchs = [torch.tensor(x, requires_grad=True) for x in xs]
    y, z = ours(*tensors), theirs(*torchs)
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), **TIGHT)
    u = rng.normal(size=y.shape)
    first = gradients(y * y, tensors, Tensor(u), create_graph=True)
    wanted = torch.autograd.grad(z * z, torchs, torch.tensor(u), create_graph=second)
    for g, w in zip(first, wanted, strict=True):
        np.testing.assert_allclose(g.detach().numpy(), w.detach().numpy(), **TIGHT)
    if not second:
        return
    vs = [rng.normal(size=x.shape) for x in xs]
    again = gradients(first, tensors, [Tensor(v) for v in vs])
    wanted = torch.autograd.grad(wanted, torchs, [torch.tensor(v) for v in vs])
    for g, w in zip(again, wanted, strict=True):
        np.testing.assert_allclose(g.numpy(), w.numpy(), **TIGHT)


# --- another resolution ---

MODES = {
    1: ["nearest", "nearest-exact", "area", "linear"],
    2: ["nearest", "nearest-exact", "area", "bilinear", "bicubic"],
    3: ["nearest", "nearest-exact", "area", "trilinear"],
}
SIZES = [(n, m) for n in (1, 2, 3, 5, 7, 8, 12, 29) for m in range(1, 50)]
FACTORS = [0.25, 0.3, 0.5, 0.7, 0.9, 1.0, 1.04, 1.1, 1.3, 1.5, 1.9, 2.0, 2.1, 2.5, 3.0, 3.3]


@unhurried
@given(data=st.data(), seed=seeds, axes=st.integers(1, 3))
def test_interpolate(data: st.DataObject, seed: int, axes: int) -> None:
    rng = np.random.default_rng(seed)
    side = st.integers(1, {1: 20, 2: 9, 3: 5}[axes])
    old = data.draw(st.tuples(*[side] * axes))
    mode = data.draw(st.sampled_from(MODES[axes]))
    options: dict[str, Any] = {"mode": mode}
    if mode.endswith(("ear", "bic")):
        options["align_corners"] = data.draw(aligned)
    if mode in ("bilinear", "bicubic"):
        options["antialias"] = data.draw(st.booleans())
    if data.draw(st.booleans()):
        options["size"] = data.draw(side | st.tuples(*[side] * axes))
    else:
        factor = st.floats(1.0, 3.0)
        options["scale_factor"] = data.draw(factor | st.tuples(*[factor] * axes))
        # PyTorch's gradient of "nearest" by a factor goes to other pixels than its value is of
        again = st.just(True) if mode == "nearest" else aligned
        options["recompute_scale_factor"] = data.draw(again)
    x = rng.normal(size=(2, 1, *old))
    if options.get("antialias") and interpolate(x, **options).shape[-1] == 1:
        options["antialias"] = False  # PyTorch reads other rows than it should of one column
    assert_same(
        lambda x: interpolate(x, **options),
        lambda x: F.interpolate(x, **options),
        [x],
        rng,
    )


@pytest.mark.parametrize(
    ("mode", "align_corners"),
    [
        ("nearest", None),
        ("nearest-exact", None),
        ("area", None),
        ("linear", False),
        ("linear", True),
    ],
)
def test_values_of_many_sizes(mode: str, align_corners: bool | None) -> None:
    rng = np.random.default_rng(0)
    options: dict[str, Any] = {"mode": mode, "align_corners": align_corners}
    for n, m in SIZES:
        x = rng.normal(size=(1, 1, n))
        expected = F.interpolate(torch.tensor(x), size=m, **options).numpy()
        np.testing.assert_allclose(interpolate(x, m, **options), expected, **TIGHT)
    for n in range(4, 30):
        x = rng.normal(size=(1, 1, n))
        for factor in FACTORS:
            expected = F.interpolate(torch.tensor(x), scale_factor=factor, **options).numpy()
            found = interpolate(x, scale_factor=factor, **options)
            np.testing.assert_allclose(found, expected, **TIGHT)


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_values_of_many_sizes_of_images(mode: str, antialias: bool, align_corners: bool) -> None:
    rng = np.random.default_rng(0)
    options: dict[str, Any] = {
        "mode": mode,
        "align_corners": align_corners,
        "antialias": antialias,
    }
    for n, m in SIZES:
        x = rng.normal(size=(1, 1, n, 3))
        expected = F.interpolate(torch.tensor(x), size=(m, 4), **options).numpy()
        np.testing.assert_allclose(interpolate(x, (m, 4), **options), expected, **TIGHT)
    for n in range(4, 30):
        x = rng.normal(size=(1, 1, n, 8))  # of one column PyTorch reads wrong rows
        for factor in FACTORS:
            expected = F.interpolate(torch.tensor(x), scale_factor=factor, **options).numpy()
            found = interpolate(x, scale_factor=factor, **options)
            np.testing.assert_allclose(found, expected, **TIGHT)


@unhurried
@given(seed=seeds, r=st.integers(1, 3), batch=st.lists(st.integers(1, 2), max_size=2))
def test_shuffled_pixels(seed: int, r: int, batch: list[int]) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(*batch, 2 * r * r, 3, 2))
    assert_same(lambda x: pixel_shuffle(x, r), lambda x: F.pixel_shuffle(x, r), [x], rng)
    x = rng.normal(size=(*batch, 2, 3 * r, 2 * r))
    assert_same(lambda x: pixel_unshuffle(x, r), lambda x: F.pixel_unshuffle(x, r), [x], rng)


# --- places that are computed ---


@unhurried
@given(data=st.data(), seed=seeds, axes=st.integers(2, 3), align=aligned)
def test_grid_sample(data: st.DataObject, seed: int, axes: int, align: Any) -> None:
    rng = np.random.default_rng(seed)
    size = data.draw(st.tuples(*[st.integers(1, 5)] * axes))
    n, c = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    options: dict[str, Any] = {
        "mode": data.draw(st.sampled_from(["nearest", "bilinear", "bicubic"][: 5 - axes])),
        "padding_mode": data.draw(st.sampled_from(["zeros", "border", "reflection"])),
        "align_corners": bool(align),
    }
    x = rng.normal(size=(n, c, *size))
    grid = rng.uniform(-2, 2, size=(n, *[3] * axes, axes))
    assert_same(
        lambda x, grid: grid_sample(x, grid, **options),
        lambda x, grid: F.grid_sample(x, grid, **options),
        [x, grid],
        rng,
        second=False,  # PyTorch has no second derivative of grid_sample
    )


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_places_that_are_pixels_or_far_away(mode: str, padding: str, align: bool) -> None:
    rng = np.random.default_rng(0)
    options = {"mode": mode, "padding_mode": padding, "align_corners": align}
    x = rng.normal(size=(1, 2, 4, 5))
    grid = affine_grid(np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]), (1, 1, 4, 5), align)
    assert_same(
        lambda x: grid_sample(x, grid, **options),
        lambda x: F.grid_sample(x, torch.tensor(grid), **options),
        [x],
        rng,
        second=False,
    )
    far = rng.choice([-30.0, -9.5, 9.5, 30.0], (1, 4, 4, 2))
    assert_same(
        lambda x, grid: grid_sample(x, grid, **options),
        lambda x, grid: F.grid_sample(x, grid, **options),
        [x, far],
        rng,
        second=False,
    )


@unhurried
@given(seed=seeds, size=st.lists(st.integers(2, 4), min_size=4, max_size=5), align=st.booleans())
def test_affine_grid(seed: int, size: list[int], align: bool) -> None:
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=(size[0], len(size) - 2, len(size) - 1))
    assert_same(
        lambda theta: affine_grid(theta, size, align),
        lambda theta: F.affine_grid(theta, size, align),
        [theta],
        rng,
    )


def test_turned_images() -> None:
    rng = np.random.default_rng(0)
    x, theta = rng.normal(size=(2, 3, 5, 6)), rng.normal(size=(2, 2, 3)) / 2
    size = (2, 3, 4, 4)
    assert_same(
        lambda x, theta: autodiff.sin(grid_sample(x, affine_grid(theta, size))),
        lambda x, theta: torch.sin(
            F.grid_sample(x, F.affine_grid(theta, size, False), align_corners=False)
        ),
        [x, theta],
        rng,
        second=False,
    )
