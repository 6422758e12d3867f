"""The checks that need no numerical derivative: they reject what is wrong, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import Array, Tensor, custom, linear, multilinear, no_grad
from autodiff.testing import (
    GradientCheckError,
    check_adjoint,
    check_linear,
    check_no_mutation,
)

X = np.array([[1.0, 2.0, -3.0], [0.5, 4.0, 1.5]])


# --- transposition ---


def test_an_adjoint_that_is_wrong_is_found_with_its_element() -> None:
    @linear(adjoint=lambda g: flipped(g))
    def flipped(x: Array) -> Array:
        return x[..., ::-1] * np.array([1.0, 1.0, 2.0])  # its adjoint scales before it flips

    with pytest.raises(GradientCheckError) as caught:
        check_adjoint(flipped, [X])
    message = str(caught.value)
    assert "forward and reverse mode disagree: argument 0 of shape (2, 3)" in message
    assert "worst element" in message and "(0, 1)" not in message


def test_the_argument_is_named_whose_flow_is_wrong() -> None:
    @multilinear(vjps=[lambda g, w: g * w, lambda g, x: 2.0 * g * x])
    def scaled(x: Array, w: Array) -> Array:
        return x * w

    with pytest.raises(GradientCheckError, match="argument 1"):
        check_adjoint(scaled, [X, X + 1.0])
    with pytest.raises(GradientCheckError, match="the imaginary part of argument 1"):
        check_adjoint(lambda x, z: scaled(x, z.imag), [X, X + 1j])


@pytest.mark.parametrize("check", [check_adjoint, check_linear])
def test_a_function_that_changes_its_mind(check: Callable[..., None]) -> None:
    calls = iter(range(100))
    with pytest.raises(GradientCheckError, match="other values at each call"):
        check(lambda x: x * float(next(calls)), [X])
    with pytest.raises(GradientCheckError, match="other values at each call"):
        check(lambda x: (x,) * (next(calls) % 2 + 1), [X])


@pytest.mark.parametrize("check", [check_adjoint, check_linear])
def test_the_users_arrays_are_not_written_to(check: Callable[..., None]) -> None:
    x = X.copy()

    def greedy(t: Any) -> Any:
        t.data[...] = 0.0
        return t * 1.0

    with pytest.raises(GradientCheckError, match="writes to its arguments"):
        check(greedy, [x])
    assert np.array_equal(x, X) and x.flags.writeable


def test_complex_numbers_count_as_two() -> None:
    z = X + 1j * X[::-1]
    check_adjoint(lambda z: z * autodiff.conj(z) * autodiff.exp(z), [z])
    check_adjoint(lambda x: x * (1.0 + 2.0j), [X], adjoint=lambda u: (u * (1.0 - 2.0j)).real)
    with pytest.raises(GradientCheckError, match="not its adjoint"):
        check_adjoint(lambda x: x * (1.0 + 2.0j), [X], adjoint=lambda u: (u * (1.0 + 2.0j)).real)
    check_adjoint(autodiff.fft.fft, [z], adjoint=lambda u: 3.0 * autodiff.fft.ifft(u))
    check_linear(autodiff.conj, [z])  # of real numbers
    with pytest.raises(GradientCheckError, match="not linear"):
        check_linear(lambda z: z * z, [z])
    check_no_mutation(lambda z: z * z, [z])


@pytest.mark.parametrize("scale", [1e-310, 2.2e-308, 1e-300])
def test_underflow_is_no_fault(scale: float) -> None:
    check_adjoint(lambda x: x * x, [X * scale])
    check_linear(lambda x: 0.3 * x, [X * scale])


def test_what_is_not_finite_is_told() -> None:
    with pytest.raises(GradientCheckError, match="derivative is not finite"):
        check_adjoint(autodiff.sqrt, [np.array([0.0, 1.0])])
    with pytest.raises(GradientCheckError, match="not finite at the point"):
        check_linear(lambda x: x * np.inf, [X])


def test_an_adjoint_can_be_given() -> None:
    check_adjoint(autodiff.flip, [X], adjoint=autodiff.flip)
    check_adjoint(lambda x: x.sum(0), [X], adjoint=lambda u: autodiff.broadcast_to(u, (2, 3)))
    check_adjoint(lambda x, y: x + 2.0 * y, [X, X], adjoint=lambda u: (u, 2.0 * u))
    with pytest.raises(GradientCheckError, match="not its adjoint"):
        check_adjoint(lambda x: x.cumsum(0), [X], adjoint=lambda u: u.cumsum(0))
    with pytest.raises(GradientCheckError, match="gives shapes"):
        check_adjoint(lambda x: x.sum(0), [X], adjoint=lambda u: u)


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounding_is_no_fault(scale: float, dtype: Any) -> None:
    if dtype is np.float32:
        scale = scale ** (1 / 10)
    x = np.asarray(X * scale, dtype)
    check_adjoint(lambda x: (x * x).sum() / x.mean(), [x])
    nearly_singular = np.asarray([[1.0, 1.0], [1.0, 1.0 + 1e-3]], dtype) * dtype(scale)
    check_adjoint(autodiff.linalg.inv, [nearly_singular])


def test_a_difference_of_a_thousandth_is_found_beside_large_terms() -> None:
    @linear(adjoint=lambda g: g * np.array([1.0, 1.0, 1.0 + 1e-12]))
    def nearly(x: Array) -> Array:
        return x * 1.0

    with pytest.raises(GradientCheckError, match="disagree"):
        check_adjoint(nearly, [X * 1e6])


# --- linearity ---


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(0),
        lambda x: autodiff.concat([x, 2.0 * x]),
        lambda x: (x[0], x[:, 1]),
        lambda x: x @ np.array([[1.0], [2.0], [1e6]]),
        lambda x: 0.0 * x,
        lambda x: autodiff.fft.irfft(autodiff.fft.rfft(x)),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_linear_functions_pass(f: Callable[..., Any], dtype: Any) -> None:
    check_linear(f, [np.asarray(X, dtype)])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + 1.0,
        lambda x: x * x,
        lambda x: abs(x),
        lambda x: (x.sum(), x.max()),
    ],
)
def test_others_are_told(f: Callable[..., Any]) -> None:
    with pytest.raises(GradientCheckError, match=r"not linear: f\(a x \+ b v\)"):
        check_linear(f, [X])


def test_a_product_is_linear_in_each_factor_but_not_in_both() -> None:
    check_linear(lambda x: x * X, [X])
    with pytest.raises(GradientCheckError, match="not linear"):
        check_linear(lambda x, y: x * y, [X, X])


def test_a_linear_function_with_another_derivative_is_told() -> None:
    @custom(vjps=[lambda g, x: 2.0 * g])
    def once(x: Array) -> Array:
        return x * 1.0

    @custom(vjps=[lambda g, x: g * x / x[0]])
    def curved(x: Array) -> Array:
        return x * 1.0

    with pytest.raises(GradientCheckError, match="the tangent along v is not"):
        check_linear(once, [X])
    with pytest.raises(GradientCheckError, match="the tangent along v is not"):
        check_linear(curved, [X])


# --- memory ---


def test_what_writes_to_its_argument_is_told() -> None:
    def greedy(x: Tensor) -> Tensor:
        with no_grad():
            x.data[...] = 0.0
        return x * 1.0

    with pytest.raises(GradientCheckError, match=r"changed argument 0: element \(0, 0"):
        check_no_mutation(greedy, [X])
    assert X[0, 0] == 1.0  # the user's own array is left alone


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda g: np.negative(g, out=g) if isinstance(g, np.ndarray) else -g, "changed cotangent"),
        (lambda g, x: np.multiply(x, 0.0, out=x) if isinstance(x, np.ndarray) else x, "argument 0"),
        (lambda g, y: np.multiply(y, 0.0, out=y) if isinstance(y, np.ndarray) else y, "result 0"),
    ],
)
def test_a_rule_that_writes_is_told(rule: Callable[..., Any], message: str) -> None:
    @custom(vjps=[rule])
    def writer(x: Array) -> Array:
        return np.exp(x)

    with pytest.raises(GradientCheckError, match=message):
        check_no_mutation(writer, [X])


def test_pure_functions_pass() -> None:
    check_no_mutation(lambda x: x, [X])
    check_no_mutation(lambda x, y: (x @ y.mT, x[0]), [X, X])
    check_no_mutation(lambda x: x.T[::-1] + 0.0, [np.asfortranarray(X)])
    check_no_mutation(lambda x: Tensor([1.0]), [X])  # depends on nothing

    def updates(x: Tensor) -> Tensor:  # in-place style: the old value stays as it was
        y = x * 2.0
        y[0] = x[1]
        y += 1.0
        return y

    check_no_mutation(updates, [X])


# --- what can't be checked ---


CHECKS = [check_adjoint, check_linear, check_no_mutation]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (X, "expected a list of one or more arguments, got ndarray: write check_"),
        ([], r"expected a list of one or more arguments, got list \(empty\)"),
        ([X, np.array([1, 2])], "argument 1 has dtype int64"),
    ],
)
def test_bad_arguments(check: Callable[..., None], args: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        check(lambda *xs: xs[0], args)


@pytest.mark.parametrize("check", CHECKS)
def test_bad_functions_and_values(check: Callable[..., None]) -> None:
    with pytest.raises(TypeError, match=r"check_\w+: expected a function of tensors, got int"):
        check(3, [X])
    with pytest.raises(ValueError, match=r"check_\w+: argument 0 is nan at element \(1,\)"):
        check(lambda x: x, [np.array([1.0, np.nan])])
    for result, got in ((None, "NoneType"), (X, "ndarray"), ((), r"tuple \(empty\)")):
        with pytest.raises(GradientCheckError, match=f"returns a tensor.*got {got}"):
            check(lambda x, result=result: result, [X])


def test_the_given_adjoint_must_be_a_function() -> None:
    with pytest.raises(TypeError, match="adjoint to be a function, got int"):
        check_adjoint(autodiff.flip, [X], adjoint=3)
    with pytest.raises(GradientCheckError, match="got NoneType"):
        check_adjoint(autodiff.flip, [X], adjoint=lambda u: None)


def test_no_grad_around_it_changes_nothing() -> None:
    @custom(vjps=[lambda g: np.multiply(g, 2.0, out=g)])
    def greedy(x: Array) -> Array:
        return x * 2.0

    with no_grad(), pytest.raises(GradientCheckError, match="reverse mode changed cotangent 0"):
        check_no_mutation(greedy, [X])


def test_overflow_is_not_warned_of() -> None:
    check_no_mutation(lambda x: autodiff.exp(x * x), [np.array([1.0, 30.0])])
