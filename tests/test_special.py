"""Special functions where random values don't lead: poles, tails, ends of the domain, high orders.

`inf` and NaN come without a warning: warnings are errors here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import OPS, OpTypeError, OpValueError, Tensor, gradients
from autodiff.kernels import special as kernel
from autodiff.kernels import special_gamma
from autodiff.ops.special import entr, log_sigmoid, logit, sinc, softplus, xlog1py, xlogy
from autodiff.ops.special_bessel import bessel_i, bessel_ie, i0, i0e, i1, i1e
from autodiff.ops.special_error import (
    erf,
    erfc,
    erfcinv,
    erfcx,
    erfinv,
    gaussian,
    log_ndtr,
    ndtr,
    ndtri,
)
from autodiff.ops.special_gamma import betaln, digamma, gamma, gammaln, polygamma, psi
from autodiff.testing import check_grads

INF, NAN = math.inf, math.nan
EPS = float(np.finfo(float).eps)
EULER = 0.5772156649015329

ANYWHERE = np.array([-2.3, -0.8, -0.1, 0.4, 1.7, 2.9])
POSITIVE = np.array([0.3, 0.9, 1.46, 2.0, 4.7, 12.5])
WITHIN = np.array([0.05, 0.2, 0.45, 0.6, 0.9])

SMOOTH: list[tuple[Callable[..., Any], np.ndarray[Any, Any]]] = [
    (bessel_i, ANYWHERE),
    (bessel_ie, POSITIVE),
    (digamma, POSITIVE),
    (digamma, -POSITIVE - 0.15),
    (entr, POSITIVE),
    (erf, ANYWHERE),
    (erfc, ANYWHERE),
    (erfcinv, 2 * WITHIN),
    (erfcx, ANYWHERE),
    (erfinv, 2 * WITHIN - 1),
    (gamma, POSITIVE),
    (gamma, -POSITIVE - 0.15),
    (gammaln, POSITIVE),
    (gammaln, -POSITIVE - 0.15),
    (gaussian, ANYWHERE),
    (i0, ANYWHERE),
    (i0e, ANYWHERE),
    (i1, ANYWHERE),
    (i1e, ANYWHERE),
    (log_ndtr, ANYWHERE),
    (log_sigmoid, ANYWHERE),
    (logit, WITHIN),
    (ndtr, ANYWHERE),
    (ndtri, WITHIN),
    (sinc, ANYWHERE),
    (softplus, ANYWHERE),
]


def derivatives(f: Callable[..., Any], x: Any, order: int) -> list[Any]:
    """The value of `f` at `x` and its derivatives, elementwise."""
    at = Tensor(np.asarray(x, float), requires_grad=True)
    ys = [f(at)]
    for _ in range(order):
        ys.append(gradients(ys[-1].sum(), at, create_graph=True))
    return [y.detach().numpy() for y in ys]


# --- every order ---


@pytest.mark.parametrize(("f", "x"), SMOOTH, ids=lambda v: getattr(v, "__name__", ""))
def test_third_order(f: Callable[..., Any], x: Any) -> None:
    check_grads(f, [x], order=3)


@pytest.mark.parametrize("f", [betaln, xlogy, xlog1py])
def test_third_order_of_two_arguments(f: Callable[..., Any]) -> None:
    check_grads(f, [POSITIVE, POSITIVE[::-1]], order=3)


@pytest.mark.parametrize(
    ("f", "n"),
    [(psi, 1), (psi, 4), (erfcx, 3), (sinc, 3), (bessel_i, 3)],
    ids=lambda v: getattr(v, "__name__", v),
)
def test_third_order_of_higher_orders(f: Callable[..., Any], n: int) -> None:
    check_grads(lambda x: f(x, n), [POSITIVE], order=3)


def test_third_order_of_scaled_functions_of_two_orders() -> None:
    check_grads(lambda x: bessel_ie(x, 2, 1), [POSITIVE], order=3)
    check_grads(lambda x: gaussian(x, 2, 0.5), [POSITIVE], order=3)


def test_sinc_and_all_its_derivatives_at_0() -> None:
    found = derivatives(sinc, 0.0, 8)
    for n, y in enumerate(found):
        expected = 0.0 if n % 2 else (-1) ** (n // 2) * math.pi**n / (n + 1)
        np.testing.assert_allclose(y, expected, rtol=4 * EPS, atol=0)


@pytest.mark.parametrize("n", range(6))
def test_derivatives_of_sinc_next_to_0_to_full_precision(n: int) -> None:
    x = np.array([1e-12, 1e-6, 1e-3, 0.03])
    z = math.pi * x
    series = sum(
        (-1) ** k * z ** (2 * k - n) / ((2 * k + 1) * math.factorial(2 * k - n))
        for k in range((n + 1) // 2, 12)
    )
    for found in (sinc(x, n), sinc(-x, n) * (-1) ** n):
        np.testing.assert_allclose(found, math.pi**n * series, rtol=10 * EPS)


def test_derivatives_of_sinc_do_not_jump_where_the_method_changes() -> None:
    for n in range(1, 8):
        edge = (n + 1) / math.pi
        below, above = sinc(np.array([edge - 1e-15, edge + 1e-15]), n)
        assert abs(above - below) <= 40 * EPS * math.pi ** (n + 1)


def test_sinc_is_0_at_integers_and_far_out() -> None:
    x = np.array([1.0, -2.0, 1e6, 1e300, INF, -INF])
    np.testing.assert_array_equal(sinc(x), np.zeros(6))
    np.testing.assert_array_equal(sinc(np.array([INF, -INF]), 3), [0.0, 0.0])


def test_bessel_functions_and_their_derivatives_at_0() -> None:
    """Those of ``I_0 = 1 + x**2/4 + x**4/64`` and of ``I_1 = x/2 + x**3/16 + x**5/384``."""
    at_0 = [float(y) for y in derivatives(i0, 0.0, 5)]
    np.testing.assert_allclose(at_0, [1, 0, 1 / 2, 0, 3 / 8, 0], rtol=4 * EPS)
    at_0 = [float(y) for y in derivatives(i1, 0.0, 5)]
    np.testing.assert_allclose(at_0, [0, 1 / 2, 0, 3 / 8, 0, 5 / 16], rtol=4 * EPS)
    assert derivatives(i0e, 0.0, 1)[1] == 0.0
    np.testing.assert_allclose(derivatives(i1e, 0.0, 1)[1], 0.5, rtol=4 * EPS)


def test_derivatives_of_scaled_bessel_functions_far_out() -> None:
    """The slope of ``1 / sqrt(2 π x)``, where ``I_1 - I_0`` would leave a few digits."""
    x = 1e12
    leading = 1 / math.sqrt(2 * math.pi * x)
    value, slope, second = derivatives(i0e, x, 2)
    np.testing.assert_allclose(value, leading, rtol=1e-12)
    np.testing.assert_allclose(slope, -leading / (2 * x), rtol=1e-11)
    np.testing.assert_allclose(second, 3 * leading / (4 * x * x), rtol=1e-11)


def test_bessel_functions_do_not_jump_where_the_method_changes() -> None:
    for n, m in [(0, 0), (1, 0), (4, 0), (0, 1), (1, 2)]:
        for edge in (3.0, 30.0 + n * n + 5 * m):
            below, above = bessel_ie(np.array([np.nextafter(edge, 0), edge]), n, m)
            np.testing.assert_allclose(below, above, rtol=1e-13)


def test_bessel_functions_obey_their_recurrence() -> None:
    x = np.array([0.1, 2.0, 29.0, 31.0, 300.0])
    for n in range(1, 8):
        difference = bessel_i(x, n - 1) - bessel_i(x, n + 1)
        np.testing.assert_allclose(2 * n / x * bessel_i(x, n), difference, rtol=1e-11)


def test_slope_of_log_ndtr_in_its_lower_tail() -> None:
    """``-x - 1/x + 2/x**3``, where density and distribution function are both 0."""
    x = -1e5
    _, slope, second = derivatives(log_ndtr, x, 2)
    np.testing.assert_allclose(slope, -x - 1 / x, rtol=4 * EPS)
    np.testing.assert_allclose(second, -1 + 1 / x**2, rtol=8 * EPS)


def test_polygamma_is_the_derivative_of_gammaln() -> None:
    x = np.array([-3.4, -0.7, 0.2, 1.5, 30.0])
    _, *found = derivatives(gammaln, x, 4)
    for n, y in enumerate(found):
        np.testing.assert_array_equal(y, polygamma(n, x))
        np.testing.assert_array_equal(polygamma(n, Tensor(x)).numpy(), psi(x, n))


# --- ends of the domain, poles ---

POINTS: list[tuple[Callable[..., Any], list[float], list[float], list[float] | None]] = [
    (erf, [-INF, -0.0, INF, NAN], [-1, -0.0, 1, NAN], [0, 2 / math.sqrt(math.pi), 0, NAN]),
    (erfc, [-INF, 0.0, INF, NAN], [2, 1, 0, NAN], [0, -2 / math.sqrt(math.pi), 0, NAN]),
    (erfcx, [-INF, 0.0, INF, NAN], [INF, 1, 0, NAN], [-INF, -2 / math.sqrt(math.pi), 0, NAN]),
    (erfinv, [-1, 0.0, 1, 1.5, NAN], [-INF, 0, INF, NAN, NAN], None),
    (erfinv, [-1, 0.0, 1], [-INF, 0, INF], [INF, math.sqrt(math.pi) / 2, INF]),
    (erfcinv, [0.0, 1, 2, -0.5, 2.5, NAN], [INF, 0, -INF, NAN, NAN, NAN], None),
    (erfcinv, [0.0, 1, 2], [INF, 0, -INF], [-INF, -math.sqrt(math.pi) / 2, -INF]),
    (gaussian, [-INF, 0.0, INF, NAN], [0, 1, 0, NAN], [0, 0, 0, NAN]),
    (ndtr, [-INF, 0.0, INF, NAN], [0, 0.5, 1, NAN], [0, 1 / math.sqrt(2 * math.pi), 0, NAN]),
    (log_ndtr, [-INF, 0.0, INF, NAN], [-INF, -math.log(2), 0, NAN], None),
    (log_ndtr, [-INF, 0.0, INF], [-INF, -math.log(2), 0], [INF, math.sqrt(2 / math.pi), 0]),
    (ndtri, [0.0, 0.5, 1, -0.5, NAN], [-INF, 0, INF, NAN, NAN], None),
    (ndtri, [0.0, 0.5, 1], [-INF, 0, INF], [INF, math.sqrt(2 * math.pi), INF]),
    (gammaln, [-INF, -3, -0.0, 0.0, 1, 2, INF, NAN], [INF] * 4 + [0, 0, INF, NAN], None),
    (gammaln, [-3, 0.0, 1, INF], [INF, INF, 0, INF], [NAN, -INF, -EULER, INF]),
    (gamma, [-INF, -3, -0.0, 0.0, 1, INF, NAN], [NAN, NAN, -INF, INF, 1, INF, NAN], None),
    (gamma, [-3, 0.0, 1, INF], [NAN, INF, 1, INF], [NAN, -INF, -EULER, INF]),
    (digamma, [-INF, -3, -0.0, 0.0, 1, INF, NAN], [NAN, NAN, INF, -INF, -EULER, INF, NAN], None),
    (digamma, [-3, -0.0, 0.0, INF], [NAN, INF, -INF, INF], [INF, INF, INF, 0]),
    (lambda x: psi(x, 1), [-INF, -3, 0.0, INF, NAN], [NAN, INF, INF, 0, NAN], None),
    (
        lambda x: psi(x, 2),
        [-3, -0.0, 0.0, INF],
        [NAN, INF, -INF, 0],
        [INF, INF, INF, 0],
    ),
    (i0, [-INF, 0.0, INF, NAN], [INF, 1, INF, NAN], [-INF, 0, INF, NAN]),
    (i1, [-INF, 0.0, INF, NAN], [-INF, 0, INF, NAN], [INF, 0.5, INF, NAN]),
    (i0e, [-INF, 0.0, INF, NAN], [0, 1, 0, NAN], [0, 0, 0, NAN]),
    (i1e, [-INF, 0.0, INF, NAN], [0, 0, 0, NAN], [0, 0.5, 0, NAN]),
    (sinc, [-INF, 0.0, INF, NAN], [0, 1, 0, NAN], [0, 0, 0, NAN]),
    (softplus, [-INF, 0.0, INF, NAN], [0, math.log(2), INF, NAN], [0, 0.5, 1, NAN]),
    (log_sigmoid, [-INF, 0.0, INF, NAN], [-INF, -math.log(2), 0, NAN], [1, 0.5, 0, NAN]),
    (logit, [0.0, 0.5, 1, -0.5, 2, NAN], [-INF, 0, INF, NAN, NAN, NAN], None),
    (logit, [0.0, 0.5, 1], [-INF, 0, INF], [INF, 4, INF]),
    (entr, [-1, 0.0, 1, INF, NAN], [-INF, 0, 0, -INF, NAN], [NAN, INF, -1, -INF, NAN]),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("f", "x", "value", "slope"), POINTS)
def test_values_and_slopes_at_the_ends(
    f: Callable[..., Any], x: Any, value: Any, slope: Any, dtype: Any
) -> None:
    at = Tensor(np.array(x, dtype), requires_grad=True)
    y = f(at)
    assert y.dtype == dtype
    rtol = 4 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(y.detach().numpy(), value, rtol=rtol)
    if slope is not None:
        found = gradients(y, at, Tensor(np.ones(len(x), dtype)))
        np.testing.assert_allclose(found.numpy(), slope, rtol=rtol)


HUGE: list[tuple[Callable[..., Any], float, float, float]] = [
    (erf, 1e-310, 1e-310 * (2 / math.sqrt(math.pi)), 2 / math.sqrt(math.pi)),
    (erf, 1e200, 1, 0),
    (erfcx, 1e200, 1e-200 / math.sqrt(math.pi), 0),
    (erfcx, -1e200, INF, -INF),
    (log_ndtr, -1e200, -INF, 1e200),
    (gammaln, 1e-310, 310 * math.log(10), -INF),
    (gammaln, 1e306, INF, 306 * math.log(10)),
    (gammaln, -1e306, INF, NAN),
    (gamma, -1e-100, -1e100, -1e200),
    (digamma, 1e200, 200 * math.log(10), 1e-200),
    (i0, -1e308, INF, -INF),
    (i0e, 1e300, 1e-150 / math.sqrt(2 * math.pi), 0),
    (i1e, 1e-300, 5e-301, 0.5),
    (sinc, 1e300, 0, 0),
]


@pytest.mark.parametrize(("f", "x", "value", "slope"), HUGE)
def test_huge_and_tiny_numbers(f: Callable[..., Any], x: float, value: float, slope: float) -> None:
    found = derivatives(f, x, 1)
    np.testing.assert_allclose(found, [value, slope], rtol=1e-15, atol=1e-300)


# --- defined slopes ---


@pytest.mark.parametrize(
    ("f", "x1", "x2", "value", "by_x1", "by_x2"),
    [
        (xlogy, 0.0, 0.0, 0.0, 0.0, 0.0),
        (xlogy, 0.0, -1.0, 0.0, 0.0, 0.0),
        (xlogy, 0.0, 2.0, 0.0, math.log(2), 0.0),
        (xlogy, 0.0, INF, 0.0, INF, 0.0),
        (xlogy, 0.0, NAN, NAN, NAN, NAN),
        (xlogy, 2.0, 0.0, -INF, -INF, INF),
        (xlogy, 2.0, 1.0, 0.0, 0.0, 2.0),
        (xlog1py, 0.0, -1.0, 0.0, 0.0, 0.0),
        (xlog1py, 0.0, -2.0, 0.0, 0.0, 0.0),
        (xlog1py, 0.0, 1.0, 0.0, math.log(2), 0.0),
        (xlog1py, 0.0, NAN, NAN, NAN, NAN),
        (xlog1py, 2.0, -1.0, -INF, -INF, INF),
        (xlog1py, 2.0, 1e-20, 2e-20, 1e-20, 2.0),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero encountered in log")  # as np.log of 0 says
def test_products_with_logarithms(
    f: Any, x1: float, x2: float, value: float, by_x1: float, by_x2: float
) -> None:
    a, b = Tensor(x1, requires_grad=True), Tensor(x2, requires_grad=True)
    y = f(a, b)
    found = [y, *gradients(y, [a, b])]
    expected = [value, by_x1, by_x2]
    np.testing.assert_allclose([v.item() for v in found], expected, rtol=4e-16)


@pytest.mark.parametrize("f", [xlogy, xlog1py])
def test_second_order_of_a_product_with_a_logarithm_where_it_vanishes(f: Any) -> None:
    a, b = Tensor(0.0, requires_grad=True), Tensor(-1.0, requires_grad=True)
    first = gradients(f(a, b), [a, b], create_graph=True)
    for slope in first:
        np.testing.assert_array_equal([g.numpy() for g in gradients(slope, [a, b])], [0.0, 0.0])


@pytest.mark.parametrize("f", [xlogy, xlog1py, betaln])
@pytest.mark.parametrize("constant", [2, 2.0, np.array(2), np.array(2.0, np.float32)])
def test_a_constant_operand_keeps_float32(f: Any, constant: Any) -> None:
    x = Tensor(np.array([0.5, 1.5], np.float32), requires_grad=True)
    for y in (f(x, constant), f(constant, x)):
        if np.asarray(constant).dtype.kind != "i" or np.ndim(constant) > 0:
            expected = np.float32 if not isinstance(constant, np.ndarray) else y.dtype
            assert y.dtype == expected
        assert gradients(y.sum(), x).dtype == np.float32


@pytest.mark.parametrize("f", [xlogy, xlog1py, betaln])
def test_slopes_beside_short_integers_are_as_precise_as_beside_floats(f: Any) -> None:
    x = Tensor(np.array([0.5, 1.5], np.float32), requires_grad=True)
    short, full = (f(x, np.array([3, 5], dtype)) for dtype in (np.int8, np.float32))
    assert short.dtype == np.float32
    np.testing.assert_array_equal(gradients(short.sum(), x), gradients(full.sum(), x))


@pytest.mark.parametrize("f", [xlogy, xlog1py])
def test_products_with_logarithms_of_complex_numbers(f: Any) -> None:
    z, w = np.array([0.5 + 1j, 0, 2j]), np.array([1 - 2j, 0.5j, -1 + 1e-3j])
    function = np.log if f is xlogy else np.log1p
    np.testing.assert_allclose(f(z, w), z * function(w), rtol=1e-15)
    assert f(np.array(0j), np.array(0j if f is xlogy else -1 + 0j)) == 0
    a, b = Tensor(z, requires_grad=True), Tensor(w, requires_grad=True)
    by_a, by_b = gradients(f(a, b), [a, b], Tensor(np.ones(3, complex)))
    np.testing.assert_allclose(by_a.numpy(), np.conj(function(w)), rtol=1e-14)
    expected = np.conj(z / (w if f is xlogy else w + 1))
    np.testing.assert_allclose(by_b.numpy(), expected, rtol=1e-14)


def test_sinc_of_complex_numbers() -> None:
    z = np.array([0.3 + 0.4j, 1 - 1j, 0, 2.5j, -3.2 + 0.1j])
    x = Tensor(z, requires_grad=True)
    y = sinc(x)
    np.testing.assert_allclose(y.detach().numpy(), np.sinc(z), rtol=1e-13)
    h = 1e-5
    numerical = (np.sinc(z + h) - np.sinc(z - h)) / (2 * h)
    slope = gradients(y, x, Tensor(np.ones(5, complex))).numpy()
    np.testing.assert_allclose(slope, np.conj(numerical), rtol=1e-8, atol=1e-8)


# --- values that are known ---


def test_factorials_are_exact() -> None:
    n = np.arange(23)
    np.testing.assert_array_equal(gamma(n + 1), [float(math.factorial(k)) for k in n])


def test_gamma_at_halves_and_near_overflow() -> None:
    x = np.array([0.5, 1.5, -0.5, -1.5])
    root = math.sqrt(math.pi)
    np.testing.assert_allclose(gamma(x), [root, root / 2, -2 * root, 4 * root / 3], rtol=4 * EPS)
    x = np.array([171.6, 171.7, 200.0, -180.5, -190.5, 1e308])
    expected = [math.gamma(171.6), INF, INF, math.gamma(-180.5), 0.0, INF]
    np.testing.assert_allclose(gamma(x), expected, rtol=2e-13)


def test_gammaln_next_to_its_zeros() -> None:
    t = np.array([1e-15, 1e-9, 1e-5])
    for sign in (1, -1):
        near_1, near_2 = 1 + sign * t, 2 + sign * t
        t_1, t_2 = near_1 - 1, near_2 - 2
        np.testing.assert_allclose(
            gammaln(near_1),
            -EULER * t_1 + (math.pi**2 / 12) * t_1**2 - 1.2020569031595943 / 3 * t_1**3,
            rtol=1e-14,
        )
        zeta_2, zeta_3 = math.pi**2 / 6 - 1, 0.2020569031595943
        np.testing.assert_allclose(
            gammaln(near_2),
            (1 - EULER) * t_2 + zeta_2 / 2 * t_2**2 - zeta_3 / 3 * t_2**3,
            rtol=1e-14,
        )


def test_digamma_next_to_its_zero() -> None:
    zero, rest = 1.4616321449683622, 9.549995429965697e-17
    expected = -rest * psi(np.array(zero), 1)
    np.testing.assert_allclose(digamma(np.array(zero)), expected, rtol=1e-14)
    assert digamma(np.nextafter(zero, 2)) > 0


def test_polygamma_at_integers() -> None:
    """Of order 1: ``π**2 / 6`` less the first inverse squares."""
    n = np.arange(1, 40)
    expected = [math.pi**2 / 6 - math.fsum(1 / k**2 for k in range(1, m)) for m in n]
    np.testing.assert_allclose(polygamma(1, n), expected, rtol=1e-13)


def test_polygamma_of_orders_whose_factorial_overflows() -> None:
    """For large x it is ``-(n-1)! / x**n`` but for factors near 1."""
    n, x = 200, 1e6
    leading = -math.exp(math.lgamma(n) - n * math.log(x))
    np.testing.assert_allclose(polygamma(n, np.array(x)), leading * (1 + n / (2 * x)), rtol=1e-8)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_polygamma_of_negative_numbers_obeys_the_recurrence(n: int) -> None:
    x = np.array([-0.3, -1.5, -7.9, -100.25])
    step = (-1) ** n * math.factorial(n) / x ** (n + 1)
    after, before = psi(x + 1, n), psi(x, n)
    assert np.all(np.abs(after - before - step) <= 2e-14 * np.abs(before) + 1e-13 * np.abs(step))


def test_betaln_without_cancellation() -> None:
    x = np.array([1e-8, 0.3, 7.0, 1e3, 1e10, 1e300])
    np.testing.assert_allclose(betaln(x, 1.0), -np.log(x), rtol=1e-14)
    np.testing.assert_allclose(betaln(2.0, x), -np.log(x) - np.log1p(x), rtol=1e-14)
    assert betaln(0.0, 2.0) == INF
    assert betaln(2.0, INF) == -INF
    np.testing.assert_allclose(betaln(-0.5, 2.5), math.log(math.pi * 3 / 2), rtol=1e-14)


def test_inverses_undo_their_functions_in_the_tails() -> None:
    x = np.array([-5.0, -0.4, 1e-30, 0.3, 1.0, 5.0, 20.0])
    np.testing.assert_allclose(erfcinv(erfc(x[2:])), x[2:], rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(erfinv(erf(x[1:5])), x[1:5], rtol=1e-15)
    np.testing.assert_allclose(ndtri(ndtr(-x[1:])), -x[1:], rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(erfcinv(np.array([5e-324])), [27.213293210812948], rtol=1e-15)


def test_tails_to_full_precision() -> None:
    """Where ``1 - erf``, ``log(ndtr)`` or ``log(1 + e**x)`` have no digit left."""
    x = 20.0
    far = 1 - 1 / (2 * x**2) + 3 / (4 * x**4) - 15 / (8 * x**6) + 105 / (16 * x**8)
    far -= 945 / (32 * x**10)
    np.testing.assert_allclose(erfcx(np.array(x)), far / (x * math.sqrt(math.pi)), rtol=1e-13)
    leading = math.exp(-400) / (x * math.sqrt(math.pi))
    np.testing.assert_allclose(erfc(np.array(x)), far * leading, rtol=1e-13)
    np.testing.assert_allclose(ndtr(np.array(-x * math.sqrt(2))), far * leading / 2, rtol=1e-12)
    np.testing.assert_allclose(log_ndtr(np.array(30.0)), -ndtr(np.array(-30.0)), rtol=1e-15)
    low = np.array([-40.0, -700.0])
    np.testing.assert_allclose(softplus(low), np.exp(low), rtol=1e-15)
    np.testing.assert_allclose(log_sigmoid(-low), -np.exp(low), rtol=1e-15)


def test_logit_around_a_half() -> None:
    t = np.array([1e-16, 1e-9, 1e-3])
    x = 0.5 + t
    exact = x - 0.5
    series = 4 * exact + 16 / 3 * exact**3 + 64 / 5 * exact**5
    np.testing.assert_allclose(logit(x), series, rtol=1e-14)


def test_coefficients_are_values_of_the_zeta_function() -> None:
    at = np.array([2.0, special_gamma.ROOT + 2])
    for k in range(2, 29):
        expected = (-1) ** k * special_gamma.hurwitz(k, at)[0] / k
        np.testing.assert_allclose(special_gamma.NEAR_2[k - 1], expected, rtol=10 * EPS)
    for k, c in enumerate(special_gamma.NEAR_ROOT):
        expected = (-1) ** k * special_gamma.hurwitz(k + 2, at)[1]
        np.testing.assert_allclose(c, expected, rtol=10 * EPS)


# --- arguments ---

OF_ONE = [f for f, _ in SMOOTH if f not in (bessel_i, bessel_ie, gaussian, sinc, erfcx)]


@pytest.mark.parametrize("f", dict.fromkeys([*OF_ONE, erfcx, gaussian, bessel_i]))
def test_integers_and_half_precision(f: Any) -> None:
    whole, floats = f(np.array([1, 1])), f(np.array([1.0, 1.0]))
    assert whole.dtype == np.float64
    np.testing.assert_array_equal(whole, floats)
    half = f(np.array([0.5], np.float16))
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, f(np.array([0.5])), rtol=2e-3)


@pytest.mark.parametrize("f", [erf, gammaln, digamma, i0, ndtri, erfcx])
def test_float32_is_right_to_the_last_place(f: Any) -> None:
    x = np.random.default_rng(0).uniform(0.01, 0.99, 1000).astype(np.float32)
    np.testing.assert_array_equal(f(x), f(x.astype(float)).astype(np.float32))


@pytest.mark.parametrize("f", [erfc, gamma, sinc, i1e])
def test_many_numbers_are_computed_in_blocks(f: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).normal(size=(7, 11))
    whole = f(x)
    monkeypatch.setattr(kernel, "BLOCK", 4)
    np.testing.assert_allclose(f(x), whole, rtol=1e-14)
    assert f(x[:0]).shape == (0, 11)


@pytest.mark.parametrize("f", dict.fromkeys([*OF_ONE, erfcx, gaussian, bessel_i, bessel_ie]))
def test_complex_numbers_are_refused(f: Any) -> None:
    with pytest.raises(OpTypeError, match=r"expected real numbers.*complex128 \(1,\)"):
        f(Tensor([1j]))


@pytest.mark.parametrize("f", [psi, sinc, erfcx, gaussian, bessel_i, bessel_ie])
def test_orders_are_integers_of_at_least_0(f: Any) -> None:
    name = next(name for name, op in OPS.items() if op.function is f)
    with pytest.raises(OpValueError, match=rf"{name}: expected .* n=-1.* \(an order of -1"):
        f(Tensor([1.0]), -1)
    with pytest.raises(OpTypeError, match=rf"{name}: expected .*n=0.5.*integer"):
        f(Tensor([1.0]), 0.5)
    np.testing.assert_array_equal(f(np.array([1.5]), np.int64(2)), f(np.array([1.5]), 2))


def test_betaln_where_poles_meet() -> None:
    x1, x2 = np.array([0.0, 1, 2, 1, -1, 3]), np.array([0.0, -1, -5, -0.0, -2, -2])
    expected = [INF, 0.0, -math.log(20), INF, INF, INF]
    np.testing.assert_allclose(betaln(x1, x2), expected, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(betaln(x2, x1), expected, rtol=1e-15, atol=1e-15)
    np.testing.assert_array_equal(betaln(NAN, -1.0), NAN)
