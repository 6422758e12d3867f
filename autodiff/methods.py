"""The operators and methods of a tensor: each *is* an op, or made of ops, bound by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from autodiff.config import is_grad_enabled
from autodiff.errors import GradientError, OpTypeError
from autodiff.graph import Leaf
from autodiff.op import OPS
from autodiff.ops import (
    along,
    arithmetic,
    complex,
    diagonal,
    exponential,
    index,
    linalg,
    manipulation,
    ordering,
    product,
    rearrange,
    reduce,
    rounding,
    scan,
    selection,
    statistics,
    trigonometry,
)
from autodiff.plain import bitwise, logic, searching
from autodiff.variable import Variable, constant, plain, raw, tensor

if TYPE_CHECKING:
    from autodiff.tensor import Tensor


def _reflected(operation: Callable[..., Tensor]) -> Callable[[Any, Any], Tensor]:
    """``other + x`` where `other` is no tensor."""

    def reflected(self: Tensor, other: Any) -> Tensor:
        return operation(other, self)

    return reflected


def _comparison(compare: Callable[..., Any]) -> Callable[[Any, Any], Tensor]:
    """An operator that compares elementwise; Python's own answer for what is no number."""

    def compared(self: Tensor, other: Any) -> Tensor:
        try:
            other = constant(raw(other))
        except TypeError:
            return cast("Tensor", NotImplemented)
        return cast("Tensor", tensor(np.asarray(compare(self._array, other)), None))

    return compared


def _refuse_complex(name: str, dtype: np.dtype[Any]) -> None:
    """Raise OpTypeError if complex values can't go into a tensor of `dtype`."""
    if dtype.kind != "c":
        raise OpTypeError(
            f"{name}: expected real values for a tensor of {dtype}, got complex ones: take their "
            f"real() or abs(), or make the tensor complex by astype"
        )


def _updating(operation: Callable[..., Tensor]) -> Callable[[Any, Any], Tensor]:
    """``x -= v``: a new value for the name x; but the leaf itself moves inside `no_grad`.

    There it is how a step of gradient descent is written by hand, and `x` has to stay the leaf
    that it is. Graphs that were recorded before keep the old values.
    """

    def update(self: Tensor, other: Any) -> Tensor:
        if is_grad_enabled() or not isinstance(self._node, Leaf):
            return operation(self, other)
        made = operation(self, other)._array
        if made.dtype.kind == "c":
            _refuse_complex("an update in place", self._array.dtype)
        self.data = made.astype(self._array.dtype)
        return self

    return update


class Methods(Variable):
    """What a tensor can do as an array. `Tensor` adds what it is as a value in a graph."""

    __slots__ = ()
    if TYPE_CHECKING:
        data: Any

    # --- arithmetic ---

    __add__ = arithmetic.add
    __sub__ = arithmetic.subtract
    __mul__ = arithmetic.multiply
    __truediv__ = arithmetic.divide
    __floordiv__ = arithmetic.floor_divide
    __mod__ = arithmetic.remainder
    __pow__ = arithmetic.pow
    __matmul__ = linalg.matmul
    __neg__ = arithmetic.negative
    __abs__ = abs = selection.abs
    __and__ = bitwise.bitwise_and
    __or__ = bitwise.bitwise_or
    __xor__ = bitwise.bitwise_xor
    __lshift__ = bitwise.bitwise_left_shift
    __rshift__ = bitwise.bitwise_right_shift
    __invert__ = bitwise.bitwise_invert

    __radd__ = _reflected(arithmetic.add)
    __rsub__ = _reflected(arithmetic.subtract)
    __rmul__ = _reflected(arithmetic.multiply)
    __rtruediv__ = _reflected(arithmetic.divide)
    __rfloordiv__ = _reflected(arithmetic.floor_divide)
    __rmod__ = _reflected(arithmetic.remainder)
    __rpow__ = _reflected(arithmetic.pow)
    __rmatmul__ = _reflected(linalg.matmul)
    __rand__ = _reflected(bitwise.bitwise_and)
    __ror__ = _reflected(bitwise.bitwise_or)
    __rxor__ = _reflected(bitwise.bitwise_xor)
    __rlshift__ = _reflected(bitwise.bitwise_left_shift)
    __rrshift__ = _reflected(bitwise.bitwise_right_shift)

    __iadd__ = _updating(arithmetic.add)
    __isub__ = _updating(arithmetic.subtract)
    __imul__ = _updating(arithmetic.multiply)
    __itruediv__ = _updating(arithmetic.divide)
    __ifloordiv__ = _updating(arithmetic.floor_divide)
    __imod__ = _updating(arithmetic.remainder)
    __ipow__ = _updating(arithmetic.pow)
    __imatmul__ = _updating(linalg.matmul)

    def __pos__(self) -> Self:
        return self

    # --- comparisons: no derivative, so plain constants ---

    __hash__ = object.__hash__
    __eq__ = _comparison(np.equal)  # type: ignore[assignment]
    __ne__ = _comparison(np.not_equal)  # type: ignore[assignment]
    __lt__ = _comparison(np.less)
    __le__ = _comparison(np.less_equal)
    __gt__ = _comparison(np.greater)
    __ge__ = _comparison(np.greater_equal)

    # --- functions of each element ---

    exp = exponential.exp
    log = exponential.log
    sigmoid = exponential.sigmoid
    sqrt = arithmetic.sqrt
    square = arithmetic.square
    reciprocal = arithmetic.reciprocal
    sin = trigonometry.sin
    cos = trigonometry.cos
    tanh = trigonometry.tanh
    relu = selection.relu
    clip = selection.clip
    sign = selection.sign
    floor = rounding.floor
    ceil = rounding.ceil
    round = rounding.round
    conj = complex.conj

    @property
    def real(self) -> Tensor:
        """Real part."""
        return complex.real(self)

    @property
    def imag(self) -> Tensor:
        """Imaginary part."""
        return complex.imag(self)

    # --- reductions and scans ---

    sum = reduce.sum
    prod = reduce.prod
    mean = reduce.mean
    max = reduce.max
    min = reduce.min
    var = statistics.var
    std = statistics.std
    all = logic.all
    any = logic.any
    argmax = searching.argmax
    argmin = searching.argmin
    cumsum = scan.cumsum
    cumprod = scan.cumprod
    dot = product.dot
    trace = diagonal.trace

    # --- moving elements ---

    copy = manipulation.copy
    squeeze = manipulation.squeeze
    expand_dims = manipulation.expand_dims
    broadcast_to = manipulation.broadcast_to
    permute_dims = manipulation.permute_dims
    astype = manipulation.astype
    swapaxes = rearrange.swapaxes
    repeat = rearrange.repeat
    diagonal = diagonal.diagonal
    sort = ordering.sort
    take = along.take
    flatten = rearrange.flatten
    ravel = rearrange.ravel
    argsort = searching.argsort
    nonzero = searching.nonzero

    def reshape(self, *sizes: Any) -> Tensor:
        """The same elements in another shape, given as numbers or as one tuple."""
        return manipulation.reshape(self, sizes[0] if len(sizes) == 1 else sizes)

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order, given as numbers or as one tuple; by default reversed."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return manipulation.permute_dims(self, order or tuple(reversed(range(self._array.ndim))))

    @property
    def T(self) -> Tensor:  # noqa: N802 - NumPy's name
        """The axes in reverse order."""
        return manipulation.permute_dims(self, tuple(reversed(range(self._array.ndim))))

    @property
    def mT(self) -> Tensor:  # noqa: N802 - the array API's name
        """The last two axes exchanged."""
        return manipulation.matrix_transpose(self)

    # --- elements ---

    def __getitem__(self, key: Any) -> Tensor:
        return index.getitem(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        """A new value with `value` at `key`; whoever computed with the old one, keeps that.

        It is recorded: gradients flow to `value`, and to the elements that stay.
        """
        tracked = isinstance(value, Variable) and value._node is not None
        if self._node is None and not tracked:
            self._array = self._assigned(key, raw(value))
            return
        if self._array.dtype.kind not in "fc":
            raise OpTypeError(
                f"setitem: expected values that require no grad for a tensor of "
                f"{self._array.dtype}, which can't carry one: make it floating by astype, or "
                f"detach() the values"
            )
        if self._node is not None and not (is_grad_enabled() or isinstance(self._node, Leaf)):
            raise GradientError(
                "setitem: inside no_grad a computed tensor would lose its gradient by an "
                "assignment: detach() it first, or assign outside"
            )
        made = index.setitem(self, value, key)
        if made.dtype.kind == "c":
            _refuse_complex("setitem", self._array.dtype)
        self._become(made)

    def _assigned(self, key: Any, value: Any) -> Any:
        """A copy of the array with `value` at `key`: where nothing is tracked, NumPy's own way."""
        data = self._array.copy()
        try:
            if np.asarray(constant(value)).dtype.kind == "c":
                _refuse_complex("setitem", self._array.dtype)
            data[plain(key)] = value
        except Exception as error:
            arrays = [("x", self._array), ("values", value)]
            raise OPS["setitem"].explain(error, arrays, [("index", key)])  # noqa: B904 - has its cause
        return data

    def _become(self, made: Tensor) -> None:
        """Take the value and the place in the graph of `made`, a tensor of the same shape.

        Raises
        ------
        GradientError
            If this is a leaf, whose ``.grad`` would be that of another value; inside `no_grad` it
            takes the value alone.
        """
        if made.shape != self._array.shape:
            raise ValueError(
                f"out: expected shape {made.shape}, the result's, got {self._array.shape}"
            )
        if made.dtype != self._array.dtype:
            made = manipulation.astype(made, self._array.dtype)
        if isinstance(self._node, Leaf):
            if is_grad_enabled():
                raise GradientError(
                    "setitem: a leaf that requires grad can't be assigned to, its gradient would "
                    "be that of another value: assign to a copy, y = x.copy(), or inside no_grad()"
                )
            self.data = made._array
            return
        if made._node is not None and self._name is not None:
            made._node.name = self._name
        self._array, self._node = made._array, made._node

    def __len__(self) -> int:
        if not self._array.ndim:
            raise TypeError("len: a 0-d tensor has no length")
        return len(self._array)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._array.ndim:
            raise TypeError("iter: a 0-d tensor has no axis to go along")
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        return bool((self._array == raw(value)).any())

    def tolist(self) -> Any:
        """The elements as Python numbers, in nested lists."""
        return self._array.tolist()
