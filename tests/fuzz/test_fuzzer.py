"""The fuzzer itself: programs mean what they say, and planted faults are found and shrunk."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from autodiff import OPS, Tensor, graph
from autodiff.methods import Methods
from autodiff.testing.programs import Call, Let, Program, Ref, Store, Update, language, programs
from tests.fuzz import compare
from tests.fuzz.campaign import comparisons, fuzz, main

few = settings(max_examples=settings().max_examples // 2)
quick = settings(
    max_examples=300,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def numbers(ys: Any) -> list[Any]:
    return [y.detach().numpy() for y in ys]


# --- programs ---


@few
@given(programs())
def test_a_program_does_what_its_text_does_when_pasted(program: Program) -> None:
    pasted: dict[str, Any] = {}
    exec(repr(program), pasted)
    xs = compare.variables(program)
    ys = program(*xs)
    for y, other in zip(ys, pasted["outputs"], strict=True):
        assert np.array_equal(y.detach().numpy(), other.detach().numpy())
        assert y.requires_grad == other.requires_grad
    for name, x in program.inputs.items():
        assert name in pasted and np.array_equal(x, program.inputs[name])


@few
@given(programs())
def test_an_interpreter_that_walks_the_data_finds_the_same_values(program: Program) -> None:
    xs = compare.variables(program)
    walked = program.run(xs, compare.call, compare.assign)
    for y, other in zip(program(*compare.variables(program)), walked, strict=True):
        np.testing.assert_allclose(y.detach().numpy(), other.detach().numpy(), rtol=1e-12)


@few
@given(programs())
def test_values_stay_moderate_and_small(program: Program) -> None:
    for x in program.inputs.values():
        assert np.abs(x).max() <= 3
        assert len(set(np.abs(x).ravel())) == x.size
    for y in program(*map(Tensor, program.inputs.values())):
        assert np.isfinite(y.numpy()).all()
        assert y.size <= 48


PROMISED = {
    "an update": r"v\d+ \+= ",
    "an update of an input's name": r"x\d+ /= ",
    "an assignment": r"v\d+\[[^\n]*\] = ",
    "an update of a part": r"v\d+\[[^\n]*\] \*= ",
    "an update where it is large": r"(v\d+)\[\1 > .*\] ",
    "a view that is there before": r"(v\d+) = [^#]*= \1\[[^#]*\n\1\[[^\n]*\] .?= ",
    "a part that is not recorded": r"with ad\.no_grad\(\):\n",
    "a detached value": r"\.detach\(\)",
    "a constant": r"= ad\.asarray\(",
    "places by integers": r"= v\d+\[np\.array\(",
    "several outputs": r"outputs = \(v\d+, v\d+, ",
    "a matrix": r"ad\.linalg\.",
    "an image": r"ad\.conv\w*\(",
    "a number on the left": r"= -?[\d.]+ [-+*/] ",
    "a value used more than once": r"(v\d+) = [^#]*\b\1\b[^#]*\b\1\b",
}


def test_programs_have_what_is_promised() -> None:
    missing = dict(PROMISED)

    @settings(quick, max_examples=400)
    @given(programs())
    def look(program: Program) -> None:
        for what in [w for w, shown in missing.items() if re.search(shown, repr(program))]:
            del missing[what]

    look()
    assert not missing


EXAMPLE = Program(
    {"x0": np.array([[1.5], [-2.0]]), "x1": np.array(0.5, np.float32)},
    (
        Let("v0", Call("pow", (Call("negative", (Ref("x0"),)), 2))),
        Let("v1", Call("multiply", (Call("subtract", (Ref("x0"), 1)), Ref("v0")))),
        Let("v2", Call("subtract", (1, Call("subtract", (Ref("v1"), -2.0)))), recorded=False),
        Update("v2", "divide", Ref("x1"), recorded=False),
        Store("v1", (slice(1, None), 0), Call("getitem", (Ref("v0"), (0, 0)))),
        Store("v1", Call("greater", (Ref("v1"), 0.5)), 2.0, "multiply"),
        Store("v0", (np.array([1, 0]), ...), Call("detach", (Ref("v1"),)), "add"),
        Let("v3", Call("concat", ([Ref("v0"), np.array([[True], [False]])],), {"axis": -1})),
    ),
    ("v1", "v3"),
)


def test_the_text_of_a_program() -> None:
    assert repr(EXAMPLE).splitlines()[3:] == [
        "x0 = ad.Tensor([[1.5], [-2.0]], requires_grad=True)",
        "x1 = ad.Tensor(0.5, requires_grad=True, dtype=np.float32)",
        "v0 = ad.negative(x0)**2",
        "v1 = (x0 - 1) * v0",
        "with ad.no_grad():",
        "    v2 = 1 - (v1 - -2.0)",
        "    v2 /= x1",
        "v1[1:, 0] = v0[0, 0]",
        "v1[v1 > 0.5] *= 2.0",
        "v0[np.array([1, 0]), ...] += v1.detach()",
        "v3 = ad.concat([v0, np.array([[True], [False]])], axis=-1)",
        "outputs = (v1, v3,)",
    ]
    ast.parse(repr(EXAMPLE))


def test_the_names_of_an_example() -> None:
    assert [len(list(language.names_in(s))) for s in EXAMPLE.statements] == [1, 2, 1, 1, 1, 1, 1, 1]


def test_a_program_of_another_dtype_is_refused() -> None:
    with pytest.raises(TypeError, match="expected dtype float64 or float32, got int64"):
        programs(dtype=np.int64)


# --- faults ---


def sign_of_a_rule(patch: pytest.MonkeyPatch) -> None:
    tanh, pull = OPS["tanh"], OPS["tanh"].pull
    patch.setattr(tanh, "pull", lambda node, g: [-flow for flow in pull(node, g)])


def lost_at_a_fan_out(patch: pytest.MonkeyPatch) -> None:
    def overwritten(flows: Any, parents: Any, cotangents: Any) -> None:
        for parent, flow in zip(parents, flows, strict=True):
            if flow is not None:
                cotangents[parent] = flow

    patch.setattr(graph, "_add", overwritten)


def written_in_place(patch: pytest.MonkeyPatch) -> None:
    right = Methods.__setitem__

    def stale(self: Any, key: Any, value: Any) -> None:
        data = self._array
        right(self, key, value)
        if data.flags.writeable:
            data[...] = self._array  # what others were computed from changes too

    patch.setattr(Tensor, "__setitem__", stale)


FAULTS = (sign_of_a_rule, lost_at_a_fan_out, written_in_place)
with_shrinking = settings(quick, phases=[Phase.generate, Phase.shrink])


def rejects(check: Callable[[Program], None], program: Program) -> bool:
    try:
        check(program)
    except (AssertionError, RuntimeWarning):  # wrong numbers may overflow
        return True
    return False


@pytest.mark.parametrize("name", ["dual numbers", "itself", "torch"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_comparison_finds_each_fault(
    fault: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name not in comparisons():
        pytest.skip("torch is not installed")
    fault(monkeypatch)
    find(programs(), partial(rejects, comparisons()[name]), settings=quick)


def wrong(program: Program) -> bool:
    """As the comparison with dual numbers finds it, with no need to measure what rounding does."""
    wanted = compare.by_dual_numbers(program, None)
    found = compare.ours(program)
    return not all(np.allclose(found[name], wanted[name], rtol=1e-6) for name in wanted)


@pytest.mark.parametrize(
    ("fault", "longest"), [(sign_of_a_rule, 1), (lost_at_a_fan_out, 2), (written_in_place, 3)]
)
def test_a_fault_shrinks_to_few_statements(
    fault: Any, longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    program = find(programs(max_statements=6), wrong, settings=with_shrinking)
    assert len(program.statements) <= longest, program
    assert len(program.inputs) <= 2, program


# --- the command ---


def test_the_command_says_its_seed_and_what_it_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--programs", "3", "--seed", "7", "--processes", "1"]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("3 programs, seed 7, against dual numbers, itself")
    assert last.startswith("3 programs compared, 0 failures")


def test_a_failure_is_told_as_a_program_and_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_of_a_rule(monkeypatch)
    report = fuzz(0, 200, "float64")
    assert report.seed == 0
    assert "v0 = ad.tanh(x0)\noutputs = (v0,)" in report.failure
    assert report.failure.startswith("against dual numbers: AssertionError: gradient differs by")
