"""The whole Python array API standard, 2024.12: names, signatures, dtypes, shapes and values.

What a function gives is compared with array-api-strict, which is NumPy behind the standard's
doors: it refuses what the standard leaves open. Special cases have a file of their own, since
NumPy's are not all the standard's; so has the array object.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from operator import attrgetter
from types import NoneType
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as xp
from autodiff import Tensor
from tests.standard.calls import CALLS
from tests.standard.drawing import Call
from tests.standard.names import ALL_FUNCTIONS, CONSTANTS, DTYPES

drawn = settings(max_examples=settings().max_examples // 5)
StrictArray = type(strict.asarray(0))
each_function = pytest.mark.parametrize("name", CALLS)


@pytest.fixture(autouse=True, scope="module")
def _version_of_the_standard() -> Iterator[None]:
    with strict.ArrayAPIStrictFlags(api_version="2024.12"):
        yield


# --- names and signatures ---


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_function_is_there(name: str) -> None:
    assert callable(attrgetter(name)(xp))


@pytest.mark.parametrize("name", DTYPES)
def test_dtype_is_there(name: str) -> None:
    assert getattr(xp, name) == np.dtype(name)


def test_constants_are_there() -> None:
    for name in CONSTANTS:
        ours, theirs = getattr(xp, name), getattr(strict, name)
        assert ours == theirs or (ours != ours and theirs != theirs)


def test_version_of_the_standard() -> None:
    assert xp.__array_api_version__ == "2024.12"


def test_every_function_is_called() -> None:
    assert sorted({*CALLS, "__array_namespace_info__"}) == sorted(ALL_FUNCTIONS)


OPEN_DEFAULTS = {"astype": {"device"}, "from_dlpack": {"device", "copy"}}
"""Where array-api-strict marks by a default of its own that an argument was left out."""

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
NAMED = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@pytest.mark.parametrize("name", ALL_FUNCTIONS)
def test_signature_takes_every_call_of_the_standard(name: str) -> None:
    ours = inspect.signature(attrgetter(name)(xp)).parameters
    theirs = dict(inspect.signature(attrgetter(name)(strict)).parameters)
    if name == "expand_dims":  # array-api-strict takes `axis` by position, and has no default
        theirs["axis"] = inspect.Parameter("axis", inspect.Parameter.KEYWORD_ONLY, default=0)
    for place, wanted in enumerate(theirs.values()):
        at_place = list(ours.values())[place] if place < len(ours) else None
        if wanted.kind is inspect.Parameter.VAR_POSITIONAL:
            assert at_place is not None and at_place.kind is wanted.kind
            continue
        if wanted.kind in POSITIONAL:
            assert at_place is not None and at_place.kind in POSITIONAL, wanted
        if wanted.kind in NAMED:
            assert wanted.name in ours and ours[wanted.name].kind in NAMED, wanted
        if wanted.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            assert at_place is not None and at_place.name == wanted.name, wanted
        if wanted.default is not wanted.empty and wanted.name not in OPEN_DEFAULTS.get(name, ()):
            found = at_place if wanted.kind in POSITIONAL else ours[wanted.name]
            assert found is not None and found.default == wanted.default, wanted
    extra = [p for p in list(ours.values())[len(theirs) :] if p.name not in theirs]
    assert all(p.default is not p.empty or p.kind in (p.VAR_KEYWORD,) for p in extra), extra


# --- what is computed ---


def sent(value: Any, array: Callable[[Any], Any], dtype: Callable[[Any], Any]) -> Any:
    """An argument as a library wants it: arrays and dtypes its own."""
    if isinstance(value, np.ndarray):
        return array(value)
    if isinstance(value, np.dtype):
        return dtype(value)
    if isinstance(value, (list, tuple)):
        return type(value)(sent(one, array, dtype) for one in value)
    return value


def called(function: Callable[..., Any], call: Call, array: Any, dtype: Any) -> Any:
    args = sent(tuple(call.args), array, dtype)
    kwargs = {key: sent(value, array, dtype) for key, value in call.kwargs.items()}
    with np.errstate(all="ignore"):
        return function(*args, **kwargs)


def parts(name: str, result: Any) -> list[Any]:
    """What a function gave: NumPy's arrays, dtypes by name, Python's numbers."""
    if name in ("finfo", "iinfo"):
        result = [getattr(result, field, None) for field in LIMITS]
    if not isinstance(result, (list, tuple)):
        result = [result]
    return [plain(one) for one in result]


LIMITS = ("bits", "eps", "max", "min", "smallest_normal", "dtype")


def plain(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().numpy()
    if isinstance(value, StrictArray):
        return np.from_dlpack(value)
    if isinstance(value, (bool, int, float, NoneType)):
        return value
    return value.name if isinstance(value, np.dtype) else str(value).split(".")[-1]


def form(result: Any) -> Any:
    """Names of the parts of a named tuple; else how many parts there are."""
    if isinstance(result, (list, tuple)):
        return getattr(result, "_fields", len(result))
    return None


FACTORS: dict[str, Callable[..., list[Any]]] = {
    "linalg.eigh": lambda w, v: [w, v * w[..., None, :] @ v.conj().mT, v.conj().mT @ v],
    "linalg.qr": lambda q, r: [abs(r), q @ r, q.conj().mT @ q],
    "linalg.svd": lambda u, s, vh: [
        s,
        u[..., : s.shape[-1]] * s[..., None, :] @ vh[..., : s.shape[-1], :],
        u.conj().mT @ u,
        vh @ vh.conj().mT,
    ],
}
"""What is unique of a decomposition whose vectors may be turned."""

ANY_VALUE = {"empty", "empty_like"}
"""Functions that give what the memory holds."""


def assert_same(found: Any, expected: Any) -> None:
    if not isinstance(expected, np.ndarray):
        assert found == expected
    elif expected.dtype.kind not in "fc":
        np.testing.assert_array_equal(found, expected)
    else:
        eps = np.finfo(expected.dtype).eps
        largest = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
        np.testing.assert_allclose(found, expected, rtol=32 * eps, atol=32 * eps * largest)


@each_function
@drawn
@given(data=st.data())
def test_values_dtypes_and_shapes(name: str, data: st.DataObject) -> None:
    call = data.draw(CALLS[name], label="call")
    # memory that is handed out can't carry a gradient
    tracked = name != "from_dlpack" and data.draw(st.booleans(), label="tracked")

    def our_array(x: Any) -> Tensor:
        return Tensor(x, requires_grad=tracked and x.dtype.kind in "fc")

    def their_dtype(dtype: Any) -> Any:
        return getattr(strict, dtype.name)

    result = called(attrgetter(name)(xp), call, our_array, np.dtype)
    wanted = called(attrgetter(name)(strict), call, strict.asarray, their_dtype)
    found, expected = parts(name, result), parts(name, wanted)
    assert isinstance(result, Tensor) is isinstance(wanted, StrictArray)
    assert name in ("finfo", "iinfo") or form(result) == form(wanted)
    assert list(map(shape_and_dtype, found)) == list(map(shape_and_dtype, expected))
    if name in FACTORS:
        found, expected = FACTORS[name](*found), FACTORS[name](*expected)
    if name not in ANY_VALUE:
        for ours, theirs in zip(found, expected, strict=True):
            assert_same(ours, theirs)


def shape_and_dtype(part: Any) -> Any:
    return (part.shape, part.dtype) if isinstance(part, np.ndarray) else type(part)
