"""Complex numbers and their parts, and the one convention for their gradients.

The gradient of a real number L by z = a + ib is ``∂L/∂a + i ∂L/∂b``, the direction in which L grows
fastest, as in PyTorch: ``z -= lr * z.grad`` goes downhill. (JAX gives its conjugate.) This holds
for `backward`, `gradients`, `grad`, `vjp` and the cotangents that they are given.

Inside the engine a cotangent is that gradient's conjugate, which pairs with a tangent t as
``Re(sum(g * t))``. So a rule of a holomorphic function is what it is for real numbers, ``g`` times
the derivative, and a linear map's is its plain transpose. The conjugate is taken once, where
gradients leave the engine. A real value may carry a complex cotangent on the way, of which only the
real part counts: it is taken at the leaf, and by every op that leads from complex to real.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import custom, elementwise, linear
from autodiff.kernels.scalars import ZERO
from autodiff.variable import Array, raw


@linear(adjoint=lambda g: real(g), symbol="Re")
def real(x: Array, /) -> Array:
    """Real part.

    Parameters
    ----------
    x
        Any shape and numeric dtype; what is real is its own real part.

    Returns
    -------
    Tensor
        Shaped as `x`; real, of `x`'s precision.

    Notes
    -----
    `numpy.real`; the array API standard's ``real``.

    Examples
    --------
    >>> real(Tensor([1 + 2j, 3.0]))
    Tensor([1., 3.])
    """
    return x.real


def _turned_back(g: Any) -> Any:
    g = real(g)
    return g * -1j


@linear(adjoint=_turned_back, symbol="Im")
def imag(x: Array, /) -> Array:
    """Imaginary part.

    Parameters
    ----------
    x
        Any shape and numeric dtype; of what is real it is 0.

    Returns
    -------
    Tensor
        Shaped as `x`; real, of `x`'s precision.

    Notes
    -----
    `numpy.imag`; the array API standard's ``imag``.

    Examples
    --------
    >>> imag(Tensor([1 + 2j, 3.0]))
    Tensor([2., 0.])
    """
    return np.imag(x)


@linear(adjoint=lambda g: conj(g), symbol="z̄")
def conj(x: Array, /) -> Array:
    """Complex conjugate ``a - ib`` of ``a + ib``.

    Parameters
    ----------
    x
        Any shape and numeric dtype; what is real is its own conjugate.

    Notes
    -----
    `numpy.conj`; the array API standard's ``conj``.

    Examples
    --------
    >>> conj(Tensor([1 + 2j, 3.0]))
    Tensor([1.-2.j, 3.-0.j])
    """
    return np.conj(x)


def _turned(g: Any, x: Any) -> Any:
    if x.dtype.kind != "c":
        return np.broadcast_to(ZERO[x.dtype], x.shape)
    g, zero = _turned_back(g), raw(x) == 0
    return g * ~zero / (x + zero) if zero.any() else g / x


@custom(vjps=[_turned], symbol="arg")
def angle(x: Array, /) -> Array:
    """Angle of a complex number to the positive real axis, in radians in ``[-π, π]``.

    Parameters
    ----------
    x
        Any shape; of a real number it is 0, or π if it is negative, with slope 0.

    Returns
    -------
    Tensor
        Shaped as `x`; real, of `x`'s precision (float64 for integers).

    Notes
    -----
    `numpy.angle`. At 0, where there is no angle, the value is 0 (or ±π, by the signs of the zeros),
    and the slope is 0.

    Examples
    --------
    >>> angle(Tensor([1.0, 1j, -1.0]))
    Tensor([0.        , 1.57079633, 3.14159265])
    """
    return np.angle(x) if x.dtype.kind in "cf" else np.angle(x.astype(np.float64))


@elementwise(partials=[1, lambda: 1j], symbol="+i")
def complex(real: Array, imag: Array, /) -> Array:
    """Complex number of a real and an imaginary part.

    It is not ``real + 1j * imag``, which loses infinities and the sign of a zero.

    Parameters
    ----------
    real, imag
        Real numbers, any shapes that broadcast together.

    Returns
    -------
    Tensor
        Their common shape; complex64 for float32, complex128 for float64 and integers.

    Raises
    ------
    OpTypeError
        If one is complex.

    Notes
    -----
    `torch.complex`.

    Examples
    --------
    >>> complex(Tensor([1.0, 3.0]), 2.0)
    Tensor([1.+2.j, 3.+2.j])
    """
    if np.iscomplexobj(real) or np.iscomplexobj(imag):
        raise TypeError("expected real numbers, got complex ones")
    shape = np.broadcast_shapes(np.shape(real), np.shape(imag))
    y = np.empty(shape, np.result_type(real, imag, 1j))
    y.real, y.imag = real, imag
    return y
