"""DLPack: memory shared with other libraries, without a copy.

`Tensor.__dlpack__` and `Tensor.__dlpack_device__` are `to_dlpack` and `dlpack_device`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.declare import explains
from autodiff.errors import GradientError, OpTypeError, OpValueError
from autodiff.plain.untracked import constant_array, on_cpu
from autodiff.variable import Variable, tensor

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

HERE = (1, 0)
"""The CPU, in DLPack's numbers."""


@explains
def from_dlpack(x: Any, /, *, device: str | None = None, copy: bool | None = None) -> Tensor:
    """Tensor in the memory of an array of another library.

    Parameters
    ----------
    x
        Anything with the methods ``__dlpack__`` and ``__dlpack_device__``.
    device
        None or "cpu": an array that lives elsewhere has to be brought here first.
    copy
        True: copy; None: share the memory, unless the other library has to copy; False: raise then.

    Returns
    -------
    Tensor
        A constant. Where memory is shared, what the other library writes to it is seen here.

    Raises
    ------
    OpTypeError
        If `x` has not the methods.
    BufferError
        If the other library can't hand out the memory: of its dtype, its device, or because it
        would have to copy.
    OpValueError
        If `device` is another.
    GradientError
        If `x` is a tensor that requires grad.

    Notes
    -----
    `numpy.from_dlpack`; the array API standard's ``from_dlpack``.

    Examples
    --------
    >>> from_dlpack(np.arange(3))
    Tensor([0, 1, 2])
    """
    on_cpu("from_dlpack", device)
    constant_array("from_dlpack", x, "it is a tensor already")
    if not hasattr(x, "__dlpack__"):
        raise OpTypeError(
            f"from_dlpack: expected an array with a method __dlpack__, got {type(x).__name__}: "
            f"asarray takes anything that NumPy can read"
        )
    asked: dict[str, Any] = {}  # not every library that speaks DLPack knows these two
    if device is not None and x.__dlpack_device__() != HERE:
        asked["device"] = device
    if copy is False:
        asked["copy"] = False
    try:
        shared = np.from_dlpack(x, **asked)
    except BufferError as error:
        raise BufferError(
            f"from_dlpack: expected numbers in memory that can be shared, got "
            f"{type(x).__name__} ({error}): asarray takes anything that NumPy can read"
        ) from error
    made: Tensor = tensor(shared.copy() if copy else shared, None)
    return made


def to_dlpack(
    x: Variable,
    /,
    *,
    stream: Any = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[Any, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """The memory of a tensor as a DLPack capsule: what other libraries' `from_dlpack` calls.

    Parameters
    ----------
    x
        A tensor that requires no grad.
    stream
        None: on the CPU there are no streams.
    max_version
        The highest version of DLPack that the caller understands.
    dl_device
        None or ``(1, 0)``, the CPU.
    copy
        True: copy; False: never; None: only if there is no other way.

    Raises
    ------
    GradientError
        If it requires grad, which a capsule can't carry.
    BufferError
        If the memory can't be handed out so.
    OpValueError
        If `stream` is not None.

    Notes
    -----
    The array API standard's ``__dlpack__``.
    """
    if x._node is not None:
        raise GradientError(
            "__dlpack__: this tensor requires grad, and a capsule can't carry that: export its "
            "detach(), which has the same values in the same memory"
        )
    if stream is not None:
        raise OpValueError(f"__dlpack__: expected stream None, got {stream!r}: a CPU has none")
    data = x._array
    if max_version is None and copy is None and not data.flags.writeable:
        data = data.copy()  # capsules before DLPack 1.0 can't say that they are read-only
    asked = {"max_version": max_version, "dl_device": dl_device, "copy": copy}
    known: Any = {key: value for key, value in asked.items() if value is not None}
    return data.__dlpack__(**known)  # older NumPys know none of them


def dlpack_device(x: Variable, /) -> tuple[int, int]:
    """Where the memory of a tensor is, in DLPack's numbers: ``(1, 0)``, the CPU.

    Notes
    -----
    The array API standard's ``__dlpack_device__``.
    """
    return x._array.__dlpack_device__()
