"""`Tensor`: an array that remembers how it was computed.

What it can do as an array is in `autodiff.methods`; here is what belongs to a value: its array, its
gradient, its place in the graph, and how it meets NumPy and other libraries.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy import asarray, ndarray

from autodiff.config import enable_grad
from autodiff.errors import LOST, GradientError, describe
from autodiff.graph import Leaf, Node, overwritten, pullback
from autodiff.kernels.scalars import ONE
from autodiff.methods import Methods
from autodiff.numpy_protocol import called_as_function, called_as_ufunc
from autodiff.ops import manipulation
from autodiff.ops.complex import conj, real
from autodiff.plain.exchange import dlpack_device, to_dlpack
from autodiff.plain.untracked import CPU, on_cpu
from autodiff.variable import Variable, lifted, raw, tensor, tensor_class

if TYPE_CHECKING:
    from types import ModuleType

    import numpy.typing as npt

TensorLike: TypeAlias = "Tensor | npt.ArrayLike"


@tensor_class
class Tensor(Methods):
    """An n-dimensional array of numbers that records the operations on it.

    Parameters
    ----------
    data
        Numbers: a scalar, nested lists, an array or a tensor; its values are copied. Python floats
        make float64, as in NumPy.
    requires_grad
        Record what is computed from it, so that gradients can be taken. Floating dtypes only.
    dtype
        Convert to this; default: what `data` has.
    name
        What drawings and messages call it.

    Raises
    ------
    TypeError
        If `data` are no numbers, or integers that are to require a gradient.

    Examples
    --------
    >>> x = Tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> y.backward()
    >>> x.grad
    Tensor(6.)
    """

    __slots__ = ()

    def __init__(
        self,
        data: TensorLike,
        requires_grad: bool = False,
        *,
        dtype: npt.DTypeLike | None = None,
        name: str | None = None,
    ) -> None:
        if not (requires_grad is False or requires_grad is True or type(requires_grad) is np.bool_):
            raise TypeError(
                f"Tensor: expected requires_grad to be True or False, got {requires_grad!r}: a "
                f"dtype is passed by name, dtype=..."
            )
        try:
            array = np.array(data._array if isinstance(data, Variable) else data, dtype=dtype)
        except (ValueError, TypeError) as error:
            raise TypeError(
                f"Tensor: expected numbers, regularly nested, and a dtype for them ({error})"
            ) from error
        kind = array.dtype.kind
        if kind not in "biufc":
            raise TypeError(
                f"Tensor: expected numbers, got {type(data).__name__} of dtype {array.dtype}"
            )
        self._array = array
        self._node = self._grad = self._name = None
        if name is not None:
            self.name = name
        if requires_grad:
            if kind in "fc":
                self._node = Leaf(array, self, name)
            else:
                self.requires_grad = True  # raises

    # --- the value ---

    @property
    def data(self) -> npt.NDArray[Any]:
        """The array itself, outside the graph. Writing to it is not recorded.

        Assigning an array of the same shape and dtype replaces the values; graphs recorded before
        keep the old ones.
        """
        return self._array

    @data.setter
    def data(self, value: TensorLike) -> None:
        array = np.asarray(raw(value))
        if array.shape != self.shape or array.dtype != self.dtype:
            raise ValueError(
                f"data: expected {self.dtype} {self.shape}, got {array.dtype} {array.shape}"
            )
        if array is self._array:  # written in place, as `t.data -= ...` does, also if refused below
            overwritten(array)
        if self._node is not None and not isinstance(self._node, Leaf):
            raise GradientError(
                "data: a computed tensor's can't be replaced: detach() the tensor first"
            )
        if self._node is not None:
            self._node.data = array
        self._array = array

    def overwrite(self) -> npt.NDArray[Any]:
        """The array, to be written in place by an optimizer.

        A backward pass that needs the values from before then raises, instead of computing with
        the new ones.
        """
        if not self.is_leaf:
            raise GradientError(
                "overwrite: a computed tensor can't be written to: detach() it first"
            )
        overwritten(self._array)
        return self._array

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self._array.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._array.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy dtype of the elements."""
        return self._array.dtype

    def item(self) -> Any:
        """The value of a tensor of one element, as a Python number."""
        if self.size != 1:
            raise ValueError(f"item: expected one element, got shape {self.shape}")
        return self._array.item()

    def numpy(self) -> npt.NDArray[Any]:
        """The array, of a tensor that requires no gradient.

        Raises
        ------
        GradientError
            If it requires one, which the array would silently lose.
        """
        if self._node is not None:
            raise GradientError(
                f"numpy: {LOST}: call .detach().numpy() for its values, or use autodiff's "
                f"functions on the tensor, as stack() for a list of them"
            )
        return self._array

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: Any, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """`numpy.sin` of a tensor and its like are ops (see `autodiff.numpy_protocol`)."""
        return called_as_ufunc(ufunc, method, args, kwargs)

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], kwargs: Mapping[str, Any], /
    ) -> Any:
        """`numpy.sum` of a tensor and its like are ops (see `autodiff.numpy_protocol`)."""
        return called_as_function(function, args, kwargs)

    def __array_namespace__(self, /, *, api_version: str | None = None) -> ModuleType:
        """The module with the functions of the Python array API standard: `autodiff` itself."""
        if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12"):
            raise ValueError(
                f"__array_namespace__: expected api_version '2024.12', one before or None, got "
                f"{api_version!r}"
            )
        return sys.modules[__package__]

    @property
    def device(self) -> str:
        """Where the elements are: always "cpu"."""
        return CPU

    def to_device(self, device: str, /, *, stream: None = None) -> Tensor:
        """The tensor itself, since "cpu" is the only device."""
        on_cpu("to_device", device)
        if stream is not None:
            raise ValueError(f"to_device: expected stream None, got {stream!r}: a CPU has none")
        return self

    def __dlpack__(
        self,
        *,
        stream: None = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        return to_dlpack(
            self, stream=stream, max_version=max_version, dl_device=dl_device, copy=copy
        )

    def __dlpack_device__(self) -> tuple[int, int]:
        return dlpack_device(self)

    def detach(self) -> Tensor:
        """The same values (in the same memory) as a constant, outside the graph."""
        made: Tensor = tensor(self._array, None)
        made._name = self.name
        return made

    # --- the place in the graph ---

    @property
    def name(self) -> str | None:
        """What drawings and messages call it."""
        return self._name if self._node is None else self._node.name

    @name.setter
    def name(self, value: str | None) -> None:
        if not (value is None or isinstance(value, str)):
            raise TypeError(f"name: expected text or None, got {type(value).__name__}")
        self._name = value
        if self._node is not None:
            self._node.name = value

    @property
    def requires_grad(self) -> bool:
        """Whether what is computed from it is recorded."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and self._node is None:
            if self.dtype.kind not in "fc":
                raise TypeError(
                    f"requires_grad: only tensors of floating or complex dtype have gradients, got "
                    f"{self.dtype}: pass dtype=float, or astype(float) first"
                )
            self._node = Leaf(self._array, self, self._name)
        elif not value and self._node is not None:
            if not self.is_leaf:
                raise GradientError(
                    "requires_grad: that of a computed tensor stays: detach() gives its values"
                )
            self._node = None

    @property
    def is_leaf(self) -> bool:
        """Whether it was given, not computed from tensors that require grad."""
        return self._node is None or isinstance(self._node, Leaf)

    @property
    def grad(self) -> Tensor | None:
        """What `backward` calls have accumulated here; None before the first."""
        grad: Tensor | None = self._grad
        return grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        fits = isinstance(value, Tensor) and value.shape == self.shape
        if value is not None and not (fits and value.dtype.kind in _GRADIENTS[self.dtype.kind]):
            raise ValueError(
                f"grad: expected None or a Tensor of {_kind(self.dtype)} numbers of shape "
                f"{self.shape}, got {type(value).__name__} {describe(raw(value))}"
            )
        if value is not None and value.dtype != self.dtype:
            value = value.astype(self.dtype)
        self._grad = value

    def backward(
        self,
        gradient: TensorLike | None = None,
        retain_graph: bool = False,
        create_graph: bool = False,
    ) -> None:
        """Add to the ``.grad`` of every leaf the gradient of this tensor.

        Parameters
        ----------
        gradient
            What flows in from above, in this tensor's shape; default 1 for a tensor of one
            element.
        retain_graph
            Keep the saved arrays, so that the graph can be walked again.
        create_graph
            Record the gradients' own computation, for higher orders; implies `retain_graph`.

        Raises
        ------
        GradientError
            If nothing here requires grad, if `gradient` is missing for more than one element, or
            if the graph was already walked (without `retain_graph`) or overwritten.
        """
        node = self._node
        if node is None:
            raise GradientError(
                "backward: this tensor requires no grad, nothing was recorded: give its inputs "
                "requires_grad=True, and compute it outside no_grad()"
            )
        seed = self._seed(gradient)
        if create_graph:
            with enable_grad():
                _deliver(pullback({node: seed}, view=lifted), seed)
        else:
            data = seed._array  # of a number, a scalar: NumPy computes with it faster
            g = data if data.ndim else data[()]
            _deliver(pullback({node: g}, release=not retain_graph), seed)

    def _seed(
        self, gradient: TensorLike | None, caller: str = "backward", argument: str = "gradient"
    ) -> Tensor:
        """The cotangent to start a backward pass with: `gradient`, checked, or a single 1.

        Of a complex gradient it is the conjugate (see `autodiff.ops.complex`).
        """
        if gradient is None:
            data = self._array
            one = None if data.ndim else SEEDS.get(data.dtype)
            if one is None:
                if data.size != 1:
                    raise GradientError(
                        f"{caller}: {argument} can be left out only for one element, got shape "
                        f"{self.shape}: reduce it with sum() or mean(), or pass {argument}"
                    )
                if data.dtype.kind == "c":
                    raise GradientError(
                        f"{caller}: {argument} can be left out only for a real number, got "
                        f"{self.dtype}: take its real(), imag() or abs(), or pass {argument}"
                    )
                one = np.ones(self.shape, data.dtype)
            made: Tensor = tensor(one, None)
            return made
        try:
            given = gradient if isinstance(gradient, Tensor) else Tensor(gradient)
        except (TypeError, GradientError) as error:
            raise TypeError(
                f"{caller}: expected {argument} to be numbers, got {describe(gradient)}"
            ) from error
        if given.shape != self.shape:
            raise GradientError(
                f"{caller}: expected {argument} of shape {self.shape}, got {given.shape}"
            )
        if given.dtype.kind not in _GRADIENTS[self.dtype.kind]:
            raise GradientError(
                f"{caller}: expected {argument} of {_kind(self.dtype)} numbers, got {given.dtype}"
            )
        if given.dtype.kind == "c":
            given = conj(given)
        return given if given.dtype == self.dtype else manipulation.cast(given, self.dtype)

    # --- as a Python object ---

    def __bool__(self) -> bool:
        return bool(self._array)

    def __float__(self) -> float:
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return operator.index(self._array)

    def __format__(self, spec: str) -> str:
        if not spec:
            return repr(self)
        if self.size != 1:
            raise TypeError(f"format {spec!r}: expected one element, got shape {self.shape}")
        return format(self.item(), spec)

    def __repr__(self) -> str:
        text = np.array2string(self._array, separator=", ", prefix="Tensor(")
        if self.dtype not in (np.float64, np.int64, np.bool_, np.complex128):
            text += f", dtype={self.dtype}"
        if self.requires_grad:
            text += ", requires_grad=True"
        if self.name is not None:
            text += f", name={self.name!r}"
        return f"{type(self).__name__}({text})"

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.is_leaf:
            raise GradientError(
                "copy, pickle: a computed tensor that requires grad can't be had apart from its "
                "graph: detach() it first"
            )
        grad = None if self._grad is None else _rebuilt(*self._grad.__reduce__()[1])
        state = getattr(self, "__dict__", None) or None  # what a subclass adds
        args = (type(self), self._array.copy(), self.requires_grad, self.name, grad)
        return (_rebuilt, args) if state is None else (_rebuilt, args, state)


def _rebuilt(
    cls: type[Tensor],
    data: npt.NDArray[Any],
    requires_grad: bool,
    name: str | None,
    grad: Tensor | None,
) -> Tensor:
    made = object.__new__(cls)
    made._array, made._node, made._grad, made._name = data, None, grad, name
    made.requires_grad = requires_grad
    return made


SEEDS = {dtype: one for dtype, one in ONE.items() if dtype.kind == "f"}
"""What a backward pass of a single number starts with."""

FLOAT64, FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)

_GRADIENTS = {"c": "cfiu"} | dict.fromkeys("fbiu", "fiu")
"""By kind of the dtype of a tensor, the kinds that its gradient may have."""


def _kind(dtype: np.dtype[Any]) -> str:
    return "complex" if dtype.kind == "c" else "real"


def owned(g: Any, dtype: np.dtype[Any], taken: set[int]) -> Tensor:
    """A cotangent as the gradient of a tensor of `dtype`, in memory that nothing else holds.

    This is where gradients leave the engine: real ones lose what is imaginary, complex ones are
    conjugated (see `autodiff.ops.complex`). Flows may be views of other arrays, or one array for
    several parents. `taken` has the ids of arrays that something else holds, and gets this one's.
    """
    array = g if type(g) is ndarray else g._array if isinstance(g, Variable) else asarray(g)
    made: Tensor = g if isinstance(g, Tensor) else tensor(array, None)
    real_too = dtype is FLOAT64 or dtype is FLOAT32 or dtype.kind != "c"
    if array.dtype is dtype and real_too and array.base is None and id(array) not in taken:
        taken.add(id(array))
        return made
    if array.dtype != dtype:
        if array.dtype.kind == "c" and real_too:
            made = real(made)
        made = manipulation.cast(made if real_too else conj(made), dtype)
    else:
        made = manipulation.copy(made) if real_too else conj(made)
    taken.add(id(made._array))
    return made


def _deliver(found: Mapping[Node, Any], seed: Tensor) -> None:
    """Add each leaf's cotangent to the gradient of its tensor, if that still exists."""
    taken = {id(seed._array)}
    totals: dict[Tensor, Tensor] = {}
    with _delivering:  # threads may share leaves: read, add and write as one
        for leaf, g in found.items():
            assert isinstance(leaf, Leaf)  # nothing else was asked for
            owner = leaf.owner()
            if owner is not None:
                new = owned(g, leaf.data.dtype, taken)
                known = totals.get(owner, owner._grad)  # a tensor may have had another leaf before
                totals[owner] = new if known is None else known + new
        # All of them, or on an error none: no line of Python runs in between, so no interrupt.
        any(map(_set_grad, totals, totals.values()))


_set_grad = vars(Variable)["_grad"].__set__
_delivering = RLock()  # a signal's handler may run a backward of its own
