"""The array object of the standard: operators, conversions, attributes, indexing, assignment."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autodiff as xp
from autodiff import Tensor
from tests.standard.calls import CALLS
from tests.standard.drawing import BOOL, EVERY, FLOATING, INTEGRAL, NUMERIC, arrays, numbers
from tests.standard.names import ATTRIBUTES, METHODS

drawn = settings(max_examples=settings().max_examples // 3)

BINARY: dict[str, tuple[Callable[..., Any], Callable[..., Any] | None]] = {
    "add": (operator.add, operator.iadd),
    "subtract": (operator.sub, operator.isub),
    "multiply": (operator.mul, operator.imul),
    "divide": (operator.truediv, operator.itruediv),
    "floor_divide": (operator.floordiv, operator.ifloordiv),
    "remainder": (operator.mod, operator.imod),
    "pow": (operator.pow, operator.ipow),
    "matmul": (operator.matmul, operator.imatmul),
    "bitwise_and": (operator.and_, operator.iand),
    "bitwise_or": (operator.or_, operator.ior),
    "bitwise_xor": (operator.xor, operator.ixor),
    "bitwise_left_shift": (operator.lshift, operator.ilshift),
    "bitwise_right_shift": (operator.rshift, operator.irshift),
    "equal": (operator.eq, None),
    "not_equal": (operator.ne, None),
    "less": (operator.lt, None),
    "less_equal": (operator.le, None),
    "greater": (operator.gt, None),
    "greater_equal": (operator.ge, None),
}
UNARY = {
    "abs": (abs, NUMERIC),
    "negative": (operator.neg, NUMERIC),
    "positive": (operator.pos, NUMERIC),
    "bitwise_invert": (operator.invert, BOOL + INTEGRAL),
}


def quiet(function: Callable[..., Any], *args: Any) -> Any:
    with np.errstate(all="ignore"):
        return function(*args)


def assert_same(found: Any, expected: Any) -> None:
    assert type(found) is type(expected) is Tensor
    np.testing.assert_array_equal(found.numpy(), expected.numpy(), strict=True)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attribute_is_there(name: str) -> None:
    assert hasattr(Tensor([[1.0]]), name)


@pytest.mark.parametrize("name", METHODS)
def test_method_is_there(name: str) -> None:
    assert callable(getattr(Tensor([[1.0]]), name))


# --- operators ---


@pytest.mark.parametrize("name", BINARY)
@drawn
@given(data=st.data())
def test_operator_is_the_function(name: str, data: st.DataObject) -> None:
    call = data.draw(CALLS[name])
    args = [Tensor(x) if isinstance(x, np.ndarray) else x for x in call.args]
    python, in_place = BINARY[name]
    expected = quiet(getattr(xp, name), *args)
    assert_same(quiet(python, *args), expected)
    for mixed in ([call.args[0], args[1]], [args[0], call.args[1]]):  # a tensor and an array
        if any(isinstance(x, Tensor) for x in mixed):
            assert_same(quiet(python, *mixed), expected)
    if in_place is None or not isinstance(args[0], Tensor):
        return
    if (args[0].shape, args[0].dtype) == (expected.shape, expected.dtype):
        y = xp.asarray(args[0], copy=True)
        y = quiet(in_place, y, args[1])
        assert_same(y, expected)


@pytest.mark.parametrize("name", UNARY)
@drawn
@given(data=st.data())
def test_operator_of_one_is_the_function(name: str, data: st.DataObject) -> None:
    python, dtypes = UNARY[name]
    x = Tensor(data.draw(arrays(dtypes)))
    assert_same(python(x), getattr(xp, name)(x))


@pytest.mark.parametrize("name", BINARY)
def test_operator_refuses_what_is_no_number(name: str) -> None:
    python, _ = BINARY[name]
    x = Tensor([[1, 2], [3, 4]])
    if name in ("equal", "not_equal"):
        assert python(x, "text") is (name == "not_equal")
        return
    for args in ((x, "text"), ("text", x), (x, None), (None, x)):
        if not (name == "remainder" and args[0] == "text"):  # that formats a text
            with pytest.raises(TypeError):
                python(*args)


# --- conversions ---


@drawn
@given(st.sampled_from(EVERY), st.data())
def test_a_single_element_as_a_python_number(dtype: str, data: st.DataObject) -> None:
    number = data.draw(numbers(dtype, [0.0, 1.0, 3.25]))
    t = Tensor(number, dtype=dtype)
    assert type(bool(t)) is bool and bool(t) is bool(number)
    assert type(complex(t)) is complex and complex(t) == complex(number)
    if dtype in FLOATING[2:]:
        for python in (float, int):
            with pytest.raises(TypeError):
                python(t)
    else:
        assert type(float(t)) is float and float(t) == float(number)
        assert type(int(t)) is int and int(t) == int(number)
    if dtype in INTEGRAL:
        assert operator.index(t) == number
        assert [*range(5)][t] == [*range(5)][number]
    else:
        with pytest.raises(TypeError):
            operator.index(t)


def test_numbers_that_python_does_not_have() -> None:
    assert math.isnan(float(Tensor(np.nan))) and float(Tensor(-np.inf)) == -np.inf
    assert bool(Tensor(np.nan)) and bool(Tensor(complex(0, np.nan)))
    with pytest.raises(ValueError, match="NaN"):
        int(Tensor(np.nan))
    with pytest.raises(OverflowError):
        int(Tensor(np.inf))


@pytest.mark.parametrize("python", [bool, int, float, complex, operator.index])
def test_several_elements_are_no_number(python: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        python(Tensor([1, 2]))


# --- attributes ---


@drawn
@given(arrays(EVERY))
def test_attributes(x: Any) -> None:
    t = Tensor(x)
    assert (t.dtype, t.shape, t.ndim, t.size) == (x.dtype, x.shape, x.ndim, x.size)
    assert t.device == xp.__array_namespace_info__().default_device()
    if x.ndim == 2:
        np.testing.assert_array_equal(t.T.numpy(), x.T, strict=True)
    if x.ndim >= 2:
        np.testing.assert_array_equal(t.mT.numpy(), x.mT, strict=True)
    else:
        with pytest.raises(ValueError, match="matrix_transpose"):
            _ = t.mT


def test_namespace() -> None:
    t = Tensor([1.0])
    assert t.__array_namespace__() is t.__array_namespace__(api_version="2024.12") is xp
    with pytest.raises(ValueError, match=r"2024\.12"):
        t.__array_namespace__(api_version="2019.12")


def test_device() -> None:
    t = Tensor([1.0])
    assert_same(t.to_device(t.device), t)
    assert_same(t.to_device("cpu", stream=None), t)
    with pytest.raises(ValueError, match="device"):
        t.to_device("gpu")
    with pytest.raises(ValueError, match="stream"):
        t.to_device("cpu", stream=1)


def test_memory_is_shared_with_other_libraries() -> None:
    t = Tensor([1.0, 2.0])
    assert t.__dlpack_device__() == (1, 0)
    assert np.shares_memory(np.from_dlpack(t), t.data)
    assert np.shares_memory(xp.from_dlpack(t).data, t.data)


# --- indexing ---


@st.composite
def keys(draw: Any, shape: tuple[int, ...]) -> Any:
    """What the standard lets stand in brackets, with NumPy's arrays."""
    basic = hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True)
    mask = hnp.arrays(bool, shape)
    if not shape or not all(shape):
        return draw(basic | mask)
    each = hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=2)
    common = draw(each)
    whole = [
        hnp.arrays("int64", common, elements=st.integers(-n, n - 1)) | st.integers(-n, n - 1)
        for n in shape
    ]
    return draw(basic | mask | st.tuples(*whole) | whole[0])


def as_ours(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(map(as_ours, key))
    return Tensor(key) if isinstance(key, np.ndarray) else key


@given(st.data())
def test_indexing(data: st.DataObject) -> None:
    x = data.draw(arrays(EVERY))
    key = data.draw(keys(x.shape))
    expected = x[key]
    for k in (key, as_ours(key)):
        found = Tensor(x)[k]
        assert type(found) is Tensor
        np.testing.assert_array_equal(found.numpy(), expected)
        assert (found.shape, found.dtype) == (np.shape(expected), x.dtype)


@given(st.data())
def test_assignment(data: st.DataObject) -> None:
    x = data.draw(arrays(EVERY))
    key = data.draw(keys(x.shape))
    target = np.shape(x[key])
    whole = isinstance(key, tuple) and any(isinstance(k, np.ndarray) for k in key)
    assume(not (whole or (isinstance(key, np.ndarray) and key.dtype != bool)))  # may name one twice
    value = data.draw(
        numbers(x.dtype.name) | arrays([x.dtype.name], st.sampled_from([target, target[1:]]))
    )
    assume(isinstance(key, np.ndarray) is False or np.ndim(value) in (0, len(target)))
    for k in (key, as_ours(key)):
        for v in (value, as_ours(value)):
            expected = x.copy()
            expected[key] = value
            t = Tensor(x)
            t[k] = v
            np.testing.assert_array_equal(t.numpy(), expected, strict=True)


def test_an_index_outside_is_an_error() -> None:
    t = Tensor([[1.0, 2.0]])
    for key in (1, -2, (0, 2), (0, 0, 0), "a", 1.0):
        with pytest.raises(IndexError):
            t[key]
