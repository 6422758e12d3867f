"""What the array API standard lets a program ask about this library."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.plain import dtypes
from autodiff.plain.dtypes import DType, isdtype
from autodiff.plain.untracked import CPU, on_cpu

__array_api_version__ = "2024.12"
"""The newest version of the standard that this library follows."""

STANDARD = {
    name: getattr(dtypes, name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float32", "float64", "complex64", "complex128"),
    )
}
"""The standard's dtypes by name."""


class NamespaceInfo:
    """Answers about devices and dtypes; `__array_namespace_info__` gives one."""

    def capabilities(self) -> dict[str, Any]:
        """What is optional in the standard, and here.

        >>> __array_namespace_info__().capabilities()["max dimensions"]
        64
        """
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """Where a new tensor lives."""
        return CPU

    def devices(self) -> list[str]:
        """All devices there are."""
        return [CPU]

    def default_dtypes(self, *, device: str | None = None) -> dict[str, DType]:
        """The dtype that Python's numbers become, by kind, and that of indices.

        >>> __array_namespace_info__().default_dtypes()["real floating"]
        dtype('float64')
        """
        on_cpu("default_dtypes", device)
        return {
            "real floating": dtypes.float64,
            "complex floating": dtypes.complex128,
            "integral": dtypes.int64,
            "indexing": np.dtype(np.intp),
        }

    def dtypes(
        self, *, device: str | None = None, kind: str | tuple[str, ...] | None = None
    ) -> dict[str, DType]:
        """The standard's dtypes by name; of one kind, or several, as `isdtype` names them.

        >>> __array_namespace_info__().dtypes(kind="complex floating")
        {'complex64': dtype('complex64'), 'complex128': dtype('complex128')}
        """
        on_cpu("dtypes", device)
        return {n: d for n, d in STANDARD.items() if kind is None or isdtype(d, kind)}


def __array_namespace_info__() -> NamespaceInfo:  # noqa: N807 - the standard's name
    """Answers about the library: its devices, its dtypes, what it can do.

    Notes
    -----
    The array API standard's ``__array_namespace_info__``.

    Examples
    --------
    >>> __array_namespace_info__().devices()
    ['cpu']
    """
    return NamespaceInfo()
