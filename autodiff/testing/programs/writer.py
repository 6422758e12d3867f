"""How a random program is written: what was computed so far, and operands that fit the next op."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from autodiff.tensor import Tensor
from autodiff.testing.drawing import Array, Domain, Draw, Shape, st
from autodiff.testing.programs.language import Call, Expression, Let, Ref, Statement, execute

WIDE = (-3.0, 3.0)
"""What values are in, where an op doesn't ask for less."""
LARGEST = 48
"""How many elements a value may have."""
GAP = 1e-3
"""How far values are from kinks, and from each other where ties matter."""
CHOICES = st.integers(0, 119)
SEEDS = st.integers(0, 2**16)
PLACES = st.integers(0, 15)
SHAPES = st.lists(st.integers(1, 3), max_size=3).map(tuple)


class Writer:
    """A program that is being written, and the value of every name.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    dtype
        Of all arrays.

    Attributes
    ----------
    inputs, statements
        Of the `Program` so far.
    values
        Tensors by name, computed as the statements say.
    """

    def __init__(self, draw: Draw, dtype: np.dtype[Any]) -> None:
        self.draw, self.dtype = draw, dtype
        self.inputs: dict[str, Array] = {}
        self.statements: list[Statement] = []
        self.values: dict[str, Tensor] = {}

    def __getitem__(self, x: Any) -> Array:
        """The value of a name, or a constant itself."""
        return self.values[x.name].data if isinstance(x, Ref) else np.asarray(x)

    def choose(self, *options: Any) -> Any:
        """One of the options; failures shrink to the first.

        The draw is the same for any number of options, so that what is drawn later still fits when
        there are fewer of them.
        """
        return options[self.draw(CHOICES) % len(options)]

    # --- operands ---

    def array(self, shape: Shape, domain: Domain = WIDE) -> Array:
        """Numbers of few decimals, no two of which are the same, or opposite.

        Each array has a seed of its own: it stays as it is when statements before it shrink away.
        """
        low, high = domain
        rng = np.random.default_rng(self.draw(SEEDS))
        ranks = 1 + rng.choice(2999, shape, replace=False)
        if low < 0:
            values = (low + high) / 2 + (high - low) / 6000 * ranks * rng.choice([-1, 1], shape)
        else:
            values = low + (high - low) / 3000 * ranks
        return np.asarray(np.round(values, 4), self.dtype)

    def input(self, shape: Shape, domain: Domain = WIDE) -> Ref:
        """A new input of the program."""
        name = f"x{len(self.inputs)}"
        self.inputs[name] = self.array(shape, domain)
        self.values[name] = Tensor(self.inputs[name], requires_grad=True)
        return Ref(name)

    def pick(
        self,
        fits: Callable[[Shape], bool] = lambda shape: True,
        new: Shape | None = None,
        domain: Domain = WIDE,
        smooth: Callable[[Array], bool] = lambda x: True,
    ) -> Ref:
        """A value whose shape `fits`, brought into `domain`, where the op is `smooth`.

        One that is there, or a new input: of shape `new`, by default any that fits.
        """
        found = [Ref(name) for name, value in self.values.items() if fits(value.shape)]
        found = [x for x in found if smooth(self[x])]
        if found and self.choose(True, True, True, False):
            place = self.draw(PLACES)  # beyond the end the last, so that programs go deep
            x = self.within(found[min(place, len(found) - 1)], domain)
            if smooth(self[x]):
                return x
        if new is None:
            new = self.draw(SHAPES.filter(fits))
        return self.input(new, domain)

    def operand(
        self, fits: Callable[[Shape], bool], new: Shape, domain: Domain = WIDE
    ) -> Expression:
        """As `pick`, or a constant array."""
        if self.choose(False, False, False, True):
            return self.array(new, domain)
        return self.pick(fits, new, domain)

    def within(self, x: Ref, domain: Domain) -> Ref:
        """`x`, or after a statement that brings it there a value in the domain."""
        (low, high), size = domain, float(np.abs(self[x]).max(initial=0))
        if low <= self[x].min(initial=high) and self[x].max(initial=low) <= high:
            return x
        scaled: Any = x
        if size > WIDE[1]:
            scaled = Call("divide", (x, float(10.0 ** np.ceil(np.log10(size / WIDE[1])))))
        if domain != WIDE:
            share = Call("multiply", (round(high - low, 4), Call("sigmoid", (scaled,))))
            scaled = Call("add", (low, share))
        return self.let(scaled)

    # --- statements ---

    def let(self, value: Expression, recorded: bool = True) -> Ref:
        """A new name for the value of an expression."""
        name = f"v{sum(isinstance(statement, Let) for statement in self.statements)}"
        self.add(Let(name, value, recorded))
        return Ref(name)

    def try_to_let(self, value: Expression, recorded: bool = True) -> None:
        """As `let`, but not if the value is large, in its numbers or in their number."""
        made = self[x := self.let(value, recorded)]
        if not (0 < made.size <= LARGEST and made.ndim <= 5 and np.abs(made).max() <= 1e3):
            del self.values[x.name], self.statements[-1]

    def add(self, statement: Statement) -> None:
        """Append a statement, and compute it."""
        execute([statement], self.values)
        self.statements.append(statement)


# --- what shapes fit ---


def ranked(least: int = 1, most: int = 5) -> Callable[[Shape], bool]:
    """Those with so many axes."""
    return lambda shape: least <= len(shape) <= most


def equal_to(wanted: Shape) -> Callable[[Shape], bool]:
    """This one."""
    return lambda shape: shape == wanted


def square(shape: Shape) -> bool:
    """Those of square matrices, of three rows at most."""
    return len(shape) == 2 and shape[0] == shape[1] <= 3


def broadcasting(other: Shape) -> Callable[[Shape], bool]:
    """Those that broadcast with another to no more than a value may have."""

    def fits(shape: Shape) -> bool:
        sides = zip(reversed(shape), reversed(other), strict=False)
        if not all(m == n or 1 in (m, n) for m, n in sides):
            return False
        return prod(np.broadcast_shapes(shape, other)) <= LARGEST

    return fits


def within(other: Shape) -> Callable[[Shape], bool]:
    """Those that broadcast to another."""
    return lambda shape: broadcasting(other)(shape) and np.broadcast_shapes(shape, other) == other


# --- where ops are smooth ---


def apart(x: Array) -> bool:
    """No two elements are nearly the same."""
    return x.size < 2 or bool(np.diff(np.sort(x, None)).min() > GAP)


def away(*points: float) -> Callable[[Array], bool]:
    """No element is near one of the points."""
    return lambda x: all(np.abs(x - point).min(initial=1) > GAP for point in points)


def off_steps(first: float) -> Callable[[Array], bool]:
    """No element is near a whole number and `first`."""
    return lambda x: away(0)(x - first - np.round(x - first))


def scattered(x: Array, axis: Any) -> bool:
    """Along the axes the elements differ, so that their deviation is smooth."""
    return bool(x.ndim and np.std(x, axis=axis).min(initial=1) > 0.05)
