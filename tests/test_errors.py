"""What users get told: each mistake where it is made, with what was expected and what came.

What they had before the mistake, they have after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import (
    OPS,
    Array,
    DeclarationError,
    GradientError,
    MissingExtraError,
    OpError,
    OpIndexError,
    OpTypeError,
    OpValueError,
    Tensor,
    custom,
    elementwise,
    gradients,
    linear,
    no_grad,
)


def leaf(data: Any, **kwargs: Any) -> Tensor:
    return Tensor(data, requires_grad=True, **kwargs)


def ones(*shape: int) -> Any:
    return np.ones(shape)


@pytest.fixture(autouse=True)
def own_ops() -> Iterator[None]:
    kept = dict(OPS)
    yield
    OPS.clear()
    OPS.update(kept)


MISTAKES: list[tuple[str, Callable[..., Any], type[Exception], list[str]]] = [
    (
        "shapes that do not broadcast",
        lambda x: x + ones(4),
        OpValueError,
        ["add", "broadcast", "float64 (2, 3)", "float64 (4,)"],
    ),
    (
        "shapes that do not broadcast, reversed",
        lambda x: ones(4) - x,
        OpValueError,
        ["subtract", "x1: float64 (4,)", "x2: float64 (2, 3)"],
    ),
    (
        "a matrix product of shapes that do not match",
        lambda x: x @ ones(2, 2),
        OpValueError,
        ["matmul", "last axis of x1", "(2, 3)", "(2, 2)"],
    ),
    ("a matrix product of a number", lambda x: x @ 2.0, OpError, ["matmul", "(2, 3)"]),
    ("a string", lambda x: x * "a", OpTypeError, ["multiply", "expected numbers", "str 'a'"]),
    ("a string, reversed", lambda x: "a" / x, OpTypeError, ["divide", "str 'a'"]),
    ("None", lambda x: x - None, OpTypeError, ["subtract", "NoneType None"]),
    ("an object", lambda x: x * object(), OpTypeError, ["multiply", "expected numbers", "object"]),
    ("a dict", lambda x: x + {}, OpTypeError, ["add", "dict {}"]),
    (
        "a list of tensors",
        lambda x: x * [Tensor(1.0), Tensor(2.0), Tensor(3.0)],
        OpTypeError,
        ["multiply", "stack", "concat"],
    ),
    (
        "a ragged list",
        lambda x: x * [[1.0], [1.0, 2.0]],
        OpValueError,
        ["multiply", "[[1.0], [1.0,"],
    ),
    ("dates", lambda x: x + np.datetime64("2020-01-01"), OpTypeError, ["add", "datetime64"]),
    ("an axis outside", lambda x: x.sum(2), OpIndexError, ["sum", "axes that x has", "axis=2"]),
    ("a negative axis outside", lambda x: x.mean(-3), OpIndexError, ["mean", "axis=-3"]),
    ("an axis twice", lambda x: x.sum((0, 0)), OpValueError, ["sum", "axis=(0, 0)"]),
    ("an axis that is no int", lambda x: x.max("x"), OpTypeError, ["max", "axis='x'"]),
    ("an axis of a number", lambda x: x[0, 0].sum(0), OpIndexError, ["sum", "float64 ()"]),
    ("an axis of a number, softmax", lambda x: autodiff.softmax(x, 5), OpIndexError, ["softmax"]),
    ("logsumexp along no axis", lambda x: autodiff.logsumexp(x, 2), OpIndexError, ["logsumexp"]),
    (
        "the largest of nothing",
        lambda x: x[:0].max(),
        OpValueError,
        ["max", "none of them empty", "(0, 3)"],
    ),
    ("an index outside", lambda x: x[2], OpIndexError, ["getitem", "inside x", "(2, 3)", "2"]),
    ("too many indices", lambda x: x[0, 0, 0], OpIndexError, ["getitem", "(2, 3)"]),
    ("an index array outside", lambda x: x[[0, 5]], OpIndexError, ["getitem", "[0, 5]"]),
    ("a float index", lambda x: x[1.0], OpIndexError, ["getitem", "1.0"]),
    ("a string index", lambda x: x["a"], OpIndexError, ["getitem", "'a'"]),
    ("a mask that does not fit", lambda x: x[[True, False, True]], OpIndexError, ["getitem"]),
    (
        "a reshape of other size",
        lambda x: x.reshape(4, 2),
        OpValueError,
        ["reshape", "as many elements", "(2, 3)", "(4, 2)"],
    ),
    ("a reshape with two unknowns", lambda x: x.reshape(-1, -1), OpValueError, ["reshape"]),
    (
        "a broadcast that does not fit",
        lambda x: x.broadcast_to((2,)),
        OpValueError,
        ["broadcast_to"],
    ),
    ("a sum to what does not fit", lambda x: autodiff.sum_to(x, (2,)), OpValueError, ["sum_to"]),
    ("a squeeze of a long axis", lambda x: x.squeeze(0), OpValueError, ["squeeze", "length 1"]),
    ("axes in no order", lambda x: x.permute_dims((0, 0)), OpValueError, ["permute_dims"]),
    ("a transpose of a vector", lambda x: x[0].mT, OpError, ["matrix_transpose", "two or more"]),
    ("too much padding", lambda x: autodiff.pad(x, -1), OpValueError, ["pad", "-1"]),
    (
        "joining what does not fit",
        lambda x: autodiff.concat([x, ones(2, 4)]),
        OpValueError,
        ["concat", "one shape", "[float64 (2, 3), float64 (2, 4)]"],
    ),
    ("joining nothing", lambda x: autodiff.concat([]), OpValueError, ["concat"]),
    ("joining a number", lambda x: autodiff.concat(Tensor(1.0)), OpTypeError, ["concat", "0-d"]),
    ("stacking what does not fit", lambda x: autodiff.stack([x, x[0]]), OpValueError, ["stack"]),
    (
        "channels that differ",
        lambda x: autodiff.conv2d(ones(1, 2, 4, 4), ones(3, 1, 2, 2)),
        OpValueError,
        ["conv2d", "(N, C, H, W)", "(1, 2, 4, 4)", "(3, 1, 2, 2)", "channels"],
    ),
    (
        "images without channels",
        lambda x: autodiff.conv2d(ones(4, 4), ones(3, 1, 2, 2)),
        OpValueError,
        ["conv2d", "(N, C, H, W)", "float64 (4, 4)"],
    ),
    (
        "a filter that does not fit",
        lambda x: autodiff.conv2d(ones(1, 1, 2, 2), ones(1, 1, 3, 3)),
        OpValueError,
        ["conv2d", "does not fit", "(3, 3)", "(2, 2)"],
    ),
    (
        "a bias of other length",
        lambda x: autodiff.conv2d(ones(1, 1, 4, 4), ones(3, 1, 2, 2), ones(2)),
        OpValueError,
        ["conv2d", "bias", "(2,)"],
    ),
    (
        "a stride of zero",
        lambda x: autodiff.conv2d(ones(1, 1, 4, 4), ones(1, 1, 2, 2), stride=0),
        OpValueError,
        ["stride", "at least 1"],
    ),
    (
        "a stride of three numbers",
        lambda x: autodiff.conv2d(ones(1, 1, 4, 4), ones(1, 1, 2, 2), stride=(1, 1, 1)),
        TypeError,
        ["stride", "an int or a pair", "(1, 1, 1)"],
    ),
    (
        "a padding that is no int",
        lambda x: autodiff.conv2d(ones(1, 1, 4, 4), ones(1, 1, 2, 2), padding=0.5),
        TypeError,
        ["padding", "an int or a pair", "0.5"],
    ),
    (
        "a pooling window that does not fit",
        lambda x: autodiff.max_pool2d(x, 3),
        OpValueError,
        ["max_pool2d", "window that fits", "(3, 3)", "(2, 3)"],
    ),
    ("pooling of a vector", lambda x: autodiff.max_pool2d(x[0], 2), OpValueError, ["max_pool2d"]),
    (
        "pooling in the margin alone",
        lambda x: autodiff.max_pool2d(x, 2, padding=2),
        OpValueError,
        ["max_pool2d", "at most half the window", "padding=(2, 2)"],
    ),
    (
        "the mean of a window that does not fit",
        lambda x: autodiff.avg_pool2d(x, (3, 1)),
        OpValueError,
        ["window", "fit"],
    ),
    (
        "im2col with no stride",
        lambda x: autodiff.im2col(ones(1, 1, 3, 3), (2, 2), (0, 0)),
        OpValueError,
        ["im2col", "stride=(0, 0)"],
    ),
    (
        "columns that do not fit",
        lambda x: autodiff.col2im(ones(3, 4), (1, 1, 3, 3), (2, 2)),
        OpValueError,
        ["col2im", "(3, 4)", "shape=(1, 1, 3, 3)"],
    ),
    (
        "targets of other shape",
        lambda x: autodiff.cross_entropy(x, np.array([0, 1, 2])),
        OpValueError,
        ["cross_entropy", "(N, C, ...)", "float64 (2, 3)", "(3,)"],
    ),
    (
        "targets that are no class",
        lambda x: autodiff.cross_entropy(x, np.array([0, 3])),
        OpValueError,
        ["cross_entropy", "0..C-1", "from 0 to 3"],
    ),
    (
        "negative targets",
        lambda x: autodiff.cross_entropy(x, np.array([0, -1])),
        OpValueError,
        ["cross_entropy", "from -1 to 0"],
    ),
    (
        "targets that are floats",
        lambda x: autodiff.cross_entropy(x, np.array([0.0, 1.0])),
        OpValueError,
        ["cross_entropy", "integer targets", "float64 (2,)"],
    ),
    (
        "scores without classes",
        lambda x: autodiff.cross_entropy(x[0], np.array([0, 1, 2])),
        OpError,
        ["cross_entropy", "float64 (3,)"],
    ),
    ("adding where nothing is", lambda x: autodiff.scatter_add(x, 1.0, 7), OpIndexError, ["7"]),
    (
        "adding what does not fit",
        lambda x: autodiff.scatter_add(x, ones(5), 0),
        OpValueError,
        ["scatter_add", "(5,)"],
    ),
    (
        "integers to a negative power",
        lambda x: Tensor([1, 2]) ** -1,
        OpValueError,
        ["pow", "int64 (2,)", "negative"],
    ),
    ("an argument too many", lambda x: autodiff.exp(x, 1), TypeError, ["exp", "argument"]),
    ("an argument unheard of", lambda x: autodiff.sum(x, axes=1), TypeError, ["axes"]),
    (
        "a linear map of other width",
        lambda x: OPS["affine"].function(x, ones(2, 4), ones(2)),
        OpValueError,
        ["affine", "(2, 3)", "(2, 4)"],
    ),
    (
        "a linear map with a bias of other length",
        lambda x: OPS["affine"].function(x, ones(2, 3), ones(3)),
        OpValueError,
        ["affine", "bias", "(3,)"],
    ),
]


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [row[1:] for row in MISTAKES],
    ids=[row[0] for row in MISTAKES],
)
def test_a_mistake_is_explained_and_leaves_everything_as_it_was(
    call: Callable[[Any], Any], kind: type[Exception], words: list[str]
) -> None:
    x = leaf(np.arange(6.0).reshape(2, 3))
    y = x * x
    for given in (x, y, Tensor(x.data)):
        with pytest.raises(kind) as caught:
            call(given)
        for word in words:
            assert word in str(caught.value)
    assert autodiff.is_grad_enabled()
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)
    np.testing.assert_array_equal(x.data, np.arange(6.0).reshape(2, 3))


def test_errors_can_be_caught_as_numpy_s() -> None:
    x = Tensor([1.0, 2.0])
    for kind, call in [
        (ValueError, lambda: x * [1.0, 2.0, 3.0]),
        (TypeError, lambda: x + "a"),
        (IndexError, lambda: x[5]),
    ]:
        with pytest.raises(kind) as caught:
            call()
        assert isinstance(caught.value, OpError)
        assert isinstance(caught.value.__cause__, kind)


def test_long_arguments_are_cut_in_messages() -> None:
    with pytest.raises(OpTypeError) as caught:
        Tensor([1.0]) + "a" * 10_000
    assert len(str(caught.value)) < 300


def test_errors_that_are_not_about_arguments_pass_unchanged() -> None:
    @elementwise(partials=[1])
    def broken(x: Array) -> Array:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match=r"^mine$"):
        broken(Tensor(1.0))


# --- making tensors ---


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("abc", "expected numbers, got str of dtype <U3"),
        (None, "expected numbers, got NoneType of dtype object"),
        ([1.0, None], "expected numbers, got list of dtype object"),
        ([[1.0], [1.0, 2.0]], "expected numbers, regularly nested"),
        ({"a": 1.0}, "expected numbers, got dict"),
        (np.array(["a"]), "expected numbers, got ndarray of dtype <U1"),
        (np.array("2020", "datetime64[D]"), "expected numbers, got ndarray of dtype datetime64"),
        (object(), "expected numbers, got object"),
    ],
)
def test_what_is_no_tensor(data: Any, message: str) -> None:
    with pytest.raises(TypeError, match="^Tensor: " + re.escape(message)):
        Tensor(data)


def test_a_dtype_that_data_can_t_take() -> None:
    with pytest.raises(TypeError, match="Tensor: expected numbers"):
        Tensor("abc", dtype=float)
    with pytest.raises(TypeError):
        Tensor(1.0, dtype="no dtype")


@pytest.mark.parametrize("data", [1, [1, 2], True, np.arange(3)])
def test_only_floats_can_require_grad(data: Any) -> None:
    with pytest.raises(TypeError, match=r"only tensors of floating or complex.*astype\(float\)"):
        Tensor(data, requires_grad=True)
    t = Tensor(data)
    with pytest.raises(TypeError, match="only tensors of floating or complex dtype"):
        t.requires_grad = True
    assert not t.requires_grad


def test_a_computed_tensor_can_t_stop_requiring_grad() -> None:
    y = leaf([1.0]) * 2.0
    with pytest.raises(GradientError, match="detach"):
        y.requires_grad = False
    assert y.requires_grad


# --- gradients that do not exist ---


def test_backward_of_several_elements_without_a_gradient() -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(GradientError, match=r"backward: .*one element, got shape \(2,\).*sum\(\)"):
        (x * x).backward()
    with pytest.raises(GradientError, match="one element"):
        leaf([]).backward()
    with pytest.raises(GradientError, match=r"only for a real number, got complex128: take.*real"):
        leaf(1j).backward()
    assert x.grad is None


def test_backward_with_a_gradient_that_does_not_fit() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    with pytest.raises(
        GradientError, match=r"backward: expected gradient of shape \(2,\), got \(3,\)"
    ):
        y.backward(np.ones(3))
    with pytest.raises(GradientError, match=r"shape \(2,\), got \(\)"):
        y.backward(1.0)
    for wrong in ([True, False], [1j, 2j]):
        with pytest.raises(GradientError, match="expected gradient of real numbers, got"):
            y.backward(wrong)
    with pytest.raises(TypeError, match="expected numbers"):
        y.backward("ab")
    assert x.grad is None
    y.backward([1.0, 1.0])
    np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])


def test_backward_where_nothing_was_recorded() -> None:
    with no_grad():
        unrecorded = leaf(1.0) * 2.0
    for y in (Tensor(1.0), Tensor(1.0) * 2.0, unrecorded, leaf(1.0).detach()):
        with pytest.raises(GradientError, match=r"requires no grad.*requires_grad=True.*no_grad"):
            y.backward()


def test_gradients_by_what_requires_none() -> None:
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    with pytest.raises(GradientError, match=r"input 1 \(shape \(3,\)\) requires no grad.*detach"):
        gradients(y, [x, Tensor(np.ones(3))])
    with pytest.raises(GradientError, match=r"output 0 \(shape \(\)\) requires no grad"):
        gradients(Tensor(1.0), x)
    with pytest.raises(GradientError, match="expected tensors, got float as output 0"):
        gradients(1.0, x)
    with pytest.raises(GradientError, match="expected tensors, got ndarray as input 0"):
        gradients(y, np.ones(2))
    with pytest.raises(GradientError, match=r"gradients: expected grad_outputs of shape \(\)"):
        gradients(y, x, [1.0, 1.0])
    with pytest.raises(GradientError, match="only for one element"):
        gradients(x * x, x)
    assert gradients(y, x).data.tolist() == [2.0, 4.0]


def test_a_failed_rule_leaves_gradients_alone() -> None:
    @custom(vjps=[lambda g, x: broken(g)])
    def my_op(x: Array) -> Array:
        return x * 1.0

    def broken(g: Any) -> Any:
        raise RuntimeError("mine")

    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    for create_graph in (False, True):
        with pytest.raises(RuntimeError, match="mine"):
            (my_op(x) * w).sum().backward(create_graph=create_graph)
        assert x.grad is None
        assert w.grad is None
        assert autodiff.is_grad_enabled()


# --- declarations ---


def test_declarations_say_which_op_and_what_there_is() -> None:
    with pytest.raises(
        DeclarationError, match=r"op f\(x, y2\): .*a rule for each of \('x', 'y2'\)"
    ):

        @elementwise(partials=[1])
        def f(x: Array, y2: Array) -> Array:
            return x + y2

    with pytest.raises(DeclarationError, match=r"asks for \['z'\]; there is \[.*'x', 'x_shape'"):

        @linear(adjoint=lambda g, z: g)
        def g(x: Array) -> Array:
            return x

    with pytest.raises(DeclarationError, match="annotated Array"):

        @custom(vjps=[lambda g: g])
        def h(x):
            return x

    assert not {"f", "g", "h"} & set(OPS)


def test_a_missing_extra_names_the_extra() -> None:
    error = MissingExtraError("matplotlib", "plot", "a loss curve")
    assert isinstance(error, ImportError)
    assert str(error) == (
        "a loss curve needs matplotlib, which is not installed: pip install 'chainrule[plot]'"
    )
