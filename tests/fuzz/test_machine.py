"""Tensors in any order of operations agree with the naive engine; planted faults don't.

Hypothesis's profile says how many runs there are: HYPOTHESIS_PROFILE=explore makes a thousand, new
ones every time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import autodiff
import autodiff.graph
import autodiff.tensor
import autodiff.transforms
from autodiff import GradientError, Tensor, no_grad
from autodiff.methods import Methods
from autodiff.variable import raw
from tests.fuzz.machine import Tensors

by_profile = settings(stateful_step_count=50, suppress_health_check=list(HealthCheck))


def test_tensors_agree_with_the_model() -> None:
    run_state_machine_as_test(Tensors, settings=by_profile)


def last_flow_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a value is used twice, only one of the flows arrives."""

    def kept(flows: Any, parents: Any, cotangents: Any) -> None:
        cotangents.update((p, f) for p, f in zip(parents, flows, strict=True) if f is not None)

    monkeypatch.setattr(autodiff.graph, "_add", kept)


def writes_go_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autodiff.tensor, "overwritten", lambda array: None)


def every_write_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backward is refused after any write to anything that has been recorded before."""

    def refuse(*nodes: Any) -> None:
        raise GradientError("overwritten")

    monkeypatch.setattr(autodiff.graph, "_refuse_overwritten", refuse)


def assignment_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Methods.__setitem__

    def assign(self: Any, key: Any, value: Any) -> None:
        before = self._array
        whole(self, key, value)
        if before.flags.writeable:
            before[...] = self._array

    monkeypatch.setattr(Tensor, "__setitem__", assign, raising=False)


def refused_and_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """An assignment that fails leaves something behind."""
    whole = Methods.__setitem__

    def assign(self: Any, key: Any, value: Any) -> None:
        try:
            whole(self, key, value)
        except Exception:
            self._array = self._array[::-1] if self._array.ndim else self._array
            raise

    monkeypatch.setattr(Tensor, "__setitem__", assign, raising=False)


def no_release(monkeypatch: pytest.MonkeyPatch) -> None:
    pullback = autodiff.graph.pullback

    def kept(seeds: Any, *, release: bool = False, **kwargs: Any) -> Any:
        return pullback(seeds, **kwargs)

    monkeypatch.setattr(autodiff.tensor, "pullback", kept)


def always_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(no_grad, "_mode", True)


def shared_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient may be memory that something else holds."""
    tensor = autodiff.tensor.tensor

    def shared(g: Any, dtype: Any, taken: Any) -> Any:
        same = isinstance(g, Tensor) and g.dtype == dtype
        return g if same else tensor(np.asarray(raw(g), dtype), None)

    monkeypatch.setattr(autodiff.tensor, "owned", shared)
    monkeypatch.setattr(autodiff.transforms, "owned", shared)


def gradients_added_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds a gradient sees it change."""
    deliver = autodiff.tensor._deliver

    def added(found: Any, seed: Any) -> None:
        owners = [owner for leaf in found if (owner := leaf.owner()) is not None]
        before = [owner.grad for owner in owners]
        deliver(found, seed)
        for owner, grad in zip(owners, before, strict=True):
            if grad is not None:
                grad.data[...] = owner.grad.data

    monkeypatch.setattr(autodiff.tensor, "_deliver", added)


def a_wrong_second_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded of a walk takes the saved values for constants."""
    lifted = autodiff.tensor.lifted

    def constant(node: Any) -> Any:
        return node if node.op.name == "multiply" else lifted(node)

    monkeypatch.setattr(autodiff.tensor, "lifted", constant)
    monkeypatch.setattr(autodiff.transforms, "lifted", constant)


def detached_is_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tensor, "detach", lambda self: self)


FAULTS = [
    last_flow_wins,
    writes_go_unseen,
    every_write_counts,
    assignment_in_place,
    refused_and_done,
    no_release,
    always_recording,
    shared_gradients,
    gradients_added_in_place,
    a_wrong_second_derivative,
    detached_is_itself,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_machine_finds_a_fault(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)

    many = settings(  # it stops at the first that fails
        max_examples=1000,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    with pytest.raises((AssertionError, GradientError)):
        run_state_machine_as_test(Tensors, settings=many)
