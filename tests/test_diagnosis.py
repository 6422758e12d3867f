"""What a failed check says of the cause: the right one for each kind of fault, else none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import Array, Tensor, custom, elementwise, multilinear
from autodiff.testing import GradientCheckError, check_grads
from autodiff.testing.strategies import arrays, shapes
from autodiff.variable import raw

X = np.array([[0.7, -1.3, 2.1], [0.4, 1.9, -0.6]])
Y = np.array([1.1, -0.8, 0.5])
S = np.arange(1.0, 10.0).reshape(3, 3) ** 1.5
Z = X + 1j * X[::-1]


def complaint(f: Callable[..., Any], args: Any, mode: str = "reverse", **options: Any) -> str:
    """What the check says, of which there must be something."""
    with pytest.raises(GradientCheckError) as caught:
        check_grads(f, args, modes=[mode], **options)
    return str(caught.value)


def cause(f: Callable[..., Any], args: Any, mode: str = "reverse", **options: Any) -> str:
    """The line about the probable cause; "" if there is none."""
    found = [
        line.strip().removeprefix("probably: ")
        for line in complaint(f, args, mode, **options).splitlines()
        if line.strip().startswith("probably: ")
    ]
    return found[0] if found else ""


# --- the relation of a rule's gradient to the right one ---


def scaled(factor: Any) -> Callable[..., Any]:
    @elementwise(partials=[lambda x: factor * autodiff.cos(x)])
    def my_op(x: Array) -> Array:
        return np.sin(x)

    return my_op


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (-1.0, "its sign is wrong"),
        (2.0, "it gives twice what it should"),
        (-2.0, "it gives minus twice what it should"),
        (0.5, "it gives half what it should"),
        (1 / 3, "it gives a third of what it should"),
        (2 * np.pi, "it gives 2π times what it should"),
        (np.log(2), "it gives ln 2 times what it should"),
        (np.sqrt(0.5), "it gives 1/√2 times what it should"),
        (np.pi / 180, "it gives π/180 times what it should"),
        (1.37, "it gives 1.37 times what it should"),
        (0.0, "it gives zero, as if 'x' were a constant"),
        (1 + 1e-9, "it is off by a relative 1e-09 everywhere: has a constant too few digits?"),
    ],
)
def test_a_factor(factor: float, text: str, mode: str) -> None:
    message = f"the rule of op 'my_op' for its argument 'x' is wrong: {text}"
    assert cause(scaled(factor), [X], mode) == message
    assert cause(lambda x: (scaled(factor)(x.exp() + 1.0) * x).sum(), [X], mode) == message


def test_a_constant_of_few_digits() -> None:
    assert cause(scaled(0.9999), [X]).endswith(
        "0.9999 times what it should: has a constant too few digits?"
    )


def test_a_factor_at_one_element_is_named_only_if_it_has_a_name() -> None:
    assert cause(scaled(2.0), [0.5]).endswith("it gives twice what it should")
    assert cause(scaled(1.37), [0.5]).endswith("argument 'x' is wrong")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (lambda g: autodiff.mean(g, 0), "a third of what it should: a mean over 3 numbers where"),
        (lambda g: autodiff.getitem(g, 1), "index 1 along axis 0 of the output alone gives: the s"),
        (lambda g: autodiff.flip(autodiff.sum(g, 0), 0), "the gradient in reversed order along a"),
        (lambda g: autodiff.sum(g, 1), "'x2' is wrong: it takes the cotangent g transposed"),
        (lambda g: 3.0 * autodiff.sum(g, 0), "3 numbers where their mean belongs"),
    ],
)
def test_what_was_broadcast(rule: Any, text: str) -> None:
    @custom(vjps=[lambda g: g, rule])
    def my_sum(x1: Array, x2: Array) -> Array:
        return x1 + x2

    found = cause(my_sum, [S, Y])
    assert found.startswith("the rule of op 'my_sum' for its argument 'x2' is wrong: ")
    assert text in found


@pytest.mark.parametrize(
    ("rule", "shape"),
    [
        (lambda g: autodiff.sum(g), "()"),
        (lambda g: autodiff.sum(g, 0), "(3,)"),
        (lambda g: autodiff.sum(g, 1, True), "(2, 1)"),
    ],
)
def test_a_gradient_of_the_wrong_shape(rule: Any, shape: str) -> None:
    @custom(vjps=[rule])
    def my_copy(x: Array) -> Array:
        return np.array(x)

    text = complaint(my_copy, [X])
    assert text.startswith("order 1, reverse mode fails: ")
    assert "while walking backward through <my_copy" in text
    assert (
        f"probably: a rule gives a gradient of shape {shape} for an argument of shape (2, 3)"
    ) in text


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    ("rule", "x", "text"),
    [
        (lambda g: g, S, "it gives the gradient transposed"),
        (lambda g: autodiff.flip(autodiff.swapaxes(g, 0, 1), 1), S, "in reversed order along ax"),
        (lambda g: autodiff.roll(autodiff.swapaxes(g, 0, 1), 1, 0), S, "shifted by 1 along axis 0"),
        (lambda g: autodiff.reshape(g, (2, 3)), X, "a reshape where a transpose belongs?"),
    ],
)
def test_elements_at_other_places(rule: Any, x: Any, text: str, mode: str) -> None:
    @custom(vjps=[rule])
    def my_transpose(x: Array) -> Array:
        return np.swapaxes(x, 0, 1)

    assert text in cause(my_transpose, [x], mode)


def test_permuted_axes() -> None:
    @custom(vjps=[lambda g: autodiff.permute_dims(g, (1, 2, 0))])
    def my_permutation(x: Array) -> Array:
        return np.transpose(x, (1, 2, 0))

    x = np.random.default_rng(0).normal(size=(3, 3, 3))
    assert "it gives the gradient with its axes permuted" in cause(my_permutation, [x])


def test_swapped_arguments() -> None:
    @elementwise(partials=[lambda x1: x1, lambda x2: x2])
    def my_product(x1: Array, x2: Array) -> Array:
        return x1 * x2

    same = "for its argument 'x1' is wrong: it gives the gradient by 'x2': the two are swapped"
    assert same in cause(my_product, [X, X[::-1] + 3.0])
    broadcast = "for its argument 'x1' is wrong: it has the factor 'x1' where 'x2' belongs"
    assert broadcast in cause(my_product, [X, Y])


def test_a_matrix_that_should_be_transposed() -> None:
    @multilinear(
        vjps=[
            lambda g, x2: autodiff.matmul(g, x2),
            lambda g, x1: autodiff.matmul(autodiff.matrix_transpose(x1), g),
        ]
    )
    def my_matmul(x1: Array, x2: Array) -> Array:
        return x1 @ x2

    assert "it takes 'x2' where its transpose belongs" in cause(my_matmul, [S, S.T**0.5])


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (lambda x: 2.0 * x, "the cotangent g that arrives is not multiplied in"),
        (lambda g: 2.0 * g, "the factor 'x' is missing"),
        (lambda g, x: 2.0 * g * x * x, "the factor 'x' is there once too often"),
        (lambda g, x: 2.0 * autodiff.flip(g, 1) * x, "it takes the cotangent g in reversed order"),
    ],
)
def test_a_factor_that_is_missing_or_too_many(rule: Any, text: str) -> None:
    @custom(vjps=[rule])
    def my_square(x: Array) -> Array:
        return x * x

    assert cause(my_square, [X]).endswith(text) or text in cause(my_square, [X])


def test_a_factor_of_an_output_with_fewer_axes() -> None:
    @custom(vjps=[lambda g, x, y: autodiff.expand_dims(g / (y * y), 1) * x])
    def my_norm(x: Array) -> Array:
        return np.sqrt((x * x).sum(1))

    assert cause(my_norm, [X]).endswith("the factor its output is missing")


def test_the_terms_of_other_outputs_are_missing() -> None:
    @custom(vjps=[lambda g, y: g * y * (1.0 - y)])
    def my_softmax(x: Array) -> Array:
        e = np.exp(x)
        return e / e.sum(-1, keepdims=True)

    assert "the terms of the others are missing" in cause(my_softmax, [X])


@pytest.mark.parametrize(
    "rule",
    [
        lambda g, y: g * autodiff.conj(y),
        lambda g, y: autodiff.conj(g) * y,
    ],
)
def test_a_complex_conjugate(rule: Any) -> None:
    @custom(vjps=[rule])
    def my_exp(x: Array) -> Array:
        return np.exp(x)

    found = cause(my_exp, [Z])
    assert found.startswith("the rule of op 'my_exp' for its argument 'x' (")
    assert found.endswith("it has the complex conjugate of the derivative, or of the cotangent g")


def test_a_gradient_of_what_has_no_influence() -> None:
    @custom(vjps=[lambda g: g * 1.0])
    def my_floor(x: Array) -> Array:
        return np.floor(x)

    assert "a gradient comes though the function does not depend on 'x'" in cause(my_floor, [X])


def test_a_few_wrong_elements_and_a_low_precision() -> None:
    factor = np.ones((2, 3))
    factor[1, 2] = 1.5

    @custom(vjps=[lambda g: g * factor])
    def my_copy(x: Array) -> Array:
        return np.array(x)

    assert "only 1 of 6 elements are wrong, the first at (1, 2)" in cause(my_copy, [X])

    @elementwise(partials=[lambda x: autodiff.astype(autodiff.cos(x).astype("f2"), "f8")])
    def my_sin(x: Array) -> Array:
        return np.sin(x)

    found = cause(my_sin, [X], numerical="difference")
    assert "it is right to 0.000" in found
    assert "a low precision?" in found


def test_nothing_is_said_where_nothing_fits() -> None:
    @custom(vjps=[lambda g, x: g * autodiff.sin(3.0 * x) + x])
    def my_op(x: Array) -> Array:
        return np.exp(x)

    assert cause(my_op, [X]) == "the rule of op 'my_op' for its argument 'x' is wrong"


# --- which op ---


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_the_wrong_op_of_a_long_function_is_named(mode: str) -> None:
    def f(x: Any, y: Any) -> Any:
        for _ in range(5):
            x = (x * y).sin() + autodiff.softmax(x, 1)
        x = autodiff.concat([x, scaled(2.0)(x + 1.0), x.exp()], 0)
        for _ in range(5):
            x = (x @ x.mT).tanh()[:, :3] * y
        return x.sum(0), y

    text = "the rule of op 'my_op' for its argument 'x' is wrong: it gives twice what it should"
    assert cause(f, [X, Y], mode) == text


def test_an_argument_of_a_sequence_is_named_by_its_place() -> None:
    @custom(vjps=[lambda g, xs: [g, 2.0 * g, g]])
    def my_sum(xs: Sequence[Array]) -> Array:
        return xs[0] + xs[1] + xs[2]

    assert "for its argument 'xs[1]' is wrong: it gives twice" in cause(
        lambda x, y: my_sum([x, y, x]), [X, X + 1.0]
    )


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_rule_that_is_not_differentiated_again(mode: str) -> None:
    @elementwise(partials=[lambda y: raw(y)])
    def my_exp(x: Array) -> Array:
        return np.exp(x)

    found = cause(lambda x: my_exp(x * x).sin(), [X], mode)
    assert found.startswith(
        "the rule of op 'my_exp' for its argument 'x' is wrong where it is differentiated again: "
        "it gives zero, as if 'x' were a constant: is its value read without its place in the graph"
    )


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_an_op_in_the_rule_of_another_is_named(mode: str) -> None:
    @elementwise(partials=[lambda x: autodiff.sin(x)])  # of the other sign
    def my_cos(x: Array) -> Array:
        return np.cos(x)

    @elementwise(partials=[lambda x: my_cos(x)])
    def my_sin(x: Array) -> Array:
        return np.sin(x)

    found = cause(my_sin, [X], mode)
    assert found == "the rule of op 'my_cos' for its argument 'x' is wrong: its sign is wrong"


@pytest.mark.parametrize("where", ["g", "x"])
def test_a_rule_that_writes_where_it_must_not(where: str) -> None:
    def rule(g: Any, x: Any) -> Any:
        out = g if where == "g" else x
        return np.multiply(2.0 * g, x, out=out)

    @custom(vjps=[rule])
    def my_square(x: Array) -> Array:
        return x * x

    def f(x: Any) -> Any:
        y = x * 1.0
        return y * y + my_square(y) + y

    found = cause(f, [X], order=1)
    assert found.startswith("the rule of op 'my_square' writes to its cotangent g, or to a value")


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    "outside",
    [
        lambda x: x.detach() * 2.0,
        lambda x: Tensor(np.tanh(x.data)),
        lambda x: x.data.real**2,
    ],
)
def test_a_variable_that_is_treated_as_a_constant(outside: Any, mode: str) -> None:
    found = cause(lambda x: x.exp() * outside(x) + x, [X], mode)
    assert found.startswith("a variable is treated as a constant: op 'multiply' takes for its arg")
    assert "depends on argument 0, but was detached, or computed outside" in found


def test_flows_that_are_not_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def overwrite(flows: Any, parents: Any, cotangents: Any) -> None:
        for parent, flow in zip(parents, flows, strict=True):
            if flow is not None:
                cotangents[parent] = flow

    monkeypatch.setattr("autodiff.graph._add", overwrite)

    def f(x: Any) -> Any:
        y = x * 2.0
        return y.sin() * 3.0 + y.exp()

    found = cause(f, [X])
    assert found.startswith("accumulation is lost at a fan-out: the result of op 'multiply' is use")
    assert "used 2 times, and the gradients are not added up, only that from op '" in found


def test_the_hint_never_hides_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> Any:
        raise RuntimeError("no graph")

    monkeypatch.setattr("autodiff.testing.checks.diagnosis.ops_alone", fails)
    text = complaint(scaled(2.0), [X])
    assert text.startswith("wrong derivative: order 1, reverse mode, argument 0 of shape (2, 3)")
    assert "probably" not in text


def test_the_message_as_a_whole() -> None:
    with pytest.raises(GradientCheckError) as caught:
        check_grads(lambda x: scaled(3.0)(x * x).sum(), [np.array([0.5, 1.0, 2.0])])
    first, line, element, hint = str(caught.value).splitlines()
    assert first == "wrong derivative: order 1, reverse mode, argument 0 of shape (3,)"
    assert line.startswith("  along a random direction: computed ")
    assert line.endswith(" (complex step), relative error 0.67")
    assert element.startswith("  worst element (2,): computed ")
    assert element.endswith(", relative error 0.67")
    assert hint == (
        "  probably: the rule of op 'my_op' for its argument 'x' is wrong: it gives three times "
        "what it should"
    )


# --- drawn functions and drawn faults ---


drawn = settings(max_examples=settings().max_examples // 2)
numbers = arrays(shapes(min_side=1, max_side=3), np.float64, domain=(0.2, 2.0))
ELEMENTARY: dict[str, Callable[[Any], Any]] = {
    "exp": lambda x: (0.5 * x).exp(),
    "log": lambda x: (x * x + 0.5).log(),
    "sin": lambda x: x.sin(),
    "tanh": lambda x: x.tanh(),
    "square root": lambda x: (x * x + 1.0).sqrt(),
    "inverse": lambda x: 1.0 / (x * x + 1.0),
    "power": lambda x: (x * x + 0.5) ** 1.5,
    "modulus": lambda x: (x + 10.0).abs(),
    "softmax": lambda x: autodiff.softmax(x) if x.ndim else x,
    "sum": lambda x: x * x.sum(),
    "reversed": lambda x: autodiff.flip(x) * x,
}


@drawn
@given(x=numbers, names=st.lists(st.sampled_from(sorted(ELEMENTARY)), min_size=1, max_size=4))
def test_any_elementary_function_passes(x: Any, names: list[str]) -> None:
    def f(x: Any) -> Any:
        for name in names:
            x = ELEMENTARY[name](x)
        return x

    check_grads(f, [x])
    check_grads(f, [x], order=1, dtype=np.float32)


@drawn
@given(
    x=numbers,
    name=st.sampled_from(sorted(ELEMENTARY)),
    factor=st.floats(-4.0, 4.0).filter(lambda c: abs(c - 1) > 1e-8 and abs(c) > 1e-8),
    mode=st.sampled_from(["reverse", "forward"]),
)
def test_any_planted_factor_is_found(x: Any, name: str, factor: float, mode: str) -> None:
    found = cause(lambda x: ELEMENTARY[name](scaled(factor)(x * 0.5)).sum() + x, [x], mode)
    if name == "softmax":  # its sum is constant
        return
    assert found.startswith("the rule of op 'my_op' for its argument 'x' is wrong")
    if abs(factor + 1) < 1e-6:
        assert found.endswith("its sign is wrong")


@drawn
@given(x=arrays(shapes(1, 3, 1, 3), np.float64, domain=(0.2, 2.0), apart=True), data=st.data())
def test_any_planted_permutation_is_found(x: Any, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(x.size))), dtype=int)
    assume((order != np.arange(x.size)).any())

    @custom(vjps=[lambda g: autodiff.reshape(autodiff.reshape(g, (-1,))[order], g.shape)])
    def my_copy(x: Array) -> Array:
        return np.array(x)

    found = cause(my_copy, [x])
    assert found.startswith("the rule of op 'my_copy' for its argument 'x' is wrong: it")
