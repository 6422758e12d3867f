"""Dtypes, constants and what the namespace says of itself."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from autodiff import Tensor
from autodiff.plain import dtypes
from autodiff.plain.dtypes import can_cast, finfo, iinfo, isdtype, result_type
from autodiff.plain.info import __array_namespace_info__

SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
FLOATING, COMPLEX = ["float32", "float64"], ["complex64", "complex128"]
STANDARD = ["bool", *SIGNED, *UNSIGNED, *FLOATING, *COMPLEX]
KINDS = {
    "bool": ["bool"],
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": SIGNED + UNSIGNED,
    "real floating": ["float16", *FLOATING],
    "complex floating": COMPLEX,
    "numeric": [*SIGNED, *UNSIGNED, "float16", *FLOATING, *COMPLEX],
}


def dtype(name: str) -> Any:
    return getattr(dtypes, name)


def promoted(name1: str, name2: str) -> str | None:
    """The standard's table, written as rules; None where it has no entry."""
    if name1 == name2:
        return name1
    kinds = [next(k for k in KINDS if name in KINDS[k]) for name in (name1, name2)]
    bits = [int("".join(c for c in name if c.isdigit()) or 0) for name in (name1, name2)]
    if kinds[0] == kinds[1]:
        return (name1, name2)[bits[1] > bits[0]]
    if set(kinds) == {"signed integer", "unsigned integer"}:
        signed, unsigned = bits if kinds[0] == "signed integer" else reversed(bits)
        needed = max(signed, 2 * unsigned)
        return f"int{needed}" if needed <= 64 else None
    if set(kinds) == {"real floating", "complex floating"}:
        real, both = bits if kinds[0] == "real floating" else reversed(bits)
        return f"complex{max(2 * real, both)}"
    return None


PAIRS = list(itertools.product(STANDARD, repeat=2))


@pytest.mark.parametrize("name", [*STANDARD, "float16"])
def test_a_dtype_is_numpys(name: str) -> None:
    assert isinstance(dtype(name), np.dtype)
    assert dtype(name) == np.dtype(name)
    assert Tensor([1, 0], dtype=dtype(name)).dtype == dtype(name)


def test_constants() -> None:
    assert (dtypes.e, dtypes.pi, dtypes.inf) == (math.e, math.pi, math.inf)
    assert math.isnan(dtypes.nan)
    assert dtypes.newaxis is None


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind: str) -> None:
    for name in [*STANDARD, "float16"]:
        assert isdtype(dtype(name), kind) is (name in KINDS[kind])
        assert isdtype(dtype(name), (kind, dtypes.bool)) is (name in [*KINDS[kind], "bool"])
    assert not isdtype(dtypes.int8, ())


def test_a_kind_may_be_a_dtype() -> None:
    for name1, name2 in PAIRS:
        assert isdtype(dtype(name1), dtype(name2)) is (name1 == name2)


def test_result_type_is_the_standards_table() -> None:
    known = 0
    for name1, name2 in PAIRS:
        expected = promoted(name1, name2)
        if expected is None:
            continue
        known += 1
        for x1, x2 in itertools.product(
            [dtype(name1), np.ones(2, name1)], [Tensor([1], dtype=name2)]
        ):
            assert result_type(x1, x2) == dtype(expected)
        assert result_type(dtype(name1), dtype(name2), dtype(name1)) == dtype(expected)
    assert known == 13 + 12 + 12 + 24 + 2 + 2 + 8  # same; within kinds; mixed integers; floats


@pytest.mark.parametrize(
    ("known", "number", "expected"),
    [
        ("int8", 1, "int8"),
        ("int8", 300, "int8"),
        ("uint16", True, "uint16"),
        ("float32", 1, "float32"),
        ("float32", 1.0, "float32"),
        ("float32", 1j, "complex64"),
        ("float64", 1j, "complex128"),
        ("complex64", 1.0, "complex64"),
        ("bool", True, "bool"),
    ],
)
def test_a_number_counts_by_its_kind(known: str, number: Any, expected: str) -> None:
    for of in (dtype(known), np.ones(2, known), Tensor([1], dtype=known)):
        assert result_type(of, number) == result_type(number, of) == dtype(expected)


def test_can_cast_goes_where_promotion_goes() -> None:
    for name1, name2 in PAIRS:
        expected = promoted(name1, name2)
        if expected is not None:
            for of in (dtype(name1), np.ones(2, name1), Tensor([1], dtype=name1)):
                assert can_cast(of, dtype(name2)) is (expected == name2)


@pytest.mark.parametrize("name", ["float16", *FLOATING, *COMPLEX])
def test_limits_of_floats(name: str) -> None:
    part = {"complex64": "float32", "complex128": "float64"}.get(name, name)
    bits, mantissa, exponent = {
        "float16": (16, 10, 15),
        "float32": (32, 23, 127),
        "float64": (64, 52, 1023),
    }[part]
    for of in (dtype(name), Tensor([1.0], dtype=name)):
        found = finfo(of)
        assert found.bits == bits
        assert found.eps == 2.0**-mantissa
        assert found.max == -found.min == (2 - 2.0**-mantissa) * 2.0**exponent
        assert found.smallest_normal == 2.0 ** (1 - exponent)
        assert found.dtype == dtype(part)
        assert all(type(value) is float for value in found[1:5])
        assert type(found.bits) is int and isinstance(found.dtype, np.dtype)


@pytest.mark.parametrize("name", SIGNED + UNSIGNED)
def test_limits_of_integers(name: str) -> None:
    bits = int("".join(c for c in name if c.isdigit()))
    for of in (dtype(name), Tensor([1], dtype=name)):
        found = iinfo(of)
        assert found.bits == bits
        assert found.max == (2**bits - 1 if name.startswith("u") else 2 ** (bits - 1) - 1)
        assert found.min == (0 if name.startswith("u") else -(2 ** (bits - 1)))
        assert found.dtype == dtype(name)
        assert type(found.bits) is type(found.max) is type(found.min) is int


def test_namespace_info() -> None:
    info = __array_namespace_info__()
    assert info.devices() == [info.default_device()] == ["cpu"]
    assert info.capabilities() == {
        "boolean indexing": True,
        "data-dependent shapes": True,
        "max dimensions": 64,
    }
    assert np.zeros((1,) * 64).ndim == 64
    with pytest.raises(ValueError, match="maximum supported dimension"):
        np.zeros((1,) * 65)
    for device in (None, "cpu"):
        assert info.default_dtypes(device=device) == {
            "real floating": Tensor(1.0).dtype,
            "complex floating": Tensor(1j).dtype,
            "integral": Tensor(1).dtype,
            "indexing": Tensor([1.0]).argmax().dtype,
        }
        assert info.dtypes(device=device) == {name: np.dtype(name) for name in STANDARD}
    for kind, names in KINDS.items():
        assert list(info.dtypes(kind=kind)) == [n for n in STANDARD if n in names]
    assert list(info.dtypes(kind=("bool", "complex floating"))) == ["bool", *COMPLEX]
