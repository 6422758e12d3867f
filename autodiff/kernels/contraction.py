"""Products of two arrays summed over shared labels, by BLAS; and how einsum is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import prod
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np

Shape = tuple[int, ...]


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
    """

    first: Shape
    second: Shape
    batch: int
    left: int
    right: int
    back: Shape


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
        As of `numpy.einsum`, "ab,bc->ac"; every label is in two of the three, and in each once.

    Raises
    ------
    ValueError
        If the shapes do not fit the labels.
    """
    plan = _plan(subscripts)
    if x1.ndim != len(plan.first) or x2.ndim != len(plan.second):
        raise ValueError("not one label for each axis")
    one, two = x1.transpose(plan.first), x2.transpose(plan.second)
    b, ones, twos = plan.batch, one.shape, two.shape
    inner = len(ones) - plan.left
    if ones[:b] != twos[:b] or ones[b + plan.left :] != twos[b:inner]:
        raise ValueError("a label has two lengths")
    batch, left, right = ones[:b], ones[b : b + plan.left], twos[inner:]
    if inner == b:  # nothing is summed
        y = one.reshape(ones + (1,) * len(right)) * two.reshape((*batch, *(1,) * len(left), *right))
        return y.transpose(plan.back)
    k = prod(twos[b:inner])
    one, two = one.reshape((*batch, prod(left), k)), two.reshape((*batch, k, prod(right)))
    y: np.ndarray[Any, Any] = one @ two if b else one.dot(two)
    return y.reshape(batch + left + right).transpose(plan.back)


# --- the subscripts of einsum --------------------------------------------------------------------


@lru_cache(maxsize=512)
def labelled(subscripts: str, ndims: Shape) -> tuple[tuple[str, ...], str]:
    """The labels of each operand's axes and of the result's, with no "..." and an explicit result.

    Parameters
    ----------
    subscripts
        As `numpy.einsum` takes them.
    ndims
        How many axes each operand has.

    Raises
    ------
    ValueError
        If they are no subscripts, or do not fit the operands.

    Examples
    --------
    >>> labelled("...ij,jk", (3, 2))
    (('aij', 'jk'), 'aik')
    """
    text = subscripts.replace(" ", "")
    found = re.fullmatch(r"([a-zA-Z.,]*)(?:(->)([a-zA-Z.]*))?", text)
    bad = [part for part in re.split(",|->", text) if part.count(".") not in (0, 3)]
    if not found or bad or text.replace("...", "").count("."):
        raise ValueError(f"{subscripts!r} are not letters, commas, one '->' and '...'")
    terms, arrow, out = found[1].split(","), found[2], found[3]
    if len(terms) != len(ndims):
        raise ValueError(f"{subscripts!r} is for {len(terms)} operands, and {len(ndims)} came")
    more = [_beyond(term, ndim) for term, ndim in zip(terms, ndims, strict=True)]
    free = [letter for letter in ascii_letters if letter not in text]
    if max(more) > len(free):
        raise ValueError("there are not letters enough for the axes of '...'")
    dots = "".join(free[: max(more)])
    once = [label for label in sorted({*text} & {*ascii_letters}) if found[1].count(label) == 1]
    if not arrow:
        out = ("..." if dots else "") + "".join(once)
    if dots and "..." not in out:
        raise ValueError(f"{subscripts!r} has '...' on the left of '->' only")
    ones = [t.replace("...", dots[len(dots) - n :]) for t, n in zip(terms, more, strict=True)]
    out = out.replace("...", dots)
    if len({*out}) < len(out) or not {*out} <= {*"".join(ones)}:
        raise ValueError(
            f"a label right of '->' is there twice, or not on the left: {subscripts!r}"
        )
    return tuple(ones), out


def _beyond(term: str, ndim: int) -> int:
    """How many axes the "..." of a term stands for."""
    named = len(term.replace("...", ""))
    if named > ndim or (named < ndim and "..." not in term):
        raise ValueError(f"{term!r} does not fit an operand of {ndim} axes")
    return ndim - named


def lengths(labels: Sequence[str], shapes: Sequence[Shape]) -> dict[str, int]:
    """The length of every label; an axis of length 1 broadcasts.

    Raises
    ------
    ValueError
        If a label has two lengths.
    """
    found: dict[str, int] = {}
    for term, shape in zip(labels, shapes, strict=True):
        for label, n in zip(term, shape, strict=True):
            known = found.get(label, 1)
            if n != known and 1 not in (n, known):
                raise ValueError(f"a label has two lengths, {known} and {n}")
            found[label] = n if known == 1 else known
    return found


@lru_cache(maxsize=512)
def order(labels: tuple[str, ...], out: str, shapes: tuple[Shape, ...]) -> list[Shape]:
    """Which operands to multiply first: positions in the list that remains, step by step."""
    text = f"{','.join(labels)}->{out}"
    operands = [np.broadcast_to(0.0, shape) for shape in shapes]
    return [tuple(step) for step in np.einsum_path(text, *operands, optimize="greedy")[0][1:]]
