"""`Sequential`: modules one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, overload

from nn.module import Module


class Sequential(Module):
    """Each module applied to what the one before it gave.

    Parameters
    ----------
    *modules
        In the order of their application; they are named "0", "1", ...

    Raises
    ------
    TypeError
        If one of them is not a module.

    Examples
    --------
    >>> from nn import Linear, ReLU
    >>> model = Sequential(Linear(4, 8), ReLU(), Linear(8, 3))
    >>> model[0]
    Linear(in_features=4, out_features=8, bias=True)
    >>> len(model[1:])
    2
    """

    def __init__(self, *modules: Module) -> None:
        super().__init__()
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise TypeError(f"Sequential: expected modules, got {_described(module)} at {i}")
            setattr(self, str(i), module)

    def forward(self, x: Any) -> Any:
        """Apply all of them to `x` in turn; with none, `x` itself."""
        attributes = self.__dict__
        for name, kind in self._kinds.items():
            if kind == "module":
                x = attributes[name](x)
        return x

    def __len__(self) -> int:
        return len(self._own("module"))

    def __iter__(self) -> Iterator[Module]:
        return iter([module for _, module in self._own("module")])

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Module:
        modules = list(self)
        if isinstance(index, slice):
            return Sequential(*modules[index])
        if not -len(modules) <= index < len(modules):
            raise IndexError(f"Sequential of {len(modules)} modules has no module {index}")
        return modules[index]


def _described(value: Any) -> str:
    if isinstance(value, type) and issubclass(value, Module):
        return f"the class {value.__name__} (make one of it: {value.__name__}(...))"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} (unpack it: Sequential(*modules))"
    return type(value).__name__
