"""vjp, jvp, grad, value_and_grad: alone, nested in any order, over closures and structures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import autodiff
from autodiff import (
    Tensor,
    enable_grad,
    grad,
    gradients,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
)
from autodiff.errors import GradientError

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 3))
X, V, U = RNG.normal(size=3), RNG.normal(size=3), RNG.normal(size=2)


def leaf(data: Any, **kwargs: Any) -> Tensor:
    return Tensor(data, requires_grad=True, **kwargs)


def values(t: Any) -> Any:
    return t.detach().numpy()


def cubic(x: Any) -> Any:
    """``sum((A x)**3) / 6``, whose Hessian is ``A.T diag(A x) A``."""
    return ((A @ x) ** 3).sum() / 6


HESSIAN = A.T @ np.diag(A @ X) @ A


# --- values ---


def test_vjp() -> None:
    y, pull = vjp(lambda x: x * x, X)
    assert_array_equal(values(y), X * X)
    assert_allclose(values(pull(V)[0]), 2 * X * V)
    assert_allclose(values(pull(Tensor(2 * V))[0]), 4 * X * V)


def test_vjp_of_one_number_needs_no_cotangent() -> None:
    _, pull = vjp(cubic, X)
    assert_allclose(values(pull()[0]), A.T @ (A @ X) ** 2 / 2)
    with pytest.raises(GradientError, match="only for one element"):
        vjp(lambda x: x * x, X)[1]()


def test_vjp_of_several_inputs_and_outputs() -> None:
    y, pull = vjp(lambda a, b: (a * b, a.sum()), X, V)
    assert isinstance(y, tuple)
    by_a, by_b = pull(np.ones(3), 10.0)
    assert_allclose(values(by_a), V + 10)
    assert_allclose(values(by_b), X)
    with pytest.raises(GradientError, match="expected 2 cotangents, got 1"):
        pull(np.ones(3))


def test_jvp() -> None:
    y, t = jvp(lambda x: x * x, [X], [V])
    assert_array_equal(values(y), X * X)
    assert_allclose(values(t), 2 * X * V)


def test_jvp_of_several_inputs_and_outputs() -> None:
    ys, ts = jvp(lambda a, b: (a * b, a.sum(), b), [X, V], [V, X])
    assert_allclose(values(ts[0]), V * V + X * X)
    assert_allclose(values(ts[1]), V.sum())
    assert_array_equal(values(ts[2]), X)
    assert [y.shape for y in ys] == [t.shape for t in ts]


def test_grad_and_value_and_grad() -> None:
    assert_allclose(values(grad(cubic)(X)), A.T @ (A @ X) ** 2 / 2)
    value, slope = value_and_grad(cubic)(X)
    assert value.item() == pytest.approx(((A @ X) ** 3).sum() / 6)
    assert_allclose(values(slope), values(grad(cubic)(X)))


def test_grad_by_chosen_arguments() -> None:
    def f(a: Any, b: Any, power: int = 2, *, scale: float = 1.0) -> Any:
        return (a * b**power).sum() * scale

    assert_allclose(values(grad(f)(X, V)), V**2)
    assert_allclose(values(grad(f, 1)(X, V)), 2 * X * V)
    assert_allclose(values(grad(f, -1)(X, V)), 2 * X * V)
    by_b, by_a = grad(f, (1, 0))(X, V, 3, scale=2.0)
    assert_allclose(values(by_b), 6 * X * V**2)
    assert_allclose(values(by_a), 2 * V**3)
    (only,) = grad(f, [0])(X, V)
    assert_allclose(values(only), V**2)


def test_python_numbers_are_points_too() -> None:
    assert grad(lambda x: x * x * x)(2).item() == 12.0
    assert grad(lambda x: x * x * x)(2.0).item() == 12.0
    assert jvp(lambda x: x * x, [3], [1])[1].item() == 6.0


def test_what_is_not_differentiated_stays_as_it_came() -> None:
    seen: list[Any] = []

    def f(x: Any, label: Any, table: Any) -> Any:
        seen.extend([label, table])
        return x.sum()

    table = np.arange(3)
    grad(f)(X, "label", table)
    assert seen[0] == "label"
    assert seen[1] is table


def test_float32_stays_float32() -> None:
    x, v = X.astype(np.float32), V.astype(np.float32)
    y, pull = vjp(lambda x: x * x, x)
    y2, t = jvp(lambda x: x * x, [x], [V])
    assert {y.dtype, y2.dtype, t.dtype, pull(V)[0].dtype, pull(v)[0].dtype} == {
        np.dtype(np.float32)
    }
    tracked = leaf(x)
    assert jvp(lambda x: x * x, [tracked], [V])[1].dtype == np.float32
    assert vjp(lambda x: x * x, tracked)[1](V)[0].dtype == np.float32
    hessian_vector = jvp(grad(lambda x: (x * x * x).sum()), [x], [V])[1]
    assert hessian_vector.dtype == np.float32
    assert_allclose(values(hessian_vector), 6 * x * V, rtol=1e-5)


def test_mixed_dtypes_keep_each_argument_s() -> None:
    x, w = X.astype(np.float32), V
    _, pull = vjp(lambda x, w: (x * w).sum(), x, w)
    assert [g.dtype for g in pull()] == [np.float32, np.float64]


def test_zero_where_nothing_depends() -> None:
    _, pull = vjp(lambda a, b: a * 2.0, X, np.ones((2, 2), np.float32))
    unused = pull(V)[1]
    assert_array_equal(values(unused), np.zeros((2, 2)))
    assert unused.dtype == np.float32
    _, t = jvp(lambda a: Tensor([1.0, 2.0]), [X], [V])
    assert_array_equal(values(t), [0.0, 0.0])
    assert_array_equal(values(grad(lambda x: Tensor(1.0))(X)), np.zeros(3))


def test_functions_that_return_their_input() -> None:
    y, pull = vjp(lambda x: x, X)
    assert_array_equal(values(y), X)
    assert_array_equal(values(pull(V)[0]), V)
    assert_array_equal(values(jvp(lambda x: x, [X], [V])[1]), V)
    (ya, yb), pull = vjp(lambda a, b: (b, a), X, V)
    assert_array_equal(values(ya), V)
    assert_array_equal(values(yb), X)
    assert_array_equal(values(pull(np.zeros(3), np.ones(3))[0]), np.ones(3))
    _, pull = vjp(lambda x: (x, x), X)
    assert_array_equal(values(pull(V, V)[0]), 2 * V)


@pytest.mark.parametrize("x", [np.zeros((0, 3)), np.array(2.0), np.zeros(0)])
def test_empty_and_0_d_points(x: Any) -> None:
    y, pull = vjp(lambda x: x * 2.0, x)
    assert y.shape == x.shape
    assert_array_equal(values(pull(np.ones(x.shape))[0]), np.full(x.shape, 2.0))
    assert_array_equal(
        values(jvp(lambda x: x * 2.0, [x], [np.ones(x.shape)])[1]), np.full(x.shape, 2.0)
    )


def test_pull_can_be_called_again() -> None:
    _, pull = vjp(lambda x: x.exp(), X)
    first, second = pull(V), pull(V)
    assert_array_equal(values(first[0]), values(second[0]))


def test_no_grad_of_any_tensor_is_touched() -> None:
    x, w = leaf(X), leaf(V)
    vjp(lambda x: x * w, x)[1](np.ones(3))
    jvp(lambda x: x * w, [x], [V])
    grad(lambda x: (x * w).sum())(x)
    assert x.grad is None
    assert w.grad is None


def test_results_of_plain_points_are_constants() -> None:
    y, pull = vjp(lambda x: x * x, X)
    y2, t = jvp(lambda x: x * x, [X], [V])
    for result in (y, y2, t, pull(V)[0], grad(cubic)(X), *value_and_grad(cubic)(X)):
        assert not result.requires_grad


def test_points_are_not_written_to() -> None:
    x = X.copy()
    x.flags.writeable = False
    _, pull = vjp(lambda x: x, x)
    pull(V)
    assert_array_equal(x, X)


def test_results_share_no_memory_with_what_was_given() -> None:
    u = np.ones(3)
    _, pull = vjp(lambda a, b: a + b, X, V)
    one, two = pull(Tensor(u))
    assert not np.shares_memory(values(one), values(two))
    v = Tensor(np.ones(3))
    _, t = jvp(lambda x: x, [X], [v])
    assert not np.shares_memory(values(t), v.data)


# --- nested ---


def test_grad_of_grad_to_fourth_order() -> None:
    f: Callable[..., Any] = lambda x: x**5  # noqa: E731
    expected = 2.0**5
    for order in range(1, 5):
        f = grad(f)
        expected *= (6 - order) / 2.0
        assert f(2.0).item() == pytest.approx(expected)
        assert not f(2.0).requires_grad


def forward(f: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative of a function of one number, in forward mode."""
    return lambda x: jvp(f, [x], [1.0])[1]


def test_jvp_of_jvp_to_fourth_order() -> None:
    f: Callable[..., Any] = autodiff.sin
    for expected in (np.cos(0.7), -np.sin(0.7), -np.cos(0.7), np.sin(0.7)):
        f = forward(f)
        assert f(0.7).item() == pytest.approx(expected)


def test_modes_mixed_to_fourth_order() -> None:
    f = lambda x: x.exp() * x  # noqa: E731
    expected = (0.3 + 4) * np.exp(0.3)
    for f4 in (
        forward(grad(forward(grad(f)))),
        grad(forward(grad(forward(f)))),
        forward(forward(grad(grad(f)))),
        grad(grad(forward(forward(f)))),
    ):
        assert f4(0.3).item() == pytest.approx(expected)


HESSIAN_VECTOR_PRODUCTS = {
    "forward over reverse": lambda x, v: jvp(grad(cubic), [x], [v])[1],
    "reverse over reverse": lambda x, v: vjp(grad(cubic), x)[1](v)[0],
    "reverse over forward": lambda x, v: grad(lambda x: jvp(cubic, [x], [v])[1])(x),
    "forward over forward": lambda x, v: np.array(
        [jvp(lambda x, e=e: jvp(cubic, [x], [e])[1], [x], [v])[1].item() for e in np.eye(3)]
    ),
}


@pytest.mark.parametrize("product", HESSIAN_VECTOR_PRODUCTS.values(), ids=HESSIAN_VECTOR_PRODUCTS)
def test_hessian_vector_products(product: Any) -> None:
    assert_allclose(np.asarray(product(X, V)), HESSIAN @ V, rtol=1e-12)


def test_gradients_with_create_graph_agree() -> None:
    x = leaf(X)
    slope = gradients(cubic(x), x, create_graph=True)
    assert_allclose(values(gradients(slope, x, V)), HESSIAN @ V, rtol=1e-12)
    assert_allclose(
        values(jvp(lambda v: gradients(slope, x, v, create_graph=True), [V], [V])[1]),
        HESSIAN @ V,
        rtol=1e-12,
    )


def test_a_perturbation_is_not_confused_with_an_outer_one() -> None:
    # d/dx (x * d/dy (x + y)) = 1, where mixing the two up gives 2
    inner_grad = lambda x: grad(lambda y: x + y)(1.0)  # noqa: E731
    assert grad(lambda x: x * inner_grad(x))(1.0).item() == 1.0
    inner_jvp = lambda x: jvp(lambda y: x + y, [1.0], [1.0])[1]  # noqa: E731
    assert grad(lambda x: x * inner_jvp(x))(1.0).item() == 1.0
    assert jvp(lambda x: x * inner_jvp(x), [1.0], [1.0])[1].item() == 1.0
    assert jvp(lambda x: x * inner_grad(x), [1.0], [1.0])[1].item() == 1.0
    # d/dx (x * d/dy (x * y)) = 2 x
    product = lambda x: x * grad(lambda y: x * y)(3.0)  # noqa: E731
    assert grad(product)(5.0).item() == 10.0
    assert jvp(product, [5.0], [1.0])[1].item() == 10.0


def test_cotangents_and_tangents_can_be_differentiated_by() -> None:
    u = leaf(V)
    _, pull = vjp(lambda x: x * x, X)
    pulled = pull(u)[0]
    assert_allclose(values(gradients(pulled.sum(), u)), 2 * X)
    y, t = jvp(lambda x: x * x, [X], [u])
    assert_allclose(values(gradients(t.sum(), u)), 2 * X)
    assert not y.requires_grad


# --- closures ---


def test_closed_over_tensors_get_their_gradients() -> None:
    w = leaf(V)
    y, pull = vjp(lambda x: (x * x * w).sum(), X)
    assert y.requires_grad
    slope = pull()[0]
    assert_allclose(values(slope), 2 * X * V)
    assert_allclose(values(gradients(slope.sum(), w)), 2 * X)
    y.backward()
    assert_allclose(values(w.grad), X * X)


def test_closed_over_tensors_in_forward_mode() -> None:
    w = leaf(V)
    y, t = jvp(lambda x: (x * x * w).sum(), [X], [np.ones(3)])
    assert_allclose(values(gradients(t, w)), 2 * X)
    assert_allclose(values(gradients(y, w)), X * X)


def test_tracked_points_stay_connected() -> None:
    x = leaf(X)
    slope = grad(cubic)(x * 1.0)
    assert slope.requires_grad
    assert_allclose(values(gradients(slope, x, V)), HESSIAN @ V, rtol=1e-12)
    value, slope = value_and_grad(cubic)(x)
    assert_allclose(values(gradients(value, x)), values(slope))
    _, t = jvp(cubic, [x], [V])
    assert_allclose(values(gradients(t, x)), HESSIAN @ V, rtol=1e-12)


def test_closing_over_what_the_point_was_computed_from() -> None:
    x = leaf(3.0)
    f = lambda z: z * x  # noqa: E731
    y, pull = vjp(f, x * x)  # z = x**2; partial by z alone is x
    (partial,) = pull()
    assert partial.item() == 3.0
    assert gradients(partial, x).item() == 1.0
    assert gradients(y, x).item() == 27.0
    assert jvp(f, [x * x], [1.0])[1].item() == 3.0


def test_a_meta_gradient_through_a_step_of_descent() -> None:
    rate = leaf(0.1)
    x = Tensor(X)
    loss = lambda x: (x * x).sum() / 2.0  # noqa: E731
    after = loss(x - rate * grad(loss)(leaf(X)))
    assert gradients(after, rate).item() == pytest.approx(-(1 - 0.1) * (X @ X))


# --- modes ---


def test_transforms_work_inside_no_grad_and_record_nothing_outside() -> None:
    w, x = leaf(V), leaf(X)
    with no_grad():
        y, pull = vjp(lambda x: (x * x * w).sum(), x)
        slope = pull()[0]
        y2, t = jvp(lambda x: (x * x * w).sum(), [x], [np.ones(3)])
        second = grad(lambda x: grad(cubic)(x)[0])(X)
        tangent = jvp(lambda x: x * x, [X], [leaf(V)])[1]
        pulled = vjp(lambda x: x * x, X)[1](leaf(V))[0]
    assert_allclose(values(slope), 2 * X * V)
    assert_allclose(values(t), 2 * X @ V)
    assert_allclose(values(second), HESSIAN[0])
    for result in (y, slope, y2, t, second, tangent, pulled):
        assert not result.requires_grad


def test_no_grad_inside_a_function_cuts_its_derivative() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            frozen = x * x
        with enable_grad():
            return (frozen * x).sum()

    assert_allclose(values(grad(f)(X)), X * X)
    assert_allclose(values(jvp(f, [X], [V])[1]), (X * X) @ V)
    assert_allclose(values(grad(lambda x: (x.detach() * x).sum())(X)), X)


# --- mistakes ---


def test_cotangents_that_do_not_fit() -> None:
    _, pull = vjp(lambda x: x * x, X)
    with pytest.raises(
        GradientError, match=r"vjp: expected the cotangent of shape \(3,\), got \(2,\)"
    ):
        pull(np.ones(2))
    with pytest.raises(GradientError, match="expected 1 cotangents, got 2"):
        pull(V, V)
    assert_allclose(values(pull(V)[0]), 2 * X * V)


def test_an_error_in_the_function_leaves_modes_alone() -> None:
    def broken(x: Any) -> Any:
        raise RuntimeError("mine")

    with no_grad():
        for transform in (lambda f: vjp(f, X), lambda f: jvp(f, [X], [V]), lambda f: grad(f)(X)):
            with pytest.raises(RuntimeError, match="mine"):
                transform(broken)
        assert not autodiff.is_grad_enabled()
    assert autodiff.is_grad_enabled()


def test_what_a_transform_inside_made_is_no_one_s_outside() -> None:
    nested = [
        grad(lambda x: x * grad(lambda y: x * y * y)(3.0))(2.0),
        jvp(lambda x: x * grad(lambda y: x * y * y)(3.0), [2.0], [1.0])[1],
        grad(lambda x: x * jvp(lambda y: x * y * y, [3.0], [1.0])[1])(2.0),
        jvp(lambda x: x * jvp(lambda y: x * y * y, [3.0], [1.0])[1], [2.0], [1.0])[1],
    ]
    for slope in nested:
        assert slope.item() == 24.0
        assert not slope.requires_grad


def test_an_argument_can_be_named_once() -> None:
    with pytest.raises(GradientError, match=r"name an argument once, got \(0, 0\)"):
        grad(lambda a, b: a * b, (0, 0))(2.0, 3.0)


def test_the_cotangent_of_one_output_may_be_left_out_in_a_list() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    (slope,) = gradients((x * x).sum(), [x], grad_outputs=[None])
    assert slope.tolist() == [2.0, 4.0]


def test_the_cotangent_of_a_single_output_may_be_left_out_in_a_list_too() -> None:
    x = leaf([1.0, 2.0])
    for left_out in ([None], (None,)):
        assert gradients((x * x).sum(), x, grad_outputs=left_out).tolist() == [2.0, 4.0]
    with pytest.raises(GradientError, match="for each of 2 outputs, got 1"):
        gradients([x.sum(), x.sum()], x, [None])


# --- what is given and what is returned is nobody else's ---


@pytest.mark.parametrize(
    "f", [lambda z: z, lambda z: (z, z), lambda z: z.T, lambda z: z[None], lambda z: (z * 1.0, z)]
)
def test_a_tangent_is_in_memory_of_its_own(f: Callable[..., Any]) -> None:
    for x in (leaf([1.0, 2.0]), [1.0, 2.0]):
        v = Tensor([1.0, 1.0])
        tangents = jvp(f, [x], [v])[1]
        arrays = [values(t) for t in (tangents if isinstance(tangents, tuple) else (tangents,))]
        for i, a in enumerate(arrays):
            assert not any(np.shares_memory(a, b) for b in (v.data, *arrays[:i]))


def test_a_recorded_tangent_has_the_dtype_of_its_output() -> None:
    w = leaf([1.0, 2.0])
    for closed_over in (w, w.detach()):
        y, t = jvp(lambda z, w=closed_over: z + w, [np.zeros(2, np.float32)], [np.ones(2)])
        assert y.dtype == t.dtype == np.float64


def test_a_function_may_assign_to_its_argument_where_that_is_recorded() -> None:
    def f(z: Tensor) -> Tensor:
        z[0] = 5.0
        return (z * z).sum()

    x = leaf([1.0, 2.0])
    assert vjp(f, x)[1]()[0].tolist() == [0.0, 4.0]
    assert grad(f)(x).tolist() == [0.0, 4.0]
    assert jvp(f, [x], [[1.0, 1.0]])[1].item() == 4.0
    with pytest.raises(GradientError, match="assign to a copy"):
        vjp(f, [1.0, 2.0])


def test_what_is_assigned_to_a_value_later_changes_no_pull() -> None:
    y, pull = vjp(lambda z: z * z, leaf([1.0, 2.0]))
    y[0] = 5.0
    assert pull(np.ones(2))[0].tolist() == [2.0, 4.0]
