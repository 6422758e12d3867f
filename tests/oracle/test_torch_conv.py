"""Convolutions, pooling and windows against PyTorch: value and two orders of derivatives.

Both libraries contract the output with the same random numbers, differentiate, contract the
gradients with random numbers, and differentiate again, in double precision; Hypothesis draws the
shapes and options.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autodiff import Tensor, gradients
from autodiff.ops import adaptive, conv, pool, window

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

F = torch.nn.functional

drawn = settings(deadline=None, max_examples=25)  # PyTorch takes its time at the first call
TIGHT = {"rtol": 1e-10, "atol": 1e-10}
each_number_of_axes = pytest.mark.parametrize("axes", [1, 2, 3])
seeds = st.integers(0, 2**32 - 1)
few = st.integers(1, 3)


def normal(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def contracted(values: Any, seed: int, array: Callable[..., Any]) -> Any:
    """The sum of all values, times random numbers."""
    terms = [(v * array(normal(seed + i, *v.shape))).sum() for i, v in enumerate(values)]
    return sum(terms[1:], start=terms[0])


def ours(f: Callable[..., Any], xs: list[Any]) -> list[Any]:
    tensors = [Tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    first = gradients(contracted([y], 10, np.asarray), tensors, create_graph=True)
    total = contracted(first, 20, np.asarray)
    second = gradients(total, tensors) if total.requires_grad else [0 * x for x in tensors]
    return [t.detach().numpy() for t in (y, *first, *second)]


def theirs(f: Callable[..., Any], xs: list[Any]) -> list[Any]:
    tensors = [torch.tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    first = torch.autograd.grad(contracted([y], 10, torch.tensor), tensors, create_graph=True)
    total = contracted(first, 20, torch.tensor)
    options = {"allow_unused": True, "materialize_grads": True}
    second = [torch.zeros_like(x) for x in tensors]
    if total.requires_grad:
        second = torch.autograd.grad(total, tensors, **options)
    return [t.numpy(force=True) for t in (y, *first, *second)]


def assert_same(our_f: Callable[..., Any], their_f: Callable[..., Any], *xs: Any) -> None:
    for mine, wanted in zip(ours(our_f, [*xs]), theirs(their_f, [*xs]), strict=True):
        assert mine.shape == wanted.shape
        np.testing.assert_allclose(mine, wanted, **TIGHT)


@st.composite
def windows(draw: Any, axes: int, halved: bool = False, dilated: bool = True) -> Any:
    """Size of an image, and the kernel, stride, padding and dilation of a window that fits it.

    With a margin of half the window at most (`halved`) it sees something of the image everywhere.
    """
    longest = 4 - axes // 2
    each = []
    for _ in range(axes):
        k, s = draw(st.integers(1, longest)), draw(st.integers(1, longest))
        d = draw(few) if dilated else 1
        p = draw(st.integers(0, k // 2 if halved else longest))
        least = max(d if halved else 1, d * (k - 1) + 1 - 2 * p)
        each.append((draw(st.integers(least, least + 4)), k, s, p, d))
    return tuple(zip(*each, strict=True))


# --- convolutions ---


@each_number_of_axes
@drawn
@given(data=st.data(), seed=seeds, c=few, o=few, groups=st.integers(1, 2), bias=st.booleans())
def test_convolution(
    axes: int, data: Any, seed: int, c: int, o: int, groups: int, bias: bool
) -> None:
    size, kernel, stride, padding, dilation = data.draw(windows(axes))
    x = normal(seed, 2, c * groups, *size)
    w = normal(seed + 1, o * groups, c, *kernel)
    b = [normal(seed + 2, o * groups)] if bias else []
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    assert_same(
        lambda *xs: getattr(conv, f"conv{axes}d")(*xs, **options),
        lambda *xs: getattr(F, f"conv{axes}d")(*xs, **options),
        *(x, w, *b),
    )


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@each_number_of_axes
@drawn
@given(data=st.data(), seed=seeds, padding=st.sampled_from(["same", "valid"]))
def test_convolution_with_a_named_padding(axes: int, data: Any, seed: int, padding: str) -> None:
    size, kernel, _, _, dilation = data.draw(windows(axes))
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    assume(padding == "same" or all(n > r for n, r in zip(size, reach, strict=True)))
    x, w = normal(seed, 2, *size), normal(seed + 1, 3, 2, *kernel)
    assert_same(
        lambda x, w: getattr(conv, f"conv{axes}d")(x, w, padding=padding, dilation=dilation),
        lambda x, w: getattr(F, f"conv{axes}d")(x, w, padding=padding, dilation=dilation),
        *(x, w),
    )


@each_number_of_axes
@drawn
@given(data=st.data(), seed=seeds, c=few, o=few, groups=st.integers(1, 2), bias=st.booleans())
def test_transposed_convolution(
    axes: int, data: Any, seed: int, c: int, o: int, groups: int, bias: bool
) -> None:
    size, kernel, stride, padding, dilation = data.draw(windows(axes))
    steps = zip(stride, dilation, strict=True)
    more = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in steps)
    left = zip(size, kernel, stride, padding, dilation, more, strict=True)
    assume(all((n - 1) * s + d * (k - 1) + m >= 2 * p for n, k, s, p, d, m in left))
    x = normal(seed, 2, c * groups, *size)
    w = normal(seed + 1, c * groups, o, *kernel)
    b = [normal(seed + 2, o * groups)] if bias else []
    rest = {"output_padding": more, "groups": groups, "dilation": dilation}
    options = {"stride": stride, "padding": padding, **rest}
    assert_same(
        lambda *xs: getattr(conv, f"conv_transpose{axes}d")(*xs, **options),
        lambda *xs: getattr(F, f"conv_transpose{axes}d")(*xs, **options),
        *(x, w, *b),
    )


@each_number_of_axes
def test_a_single_image(axes: int) -> None:
    x, w = normal(0, 2, *(5, 4, 3)[:axes]), normal(1, 2, 2, *(2, 3, 2)[:axes])
    b = normal(2, 2)
    for name in (f"conv{axes}d", f"conv_transpose{axes}d"):
        assert_same(getattr(conv, name), getattr(F, name), x, w, b)


# --- pooling ---


def tied(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).integers(0, 3, shape).astype(float)


@each_number_of_axes
@pytest.mark.parametrize("numbers", [normal, tied])
@drawn
@given(data=st.data(), seed=seeds, ceil=st.booleans())
def test_max_pooling(axes: int, numbers: Any, data: Any, seed: int, ceil: bool) -> None:
    size, *options = data.draw(windows(axes, halved=True))
    x = numbers(seed, 2, 2, *size)
    name = f"max_pool{axes}d"
    assert_same(
        lambda x: getattr(pool, name)(x, *options, ceil) ** 2,
        lambda x: getattr(F, name)(x, *options, ceil) ** 2,
        x,
    )


@pytest.mark.parametrize(
    ("window_", "x"),
    [
        ((2, 1, 1, 2), [[[1.0]]]),  # sees the margin alone
        ((3, 1, 1), [[[-np.inf, -np.inf, 1.0, np.inf, np.inf, -np.inf, -np.inf, -np.inf]]]),
    ],
)
def test_max_pooling_of_infinities_and_nothing(window_: Any, x: Any) -> None:
    mine, wanted = Tensor(x, requires_grad=True), torch.tensor(x).double().requires_grad_()
    y, expected = pool.max_pool1d(mine, *window_), F.max_pool1d(wanted, *window_)
    assert y.detach().numpy().tolist() == expected.tolist()
    u = normal(0, *y.shape)
    (flow,) = torch.autograd.grad(expected, wanted, torch.tensor(u))
    assert gradients(y, mine, Tensor(u)).numpy().tolist() == flow.tolist()


@each_number_of_axes
@drawn
@given(
    data=st.data(),
    seed=seeds,
    ceil=st.booleans(),
    include=st.booleans(),
    divisor=st.sampled_from([None, None, 3]),
)
def test_average_pooling(
    axes: int, data: Any, seed: int, ceil: bool, include: bool, divisor: int | None
) -> None:
    size, *options, _ = data.draw(windows(axes, halved=True, dilated=False))
    assume(axes < 3 or all(n >= k for n, k in zip(size, options[0], strict=True)))  # PyTorch's rule
    x = normal(seed, 2, 2, *size)
    name = f"avg_pool{axes}d"
    options += [ceil, include, *([divisor] if axes > 1 else [])]
    assert_same(
        lambda x: getattr(pool, name)(x, *options) ** 2,
        lambda x: getattr(F, name)(x, *options) ** 2,
        x,
    )


@each_number_of_axes
@pytest.mark.parametrize("kind", ["avg", "max"])
@pytest.mark.parametrize("numbers", [normal, tied])
@drawn
@given(data=st.data(), seed=seeds)
def test_adaptive_pooling(axes: int, kind: str, numbers: Any, data: Any, seed: int) -> None:
    sides = st.tuples(*[st.integers(1, 9 - 2 * axes + 2)] * axes)
    x = numbers(seed, 2, 2, *data.draw(sides))
    wanted = data.draw(sides)
    if axes > 1 and data.draw(st.booleans()):
        wanted = (None, *wanted[1:])
    name = f"adaptive_{kind}_pool{axes}d"
    wanted = wanted[0] if axes == 1 else wanted
    assert_same(
        lambda x: getattr(adaptive, name)(x, wanted) ** 2,
        lambda x: getattr(F, name)(x, wanted) ** 2,
        x,
    )


# --- windows ---


@drawn
@given(window_=windows(2), seed=seeds, c=few, single=st.booleans())
def test_unfold_and_fold(window_: Any, seed: int, c: int, single: bool) -> None:
    size, kernel, stride, padding, dilation = window_
    x = normal(seed, *([] if single else [2]), c, *size)
    options = {"dilation": dilation, "padding": padding, "stride": stride}
    assert_same(
        lambda x: window.unfold(x, kernel, **options) ** 2,
        lambda x: F.unfold(x, kernel, **options) ** 2,
        x,
    )
    cols = normal(seed, *window.unfold(x, kernel, **options).shape)
    assert cols.shape[-2] == c * math.prod(kernel)
    assert_same(
        lambda x: window.fold(x, size, kernel, **options) ** 2,
        lambda x: F.fold(x, size, kernel, **options) ** 2,
        cols,
    )
