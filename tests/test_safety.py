"""What must never go silently wrong: a number, a gradient, or somebody else's memory."""

from __future__ import annotations

import copy
import operator
import pickle
import threading

import numpy as np
import pytest

import autodiff as ad
import nn
from autodiff import (
    Array,
    DeclarationError,
    GradientError,
    Tensor,
    custom,
    elementwise,
    gradients,
    no_grad,
    vjp,
)


def leaf(data, **kwargs):
    return Tensor(data, requires_grad=True, **kwargs)


@pytest.mark.parametrize("slope", [2, 0, 0.5, -2, [1]])
def test_a_slope_that_is_no_rule_is_refused(slope):
    def scaled(x: Array) -> Array:
        return x * slope

    with pytest.raises(DeclarationError, match="expected a rule to be a function"):
        elementwise(partials=[slope])(scaled)
    with pytest.raises(DeclarationError, match="expected a rule to be a function or None"):
        custom(vjps=["x"])(scaled)


def test_a_complex_value_on_the_way_leaves_a_real_gradient():
    x = leaf([1.0, -2.0])
    abs(x * 1j).sum().backward()
    assert x.grad.dtype == np.float64
    np.testing.assert_array_equal(x.grad.data, [1.0, -1.0])


def test_a_dtype_that_is_not_floating_ends_the_gradient():
    x = leaf([1.5])
    for y in (x.astype(int), ad.astype(x, bool)):
        assert not y.requires_grad


def test_whole_numbers_that_an_op_returns_are_constants():
    @custom(vjps=[lambda g: g])
    def rounded(x: Array) -> Array:
        return np.asarray(x).astype(int)

    y = rounded(leaf([1.5, 2.5]))
    assert isinstance(y, Tensor) and y.tolist() == [1, 2]
    assert not y.requires_grad


def test_an_error_in_a_rule_names_the_op_and_leaves_no_grad_half_written():
    @custom(vjps=[lambda g: None])
    def forgetful(x: Array) -> Array:
        return x * 1.0

    x, w = leaf(1.0), leaf(2.0)
    with pytest.raises(AttributeError) as caught:
        (forgetful(x) * w).backward()
    assert "forgetful" in caught.value.__notes__[0]
    assert x.grad is None
    assert w.grad is None


def test_threads_that_share_a_leaf_lose_no_gradient():
    w = leaf(np.ones(3))

    def work():
        for _ in range(300):
            (w * 1.0).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(w.grad.data, 1200.0)


def test_shapes_that_make_no_sense_are_refused_for_numbers_too():
    with pytest.raises(ValueError, match="broadcast_to"):
        ad.broadcast_to(Tensor(1.0), (-1,))
    with pytest.raises(ValueError, match="0-d"):
        nn.functional.linear(Tensor(1.0), np.ones((2, 3)), np.ones(2))
    assert ad.softmax(Tensor(np.ones((2, 0)))).shape == (2, 0)


def test_the_slope_of_a_power_is_as_exact_as_its_value():
    base = np.float32(3.1)
    a = leaf(2.0)
    (base**a).backward()
    exact = float(base) ** 2.0 * np.log(float(base))
    assert a.grad.item() == pytest.approx(exact, rel=1e-14)


def test_the_mean_of_many_small_floats_does_not_overflow():
    x = leaf(np.ones(70_000, np.float16))
    y = x.mean()
    assert (y.item(), y.dtype) == (1.0, np.float16)


def test_transforms_keep_their_own_copy_of_what_they_are_given():
    a = np.array([1.0, 2.0])
    _, pull = vjp(lambda x: x * x, a)
    a[:] = 9.0
    np.testing.assert_array_equal(pull(np.ones(2))[0].data, [2.0, 4.0])
    same, _ = vjp(lambda x: x, a)
    assert not np.shares_memory(same.data, a)


@pytest.mark.parametrize("make", [np.array, list, lambda i: (list(i), 0)])
def test_an_index_that_is_changed_later_changes_no_gradient(make):
    x = leaf(np.zeros((3, 1)))
    index = make([0, 1])
    y = x[index].sum()
    part = index[0] if isinstance(index, tuple) else index
    part[0] = part[1] = 2
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [[1.0], [1.0], [0.0]])


@pytest.mark.parametrize("order", "<>")
def test_either_byte_order_computes(order):
    x = leaf(np.array([0.5, 2.0]).astype(f"{order}f8"))
    y = ad.relu(x).sum() + ad.log1p(x).sum() + ad.logsumexp(x) + ad.tanh(x).sum()
    y.backward()
    z = leaf([0.5, 2.0])
    (ad.relu(z).sum() + ad.log1p(z).sum() + ad.logsumexp(z) + ad.tanh(z).sum()).backward()
    np.testing.assert_array_equal(x.grad.data, z.grad.data)


def test_a_step_by_hand_moves_the_leaf_and_keeps_it_one():
    w = leaf(np.array([1.0, 2.0], np.float32), name="w")
    same = w
    before = (w * w).sum()
    with no_grad():
        w -= 0.5 * Tensor([2.0, 2.0])
    assert w is same
    assert w.is_leaf
    assert (w.requires_grad, w.dtype) == (True, np.float32)
    np.testing.assert_array_equal(w.data, [0.0, 1.0])
    before.backward()  # of the values from before
    np.testing.assert_array_equal(w.grad.data, [2.0, 4.0])


def test_outside_no_grad_an_augmented_assignment_is_recorded():
    x = leaf(3.0)
    y = x
    y *= 2.0
    assert y is not x
    assert gradients(y, x).item() == 2.0


def test_an_integer_tensor_is_an_index():
    names = ["zero", "one", "two"]
    assert names[Tensor([0.0, 5.0, 1.0]).argmax()] == "one"
    assert operator.index(Tensor(2)) == 2
    with pytest.raises(TypeError):
        operator.index(Tensor(2.0))


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_copy_of_a_leaf_has_its_gradient_and_memory_of_its_own(again):
    x = leaf([1.0, 2.0], name="x")
    (x * x).sum().backward()
    y = again(x)
    assert (y.name, y.requires_grad) == ("x", True)
    np.testing.assert_array_equal(y.grad.data, x.grad.data)
    assert not np.shares_memory(y.data, x.data)
    assert not np.shares_memory(y.grad.data, x.grad.data)
    (y * 1.0).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])


def test_a_tensor_that_has_had_two_leaves_gets_the_gradients_of_both():
    x = leaf(2.0)
    before = x * 3.0
    x.requires_grad = False
    x.requires_grad = True
    (before + x * 10.0).backward()
    assert x.grad.item() == 13.0


def test_an_assignment_may_have_too_many_leading_axes_of_length_1():
    for tracked in (False, True):
        y, v = Tensor([[1.0, 2.0]], requires_grad=tracked) * 1.0, Tensor([[[3.0, 4.0]]])
        y[0] = v
        assert y.tolist() == [[3.0, 4.0]]
    v.requires_grad = True
    for index, expected in ((0, [6.0, 8.0]), ([0, 0], [6.0, 8.0])):
        y[index] = v
        assert gradients((y * y).sum(), v).tolist() == [[expected]]
    with pytest.raises(ValueError, match="values that fit"):
        y[0] = Tensor(np.ones((2, 1, 2)))


def test_a_copied_tensor_whose_gradient_is_a_leaf_has_one_too():
    w, x = leaf(1.0), leaf(2.0, name="x")
    w.grad = x
    again = copy.deepcopy(w)
    assert (again.grad.is_leaf, again.grad.requires_grad, again.grad.name) == (True, True, "x")
    w.grad = x * x
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(GradientError, match="apart from its graph"):
            way(w)


def test_gradients_take_any_iterable_and_refuse_outputs_that_depend_on_nothing():
    xs = [leaf(2.0), leaf(3.0)]
    found = gradients(xs[0] * xs[1], (x for x in xs))
    assert [g.item() for g in found] == [3.0, 2.0]
    with pytest.raises(GradientError, match="requires no grad"):
        gradients([Tensor(1.0), Tensor(2.0)], xs)
    assert ad.grad(lambda a, b: a * b, argnums=np.int64(1))(2.0, 5.0).item() == 2.0


@pytest.mark.parametrize("call", ["the value", "a view of it", "what shares its memory"])
def test_a_computed_value_that_is_written_in_spite_of_the_refusal_gives_no_gradient(call):
    x = leaf([1.0, 2.0])
    y = x.exp()
    written = {"the value": y, "a view of it": y[1:], "what shares its memory": y.detach()}[call]
    try:
        written.data -= 1.0  # Python writes before it asks
    except GradientError as error:
        assert "can't be replaced" in str(error)  # noqa: PT017 - a detached one isn't refused
    with pytest.raises(GradientError, match="overwritten"):
        y.sum().backward()
    assert x.grad is None


def test_forward_mode_does_not_read_what_was_overwritten():
    w = leaf([3.0, 4.0])

    def stepping(x):
        y = x * w
        w.overwrite()[...] = 0.0
        return y

    def stepping_aside(x):
        y = x + w * w
        w.overwrite()[...] = 0.0
        return y

    with pytest.raises(GradientError, match="overwritten"):
        ad.jvp(stepping, [np.ones(2)], [np.ones(2)])
    _, t = ad.jvp(stepping_aside, [np.ones(2)], [np.ones(2)])  # no tangent came by there
    assert t.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("f", "given", "change"),
    [
        (ad.permute_dims, [1, 0], list.reverse),
        (ad.permute_dims, np.array([1, 0]), np.ndarray.sort),
        (lambda x, axes: x.transpose(axes), [1, 0], list.reverse),
        (ad.flip, [1], list.pop),
        (lambda x, shift: ad.roll(x, shift, (0, 1)), [1, 2], list.reverse),
        (lambda x, axes: ad.roll(x, (1, 2), axes), [0, 1], list.reverse),
        (ad.getitem, np.array([2, 0, 1]), np.ndarray.sort),
        (ad.getitem, (np.array([2, 0, 1]), 0), lambda index: index[0].sort()),
        (ad.getitem, [[0, 2], [1, 0]], list.reverse),
        (lambda x, at: ad.scatter(x, at, (3, 3)), np.array([2, 0, 1]), np.ndarray.sort),
        (lambda x, at: ad.setitem(np.zeros((3, 3)), x, at), [2, 0, 1], list.sort),
        (lambda x, at: ad.scatter_add(np.zeros((3, 3)), x, at), [2, 0, 1], list.sort),
        (ad.cross_entropy, np.array([2, 0, 1]), np.ndarray.sort),
        (ad.cross_entropy, Tensor([2, 0, 1]), lambda target: target.__setitem__(0, 0)),
    ],
)
def test_axes_and_indices_that_are_changed_later_change_no_gradient(f, given, change):
    x = leaf(np.arange(9.0).reshape(3, 3) ** 2 / 10)
    y, kept = f(x, given), f(x, copy.deepcopy(given))
    u = np.arange(1.0, 1.0 + y.size).reshape(y.shape)
    change(given)
    np.testing.assert_array_equal(gradients(y, x, u).data, gradients(kept, x, u).data)


def test_columns_that_are_overwritten_are_not_their_neighbours():
    flat = np.arange(12.0).reshape(3, 4)
    w, v = (ad.asarray(part) for part in (flat[:, :2], flat[:, 2:]))
    w.requires_grad = v.requires_grad = True
    of_v, of_w = (v * v).sum(), (w * w).sum()
    w.overwrite()[...] = 0.0
    of_v.backward()
    np.testing.assert_array_equal(v.grad.data, 2 * v.data)
    with pytest.raises(GradientError, match="overwritten"):
        of_w.backward()


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_numpy_s_masked_arrays_take_no_tensor_s_values_without_its_gradient():
    masked, x = np.ma.array([1.0, 2.0], mask=[False, True]), leaf([3.0, 4.0])
    for call in (
        lambda: masked * x,
        lambda: np.ma.exp(x),
        lambda: np.ma.where([True, False], x, 0.0),
        lambda: masked.__setitem__(slice(None), x),
    ):
        with pytest.raises(GradientError, match="an array can't carry"):
            call()
    for call in (lambda: x * masked, lambda: np.matrix(np.eye(2)) * x):
        with pytest.raises(TypeError, match="rules of its own"):
            call()
    assert (masked * x.detach()).tolist() == [3.0, None]


def test_a_copy_has_what_a_subclass_adds():
    class Noted(Tensor):
        pass

    x = Noted([1.0], requires_grad=True)
    x.notes = ["made here"]
    again, deep = copy.copy(x), copy.deepcopy(x)
    assert again.notes is x.notes
    assert deep.notes == x.notes
    assert deep.notes is not x.notes
