"""Sums, extremes, moments and softmax: dtypes, degenerate cases, and what is refused."""

from __future__ import annotations

import cmath
from typing import Any

import numpy as np
import pytest

from autodiff import OpTypeError, Tensor, gradients
from autodiff.ops.reduce import max, mean, min, prod, sum
from autodiff.ops.softmax import cross_entropy, log_softmax, logsumexp, softmax
from autodiff.ops.statistics import average, corrcoef, cov, nanmean, nansum, ptp, std, var
from autodiff.testing import check_grads


def leaf(data: Any) -> Tensor:
    return Tensor(data, requires_grad=True)


def flow(y: Any, x: Tensor) -> Any:
    """What flows back to `x` if a 1 flows into every element of `y`."""
    return gradients(y.sum(), x).numpy().tolist()


# --- dtypes ---


def test_sums_and_products_compute_in_the_dtype_that_is_named() -> None:
    x = leaf(np.full(70_000, 1.0, np.float16))
    y = sum(x, dtype=np.float32)
    assert (y.item(), y.dtype) == (70_000.0, np.float32)
    assert gradients(y, x).dtype == np.float16
    thin = leaf(np.array([1e-30, 1e-30, 1e30], np.float32))
    y = prod(thin, dtype=float)
    assert y.item() == pytest.approx(1e-30)
    np.testing.assert_allclose(gradients(y, thin).data, [1.0, 1.0, 0.0], atol=1e-30)
    assert sum(np.array([1, 2], np.int8), dtype=np.int8).dtype == np.int8
    assert sum(np.array([True, True])).item() == 2
    assert prod(np.array([], np.float32)).item() == 1.0


@pytest.mark.parametrize("f", [sum, prod])
def test_no_dtype_that_loses_a_gradient(f: Any) -> None:
    for given, dtype in [(np.ones(2), int), (leaf([1.5]), bool), (leaf([1j]), float)]:
        with pytest.raises(OpTypeError, match=rf"{f.__name__}: expected a dtype that holds"):
            f(given, dtype=dtype)


def test_moments_of_integers_are_floats() -> None:
    x = np.array([1, 2, 6])
    for f, expected in [(mean, 3.0), (var, 14 / 3), (std, (14 / 3) ** 0.5), (average, 3.0)]:
        y = f(x)
        assert y.dtype == np.float64
        assert y == pytest.approx(expected)
    assert var(np.array([True, False])).item() == 0.25


@pytest.mark.parametrize(
    "x", [np.array([2**62] * 2), np.array([2**63] * 2, np.uint64), np.array([127] * 300, np.int8)]
)
def test_moments_of_integers_do_not_overflow(x: Any) -> None:
    for f in (mean, nanmean, average):
        assert f(x).item() == float(x[0])
    assert [f(x).item() for f in (var, std, cov)] == [0.0] * 3
    assert mean(np.stack([x, x]), axis=0, keepdims=True).shape == (1, len(x))


def test_an_average_is_computed_in_its_own_dtype() -> None:
    y = average(np.array([100, 100], np.int8), np.array([2, 1], np.int8))
    assert (y.item(), y.dtype) == (100.0, np.float64)
    y = average(np.array([1, 2], np.int8), np.array([3.0, 1.0], np.float32))
    assert (y.item(), y.dtype) == (1.25, np.float64)
    x, ones = leaf(np.ones(70_000, np.float16)), np.ones(70_000, np.float16)
    y = average(x, ones)
    assert (y.item(), y.dtype) == (1.0, np.float16)
    assert gradients(y, x).numpy()[0] == np.float16(1 / 70_000)


@pytest.mark.parametrize("f", [mean, max, min])
def test_shares_of_more_float16_than_float16_can_count(f: Any) -> None:
    x = leaf(np.ones(70_000, np.float16))
    found = gradients(f(x), x)
    assert found.dtype == np.float16
    assert (found.numpy() == np.float16(1 / 70_000)).all()


@pytest.mark.parametrize("f", [var, std, mean, nanmean])
def test_float16_does_not_overflow_on_the_way(f: Any) -> None:
    x = leaf(np.array([1000.0, 1400.0, 60000.0, 59600.0] * 50, np.float16))
    if f is var:
        x = leaf(np.array([0.0, 400.0] * 50, np.float16))
    y = f(x)
    assert y.dtype == np.float16
    exact = getattr(np, f.__name__)(x.data.astype(float))
    assert y.item() == pytest.approx(float(exact), rel=1e-3)
    (g,) = gradients(y, [x])
    assert g.dtype == np.float16
    assert np.isfinite(g.data).all()


def test_means_of_nothing_warn_as_numpy_does() -> None:
    for f in (mean, var, std):
        with pytest.warns(RuntimeWarning):
            assert np.isnan(f(np.zeros(0)))
    with pytest.warns(RuntimeWarning):
        assert np.isnan(var(np.ones(1), correction=1))
    with pytest.warns(RuntimeWarning):
        assert var(np.array([1.0, 2.0]), correction=5) == np.inf


# --- variance ---


def test_the_correction_is_any_number() -> None:
    x = np.array([1.0, 2.0, 4.0])
    for correction in (0, 1, 0.5, np.float32(1.5), Tensor(2)):
        ours = var(x, correction=correction)
        assert ours == pytest.approx(((x - x.mean()) ** 2).sum() / (3 - float(correction)))
        assert std(x, correction=correction) == pytest.approx(ours**0.5)
    assert var(x.astype(np.float32), correction=np.float64(1)).dtype == np.float32


@pytest.mark.parametrize("axis", [None, 0, (0, 1)])
def test_the_slope_of_a_standard_deviation_of_zero_is_zero(axis: Any) -> None:
    x = leaf([[2.0, 1.0], [2.0, 3.0]]) if axis == 0 else leaf([[2.0, 2.0], [2.0, 2.0]])
    y = std(x, axis)
    assert y.data.ravel()[0] == 0.0
    (g,) = gradients(y.sum(), [x], create_graph=True)
    assert g.data[:, 0].tolist() == [0.0, 0.0]
    second = gradients(g[:, 0].sum() + g[0, 0] * g[0, 1], x)
    assert np.isfinite(second.data).all()
    if axis == 0:
        np.testing.assert_allclose(g.data[:, 1], [-0.5, 0.5])


def test_nan_stays_nan_in_a_standard_deviation() -> None:
    y = std(np.array([[1.0, np.nan], [2.0, 2.0]]), 1)
    np.testing.assert_array_equal(y, [np.nan, 0.0])


def test_variance_of_complex_numbers() -> None:
    z = np.array([1 + 2j, 3 - 1j, 0.5j])
    assert var(z).dtype == np.float64
    assert var(z) == pytest.approx(np.var(z))
    assert std(z.astype(np.complex64)).dtype == np.float32
    a, b = z.real, z.imag
    check_grads(lambda a, b: std(a + b * 1j, correction=1), [a, b], order=3)


def test_smooth_statistics_to_third_order() -> None:
    x, w = np.random.default_rng(0).normal(size=(2, 3, 4)), np.array([0.2, 1.0, 2.5, 0.7])
    check_grads(lambda x: std(x[0], 1, 1), [x], order=3)
    check_grads(lambda x: corrcoef(x[0]), [x], order=3)
    check_grads(lambda x, w: average(x, w, axis=-1), [x, w], order=3)


# --- averages, covariances ---


def test_covariances_are_numpy_s() -> None:
    rng = np.random.default_rng(0)
    for x in (rng.normal(size=(3, 7)), rng.normal(size=7), rng.normal(size=(3, 7, 2)) @ [1, 1j]):
        np.testing.assert_allclose(cov(x), np.cov(x), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(cov(x, 0), np.cov(x, bias=True), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(corrcoef(x), np.corrcoef(x), rtol=1e-12)
    assert cov(np.array([[1, 2], [3, 5]])).dtype == np.float64


def test_weights_are_of_one_axis_or_of_every_element() -> None:
    x, w = leaf(np.arange(6.0).reshape(2, 3)), leaf([3.0, 1.0])
    y = average(x, w, axis=0)
    assert y.data.tolist() == [0.75, 1.75, 2.75]
    assert flow(y, w) == [-2.25 / 4 * 1.0, 9.0 / 4 * 0.75]
    assert average(x, x).item() == pytest.approx(55 / 15)
    assert average(x, axis=1, keepdims=True).shape == (2, 1)


def test_what_is_not_a_number_is_left_out_and_receives_nothing() -> None:
    x = leaf([[1.0, np.nan, 3.0], [np.nan, np.nan, 4.0]])
    assert nansum(x, 1).data.tolist() == [4.0, 4.0]
    assert flow(nansum(x, 1), x) == [[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]
    assert nanmean(x, 1).data.tolist() == [2.0, 4.0]
    assert flow(nanmean(x, 1), x) == [[0.5, 0.0, 0.5], [0.0, 0.0, 1.0]]
    assert nansum(np.array([1, 2])).item() == 3
    assert nanmean(np.array([np.nan, 2], np.float32)).dtype == np.float32
    with pytest.warns(RuntimeWarning):
        np.testing.assert_array_equal(nanmean(x.data, 0), [1.0, np.nan, 3.5])


# --- extremes ---


def test_peaks_share_by_ties() -> None:
    x = leaf([1.0, 5.0, 5.0, 3.0])
    assert flow(ptp(x), x) == [-1.0, 0.5, 0.5, 0.0]
    flat = leaf([2.0, 2.0])
    assert flow(ptp(flat), flat) == [0.0, 0.0]


@pytest.mark.parametrize("f", [max, min, ptp])
def test_complex_numbers_have_no_largest(f: Any) -> None:
    with pytest.raises(OpTypeError, match=rf"{f.__name__}: expected real numbers"):
        f(leaf([1j, 2.0]))


# --- softmax ---


def test_softmax_of_many_halves_sums_to_one() -> None:
    x = np.zeros((2, 70_000), np.float16)
    assert logsumexp(x, 1).dtype == np.float16
    np.testing.assert_allclose(logsumexp(x, 1), np.log(70_000), rtol=1e-3)
    np.testing.assert_allclose(softmax(x), 1 / 70_000, rtol=5e-3)
    np.testing.assert_allclose(log_softmax(x), -np.log(70_000), rtol=1e-3)
    for axis in (0, 1):  # not only where NumPy adds in pairs
        tall = np.zeros((5000, 2) if axis == 0 else (2, 5000), np.float16)
        np.testing.assert_allclose(softmax(tall, axis), 1 / 5000, rtol=1e-3)
    loss = cross_entropy(x, np.array([0, 1]))
    assert loss.dtype == np.float16
    np.testing.assert_allclose(loss, np.log(70_000), rtol=1e-3)


def test_gradients_of_softmax_of_many_halves() -> None:
    x = leaf(np.zeros(70_000, np.float16))
    (g,) = gradients([log_softmax(x)], [x], [np.ones(70_000, np.float16)])
    assert g.dtype == np.float16
    np.testing.assert_allclose(g.data, 0.0, atol=5e-3)
    (g,) = gradients([softmax(x)], [x], [np.full(70_000, 2.0, np.float16)])
    assert g.dtype == np.float16
    np.testing.assert_allclose(g.data, 0.0, atol=1e-6)


def test_softmax_of_complex_numbers() -> None:
    z = [1 + 2j, 800 + 0.5j, 800 - 1j]
    total = cmath.exp(0.5j) + cmath.exp(-1j)
    assert complex(logsumexp(np.array(z))) == pytest.approx(800 + cmath.log(total))
    np.testing.assert_allclose(softmax(np.array(z))[1], cmath.exp(0.5j) / total)
    a, b = np.array([0.3, -1.0, 0.5]), np.array([0.2, 0.5, -0.4])
    for f in (logsumexp, softmax):
        check_grads(lambda a, b, f=f: abs(f(a + b * 1j)), [a, b])
