"""The value of every op, written another way than the op is: a file for each of its rooms."""

from collections.abc import Callable
from typing import Any

from tests.references import (
    arithmetic,
    complex,
    conv,
    exponential,
    index,
    linalg,
    manipulation,
    pool,
    reduce,
    rounding,
    selection,
    softmax,
    trigonometry,
    window,
)

ROOMS = (
    arithmetic,
    complex,
    conv,
    exponential,
    index,
    linalg,
    manipulation,
    pool,
    reduce,
    rounding,
    selection,
    softmax,
    trigonometry,
    window,
)
REFERENCES: dict[str, Callable[..., Any]] = {
    name: reference for room in ROOMS for name, reference in room.REFERENCES.items()
}
