"""Interpolation: what random calls don't show of its values and gradients; its errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import Tensor, gradients, jvp
from autodiff.kernels.resample import table, transposed
from autodiff.ops.interpolation import (
    interp,
    interpolate,
    pixel_shuffle,
    pixel_unshuffle,
    resample,
)
from autodiff.ops.sampling import affine_grid, grid_sample
from autodiff.testing import check_grads

IDENTITY = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
EVERY_MODE = [
    *((mode, axes, {}) for mode in ("nearest", "nearest-exact", "area") for axes in (1, 2, 3)),
    *(
        (mode, axes, {"align_corners": align})
        for mode, axes in (("linear", 1), ("bilinear", 2), ("bicubic", 2), ("trilinear", 3))
        for align in (False, True)
    ),
    ("bilinear", 2, {"antialias": True}),
    ("bicubic", 2, {"antialias": True}),
]


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def leaf(x: Any) -> Tensor:
    return Tensor(x, requires_grad=True)


def slopes(f: Callable[..., Any], *xs: Any) -> list[Any]:
    """Gradients of the sum of f; forward mode gives the same."""
    tensors = [leaf(np.asarray(x, float)) for x in xs]
    found = [g.numpy() for g in gradients(f(*tensors).sum(), tensors)]
    vs = [normal(*g.shape, seed=i) for i, g in enumerate(found)]
    along = jvp(f, [np.asarray(x, float) for x in xs], vs)[1].sum().item()
    assert along == pytest.approx(sum(np.sum(g * v) for g, v in zip(found, vs, strict=True)))
    return [g.tolist() for g in found]


# --- resample ---


def test_the_adjoint_of_resampling_is_resampling() -> None:
    x = leaf(normal(2, 5))
    y = resample(x, *table(5, 9, "linear"), 1)
    (g,) = gradients([y], [x], [Tensor(normal(2, 9), requires_grad=True)], create_graph=True)
    assert [node.op.name for node in (y._node, g._node)] == ["resample", "resample"]


def test_a_table_transposed_twice_is_the_same_map() -> None:
    rng = np.random.default_rng(0)
    index = rng.integers(0, 4, (3, 6))
    weight = rng.normal(size=(3, 6)) * (rng.random((3, 6)) < 0.6)
    there = transposed(index, weight, 4)
    back = transposed(*there, 6)
    x = normal(4)
    np.testing.assert_allclose(resample(x, *back), resample(x, index, weight), rtol=1e-14)
    matrix = resample(np.eye(4), index, weight, 0)
    np.testing.assert_allclose(resample(np.eye(6), *there, 0), matrix.T, rtol=1e-14)


def test_what_has_no_weight_is_not_read() -> None:
    x = np.array([np.nan, 1.0, np.inf])
    index, weight = np.array([[1, 1, 0], [0, 2, 1]]), np.array([[2.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    np.testing.assert_array_equal(resample(x, index, weight), [2.0, 1.0, np.nan])
    y, pull = autodiff.vjp(lambda x: resample(x, index, weight), np.ones(4))
    np.testing.assert_array_equal(pull(np.array([np.inf, 1.0, 2.0]))[0].numpy(), [2, np.inf, 0, 0])
    assert y.shape == (3,)


def test_no_taps_give_zeros() -> None:
    empty = np.zeros((0, 3), int)
    np.testing.assert_array_equal(resample(np.ones((2, 4)), empty, empty > 0), np.zeros((2, 3)))
    assert resample(np.ones((2, 4), np.float32), empty, empty * 1.0).dtype == np.float32


@pytest.mark.parametrize(
    ("given", "weight", "expected"),
    [
        (np.float32, float, np.float32),
        (np.complex64, float, np.complex64),
        (np.float16, float, np.float16),
        (np.int32, float, np.float64),
        (np.int32, bool, np.int32),
        (bool, bool, bool),
        (np.float32, bool, np.float32),
    ],
)
def test_precision_is_kept(given: Any, weight: Any, expected: Any) -> None:
    y = resample(np.ones(3, given), np.array([[0, 2]]), np.ones((1, 2), weight))
    assert y.dtype == expected
    np.testing.assert_array_equal(y, [1, 1])


# --- interpolate ---


@pytest.mark.parametrize(("mode", "axes", "options"), EVERY_MODE)
def test_a_constant_stays_one(mode: str, axes: int, options: dict[str, Any]) -> None:
    for n, m in [(1, 5), (4, 1), (4, 3), (3, 8), (5, 5)]:
        x = leaf(np.full((1, 1, *[n] * axes), 7.0))
        y = interpolate(x, m, mode=mode, **options)
        np.testing.assert_allclose(y.detach().numpy(), np.full((1, 1, *[m] * axes), 7.0))
        u = normal(*y.shape)
        (g,) = gradients([y], [x], [u])
        assert g.sum().item() == pytest.approx(u.sum())


def test_nearest_pixels() -> None:
    x = np.arange(6).reshape(1, 1, 2, 3)
    y = interpolate(x, scale_factor=2)
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, np.repeat(np.repeat(x, 2, 2), 2, 3))
    row = np.arange(5).reshape(1, 1, 5)
    np.testing.assert_array_equal(interpolate(row, 3)[0, 0], [0, 1, 3])
    np.testing.assert_array_equal(interpolate(row, 3, mode="nearest-exact")[0, 0], [0, 2, 4])


def test_nearest_pixels_are_those_of_exact_fractions() -> None:
    for n in range(1, 60):
        for m in range(1, 60):
            (index,), _ = table(n, m, "nearest")
            np.testing.assert_array_equal(index, np.arange(m) * n // m)


def test_an_affine_image_stays_affine() -> None:
    x = np.add.outer(3 * np.linspace(0, 1, 4), np.linspace(0, 1, 5)).reshape(1, 1, 4, 5)
    wanted = np.add.outer(3 * np.linspace(0, 1, 7), np.linspace(0, 1, 9)).reshape(1, 1, 7, 9)
    y = interpolate(x, (7, 9), mode="bilinear", align_corners=True)
    np.testing.assert_allclose(y, wanted, rtol=1e-14)


def test_area_is_the_mean_of_blocks() -> None:
    x = normal(2, 3, 4, 6)
    y = interpolate(x, (2, 2), mode="area")
    np.testing.assert_allclose(y, x.reshape(2, 3, 2, 2, 2, 3).mean((3, 5)), rtol=1e-13)
    assert interpolate(np.ones((1, 1, 4), int), 2, mode="area").dtype == np.float64


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "area"])
def test_the_same_size_is_a_copy(mode: str) -> None:
    x = leaf(normal(1, 1, 3, 3))
    y = interpolate(x, 3, mode=mode)
    assert y is not x
    assert not np.shares_memory(y.data, x.data)
    np.testing.assert_array_equal(y.data, x.data)


def test_a_factor_that_is_rounded_off() -> None:
    x = np.arange(5.0).reshape(1, 1, 5)
    by_factor = interpolate(x, scale_factor=1.5, mode="linear")
    by_ratio = interpolate(x, None, 1.5, "linear", recompute_scale_factor=True)
    np.testing.assert_array_equal(by_ratio, interpolate(x, 7, mode="linear"))
    np.testing.assert_allclose(by_factor[0, 0], np.clip((np.arange(7) + 0.5) / 1.5 - 0.5, 0, 4))


def test_pixels_and_channels_are_exchanged() -> None:
    x = normal(2, 8, 3, 2)
    there = pixel_shuffle(x, 2)
    assert there.shape == (2, 2, 6, 4)
    np.testing.assert_array_equal(pixel_unshuffle(there, 2), x)


# --- interp ---

XP, FP = np.array([0.0, 1.0, 3.0]), np.array([0.0, 10.0, 0.0])


def test_interp_is_numpys() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 7):
        xp, fp = np.sort(rng.normal(size=n)), rng.normal(size=n)
        x = np.concatenate([xp, rng.normal(size=20), [-9.0, 9.0, np.inf, -np.inf]])
        np.testing.assert_allclose(interp(x, xp, fp), np.interp(x, xp, fp), rtol=1e-13, atol=1e-14)
        found, wanted = interp(x, xp, fp, -5.0, 5.0), np.interp(x, xp, fp, -5.0, 5.0)
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(interp(x, xp, 1j * fp), 1j * np.interp(x, xp, fp), atol=1e-14)
    np.testing.assert_array_equal(interp(2, [0, 4], [0, 2]), 1.0)
    assert np.isnan(interp([np.nan], XP, FP, 0.0, 0.0)).all()
    assert np.isnan(interp(np.nan, [1.0], [1.0]))
    assert interp(XP, XP, FP).tolist() == FP.tolist()


@pytest.mark.parametrize(
    ("x", "value", "by_x", "by_fp"),
    [
        (-1.0, 0.0, 0.0, [1.0, 0.0, 0.0]),
        (0.0, 0.0, 10.0, [1.0, 0.0, 0.0]),
        (0.25, 2.5, 10.0, [0.75, 0.25, 0.0]),
        (1.0, 10.0, -5.0, [0.0, 1.0, 0.0]),
        (2.0, 5.0, -5.0, [0.0, 0.5, 0.5]),
        (3.0, 0.0, 0.0, [0.0, 0.0, 1.0]),
        (9.0, 0.0, 0.0, [0.0, 0.0, 1.0]),
    ],
)
def test_slopes_at_the_points_are_those_on_the_right(
    x: float, value: float, by_x: float, by_fp: list[float]
) -> None:
    assert interp(x, XP, FP) == value
    found = slopes(interp, x, XP, FP)
    assert found[0] == by_x
    assert found[2] == by_fp
    np.testing.assert_allclose(np.sum(found[1]), -by_x)  # moving everything changes nothing


def test_interp_of_infinite_points_and_values_is_numpys() -> None:
    rng, inf = np.random.default_rng(0), np.inf
    x = np.array([-inf, -2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 1.5, 2.0, 7.0, inf, np.nan])
    for _ in range(200):
        n = rng.integers(2, 6)
        xp = np.sort(rng.choice([-inf, -1.0, 0.0, 1.0, 2.0, inf], n))
        fp = rng.choice([-inf, 0.0, 3.0, 5.0, inf], n)
        with np.errstate(invalid="ignore"):
            found, wanted = interp(x, xp, fp), np.interp(x, xp, fp)
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("x", "xp", "fp", "by_fp"),
    [
        ([1.0, 5.0], [0.0, np.inf], [2.0, 4.0], [2.0, 0.0]),
        ([-5.0], [-np.inf, 0.0], [2.0, 4.0], [0.0, 1.0]),
        ([-5.0, 5.0], [-np.inf, np.inf], [2.0, 2.0], [2.0, 0.0]),
        ([-1.0, 0.0, 0.25], [0.0, 1.0], [0.0, np.inf], [2.75, 0.25]),
    ],
)
def test_slopes_beside_an_infinity_are_none_of_x(x: Any, xp: Any, fp: Any, by_fp: Any) -> None:
    found = slopes(interp, x, xp, fp)
    assert found[0] == [0.0] * len(x)
    assert found[1] == [0.0] * len(xp)
    assert found[2] == by_fp


def test_a_jump_takes_its_right_side() -> None:
    xp, fp = np.array([0.0, 1.0, 1.0, 2.0]), np.array([0.0, 1.0, 5.0, 6.0])
    np.testing.assert_array_equal(interp([0.5, 1.0, 1.5], xp, fp), [0.5, 5.0, 5.5])
    by_x, by_xp, by_fp = slopes(interp, [0.5, 1.0, 1.5], xp, fp)
    assert by_x == [1.0, 1.0, 1.0]
    assert np.isfinite(by_xp).all()
    assert by_fp == [0.5, 0.5, 1.5, 0.5]
    assert interp(3.0, [0.0, 1.0, 1.0], [0.0, 1.0, 5.0]) == 5.0


def test_values_beyond_the_ends_have_gradients() -> None:
    ends = slopes(lambda a, b: interp([-1.0, -2.0, 0.5, 4.0], XP, FP, a, b), 7.0, 8.0)
    assert ends == [2.0, 1.0]
    assert slopes(lambda x: interp(x, XP, FP, 7.0, 8.0), [-1.0, 0.0, 3.0, 4.0]) == [[0, 10, 0, 0]]


def test_interp_in_single_precision() -> None:
    x, xp, fp = (leaf(np.array(v, np.float32)) for v in ([-1.0, 0.5, 4.0], XP, FP))
    y = interp(x, xp, fp, 1.0, Tensor(2.0))
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y.data, [1.0, 5.0, 2.0])
    assert interp(x, xp, np.array([1j, 0, 0], np.complex64), left=1.0).dtype == np.complex64


# --- places that are computed ---


@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("align_corners", [None, True])
def test_the_identity_reads_the_image(mode: str, padding: str, align_corners: Any) -> None:
    x = normal(1, 2, 3, 4)
    grid = affine_grid(IDENTITY, x.shape, align_corners)
    np.testing.assert_allclose(grid_sample(x, grid, mode, padding, align_corners), x, atol=1e-14)


def test_volumes() -> None:
    x = normal(1, 1, 2, 3, 4)
    theta = np.eye(4)[None, :3]
    grid = affine_grid(theta, x.shape)
    assert grid.shape == (1, 2, 3, 4, 3)
    np.testing.assert_allclose(grid_sample(x, grid), x, atol=1e-14)
    middle = grid_sample(x, np.zeros((1, 1, 1, 1, 3)), align_corners=True)
    np.testing.assert_allclose(middle.item(), x[0, 0, :, 1, 1:3].mean(), rtol=1e-13)


def at(*xs: float) -> Any:
    """A grid of places on the x axis."""
    return np.stack([np.array(xs), np.zeros(len(xs))], -1)[None, None]


ROW = np.array([1.0, 2.0, 4.0]).reshape(1, 1, 1, 3)


@pytest.mark.parametrize(
    ("padding", "value", "slope"),
    [
        ("zeros", [1.0, 1.5, 2.0, 4.0, 2.0, 0.0], [1.0, 1.0, 2.0, -4.0, -4.0, 0.0]),
        ("border", [1.0, 1.5, 2.0, 4.0, 4.0, 4.0], [0.0, 1.0, 2.0, 0.0, 0.0, 0.0]),
        ("reflection", [1.0, 1.5, 2.0, 4.0, 3.0, 2.0], [0.0, 1.0, 2.0, 0.0, -2.0, -2.0]),
    ],
)
def test_slopes_on_pixels_are_those_to_the_next(
    padding: str, value: list[float], slope: list[float]
) -> None:
    xs = [-1.0, -0.5, 0.0, 1.0, 1.5, 2.0]
    options: Any = {"padding_mode": padding, "align_corners": True}
    y = grid_sample(ROW, at(*xs), **options)
    np.testing.assert_allclose(y.ravel(), value)
    by_pixel, by_place = slopes(lambda x, grid: grid_sample(x, grid, **options), ROW, at(*xs))
    np.testing.assert_allclose(np.array(by_place)[0, 0, :, 0], slope)
    inside = len(xs) if padding != "zeros" else 4.5
    assert np.sum(by_pixel) == pytest.approx(inside)


def test_nearest_pixels_of_places() -> None:
    xs = [-1.0, -0.5, 0.5, 1.0]  # pixels 0, 0.5, 1.5, 2: halves go to the even one
    options: Any = {"mode": "nearest", "align_corners": True}
    np.testing.assert_array_equal(grid_sample(ROW, at(*xs), **options).ravel(), [1, 1, 4, 4])
    by_pixel, by_place = slopes(lambda x, grid: grid_sample(x, grid, **options), ROW, at(*xs))
    assert np.ravel(by_pixel).tolist() == [2.0, 0.0, 2.0]
    assert not np.any(by_place)


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_places_that_are_no_places(mode: str) -> None:
    grid = at(np.nan, np.inf, -np.inf, 1e30)
    y = grid_sample(ROW, grid, mode).ravel()
    np.testing.assert_array_equal(y, [np.nan, 0.0, 0.0, 0.0])
    y = grid_sample(ROW, grid, mode, "border").ravel()
    np.testing.assert_allclose(y, [np.nan, 4.0, 1.0, 4.0])


def test_sampling_in_single_precision() -> None:
    x, theta = leaf(normal(1, 2, 3, 4).astype(np.float32)), leaf(IDENTITY.astype(np.float32))
    grid = affine_grid(theta, x.shape)
    assert grid.dtype == np.float32
    for mode in ("nearest", "bilinear", "bicubic"):
        assert grid_sample(x, grid, mode, "reflection").dtype == np.float32
    assert grid_sample(normal(1, 1, 2, 2) * 1j, at(0.1)).dtype == np.complex128


# --- all orders ---

SMOOTH: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "interp": (
        lambda x, xp, fp: autodiff.sin(interp(x, xp, fp)),
        [np.array([0.3, 1.6, 2.2]), XP, FP / 10],
    ),
    "interpolate": (
        lambda x: autodiff.exp(interpolate(x, (3, 5), mode="bicubic")),
        [normal(1, 1, 4, 3)],
    ),
    "antialias": (
        lambda x: interpolate(x, (2, 2), mode="bilinear", antialias=True) ** 3,
        [normal(1, 1, 5, 4)],
    ),
    "bilinear": (
        lambda x, grid: autodiff.sin(grid_sample(x, grid)),
        [normal(1, 1, 3, 4), np.array([[[[0.1, 0.2], [-0.4, 0.3]]]])],
    ),
    "bicubic": (
        lambda x, grid: grid_sample(x, grid, "bicubic", "reflection"),
        [normal(1, 1, 3, 4), np.array([[[[0.1, 0.2], [-0.9, 1.4]]]])],
    ),
    "turned": (
        lambda x, theta: grid_sample(x, affine_grid(theta, (1, 1, 2, 2)), "bicubic"),
        [normal(1, 1, 4, 4), np.array([[[0.5, 0.12, 0.0], [-0.12, 0.5, 0.0]]])],
    ),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions_to_third_order(name: str) -> None:
    f, xs = SMOOTH[name]
    check_grads(f, xs, order=3)
