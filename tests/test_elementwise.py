"""Elementwise ops where random values don't lead: kinks, branch cuts, zeros, tails, NaN bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, grad, gradients, jvp

INF, NAN = math.inf, math.nan
MANY = 5000


def slope(f: Callable[[Any], Any], x: Any) -> Any:
    """The derivative of a function, as a formula has it (of complex ones: no conjugate)."""
    x = Tensor(x, requires_grad=True)
    y = f(x)
    return np.conj(gradients(y, x, np.ones(y.shape, y.dtype)).numpy())


def seconds(f: Callable[..., Any], *xs: float) -> list[list[float]]:
    """The second derivatives of a function of numbers."""
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    firsts = gradients(f(*tensors), tensors, create_graph=True)
    return [[part.item() for part in gradients(first, tensors)] for first in firsts]


# --- what is not chosen gets 0, even of an infinite gradient ---

ROOTS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: ad.sqrt(ad.relu(x)),
    "clip": lambda x: ad.sqrt(ad.clip(x, 0, None)),
    "clip to a tensor": lambda x: ad.sqrt(ad.clip(x, Tensor(0.0, requires_grad=True))),
    "maximum": lambda x: ad.sqrt(ad.maximum(x, 0.0)),
    "fmax": lambda x: ad.sqrt(ad.fmax(0.0, x)),
    "minimum": lambda x: ad.sqrt(-ad.minimum(-x, 0.0)),
    "fmin": lambda x: ad.sqrt(-ad.fmin(0.0, -x)),
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("f", ROOTS.values(), ids=ROOTS)
@pytest.mark.parametrize("times", [1, MANY])
def test_no_gradient_where_a_branch_is_not_taken(f: Callable[[Any], Any], times: int) -> None:
    x = np.tile([-1.0, 4.0], times)
    np.testing.assert_array_equal(slope(f, x), np.tile([0.0, 0.25], times))
    tracked = Tensor(x, requires_grad=True)
    recorded = gradients(f(tracked).sum(), tracked, create_graph=True)
    np.testing.assert_array_equal(recorded.detach(), np.tile([0.0, 0.25], times))


@pytest.mark.parametrize("op", [ad.maximum, ad.minimum, ad.fmax, ad.fmin])
@pytest.mark.parametrize("times", [1, MANY])
def test_ties_share_equally(op: Callable[..., Any], times: int) -> None:
    x = Tensor(np.tile([2.0, -1.0], times), requires_grad=True)
    z = Tensor(np.tile([2.0, 1.0], times), requires_grad=True)
    g = np.tile([3.0, 5.0], times)
    lower, upper = np.tile([1.5, 5.0], times), np.tile([1.5, 0.0], times)
    expected = [upper, lower] if op in (ad.maximum, ad.fmax) else [lower, upper]
    np.testing.assert_array_equal(gradients(op(x, z), [x, z], g), expected)


# --- bounds that are NaN ---


@pytest.mark.parametrize("bounds", [(NAN, None), (None, NAN), (0.0, NAN), (NAN, 1.0)])
@pytest.mark.parametrize("tracked", [False, True])
def test_a_bound_of_nan_gives_nan(bounds: tuple[Any, Any], tracked: bool) -> None:
    x = Tensor([0.5, -3.0, 7.0], requires_grad=True)
    low, high = (None if b is None else Tensor(b, requires_grad=tracked) for b in bounds)
    y = ad.clip(x, low, high)
    np.testing.assert_array_equal(y.detach(), [NAN, NAN, NAN])
    np.testing.assert_array_equal(gradients(y.sum(), x), [0.0, 0.0, 0.0])


def test_clip_keeps_nan_between_tracked_bounds() -> None:
    y = ad.clip(Tensor([NAN, 2.0]), Tensor(0.0, requires_grad=True), 1.0)
    np.testing.assert_array_equal(y.detach(), [NAN, 1.0])


# --- both sides of branch cuts ---

REAL_CUT = [complex(x, zero) for x in (2.0, -2.0, -0.5, 0.5) for zero in (0.0, -0.0)]
IMAGINARY_CUT = [complex(zero, y) for y in (2.0, -2.0, 0.5) for zero in (0.0, -0.0)]
CUTS = [
    *((f, z) for f in (ad.asin, ad.acos, ad.acosh, ad.atanh) for z in REAL_CUT),
    *((f, z) for f in (ad.asinh, ad.atan) for z in IMAGINARY_CUT),
]


@pytest.mark.parametrize(("f", "z"), CUTS)
def test_slopes_belong_to_the_side_of_a_branch_cut(f: Callable[[Any], Any], z: complex) -> None:
    def at(x: complex) -> complex:
        return complex(f(Tensor(x)).item())

    along_real = f not in (ad.asinh, ad.atan)
    step = 1e-5 if along_real else 1e-5j
    ahead, behind = (
        complex(z.real + s, z.imag) if along_real else complex(z.real, z.imag + s)
        for s in (1e-5, -1e-5)
    )
    difference = (at(ahead) - at(behind)) / (2 * step)
    np.testing.assert_allclose(complex(slope(f, z)), difference, rtol=1e-8, atol=1e-8)
    curvature = np.conj(gradients(*_first(f, z)).numpy())
    about = (complex(slope(f, ahead)) - complex(slope(f, behind))) / (2 * step)
    np.testing.assert_allclose(complex(curvature), about, rtol=1e-7, atol=1e-7)


def _first(f: Callable[[Any], Any], z: complex) -> tuple[Any, ...]:
    x = Tensor(z, requires_grad=True)
    first = ad.conj(gradients(f(x), x, 1 + 0j, create_graph=True))
    return first, x, 1 + 0j


# --- defined slopes at zeros ---


def test_angles_and_lengths_have_no_slope_of_any_order_at_the_origin() -> None:
    zeros = [[0.0, 0.0], [0.0, 0.0]]
    assert seconds(ad.atan2, 0.0, 0.0) == zeros
    assert seconds(ad.hypot, 0.0, 0.0) == zeros
    for f in (ad.atan2, ad.hypot):
        for tangents in ([1.0, 0.0], [0.0, 1.0]):

            def firsts(a: Any, b: Any, f: Any = f) -> Any:
                return tuple(grad(f, (0, 1))(a, b))

            assert [t.item() for t in jvp(firsts, [0.0, 0.0], tangents)[1]] == [0.0, 0.0]


def test_slopes_of_an_angle_at_sizes_whose_square_is_out_of_range() -> None:
    for size in (1e-200, 1e200):
        x = Tensor([size, size], requires_grad=True)
        flow = gradients(ad.atan2(x[0], x[1]), x)
        np.testing.assert_allclose(flow, [0.5 / size, -0.5 / size], rtol=1e-14)


def test_complex_sign_and_angle_have_no_slope_at_zero() -> None:
    z = np.array([0j, 3 + 4j])
    for f in (ad.sign, ad.angle):
        with_zero, without = slope(f, z), slope(f, z[1:])
        np.testing.assert_array_equal(with_zero[0], 0)
        np.testing.assert_allclose(with_zero[1:], without, rtol=1e-15)
        assert np.abs(without).min() > 0.1


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_slope_of_a_power_of_zero_in_its_exponent() -> None:
    exponents = np.array([-1.0, 0.0, 2.0])
    for base in (0.0, np.zeros(3), Tensor(np.zeros(3))):
        np.testing.assert_array_equal(slope(partial(ad.pow, base), exponents), [-INF, 0.0, 0.0])
    found = slope(lambda e: 0.0**e, exponents)
    np.testing.assert_array_equal(found, [-INF, 0.0, 0.0])


# --- points where a rule goes another way than for most ---


def test_slopes_of_remainders_by_the_divisor() -> None:
    x, divisors = np.array([7.5, -7.5, 7.5, -7.5, 1.5]), np.array([2.0, 2.0, -2.0, -2.0, 2.0])
    for f, quotients in [
        (ad.remainder, [3.0, -4.0, -4.0, 3.0, 0.0]),
        (ad.fmod, [3.0, -3.0, -3.0, 3.0, 0.0]),
    ]:
        np.testing.assert_array_equal(slope(partial(f, x), divisors), np.negative(quotients))
        np.testing.assert_array_equal(slope(lambda t, f=f: f(t, divisors), x), np.ones(5))


def test_the_value_of_a_step_at_0_has_a_slope() -> None:
    x = np.array([-1.0, 0.0, 1.0])
    np.testing.assert_array_equal(slope(partial(ad.heaviside, x), np.full(3, 0.5)), [0, 1, 0])
    np.testing.assert_array_equal(slope(lambda t: ad.heaviside(t, 0.5), x), np.zeros(3))


@pytest.mark.parametrize("op", [ad.fmax, ad.fmin])
@pytest.mark.parametrize("times", [1, MANY])
def test_a_number_wins_over_nan_and_has_the_slope(op: Callable[..., Any], times: int) -> None:
    x1, x2 = np.tile([NAN, 1.0, NAN], times), np.tile([2.0, NAN, NAN], times)
    for f, x, expected in [
        (lambda t: op(t, x2), x1, [0.0, 1.0]),
        (lambda t: op(x1, t), x2, [1.0, 0.0]),
    ]:
        found = slope(f, x).reshape(times, 3)[:, :2]  # of two NaNs it is anything
        np.testing.assert_array_equal(found, [expected] * times)


def test_a_large_flow_is_masked_as_a_small_one() -> None:
    x = np.linspace(-1.0, 1.0, MANY)
    np.testing.assert_array_equal(slope(ad.relu, x), x > 0)


def test_an_infinite_quotient_beside_others() -> None:
    x, divisors = np.array([INF, -5.0, 5.0, 0.0]), np.array([2.0, 2.0, INF, -2.0])
    with np.errstate(invalid="ignore"):  # NumPy's of inf // 2
        np.testing.assert_array_equal(ad.floor_divide(x, divisors), [INF, -3.0, 0.0, 0.0])
    found = slope(partial(ad.remainder, x[1:]), divisors[1:])
    np.testing.assert_array_equal(found, [3.0, 0.0, 0.0])


def test_a_sign_is_copied_to_the_slope() -> None:
    x, signs = [2.0, -2.0, 2.0, -2.0, 0.0], np.array([1.0, 3.0, -3.0, -1.0, -2.0])
    np.testing.assert_array_equal(slope(lambda t: ad.copysign(t, signs), x), [1, -1, -1, 1, 0])


def test_slopes_of_powers_of_numbers_of_any_kind() -> None:
    whole = slope(lambda x: ad.pow(x, np.array([True, False])), [2.0, 3.0])
    np.testing.assert_array_equal(whole, [1.0, 0.0])
    assert np.isnan(slope(lambda e: (-2.0) ** e, 2.0))
    turned = slope(lambda e: (-2.0) ** e, 2 + 0j)
    np.testing.assert_allclose(turned, 4 * (math.log(2) + math.pi * 1j), rtol=1e-15)
    exponents = np.array([2.0, 3.0], np.float32)
    bases = np.array([3, 5], np.int8)
    expected = bases**exponents * np.log([3.0, 5.0])
    np.testing.assert_allclose(slope(partial(ad.pow, bases), exponents), expected, rtol=1e-6)


def test_a_zero_among_others_keeps_its_slope_to_itself() -> None:
    found = slope(partial(ad.pow, np.array([0.0, 2.0])), [2.0, 3.0])
    np.testing.assert_allclose(found, [0.0, 8 * math.log(2)], rtol=1e-15)
    found = slope(lambda x: ad.hypot(x, np.array([0.0, 4.0])), [0.0, 3.0])
    np.testing.assert_allclose(found, [0.0, 0.6], rtol=1e-15)


# --- tails and ends of the domain ---


def test_slopes_do_not_overflow() -> None:
    for f in (ad.asinh, ad.acosh):
        np.testing.assert_allclose(slope(f, 1e200), 1e-200, rtol=1e-15)


def test_slopes_are_precise_next_to_one() -> None:
    x = 1 - 2.0**-40
    square = 2.0**-39 - 2.0**-80  # 1 - x * x
    for sign in (1, -1):
        np.testing.assert_allclose(slope(ad.asin, sign * x), square**-0.5, rtol=1e-15)
        np.testing.assert_allclose(slope(ad.acos, sign * x), -(square**-0.5), rtol=1e-15)
        np.testing.assert_allclose(slope(ad.atanh, sign * x), 1 / square, rtol=1e-15)


def test_slope_of_expm1_in_its_tail() -> None:
    np.testing.assert_allclose(slope(ad.expm1, -40.0), math.exp(-40), rtol=1e-15)


def test_complex_sigmoid_in_both_tails() -> None:
    low, high = ad.sigmoid(Tensor([-40 + 3j, 800 + 3j])).numpy()
    z = np.exp(-40 + 3j)
    np.testing.assert_allclose([low.real, low.imag], [z.real, z.imag], rtol=1e-14)
    assert high == 1


def test_a_large_sum_of_exponentials_beside_an_infinite_one() -> None:
    x = np.array([[INF, 1.0, INF], [1000.0, 1000.0, -1000.0]])
    found = slope(lambda t: ad.logsumexp(t, 1), x)
    np.testing.assert_allclose(found, [[0.5, 0.0, 0.5], [0.5, 0.5, 0.0]], rtol=1e-15)
