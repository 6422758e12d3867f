"""Tensors made from sizes and numbers; `asarray`."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiff import OpValueError, Tensor, gradients
from autodiff.plain import creation

shapes = st.integers(0, 4) | st.lists(st.integers(0, 4), max_size=3).map(tuple)
DTYPES = [
    *(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64),
    *(np.float16, np.float32, np.float64, np.complex64, np.complex128),
]
optional_dtypes = st.none() | st.sampled_from(DTYPES)
numbers = st.integers(0, 100) | st.floats(-1e3, 1e3) | st.booleans()


def check(made: Any, shape: Any, dtype: Any, value: Any = None) -> None:
    assert type(made) is Tensor
    assert not made.requires_grad
    assert made.shape == (shape if isinstance(shape, tuple) else (shape,))
    assert made.dtype == dtype
    if value is not None:
        assert (made.numpy() == value).all()


@given(shapes, optional_dtypes, st.sampled_from([None, "cpu"]))
def test_of_a_shape(shape: Any, dtype: Any, device: Any) -> None:
    wanted = np.dtype(dtype or np.float64)
    check(creation.empty(shape, dtype=dtype, device=device), shape, wanted)
    check(creation.zeros(shape, dtype=dtype, device=device), shape, wanted, 0)
    check(creation.ones(shape, dtype=dtype, device=device), shape, wanted, 1)


@given(shapes, st.sampled_from(DTYPES), optional_dtypes)
def test_like_another(shape: Any, own: Any, dtype: Any) -> None:
    x = np.zeros(shape, own)
    for like in (x, Tensor(x)):
        wanted = np.dtype(dtype or own)
        check(creation.empty_like(like, dtype=dtype), x.shape, wanted)
        check(creation.zeros_like(like, dtype=dtype), x.shape, wanted, 0)
        check(creation.ones_like(like, dtype=dtype), x.shape, wanted, 1)
        check(creation.full_like(like, True, dtype=dtype), x.shape, wanted, 1)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(True, np.bool_), (2, np.int64), (2.0, np.float64), (2j, np.complex128)],
)
@pytest.mark.parametrize("shape", [(), 2, (2, 3), (0, 2)])
def test_full_takes_its_dtype_from_the_number(value: Any, dtype: Any, shape: Any) -> None:
    check(creation.full(shape, value), shape, dtype, value)
    check(creation.full(shape, value, dtype=np.complex64), shape, np.complex64, value)
    check(creation.full(shape, Tensor(value)), shape, dtype, value)


def test_a_tensor_that_is_tracked_is_only_a_model() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert not creation.ones_like(x).requires_grad
    assert not creation.asarray(x.detach()).requires_grad


@given(st.integers(0, 5), st.none() | st.integers(0, 5), st.integers(-6, 6), optional_dtypes)
def test_eye(rows: int, columns: int | None, k: int, dtype: Any) -> None:
    made = creation.eye(rows, columns, k=k, dtype=dtype)
    shape = rows, rows if columns is None else columns
    check(made, shape, dtype or np.float64)
    for i in range(shape[0]):
        for j in range(shape[1]):
            assert made[i, j] == (j - i == k)


@given(st.integers(-20, 20), st.none() | st.integers(-20, 20), st.integers(-5, 5).filter(bool))
def test_arange_of_integers(start: int, stop: int | None, step: int) -> None:
    expected = range(0, start, step) if stop is None else range(start, stop, step)
    made = creation.arange(start, stop, step)
    check(made, len(expected), np.int64)
    assert made.numpy().tolist() == list(expected)


exact = st.integers(-80, 80).map(lambda n: n / 8)


@given(exact, exact, exact.filter(bool))
def test_arange_of_floats(start: float, stop: float, step: float) -> None:
    made = creation.arange(start, stop, step)
    check(made, max(0, math.ceil((stop - start) / step)), np.float64)
    assert made.numpy().tolist() == [start + i * step for i in range(made.size)]


def test_arange_by_name() -> None:
    assert creation.arange(5, step=2).numpy().tolist() == [0, 2, 4]
    assert creation.arange(1, stop=3, dtype=np.float32).dtype == np.float32
    assert creation.arange(3.0).dtype == np.float64


@given(exact, exact, st.integers(0, 6), st.booleans())
def test_linspace(start: float, stop: float, num: int, endpoint: bool) -> None:
    made = creation.linspace(start, stop, num, endpoint=endpoint)
    check(made, num, np.float64)
    steps = num - 1 if endpoint else num
    for i, y in enumerate(made.numpy().tolist()):
        exactly = Fraction(start) + (i * (Fraction(stop) - Fraction(start)) / steps if steps else 0)
        assert y == pytest.approx(float(exactly), abs=1e-14)


def test_linspace_of_complex_numbers() -> None:
    made = creation.linspace(0, 2 + 4j, 3)
    check(made, 3, np.complex128)
    assert made.numpy().tolist() == [0, 1 + 2j, 2 + 4j]
    check(creation.linspace(0, 1, 3, dtype=np.float32), 3, np.float32)
    check(creation.linspace(0, 1, num=2, dtype=np.complex64), 2, np.complex64)


@pytest.mark.parametrize(
    "create",
    [
        lambda device: creation.asarray(1, device=device),
        lambda device: creation.arange(1, device=device),
        lambda device: creation.empty(1, device=device),
        lambda device: creation.empty_like(1, device=device),
        lambda device: creation.eye(1, device=device),
        lambda device: creation.full(1, 1, device=device),
        lambda device: creation.full_like(1, 1, device=device),
        lambda device: creation.linspace(1, 1, 1, device=device),
        lambda device: creation.ones(1, device=device),
        lambda device: creation.ones_like(1, device=device),
        lambda device: creation.zeros(1, device=device),
        lambda device: creation.zeros_like(1, device=device),
    ],
)
def test_there_is_one_device(create: Any) -> None:
    assert type(create("cpu")) is type(create(None)) is Tensor
    for device in ("gpu", "cpu:0", 0):
        with pytest.raises(OpValueError, match=r"expected device 'cpu' or None"):
            create(device)


# --- asarray ---


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (True, np.bool_),
        ([True, 2], np.int64),
        ([[1, 2.5]], np.float64),
        ((1, 2.5, 1j), np.complex128),
        ([], np.float64),
        (np.float32(2), np.float32),
        (memoryview(b"ab"), np.uint8),
    ],
)
def test_asarray_takes_the_dtype_of_the_data(data: Any, dtype: Any) -> None:
    expected = np.asarray(data)
    check(creation.asarray(data), expected.shape, dtype, expected)
    check(creation.asarray(data, dtype=np.complex64), expected.shape, np.complex64, expected)
    check(creation.asarray(data, np.complex64), expected.shape, np.complex64)


def test_asarray_copies_only_when_it_must() -> None:
    x = np.array([1.0, 2.0])
    assert creation.asarray(x).data is x
    assert np.shares_memory(creation.asarray(x, copy=False).data, x)
    assert not np.shares_memory(creation.asarray(x, copy=True).data, x)
    assert not np.shares_memory(creation.asarray(x, dtype=np.float32).data, x)
    t = Tensor(x)
    assert creation.asarray(t) is creation.asarray(t, copy=False) is t
    assert creation.asarray(t, dtype=np.float64) is t
    assert not np.shares_memory(creation.asarray(t, copy=True).data, t.data)
    with pytest.raises(OpValueError, match="a change of dtype, from float64, needs a copy"):
        creation.asarray(t, dtype=np.float32, copy=False)


def test_gradient_flows_through_asarray() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    for y in (
        creation.asarray(x),
        creation.asarray(x, copy=True),
        creation.asarray(x, dtype=np.float32),
    ):
        (g,) = gradients((y * y).sum(), [x])
        assert g.numpy().tolist() == [2.0, 4.0]
    whole = creation.asarray(x, dtype=np.int32)
    assert not whole.requires_grad and whole.dtype == np.int32
    assert whole.numpy().tolist() == [1, 2]
