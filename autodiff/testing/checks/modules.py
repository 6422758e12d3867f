"""`check_module`: the derivatives of a module, and what else it promises.

It knows modules by what they do: they are called, and have ``named_parameters()``; buffers, modes
and a saved state are looked at where there are any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.config import enable_grad
from autodiff.graph import upstream
from autodiff.tensor import Tensor
from autodiff.testing.checks.given import GradientCheckError, same
from autodiff.testing.checks.gradcheck import MODES, check_grads
from autodiff.variable import raw

Array: TypeAlias = npt.NDArray[Any]
Named: TypeAlias = list[tuple[str, Tensor]]


@enable_grad()
def check_module(
    module: Any,
    *inputs: Any,
    order: int = 2,
    modes: Sequence[str] = MODES,
    allow_unused: bool = False,
    rtol: float = 0.0,
    atol: float = 0.0,
    seed: int = 0,
) -> None:
    """Check the derivatives of a module by its inputs and parameters, and how it behaves.

    Everything about the module is put back as it was: values, gradients, buffers, mode, the state
    of its random generators. The derivatives are checked in float64, whatever it computes in.

    Parameters
    ----------
    module
        Called with the inputs; gives a tensor, or tensors in tuples, lists and dicts.
    *inputs
        What to call it with. Tensors and arrays of floating dtype are handed over as tensors,
        and differentiated by; the others (indices, masks, settings) as they are.
    order, modes, rtol, atol, seed
        As in `check_grads`.
    allow_unused
        Whether there may be parameters that the outputs don't depend on.

    Raises
    ------
    GradientCheckError
        If a derivative is wrong (the message names the parameter); or if the module

        - writes to its inputs or parameters, or makes parameters when it is called,
        - returns memory that a later call writes to,
        - gives another dtype than the one that its inputs and parameters have,
        - gives no gradient to a parameter that requires one,
        - gives other values each time, or changes its buffers, in eval mode,
        - gives other values when its state is saved and loaded.
    NonDifferentiableError
        If it has a kink here: a relu at 0, a tie of maxima.
    TypeError
        If `module` is none.

    Notes
    -----
    A random module (dropout) is checked with its random numbers fixed: the generators that are
    attributes of a module, and the one of `nn.manual_seed`, are put back before each call. So are
    other attributes: tensors, arrays, lists, dicts and sets, and plain values. What is checked is
    the module in the state that it has come in, and in the mode that it is in; from training mode
    also in eval mode, if it gives other values there. No other thread may use it meanwhile.

    Examples
    --------
    >>> import nn
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    >>> check_module(model, np.array([[0.1, 0.2, 0.3]], np.float32))

    >>> class Half(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.scale = nn.Parameter([2.0])
    ...
    ...     def forward(self, x):
    ...         return x * self.scale.data  # an array: no gradient flows
    >>> check_module(Half(), np.array([1.0]))
    Traceback (most recent call last):
        ...
    autodiff.testing.GradientCheckError: Half: no gradient reaches parameter scale...
    """
    if not callable(getattr(module, "named_parameters", None)) or isinstance(module, type):
        made = f"the class {module.__name__}" if isinstance(module, type) else type(module).__name__
        raise TypeError(
            f"check_module: expected a module, with named_parameters(), got {made}: make one, or "
            f"use check_grads for a function"
        )
    state = _State(module)
    try:
        subject = _Subject(module, inputs, state)
        subject.check_calls()
        subject.check_modes()
        subject.check_saved_state()
        if not allow_unused:
            subject.check_used()
        for mode in subject.modes_that_differ():
            state.restore()
            if mode == "eval":
                module.eval()
            _to_double(module)
            subject.check_derivatives(mode, order, modes, rtol=rtol, atol=atol, seed=seed)
    finally:
        state.restore()


class _Subject:
    """A module, what it is called with, and the state to put it back to."""

    def __init__(self, module: Any, inputs: Sequence[Any], state: _State) -> None:
        self.module, self.inputs, self.state = module, inputs, state
        self.name = type(module).__name__
        self.has_modes = callable(getattr(module, "eval", None)) and hasattr(module, "training")

    def call(self) -> list[Tensor]:
        """What it gives for copies of the inputs, with its random numbers fixed."""
        self.state.rewind()
        return self.outputs(self.module(*map(_copied, self.inputs)))

    def outputs(self, given: Any) -> list[Tensor]:
        """The tensors of floating dtype (or complex, for a complex step) in what it returned."""
        found = [y for y in _leaves(given) if isinstance(y, Tensor) and y.dtype.kind in "fc"]
        if not found:
            got = (
                f"a tensor of {given.dtype}" if isinstance(given, Tensor) else type(given).__name__
            )
            raise self.error(f"expected it to return tensors of floating dtype, got {got}")
        return found

    def error(self, message: str) -> GradientCheckError:
        return GradientCheckError(f"{self.name}: {message}")

    # --- behaviour ---

    def check_calls(self) -> None:
        """In its own dtype, twice: nothing is written to, and nothing is used again."""
        watched = [(f"parameter {name}", p) for name, p in self.module.named_parameters()]
        given = [_copied(x) for x in self.inputs]
        watched += [(f"input {i}", x) for i, x in enumerate(given) if _is_array(x)]
        before = [(name, raw(x).copy()) for name, x in watched]
        self.state.rewind()
        first = self.outputs(self.module(*given))
        for (name, was), (_, x) in zip(before, watched, strict=True):
            if not same(was, raw(x)):
                raise self.error(f"a call changes {name}: compute in memory of its own")
        self.check_dtype(first, [raw(x) for _, x in watched])

        known = {name for name, _ in before}
        made = [
            name for name, _ in self.module.named_parameters() if f"parameter {name}" not in known
        ]
        if made:
            raise self.error(
                f"a call makes parameter{'s' * (len(made) > 1)} {', '.join(made)}: call it once, "
                f"then check it"
            )

        kept = [y.data.copy() for y in first]
        own = [t.data for _, t in (*self.module.named_parameters(), *_buffers(self.module))]
        second = self.call()
        for i, (y, was, other) in enumerate(zip(first, kept, second, strict=False)):
            lent = any(np.shares_memory(y.data, x) for x in own)  # a view of a table, say
            if not same(was, y.data) or (not lent and np.shares_memory(y.data, other.data)):
                raise self.error(
                    f"a later call writes to the memory of output {i}: return a copy of it"
                )
        self.state.restore()
        if not _alike(kept, [y.data for y in self.call()]):
            raise self.error(
                "it gives other values at each call, though its generators are put back: let it "
                "draw from a numpy Generator that is an attribute of it, or check it after eval()"
            )
        self.state.restore()

    def check_dtype(self, ys: Sequence[Tensor], given: Sequence[Array]) -> None:
        """Where all is of one precision, the outputs are."""
        dtypes = {x.dtype for x in given if x.dtype.kind == "f"}
        for i, y in enumerate(ys):
            if len(dtypes) == 1 and {y.dtype} != dtypes:
                (expected,) = dtypes
                raise self.error(
                    f"output {i} is {y.dtype}, though inputs and parameters are {expected}: which "
                    f"constant inside is of another dtype?"
                )

    def check_modes(self) -> None:
        """In eval mode nothing is random, and nothing is learned."""
        if not self.has_modes:
            return
        self.module.eval()
        before = [(name, t.data.copy()) for name, t in _buffers(self.module)]
        given = [[_copied(x) for x in self.inputs] for _ in range(2)]
        one, two = (self.outputs(self.module(*xs)) for xs in given)  # random numbers go on
        for (name, was), (_, now) in zip(before, _buffers(self.module), strict=True):
            if not same(was, now.data):
                raise self.error(f"in eval mode a call changes buffer {name}")
        if not _alike(*([y.data for y in ys] for ys in (one, two))):
            raise self.error("in eval mode it gives other values at each call")
        self.state.restore()

    def check_saved_state(self) -> None:
        """Loaded into an older self, the saved state gives the same values."""
        if not (hasattr(self.module, "state_dict") and hasattr(self.module, "load_state_dict")):
            return
        self.call()  # moves running statistics
        if self.has_modes:
            self.module.eval()
        saved = {name: np.array(raw(value)) for name, value in self.module.state_dict().items()}
        expected = [y.data for y in self.call()]
        self.state.restore()
        if self.has_modes:
            self.module.eval()
        for _, t in (*self.module.named_parameters(), *_buffers(self.module)):
            if t.dtype.kind == "f":
                t._array = t._array + 1  # in other memory: graphs of the user's need the old one
        self.call()  # whatever it computes only once is computed
        self.module.load_state_dict(saved)
        if not _alike(expected, [y.data for y in self.call()]):
            raise self.error(
                "its saved state is not all that its values depend on: after load_state_dict it "
                "gives others (is something not a buffer, or computed once from a parameter?)"
            )
        self.state.restore()

    def check_used(self) -> None:
        """A gradient reaches each parameter that asks for one."""
        leaves = set(upstream([y._node for y in self.call() if y._node is not None])[1])
        unused = [name for name, p in _trained(self.module) if p._node not in leaves]
        if unused:
            raise self.error(
                f"no gradient reaches parameter{'s' * (len(unused) > 1)} {', '.join(unused)}: the "
                f"output doesn't depend on it, or the way goes through an array, detach() or "
                f"no_grad(); if that is meant, pass allow_unused=True"
            )
        self.state.restore()

    # --- derivatives ---

    def modes_that_differ(self) -> list[str]:
        """The mode it is in; and eval mode, if it gives other values there."""
        if not (self.has_modes and self.module.training):
            return ["as it is"]
        training = self.call()
        self.state.restore()
        self.module.eval()
        unchanged = _alike(*([y.data for y in ys] for ys in (training, self.call())))
        self.state.restore()
        return ["as it is"] if unchanged else ["as it is", "eval"]

    def check_derivatives(self, mode: str, order: int, modes: Sequence[str], **kwargs: Any) -> None:
        """By each input and parameter, at the state that the module is in now."""
        floating = [i for i, x in enumerate(self.inputs) if _is_array(x) and x.dtype.kind == "f"]
        trained = _trained(self.module)
        names = [f"input {i}" for i in floating] + [f"parameter {name}" for name, _ in trained]
        if not names:
            raise self.error("nothing to check: it has no parameters, and no input is floating")
        parameters = [p for _, p in trained]
        here = _State(self.module)

        def called(*xs: Tensor) -> tuple[Tensor, ...]:
            given = [_copied(x) for x in self.inputs]
            for i, x in zip(floating, xs, strict=False):
                given[i] = x
            for p, x in zip(parameters, xs[len(floating) :], strict=True):
                p._array, p._node = x._array, x._node  # p stands for x, wherever the module has it
            try:
                return tuple(self.outputs(self.module(*given)))
            finally:
                here.restore()

        args = [self.inputs[i] for i in floating] + [p.data for p in parameters]
        try:
            check_grads(called, args, order, modes, **kwargs)
        except GradientCheckError as error:
            where = f"{self.name}, in eval mode" if mode == "eval" else self.name
            error.args = (f"{where}: {renamed(str(error), names)}",)
            raise


def renamed(message: str, names: Sequence[str]) -> str:
    """A message of `check_grads`, with names for the arguments that it numbers.

    Examples
    --------
    >>> renamed("wrong derivative: argument 1 of shape (2,)", ["input 0", "parameter weight"])
    'wrong derivative: parameter weight of shape (2,)'
    """
    numbered = {f"argument {i}": name for i, name in enumerate(names)}
    return re.sub(r"\bargument \d+", lambda found: numbered.get(found[0], found[0]), message)


# --- what a module is made of -------------------------------------------------------------------


class _State:
    """All that a module (and what is in it) remembers, to be put back as often as wanted."""

    def __init__(self, module: Any) -> None:
        parts = list(module.modules()) if hasattr(module, "modules") else [module]
        self.attributes = [(_attributes(part), dict(_attributes(part))) for part in parts]
        held = [value for _, was in self.attributes for value in was.values()]
        held += [p for _, p in module.named_parameters()]
        known = {id(value): value for value in _leaves(held, keep=True)}
        self.generators = [_rewinder(rng) for rng in _generators(known.values())]
        self.memories = [back for value in known.values() if (back := _memory(value))]

    def rewind(self) -> None:
        """Let random numbers come again."""
        for back in self.generators:
            back()

    def restore(self) -> None:
        """Put everything back: attributes, and what is in them."""
        for now, was in self.attributes:
            now.clear()
            now.update(was)
        for back in self.memories:
            back()
        self.rewind()


def _attributes(part: Any) -> dict[str, Any]:
    return getattr(part, "__dict__", {})  # a class of one's own may have slots


def _memory(value: Any) -> Callable[[], None] | None:
    """What puts the contents of `value` back as they are now; None if they can't change."""
    if isinstance(value, Tensor):
        slots = value._array, value._node, value._grad, value._name
        writable, was = value._array.flags.writeable, value._array.copy()

        def back() -> None:
            value._array, value._node, value._grad, value._name = slots
            if writable and not same(value._array, was):
                value._array[...] = was

        return back
    if isinstance(value, np.ndarray) and value.flags.writeable:
        kept = value.copy()
        return lambda: np.copyto(value, kept)
    if isinstance(value, list):
        items = list(value)
        return lambda: value.__setitem__(slice(None), items)
    if isinstance(value, (dict, set)):
        held = value.copy()
        return lambda: (value.clear(), value.update(held))[1]
    return None


def _generators(values: Any) -> list[np.random.Generator]:
    """Those among the values, and the shared one of `nn`, if that is in use."""
    found = [value for value in values if isinstance(value, np.random.Generator)]
    shared = sys.modules.get("nn.random")
    return [*found, shared.generator()] if shared else found


def _rewinder(rng: np.random.Generator) -> Callable[[], None]:
    state = rng.bit_generator.state

    def back() -> None:
        rng.bit_generator.state = state

    return back


def _to_double(module: Any) -> None:
    """Let all its floating tensors be constants in float64, in memory of their own.

    Parameters remain what they are otherwise: those that are to be checked are given a place in
    the graph at each call.
    """
    trained = {id(p) for _, p in _trained(module)}
    parts = list(module.modules()) if hasattr(module, "modules") else [module]
    held = [value for part in parts for value in _attributes(part).values()]
    for t in _leaves([*held, [p for _, p in module.named_parameters()]]):
        if isinstance(t, Tensor) and t.dtype.kind == "f":
            t._array = t._array.astype(np.float64)
            if id(t) not in trained:
                t._node = None


def _trained(module: Any) -> Named:
    return [(name, p) for name, p in module.named_parameters() if p.requires_grad]


def _buffers(module: Any) -> Named:
    return list(module.named_buffers()) if hasattr(module, "named_buffers") else []


def _leaves(value: Any, keep: bool = False) -> Iterator[Any]:
    """What is in nested tuples, lists and dicts; and these too, if `keep`."""
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list, tuple, set)):
        if keep:
            yield value
        for part in parts:
            yield from _leaves(part, keep)
    else:
        yield value


def _is_array(value: Any) -> bool:
    return isinstance(value, (Tensor, np.ndarray))


def _copied(value: Any) -> Any:
    """A tensor or array that nothing else holds; anything else as it is."""
    if isinstance(value, Tensor) or (_is_array(value) and value.dtype.kind == "f"):
        return Tensor(value)
    return np.array(value) if isinstance(value, np.ndarray) else value


def _alike(xs: Sequence[Array], ys: Sequence[Array]) -> bool:
    return len(xs) == len(ys) and all(map(same, xs, ys))
