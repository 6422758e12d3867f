"""Sums of products over labelled axes: `einsum`, and the one op that it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff.declare import composite, explains, multilinear
from autodiff.errors import OpTypeError, OpValueError, describe
from autodiff.kernels.contraction import contracted
from autodiff.kernels.einsum import program
from autodiff.ops.diagonal import diagonal
from autodiff.ops.manipulation import astype, permute_dims, squeeze
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


@explains
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
        steps = program(subscripts, shapes)
    except ValueError as error:
        raise OpValueError(
            f"sum_of_products: expected a label for each axis, of one length wherever it stands "
            f"({error})"
        ) from error
    values = list(operands)
    for name, i, params in steps[:-1]:
        if name == "contract":
            values[i] = contract(values[i], values[params[1]], params[0])
        else:
            values[i] = STEPS[name](values[i], *params)
    _, last, (axes,) = steps[-1]
    y = values[last]
    if y.dtype.kind not in "fc":  # sums of short integers are longer ones
        y = astype(y, np.result_type(*(x.dtype for x in operands)))
    return y if len(steps) > 1 and axes == tuple(range(y.ndim)) else permute_dims(y, axes)


STEPS: dict[str, Callable[..., Any]] = {"diagonal": diagonal, "squeeze": squeeze, "sum": sum}
"""By name of a step of one operand, what takes it."""
