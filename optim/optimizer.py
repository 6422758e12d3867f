"""`Optimizer`: what all of them share, which is everything but the formula.

An update is written for plain arrays and does all its work in place. The base class brings it each
parameter's array and gradient, what it keeps beside them, and scratch memory; a large parameter
comes a few rows at a time, so that all passes of a formula over them find them in cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autodiff.tensor import Tensor

FloatArray: TypeAlias = NDArray[np.floating[Any]]
Group: TypeAlias = dict[str, Any]

BLOCK = 1 << 16
"""Elements of a parameter worked on at once: a handful of such arrays fit a core's own cache."""


class Slot:
    """What an optimizer keeps beside one parameter.

    Attributes
    ----------
    step
        Updates so far.
    moments
        Arrays shaped as the parameter (its momentum, ...), named by `Optimizer.moments`.
    scratch
        Memory for as much of the parameter as is worked on at once. It and the moments are float32
        for a float16 parameter, whose squared gradients would underflow; else of its dtype.
    """

    __slots__ = ("moments", "rows", "scratch", "step")

    def __init__(self, array: FloatArray) -> None:
        self.step = 0
        self.moments: tuple[FloatArray, ...] = ()
        self.rows = 0  # at a time; 0: the whole parameter
        if array.size > BLOCK and array.ndim:
            self.rows = max(1, BLOCK * len(array) // array.size)
        shape = (self.rows, *array.shape[1:]) if self.rows else array.shape
        self.scratch = np.empty(shape, np.promote_types(array.dtype, np.float32))

    def extend(self, array: FloatArray, count: int) -> None:
        """Have at least `count` moments."""
        new = [np.zeros_like(array, self.scratch.dtype) for _ in range(len(self.moments), count)]
        self.moments += tuple(new)


class Optimizer:
    """Base of the optimizers: parameters in groups, their gradients, and a state to save.

    A subclass defines `update`, and, if it keeps arrays beside the parameters, `moments`.

    Parameters
    ----------
    params
        Tensors, as ``model.parameters()`` gives them; or groups of them with options of their own:
        ``[{"params": [...], "lr": 0.1}, {"params": [...]}]``.
    defaults
        The options of a group that doesn't give its own.

    Attributes
    ----------
    param_groups
        The groups: dicts of "params" and the options, which may be changed between steps.

    Raises
    ------
    ValueError
        If there are no parameters, one comes twice, or an option is unknown or out of range.
    TypeError
        If something is not a tensor, or requires no grad, or is not a leaf.
    """

    def __init__(self, params: Iterable[Tensor] | Iterable[Group], defaults: Group) -> None:
        self.defaults = defaults
        self.param_groups: list[Group] = []
        self._slots: dict[Tensor, Slot] = {}
        if isinstance(params, Tensor):
            raise TypeError(f"{self._name}: expected several tensors, got one: put it into a list")
        given = list(params)
        if not given:
            raise ValueError(
                f"{self._name}: expected parameters, got none: has the model any, and was the "
                f"iterator it gave used up before?"
            )
        grouped = [part for part in given if isinstance(part, dict)]
        if grouped and len(grouped) < len(given):
            raise TypeError(f"{self._name}: expected tensors or groups, got both")
        for group in grouped or [{"params": given}]:
            self.add_param_group(group)

    @property
    def _name(self) -> str:
        return type(self).__name__

    # --- what a subclass defines ---

    def update(
        self,
        group: Group,
        step: int,
        p: FloatArray,
        g: FloatArray,
        moments: Sequence[FloatArray],
        scratch: FloatArray,
    ) -> None:
        """Change `p` in place, given its gradient `g`, which stays as it is.

        Parameters
        ----------
        group
            The options.
        step
            Which update of this parameter it is: 1, 2, ...
        p, g
            The parameter and its gradient: arrays of one shape, or some rows of both.
        moments
            The same part of each array that `moments` names, to be changed in place.
        scratch
            An array of that shape to work in, of arbitrary values. It has the dtype of `g` and of
            the moments, which is that of `p` but for float16 (see `Slot`).
        """
        raise NotImplementedError(f"{self._name} has no update(): define it")

    def moments(self, group: Group) -> Sequence[str]:
        """Names of the arrays to keep beside each parameter of the group; they start as zeros."""
        return ()

    def check(self, group: Group) -> None:
        """Raise ValueError if an option of a new group is out of range."""

    # --- what users call ---

    def add_param_group(self, group: Group) -> None:
        """Add parameters with options of their own.

        Parameters
        ----------
        group
            ``{"params": tensors, ...}``; options it lacks are the defaults.

        Raises
        ------
        ValueError, TypeError
            As for the constructor; nothing has been added then.
        """
        if "params" not in group or (unknown := sorted(set(group) - {"params", *self.defaults})):
            problem = f"unknown {', '.join(unknown)}" if "params" in group else "no 'params'"
            raise ValueError(
                f"{self._name}: expected a group of 'params' and options among "
                f"{', '.join(self.defaults)}; got {problem}"
            )
        params = group["params"]
        tensors = [params] if isinstance(params, Tensor) else list(params)
        whole = {**self.defaults, **group, "params": tensors}
        seen = {id(p) for other in self.param_groups for p in other["params"]}
        for i, p in enumerate(tensors):
            self._refuse_unfit(p, i)
            if id(p) in seen:
                raise ValueError(f"{self._name}: parameter {_shown(p, i)} comes twice")
            seen.add(id(p))
        self.check(whole)
        self.param_groups.append(whole)

    def _refuse_unfit(self, p: Any, i: int) -> None:
        if not isinstance(p, Tensor):
            raise TypeError(f"{self._name}: expected tensors, got {type(p).__name__} at {i}")
        if not p.requires_grad:
            raise TypeError(
                f"{self._name}: parameter {_shown(p, i)} requires no grad, so no gradient would "
                f"ever reach it: set requires_grad=True, or leave it out"
            )
        if not p.is_leaf:
            raise TypeError(
                f"{self._name}: parameter {_shown(p, i)} was computed from others: pass those, or "
                f"detach() it first"
            )

    def zero_grad(self) -> None:
        """Set the ``.grad`` of every parameter to None, so that the next backward starts anew."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        """Update every parameter that has a gradient, in place.

        A graph recorded before, whose backward would need the old values, raises when asked for
        it.

        Raises
        ------
        ValueError
            If an option was set to what the constructor refuses; nothing has been changed then.

        Notes
        -----
        An interrupt in the middle (Ctrl-C) may leave some parameters updated and others not, and
        one in part: what is in memory is then no point of the training. Go on from a saved state.
        """
        for group in self.param_groups:
            self.check(group)
        for group in self.param_groups:
            wanted = len(self.moments(group))
            for p in group["params"]:
                grad = p.grad
                if grad is None:
                    continue
                array, g = p.overwrite(), grad.data
                slot = self._slots.get(p)
                if slot is None:
                    slot = self._slots[p] = Slot(array)
                if len(slot.moments) < wanted:
                    slot.extend(array, wanted)
                if g.dtype is not slot.scratch.dtype:
                    g = g.astype(slot.scratch.dtype)
                step = slot.step + 1
                if slot.rows:
                    for start in range(0, len(array), slot.rows):
                        rows = slice(start, start + slot.rows)
                        part, moments = array[rows], [moment[rows] for moment in slot.moments]
                        self.update(group, step, part, g[rows], moments, slot.scratch[: len(part)])
                else:
                    self.update(group, step, array, g, slot.moments, slot.scratch)
                slot.step = step

    # --- its state, as plain data ---

    def state_dict(self) -> dict[str, Any]:
        """All that a later optimizer needs to go on exactly where this one is.

        Returns
        -------
        dict
            "state": for the number of each parameter that has been updated its "step" and the
            arrays kept beside it, copied; "param_groups": the options, with numbers for "params".
            Parameters are numbered from 0 in the order of the groups.
        """
        state: dict[int, dict[str, Any]] = {}
        groups: list[Group] = []
        for group, numbers in self._numbered():
            groups.append({**group, "params": numbers})
            for number, p in zip(numbers, group["params"], strict=True):
                slot = self._slots.get(p)
                if slot is not None:
                    kept = zip(self.moments(group), slot.moments, strict=False)
                    arrays = {name: np.array(moment) for name, moment in kept}
                    state[number] = {"step": slot.step, **arrays}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a saved state, options included.

        Parameters
        ----------
        state_dict
            As `state_dict` gives it, of an optimizer of the same class with as many parameters, of
            the same shapes, in the same groups.

        Raises
        ------
        ValueError
            If it doesn't fit; nothing has been changed then.
        """
        if not {"state", "param_groups"} <= set(state_dict):
            raise self._unfit("'state' and 'param_groups'", sorted(map(str, state_dict)))
        groups, state = list(state_dict["param_groups"]), dict(state_dict["state"])
        sizes = [len(group["params"]) for group in self.param_groups]
        if [len(group["params"]) for group in groups] != sizes:
            got = [len(group["params"]) for group in groups]
            raise self._unfit(f"groups of {sizes} parameters", got)
        slots: dict[Tensor, Slot] = {}
        for (own, numbers), new in zip(self._numbered(), groups, strict=True):
            if set(new) != set(own):
                raise self._unfit(f"the options {sorted(own)}", sorted(new))
            self.check({**new, "params": own["params"]})
            for number, saved, p in zip(numbers, new["params"], own["params"], strict=True):
                if saved in state:
                    slots[p] = self._loaded(number, state.pop(saved), p, self.moments(new))
        if state:
            raise self._unfit("state of its own parameters", f"also that of {sorted(state)}")
        self._slots = slots
        for own, new in zip(self.param_groups, groups, strict=True):
            own.update({key: value for key, value in new.items() if key != "params"})

    def _loaded(
        self, number: int, saved: Mapping[str, Any], p: Tensor, names: Sequence[str]
    ) -> Slot:
        if set(saved) != {"step", *names}:
            raise self._unfit(f"{['step', *names]} for parameter {number}", sorted(saved))
        slot = Slot(p.data)
        slot.step = int(saved["step"])
        slot.moments = tuple(np.array(saved[name], slot.scratch.dtype) for name in names)
        for name, moment in zip(names, slot.moments, strict=True):
            if moment.shape != p.shape:
                raise self._unfit(f"{name} of shape {p.shape} for parameter {number}", moment.shape)
        return slot

    def _unfit(self, expected: str, got: Any) -> ValueError:
        return ValueError(f"{self._name}.load_state_dict: expected {expected}, got {got}")

    def _numbered(self) -> Iterator[tuple[Group, list[int]]]:
        """The groups with the numbers of their parameters."""
        start = 0
        for group in self.param_groups:
            end = start + len(group["params"])
            yield group, list(range(start, end))
            start = end

    def __repr__(self) -> str:
        shown = [
            ", ".join(f"{k}={v}" for k, v in group.items() if k != "params")
            + f"; {len(group['params'])} parameters"
            for group in self.param_groups
        ]
        return f"{self._name}({' | '.join(shown)})"


def _shown(p: Tensor, i: int) -> str:
    return f"{i} ({p.name or 'unnamed'}, {p.dtype} {p.shape})"


@lru_cache(maxsize=128)
def constants(dtype: np.dtype[Any], *values: float) -> tuple[FloatArray, ...]:
    """Numbers as 0-d arrays of a dtype: NumPy computes with these faster than with Python's.

    Examples
    --------
    >>> constants(np.dtype("float32"), 0.5)
    (array(0.5, dtype=float32),)
    """
    return tuple(np.array(value, dtype) for value in values)


def in_range(owner: str, name: str, value: Any, low: float, below: float = np.inf) -> None:
    """Raise unless `value` is a number and ``low <= value < below``.

    Examples
    --------
    >>> in_range("SGD", "lr", -0.1, 0.0)
    Traceback (most recent call last):
        ...
    ValueError: SGD: expected lr of at least 0.0, got -0.1
    """
    if not isinstance(value, (int, float, np.floating, np.integer)):
        raise TypeError(f"{owner}: expected {name} to be a number, got {value!r}")
    if not low <= value < below:
        limit = "" if below == np.inf else f" and below {below}"
        raise ValueError(f"{owner}: expected {name} of at least {low}{limit}, got {value}")
