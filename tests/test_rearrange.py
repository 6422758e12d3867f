"""Moving, joining, padding, diagonals, dtypes: memory, choices, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff import OpTypeError, OpValueError, Tensor, gradients
from autodiff.ops.complex import imag, real
from autodiff.ops.diagonal import diag_embed, diagonal, tril, triu
from autodiff.ops.joining import (
    array_split,
    atleast_2d,
    broadcast_arrays,
    meshgrid,
    split,
    unstack,
)
from autodiff.ops.manipulation import astype, pad, reshape
from autodiff.ops.rearrange import flip, roll, rot90
from autodiff.testing import check_grads


def leaf(data: Any) -> Tensor:
    return Tensor(data, requires_grad=True)


def flow(y: Tensor, x: Tensor) -> Any:
    """What flows back to `x` if a 1 flows into every element of `y`."""
    return gradients(y.sum(), x).numpy().tolist()


# --- memory ---


def test_reshape_copies_when_told_to_and_only_then() -> None:
    x = np.arange(6.0).reshape(2, 3)
    assert np.shares_memory(reshape(x, (3, 2)), x)
    assert np.shares_memory(reshape(x, -1, copy=False), x)
    assert not np.shares_memory(reshape(x, (3, 2), copy=True), x)
    assert not np.shares_memory(reshape(x.T, 6), x)
    with pytest.raises(OpValueError, match=r"reshape: .*copy=False \(it takes a copy"):
        reshape(x.T, 6, copy=False)
    assert reshape(np.zeros((0, 2)).T, 0, copy=False).shape == (0,)


def test_astype_copies_unless_told_not_to() -> None:
    x = Tensor([1.0, 2.0])
    assert astype(x, np.float64, copy=False) is x
    assert not np.shares_memory(astype(x, np.float64).data, x.data)
    assert astype(x, np.float32, copy=False).dtype == np.float32


# --- dtypes ---


@pytest.mark.parametrize("dtype", [int, bool, np.uint8, "int16"])
def test_a_dtype_that_is_not_of_fractions_ends_the_gradient(dtype: Any) -> None:
    y = astype(leaf([1.5, 0.0]), dtype)
    assert type(y) is Tensor
    assert not y.requires_grad
    np.testing.assert_array_equal(y.data, np.array([1.5, 0.0]).astype(dtype))
    assert isinstance(astype(np.array([1.5]), dtype), np.ndarray)


def test_a_real_number_becomes_complex_and_its_gradient_real_again() -> None:
    x = leaf(np.array([2.0, 3.0], np.float32))
    z = astype(x, np.complex128)
    assert z.dtype == np.complex128
    y = imag(z * z * (1 + 2j))
    assert y.data.tolist() == [8.0, 18.0]
    (g,) = gradients(y.sum(), [x])
    assert g.dtype == np.float32
    assert g.numpy().tolist() == [8.0, 12.0]
    check_grads(lambda x: real(astype(x, complex) ** 3 * 1j + astype(x, "c16")), [[2.0, 3.0]])


def test_complex_numbers_change_their_precision() -> None:
    z = leaf([1 + 2j])
    y = astype(z, np.complex64)
    assert y.dtype == np.complex64
    (real(y * y)).sum().backward()
    assert z.grad is not None
    assert z.grad.data.tolist() == [2 - 4j]


@pytest.mark.parametrize("dtype", [float, np.float32, int, bool])
def test_a_complex_number_becomes_no_real_one(dtype: Any) -> None:
    with pytest.raises(OpTypeError, match=r"astype: .*complex.* real\(\) and imag\(\)"):
        astype(leaf([1j]), dtype)


# --- padding ---


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric", "wrap"])
@pytest.mark.parametrize("widths", [1, (2, 0), ((5, 1), (0, 7)), 0])
def test_padding_sends_each_gradient_to_the_element_that_was_repeated(
    mode: Any, widths: Any
) -> None:
    x = leaf(np.arange(6.0).reshape(2, 3))
    expected = np.pad(x.data, widths, mode)
    y = pad(x, widths, mode)
    np.testing.assert_array_equal(y.data, expected)
    assert not np.shares_memory(y.data, x.data)
    counts = np.bincount(expected.ravel().astype(int), minlength=6).reshape(2, 3)
    np.testing.assert_array_equal(flow(y, x), counts)


def test_padding_with_constants() -> None:
    x = leaf([[1.0, 2.0]])
    y = pad(x, 1, constant_values=((3, 4), (5, 6)))
    np.testing.assert_array_equal(y.data, np.pad(x.data, 1, constant_values=((3, 4), (5, 6))))
    assert flow(y, x) == [[1.0, 1.0]]
    assert pad(np.array([1, 2]), 1, constant_values=7).dtype == np.int64
    y = pad(np.array([np.inf, np.nan]), 1, constant_values=np.nan)
    np.testing.assert_array_equal(y, [np.nan, np.inf, np.nan, np.nan])


# --- arrays and tensors together ---


def test_where_one_is_a_tensor_all_are() -> None:
    for made in (
        broadcast_arrays(np.ones(2), leaf(1.0)),
        meshgrid(np.ones(2), leaf(np.ones(3))),
        atleast_2d(np.ones(2), leaf(1.0)),
    ):
        assert [type(x) for x in made] == [Tensor, Tensor]
        assert [x.requires_grad for x in made] == [False, True]


def test_a_grid_of_one_vector_or_none() -> None:
    (x,) = meshgrid(leaf([1.0, 2.0]))
    assert x.data.tolist() == [1.0, 2.0]
    assert list(meshgrid()) == list(broadcast_arrays()) == []


def test_what_is_taken_apart_can_be_joined_again() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    for axis in (0, 1, -1):
        np.testing.assert_array_equal(np.stack(unstack(x, axis), axis), x)
        for parts in (split(x, [1, 1], axis), array_split(x, 5, axis)):
            np.testing.assert_array_equal(np.concatenate(parts, axis), x)
    assert unstack(np.zeros((0, 2))) == ()


# --- turning ---


def test_four_quarter_turns_are_none() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    for axes in [(0, 1), (2, 0), (-1, 1)]:
        turned = x
        for k in range(1, 5):
            turned = rot90(turned, axes=axes)
            np.testing.assert_array_equal(turned, rot90(x, k - 4, axes))
        np.testing.assert_array_equal(turned, x)


def test_a_flip_and_a_roll_have_gradients_of_their_own() -> None:
    x, w = leaf([1.0, 2.0, 3.0]), np.array([1.0, 10.0, 100.0])
    assert flow(flip(x) * w, x) == [100.0, 10.0, 1.0]
    assert flow(roll(x, 1) * w, x) == [10.0, 100.0, 1.0]
    assert flow(roll(x, (1, 1), (0, 0)) * w, x) == [100.0, 1.0, 10.0]


# --- diagonals ---


def test_what_a_triangle_cuts_off_may_be_anything() -> None:
    x = leaf([[1.0, np.nan], [3.0, np.inf]])
    assert tril(x, -1).data.tolist() == [[0.0, 0.0], [3.0, 0.0]]
    assert flow(tril(x, -1), x) == [[0.0, 0.0], [1.0, 0.0]]
    assert triu(x, 5).data.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_embedding_undoes_the_diagonal() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for offset in (-2, 0, 3):
        for axes in [(-2, -1), (0, 1), (2, 0)]:
            np.testing.assert_array_equal(diagonal(diag_embed(x, offset, *axes), offset, *axes), x)
