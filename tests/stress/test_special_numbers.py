"""NaN, infinities, denormal and enormous numbers, negative zeros: they stay where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
import nn
from autodiff import COMPOSITES, OPS, GradientError, Op, gradients
from autodiff.errors import OpError
from autodiff.testing.strategies import Call, calls, flowing
from tests.stress.tools import leaf, values

LIBRARY = [
    op
    for op in [*OPS.values(), *COMPOSITES.values()]
    if op.forward.__module__.startswith("autodiff.")
]
ELEMENTWISE = [op for op in LIBRARY if op.family == "elementwise"]
STRANGE = [np.nan, np.inf, -np.inf, -0.0, 5e-324, -1e308]


def computed(op: Op, call: Call, arrays: list[Any]) -> list[Any]:
    """Values and gradients."""
    at = flowing(op, call)
    given = [leaf(x) if i in at else x for i, x in enumerate(arrays)]
    results = op.record(given, call.params)
    ys = results if isinstance(results, (tuple, list)) else [results]
    tracked = [y for y in ys if y.requires_grad]
    us = [np.ones(y.shape, y.dtype) for y in tracked]
    gs = gradients(tracked, [given[i] for i in at], us) if tracked else ()
    return [t.detach().numpy() for t in (*ys, *gs)]


@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
@settings(max_examples=3)
@given(data=st.data())
def test_of_an_elementwise_op_other_elements_keep_their_values_and_gradients(
    op: Op, data: st.DataObject
) -> None:
    call = data.draw(calls(op, dtype=np.float64))
    shape = np.broadcast_shapes(*(x.shape for x in call.arrays))
    arrays = [np.array(np.broadcast_to(x, shape)) for x in call.arrays]
    expected = computed(op, call, arrays)
    if 0 in shape:
        return
    first = (0,) * len(shape)
    for x in arrays:
        if x.dtype.kind != "f":
            continue
        kept = x[first]
        for x[first] in STRANGE:
            with np.errstate(all="ignore"):
                found = computed(op, call, arrays)
            for a, b in zip(found, expected, strict=True):
                a[first] = b[first]
                # NumPy's vectorized loops round other than those for what is left over
                np.testing.assert_allclose(a, b, rtol=1e-14, atol=0)
        x[first] = kept


@pytest.mark.parametrize("op", LIBRARY, ids=lambda op: op.name)
@settings(max_examples=1)
@given(data=st.data())
def test_any_op_computes_with_strange_numbers_or_refuses_in_its_own_words(
    op: Op, data: st.DataObject
) -> None:
    call = data.draw(calls(op, dtype=np.float64).filter(lambda call: all_filled(op, call)))
    arrays = [None if x is None else np.array(x) for x in call.arrays]
    for i in flowing(op, call):
        if arrays[i].dtype.kind == "f":
            kept, first = arrays[i].flat[0], (0,) * arrays[i].ndim
            for arrays[i][first] in STRANGE:
                try:
                    with np.errstate(all="ignore"):
                        computed(op, call, arrays)
                except (OpError, GradientError):
                    continue
            arrays[i][first] = kept


def all_filled(op: Op, call: Call) -> bool:
    return all(call.arrays[i].size for i in flowing(op, call))


# --- samples of a batch ---

RNG = np.random.default_rng(0)
W, B = RNG.normal(size=(4, 4)), RNG.normal(size=4)
KERNEL = RNG.normal(size=(2, 2, 3, 3))
OF_ROWS: dict[str, Callable[[Any], Any]] = {
    "affine": lambda x: nn.functional.linear(x, W, B),
    "cross_entropy": lambda x: ad.cross_entropy(x, np.array([0, 1, 2, 3, 0])),
    "cummax": lambda x: ad.cummax(x, axis=-1),
    "cumprod": lambda x: ad.cumprod(x, axis=-1),
    "cumsum": lambda x: ad.cumsum(x, axis=-1),
    "diff": lambda x: ad.diff(x, axis=-1),
    "einsum": lambda x: ad.einsum("ni,ij,nj->n", x, W, x),
    "fft": lambda x: abs(ad.fft.fft(x)),
    "getitem": lambda x: x[:, [0, 0, 2]],
    "interp": lambda x: ad.interp(x, np.arange(4.0), B),
    "linear_recurrence": lambda x: ad.linear_recurrence(x, x, axis=-1),
    "log_softmax": lambda x: ad.log_softmax(x, -1),
    "logcumsumexp": lambda x: ad.logcumsumexp(x, axis=-1),
    "logsumexp": lambda x: ad.logsumexp(x, -1),
    "matmul": lambda x: x @ W,
    "max": lambda x: ad.max(x, -1),
    "mean": lambda x: ad.mean(x, -1),
    "median": lambda x: ad.median(x, -1),
    "min": lambda x: ad.min(x, -1),
    "outer": lambda x: x[:, :, None] * x[:, None, :],
    "prod": lambda x: ad.prod(x, -1),
    "quantile": lambda x: ad.quantile(x, 0.3, axis=-1),
    "softmax": lambda x: ad.softmax(x, -1),
    "sort": lambda x: ad.sort(x, -1),
    "standardize": lambda x: ad.standardize(x, -1),
    "std": lambda x: ad.std(x, -1),
    "sum": lambda x: ad.sum(x, -1),
    "take_along_axis": lambda x: ad.take_along_axis(x, np.array([[1, 1]] * 5), -1),
    "trapezoid": lambda x: ad.trapezoid(x, axis=-1),
    "var": lambda x: ad.var(x, -1),
    "vector_norm": lambda x: ad.linalg.vector_norm(x, axis=-1),
    "where": lambda x: ad.where(x > 0, x * x, -x),
}
OF_IMAGES: dict[str, Callable[[Any], Any]] = {
    "adaptive_max_pool2d": lambda x: ad.adaptive_max_pool2d(x, 2),
    "avg_pool2d": lambda x: ad.avg_pool2d(x, 2),
    "conv2d": lambda x: ad.conv2d(x, KERNEL, padding=1),
    "conv_transpose2d": lambda x: ad.conv_transpose2d(x, KERNEL, stride=2),
    "max_pool2d": lambda x: ad.max_pool2d(x, 2),
    "pad": lambda x: ad.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))),
    "rfft2": lambda x: abs(ad.fft.rfft2(x)),
}
OF_MATRICES: dict[str, Callable[[Any], Any]] = {
    "det": ad.linalg.det,
    "expm": ad.linalg.expm,
    "inv": ad.linalg.inv,
    "matmul": lambda x: x @ x.mT,
    "slogdet": lambda x: ad.linalg.slogdet(x)[1],
    "solve": lambda x: ad.linalg.solve(x, B),
    "trace": lambda x: ad.linalg.trace(x),
}
ROWS = RNG.uniform(0.5, 2.5, (5, 4))
IMAGES = RNG.normal(size=(3, 2, 6, 6))
MATRICES = RNG.normal(size=(3, 4, 4)) + 5 * np.eye(4)


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize(
    ("f", "x"),
    [
        pytest.param(f, x, id=f"{name} of {what}")
        for what, table, x in (
            ("rows", OF_ROWS, ROWS),
            ("images", OF_IMAGES, IMAGES),
            ("matrices", OF_MATRICES, MATRICES),
        )
        for name, f in table.items()
    ],
)
def test_of_a_batch_other_samples_keep_their_values_and_gradients(
    f: Callable[[Any], Any], x: Any, strange: float
) -> None:
    def run(x: Any) -> list[Any]:
        t = leaf(x)
        y = f(t)
        return [values(part)[1:] for part in (y, gradients(y, t, np.ones(y.shape)))]

    odd = x.copy()
    odd[0].flat[1] = strange
    with np.errstate(all="ignore"):
        for found, expected in zip(run(odd), run(x), strict=True):
            assert np.isfinite(expected).all()
            np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


def test_a_small_matrix_beside_a_large_one_keeps_its_digits() -> None:
    small, large = np.diag([1e-3, 2e-3]), np.diag([300.0, -300.0])
    found = ad.linalg.expm(np.stack([small, large]))
    np.testing.assert_allclose(found[0], np.diag(np.exp([1e-3, 2e-3])), rtol=1e-15)
    np.testing.assert_allclose(found[1], np.diag(np.exp([300.0, -300.0])), rtol=1e-12)


def test_a_matrix_that_has_no_factors_is_refused_with_its_batch() -> None:
    x = MATRICES.copy()
    x[0, 0, 0] = np.nan
    for f in (ad.linalg.svdvals, ad.linalg.eigvalsh, ad.linalg.eigvals):
        with pytest.raises(ValueError, match=rf"{f.__name__}: expected .*(converge|infs or NaNs)"):
            f(x)


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (2, 3), (3, 3)])
def test_a_singular_value_decomposition_ends_whatever_it_is_given(
    shape: tuple[int, int], strange: float
) -> None:
    for i in range(shape[0] * shape[1]):
        x = RNG.normal(size=shape)
        x.flat[i] = strange
        with pytest.raises(ValueError, match=r"svd: expected .*converge"):
            ad.linalg.svd(x)
