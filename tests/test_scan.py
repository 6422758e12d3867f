"""Running sums, products and extremes: zeros, infinities, ties, and what is refused."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import OpTypeError, OpValueError, Tensor, gradients, jvp
from autodiff.ops.difference import diff, trapezoid
from autodiff.ops.reduce import prod
from autodiff.ops.scan import (
    cummax,
    cummin,
    cumprod,
    cumsum,
    cumulative_prod,
    cumulative_sum,
    linear_recurrence,
    logcumsumexp,
)
from autodiff.testing import check_grads


def leaf(data: Any) -> Tensor:
    return Tensor(data, requires_grad=True)


def slopes(f: Callable[..., Any], x: Any) -> Any:
    """The gradient of the sum of f, the same in both modes."""
    tensor = leaf(x)
    found = gradients(f(tensor).sum(), tensor).numpy()
    for at in np.ndindex(found.shape):
        v = np.zeros(found.shape)
        v[at] = 1.0
        np.testing.assert_allclose(jvp(f, [x], [v])[1].data.sum(), found[at], rtol=1e-12)
    return found.tolist()


# --- products with zeros ---

ZEROS = [
    [2.0, -3.0, 0.5, 4.0],
    [2.0, 0.0, 0.5, 4.0],
    [0.0, -3.0, 0.5, 0.0],
    [0.0, 0.0, 0.0, 3.0],
    [0.0, 0.0, 0.0, 0.0],
]


def derivative(x: list[float], end: int, by: tuple[int, ...]) -> float:
    """Of the product of x[:end], by some of its elements: no element is left twice."""
    if len(set(by)) < len(by) or any(i >= end for i in by):
        return 0.0
    return math.prod(v for i, v in enumerate(x[:end]) if i not in by)


@pytest.mark.parametrize("x", ZEROS)
def test_derivatives_of_products_are_exact_with_any_number_of_zeros(x: list[float]) -> None:
    for order in (1, 2, 3):
        for by in itertools.product(range(4), repeat=order):
            for last in range(4):
                tensor = leaf(x)
                y = cumulative_prod(tensor)[last]
                for i in by:
                    y = gradients(y, tensor, create_graph=True)[i]
                    if not y.requires_grad:
                        break
                assert y.item() == pytest.approx(derivative(x, last + 1, by), abs=1e-12)
                if not y.requires_grad:
                    break


@pytest.mark.parametrize("x", ZEROS)
def test_products_pass_the_check_to_third_order_at_zeros(x: list[float]) -> None:
    for f in (prod, cumulative_prod, lambda x: prod(x.reshape((2, 1, 2)), (0, 2), True)):
        # beside a function whose derivatives are not 0, which have no relative error
        check_grads(lambda x, f=f: f(x) + x.exp().sum(), [x], order=3)


def test_the_gradient_of_a_product_does_not_go_through_the_product() -> None:
    x = [1e-200, 1e-200, 1e200]
    for f in (prod, lambda x: cumprod(x)[2]):
        assert f(np.array(x)) == 0.0  # too small for a number
        assert slopes(f, x) == pytest.approx([1.0, 1.0, 0.0])


def test_an_infinity_is_no_obstacle_to_the_gradients_of_others() -> None:
    for f in (prod, lambda x: cumprod(x)[2]):
        x = leaf([2.0, np.inf, 3.0])
        assert gradients(f(x), x).data.tolist() == [np.inf, 6.0, np.inf]


# --- sums ---


def test_a_running_sum_of_more_axes_names_its_axis() -> None:
    for f in (cumulative_sum, cumulative_prod):
        for x in (np.ones((2, 2)), np.ones(())):
            with pytest.raises(OpValueError, match=rf"{f.__name__}: .*axes needs axis="):
                f(x)
    assert cumsum(np.ones((2, 2))).tolist() == [1.0, 2.0, 3.0, 4.0]
    assert cumprod(2.0).tolist() == [2.0]


def test_what_begins_with_an_initial_value_is_longer() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = cumulative_sum(x, axis=0, include_initial=True)
    assert y.data.tolist() == [[0.0, 0.0], [1.0, 2.0], [4.0, 6.0]]
    assert gradients(y.sum(), x).data.tolist() == [[2.0, 2.0], [1.0, 1.0]]
    assert cumulative_prod(np.zeros(0), include_initial=True).tolist() == [1.0]
    assert cumulative_sum(np.array([True, True]), include_initial=True).dtype == np.int64


@pytest.mark.parametrize("f", [cumulative_sum, cumulative_prod, cumsum, cumprod])
def test_dtype_is_what_is_computed_in(f: Any) -> None:
    x = leaf(np.full(2000, 1.001, np.float32))
    y = f(x, dtype=np.float64)
    assert y.dtype == np.float64
    exact = np.cumsum if "sum" in f.__name__ else np.cumprod
    np.testing.assert_allclose(y.data, exact(x.data.astype(float)), rtol=1e-12)
    assert gradients(y[3], x).dtype == np.float32
    assert f(np.array([1, 2], np.int8)).dtype == np.int64
    assert f(np.array([1, 2]), dtype=float).dtype == np.float64
    for lossy, given in [(int, np.ones(2)), (float, np.ones(2, complex)), (int, leaf([1.0]))]:
        with pytest.raises(OpTypeError, match="expected a dtype that holds"):
            f(given, dtype=lossy)


# --- recurrences ---


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 64, 1000])
def test_a_recurrence_of_any_length(n: int, reverse: bool) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.uniform(-1, 1, n), rng.normal(size=n)
    order = range(n)[::-1] if reverse else range(n)
    expected, before = np.zeros(n), 0.0
    for k in order:
        before = expected[k] = a[k] * before + b[k]
    found = linear_recurrence(a, b, reverse=reverse)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_the_first_coefficient_is_not_used() -> None:
    for first in (np.nan, np.inf):
        a, b = leaf([first, 2.0, 3.0]), leaf([1.0, 1.0, 1.0])
        y = linear_recurrence(a, b)
        assert y.data.tolist() == [1.0, 3.0, 10.0]
        by_a, by_b = gradients(y[2], [a, b])
        assert by_a.data.tolist() == [0.0, 3.0, 3.0]
        assert by_b.data.tolist() == [6.0, 3.0, 1.0]


def test_gradients_of_products_that_overflow_only_if_taken_together() -> None:
    x = [1e-200, 1e200, 1e200, 1e-200]
    with np.errstate(over="ignore"):  # the slopes of others, which forward mode follows
        assert slopes(lambda x: cumprod(x)[:1], x) == [1.0, 0.0, 0.0, 0.0]
    tensor = leaf(x)
    first = gradients(cumprod(tensor)[3], tensor, create_graph=True)
    np.testing.assert_allclose(first.data, [1e200, 1e-200, 1e-200, 1e200], rtol=1e-12)
    with np.errstate(over="ignore"):
        by = gradients(first[0], tensor).numpy()  # products of the two others
    np.testing.assert_allclose(by, [0.0, 1.0, 1.0, np.inf], rtol=1e-12)


def test_float32_products_that_overflow_only_if_taken_together() -> None:
    parts = np.full(4, 1e-10), np.full(120, 2.0), np.full(8, 1e-10)
    x = leaf(np.concatenate(parts).astype(np.float32))
    found = gradients(cumprod(x)[:2].sum(), x).numpy()
    np.testing.assert_allclose(found[:2], [1.0, 1e-10], rtol=1e-6)
    assert not found[2:].any()


def test_a_recurrence_multiplies_nothing_that_the_loop_does_not() -> None:
    a, b = np.array([0.0, 0.0, 0.0, np.inf, 1.0]), np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert linear_recurrence(a, b).tolist() == [1.0, 2.0, 3.0, np.inf, np.inf]
    assert not linear_recurrence(np.full(3000, 1e3), np.zeros(3000)).any()
    a, b = np.full((2, 3000), 1e3), np.zeros((2, 3000))
    b[1, 0], a[1, 1:] = 2.0, 0.5
    expected = [[0.0] * 3000, np.ldexp(1.0, 1 - np.arange(3000)).tolist()]
    assert linear_recurrence(a, b).tolist() == expected
    thin, thick = np.full(8, 1e-200), np.array([1.0, 1e200, 1e200, 1e200, 1e200, 1.0, 1.0, 1.0])
    assert linear_recurrence(thin, thick).tolist() == [*thick[:5], 2.0, 1.0, 1.0]


@pytest.mark.parametrize("n", [5, 64, 101])
def test_a_recurrence_of_a_wide_range_is_finite_where_the_loop_is(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(20):
        a = rng.normal(size=n) * 10.0 ** rng.uniform(-180, 180, n)
        b = rng.normal(size=n) * 10.0 ** rng.uniform(-100, 100, n) * (rng.random(n) < 0.7)
        expected = b.copy()
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(1, n):
                expected[k] += a[k] * expected[k - 1]
            found = linear_recurrence(a, b)
        known = np.isfinite(expected)
        np.testing.assert_allclose(found[known], expected[known], rtol=1e-11)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_recurrence_to_third_order(reverse: bool) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=5), rng.normal(size=5)
    check_grads(lambda a, b: linear_recurrence(a, b, reverse=reverse), [a, b], order=3)


def test_a_discount_is_one_number_for_all() -> None:
    gamma, rewards = leaf(0.5), leaf([[1.0, 1.0, 4.0], [0.0, 0.0, 8.0]])
    y = linear_recurrence(gamma, rewards, reverse=True)
    assert y.data.tolist() == [[2.5, 3.0, 4.0], [2.0, 4.0, 8.0]]
    assert gradients(y[:, 0].sum(), gamma).item() == 1.0 + 4.0 + 8.0


# --- extremes ---


@pytest.mark.parametrize(
    ("f", "x", "values", "slope"),
    [
        (cummax, [1.0, 3.0, 2.0, 4.0], [1.0, 3.0, 3.0, 4.0], [1.0, 2.0, 0.0, 1.0]),
        (cummin, [4.0, 1.0, 2.0, 0.0], [4.0, 1.0, 1.0, 0.0], [1.0, 2.0, 0.0, 1.0]),
        (cummax, [2.0, 2.0, 1.0, 2.0], [2.0, 2.0, 2.0, 2.0], [1.0, 2.0, 0.0, 1.0]),
        (cummin, [2.0, 2.0, 3.0, 2.0], [2.0, 2.0, 2.0, 2.0], [1.0, 2.0, 0.0, 1.0]),
        (cummax, [-np.inf, -np.inf], [-np.inf, -np.inf], [1.0, 1.0]),
        (cummax, [1.0, np.nan, 3.0], [1.0, np.nan, np.nan], [1.0, 2.0, 0.0]),
    ],
)
def test_running_extremes_and_where_their_gradient_goes(
    f: Any, x: Any, values: Any, slope: Any
) -> None:
    np.testing.assert_array_equal(f(np.array(x)), values)
    assert slopes(f, x) == slope


def test_running_extremes_of_integers_and_of_nothing() -> None:
    assert cummax(np.array([1, 3, 2])).tolist() == [1, 3, 3]
    assert cummin(np.zeros((2, 0))).shape == (2, 0)


# --- logarithms of sums ---


def test_logcumsumexp_does_not_overflow_whatever_its_range() -> None:
    x = [-1e4, 1e4, -1e4, 1e4]
    np.testing.assert_array_equal(logcumsumexp(np.array(x)), [-1e4, 1e4, 1e4, 1e4 + np.log(2)])
    assert slopes(logcumsumexp, x) == pytest.approx([1.0, 2.5, 0.0, 0.5])
    falling = np.linspace(0, -2000, 50)
    assert np.isfinite(slopes(logcumsumexp, falling)).all()


def test_logcumsumexp_of_minus_infinity() -> None:
    x = [-np.inf, -np.inf, -1000.0, 0.0, -np.inf]
    np.testing.assert_array_equal(logcumsumexp(np.array(x)), [-np.inf, -np.inf, -1000.0, 0.0, 0.0])
    assert slopes(logcumsumexp, x) == [0.0, 0.0, 1.0, 2.0, 0.0]
    assert slopes(logcumsumexp, [-np.inf, -np.inf]) == [0.0, 0.0]


def test_logcumsumexp_of_infinity_shares_equally() -> None:
    x = [1.0, np.inf, 2.0, np.inf, -np.inf]
    np.testing.assert_array_equal(logcumsumexp(np.array(x)), [1.0] + [np.inf] * 4)
    assert slopes(lambda x: logcumsumexp(x)[:3], x) == pytest.approx([1.0, 2.0, 0.0, 0.0, 0.0])
    assert slopes(lambda x: logcumsumexp(x)[-1:], x) == pytest.approx([0.0, 0.5, 0.0, 0.5, 0.0])
    assert slopes(lambda x: logcumsumexp(x)[-1:], [-np.inf, np.inf]) == [0.0, 1.0]
    with np.errstate(invalid="ignore"):
        assert np.isnan(slopes(logcumsumexp, [np.nan, 1.0])).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_infinities_along_any_axis(axis: int) -> None:
    rows = np.array([[1.0, np.inf, 2.0, np.inf], [-np.inf, 0.5, -np.inf, 3.0], [0, np.inf, 1, 2]])
    by_rows = np.array([slopes(lambda x: logcumsumexp(x)[1:], row) for row in rows])
    x = np.moveaxis(rows[:, None], -1, axis)

    def later(x: Any) -> Any:
        return logcumsumexp(x, axis)[(slice(None),) * axis + (slice(1, None),)]

    found = np.moveaxis(np.array(slopes(later, x)), axis, -1)[:, 0]
    np.testing.assert_allclose(found, by_rows, rtol=1e-13)


def test_logcumsumexp_to_third_order() -> None:
    check_grads(logcumsumexp, [[0.3, -2.0, 1.5, 0.1]], order=3)


def test_logcumsumexp_keeps_the_dtype() -> None:
    assert logcumsumexp(np.array([1.0, 2.0], np.float16)).dtype == np.float16
    assert logcumsumexp(np.array([1, 2])).dtype == np.float64


# --- differences ---


def test_differences_of_what_is_put_in_front_and_behind() -> None:
    x, before, after = leaf([[1.0, 4.0]]), leaf([[0.0]]), leaf([[10.0, 20.0]])
    y = diff(x, before, after)
    assert y.data.tolist() == [[1.0, 3.0, 6.0, 10.0]]
    flows = gradients((y * np.array([1.0, 10.0, 100.0, 1000.0])).sum(), [x, before, after])
    assert [g.data.tolist() for g in flows] == [[[-9.0, -90.0]], [[-1.0]], [[-900.0, 1000.0]]]
    assert diff(np.ones(2), n=5).shape == (0,)


def test_the_trapezoidal_rule() -> None:
    x, y = leaf([0.0, 1.0, 3.0]), leaf([1.0, 3.0, 5.0])
    area = trapezoid(y, x)
    assert area.item() == 10.0
    by_y, by_x = gradients(area, [y, x])
    assert by_y.data.tolist() == [0.5, 1.5, 1.0]
    assert by_x.data.tolist() == [-2.0, -2.0, 4.0]
    assert trapezoid(np.ones((2, 3)), np.array([[0.0], [2.0]]), axis=0).tolist() == [2.0] * 3
    assert trapezoid(np.ones((3, 2)), np.array([0.0, 1.0, 5.0]), axis=0).tolist() == [5.0] * 2
    assert trapezoid(np.array([1, 2])).item() == 1.5
