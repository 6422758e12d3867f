"""The checker is checked: it must reject rules that are wrong, accept right ones, know a kink."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from math import exp, inf
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import OPS, Array, Tensor, custom, elementwise, multilinear, no_grad
from autodiff.testing import GradientCheckError, NonDifferentiableError, check_grads
from autodiff.testing.checks.point import Point, values
from autodiff.testing.checks.slope import Slope, slope
from autodiff.testing.checks.traces import is_analytic
from autodiff.variable import raw

EPS = 2.0**-52
X = np.array([[0.7, -1.3, 2.1], [0.4, 1.9, -0.6]])
Y = np.array([1.1, -0.8, 0.5])


# --- planted wrong rules ---


def wrong_sign() -> Callable[..., Any]:
    @elementwise(partials=[lambda x: autodiff.sin(x)])
    def my_cos(x: Array) -> Array:
        return np.cos(x)

    return my_cos


def factor_of_two() -> Callable[..., Any]:
    @elementwise(partials=[lambda x: x])
    def my_square(x: Array) -> Array:
        return x * x

    return my_square


def missing_term() -> Callable[..., Any]:
    @custom(vjps=[lambda g, y: g * y])
    def my_softmax(x: Array) -> Array:
        e = np.exp(x)
        return e / e.sum(-1, keepdims=True)

    return my_softmax


def swapped_arguments() -> Callable[..., Any]:
    @elementwise(partials=[lambda x1: x1, lambda x2: x2])
    def my_product(x1: Array, x2: Array) -> Array:
        return x1 * x2

    return my_product


def missing_broadcast() -> Callable[..., Any]:
    @custom(vjps=[lambda g, x_shape: autodiff.reshape(g, (-1, 1)) / x_shape[1]])
    def my_row_sum(x: Array) -> Array:
        return x.sum(-1)

    return my_row_sum


def missing_unbroadcast() -> Callable[..., Any]:
    @custom(vjps=[lambda g: g, lambda g: autodiff.getitem(g, 0)])
    def my_sum_of_two(x1: Array, x2: Array) -> Array:
        return x1 + x2

    return my_sum_of_two


def wrong_axis() -> Callable[..., Any]:
    @custom(vjps=[lambda g: autodiff.broadcast_to(autodiff.reshape(g, (3, 1)), (3, 3))])
    def my_column_sum(x: Array) -> Array:
        return x.sum(0)

    return lambda x: my_column_sum(x[:1] * x.mT[:, 1:])


def one_wrong_element() -> Callable[..., Any]:
    factor = np.ones((2, 3))
    factor[1, 2] = 1.001

    @custom(vjps=[lambda g: 2.0 * g * factor])
    def my_double(x: Array) -> Array:
        return 2.0 * x

    return my_double


def wrong_shape() -> Callable[..., Any]:
    @custom(vjps=[lambda g: autodiff.sum(g)])
    def my_identity(x: Array) -> Array:
        return np.array(x)

    return my_identity


def nothing_flows() -> Callable[..., Any]:
    @elementwise(partials=[None])
    def my_exp(x: Array) -> Array:
        return np.exp(x)

    return my_exp


def transposed() -> Callable[..., Any]:
    @multilinear(vjps=[lambda g, x2: g * x2, lambda g, x1: autodiff.sum(g) * x1])
    def my_dot(x1: Array, x2: Array) -> Array:
        return x1 * x2

    return my_dot


ONE = [X]
TWO = [X, Y]
Z = X + 1j * X[::-1]
HILBERT = 1 / (np.arange(4.0)[:, None] + np.arange(1.0, 5.0))


def logistic(x: Any) -> Any:
    """Thirty steps into chaos: neighbouring arguments have nothing in common."""
    for _ in range(30):
        x = 3.9 * x * (1.0 - x)
    return x


HARD: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "badly conditioned solve": (autodiff.linalg.solve, [HILBERT, np.arange(4.0)]),
    "badly conditioned inverse": (autodiff.linalg.inv, [HILBERT]),
    "saturated tanh": (autodiff.tanh, [np.array([15.0, -17.0])]),
    "saturated sigmoid": (autodiff.sigmoid, [np.array([30.0, -30.0, 36.0])]),
    "coarse argument": (lambda x: (x + 1e8).sin(), [np.array([0.3, 2.0])]),
    "chaos": (logistic, [np.array([0.3, 0.4])]),
    "one minus cosine": (lambda x: 1.0 - x.cos(), [np.array([1e-4, 2e-5])]),
    "almost equal squares": (lambda x, y: x * x - y * y, [Y, Y * (1 + 1e-9)]),
    "almost one": (lambda x: x.log(), [np.array([1 + 1e-9, 1 - 1e-12])]),
    "variance beside a large mean": (lambda x: x.var(), [1e8 + X]),
    "lost digits": (lambda x: (x + 1e15) - 1e15, [X]),
    "huge": (lambda x: x * x, [np.array([1e150, -3e150])]),
    "tiny": (lambda x: x * x, [np.array([1e-150, -3e-150])]),
    "huge and tiny": (lambda x: x * x, [np.array([1e-100, 1.0, 1e100])]),
    "inverse of huge": (lambda x: 1.0 / x, [np.array([1e150, -3e150])]),
    "inverse of tiny": (lambda x: 1.0 / x, [np.array([1e-150])]),
    "powers of mixed size": (lambda x: x**7.3, [np.array([1e20, 1e10])]),
    "norm of tiny": (autodiff.linalg.vector_norm, [np.array([1e-150, 1e-150])]),
    "almost one-hot": (autodiff.logsumexp, [X * 300]),
    "piecewise": (lambda x: autodiff.where(raw(x).real > 0, x * x, -x), [X]),
    "piecewise linear": (lambda x: autodiff.maximum(x, 0.5 * x).sum(), [X]),
    "a little of what is not analytic": (lambda x: x * x + 1e-12 * x.abs(), [X]),
    "many outputs": (lambda x, y: (x * y, x.sum(), y.exp(), x - y, x * x * x), [X, Y]),
    "no axes": (lambda x, y: x * y.sin(), [2.0, 3.0]),
    "empty": (lambda x, y: (x * x).sum() + y, [np.zeros((0, 3)), 1.0]),
}


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    ("plant", "args"),
    [
        (wrong_sign, ONE),
        (factor_of_two, ONE),
        (missing_term, ONE),
        (swapped_arguments, TWO),
        (missing_broadcast, ONE),
        (missing_unbroadcast, TWO),
        (wrong_axis, ONE),
        (one_wrong_element, ONE),
        (nothing_flows, ONE),
    ],
)
def test_a_wrong_rule_is_rejected(plant: Any, args: Any, mode: str) -> None:
    with pytest.raises(GradientCheckError, match=f"order 1, {mode} mode"):
        check_grads(plant(), args, modes=[mode])


def test_a_rule_that_is_wrong_in_reverse_mode_alone_is_rejected() -> None:
    f = transposed()
    check_grads(f, TWO, modes=["forward"], order=1)
    with pytest.raises(GradientCheckError, match="order 1, reverse mode, argument 1"):
        check_grads(f, TWO)


def test_a_rule_that_is_wrong_in_forward_mode_alone_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @elementwise(partials=[lambda x: 3.0 * x * x])
    def my_cube(x: Array) -> Array:
        return x**3

    op = OPS["my_cube"]
    push = op.push
    object.__setattr__(op, "push", lambda node, tangents: -push(node, tangents))
    check_grads(my_cube, ONE, modes=["reverse"])
    with pytest.raises(GradientCheckError, match="order 1, forward mode, argument 0"):
        check_grads(my_cube, ONE)


def test_a_rule_that_forgets_what_it_depends_on_is_rejected_at_second_order() -> None:
    @elementwise(partials=[lambda y: raw(y)])
    def my_exp(x: Array) -> Array:
        return np.exp(x)

    check_grads(my_exp, ONE, order=1)
    with pytest.raises(GradientCheckError, match="order 2, reverse over reverse mode"):
        check_grads(my_exp, ONE, order=2)
    with pytest.raises(GradientCheckError, match="order 2, forward over forward mode"):
        check_grads(my_exp, ONE, order=2, modes=["forward"])


def test_a_rule_that_forgets_at_third_order_is_rejected_there() -> None:
    @elementwise(partials=[lambda x: x * raw(x) * raw(x) + 2.0 * raw(x) ** 2 * (x - raw(x))])
    def third_of_cube(x: Array) -> Array:
        return x**3 / 3 + x**4 * 0

    @elementwise(partials=[lambda x: second(x)])
    def outer(x: Array) -> Array:
        return x**4 / 12

    @elementwise(partials=[lambda x: raw(x) ** 2 + 2.0 * raw(x) * (x - raw(x))])
    def second(x: Array) -> Array:
        return x**3 / 3

    check_grads(outer, ONE, order=2)
    with pytest.raises(GradientCheckError, match="order 4"):
        check_grads(outer, ONE, order=4)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x, y: x * y + x.exp(), TWO),
        (lambda x: autodiff.softmax(x), ONE),
        (lambda x: autodiff.softmax(x).sum(), ONE),  # constant, up to rounding
        (lambda x, y: (x * y, (x * x).sum(), y), TWO),
        (lambda x, y: [x + y], TWO),
        (lambda x: x.sum(), [np.zeros((0, 3))]),
        (lambda x: x * 2.0, [np.zeros((0, 3))]),
        (lambda x, y: x + y, [np.zeros((0, 3)), Y]),
        (lambda x: x * x * x, [2.0]),
        (lambda x: x * x, [np.float32(2.0)]),
        (lambda x: x * x, [Tensor([1.0, 2.0], requires_grad=True)]),
        (lambda x: Tensor(1.0), ONE),
        (lambda x: x * 0.0, ONE),
        (lambda x: 1e8 + x, ONE),
        (lambda x: 1e-30 * x.exp(), ONE),
        (lambda x: 1e30 * x.exp(), ONE),
        (lambda x: x.exp(), [np.array([300.0, -300.0])]),
        (lambda x: x.log(), [np.array([1e-5, 1.0, 1e5])]),
        (lambda x: x.sin(), [np.array([1e3, 1e-3])]),
        (lambda x: x.relu(), [np.array([1e-6, 1.0, -1e-6])]),
        (lambda x: (x * x).astype(np.float32), ONE),
        (lambda x: x.astype(np.float32).exp(), ONE),
        (lambda x: (x.astype(np.float32) * x.astype(np.float32)).astype(float), ONE),
        (lambda x: (x.astype(np.float32) * x.astype(np.float32)).astype(float), [X[0]]),
        (lambda x: x * Tensor(2.0, requires_grad=True), ONE),
    ],
)
def test_a_right_rule_is_accepted(f: Callable[..., Any], args: Any) -> None:
    check_grads(f, args)


def test_it_works_inside_no_grad() -> None:
    with no_grad():
        check_grads(lambda x: x.exp(), ONE)
        with pytest.raises(GradientCheckError):
            check_grads(wrong_sign(), ONE)


@pytest.mark.parametrize("scale", [1e-20, 1.0, 1e20])
def test_a_wrong_rule_is_rejected_at_any_scale(scale: float) -> None:
    f = factor_of_two()
    with pytest.raises(GradientCheckError, match="wrong derivative"):
        check_grads(lambda x: f(x) * scale, ONE)
    with pytest.raises(GradientCheckError, match="wrong derivative"):
        check_grads(f, [X * scale])


def test_a_wrong_rule_is_rejected_in_low_precision_too() -> None:
    f = factor_of_two()
    with pytest.raises(GradientCheckError, match="wrong derivative"):
        check_grads(lambda x: f(x.astype(np.float32)), ONE)


def test_one_element_among_many_is_found() -> None:
    factor = np.ones(10_000)
    factor[1234] = 1.5

    @custom(vjps=[lambda g: g * factor])
    def nearly_identity(x: Array) -> Array:
        return np.array(x)

    with pytest.raises(GradientCheckError, match=r"worst element \(1234,\): computed") as caught:
        check_grads(nearly_identity, [np.random.default_rng(0).normal(size=10_000)])
    assert "wrong derivative" in str(caught.value)


def test_a_wrong_twelfth_digit_is_found_by_a_complex_step() -> None:
    @elementwise(partials=[lambda x: 2.0000000000001 * x])
    def my_square(x: Array) -> Array:
        return x * x

    with pytest.raises(GradientCheckError, match=r"complex step\), relative error 5e-14"):
        check_grads(my_square, ONE, order=1)
    with pytest.raises(GradientCheckError, match="too few digits"):
        check_grads(my_square, ONE, order=1)
    check_grads(my_square, ONE, order=1, rtol=1e-13)
    check_grads(my_square, ONE, order=1, numerical="difference")


@pytest.mark.parametrize("name", list(HARD))
@pytest.mark.parametrize("seed", [0, 1])
def test_right_rules_of_hard_functions_are_accepted(name: str, seed: int) -> None:
    f, args = HARD[name]
    check_grads(f, args, seed=seed)


@pytest.mark.parametrize("scale", [1e-150, 1e-100, 1e100, 1e150])
def test_a_wrong_rule_is_rejected_at_extreme_scales(scale: float) -> None:
    f = factor_of_two()
    with pytest.raises(GradientCheckError, match="wrong derivative"):
        check_grads(f, [X * scale])


def test_a_product_of_the_huge_and_the_tiny_is_accepted() -> None:
    check_grads(lambda x, y: x * y + x, [X * 1e100, X * 1e-100])


def test_numbers_near_the_ends_of_the_floating_range() -> None:
    check_grads(lambda x: x.exp(), [np.array([-96.4, -145.7, 504.0, 591.2])])
    with pytest.raises(GradientCheckError, match="can't check"):
        check_grads(lambda x: x * x, [X * 1e-160])  # its values underflow
    check_grads(lambda x: x * 0.0, [X])


def test_a_last_digit_that_is_wrong_is_no_kink() -> None:
    @elementwise(partials=[lambda x: (autodiff.exp(x) + 1.0) - 1.0])
    def my_exp(x: Array) -> Array:
        return np.exp(x)

    with pytest.raises(GradientCheckError, match="its last digits are wrong: does it subtract"):
        check_grads(my_exp, [np.array([-8.0, -9.0])])


def test_a_slope_is_looked_for_on_the_scale_of_the_function() -> None:
    """Beside numbers that are almost equal, a coarse quotient sees another slope altogether."""
    x = 1.0 + 1e-6 * np.random.default_rng(1004).normal(size=5)
    with pytest.raises(GradientCheckError, match="can't check order 2"):
        check_grads(lambda x: autodiff.sqrt(autodiff.var(x)), [x], seed=4)


def test_a_complex_step_sees_what_two_arguments_do_together() -> None:
    @elementwise(partials=[lambda x: 1.0 + 1e-12 + 0.0 * x])
    def same(x: Array) -> Array:
        return x + 0.0

    @custom(vjps=[lambda g, b: g * same(b), lambda g, a: g * same(a)])
    def product(a: Array, b: Array) -> Array:
        return a * b

    with pytest.raises(GradientCheckError, match=r"order 2, reverse over.*\n.*complex step"):
        check_grads(product, [X, X + 1.0], modes=["reverse"])


def test_a_large_argument_is_not_computed_with_complex_numbers() -> None:
    seen = set()

    def f(x: Any) -> Any:
        seen.add(x.dtype)
        return x * x

    check_grads(f, [np.random.default_rng(0).normal(size=200_000)], order=1)
    assert seen == {np.dtype(np.float64)}
    with pytest.raises(GradientCheckError, match="wrong derivative"):
        check_grads(factor_of_two(), [np.ones(200_000)], order=1)


# --- complex steps and difference quotients ---


def exactness(f: Callable[..., Any], x: Any, path: tuple[str, ...] = ()) -> Slope:
    """The numerical slope of f, or of a derivative, as the checker takes it."""
    us = [np.ones_like(y) for y in values(f, [x])]
    here = sum(float(y.sum()) for y in values(f, [x]))
    eps, noise = EPS, 16 * EPS * abs(here)
    analytic = bool(path) or is_analytic(f, [x])
    point = Point(f, [x], ["x"], f, path, us, here, eps, noise, 1e-10, analytic)
    return point.slope(0, np.ones_like(x))


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (lambda x: (x.exp() * x).sin(), True),
        (lambda x: x**2.5 / (1 + x * x), True),
        (lambda x: autodiff.softmax(x), True),
        (lambda x: x @ x, True),
        (lambda x: autodiff.where(raw(x).real > 0.5, x * x, x), True),
        (lambda x: autodiff.sort(x), True),
        (lambda x: x.abs() * x, False),
        (lambda x: x + 1e-14 * x.abs(), False),
        (lambda x: x * (1j * x).imag, False),
        (lambda x: x * autodiff.conj(x * (1 + 0j)).real, False),
        (lambda x: autodiff.erf(x), False),
        (lambda x: x * Tensor(np.abs(x.data)), False),
        (lambda x: x.max() * x, False),
    ],
)
def test_a_complex_step_is_taken_where_the_function_is_analytic(f: Any, exact: bool) -> None:
    found = exactness(f, X[1] ** 2)
    assert found.exact is exact
    difference = exactness_of_difference(f, X[1] ** 2)
    assert abs(found.value - difference.value) <= 2 * difference.error


def exactness_of_difference(f: Callable[..., Any], x: Any) -> Slope:
    u = [np.ones_like(y) for y in values(f, [x])]

    def along(t: float) -> float:
        ys = values(f, [x + t])
        return sum(float(np.sum(a * b)) for a, b in zip(u, ys, strict=True))

    return slope(along, EPS, 16 * EPS * abs(along(0.0)), 0.0, 1e-10)


def test_derivatives_of_an_analytic_function_are_analytic_too() -> None:
    def f(x: Any) -> Any:
        return (x.exp() * x).sin()

    def reverse(g: Any) -> Any:
        return lambda x: autodiff.vjp(g, x)[1](np.array([0.3, 2.0, -1.0]))

    def forward(g: Any) -> Any:
        return lambda x: autodiff.jvp(g, [x], [np.array([0.3, 2.0, -1.0])])[1]

    for path in [("reverse",), ("forward",), ("reverse", "forward"), ("forward", "reverse")]:
        g = f
        for mode in path:
            g = reverse(g) if mode == "reverse" else forward(g)
        assert exactness(g, X[0], path).exact


def test_a_function_is_never_judged_by_a_wrong_complex_step() -> None:
    @elementwise(partials=[lambda x: 2.0 * autodiff.abs(x)])
    def my_op(x: Array) -> Array:  # its complex step gives half its slope
        return x * np.abs(x)

    check_grads(my_op, ONE)
    check_grads(my_op, ONE, numerical="complex")

    @elementwise(partials=[lambda x: autodiff.abs(x)])
    def wrong(x: Array) -> Array:
        return x * np.abs(x)

    with pytest.raises(GradientCheckError, match="gives half what it should"):
        check_grads(wrong, ONE)


def test_a_complex_step_can_be_asked_for_or_refused() -> None:
    check_grads(lambda x: x.exp(), ONE, numerical="complex")
    with pytest.raises(GradientCheckError, match=r"not analytic.*numerical='difference'"):
        check_grads(lambda x: x.abs(), ONE, numerical="complex")
    with pytest.raises(ValueError, match="expected numerical out of"):
        check_grads(lambda x: x.exp(), ONE, numerical="exact")
    seen = set()

    def f(x: Any) -> Any:
        seen.add(x.dtype)
        return x * x

    check_grads(f, ONE, numerical="difference")
    assert seen == {np.dtype(np.float64)}


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda z: z * autodiff.conj(z) + z.exp(), [Z]),
        (lambda z: autodiff.fft.fft(z) * z, [X]),
        (lambda z: (z.abs(), z.real), [Z]),
        (lambda z, x: z * x, [Z, X]),
    ],
)
def test_complex_arguments_and_results(f: Any, args: Any) -> None:
    check_grads(f, args)


def test_tolerances() -> None:
    @elementwise(partials=[lambda x: 2.001 * x])
    def my_square(x: Array) -> Array:
        return x * x

    check_grads(my_square, ONE, order=1, rtol=0.01)
    check_grads(my_square, ONE, order=1, atol=1.0)
    with pytest.raises(GradientCheckError):
        check_grads(my_square, ONE, order=1, rtol=1e-5)


# --- low precision ---


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: x.exp() * x, ONE),
        (lambda x, y: x * x - y * y, [X, X * (1 + 2.0**-9)]),
        (lambda x: 1.0 - x.cos(), [np.array([0.01, 1.0])]),
        (lambda x: autodiff.softmax(x * 3.0), ONE),
        (lambda x: autodiff.logsumexp(x), ONE),
        (lambda x: ((x + 100.0) - 100.0) * x, ONE),
        (lambda x: x * 1e-4, ONE),
        (lambda x: x.sum(), [np.zeros((0, 3))]),
        (lambda x, y: (x @ y, y.sin()), [X, Y]),
        (lambda x: autodiff.tanh(x), ONE),
    ],
)
def test_low_precision_may_cost_what_rounding_costs(f: Any, args: Any, dtype: Any) -> None:
    check_grads(f, args, dtype=dtype)


def one_minus_cos() -> Callable[..., Any]:
    @elementwise(partials=[lambda x: 1.0 - autodiff.cos(x)])
    def my_op(x: Array) -> Array:
        return x - np.sin(x)

    return my_op


def log_of_one_plus() -> Callable[..., Any]:
    @elementwise(partials=[lambda x: autodiff.log(1.0 + x)])
    def my_op(x: Array) -> Array:
        return (1 + x) * np.log1p(x) - x

    return my_op


def difference_of_squares() -> Callable[..., Any]:
    @elementwise(partials=[lambda x: (x + 1.0) * (x + 1.0) - 1.0])
    def my_op(x: Array) -> Array:
        return x * x * x / 3 + x * x

    return my_op


def half_precision_inside() -> Callable[..., Any]:
    @elementwise(partials=[lambda x: half(autodiff.cos(x)) if x.dtype == "f4" else autodiff.cos(x)])
    def my_op(x: Array) -> Array:
        return np.sin(x)

    def half(x: Any) -> Any:
        return autodiff.astype(autodiff.astype(x, np.float16), np.float32)

    return my_op


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    "plant", [one_minus_cos, log_of_one_plus, difference_of_squares, half_precision_inside]
)
def test_a_rule_that_loses_digits_is_found_in_low_precision(plant: Any, mode: str) -> None:
    f, args = plant(), [np.array([0.0003, 1.0, 0.5])]
    check_grads(f, args)
    message = rf"imprecise derivative in float32: order 1, {mode} mode, argument 0 of shape \(3,\)"
    with pytest.raises(GradientCheckError, match=message) as caught:
        check_grads(lambda x: f(x * 1.5) * 2.0, args, modes=[mode], dtype=np.float32)
    assert "the rule of op 'my_op' for its argument 'x' loses digits" in str(caught.value)
    assert "worst element (" in str(caught.value)


def test_a_rule_that_loses_digits_when_differentiated_again() -> None:
    @elementwise(partials=[lambda x: derivative(x)])
    def my_op(x: Array) -> Array:
        return x * x / 2 + np.cos(x)

    @elementwise(partials=[lambda x: 1.0 - autodiff.cos(x)])
    def derivative(x: Array) -> Array:
        return x - np.sin(x)

    args = [np.array([0.003, 1.0])]
    with pytest.raises(GradientCheckError, match=r"imprecise derivative in float32: order [12]"):
        check_grads(my_op, args, dtype=np.float32)


def test_what_overflows_in_low_precision() -> None:
    with pytest.raises(GradientCheckError, match="the function is not finite in float16"):
        check_grads(lambda x: (x * 10.0).exp(), ONE, dtype=np.float16)

    @elementwise(partials=[lambda x: autodiff.exp(10.0 * x) / autodiff.exp(9.0 * x)])
    def my_exp(x: Array) -> Array:
        return np.exp(x)

    with pytest.raises(GradientCheckError, match="not finite: it overflows on the way"):
        check_grads(my_exp, [np.array([1.0, 2.0])], dtype=np.float16)


def test_what_low_precision_does_not_take() -> None:
    with pytest.raises(GradientCheckError, match="fails in float16: OpTypeError"):
        check_grads(autodiff.linalg.inv, [np.eye(2)], dtype=np.float16)
    for dtype in (np.float64, np.int32):
        with pytest.raises(ValueError, match="expected dtype to be float32 or float16"):
            check_grads(autodiff.sin, ONE, dtype=dtype)


def test_a_constant_in_the_wrong_dtype() -> None:
    factor = np.full(3, 2.0)

    @elementwise(partials=[lambda x: factor * x])
    def my_square(x: Array) -> Array:
        return x * x

    check_grads(my_square, ONE)
    message = "the rule of op 'my_square' for its argument 'x' gives float64, where its value is fl"
    with pytest.raises(GradientCheckError, match=f"wrong dtype of the derivative: {message}"):
        check_grads(my_square, ONE, dtype=np.float32)


# --- messages ---


def test_the_message_names_order_mode_argument_and_the_worst_element() -> None:
    factor = np.ones(3)
    factor[1] = 2.0

    @custom(vjps=[lambda g, x2: g * x2, lambda g, x1: g * x1 * factor])
    def my_product(x1: Array, x2: Array) -> Array:
        return x1 * x2

    with pytest.raises(GradientCheckError) as caught:
        check_grads(lambda a, b: my_product(a, b).sum(0), TWO)
    first, line, element, cause = str(caught.value).splitlines()
    assert first == "wrong derivative: order 1, reverse mode, argument 1 of shape (3,)"
    assert "relative error" in line
    parts = element.split(": ")[1].split(", ")[:2]
    computed, numerical = (float(part.split()[1]) for part in parts)
    assert element.startswith("  worst element (1,): computed")
    assert cause.startswith(
        "  probably: the rule of op 'my_product' for its argument 'x2' is wrong"
    )
    assert computed == pytest.approx(2 * numerical, rel=1e-6)


def test_the_message_gives_element_derivatives_along_the_random_cotangent() -> None:
    with pytest.raises(GradientCheckError, match=r"worst element \(1, 2\): computed"):
        check_grads(one_wrong_element(), ONE, modes=["forward"])


def test_a_rule_that_raises_is_reported_as_such() -> None:
    @custom(vjps=[lambda g, x: g @ x])
    def my_op(x: Array) -> Array:
        return x * 1.0

    with pytest.raises(GradientCheckError, match="order 1, reverse mode fails: ValueError: mat"):
        check_grads(my_op, ONE)
    with pytest.raises(GradientCheckError, match="order 1, forward mode fails: "):
        check_grads(my_op, ONE, modes=["forward"])


def test_a_derivative_of_the_wrong_shape_is_an_error() -> None:
    with pytest.raises(GradientCheckError, match="order 1, reverse mode"):
        check_grads(wrong_shape(), ONE)


def test_a_derivative_that_is_not_finite_is_an_error() -> None:
    @elementwise(partials=[lambda x: 2.0 * x * x / x])
    def my_square(x: Array) -> Array:
        return x * x

    with pytest.raises(GradientCheckError, match=r"not finite: order 1.*nan at element \(1,\)"):
        check_grads(my_square, [np.array([1.0, 0.0])])


# --- kinks ---


def batch_norm(x: Any, gain: Any, offset: Any) -> Any:
    away = x - x.mean(0)
    return (gain * away / (x.var(0) + 1e-5).sqrt() + offset).relu()


@pytest.mark.parametrize(
    ("f", "args", "element"),
    [
        (autodiff.relu, [[1.0, 0.0, -1.0]], "(1,)"),
        (autodiff.abs, [0.0], "()"),
        (autodiff.abs, [[[1.0, 2.0], [0.0, 3.0]]], "(1, 0)"),
        (autodiff.max, [[1.0, 3.0, 3.0]], ""),
        (autodiff.min, [[1.0, 1.0]], ""),
        (autodiff.maximum, [[1.0, 2.0], [3.0, 2.0]], "(1,)"),
        (lambda x: autodiff.clip(x, -1, 1), [[0.0, 1.0]], "(1,)"),
        (lambda x: autodiff.max_pool2d(x, 2), [np.ones((2, 2))], ""),
        (autodiff.sign, [[0.0, 1.0]], "(0,)"),
        (lambda x: x.abs().sqrt(), [[1.0, 0.0]], "(1,)"),
        (lambda x: x.relu().sum(), [np.array([1e-15, 1.0])], "(0,)"),
    ],
)
def test_a_kink_is_a_non_differentiable_point(f: Any, args: Any, element: str) -> None:
    with pytest.raises(NonDifferentiableError) as caught:
        check_grads(f, [np.array(x) for x in args])
    message = str(caught.value)
    assert message.startswith("non-differentiable point of the function, argument 0")
    assert f"worst element {element}" in message
    assert "left slope" in message


def test_batch_norm_of_one_sample_sits_on_the_kink_of_relu() -> None:
    rng = np.random.default_rng(0)
    gain, offset = np.ones(4), np.zeros(4)
    with pytest.raises(NonDifferentiableError, match=r"^non-differentiable point.*argument 2"):
        check_grads(batch_norm, [rng.normal(size=(1, 4)), gain, offset])
    check_grads(batch_norm, [rng.normal(size=(5, 4)), gain, offset])


def test_a_kink_of_the_derivative_is_one_at_second_order() -> None:
    def huber(x: Any) -> Any:
        return autodiff.where(raw(x.abs()) < 1, x * x / 2.0, x.abs() - 0.5)

    check_grads(huber, [np.array([1.0, 0.5])], order=1)
    with pytest.raises(NonDifferentiableError, match=r"of the derivative \(order 1, reverse mode"):
        check_grads(huber, [np.array([1.0, 0.5])], order=2)


def test_the_end_of_the_domain_is_reported() -> None:
    with pytest.raises(GradientCheckError, match="end of the domain"):
        check_grads(autodiff.sqrt, [np.array([1.0, 0.0])])
    with pytest.raises(GradientCheckError, match="function is not finite at the point"):
        check_grads(autodiff.log, [np.array([1.0, -1.0])])


@pytest.mark.parametrize(
    ("f", "x", "side"),
    [
        (autodiff.sqrt, [0.0, 1.0], "no left slope"),
        (autodiff.sqrt, [0.0, 0.0, 0.0], "no left slope"),
        (lambda x: x**1.5, [0.0, 1.0], "no left slope"),
        (autodiff.asin, [0.5, 1.0], "no right slope"),
        (lambda x: (1 - x) ** 2.5, [0.5, 1.0], "no right slope"),
    ],
)
def test_a_point_where_the_function_is_defined_on_one_side_only(f: Any, x: Any, side: str) -> None:
    with pytest.raises(NonDifferentiableError, match="defined on one side only") as caught:
        check_grads(f, [np.array(x)])
    assert side in str(caught.value).splitlines()[2]


@pytest.mark.parametrize(
    ("f", "x", "slopes"),
    [
        (lambda x: autodiff.where(raw(x) >= 0, x + 1.0, x), 0.0, "inf, right slope -?0.6"),
        (lambda x: autodiff.where(raw(x) > 0, x + 1.0, x), 0.0, "0.6.*, right slope -?inf"),
        (autodiff.floor, 1.0, "inf, right slope 0"),
    ],
)
def test_a_jump_has_one_infinite_slope(f: Any, x: Any, slopes: str) -> None:
    with pytest.raises(NonDifferentiableError, match=rf"element \(\): left slope -?{slopes}"):
        check_grads(f, [x], seed=1)


def test_a_kink_of_one_element_among_many_or_of_little_weight() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=20_000)
    x[7777] = 0.0
    with pytest.raises(NonDifferentiableError, match=r"worst element \(7777,\)"):
        check_grads(autodiff.relu, [x], order=1)
    for weight in (1e-8, 1e-11):
        weights = np.array([weight, 1.0, 3.0])
        with pytest.raises(NonDifferentiableError, match=r"worst element \(0,\)"):
            check_grads(lambda x, w=weights: (x.relu() * w).sum(), [np.array([0.0, 1.0, 2.0])])


def test_a_bend_that_is_sharp_but_smooth_is_no_kink() -> None:
    for x in (1e-8, 0.0, 1e-4):
        check_grads(lambda x: (x * x + 1e-12).sqrt(), [np.array([x, 1.0])], order=1)


def test_a_kink_of_a_derivative_matters_at_the_order_that_differentiates_it() -> None:
    x = [np.array([0.0, 1.0])]
    for power in (1, 2):
        check_grads(lambda x, n=power: x**n * x.abs(), x, order=power)
        message = rf"of the derivative \(order {power}, "
        with pytest.raises(NonDifferentiableError, match=message):
            check_grads(lambda x, n=power: x**n * x.abs(), x, order=power + 1)


# --- what can't be checked ---


def test_arguments_that_make_no_sense() -> None:
    def f(x: Any) -> Any:
        return x * 1.0

    with pytest.raises(TypeError, match=r"argument 0 has dtype int64.*close over it"):
        check_grads(f, [np.arange(3)])
    with pytest.raises(TypeError, match=r"expected a list.*write check_grads\(f, \[x\]\)"):
        check_grads(f, X)
    with pytest.raises(TypeError, match="empty"):
        check_grads(f, [])
    with pytest.raises(ValueError, match="order of at least 1, got 0"):
        check_grads(f, ONE, order=0)
    for order in (1.5, "2", None):
        with pytest.raises(ValueError, match="order of at least 1, got"):
            check_grads(f, ONE, order=order)  # type: ignore[arg-type]
    for modes in ("reverse", [], ["backward"], None, 3):
        with pytest.raises(ValueError, match="expected modes out of"):
            check_grads(f, ONE, modes=modes)  # type: ignore[arg-type]
    for tolerance in (-1.0, np.inf, np.nan, "1e-3"):
        for name in ("rtol", "atol"):
            with pytest.raises(ValueError, match=f"expected {name} to be a finite number"):
                check_grads(f, ONE, **{name: tolerance})
    for number in (np.nan, np.inf):
        with pytest.raises(ValueError, match=rf"argument 0 is {number} at element \(1,\)"):
            check_grads(f, [np.array([1.0, number])])
    with pytest.raises(TypeError, match="expected a function of tensors, got Tensor"):
        check_grads(Tensor(1.0), ONE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: x.detach().numpy(), "got ndarray"),
        (lambda x: x.sum().item(), "got float"),
        (lambda x: None, "got NoneType"),
        (lambda x: x > 0, "got a tensor of bool"),
        (lambda x: (x, 1.0), "got float"),
        (lambda x: (), r"got tuple \(empty\)"),
    ],
)
def test_a_function_that_returns_no_tensors(f: Any, message: str) -> None:
    with pytest.raises(GradientCheckError, match=f"expected a function that returns.*{message}"):
        check_grads(f, ONE)


def test_a_function_that_writes_to_its_argument() -> None:
    def writes(x: Any) -> Any:
        x.overwrite()[...] = 0.0
        return x * x

    def replaces(x: Any) -> Any:
        x.data = x.data + 1.0
        return x * x

    kept = X.copy()
    for f in (writes, replaces):
        with pytest.raises(GradientCheckError, match=r"the function (writes to|replaces)"):
            check_grads(f, ONE)
    np.testing.assert_array_equal(X, kept)


def test_arguments_are_copied() -> None:
    x = np.array([1.0, 2.0])
    seen: list[Any] = []

    def f(t: Any) -> Any:
        seen.append(t.data)
        return t * t

    check_grads(f, [x])
    assert not any(np.shares_memory(x, data) for data in seen)
    assert not seen[0].flags.writeable
    assert {data.dtype for data in seen} == {np.dtype(np.float64), np.dtype(np.complex128)}
    assert x.flags.writeable


def test_a_function_that_changes_its_mind() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(GradientCheckError, match="other values at each call"):
        check_grads(lambda x: x * rng.normal(), ONE)
    with pytest.raises(GradientCheckError, match="other values at each call"):
        check_grads(lambda x: (x,) * int(rng.integers(1, 100)), ONE)


def test_a_function_that_is_too_rough() -> None:
    def rough(x: Any) -> Any:
        return x * 0.0 + Tensor(np.sin(1e9 * x.data)) * 1e-3 + x

    with pytest.raises(GradientCheckError):
        check_grads(rough, ONE, order=1)


# --- the numerical derivative ---


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (exp, 1.0),
        (lambda t: t**3 - 2 * t, -2.0),
        (lambda t: 1e6 + t, 1.0),
        (lambda t: exp(20 * t), 20.0),
        (lambda t: abs(t - 1e-5), -1.0),
        (lambda t: 0.0, 0.0),
    ],
)
def test_slope_knows_its_error(f: Any, expected: float) -> None:
    found = slope(f, EPS, 4 * EPS * abs(f(0.0)), 0.0, 1e-9)
    assert abs(found.value - expected) <= found.error
    assert found.error <= 1e-6
    assert not found.kink


def test_slope_of_a_kink_a_jump_and_a_vertical_tangent() -> None:
    kink = slope(lambda t: max(t, -2 * t), EPS, 0.0, 0.0, 1e-9)
    assert kink.kink
    assert (kink.left, kink.right) == pytest.approx((-2.0, 1.0))
    jump = slope(lambda t: float(t > 0) - float(t < 0), EPS, EPS, 0.0, 1e-9)
    assert jump.kink
    assert (jump.left, jump.right) == (inf, inf)
    root = slope(lambda t: abs(t) ** 0.5 * (1 if t > 0 else -1), EPS, EPS, 0.0, 1e-9)
    assert root.kink


# --- what it needs ---


def test_check_grads_needs_no_hypothesis_and_strategies_say_what_is_missing() -> None:
    program = """
import sys
sys.modules["hypothesis"] = None
from autodiff.testing import check_grads
check_grads(lambda x: x * x, [2.0])
try:
    import autodiff.testing.strategies
except ImportError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "MissingExtraError" in done.stdout
    assert "hypothesis" in done.stdout
    assert "chainrule[test]" in done.stdout
