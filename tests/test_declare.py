"""Ops of one's own, in each family: what is declared, and all that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import OPS, Array, Tensor, custom, elementwise, gradients, jvp, linear, multilinear
from autodiff.testing import check_grads

X = np.array([[0.7, -1.3, 2.1], [0.4, 1.9, -0.6]])
ROW = np.array([1.1, -0.8, 0.5])


def leaf(data: Any) -> Tensor:
    return Tensor(data, requires_grad=True)


def test_an_elementwise_op_broadcasts_and_has_every_order() -> None:
    @elementwise(
        partials=[lambda y, a: y / a, lambda y, b: -y / b, "b"],
        domain=[(-1.0, 1.0), (1.0, 2.0), (0.0, 1.0)],
        symbol="?",
    )
    def my_ratio(a: Array, b: Array, c: Array) -> Array:
        """A ratio.

        And more.
        """
        return a / b

    op = OPS["my_ratio"]
    assert (op.family, op.symbol, op.doc) == ("elementwise", "?", "A ratio.")
    assert (op.arrays, op.params, op.variadic) == (("a", "b", "c"), (), False)
    assert op.saves == ("y", "a", "b")
    assert op.domain == ((-1.0, 1.0), (1.0, 2.0), (0.0, 1.0))
    check_grads(lambda a, b: my_ratio(a, b, 1.0), [X, ROW], order=3)
    check_grads(lambda a, b: my_ratio(a, b, ROW), [ROW, X])


def test_slopes_may_be_constants_names_or_none() -> None:
    @elementwise(partials=[1, -1, None, "e", lambda: 2.0])
    def my_mix(a: Array, b: Array, c: Array, d: Array, e: Array) -> Array:
        return a - b + np.floor(c) + d * 1.0 + e * 2.0

    xs = [leaf(v) for v in (1.0, 2.0, 3.5, 4.0, 5.0)]
    assert [g.item() for g in gradients(my_mix(*xs), xs)] == [1.0, -1.0, 0.0, 5.0, 2.0]
    tangents = [jvp(my_mix, xs, list(e))[1].item() for e in np.eye(5)]
    assert tangents == [1.0, -1.0, 0.0, 5.0, 2.0]


def test_rules_may_ask_for_params_and_shapes() -> None:
    @elementwise(partials=[lambda x, n, x_shape: n * x ** (n - 1) * len(x_shape) / len(x_shape)])
    def my_power(x: Array, n: int = 3) -> Array:
        return x**n

    check_grads(my_power, [ROW])
    check_grads(lambda x: my_power(x, 2), [ROW], order=3)
    check_grads(lambda x: my_power(x, n=4), [ROW])


def test_a_linear_op_needs_its_adjoint_alone() -> None:
    @linear(adjoint=lambda g, axis: my_flip(g, axis))
    def my_flip(x: Array, axis: int) -> Array:
        return np.flip(x, axis)

    assert OPS["my_flip"].saves == ()
    check_grads(lambda x: my_flip(x, 1) * x, [X], order=3)


def test_a_linear_op_of_a_sequence() -> None:
    @linear(adjoint=lambda g, parts_shape: [autodiff.sum_to(g, shape) for shape in parts_shape])
    def my_total(parts: Sequence[Array]) -> Array:
        return sum(parts[1:], start=np.array(parts[0]))

    assert OPS["my_total"].variadic
    check_grads(lambda *xs: my_total(xs) ** 2, [X, ROW, X])
    x = leaf(ROW)
    y = my_total([x, X, x])
    np.testing.assert_array_equal(gradients(y.sum(), x).data, np.full(3, 4.0))
    assert isinstance(my_total([X, ROW]), np.ndarray)


def test_a_multilinear_op_needs_the_flow_to_each_argument() -> None:
    @multilinear(
        vjps=[
            lambda g, b, c: my_triple(g, b, c),
            lambda g, a, c: my_triple(a, g, c),
            lambda g, a, b: my_triple(a, b, g),
        ]
    )
    def my_triple(a: Array, b: Array, c: Array) -> Array:
        return a * b * c

    check_grads(my_triple, [X, ROW, X + 1.0], order=3)


def test_a_custom_op_needs_its_vjp_alone() -> None:
    @custom(vjps=[lambda g, x, y: g * x / y])
    def my_norm(x: Array) -> Array:
        return np.sqrt(np.sum(x * x))

    check_grads(my_norm, [X], order=3)


def test_arguments_may_be_numbers_lists_and_arrays() -> None:
    @elementwise(partials=[lambda b: b, lambda a: a])
    def my_product(a: Array, b: Array) -> Array:
        return a * b

    x = leaf([1.0, 2.0])
    for other in (3.0, [3.0, 3.0], np.array([3.0, 3.0]), Tensor([3.0, 3.0])):
        for y in (my_product(x, other), my_product(other, x), my_product(b=other, a=x)):
            assert gradients(y.sum(), x).data.tolist() == [3.0, 3.0]
    assert my_product(2.0, 3.0) == 6.0


def test_what_a_forward_returns_may_be_a_number() -> None:
    @custom(vjps=[lambda g, x: g * np.ones(3)])
    def my_sum(x: Array) -> Array:
        return float(x.sum())

    x = leaf(ROW)
    y = my_sum(x)
    assert y.shape == ()
    y.backward()
    assert x.grad is not None
    assert x.grad.data.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("future", [False, True])
def test_annotations_may_be_objects_or_text(future: bool) -> None:
    program = """
from collections.abc import Sequence
from autodiff import Array, elementwise, linear

@elementwise(partials=[lambda x: 2.0 * x])
def my_square(x: Array, unused: int = 0) -> Array:
    return x * x

@linear(adjoint=lambda g, xs_shape: [g for _ in xs_shape])
def my_total(xs: Sequence[Array]) -> Array:
    return sum(xs)
"""
    scope: dict[str, Any] = {"__name__": "somewhere"}
    text = "from __future__ import annotations\n" * future + program
    exec(compile(text, "<somewhere>", "exec", dont_inherit=True), scope)
    assert (OPS["my_square"].arrays, OPS["my_square"].params) == (("x",), ("unused",))
    assert OPS["my_total"].variadic
    check_grads(lambda x: scope["my_total"]([scope["my_square"](x), x]), [ROW])
