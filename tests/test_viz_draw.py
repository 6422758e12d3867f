"""From a graph to a figure: every edge, its value, and its own share of the gradient."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import viz
from autodiff import GradientError, Tensor, gradients, no_grad, relu, tanh
from viz.figure import summarise


def leaves(**values):
    return [Tensor(v, requires_grad=True, name=n) for n, v in values.items()]


def edges_of(figure):
    """(from label, to label) -> (value, gradient), for figures where that is unambiguous."""
    labels = {node.id: node.label for node in figure.nodes}
    return {(labels[e.tail], labels[e.head]): (e.value, e.gradient) for e in figure.edges}


def apples_and_oranges():
    apple, apples, orange, oranges, tax = leaves(
        apple=100.0, apples=2.0, orange=150.0, oranges=3.0, tax=1.1
    )
    price = (apple * apples + orange * oranges) * tax
    price.name = "price"
    return price


def test_apples_and_oranges_reads_as_in_the_book():
    figure = viz.draw(apples_and_oranges()).figure
    found = edges_of(figure)
    assert found["apple", "×"] == ("100", "2.2")
    assert found["apples", "×"] == ("2", "110")
    assert found["orange", "×"] == ("150", "3.3")
    assert found["oranges", "×"] == ("3", "165")
    assert found["tax", "×"] == ("1.1", "650")
    assert found["+", "×"] == ("650", "1.1")
    assert found["×", "price"] == ("715", "1")
    plus = next(node.id for node in figure.nodes if node.label == "+")
    into_plus = [(e.value, e.gradient) for e in figure.edges if e.head == plus]
    assert into_plus == [("200", "1.1"), ("450", "1.1")]
    assert [node.kind for node in figure.nodes].count("op") == 4


def test_it_draws_the_same_before_and_after_backward_and_touches_no_grad():
    price = apples_and_oranges()
    before = viz.draw(price).dot
    price.backward()
    assert viz.draw(price).dot == before
    (x,) = leaves(x=3.0)
    y = x * x
    viz.draw(y)
    assert x.grad is None
    y.backward()
    viz.draw(y)
    assert x.grad.item() == 6.0


def test_ids_are_the_same_from_run_to_run():
    assert viz.draw(apples_and_oranges()).dot == viz.draw(apples_and_oranges()).dot


def test_at_a_fan_out_each_edge_shows_its_own_contribution():
    (x,) = leaves(x=3.0)
    figure = viz.draw(x * x + 5.0 * x).figure
    shares = sorted(e.gradient for e in figure.edges if e.tail == "leaf1")
    assert shares == ["3", "3", "5"]  # 11 in all


def test_complex_gradients_are_drawn_as_gradients_gives_them():
    (x,) = leaves(x=[1.0, 2.0])
    z = x * (3 + 4j)
    loss = abs(z).sum()
    found = edges_of(viz.draw(loss).figure)
    assert found["×", "|x|"][1] == summarise(gradients(loss, z).data)
    assert found["x", "×"][1] == summarise(gradients(loss, x).data)


def test_values_and_gradients_can_be_left_out():
    price = apples_and_oranges()
    assert {e.gradient for e in viz.draw(price, gradients=False).figure.edges} == {None}
    bare = viz.draw(price, values=False, gradients=False).figure
    assert {(e.value, e.gradient) for e in bare.edges} == {(None, None)}
    assert viz.draw(price, direction="TB").figure.direction == "TB"


def test_constants_show_their_name_or_their_number_and_have_no_gradient():
    (w,) = leaves(w=[1.0, 2.0])
    data = Tensor([3.0, 4.0], name="data")
    figure = viz.draw(((w * data + data) * 2.0).sum()).figure
    labels = [n.label for n in figure.nodes if n.kind == "constant"]
    assert sorted(labels) == ["2", "data"]  # data is one constant, though used twice
    constants = {n.id for n in figure.nodes if n.kind == "constant"}
    assert {e.gradient for e in figure.edges if e.tail in constants} == {None}


def test_several_outputs_share_one_figure():
    (x,) = leaves(x=2.0)
    h = tanh(x)
    figure = viz.draw([h * 3.0, h, x]).figure
    assert [n.label for n in figure.nodes if n.kind == "output"] == ["out", "out 2", "out 3"]
    into_tanh, _ = [e for e in figure.edges if e.tail == "leaf1"]
    assert into_tanh.gradient == summarise(np.asarray(4.0 * (1 - np.tanh(2.0) ** 2)))


def test_a_leaf_and_large_arrays_and_non_finite_values_draw():
    (x,) = leaves(x=np.full((100, 28, 28), np.nan))
    assert len(viz.draw(x).figure.edges) == 1
    text = viz.draw(relu(x).sum()).dot
    assert "(100, 28, 28)" in text
    assert "NaN" in text or "nan" in text


def test_what_can_not_be_drawn_says_why():
    with no_grad():
        y = Tensor(1.0, requires_grad=True) * 2.0
    with pytest.raises(GradientError, match=r"requires no grad.*requires_grad=True"):
        viz.draw(y)
    with pytest.raises(TypeError, match="got ndarray"):
        viz.draw([np.zeros(2)])
    with pytest.raises(TypeError, match="got none"):
        viz.draw([])
    with pytest.raises(TypeError, match=r"got function.*draw\(model\(x\)\)"):
        viz.draw(tanh)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50), st.integers(0, 50)), max_size=15),
    st.integers(0, 99),
)
def test_in_any_program_the_shares_at_a_leaf_add_up_to_its_gradient(steps, seed):
    rng = np.random.default_rng(seed)
    pool = list(leaves(a=rng.normal(), b=rng.normal(), c=rng.normal()))
    inputs = list(pool)
    kinds = (
        lambda u, v: u * v,
        lambda u, v: u + v,
        lambda u, v: u - 2.0 * v,
        lambda u, v: tanh(u),
        lambda u, v: -v,
    )
    for kind, i, j in steps:
        pool.append(kinds[kind](pool[i % len(pool)], pool[j % len(pool)]))
    y = sum(pool[1:], start=pool[0])
    figure = viz.draw(y).figure
    ids = {node.label: node.id for node in figure.nodes if node.kind == "leaf"}
    shares = defaultdict(float)
    for edge in figure.edges:
        shares[edge.tail] += float(edge.gradient or 0)
    for leaf, g in zip(inputs, gradients(y, inputs), strict=True):
        largest = 1 + sum(abs(float(e.gradient or 0)) for e in figure.edges)
        assert shares[ids[leaf.name]] == pytest.approx(g.item(), abs=1e-4 * largest)
