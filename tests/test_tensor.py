"""`Tensor` as a value: what it is made of, how it computes, indexes, prints and travels."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import Tensor, gradients, no_grad
from autodiff.errors import GradientError

f32, f64 = np.dtype(np.float32), np.dtype(np.float64)


def leaf(data: Any, **kwargs: Any) -> Tensor:
    return Tensor(data, requires_grad=True, **kwargs)


def values(t: Any) -> Any:
    return t.detach().numpy()


# --- made of ---


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1.5, np.float64, ()),
        (2, np.int64, ()),
        (True, np.bool_, ()),
        ([1.0, 2], np.float64, (2,)),
        ([[1, 2], [3, 4]], np.int64, (2, 2)),
        ([], np.float64, (0,)),
        (np.float32(1), np.float32, ()),
        (np.arange(3, dtype=np.int8), np.int8, (3,)),
        (np.ones((2, 3), np.float16), np.float16, (2, 3)),
        (range(3), np.int64, (3,)),
        ([np.ones(2), np.zeros(2)], np.float64, (2, 2)),
        (Tensor([1.0, 2.0]), np.float64, (2,)),
        ([Tensor(1.0), 2.0], np.float64, (2,)),
    ],
)
def test_data_keep_the_dtype_they_came_with(data: Any, dtype: Any, shape: Any) -> None:
    t = Tensor(data)
    assert (t.dtype, t.shape, t.ndim, t.size) == (dtype, shape, len(shape), np.prod(shape))
    assert not t.requires_grad
    assert t.grad is None
    assert t.name is None
    assert t.is_leaf


def test_a_given_dtype_wins() -> None:
    assert Tensor([1, 2], dtype=np.float32).dtype == np.float32
    assert leaf([1, 2], dtype=float).requires_grad
    assert Tensor(Tensor([1.5], requires_grad=True), dtype=int).data.tolist() == [1]


def test_data_are_copied_but_asarray_shares() -> None:
    x = np.ones(3)
    t, shared = Tensor(x), autodiff.asarray(x)
    x[0] = 5.0
    assert t.data.tolist() == [1.0, 1.0, 1.0]
    assert shared.data is x
    assert autodiff.asarray(shared).data is x
    assert autodiff.asarray([1, 2], dtype=np.float32).dtype == np.float32
    assert not np.shares_memory(Tensor(t).data, t.data)


def test_a_tensor_of_a_tensor_is_a_new_leaf() -> None:
    x = leaf([1.0, 2.0])
    y = leaf(x * 2.0)
    y.sum().backward()
    assert x.grad is None
    assert values(y.grad).tolist() == [1.0, 1.0]


def test_requires_grad_can_be_turned_on_and_off() -> None:
    x = Tensor([1.0, 2.0], name="x")
    x.requires_grad = True
    x.requires_grad = True
    assert x.requires_grad
    assert x.name == "x"
    (x * x).sum().backward()
    x.requires_grad = False
    assert not (x * x).requires_grad
    assert values(x.grad).tolist() == [2.0, 4.0]


def test_names() -> None:
    x = leaf(1.0, name="apple")
    assert x.name == "apple"
    assert x.detach().name == "apple"
    y = x * 2.0
    assert y.name is None
    y.name = "price"
    assert y.name == "price"
    assert Tensor(1.0, name="c").name == "c"


def test_item_float_int_bool_len() -> None:
    t = Tensor([[2.5]])
    assert (t.item(), float(t), int(t), bool(t), len(t)) == (2.5, 2.5, 2, True, 1)
    assert type(Tensor(2).item()) is int
    assert float(leaf(1.5)) == 1.5
    assert not Tensor(0.0)
    for t in (Tensor([1.0, 2.0]), Tensor([])):
        with pytest.raises(ValueError, match="item: expected one element, got shape"):
            t.item()
        with pytest.raises(ValueError, match="one element"):
            float(t)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(Tensor([1.0, 2.0]))
    with pytest.raises(TypeError, match="0-d"):
        len(Tensor(1.0))


# --- dtypes: promotion is NumPy's ---

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
OPERANDS: list[Any] = [
    2,
    2.5,
    True,
    np.float64(2.5),
    np.float32(2.5),
    np.float16(2.5),
    np.int64(2),
    np.int8(2),
    np.bool_(True),
    np.array(2.5),
    np.array(2.5, np.float32),
    np.array([2, 3]),
    np.array([2.5, 3.5]),
    np.array([2.5, 3.5], np.float32),
    np.array([2, 3], np.int8),
    [2.5, 3.5],
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64])
@pytest.mark.parametrize(
    "other", OPERANDS, ids=lambda v: f"{type(v).__name__} {np.asarray(v).dtype}"
)
@pytest.mark.parametrize("op", OPERATORS)
def test_operators_promote_as_numpy_does_on_both_sides(op: Any, other: Any, dtype: Any) -> None:
    x = np.array([1, 2], dtype)
    for left, right, expected in [
        (Tensor(x), other, op(x, other)),
        (other, Tensor(x), op(other, x)),
        (Tensor(x), Tensor(other), op(x, np.asarray(other))),
    ]:
        y = op(left, right)
        assert type(y) is Tensor
        assert y.dtype == expected.dtype
        np.testing.assert_array_equal(y.data, expected)


@pytest.mark.parametrize(
    "other", OPERANDS, ids=lambda v: f"{type(v).__name__} {np.asarray(v).dtype}"
)
@pytest.mark.parametrize("op", OPERATORS)
def test_gradients_through_operators_on_both_sides(op: Any, other: Any) -> None:
    x = leaf([1.5, 2.5])
    for f in (lambda t: op(t, other), lambda t: op(other, t)):
        h = 1e-6
        expected = (values(f(x + h)) - values(f(x - h))) / (2 * h)
        # a slope is as exact as the operand that it is computed from
        narrow = np.asarray(other).dtype.itemsize < 4
        rtol = 1e-3 if narrow else 1e-6
        np.testing.assert_allclose(values(gradients(f(x).sum(), x)), expected, rtol=rtol)


def test_python_numbers_keep_float32_and_numpy_numbers_do_not() -> None:
    x = leaf(np.ones(2, np.float32))
    assert (2.5 * x + 1 - True).dtype == f32
    assert (x**2).dtype == (2.0 / x).dtype == (2**x).dtype == f32
    assert (x * np.float64(2.5)).dtype == (np.float64(2.5) * x).dtype == f64
    assert (x * np.arange(2)).dtype == f64
    y = (x * np.float64(2.5)).sum()
    y.backward()
    assert x.grad is not None
    assert x.grad.dtype == f32
    assert autodiff.maximum(x, 0.0).dtype == f32
    assert autodiff.where(x > 0, x, 0.0).dtype == f32
    assert x.clip(0.0, 0.5).dtype == f32
    assert x.mean().dtype == f32


def test_unary_operators() -> None:
    x = leaf([-1.5, 2.0])
    assert values(-x).tolist() == [1.5, -2.0]
    assert +x is x
    assert values(abs(x)).tolist() == [1.5, 2.0]
    assert values(gradients((-x).sum(), x)).tolist() == [-1.0, -1.0]


def test_matmul_on_both_sides() -> None:
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    for y in (Tensor(a) @ Tensor(b), Tensor(a) @ b, a @ Tensor(b), a.tolist() @ Tensor(b)):
        assert type(y) is Tensor
        np.testing.assert_array_equal(y.data, a @ b)


def test_augmented_assignment_makes_a_new_value() -> None:
    x = leaf([1.0, 2.0])
    y = x
    y += 1.0
    y *= x
    assert values(x).tolist() == [1.0, 2.0]
    assert values(gradients(y.sum(), x)).tolist() == [3.0, 5.0]
    array = np.array([1.0, 2.0])
    with pytest.raises(TypeError, match="expected out to be a Tensor, got ndarray"):
        array += x
    assert array.tolist() == [1.0, 2.0]
    array += Tensor([1.0, 1.0])
    assert array.tolist() == [2.0, 3.0]


@pytest.mark.parametrize("op", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize("other", [1.0, np.float64(1), np.array([0.0, 1.0, 2.0]), [0.0, 1.0, 2.0]])
def test_comparisons_give_constants_on_both_sides(op: str, other: Any) -> None:
    compare = getattr(operator, op)
    data = np.array([2.0, 1.0, 0.0])
    x = leaf(data)
    for y, expected in [
        (compare(x, other), compare(data, np.asarray(other))),
        (compare(x, Tensor(other)), compare(data, np.asarray(other))),
        (compare(x, leaf(other)), compare(data, np.asarray(other))),
        (compare(np.asarray(other), x), compare(np.asarray(other), data)),
    ]:
        assert type(y) is Tensor
        assert y.dtype == bool
        assert not y.requires_grad
        np.testing.assert_array_equal(y.data, expected)


def test_equality_with_what_is_no_number() -> None:
    x = Tensor([1.0])
    assert (x == "a") is False
    assert (x != "a") is True
    assert x not in ["a", None]


def test_tensors_are_dict_keys_by_identity() -> None:
    x, y = Tensor([1.0]), Tensor([1.0])
    assert {x: 1, y: 2}[x] == 1
    assert len({x, y}) == 2


# --- parts ---

INDICES: list[Any] = [
    0,
    -1,
    np.int64(1),
    slice(None),
    slice(1, None),
    slice(None, None, -1),
    slice(0, 0),
    ...,
    None,
    (0, 1),
    (slice(None), -1),
    (..., 0),
    (None, 0, ..., None),
    [0, 2],
    [],
    np.array([[0, 1], [2, 2]]),
    ([0, 1], [1, 2]),
    (slice(None), [0, 0]),
    ([0, 2], slice(1, 3), None),
    (0, [1, 1]),
    np.array([True, False, True]),
    (slice(None), np.array([True, False, True, False])),
    np.ones((3, 4), bool),
    np.zeros((3, 4), bool),
    True,
    (),
    (1, 2, 3),
]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_indexing_is_numpy_s(index: Any) -> None:
    data = np.arange(3.0 * 4 * 5).reshape(3, 4, 5)
    x = leaf(data)
    y = x[index]
    np.testing.assert_array_equal(values(y), data[index])
    assert y.shape == data[index].shape
    picked = np.zeros(data.shape)
    np.add.at(picked, index, 1.0)
    np.testing.assert_array_equal(values(gradients(y.sum(), x)), picked)


def test_tensors_as_indices() -> None:
    data = np.arange(6.0).reshape(2, 3)
    x = leaf(data)
    rows, columns = Tensor([0, 1, 1]), Tensor([2, 0, 0])
    np.testing.assert_array_equal(values(x[rows, columns]), data[rows.data, columns.data])
    np.testing.assert_array_equal(values(x[x > 2.0]), data[data > 2.0])
    np.testing.assert_array_equal(values(x[:, Tensor(1)]), data[:, 1])


def test_iteration() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    first, second = x
    assert values(first).tolist() == [1.0, 2.0]
    assert values(gradients((first * second).sum(), x)).tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert [float(v) for v in Tensor([1.0, 2.0])] == [1.0, 2.0]
    assert list(Tensor(np.zeros((0, 2)))) == []
    with pytest.raises(TypeError, match="0-d"):
        iter(Tensor(1.0))


def test_indexing_shares_no_gradient_with_its_source() -> None:
    x = leaf(np.zeros(3))
    x[0].backward()
    assert values(x.grad).tolist() == [1.0, 0.0, 0.0]


# --- methods ---


@pytest.mark.parametrize(
    "name", ["abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "clip"]
)
def test_elementwise_methods_are_the_functions(name: str) -> None:
    x = Tensor([0.5, 2.0])
    np.testing.assert_array_equal(getattr(x, name)().data, getattr(autodiff, name)(x).data)


def test_reductions_take_axis_and_keepdims() -> None:
    data = np.random.default_rng(0).normal(size=(2, 3, 4))
    x = Tensor(data)
    for name in ("sum", "mean", "max", "min", "var"):
        method, expected = getattr(x, name), getattr(np, name)
        for axis in (None, 0, -1, (0, 2)):
            np.testing.assert_allclose(method(axis=axis).data, expected(data, axis=axis))
            kept = method(axis=axis, keepdims=True)
            np.testing.assert_allclose(kept.data, expected(data, axis=axis, keepdims=True))
    np.testing.assert_array_equal(x.argmax().data, data.argmax())
    np.testing.assert_array_equal(x.argmax(axis=1).data, data.argmax(1))
    assert x.argmax(1).dtype == np.int64


def test_shape_methods() -> None:
    data = np.arange(24.0).reshape(2, 3, 4)
    x = leaf(data)
    for y, expected in [
        (x.reshape(6, 4), data.reshape(6, 4)),
        (x.reshape((6, -1)), data.reshape(6, 4)),
        (x.reshape(-1), data.ravel()),
        (x.flatten(), data.ravel()),
        (x.flatten(1), data.reshape(2, 12)),
        (x.flatten(-2), data.reshape(2, 12)),
        (x.T, data.T),
        (x.mT, np.swapaxes(data, 1, 2)),
        (x.permute_dims((2, 0, 1)), np.transpose(data, (2, 0, 1))),
        (x.expand_dims(1), data[:, None]),
        (x.expand_dims(1).squeeze(1), data),
        (x.broadcast_to((5, 2, 3, 4)), np.broadcast_to(data, (5, 2, 3, 4))),
    ]:
        np.testing.assert_array_equal(values(y), expected)
        weight = np.arange(1.0, y.size + 1).reshape(y.shape)
        numbers = np.arange(24).reshape(2, 3, 4)
        source = {
            (6, 4): numbers.reshape(6, 4),
            (24,): numbers.ravel(),
            (2, 12): numbers.reshape(2, 12),
            (4, 3, 2): numbers.T,
            (2, 4, 3): numbers.swapaxes(1, 2),
            (4, 2, 3): numbers.transpose(2, 0, 1),
            (2, 1, 3, 4): numbers[:, None],
            (2, 3, 4): numbers,
            (5, 2, 3, 4): np.broadcast_to(numbers, (5, 2, 3, 4)),
        }[y.shape]
        counted = np.bincount(source.ravel(), weight.ravel()).reshape(data.shape)
        np.testing.assert_array_equal(values(gradients((y * weight).sum(), x)), counted)
    assert Tensor(1.0).T.shape == ()
    assert Tensor(1.0).flatten().shape == (1,)
    assert Tensor(np.zeros((0, 3))).flatten(1).shape == (0, 3)
    assert Tensor(np.zeros((0, 3, 2))).flatten(1).shape == (0, 6)


def test_astype() -> None:
    x = leaf([1.5, 2.5])
    y = x.astype(np.float32)
    assert y.dtype == f32
    assert y.requires_grad
    (y * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == f64
    assert values(x.grad).tolist() == [3.0, 3.0]
    whole = x.astype(int)
    assert whole.data.tolist() == [1, 2]
    assert not whole.requires_grad
    assert x.astype("float16").dtype == np.float16


# --- data, gradients, NumPy ---


def test_setting_data() -> None:
    x = leaf([1.0, 2.0], name="x")
    x.data = [3.0, 4.0]
    assert values(gradients((x * x).sum(), x)).tolist() == [6.0, 8.0]
    x.data = Tensor([5.0, 6.0])
    assert x.data.tolist() == [5.0, 6.0]
    for wrong in ([1.0], [1, 2], np.ones(2, np.float32)):
        with pytest.raises(ValueError, match=r"data: expected float64 \(2,\), got"):
            x.data = wrong
    assert x.data.tolist() == [5.0, 6.0]
    y = x * 2.0
    with pytest.raises(GradientError, match="detach"):
        y.data = np.zeros(2)
    with pytest.raises(GradientError, match="detach"):
        y.overwrite()


def test_setting_grad() -> None:
    x = leaf([1.0, 2.0])
    x.grad = Tensor([10.0, 20.0])
    x.sum().backward()
    assert values(x.grad).tolist() == [11.0, 21.0]
    kept = x.grad
    for wrong in (np.ones(2), Tensor([1.0]), 0.0):
        with pytest.raises(ValueError, match=r"grad: expected None or a Tensor of .* shape \(2,\)"):
            x.grad = wrong
    assert x.grad is kept
    x.grad = Tensor([1.0, 2.0], dtype=np.float32)
    assert x.grad.dtype == np.float64
    x.grad = None
    assert x.grad is None


def test_a_gradient_given_by_the_user_is_not_added_to_in_place() -> None:
    x, mine = leaf([1.0, 2.0]), Tensor([10.0, 20.0])
    x.grad = mine
    x.sum().backward()
    assert mine.data.tolist() == [10.0, 20.0]


def test_detach_shares_memory_and_leaves_the_graph() -> None:
    x = leaf([1.0, 2.0])
    d = x.detach()
    assert d.data is x.data
    assert not d.requires_grad
    y = (d * x).sum()
    assert values(gradients(y, x)).tolist() == [1.0, 2.0]
    assert values((x * 2.0).detach()).tolist() == [2.0, 4.0]


def test_arrays_of_constants_and_none_of_what_is_tracked() -> None:
    t = Tensor([1.0, 2.0])
    assert np.asarray(t) is t.data
    assert t.numpy() is t.data
    assert not np.shares_memory(np.array(t), t.data)
    assert np.asarray(t, dtype=np.float32).dtype == f32
    with pytest.raises(ValueError, match="copy"):
        np.asarray(t, dtype=np.float32, copy=False)
    for tracked in (leaf([1.0, 2.0]), leaf([1.0, 2.0]) * 2.0):
        for lossy in (np.asarray, np.array, lambda x: x.numpy()):
            with pytest.raises(GradientError, match="detach"):
                lossy(tracked)
        with pytest.raises(GradientError, match="detach"):
            Tensor([tracked[0], 1.0])


# --- as a Python object ---


def test_repr() -> None:
    assert repr(Tensor([1.0, 2.5])) == "Tensor([1. , 2.5])"
    assert repr(Tensor(3)) == "Tensor(3)"
    assert repr(Tensor([True])) == "Tensor([ True])"
    assert repr(leaf(1.0)) == "Tensor(1., requires_grad=True)"
    assert repr(leaf([1.0]) * 2) == "Tensor([2.], requires_grad=True)"
    assert repr(leaf([1.0], dtype=np.float32, name="w")) == (
        "Tensor([1.], dtype=float32, requires_grad=True, name='w')"
    )
    assert repr(Tensor([[1.0, 2.0], [3.0, 4.0]])) == "Tensor([[1., 2.],\n        [3., 4.]])"
    assert len(repr(Tensor(np.zeros(10**6)))) < 200


def test_format() -> None:
    x = leaf(1.23456)
    assert f"{x:.2f}" == "1.23"
    assert f"{Tensor([[0.5]]):.0%}" == "50%"
    assert f"{Tensor(7):04d}" == "0007"
    for t in (x, Tensor(2.0), Tensor([1.0, 2.0])):
        assert f"{t}" == str(t) == repr(t)
    with pytest.raises(TypeError, match=r"format '.2f': expected one element, got shape \(2,\)"):
        f"{Tensor([1.0, 2.0]):.2f}"


@pytest.mark.parametrize(
    "travel",
    [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_leaves_can_be_copied_and_pickled(travel: Callable[[Tensor], Tensor]) -> None:
    x = leaf(np.arange(6, dtype=np.float32).reshape(2, 3).T, name="w")
    y = travel(x)
    assert (y.requires_grad, y.name, y.dtype, y.shape) == (True, "w", f32, (3, 2))
    np.testing.assert_array_equal(values(x), values(y))
    assert not np.shares_memory(x.data, y.data)
    (y * y).sum().backward()
    assert x.grad is None
    constant = travel(Tensor([1, 2]))
    assert constant.dtype == np.int64
    assert not constant.requires_grad
    with pytest.raises(GradientError, match="detach"):
        travel(x * 2.0)
    with no_grad():
        assert values(travel(x * 2.0)).tolist() == (2 * x.data).tolist()


def test_a_shared_tensor_stays_shared_in_a_deep_copy() -> None:
    x = leaf([1.0])
    one, two = copy.deepcopy([x, x])
    assert one is two


def test_subclasses_survive_copies_and_compute_to_tensors() -> None:
    y = copy.deepcopy(Own([1.0, 2.0], requires_grad=True))
    assert type(y) is Own
    assert type(y * y) is Tensor
    assert repr(y) == "Own([1., 2.], requires_grad=True)"
    assert values(gradients((y * y).sum(), y)).tolist() == [2.0, 4.0]


class Own(Tensor):
    """A tensor of the user's own."""

    __slots__ = ()


# --- a program of random operators against NumPy ---


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_random_programs_compute_what_numpy_computes(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    arrays = [rng.uniform(0.5, 2.0, size) for size in ((), (3,), (2, 1), (2, 3))]
    tensors = [leaf(x) for x in arrays]
    for _ in range(data.draw(st.integers(1, 8))):
        i, j = (data.draw(st.integers(0, len(arrays) - 1)) for _ in range(2))
        op = data.draw(st.sampled_from([operator.add, operator.sub, operator.mul]))
        arrays.append(op(arrays[i], arrays[j]))
        left: Any = data.draw(st.sampled_from([tensors[i], arrays[i]]))
        tensors.append(op(left, tensors[j]))
    np.testing.assert_array_equal(values(tensors[-1]), arrays[-1])
