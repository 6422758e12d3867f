"""Three hundred random programs, against dual numbers, PyTorch, and this library itself.

They are the same in every run, as all tests here are; `python -m tests.fuzz` draws fresh ones.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from autodiff import Tensor
from autodiff.testing.programs import Program, programs
from tests.fuzz.compare import agrees_with, agrees_with_itself, by_dual_numbers

three_hundred = settings(max_examples=3 * settings().max_examples)


@three_hundred
@given(programs())
def test_programs_agree_with_dual_numbers(program: Program) -> None:
    agrees_with(by_dual_numbers, program)


@three_hundred
@given(programs())
def test_programs_agree_with_themselves(program: Program) -> None:
    agrees_with_itself(program)


@pytest.mark.oracle
@three_hundred
@given(programs())
def test_programs_agree_with_torch(program: Program) -> None:
    pytest.importorskip("torch")
    from tests.fuzz.torch_engine import by_torch

    agrees_with(by_torch, program)


@settings(max_examples=settings().max_examples // 2)
@given(programs(dtype=np.float32))
def test_programs_in_single_precision_agree_and_stay_in_it(program: Program) -> None:
    agrees_with(by_dual_numbers, program)
    assert {y.dtype for y in program(*map(Tensor, program.inputs.values()))} <= {
        np.dtype(np.float32)
    }
