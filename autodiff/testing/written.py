"""Values as Python text that makes them again, so that a reader can paste what failed."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import Parameter, signature
from typing import Any

import numpy as np

from autodiff.op import Op

PLAIN = {np.dtype(float), np.dtype(complex), np.dtype(int), np.dtype(bool)}
"""The dtypes that NumPy gives to Python's numbers."""


def written(value: Any) -> str:
    """Python text of a value, in which NumPy is ``np``.

    Parameters
    ----------
    value
        A number, an array (its memory layout is kept, if it is a usual one), a dtype, a slice,
        None, ...; a tuple or a list of such.

    Examples
    --------
    >>> print(written((np.array([[0.4]]), slice(None, None, -1), ..., -np.inf)))
    (np.array([[0.4]]), slice(None, None, -1), ..., -np.inf)
    >>> print(written(np.zeros((0, 3), np.float32)))
    np.zeros((0, 3), np.float32)
    >>> print(written(np.asfortranarray([[0.4, 0.6], [0.7, 1.2]])))
    np.array([[0.4, 0.6], [0.7, 1.2]], order='F')
    >>> print(written(np.array([0.4, 0.6], np.float32)[::-1]))
    np.array([0.4, 0.6], np.float32)[::-1]
    """
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' * (len(value) == 1)})"
    if isinstance(value, np.dtype):
        return f"np.dtype({value.name!r})"
    if isinstance(value, np.generic) and value.dtype not in PLAIN:
        return f"np.{value.dtype.name}({_number(value)})"
    if isinstance(value, (float, complex, np.generic)):
        return _number(value)
    return "..." if value is ... else repr(value)


def written_call(op: Op, arrays: Sequence[Any], params: Sequence[Any]) -> str:
    """Python text of a call of an op; arguments that have their default are left out.

    Examples
    --------
    >>> from autodiff import OPS
    >>> print(written_call(OPS["sum"], [np.array([[0.4]])], [0, False, None]))
    sum(np.array([[0.4]]), axis=0)
    """
    declared = signature(op.forward).parameters
    if op.variadic:
        texts = [written(list(arrays))]
    elif op.declaration.starred:
        texts = [written(x) for x in arrays]
    else:
        texts = []
        params, arrays = [*arrays, *params], ()
    names = op.params if arrays else (*op.arrays, *op.params)
    for name, value in zip(names, params, strict=True):
        parameter, text = declared[name], written(value)
        if parameter.kind is Parameter.POSITIONAL_ONLY or (
            parameter.default is Parameter.empty and parameter.kind is not Parameter.KEYWORD_ONLY
        ):
            texts.append(text)
        elif text != written(parameter.default):
            texts.append(f"{name}={text}")
    return f"{op.name}({', '.join(texts)})"


def _array(x: Any) -> str:
    dtype = "" if x.dtype in PLAIN else f", np.{x.dtype.name}"
    if not x.size:
        name = "bool" if x.dtype.kind == "b" else f"np.{x.dtype.name}"
        return f"np.zeros({x.shape}{'' if x.dtype == float else f', {name}'})"
    long = [n > 1 for n in x.shape]
    repeats = [many and step == 0 for many, step in zip(long, x.strides, strict=True)]
    if any(repeats):
        once = x[tuple(slice(1) if same else slice(None) for same in repeats)]
        return f"np.broadcast_to({_array(once)}, {x.shape})"
    backward = [many and step < 0 for many, step in zip(long, x.strides, strict=True)]
    if any(backward):
        turned = x[tuple(slice(None, None, -1) if b else slice(None) for b in backward)]
        return f"{_array(turned)}[{', '.join('::-1' if b else ':' for b in backward)}]"
    text = f"np.array({_numbers(x)}{dtype}"
    if x.flags.c_contiguous:
        return f"{text})"
    if x.flags.f_contiguous:
        return f"{text}, order='F')"
    return f"np.repeat({text}), 2, -1)[..., ::2]"


def _numbers(x: Any) -> str:
    return f"[{', '.join(map(_numbers, x))}]" if x.ndim else _number(x[()])


def _number(x: Any) -> str:
    """The shortest text that is this number in its own dtype."""
    if np.isfinite(x):
        return str(x).strip("()")
    if isinstance(x, (complex, np.complexfloating)):
        return f"complex({_number(x.real)}, {_number(x.imag)})"
    return "np.nan" if np.isnan(x) else "np.inf" if x > 0 else "-np.inf"
