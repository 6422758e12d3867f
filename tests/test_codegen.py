"""The generated functions: the same calculus as the general rules, with the declared signature."""

from __future__ import annotations

import inspect
import linecache
import threading
import traceback
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import OPS, Array, DeclarationError, Tensor, elementwise, linear
from autodiff.graph import pullback
from autodiff.testing.strategies import calls

LIBRARY = [op for op in OPS.values() if op.forward.__module__.startswith("autodiff.")]
each_op = pytest.mark.parametrize("op", LIBRARY, ids=attrgetter("name"))


@each_op
@settings(max_examples=20)
@given(data=st.data())
def test_pour_adds_the_very_flows_that_pull_gives(op, data):
    arrays, params = data.draw(calls(op), label="call")
    tensors = [Tensor(x, requires_grad=np.asarray(x).dtype.kind in "fc") for x in arrays]
    y = op.record(tensors, params)
    seed = {y._node: np.random.default_rng(0).standard_normal(y.shape).astype(y.dtype)}
    poured = pullback(seed)
    pulled = pullback(seed, visit=lambda step: None)
    assert poured.keys() == pulled.keys()
    for leaf, g in poured.items():
        np.testing.assert_array_equal(g, pulled[leaf], strict=True)


@each_op
def test_the_public_function_keeps_the_declared_signature(op):
    assert inspect.signature(op.function) == inspect.signature(op.forward)
    assert op.function.__doc__ == op.forward.__doc__
    assert op.function.__module__ == op.forward.__module__


def test_kinds_and_defaults_of_parameters_are_kept_at_the_first_call_and_after_it():
    @linear(adjoint=lambda g, times, plus: g * (times + plus))
    def scaled(x: Array, /, times: float = 2.0, *, plus: float = 0.0) -> Array:
        return x * (times + plus)

    x = Tensor(1.0, requires_grad=True)
    for _ in range(2):
        assert scaled(x).item() == 2.0
        assert scaled(x, 3.0, plus=1.0).item() == 4.0
        with pytest.raises(TypeError, match="positional"):
            scaled(x, 3.0, 1.0)
        with pytest.raises(TypeError, match="x"):
            scaled(x=x)
    assert ad.gradients(scaled(x, plus=5.0), x).item() == 7.0


def test_an_op_may_use_the_names_that_the_generated_code_works_with():
    @elementwise(partials=["op", "node"])
    def product(node: Array, op: Array) -> Array:
        return node * op

    tensor, made = Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    product(node=tensor, op=made).backward()
    assert (tensor.grad.item(), made.grad.item()) == (3.0, 2.0)


def test_a_traceback_through_generated_code_shows_its_text():
    @elementwise(partials=[1])
    def broken(x: Array) -> Array:
        raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside") as caught:
        broken(Tensor(1.0))
    shown = [f for f in traceback.extract_tb(caught.tb) if f.filename.startswith("<chainrule")]
    assert any("_forward(" in frame.line for frame in shown)
    assert all(linecache.getline(f.filename, f.lineno).strip() for f in shown)


def test_threads_may_make_the_first_call_together():
    for _ in range(20):

        @elementwise(partials=[lambda x: 2.0 * x])
        def squared(x: Array) -> Array:
            return x * x

        start, slopes = threading.Barrier(4), []

        def run(f=squared, start=start, slopes=slopes):
            x = Tensor(3.0, requires_grad=True)
            start.wait()
            f(x).backward()
            slopes.append(x.grad.item())

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert slopes == [6.0] * 4


def test_a_name_is_declared_once_but_may_be_declared_again_in_the_same_place():
    def declare(factor):
        @elementwise(partials=[lambda x: factor])
        def times(x: Array) -> Array:
            return factor * x

        return times

    declare(2.0)
    x = Tensor(1.0, requires_grad=True)
    declare(3.0)(x).backward()
    assert x.grad.item() == 3.0

    def sin(x: Array) -> Array:
        return x

    with pytest.raises(DeclarationError, match="'sin' is already declared in autodiff"):
        elementwise(partials=[1])(sin)
