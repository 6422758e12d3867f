"""NumPy's functions on tensors: the same values, with gradients; what is not supported says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import OpTypeError, OpValueError, Tensor, numpy_protocol
from autodiff.testing import check_grads

RNG = np.random.default_rng(0)
V = np.array([0.3, 0.5, 0.7, 0.9])
M = RNG.uniform(0.2, 0.9, (3, 4))
S = RNG.uniform(0.2, 0.9, (3, 3)) + 2 * np.eye(3)
P = S @ S.T  # symmetric, positive definite
W = np.array([5, 3, 6])
B = np.array([True, False, True])


def tensors(args: Any) -> Any:
    """The call's float arrays as tensors that require grad, the others as constants."""
    if isinstance(args, np.ndarray):
        return Tensor(args, requires_grad=args.dtype.kind in "fc")
    if isinstance(args, (list, tuple)):
        return type(args)(map(tensors, args))
    return args


def several(y: Any) -> list[Any]:
    return list(y) if isinstance(y, (list, tuple)) else [y]


def compared(function: Callable[..., Any], args: Any, kwargs: Any, flows: bool) -> None:
    expected, found = function(*args, **kwargs), function(*tensors(args), **kwargs)
    for y, t in zip(several(expected), several(found), strict=True):
        assert isinstance(t, Tensor)
        assert t.shape == np.shape(y)
        assert t.dtype == np.asarray(y).dtype
        np.testing.assert_allclose(t.detach().numpy(), y, rtol=1e-10, atol=1e-12)
    assert any(t.requires_grad for t in several(found)) is flows


def words(text: str) -> set[str]:
    return set(text.split())


# --- ufuncs ---

INTEGERS = {"bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"}
MASKS = words(
    "equal greater greater_equal isfinite isinf isnan less less_equal logical_and logical_not "
    "logical_or logical_xor nextafter not_equal signbit"
)


@pytest.mark.parametrize(
    "name", [n for n in sorted(numpy_protocol.UFUNCS) if isinstance(getattr(np, n, None), np.ufunc)]
)
def test_ufuncs(name: str) -> None:
    ufunc = getattr(np, name)
    first = 1 + V if name == "arccosh" else V
    args = [W, W][: ufunc.nin] if name in INTEGERS else [first, V[::-1] + 0.4][: ufunc.nin]
    compared(ufunc, args, {}, flows=name not in INTEGERS | MASKS)


@pytest.mark.parametrize(("name", "method"), sorted(numpy_protocol.METHODS))
def test_methods_of_ufuncs(name: str, method: str) -> None:
    function = getattr(getattr(np, name), method)
    flows = not name.startswith("logical")
    compared(function, [M], {}, flows)
    compared(function, [M], {"axis": 1}, flows)


def test_outer() -> None:
    compared(np.multiply.outer, [V, M], {}, flows=True)
    compared(np.subtract.outer, [M, V], {}, flows=True)


def test_operators_with_arrays_on_the_left() -> None:
    t = Tensor(V, requires_grad=True)
    for y, expected in [
        (W[:, None] * t, W[:, None] * V),
        (V - t, V - V),
        (np.float64(2) / t, 2 / V),
        (M @ t, M @ V),
        (2**t, 2**V),
    ]:
        assert isinstance(y, Tensor) and y.requires_grad
        np.testing.assert_allclose(y.detach().numpy(), expected)
    assert isinstance(t > V, Tensor)


def test_out_moves_the_tensor_to_the_new_value() -> None:
    x, out = Tensor(V, requires_grad=True), Tensor(np.zeros(4))
    assert np.multiply(x, x, out=out) is out
    out.sum().backward()
    np.testing.assert_allclose(x.grad.data, 2 * V)
    array = np.zeros(4)
    assert np.add(Tensor(V), 1.0, out=array) is array
    np.testing.assert_array_equal(array, V + 1)


def test_where_leaves_the_rest_of_out() -> None:
    x, out = Tensor(V, requires_grad=True), Tensor(V[::-1].copy(), requires_grad=True) * 1.0
    before = out
    mask = np.array([True, False, True, False])
    np.exp(x, out=out, where=mask)
    np.testing.assert_allclose(out.detach().numpy(), np.where(mask, np.exp(V), V[::-1]))
    assert before is out
    out.sum().backward()
    np.testing.assert_allclose(x.grad.data, np.where(mask, np.exp(V), 0.0))


# --- functions ---

CALLS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "numpy.average": ([M], {"axis": 1, "weights": V}),
    "numpy.astype": ([M, np.float32], {}),
    "numpy.broadcast_arrays": ([V, M], {}),
    "numpy.broadcast_to": ([V, (2, 4)], {}),
    "numpy.clip": ([M, 0.4, 0.6], {}),
    "numpy.array_split": ([M, 3], {"axis": 1}),
    "numpy.column_stack": ([[V, M.T]], {}),
    "numpy.concatenate": ([[M, M]], {"axis": 1}),
    "numpy.cross": ([M[:, :3], S], {}),
    "numpy.cumulative_prod": ([M], {"axis": 1}),
    "numpy.cumulative_sum": ([M], {"axis": 1}),
    "numpy.diff": ([M], {"axis": 0}),
    "numpy.dot": ([M, V], {}),
    "numpy.dstack": ([[M, M]], {}),
    "numpy.einsum": (["ij,kj->ik", M, M], {}),
    "numpy.expand_dims": ([M, 1], {}),
    "numpy.full_like": ([M, 2.0], {}),
    "numpy.hstack": ([[V, V]], {}),
    "numpy.inner": ([M, V], {}),
    "numpy.interp": ([V, np.array([0.0, 0.6, 1.0]), np.array([1.0, 3.0, 2.0])], {}),
    "numpy.isin": ([W, W[:2]], {}),
    "numpy.kron": ([M, V], {}),
    "numpy.meshgrid": ([V, V[:2]], {}),
    "numpy.moveaxis": ([M, 0, 1], {}),
    "numpy.outer": ([V, V], {}),
    "numpy.hsplit": ([M, 2], {}),
    "numpy.vsplit": ([M, 3], {}),
    "numpy.dsplit": ([M[None], 2], {}),
    "numpy.percentile": ([M, 30], {"axis": 0}),
    "numpy.pad": ([M, 1], {}),
    "numpy.quantile": ([M, 0.3], {"axis": 0}),
    "numpy.repeat": ([M, 2], {"axis": 0}),
    "numpy.reshape": ([M, (4, 3)], {}),
    "numpy.roll": ([M, 1], {"axis": 0}),
    "numpy.round": ([M, 1], {}),
    "numpy.searchsorted": ([V, V], {}),
    "numpy.digitize": ([V, V], {}),
    "numpy.bincount": ([W], {}),
    "numpy.split": ([M, 2], {"axis": 1}),
    "numpy.squeeze": ([M[None]], {}),
    "numpy.stack": ([[M, M]], {"axis": 1}),
    "numpy.swapaxes": ([M, 0, 1], {}),
    "numpy.take": ([M, W % 3], {"axis": 0}),
    "numpy.take_along_axis": ([M, W[:, None] % 3], {"axis": 1}),
    "numpy.tensordot": ([M, M], {"axes": ([1], [1])}),
    "numpy.tile": ([M, 2], {}),
    "numpy.vdot": ([V, V], {}),
    "numpy.vstack": ([[V, V]], {}),
    "numpy.where": ([B[:, None], M, 2.0], {}),
    "numpy.linalg.cholesky": ([P], {}),
    "numpy.linalg.cross": ([M[:, :3], S], {}),
    "numpy.linalg.eigh": ([P], {}),
    "numpy.linalg.eigvalsh": ([P], {}),
    "numpy.linalg.lstsq": ([M.T, V], {}),
    "numpy.linalg.matmul": ([M, V], {}),
    "numpy.linalg.matrix_power": ([S, 3], {}),
    "numpy.linalg.multi_dot": ([[S, M, V]], {}),
    "numpy.linalg.outer": ([V, V], {}),
    "numpy.linalg.solve": ([S, M], {}),
    "numpy.linalg.tensordot": ([M, M], {"axes": ([1], [1])}),
    "numpy.linalg.vecdot": ([M, V], {}),
    "numpy.fft.irfft": ([M + 0j], {}),
    "numpy.fft.irfft2": ([M + 0j], {}),
    "numpy.fft.irfftn": ([M + 0j], {}),
    "numpy.fft.hfft": ([M + 0j], {}),
}
"""Arguments, where one matrix is not what the function wants."""

TWO = {"allclose", "array_equal", "isclose"}
VALUES = words(  # of what they give is no tensor
    "allclose array_equal array2string array_repr array_str iscomplexobj isrealobj ndim shape size "
    "result_type"
)
CONSTANTS = words(  # no gradient flows through them
    "all any argmax argmin argsort argwhere bincount count_nonzero digitize empty_like flatnonzero "
    "full_like isclose isin matrix_rank nonzero ones_like searchsorted unique_all unique_counts "
    "unique_inverse unique_values zeros_like"
)
EVERY = sorted({*numpy_protocol.FUNCTIONS, *numpy_protocol.ADAPTED})


def theirs(name: str) -> Callable[..., Any]:
    found: Any = np
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    function: Callable[..., Any] = found
    return function


@pytest.mark.parametrize("name", EVERY)
def test_functions(name: str) -> None:
    last = name.split(".")[-1]
    of_one = [S, S] if last in TWO else [S]
    args, kwargs = CALLS.get(name, (of_one, {}))
    function = theirs(name)
    assert f"{function.__module__}.{function.__name__}" == name
    if last in VALUES:
        assert function(*tensors(args), **kwargs) == function(*args, **kwargs) or last.startswith(
            "array"
        )
    elif last == "empty_like":
        assert function(*tensors(args)).shape == S.shape
    elif last == "lstsq":
        x, *_ = function(*tensors(args))
        np.testing.assert_allclose(x.detach().numpy(), function(*args)[0])
        assert x.requires_grad
    else:
        compared(function, args, kwargs, flows=last not in CONSTANTS)


def test_gradients_flow_through_numpy_s_functions() -> None:
    def loss(x: Any) -> Any:
        y = np.concatenate([np.sin(x), np.cos(x)], axis=1)
        return np.sum(np.einsum("ij,ij->i", y, y) * np.linalg.norm(x, axis=1)) + np.mean(x**2)

    check_grads(loss, [M], order=2)


def test_arguments_by_numpy_s_names() -> None:
    t = Tensor(M, requires_grad=True)
    np.testing.assert_allclose(np.sum(a=t, axis=0).data, M.sum(0))
    np.testing.assert_allclose(np.var(t, ddof=1).data, M.var(ddof=1))
    np.testing.assert_allclose(np.transpose(t).data, M.T)
    np.testing.assert_allclose(np.mean(t, axis=1, keepdims=True).data, M.mean(1, keepdims=True))


G = S + np.triu(RNG.uniform(1, 2, (3, 3)), 1)  # of which only the lower triangle is read
Z = M + 1j * M[::-1]
I8 = np.array([100, 120, -7], np.int8)
F = M.astype(np.float32)
HOLES = np.array([np.nan, 1.0, np.inf])

SPELLINGS: list[tuple[Callable[..., Any], list[Any]]] = [
    # None says something where it is not the default
    (lambda x: np.add.reduce(x, axis=None), [M]),
    (lambda x: np.add.reduce(x, None), [M]),
    (lambda x: np.multiply.reduce(x, axis=None), [M]),
    (lambda x: np.maximum.reduce(x, axis=None), [M]),
    (lambda x: np.minimum.reduce(x, axis=None), [M]),
    (lambda x: np.logical_and.reduce(x, axis=None), [B]),
    (lambda x: np.logical_or.reduce(x, axis=None), [B]),
    (lambda x: np.add.reduce(x, 0, None, None, True), [M]),
    (lambda x: np.sort(x, axis=None), [M]),
    (lambda x: np.argsort(x, None), [M]),
    (lambda x: np.concatenate([x, x], axis=None), [M]),
    (lambda x: np.take_along_axis(x, np.array([3, 0]), axis=None), [M]),
    # names and places of arguments
    (lambda x: np.sum(x, 0, None, None, True), [M]),
    (lambda x: np.sum(x, 0, np.float32), [M]),
    (lambda x: np.prod(x, 0, np.float32), [M]),
    (lambda x: np.max(x, 0, None, True), [M]),
    (lambda x: np.any(x > 0.5, 0, None, True), [M]),
    (lambda x: np.mean(x, axis=0, dtype=np.float32), [M]),
    (lambda x: np.mean(x, 0, np.float64), [F]),
    (lambda x: np.var(x, 0, None, None, 1, True), [M]),
    (lambda x: np.std(x, dtype=np.float32, correction=1), [M]),
    (lambda x: np.average(x, 1, V), [M]),
    (lambda x: np.clip(x, a_min=0.3, a_max=0.5), [M]),
    (lambda x: np.clip(x, min=0.3), [M]),
    (lambda x: np.argsort(x, kind="stable"), [M]),
    (lambda x: np.sort(x, 0, "mergesort"), [M]),
    (lambda x: np.nan_to_num(x, True, 7.0), [HOLES]),
    (lambda x: np.take(a=x, indices=[0, 1], axis=1), [M]),
    (lambda x: np.take(x, [0, 5], axis=1, mode="wrap"), [M]),
    (lambda x: np.take(x, [0, 5], 1, None, "clip"), [M]),
    (lambda x: np.tile(x, reps=2), [M]),
    (lambda x: np.pad(x, pad_width=1, constant_values=3), [M]),
    (lambda x: np.angle(x, deg=True), [Z]),
    (lambda x: np.median(x, 0, None, False, True), [M]),
    (lambda x: np.quantile(x, 0.3, overwrite_input=True, method="linear"), [M]),
    (lambda x: np.isin(x, [3], True, kind="sort"), [W]),
    (lambda x: np.ravel(x, order="F"), [M]),
    (lambda x: np.reshape(x, (4, 3), order="F"), [M]),
    (lambda x: np.reshape(x, -1, "A"), [np.asfortranarray(M)]),
    (lambda x: np.copy(x, order="F", subok=True), [M]),
    (lambda x: np.linalg.svd(x, compute_uv=False), [M]),
    (lambda x: np.linalg.svd(x, True, False), [M]),
    (lambda x: np.linalg.pinv(x, rcond=0.5), [M]),
    (lambda x: np.linalg.pinv(x, 0.5), [M]),
    (lambda x: np.vdot([1.0, 2.0, 3.0, 4.0], x), [V]),
    (lambda x: np.column_stack([[1.0, 2.0, 3.0, 4.0], x]), [V]),
    (lambda x: np.trace(x), [M.reshape(3, 2, 2)]),
    (lambda x: np.diagonal(x, 1), [M.reshape(3, 2, 2)]),
    # the dtype that is computed in
    (lambda x: np.add(x, x, dtype=np.int64), [I8]),
    (lambda x: np.multiply.outer(x, x, dtype=np.int64), [I8]),
    (lambda x: np.add.reduce(x, dtype=np.float32), [np.full(70000, 1, np.float16)]),
    (lambda x: np.exp(x, dtype=np.float32), [M]),
    (lambda x: np.add(x, 1, casting="unsafe", dtype=np.int64), [3 * M]),
    (lambda x: np.add(x, 1, casting="safe", order="F", subok=False), [M]),
    (lambda x: np.concatenate([x, x], dtype=np.float32), [M]),
    (lambda x: np.float_power(x, 2), [F]),
    (lambda x: np.float_power(x, -1), [W]),
    (lambda x: np.round(x, -1), [np.array([2**60 + 5])]),
    (lambda x: np.round(x, -1), [100 * M]),
    # what counts of a matrix is its lower triangle
    (lambda x: np.linalg.cholesky(x), [G + 3 * np.eye(3)]),
    (lambda x: np.linalg.cholesky(x), [G + 3 * np.eye(3) + 1j * (G - np.diag(np.diag(G)))]),
    (lambda x: np.linalg.eigvalsh(x), [G]),
    (lambda x: np.linalg.eigvalsh(x, UPLO="U"), [G]),
    (lambda x: np.linalg.eigh(x, "u")[0], [G]),
    # other spellings
    (lambda x: np.around(x, 1), [M]),
    (lambda x: np.cov(x, None, False), [F]),
    (lambda x: np.cov(x, x[::-1], bias=True), [Z]),
    (lambda x: np.cov(x, ddof=0, dtype=np.float32), [M]),
    (lambda x: np.corrcoef(x, rowvar=False), [F]),
    (lambda x: np.nanmean(x), [HOLES]),
    (lambda x: np.nansum(x), [HOLES]),
    (lambda x: np.trapezoid(x, dx=0.5), [M]),
    (lambda x: np.trapezoid(x, V), [M]),
    (lambda x: np.maximum.accumulate(x), [M]),
    (lambda x: np.minimum.accumulate(x, axis=1), [M]),
    (lambda x: np.logaddexp.reduce(x), [M]),
]


@pytest.mark.parametrize("at", range(len(SPELLINGS)))
def test_calls_mean_what_they_mean_of_arrays(at: int) -> None:
    call, args = SPELLINGS[at]
    expected = call(*args)
    found = call(*map(Tensor, args))
    assert isinstance(found, Tensor)
    assert (found.shape, found.dtype) == (np.shape(expected), np.asarray(expected).dtype)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6 if found.dtype == "f" else 1e-10)


def test_gradients_of_what_reads_one_triangle() -> None:
    check_grads(lambda x: np.linalg.cholesky(x), [G + 3 * np.eye(3)], order=2)
    check_grads(lambda x: np.linalg.eigvalsh(x), [G], order=2)


def test_out_may_be_the_only_tensor() -> None:
    out = Tensor(np.zeros(2))
    assert np.add(np.ones(2), 1, out=out) is out
    np.testing.assert_array_equal(out.data, [2.0, 2.0])
    np.add(np.ones(2), 2, out=out, where=[True, False])
    np.testing.assert_array_equal(out.data, [3.0, 2.0])


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (lambda x: np.add(x, x, dtype=np.int64), "numpy.add: Cannot cast"),
    (lambda x: np.add(x, x, out=Tensor(np.zeros((3, 4), int))), "numpy.add: Cannot cast"),
    (lambda x: np.sum(x, out=Tensor(0)), "numpy.sum: expected out to hold float64, got int64"),
    (lambda x: np.add(Tensor(W), 0.5, casting="no"), "numpy.add: Cannot cast"),
    (lambda x: np.mean(x, dtype=np.int64), "numpy.mean: expected a dtype that float64 may be"),
    (lambda x: np.concatenate([x, Tensor(W[:, None])], 1, casting="no"), "numpy.concatenate: exp"),
    (lambda x: np.fabs(x + 1j), "numpy.fabs: ufunc 'fabs' not supported"),
    (lambda x: np.var(x, where=x.data > 0.5), "where= is not supported: .* as numpy.var[(]a, axis"),
    (
        lambda x: np.std(x, mean=0.0),
        "mean= is not supported: of a tensor it is called as numpy.std",
    ),
    (lambda x: np.sort(x, order="f"), "numpy.sort: order= is not supported"),
    (lambda x: np.argsort(x, kind="other"), "numpy.argsort: kind= is not supported"),
    (lambda x: np.add.reduce(x, where=x.data > 0.5), "numpy.add.reduce: .*'where'.*autodiff.sum"),
    (lambda x: np.round(x, 0.5), "numpy.round: expected decimals to be an int"),
    (lambda x: np.linalg.matrix_rank(x, 0.1), "tol= is not .* autodiff.linalg.matrix_rank[(]"),
]


@pytest.mark.parametrize("at", range(len(REFUSED)))
def test_what_would_be_another_answer_is_refused(at: int) -> None:
    call, words = REFUSED[at]
    with pytest.raises(OpTypeError, match=words):
        call(Tensor(M))


def test_what_would_change_the_tensor_is_refused() -> None:
    with pytest.raises(OpValueError, match="expected copy=True"):
        np.nan_to_num(Tensor(HOLES), copy=False)
    with pytest.raises(OpValueError, match="expected order 'C', 'F' or 'A', got 'K'"):
        np.ravel(Tensor(np.ones((2, 3, 4)).transpose(1, 0, 2)), order="K")
    with pytest.raises(OpValueError, match="expected UPLO 'L' or 'U', got 'M'"):
        np.linalg.eigh(Tensor(P), "M")
    with pytest.raises(OpValueError, match="expected mode 'raise', 'wrap' or 'clip'"):
        np.take(Tensor(V), [0], mode="other")


# --- what is not supported ---


def test_the_alternatives_exist() -> None:
    for text in numpy_protocol.ALTERNATIVES.values():
        for word in text.replace("(", " ").replace(",", " ").split():
            if word.startswith("autodiff."):
                found: Any = autodiff
                for part in word.split(".")[1:]:
                    found = getattr(found, part)
                assert callable(found)
