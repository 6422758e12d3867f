"""What all tests share: the names that doctests take for granted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff import Tensor


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace.update(np=np, Tensor=Tensor)
