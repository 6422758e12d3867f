"""Every bug that was ever found, as a small program with its right answer.

A program computes `y`. What is right was worked out by hand, never by this library.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff as ad
from autodiff import GradientError, Tensor, gradients

INF, NAN = math.inf, math.nan


class Bug(NamedTuple):
    """Where it was, the program, and of its result `y` the value and the gradients of its sum."""

    what: str
    text: str
    inputs: dict[str, Any]
    y: Any
    slopes: dict[str, Any]


BUGS = [
    Bug(
        "a ufunc's reduce reduces the first axis, but all for axis=None",
        "y = np.add.reduce(x, axis=None)",
        {"x": [[1.0, 2.0], [3.0, 4.0]]},
        10.0,
        {"x": np.ones((2, 2))},
    ),
    Bug(
        "the mean of integers is no integer",
        "y = x * ad.mean(ad.asarray([1, 2]))",
        {"x": [1.0, 2.0]},
        [1.5, 3.0],
        {"x": [1.5, 1.5]},
    ),
    Bug(
        "an assignment to integers is as exact as they are",
        "v = ad.asarray([1, 2])\nv[0] = 2**53 + 1\ny = x + (v - 2**53).astype(float)",
        {"x": [0.0, 0.0]},
        [1.0, 2.0 - 2.0**53],
        {"x": [1.0, 1.0]},
    ),
    Bug("logsumexp of inf", "y = ad.logsumexp(x)", {"x": [INF, 0.0]}, INF, {"x": [1.0, 0.0]}),
    Bug("logsumexp of -inf", "y = ad.logsumexp(x)", {"x": [-INF, 1.0]}, 1.0, {"x": [0.0, 1.0]}),
    Bug(
        "logsumexp of nothing but -inf",
        "y = ad.logsumexp(x)",
        {"x": [-INF, -INF]},
        -INF,
        {"x": [0.0, 0.0]},
    ),
    Bug(
        "a running logsumexp that starts at -inf",
        "y = ad.logcumsumexp(x)[1:]",
        {"x": [-INF, 1.0]},
        [1.0],
        {"x": [0.0, 1.0]},
    ),
    Bug(
        "values nearly the same: the gradient of the sum of the elements of A @ A is A's sums",
        "w, v = ad.linalg.eigh(x)\ny = ((v * w**2) @ v.mT).sum()",
        {"x": [[1.0, 1e-4], [1e-4, 1.0002]]},
        (1.0 + 1e-4) ** 2 + (1.0002 + 1e-4) ** 2,
        {"x": [[2.0002, 2.0004], [2.0004, 2.0006]]},
    ),
    Bug(
        "a branch cut of asin, from above",
        "y = ad.imag(ad.asin(ad.complex(x, 0.0)))",
        {"x": 2.0},
        math.log(2 + math.sqrt(3)),
        {"x": 1 / math.sqrt(3)},
    ),
    Bug(
        "a branch cut of asin, from below",
        "y = ad.imag(ad.asin(ad.complex(x, -0.0)))",
        {"x": 2.0},
        -math.log(2 + math.sqrt(3)),
        {"x": -1 / math.sqrt(3)},
    ),
    Bug(
        "products on the way that are too large, of a derivative that is not",
        "y = ad.cumprod(x)[-1]",
        {"x": [1e-200, 1e200, 1e200, 1e-200]},
        1.0,
        {"x": [1e200, 1e-200, 1e-200, 1e200]},
    ),
    Bug(
        "an exponent of 0 of bases whose reciprocals overflow",
        "y = x ** np.array([0.0, 0.0, 1.0])",
        {"x": [1e-310, 0.0, 1e-310]},
        [1.0, 1.0, 1e-310],
        {"x": [0.0, 0.0, 1.0]},
    ),
    Bug(
        "a product with two zeros",
        "y = ad.prod(x)",
        {"x": [0.0, 2.0, 0.0]},
        0.0,
        {"x": [0.0, 0.0, 0.0]},
    ),
    Bug(
        "a product with a zero",
        "y = ad.cumprod(x)",
        {"x": [2.0, 0.0, 3.0]},
        [2.0, 0.0, 0.0],
        {"x": [1.0, 8.0, 0.0]},
    ),
    Bug(
        "an infinite flow into the side of relu that is flat",
        "y = ad.sqrt(ad.relu(x))",
        {"x": [-1.0, 4.0]},
        [0.0, 2.0],
        {"x": [0.0, 0.25]},
    ),
    Bug(
        "an infinite slope on the side that where leaves out",
        "y = ad.where(x > 0, ad.log(ad.where(x > 0, x, 1.0)), 0.0)",
        {"x": [0.0, 4.0]},
        [0.0, math.log(4)],
        {"x": [0.0, 0.25]},
    ),
    Bug(
        "a view that was taken before an assignment keeps the old value",
        "v = x * 1.0\nw = v[:2]\nv[0] = z\ny = w * v[:2]",
        {"x": [2.0, 3.0, 4.0], "z": 5.0},
        [10.0, 9.0],
        {"x": [5.0, 6.0, 0.0], "z": 2.0},
    ),
    Bug(
        "a value that is named twice in an assignment: the last counts",
        "v = x * 1.0\nv[np.array([0, 0])] = z\ny = v",
        {"x": [1.0, 2.0], "z": [3.0, 4.0]},
        [4.0, 2.0],
        {"x": [0.0, 1.0], "z": [0.0, 1.0]},
    ),
    Bug(
        "the flow into more axes of length 1 than the place has",
        "v = x * 1.0\nv[:1] = z\ny = v",
        {"x": [1.0, 2.0], "z": [[3.0]]},
        [3.0, 2.0],
        {"x": [0.0, 1.0], "z": [[1.0]]},
    ),
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.what)
def test_it_does_not_come_back(bug: Bug) -> None:
    xs = {name: Tensor(x, requires_grad=True) for name, x in bug.inputs.items()}
    names: dict[str, Any] = dict(xs)
    with np.errstate(all="ignore"):
        exec(bug.text, {"ad": ad, "np": np}, names)
        y = names["y"]
        found = gradients(y.sum(), list(xs.values()))
        y.sum().backward()
    np.testing.assert_allclose(y.detach().numpy(), bug.y, rtol=1e-12)
    for (name, x), g in zip(xs.items(), found, strict=True):
        np.testing.assert_allclose(g.numpy(), bug.slopes[name], rtol=1e-9)
        np.testing.assert_allclose(x.grad.numpy(), bug.slopes[name], rtol=1e-9)


def test_vectors_of_values_that_rounding_can_not_tell_apart_have_no_gradient() -> None:
    x = Tensor([[1.0, 1e-17], [1e-17, 1.0]], requires_grad=True)
    _, v = ad.linalg.eigh(x)
    with pytest.raises(GradientError, match="equal up to rounding"):
        v[0, 0].backward()
