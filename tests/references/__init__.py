"""The value of every op, written another way than the op is: a file for each of its rooms."""

from collections.abc import Callable
from typing import Any

from tests.references import (
    along,
    arithmetic,
    complex,
    conv,
    decomposition,
    diagonal,
    exponential,
    fourier,
    index,
    interpolation,
    joining,
    linalg,
    manipulation,
    normalization,
    ordering,
    pool,
    rearrange,
    reduce,
    rounding,
    scan,
    selection,
    softmax,
    special,
    statistics,
    trigonometry,
    window,
)

ROOMS = (
    along,
    arithmetic,
    complex,
    conv,
    decomposition,
    diagonal,
    exponential,
    fourier,
    index,
    interpolation,
    joining,
    linalg,
    manipulation,
    normalization,
    ordering,
    pool,
    rearrange,
    reduce,
    rounding,
    scan,
    selection,
    softmax,
    special,
    statistics,
    trigonometry,
    window,
)
REFERENCES: dict[str, Callable[..., Any]] = {
    name: reference for room in ROOMS for name, reference in room.REFERENCES.items()
}
