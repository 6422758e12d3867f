"""Comparisons, tests and bits, one number at a time, against Python's own."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiff import Tensor
from autodiff.plain import bitwise, logic

floats = st.sampled_from([math.inf, -math.inf, math.nan, 0.0, -0.0, 1.0]) | st.floats(width=32)
lists = st.lists(floats, min_size=1, max_size=6)
complexes = st.builds(complex, floats, floats)


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("equal", operator.eq),
        ("not_equal", operator.ne),
        ("less", operator.lt),
        ("less_equal", operator.le),
        ("greater", operator.gt),
        ("greater_equal", operator.ge),
        ("logical_and", lambda a, b: bool(a) and bool(b)),
        ("logical_or", lambda a, b: bool(a) or bool(b)),
        ("logical_xor", lambda a, b: bool(a) is not bool(b)),
        ("nextafter", math.nextafter),
    ],
)
@given(x1=lists, x2=floats)
def test_of_two(name: str, python: Callable[..., Any], x1: list[float], x2: float) -> None:
    found = getattr(logic, name)(Tensor(x1), x2)
    expected = np.array([python(x, x2) for x in x1])
    np.testing.assert_array_equal(found.numpy(), expected, strict=True)
    np.testing.assert_array_equal(np.signbit(found.numpy()), np.signbit(expected))


@pytest.mark.parametrize("name", ["isfinite", "isinf", "isnan"])
@given(x=st.lists(complexes, min_size=1, max_size=6))
def test_of_one(name: str, x: list[complex]) -> None:
    import cmath

    found = getattr(logic, name)(Tensor(x))
    assert found.numpy().tolist() == [getattr(cmath, name)(one) for one in x]
    real = [one.real for one in x]
    found = getattr(logic, name)(Tensor(real))
    assert found.numpy().tolist() == [getattr(math, name)(one) for one in real]


@given(lists)
def test_sign_and_negation(x: list[float]) -> None:
    assert logic.signbit(Tensor(x)).numpy().tolist() == [math.copysign(1, v) < 0 for v in x]
    assert logic.logical_not(Tensor(x)).numpy().tolist() == [not v for v in x]


@pytest.mark.parametrize("name", ["all", "any"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (), (-1, 0)])
@pytest.mark.parametrize("shape", [(2, 3), (3, 0), (0, 3)])
def test_all_and_any(name: str, axis: Any, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    for x in (
        rng.choice([0.0, -0.0, np.nan, 1.0], size=shape),
        rng.choice([0, 1j, complex(0, np.nan)], size=shape),
        rng.random(shape) < 0.5,
    ):
        for keepdims in (False, True):
            found = getattr(logic, name)(Tensor(x), axis=axis, keepdims=keepdims)
            truth = x.astype(bool)
            product = truth.prod(axis=axis, keepdims=keepdims, dtype=int)
            total = truth.sum(axis=axis, keepdims=keepdims)
            expected = product > 0 if name == "all" else total > 0
            assert found.dtype == np.bool_ and found.shape == np.shape(expected)
            np.testing.assert_array_equal(found.numpy(), expected)


integers = st.integers(-128, 127)


@given(st.lists(integers, min_size=1, max_size=5), integers, st.integers(0, 7))
def test_bits(x: list[int], y: int, places: int) -> None:
    t = Tensor(x, dtype=np.int8)
    for name, python in [
        ("bitwise_and", operator.and_),
        ("bitwise_or", operator.or_),
        ("bitwise_xor", operator.xor),
    ]:
        found = getattr(bitwise, name)(t, y)
        assert found.dtype == np.int8
        assert found.numpy().tolist() == [python(v, y) for v in x]
    assert bitwise.bitwise_invert(t).numpy().tolist() == [~v for v in x]
    right = bitwise.bitwise_right_shift(t, places)
    assert right.numpy().tolist() == [v >> places for v in x]
    left = bitwise.bitwise_left_shift(t, places)
    wrapped = [((v << places) + 128) % 256 - 128 for v in x]
    assert left.dtype == np.int8 and left.numpy().tolist() == wrapped


def test_bits_of_booleans() -> None:
    a, b = Tensor([True, True, False, False]), Tensor([True, False, True, False])
    assert bitwise.bitwise_and(a, b).numpy().tolist() == [True, False, False, False]
    assert bitwise.bitwise_or(a, b).numpy().tolist() == [True, True, True, False]
    assert bitwise.bitwise_xor(a, b).numpy().tolist() == [False, True, True, False]
    assert bitwise.bitwise_invert(a).numpy().tolist() == [False, False, True, True]


def test_numpys_names_are_the_same_functions() -> None:
    assert bitwise.invert is bitwise.bitwise_not is bitwise.bitwise_invert
    assert bitwise.left_shift is bitwise.bitwise_left_shift
    assert bitwise.right_shift is bitwise.bitwise_right_shift


def test_closeness() -> None:
    x = Tensor([1.0, 1.0, np.inf, np.nan, 0.0])
    y = Tensor([1.0 + 9e-6, 1.0 + 2e-5, np.inf, np.nan, 9e-9])
    assert logic.isclose(x, y).numpy().tolist() == [True, False, True, False, True]
    assert logic.isclose(x, y, equal_nan=True).numpy().tolist() == [True, False, True, True, True]
    assert logic.isclose(x, y, 1e-4, 0.0).numpy().tolist() == [True, True, True, False, False]
    assert logic.allclose(x, y, rtol=1e-4, equal_nan=True) is True
    assert logic.allclose(x, y, rtol=1e-4) is False


def test_equality_of_arrays() -> None:
    x = Tensor([1.0, np.nan])
    assert logic.array_equal(x, x) is False
    assert logic.array_equal(x, [1.0, np.nan], equal_nan=True) is True
    assert logic.array_equal(x[:1], x[:1, None]) is False
