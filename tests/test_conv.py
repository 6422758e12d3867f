"""Convolutions: what their options mean, what they hold to, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff import OPS, Tensor, gradients, vjp
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


def test_symbols() -> None:
    names = ("convolution", "convolution_input", "convolution_weight")
    assert [OPS[name].symbol for name in names] == ["∗", "∗ᵀ", "∗ʷ"]
