"""The mutation test itself: what it plants, and that its verdicts can be believed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation.faults import CATEGORIES, changes, with_change
from tests.mutation.planting import faults
from tests.mutation.survivors import EQUIVALENT

FAULTS = {fault.key: fault for fault in faults()}
ROOT = Path(__file__).parents[2]
PLANTED = [
    ("sign", "arithmetic.divide.partials[1]", "-g", "g"),
    ("factor", "arithmetic.sqrt.partials[0]", "0.5", "1.0"),
    ("swap", "arithmetic.multiply.partials[0:2]", "'x2'", "'x1', 'x2'"),
    ("term", "trigonometry.tanh.partials[0]", "g - g * y * y", "g"),
    ("broadcast", "linalg._to_left", "expand_dims(g, -1)", "g"),
    ("axis", "linalg._to_left", "-2", "-1"),
    ("op", "trigonometry.sin.partials[0]", "cos(x)", "sin(x)"),
    ("branch", "linalg._to_left", "x2.ndim > 1", "x2.ndim <= 1"),
]
"""A fault of each category, which the tests of all ops reject."""
SAME = ("complex._turned", "x + zero", "x - zero")


def function(text: str) -> ast.FunctionDef | ast.Lambda:
    (statement,) = ast.parse(text).body
    if isinstance(statement, ast.Expr):
        assert isinstance(statement.value, ast.Lambda)
        return statement.value
    assert isinstance(statement, ast.FunctionDef)
    return statement


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda g, x: g - x", ["swap x - g", "factor (g - x) * 2", "sign g + x", "term -x"]),
        ("lambda g, x: -g / x", ["term -g", "swap x / -g", "op -g * x", "sign g"]),
        ("lambda x: 0.5 * x", ["factor 1.0", "term x", "op 0.5 / x"]),
        ("lambda g, x, y: where(x, g, y)", ["swap where(x, y, g)"]),
        ("lambda g, axis: flip(g, axis)", ["axis -1"]),
        ("lambda g, axis: sum(g, axis, keepdims=True)", ["broadcast not True", "op mean(g, axis"]),
        ("lambda g, shape: broadcast_to(g, shape)", ["broadcast g"]),
        ("lambda g: expand_dims(g, -2)", ["broadcast g", "axis -1"]),
        ("lambda g: g[..., None, 1:]", ["broadcast g[..., 1:]", "axis g[..., None, :]"]),
        ("lambda x: x.mT @ x", ["axis x", "term x.mT"]),
        ("lambda x: np.cos(x)", ["op np.sin(x)"]),
        ("lambda z: z.real", ["op z.imag"]),
        ("lambda x: conj(x)", ["term x"]),
        ("lambda x: x < 0", ["branch x <= 0", "branch x >= 0", "factor 1"]),
        ("lambda a, b: a if a.any() else b", ["branch a", "branch b", "op a.all()"]),
        ("lambda a, b: a & ~b", ["op a | ~b", "branch b"]),
        ("lambda x, axes: x.transpose((1, 0))", ["axis (0, 1)", "axis 0", "axis 1"]),
    ],
)
def test_the_slips_that_a_rule_may_have(text: str, expected: list[str]) -> None:
    found = [f"{c.category} {ast.unparse(c.instead)}" for c in changes(function(text), True)]
    for wanted in expected:
        assert any(slip.startswith(wanted) for slip in found), found


def test_what_only_checks_arguments_is_left_alone() -> None:
    text = """
def rule(g, x):
    '''One - two.'''
    if x.ndim < 2:
        raise ValueError(f"got {x.ndim - 1}")
    refuse(x, 1 - 2)
    assert x.ndim - 1
    assert isinstance(x, (int, -float))
    return g
"""
    assert not [*changes(function(text))]


def test_a_fault_is_one_change_of_a_copy() -> None:
    original = function("def rule(g, x):\n    y = g * x\n    return y - g * x")
    before = ast.dump(original)
    for change in changes(original, is_rule=True):
        changed = with_change(original, change)
        assert ast.dump(changed) != before
        assert ast.dump(original) == before
        compile(ast.Module([changed], []), "rule", "exec")


def test_every_rule_of_the_library_has_faults_of_its_own() -> None:
    assert len(FAULTS) > 2000
    counts = Counter(fault.category for fault in FAULTS.values())
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) > 50
    places = {f"{fault.room}.{fault.place}" for fault in FAULTS.values()}
    assert {"conv.conv2d"}.isdisjoint(places)  # a composite: it has no rule
    assert {"arithmetic._power_slope", "linalg.matmul.vjps[1]", "reduce.sum.adjoint"} <= places


def test_each_explanation_is_of_a_fault_that_there_is() -> None:
    assert not EQUIVALENT.keys() - FAULTS.keys()


def test_a_fault_of_each_category_is_rejected_and_what_is_none_survives() -> None:
    for category, *key in PLANTED:
        assert FAULTS[*key].category == category
    keys = [*(key for _, *key in PLANTED), SAME]
    picked = [f"--pick={place}: {original} -> {mutated}" for place, original, mutated in keys]
    told = subprocess.run(
        [sys.executable, "-m", "tests.mutation", *picked, "--tests", "tests/test_rules.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.count("survived:") == 1, told.stdout + told.stderr
    assert "without a fault it fails too" not in told.stdout
    assert f"| all | {len(PLANTED) + 1} | {len(PLANTED)} |" in told.stdout
