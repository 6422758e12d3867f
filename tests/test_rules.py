"""The derivatives of every op: the registry is the table of tests.

Each property is asked of every op with calls that Hypothesis draws: shapes with axes of length 0
and 1 and without axes, broadcasting, negative axes, both floating dtypes, strided and read-only
arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import COMPOSITES, OPS, Op, Tensor, gradients, jvp, vjp
from autodiff.graph import pullback
from autodiff.testing import (
    GradientCheckError,
    check_adjoint,
    check_grads,
    check_linear,
    check_no_mutation,
)
from autodiff.testing.strategies import Call, calls, flowing

LIBRARY = [op for op in OPS.values() if op.forward.__module__.startswith("autodiff.")]
LINEAR = [op for op in LIBRARY if op.family == "linear"]
COMPOSED = [op for op in COMPOSITES.values() if op.forward.__module__.startswith("autodiff.")]
each_op = pytest.mark.parametrize("op", LIBRARY, ids=lambda op: op.name)
each_function = pytest.mark.parametrize("op", [*LIBRARY, *COMPOSED], ids=lambda op: op.name)
REAL_ONLY = """
    adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d atan2 bessel_i bessel_ie betaln
    cbrt ceil complex copysign cross_entropy cummax cummin deg2rad digamma entr erf erfc erfcinv
    erfcx erfinv floor floor_divide fmod gamma gammaln gaussian grid_sample heaviside hypot i0
    i0e i1 i1e ihfft interp log_ndtr log_sigmoid log_softmax logaddexp logaddexp2 logcumsumexp
    logit max max_pool max_pool1d max_pool2d max_pool3d max_pool_pick max_pool_spread median min
    ndtr ndtri percentile psi ptp quantile rad2deg rdft remainder rfft rfft2 rfftn softplus
    trunc
"""
"""What refuses complex numbers: they have no order, or the function none for them here."""
CHOSEN = "complement eig eigh packed_eig packed_eigh packed_svd qr svd"
"""What gives vectors that may be turned in the complex plane: what depends on that is refused."""
drawn = settings(max_examples=settings().max_examples // 5)


def flow(op: Op, call: Call) -> tuple[Callable[..., Any], list[Any]]:
    """`op` as a function of those of the call's arrays that have a derivative, and these."""
    at = flowing(op, call)

    def f(*xs: Any) -> Any:
        arrays = list(call.arrays)
        for i, x in zip(at, xs, strict=True):
            arrays[i] = x
        return joined(z for z in several(op.record(arrays, call.params)) if z.dtype.kind in "fc")

    return f, [call.arrays[i] for i in at]


def applied(op: Op, call: Call) -> tuple[Callable[..., Any], list[Any]]:
    """As `flow`, but of real numbers.

    A complex array is two real ones to it, and a complex result too: so everything that holds for
    real functions is asked of complex ones, holomorphic or not.
    """
    f, arrays = flow(op, call)

    def real(*xs: Any) -> Any:
        parts = iter(xs)
        given = [
            next(parts) + 1j * next(parts) if x.dtype.kind == "c" else next(parts) for x in arrays
        ]
        return joined(y for z in several(f(*given)) for y in parts_of(z))

    return real, [part for x in arrays for part in parts_of(x)]


def parts_of(z: Any) -> tuple[Any, ...]:
    """The real arrays (or tensors) that `z` consists of."""
    return (autodiff.real(z), autodiff.imag(z)) if z.dtype.kind == "c" else (z,)


def joined(ys: Any) -> Any:
    """Several results as a tuple, one as itself."""
    first, *others = ys
    return (first, *others) if others else first


def several(ys: Any) -> tuple[Any, ...]:
    return tuple(ys) if isinstance(ys, (tuple, list)) else (ys,)


def like(xs: Any, seed: int) -> list[Any]:
    """Random arrays of the same shapes and dtypes, read-only."""
    rng = np.random.default_rng(seed)
    made = [np.asarray(rng.normal(size=x.shape), x.dtype) for x in xs]
    for x in made:
        x.flags.writeable = False
    return made


def data_of(tensors: Any) -> list[Any]:
    return [t.detach().numpy() for t in tensors]


# --- properties ---


@each_function
@drawn
@given(data=st.data())
def test_rules_match_numerical_derivatives_to_second_order(op: Op, data: st.DataObject) -> None:
    check_grads(*flow(op, data.draw(calls(op))), order=2)


@each_function
@settings(max_examples=3)
@given(data=st.data())
def test_third_order(op: Op, data: st.DataObject) -> None:
    check_grads(*flow(op, data.draw(calls(op))), order=3)


@each_function
@settings(max_examples=5)
@given(data=st.data())
def test_derivatives_in_single_precision_lose_no_digits(op: Op, data: st.DataObject) -> None:
    check_grads(*flow(op, data.draw(calls(op, dtype=np.float32))), order=1, dtype=np.float32)


@each_function
@settings(max_examples=8)
@given(data=st.data())
def test_rules_hold_for_complex_numbers_or_these_are_refused(op: Op, data: st.DataObject) -> None:
    try:
        call = data.draw(calls(op, dtype=np.complex128))
    except TypeError:  # to draw it, the function was called
        assert op.name in REAL_ONLY.split()
        return
    if op.name in REAL_ONLY.split():
        if any(call.arrays[i].dtype.kind == "c" for i in flowing(op, call)):
            with pytest.raises(TypeError):
                op.record(call.arrays, call.params)
        return
    try:
        check_grads(*flow(op, call), order=2)
    except GradientCheckError as error:
        if not (op.name in CHOSEN.split() and "a gradient came that depends" in str(error)):
            raise


@each_function
@drawn
@given(data=st.data())
def test_forward_mode_is_the_transpose_of_reverse_mode(op: Op, data: st.DataObject) -> None:
    f, xs = applied(op, data.draw(calls(op)))
    check_adjoint(f, xs)
    recorded, transformed = several(vjp(f, *xs)[0]), several(jvp(f, xs, xs)[0])
    for one, other in zip(recorded, transformed, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("op", LINEAR, ids=lambda op: op.name)
@drawn
@given(data=st.data())
def test_linear_ops_are_linear(op: Op, data: st.DataObject) -> None:
    check_linear(*applied(op, data.draw(calls(op))))


@each_function
@drawn
@given(data=st.data())
def test_nothing_is_written_to(op: Op, data: st.DataObject) -> None:
    call = data.draw(calls(op))
    given = [x for x in [*call.arrays, *call.params] if isinstance(x, np.ndarray)]
    kept = [np.array(x) for x in given]
    check_no_mutation(*applied(op, call))
    for was, now in zip(kept, given, strict=True):
        np.testing.assert_array_equal(was, now)


@each_function
@drawn
@given(data=st.data())
def test_float32_stays_float32_on_the_way(op: Op, data: st.DataObject) -> None:
    call = data.draw(calls(op, dtype=np.float32))
    f, xs = applied(op, call)
    ys = several(f(*(Tensor(x, requires_grad=True) for x in xs)))
    expected = call.params[0] if op.name in ("astype", "cast") else np.dtype(np.float32)
    assert {y.dtype for y in ys} <= {expected}
    us = like(ys, seed=1)
    flowing: set[Any] = set()
    pullback(
        {y._node: u for y, u in zip(ys, us, strict=True) if y._node is not None},
        visit=lambda step: flowing.update(g.dtype for g in step.flows if g is not None),
    )
    assert flowing <= {expected, np.result_type(expected, np.complex64)}
    assert {g.dtype for g in vjp(f, *xs)[1](*us)} <= {np.dtype(np.float32)}
    assert {t.dtype for t in several(jvp(f, xs, like(xs, seed=2))[1])} <= {expected}


@each_function
@drawn
@given(data=st.data())
def test_recorded_gradients_equal_plain_ones(op: Op, data: st.DataObject) -> None:
    f, xs = applied(op, data.draw(calls(op)))
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    ys = several(f(*tensors))
    us = [autodiff.asarray(u) for u in like(ys, seed=1)]
    plain = data_of(gradients(ys, tensors, us))
    recorded = data_of(gradients(ys, tensors, us, create_graph=True))
    for p, r, x in zip(plain, recorded, xs, strict=True):
        assert p.shape == r.shape == x.shape
        assert p.dtype == r.dtype == x.dtype
        eps = np.finfo(x.dtype).eps
        np.testing.assert_allclose(p, r, rtol=100 * eps, atol=100 * eps)


@each_function
@drawn
@given(data=st.data())
def test_one_constant_argument_changes_no_other_gradient(op: Op, data: st.DataObject) -> None:
    call = data.draw(calls(op, dtype=np.float64))
    f, xs = applied(op, call)
    ys, pull = vjp(f, *xs)
    us = like(several(ys), seed=1)
    together = data_of(pull(*us))
    for i, x in enumerate(xs):

        def of_one(t: Any, i: int = i) -> Any:
            return f(*xs[:i], t, *xs[i + 1 :])

        (alone,) = data_of(vjp(of_one, x)[1](*us))
        np.testing.assert_allclose(alone, together[i], rtol=1e-13, atol=1e-13)
        _, tangents = jvp(of_one, [x], like([x], seed=2))
        zeros = [np.zeros_like(x) for x in xs]
        zeros[i] = like([x], seed=2)[0]
        expected = several(jvp(f, xs, zeros)[1])
        for tangent, wanted in zip(several(tangents), expected, strict=True):
            np.testing.assert_allclose(tangent.numpy(), wanted.numpy(), rtol=1e-13, atol=1e-13)


# --- points where calculus leaves a choice, and pieces that the domains leave out ---


def slopes(f: Callable[..., Any], *xs: Any) -> list[Any]:
    """Gradients of the sum of f, the same in both modes."""
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    found = [g.numpy().tolist() for g in gradients(f(*tensors).sum(), tensors)]
    for i, x in enumerate(xs):
        for at in np.ndindex(np.shape(x)):
            vs = [np.zeros(np.shape(x)) for x in xs]
            vs[i][at] = 1.0
            tangent = float(jvp(f, xs, vs)[1].sum())
            np.testing.assert_allclose(tangent, np.array(found[i])[at], rtol=1e-12)
    return found


@pytest.mark.parametrize(
    ("f", "xs", "expected"),
    [
        (autodiff.abs, ([-2.0, 0.0, 3.0],), [[-1.0, 0.0, 1.0]]),
        (autodiff.relu, ([-2.0, 0.0, 3.0],), [[0.0, 0.0, 1.0]]),
        (autodiff.sign, ([-2.0, 0.0, 3.0],), [[0.0, 0.0, 0.0]]),
        (autodiff.maximum, ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]), [[0.0, 0.5, 1.0], [1.0, 0.5, 0.0]]),
        (autodiff.minimum, ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]), [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]),
        (lambda x: autodiff.maximum(x, x), ([1.0, 2.0],), [[1.0, 1.0]]),
        (lambda x: autodiff.minimum(x, 2.0), ([1.0, 2.0, 3.0],), [[1.0, 0.5, 0.0]]),
        (
            lambda x: autodiff.clip(x, -1, 1),
            ([-2.0, -1.0, 0.0, 1.0, 2.0],),
            [[0.0, 1.0, 1.0, 1.0, 0.0]],
        ),
        (lambda x: autodiff.clip(x, max=1), ([-2.0, 1.0, 2.0],), [[1.0, 1.0, 0.0]]),
        (lambda x: autodiff.clip(x, min=1), ([-2.0, 1.0, 2.0],), [[0.0, 1.0, 1.0]]),
        (autodiff.clip, ([-2.0, 2.0],), [[1.0, 1.0]]),
        (
            autodiff.clip,
            ([-2.0, 0.0, 1.0, 3.0], [-1.0, 0.0, 0.5, 0.0], [1.0, 1.0, 1.0, 1.0]),
            [[0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        ),
        (lambda x, low: autodiff.clip(x, low, 1.0), ([0.0], [2.0]), [[0.0], [0.0]]),
        (autodiff.max, ([1.0, 3.0, 3.0],), [[0.0, 0.5, 0.5]]),
        (autodiff.min, ([[1.0, 1.0, 1.0, 1.0]],), [[[0.25] * 4]]),
        (
            lambda x: autodiff.max(x, axis=1),
            ([[1.0, 1.0], [2.0, 1.0]],),
            [[[0.5, 0.5], [1.0, 0.0]]],
        ),
        (
            lambda x: autodiff.max_pool2d(x, 2),
            ([[7.0, 7.0], [7.0, 7.0]],),
            [[[1.0, 0.0], [0.0, 0.0]]],
        ),
        (
            lambda x: autodiff.max_pool2d(x, 2, stride=1),
            ([[5.0, 5.0, 5.0], [5.0, 5.0, 5.0]],),
            [[[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]],
        ),
        (lambda x: x**2, ([-1.5, 0.0],), [[-3.0, 0.0]]),
        (lambda x: x**3, ([-1.5],), [[6.75]]),
        (lambda x: x**1, ([0.0, -1.0],), [[1.0, 1.0]]),
        (lambda x: x**0, ([0.0, -1.0],), [[0.0, 0.0]]),
        (lambda x: x ** np.array([0, 1, 2]), ([0.0, 0.0, 0.0],), [[0.0, 1.0, 0.0]]),
        (lambda x: 2.0**x, ([0.0],), [[np.log(2.0)]]),
        (lambda x: 0.0**x, ([2.0, 3.0],), [[0.0, 0.0]]),
        (autodiff.pow, ([0.0, 0.0], [2.0, 1.0]), [[0.0, 1.0], [0.0, 0.0]]),
        (autodiff.sqrt, ([4.0],), [[0.25]]),
        (autodiff.sigmoid, ([-1000.0, 1000.0],), [[0.0, 0.0]]),
        (autodiff.tanh, ([-1000.0, 1000.0],), [[0.0, 0.0]]),
        (autodiff.logsumexp, ([-np.inf, 0.0],), [[0.0, 1.0]]),
        (autodiff.logsumexp, ([-np.inf, -np.inf],), [[0.0, 0.0]]),
        (autodiff.logsumexp, ([np.inf, 1.0, 2.0],), [[1.0, 0.0, 0.0]]),
        (autodiff.logsumexp, ([np.inf, -np.inf, np.inf],), [[0.5, 0.0, 0.5]]),
        (
            lambda x: autodiff.logsumexp(x, 1),
            ([[np.inf, 1.0], [2.0, 2.0]],),
            [[[1, 0], [0.5, 0.5]]],
        ),
        (autodiff.logsumexp, ([np.nan, 1.0],), [[np.nan, np.nan]]),
        (
            autodiff.logaddexp,
            ([np.inf, np.inf, 1.0], [1.0, np.inf, np.inf]),
            [[1, 0.5, 0], [0, 0.5, 1]],
        ),
        (
            autodiff.logaddexp2,
            ([np.inf, np.inf, 1.0], [1.0, np.inf, np.inf]),
            [[1, 0.5, 0], [0, 0.5, 1]],
        ),
        (lambda x: autodiff.logsumexp(x, axis=1), ([[1e4, 0.0], [0.0, -1e4]],), [[[1.0, 0.0]] * 2]),
        (lambda x: autodiff.log_softmax(x)[0], ([1e4, 0.0],), [[0.0, 0.0]]),
        (
            lambda c, a: autodiff.where(c > 0, a, 7.0),
            ([1.0, -1.0], [5.0, 5.0]),
            [[0.0, 0.0], [1.0, 0.0]],
        ),
    ],
)
def test_defined_slopes(f: Callable[..., Any], xs: Any, expected: Any) -> None:
    for found, wanted in zip(slopes(f, *xs), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_second_derivatives_beside_an_infinite_sum_of_exponentials() -> None:
    x = Tensor([[np.inf, 1.0, 2.0], [0.0, 1.0, 2.0]], requires_grad=True)
    slope = gradients(autodiff.logsumexp(x, 1).sum(), x, create_graph=True)
    second = gradients((slope * [1.0, 2.0, 3.0]).sum(), x).numpy()
    w = np.exp([0.0, 1.0, 2.0]) / np.exp([0.0, 1.0, 2.0]).sum()
    np.testing.assert_array_equal(second[0], 0.0)
    np.testing.assert_allclose(second[1], w * ([1, 2, 3] - w @ [1, 2, 3]), rtol=1e-12)
    for f in (autodiff.logaddexp, autodiff.logaddexp2):
        with np.errstate(invalid="ignore"):
            x = Tensor(np.nan, requires_grad=True)
            assert np.isnan(gradients(f(x, 1.0), x).item())


@pytest.mark.parametrize("name", ["abs", "relu", "tan", "tanh", "sin", "square", "clamp", "divide"])
def test_rules_hold_on_the_negative_side(name: str) -> None:
    op = OPS[name]
    xs = [np.array([-0.7, -1.1, -2.9]), np.array([-0.4, 1.3, -2.0])][: len(op.arrays)]
    check_grads(op.function, xs)


def test_second_derivative_of_a_power_whose_exponent_is_zero() -> None:
    base, exponent = Tensor(2.0, requires_grad=True), Tensor(0.0, requires_grad=True)
    by_base, by_exponent = gradients(base**exponent, [base, exponent], create_graph=True)
    assert gradients(by_base, exponent).item() == pytest.approx(0.5)
    assert gradients(by_exponent, base).item() == pytest.approx(0.5)


@pytest.mark.parametrize("n", [2, 3, -1, 0.5, 2.5])
def test_powers_to_fourth_order(n: float) -> None:
    check_grads(lambda x: x**n, [np.array([0.7, 1.9])], order=4)


@pytest.mark.parametrize("f", [autodiff.tanh, autodiff.sigmoid, autodiff.softmax, autodiff.exp])
def test_smooth_functions_to_third_order(f: Callable[..., Any]) -> None:
    check_grads(f, [np.array([0.3, -1.2])], order=3)


@pytest.mark.parametrize(
    "index",
    [
        [0, 0, 2],
        np.array([[0, 1], [1, -3]]),
        ((0, 0),),
        ((0, 0), (1, 1)),
        ([0, 0], slice(None, None, -1)),
        Tensor([1, 1]),
        (Tensor([1, 1]), 0),
        np.array([True, False, True]),
        (..., [1, 1]),
        (None, [2, 2], 0),
        range(2),
        np.int64(1),
    ],
    ids=str,
)
def test_an_element_that_an_index_names_twice_gets_both_gradients(index: Any) -> None:
    x = np.arange(6.0).reshape(3, 2)
    tensor = Tensor(x, requires_grad=True)
    for y in (tensor[index], autodiff.getitem(tensor, index)):
        plain = (
            tuple(autodiff.variable.raw(part) for part in index)
            if isinstance(index, tuple)
            else autodiff.variable.raw(index)
        )
        numbers = np.arange(6).reshape(3, 2)[plain]
        np.testing.assert_array_equal(y.detach().numpy(), x[plain])
        expected = np.bincount(np.ravel(numbers), minlength=6).reshape(3, 2)
        np.testing.assert_array_equal(gradients(y.sum(), tensor).numpy(), expected)


def test_composites() -> None:
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 2, 5, 4)), rng.normal(size=(3, 2, 3, 2)), rng.normal(size=3)
    check_grads(lambda *xs: autodiff.conv2d(*xs, stride=(2, 1), padding=1), [x, w, b])
    check_grads(lambda x: autodiff.avg_pool2d(x, 2, stride=1, padding=1), [x])
    check_grads(lambda x: autodiff.max_pool2d(x, (3, 2), padding=1), [x])
    check_grads(lambda x: autodiff.var(x, (0, -1), correction=1), [x])


def test_a_convolution_in_many_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(5, 2, 5, 4)), rng.normal(size=(3, 2, 3, 2))
    y, pull = vjp(autodiff.conv2d, x, w)
    (u,) = like([y], seed=1)
    whole = data_of(pull(u))
    monkeypatch.setattr("autodiff.kernels.conv.CACHE", 1)
    y_sliced, pull = vjp(autodiff.conv2d, x, w)
    np.testing.assert_allclose(y_sliced.numpy(), y.numpy(), rtol=1e-12)
    for one, many in zip(whole, data_of(pull(u)), strict=True):
        np.testing.assert_allclose(many, one, rtol=1e-12, atol=1e-12)


def test_everything_together_to_second_order() -> None:
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(4, 1, 6, 6)), np.array([0, 2, 1, 2])
    w1, b1, w2 = rng.normal(size=(2, 1, 3, 3)), rng.normal(size=2), rng.normal(size=(3, 8))

    def loss(x: Any, w1: Any, b1: Any, w2: Any) -> Any:
        h = autodiff.max_pool2d(autodiff.conv2d(x, w1, b1).sigmoid(), 2).flatten(1)
        return autodiff.cross_entropy(h @ w2.mT, t).mean()

    check_grads(loss, [x, w1, b1, w2], order=2)
