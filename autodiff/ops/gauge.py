"""What decompositions leave open, and how their rules meet it.

Factors are not unique: an eigenvector may be turned by any phase (of a real matrix: its sign), and
the eigenvectors of one eigenvalue by any rotation. Where calculus leaves that choice:

- Phases stay as they are to first order. That is right for whatever does not depend on them; a
  gradient of what does is refused with a `GradientError`, as it would be of an arbitrary number.
- Vectors of equal eigenvalues (or singular values), equal up to rounding, have no derivative: a
  gradient that flows to one of them is refused likewise. The values themselves have theirs to
  first order, and so have the vectors of other values. Of nearly equal values half of the digits
  must differ: the derivative's relative error is that of the gap between them.
- Forward mode has no gradient to look at: it refuses whatever holds vectors of equal values;
  `eigvalsh` and `svdvals` are there for the values alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff.errors import GradientError
from autodiff.graph import Leaf
from autodiff.kernels.scalars import ONE, ZERO
from autodiff.ops.complex import real
from autodiff.ops.linalg import conj_transpose
from autodiff.ops.selection import where
from autodiff.variable import Variable, raw


def hermitian(x: Any) -> Any:
    """The nearest Hermitian matrices."""
    return (x + conj_transpose(x)) * 0.5


def hermitian_part(x: Any) -> Any:
    """The nearest Hermitian matrices of square ones, which alone have such.

    Raises
    ------
    ValueError
        If the matrices are not square.
    """
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError("the matrices are not square")
    return hermitian(x)


def slack(dtype: Any) -> float:
    """How much of a sum that should be 0 may be left by rounding, also of long computations."""
    return float(np.finfo(dtype).eps ** 0.25)


def apart(name: str, values: Any, *flows: Any) -> Any:
    """Mask of the pairs of vectors whose values are equal up to rounding, each with itself too.

    `flows` are cotangents of the vectors, in columns.

    Raises
    ------
    GradientError
        If a gradient flows to one of two such vectors. In forward mode the cotangent is a stand-in
        for any, so it flows to all.
    """
    values = raw(values)
    n = values.shape[-1]
    largest = np.abs(values).max(-1, initial=0)[..., None, None]
    gaps = np.abs(values[..., None, :] - values[..., None])
    equal = gaps <= np.finfo(gaps.dtype).eps ** 0.5 * largest
    itself = np.eye(n, dtype=bool)
    if (equal & ~itself).any():
        reached = np.zeros(values.shape, bool)
        for flow in flows:
            reached |= is_free(flow) | (raw(flow) != 0).any(-2)
        if (equal & ~itself & (reached[..., None] | reached[..., None, :])).any():
            raise GradientError(
                f"{name}: two values are equal up to rounding, so their vectors have no derivative "
                f"(in forward mode, even if nothing depends on them)"
            )
    return equal | itself


def is_free(flow: Any) -> bool:
    """Whether a cotangent is itself what is differentiated by: a leaf, or a part of one."""
    node = flow._node if isinstance(flow, Variable) else None
    while node is not None and node.op is not None and node.op.name == "getitem":
        node = node.parents[0]
    return isinstance(node, Leaf)


def refuse_phases(name: str, vectors: Any, flow: Any, ambiguous: Any = True) -> None:
    """Refuse a cotangent of complex vectors that depends on their phases."""
    terms = raw(vectors) * raw(flow)
    turn, size = np.abs(terms.sum(-2).imag), np.abs(terms).sum(-2)
    if (ambiguous & (turn > slack(terms.dtype) * size)).any():
        raise GradientError(
            f"{name}: a complex vector may be multiplied by any number of size 1, and a gradient "
            f"came that depends on which was: use what does not, such as abs(v) or v @ conj(v).mT"
        )


def divided(x: Any, gaps: Any, out: Any) -> Any:
    """``x / gaps``, and 0 where `out`."""
    return where(out, ZERO[x.dtype], x) / where(out, ONE[gaps.dtype], gaps)


def parts(packed: Any, kind: str) -> tuple[Any, Any]:
    """The values, which are real, and below them the vectors of this kind of dtype, in columns.

    Of a cotangent too, which may be real where the vectors are complex.
    """
    values = packed[..., 0, :]
    return (real(values) if kind == "c" else values), packed[..., 1:, :]
