"""How exact values and slopes are at the arguments of docs/stability.md, by recorded exact results.

`python benchmarks/stability.py --record` made these of mpmath's. Errors are counted in ulps.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stability
from stability_cases import CASES, Case

import autodiff as ad
from autodiff import Tensor, gradients
from autodiff.kernels.summation import added, running_sums
from nn import functional

RECORDS = json.loads(Path(__file__).with_name("stability_values.json").read_text(encoding="utf-8"))
CALLS = [
    pytest.param(case, dtype, id=f"{case.title}, {dtype}")
    for case in CASES
    for dtype in stability.DTYPES
    if stability.samples(case, dtype)
]


@pytest.mark.parametrize(("case", "dtype"), CALLS)
def test_errors_are_within_their_limits(case: Case, dtype: str) -> None:
    errors = stability.errors(case, stability.our_results, stability.recorded(case, dtype, RECORDS))
    assert errors is not None
    assert errors.value_excess <= 1, errors
    assert errors.slope_excess <= 1, errors


def test_every_case_has_its_records_and_no_other() -> None:
    titles = [f"{case.title}, {dtype}" for case in CASES for dtype in stability.DTYPES]
    assert list(RECORDS) == titles
    assert len(set(titles)) == len(titles)


# --- the measure itself ---


@pytest.mark.parametrize(
    ("found", "exact", "error"),
    [
        (1.0, "1", 0.0),
        (1.0, "1.00000000000000011102230246251565404", 0.5),
        (np.nextafter(1.0, 2.0), "1", 1.0),
        (0.0, "4.9406564584124654e-324", 1.0),
        (np.inf, "1e400", 0.0),
        (1.7e308, "1e400", np.inf),
        (np.nan, "1", np.inf),
        (np.inf, "1", np.inf),
    ],
)
def test_ulps(found: float, exact: str, error: float) -> None:
    assert stability.ulps(np.float64(found), Decimal(exact)) == pytest.approx(error, abs=1e-3)


def test_a_worse_function_is_found_out() -> None:
    case = next(case for case in CASES if case.title == "log1p, next to 0")
    naive = case._replace(ours=lambda x: ad.log(1 + x))
    errors = stability.errors(
        naive, stability.our_results, stability.recorded(case, "float64", RECORDS)
    )
    assert errors is not None and errors.value_excess > 1e9


# --- what keeps digits, and what it must not change ---


def slopes(f: Any, *xs: Any) -> Any:
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    y.backward(np.ones(y.shape, y.dtype))
    return [x.grad.numpy() for x in tensors]


@pytest.mark.parametrize("score", [40.0, 100.0, 700.0])
def test_a_sure_prediction_still_has_a_loss_and_a_slope(score: float) -> None:
    x, rest = np.array([[score, 0.0]]), np.exp(-score)
    assert functional.cross_entropy(Tensor(x), [0]).item() == pytest.approx(rest, rel=1e-13)
    (slope,) = slopes(lambda x: functional.cross_entropy(x, [0]), x)
    np.testing.assert_allclose(slope, [[-rest, rest]], rtol=1e-13)


def test_slopes_that_are_recorded_are_as_exact() -> None:
    x = Tensor([[40.0, 0.0]], requires_grad=True)
    (slope,) = gradients(functional.cross_entropy(x, [0]), [x], create_graph=True)
    np.testing.assert_allclose(slope.detach(), [[-np.exp(-40), np.exp(-40)]], rtol=1e-13)
    (bend,) = gradients(slope[0, 0], [x])
    np.testing.assert_allclose(bend, [[np.exp(-40), -np.exp(-40)]], rtol=1e-13)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_equally_large_elements_share_however_large_they_are(dtype: str) -> None:
    x = np.full(4, 3e4, dtype)
    for f in (ad.logsumexp, lambda x: ad.logaddexp(x[:2], x[2:])):
        (slope,) = slopes(f, x)
        assert slope.dtype == dtype
        np.testing.assert_array_equal(slope, 0.25 if f is ad.logsumexp else 0.5)


def test_infinite_arguments_of_logaddexp() -> None:
    inf = np.inf
    x1, x2 = np.array([inf, -inf, inf, -inf, 1.0]), np.array([inf, -inf, -inf, inf, -inf])
    for f in (ad.logaddexp, ad.logaddexp2):
        first, second = slopes(f, x1, x2)
        np.testing.assert_array_equal(first, [0.5, 0, 1, 0, 1])
        np.testing.assert_array_equal(second, [0.5, 0, 0, 1, 0])


def test_log_softmax_of_ties_and_infinities() -> None:
    x = np.array([[0.0, 0.0, -800.0], [0.0, -np.inf, -np.inf], [5.0, -40.0, -40.0]])
    expected = [
        [-np.log(2), -np.log(2), -800 - np.log(2)],
        [0, -np.inf, -np.inf],
        [-2 * np.exp(-45), -45, -45],
    ]
    np.testing.assert_allclose(ad.log_softmax(x), expected, rtol=1e-15)
    np.testing.assert_allclose(ad.logsumexp(x, 1), [np.log(2), 0, 5], rtol=1e-15)


@pytest.mark.parametrize("p", [2, 3, 0.5, -2, 2.5])
@pytest.mark.parametrize("size", [1e-303, 1e-200, 1.0, 1e200, 1e305])
def test_norms_scale(p: float, size: float) -> None:
    x = np.array([[3.0, -4.0, 1.0], [1.0, 2.0, 2.0]])

    def norm(x: Any) -> Any:
        return ad.linalg.vector_norm(x, axis=1, ord=p)

    np.testing.assert_allclose(norm(size * x), size * norm(x), rtol=1e-13)
    np.testing.assert_allclose(slopes(norm, size * x), slopes(norm, x), rtol=1e-12)


def test_norms_of_vectors_of_different_sizes() -> None:
    x = np.array([[3e200, 4e200], [3e-200, -4e-200], [3.0, 4.0], [0.0, 0.0], [np.inf, 1.0]])
    y = ad.linalg.vector_norm(x, axis=1, keepdims=True)
    np.testing.assert_allclose(y, [[5e200], [5e-200], [5], [0], [np.inf]], rtol=1e-15)
    (slope,) = slopes(lambda x: ad.linalg.vector_norm(x, axis=1), x[:4])
    np.testing.assert_allclose(slope, [[0.6, 0.8], [0.6, -0.8], [0.6, 0.8], [0, 0]], rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
def test_deviations_from_a_large_mean(dtype: str) -> None:
    x = np.add.outer([1.0, 2.0, 6.0], [0.0, 2.0**20]).astype(dtype)
    np.testing.assert_allclose(ad.var(x, axis=0), [14 / 3] * 2, rtol=1e-6)
    y = np.asarray(ad.standardize(x, axis=0))
    np.testing.assert_array_equal(y[:, 0], y[:, 1])


@pytest.mark.parametrize(
    ("shape", "axis"), [((1000, 3), 0), ((257, 2), 0), ((2, 700, 3), 1), ((3, 999), 0), ((513,), 0)]
)
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums_in_blocks(shape: tuple[int, ...], axis: int, keepdims: bool) -> None:
    x = np.arange(np.prod(shape), dtype=float).reshape(shape)  # whole numbers: all sums are exact
    for array in (x, x[::-1], np.asfortranarray(x), x + 1j * x):
        for at in (axis, axis - x.ndim):
            total = added(array, at, None, keepdims)
            np.testing.assert_array_equal(total, array.sum(axis, keepdims=keepdims))
        np.testing.assert_array_equal(running_sums(array, axis), array.cumsum(axis))
    assert added(x, axis, np.float32, keepdims).dtype == np.float32
    out = np.empty(shape)
    assert running_sums(x, axis, out=out[::-1]).base is not None
    np.testing.assert_array_equal(out[::-1], x.cumsum(axis))
    with pytest.raises(ad.OpIndexError):
        ad.sum(x, axis=x.ndim)
