"""DLPack with NumPy on the other side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff import GradientError, Tensor
from autodiff.plain.exchange import dlpack_device, from_dlpack, to_dlpack


class Exported:
    """The two methods of the protocol; keeps what was asked for."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self.asked: dict[str, Any] = {}

    def __dlpack__(self, **asked: Any) -> Any:
        self.asked = asked
        return to_dlpack(self.tensor, **asked)

    def __dlpack_device__(self) -> tuple[int, int]:
        return dlpack_device(self.tensor)


class Old(Exported):
    """A library that speaks DLPack without its newer words."""

    def __dlpack__(self, *, stream: Any = None) -> Any:
        return to_dlpack(self.tensor, stream=stream)


@pytest.mark.parametrize(
    ("wrapped", "copy"),
    [(Exported, None), (Exported, False), (Exported, True), (Old, None), (Old, True)],
)
@pytest.mark.parametrize("device", [None, "cpu"])
def test_round_trip(wrapped: Any, device: Any, copy: Any) -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    y = from_dlpack(wrapped(x), device=device, copy=copy)
    assert type(y) is Tensor and not y.requires_grad
    np.testing.assert_array_equal(y.numpy(), x.numpy(), strict=True)
    assert np.shares_memory(y.data, x.data) is not bool(copy)


def test_a_copy_may_be_written_to() -> None:
    x = Tensor([1.0, 2.0])
    y = from_dlpack(Exported(x), copy=True)
    y.data[0] = 5.0
    assert x[0] == 1.0


def test_that_nothing_is_to_be_copied_is_passed_on() -> None:
    exported = Exported(Tensor([1.0]))
    from_dlpack(exported, copy=False)
    assert exported.asked["copy"] is False


def test_device_is_the_cpu() -> None:
    assert dlpack_device(Tensor(1.0)) == (1, 0)
    with pytest.raises(ValueError, match="expected device 'cpu' or None"):
        from_dlpack(np.arange(3), device="gpu")
    with pytest.raises(BufferError):
        to_dlpack(Tensor(1.0), max_version=(1, 0), dl_device=(2, 0))


def test_read_only_memory_is_copied_for_readers_that_do_not_know_the_flag() -> None:
    x = Tensor(0.0)
    x._array = np.broadcast_to(1.0, (2, 3))  # as broadcasting makes it
    old, new = from_dlpack(Old(x)), from_dlpack(Exported(x))
    assert not np.shares_memory(old.data, x.data)
    assert np.shares_memory(new.data, x.data) and not new.data.flags.writeable
    with pytest.raises(BufferError, match="readonly"):
        to_dlpack(x, copy=False)


def test_what_no_capsule_can_carry_is_refused() -> None:
    x = Tensor([1.0], requires_grad=True)
    with pytest.raises(GradientError, match=r"export its detach\(\)"):
        to_dlpack(x)
    assert to_dlpack(x.detach()) is not None
    with pytest.raises(BufferError):
        to_dlpack(Tensor(np.array([1.0], ">f8")))
    with pytest.raises(ValueError, match="expected stream None, got 1"):
        to_dlpack(Tensor(1.0), stream=1)
