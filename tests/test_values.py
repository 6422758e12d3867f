"""The value of every op, against references that are written another way than the op is.

Elementwise functions go through Python's `math`, one number at a time; reductions and windows
through loops over indices. Where an op is a NumPy call with a NumPy meaning (`reshape`...), so is
its reference.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import COMPOSITES, OPS, Op, Tensor, no_grad
from autodiff.testing.strategies import Call, calls
from tests.references import REFERENCES

ALL = (*OPS.values(), *COMPOSITES.values())
LIBRARY = [op for op in ALL if op.forward.__module__.startswith("autodiff.")]
each_op = pytest.mark.parametrize("op", LIBRARY, ids=lambda op: op.name)
drawn = settings(max_examples=settings().max_examples // 5)


# --- tests ---


def called(op: Op, call: Call) -> Any:
    return op.record(call.arrays, call.params)


def several(ys: Any) -> tuple[Any, ...]:
    return tuple(ys) if isinstance(ys, (tuple, list)) else (ys,)


def tensors(call: Call, **kwargs: Any) -> Call:
    """The call with tensors in place of floating point arrays."""
    arrays = (
        Tensor(x, **kwargs) if x is not None and x.dtype.kind in "fc" else x for x in call.arrays
    )
    return replace(call, arrays=tuple(arrays))


def test_every_op_of_the_library_has_a_reference() -> None:
    assert sorted(REFERENCES) == sorted(op.name for op in LIBRARY)


@each_op
@drawn
@given(data=st.data())
def test_value(op: Op, data: st.DataObject) -> None:
    call = data.draw(calls(op))
    found = several(called(op, call))
    wanted = several(REFERENCES[op.name](*call.arrays, *call.params))
    for y, expected in zip(found, wanted, strict=True):
        assert np.shape(y) == np.shape(expected)
        eps = np.finfo(y.dtype).eps
        np.testing.assert_allclose(y, expected, rtol=40 * eps, atol=100 * eps)


@each_op
@drawn
@given(data=st.data())
def test_arrays_give_arrays_and_tensors_give_tensors_of_the_same_numbers(
    op: Op, data: st.DataObject
) -> None:
    call = data.draw(calls(op))
    ys = several(called(op, call))
    for y in ys:
        assert isinstance(y, (np.ndarray, np.generic))
    tracked = called(op, tensors(call, requires_grad=True))
    with no_grad():
        unrecorded = called(op, tensors(call, requires_grad=True))
    for ts, recorded in [
        (called(op, tensors(call)), False),
        (tracked, True),
        (unrecorded, False),
    ]:
        for t, y in zip(several(ts), ys, strict=True):
            assert type(t) is Tensor
            assert t.requires_grad is recorded
            assert t.dtype == y.dtype
            eps = np.finfo(y.dtype).eps  # BLAS rounds by the layout, which a tensor does not keep
            np.testing.assert_allclose(t.detach().numpy(), y, rtol=40 * eps, atol=100 * eps)


def test_public_functions_are_the_ops() -> None:
    for name, op in {**OPS, **COMPOSITES}.items():
        if name in autodiff.__all__ and name not in ("linear", "fft"):  # a decorator, a module
            assert getattr(autodiff, name) is op.function


# --- points that random values don't hit ---


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("abs", [-2.0, 0.0, 3.0], [2.0, 0.0, 3.0]),
        ("sign", [-2.0, 0.0, 3.0], [-1.0, 0.0, 1.0]),
        ("relu", [-2.0, 0.0, 3.0], [0.0, 0.0, 3.0]),
        ("sigmoid", [-1000.0, 0.0, 1000.0], [0.0, 0.5, 1.0]),
        ("tanh", [-1000.0, 1000.0], [-1.0, 1.0]),
        ("expm1", [1e-15], [1e-15]),
        ("log1p", [1e-15], [1e-15]),
        ("softmax", [1010.0, 1000.0, 990.0], [0.9999546, 4.539786860886666e-05, 2.06106e-09]),
        ("log_softmax", [-1000.0, 0.0, 1000.0], [-2000.0, -1000.0, 0.0]),
        ("logsumexp", [1000.0, 1000.0], 1000 + math.log(2)),
        ("logsumexp", [-1000.0, -1000.0], math.log(2) - 1000),
        ("logsumexp", [-np.inf, 0.0], 0.0),
        ("logsumexp", [-np.inf, -np.inf], -np.inf),
        ("logsumexp", [], -np.inf),
        ("max", [-np.inf, -1.0], -1.0),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_value_at_a_difficult_point(name: str, x: Any, expected: Any, dtype: Any) -> None:
    y = OPS[name].function(np.array(x, dtype))
    assert y.dtype == dtype
    np.testing.assert_allclose(y, np.array(expected, dtype), rtol=1e-6, atol=1e-30)


def test_sigmoid_keeps_its_relative_precision_in_the_lower_tail() -> None:
    x = np.array([-30.0, -300.0, -700.0])
    np.testing.assert_allclose(autodiff.sigmoid(x), np.exp(x), rtol=1e-12)


def test_cross_entropy_is_exact_where_the_softmax_underflows() -> None:
    loss = autodiff.cross_entropy(np.array([[0.0, 2000.0]]), np.array([0]))
    np.testing.assert_array_equal(loss, [2000.0])


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "mean", "sigmoid", "exp"])
def test_integers_compute_as_floats(name: str) -> None:
    function = OPS[name].function
    np.testing.assert_allclose(function(np.array([1, 2, 3])), function(np.array([1.0, 2.0, 3.0])))


@pytest.mark.parametrize(
    "name",
    [op.name for op in LIBRARY if op.family == "elementwise" and len(op.arrays) == 1]
    + ["sum", "mean", "max", "min", "logsumexp"],
)
def test_python_numbers_are_arguments_too(name: str) -> None:
    function = OPS[name].function
    number = OPS[name].domain[0][0] + 0.25
    assert function(number) == function(np.array(number))


@pytest.mark.parametrize("correction", [0, 1])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
def test_var(axis: Any, correction: int) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    expected = np.var(x, axis=axis, ddof=correction)
    np.testing.assert_allclose(autodiff.var(x, axis, correction), expected, rtol=1e-13)
    np.testing.assert_allclose(Tensor(x).var(axis, correction).numpy(), expected, rtol=1e-13)
    kept = autodiff.var(x, axis, correction, keepdims=True)
    assert kept.shape == np.var(x, axis=axis, keepdims=True).shape


def test_im2col_has_the_shapes_of_the_book() -> None:
    assert autodiff.im2col(np.zeros((1, 3, 7, 7)), (5, 5)).shape == (9, 75)
    assert autodiff.im2col(np.zeros((10, 3, 7, 7)), (5, 5)).shape == (90, 75)


def test_conv2d_splits_a_large_batch_without_changing_its_value() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(9, 8, 24, 24)), rng.normal(size=(2, 8, 5, 5))
    whole = autodiff.conv2d(x, w)
    each_image = np.concatenate([autodiff.conv2d(x[i : i + 1], w) for i in range(9)])
    np.testing.assert_allclose(whole, each_image, rtol=1e-12)


def test_the_margin_of_max_pooling_never_wins() -> None:
    y = autodiff.max_pool2d(np.full((2, 2), -5.0), 2, padding=1)
    np.testing.assert_array_equal(y, np.full((2, 2), -5.0))
    whole = autodiff.max_pool2d(np.full((2, 2), -5), 2, padding=1)
    np.testing.assert_array_equal(whole, np.full((2, 2), -5))
