"""Convolutions: what their options mean, what they hold to, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import OPS, OpTypeError, OpValueError, Tensor, gradients, vjp
from autodiff.kernels import conv as kernel
from autodiff.ops.conv import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from autodiff.ops.convolution import convolution, convolution_input, convolution_weight
from autodiff.testing import check_grads

CONVOLUTIONS = {1: conv1d, 2: conv2d, 3: conv3d}
TRANSPOSED = {1: conv_transpose1d, 2: conv_transpose2d, 3: conv_transpose3d}
each_number_of_axes = pytest.mark.parametrize("axes", [1, 2, 3])


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def ones(*shape: int) -> Any:
    return np.ones(shape)


# --- what they compute ---


def test_in_one_dimension_it_is_correlation() -> None:
    x, w = normal(9), normal(4, seed=1)
    y = conv1d(x[None], w[None, None])
    np.testing.assert_allclose(y[0], np.correlate(x, w, "valid"), rtol=1e-12)
    full = conv_transpose1d(x[None], w[None, None])
    np.testing.assert_allclose(full[0], np.convolve(x, w, "full"), rtol=1e-12)


def test_in_two_dimensions_by_hand() -> None:
    x = np.arange(16.0).reshape(1, 4, 4)
    w = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    assert conv2d(x, w).tolist() == [[[-5.0] * 3] * 3]
    assert conv2d(x, w, stride=2).tolist() == [[[-5.0] * 2] * 2]
    assert conv2d(x, w, dilation=3).tolist() == [[[-15.0]]]
    assert conv2d(x, w, dilation=(1, 2)).tolist() == [[[-6.0] * 2] * 3]
    assert conv2d(x, w, padding=((1, 0), (0, 0)))[0, 0].tolist() == [-1.0, -2.0, -3.0]
    assert conv2d(x, w, np.array([5.0])).tolist() == [[[0.0] * 3] * 3]


def test_options_may_be_said_in_several_ways() -> None:
    x, w = normal(2, 3, 7, 6), normal(4, 3, 3, 2, seed=1)
    y = conv2d(x, w, stride=(2, 2), padding=((1, 1), (1, 1)), dilation=(1, 1))
    assert conv2d(x, w, stride=2, padding=1).tolist() == y.tolist()
    assert conv2d(x, w, stride=[2, 2], padding=[1, (1, 1)]).tolist() == y.tolist()
    assert conv2d(x, w, stride=np.int64(2), padding=(np.int32(1), 1)).tolist() == y.tolist()
    valid = conv2d(x, w)
    assert conv2d(x, w, padding="valid").tolist() == valid.tolist()
    assert conv2d(x.tolist(), w.tolist()).tolist() == valid.tolist()


@each_number_of_axes
@pytest.mark.parametrize("side", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_same_keeps_the_size(axes: int, side: int, dilation: int) -> None:
    x = normal(1, 2, *(5, 4, 3)[:axes])
    w = normal(3, 2, *(side,) * axes, seed=1)
    y = CONVOLUTIONS[axes](x, w, padding="same", dilation=dilation)
    assert y.shape == (1, 3, *x.shape[2:])
    reach = dilation * (side - 1)
    pairs = ((reach // 2, reach - reach // 2),) * axes
    assert CONVOLUTIONS[axes](x, w, padding=pairs, dilation=dilation).tolist() == y.tolist()


def test_an_even_filter_has_the_odd_zero_after_the_image() -> None:
    x, w = np.array([[1.0, 2.0, 3.0]]), np.array([[[10.0, 1.0]]])
    assert conv1d(x, w, padding="same").tolist() == [[12.0, 23.0, 30.0]]


@each_number_of_axes
def test_a_single_image_is_a_batch_of_one(axes: int) -> None:
    x, w = normal(4, *(5, 4, 3)[:axes]), normal(4, 4, *(2,) * axes, seed=1)
    b = normal(4, seed=2)
    for f in (CONVOLUTIONS[axes], TRANSPOSED[axes]):
        assert f(x, w, b).tolist() == f(x[None], w, b)[0].tolist()


@each_number_of_axes
def test_groups_are_convolutions_side_by_side(axes: int) -> None:
    x, w = normal(2, 6, *(5, 4, 3)[:axes]), normal(9, 2, *(2,) * axes, seed=1)
    y = CONVOLUTIONS[axes](x, w, groups=3)
    parts = zip(np.split(x, 3, 1), np.split(w, 3), strict=True)
    apart = np.concatenate([CONVOLUTIONS[axes](*part) for part in parts], 1)
    np.testing.assert_allclose(y, apart, rtol=1e-12, atol=1e-12)
    back = TRANSPOSED[axes](y, w, groups=3)
    parts = zip(np.split(y, 3, 1), np.split(w, 3), strict=True)
    apart = np.concatenate([TRANSPOSED[axes](*part) for part in parts], 1)
    np.testing.assert_allclose(back, apart, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("more", [0, 1])
def test_a_transposed_convolution_is_the_adjoint(more: int) -> None:
    options = {"stride": 2, "padding": (1, 2), "dilation": (2, 1), "groups": 2}
    size = 7 + more, 6 + more
    w = normal(4, 3, 3, 4, seed=1)
    x = normal(2, 6, *size)
    y = conv2d(x, w, **options)
    g = normal(*y.shape, seed=2)
    back = conv_transpose2d(g, w, output_padding=more, **options)
    assert back.shape == x.shape
    np.testing.assert_allclose(back, vjp(lambda x: conv2d(x, w, **options), x)[1](g)[0].numpy())
    np.testing.assert_allclose(np.sum(y * g), np.sum(x * back))


def test_output_padding_gives_back_what_was_cut_off_then_zeros() -> None:
    x, w, b = np.array([[1.0, 2.0]]), np.array([[[1.0, 10.0]]]), np.array([0.5])
    assert conv_transpose1d(x, w, stride=3, dilation=4).tolist() == [
        [1.0, 0.0, 0.0, 2.0, 10.0, 0.0, 0.0, 20.0]
    ]
    cut = conv_transpose1d(x, w, stride=3, dilation=4, padding=2)
    assert cut.tolist() == [[0.0, 2.0, 10.0, 0.0]]
    one_more = conv_transpose1d(x, w, stride=3, dilation=4, padding=2, output_padding=1)
    assert one_more.tolist() == [[0.0, 2.0, 10.0, 0.0, 0.0]]
    three_more = conv_transpose1d(x, w, b, stride=3, dilation=4, padding=2, output_padding=3)
    assert three_more.tolist() == [[0.5, 2.5, 10.5, 0.5, 0.5, 20.5, 0.5]]
    only_zeros = conv_transpose1d(
        x[:, :1], w[..., :1], b, stride=3, padding=((1, 0),), output_padding=2
    )
    assert only_zeros.tolist() == [[0.5, 0.5]]


def test_no_image_gives_none() -> None:
    w = Tensor(ones(3, 2, 2, 2), requires_grad=True)
    y = conv2d(ones(0, 2, 4, 4), w)
    assert y.shape == (0, 3, 3, 3)
    assert gradients(y.sum(), w).numpy().tolist() == np.zeros((3, 2, 2, 2)).tolist()
    assert conv_transpose2d(ones(0, 3, 4, 4), ones(3, 2, 2, 2)).shape == (0, 2, 5, 5)


def test_dtypes() -> None:
    x, w = normal(1, 2, 4, 4), normal(3, 2, 2, 2, seed=1)
    single = conv2d(x.astype(np.float32), w.astype(np.float32), np.zeros(3, np.float32))
    assert single.dtype == np.float32
    assert conv2d(x.astype(np.float32), w).dtype == np.float64
    whole = conv2d(np.arange(16).reshape(1, 4, 4), np.ones((1, 1, 2, 2), int))
    assert whole.dtype == np.dtype(int) and whole[0, 0].tolist() == [10, 14, 18]
    z = conv2d(x + 1j * x, w)
    assert z.dtype == np.complex128
    np.testing.assert_allclose(z, (1 + 1j) * conv2d(x, w), rtol=1e-12)


@pytest.mark.parametrize(("c", "o"), [(1, 3), (3, 1)])
@pytest.mark.parametrize("cache", [1, 1000])
def test_many_slices_give_what_one_gives(
    c: int, o: int, cache: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, w = normal(5, 2 * c, 6, 5), normal(2 * o, c, 3, 2, seed=1)
    params = ((1, 1), ((1, 0), (0, 1)), (1, 2), 2)
    y = convolution(x, w, *params)
    values = {
        convolution: (x, w, *params),
        convolution_input: (y, w, x.shape[2:], *params),
        convolution_weight: (x, y, w.shape[2:], *params),
    }
    whole = [f(*call) for f, call in values.items()]
    monkeypatch.setattr(kernel, "CACHE", cache)
    for (f, call), expected in zip(values.items(), whole, strict=True):
        np.testing.assert_allclose(f(*call), expected, rtol=1e-12, atol=1e-12)


# --- derivatives ---


@each_number_of_axes
def test_third_order(axes: int) -> None:
    x, w = normal(1, 2, *(3,) * axes), normal(2, 1, *(2,) * axes, seed=1)
    b = normal(2, seed=2)
    options = {"stride": 2, "padding": 1, "groups": 2}
    check_grads(lambda *xs: CONVOLUTIONS[axes](*xs, **options) ** 2, [x, w, b], order=3)
    check_grads(lambda *xs: TRANSPOSED[axes](*xs, **options) ** 2, [x, w, b], order=3)


def test_the_three_ops_are_each_others_derivatives() -> None:
    x = Tensor(normal(2, 2, 5), requires_grad=True)
    w = Tensor(normal(3, 2, 2, seed=1), requires_grad=True)
    y = convolution(x, w, (2,), ((1, 0),), (1,), 1)
    by_x, by_w = gradients((y * y).sum(), [x, w], create_graph=True)
    names = {node.op.name for t in (by_x, by_w) for node in reached(t._node)}
    three = {"convolution", "convolution_input", "convolution_weight"}
    assert {name for name in names if "conv" in name} == three


def reached(node: Any) -> list[Any]:
    """The op nodes above a node, and itself."""
    found, todo = [], [node]
    while todo:
        node = todo.pop()
        if node is not None and getattr(node, "op", None) is not None:
            found.append(node)
            todo += node.parents
    return found


# --- what they refuse ---


MISTAKES: list[tuple[str, Callable[[], Any], type[Exception], list[str]]] = [
    (
        "channels that differ",
        lambda: conv1d(ones(1, 2, 4), ones(3, 1, 2)),
        OpValueError,
        ["conv1d", "(N, C, L)", "(1, 2, 4)", "(3, 1, 2)", "2 channels"],
    ),
    (
        "groups that do not divide the filters",
        lambda: conv2d(ones(1, 2, 4, 4), ones(3, 1, 2, 2), groups=2),
        OpValueError,
        ["conv2d", "3 filters", "2 groups"],
    ),
    (
        "groups of other channels",
        lambda: conv2d(ones(1, 4, 4, 4), ones(2, 4, 2, 2), groups=2),
        OpValueError,
        ["conv2d", "C / groups", "4 channels", "2 groups"],
    ),
    (
        "no group",
        lambda: conv2d(ones(1, 2, 4, 4), ones(3, 2, 2, 2), groups=0),
        OpValueError,
        ["conv2d", "at least one group", "groups=0"],
    ),
    (
        "half a group",
        lambda: conv2d(ones(1, 2, 4, 4), ones(3, 2, 2, 2), groups=0.5),
        OpTypeError,
        ["conv2d", "groups to be an int", "0.5"],
    ),
    (
        "images of other axes",
        lambda: conv3d(ones(1, 4, 4), ones(3, 1, 2, 2, 2)),
        OpValueError,
        ["conv3d", "(N, C, D, H, W)", "(O, C / groups, KD, KH, KW)", "(1, 4, 4)"],
    ),
    (
        "filters of other axes",
        lambda: conv2d(ones(1, 1, 4, 4), ones(3, 1, 2)),
        OpValueError,
        ["conv2d", "(3, 1, 2)"],
    ),
    (
        "filters without extent",
        lambda: conv2d(ones(1, 1, 4, 4), ones(3, 1, 0, 2)),
        OpValueError,
        ["conv2d", "a window of at least 1", "(0, 2)"],
    ),
    (
        "images without extent",
        lambda: conv2d(ones(1, 1, 0, 4), ones(3, 1, 1, 1), padding=1),
        OpValueError,
        ["conv2d", "an image of at least 1", "(0, 4)"],
    ),
    (
        "a dilated filter that does not fit",
        lambda: conv2d(ones(1, 1, 4, 4), ones(3, 1, 3, 3), dilation=2),
        OpValueError,
        ["conv2d", "does not fit", "dilation (2, 2)"],
    ),
    (
        "a bias of other length",
        lambda: conv3d(ones(1, 1, 2, 2, 2), ones(3, 1, 1, 1, 1), ones(2)),
        OpValueError,
        ["conv3d", "bias", "3 filters", "(2,)"],
    ),
    (
        "no stride",
        lambda: conv1d(ones(1, 4), ones(1, 1, 2), stride=0),
        OpValueError,
        ["conv1d", "stride of at least 1", "stride=0"],
    ),
    (
        "no dilation",
        lambda: conv2d(ones(1, 4, 4), ones(1, 1, 2, 2), dilation=(1, 0)),
        OpValueError,
        ["conv2d", "dilation of at least 1", "(1, 0)"],
    ),
    (
        "a negative padding",
        lambda: conv2d(ones(1, 4, 4), ones(1, 1, 2, 2), padding=((0, 0), (0, -1))),
        OpValueError,
        ["conv2d", "padding of at least 0", "-1"],
    ),
    (
        "strides for other axes",
        lambda: conv3d(ones(1, 2, 2, 2), ones(1, 1, 1, 1, 1), stride=(1, 1)),
        OpTypeError,
        ["conv3d", "stride to be an int or three ints", "(1, 1)"],
    ),
    (
        "a truth for a stride",
        lambda: conv2d(ones(1, 2, 2), ones(1, 1, 1, 1), stride=True),
        OpTypeError,
        ["conv2d", "stride to be an int", "True"],
    ),
    (
        "a pair for the one axis",
        lambda: conv1d(ones(1, 4), ones(1, 1, 2), padding=(1, 2)),
        OpTypeError,
        ["conv1d", "padding", "a pair (before, after) for each axis", "(1, 2)"],
    ),
    (
        "a padding unheard of",
        lambda: conv2d(ones(1, 2, 2), ones(1, 1, 1, 1), padding="full"),
        OpValueError,
        ["conv2d", '"valid" or "same"', "'full'"],
    ),
    (
        "the same size in steps",
        lambda: conv2d(ones(1, 2, 2), ones(1, 1, 1, 1), stride=(1, 2), padding="same"),
        OpValueError,
        ["conv2d", "stride of 1", "stride=(1, 2)", "in numbers"],
    ),
    (
        "transposed, channels that differ",
        lambda: conv_transpose2d(ones(1, 2, 4, 4), ones(3, 2, 2, 2)),
        OpValueError,
        ["conv_transpose2d", "(C, O / groups, KH, KW)", "(3, 2, 2, 2)", "channels"],
    ),
    (
        "transposed, groups that do not divide",
        lambda: conv_transpose2d(ones(1, 3, 4, 4), ones(3, 2, 2, 2), groups=2),
        OpValueError,
        ["conv_transpose2d", "2 groups"],
    ),
    (
        "transposed, axes that differ",
        lambda: conv_transpose1d(ones(1, 2, 4, 4), ones(2, 1, 2)),
        OpValueError,
        ["conv_transpose1d", "(N, C, L)", "(1, 2, 4, 4)"],
    ),
    (
        "transposed, a bias of other length",
        lambda: conv_transpose2d(ones(1, 2, 4, 4), ones(2, 2, 2, 2), ones(2), groups=2),
        OpValueError,
        ["conv_transpose2d", "bias", "4 filters", "(2,)"],
    ),
    (
        "an output padding as large as the stride",
        lambda: conv_transpose2d(ones(1, 4, 4), ones(1, 1, 2, 2), stride=2, output_padding=(0, 2)),
        OpValueError,
        ["conv_transpose2d", "output_padding below", "(0, 2)", "stride=(2, 2)"],
    ),
    (
        "a negative output padding",
        lambda: conv_transpose1d(ones(1, 4), ones(1, 1, 2), output_padding=-1),
        OpValueError,
        ["conv_transpose1d", "output_padding of at least 0", "-1"],
    ),
    (
        "transposed, nothing left",
        lambda: conv_transpose1d(ones(1, 2), ones(1, 1, 2), padding=2),
        OpValueError,
        ["conv_transpose1d", "leaves (-1,) of (3,)"],
    ),
    (
        "transposed, a named padding",
        lambda: conv_transpose1d(ones(1, 2), ones(1, 1, 2), padding="same"),
        OpTypeError,
        ["conv_transpose1d", "padding", "'same'"],
    ),
    (
        "transposed, images without extent",
        lambda: conv_transpose1d(ones(1, 0), ones(1, 1, 3)),
        OpValueError,
        ["conv_transpose1d", "(1, 1, 0)"],
    ),
    (
        "text for images",
        lambda: conv2d("images", ones(1, 1, 1, 1)),
        OpTypeError,
        ["conv2d", "expected numbers"],
    ),
    (
        "a cotangent of other size",
        lambda: convolution_input(ones(1, 3, 4), ones(3, 2, 2), (6,), (1,), ((0, 0),), (1,), 1),
        OpValueError,
        ["convolution_input", "(1, 3, 5)", "(1, 3, 4)"],
    ),
    (
        "a cotangent of other channels",
        lambda: convolution_input(ones(1, 2, 5), ones(3, 2, 2), (6,), (1,), ((0, 0),), (1,), 1),
        OpValueError,
        ["convolution_input", "(1, 3, 5)", "(1, 2, 5)"],
    ),
    (
        "a cotangent of another batch",
        lambda: convolution_weight(ones(2, 2, 6), ones(1, 3, 5), (2,), (1,), ((0, 0),), (1,), 1),
        OpValueError,
        ["convolution_weight", "(2, 3, 5)", "(1, 3, 5)"],
    ),
    (
        "a cotangent of other filters",
        lambda: convolution_weight(ones(1, 2, 6), ones(1, 3, 5), (3,), (1,), ((0, 0),), (1,), 1),
        OpValueError,
        ["convolution_weight", "(1, 3, 4)", "(1, 3, 5)"],
    ),
    (
        "a cotangent of other axes",
        lambda: convolution_weight(ones(1, 2, 6), ones(1, 3, 5, 1), (2,), (1,), ((0, 0),), (1,), 1),
        OpValueError,
        ["convolution_weight", "as many axes"],
    ),
    (
        "groups that divide no cotangent",
        lambda: convolution_weight(ones(1, 2, 6), ones(1, 3, 5), (2,), (1,), ((0, 0),), (1,), 2),
        OpValueError,
        ["convolution_weight", "3 filters", "2 groups"],
    ),
    (
        "params for other axes",
        lambda: convolution(ones(1, 2, 6), ones(1, 2, 2), (1, 1), ((0, 0),), (1,), 1),
        OpValueError,
        ["convolution", "a stride", "(1, 1)"],
    ),
    (
        "margins for other axes",
        lambda: convolution(ones(1, 2, 6), ones(1, 2, 2), (1,), ((0, 0), (0, 0)), (1,), 1),
        OpValueError,
        ["convolution", "(before, after)"],
    ),
    (
        "nothing to slide over",
        lambda: convolution(ones(1, 2), ones(1, 2), (), (), (), 1),
        OpValueError,
        ["convolution", "those that the filters slide over"],
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_mistakes_are_explained(
    call: Callable[[], Any], error: type[Exception], words: list[str]
) -> None:
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert message.startswith(f"{words[0]}: ")
    assert [word for word in words if word not in message] == []


def test_a_tensor_is_explained_as_an_array_is() -> None:
    with pytest.raises(OpValueError, match=r"conv2d: expected images x \(N, C, H, W\).*float32"):
        conv2d(Tensor(np.ones((1, 2, 4, 4), np.float32)), Tensor(ones(3, 1, 2, 2)))


def test_symbols() -> None:
    names = ("convolution", "convolution_input", "convolution_weight")
    assert [OPS[name].symbol for name in names] == ["∗", "∗ᵀ", "∗ʷ"]
