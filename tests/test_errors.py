"""What users get told: every error message of the library, where it is made.

Each row of the tables is a mistake: what it is, the call, the exception's type, and the message,
which says what was expected, what came, and the way out. "..." stands for any text: what NumPy or
Python say themselves, or what would say nothing here. `x` is 2 x 3 floats. What there was before
the mistake, there is after it. That no message is missing here, the last tests see to.
"""

from __future__ import annotations

import ast
import copy
import gc
import pickle
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from inspect import signature
from pathlib import Path
from string import ascii_letters
from types import FunctionType
from typing import Any
from weakref import ref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import (
    COMPOSITES,
    OPS,
    Array,
    DeclarationError,
    GradientError,
    MissingExtraError,
    Op,
    OpError,
    OpIndexError,
    OpTypeError,
    OpValueError,
    Tensor,
    composite,
    custom,
    elementwise,
    fft,
    gradients,
    linear,
)
from autodiff import linalg as la
from autodiff.declare import explains
from autodiff.plain.untracked import created, untracked
from autodiff.testing import catalogue
from autodiff.testing.strategies import calls
from autodiff.variable import raw


def leaf(data: Any, **kwargs: Any) -> Tensor:
    return Tensor(data, requires_grad=True, **kwargs)


def ones(*shape: int) -> Any:
    return np.ones(shape)


def op(name: str) -> Callable[..., Any]:
    """The function of an op that is a building block of others."""
    return OPS[name].function


class Thing:
    def __repr__(self) -> str:
        return "a thing"


def assign(x: Any, key: Any, value: Any) -> None:
    x[key] = value


def assign_unrecorded(y: Any) -> None:
    with ad.no_grad():
        y[0] = 5.0


def pulled(f: Callable[[Any], Any], at: Any) -> Any:
    """The gradient of `f`, from a cotangent that is like no other."""
    y, pull = ad.vjp(f, at)
    return pull(np.random.default_rng(0).normal(size=y.shape))


def unrecorded() -> Any:
    with ad.no_grad():
        return leaf(1.0) * 2.0


def twice(y: Any) -> None:
    y.backward()
    y.backward()


def walked(x: Any) -> Any:
    y = x.exp()
    y.backward()
    return y


def stepped(w: Any) -> Any:
    loss = (w * w).sum()
    w.overwrite()[...] = 5.0
    return loss


def forgetful(x: Any) -> None:
    pass


def words() -> Any:
    return np.array(["text"])


def one(x: Array) -> Array:
    return x


def two(x: Array, y2: Array) -> Array:
    return x + y2


def unannotated(x):
    return x


def late(n: int, x: Array) -> Array:
    return x


def beside(x: Array, xs: Sequence[Array]) -> Array:
    return x


def takes_g(x: Array, g: int) -> Array:
    return x


def sin(x: Array) -> Array:
    return x


def returning(value: Any) -> Any:
    @custom(vjps=[lambda g: g])
    def broken(x: Array) -> Array:
        return value

    return broken


def generate() -> Iterator[Any]:
    yield leaf(1.0)


async def wait() -> Any:
    return leaf(1.0)


IMAGE = ones(1, 2, 3, 3)
PICK = np.array([[0, 1]])
PLACES = np.zeros((1, 1, 2, 2))
TURNED = np.array([[1.0, 1j, 2.0], [0.5, 2.0, 1.0], [1j, 0.3, 4.0]])

Table = list[tuple[str, Callable[[Any], Any], type[Exception], str]]

# fmt: off

# --- operands ---

OPERANDS: Table = [
    ("shapes that do not broadcast", lambda x: x + ones(4), OpValueError,
     ("add: expected shapes that broadcast together; got x1: float64 (2, 3), x2: float64 (4,) "
      "(...)")),
    ("shapes that do not broadcast, reversed", lambda x: ones(4) - x, OpValueError,
     ("subtract: expected shapes that broadcast together; got x1: float64 (4,), x2: float64 (2, "
      "3) (...)")),
    ("a matrix product of shapes that do not match", lambda x: x @ ones(2, 2), OpValueError,
     ("matmul: expected the last axis of x1 as long as the second last of x2, other axes that "
      "broadcast; got x1: float64 (2, 3), x2: float64 (2, 2) (...)")),
    ("a matrix product of a number", lambda x: x @ 2.0, OpTypeError,
     ("matmul: expected the last axis of x1 as long as the second last of x2, other axes that "
      "broadcast; got x1: float64 (2, 3), x2: float 2.0 (a number came where an array is needed)")),
    ("a matrix product of a 0-d array", lambda x: la.matmul(x, np.array(2.0)), OpValueError,
     ("matmul: expected the last axis of x1 as long as the second last of x2, other axes that "
      "broadcast; got x1: float64 (2, 3), x2: float64 () (...)")),
    ("a string", lambda x: x * "a", OpTypeError,
     ("multiply: expected numbers, got str of dtype <U1 (called with x1: float64 (2, 3), x2: "
      "str 'a')")),
    ("a string, reversed", lambda x: "a" / x, OpTypeError,
     ("divide: expected numbers, got str of dtype <U1 (called with x1: str 'a', x2: float64 (2, "
      "3))")),
    ("None", lambda x: x - None, OpTypeError,
     ("subtract: expected numbers, got NoneType of dtype object (called with x1: float64 (2, "
      "3), x2: NoneType None)")),
    ("an object", lambda x: x * Thing(), OpTypeError,
     ("multiply: expected numbers, got Thing of dtype object (called with x1: float64 (2, 3), "
      "x2: Thing a thing)")),
    ("a dict", lambda x: x + {}, OpTypeError,
     ("add: expected numbers, got dict of dtype object (called with x1: float64 (2, 3), x2: "
      "dict {})")),
    ("a list of tensors", lambda x: x * [Tensor(1.0), Tensor(2.0), Tensor(3.0)], OpTypeError,
     ("multiply: expected numbers, got a list of tensors: stack(...) or concat(...) joins them "
      "(called with x1: float64 (2, 3), x2: [float64 (), float64 (), float64 ()])")),
    ("a masked array", lambda x: x * np.ma.zeros(3), OpTypeError,
     ("multiply: expected an array, got a MaskedArray, which computes by rules of its own: "
      "numpy.asarray(x) has its numbers, where(~x.mask, x.data, 0) those that no mask hides "
      "(called with x1: float64 (2, 3), x2: float64 (3,))")),
    ("a ragged list", lambda x: x * [[1.0], [1.0, 2.0]], OpValueError,
     ("multiply: expected numbers, regularly nested (...) (called with x1: float64 (2, 3), x2: "
      "list [[1.0], [1.0, 2.0]])")),
    ("an array of strings", lambda x: x + np.array(["a"]), OpTypeError,
     "add: expected numbers; got x1: float64 (2, 3), x2: <U1 (1,)"),
    ("an array of objects", lambda x: ad.multiply(x, np.array([1.0, None])), OpTypeError,
     "multiply: expected numbers; got x1: float64 (2, 3), x2: object (2,)"),
    ("an array of objects that multiply",
     lambda x: ad.multiply(x, np.array([1.0, 2.0, 3.0], object)), OpTypeError,
     ("multiply: expected arrays of numbers, and a forward that returns numbers, got a result "
      "of dtype object: astype(float) makes numbers of objects")),
    ("strings beside a mask", lambda x: ad.where(x > 1, x, np.array(["a"])), OpTypeError,
     ("where: expected arrays of numbers, and a forward that returns numbers, got a result of "
      "dtype <U32: astype(float) makes numbers of objects")),
    ("text where one array is expected", lambda x: ad.exp("text"), OpTypeError,
     "exp: expected numbers, got str of dtype <U4 (called with x: str 'text')"),
    ("strings where one array is expected", lambda x: ad.relu(np.array(["a"])), OpTypeError,
     "relu: expected numbers; got x: <U1 (1,)"),
    ("an integer longer than any dtype", lambda x: ad.exp(10**30), OpValueError,
     ("exp: expected numbers, got an integer longer than 64 bits, "
      "1000000000000000000000000000000 (called with x: int 1000000000000000000000000000000)")),
    ("dates", lambda x: x + np.datetime64("2020-01-01"), OpTypeError,
     ("add: expected numbers, got datetime64 of dtype datetime64[D] (called with x1: float64 "
      "(2, 3), x2: datetime64[D] ())")),
    ("complex numbers where reals are expected", lambda x: ad.cbrt(x * 1j), OpTypeError,
     "cbrt: expected real numbers; got x: complex128 (2, 3)"),
    ("complex numbers that have no order", lambda x: ad.floor_divide(x, x * 1j), OpTypeError,
     "floor_divide: expected real numbers; got x1: float64 (2, 3), x2: complex128 (2, 3)"),
    ("truth values that have no difference", lambda x: ad.subtract(x > 1, x > 2), OpTypeError,
     ("subtract: expected numbers that it is defined for; got x1: bool (2, 3), x2: bool (2, 3) "
      "(...)")),
    ("integers to a negative power", lambda x: Tensor([1, 2]) ** -1, OpValueError,
     ("pow: expected shapes that broadcast together, and no integer to a negative integer "
      "power; got x1: int64 (2,), x2: int -1 (...)")),
    ("an argument too many", lambda x: ad.exp(x, 1), TypeError,
     "exp() takes 1 positional argument but 2 were given"),
    ("an argument unheard of", lambda x: ad.sum(x, axes=1), TypeError,
     "sum() got an unexpected keyword argument 'axes'..."),
    ("an argument too few", lambda x: ad.add(x), TypeError,
     "add() missing 1 required positional argument: 'x2'"),
    ("nothing where a composite expects an array", lambda x: ad.ptp(None), OpTypeError,
     ("ptp: expected numbers, got NoneType of dtype object (called with x: NoneType None; "
      "axis=None, keepdims=False)")),
    ("text where a composite expects an array", lambda x: ad.ptp("text"), OpTypeError,
     ("ptp: expected numbers, got str of dtype <U4 (called with x: str 'text'; axis=None, "
      "keepdims=False)")),
    ("nothing among the arrays of a composite", lambda x: ad.vstack([x, None]), OpTypeError,
     ("vstack: expected numbers, got NoneType of dtype object (called with arrays: [float64 (2, "
      "3), NoneType None])")),
    ("no sequence where a composite expects one", lambda x: ad.vstack(1.0), OpTypeError,
     "vstack: expected vstack(arrays: Sequence[Array], /); got arrays: float 1.0 (...)"),
    ("a number where a composite expects arrays", lambda x: ad.vstack(Tensor(1.0)), OpTypeError,
     ("vstack: expected vstack(arrays: Sequence[Array], /); got arrays: float64 () (a 0-d array "
      "is no sequence of arrays)")),
    ("what only the inside of a composite refuses",
     lambda x: ad.trapezoid(x, dx="text"), OpTypeError,
     ("trapezoid: expected numbers, got str of dtype <U4 (called with y: float64 (2, 3), x: "
      "NoneType None; dx='text', axis=-1)")),
]


# --- sums, means and other reductions ---

REDUCTIONS: Table = [
    ("a correction that asks for a gradient", lambda x: ad.var(x, correction=leaf(1.0)),
     OpTypeError,
     "var: expected correction to require no grad, for none flows to it here: pass its detach()"),
    ("an order of a norm that asks for a gradient", lambda x: la.vector_norm(x, ord=leaf(3.0)),
     OpTypeError,
     "vector_norm: expected ord to require no grad, for none flows to it here: pass its detach()"),
    ("an eps that asks for a gradient", lambda x: ad.standardize(x, eps=leaf(0.1)),
     OpTypeError,
     "standardize: expected eps to require no grad, for none flows to it here: pass its detach()"),
    ("an axis outside", lambda x: x.sum(2), OpIndexError,
     ("sum: expected axes that x has; got x: float64 (2, 3); axis=2, keepdims=False, dtype=None "
      "(...)")),
    ("a negative axis outside", lambda x: x.mean(-3), OpIndexError,
     "mean: expected axes that x has; got x: float64 (2, 3); axis=-3, keepdims=False (...)"),
    ("an axis twice", lambda x: x.sum((0, 0)), OpValueError,
     ("sum: expected axes that x has; got x: float64 (2, 3); axis=(0, 0), keepdims=False, "
      "dtype=None (...)")),
    ("an axis that is no int", lambda x: x.max("x"), OpTypeError,
     ("max: expected axes that x has, none of them empty; got x: float64 (2, 3); axis='x', "
      "keepdims=False (...)")),
    ("an axis longer than any int", lambda x: x.sum(10**30), OpValueError,
     ("sum: expected axes that x has; got x: float64 (2, 3); "
      "axis=1000000000000000000000000000000, keepdims=False, dtype=None (...)")),
    ("an axis of a number", lambda x: x[0, 0].sum(0), OpIndexError,
     ("sum: expected axes that x has; got x: float64 (); axis=0, keepdims=False, dtype=None "
      "(...)")),
    ("an axis of a number, averaged", lambda x: ad.mean(x[0, 0], 0), OpIndexError,
     "mean: expected axes that x has; got x: float64 (); axis=0, keepdims=False (...)"),
    ("an axis of a product", lambda x: ad.prod(x, 2), OpIndexError,
     ("prod: expected axes that x has; got x: float64 (2, 3); axis=2, keepdims=False, "
      "dtype=None (...)")),
    ("an axis twice in a product", lambda x: ad.prod(x, (0, 0)), OpValueError,
     ("prod: expected axes that x has; got x: float64 (2, 3); axis=(0, 0), keepdims=False, "
      "dtype=None (...)")),
    ("an axis of a variance", lambda x: ad.var(x, 2), OpIndexError,
     ("var: expected axes that x has; got x: float64 (2, 3); axis=2, correction=0.0, "
      "keepdims=False (...)")),
    ("an axis of a number, softmax", lambda x: ad.softmax(x, 5), OpIndexError,
     "softmax: expected an axis that x has; got x: float64 (2, 3); axis=5 (...)"),
    ("logsumexp along no axis", lambda x: ad.logsumexp(x, 2), OpIndexError,
     "logsumexp: expected axes that x has; got x: float64 (2, 3); axis=2, keepdims=False (...)"),
    ("the largest of nothing", lambda x: x[:0].max(), OpValueError,
     ("max: expected axes that x has, none of them empty; got x: float64 (0, 3); axis=None, "
      "keepdims=False (...)")),
    ("the range of nothing", lambda x: ad.ptp(x[:0]), OpValueError,
     ("ptp: expected axes that x has, none of them empty; got x: float64 (0, 3); axis=None, "
      "keepdims=False (...)")),
    ("the largest complex number", lambda x: ad.max(x * 1j), OpTypeError,
     ("max: expected real numbers, got complex128, which has no order (called with x: "
      "complex128 (2, 3); axis=None, keepdims=False)")),
    ("the smallest complex number", lambda x: ad.min(x * 1j), OpTypeError,
     ("min: expected real numbers, got complex128, which has no order (called with x: "
      "complex128 (2, 3); axis=None, keepdims=False)")),
    ("the range of complex numbers", lambda x: ad.ptp(x * 1j), OpTypeError,
     ("ptp: expected real numbers, got complex128, which has no order (called with x: "
      "complex128 (2, 3); axis=None, keepdims=False)")),
    ("a sum in a dtype that loses the fraction", lambda x: ad.sum(x, dtype=int), OpTypeError,
     ("sum: expected a dtype that holds float64, got int64: use astype, real or imag first "
      "(called with x: float64 (2, 3); ...")),
    ("a product in a dtype that loses the imaginary part",
     lambda x: ad.prod(x * 1j, dtype=float), OpTypeError,
     ("prod: expected a dtype that holds complex128, got float64: use astype, real or imag "
      "first (called with x: complex128 (2, 3); ...")),
    ("a correction that is a truth", lambda x: ad.var(x, None, True), OpTypeError,
     "var: expected correction to be a number, got bool True"),
    ("a correction that is text", lambda x: ad.std(x, correction="1"), OpTypeError,
     "std: expected correction to be a number, got str '1'"),
    ("weights of one axis for two", lambda x: ad.average(x, ones(3)), OpValueError,
     ("average: expected weights of x's shape (2, 3), or a vector as long as the one axis=..., "
      "got weights: shape (3,); axis=None")),
    ("weights of the other axis", lambda x: ad.average(x, ones(3), axis=0), OpValueError,
     ("average: expected weights of x's shape (2, 3), or a vector as long as the one axis=..., "
      "got weights: shape (3,); axis=0")),
    ("a single weight", lambda x: ad.average(x, 0), OpValueError,
     ("average: expected weights of x's shape (2, 3), or a vector as long as the one axis=..., "
      "got weights: shape (); axis=None")),
    ("weights that cancel out", lambda x: ad.average(x, x * 0), OpValueError,
     "average: expected weights that do not sum to 0"),
    ("a covariance of three axes", lambda x: ad.cov(x[None]), OpValueError,
     "cov: expected x of shape (M, N) or (N,), got (1, 2, 3)"),
    ("a covariance without a correction", lambda x: ad.cov(x, None), OpTypeError,
     "cov: expected correction to be a number, got NoneType None"),
    ("a correlation of a number", lambda x: ad.corrcoef(x[0, 0]), OpValueError,
     "corrcoef: expected x of shape (M, N) or (N,), got ()"),
    ("standardizing along no axis", lambda x: ad.standardize(x, 2), OpIndexError,
     "standardize: expected axes that x has; got x: float64 (2, 3); axis=2, eps=1e-05 (...)"),
    ("log_softmax of complex numbers", lambda x: ad.log_softmax(x * 1j), OpTypeError,
     ("log_softmax: expected real numbers, got complex128, whose logarithm has a cut: take the "
      "softmax, or its abs() (called with x: complex128 (2, 3); ...")),
    ("targets of other shape", lambda x: ad.cross_entropy(x, np.array([0, 1, 2])), OpValueError,
     ("cross_entropy: expected logits (N, C, ...) and integer targets (N, ...) in 0..C-1; got "
      "logits: float64 (2, 3); ... (target is int64 (3,))")),
    ("targets that are no class", lambda x: ad.cross_entropy(x, np.array([0, 3])), OpValueError,
     ("cross_entropy: expected logits (N, C, ...) and integer targets (N, ...) in 0..C-1; got "
      "logits: float64 (2, 3); ... (target holds classes from 0 to 3)")),
    ("negative targets", lambda x: ad.cross_entropy(x, np.array([0, -1])), OpValueError,
     ("cross_entropy: expected logits (N, C, ...) and integer targets (N, ...) in 0..C-1; got "
      "logits: float64 (2, 3); ... (target holds classes from -1 to 0)")),
    ("targets that are floats", lambda x: ad.cross_entropy(x, np.array([0.0, 1.0])), OpValueError,
     ("cross_entropy: expected logits (N, C, ...) and integer targets (N, ...) in 0..C-1; got "
      "logits: float64 (2, 3); ... (target is float64 (2,))")),
    ("scores without classes", lambda x: ad.cross_entropy(x[0], np.array([0, 1, 2])), OpValueError,
     ("cross_entropy: expected logits (N, C, ...) and integer targets (N, ...) in 0..C-1; got "
      "logits: float64 (3,); ... (logits need an axis of samples and one of classes)")),
    ("complex scores", lambda x: ad.cross_entropy(x * 1j, [0, 1]), OpTypeError,
     ("cross_entropy: expected logits (N, C, ...) and integer targets (N, ...) in 0..C-1; got "
      "logits: complex128 (2, 3); target=[0, 1] (logits are complex)")),
]


# --- elements ---

INDICES: Table = [
    ("an index outside", lambda x: x[2], OpIndexError,
     "getitem: expected an index inside x; got x: float64 (2, 3); index=2 (...)"),
    ("too many indices", lambda x: x[0, 0, 0], OpIndexError,
     "getitem: expected an index inside x; got x: float64 (2, 3); index=(0, 0, 0) (...)"),
    ("an index array outside", lambda x: x[[0, 5]], OpIndexError,
     "getitem: expected an index inside x; got x: float64 (2, 3); index=[0, 5] (...)"),
    ("a float index", lambda x: x[1.0], OpIndexError,
     "getitem: expected an index inside x; got x: float64 (2, 3); index=1.0 (...)"),
    ("a string index", lambda x: x["a"], OpIndexError,
     "getitem: expected an index inside x; got x: float64 (2, 3); index='a' (...)"),
    ("a mask that does not fit", lambda x: x[[True, False, True]], OpIndexError,
     ("getitem: expected an index inside x; got x: float64 (2, 3); index=[True, False, True] "
      "(...)")),
    ("an assignment outside", lambda x: ad.setitem(x, 1.0, 5), OpIndexError,
     ("setitem: expected values that fit x[index]; got x: float64 (2, 3), values: float 1.0; "
      "index=5 (...)")),
    ("an assignment that does not fit", lambda x: ad.setitem(x, [1.0, 2.0], 0), OpValueError,
     ("setitem: expected values that fit x[index]; got x: float64 (2, 3), values: list [1.0, "
      "2.0]; index=0 (...)")),
    ("an assignment of more axes", lambda x: ad.setitem(x, [[1.0], [2.0]], 0), OpValueError,
     ("setitem: expected values that fit x[index]; got x: float64 (2, 3), values: list "
      "[[1.0], [2.0]]; index=0 (...)")),
    ("an assignment that does not fit an index array",
     lambda x: ad.setitem(x, [1.0, 2.0], [[0], [0]]), OpValueError,
     ("setitem: expected values that fit x[index]; got x: float64 (2, 3), values: list [1.0, "
      "2.0]; index=[[0], [0]] (...)")),
    ("an assignment of text", lambda x: assign(x * 1.0, 0, "text"), OpTypeError,
     ("setitem: expected numbers, got str of dtype <U4 (called with x: float64 (2, 3), values: "
      "str 'text'; index=0)")),
    ("an assignment of complex numbers to real ones", lambda x: assign(x * 1.0, 0, 1j), OpTypeError,
     ("setitem: expected real values for a tensor of float64, got complex ones: take their "
      "real() or abs(), or make the tensor complex by astype")),
    ("an assignment of irregular nesting",
     lambda x: assign(x.detach(), 0, [[1.0], [1.0, 2.0]]), OpValueError,
     ("setitem: expected numbers, regularly nested (...) (called with x: float64 (2, 3), "
      "values: list [[1.0], [1.0, 2.0]]; index=0)")),
    ("an assignment of complex numbers to real constants",
     lambda x: assign(x.detach(), 0, 1j), OpTypeError,
     ("setitem: expected real values for a tensor of float64, got complex ones: take their "
      "real() or abs(), or make the tensor complex by astype")),
    ("an assignment outside of constants", lambda x: assign(x.detach(), 5, 1.0), OpIndexError,
     ("setitem: expected values that fit x[index]; got x: float64 (2, 3), values: float 1.0; "
      "index=5 (...)")),
    ("an assignment of a gradient to integers",
     lambda x: assign(Tensor([1, 2]), 0, leaf(1.0)), OpTypeError,
     ("setitem: expected values that require no grad for a tensor of int64, which can't carry "
      "one: make it floating by astype, or detach() the values")),
    ("an assignment that nobody would record",
     lambda x: assign_unrecorded(leaf([1.0]) * 2.0), GradientError,
     ("setitem: inside no_grad a computed tensor would lose its gradient by an assignment: "
      "detach() it first, or assign outside")),
    ("an assignment to a leaf", lambda x: assign(leaf([1.0, 2.0]), 0, 5.0), GradientError,
     ("setitem: a leaf that requires grad can't be assigned to, its gradient would be that of "
      "another value: assign to a copy, y = x.copy(), or inside no_grad()")),
    ("adding where nothing is", lambda x: ad.scatter_add(x, 1.0, 7), OpIndexError,
     ("scatter_add: expected updates that fit x[index]; got x: float64 (2, 3), updates: float "
      "1.0; index=7 (...)")),
    ("adding what does not fit", lambda x: ad.scatter_add(x, ones(5), 0), OpValueError,
     ("scatter_add: expected updates that fit x[index]; got x: float64 (2, 3), updates: float64 "
      "(5,); index=0 (...)")),
    ("scattering to nowhere", lambda x: ad.scatter(x, 7, (3,)), OpIndexError,
     ("scatter: expected values that fit x[index]; got values: float64 (2, 3); index=7, "
      "shape=(3,) (...)")),
    ("scattering into a negative shape", lambda x: ad.scatter(x, 0, (-1,)), OpValueError,
     ("scatter: expected values that fit x[index]; got values: float64 (2, 3); index=0, "
      "shape=(-1,) (...)")),
    ("taking what is outside", lambda x: ad.take(x, [3], axis=1), OpIndexError,
     "take: expected indices into an axis of length 3, got 3 among them"),
    ("taking what is outside of all", lambda x: ad.take(x, -7), OpIndexError,
     "take: expected indices into an axis of length 6, got -7 among them"),
    ("taking along no axis", lambda x: ad.take(x, 0, axis=2), OpIndexError,
     "take: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("taking by floats", lambda x: ad.take(x, [0.5]), OpTypeError,
     "take: expected indices to be integers, got float64 (1,)"),
    ("taking by a mask", lambda x: ad.take(x, [True]), OpTypeError,
     "take: expected indices to be integers, got bool (1,)"),
    ("taking along a name", lambda x: ad.take(x, [0], axis="x"), OpTypeError,
     "take: expected axis to be an int, got axis=str 'x'"),
    ("indices of fewer axes", lambda x: ad.take_along_axis(x, [0]), OpValueError,
     ("take_along_axis: expected indices that broadcast with x but for axis 1, got x: shape (2, "
      "3); indices: shape (1,)")),
    ("indices that do not broadcast", lambda x: ad.take_along_axis(x, [[0]] * 3), OpValueError,
     ("take_along_axis: expected indices that broadcast with x but for axis 1, got x: shape (2, "
      "3); indices: shape (3, 1)")),
    ("indices into a number", lambda x: ad.take_along_axis(x[0, 0], 0), OpIndexError,
     "take_along_axis: expected axes to count axis in, got axis=-1, of 0 axes"),
    ("indices nested irregularly", lambda x: ad.take_along_axis(x, [[0], [0, 1]]), OpValueError,
     ("take_along_axis: expected take_along_axis(x: Array, indices: Any, /, axis: int = -1); "
      "got x: float64 (2, 3); indices=[[0], [0, 1]], axis=-1 (...)")),
    ("gathering more than there is", lambda x: ad.gather(x, 0, [[0, 0, 0, 0]]), OpValueError,
     ("gather: expected an index of 2 axes, none longer than x's but for axis 0, got x: shape "
      "(2, 3); index: int64 (1, 4)")),
    ("gathering by fewer axes", lambda x: ad.gather(x, 0, [0]), OpValueError,
     ("gather: expected an index of 2 axes, none longer than x's but for axis 0, got x: shape "
      "(2, 3); index: int64 (1,)")),
    ("gathering what is outside", lambda x: ad.gather(x, 0, [[2]]), OpIndexError,
     "gather: expected indices into an axis of length 2, got 2 among them"),
    ("adding other rows", lambda x: ad.index_add(x, ones(2), [0]), OpValueError,
     "index_add: expected values that broadcast to (1, 3), got (2,)"),
    ("adding other values along an axis",
     lambda x: ad.add_along_axis(x, ones(4), [[0]]), OpValueError,
     "add_along_axis: expected values that broadcast to (2, 1), got (4,)"),
    ("putting outside", lambda x: ad.put_along_axis(x, 1.0, [[3]]), OpIndexError,
     "put_along_axis: expected indices into an axis of length 3, got 3 among them"),
]


# --- shapes, and parts of arrays ---

SHAPES: Table = [
    ("a reshape of other size", lambda x: x.reshape(4, 2), OpValueError,
     ("reshape: expected as many elements as x has; got x: float64 (2, 3); shape=(4, 2), "
      "copy=None (...)")),
    ("a reshape with two unknowns", lambda x: x.reshape(-1, -1), OpValueError,
     ("reshape: expected as many elements as x has; got x: float64 (2, 3); shape=(-1, -1), "
      "copy=None (...)")),
    ("a reshape that takes a copy",
     lambda x: ad.reshape(np.arange(6.0).reshape(2, 3).T, 6, copy=False), OpValueError,
     ("reshape: expected as many elements as x has; got x: float64 (3, 2); shape=6, copy=False "
      "(it takes a copy, which copy=False rules out)")),
    ("a broadcast that does not fit", lambda x: x.broadcast_to((2,)), OpValueError,
     ("broadcast_to: expected a shape that x broadcasts to; got x: float64 (2, 3); shape=(2,) "
      "(...)")),
    ("a broadcast to a negative length",
     lambda x: ad.broadcast_to(Tensor(1.0), (-1,)), OpValueError,
     "broadcast_to: expected a shape that x broadcasts to; got x: float64 (); shape=(-1,) (...)"),
    ("a sum to what does not fit", lambda x: ad.sum_to(x, (2,)), OpValueError,
     ("sum_to: expected a shape that broadcasts to x's; got x: float64 (2, 3); shape=(2,) ((2,) "
      "does not broadcast to (2, 3))")),
    ("a squeeze of a long axis", lambda x: x.squeeze(0), OpValueError,
     "squeeze: expected axes of length 1; got x: float64 (2, 3); axis=0 (...)"),
    ("axes in no order", lambda x: x.permute_dims((0, 0)), OpValueError,
     "permute_dims: expected each axis of x once; got x: float64 (2, 3); axes=(0, 0) (...)"),
    ("a new axis where none can be", lambda x: ad.expand_dims(x, 4), OpIndexError,
     "expand_dims: expected axes of the result, each once; got x: float64 (2, 3); axis=4 (...)"),
    ("a transpose of a vector", lambda x: x[0].mT, OpValueError,
     "matrix_transpose: expected two or more axes; got x: float64 (3,) (...)"),
    ("a dtype that is none", lambda x: ad.astype(x, "words"), OpTypeError,
     "astype: expected a dtype, got 'words' (...)"),
    ("a dtype of dates", lambda x: ad.astype(x, "datetime64[D]"), OpTypeError,
     "astype: expected a dtype of numbers, got datetime64[D]"),
    ("a real dtype for complex numbers", lambda x: ad.astype(leaf([1j]), float), OpTypeError,
     ("astype: expected a complex dtype for complex128, got float64: real() and imag() give a "
      "complex number's parts, abs() its size")),
    ("a cast to what nothing flows through", lambda x: op("cast")(x, int), OpTypeError,
     ("cast: expected cast(x: Array, /, dtype: Any); got x: float64 (2, 3); ... (no gradient "
      "flows through such a dtype: astype gives a constant)")),
    ("a cast that loses the imaginary part", lambda x: op("cast")(x * 1j, float), OpTypeError,
     ("cast: expected cast(x: Array, /, dtype: Any); got x: complex128 (2, 3); ... (real() and "
      "imag() give a complex number's parts, abs() its size)")),
    ("one of many arrays that doesn't fit", lambda x: ad.concat([x] * 1000 + [x[0]]), OpValueError,
     ("concat: expected arrays of one shape but for the joined axis; got arrays: [1000 of float64 "
      "(2, 3), 1 of float64 (3,)]; axis=0 (...)")),
    ("a complex imaginary part", lambda x: ad.complex(x, 1j), OpTypeError,
     ("complex: expected real numbers, got complex ones (called with real: float64 (2, 3), imag: "
      "complex 1j)")),
    ("another device", lambda x: ad.astype(x, float, device="gpu"), OpValueError,
     "astype: expected device 'cpu', there is no other; got 'gpu'"),
    ("padding by axis", lambda x: ad.pad(x, {0: (1, 1)}), OpTypeError,
     ("pad: expected widths to be an int, a pair of ints, or such a pair for each of the 2 "
      "axes, got {0: (1, 1)}: name every axis, those that stay as they are with (0, 0)")),
    ("negative padding", lambda x: ad.pad(x, -1), OpValueError,
     ("pad: expected widths to be an int, a pair of ints, or such a pair for each of the 2 "
      "axes, got -1: a negative one would crop, which x[...] does")),
    ("padding by a fraction", lambda x: ad.pad(x, 1.0), OpTypeError,
     ("pad: expected widths to be an int, a pair of ints, or such a pair for each of the 2 "
      "axes, got 1.0")),
    ("padding of three axes", lambda x: ad.pad(x, ((1, 1),) * 3), OpValueError,
     ("pad: expected widths to be an int, a pair of ints, or such a pair for each of the 2 "
      "axes, got ((1, 1), (1, 1), (1, 1))")),
    ("a mode of padding unheard of", lambda x: ad.pad(x, 1, "mirror"), OpValueError,
     ("pad: expected mode to be one of ('constant', 'edge', 'reflect', 'symmetric', 'wrap'), "
      "got 'mirror'")),
    ("padding with the edge of nothing", lambda x: ad.pad(x[:0], 1, "edge"), OpValueError,
     ("pad: expected elements to take from in mode 'edge', got shape (0, 3), whose axis 0 is "
      "empty")),
    ("padding with what requires grad",
     lambda x: ad.pad(x, 1, constant_values=leaf(1.0)), OpTypeError,
     ("pad: expected constant_values that are constants, got a tensor that requires grad: "
      "concat it, or use where")),
    ("padding with three numbers", lambda x: ad.pad(x, 1, constant_values=[1, 2, 3]), OpValueError,
     ("pad: expected constant_values to be a number, or a pair of numbers for each of the 2 "
      "axes, got list [1, 2, 3] (...)")),
    ("joining what does not fit", lambda x: ad.concat([x, ones(2, 4)]), OpValueError,
     ("concat: expected arrays of one shape but for the joined axis; got arrays: [float64 (2, "
      "3), float64 (2, 4)]; axis=0 (...)")),
    ("joining nothing", lambda x: ad.concat([]), OpValueError,
     ("concat: expected arrays of one shape but for the joined axis; got arrays: tuple (); "
      "axis=0 (...)")),
    ("joining a number", lambda x: ad.concat(Tensor(1.0)), OpTypeError,
     ("concat: expected arrays of one shape but for the joined axis; got arrays: float64 (); "
      "axis=0 (a 0-d array is no sequence of arrays)")),
    ("joining along no axis", lambda x: ad.concat([x, x], axis=2), OpIndexError,
     ("concat: expected arrays of one shape but for the joined axis; got arrays: [float64 (2, "
      "3), float64 (2, 3)]; axis=2 (...)")),
    ("stacking what does not fit", lambda x: ad.stack([x, x[0]]), OpValueError,
     ("stack: expected arrays of one shape; got arrays: [float64 (2, 3), float64 (3,)]; axis=0 "
      "(...)")),
    ("stacking along no axis", lambda x: ad.stack([x, x], axis=3), OpIndexError,
     ("stack: expected arrays of one shape; got arrays: [float64 (2, 3), float64 (2, 3)]; "
      "axis=3 (...)")),
    ("vstack of what does not fit", lambda x: ad.vstack([x, x[0, :2]]), OpValueError,
     ("vstack: expected arrays of one shape but for the joined axis; got arrays: [float64 (2, "
      "3), float64 (2,)] (...)")),
    ("hstack of nothing", lambda x: ad.hstack([]), OpValueError,
     "hstack: expected arrays of one shape but for the joined axis; got arrays: list [] (...)"),
    ("dstack of what does not fit", lambda x: ad.dstack([x, x[0]]), OpValueError,
     ("dstack: expected arrays of one shape but for the joined axis; got arrays: [float64 (2, "
      "3), float64 (3,)] (...)")),
    ("rolling by a fraction", lambda x: ad.roll(x, 0.5), OpTypeError,
     ("roll: expected shift to be an int or ints, got 0.5 (called with x: float64 (2, 3); "
      "shift=0.5, axis=None)")),
    ("rolling along no axis", lambda x: ad.roll(x, 1, 2), OpIndexError,
     "roll: expected axes that x has; got x: float64 (2, 3); shift=1, axis=2 (...)"),
    ("flipping no axis", lambda x: ad.flip(x, 2), OpIndexError,
     "flip: expected axes that x has; got x: float64 (2, 3); axis=2 (...)"),
    ("flipping an axis twice", lambda x: ad.flip(x, (0, 0)), OpValueError,
     "flip: expected axes that x has; got x: float64 (2, 3); axis=(0, 0) (...)"),
    ("flipping a number left to right", lambda x: ad.fliplr(x[0]), OpIndexError,
     "fliplr: expected axis from -1 to 0, got axis=1, of 1 axes"),
    ("moving an axis to nowhere", lambda x: ad.moveaxis(x, 0, 2), OpIndexError,
     "moveaxis: expected destination from -2 to 1, got destination=2, of 2 axes"),
    ("moving two axes to one", lambda x: ad.moveaxis(x, (0, 1), 0), OpValueError,
     ("moveaxis: expected as many axes in source and destination, got source=(0, 1) and "
      "destination=0")),
    ("moving an axis twice", lambda x: ad.moveaxis(x, (0, -2), (0, 1)), OpValueError,
     "moveaxis: expected source without repetition, got source=(0, -2)"),
    ("swapping with no axis", lambda x: ad.swapaxes(x, 0, 2), OpIndexError,
     "swapaxes: expected axis2 from -2 to 1, got axis2=2, of 2 axes"),
    ("half a turn", lambda x: ad.rot90(x, 0.5), OpTypeError,
     "rot90: expected k to be an int, got k=float 0.5"),
    ("turning in a space", lambda x: ad.rot90(x, 1, (0, 1, 0)), OpValueError,
     "rot90: expected axes without repetition, got axes=(0, 1, 0)"),
    ("turning on a line", lambda x: ad.rot90(x, 1, 0), OpValueError,
     "rot90: expected two axes, got axes=0"),
    ("flattening backwards", lambda x: ad.flatten(x, 1, 0), OpValueError,
     "flatten: expected start_dim not to come after end_dim, got 1 and 0 of 2 axes"),
    ("flattening from no axis", lambda x: ad.flatten(x, 2), OpIndexError,
     "flatten: expected start_dim from -2 to 1, got start_dim=2, of 2 axes"),
    ("repeating less than never", lambda x: ad.repeat(x, -1), OpValueError,
     ("repeat: expected repeats to be an int, or an int of at least 0 for each of the 6 "
      "elements along axis None, got int -1")),
    ("repeating two of three", lambda x: ad.repeat(x, [1, 2], axis=1), OpValueError,
     ("repeat: expected repeats to be an int, or an int of at least 0 for each of the 3 "
      "elements along axis 1, got list [1, 2]")),
    ("repeating half", lambda x: ad.repeat(x, 1.5), OpTypeError,
     "repeat: expected repeats to be integers, got float 1.5"),
    ("tiling less than never", lambda x: ad.tile(x, -1), OpValueError,
     "tile: expected repetitions of at least 0, got -1"),
    ("tiling half", lambda x: ad.tile(x, 1.5), OpTypeError,
     "tile: expected repetitions to be an int, got repetitions=float 1.5"),
    ("unstacking no axis", lambda x: ad.unstack(x, 2), OpIndexError,
     "unstack: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("splitting unevenly", lambda x: ad.split(x, 2, axis=1), OpValueError,
     ("split: expected a number of parts that divides the length 3 of axis 1, got 2: "
      "array_split makes parts that are as equal as can be")),
    ("splitting into nothing", lambda x: ad.split(x, 0), OpValueError,
     "split: expected at least one part, got 0"),
    ("splitting at a fraction", lambda x: ad.split(x, [0.5]), OpTypeError,
     "split: expected a number of parts, or indices, got list [0.5]"),
    ("splitting into a fraction", lambda x: ad.split(x, 1.5), OpTypeError,
     "split: expected a number of parts, or indices, got float 1.5"),
    ("splitting no axis", lambda x: ad.array_split(x, 2, 2), OpIndexError,
     "array_split: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("arrays that do not broadcast", lambda x: ad.broadcast_arrays(x, ones(2)), OpValueError,
     "broadcast_arrays: expected shapes that broadcast together, got [(2, 3), (2,)]"),
    ("a mesh of matrices", lambda x: ad.meshgrid(x), OpValueError,
     "meshgrid: expected vectors, got shape (2, 3) as array 0"),
    ("a mesh indexed otherwise", lambda x: ad.meshgrid(x[0], indexing="yx"), OpValueError,
     "meshgrid: expected indexing to be 'xy' or 'ij', got 'yx'"),
    ("the diagonal of a vector", lambda x: ad.diagonal(x[0]), OpValueError,
     ("diagonal: expected two different axes of x; got x: float64 (3,); offset=0, axis1=-2, "
      "axis2=-1 (...)")),
    ("the diagonal of one axis", lambda x: ad.diagonal(x, 0, 0, -2), OpValueError,
     ("diagonal: expected two different axes of x; got x: float64 (2, 3); offset=0, axis1=0, "
      "axis2=-2 (...)")),
    ("a diagonal between two", lambda x: ad.diagonal(x, 0.5), OpTypeError,
     ("diagonal: expected two different axes of x; got x: float64 (2, 3); offset=0.5, axis1=-2, "
      "axis2=-1 (...)")),
    ("diag of three axes", lambda x: ad.diag(x[None]), OpValueError,
     ("diag: expected a vector or a matrix, got shape (1, 2, 3): diagonal() and diag_embed() "
      "take more axes")),
    ("diag of no number", lambda x: ad.diag(x, None), OpTypeError,
     "diag: expected k to be an int, got k=NoneType None"),
    ("a number on a diagonal", lambda x: ad.diag_embed(x[0, 0]), OpValueError,
     "diag_embed: expected one axis or more, got a 0-d array"),
    ("a diagonal of one new axis", lambda x: ad.diag_embed(x, 0, 0, -3), OpValueError,
     "diag_embed: expected two axes, got axis1=0 and axis2=-3"),
    ("a diagonal outside", lambda x: ad.diag_embed(x, 0, 0, 3), OpIndexError,
     "diag_embed: expected axis2 from -3 to 2, got axis2=3, of 3 axes"),
    ("a triangle of a vector", lambda x: ad.tril(x[0]), OpValueError,
     ("tril: expected matrices x (..., M, N) and an int k; got x: float64 (3,); k=0 (x has "
      "fewer than two axes)")),
    ("a triangle cut between diagonals", lambda x: ad.triu(x, 0.5), OpTypeError,
     "triu: expected k to be an int, got k=float 0.5"),
    ("the trace of a vector", lambda x: ad.trace(x[0]), OpValueError,
     "trace: expected matrices (..., M, N), got shape (3,)"),
]


# --- running values and order ---

ORDER: Table = [
    ("a running sum along no axis", lambda x: ad.cumulative_sum(x, 2), OpIndexError,
     ("cumulative_sum: expected an axis that x has; got x: float64 (2, 3); axis=2, dtype=None, "
      "include_initial=False (...)")),
    ("a running sum of two axes", lambda x: ad.cumulative_sum(x), OpValueError,
     ("cumulative_sum: expected an axis that x has; got x: float64 (2, 3); axis=None, "
      "dtype=None, include_initial=False (an array of 2 axes needs axis=...)")),
    ("a running sum of a number", lambda x: ad.cumulative_prod(ones()), OpValueError,
     ("cumulative_prod: expected an axis that x has; got x: float64 (); axis=None, dtype=None, "
      "include_initial=False (an array of 0 axes needs axis=...)")),
    ("a running sum in a dtype that loses the fraction",
     lambda x: ad.cumsum(x, 0, dtype=int), OpTypeError,
     ("cumsum: expected a dtype that holds float64, got int64: use astype, real or imag first "
      "(called with x: float64 (2, 3); axis=0, dtype=<class 'int'>)")),
    ("NumPy's running sum along no axis", lambda x: ad.cumsum(x, -3), OpIndexError,
     "cumsum: expected an axis that x has; got x: float64 (2, 3); axis=-3, dtype=None (...)"),
    ("NumPy's running product along no axis", lambda x: ad.cumprod(x, 2), OpIndexError,
     "cumprod: expected an axis that x has; got x: float64 (2, 3); axis=2, dtype=None (...)"),
    ("a running product along a name", lambda x: ad.cumulative_prod(x, "x"), OpTypeError,
     ("cumulative_prod: expected an axis that x has; got x: float64 (2, 3); axis='x', "
      "dtype=None, include_initial=False (...)")),
    ("a running logarithm along no axis", lambda x: ad.logcumsumexp(x, 2), OpIndexError,
     ("logcumsumexp: expected an axis that x has, and real numbers; got x: float64 (2, 3); "
      "axis=2 (...)")),
    ("a running logarithm of complex numbers", lambda x: ad.logcumsumexp(x * 1j), OpTypeError,
     "logcumsumexp: expected real numbers; got x: complex128 (2, 3); axis=-1"),
    ("a running maximum of complex numbers", lambda x: ad.cummax(x * 1j), OpTypeError,
     "cummax: expected real numbers, got complex128, which has no order"),
    ("a running minimum along no axis", lambda x: ad.cummin(x, 2), OpIndexError,
     "cummin: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("a running maximum of a number", lambda x: ad.cummax(x[0, 0]), OpIndexError,
     "cummax: expected axes to count axis in, got axis=-1, of 0 axes"),
    ("differences by NumPy's position of n", lambda x: ad.diff(x, 2), OpValueError,
     ("diff: expected prepend and append shaped as x but for axis 1, got x: float64 (2, 3); "
      "prepend: int64 (); append: NoneType None (n and axis are passed by name)")),
    ("differences to another row", lambda x: ad.diff(x, x[:1]), OpValueError,
     ("diff: expected prepend and append shaped as x but for axis 1, got x: float64 (2, 3); "
      "prepend: float64 (1, 3); append: NoneType None (n and axis are passed by name)")),
    ("fewer than no differences", lambda x: ad.diff(x, n=-1), OpValueError,
     "diff: expected n of at least 0, got n=-1"),
    ("half a difference", lambda x: ad.diff(x, n=0.5), OpTypeError,
     "diff: expected n to be an int, got n=float 0.5"),
    ("differences of a number", lambda x: ad.diff(x[0, 0]), OpIndexError,
     "diff: expected axes to count axis in, got axis=-1, of 0 axes"),
    ("samples at other places", lambda x: ad.trapezoid(x, ones(2)), OpValueError,
     ("trapezoid: expected a place x for each sample along axis 1 of y, got y: shape (2, 3); x: "
      "shape (2,)")),
    ("samples at places of more axes", lambda x: ad.trapezoid(x, ones(4, 2, 3)), OpValueError,
     ("trapezoid: expected a place x for each sample along axis 1 of y, got y: shape (2, 3); x: "
      "shape (4, 2, 3)")),
    ("samples at places of other rows", lambda x: ad.trapezoid(x, ones(3, 3), axis=1), OpValueError,
     ("trapezoid: expected a place x for each sample along axis 1 of y, got y: shape (2, 3); x: "
      "shape (3, 3)")),
    ("a recurrence of what does not broadcast",
     lambda x: ad.linear_recurrence(x, ones(2)), OpValueError,
     "linear_recurrence: expected shapes that broadcast together, got (2, 3) and (2,)"),
    ("a recurrence along no axis", lambda x: ad.linear_recurrence(x, x, 2), OpIndexError,
     "linear_recurrence: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("sorting along no axis", lambda x: ad.sort(x, 2), OpIndexError,
     "sort: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("sorting a number", lambda x: ad.sort(x[0, 0]), OpIndexError,
     "sort: expected axes to count axis in, got axis=-1, of 0 axes"),
    ("more of the largest than there are", lambda x: ad.topk(x, 4), OpValueError,
     "topk: expected k from 0 to 3, the length of axis 1, got k=4"),
    ("fewer of the largest than none", lambda x: ad.topk(x, -1), OpValueError,
     "topk: expected k from 0 to 3, the length of axis 1, got k=-1"),
    ("half of the largest", lambda x: ad.topk(x, 1.5), OpTypeError,
     "topk: expected k to be an int, got k=float 1.5"),
    ("the largest along no axis", lambda x: ad.topk(x, 1, 2), OpIndexError,
     "topk: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("the largest of complex numbers", lambda x: ad.topk(x * 1j, 1), OpTypeError,
     "topk: expected real numbers, got complex128, which has no order"),
    ("the largest of text", lambda x: ad.topk("abc", 1), OpTypeError,
     "topk: expected numbers, got str of dtype <U3 (called with x: str 'abc', k: int 1)"),
    ("the median of complex numbers", lambda x: ad.median(x * 1j), OpTypeError,
     "median: expected real numbers, got complex128, which has no order"),
    ("the median of nothing", lambda x: ad.median(x[:, :0]), OpValueError,
     "median: expected elements along axis=None, got shape (2, 0)"),
    ("the median along an axis twice", lambda x: ad.median(x, (0, 0)), OpValueError,
     "median: expected axis without repetition, got axis=(0, 0)"),
    ("a quantile beyond all", lambda x: ad.quantile(x, 1.5), OpValueError,
     "quantile: expected q from 0 to 1, got others among them"),
    ("a quantile that is no number", lambda x: ad.quantile(x, np.nan), OpValueError,
     "quantile: expected q from 0 to 1, got others among them"),
    ("a quantile along no axis", lambda x: ad.quantile(x, 0.5, 2), OpIndexError,
     "quantile: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("a complex quantile", lambda x: ad.quantile(x, 0.5j), OpTypeError,
     "quantile: expected real numbers, got complex128, which has no order"),
    ("a percentile below all", lambda x: ad.percentile(x, -1), OpValueError,
     "percentile: expected q from 0 to 100, got others among them"),
]


# --- linear algebra ---

ALGEBRA: Table = [
    ("a matrix product of one number", lambda x: la.matmul(2.0, x), OpTypeError,
     ("matmul: expected the last axis of x1 as long as the second last of x2, other axes that "
      "broadcast; got x1: float 2.0, x2: float64 (2, 3) (a number came where an array is needed)")),
    ("the inverse of a singular matrix", lambda x: la.inv(ones(2, 2)), OpValueError,
     "inv: expected square invertible matrices (..., N, N); got x: float64 (2, 2) (...)"),
    ("a singular system", lambda x: la.solve(ones(2, 2), ones(2, 2)), OpValueError,
     ("solve: expected square invertible x1 (..., N, N) and x2 (..., N, K) or (N,); got x1: "
      "float64 (2, 2), x2: float64 (2, 2) (...)")),
    ("a system of other size", lambda x: la.solve(np.eye(2), x[0]), OpValueError,
     ("solve: expected square invertible x1 (..., N, N) and x2 (..., N, K) or (N,); got x1: "
      "float64 (2, 2), x2: float64 (3,) (...)")),
    ("the determinant of an oblong matrix", lambda x: la.det(x), OpValueError,
     "det: expected square matrices (..., N, N); got x: float64 (2, 3) (...)"),
    ("the inverse of a vector", lambda x: la.inv(x[0]), OpValueError,
     ("inv: expected square invertible matrices (..., N, N); got x: float64 (3,) (1-dimensional "
      "array given. Array must be at least two-dimensional)")),
    ("slogdet of an oblong matrix", lambda x: la.slogdet(x), OpValueError,
     "slogdet: expected square matrices (..., N, N); got x: float64 (2, 3) (...)"),
    ("eigenvectors of an oblong matrix", lambda x: la.eigh(x), OpValueError,
     ("eigh: expected square matrices (..., N, N); got x: float64 (2, 3) (the matrices are not "
      "square)")),
    ("general eigenvectors of an oblong matrix", lambda x: la.eig(x), OpValueError,
     "eig: expected square matrices (..., N, N); got x: float64 (2, 3) (...)"),
    ("eigenvalues of an oblong matrix", lambda x: la.eigvals(x), OpValueError,
     "eigvals: expected square matrices (..., N, N); got x: float64 (2, 3) (...)"),
    ("the factor of an oblong matrix", lambda x: la.cholesky(x), OpValueError,
     ("cholesky: expected square matrices (..., N, N) that are Hermitian and positive definite; "
      "got x: float64 (2, 3); ... (the matrices are not square)")),
    ("the factor of an indefinite matrix", lambda x: la.cholesky(-np.eye(2)), OpValueError,
     ("cholesky: expected square matrices (..., N, N) that are Hermitian and positive definite; "
      "got x: float64 (2, 2); upper=False (...)")),
    ("half precision", lambda x: la.inv(np.eye(2, dtype="e")), OpTypeError,
     "inv: expected square invertible matrices (..., N, N); got x: float16 (2, 2) (...)"),
    ("singular values of what is not finite", lambda x: la.svd(np.array([[np.nan]])), OpValueError,
     "svd: expected matrices (..., M, N); got x: float64 (1, 1); full_matrices=True (...)"),
    ("powers of an oblong matrix", lambda x: la.matrix_power(x, 2), OpValueError,
     "matrix_power: expected square matrices (..., N, N), got shape (2, 3)"),
    ("half a power of a matrix", lambda x: la.matrix_power(np.eye(2), 0.5), OpTypeError,
     "matrix_power: expected n to be an int, got n=float 0.5"),
    ("the exponential of an oblong matrix", lambda x: la.expm(x), OpValueError,
     "expm: expected square matrices (..., N, N), got shape (2, 3)"),
    ("an oblong triangle", lambda x: la.solve_triangular(x, ones(2)), OpValueError,
     "solve_triangular: expected square matrices (..., N, N), got shape (2, 3)"),
    ("a flat triangle", lambda x: la.solve_triangular(np.zeros((1, 1)), [1.0]), OpValueError,
     ("solve_triangular: expected square invertible x1 (..., N, N) and x2 (..., N, K) or (N,); "
      "got x1: float64 (1, 1), x2: float64 (1,); ... (...)")),
    ("singular values of a vector", lambda x: la.svd(x[0]), OpValueError,
     "svd: expected matrices (..., M, N), got shape (3,)"),
    ("qr of a vector", lambda x: la.qr(x[0]), OpValueError,
     "qr: expected matrices (..., M, N), got shape (3,)"),
    ("qr in a mode unheard of", lambda x: la.qr(x, mode="raw"), OpValueError,
     "qr: expected mode to be 'reduced' or 'complete', got 'raw'"),
    ("the pseudoinverse of a vector", lambda x: la.pinv(x[0]), OpValueError,
     "pinv: expected matrices (..., M, N); got x: float64 (3,); rtol=None (...)"),
    ("the rank of a vector", lambda x: la.matrix_rank(x[0]), OpValueError,
     ("matrix_rank: expected matrices (..., M, N); got x: float64 (3,) (x has fewer than two "
      "axes)")),
    ("least squares of text", lambda x: la.lstsq("text", x), OpTypeError,
     ("lstsq: expected numbers, got str of dtype <U4 (called with x1: str 'text', x2: float64 "
      "(2, 3))")),
    ("least squares of other rows", lambda x: la.lstsq(x, ones(3)), OpValueError,
     ("lstsq: expected the last axis of x1 as long as the second last of x2, other axes that "
      "broadcast; got x1: float64 (2, 3), x2: float64 (3,) (...)")),
    ("a norm of vectors by name", lambda x: la.vector_norm(x, ord="fro"), OpTypeError,
     "vector_norm: expected ord to be a number, got str 'fro'"),
    ("a norm of matrices unheard of", lambda x: la.matrix_norm(x, ord=3), OpValueError,
     "matrix_norm: expected ord to be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got 3"),
    ("a norm of a matrix that is a vector", lambda x: la.matrix_norm(x[0]), OpValueError,
     "matrix_norm: expected matrices (..., M, N), got shape (3,)"),
    ("a norm of three axes", lambda x: la.norm(x[None], 2), OpValueError,
     ("norm: expected one axis (of vectors) or two (of matrices), got axis=None of shape (1, 2, "
      "3)")),
    ("a norm of a vector by name", lambda x: la.norm(x[0], "nuc"), OpValueError,
     "norm: expected a norm of vectors, a number, got ord='nuc'"),
    ("a norm along three axes", lambda x: la.norm(x[None], axis=(0, 1, 2)), OpValueError,
     ("norm: expected one axis (of vectors) or two (of matrices), got axis=(0, 1, 2) of shape "
      "(1, 2, 3)")),
    ("the least size of nothing", lambda x: la.vector_norm(x[:0, 0], ord=-np.inf), OpValueError,
     ("vector_norm: expected axes that x has, none of them empty; got x: float64 (0,); "
      "axis=None, keepdims=False, ord=-inf (...)")),
    ("the condition of nothing", lambda x: la.cond(x[:, :0]), OpValueError,
     "cond: expected matrices that have elements, got shape (2, 0)"),
    ("the condition of a singular matrix", lambda x: la.cond(ones(2, 2), 1), OpValueError,
     "cond: expected square invertible matrices (..., N, N); got x: float64 (2, 2); p=1 (...)"),
    ("dot of other lengths", lambda x: ad.dot(x, ones(4)), OpValueError,
     "dot: expected the last axis of x1 as long as axis -1 of x2, got shapes (2, 3) and (4,)"),
    ("inner products of other lengths", lambda x: ad.inner(x, ones(2)), OpValueError,
     "inner: expected the last axis of x1 as long as axis -1 of x2, got shapes (2, 3) and (2,)"),
    ("vecdot of other lengths", lambda x: la.vecdot(x, ones(1)), OpValueError,
     "vecdot: expected vectors of one length, got 3 and 1"),
    ("vecdot of a number", lambda x: la.vecdot(ones(), x), OpIndexError,
     "vecdot: expected axes to count axis in, got axis=-1, of 0 axes"),
    ("cross products of two elements", lambda x: la.cross(ones(2), ones(2)), OpValueError,
     ("cross: expected vectors of 3 elements along the last axes, other axes that broadcast; "
      "got x1: float64 (2,), x2: float64 (2,); axis=-1 (not 3 elements)")),
    ("more axes than there are, to sum over", lambda x: la.tensordot(x, x, axes=3), OpValueError,
     "tensordot: expected axes from 0 to 2, got axes=3 for shapes (2, 3) and (2, 3)"),
    ("fewer axes than none, to sum over", lambda x: la.tensordot(x, x, axes=-1), OpValueError,
     "tensordot: expected axes from 0 to 2, got axes=-1 for shapes (2, 3) and (2, 3)"),
    ("axes of one array, to sum over", lambda x: la.tensordot(x, x, axes=[0]), OpValueError,
     "tensordot: expected axes of x1 and axes of x2, got axes=[0]"),
    ("axes without a partner, to sum over",
     lambda x: la.tensordot(x, x, axes=([0], [0, 1])), OpValueError,
     ("tensordot: expected as many axes of x1 as of x2, in pairs of one length, got axes (0,) "
      "of (2, 3) and (0, 1) of (2, 3)")),
    ("axes of other lengths, to sum over", lambda x: la.tensordot(x, x, axes=1), OpValueError,
     ("tensordot: expected as many axes of x1 as of x2, in pairs of one length, got axes (1,) "
      "of (2, 3) and (0,) of (2, 3)")),
    ("an axis twice, to sum over",
     lambda x: la.tensordot(x, x, axes=([0, 0], [0, 1])), OpValueError,
     "tensordot: expected axes of x1 without repetition, got axes of x1=(0, 0)"),
    ("an axis outside, to sum over", lambda x: la.tensordot(x, x, axes=([2], [0])), OpIndexError,
     "tensordot: expected axes of x1 from -2 to 1, got axes of x1=2, of 2 axes"),
    ("a chain of one matrix", lambda x: la.multi_dot([x]), OpValueError,
     ("multi_dot: expected two or more matrices, the first and the last perhaps vectors, got "
      "shapes [(2, 3)]")),
    ("a chain with a stack in it", lambda x: la.multi_dot([x, x[None], x]), OpValueError,
     ("multi_dot: expected two or more matrices, the first and the last perhaps vectors, got "
      "shapes [(2, 3), (1, 2, 3), (2, 3)]")),
    ("a chain that does not fit", lambda x: la.multi_dot([x, x]), OpValueError,
     ("multi_dot: expected the last axis of x1 as long as the second last of x2, other axes "
      "that broadcast; got arrays: [float64 (2, 3), float64 (2, 3)] (...)")),
    ("einsum of lists", lambda x: ad.einsum(x, [0, 1]), OpTypeError,
     ("einsum: expected subscripts such as 'ij,jk->ik' and then the operands, got float64 (2, "
      "3) in the subscripts' place")),
    ("einsum of strange subscripts", lambda x: ad.einsum("i-j", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (they are not "
      "letters, commas, one '->' and '...') (called with subscripts: str 'i-j', operands: "
      "[float64 (2, 3)])")),
    ("einsum of two dots", lambda x: ad.einsum("i..j", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (they are not "
      "letters, commas, one '->' and '...') (called with subscripts: str 'i..j', operands: "
      "[float64 (2, 3)])")),
    ("einsum of two arrows", lambda x: ad.einsum("ij->i->j", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (they are not "
      "letters, commas, one '->' and '...') (called with subscripts: str 'ij->i->j', operands: "
      "[float64 (2, 3)])")),
    ("einsum of an operand more", lambda x: ad.einsum("ij", x, x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (they are for 1 "
      "operands, and 2 came) (called with subscripts: str 'ij', operands: [float64 (2, 3), "
      "float64 (2, 3)])")),
    ("einsum of an axis more", lambda x: ad.einsum("ijk", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands ('ijk' does not "
      "fit an operand of 2 axes) (called with subscripts: str 'ijk', operands: [float64 (2, 3)])")),
    ("einsum of an axis less", lambda x: ad.einsum("i", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands ('i' does not "
      "fit an operand of 2 axes) (called with subscripts: str 'i', operands: [float64 (2, 3)])")),
    ("einsum of two lengths", lambda x: ad.einsum("ij,jk", x, x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (a label has "
      "two lengths, 3 and 2) (called with subscripts: str 'ij,jk', operands: [float64 (2, 3), "
      "float64 (2, 3)])")),
    ("einsum to a new label", lambda x: ad.einsum("ij->ik", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (a label right "
      "of '->' is there twice, or not on the left) (called with subscripts: str 'ij->ik', "
      "operands: [float64 (2, 3)])")),
    ("einsum to a label twice", lambda x: ad.einsum("ij->ii", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (a label right "
      "of '->' is there twice, or not on the left) (called with subscripts: str 'ij->ii', "
      "operands: [float64 (2, 3)])")),
    ("einsum that loses the dots", lambda x: ad.einsum("...j->j", x), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands ('...' is left "
      "of '->' only) (called with subscripts: str '...j->j', operands: [float64 (2, 3)])")),
    ("einsum along no diagonal", lambda x: ad.einsum("ii", ones(3, 1)), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (no diagonal "
      "for 'i' of 3 and 1) (called with subscripts: str 'ii', operands: [float64 (3, 1)])")),
    ("einsum of more axes than letters",
     lambda x: ad.einsum(f"...{ascii_letters}", np.ones((1,) * 53)), OpValueError,
     ("einsum: expected a label for each axis, of one length wherever it stands (there are not "
      "letters enough for the axes of '...') (called with subscripts: str "
      "'...abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', operands: [float64 (1, 1, 1, "
      "1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, "
      "1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)])")),
    ("a linear map of other width", lambda x: op("affine")(x, ones(2, 4), ones(2)), OpValueError,
     ("affine: expected x (..., in), weight (out, in) and bias (out,); got x: float64 (2, 3), "
      "weight: float64 (2, 4), bias: float64 (2,) (...)")),
    ("a linear map with a bias of other length",
     lambda x: op("affine")(x, ones(2, 3), ones(3)), OpValueError,
     ("affine: expected x (..., in), weight (out, in) and bias (out,); got x: float64 (2, 3), "
      "weight: float64 (2, 3), bias: float64 (3,) (x is 0-d, or weight has not two axes, or "
      "bias not one element a row)")),
    ("a linear map of a number", lambda x: op("affine")(x[0, 0], ones(2, 3), ones(2)), OpValueError,
     ("affine: expected x (..., in), weight (out, in) and bias (out,); got x: float64 (), "
      "weight: float64 (2, 3), bias: float64 (2,) (x is 0-d, or weight has not two axes, or "
      "bias not one element a row)")),
    ("a contraction of two lengths", lambda x: op("contract")(x, x, "ij,jk->ik"), OpValueError,
     ("contract: expected a label for each axis, of the same length wherever it stands; got x1: "
      "float64 (2, 3), x2: float64 (2, 3); ... (...)")),
    ("a contraction of two lengths in a batch",
     lambda x: op("contract")(x, ones(3, 4), "bi,bj->bij"), OpValueError,
     ("contract: expected a label for each axis, of the same length wherever it stands; got x1: "
      "float64 (2, 3), x2: float64 (3, 4); ... (a label has two lengths)")),
    ("a contraction of unlabelled axes", lambda x: op("contract")(x, x, "i,i->"), OpValueError,
     ("contract: expected a label for each axis, of the same length wherever it stands; got x1: "
      "float64 (2, 3), x2: float64 (2, 3); ... (not one label for each axis)")),
    ("packed cross products of two elements",
     lambda x: op("cross_product")(ones(2), ones(2)), OpValueError,
     ("cross_product: expected vectors of 3 elements along the last axes, other axes that "
      "broadcast; got x1: float64 (2,), x2: float64 (2,) (not 3 elements)")),
    ("packed factors of a wide matrix", lambda x: op("packed_qr")(x), OpValueError,
     ("packed_qr: expected matrices (..., M, N) with M >= N; got x: float64 (2, 3) (the "
      "matrices have fewer rows than columns)")),
    ("the complement of a wide matrix", lambda x: op("complement")(x), OpValueError,
     ("complement: expected matrices (..., M, K) with M >= K; got x: float64 (2, 3) (the "
      "matrices have fewer rows than columns)")),
    ("packed eigenvectors of an oblong matrix", lambda x: op("packed_eigh")(x), OpValueError,
     ("packed_eigh: expected square matrices (..., N, N); got x: float64 (2, 3) (the matrices "
      "are not square)")),
]


# --- gradients of decompositions that do not exist ---

NOGRADIENT: Table = [
    ("eigenvectors of equal eigenvalues",
     lambda x: pulled(lambda z: la.eigh(z)[1], np.eye(2)), GradientError,
     ("eigh: two values are equal up to rounding, so their vectors have no derivative (in "
      "forward mode, even if nothing depends on them)")),
    ("general eigenvectors of equal eigenvalues",
     lambda x: pulled(lambda z: la.eig(z)[1], np.diag([1.0, 1.0, 2.0])), GradientError,
     ("eig: two values are equal up to rounding, so their vectors have no derivative (in "
      "forward mode, even if nothing depends on them)")),
    ("singular vectors of equal values",
     lambda x: pulled(lambda z: la.svd(z)[0], np.eye(2)), GradientError,
     ("svd: two values are equal up to rounding, so their vectors have no derivative (in "
      "forward mode, even if nothing depends on them)")),
    ("singular vectors of nothing",
     lambda x: pulled(lambda z: la.svd(z, full_matrices=False)[0], np.diag([1.0, 0.0, 0.0])[:, :2]),
     GradientError,
     ("svd: a singular value is 0 up to rounding, so its vectors have no derivative (in forward "
      "mode, even if nothing depends on them)")),
    ("a phase of an eigenvector",
     lambda x: pulled(lambda z: ad.real(la.eigh(z)[1]), TURNED), GradientError,
     ("eigh: a complex vector may be multiplied by any number of size 1, and a gradient came "
      "that depends on which was: use what does not, such as abs(v) or v @ conj(v).mT")),
    ("a completed square, of qr",
     lambda x: pulled(lambda z: la.qr(z, mode="complete")[0][:, 2:], np.arange(8.0).reshape(4, 2)),
     GradientError,
     ("qr, svd: the columns that complete a square matrix are one choice of many, and a "
      "gradient came that depends on it: do without them (mode, full_matrices)")),
    ("factors of dependent columns",
     lambda x: pulled(lambda z: la.qr(z)[0], ones(3, 2) * [1.0, 0.0]), GradientError,
     ("qr: columns of a matrix depend on each other (of a wide one, those of its leading "
      "square), so its factors have no gradient: expected a matrix of full rank")),
    ("eigenvalues of a defective matrix",
     lambda x: pulled(lambda z: ad.real(la.eigvals(z)), np.eye(2, k=1)), GradientError,
     ("eig: a matrix has fewer independent eigenvectors than columns, so its eigenvalues and "
      "eigenvectors have no derivative: eigh() always has the vectors, of symmetric ones")),
    ("the logarithm of no determinant",
     lambda x: pulled(lambda z: la.slogdet(z)[1], np.zeros((2, 2))), GradientError,
     ("slogdet: a singular matrix has no logarithm of the determinant, and no gradient of it: "
      "det() has one")),
]


# --- convolution, and other windows ---

WINDOWS: Table = [
    ("channels that differ", lambda x: ad.conv2d(ones(1, 2, 4, 4), ones(3, 1, 2, 2)), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 2, 4, 4), weight: float64 (3, 1, 2, 2), bias: NoneType None; ... "
      "(the images have 2 channels, and there are 3 filters for 1 channels in 1 groups: each "
      "channel and each filter belongs to one group)")),
    ("channels that differ, of signals",
     lambda x: ad.conv1d(ones(1, 2, 4), ones(3, 1, 2)), OpValueError,
     ("conv1d: expected images x (N, C, L) and filters weight (O, C / groups, K) that fit; got "
      "x: float64 (1, 2, 4), weight: float64 (3, 1, 2), bias: NoneType None; ... (the images "
      "have 2 channels, and there are 3 filters for 1 channels in 1 groups: each channel and "
      "each filter belongs to one group)")),
    ("images without channels", lambda x: ad.conv2d(ones(4, 4), ones(3, 1, 2, 2)), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (4, 4), weight: float64 (3, 1, 2, 2) (only the axis N may be left "
      "out)")),
    ("images of other axes", lambda x: ad.conv3d(ones(1, 4, 4), ones(3, 1, 2, 2, 2)), OpValueError,
     ("conv3d: expected images x (N, C, D, H, W) and filters weight (O, C / groups, KD, KH, KW) "
      "that fit; got x: float64 (1, 4, 4), weight: float64 (3, 1, 2, 2, 2) (only the axis N may "
      "be left out)")),
    ("filters of other axes", lambda x: ad.conv2d(ones(1, 1, 4, 4), ones(3, 1, 2)), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 1, 4, 4), weight: float64 (3, 1, 2) (only the axis N may be left "
      "out)")),
    ("filters without extent",
     lambda x: ad.conv2d(ones(1, 1, 4, 4), ones(3, 1, 0, 2)), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 1, 4, 4), weight: float64 (3, 1, 0, 2), bias: NoneType None; ... "
      "(a window of (0, 2) needs a window of at least 1 along each axis, not (0, 2))")),
    ("images without extent",
     lambda x: ad.conv2d(ones(1, 1, 0, 4), ones(3, 1, 1, 1), padding=1), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 1, 0, 4), weight: float64 (3, 1, 1, 1), bias: NoneType None; ... "
      "(a window of (1, 1) needs an image of at least 1 along each axis, not (0, 4))")),
    ("text for images", lambda x: ad.conv2d("images", ones(1, 1, 1, 1)), OpTypeError,
     ("conv2d: expected numbers, got str of dtype <U6 (called with x: str 'images', weight: "
      "float64 (1, 1, 1, 1), bias: NoneType None; ...")),
    ("images of another precision",
     lambda x: ad.conv2d(Tensor(ones(1, 2, 4, 4), dtype="f"), Tensor(ones(3, 1, 2, 2))),
     OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float32 (1, 2, 4, 4), weight: float64 (3, 1, 2, 2), bias: NoneType None; ... "
      "(the images have 2 channels, and there are 3 filters for 1 channels in 1 groups: each "
      "channel and each filter belongs to one group)")),
    ("a filter that does not fit",
     lambda x: ad.conv2d(ones(1, 1, 2, 2), ones(1, 1, 3, 3)), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 1, 2, 2), weight: float64 (1, 1, 3, 3), bias: NoneType None; ... "
      "(a window of (3, 3) does not fit an image of (2, 2) with padding ((0, 0), (0, 0)))")),
    ("a dilated filter that does not fit",
     lambda x: ad.conv2d(ones(1, 1, 4, 4), ones(3, 1, 3, 3), dilation=2), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 1, 4, 4), weight: float64 (3, 1, 3, 3), bias: NoneType None; ... "
      "(a window of (3, 3), dilation (2, 2) does not fit an image of (4, 4) with padding ((0, "
      "0), (0, 0)))")),
    ("a bias of other length",
     lambda x: ad.conv2d(ones(1, 1, 4, 4), ones(3, 1, 2, 2), ones(2)), OpValueError,
     "conv2d: expected a bias for each of 3 filters, got shape (2,)"),
    ("groups that do not divide the filters",
     lambda x: ad.conv2d(ones(1, 2, 4, 4), ones(3, 1, 2, 2), groups=2), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 2, 4, 4), weight: float64 (3, 1, 2, 2), bias: NoneType None; ... "
      "(the images have 2 channels, and there are 3 filters for 1 channels in 2 groups: each "
      "channel and each filter belongs to one group)")),
    ("groups of other channels",
     lambda x: ad.conv2d(ones(1, 4, 4, 4), ones(2, 4, 2, 2), groups=2), OpValueError,
     ("conv2d: expected images x (N, C, H, W) and filters weight (O, C / groups, KH, KW) that "
      "fit; got x: float64 (1, 4, 4, 4), weight: float64 (2, 4, 2, 2), bias: NoneType None; ... "
      "(the images have 4 channels, and there are 2 filters for 4 channels in 2 groups: each "
      "channel and each filter belongs to one group)")),
    ("no group", lambda x: ad.conv2d(ones(1, 2, 4, 4), ones(3, 2, 2, 2), groups=0), OpValueError,
     "conv2d: expected at least one group, got groups=0"),
    ("half a group",
     lambda x: ad.conv2d(ones(1, 2, 4, 4), ones(3, 2, 2, 2), groups=0.5), OpTypeError,
     "conv2d: expected groups to be an int, got 0.5"),
    ("a stride of zero",
     lambda x: ad.conv2d(ones(1, 1, 4, 4), ones(1, 1, 2, 2), stride=0), OpValueError,
     "conv2d: expected stride of at least 1, got stride=0"),
    ("a stride of three numbers",
     lambda x: ad.conv2d(ones(1, 1, 4, 4), ones(1, 1, 2, 2), stride=(1, 1, 1)), OpTypeError,
     "conv2d: expected stride to be an int or a pair of ints, got (1, 1, 1)"),
    ("a stride of two numbers in space",
     lambda x: ad.conv3d(ones(1, 2, 2, 2), ones(1, 1, 1, 1, 1), stride=(1, 1)), OpTypeError,
     "conv3d: expected stride to be an int or three ints, got (1, 1)"),
    ("a stride that is a truth",
     lambda x: ad.conv2d(ones(1, 2, 2), ones(1, 1, 1, 1), stride=True), OpTypeError,
     "conv2d: expected stride to be an int or a pair of ints, got True"),
    ("a dilation of zero",
     lambda x: ad.conv2d(ones(1, 4, 4), ones(1, 1, 2, 2), dilation=(1, 0)), OpValueError,
     "conv2d: expected dilation of at least 1, got dilation=(1, 0)"),
    ("a padding that is no int",
     lambda x: ad.conv2d(ones(1, 1, 4, 4), ones(1, 1, 2, 2), padding=0.5), OpTypeError,
     ("conv2d: expected padding to be an int or a pair of ints, or a pair (before, after) for "
      "each axis, got 0.5")),
    ("a pair for the one axis",
     lambda x: ad.conv1d(ones(1, 4), ones(1, 1, 2), padding=(1, 2)), OpTypeError,
     ("conv1d: expected padding to be an int or a tuple of one, or a pair (before, after) for "
      "each axis, got (1, 2)")),
    ("a negative padding",
     lambda x: ad.conv2d(ones(1, 4, 4), ones(1, 1, 2, 2), padding=((0, 0), (0, -1))), OpValueError,
     "conv2d: expected padding of at least 0, got padding=((0, 0), (0, -1))"),
    ("a padding unheard of",
     lambda x: ad.conv2d(ones(1, 2, 2), ones(1, 1, 1, 1), padding="full"), OpValueError,
     "conv2d: expected padding to be numbers, \"valid\" or \"same\", got 'full'"),
    ("the same size in steps",
     lambda x: ad.conv2d(ones(1, 2, 2), ones(1, 1, 1, 1), stride=(1, 2), padding="same"),
     OpValueError,
     ('conv2d: expected a stride of 1 with padding="same", got stride=(1, 2): give the padding '
      "in numbers")),
    ("transposed, channels that differ",
     lambda x: ad.conv_transpose2d(ones(1, 2, 4, 4), ones(3, 2, 2, 2)), OpValueError,
     ("conv_transpose2d: expected images x (N, C, H, W) and filters weight (C, O / groups, KH, "
      "KW) that fit; got x: float64 (1, 2, 4, 4), weight: float64 (3, 2, 2, 2) (the channels of "
      "x and weight differ)")),
    ("transposed, groups that do not divide",
     lambda x: ad.conv_transpose2d(ones(1, 3, 4, 4), ones(3, 2, 2, 2), groups=2), OpValueError,
     ("conv_transpose2d: expected images x (N, C, H, W) and filters weight (C, O / groups, KH, "
      "KW) that fit; got x: float64 (1, 3, 4, 4), weight: float64 (3, 2, 2, 2), bias: NoneType "
      "None; ... (the images have 4 channels, and there are 3 filters for 2 channels in 2 "
      "groups: each channel and each filter belongs to one group)")),
    ("transposed, axes that differ",
     lambda x: ad.conv_transpose1d(ones(1, 2, 4, 4), ones(2, 1, 2)), OpValueError,
     ("conv_transpose1d: expected images x (N, C, L) and filters weight (C, O / groups, K) that "
      "fit; got x: float64 (1, 2, 4, 4), weight: float64 (2, 1, 2) (only the axis N may be left "
      "out)")),
    ("transposed, a bias of other length",
     lambda x: ad.conv_transpose2d(ones(1, 2, 4, 4), ones(2, 2, 2, 2), ones(2), groups=2),
     OpValueError,
     "conv_transpose2d: expected a bias for each of 4 filters, got shape (2,)"),
    ("transposed, nothing left",
     lambda x: ad.conv_transpose1d(ones(1, 2), ones(1, 1, 2), padding=2), OpValueError,
     ("conv_transpose1d: expected images x (N, C, L) and filters weight (C, O / groups, K) that "
      "fit; got x: float64 (1, 1, 2), weight: float64 (1, 1, 2) (padding ((2, 2),) leaves (-1,) "
      "of (3,))")),
    ("transposed, a named padding",
     lambda x: ad.conv_transpose1d(ones(1, 2), ones(1, 1, 2), padding="same"), OpTypeError,
     ("conv_transpose1d: expected padding to be an int or a tuple of one, or a pair (before, "
      "after) for each axis, got 'same'")),
    ("transposed, images without extent",
     lambda x: ad.conv_transpose1d(ones(1, 0), ones(1, 1, 3)), OpValueError,
     ("conv_transpose1d: expected images x (N, C, L) and filters weight (C, O / groups, K) that "
      "fit; got x: float64 (1, 0), weight: float64 (1, 1, 3), bias: NoneType None; ... (a "
      "window of (3,) does not fit an image of (2,) with padding ((0, 0),))")),
    ("an output padding as large as the stride",
     lambda x: ad.conv_transpose2d(ones(1, 4, 4), ones(1, 1, 2, 2), stride=2, output_padding=(0,
         2)), OpValueError,
     ("conv_transpose2d: expected an output_padding below the stride or the dilation, got "
      "output_padding=(0, 2), stride=(2, 2), dilation=(1, 1)")),
    ("a negative output padding",
     lambda x: ad.conv_transpose1d(ones(1, 4), ones(1, 1, 2), output_padding=-1), OpValueError,
     "conv_transpose1d: expected output_padding of at least 0, got output_padding=-1"),
    ("a pooling window that does not fit", lambda x: ad.max_pool2d(x, 3), OpValueError,
     ("max_pool2d: expected images (..., H, W) and a window that fits them; got x: float64 (2, "
      "3); ... (a window of (3, 3) does not fit an image of (2, 3) with padding ((0, 0), (0, "
      "0)))")),
    ("a pooling window that does not fit in space",
     lambda x: ad.max_pool3d(ones(2, 3, 3), 3), OpValueError,
     ("max_pool3d: expected images (..., D, H, W) and a window that fits them; got x: float64 "
      "(2, 3, 3); ... (a window of (3, 3, 3) does not fit an image of (2, 3, 3) with padding "
      "((0, 0), (0, 0), (0, 0)))")),
    ("the mean of a window that does not fit", lambda x: ad.avg_pool2d(x, (3, 1)), OpValueError,
     ("avg_pool2d: expected images (..., H, W) and a window that fits them; got x: float64 (2, "
      "3); ... (a window of (3, 1) does not fit an image of (2, 3) with padding ((0, 0), (0, "
      "0)))")),
    ("the mean of a signal's window that does not fit",
     lambda x: ad.avg_pool1d(ones(2), 3), OpValueError,
     ("avg_pool1d: expected images (..., L) and a window that fits them; got x: float64 (2,); "
      "... (a window of (3,) does not fit an image of (2,) with padding ((0, 0),))")),
    ("pooling of a vector", lambda x: ad.max_pool2d(x[0], 2), OpValueError,
     ("max_pool2d: expected images (..., H, W) and a window that fits them; got x: float64 "
      "(3,); ... (a window of (2, 2) needs an image of at least 1 along each axis, not (3,))")),
    ("pooling of a vector, rounded up",
     lambda x: ad.avg_pool2d(ones(4), 2, ceil_mode=True), OpValueError,
     ("avg_pool2d: expected images (..., H, W) and a window that fits them; got x: float64 "
      "(4,); ... (a window of (2, 2) needs an image of at least 1 along each axis, not (4,))")),
    ("pooling of nothing", lambda x: ad.avg_pool2d(ones(0, 4), 2, padding=1), OpValueError,
     ("avg_pool2d: expected images (..., H, W) and a window that fits them; got x: float64 (0, "
      "4); ... (a window of (2, 2) needs an image of at least 1 along each axis, not (0, 4))")),
    ("pooling in the margin alone", lambda x: ad.max_pool2d(x, 2, padding=2), OpValueError,
     ("max_pool2d: expected padding of at most half the window, got padding=(2, 2) for a window "
      "of (2, 2): a window would lie in the margin alone")),
    ("pooling in the margin after the image",
     lambda x: ad.avg_pool1d(ones(4), 3, padding=((0, 2),)), OpValueError,
     ("avg_pool1d: expected padding of at most half the window, got padding=((0, 2),) for a "
      "window of (3,): a window would lie in the margin alone")),
    ("pooling in a margin wider than half a window",
     lambda x: ad.max_pool1d(ones(4), 3, padding=2), OpValueError,
     ("max_pool1d: expected padding of at most half the window, got padding=(2,) for a window "
      "of (3,): a window would lie in the margin alone")),
    ("pooling without a window", lambda x: ad.max_pool1d(ones(4), 0), OpValueError,
     "max_pool1d: expected kernel_size of at least 1, got kernel_size=0"),
    ("pooling without a step", lambda x: ad.avg_pool2d(ones(4, 4), 2, (1, 0)), OpValueError,
     "avg_pool2d: expected stride of at least 1, got stride=(1, 0)"),
    ("pooling without a dilation", lambda x: ad.max_pool1d(ones(4), 2, dilation=0), OpValueError,
     "max_pool1d: expected dilation of at least 1, got dilation=0"),
    ("pooling with a truth for a dilation",
     lambda x: ad.max_pool2d(ones(4, 4), 2, 2, 0, True), OpTypeError,
     "max_pool2d: expected dilation to be an int or a pair of ints, got True"),
    ("pooling with a window of other axes",
     lambda x: ad.max_pool3d(ones(4, 4, 4), (2, 2)), OpTypeError,
     "max_pool3d: expected kernel_size to be an int or three ints, got (2, 2)"),
    ("the largest complex number in a window",
     lambda x: ad.max_pool1d(ones(4) * 1j, 2), OpTypeError,
     ("max_pool1d: expected real numbers, got complex128, which has no order (called with x: "
      "complex128 (4,); ...")),
    ("the largest complex number in a bin",
     lambda x: ad.adaptive_max_pool2d(ones(4, 4) * 1j, 2), OpTypeError,
     "adaptive_max_pool2d: expected real numbers, got complex128: complex ones have no order"),
    ("a mean divided by nothing",
     lambda x: ad.avg_pool2d(ones(4, 4), 2, divisor_override=0), OpValueError,
     "avg_pool2d: expected a divisor_override other than 0: it divides the sums"),
    ("a mean divided by a list",
     lambda x: ad.avg_pool2d(ones(4, 4), 2, divisor_override=[2]), OpTypeError,
     "avg_pool2d: expected divisor_override to be a number, got [2]"),
    ("no bin", lambda x: ad.adaptive_avg_pool2d(ones(4, 4), (2, 0)), OpValueError,
     "adaptive_avg_pool2d: expected at least one bin, got output_size=(2, 0)"),
    ("bins for other axes", lambda x: ad.adaptive_avg_pool2d(ones(4, 4), (2, 2, 2)), OpTypeError,
     ("adaptive_avg_pool2d: expected output_size to be an int or a pair of ints (or None in it: "
      "as it is), got (2, 2, 2)")),
    ("half a bin", lambda x: ad.adaptive_max_pool2d(ones(4, 4), 0.5), OpTypeError,
     ("adaptive_max_pool2d: expected output_size to be an int or a pair of ints (or None in it: "
      "as it is), got 0.5")),
    ("bins of nothing", lambda x: ad.adaptive_avg_pool2d(ones(2, 0, 4), 1), OpValueError,
     "adaptive_avg_pool2d: expected images (..., H, W), got (2, 0, 4)"),
    ("bins of a number", lambda x: ad.adaptive_avg_pool1d(1.0, 1), OpValueError,
     "adaptive_avg_pool1d: expected images (..., L), got ()"),
    ("a window without extent", lambda x: ad.im2col(ones(1, 1, 3, 3), (0, 2)), OpValueError,
     "im2col: expected kernel of at least 1, got kernel=(0, 2)"),
    ("im2col with no stride", lambda x: ad.im2col(ones(1, 1, 3, 3), 2, 0), OpValueError,
     "im2col: expected stride of at least 1, got stride=0"),
    ("im2col with pairs of no stride",
     lambda x: ad.im2col(ones(1, 1, 3, 3), (2, 2), (0, 0)), OpValueError,
     "im2col: expected stride of at least 1, got stride=(0, 0)"),
    ("im2col of one image", lambda x: ad.im2col(ones(1, 3, 3), 2), OpValueError,
     "im2col: expected images (N, C, H, W), got (1, 3, 3)"),
    ("im2col of a window that does not fit", lambda x: ad.im2col(ones(1, 1, 3, 3), 4), OpValueError,
     ("im2col: expected a window that fits the images; got x: float64 (1, 1, 3, 3); ... (a "
      "window of (4, 4) does not fit an image of (3, 3) with padding ((0, 0), (0, 0)))")),
    ("columns that do not fit", lambda x: ad.col2im(ones(3, 4), (1, 1, 3, 3), (2, 2)), OpValueError,
     ("col2im: expected 4 rows of 4 numbers, as im2col makes them of images of shape=(1, 1, 3, "
      "3), got (3, 4)")),
    ("rows of other images", lambda x: ad.col2im(ones(4, 4), (1, 1, 3, 4), 2), OpValueError,
     ("col2im: expected 6 rows of 4 numbers, as im2col makes them of images of shape=(1, 1, 3, "
      "4), got (4, 4)")),
    ("as many numbers in other rows",
     lambda x: ad.col2im(ones(8, 2), (1, 1, 3, 3), 2), OpValueError,
     ("col2im: expected 4 rows of 4 numbers, as im2col makes them of images of shape=(1, 1, 3, "
      "3), got (8, 2)")),
    ("a shape of three", lambda x: ad.col2im(ones(4, 4), (1, 3, 3), 2), OpTypeError,
     "col2im: expected a shape (N, C, H, W), got (1, 3, 3)"),
    ("rows of images too small", lambda x: ad.col2im(ones(4, 4), (1, 1, 1, 1), 2), OpValueError,
     ("col2im: expected a window that fits the images (a window of (2, 2) does not fit an image "
      "of (1, 1) with padding ((0, 0), (0, 0)))")),
    ("unfold of a row", lambda x: ad.unfold(ones(3, 3), 2), OpValueError,
     "unfold: expected images (N, C, H, W) or one image (C, H, W), got (3, 3)"),
    ("unfold of a window of three axes", lambda x: ad.unfold(ones(1, 3, 3), (2, 2, 2)), OpTypeError,
     "unfold: expected kernel_size to be an int or a pair of ints, got (2, 2, 2)"),
    ("fold of other columns", lambda x: ad.fold(ones(4, 5), (3, 3), 2), OpValueError,
     ("fold: expected columns (N, C * 4, 4) or (C * 4, 4): images of (3, 3) have 4 windows of "
      "(2, 2); got (4, 5)")),
    ("fold of no whole windows", lambda x: ad.fold(ones(1, 6, 4), (3, 3), 2), OpValueError,
     ("fold: expected columns (N, C * 4, 4) or (C * 4, 4): images of (3, 3) have 4 windows of "
      "(2, 2); got (1, 6, 4)")),
    ("fold of a vector", lambda x: ad.fold(ones(4), 1, 2, padding=1), OpValueError,
     ("fold: expected columns (N, C * 4, 4) or (C * 4, 4): images of (1, 1) have 4 windows of "
      "(2, 2); got (4,)")),
    ("fold to nothing", lambda x: ad.fold(ones(4, 1), 0, 2), OpValueError,
     "fold: expected output_size of at least 1, got output_size=0"),
    ("a cotangent of other size",
     lambda x: op("convolution_input")(ones(1, 3, 4), ones(3, 2, 2), (6,), (1,), ((0, 0),), (1,),
         1), OpValueError,
     ("convolution_input: expected filters w (O, C / groups, *kernel), and c (N, O, *out) as "
      "`convolution` gives it; got c: float64 (1, 3, 4), w: float64 (3, 2, 2); ... (the "
      "convolution of such images has the shape (1, 3, 5), not (1, 3, 4))")),
    ("a cotangent of other channels",
     lambda x: op("convolution_input")(ones(1, 2, 5), ones(3, 2, 2), (6,), (1,), ((0, 0),), (1,),
         1), OpValueError,
     ("convolution_input: expected filters w (O, C / groups, *kernel), and c (N, O, *out) as "
      "`convolution` gives it; got c: float64 (1, 2, 5), w: float64 (3, 2, 2); ... (the "
      "convolution of such images has the shape (1, 3, 5), not (1, 2, 5))")),
    ("a cotangent of another batch",
     lambda x: op("convolution_weight")(ones(2, 2, 6), ones(1, 3, 5), (2,), (1,), ((0, 0),),
         (1,), 1), OpValueError,
     ("convolution_weight: expected images x (N, C, *size), and c (N, O, *out) as `convolution` "
      "gives it; got x: float64 (2, 2, 6), c: float64 (1, 3, 5); ... (the convolution of such "
      "images has the shape (2, 3, 5), not (1, 3, 5))")),
    ("a cotangent of other filters",
     lambda x: op("convolution_weight")(ones(1, 2, 6), ones(1, 3, 5), (3,), (1,), ((0, 0),),
         (1,), 1), OpValueError,
     ("convolution_weight: expected images x (N, C, *size), and c (N, O, *out) as `convolution` "
      "gives it; got x: float64 (1, 2, 6), c: float64 (1, 3, 5); ... (the convolution of such "
      "images has the shape (1, 3, 4), not (1, 3, 5))")),
    ("a cotangent of other axes",
     lambda x: op("convolution_weight")(ones(1, 2, 6), ones(1, 3, 5, 1), (2,), (1,), ((0, 0),),
         (1,), 1), OpValueError,
     ("convolution_weight: expected images x (N, C, *size), and c (N, O, *out) as `convolution` "
      "gives it; got x: float64 (1, 2, 6), c: float64 (1, 3, 5, 1); ... (x and c need as many "
      "axes, and x channels in 1 groups)")),
    ("groups that divide no cotangent",
     lambda x: op("convolution_weight")(ones(1, 2, 6), ones(1, 3, 5), (2,), (1,), ((0, 0),),
         (1,), 2), OpValueError,
     ("convolution_weight: expected images x (N, C, *size), and c (N, O, *out) as `convolution` "
      "gives it; got x: float64 (1, 2, 6), c: float64 (1, 3, 5); ... (the images have 2 "
      "channels, and there are 3 filters for 1 channels in 2 groups: each channel and each "
      "filter belongs to one group)")),
    ("params for other axes",
     lambda x: op("convolution")(ones(1, 2, 6), ones(1, 2, 2), (1, 1), ((0, 0),), (1,), 1),
     OpValueError,
     ("convolution: expected images x (N, C, *size) and filters w (O, C / groups, *kernel) that "
      "fit them; got x: float64 (1, 2, 6), w: float64 (1, 2, 2); ... (a window of (2,) needs a "
      "stride of at least 1 along each axis, not (1, 1))")),
    ("margins for other axes",
     lambda x: op("convolution")(ones(1, 2, 6), ones(1, 2, 2), (1,), ((0, 0), (0, 0)), (1,), 1),
     OpValueError,
     ("convolution: expected images x (N, C, *size) and filters w (O, C / groups, *kernel) that "
      "fit them; got x: float64 (1, 2, 6), w: float64 (1, 2, 2); ... (a window of (2,) needs a "
      "padding (before, after) of at least 0 for each axis, not ((0, 0), (0, 0)))")),
    ("nothing to slide over",
     lambda x: op("convolution")(ones(1, 2), ones(1, 2), (), (), (), 1), OpValueError,
     ("convolution: expected images x (N, C, *size) and filters w (O, C / groups, *kernel) that "
      "fit them; got x: float64 (1, 2), w: float64 (1, 2); ... (x and w need as many axes: two, "
      "and those that the filters slide over)")),
    ("maxima of other images",
     lambda x: op("max_pool_spread")(ones(3), ones(4), ones(3), (2,), (2,), ((0, 0),), (1,)),
     OpValueError,
     ("max_pool_spread: expected images x (..., *size), their maxima top, and c shaped as "
      "these; got c: float64 (3,), x: float64 (4,), top: float64 (3,); ... (the maxima of such "
      "images have the shape (2,), not (3,))")),
    ("values for other maxima",
     lambda x: op("max_pool_spread")(ones(3), ones(4), ones(2), (2,), (2,), ((0, 0),), (1,)),
     OpValueError,
     ("max_pool_spread: expected images x (..., *size), their maxima top, and c shaped as "
      "these; got c: float64 (3,), x: float64 (4,), top: float64 (2,); ... (there is one value "
      "for each of (2,) maxima, not (3,))")),
    ("a reading of other maxima",
     lambda x: op("max_pool_pick")(ones(4), ones(4), ones(3), (2,), (2,), ((0, 0),), (1,)),
     OpValueError,
     ("max_pool_pick: expected images x (..., *size), their maxima top, and t shaped as the "
      "images; got t: float64 (4,), x: float64 (4,), top: float64 (3,); ... (the maxima of such "
      "images have the shape (2,), not (3,))")),
    ("a reading of other images",
     lambda x: op("max_pool_pick")(ones(5), ones(4), ones(2), (2,), (2,), ((0, 0),), (1,)),
     OpValueError,
     ("max_pool_pick: expected images x (..., *size), their maxima top, and t shaped as the "
      "images; got t: float64 (5,), x: float64 (4,), top: float64 (2,); ... (what is read has "
      "the images' shape (4,), not (5,))")),
    ("sums of other images",
     lambda x: op("sum_pool_spread")(ones(3), (4,), (2,), (2,), ((0, 0),)), OpValueError,
     ("sum_pool_spread: expected one value (..., *out) for each window of images of that size; "
      "got c: float64 (3,); ... (images of (4,) have (2,) such windows, not (3,))")),
    ("sums over no axis", lambda x: op("sum_pool")(ones(3), (), (), ()), OpValueError,
     ("sum_pool: expected images (..., *size) and a window that fits them; got x: float64 (3,); "
      "... (a window of () needs an image of at least 1 along each axis, not (3,))")),
    ("a window without a margin for each axis",
     lambda x: op("max_pool")(ones(3), (1,), (1,), (), (1,)), OpValueError,
     ("max_pool: expected images (..., *size) and a window that fits them; got x: float64 (3,); "
      "... (a window of (1,) needs a padding (before, after) of at least 0 for each axis, not "
      "())")),
    ("windows of other images",
     lambda x: op("from_windows")(ones(2, 4), (4,), (1,), ((0, 0),), (1,)), OpValueError,
     ("from_windows: expected windows (..., *kernel, *out) of images of that size; got cols: "
      "float64 (2, 4); ... (images of (4,) have (3,) such windows, not (4,))")),
    ("windows of too few axes",
     lambda x: op("windows")(ones(4), (2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1)), OpValueError,
     ("windows: expected images (..., *size) and a window that fits them; got x: float64 (4,); "
      "... (a window of (2, 2) needs an image of at least 1 along each axis, not (4,))")),
]


# --- images resampled ---

RESAMPLING: Table = [
    ("a mode for other axes", lambda x: ad.interpolate(x, 4), OpValueError,
     ("interpolate: expected 3 or 4 or 5 axes (N, C, ...) for mode 'nearest', none after the "
      "second empty, got shape (2, 3)")),
    ("a mode for images alone",
     lambda x: ad.interpolate(ones(1, 1, 2, 2, 2), 4, mode="bilinear"), OpValueError,
     ("interpolate: expected 4 axes (N, C, ...) for mode 'bilinear', none after the second "
      "empty, got shape (1, 1, 2, 2, 2)")),
    ("a mode for no signals",
     lambda x: ad.interpolate(ones(1, 2, 3), 4, mode="bicubic"), OpValueError,
     ("interpolate: expected 4 axes (N, C, ...) for mode 'bicubic', none after the second "
      "empty, got shape (1, 2, 3)")),
    ("resampling nothing", lambda x: ad.interpolate(ones(1, 1, 0), 4), OpValueError,
     ("interpolate: expected 3 or 4 or 5 axes (N, C, ...) for mode 'nearest', none after the "
      "second empty, got shape (1, 1, 0)")),
    ("a mode of resampling unheard of",
     lambda x: ad.interpolate(IMAGE, 4, mode="cubic"), OpValueError,
     ("interpolate: expected a mode out of ['area', 'bicubic', 'bilinear', 'linear', 'nearest', "
      "'nearest-exact', 'trilinear'], got 'cubic'")),
    ("corners in a mode that has none",
     lambda x: ad.interpolate(IMAGE, 4, align_corners=False), OpValueError,
     "interpolate: expected align_corners with a linear mode or 'bicubic', got 'nearest'"),
    ("antialias of signals",
     lambda x: ad.interpolate(ones(1, 2, 3), 4, mode="linear", antialias=True), OpValueError,
     "interpolate: expected antialias with mode 'bilinear' or 'bicubic', got 'linear'"),
    ("neither size nor scale", lambda x: ad.interpolate(IMAGE), OpValueError,
     "interpolate: expected either size or scale_factor, got size=None, scale_factor=None"),
    ("both size and scale", lambda x: ad.interpolate(IMAGE, 4, 2.0), OpValueError,
     "interpolate: expected either size or scale_factor, got size=4, scale_factor=2.0"),
    ("sizes of three axes", lambda x: ad.interpolate(IMAGE, (4, 4, 4)), OpValueError,
     "interpolate: expected a number for each of 2 axes, got (4, 4, 4)"),
    ("scales of one axis", lambda x: ad.interpolate(IMAGE, None, (2.0,)), OpValueError,
     "interpolate: expected a number for each of 2 axes, got (2.0,)"),
    ("half a pixel", lambda x: ad.interpolate(IMAGE, 2.5), OpTypeError,
     "interpolate: expected size as integers or scale_factor as numbers, got 2.5"),
    ("a scale that is text", lambda x: ad.interpolate(IMAGE, None, "x"), OpTypeError,
     "interpolate: expected size as integers or scale_factor as numbers, got 'x'"),
    ("a length of no pixel", lambda x: ad.interpolate(IMAGE, (2, 0)), OpValueError,
     ("interpolate: expected at least one pixel along each axis, got lengths [2, 0] from (2, 0) "
      "for shape (1, 2, 3, 3)")),
    ("a scale to no pixel", lambda x: ad.interpolate(IMAGE, None, 0.3), OpValueError,
     ("interpolate: expected at least one pixel along each axis, got lengths [0, 0] from 0.3 "
      "for shape (1, 2, 3, 3)")),
    ("a scale recomputed that was not given",
     lambda x: ad.interpolate(IMAGE, 4, recompute_scale_factor=True), OpValueError,
     "interpolate: expected scale_factor with recompute_scale_factor, got size=4"),
    ("tables of two shapes", lambda x: op("resample")(ones(1, 2, 3), PICK, PICK[0]), OpValueError,
     ("resample: expected tables of one shape (taps, m), of elements along an axis that x has; "
      "got x: float64 (1, 2, 3); ... (they are of shapes (1, 2) and (2,))")),
    ("tables of one axis", lambda x: op("resample")(ones(1, 2, 3), PICK[0], PICK[0]), OpValueError,
     ("resample: expected tables of one shape (taps, m), of elements along an axis that x has; "
      "got x: float64 (1, 2, 3); ... (they are of shapes (2,) and (2,))")),
    ("tables that point outside",
     lambda x: op("resample")(ones(1, 2, 3), PICK + 2, PICK), OpIndexError,
     ("resample: expected tables of one shape (taps, m), of elements along an axis that x has; "
      "got x: float64 (1, 2, 3); ... (...)")),
    ("tables that point before all",
     lambda x: op("resample")(ones(1, 2, 3), PICK - 1, PICK), OpIndexError,
     ("resample: expected tables of one shape (taps, m), of elements along an axis that x has; "
      "got x: float64 (1, 2, 3); ... (an index is negative)")),
    ("tables for no axis", lambda x: op("resample")(ones(1, 2, 3), PICK, PICK, 4), OpIndexError,
     ("resample: expected tables of one shape (taps, m), of elements along an axis that x has; "
      "got x: float64 (1, 2, 3); ... (...)")),
    ("no points to interpolate between", lambda x: ad.interp(1.0, [], []), OpValueError,
     "interp: expected xp and fp of one shape (n,), not empty, got (0,) and (0,)"),
    ("fewer points than values", lambda x: ad.interp(1.0, [1.0], [1.0, 2.0]), OpValueError,
     "interp: expected xp and fp of one shape (n,), not empty, got (1,) and (2,)"),
    ("points in a matrix", lambda x: ad.interp(1.0, [[1.0]], [[1.0]]), OpValueError,
     "interp: expected xp and fp of one shape (n,), not empty, got (1, 1) and (1, 1)"),
    ("points that descend", lambda x: ad.interp(1.0, [2.0, 1.0], [0.0, 1.0]), OpValueError,
     "interp: expected xp in ascending order: sort it, and fp with it"),
    ("complex places", lambda x: ad.interp(1j, [1.0, 2.0], [0.0, 1.0]), OpTypeError,
     "interp: expected real x and xp, got complex128 and float64"),
    ("channels that shuffle to no pixels", lambda x: ad.pixel_shuffle(IMAGE, 2), OpValueError,
     ("pixel_shuffle: expected images (..., C, H, W) whose channels 2² = 4 divides, got shape "
      "(1, 2, 3, 3)")),
    ("pixels without channels", lambda x: ad.pixel_shuffle(ones(4, 4), 2), OpValueError,
     ("pixel_shuffle: expected images (..., C, H, W) whose channels 2² = 4 divides, got shape "
      "(4, 4)")),
    ("half a shuffle", lambda x: ad.pixel_shuffle(IMAGE, 1.5), OpTypeError,
     "pixel_shuffle: expected an integer factor, got 1.5"),
    ("pixels that make no channels", lambda x: ad.pixel_unshuffle(IMAGE, 2), OpValueError,
     ("pixel_unshuffle: expected images (..., C, H, W) whose height and width 2 divides, got "
      "shape (1, 2, 3, 3)")),
    ("a shuffle by nothing", lambda x: ad.pixel_unshuffle(IMAGE, 0), OpValueError,
     "pixel_unshuffle: expected a factor of at least 1, got 0"),
    ("a mode of sampling unheard of",
     lambda x: ad.grid_sample(IMAGE, PLACES, "linear"), OpValueError,
     ("grid_sample: expected a mode out of ['bicubic', 'bilinear', 'nearest'] and a "
      "padding_mode out of ['border', 'reflection', 'zeros'], got 'linear' and 'zeros'")),
    ("a padding of sampling unheard of",
     lambda x: ad.grid_sample(IMAGE, PLACES, padding_mode="wrap"), OpValueError,
     ("grid_sample: expected a mode out of ['bicubic', 'bilinear', 'nearest'] and a "
      "padding_mode out of ['border', 'reflection', 'zeros'], got 'bilinear' and 'wrap'")),
    ("sampling a signal", lambda x: ad.grid_sample(ones(1, 2, 3), PLACES), OpValueError,
     ("grid_sample: expected images (N, C, H, W) or volumes (N, C, D, H, W), not empty, for "
      "mode 'bilinear', got shape (1, 2, 3)")),
    ("bicubic sampling of a volume",
     lambda x: ad.grid_sample(ones(1, 1, 2, 2, 2), PLACES, "bicubic"), OpValueError,
     ("grid_sample: expected images (N, C, H, W), not empty, for mode 'bicubic', got shape (1, "
      "1, 2, 2, 2)")),
    ("sampling nothing", lambda x: ad.grid_sample(IMAGE[:, :, :0], PLACES), OpValueError,
     ("grid_sample: expected images (N, C, H, W) or volumes (N, C, D, H, W), not empty, for "
      "mode 'bilinear', got shape (1, 2, 0, 3)")),
    ("places of one coordinate", lambda x: ad.grid_sample(IMAGE, PLACES[..., :1]), OpValueError,
     ("grid_sample: expected a grid (1, ..., 2) of 4 axes for images of shape (1, 2, 3, 3), got "
      "(1, 1, 2, 1)")),
    ("places of one image for two",
     lambda x: ad.grid_sample(ones(2, 1, 2, 2), PLACES), OpValueError,
     ("grid_sample: expected a grid (2, ..., 2) of 4 axes for images of shape (2, 1, 2, 2), got "
      "(1, 1, 2, 2)")),
    ("places of images in a volume",
     lambda x: ad.grid_sample(ones(1, 1, 2, 2, 2), PLACES), OpValueError,
     ("grid_sample: expected a grid (1, ..., 3) of 5 axes for images of shape (1, 1, 2, 2, 2), "
      "got (1, 1, 2, 2)")),
    ("places that are integers", lambda x: ad.grid_sample(IMAGE, PLACES.astype(int)), OpTypeError,
     "grid_sample: expected a grid of real floats, got int64"),
    ("a map of one image for two",
     lambda x: ad.affine_grid(ones(1, 2, 3), (2, 1, 3, 3)), OpValueError,
     ("affine_grid: expected theta (N, 2, 3) for a size (N, C, H, W) or (N, 3, 4) for (N, C, D, "
      "H, W), got (1, 2, 3) for (2, 1, 3, 3)")),
    ("a map of no image", lambda x: ad.affine_grid(ones(1, 2, 3), (1, 1, 3)), OpValueError,
     ("affine_grid: expected theta (N, 2, 3) for a size (N, C, H, W) or (N, 3, 4) for (N, C, D, "
      "H, W), got (1, 2, 3) for (1, 1, 3)")),
]


# --- Fourier transforms ---

FREQUENCIES: Table = [
    ("a transform along no axis", lambda x: fft.fft(x, axis=2), OpIndexError,
     "fft: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("a transform of a number", lambda x: fft.fft(ones()), OpIndexError,
     "fft: expected axes to count axis in, got axis=-1, of 0 axes"),
    ("a transform along a name", lambda x: fft.fft(x, axis="x"), OpTypeError,
     "fft: expected axis to be an int, got axis=str 'x'"),
    ("a transform of half a length", lambda x: fft.fft(x, 2.5), OpTypeError,
     "fft: expected length to be an int, got length=float 2.5"),
    ("a transform to no length", lambda x: fft.ifft(x, 0), OpValueError,
     ("ifft: expected at least one element along each axis to transform, got lengths [0] along "
      "the axes (1,) of shape (2, 3)")),
    ("a transform of no length", lambda x: fft.rfft(ones(2, 0)), OpValueError,
     ("rfft: expected at least one element along each axis to transform, got lengths [0] along "
      "the axes (1,) of shape (2, 0)")),
    ("a transform back from one frequency", lambda x: fft.irfft(ones(1)), OpValueError,
     ("irfft: expected at least one element along each axis to transform, got lengths [0] along "
      "the axes (0,) of shape (1,)")),
    ("a length for one of two axes", lambda x: fft.fftn(x, (2,), (0, 1)), OpValueError,
     "fftn: expected a length for each axis of (0, 1), got [2]"),
    ("lengths for more axes than there are", lambda x: fft.fftn(x, (2, 2, 2)), OpIndexError,
     "fftn: expected axis from -2 to 1, got axis=-3, of 2 axes"),
    ("a transform along an axis twice", lambda x: fft.fftn(x, axes=(0, -2)), OpValueError,
     "fftn: expected axis without repetition, got axis=(0, -2)"),
    ("a transform of images, of a signal", lambda x: fft.fft2(x[0]), OpIndexError,
     "fft2: expected axis from -1 to 0, got axis=-2, of 1 axes"),
    ("a transform of all axes of a number", lambda x: fft.rfftn(ones()), OpValueError,
     "rfftn: expected an axis to transform, got shape ()"),
    ("a transform along none of the axes", lambda x: fft.irfftn(x, axes=()), OpValueError,
     "irfftn: expected an axis to transform, got shape (2, 3)"),
    ("half the frequencies of complex numbers", lambda x: fft.rfft(x * 1j), OpTypeError,
     ("rfft: expected real numbers, got complex128 (2, 3): take their real(), or all "
      "frequencies by fft")),
    ("half the frequencies back, of complex numbers", lambda x: fft.ihfft(x * 1j), OpTypeError,
     ("ihfft: expected real numbers, got complex128 (2, 3): take their real(), or all "
      "frequencies by ifft")),
    ("half the frequencies of complex images", lambda x: fft.rfft2(x * 1j), OpTypeError,
     ("rfft2: expected real numbers, got complex128 (2, 3): take their real(), or all "
      "frequencies by fft2")),
    ("a norm unheard of", lambda x: fft.fft(x, norm="unit"), OpValueError,
     "fft: expected a norm 'backward', 'ortho' or 'forward', got 'unit'"),
    ("a norm that is a number", lambda x: fft.irfft2(x, norm=2), OpValueError,
     "irfft2: expected a norm 'backward', 'ortho' or 'forward', got 2"),
    ("a shift along no axis", lambda x: fft.fftshift(x, 2), OpIndexError,
     "fftshift: expected axis from -2 to 1, got axis=2, of 2 axes"),
    ("a shift along an axis twice", lambda x: fft.ifftshift(x, (1, 1)), OpValueError,
     "ifftshift: expected axis without repetition, got axis=(1, 1)"),
    ("a transform of text", lambda x: fft.fft("x"), OpTypeError,
     ("fft: expected numbers, got str of dtype <U1 (called with x: str 'x'; n=None, axis=-1, "
      "norm='backward')")),
    ("no frequencies", lambda x: fft.fftfreq(0), OpValueError,
     ("fftfreq: expected a length of at least 1, a spacing that is not 0, and a real floating "
      "dtype; got n: int 0 (there would be no frequencies, or none of them finite)")),
    ("frequencies of no spacing", lambda x: fft.rfftfreq(4, 0.0), OpValueError,
     ("rfftfreq: expected a length of at least 1, a spacing that is not 0, and a real floating "
      "dtype; got n: int 4, d: float 0.0 (there would be no frequencies, or none of them finite)")),
    ("frequencies of half a length", lambda x: fft.fftfreq(2.5), OpTypeError,
     ("fftfreq: expected a length of at least 1, a spacing that is not 0, and a real floating "
      "dtype; got n: float 2.5 (...)")),
    ("frequencies that are integers", lambda x: fft.fftfreq(4, dtype=int), OpTypeError,
     ("fftfreq: expected a length of at least 1, a spacing that is not 0, and a real floating "
      "dtype; got n: int 4, dtype: type <class 'int'> (frequencies are fractions)")),
    ("frequencies elsewhere", lambda x: fft.fftfreq(4, device="gpu"), OpValueError,
     "fftfreq: expected device 'cpu' or None, got 'gpu': arrays live nowhere else"),
    ("a raw transform in a norm unheard of",
     lambda x: op("dft")(x, (0,), norm="unit"), OpValueError,
     ("dft: expected axes that x has, none of them empty; got x: float64 (2, 3); axes=(0,), "
      "inverse=False, norm='unit', of_real=False (...)")),
    ("a raw transform of complex numbers", lambda x: op("rdft")(x * 1j), OpTypeError,
     "rdft: expected real numbers; got x: complex128 (2, 3); axis=-1, inverse=False, norm=None"),
    ("a raw transform back of other length", lambda x: op("hdft")(x, 9), OpValueError,
     ("hdft: expected n // 2 + 1 frequencies along an axis of x; got x: float64 (2, 3); ... "
      "(half a spectrum of 9 is 5 long)")),
    ("a raw transform back along no axis", lambda x: op("hdft")(x, 5, axis=2), OpIndexError,
     ("hdft: expected n // 2 + 1 frequencies along an axis of x; got x: float64 (2, 3); n=5, "
      "axis=2, inverse=False, norm=None (...)")),
]


# --- special functions ---

SPECIAL: Table = [
    ("a special function of complex numbers", lambda x: ad.erf(x * 1j), OpTypeError,
     ("erf: expected real numbers; got x: complex128 (2, 3) (it is not defined for complex "
      "numbers here)")),
    ("a special function of two, of complex numbers", lambda x: ad.betaln(x * 1j, 2.0), OpTypeError,
     ("betaln: expected real numbers of shapes that broadcast together; got x1: complex128 (2, "
      "3), x2: float 2.0 (it is not defined for complex numbers here)")),
    ("a special function of shapes that do not broadcast",
     lambda x: ad.betaln(x, ones(2)), OpValueError,
     ("betaln: expected real numbers of shapes that broadcast together; got x1: float64 (2, 3), "
      "x2: float64 (2,) (...)")),
    ("an activation of complex numbers", lambda x: ad.softplus(x * 1j), OpTypeError,
     ("softplus: expected real numbers; got x: complex128 (2, 3) (it is not defined for complex "
      "numbers here)")),
    ("a negative order", lambda x: ad.sinc(x, -1), OpValueError,
     ("sinc: expected numbers, and an order n >= 0; got x: float64 (2, 3); n=-1 (an order of -1 "
      "is not between 0 and 10,000)")),
    ("an order beyond computing", lambda x: ad.erfcx(x, 10**6), OpValueError,
     ("erfcx: expected real numbers, and an order n >= 0; got x: float64 (2, 3); n=1000000 (an "
      "order of 1000000 is not between 0 and 10,000)")),
    ("half an order", lambda x: ad.sinc(x, 0.5), OpTypeError,
     "sinc: expected numbers, and an order n >= 0; got x: float64 (2, 3); n=0.5 (...)"),
    ("polygamma of a negative order", lambda x: ad.polygamma(-1, x), OpValueError,
     ("polygamma: expected real numbers, and an order n >= 0; got n: int -1, x: float64 (2, 3) "
      "(an order of -1 is not between 0 and 10,000)")),
    ("polygamma of complex numbers", lambda x: ad.polygamma(1, x * 1j), OpTypeError,
     ("polygamma: expected real numbers, and an order n >= 0; got n: int 1, x: complex128 (2, "
      "3) (it is not defined for complex numbers here)")),
    ("a Bessel function of complex numbers", lambda x: ad.i0(x * 1j), OpTypeError,
     ("i0: expected real numbers; got x: complex128 (2, 3) (it is not defined for complex "
      "numbers here)")),
]


# --- functions without a derivative ---

PLAIN: Table = [
    ("a comparison of shapes that do not broadcast", lambda x: ad.equal(x, [1, 2]), OpValueError,
     ("equal: expected shapes that broadcast together; got x1: float64 (2, 3), x2: list [1, 2] "
      "(...)")),
    ("a comparison with text", lambda x: ad.less(x, "a"), OpTypeError,
     ("less: expected numbers, got str of dtype <U1 (called with x1: float64 (2, 3), x2: str "
      "'a')")),
    ("a comparison with nothing", lambda x: ad.less(x), OpTypeError,
     "less: expected numbers that it is defined for; got x1: float64 (2, 3) (...)"),
    ("a comparison with a list of tensors", lambda x: ad.equal(x, [x]), OpTypeError,
     ("equal: expected numbers, got a list of tensors: stack(...) or concat(...) joins them "
      "(called with x1: float64 (2, 3), x2: [float64 (2, 3)])")),
    ("closeness by strange tolerances", lambda x: ad.isclose(x, 1.0, rtol="a"), OpTypeError,
     ("isclose: expected numbers that it is defined for; got x1: float64 (2, 3), x2: float 1.0; "
      "rtol='a' (...)")),
    ("all along no axis", lambda x: ad.all(x, axis=2), OpIndexError,
     "all: expected axes that x has; got x: float64 (2, 3); axis=2 (...)"),
    ("any along the axis of a number", lambda x: ad.any(Tensor(1.0), axis=0), OpIndexError,
     "any: expected axes that x has; got x: float64 (); axis=0 (...)"),
    ("any along an axis twice", lambda x: ad.any(x, axis=(0, 0)), OpValueError,
     "any: expected axes that x has; got x: float64 (2, 3); axis=(0, 0) (...)"),
    ("bits of floats", lambda x: ad.bitwise_and(x, 1), OpTypeError,
     ("bitwise_and: expected integers or booleans, of shapes that broadcast together; got x1: "
      "float64 (2, 3), x2: int 1 (...)")),
    ("shifted floats", lambda x: ad.bitwise_left_shift(x, 1), OpTypeError,
     ("bitwise_left_shift: expected integers, of shapes that broadcast together; got x1: "
      "float64 (2, 3), x2: int 1 (...)")),
    ("where the largest of nothing is", lambda x: ad.argmax(Tensor([])), OpValueError,
     "argmax: expected an axis that x has, not empty; got x: float64 (0,) (...)"),
    ("where the smallest along no axis is", lambda x: ad.argmin(x, axis=2), OpIndexError,
     "argmin: expected an axis that x has, not empty; got x: float64 (2, 3); axis=2 (...)"),
    ("where the largest of a number is", lambda x: ad.argmax(1.0, axis=0), OpIndexError,
     "argmax: expected an axis that x has, not empty; got x: float 1.0; axis=0 (...)"),
    ("the order of a number", lambda x: ad.argsort(Tensor(1.0)), OpIndexError,
     "argsort: expected an axis that x has; got x: float64 () (...)"),
    ("counting along no axis", lambda x: ad.count_nonzero(x, axis=2), OpIndexError,
     "count_nonzero: expected axes that x has; got x: float64 (2, 3); axis=2 (...)"),
    ("nonzeros of a number", lambda x: ad.nonzero(1.0), OpValueError,
     ("nonzero: expected at least one axis; got x: float 1.0 (a 0-d array has no axis to count "
      "along)")),
    ("a search in a matrix", lambda x: ad.searchsorted(x, 1.0), OpValueError,
     ("searchsorted: expected a sorted x1 with one axis; a sorter of its shape; got x1: float64 "
      "(2, 3), x2: float 1.0 (...)")),
    ("a search from above", lambda x: ad.searchsorted(x[0], 1.0, side="up"), OpValueError,
     ("searchsorted: expected a sorted x1 with one axis; a sorter of its shape; got x1: float64 "
      "(3,), x2: float 1.0; side='up' (...)")),
    ("negative bins", lambda x: ad.bincount([0, -1]), OpValueError,
     "bincount: expected integers that are not negative, in one axis; got x: list [0, -1] (...)"),
    ("half bins", lambda x: ad.bincount([0.5]), OpTypeError,
     "bincount: expected integers that are not negative, in one axis; got x: list [0.5] (...)"),
    ("bins of what requires grad", lambda x: ad.bincount([0, 1], leaf([1.0, 2.0])), GradientError,
     ("bincount: expected a constant, got a tensor that requires grad, and its gradient would "
      "end here: use scatter(weights, x, shape)")),
    ("bins in no order", lambda x: ad.digitize(x, [1, 3, 2]), OpValueError,
     ("digitize: expected bins in one axis that rise or fall throughout; got x: float64 (2, 3), "
      "bins: list [1, 3, 2] (...)")),
    ("limits of an integer as a float", lambda x: ad.finfo(int), OpValueError,
     "finfo: expected a floating dtype, or an array of it; got type: type <class 'int'> (...)"),
    ("limits of nothing", lambda x: ad.finfo(None), OpTypeError,
     ("finfo: expected a floating dtype, or an array of it; got type: NoneType None (None is no "
      "dtype)")),
    ("limits of a float as an integer", lambda x: ad.iinfo(float), OpValueError,
     "iinfo: expected an integer dtype, or an array of it; got type: type <class 'float'> (...)"),
    ("a kind of dtype unheard of", lambda x: ad.isdtype(ad.int8, "real"), OpValueError,
     ("isdtype: expected a dtype, and a kind: a dtype, a name of a kind, or a tuple of these; "
      "got dtype: Int8DType dtype('int8'), kind: str 'real' (...)")),
    ("a cast from a number", lambda x: ad.can_cast(1.0, ad.int8), OpTypeError,
     ("can_cast: expected a dtype to cast from, or an array of it, and a dtype to cast to; got "
      "from_: float 1.0, to: Int8DType dtype('int8') (...)")),
    ("the dtype of nothing", lambda x: ad.result_type(), OpValueError,
     ("result_type: expected arrays, dtypes or numbers, at least one, that have a common dtype; "
      "got nothing (...)")),
    ("a kind unheard of, in the namespace's info",
     lambda x: ad.__array_namespace_info__().dtypes(kind="real"), OpValueError,
     ("isdtype: expected a dtype, and a kind: a dtype, a name of a kind, or a tuple of these; "
      "got dtype: BoolDType dtype('bool'), kind: str 'real' (...)")),
    ("zeros of a negative shape", lambda x: ad.zeros(-1), OpValueError,
     ("zeros: expected a shape: an int or a tuple of ints, none of them negative; got shape: "
      "int -1 (...)")),
    ("ones of a shape that is text", lambda x: ad.ones("a"), OpTypeError,
     ("ones: expected a shape: an int or a tuple of ints, none of them negative; got shape: str "
      "'a' (...)")),
    ("full of what the dtype does not hold", lambda x: ad.full(2, 300, np.uint8), OpValueError,
     ("full: expected a number, and a shape: an int or a tuple of ints, none of them negative; "
      "got shape: int 2, fill_value: int 300, dtype: type <class 'numpy.uint8'> (...)")),
    ("full of text", lambda x: ad.full(2, "a"), OpTypeError,
     "full: expected numbers, got dtype <U1 (called with shape: int 2, fill_value: str 'a')"),
    ("full of what requires grad", lambda x: ad.full(2, leaf(1.0)), GradientError,
     ("full: expected a constant, got a tensor that requires grad, and its gradient would end "
      "here: broadcast_to(fill_value, shape) keeps it")),
    ("full as another, of what requires grad", lambda x: ad.full_like(x, leaf(1.0)), GradientError,
     ("full_like: expected a constant, got a tensor that requires grad, and its gradient would "
      "end here: broadcast_to(fill_value, shape) keeps it")),
    ("a line from what requires grad", lambda x: ad.linspace(leaf(0.0), 1, 3), GradientError,
     ("linspace: expected a constant, got a tensor that requires grad, and its gradient would "
      "end here: start + (stop - start) * linspace(0, 1, num) keeps it")),
    ("a line of fewer than no points", lambda x: ad.linspace(0, 1, -1), OpValueError,
     ("linspace: expected numbers start and stop, and a count num that is not negative; got "
      "start: int 0, stop: int 1, num: int -1 (...)")),
    ("a range in no steps", lambda x: ad.arange(3, step=0), OpValueError,
     ("arange: expected numbers start, stop, step; got start: int 3, step: int 0 (a step of 0 "
      "leads nowhere)")),
    ("a range to text", lambda x: ad.arange("a"), OpTypeError,
     "arange: expected numbers start, stop, step; got start: str 'a' (...)"),
    ("a square of negative side", lambda x: ad.eye(-1), OpValueError,
     ("eye: expected numbers of rows and columns, not negative, and an int k; got n_rows: int "
      "-1 (...)")),
    ("an array of text", lambda x: ad.asarray(["a"]), OpTypeError,
     "asarray: expected numbers, got dtype <U1 (called with obj: list ['a'])"),
    ("an array nested irregularly", lambda x: ad.asarray([[1], [1, 2]]), OpValueError,
     "asarray: expected numbers, regularly nested; got obj: list [[1], [1, 2]] (...)"),
    ("an array of tensors that require grad",
     lambda x: ad.asarray([leaf(1.0), leaf(2.0)]), GradientError,
     ("asarray: this tensor requires grad, and an array can't carry that: call "
      ".detach().numpy() for its values, or use autodiff's functions on the tensor, as stack() "
      "for a list of them")),
    ("an array in another dtype without a copy",
     lambda x: ad.asarray(x, dtype=int, copy=False), OpValueError,
     ("asarray: expected numbers, regularly nested; got obj: float64 (2, 3), dtype: type <class "
      "'int'>, copy: bool False (a change of dtype, from float64, needs a copy)")),
    ("an array of a list without a copy", lambda x: ad.asarray([1], copy=False), OpValueError,
     "asarray: expected numbers, regularly nested; got obj: list [1], copy: bool False (...)"),
    ("an array elsewhere", lambda x: ad.asarray(x, device="gpu"), OpValueError,
     "asarray: expected device 'cpu' or None, got 'gpu': arrays live nowhere else"),
    ("zeros elsewhere", lambda x: ad.zeros(2, device="cpu:0"), OpValueError,
     "zeros: expected device 'cpu' or None, got 'cpu:0': arrays live nowhere else"),
    ("the namespace's info of elsewhere",
     lambda x: ad.__array_namespace_info__().dtypes(device="gpu"), OpValueError,
     "dtypes: expected device 'cpu' or None, got 'gpu': arrays live nowhere else"),
    ("the namespace's defaults elsewhere",
     lambda x: ad.__array_namespace_info__().default_dtypes(device="gpu"), OpValueError,
     "default_dtypes: expected device 'cpu' or None, got 'gpu': arrays live nowhere else"),
    ("one's own creation of no numbers", lambda x: created()(words)(), OpTypeError,
     "words: expected numbers, got dtype <U4 (called with nothing)"),
]


# --- making tensors, and what they are ---

TENSORS: Table = [
    ("a capsule for a stream", lambda x: Tensor(1.0).__dlpack__(stream=1), OpValueError,
     "__dlpack__: expected stream None, got 1: a CPU has none"),
    ("a name that autodiff has not", lambda x: ad.nothing,
     AttributeError, "module 'autodiff' has no attribute 'nothing'"),
    ("a tensor of text", lambda x: Tensor("abc"), TypeError,
     "Tensor: expected numbers, got str of dtype <U3"),
    ("a tensor of None", lambda x: Tensor(None), TypeError,
     "Tensor: expected numbers, got NoneType of dtype object"),
    ("a tensor of a list with None", lambda x: Tensor([1.0, None]), TypeError,
     "Tensor: expected numbers, got list of dtype object"),
    ("a tensor nested irregularly", lambda x: Tensor([[1.0], [1.0, 2.0]]), TypeError,
     "Tensor: expected numbers, regularly nested, and a dtype for them (...)"),
    ("a tensor of a dict", lambda x: Tensor({"a": 1.0}), TypeError,
     "Tensor: expected numbers, got dict of dtype object"),
    ("a tensor of an array of text", lambda x: Tensor(np.array(["a"])), TypeError,
     "Tensor: expected numbers, got ndarray of dtype <U1"),
    ("a tensor of a date", lambda x: Tensor(np.array("2020", "datetime64[D]")), TypeError,
     "Tensor: expected numbers, got ndarray of dtype datetime64[D]"),
    ("a tensor of an object", lambda x: Tensor(Thing()), TypeError,
     "Tensor: expected numbers, got Thing of dtype object"),
    ("a tensor of text as a float", lambda x: Tensor("abc", dtype=float), TypeError,
     "Tensor: expected numbers, regularly nested, and a dtype for them (...)"),
    ("a tensor in a dtype unheard of", lambda x: Tensor(1.0, dtype="no dtype"), TypeError,
     "Tensor: expected numbers, regularly nested, and a dtype for them (...)"),
    ("a tensor of tensors that require grad", lambda x: Tensor([leaf(1.0), 1.0]), GradientError,
     ("numpy: this tensor requires grad, and an array can't carry that: call .detach().numpy() "
      "for its values, or use autodiff's functions on the tensor, as stack() for a list of them")),
    ("a dtype in the place of requires_grad", lambda x: Tensor([1.0], np.float32), TypeError,
     ("Tensor: expected requires_grad to be True or False, got <class 'numpy.float32'>: a dtype "
      "is passed by name, dtype=...")),
    ("a name that is no text", lambda x: Tensor(1.0, name=5), TypeError,
     "name: expected text or None, got int"),
    ("integers that require grad", lambda x: leaf([1, 2]), TypeError,
     ("requires_grad: only tensors of floating or complex dtype have gradients, got int64: pass "
      "dtype=float, or astype(float) first")),
    ("truths that require grad", lambda x: leaf(True), TypeError,
     ("requires_grad: only tensors of floating or complex dtype have gradients, got bool: pass "
      "dtype=float, or astype(float) first")),
    ("integers that shall require grad",
     lambda x: setattr(Tensor([1, 2]), "requires_grad", True), TypeError,
     ("requires_grad: only tensors of floating or complex dtype have gradients, got int64: pass "
      "dtype=float, or astype(float) first")),
    ("a computed tensor that shall not require grad",
     lambda x: setattr(leaf([1.0]) * 2.0, "requires_grad", False), GradientError,
     "requires_grad: that of a computed tensor stays: detach() gives its values"),
    ("data of other shape", lambda x: setattr(leaf([1.0, 2.0]), "data", [1.0]), ValueError,
     "data: expected float64 (2,), got float64 (1,)"),
    ("data of other dtype", lambda x: setattr(leaf([1.0, 2.0]), "data", [1, 2]), ValueError,
     "data: expected float64 (2,), got int64 (2,)"),
    ("data of a computed tensor",
     lambda x: setattr(leaf([1.0, 2.0]) * 2.0, "data", [1.0, 2.0]), GradientError,
     "data: a computed tensor's can't be replaced: detach() the tensor first"),
    ("an overwritten computed tensor",
     lambda x: (leaf([1.0, 2.0]) * 2.0).overwrite(), GradientError,
     "overwrite: a computed tensor can't be written to: detach() it first"),
    ("a gradient of other shape",
     lambda x: setattr(leaf([1.0, 2.0]), "grad", Tensor([1.0])), ValueError,
     "grad: expected None or a Tensor of real numbers of shape (2,), got Tensor float64 (1,)"),
    ("a gradient that is no tensor",
     lambda x: setattr(leaf([1.0, 2.0]), "grad", ones(2)), ValueError,
     "grad: expected None or a Tensor of real numbers of shape (2,), got ndarray float64 (2,)"),
    ("a complex gradient of a real tensor",
     lambda x: setattr(leaf(1.0), "grad", Tensor(1j)), ValueError,
     "grad: expected None or a Tensor of real numbers of shape (), got Tensor complex128 ()"),
    ("one number of several", lambda x: x.item(), ValueError,
     "item: expected one element, got shape (2, 3)"),
    ("a float of several", lambda x: float(x), ValueError,
     "item: expected one element, got shape (2, 3)"),
    ("a format of several", lambda x: f"{x:.2f}", TypeError,
     "format '.2f': expected one element, got shape (2, 3)"),
    ("the length of a number", lambda x: len(x[0, 0]), TypeError,
     "len: a 0-d tensor has no length"),
    ("going along a number", lambda x: iter(x[0, 0]), TypeError,
     "iter: a 0-d tensor has no axis to go along"),
    ("an array of what requires grad", lambda x: leaf(1.0).numpy(), GradientError,
     ("numpy: this tensor requires grad, and an array can't carry that: call .detach().numpy() "
      "for its values, or use autodiff's functions on the tensor, as stack() for a list of them")),
    ("NumPy's array of what requires grad", lambda x: np.asarray(leaf(1.0)), GradientError,
     ("numpy: this tensor requires grad, and an array can't carry that: call .detach().numpy() "
      "for its values, or use autodiff's functions on the tensor, as stack() for a list of them")),
    ("a copy of a computed tensor", lambda x: copy.copy(leaf(1.0) * 2.0), GradientError,
     ("copy, pickle: a computed tensor that requires grad can't be had apart from its graph: "
      "detach() it first")),
    ("a pickled computed tensor", lambda x: pickle.dumps(leaf(1.0) * 2.0), GradientError,
     ("copy, pickle: a computed tensor that requires grad can't be had apart from its graph: "
      "detach() it first")),
    ("another API version", lambda x: x.__array_namespace__(api_version="2019.12"), ValueError,
     "__array_namespace__: expected api_version '2024.12', one before or None, got '2019.12'"),
    ("a move elsewhere", lambda x: x.to_device("gpu"), OpValueError,
     "to_device: expected device 'cpu' or None, got 'gpu': arrays live nowhere else"),
    ("a move in a stream", lambda x: x.to_device("cpu", stream=1), ValueError,
     "to_device: expected stream None, got 1: a CPU has none"),
    ("a capsule of what requires grad", lambda x: leaf(1.0).__dlpack__(), GradientError,
     ("__dlpack__: this tensor requires grad, and a capsule can't carry that: export its "
      "detach(), which has the same values in the same memory")),
    ("a list as a capsule", lambda x: ad.from_dlpack([1.0]), OpTypeError,
     ("from_dlpack: expected an array with a method __dlpack__, got list: asarray takes "
      "anything that NumPy can read")),
    ("a capsule of text", lambda x: ad.from_dlpack(np.array(["a"])), OpTypeError,
     "from_dlpack: expected numbers; got x: <U1 (1,)"),
    ("a capsule of foreign bytes", lambda x: ad.from_dlpack(np.array([1.0], ">f8")), BufferError,
     ("from_dlpack: expected numbers in memory that can be shared, got ndarray (...): asarray "
      "takes anything that NumPy can read")),
    ("a capsule from elsewhere", lambda x: ad.from_dlpack(np.arange(3), device="gpu"), OpValueError,
     "from_dlpack: expected device 'cpu' or None, got 'gpu': arrays live nowhere else"),
]


# --- NumPy's functions on tensors ---

NUMPY: Table = [
    ("what is not differentiable here", lambda x: np.gradient(x), OpTypeError,
     ("numpy.gradient is not differentiable here: use autodiff.diff, or call it on the values "
      "alone, t.detach().numpy()")),
    ("what has no alternative", lambda x: np.partition(x, 1), OpTypeError,
     ("numpy.partition is not differentiable here: call it on the values alone, "
      "t.detach().numpy()")),
    ("a ufunc's method that is not here", lambda x: np.add.at(x, [0], 1.0), OpTypeError,
     ("numpy.add.at is not differentiable here: use autodiff.scatter_add(x, updates, index), or "
      "call it on the values alone, t.detach().numpy()")),
    ("a ufunc that is not here", lambda x: np.spacing(x), OpTypeError,
     "numpy.spacing is not differentiable here: call it on the values alone, t.detach().numpy()"),
    ("what is complex here only", lambda x: np.linalg.eig(x), OpTypeError,
     ("numpy.linalg.eig is not differentiable here: use autodiff.linalg.eig, whose result is "
      "always complex, or call it on the values alone, t.detach().numpy()")),
    ("an argument that ours has not", lambda x: np.sum(x, where=x.data > 1), OpTypeError,
     ("numpy.sum: where= is not supported: of a tensor it is called as autodiff.sum(x: Array, /, "
      "axis: Axis = None, keepdims: bool = False, *, dtype: Any = None)")),
    ("a part without a value elsewhere", lambda x: np.exp(x, where=x.data > 0.5), OpValueError,
     ("numpy.exp: where= leaves elements without a value unless out= has them: use "
      "autodiff.where(condition, result, other)")),
    ("an array that can't carry the gradient",
     lambda x: np.exp(leaf([1.0]), out=np.zeros(1)), OpTypeError,
     ("numpy.exp: expected out to be a Tensor, got ndarray, which can't carry a gradient: use "
      "the result instead")),
    ("a ufunc's argument that ours has not",
     lambda x: np.add.reduce(x, where=x.data > 1), OpTypeError,
     ("numpy.add.reduce: got an unexpected keyword argument 'where': of a tensor it is called as "
      "autodiff.sum(x: Array, /, axis: Axis = None, keepdims: bool = False, *, "
      "dtype: Any = None)")),
    ("an argument that NumPy's adapted function has not",
     lambda x: np.var(x, where=x.data > 1), OpTypeError,
     ("numpy.var: where= is not supported: of a tensor it is called as numpy.var(a, axis=None, "
      "ddof=0, keepdims=False, *, correction=None)")),
    ("a name for what has none",
     lambda x: x.__array_function__(np.vdot, (Tensor,), (), {"a": x, "b": x}), OpTypeError,
     "numpy.vdot: ...: of a tensor it is called as numpy.vdot(a, b, /)"),
    ("a dtype that NumPy does not compute in", lambda x: np.add(x, x, dtype=int), OpTypeError,
     ("numpy.add: Cannot cast ufunc 'add' input 0 from dtype('float64') to dtype('int64') with "
      "casting rule 'same_kind'")),
    ("a mean in integers", lambda x: np.mean(x, dtype=int), OpTypeError,
     ("numpy.mean: expected a dtype that float64 may be cast to (casting='same_kind'), got "
      "int64")),
    ("integers to hold a sum of floats", lambda x: np.sum(x, out=Tensor(0)), OpTypeError,
     "numpy.sum: expected out to hold float64, got int64"),
    ("another way to take", lambda x: np.take(x, [0], mode="other"), OpValueError,
     "numpy.take: expected mode 'raise', 'wrap' or 'clip', got 'other'"),
    ("another order of elements", lambda x: np.ravel(x, order="X"), OpValueError,
     "numpy.ravel: expected order 'C', 'F' or 'A', got 'X'"),
    ("numbers replaced in place", lambda x: np.nan_to_num(x, copy=False), OpValueError,
     "numpy.nan_to_num: expected copy=True, got copy=False: use the result"),
    ("another triangle", lambda x: np.linalg.eigh(x, "M"), OpValueError,
     "numpy.linalg: expected UPLO 'L' or 'U', got 'M'"),
    ("a result of other shape", lambda x: np.exp(x, out=Tensor([1.0])), ValueError,
     "out: expected shape (2, 3), the result's, got (1,)"),
]


# --- gradients ---

BACKWARD: Table = [
    ("backward of several elements", lambda x: leaf([1.0, 2.0]).backward(), GradientError,
     ("backward: gradient can be left out only for one element, got shape (2,): reduce it with "
      "sum() or mean(), or pass gradient")),
    ("backward of no element", lambda x: leaf([]).backward(), GradientError,
     ("backward: gradient can be left out only for one element, got shape (0,): reduce it with "
      "sum() or mean(), or pass gradient")),
    ("backward of a complex number", lambda x: leaf(1j).backward(), GradientError,
     ("backward: gradient can be left out only for a real number, got complex128: take its "
      "real(), imag() or abs(), or pass gradient")),
    ("backward from another shape", lambda x: leaf([1.0, 2.0]).backward(ones(3)), GradientError,
     "backward: expected gradient of shape (2,), got (3,)"),
    ("backward from a number", lambda x: leaf([1.0, 2.0]).backward(1.0), GradientError,
     "backward: expected gradient of shape (2,), got ()"),
    ("backward from complex numbers", lambda x: leaf([1.0, 2.0]).backward([1j, 2j]), GradientError,
     "backward: expected gradient of real numbers, got complex128"),
    ("backward from truths", lambda x: leaf([1.0, 2.0]).backward([True, False]), GradientError,
     "backward: expected gradient of real numbers, got bool"),
    ("backward from text", lambda x: leaf([1.0, 2.0]).backward("ab"), TypeError,
     "backward: expected gradient to be numbers, got str 'ab'"),
    ("backward of a constant", lambda x: Tensor(1.0).backward(), GradientError,
     ("backward: this tensor requires no grad, nothing was recorded: give its inputs "
      "requires_grad=True, and compute it outside no_grad()")),
    ("backward of what was not recorded", lambda x: unrecorded().backward(), GradientError,
     ("backward: this tensor requires no grad, nothing was recorded: give its inputs "
      "requires_grad=True, and compute it outside no_grad()")),
    ("backward of what is detached", lambda x: leaf(1.0).detach().backward(), GradientError,
     ("backward: this tensor requires no grad, nothing was recorded: give its inputs "
      "requires_grad=True, and compute it outside no_grad()")),
    ("backward twice", lambda x: twice(leaf(1.0).exp()), GradientError,
     ("the values that the gradient of <exp ... of shape ()> needs were released by an earlier "
      "backward (or one that failed): pass retain_graph=True to that one, or record the graph "
      "again")),
    ("a tangent after a backward", lambda x: ad.jvp(walked, [1.0], [1.0]), GradientError,
     ("the values that the tangent of <exp ... of shape ()> needs were released by a backward: "
      "pass retain_graph=True to it, or record the graph again")),
    ("backward after a step", lambda x: stepped(leaf([1.0, 2.0])).backward(), GradientError,
     ("the gradient of <multiply ... of shape (2,)> needs a value that was overwritten since it "
      "was used (by an optimizer's step?): run backward before the step, or compute the loss "
      "again after it")),
    ("gradients by a constant",
     lambda x: ad.gradients(leaf(1.0) * 2.0, Tensor(ones(3))), GradientError,
     ("gradients: input 0 (shape (3,)) requires no grad: was it detached, or made without "
      "requires_grad=True, or inside no_grad()?")),
    ("gradients of a constant", lambda x: ad.gradients(Tensor(1.0), leaf(1.0)), GradientError,
     ("gradients: output 0 (shape ()) requires no grad: was it detached, or made without "
      "requires_grad=True, or inside no_grad()?")),
    ("gradients of constants",
     lambda x: ad.gradients([Tensor(1.0), Tensor(2.0)], leaf(1.0)), GradientError,
     ("gradients: output 0 (shape ()) requires no grad: was it detached, or made without "
      "requires_grad=True, or inside no_grad()?")),
    ("gradients of a number", lambda x: ad.gradients(1.0, leaf(1.0)), GradientError,
     "gradients: expected tensors, got float as output 0"),
    ("gradients by an array", lambda x: ad.gradients(leaf(1.0), ones(2)), GradientError,
     "gradients: expected tensors, got ndarray as input 0"),
    ("gradients of several elements",
     lambda x: ad.gradients(leaf([1.0, 2.0]) * 2.0, leaf(1.0)), GradientError,
     ("gradients: grad_outputs can be left out only for one element, got shape (2,): reduce it "
      "with sum() or mean(), or pass grad_outputs")),
    ("gradients from another shape",
     lambda x: ad.gradients(leaf(1.0) * 2.0, leaf(1.0), [1.0, 1.0]), GradientError,
     "gradients: expected grad_outputs of shape (), got (2,)"),
    ("gradients from a list of tensors",
     lambda x: ad.gradients(leaf([1.0]) * 2.0, leaf(1.0), [leaf(1.0)]), TypeError,
     "gradients: expected grad_outputs to be numbers, got list [Tensor(1., requires_grad=True)]"),
    ("gradients of one output from two",
     lambda x: ad.gradients([leaf(1.0)], leaf(1.0), [1.0, 1.0]), GradientError,
     "gradients: expected one of grad_outputs for each of 1 outputs, got 2"),
    ("vjp of several elements", lambda x: ad.vjp(lambda z: z * z, x)[1](), GradientError,
     ("vjp: the cotangent can be left out only for one element, got shape (2, 3): reduce it "
      "with sum() or mean(), or pass the cotangent")),
    ("vjp from another shape", lambda x: ad.vjp(lambda z: z * z, x)[1](ones(2)), GradientError,
     "vjp: expected the cotangent of shape (2, 3), got (2,)"),
    ("vjp of one output from two", lambda x: ad.vjp(lambda z: z * z, x)[1](x, x), GradientError,
     "vjp: expected 1 cotangents, got 2"),
    ("vjp of a function of no tensor", lambda x: ad.vjp(lambda z: 1.0, x), GradientError,
     "vjp: expected a function of tensors that returns tensors, got float from '<lambda>'"),
    ("vjp of a generator", lambda x: ad.vjp(lambda z: (z for _ in "ab"), x), GradientError,
     "vjp: expected a function of tensors that returns tensors, got generator from '<lambda>'"),
    ("jvp of a function of no tensor", lambda x: ad.jvp(forgetful, [x], [x]), GradientError,
     "jvp: expected a function of tensors that returns tensors, got NoneType from 'forgetful'"),
    ("jvp along another shape", lambda x: ad.jvp(lambda z: z * z, [x], [ones(2)]), GradientError,
     ("jvp: expected one tangent for each input, in its shape: inputs have [(2, 3)], tangents "
      "[(2,)]")),
    ("jvp along too many", lambda x: ad.jvp(lambda z: z * z, [x], [x, x]), GradientError,
     ("jvp: expected one tangent for each input, in its shape: inputs have [(2, 3)], tangents "
      "[(2, 3), (2, 3)]")),
    ("jvp along complex numbers",
     lambda x: ad.jvp(lambda z: z * z, [x], [x.data * 1j]), GradientError,
     "jvp: expected a real tangent of a float64 input, got a complex one"),
    ("grad of several elements", lambda x: ad.grad(lambda z: z * z)(x), GradientError,
     ("grad: expected a function that gives one real number, got float64 (2, 3): reduce its "
      "result with sum() or mean(), take real() or abs(), or use vjp")),
    ("grad of two outputs", lambda x: ad.grad(lambda z: (z.sum(), z.sum()))(x), GradientError,
     ("grad: expected a function that gives one real number, got tuple ...: reduce its result "
      "with sum() or mean(), take real() or abs(), or use vjp")),
    ("grad of a complex number", lambda x: ad.grad(lambda z: z.sum() * 1j)(x), GradientError,
     ("grad: expected a function that gives one real number, got complex128 (): reduce its "
      "result with sum() or mean(), take real() or abs(), or use vjp")),
    ("grad by an argument that is not there",
     lambda x: ad.grad(lambda a, b: (a * b).sum(), 2)(x, x), GradientError,
     ("grad: expected argnums to be positions of the 2 positional arguments that came, got "
      "argnums=2")),
    ("grad by an argument twice", lambda x: ad.grad(lambda z: z.sum(), (0, -1))(x), GradientError,
     "grad: expected argnums to name an argument once, got (0, -1): read its gradient twice"),
    ("grad by a name", lambda x: ad.grad(lambda z: z.sum(), "z"), OpTypeError,
     "grad: expected argnums to be an int, got argnums=str 'z'"),
    ("grad by integers", lambda x: ad.grad(lambda z: z.sum())(np.arange(3)), GradientError,
     ("grad: can't differentiate by an argument of dtype int64 (shape (3,)): expected floating "
      "point or complex numbers")),
    ("grad by text", lambda x: ad.grad(lambda z: z.sum())("x"), GradientError,
     ("grad: can't differentiate by an argument of dtype <U1 (shape ()): expected floating "
      "point or complex numbers")),
]


# --- ops of one's own ---

DECLARATIONS: Table = [
    ("rules for other arguments", lambda x: elementwise(partials=[1])(two), DeclarationError,
     "op two(x, y2): expected a rule for each of ('x', 'y2'), got 1"),
    ("a rule that asks for what there is not",
     lambda x: linear(adjoint=lambda g, z: g)(one), DeclarationError,
     "op one(x): a rule asks for ['z']; there is ['g', 'x', 'x_shape', 'y']"),
    ("a rule outside a list", lambda x: custom(vjps=generate)(one), DeclarationError,
     ("expected a list of rules, one for each array argument, got <function generate at ...>: "
      "write [...]")),
    ("slopes outside a list", lambda x: elementwise(partials=None)(one), DeclarationError,
     "expected a list of rules, one for each array argument, got None: write [...]"),
    ("no argument that flows", lambda x: custom(vjps=[lambda g: g])(unannotated), DeclarationError,
     "op unannotated(x): the parameters that flow come first and are annotated Array"),
    ("an array after a param", lambda x: elementwise(partials=[1])(late), DeclarationError,
     "op late(n, x): the parameters that flow come first and are annotated Array"),
    ("a sequence beside an array",
     lambda x: linear(adjoint=[lambda g: g, lambda g: g])(beside), DeclarationError,
     "op beside(x, xs): an op of a Sequence[Array] has no other array argument"),
    ("a param with a rule's name", lambda x: elementwise(partials=[1])(takes_g), DeclarationError,
     "op takes_g(x, g): a parameter can't be called 'g': rules use such names"),
    ("a slope that is a number", lambda x: elementwise(partials=[2])(one), DeclarationError,
     "op one(x): expected a rule to be a function, a name, 1, -1 or None, got 2"),
    ("a rule that is a name", lambda x: custom(vjps=["x"])(one), DeclarationError,
     "op one(x): expected a rule to be a function or None, got 'x'"),
    ("a rule of all there is",
     lambda x: elementwise(partials=[lambda *all: 1.0])(one), DeclarationError,
     ("expected a Python function that names its parameters, got <function ...>: wrap it in a "
      "def or a lambda")),
    ("a rule in C", lambda x: elementwise(partials=[np.cos])(one), DeclarationError,
     ("expected a Python function that names its parameters, got <ufunc 'cos'>: wrap it in a "
      "def or a lambda")),
    ("a name that is taken", lambda x: elementwise(partials=[1])(sin), DeclarationError,
     ("an op named 'sin' is already declared in autodiff.ops.trigonometry: choose another name, "
      "or use that one")),
    ("a forward that returns no numbers", lambda x: returning(None)(leaf(1.0)), OpTypeError,
     ("broken: expected arrays of numbers, and a forward that returns numbers, got a result of "
      "dtype object: astype(float) makes numbers of objects")),
    ("a forward that returns text", lambda x: returning("text")(leaf(1.0)), OpTypeError,
     ("broken: expected arrays of numbers, and a forward that returns numbers, got a result of "
      "dtype <U4: astype(float) makes numbers of objects")),
    ("a generator that shall record nothing", lambda x: ad.no_grad()(generate), TypeError,
     ("no_grad: a generator or coroutine runs after the call that makes it, so decorating it "
      "has no effect: write `with no_grad():` inside")),
    ("a coroutine that shall record nothing", lambda x: ad.no_grad()(wait), TypeError,
     ("no_grad: a generator or coroutine runs after the call that makes it, so decorating it "
      "has no effect: write `with no_grad():` inside")),
]
# fmt: on

EVERY = [
    *OPERANDS,
    *REDUCTIONS,
    *INDICES,
    *SHAPES,
    *ORDER,
    *ALGEBRA,
    *NOGRADIENT,
    *WINDOWS,
    *RESAMPLING,
    *FREQUENCIES,
    *SPECIAL,
    *PLAIN,
    *TENSORS,
    *NUMPY,
    *BACKWARD,
    *DECLARATIONS,
]


def says(message: str, pattern: str) -> bool:
    """Whether a message is the one of a row, whose "..." is any text."""
    known = ".*".join(map(re.escape, pattern.split("...")))
    return re.fullmatch(known, message, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("call", "kind", "message"), [row[1:] for row in EVERY], ids=[row[0] for row in EVERY]
)
def test_a_mistake_is_explained_and_leaves_everything_as_it_was(
    call: Callable[[Any], Any], kind: type[Exception], message: str
) -> None:
    x = leaf(np.arange(6.0).reshape(2, 3))
    y = x * x
    for tracked_or_not in (x, y, Tensor(x.data)):
        with pytest.raises(kind) as caught:
            call(tracked_or_not)
        assert type(caught.value) is kind
        assert says(str(caught.value), message), f"\n{caught.value}\nis not\n{message}"
    assert ad.is_grad_enabled()
    assert x.grad is None
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)
    np.testing.assert_array_equal(x.data, np.arange(6.0).reshape(2, 3))


# --- what all of them have in common ---


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


def test_an_error_inside_a_composite_is_told_as_its_own() -> None:
    with pytest.raises(OpIndexError, match=r"^std: .*axis=5, correction=0\.0") as caught:
        ad.std(Tensor([1.0, 2.0]), 5)
    inner = caught.value.__cause__
    assert isinstance(inner, OpIndexError) and str(inner).startswith("mean: ")
    assert isinstance(inner.__cause__, IndexError) and inner.__cause__ is not inner
    with pytest.raises(GradientError, match=r"^asarray: this tensor requires grad") as lost:
        ad.asarray([leaf(1.0), leaf(2.0)])
    assert str(lost.value.__cause__).startswith("numpy: ")


def test_long_arguments_are_cut_in_messages() -> None:
    with pytest.raises(OpTypeError) as caught:
        Tensor([1.0]) + "a" * 10_000
    assert len(str(caught.value)) < 300
    for index in ([10] * 1000, np.full(1000, 10), np.full((2, 2), 10)):
        with pytest.raises(OpIndexError) as caught:
            Tensor([1.0])[index]
        assert len(str(caught.value)) < 300 and "\n" not in str(caught.value)


def test_an_error_keeps_nothing_alive() -> None:
    x = leaf(np.ones(3))
    known = ref(x)
    gc.disable()  # so that reference counts alone can free it
    try:
        for call in (lambda x: x + ones(4), lambda x: ad.std(x, 5), lambda x: ad.topk(x, 9)):
            with suppress(ValueError, IndexError):
                call(x)
        del x
        assert known() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("declare", [elementwise(partials=[1]), composite, explains, untracked()])
def test_errors_that_are_not_about_arguments_pass_unchanged(declare: Any) -> None:
    @declare
    def broken(x: Array) -> Array:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match=r"^mine$") as caught:
        broken(Tensor(1.0))
    assert caught.value.__cause__ is None


def test_backward_with_a_gradient_that_does_not_fit_may_be_called_again() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    for wrong in (np.ones(3), 1.0, [True, False], [1j, 2j]):
        with pytest.raises(GradientError, match="backward: expected gradient"):
            y.backward(wrong)
        assert x.grad is None
    y.backward([1.0, 1.0])
    np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])


def test_gradients_that_could_not_be_had_may_be_asked_for_again() -> None:
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    with pytest.raises(GradientError, match=r"input 1 \(shape \(3,\)\) requires no grad.*detach"):
        gradients(y, [x, Tensor(np.ones(3))])
    with pytest.raises(GradientError, match=r"gradients: expected grad_outputs of shape \(\)"):
        gradients(y, x, [1.0, 1.0])
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
        assert ad.is_grad_enabled()


def test_a_refused_declaration_leaves_no_op_behind() -> None:
    known = dict(OPS)
    for _, declare, kind, _ in DECLARATIONS:
        with suppress(kind):
            declare(leaf(1.0))
    assert set(OPS) - set(known) <= {"broken"}


def test_a_missing_extra_names_the_extra() -> None:
    error = MissingExtraError("matplotlib", "plot", "a loss curve")
    assert isinstance(error, ImportError)
    assert str(error) == (
        "a loss curve needs matplotlib, which is not installed: pip install 'chainrule[plot]'"
    )


# --- that none is missing here ---


Place = tuple[str, int]
"""File and line of a raise statement."""


@cache
def raises() -> dict[str, list[tuple[int, int]]]:
    """By file of the library, first and last line of each raise statement that says what."""
    found = {}
    for path in sorted(Path(ad.__file__).parent.rglob("*.py")):
        if "testing" not in path.parts:
            tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            lines = [(n.lineno, n.end_lineno or n.lineno) for n in tree if _says_what(n)]
            found[str(path)] = lines
    return found


def _says_what(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and node.exc is not None


def raised_at(error: BaseException | None, seen: frozenset[int] = frozenset()) -> set[Place]:
    """The raise statements that an error went through, its causes' too."""
    if error is None or id(error) in seen:
        return set()
    frames, tb = set(), error.__traceback__
    while tb is not None:
        file, line = tb.tb_frame.f_code.co_filename, tb.tb_lineno
        frames |= {(file, i) for i, j in raises().get(file, []) if i <= line <= j}
        tb = tb.tb_next
    seen |= {id(error)}
    return frames | raised_at(error.__cause__, seen) | raised_at(error.__context__, seen)


def test_every_raise_of_the_library_is_provoked_here() -> None:
    reached: set[Place] = set()
    for what, call, *_ in EVERY:
        try:
            call(leaf(np.arange(6.0).reshape(2, 3)))
        except Exception as error:
            reached |= raised_at(error)
        else:
            pytest.fail(f"no error: {what}")
    there_are = {(file, line) for file, lines in raises().items() for line, _ in lines}
    assert len(there_are) > 200
    assert sorted(there_are - reached) == []


def test_every_mistake_has_a_name_of_its_own() -> None:
    names = [row[0] for row in EVERY]
    assert sorted({name for name in names if names.count(name) > 1}) == []


# --- that no other mistake is answered otherwise ---


NEVER_AN_ARRAY = [None, "text", b"x", Thing(), {}, [[1.0], [1.0, 2.0]], [None], ..., slice(None)]
HOSTILE = [
    *NEVER_AN_ARRAY,
    np.array(["a"]),
    np.array([Thing()]),
    np.datetime64("2020-01-01"),
    1.5,
    2j,
    np.nan,
    True,
    -7,
    7,
    10**25,
    -(10**25),
    (),
    (0, 0),
    {1, 2},
    range(3),
    len,
    ones(0),
    ones(2, 1, 3, 1, 2),
    Tensor(1.5),
    Tensor([1, 2]),
    leaf([[1.0]]),
]
"""What may stand where an argument should: most of it is wrong anywhere, the rest somewhere."""

SPACES = [ad, la, fft]
PUBLIC = [f for f in catalogue.library() if any(hasattr(space, f.name) for space in SPACES)]


def refused(call: Callable[[], Any], name: str) -> bool:
    """Whether a call raises, which must be an error of the library that names the function."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            call()
        except (OpError, GradientError) as error:
            told = str(error)
        else:
            return False
    assert told.startswith(f"{name}: "), told
    return True


def called(f: Op, arrays: Any, params: Sequence[Any]) -> Any:
    positional = f.declaration.by_position
    named = dict(zip(f.params[positional:], params[positional:], strict=True))
    starred = f.declaration.starred and isinstance(arrays, list)
    return f.function(
        *(arrays if starred or not f.variadic else [arrays]), *params[:positional], **named
    )


@pytest.mark.parametrize("f", PUBLIC, ids=lambda f: f.name)
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_whatever_stands_where_an_argument_should_is_taken_or_refused_by_name(
    f: Op, data: st.DataObject
) -> None:
    arrays, params = map(list, data.draw(calls(f)))
    if data.draw(st.booleans()):
        arrays = [x if x is None or x.dtype.kind not in "fc" else leaf(x) for x in arrays]
    before = [None if x is None else np.array(raw(x)) for x in arrays]
    ops = dict(OPS), dict(COMPOSITES)

    for i, name in enumerate(f.arrays if not f.variadic else arrays):
        optional = not f.variadic and name in f.declaration.optional
        for hostile in HOSTILE:
            wrong = [*arrays[:i], hostile, *arrays[i + 1 :]]
            never = any(hostile is one for one in NEVER_AN_ARRAY[optional:])
            said = refused(partial(called, f, wrong, params), f.name)
            assert said or not never, f"{f.name} takes {hostile!r} for an array"
    for hostile in HOSTILE if f.variadic and not f.declaration.starred else ():
        refused(partial(called, f, hostile, params), f.name)
    for i in range(len(params)):
        for hostile in HOSTILE:
            refused(partial(called, f, arrays, [*params[:i], hostile, *params[i + 1 :]]), f.name)

    for x, value in zip(arrays, before, strict=True):
        if x is not None:
            np.testing.assert_array_equal(raw(x), value)
        assert not isinstance(x, Tensor) or (x.grad is None and x.requires_grad)
    assert ad.is_grad_enabled() and (dict(OPS), dict(COMPOSITES)) == ops


VALID: dict[str, Any] = {
    **dict.fromkeys(["shape", "arrays_and_dtypes", "operands"], (2, 3)),
    **dict.fromkeys(["dtype", "from_", "to", "type"], "int8"),
    **dict.fromkeys(["start", "stop", "num", "n", "n_rows", "k", "fill_value"], 3),
    "kind": "integral",
    "subscripts": "i,i",
}
"""By name of a parameter without default, what functions that are no ops take; else arrays."""

OTHERS = [
    f
    for f in {f for space in SPACES for f in vars(space).values() if isinstance(f, FunctionType)}
    if f.__module__.startswith(("autodiff.plain.", "autodiff.ops.")) and f.__name__ not in OPS
    if f.__name__ not in COMPOSITES and signature(f).parameters
]


@pytest.mark.parametrize("f", sorted(OTHERS, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_functions_that_are_no_ops_answer_so_too(f: Callable[..., Any]) -> None:
    known = signature(f).parameters.values()
    array = np.arange(6).reshape(2, 3)
    given = {p.name: VALID.get(p.name, array) if p.default is p.empty else p.default for p in known}
    for name in given:
        for hostile in HOSTILE:
            wrong = {**given, name: hostile}
            starred = [p.name for p in known if p.kind is p.VAR_POSITIONAL]
            named = {p.name: wrong[p.name] for p in known if p.kind is p.KEYWORD_ONLY}
            plain = [wrong[name] for name in given if name not in (*named, *starred)]
            refused(partial(f, *plain, *(wrong[s] for s in starred), **named), f.__name__)
    np.testing.assert_array_equal(array, np.arange(6).reshape(2, 3))
