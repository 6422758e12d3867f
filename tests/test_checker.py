"""The checker is checked: it must reject rules that are wrong, accept right ones, know a kink."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from math import exp, inf
from typing import Any

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import OPS, Array, Tensor, custom, elementwise, multilinear, no_grad
from autodiff.testing import GradientCheckError, NonDifferentiableError, check_grads
from autodiff.testing.slope import slope
from autodiff.testing.strategies import arrays, broadcastable, calls, generator, shapes
from autodiff.variable import raw

EPS = 2.0**-52
X = np.array([[0.7, -1.3, 2.1], [0.4, 1.9, -0.6]])
Y = np.array([1.1, -0.8, 0.5])


@pytest.fixture(autouse=True)
def own_ops() -> Iterator[None]:
    """Ops declared in a test are forgotten after it."""
    kept = dict(OPS)
    yield
    OPS.clear()
    OPS.update(kept)


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

    with pytest.raises(GradientCheckError, match="wrong derivative"):
        check_grads(nearly_identity, [np.random.default_rng(0).normal(size=10_000)])


def test_tolerances() -> None:
    @elementwise(partials=[lambda x: 2.001 * x])
    def my_square(x: Array) -> Array:
        return x * x

    check_grads(my_square, ONE, order=1, rtol=0.01)
    check_grads(my_square, ONE, order=1, atol=1.0)
    with pytest.raises(GradientCheckError):
        check_grads(my_square, ONE, order=1, rtol=1e-5)


# --- messages ---


def test_the_message_names_order_mode_argument_and_the_worst_element() -> None:
    factor = np.ones(3)
    factor[1] = 2.0

    @custom(vjps=[lambda g, x2: g * x2, lambda g, x1: g * x1 * factor])
    def my_product(x1: Array, x2: Array) -> Array:
        return x1 * x2

    with pytest.raises(GradientCheckError) as caught:
        check_grads(lambda a, b: my_product(a, b).sum(0), TWO)
    first, line, element = str(caught.value).splitlines()
    assert first == "wrong derivative: order 1, reverse mode, argument 1 of shape (3,)"
    assert "relative error" in line
    computed, numerical = (float(part.split()[1]) for part in element.split(": ")[1].split(", "))
    assert element.startswith("  worst element (1,): computed")
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
    for modes in ("reverse", [], ["backward"]):
        with pytest.raises(ValueError, match="expected modes out of"):
            check_grads(f, ONE, modes=modes)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: x.detach().numpy(), "got ndarray"),
        (lambda x: x.sum().item(), "got float"),
        (lambda x: None, "got NoneType"),
        (lambda x: x > 0, "got a tensor of bool"),
        (lambda x: (x, 1.0), "got float"),
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
    assert {data.dtype for data in seen} == {np.dtype(np.float64)}
    assert x.flags.writeable


def test_a_function_that_changes_its_mind() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(GradientCheckError, match="other values at each call"):
        check_grads(lambda x: x * rng.normal(), ONE)


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


# --- strategies ---


drawn = settings(max_examples=settings().max_examples // 5)


@drawn
@given(x=arrays(shapes(), domain=(2.0, 3.0)))
def test_arrays_lie_in_their_domain_and_can_t_be_written(x: Any) -> None:
    assert ((x >= 2) & (x <= 3)).all()
    assert x.dtype in (np.float32, np.float64)
    assert not x.flags.writeable


@drawn
@given(x=arrays(shapes(min_side=1), domain=(-1.0, 1.0), dtype=np.float64, apart=True))
def test_arrays_apart_have_no_near_ties(x: Any) -> None:
    gaps = np.diff(np.sort(x, axis=None))
    assert (gaps >= 0.5 / x.size).all()


@drawn
@given(sizes=broadcastable(3))
def test_broadcastable_shapes_broadcast(sizes: Any) -> None:
    assert len(np.broadcast_shapes(*sizes)) == max(map(len, sizes))


@pytest.mark.parametrize(
    "wanted",
    [
        lambda call: call.arrays[0].ndim == 0,
        lambda call: call.arrays[0].size == 0,
        lambda call: 1 in call.arrays[0].shape,
        lambda call: (
            not call.arrays[0].flags.c_contiguous and not call.arrays[0].flags.f_contiguous
        ),
        lambda call: any(stride < 0 for stride in call.arrays[0].strides),
        lambda call: call.arrays[0].dtype == np.float32,
        lambda call: call.arrays[0].ndim < call.arrays[1].ndim,
        lambda call: call.arrays[0].shape[-1:] == (1,) != call.arrays[1].shape[-1:] != (),
    ],
)
def test_calls_reach_the_corners(wanted: Callable[[Any], bool]) -> None:
    found = find(calls(OPS["add"]), wanted)
    assert wanted(found)


def test_calls_reach_negative_axes_and_every_kind_of_index() -> None:
    options = settings(max_examples=1000)
    for wanted in (
        lambda call: isinstance(call.params[0], int) and call.params[0] < 0,
        lambda call: isinstance(call.params[0], tuple) and len(call.params[0]) == 2,
        lambda call: call.params[0] is None,
    ):
        assert wanted(find(calls(OPS["sum"]), wanted, settings=options))

    def parts(call: Any) -> list[Any]:
        index = call.params[0]
        return list(index) if isinstance(index, tuple) else [index]

    for kind in (int, slice, np.ndarray, type(...), type(None)):
        find(
            calls(OPS["getitem"]),
            lambda call, kind=kind: any(isinstance(p, kind) for p in parts(call)),
            settings=options,
        )


def test_an_own_elementwise_op_gets_its_calls_for_free() -> None:
    @elementwise(partials=[lambda y: -y * y], domain=[(1.0, 2.0)])
    def my_inverse(x: Array, unused: str = "default") -> Array:
        return 1 / x

    @drawn
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        (x,), params = data.draw(calls(OPS["my_inverse"]))
        assert params == ("default",)
        assert ((x >= 1) & (x <= 2)).all()
        check_grads(my_inverse, [x])

    run()


def test_an_op_without_a_generator_says_so_until_it_has_one() -> None:
    @custom(vjps=[lambda g, x: 2.0 * g * x])
    def my_energy(x: Array, scale: float) -> Array:
        return x * x

    op = OPS["my_energy"]
    with pytest.raises(LookupError, match=r"'my_energy' \(custom\).*generator\('my_energy'\)"):
        calls(op)

    @elementwise(partials=[lambda x, scale: scale])
    def my_scaling(x: Array, scale: float) -> Array:
        return x * scale

    with pytest.raises(LookupError, match="my_scaling"):
        calls(OPS["my_scaling"])

    generator("my_energy")(lambda draw, make: ([make((2, 3))], [4.0]))
    from autodiff.testing.generators import CONSTANTS, GENERATORS

    try:
        call = find(calls(op), lambda call: True)
        assert call.arrays[0].shape == (2, 3)
        assert call.params == (4.0,)
    finally:
        del GENERATORS["my_energy"], CONSTANTS["my_energy"]


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
