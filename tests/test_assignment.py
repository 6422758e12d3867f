"""``A[i] = x``, ``A[mask] += x``, ``x += y``: recorded, unseen by whoever holds the old value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiff import (
    GradientError,
    OpIndexError,
    OpTypeError,
    OpValueError,
    Tensor,
    gradients,
    no_grad,
)
from autodiff.testing import check_grads
from autodiff.testing.strategies import arrays, index_expressions


def leaf(data: Any, **kwargs: Any) -> Tensor:
    return Tensor(data, requires_grad=True, **kwargs)


@given(data=st.data())
def test_assignment_is_numpy_s_and_its_gradients_are_right(data: st.DataObject) -> None:
    base = data.draw(arrays(dtype=float))
    key = data.draw(index_expressions(base.shape))
    value = data.draw(arrays(base[key].shape, float))
    expected = base.copy()
    expected[key] = value

    def assigned(x: Any, v: Any) -> Any:
        y = x * 1.0
        y[key] = v
        return y

    y = assigned(Tensor(base), Tensor(value))
    np.testing.assert_array_equal(y.numpy(), expected)
    check_grads(assigned, [base, value], order=2)


def test_what_was_there_before_gets_no_gradient() -> None:
    x, v = leaf([1.0, 2.0, 3.0]), leaf(5.0)
    y = x * 2.0
    y[1] = v
    by_x, by_v = gradients((y * y).sum(), [x, v])
    np.testing.assert_array_equal(by_x.data, [8.0, 0.0, 24.0])
    assert by_v.item() == 10.0


def test_of_an_element_that_is_assigned_twice_the_last_value_counts() -> None:
    v = leaf([1.0, 2.0, 3.0])
    y = Tensor(np.zeros(2))
    y[[0, 0, 1]] = v
    np.testing.assert_array_equal(y.data, [2.0, 3.0])
    (y * y).sum().backward()
    np.testing.assert_array_equal(v.grad.data, [0.0, 4.0, 6.0])


def test_a_value_that_is_broadcast_gets_the_sum() -> None:
    v = leaf([1.0, 2.0])
    y = Tensor(np.zeros((3, 2)))
    y[1:] = v
    y.sum().backward()
    np.testing.assert_array_equal(v.grad.data, [2.0, 2.0])


@pytest.mark.parametrize(
    "mask", [np.array([True, False, True]), Tensor([True, False, True]), [0, 2], slice(0, 3, 2)]
)
def test_updates_of_a_part(mask: Any) -> None:
    def updated(x: Any, v: Any) -> Any:
        y = x.exp()
        y[mask] += v
        y[mask] *= v
        y[mask] -= x[mask]
        y[mask] /= 2.0
        y[mask] **= 2
        return y

    data, v = np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0])
    expected = np.exp(data)
    key = np.asarray(mask) if isinstance(mask, Tensor) else mask
    expected[key] = ((expected[key] + v) * v - data[key]) ** 2 / 4
    np.testing.assert_allclose(updated(Tensor(data), Tensor(v)).data, expected)
    check_grads(updated, [data, v], order=2)


def test_a_loop_that_fills_a_tensor() -> None:
    def powers(x: Any) -> Any:
        y = Tensor(np.zeros(5))
        y[0] = x
        for i in range(1, 5):
            y[i] = y[i - 1] * x
        return y

    np.testing.assert_allclose(powers(Tensor(2.0)).data, [2, 4, 8, 16, 32])
    check_grads(powers, [1.3], order=3)


# --- aliasing ---


def test_views_keep_what_they_had() -> None:
    x = Tensor(np.arange(6.0).reshape(2, 3))
    row, flat, turned = x[0], x.reshape(6), x.T
    array = x.data
    x[0, 1] = 50.0
    assert x[0, 1].item() == 50.0
    for kept in (row[1], flat[1], turned[1, 0]):
        assert kept.item() == 1.0
    assert array[0, 1] == 1.0
    row[2] = -1.0
    assert x[0, 2].item() == 2.0


def test_the_array_that_a_constant_was_made_of_stays() -> None:
    from autodiff import asarray

    array = np.zeros(3)
    t = asarray(array)
    t[0] = 1.0
    assert array[0] == 0.0 and t[0].item() == 1.0


def test_another_name_for_the_same_tensor_sees_the_assignment() -> None:
    x = Tensor([1.0, 2.0])
    alias = x
    x[0] = 9.0
    assert alias is x and alias[0].item() == 9.0


def test_what_was_computed_before_keeps_its_gradient() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    before = y * y  # saved y
    y[0] = 100.0
    after = y.sum()
    np.testing.assert_array_equal(gradients(before.sum(), x).data, [4.0, 32.0])
    np.testing.assert_array_equal(gradients(after, x).data, [0.0, 4.0])


def test_a_new_value_for_one_name_leaves_the_others() -> None:
    x = leaf([1.0, 2.0])
    y = x
    y += x * x
    assert y is not x and x.is_leaf
    np.testing.assert_array_equal(gradients(y.sum(), x).data, [3.0, 5.0])


def test_assigning_a_tensor_to_a_part_of_itself() -> None:
    x = leaf([1.0, 2.0, 3.0])
    y = x * 1.0
    y[:2] = y[1:]
    np.testing.assert_array_equal(y.data, [2.0, 3.0, 3.0])
    np.testing.assert_array_equal(gradients(y.sum(), x).data, [0.0, 1.0, 2.0])


def test_the_name_stays() -> None:
    x = Tensor([1.0, 2.0], name="x")
    x[0] = leaf(3.0)
    assert x.name == "x" and x.requires_grad and not x.is_leaf


# --- dtypes, leaves, mistakes ---


def test_the_dtype_stays() -> None:
    x = Tensor(np.zeros(2, np.float32))
    v = leaf(1.5)
    x[0] = v
    assert x.dtype == np.float32
    x.sum().backward()
    assert v.grad.dtype == np.float64 and v.grad.item() == 1.0
    counts = Tensor([1, 2])
    counts[0] = 7
    assert counts.dtype == np.int64 and counts.tolist() == [7, 2]


def test_whole_numbers_that_are_not_assigned_to_stay_exact() -> None:
    counts = Tensor(np.array([2**60 + 1, 5]))
    counts[1] = 1.5
    assert counts.tolist() == [2**60 + 1, 1]
    small = Tensor(np.zeros(2, np.uint8))
    for value in (300, -1):
        with pytest.raises(OpValueError, match="setitem"):
            small[0] = value
    assert small.tolist() == [0, 0]


def test_a_gradient_is_not_lost_in_an_assignment() -> None:
    x = leaf([1.0, 2.0])
    counts = Tensor([1, 2])
    with pytest.raises(OpTypeError, match=r"setitem: .*int64.*astype.*detach\(\)"):
        counts[0] = x[0]
    y = x * 2.0
    with no_grad(), pytest.raises(GradientError, match=r"setitem: inside no_grad.*detach\(\)"):
        y[0] = 5.0
    np.testing.assert_array_equal(gradients(y.sum(), x).data, [2.0, 2.0])
    with no_grad(), pytest.raises(OpTypeError, match=r"expected real values.*real\(\)"):
        x -= np.array([1j, 2.0])
    assert x.tolist() == [1.0, 2.0]


def test_a_leaf_is_assigned_to_only_without_recording() -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(GradientError, match=r"leaf that requires grad.*copy\(\).*no_grad"):
        x[0] = 5.0
    assert x.tolist() == [1.0, 2.0]
    y = (x * x).sum()
    with no_grad():
        x[0] = 5.0
        x[1] += 1.0
    assert x.is_leaf and x.requires_grad and x.tolist() == [5.0, 3.0]
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        (5, 1.0, OpIndexError),
        ((0, 0), 1.0, OpIndexError),
        (slice(None), [1.0, 2.0, 3.0], OpValueError),
        (0, "text", OpTypeError),
        (0, 1j, OpTypeError),
    ],
)
def test_mistakes_change_nothing(key: Any, value: Any, error: type[Exception]) -> None:
    x = leaf([1.0, 2.0])
    y = x * 1.0
    node = y._node
    with pytest.raises(error, match="setitem"):
        y[key] = value
    assert y._node is node and y.tolist() == [1.0, 2.0]
