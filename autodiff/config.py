"""Modes of the engine, kept in context variables: safe across threads and async tasks."""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import ContextVar
from types import TracebackType
from typing import Any, NamedTuple

_recording: ContextVar[bool] = ContextVar("autodiff.recording", default=True)

is_grad_enabled = _recording.get
"""Whether operations on tensors are recorded here and now (in this thread or async task)."""


class _Open(NamedTuple):
    """A block that was entered, the mode before it, and the block around it."""

    block: _Recording
    before: bool
    around: _Open | None


_innermost: ContextVar[_Open | None] = ContextVar("autodiff.innermost", default=None)

_RUNS_LATER = 0x20 | 0x80 | 0x200  # flags of generator, coroutine and async generator code


class _Recording(ContextDecorator):
    # What a block has to restore is kept in the context, not here: threads may share the object.
    _mode: bool

    def __call__(self, function: Any) -> Any:
        code = getattr(function, "__code__", None)  # other callables have none
        if code is not None and code.co_flags & _RUNS_LATER:
            raise TypeError(
                f"{type(self).__name__}: a generator or coroutine runs after the call that makes "
                f"it, so decorating it has no effect: write `with {type(self).__name__}():` inside"
            )
        return super().__call__(function)

    def __enter__(self) -> None:
        _innermost.set(_Open(self, _recording.get(), _innermost.get()))
        _recording.set(self._mode)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        left = _innermost.get()
        while left is not None and left.block is not self:  # one inside that was never left
            left = left.around
        if left is not None:  # else a block around was left first, and restored the mode
            _recording.set(left.before)
            _innermost.set(left.around)


class no_grad(_Recording):  # noqa: N801 - used like a statement, and named as the field names it
    """Record nothing inside: `with no_grad():`, or `@no_grad()` above a function.

    Examples
    --------
    >>> from autodiff import Tensor, no_grad
    >>> x = Tensor(3.0, requires_grad=True)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """

    _mode = False


class enable_grad(_Recording):  # noqa: N801 - as no_grad
    """Record again inside a `no_grad` block; usable as a statement or a decorator.

    Examples
    --------
    >>> from autodiff import Tensor, enable_grad, no_grad
    >>> x = Tensor(3.0, requires_grad=True)
    >>> with no_grad(), enable_grad():
    ...     y = x * x
    >>> y.requires_grad
    True
    """

    _mode = True
