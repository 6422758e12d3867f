"""What is probably the cause of a derivative that is not what it should be.

The graph is data, so every op of a long function can be checked alone, and the one with the wrong
rule is named, with the relation of its gradient to the right one (told by `relations`). If every op
is right, something is wrong between them: flows that are not added up, or a value that was computed
outside of the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, TypeAlias

import numpy as np

from autodiff.testing.checks.given import GradientCheckError, NonDifferentiableError, told_apart
from autodiff.testing.checks.point import alone
from autodiff.testing.checks.precision import PrecisionError
from autodiff.testing.checks.relations import Elements, SlopeError, recognised
from autodiff.testing.checks.traces import (
    Alone,
    lost_flow,
    moving_constant,
    ops_alone,
    writing_rule,
)

OPS_TRIED = 300
"""How many ops of a graph are checked alone."""

Tried: TypeAlias = Callable[[Alone, int], Any]
"""Checks an op alone, in the same modes up to an order; what is wrong with it, or None."""


def explained(fault: SlopeError, tried: Tried) -> GradientCheckError:
    """The error about a fault: where it is, how large, and what is probably its cause.

    Parameters
    ----------
    fault
        What was found.
    tried
        Checks an op alone.
    """
    at, i, n = fault.at, fault.i, fault.numerical
    found = Elements(fault)
    flat = int(np.argmax(np.abs(found.computed - found.numerical)))
    if found.kinks[flat]:
        return NonDifferentiableError(at.kink(i, n, fault.v))
    if n.exact:
        hidden = at.hidden_kink(i, fault.v, abs(fault.computed - n.value) / 4)
        if hidden is not None:
            return NonDifferentiableError(at.kink(i, hidden, fault.v))
    worst = tuple(map(int, np.unravel_index(found.flat[flat], at.xs[i].shape)))
    how = "complex step" if n.exact else f"± {n.error:.1g}"
    lines = [
        f"wrong derivative: {at.name(fault.mode)}, {at.argument(i)}",
        f"  along a random direction: {_compared(fault.computed, n.value, f' ({how})')}",
        f"  worst element {worst}: {_compared(found.computed[flat], found.numerical[flat])}",
    ]
    try:
        cause = _cause(fault, found, tried)
    except Exception:  # the hint fails where `f` can't be computed again: the finding stands
        cause = None
    if cause is not None:
        lines.append(f"  probably: {cause}")
    return GradientCheckError("\n".join(lines))


def _compared(computed: float, numerical: float, how: str = "") -> str:
    size = max(abs(computed), abs(numerical))
    relative = abs(computed - numerical) / size if size else 0.0
    one, other = told_apart(computed, numerical)
    return f"computed {one}, numerical {other}{how}, relative error {relative:.2g}"


def located(loss: PrecisionError, tried: Tried) -> GradientCheckError:
    """The error about a loss of precision, with the op that it comes from."""
    text = str(loss)
    wrong = _first_wrong(loss.at.root, loss.at.xs, len(loss.at.path) + 1, tried)
    if wrong is not None:
        op, found = wrong
        text += (
            f"\n  probably: the rule of op {op.op.name!r} for its argument {op.names[found.i]} "
            f"loses digits: does it subtract what is almost equal, or compute in a lower precision?"
        )
    return GradientCheckError(text)


def _first_wrong(
    f: Callable[..., Any], xs: Any, order: int, tried: Tried
) -> tuple[Alone, Any] | None:
    """The first op of `f`, in the order of computation, whose rule is wrong, and what is."""
    for op in islice(ops_alone(f, xs), OPS_TRIED):
        found = tried(op, order)
        if found is not None:
            return op, found
    return None


def _cause(fault: SlopeError, found: Elements, tried: Tried) -> str | None:
    at = fault.at
    wrong = _first_wrong(at.f, at.xs, 1, tried)  # in the derivative, if it is one
    if wrong is None and at.path:
        wrong = _first_wrong(at.root, at.xs, len(at.path) + 1, tried)
    if wrong is not None:
        op, inside = wrong
        what = recognised(inside, Elements(inside))
        again = " where it is differentiated again" if inside.at.path else ""
        return (
            f"the rule of op {op.op.name!r} for its argument {op.names[inside.i]} is wrong{again}"
            f"{f': {what}' if what else ''}"
        )
    writer = writing_rule(at.f, at.xs)
    if writer is not None:
        return (
            f"the rule of op {writer.name!r} writes to its cotangent g, or to a value that was "
            f"saved: it should compute in memory of its own"
        )
    lost = lost_flow(at.f, at.xs, at.us) if fault.mode == "reverse" else None
    if lost is not None:
        return lost
    moved = [x + 1e-3 * dx for x, dx in zip(at.xs, alone(fault.v, fault.i, at.xs), strict=True)]
    constant = moving_constant(at.f, at.xs, moved)
    if constant is not None:
        holder, name = constant
        return (
            f"a variable is treated as a constant: op {holder.name!r} takes for its argument "
            f"{name} what depends on {at.names[fault.i]}, but was detached, or computed outside of "
            f"the graph (.data, numpy(), no_grad)"
        )
    return recognised(fault, found)
