"""Indices, counts and sets, against loops."""

from __future__ import annotations

import bisect
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autodiff import Tensor
from autodiff.plain import searching, sets
from autodiff.plain.logic import equal

few = st.integers(-2, 2)
whole = hnp.arrays(
    np.int64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4), elements=few
)
rows = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=few)


@given(rows, st.data())
def test_argmax_and_argmin_give_the_first(x: Any, data: st.DataObject) -> None:
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    lines = np.moveaxis(x, axis, -1)
    for find, best in ((searching.argmax, max), (searching.argmin, min)):
        found = find(Tensor(x), axis=axis)
        assert found.dtype == np.intp and found.shape == lines.shape[:-1]
        for place in np.ndindex(lines.shape[:-1]):
            line = lines[place].tolist()
            assert found[place] == line.index(best(line))
        assert find(Tensor(x)).item() == x.ravel().tolist().index(best(x.ravel()))
        kept = find(Tensor(x), axis=axis, keepdims=True)
        assert kept.shape == tuple(1 if i == axis % x.ndim else n for i, n in enumerate(x.shape))
        assert find(Tensor(x), keepdims=True).shape == (1,) * x.ndim


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("stable", [False, True])
@given(x=rows, data=st.data())
def test_argsort(descending: bool, stable: bool, x: Any, data: st.DataObject) -> None:
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    found = searching.argsort(Tensor(x), axis=axis, descending=descending, stable=stable)
    assert found.dtype == np.intp and found.shape == x.shape
    lines, orders = np.moveaxis(x, axis, -1), np.moveaxis(found.numpy(), axis, -1)
    for place in np.ndindex(lines.shape[:-1]):
        line, order = lines[place].tolist(), orders[place].tolist()
        sign = -1 if descending else 1
        if stable:
            assert order == sorted(range(len(line)), key=lambda i: sign * line[i])
        else:
            assert sorted(order) == list(range(len(line)))
            assert [line[i] for i in order] == sorted(line, reverse=descending)


def test_argsort_puts_nan_above_all() -> None:
    x = Tensor([np.nan, 1.0, np.inf, np.nan])
    assert searching.argsort(x).numpy().tolist() == [1, 2, 0, 3]
    assert searching.argsort(x, descending=True).numpy().tolist() == [0, 3, 2, 1]
    assert searching.argsort(Tensor(np.zeros((2, 0)))).shape == (2, 0)


@given(whole, st.data())
def test_nonzero_and_its_relatives(x: Any, data: st.DataObject) -> None:
    places = [place for place in np.ndindex(x.shape) if x[place]]
    t = Tensor(x)
    assert searching.argwhere(t).numpy().tolist() == [list(place) for place in places]
    assert searching.argwhere(t).shape == (len(places), x.ndim)
    flat = [int(np.ravel_multi_index(place, x.shape)) if x.ndim else 0 for place in places]
    assert searching.flatnonzero(t).numpy().tolist() == flat
    if x.ndim:
        by_axis = searching.nonzero(t)
        assert len(by_axis) == x.ndim
        assert list(zip(*(i.numpy().tolist() for i in by_axis), strict=True)) == places
    axes = data.draw(st.none() | st.sets(st.integers(0, x.ndim - 1)).map(tuple)) if x.ndim else None
    for keepdims in (False, True):
        count = searching.count_nonzero(t, axis=axes, keepdims=keepdims)
        expected = (x != 0).sum(axes, keepdims=keepdims)
        assert count.dtype == np.intp and count.shape == expected.shape
        np.testing.assert_array_equal(count.numpy(), expected)


@given(st.lists(few, max_size=6), st.lists(few, max_size=4), st.data())
def test_searchsorted(x1: list[int], x2: list[int], data: st.DataObject) -> None:
    ascending, values = Tensor(sorted(x1), dtype=np.int8), Tensor([x2], dtype=np.int8)
    for side, place in (("left", bisect.bisect_left), ("right", bisect.bisect_right)):
        expected = [[place(sorted(x1), v) for v in x2]]
        found = searching.searchsorted(ascending, values, side=side)
        assert found.dtype == np.intp and found.numpy().tolist() == expected
        order = np.argsort(x1).astype(data.draw(st.sampled_from(["int8", "uint64", "int64"])))
        for sorter in (order, Tensor(order)):
            t1 = Tensor(x1, dtype=np.int8)
            found = searching.searchsorted(t1, values, side=side, sorter=sorter)
            assert found.numpy().tolist() == expected


@given(st.lists(st.integers(0, 5), max_size=6), st.integers(0, 8))
def test_bincount(x: list[int], minlength: int) -> None:
    t = Tensor(x, dtype=np.int64)
    n = max([minlength - 1, *x]) + 1
    counts = searching.bincount(t, minlength=minlength)
    assert counts.numpy().tolist() == [x.count(i) for i in range(n)]
    weights = [2.0**i for i in range(len(x))]
    sums = searching.bincount(t, Tensor(weights), minlength)
    assert sums.dtype == np.float64
    assert sums.numpy().tolist() == [
        sum(w for v, w in zip(x, weights, strict=True) if v == i) for i in range(n)
    ]


@given(st.lists(few, min_size=1, max_size=6), st.booleans())
def test_digitize(x: list[int], right: bool) -> None:
    edges = [-1, 0, 2]
    for found in (
        searching.digitize(Tensor(x), Tensor(edges), right),
        3 - searching.digitize(Tensor(x), Tensor(edges[::-1]), not right).numpy(),
    ):
        place = bisect.bisect_left if right else bisect.bisect_right
        expected = [place(edges, v) for v in x]
        if isinstance(found, Tensor):
            assert found.numpy().tolist() == expected
    assert searching.digitize(Tensor(0), Tensor(edges)).shape == ()


# --- sets ---


@given(whole)
def test_unique(x: Any) -> None:
    flat = x.ravel().tolist()
    values = sorted(set(flat))
    found = sets.unique_all(Tensor(x))
    assert found._fields == ("values", "indices", "inverse_indices", "counts")
    assert found.values.dtype == x.dtype and found.values.numpy().tolist() == values
    assert found.indices.numpy().tolist() == [flat.index(v) for v in values]
    assert found.inverse_indices.shape == x.shape
    assert found.inverse_indices.numpy().ravel().tolist() == [values.index(v) for v in flat]
    assert found.counts.numpy().tolist() == [Counter(flat)[v] for v in values]
    assert {part.dtype for part in found[1:]} == {np.dtype(np.intp)}
    counts, inverse = sets.unique_counts(Tensor(x)), sets.unique_inverse(Tensor(x))
    assert counts._fields == ("values", "counts")
    assert inverse._fields == ("values", "inverse_indices")
    for same, part in [
        (counts.values, found.values),
        (counts.counts, found.counts),
        (inverse.values, found.values),
        (inverse.inverse_indices, found.inverse_indices),
        (sets.unique_values(Tensor(x)), found.values),
    ]:
        assert same.dtype == part.dtype
        np.testing.assert_array_equal(same.numpy(), part.numpy(), strict=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_nans_are_distinct_and_zeros_are_not(dtype: Any) -> None:
    x = Tensor(np.array([np.nan, 0.0, -0.0, np.nan, 1.0, 0.0], dtype))
    values, indices, inverse, counts = sets.unique_all(x)
    assert values.shape == (4,)
    assert counts.numpy().tolist() == [3, 1, 1, 1]
    assert indices.numpy().tolist() == [1, 4, 0, 3]
    assert inverse.numpy().tolist() == [2, 0, 0, 3, 1, 0]
    assert sets.unique_values(x).shape == sets.unique_inverse(x).values.shape == (4,)
    assert sets.unique_counts(x).counts.numpy().tolist() == [3, 1, 1, 1]


@given(whole, st.lists(few, max_size=3))
def test_isin(x: Any, among: list[int]) -> None:
    found = sets.isin(Tensor(x), Tensor(among, dtype=np.int64))
    expected = np.array([v in among for v in x.ravel()], bool).reshape(x.shape)
    np.testing.assert_array_equal(found.numpy(), expected, strict=True)
    outside = sets.isin(Tensor(x), Tensor(among, dtype=np.int64), invert=True)
    np.testing.assert_array_equal(outside.numpy(), ~expected)


def test_nothing_is_nan() -> None:
    assert not sets.isin(np.nan, Tensor([np.nan]))
    assert not equal(np.nan, Tensor(np.nan))
