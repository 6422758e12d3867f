"""DLPack with PyTorch on the other side: the same memory, both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autodiff import GradientError, Tensor, gradients
from autodiff.plain.exchange import dlpack_device, from_dlpack, to_dlpack

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

DTYPES = [
    *(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8),
    *(np.float16, np.float32, np.float64, np.complex64, np.complex128),
]


class Exported:
    """A tensor with the two methods of the protocol, whatever `Tensor` itself has."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def __dlpack__(self, **asked: Any) -> Any:
        return to_dlpack(self.tensor, **asked)

    def __dlpack_device__(self) -> tuple[int, int]:
        return dlpack_device(self.tensor)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2)])
def test_round_trip_shares_memory(dtype: Any, shape: Any) -> None:
    x = Tensor(np.random.default_rng(0).integers(0, 9, shape), dtype=dtype)
    theirs = torch.from_dlpack(Exported(x))
    assert tuple(theirs.shape) == shape
    np.testing.assert_array_equal(theirs.numpy(), x.numpy(), strict=True)
    back = from_dlpack(theirs)
    assert type(back) is Tensor and back.dtype == x.dtype and back.shape == shape
    assert back.data.ctypes.data == x.data.ctypes.data or not x.size


def test_what_one_side_writes_the_other_sees() -> None:
    theirs = torch.arange(6, dtype=torch.float64).reshape(2, 3).T
    ours = from_dlpack(theirs)
    assert ours.shape == (3, 2)
    theirs[0, 1] = 10.0
    assert ours[0, 1] == 10.0
    copied = from_dlpack(theirs, copy=True)
    theirs[0, 1] = 20.0
    assert (copied[0, 1], ours[0, 1]) == (10.0, 20.0)


def test_a_tensor_from_elsewhere_computes_and_differentiates() -> None:
    x = from_dlpack(torch.tensor([1.0, 2.0], dtype=torch.float64))
    x.requires_grad = True
    (g,) = gradients((x * x).sum(), [x])
    assert g.numpy().tolist() == [2.0, 4.0]


def test_a_gradient_is_never_lost() -> None:
    x = Tensor([1.0], requires_grad=True)
    with pytest.raises(GradientError, match=r"detach\(\)"):
        torch.from_dlpack(Exported(x))
    assert torch.from_dlpack(Exported(x.detach())).item() == 1.0
    with pytest.raises((BufferError, RuntimeError), match="require gradient"):
        from_dlpack(torch.tensor([1.0], requires_grad=True))


def test_a_memory_elsewhere_is_refused() -> None:
    with pytest.raises((BufferError, RuntimeError)):
        from_dlpack(torch.empty(2, device="meta"))
