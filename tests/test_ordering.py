"""Sorting and quantiles: ties, NaN, infinities, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff import Tensor, gradients, jvp
from autodiff.kernels.ordering import argsort
from autodiff.ops.ordering import median, percentile, quantile, sort, topk
from autodiff.testing import check_grads


def leaf(data: Any) -> Tensor:
    return Tensor(data, requires_grad=True)


def flow(y: Any, x: Tensor) -> Any:
    """What flows back to `x` if 1, 10, 100... flow into the elements of `y`."""
    weights = 10.0 ** np.arange(y.size).reshape(y.shape)
    return gradients((y * weights).sum(), x).numpy().tolist()


# --- sort ---


def test_equal_elements_keep_their_order() -> None:
    x = leaf([2.0, 1.0, 2.0, 1.0])
    assert sort(x).data.tolist() == [1.0, 1.0, 2.0, 2.0]
    assert flow(sort(x), x) == [100.0, 1.0, 1000.0, 10.0]
    assert sort(x, descending=True).data.tolist() == [2.0, 2.0, 1.0, 1.0]
    assert flow(sort(x, descending=True), x) == [1.0, 100.0, 10.0, 1000.0]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.int8, np.uint8, np.bool_])
def test_the_order_of_many_equal_elements(dtype: Any, descending: bool) -> None:
    x = np.random.default_rng(0).integers(0, 4, (3, 50, 2)).astype(dtype)
    order = argsort(x, 1, descending)
    for i, j in np.ndindex(3, 2):
        row = x[i, :, j].tolist()
        expected = sorted(range(50), key=row.__getitem__, reverse=descending)
        assert order[i, :, j].tolist() == expected


def test_nan_counts_as_the_largest() -> None:
    x = np.array([np.nan, 1.0, np.inf])
    np.testing.assert_array_equal(sort(x), [1.0, np.inf, np.nan])
    np.testing.assert_array_equal(sort(x, descending=True), [np.nan, np.inf, 1.0])
    np.testing.assert_array_equal(topk(x, 1).values, [np.nan])
    np.testing.assert_array_equal(topk(x, 1, largest=False).values, [1.0])


def test_complex_numbers_are_sorted_as_numpy_sorts_them() -> None:
    z = leaf([2 + 1j, 1 + 5j, 2 - 1j])
    y = sort(z)
    np.testing.assert_array_equal(y.data, np.sort(z.data))
    (abs(y) ** 2 * np.array([1.0, 2.0, 3.0])).sum().backward()
    assert z.grad is not None
    np.testing.assert_allclose(z.grad.data, 2 * z.data * np.array([3.0, 1.0, 2.0]))


def test_sorting_nothing() -> None:
    assert sort(np.zeros((2, 0))).shape == (2, 0)
    assert sort(np.zeros((0, 2)), descending=True).shape == (0, 2)


# --- topk ---


def test_the_largest_and_where_they_are() -> None:
    x = leaf([[1.0, 5.0, 3.0], [6.0, 2.0, 4.0]])
    values, indices = topk(x, 2)
    assert values.data.tolist() == [[5.0, 3.0], [6.0, 4.0]]
    assert indices.data.tolist() == [[1, 2], [0, 2]]
    assert not indices.requires_grad
    assert flow(values, x) == [[0.0, 1.0, 10.0], [100.0, 0.0, 1000.0]]
    smallest = topk(x, 1, axis=0, largest=False)
    assert smallest.values.data.tolist() == [[1.0, 2.0, 3.0]]
    assert smallest.indices.data.tolist() == [[0, 1, 0]]
    plain = topk(x.data, 0)
    assert type(plain.values) is type(plain.indices) is np.ndarray
    assert plain.values.shape == (2, 0)
    assert topk([3, 1, 2], 1).values.tolist() == [3]


def test_of_equals_the_first_is_chosen() -> None:
    x = leaf([2.0, 1.0, 2.0, 1.0])
    assert topk(x, 3).indices.data.tolist() == [0, 2, 1]
    assert topk(x, 3, largest=False).indices.data.tolist() == [1, 3, 0]


def test_topk_in_both_modes() -> None:
    x = np.random.default_rng(0).permutation(24).reshape(2, 3, 4) / 5.0
    check_grads(lambda x: topk(x**3, 2, axis=1).values, [x], order=3)


# --- quantiles ---


def test_the_middle() -> None:
    x = leaf([[1.0, 5.0], [2.0, 4.0]])
    assert median(x).item() == 3.0
    assert flow(median(x), x) == [[0.0, 0.0], [0.5, 0.5]]
    odd = leaf([3.0, 1.0, 2.0])
    assert flow(median(odd), odd) == [0.0, 0.0, 1.0]
    assert median(np.array([1, 2])).item() == 1.5
    assert median(x, axis=0, keepdims=True).shape == (1, 2)
    assert median(x, axis=()).data.tolist() == x.data.tolist()


def test_quantiles_come_first() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    q = np.array([[0.0, 0.3], [0.5, 1.0]])
    for axis in (None, 1, (0, -1)):
        for keepdims in (False, True):
            expected = np.quantile(x, q, axis, keepdims=keepdims)
            np.testing.assert_allclose(quantile(x, q, axis, keepdims), expected, rtol=1e-13)
            np.testing.assert_allclose(percentile(x, 100 * q, axis, keepdims), expected, rtol=1e-13)


def test_a_quantile_has_a_slope_in_the_part_too() -> None:
    x, q = leaf([1.0, 2.0, 4.0]), leaf([0.25, 0.75, 0.5])
    y = quantile(x, q)
    assert y.data.tolist() == [1.5, 3.0, 2.0]
    by_x, by_q = gradients(y.sum(), [x, q])
    assert by_q.data.tolist() == [2.0, 4.0, 0.0]  # it hits an element at last
    assert by_x.data.tolist() == [0.5, 2.0, 0.5]
    _, t = jvp(lambda q: quantile(x.data, q), [q.data], [[1.0, 1.0, 1.0]])
    assert t.data.tolist() == [2.0, 4.0, 0.0]


def test_equal_elements_share_a_quantile_by_their_order() -> None:
    x = leaf([2.0, 1.0, 2.0])
    assert flow(median(x), x) == [1.0, 0.0, 0.0]
    assert flow(quantile(x, 0.75), x) == [0.5, 0.0, 0.5]


def test_infinities_stay_and_nan_spreads() -> None:
    inf = np.inf
    assert median(np.array([1.0, 2.0, inf])).item() == 2.0
    assert median(np.array([1.0, inf, inf])).item() == inf
    assert quantile(np.array([1.0, inf, inf]), 0.75).item() == inf
    assert median(np.array([-inf, -inf, 5.0, 6.0, 7.0])).item() == 5.0
    assert median(np.array([-inf, 0.0])).item() == -inf
    assert quantile(np.array([0.0, inf]), np.array([0.0, 0.3, 0.7])).tolist() == [0.0, inf, inf]
    with np.errstate(invalid="ignore"):
        assert np.isnan(median(np.array([-inf, inf])).item())
    x = Tensor([-inf, 0.0], requires_grad=True)
    assert gradients(median(x), x).numpy().tolist() == [0.5, 0.5]
    x = leaf([[1.0, np.nan], [2.0, 4.0]])
    np.testing.assert_array_equal(median(x, 1).data, [np.nan, 3.0])
    assert gradients(median(x, 1).sum(), x).data.tolist() == [[0.0, 0.0], [0.5, 0.5]]


def test_quantiles_keep_the_dtype() -> None:
    for dtype in (np.float16, np.float32):
        x = np.array([1, 2, 4], dtype)
        assert median(x).dtype == dtype
        assert quantile(x, np.array([0.1, 0.2])).dtype == dtype
    assert quantile(np.array([1, 2]), 1).dtype == np.float64
