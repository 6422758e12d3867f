"""The value of every op, against references that are written another way than the op is.

Elementwise functions go through Python's `math`, one number at a time; reductions and windows
through loops over indices. Where an op is a NumPy call with a NumPy meaning (`reshape`...), so is
its reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import OPS, Op, Tensor, no_grad
from autodiff.testing.strategies import Call, calls

LIBRARY = [op for op in OPS.values() if op.forward.__module__.startswith("autodiff.")]
each_op = pytest.mark.parametrize("op", LIBRARY, ids=lambda op: op.name)
drawn = settings(max_examples=settings().max_examples // 5)


# --- references ---


def each(f: Callable[..., float]) -> Callable[..., Any]:
    """`f` of every element, one Python float at a time."""
    return np.vectorize(lambda *xs: f(*map(float, xs)), otypes=[float])


def reduced(f: Callable[[list[float]], float]) -> Callable[..., Any]:
    """A reduction made of a function of the list of what is reduced."""

    def reference(x: Any, axis: Any, keepdims: bool) -> Any:
        axes = range(x.ndim) if axis is None else np.atleast_1d(axis).astype(int)
        gone = sorted({int(i) % x.ndim for i in axes}) if x.ndim else []
        kept = [i for i in range(x.ndim) if i not in gone]
        y = np.zeros([x.shape[i] for i in kept])
        for at in np.ndindex(*y.shape):
            where: list[Any] = [slice(None)] * x.ndim
            for i, j in zip(kept, at, strict=True):
                where[i] = j
            y[at] = f([float(v) for v in np.ravel(x[tuple(where)])])
        return np.expand_dims(y, tuple(gone)) if keepdims else y

    return reference


def along(f: Callable[[list[float]], list[float]]) -> Callable[..., Any]:
    """A function of every row along an axis."""

    def reference(x: Any, axis: int) -> Any:
        y = np.zeros(x.shape)
        rows, out = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
        for at in np.ndindex(*rows.shape[:-1]):
            out[at] = f([float(v) for v in rows[at]])
        return y

    return reference


def log_sum_exp(xs: list[float]) -> float:
    return math.log(math.fsum(map(math.exp, xs)))


def soft_max(xs: list[float]) -> list[float]:
    total = math.fsum(map(math.exp, xs))
    return [math.exp(x) / total for x in xs]


def cross_entropy(logits: Any, target: Any) -> Any:
    y = np.zeros(target.shape)
    for n, *rest in np.ndindex(*target.shape):
        scores = [float(v) for v in logits[(n, slice(None), *rest)]]
        y[(n, *rest)] = -math.log(soft_max(scores)[target[(n, *rest)]])
    return y


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    y = np.zeros(shape)
    for at in np.ndindex(*x.shape):
        own = at[x.ndim - len(shape) :]
        y[tuple(i if n > 1 else 0 for i, n in zip(own, shape, strict=True))] += x[at]
    return y


def squeeze(x: Any, axis: Any) -> Any:
    axes = range(x.ndim) if axis is None else {int(i) % x.ndim for i in np.atleast_1d(axis)}
    return x.reshape([n for i, n in enumerate(x.shape) if not (n == 1 and i in axes)])


def pad(x: Any, widths: Any) -> Any:
    pairs = [(int(a), int(b)) for a, b in np.broadcast_to(widths, (x.ndim, 2))]
    y = np.zeros([a + n + b for n, (a, b) in zip(x.shape, pairs, strict=True)])
    y[tuple(slice(a, a + n) for n, (a, _) in zip(x.shape, pairs, strict=True))] = x
    return y


def scatter_add(x: Any, updates: Any, index: Any) -> Any:
    flat = np.arange(x.size).reshape(x.shape)[index]
    y = np.array(x, float).ravel()
    for at, update in zip(
        np.ravel(flat), np.ravel(np.broadcast_to(updates, flat.shape)), strict=True
    ):
        y[at] += update
    return y.reshape(x.shape)


def matmul(x1: Any, x2: Any) -> Any:
    left, right = "i" * (x1.ndim > 1), "j" * (x2.ndim > 1)
    return np.einsum(f"...{left}k,...k{right}->...{left}{right}", x1, x2)


def windows(size: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    """For each output position, the slices of a padded image under the window."""
    h, w = (n + 2 * p for n, p in zip(size, padding, strict=True))
    for oi, i in enumerate(range(0, h - kernel[0] + 1, stride[0])):
        for oj, j in enumerate(range(0, w - kernel[1] + 1, stride[1])):
            yield oi, oj, slice(i, i + kernel[0]), slice(j, j + kernel[1])


def framed(x: Any, padding: Any, value: float = 0.0) -> Any:
    margins = [(0, 0)] * (x.ndim - 2) + [(p, p) for p in padding]
    return np.pad(np.asarray(x, float), margins, constant_values=value)


def unframed(x: Any, padding: Any) -> Any:
    (ph, pw), (h, w) = padding, x.shape[-2:]
    return x[..., ph : h - ph, pw : w - pw]


def count(size: Any, kernel: Any, stride: Any, padding: Any) -> tuple[int, int]:
    *_, (oi, oj, _, _) = windows(size, kernel, stride, padding)
    return oi + 1, oj + 1


def conv2d(x: Any, w: Any, stride: Any, padding: Any) -> Any:
    kernel, size = w.shape[2:], x.shape[2:]
    y = np.zeros((x.shape[0], w.shape[0], *count(size, kernel, stride, padding)))
    image = framed(x, padding)
    for oi, oj, rows, cols in windows(size, kernel, stride, padding):
        y[:, :, oi, oj] = np.einsum("ncij,ocij->no", image[:, :, rows, cols], w)
    return y


def conv2d_input(c: Any, w: Any, size: Any, stride: Any, padding: Any) -> Any:
    image = framed(np.zeros((c.shape[0], w.shape[1], *size)), padding)
    for oi, oj, rows, cols in windows(size, w.shape[2:], stride, padding):
        image[:, :, rows, cols] += np.einsum("no,ocij->ncij", c[:, :, oi, oj], w)
    return unframed(image, padding)


def conv2d_weight(x: Any, c: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    w = np.zeros((c.shape[1], x.shape[1], *kernel))
    image = framed(x, padding)
    for oi, oj, rows, cols in windows(x.shape[2:], kernel, stride, padding):
        w += np.einsum("ncij,no->ocij", image[:, :, rows, cols], c[:, :, oi, oj])
    return w


def im2col(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    image = framed(x, padding)
    rows = [
        np.ravel(image[n][:, rows, cols])
        for n in range(x.shape[0])
        for _, _, rows, cols in windows(x.shape[2:], kernel, stride, padding)
    ]
    return np.array(rows).reshape(len(rows), x.shape[1] * kernel[0] * kernel[1])


def col2im(cols: Any, shape: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    image = framed(np.zeros(shape), padding)
    rows = iter(cols)
    for n in range(shape[0]):
        for _, _, i, j in windows(shape[2:], kernel, stride, padding):
            image[n][:, i, j] += next(rows).reshape(shape[1], *kernel)
    return unframed(image, padding)


def max_pool2d(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = np.zeros((*x.shape[:-2], *count(x.shape[-2:], kernel, stride, padding)))
    image = framed(x, padding, -np.inf)
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        y[..., oi, oj] = image[..., rows, cols].max((-2, -1))
    return y


def max_pool2d_pick(t: Any, x: Any, top: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = np.zeros(top.shape)
    image, picked = framed(x, padding, -np.inf), framed(t, padding)
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        for at in np.ndindex(*x.shape[:-2]):
            best = int(image[at][rows, cols].argmax())
            y[at][oi, oj] = picked[at][rows, cols].ravel()[best]
    return y


def max_pool2d_spread(c: Any, x: Any, top: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    image, y = framed(x, padding, -np.inf), framed(np.zeros(x.shape), padding)
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        for at in np.ndindex(*x.shape[:-2]):
            i, j = divmod(int(image[at][rows, cols].argmax()), kernel[1])
            y[at][rows, cols][i, j] += c[at][oi, oj]
    return unframed(y, padding)


def sum_pool2d(x: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = np.zeros((*x.shape[:-2], *count(x.shape[-2:], kernel, stride, padding)))
    for oi, oj, rows, cols in windows(x.shape[-2:], kernel, stride, padding):
        y[..., oi, oj] = framed(x, padding)[..., rows, cols].sum((-2, -1))
    return y


def sum_pool2d_spread(c: Any, size: Any, kernel: Any, stride: Any, padding: Any) -> Any:
    y = framed(np.zeros((*c.shape[:-2], *size)), padding)
    for oi, oj, rows, cols in windows(size, kernel, stride, padding):
        y[..., rows, cols] += c[..., oi, oj][..., None, None]
    return unframed(y, padding)


REFERENCES: dict[str, Callable[..., Any]] = {
    "abs": each(lambda x: -x if x < 0 else x),
    "add": each(lambda a, b: a + b),
    "astype": lambda x, dtype: x.astype(dtype),
    "broadcast_to": lambda x, shape: x + np.zeros(shape, x.dtype),
    "clip": lambda x, low, high: each(
        lambda v: min(max(v, -math.inf if low is None else low), math.inf if high is None else high)
    )(x),
    "col2im": col2im,
    "concat": lambda *xs: np.concatenate(xs[:-1], axis=xs[-1]),
    "conv2d": conv2d,
    "conv2d_input": conv2d_input,
    "conv2d_weight": conv2d_weight,
    "copy": lambda x: x,
    "cos": each(math.cos),
    "cross_entropy": cross_entropy,
    "divide": each(lambda a, b: a / b),
    "exp": each(math.exp),
    "expand_dims": np.expand_dims,
    "expm1": each(math.expm1),
    "getitem": lambda x, index: x[index],
    "im2col": im2col,
    "linear": lambda x, w, b: np.einsum("...i,oi->...o", x, w) + b,
    "log": each(math.log),
    "log1p": each(math.log1p),
    "log_softmax": along(lambda xs: [x - log_sum_exp(xs) for x in xs]),
    "logsumexp": reduced(log_sum_exp),
    "matmul": matmul,
    "matrix_transpose": lambda x: np.einsum("...ij->...ji", x),
    "max": reduced(max),
    "max_pool2d": max_pool2d,
    "max_pool2d_pick": max_pool2d_pick,
    "max_pool2d_spread": max_pool2d_spread,
    "maximum": each(max),
    "mean": reduced(lambda xs: math.fsum(xs) / len(xs)),
    "min": reduced(min),
    "minimum": each(min),
    "multiply": each(lambda a, b: a * b),
    "negative": each(lambda x: 0 - x),
    "pad": pad,
    "permute_dims": np.transpose,
    "pow": each(math.pow),
    "relu": each(lambda x: x if x > 0 else 0.0),
    "reshape": lambda x, shape: np.array(x.tolist(), x.dtype).reshape(shape),
    "scatter": lambda values, index, shape: scatter_add(np.zeros(shape), values, index),
    "scatter_add": scatter_add,
    "sigmoid": each(lambda x: 1 / (1 + math.exp(-x))),
    "sign": each(lambda x: (x > 0) - (x < 0)),
    "sin": each(math.sin),
    "softmax": along(soft_max),
    "sqrt": each(math.sqrt),
    "square": each(lambda x: x * x),
    "squeeze": squeeze,
    "stack": lambda *xs: np.stack(xs[:-1], axis=xs[-1]),
    "subtract": each(lambda a, b: a - b),
    "sum": reduced(math.fsum),
    "sum_pool2d": sum_pool2d,
    "sum_pool2d_spread": sum_pool2d_spread,
    "sum_to": sum_to,
    "tan": each(math.tan),
    "tanh": each(math.tanh),
    "where": lambda c, a, b: each(lambda c, a, b: a if c else b)(c, a, b),
}


# --- tests ---


def called(op: Op, call: Call) -> Any:
    if op.variadic:
        return op.function(call.arrays, *call.params)
    return op.function(*call.arrays, *call.params)


def tensors(call: Call, **kwargs: Any) -> Call:
    """The call with tensors in place of floating point arrays."""
    return Call(
        tuple(Tensor(x, **kwargs) if x.dtype.kind == "f" else x for x in call.arrays), call.params
    )


def test_every_op_of_the_library_has_a_reference() -> None:
    assert sorted(REFERENCES) == sorted(op.name for op in LIBRARY)


@each_op
@drawn
@given(data=st.data())
def test_value(op: Op, data: st.DataObject) -> None:
    call = data.draw(calls(op))
    y = called(op, call)
    expected = REFERENCES[op.name](*call.arrays, *call.params)
    assert np.shape(y) == np.shape(expected)
    eps = np.finfo(y.dtype).eps
    np.testing.assert_allclose(y, expected, rtol=40 * eps, atol=100 * eps)


@each_op
@drawn
@given(data=st.data())
def test_arrays_give_arrays_and_tensors_give_tensors_of_the_same_numbers(
    op: Op, data: st.DataObject
) -> None:
    call = data.draw(calls(op))
    y = called(op, call)
    assert isinstance(y, (np.ndarray, np.generic))
    tracked = called(op, tensors(call, requires_grad=True))
    with no_grad():
        unrecorded = called(op, tensors(call, requires_grad=True))
    for t, recorded in [
        (called(op, tensors(call)), False),
        (tracked, True),
        (unrecorded, False),
    ]:
        assert type(t) is Tensor
        assert t.requires_grad is recorded
        assert t.dtype == y.dtype
        eps = np.finfo(y.dtype).eps  # BLAS rounds by the layout, which a tensor does not keep
        np.testing.assert_allclose(t.detach().numpy(), y, rtol=40 * eps, atol=100 * eps)


def test_public_functions_are_the_ops() -> None:
    composites = {"avg_pool2d", "conv2d", "linear", "max_pool2d", "var"}
    for name, op in OPS.items():
        if hasattr(autodiff, name) and name not in composites:
            assert getattr(autodiff, name) is op.function


# --- points that random values don't hit ---


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("abs", [-2.0, 0.0, 3.0], [2.0, 0.0, 3.0]),
        ("sign", [-2.0, 0.0, 3.0], [-1.0, 0.0, 1.0]),
        ("relu", [-2.0, 0.0, 3.0], [0.0, 0.0, 3.0]),
        ("sigmoid", [-1000.0, 0.0, 1000.0], [0.0, 0.5, 1.0]),
        ("tanh", [-1000.0, 1000.0], [-1.0, 1.0]),
        ("expm1", [1e-15], [1e-15]),
        ("log1p", [1e-15], [1e-15]),
        ("softmax", [1010.0, 1000.0, 990.0], [0.9999546, 4.539786860886666e-05, 2.06106e-09]),
        ("log_softmax", [-1000.0, 0.0, 1000.0], [-2000.0, -1000.0, 0.0]),
        ("logsumexp", [1000.0, 1000.0], 1000 + math.log(2)),
        ("logsumexp", [-1000.0, -1000.0], math.log(2) - 1000),
        ("logsumexp", [-np.inf, 0.0], 0.0),
        ("logsumexp", [-np.inf, -np.inf], -np.inf),
        ("logsumexp", [], -np.inf),
        ("max", [-np.inf, -1.0], -1.0),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_value_at_a_difficult_point(name: str, x: Any, expected: Any, dtype: Any) -> None:
    y = OPS[name].function(np.array(x, dtype))
    assert y.dtype == dtype
    np.testing.assert_allclose(y, np.array(expected, dtype), rtol=1e-6, atol=1e-30)


def test_sigmoid_keeps_its_relative_precision_in_the_lower_tail() -> None:
    x = np.array([-30.0, -300.0, -700.0])
    np.testing.assert_allclose(autodiff.sigmoid(x), np.exp(x), rtol=1e-12)


def test_cross_entropy_is_exact_where_the_softmax_underflows() -> None:
    loss = autodiff.cross_entropy(np.array([[0.0, 2000.0]]), np.array([0]))
    np.testing.assert_array_equal(loss, [2000.0])


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "mean", "sigmoid", "exp"])
def test_integers_compute_as_floats(name: str) -> None:
    function = OPS[name].function
    np.testing.assert_allclose(function(np.array([1, 2, 3])), function(np.array([1.0, 2.0, 3.0])))


@pytest.mark.parametrize(
    "name",
    [op.name for op in LIBRARY if op.family == "elementwise" and len(op.arrays) == 1]
    + ["sum", "mean", "max", "min", "logsumexp"],
)
def test_python_numbers_are_arguments_too(name: str) -> None:
    function = OPS[name].function
    assert function(0.5) == function(np.array(0.5))


@pytest.mark.parametrize("correction", [0, 1])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
def test_var(axis: Any, correction: int) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    expected = np.var(x, axis=axis, ddof=correction)
    np.testing.assert_allclose(autodiff.var(x, axis, correction), expected, rtol=1e-13)
    np.testing.assert_allclose(Tensor(x).var(axis, correction).numpy(), expected, rtol=1e-13)
    kept = autodiff.var(x, axis, correction, keepdims=True)
    assert kept.shape == np.var(x, axis=axis, keepdims=True).shape


def test_im2col_has_the_shapes_of_the_book() -> None:
    assert autodiff.im2col(np.zeros((1, 3, 7, 7)), (5, 5)).shape == (9, 75)
    assert autodiff.im2col(np.zeros((10, 3, 7, 7)), (5, 5)).shape == (90, 75)


def test_conv2d_takes_numbers_or_pairs_and_a_bias() -> None:
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
    y = autodiff.conv2d(x, w, b, stride=2, padding=(1, 0))
    expected = conv2d(x, w, (2, 2), (1, 0)) + b[:, None, None]
    np.testing.assert_allclose(y, expected, rtol=1e-12)


def test_conv2d_splits_a_large_batch_without_changing_its_value() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(9, 8, 24, 24)), rng.normal(size=(2, 8, 5, 5))
    whole = autodiff.conv2d(x, w)
    each_image = np.concatenate([autodiff.conv2d(x[i : i + 1], w) for i in range(9)])
    np.testing.assert_allclose(whole, each_image, rtol=1e-12)


def test_pooling_defaults_its_stride_to_its_window() -> None:
    x = np.random.default_rng(0).normal(size=(1, 2, 6, 6))
    y = autodiff.max_pool2d(x, (2, 3))
    np.testing.assert_array_equal(y, max_pool2d(x, (2, 3), (2, 3), (0, 0)))
    mean = autodiff.avg_pool2d(x, 3, stride=1, padding=1)
    np.testing.assert_allclose(mean, sum_pool2d(x, (3, 3), (1, 1), (1, 1)) / 9, rtol=1e-12)


def test_the_margin_of_max_pooling_never_wins() -> None:
    y = autodiff.max_pool2d(np.full((2, 2), -5.0), 2, padding=1)
    np.testing.assert_array_equal(y, np.full((2, 2), -5.0))
    whole = autodiff.max_pool2d(np.full((2, 2), -5), 2, padding=1)
    np.testing.assert_array_equal(whole, np.full((2, 2), -5))
