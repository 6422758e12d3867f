"""`Module`: a function with parameters, and modules inside it.

Parameters, buffers and modules are ordinary attributes, as fast to read as any other. A module
only keeps beside them, in the order in which they came, which of its attributes are which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from autodiff.tensor import Tensor, TensorLike
from nn.parameter import Parameter

Kind = Literal["parameter", "buffer", "module"]


class Loaded(NamedTuple):
    """What `Module.load_state_dict` passed over; both empty if it was strict."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class _NotBegun:
    """Stands for the index of attributes until `Module.__init__` has made it."""

    def __get__(self, module: Module | None, cls: type[Module]) -> dict[str, Kind]:
        raise AttributeError(
            f"{cls.__name__}.__init__ has to call super().__init__() first, before it sets "
            f"parameters, buffers or modules"
        )


def _undefined(self: Module, *args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError(
        f"{type(self).__name__} has no forward(): define it, and call the module itself"
    )


class Module:
    """Base of everything that has parameters: layers, losses, models.

    A subclass calls ``super().__init__()``, makes its parameters and modules attributes of itself,
    and defines ``forward``; calling the module calls that.

    Attributes
    ----------
    training
        Whether it is being trained (`train`) or used (`eval`); for layers that differ in the two.

    Examples
    --------
    >>> import numpy as np
    >>> from autodiff import Tensor
    >>> class Scale(Module):
    ...     def __init__(self, factor):
    ...         super().__init__()
    ...         self.factor = Parameter(factor)
    ...
    ...     def forward(self, x):
    ...         return self.factor * x
    >>> double = Scale(2.0)
    >>> double(Tensor([1.0, 2.0])).sum().backward()
    >>> double.factor.grad
    Tensor(3.)
    >>> double.state_dict()
    {'factor': array(2.)}
    """

    training: bool
    forward: Callable[..., Any] = _undefined
    _kinds: dict[str, Kind] = _NotBegun()  # type: ignore[assignment]

    def __init__(self) -> None:
        self._kinds = {}
        self.training = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    # --- what belongs to it ---

    def __setattr__(self, name: str, value: Any) -> None:
        kind: Kind | None = None
        if isinstance(value, Parameter):
            kind = "parameter"
        elif isinstance(value, Module):
            kind = "module"
        known = self.__dict__.get("_kinds", {}).get(name)
        if kind is not None:
            self._register(name, kind, value)
            _name_after_place(name, value)
            return
        if known is not None and value is None:
            del self._kinds[name]
        elif known == "buffer":
            value = _constant(value, f"{type(self).__name__}.{name}")
        elif known is not None:
            raise TypeError(
                f"{type(self).__name__}.{name} is a {known}: expected another one, or None to "
                f"remove it, got {type(value).__name__}"
            )
        elif isinstance(value, (list, tuple, dict)):
            self._refuse_hidden(name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self.__dict__.get("_kinds", {}).pop(name, None)

    def register_buffer(self, name: str, tensor: TensorLike) -> None:
        """Make `tensor` an attribute that is part of the state but not learned.

        Parameters
        ----------
        name
            Of the attribute. Assigning to it later replaces the buffer's values.
        tensor
            Numbers of any dtype and shape; their values are copied into a constant tensor.

        Raises
        ------
        ValueError
            If `name` can't be an attribute's, or is a method's or another attribute's.
        TypeError
            If `tensor` are not numbers.

        Examples
        --------
        >>> layer = Module()
        >>> layer.register_buffer("count", 3)
        >>> layer.state_dict()
        {'count': array(3)}
        """
        if name in self.__dict__ and self._kinds.get(name) != "buffer":
            raise ValueError(f"{type(self).__name__}.{name} exists already: choose another name")
        buffer = _constant(tensor, f"{type(self).__name__}.{name}")
        self._register(name, "buffer", buffer)

    def _register(self, name: str, kind: Kind, value: Any) -> None:
        """Set the attribute `name`, and note that it is of this kind."""
        if not name or "." in name:
            raise ValueError(f"expected a name without dots for a {kind}, got {name!r}")
        is_method = callable(getattr(type(self), name, None))
        if is_method:
            raise ValueError(
                f"a {kind} can't be called {name!r}: that is a method of {type(self).__name__}"
            )
        if isinstance(value, Module) and any(part is self for part in value.modules()):
            raise ValueError(f"{type(self).__name__}.{name}: a module can't contain itself")
        kinds = self._kinds
        object.__setattr__(self, name, value)
        kinds[name] = kind

    def _refuse_hidden(self, name: str, value: Any) -> None:
        """Raise if a collection holds what would be found by nobody: it would never be trained."""
        held = value.values() if isinstance(value, dict) else value
        hidden = [part for part in held if isinstance(part, (Parameter, Module))]
        if hidden:
            known = {id(part) for part in (*self.parameters(), *self.modules())}
            if any(id(part) not in known for part in hidden):
                raise TypeError(
                    f"{type(self).__name__}.{name}: parameters() finds nothing inside a "
                    f"{type(value).__name__}: put modules into nn.Sequential(...), or make each "
                    f"an attribute first"
                )

    def _own(self, kind: Kind) -> list[tuple[str, Any]]:
        return [(name, self.__dict__[name]) for name, k in self._kinds.items() if k == kind]

    def _paths(self, prefix: str) -> Iterator[tuple[str, Module]]:
        """Every path to a module, itself first; a shared module is met on each of its paths."""
        yield prefix, self
        for name, child in self._own("module"):
            yield from child._paths(_joined(prefix, name))

    # --- walks: in the order of registration, each thing once ---

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module (as `prefix`) and all inside it, by dotted names."""
        return _once(self._paths(prefix))

    def modules(self) -> Iterator[Module]:
        """This module and all inside it."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside this one, by name."""
        return _once(self._own("module"))

    def children(self) -> Iterator[Module]:
        """The modules directly inside this one."""
        return (module for _, module in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters here and (if `recurse`) in all modules inside, by dotted names.

        Examples
        --------
        >>> from nn import Linear, Sequential
        >>> [name for name, _ in Sequential(Linear(2, 3), Linear(3, 1)).named_parameters()]
        ['0.weight', '0.bias', '1.weight', '1.bias']
        """
        return _once(self._named("parameter", prefix, recurse))

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters here and (if `recurse`) in all modules inside: what an optimizer takes."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """The buffers here and (if `recurse`) in all modules inside, by dotted names."""
        return _once(self._named("buffer", prefix, recurse))

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers here and (if `recurse`) in all modules inside."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named(self, kind: Kind, prefix: str, recurse: bool) -> Iterator[tuple[str, Any]]:
        for path, module in self._paths(prefix) if recurse else [(prefix, self)]:
            for name, value in module._own(kind):
                yield _joined(path, name), value

    # --- modes and gradients ---

    def train(self, mode: bool = True) -> Self:
        """Set `training` to `mode`, here and in all modules inside; return this module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set `training` to False, here and in all modules inside; return this module."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Set the ``.grad`` of every parameter to None, so that the next backward starts anew."""
        for parameter in self.parameters():
            parameter.grad = None

    # --- its state, as plain arrays ---

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Copies of all parameters and buffers, by dotted names, in the order of registration.

        What is shared appears under each of its names, as PyTorch has it.
        """
        return {name: np.array(value.data) for name, value in self._state()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Loaded:
        """Write saved values into the parameters and buffers, in place.

        Parameters
        ----------
        state_dict
            Arrays or tensors by name, as `state_dict` gives them; floats are converted to the
            dtype of the parameter.
        strict
            Raise if names are missing or unexpected; otherwise pass over them.

        Returns
        -------
        Loaded
            The names that were passed over: ``missing_keys`` and ``unexpected_keys``.

        Raises
        ------
        ValueError
            If names are missing or unexpected (and `strict`), or values have another shape, or a
            dtype that doesn't convert; nothing has been changed then. The message lists them all.

        Examples
        --------
        >>> from nn import Linear
        >>> Linear(2, 1).load_state_dict({"weight": [[1.0, 2.0]], "bais": [0.0]})
        Traceback (most recent call last):
            ...
        ValueError: Linear.load_state_dict: missing: bias; unexpected: bais
        """
        own = dict(self._state())
        given = {
            name: np.asarray(value.data if isinstance(value, Tensor) else value)
            for name, value in state_dict.items()
            if name in own
        }
        missing = [name for name in own if name not in given]
        unexpected = [str(name) for name in state_dict if name not in own]
        unfit = [
            f"{name} (expected {own[name].dtype} {own[name].shape}, got {new.dtype} {new.shape})"
            for name, new in given.items()
            if new.shape != own[name].shape or not _converts(new.dtype, own[name].dtype)
        ]
        problems = {
            "missing": missing if strict else [],
            "unexpected": unexpected if strict else [],
            "of another shape or dtype": unfit,
        }
        found = [f"{what}: {', '.join(names)}" for what, names in problems.items() if names]
        if found:
            raise ValueError(f"{type(self).__name__}.load_state_dict: {'; '.join(found)}")
        for name, new in given.items():
            own[name].overwrite()[...] = new
        return Loaded(missing, unexpected)

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        for path, module in self._paths(""):
            for name, value in (*module._own("parameter"), *module._own("buffer")):
                yield _joined(path, name), value

    # --- as a Python object ---

    def extra_repr(self) -> str:
        """What `repr` shows in the parentheses: the module's own settings."""
        return ""

    def __repr__(self) -> str:
        name, own = type(self).__name__, self.extra_repr()
        inside = [f"({child}): {module!r}" for child, module in self._own("module")]
        if not inside:
            return f"{name}({own})"
        lines = "\n".join([own, *inside] if own else inside).replace("\n", "\n  ")
        return f"{name}(\n  {lines}\n)"


def _joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _name_after_place(name: str, value: Parameter | Module) -> None:
    """Name parameters by their dotted path, unless they have a name of their own."""
    if isinstance(value, Parameter):
        value.name = value.name or name
        return
    for path, parameter in value.named_parameters():
        if parameter.name == path:
            parameter.name = f"{name}.{path}"


def _once(named: Any) -> Iterator[tuple[str, Any]]:
    """The pairs whose second part has not come before."""
    seen: set[int] = set()
    for name, value in named:
        if id(value) not in seen:
            seen.add(id(value))
            yield name, value


def _constant(value: TensorLike, where: str) -> Tensor:
    """A buffer: the same values in memory of its own, outside the graph."""
    try:
        return Tensor(value)
    except TypeError as error:
        raise TypeError(f"{where}: expected a buffer of numbers ({error})") from error


def _converts(given: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    return given.kind in "biufc" and np.can_cast(given, wanted, "same_kind")
