"""Special cases of the standard's elementwise functions: infinities, NaN, signed zeros."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import autodiff as xp
from autodiff import Tensor
from tests.standard.special import COMPLEX, ONE, PARTS, THREE, TWO, of_complex, signs_are_open

each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def computed(name: str, *args: Any) -> Any:
    """Of tensors that are tracked, as far as they can be."""
    tracked = [Tensor(x, requires_grad=True) for x in args]
    with np.errstate(all="ignore"):
        return getattr(xp, name)(*tracked).detach().numpy()


def agree(found: Any, expected: Any, dtype: str) -> bool:
    """The same number: a NaN is a NaN, -0 is not 0, and of pi there are digits enough."""
    if isinstance(expected, bool):
        return bool(found) is expected
    if math.isnan(expected) or math.isnan(found):
        return math.isnan(expected) and math.isnan(found)
    if expected == 0 or math.isinf(expected):
        return bool(found == expected) and math.copysign(1, found) == math.copysign(1, expected)
    return math.isclose(found, expected, rel_tol=8 * np.finfo(dtype).eps)


def check(name: str, dtype: str, rows: list[tuple[tuple[float, ...], Any]]) -> None:
    columns = [np.array(column, dtype) for column in zip(*(args for args, _ in rows), strict=True)]
    found = computed(name, *columns)
    wrong = [
        f"{name}{args} is {y}, not {expected}"
        for y, (args, expected) in zip(found, rows, strict=True)
        if not agree(y, expected, dtype)
    ]
    assert not wrong


@each_dtype
@pytest.mark.parametrize("name", ONE)
def test_of_one(name: str, dtype: str) -> None:
    check(name, dtype, [((x,), y) for x, y in ONE[name]])


@each_dtype
@pytest.mark.parametrize("name", TWO)
def test_of_two(name: str, dtype: str) -> None:
    rows = [
        ((x1, x2), result(x1, x2) if callable(result) else result)
        for firsts, seconds, result in TWO[name]
        for x1, x2 in itertools.product(firsts, seconds)
    ]
    check(name, dtype, rows)


@each_dtype
@pytest.mark.parametrize("name", THREE)
def test_of_three(name: str, dtype: str) -> None:
    for (x, low, high), expected in THREE[name]:
        with np.errstate(all="ignore"):
            bounds = Tensor(low, dtype=dtype), Tensor(high, dtype=dtype)
            found = getattr(xp, name)(Tensor(x, dtype=dtype), *bounds)
        assert agree(found.item(), expected, dtype), (x, low, high)


@pytest.mark.parametrize("x2", [-1.0, -0.0, 0.0, 1.0, -np.inf, np.inf, np.nan, -np.nan])
@pytest.mark.parametrize("x1", [np.nan, -np.nan])
def test_a_nan_has_a_sign_too(x1: float, x2: float) -> None:
    assert xp.signbit(Tensor(x1)) == np.signbit(x1)
    assert xp.signbit(xp.copysign(Tensor(x1), Tensor(x2))) == np.signbit(x2)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("name", COMPLEX)
def test_of_a_complex_number(name: str, dtype: str) -> None:
    zs = [complex(a, b) for a, b in itertools.product(PARTS, PARTS)]
    real = "float32" if dtype == "complex64" else "float64"
    wrong = []
    for z, y in zip(zs, computed(name, np.array(zs, dtype)), strict=True):
        expected = of_complex(name, z)
        pairs = [(float(y.real), expected.real), (float(y.imag), expected.imag)]
        if signs_are_open(z, expected):
            pairs = [(abs(a), abs(b)) for a, b in pairs]
        if not all(agree(a, b, real) for a, b in pairs):
            wrong.append(f"{name}({z}) is {y}, not {expected}")
    assert not wrong


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_tests_of_complex_numbers(dtype: str) -> None:
    zs = [complex(a, b) for a, b in itertools.product(PARTS, PARTS)]
    t = Tensor(np.array(zs, dtype))
    for name, test in [("isfinite", all), ("isinf", any), ("isnan", any)]:
        of_a_part = getattr(math, name)
        expected = [test(of_a_part(part) for part in (z.real, z.imag)) for z in zs]
        assert getattr(xp, name)(t).numpy().tolist() == expected
    for z, size in zip(zs, xp.abs(t).numpy().tolist(), strict=True):
        assert agree(size, math.hypot(z.real, z.imag), "float32")


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_sign_of_a_complex_number(dtype: str) -> None:
    zs = [complex(a, b) for a, b in itertools.product(PARTS, PARTS)]
    ys = dict(zip(map(str, zs), computed("sign", np.array(zs, dtype)).tolist(), strict=True))
    assert {z: y for z, y in ys.items() if complex(z) == 0 != y} == {}
    assert {z: y for z, y in ys.items() if "nan" in z and "nan" not in str(y)} == {}
