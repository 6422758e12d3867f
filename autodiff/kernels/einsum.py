"""How an einsum is computed: its subscripts and the shapes, made a list of simple steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from string import ascii_letters
from typing import Any

import numpy as np

Shape = tuple[int, ...]
Step = tuple[str, int, tuple[Any, ...]]
"""What is done with which operand, and with what arguments: ``("sum", 1, ((0, 2),))``. A "contract"
has the position of the other operand for its last one."""


@lru_cache(maxsize=1024)
def program(subscripts: str, shapes: tuple[Shape, ...]) -> tuple[Step, ...]:
    """The steps that lead from the operands to the result, which is left in the place of one.

    Parameters
    ----------
    subscripts
        As `numpy.einsum` takes them.
    shapes
        Of the operands.

    Returns
    -------
    tuple of Step
        Each names one of "diagonal", "squeeze", "sum", "contract", "permute_dims", and last of all
        comes a "permute_dims" whose operand's place holds the result.

    Raises
    ------
    ValueError
        If the subscripts are none, or do not fit the shapes.

    Examples
    --------
    >>> program("ij,jk", ((2, 3), (3, 4)))
    (('contract', 0, ('ij,jk->ik', 1)), ('permute_dims', 0, ((0, 1),)))
    """
    labels, out = _labelled(subscripts, tuple(map(len, shapes)))
    return tuple(_Writer(labels, out, shapes).steps)


class _Writer:
    """Writes the steps; knows the labels that each operand has after those written so far."""

    def __init__(self, labels: Sequence[str], out: str, shapes: Sequence[Shape]) -> None:
        self.steps: list[Step] = []
        self.sizes = _lengths(labels, shapes)
        self.terms: dict[int, str] = {}
        for i, (term, shape) in enumerate(zip(labels, shapes, strict=True)):
            self.terms[i] = self._plain(i, term, shape)
        for group in self._order(out):
            first, *others = group
            for other in others:
                self._multiply(first, other, out)
        ((last, _),) = self.terms.items()
        self._sum(last, out)
        axes = tuple(self.terms[last].index(label) for label in out)
        self.steps.append(("permute_dims", last, (axes,)))

    def _plain(self, i: int, term: str, shape: Shape) -> str:
        """Take diagonals, and drop the axes that broadcast: then each label is there once."""
        for label in dict.fromkeys(term):
            while term.count(label) > 1:
                one = term.index(label)
                two = term.index(label, one + 1)
                if shape[one] != shape[two]:
                    raise ValueError(f"no diagonal for {label!r} of {shape[one]} and {shape[two]}")
                self.steps.append(("diagonal", i, (0, one, two)))
                rest = [k for k in range(len(term)) if k not in (one, two)]
                term = "".join(term[k] for k in rest) + label
                shape = (*(shape[k] for k in rest), shape[one])
        short = tuple(k for k, t in enumerate(term) if shape[k] == 1 and self.sizes[t] != 1)
        if short:
            self.steps.append(("squeeze", i, (short,)))
        return "".join(t for k, t in enumerate(term) if k not in short)

    def _order(self, out: str) -> list[list[int]]:
        """Which operands are multiplied, one after the other, in which order."""
        if len(self.terms) < 3:
            return [list(self.terms)]
        shapes = [tuple(self.sizes[t] for t in term) for term in self.terms.values()]
        text = f"{','.join(self.terms.values())}->{out}"
        dummies = [np.broadcast_to(0.0, shape) for shape in shapes]
        places, groups = list(self.terms), []
        for step in np.einsum_path(text, *dummies, optimize="greedy")[0][1:]:
            group = [places[k] for k in step]
            places = [p for p in places if p not in group] + [group[0]]
            groups.append(group)
        return groups

    def _multiply(self, one: int, two: int, out: str) -> None:
        others = [term for i, term in self.terms.items() if i not in (one, two)]
        needed = {*out, *"".join(others)}
        self._sum(one, needed.union(self.terms[two]))
        self._sum(two, needed.union(self.terms[one]))
        first, second = self.terms[one], self.terms.pop(two)
        shared = "".join(dict.fromkeys(t for t in first + second if t in needed))
        made = shared if others else out
        self.steps.append(("contract", one, (f"{first},{second}->{made}", two)))
        self.terms[one] = made

    def _sum(self, i: int, needed: Iterable[str]) -> None:
        """Sum over the labels that nothing else has."""
        alone = tuple(k for k, label in enumerate(self.terms[i]) if label not in needed)
        if alone:
            self.steps.append(("sum", i, (alone,)))
            self.terms[i] = "".join(label for label in self.terms[i] if label in needed)


def _labelled(subscripts: str, ndims: Shape) -> tuple[list[str], str]:
    """The labels of each operand's axes and of the result's: no "...", an explicit result."""
    text = subscripts.replace(" ", "")
    found = re.fullmatch(r"([a-zA-Z.,]*)(?:(->)([a-zA-Z.]*))?", text)
    bad = [part for part in re.split(",|->", text) if part.count(".") not in (0, 3)]
    if not found or bad or "." in text.replace("...", ""):
        raise ValueError("they are not letters, commas, one '->' and '...'")
    terms, arrow, out = found[1].split(","), found[2], found[3]
    if len(terms) != len(ndims):
        raise ValueError(f"they are for {len(terms)} operands, and {len(ndims)} came")
    more = [_beyond(term, ndim) for term, ndim in zip(terms, ndims, strict=True)]
    free = [letter for letter in ascii_letters if letter not in text]
    if max(more) > len(free):
        raise ValueError("there are not letters enough for the axes of '...'")
    dots = "".join(free[: max(more)])
    if not arrow:
        letters = sorted({*text} & {*ascii_letters})
        out = "..." * bool(dots) + "".join(t for t in letters if found[1].count(t) == 1)
    if dots and "..." not in out:
        raise ValueError("'...' is left of '->' only")
    ones = [t.replace("...", dots[len(dots) - n :]) for t, n in zip(terms, more, strict=True)]
    out = out.replace("...", dots)
    if len({*out}) < len(out) or not {*out} <= {*"".join(ones)}:
        raise ValueError("a label right of '->' is there twice, or not on the left")
    return ones, out


def _beyond(term: str, ndim: int) -> int:
    """How many axes the "..." of a term stands for."""
    named = len(term.replace("...", ""))
    if named > ndim or (named < ndim and "..." not in term):
        raise ValueError(f"{term!r} does not fit an operand of {ndim} axes")
    return ndim - named


def _lengths(labels: Sequence[str], shapes: Sequence[Shape]) -> dict[str, int]:
    """The length of every label; an axis of length 1 broadcasts."""
    found: dict[str, int] = {}
    for term, shape in zip(labels, shapes, strict=True):
        for label, n in zip(term, shape, strict=True):
            known = found.get(label, 1)
            if n != known and 1 not in (n, known):
                raise ValueError(f"a label has two lengths, {known} and {n}")
            found[label] = n if known == 1 else known
    return found
