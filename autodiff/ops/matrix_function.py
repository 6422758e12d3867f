"""Powers and exponentials of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.declare import composite
from autodiff.ops.arguments import an_int
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import astype, copy
from autodiff.ops.selection import where
from autodiff.ops.solve import a_square, inv, norm1, solve
from autodiff.variable import Array, raw


@composite
def matrix_power(x: Array, n: int, /) -> Any:
    """Square matrices multiplied by themselves.

    Parameters
    ----------
    x
        Shape (..., N, N), any numeric dtype.
    n
        How often; 0 gives the identity, a negative one a power of the inverse.

    Returns
    -------
    Tensor
        Shaped as `x`.

    Raises
    ------
    OpTypeError
        If `n` is no int.
    OpValueError
        If a matrix is not square; or is singular, and `n` negative.

    Notes
    -----
    `numpy.linalg.matrix_power`; the array API standard's ``linalg.matrix_power``. By squaring: at
    most twice as many products as `n` has binary digits.

    Examples
    --------
    >>> matrix_power(Tensor([[1.0, 1.0], [0.0, 1.0]]), 5)
    Tensor([[1., 5.],
            [0., 1.]])
    """
    a_square("matrix_power", x)
    n = an_int("matrix_power", n, "n")
    if n == 0:  # a constant, but one that knows where it comes from
        return where(True, np.eye(x.shape[-1], dtype=x.dtype), x)
    if n == 1:
        return copy(x)
    if n < 0:
        x, n = inv(x), -n
    result = None
    while n:
        if n % 2:
            result = x if result is None else matmul(result, x)
        n //= 2
        if n:
            x = matmul(x, x)
    return result


DEGREES = {
    "f": {3: 4.258730016922831e-1, 5: 1.880152677804762, 7: 3.925724783138660},
    "d": {
        3: 1.495585217958292e-2,
        5: 2.539398330063230e-1,
        7: 9.504178996162932e-1,
        9: 2.097847961257068,
        13: 5.371920351148152,
    },
}
"""For each precision, by degree, up to which norm a Padé approximant is exact."""


@composite
def expm(x: Array, /) -> Any:
    """Exponential of square matrices: the sum of ``x**k / k!``.

    Parameters
    ----------
    x
        Shape (..., N, N); any numeric dtype, integers are computed as floats.

    Returns
    -------
    Tensor
        Shaped as `x`.

    Raises
    ------
    OpTypeError
        If `x` is of float16.
    OpValueError
        If a matrix is not square.

    Notes
    -----
    `scipy.linalg.expm`, `torch.linalg.matrix_exp`. A Padé approximant of a matrix scaled by a power
    of 2, squared as often: N. Higham, The scaling and squaring method for the matrix exponential
    revisited, 2005.

    Examples
    --------
    >>> expm(Tensor([[0.0, 1.0], [0.0, 0.0]]))
    Tensor([[1., 1.],
            [0., 1.]])
    """
    a_square("expm", x)
    if x.dtype.kind not in "fc":
        x = astype(x, np.float64)
    dtype = x.dtype
    degrees = DEGREES["f" if np.finfo(dtype).bits == 32 else "d"]
    sizes = norm1(raw(x))
    sizes = np.where(
        np.isfinite(sizes), sizes, 0.0
    )  # what is not finite says nothing of the others
    m = next((m for m, limit in degrees.items() if sizes.max(initial=0) <= limit), max(degrees))
    # each matrix as often as it needs: one that is small loses digits if it is halved and squared
    times = np.ceil(np.log2(np.maximum(sizes / degrees[m], 1.0))).astype(int)[..., None, None]
    if times.any():
        x = x * np.ldexp(1.0, -times).astype(np.finfo(dtype).dtype)
    # p(x) = u + v and p(-x) = v - u, with u odd and v even
    b = [1.0]
    for k in range(m):
        b.append(b[-1] * (m - k) / ((2 * m - k) * (k + 1)))
    square = matmul(x, x)
    eye = np.eye(x.shape[-1], dtype=dtype)
    powers = [eye, square]
    for _ in range(min(m // 2, 4 if m < 13 else 3) - 1):
        powers.append(matmul(powers[-1], square))

    def polynomial(coefficients: list[float]) -> Any:
        low = coefficients[: len(powers)]
        y = _weighted(low, powers)
        rest = coefficients[len(powers) :]
        return y + matmul(powers[-1], _weighted(rest, powers[1:])) if rest else y

    u, v = matmul(x, polynomial(b[1::2])), polynomial(b[0::2])
    y = solve(v - u, v + u)
    for k in range(times.max(initial=0)):
        squared = matmul(y, y)
        y = squared if (times > k).all() else where(times > k, squared, y)
    return y


def _weighted(weights: list[float], terms: list[Any]) -> Any:
    total = None
    for weight, term in zip(weights, terms, strict=False):
        total = term * weight if total is None else total + term * weight
    return total
