"""Fourier transforms: what random calls don't show of their values and gradients; their errors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff
from autodiff import Tensor, fft, gradients
from autodiff.ops.dft import dft, hdft, rdft
from autodiff.testing import check_grads

STANDARD = [
    "fft",
    "ifft",
    "fftn",
    "ifftn",
    "rfft",
    "irfft",
    "rfftn",
    "irfftn",
    "hfft",
    "ihfft",
    "fftfreq",
    "rfftfreq",
    "fftshift",
    "ifftshift",
]
"""Section "Fourier transform Functions" of the array API standard 2024.12."""
NORMS = [None, "backward", "ortho", "forward"]


def normal(*shape: int, seed: int = 0, dtype: Any = float) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape)
    return np.asarray(x + 1j * rng.normal(size=shape) if np.dtype(dtype).kind == "c" else x, dtype)


def leaf(x: Any) -> Tensor:
    return Tensor(x, requires_grad=True)


# --- names and values ---


def test_the_namespace_is_that_of_the_standard_and_more() -> None:
    assert set(fft.__all__) - set(STANDARD) == {"fft2", "ifft2", "rfft2", "irfft2"}
    assert set(STANDARD) <= set(fft.__all__)


def test_numpy_fft_is_loaded_when_it_is_needed() -> None:
    code = "import autodiff.fft, sys; print('numpy.fft' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("n", [1, 2, 7, 8])
def test_inverses_undo(n: int, norm: Any) -> None:
    x, z = normal(3, n), normal(3, n, dtype=complex)
    options: Any = {"axis": 0, "norm": norm}
    for a in (x.T, z.T):
        np.testing.assert_allclose(fft.ifft(fft.fft(a, **options), **options), a, atol=1e-14)
    there = fft.rfft(x.T, **options)
    np.testing.assert_allclose(fft.irfft(there, n, **options), x.T, atol=1e-14)
    there = fft.ihfft(x.T, **options)
    np.testing.assert_allclose(fft.hfft(there, n, **options), x.T, atol=1e-14)
    options = {"axes": (1, 0), "norm": norm}
    np.testing.assert_allclose(fft.ifftn(fft.fftn(z, **options), **options), z, atol=1e-14)
    s = (n, 3)
    np.testing.assert_allclose(fft.irfftn(fft.rfftn(x, **options), s, **options), x, atol=1e-14)


@pytest.mark.parametrize("name", ["fft", "ifft", "fftn", "ifft2", "rfft", "ihfft", "rfftn"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.float32, np.complex64),
        (np.float64, np.complex128),
        (np.int64, np.complex128),
        (bool, np.complex128),
    ],
)
def test_precision_of_real_numbers(name: str, given: Any, expected: Any) -> None:
    assert getattr(fft, name)(np.ones((3, 4), given)).dtype == expected


@pytest.mark.parametrize("name", ["fft", "fft2", "irfft", "hfft", "irfftn", "fftshift"])
@pytest.mark.parametrize("given", [np.complex64, np.complex128])
def test_precision_of_complex_numbers(name: str, given: Any) -> None:
    real = name in ("irfft", "hfft", "irfftn")
    expected = np.zeros(0, given).real.dtype if real else given
    z = leaf(np.ones((3, 4), given))
    y = getattr(fft, name)(z)
    assert y.dtype == expected
    autodiff.real(y).sum().backward()
    assert z.grad is not None
    assert z.grad.dtype == given


def test_no_axes_leave_complex_numbers() -> None:
    x = leaf(3.0)
    y = fft.fftn(x)
    assert y.dtype == np.complex128
    assert y.item() == 3
    autodiff.real(y).backward()
    assert x.grad is not None
    assert x.grad.item() == 1
    assert fft.ifftn(np.ones((2, 0)), axes=()).shape == (2, 0)


def test_axes_that_are_not_transformed_may_be_empty() -> None:
    assert fft.fft(np.ones((0, 3)), 4).shape == (0, 4)
    assert fft.irfftn(np.ones((0, 3, 3)), axes=(1, 2)).shape == (0, 3, 4)
    assert fft.fftshift(np.ones((0, 3))).shape == (0, 3)


def test_lengths_without_axes_are_those_of_the_last_axes() -> None:
    x = normal(2, 3, 4)
    np.testing.assert_array_equal(fft.fftn(x, (5, 2)), fft.fftn(x, (5, 2), axes=(1, 2)))
    np.testing.assert_array_equal(fft.fftn(x, (5, -1)), fft.fftn(x, (5, 4), axes=(1, 2)))
    np.testing.assert_array_equal(fft.irfftn(x, (5, -1)), fft.irfftn(x, (5, 6), axes=(1, 2)))


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_frequencies(n: int) -> None:
    listed = fft.fftfreq(n, d=0.5)
    np.testing.assert_allclose(listed.numpy(), np.fft.fftfreq(n, 0.5), rtol=1e-15)
    np.testing.assert_allclose(fft.rfftfreq(n).numpy(), np.fft.rfftfreq(n), rtol=1e-15)
    ascending = fft.fftshift(listed).numpy()
    assert (np.diff(ascending) > 0).all()
    np.testing.assert_array_equal(fft.ifftshift(ascending), listed.numpy())
    assert type(listed) is Tensor
    assert not listed.requires_grad
    assert listed.dtype == np.float64
    assert fft.rfftfreq(n, dtype=np.float32, device="cpu").dtype == np.float32


# --- gradients ---


def power(z: Any) -> Any:
    return autodiff.real(z * autodiff.conj(z)).sum()


@pytest.mark.parametrize("dtype", [float, complex])
def test_gradient_of_the_power_is_that_of_parseval(dtype: Any) -> None:
    x = leaf(normal(2, 5, dtype=dtype))
    power(fft.fft(x)).backward()
    assert x.grad is not None
    assert x.grad.dtype == x.dtype
    np.testing.assert_allclose(x.grad.data, 2 * 5 * x.data, rtol=1e-13)


def test_gradient_is_the_conjugate_transpose() -> None:
    z, c = normal(6, dtype=complex), normal(6, seed=1, dtype=complex)
    matrix = np.fft.fft(np.eye(6))
    x = leaf(z)
    autodiff.real(fft.fft(x) * c).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.data, np.conj(c @ matrix), rtol=1e-13)


@pytest.mark.parametrize("f", [fft.irfft, fft.hfft])
@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_frequencies_that_stand_alone_have_no_imaginary_part(f: Any, n: int) -> None:
    m = n // 2 + 1
    z = normal(m, dtype=complex)
    x = leaf(z)
    (f(x, n) * normal(n, seed=1)).sum().backward()
    alone = {0, n // 2} if n % 2 == 0 else {0}
    assert x.grad is not None
    for k in range(m):
        assert (x.grad.data[k].imag == 0) == (k in alone)
    other = z + 1j * np.isin(np.arange(m), list(alone))
    np.testing.assert_array_equal(f(z, n), f(other, n))


@pytest.mark.parametrize("name", ["fft", "ifft", "fftn", "rfft", "ihfft", "rfftn"])
def test_what_flows_to_real_numbers_is_real(name: str) -> None:
    x = leaf(normal(3, 4))
    y = getattr(fft, name)(x)
    while y._node.parents != (x._node,):  # several axes are transformed one after the other
        y._node = y._node.parents[0]
    (flow,) = y._node.op.pull(y._node, normal(*y.shape, dtype=complex))
    assert flow.dtype == np.float64
    assert flow.shape == x.shape


@pytest.mark.parametrize("n", [5, 6])
def test_real_results_take_the_real_part_of_a_complex_gradient(n: int) -> None:
    z, factors = normal(4, dtype=complex), normal(n, seed=1, dtype=complex)
    for f in (fft.hfft, fft.irfft):

        def turned(a: Tensor, b: Tensor, f: Any = f) -> Tensor:
            return autodiff.real(f(a + 1j * b, n) * factors)

        check_grads(turned, [z.real.copy(), z.imag.copy()])


def test_a_transform_is_one_node_or_two() -> None:
    x = leaf(normal(3, 4))
    (y, z) = fft.fftn(x), fft.rfftn(x)
    assert y._node is not None
    assert z._node is not None
    assert y._node.parents == (x._node,)
    assert [p.op.name for p in z._node.parents if p is not None and p.op] == ["rdft"]


SMOOTH: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "power of some frequencies": (lambda x: power(fft.rfft(x, 5)[..., 1:] ** 2), [normal(2, 4)]),
    "convolution": (
        lambda x, w: fft.irfft(fft.rfft(x, 6) * fft.rfft(w, 6), 6) ** 2,
        [normal(4), normal(3, seed=1)],
    ),
    "phases": (
        lambda a, b: autodiff.angle(fft.fft2(autodiff.exp(a + 1j * b))[:, 1:]),
        [normal(2, 3), normal(2, 3, seed=1)],
    ),
    "half a spectrum": (
        lambda a, b: autodiff.sin(fft.hfft((a + 1j * b) ** 2, 5)),
        [normal(3), normal(3, seed=1)],
    ),
    "images": (lambda x: fft.irfftn(fft.rfftn(x, (3, 4)) ** 3, (5, 3)), [normal(2, 3, 3)]),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions_to_third_order(name: str) -> None:
    f, xs = SMOOTH[name]
    check_grads(f, xs, order=3)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("inverse", [False, True])
def test_primitives_are_their_adjoints(inverse: bool, norm: Any) -> None:
    z, u = normal(2, 4, dtype=complex), normal(2, 4, seed=1, dtype=complex)
    (flow,) = gradients([dft(x := leaf(z), (0, 1), inverse, norm)], [x], [u])
    expected = np.conj(dft(np.conj(u), (0, 1), inverse, norm))
    np.testing.assert_allclose(flow.numpy(), expected, rtol=1e-13)
    for n in (4, 5):
        a, b = normal(2, n), normal(2, n // 2 + 1, seed=1, dtype=complex)
        there = np.sum(rdft(a, 1, inverse, norm) * b).real
        (back,) = gradients([rdft(x := leaf(a), 1, inverse, norm)], [x], [np.conj(b)])
        assert np.sum(a * back.numpy()) == pytest.approx(there)
        there = np.sum(hdft(b, n, 1, inverse, norm) * a)
        (back,) = gradients([hdft(x := leaf(b), n, 1, inverse, norm)], [x], [a])
        assert np.sum(b * np.conj(back.numpy())).real == pytest.approx(there)
