"""Products of two arrays, summed over labels that they share: as matrix products, by BLAS."""

from __future__ import annotations

import re
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np

Axes = tuple[int, ...]


class _Plan(NamedTuple):
    """How two arrays become stacks of matrices, and their product the result.

    Attributes
    ----------
    first, second
        The order of the axes: (batch, left, summed) and (batch, summed, right).
    batch, left, right
        How many axes stay, of both, of the first, of the second.
    back
        The order of (batch, left, right) in the result.
    matrices
        Whether each is a matrix as it is.
    """

    first: Axes
    second: Axes
    batch: int
    left: int
    right: int
    back: Axes
    matrices: bool


@lru_cache(maxsize=512)
def _plan(subscripts: str) -> _Plan:
    ones, twos, out = re.split(",|->", subscripts)
    batch = [label for label in out if label in ones and label in twos]
    left = [label for label in out if label not in twos]
    right = [label for label in out if label not in ones]
    summed = [label for label in ones if label not in out]
    return _Plan(
        tuple(ones.index(label) for label in (*batch, *left, *summed)),
        tuple(twos.index(label) for label in (*batch, *summed, *right)),
        len(batch),
        len(left),
        len(right),
        tuple([*batch, *left, *right].index(label) for label in out),
        (len(batch), len(left), len(right), len(summed)) == (0, 1, 1, 1),
    )


def contracted(
    x1: np.ndarray[Any, Any], x2: np.ndarray[Any, Any], subscripts: str
) -> np.ndarray[Any, Any]:
    """The product of two arrays, summed over the labels that the result lacks.

    Parameters
    ----------
    x1, x2
        Arrays whose labels have the same length in both.
    subscripts
        As of `numpy.einsum`, "ab,bc->ac"; every label is in two of the three or in all, and in none
        of them twice.

    Raises
    ------
    ValueError
        If the shapes do not fit the labels.
    """
    plan = _plan(subscripts)
    if x1.ndim != len(plan.first) or x2.ndim != len(plan.second):
        raise ValueError("not one label for each axis")
    one, two = x1.transpose(plan.first), x2.transpose(plan.second)
    if plan.matrices:
        y: np.ndarray[Any, Any] = one.dot(two)
        return y if plan.back == (0, 1) else y.T
    b, ones, twos = plan.batch, one.shape, two.shape
    inner = len(ones) - plan.left
    if ones[:b] != twos[:b] or ones[b + plan.left :] != twos[b:inner]:
        raise ValueError("a label has two lengths")
    batch, left, right = ones[:b], ones[b : b + plan.left], twos[inner:]
    if inner == b:  # nothing is summed
        two = two.reshape((*batch, *(1,) * len(left), *right))
        y = one.reshape(ones + (1,) * len(right)) * two
        return y.transpose(plan.back)
    k = prod(twos[b:inner])
    if b == len(plan.back) and b > 0 and k <= 32:  # pairs of vectors, too short for BLAS
        rows: np.ndarray[Any, Any] = np.einsum(
            "...k,...k->...", one.reshape((*batch, k)), two.reshape((*batch, k))
        )
        return rows.transpose(plan.back)
    one, two = one.reshape((*batch, prod(left), k)), two.reshape((*batch, k, prod(right)))
    y = one @ two if b else one.dot(two)
    return y.reshape(batch + left + right).transpose(plan.back)
