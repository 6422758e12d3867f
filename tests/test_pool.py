"""Pooling: what its options mean, where calculus leaves a choice, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import Tensor, gradients, jvp
from autodiff.ops import adaptive, pool
from autodiff.ops.adaptive import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_max_pool2d
from autodiff.ops.pool import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from autodiff.testing import check_grads

each_number_of_axes = pytest.mark.parametrize("axes", [1, 2, 3])


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def ones(*shape: int) -> Any:
    return np.ones(shape)


def slope(f: Callable[..., Any], x: Any) -> Any:
    """The gradient of the sum of f, the same in both modes."""
    tensor = Tensor(x, requires_grad=True)
    found = gradients(f(tensor).sum(), tensor).numpy()
    for at in np.ndindex(found.shape):
        v = np.zeros(found.shape)
        v[at] = 1.0
        assert float(jvp(f, [np.asarray(x, float)], [v])[1].sum()) == found[at]
    return found.tolist()


# --- what it computes ---


def test_by_hand() -> None:
    x = np.array([[1.0, 2.0, 3.0], [4.0, 9.0, 6.0], [7.0, 8.0, 5.0]])
    assert max_pool2d(x, 2, 1).tolist() == [[9.0, 9.0], [9.0, 9.0]]
    assert max_pool2d(x, 2).tolist() == [[9.0]]
    assert max_pool2d(x, 2, dilation=2).tolist() == [[7.0]]
    assert max_pool2d(x, (1, 3)).tolist() == [[3.0], [9.0], [8.0]]
    assert avg_pool2d(x, 2, 1).tolist() == [[4.0, 5.0], [7.0, 7.0]]
    assert avg_pool2d(x, 3, padding=1).tolist() == [[16 / 9]]
    assert max_pool1d(x, 2, 1).tolist() == [[2.0, 3.0], [9.0, 9.0], [8.0, 8.0]]
    assert max_pool3d(np.stack([x, -x]), 2, 1).tolist() == [[[9.0, 9.0], [9.0, 9.0]]]
    assert avg_pool3d(np.stack([x, -x]), 2, 1).tolist() == [[[0.0, 0.0], [0.0, 0.0]]]


def test_a_margin_may_differ_before_and_after() -> None:
    x = np.array([1.0, 2.0, 3.0])
    assert max_pool1d(x, 2, 1, ((1, 0),)).tolist() == [1.0, 2.0, 3.0]
    assert avg_pool1d(x, 2, 1, ((0, 1),)).tolist() == [1.5, 2.5, 1.5]
    assert avg_pool1d(x, 2, 1, ((0, 1),), count_include_pad=False).tolist() == [1.5, 2.5, 3.0]


def test_ceil_mode() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert max_pool1d(x, 2).tolist() == [2.0, 4.0]
    assert max_pool1d(x, 2, ceil_mode=True).tolist() == [2.0, 4.0, 5.0]
    assert avg_pool1d(x, 2, ceil_mode=True).tolist() == [1.5, 3.5, 5.0]
    assert avg_pool1d(x, 2, ceil_mode=True, divisor_override=2).tolist() == [1.5, 3.5, 2.5]
    # the margin counts, what lies beyond does not
    assert avg_pool1d(x[:4], 4, 3, 1, ceil_mode=True).tolist() == [6 / 4, 7 / 3]
    # a last window that would begin after the image is left out
    assert max_pool1d(x[:3], 2, 2, 1, ceil_mode=True).tolist() == [1.0, 3.0]
    assert max_pool1d(x[:4], 2, 3, 1, ceil_mode=True).tolist() == [1.0, 4.0]
    # and a window may be larger than the image
    assert max_pool1d(x[:2], 3, 2, ceil_mode=True).tolist() == [2.0]


def test_the_zeros_of_a_margin_count_unless_told_otherwise() -> None:
    x = np.full((2, 2), 4.0)
    assert avg_pool2d(x, 2, 1, 1).tolist() == [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    assert avg_pool2d(x, 2, 1, 1, count_include_pad=False).tolist() == [[4.0] * 3] * 3
    assert avg_pool2d(x, 2, 1, 1, divisor_override=-1)[1].tolist() == [-8.0, -16.0, -8.0]


def test_the_mean_of_small_integers_does_not_overflow() -> None:
    x = np.full((4, 4), 200, np.uint8)
    assert avg_pool2d(x, 2).tolist() == [[200.0, 200.0], [200.0, 200.0]]
    assert adaptive_avg_pool2d(x, 2).tolist() == [[200.0, 200.0], [200.0, 200.0]]
    assert avg_pool2d(np.ones((2, 2), bool), 2).tolist() == [[1.0]]
    assert adaptive_avg_pool2d(x, None).dtype == np.float64


def test_dtypes() -> None:
    x = normal(2, 5, 4).astype(np.float32)
    for options in ({}, {"ceil_mode": True}, {"divisor_override": np.float64(2)}):
        assert avg_pool2d(x, 2, **options).dtype == np.float32
    assert max_pool2d(x, 2).dtype == np.float32
    assert max_pool2d(np.full((2, 2), -5), 2, padding=1).tolist() == [[-5, -5], [-5, -5]]
    assert max_pool2d(np.array([[False, True]]), (1, 2)).tolist() == [[True]]
    z = avg_pool2d(x + 1j * x, 2, 1, 1, count_include_pad=False)
    assert z.dtype == np.complex64
    np.testing.assert_allclose(z, (1 + 1j) * avg_pool2d(x, 2, 1, 1, False, False), rtol=1e-6)


def test_no_image_gives_none() -> None:
    assert max_pool2d(ones(0, 4, 4), 2).shape == (0, 2, 2)
    assert avg_pool2d(ones(0, 3, 4, 4), 2).shape == (0, 3, 2, 2)
    assert adaptive_max_pool2d(ones(0, 4, 4), 3).shape == (0, 3, 3)
    assert adaptive_avg_pool2d(ones(0, 4, 4), 3).shape == (0, 3, 3)


# --- bins ---


def test_bins_by_hand() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    np.testing.assert_allclose(adaptive_avg_pool1d(x, 3), [1.5, 3.0, 4.5], rtol=1e-12)
    np.testing.assert_allclose(adaptive_avg_pool1d(x, 2), [2.0, 4.0], rtol=1e-12)
    np.testing.assert_allclose(adaptive_avg_pool1d(x[:2], 3), [1.0, 1.5, 2.0], rtol=1e-12)
    assert adaptive.adaptive_max_pool1d(x, 3).tolist() == [2.0, 4.0, 5.0]
    assert adaptive.adaptive_max_pool1d(x[:2], 4).tolist() == [1.0, 1.0, 2.0, 2.0]
    assert adaptive.adaptive_max_pool1d(x[:1], 3).tolist() == [1.0, 1.0, 1.0]


def test_bins_of_one_length_are_windows() -> None:
    x = normal(2, 6, 4)
    np.testing.assert_allclose(adaptive_avg_pool2d(x, (3, 2)), avg_pool2d(x, 2), rtol=1e-12)
    np.testing.assert_array_equal(adaptive_max_pool2d(x, (3, 2)), max_pool2d(x, 2))
    np.testing.assert_array_equal(adaptive_max_pool2d(x, (None, 3)), max_pool2d(x, (1, 2), 1))


@each_number_of_axes
def test_one_bin_is_all_and_none_is_as_it_was(axes: int) -> None:
    x = normal(2, *(3, 4, 5)[:axes])
    over = tuple(range(1, axes + 1))
    mean = getattr(adaptive, f"adaptive_avg_pool{axes}d")
    top = getattr(adaptive, f"adaptive_max_pool{axes}d")
    np.testing.assert_allclose(mean(x, 1), x.mean(over, keepdims=True), rtol=1e-12)
    np.testing.assert_array_equal(top(x, 1), x.max(over, keepdims=True))
    for f in (mean, top):
        same = f(x, None)
        np.testing.assert_array_equal(same, x)
        assert not np.shares_memory(same, x)


def test_what_is_infinite_stays_in_its_bins() -> None:
    x = np.array([np.inf, 1.0, 1.0, 1.0, np.nan])
    y = adaptive_avg_pool1d(x, 3)
    assert y[0] == np.inf and y[1] == pytest.approx(1.0) and np.isnan(y[2])


# --- where calculus leaves a choice ---


def test_a_tie_goes_to_the_first() -> None:
    assert slope(lambda x: max_pool2d(x, 2), [[7.0, 7.0], [7.0, 7.0]]) == [[1.0, 0.0], [0.0, 0.0]]
    assert slope(lambda x: max_pool2d(x, 2), [[1.0, 7.0], [7.0, 2.0]]) == [[0.0, 1.0], [0.0, 0.0]]
    assert slope(lambda x: max_pool1d(x, 2, 1), [5.0, 5.0, 5.0]) == [1.0, 1.0, 0.0]
    assert slope(lambda x: max_pool1d(x, 2, 1, dilation=2), [5.0] * 4) == [1.0, 1.0, 0.0, 0.0]
    tied = np.ones((2, 2, 2))
    assert slope(lambda x: max_pool3d(x, 2), tied)[0] == [[1.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("bins", [1, 2, (None, 2), (2, 1)])
def test_a_tie_in_a_bin_goes_to_the_first_in_row_major_order(bins: Any) -> None:
    x = np.array([[0.0, 1.0, 2.0], [2.0, 2.0, 0.0], [2.0, 0.0, 2.0]])
    expected = np.zeros((3, 3))
    wanted = bins if isinstance(bins, tuple) else (bins, bins)
    edges = [
        [(i * 3 // m, -(-(i + 1) * 3 // m)) for i in range(m)]
        for m in (3 if m is None else m for m in wanted)
    ]
    for a, b in edges[0]:
        for c, d in edges[1]:
            i, j = np.unravel_index(x[a:b, c:d].argmax(), (b - a, d - c))
            expected[a + i, c + j] += 1
    assert slope(lambda x: adaptive_max_pool2d(x, bins), x) == expected.tolist()


def test_the_margin_never_wins() -> None:
    x = np.full((2, 2), -np.inf)
    assert max_pool2d(x, 2, padding=1).tolist() == x.tolist()
    tensor = Tensor(x, requires_grad=True)
    y = max_pool2d(tensor, 2, padding=1)
    assert gradients(y, tensor, Tensor(ones(2, 2))).numpy().tolist() == ones(2, 2).tolist()


def test_a_window_of_the_margin_alone_sends_nothing() -> None:
    tensor = Tensor([3.0], requires_grad=True)
    y = max_pool1d(tensor, 2, 1, 1, dilation=2)
    assert y.detach().numpy().tolist() == [-np.inf]
    assert gradients(y, tensor, Tensor([1.0])).numpy().tolist() == [0.0]


@pytest.mark.parametrize("f", [lambda x: max_pool1d(x, 3), lambda x: adaptive_max_pool2d(x, 1)])
def test_a_nan_wins_and_gets_nothing(f: Callable[..., Any]) -> None:
    tensor = Tensor([[1.0, np.nan, 2.0]], requires_grad=True)
    y = f(tensor)
    assert np.isnan(y.detach().numpy()).tolist() == [[True]]
    assert gradients(y, tensor, Tensor([[1.0]])).numpy().tolist() == [[0.0, 0.0, 0.0]]


@each_number_of_axes
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_third_order(axes: int, kind: str) -> None:
    x = np.random.default_rng(0).permutation(64).reshape(4, 4, 4)[(0,) * (3 - axes)] / 32 - 1.0
    for f in (
        lambda x: getattr(pool, f"{kind}_pool{axes}d")(x, 3, 2, 1) ** 3,
        lambda x: getattr(adaptive, f"adaptive_{kind}_pool{axes}d")(x, 3) ** 3,
    ):
        check_grads(f, [x], order=3)
