"""Sums of products over labelled axes: `einsum`, and the one op that it is made of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autodiff.declare import composite, multilinear
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.kernels.contraction import contracted, labelled, lengths, order
from autodiff.ops.diagonal import diagonal
from autodiff.ops.manipulation import permute_dims, squeeze
from autodiff.ops.reduce import sum
from autodiff.variable import Array, raw

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


@lru_cache(maxsize=512)
def _to_first(subscripts: str) -> str:
    ones, twos, out = re.split(",|->", subscripts)
    return f"{out},{twos}->{ones}"


@lru_cache(maxsize=512)
def _to_second(subscripts: str) -> str:
    ones, twos, out = re.split(",|->", subscripts)
    return f"{out},{ones}->{twos}"


@multilinear(
    vjps=[
        lambda g, x2, subscripts: contract(g, x2, _to_first(subscripts)),
        lambda g, x1, subscripts: contract(g, x1, _to_second(subscripts)),
    ],
    symbol="Σ×",
    expects="a label for each axis, of the same length wherever it stands",
)
def contract(x1: Array, x2: Array, subscripts: str) -> Array:
    """Product of two arrays, summed over the labels that the result lacks: one step of `einsum`.

    Its derivatives are products of the same kind, of two of the three arrays that the labels tie
    together; so is what they are made of, to every order.

    Parameters
    ----------
    x1, x2
        Any shapes that fit the labels, any numeric dtype.
    subscripts
        A letter for each axis of `x1`, of `x2` and of the result, "ab,bc->ac": each letter in two
        of the three or in all, and in none of them twice.

    Raises
    ------
    OpValueError
        If an axis has no label, or a label two lengths.

    Examples
    --------
    >>> contract(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([1.0, 10.0]), "ij,j->i")
    Tensor([21., 43.])
    """
    return contracted(x1, x2, subscripts)


# --- einsum ---


def einsum(subscripts: str, *operands: Array) -> Tensor:
    """Product of arrays, summed over labelled axes (Einstein's convention).

    Parameters
    ----------
    subscripts
        A letter for each axis, the operands' labels between commas: "ij,jk->ik". A letter that
        the right of "->" lacks is summed over; one that stands twice in an operand takes its
        diagonal; "..." stands for the axes that have no letter, which broadcast. Without "->" the
        result has the letters that stand once, in alphabetical order.
    *operands
        One or more arrays of any numeric dtype. An axis of length 1 broadcasts.

    Returns
    -------
    Tensor
        An axis for each label of the result; NumPy's common dtype.

    Raises
    ------
    OpTypeError
        If the subscripts are no text: lists of numbers between the operands are not taken.
    OpValueError
        If they are not as above, or do not fit the operands' shapes.

    Notes
    -----
    `numpy.einsum`. Two operands at a time are multiplied, as matrices where they can be; of more
    than two, first those whose product is small.

    Examples
    --------
    >>> einsum("ij,jk->ik", Tensor([[1.0, 2.0]]), Tensor([[3.0], [4.0]]))
    Tensor([[11.]])
    >>> einsum("ii", Tensor([[1.0, 2.0], [3.0, 4.0]]))
    Tensor(5.)
    """
    if not isinstance(subscripts, str):
        raise OpTypeError(
            f"einsum: expected subscripts such as 'ij,jk->ik' and then the operands, got "
            f"{describe(raw(subscripts))} in the subscripts' place"
        )
    return sum_of_products(*operands, subscripts=subscripts)


@composite
def sum_of_products(*operands: Array, subscripts: str) -> Any:
    """Product of arrays, summed over labelled axes: `einsum`, with the operands first.

    Parameters
    ----------
    *operands, subscripts
        As in `einsum`.

    Raises
    ------
    OpValueError
        As in `einsum`.

    Examples
    --------
    >>> sum_of_products(Tensor([1.0, 2.0]), Tensor([3.0, 4.0]), subscripts="i,i")
    Tensor(11.)
    """
    shapes = tuple(x.shape for x in operands)
    try:
        labels, out = labelled(subscripts, tuple(map(len, shapes)))
        sizes = lengths(labels, shapes)
    except ValueError as error:
        raise OpValueError(
            f"einsum: expected a label for each axis, of one length wherever it stands, got "
            f"{subscripts!r} and shapes {', '.join(map(str, shapes))} ({error})"
        ) from error
    terms = [_plain(x, term, sizes) for x, term in zip(operands, labels, strict=True)]
    if len(terms) > 2:
        steps = order(tuple(term for _, term in terms), out, tuple(x.shape for x, _ in terms))
    else:
        steps = [tuple(range(len(terms)))]
    for step in steps:
        x, term = terms[step[0]]
        others = [terms[i] for i in step[1:]]
        terms = [each for i, each in enumerate(terms) if i not in step]
        while others:
            other, theirs = others.pop(0)
            needed = {*out}.union(*(term for _, term in (*terms, *others)))
            x, term = _summed_alone(x, term, needed.union(theirs))
            other, theirs = _summed_alone(other, theirs, needed.union(term))
            shared = [label for label in term + theirs if label in needed]
            made = "".join(dict.fromkeys(shared)) if others or terms else out
            x, term = contract(x, other, f"{term},{theirs}->{made}"), made
        terms.append((x, term))
    ((x, term),) = terms
    x, term = _summed_alone(x, term, out)
    if term == out and all(x is not operand for operand in operands):
        return x
    return permute_dims(x, tuple(term.index(label) for label in out))


def _plain(x: Any, term: str, sizes: dict[str, int]) -> tuple[Any, str]:
    """An operand and its labels, each there once, without the axes that broadcast."""
    for label in dict.fromkeys(term):
        while term.count(label) > 1:
            i = term.index(label)
            j = term.index(label, i + 1)
            if x.shape[i] != x.shape[j]:
                raise OpValueError(
                    f"einsum: expected a diagonal over axes of one length, got {x.shape[i]} and "
                    f"{x.shape[j]} for {label!r}"
                )
            x = diagonal(x, 0, i, j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + label
    short = tuple(i for i, label in enumerate(term) if x.shape[i] == 1 and sizes[label] != 1)
    if short:
        x, term = squeeze(x, short), "".join(t for i, t in enumerate(term) if i not in short)
    return x, term


def _summed_alone(x: Any, term: str, needed: Any) -> tuple[Any, str]:
    """An operand summed over the labels that nothing else has."""
    alone = tuple(i for i, label in enumerate(term) if label not in needed)
    if not alone:
        return x, term
    return sum(x, alone), "".join(label for label in term if label in needed)
