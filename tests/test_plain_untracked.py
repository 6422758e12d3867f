"""Functions without a derivative: what goes in, what comes out, what an error says."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import Tensor
from autodiff.plain import bitwise, logic, searching, sets
from autodiff.plain.untracked import untracked, untracked_results
from autodiff.variable import Array, raw

X = np.array([[2.0, -0.0, np.nan], [np.inf, 2.0, -3.0]])
Y = np.array([2.0, 0.0, -1.0])
B = np.array([[True, False, True], [False, False, True]])
M, N = np.array([5, 0, 2, 2]), np.array([1, 3, 0, 2])

ONE_RESULT: list[tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = [
    *[
        (getattr(logic, name), getattr(np, name), (X, Y))
        for name in (
            *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
            *("logical_and", "logical_or", "logical_xor", "nextafter", "isclose"),
        )
    ],
    *[
        (getattr(logic, name), getattr(np, name), (X,))
        for name in ("isfinite", "isinf", "isnan", "signbit", "logical_not", "any", "all")
    ],
    *[
        (getattr(bitwise, name), getattr(np, name), (M, N))
        for name in (
            *("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"),
            *("bitwise_left_shift", "bitwise_right_shift"),
        )
    ],
    *[
        (getattr(bitwise, name), np.invert, (x,))
        for name in ("bitwise_invert", "invert", "bitwise_not")
        for x in (M, B)
    ],
    *[(getattr(searching, name), getattr(np, name), (X,)) for name in ("argmax", "argmin")],
    *[
        (getattr(searching, name), getattr(np, name), (x,))
        for name in ("argsort", "count_nonzero", "flatnonzero", "argwhere")
        for x in (X, B)
    ],
    (searching.searchsorted, np.searchsorted, (np.sort(Y), X)),
    (searching.digitize, np.digitize, (X, np.sort(Y))),
    (searching.bincount, np.bincount, (M,)),
    (sets.isin, np.isin, (M, N)),
    (sets.unique_values, np.unique, (M,)),
]
each_function = pytest.mark.parametrize(
    ("function", "theirs", "args"),
    ONE_RESULT,
    ids=[f"{f.__name__}-{args[0].dtype}" for f, _, args in ONE_RESULT],
)


def tensors(args: tuple[Any, ...]) -> list[Tensor]:
    """The arrays as tensors, tracked where that is possible."""
    return [Tensor(x, requires_grad=x.dtype.kind == "f") for x in args]


@each_function
def test_tensors_give_a_constant_tensor_of_numpys_numbers(
    function: Any, theirs: Any, args: Any
) -> None:
    y, expected = function(*tensors(args)), theirs(*args)
    assert type(y) is Tensor and not y.requires_grad
    assert y.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(y.numpy(), expected, strict=True)


@each_function
def test_arrays_give_arrays(function: Any, theirs: Any, args: Any) -> None:
    y, expected = function(*args), theirs(*args)
    assert isinstance(y, (np.ndarray, np.generic))
    np.testing.assert_array_equal(y, expected, strict=True)


@each_function
def test_one_tensor_is_enough(function: Any, theirs: Any, args: Any) -> None:
    for i in range(len(args)):
        mixed = [Tensor(x) if j == i else x for j, x in enumerate(args)]
        y = function(*mixed)
        assert type(y) is Tensor
        np.testing.assert_array_equal(y.numpy(), theirs(*args))


@each_function
def test_lists_and_numbers_are_arguments_too(function: Any, theirs: Any, args: Any) -> None:
    np.testing.assert_array_equal(function(*(x.tolist() for x in args)), theirs(*args))


@each_function
def test_arguments_stay_as_they_are(function: Any, theirs: Any, args: Any) -> None:
    given = [x.copy() for x in args]
    function(*given)
    for x, before in zip(given, args, strict=True):
        np.testing.assert_array_equal(x, before)


def test_a_number_beside_a_tensor_is_weak() -> None:
    x = Tensor([1.0, 2.0], dtype=np.float32)
    assert logic.nextafter(x, 3.0).dtype == np.float32
    assert bitwise.bitwise_and(Tensor([1, 2], dtype=np.int8), 3).dtype == np.int8
    assert bitwise.bitwise_left_shift(1, Tensor([1, 2], dtype=np.uint8)).dtype == np.uint8


def test_results_are_tensors_in_tuples_and_other_answers_stay() -> None:
    x = Tensor([[1.0, 0.0], [3.0, 4.0]])
    for i in searching.nonzero(x):
        assert type(i) is Tensor
    for found in (sets.unique_all(x), sets.unique_counts(x), sets.unique_inverse(x)):
        assert all(type(part) is Tensor for part in found)
    for answer in (logic.allclose(x, x), logic.array_equal(x, x)):
        assert answer is True
    assert all(type(i) is np.ndarray for i in searching.nonzero(x.numpy()))
    assert all(type(part) is np.ndarray for part in sets.unique_all(x.numpy()))


def test_arrays_are_passed_by_name_where_the_signature_says_so() -> None:
    expected = [0, 1, 2]
    edges, x = [1.0, 2.0], np.array([0.5, 1.0, 2.0])
    for bins in (edges, np.array(edges), Tensor(edges)):
        y = searching.digitize(x, bins=bins)
        assert isinstance(y, Tensor) is isinstance(bins, Tensor)
        np.testing.assert_array_equal(y, expected)
    assert logic.isclose(x1=Tensor([1.0]), x2=1.0)


def test_an_array_passed_by_name_arrives_raw() -> None:
    @untracked()
    def f(x1: Array, x2: Array) -> Array:
        assert type(x1) is type(x2) is np.ndarray
        return x1 + x2

    for x2 in ([1.0], np.array([1.0]), Tensor([1.0])):
        assert f(np.array([1.0]), x2=x2) == 2.0


def test_signature_and_documentation_are_the_declared_ones() -> None:
    @untracked(expects="anything")
    def f(x: Array, /, axis: int = 3, *, flag: bool = False) -> Array:
        """Say something."""
        return x

    assert str(inspect.signature(f)) == (
        "(x: 'Array', /, axis: 'int' = 3, *, flag: 'bool' = False) -> 'Array'"
    )
    assert (f.__name__, f.__doc__) == ("f", "Say something.")
    with pytest.raises(TypeError, match="positional-only"):
        f(x=1.0)


def test_arguments_that_are_no_arrays_arrive_as_they_came() -> None:
    seen: list[Any] = []

    @untracked()
    def f(x: Array, other: Any = None, *, named: Any = None) -> Array:
        seen.extend([x, other, named])
        return x + raw(other)

    other = Tensor([1.0])
    y = f(np.array([2.0]), other, named=other)
    assert type(y) is Tensor  # since an argument is one
    assert type(seen[0]) is np.ndarray
    assert seen[1] is seen[2] is other


def test_results_of_other_types_stay() -> None:
    @untracked_results()
    def f(x: Array) -> tuple[Any, ...]:
        return x, np.float32(2.0), 3, None, "text"

    y = f(Tensor([1.0]))
    assert type(y[0]) is type(y[1]) is Tensor
    assert y[1].dtype == np.float32 and y[1].shape == ()
    assert y[2:] == (3, None, "text")
