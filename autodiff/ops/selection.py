"""Ops that choose: by sign, by size, by a mask.

Where calculus leaves a choice: `abs`, `sign` and `relu` have slope 0 at 0; tied arguments of
`maximum` and `minimum` share the gradient equally; `clip` has slope 1 at its bounds. What is not
chosen gets 0, even of a gradient that is not finite: `sqrt(relu(x))` has slope 0 below 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import composite, custom, elementwise, linear
from autodiff.errors import BROADCAST
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.complex import conj, imag, real
from autodiff.variable import Array, Variable, raw


def _toward(g: Any, x: Any) -> Any:
    return g * sign(x) if x.dtype.kind != "c" else real(g) * conj(sign(x))


@custom(vjps=[_toward], symbol="|x|")
def abs(x: Array, /) -> Array:
    """Absolute value, with slope 0 at 0.

    Parameters
    ----------
    x
        Any shape; keeps its dtype, but of a complex number it is real.

    Notes
    -----
    `numpy.abs`; the array API standard's ``abs``.

    Examples
    --------
    >>> abs(Tensor([-1.5, 2.0])), abs(Tensor(3 + 4j))
    (Tensor([1.5, 2. ]), Tensor(5.))
    """
    return np.abs(x)


def _around(g: Any, y: Any, x: Any) -> Any:
    """Of a complex number only the angle matters: what flows is at right angles to it."""
    if x.dtype.kind != "c":
        return np.broadcast_to(ZERO[x.dtype], x.shape)
    length, across = abs(x), imag(g * y) * (1j * conj(y))  # g - real(g y) conj(y), which cancels
    zero = raw(length) == 0
    if zero.any():
        length, across = where(zero, ONE[length.dtype], length), where(zero, ZERO[g.dtype], across)
    return across / length


@custom(vjps=[_around])
def sign(x: Array, /) -> Array:
    """Sign: -1, 0 or 1, with slope 0 everywhere; of a complex number ``x / |x|``, slope 0 at 0.

    Parameters
    ----------
    x
        Any shape; keeps its dtype, and NaN stays NaN. Booleans are refused.

    Notes
    -----
    `numpy.sign`; the array API standard's ``sign``.

    Examples
    --------
    >>> sign(Tensor([-1.5, 0.0, 2.0])), sign(Tensor(3 + 4j))
    (Tensor([-1.,  0.,  1.]), Tensor(0.6+0.8j))
    """
    y = np.sign(x)
    return (
        y if x.dtype.kind != "c" else np.where(np.isnan(x), x.dtype.type(np.nan + 1j * np.nan), y)
    )


BITS = {np.dtype(f"f{n}"): np.dtype(f"i{n}") for n in (2, 4, 8)}
"""For each float the integer that is as wide."""


def _bits(g: Any) -> Any:
    return BITS.get(g.dtype) if isinstance(g, np.ndarray) else None


def _passed(g: Any, holds: Any) -> Any:
    """`g` where it holds and 0 elsewhere, even of what is not finite.

    Its bits are multiplied by 0 or 1, which is many times faster than `numpy.where`.
    """
    bits = _bits(g)
    if bits is None:
        return where(holds, g, ZERO[g.dtype])
    return (g.view(bits) * holds).view(g.dtype)


def _passed_above_0(g: Any, y: Any) -> Any:
    """`g` where `y` is positive. The zeros and ones are made where the result will be.

    In many a network no step of the backward pass holds as much as this one, so that a mask of its
    own would be the peak.
    """
    bits = _bits(g)
    if bits is None:
        return _passed(g, raw(y) > 0)
    kept = np.greater(y, ZERO[y.dtype], out=np.empty_like(g, bits))
    kept *= g.view(bits)
    return kept.view(g.dtype)


@elementwise(partials=[_passed_above_0], domain=[(0.2, 3.0)])
def relu(x: Array, /) -> Array:
    """Rectified linear unit ``max(x, 0)``, with slope 0 at 0.

    Parameters
    ----------
    x
        Any shape; keeps its dtype, and NaN stays NaN.

    Examples
    --------
    >>> relu(Tensor([-1.0, 0.0, 2.0]))
    Tensor([0., 0., 2.])
    """
    x = np.asarray(x)
    return np.maximum(x, ZERO[x.dtype])


def _shared(g: Any, wins: Any, loses: Any) -> Any:
    """`g` where the first comparison holds, 0 where the second, one half of it at a tie."""
    flow, tied = _passed(g, ~loses), wins == loses
    return where(tied, flow * 0.5, flow) if tied.any() else flow


@elementwise(
    partials=[
        lambda g, x1, x2: _shared(g, raw(x1) > raw(x2), raw(x1) < raw(x2)),
        lambda g, x1, x2: _shared(g, raw(x2) > raw(x1), raw(x2) < raw(x1)),
    ],
    symbol="max",
)
def maximum(x1: Array, x2: Array, /) -> Array:
    """Larger of the two; a tie shares the gradient equally.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype. A NaN wins.

    Examples
    --------
    >>> maximum(Tensor([1.0, 5.0]), Tensor([2.0, 3.0]))
    Tensor([2., 5.])
    """
    return np.maximum(x1, x2)


@elementwise(
    partials=[
        lambda g, x1, x2: _shared(g, raw(x1) < raw(x2), raw(x1) > raw(x2)),
        lambda g, x1, x2: _shared(g, raw(x2) < raw(x1), raw(x2) > raw(x1)),
    ],
    symbol="min",
)
def minimum(x1: Array, x2: Array, /) -> Array:
    """Smaller of the two; a tie shares the gradient equally.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype. A NaN wins.

    Examples
    --------
    >>> minimum(Tensor([1.0, 5.0]), Tensor([2.0, 3.0]))
    Tensor([1., 3.])
    """
    return np.minimum(x1, x2)


def _inside(x: Any, min: Any, max: Any) -> Any:
    inside = True
    if min is not None:
        inside = inside & (raw(x) >= raw(min))
    if max is not None:
        inside = inside & (raw(x) <= raw(max))
    return inside


@elementwise(
    partials=[lambda g, x, min, max: _passed(g, _inside(x, min, max))],
    domain=[(-0.9, 0.9)],
    symbol="clip",
)
def clamp(x: Array, /, min: Any = None, max: Any = None) -> Array:
    """What `clip` is, with constant bounds.

    Parameters
    ----------
    x, min, max
        As in `clip`.

    Examples
    --------
    >>> clamp(Tensor([-2.0, 0.5, 2.0]), max=1)
    Tensor([-2. ,  0.5,  1. ])
    """
    return np.clip(x, raw(min), raw(max))


@composite
def clip(x: Array, /, min: Any = None, max: Any = None) -> Any:
    """Limit to ``[min, max]`` (None: no limit), with slope 1 inside and at the bounds.

    Parameters
    ----------
    x
        Any shape and real dtype; keeps its dtype unless a bound's is wider.
    min, max
        Numbers, arrays or tensors that broadcast with `x`, or None. Where they cross, `max` wins.
        What lies outside, sends its gradient to the bound. A bound that is NaN gives NaN.

    Notes
    -----
    `numpy.clip`; the array API standard's ``clip``.

    Examples
    --------
    >>> clip(Tensor([-2.0, 0.5, 2.0]), -1, 1)
    Tensor([-1. ,  0.5,  1. ])
    """
    if not any(isinstance(bound, Variable) and bound._node is not None for bound in (min, max)):
        return clamp(x, min, max)
    y: Any = x
    if min is not None:
        y = where((raw(y) < raw(min)) | np.isnan(raw(min)), min, y)
    return y if max is None else where((raw(y) > raw(max)) | np.isnan(raw(max)), max, y)


@linear(
    adjoint=[
        None,
        lambda g, condition: where(condition, g, ZERO[g.dtype]),
        lambda g, condition: where(condition, ZERO[g.dtype], g),
    ],
    symbol="?:",
    expects=BROADCAST,
)
def where(condition: Array, x1: Array, x2: Array, /) -> Array:
    """Elements of `x1` where `condition` holds, of `x2` elsewhere.

    Parameters
    ----------
    condition
        Booleans, or numbers that count as true unless 0; no gradient flows to it.
    x1, x2
        Any shapes that broadcast with `condition`; NumPy's common dtype.

    Raises
    ------
    OpValueError
        If the three shapes do not broadcast together.

    Notes
    -----
    `numpy.where`; the array API standard's ``where``.

    Examples
    --------
    >>> where(Tensor([True, False]), Tensor([1.0, 2.0]), 0.0)
    Tensor([1., 0.])
    """
    return np.where(condition, x1, x2)


@elementwise(
    partials=[
        lambda g, x1, x2: _known(g, raw(x1), raw(x2), raw(x1) > raw(x2), raw(x1) < raw(x2)),
        lambda g, x1, x2: _known(g, raw(x2), raw(x1), raw(x2) > raw(x1), raw(x2) < raw(x1)),
    ]
)
def fmax(x1: Array, x2: Array, /) -> Array:
    """Larger of the two, a number rather than NaN; a tie shares the gradient equally.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype.

    Notes
    -----
    `numpy.fmax`.

    Examples
    --------
    >>> fmax(Tensor([1.0, np.nan]), Tensor([2.0, 3.0]))
    Tensor([2., 3.])
    """
    return np.fmax(x1, x2)


@elementwise(
    partials=[
        lambda g, x1, x2: _known(g, raw(x1), raw(x2), raw(x1) < raw(x2), raw(x1) > raw(x2)),
        lambda g, x1, x2: _known(g, raw(x2), raw(x1), raw(x2) < raw(x1), raw(x2) > raw(x1)),
    ]
)
def fmin(x1: Array, x2: Array, /) -> Array:
    """Smaller of the two, a number rather than NaN; a tie shares the gradient equally.

    Parameters
    ----------
    x1, x2
        Any shapes that broadcast together; NumPy's common dtype.

    Notes
    -----
    `numpy.fmin`.

    Examples
    --------
    >>> fmin(Tensor([1.0, np.nan]), Tensor([2.0, 3.0]))
    Tensor([1., 3.])
    """
    return np.fmin(x1, x2)


def _known(g: Any, one: Any, other: Any, wins: Any, loses: Any) -> Any:
    """As `_shared`, but a NaN loses to a number."""
    wins = wins | (np.isnan(other) & ~np.isnan(one))
    loses = loses | (np.isnan(one) & ~np.isnan(other))
    return _shared(g, wins, loses)


@elementwise(
    partials=[None, lambda g, x1: _passed(g, raw(x1) == 0)], domain=[(0.2, 3.0), (-3.0, 3.0)]
)
def heaviside(x1: Array, x2: Array, /) -> Array:
    """Step function: 0 for negative `x1`, 1 for positive, `x2` at 0; its slope in `x1` is 0.

    Parameters
    ----------
    x1, x2
        Any real shapes that broadcast together; NumPy's common dtype.

    Notes
    -----
    `numpy.heaviside`.

    Examples
    --------
    >>> heaviside(Tensor([-1.0, 0.0, 2.0]), 0.5)
    Tensor([0. , 0.5, 1. ])
    """
    return np.heaviside(x1, x2)


@composite
def nan_to_num(
    x: Array, /, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """Finite numbers in place of NaN and infinities; these send no gradient back.

    Parameters
    ----------
    x
        Any shape and real dtype.
    nan, posinf, neginf
        What to put; for infinities by default the largest numbers of the dtype.

    Notes
    -----
    `numpy.nan_to_num`.

    Examples
    --------
    >>> nan_to_num(Tensor([1.0, np.nan, np.inf]), posinf=9.0)
    Tensor([1., 0., 9.])
    """
    array = raw(x)
    return where(np.isfinite(array), x, np.nan_to_num(array, nan=nan, posinf=posinf, neginf=neginf))
