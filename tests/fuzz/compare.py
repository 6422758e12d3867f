"""What is compared, and how nearly it has to agree.

An engine gives for a program its values, the gradient of a random projection of these, and the
gradient of a random projection of that. Two engines round differently, and a program may make much
of it: how much is measured, by runs in which every value is changed by a few units in its last
place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, TypeAlias

import numpy as np

import autodiff as ad
from autodiff import Tensor, gradients, jvp, vjp
from autodiff.graph import replay
from autodiff.testing.programs import Program
from tests.fuzz import naive
from tests.fuzz.naive import Noise

Results: TypeAlias = dict[str, Any]
Engine: TypeAlias = Callable[[Program, Noise | None], Results]

ROUNDING = 4
"""By how many units in the last place a noisy run changes the result of a statement."""
RUNS = 3
MARGIN = 30
"""How many times larger than what noise does a difference is that means something."""
LEAST = 1000
"""How many units in the last place, of the largest number (or of 1), are rounding anyway."""


# --- tolerance ---


def flat(arrays: Sequence[Any]) -> Any:
    """All numbers, one after the other."""
    return np.concatenate([np.zeros(0), *map(np.ravel, arrays)])


def weights(like: Sequence[Any], seed: int) -> list[Any]:
    """Random numbers to project arrays with, none of them small."""
    rng = np.random.default_rng(seed)
    return [rng.choice([-1, 1], np.shape(x)) * rng.uniform(0.5, 1, np.shape(x)) for x in like]


def eps_of(program: Program) -> float:
    return float(np.finfo(next(iter(program.inputs.values())).dtype).eps)


class Tolerance:
    """How far from an engine's results those of another may be.

    Parameters
    ----------
    engine, program
        Whose results, of what. They are computed here, with noise too.
    """

    def __init__(self, engine: Engine, program: Program) -> None:
        self.eps = eps_of(program)
        self.wanted = engine(program, None)
        self.noisy = [engine(program, Noise(i, ROUNDING * self.eps)) for i in range(RUNS)]

    def check(self, name: str, found: Any) -> None:
        """Raise AssertionError if these are not the engine's results, but for rounding."""
        wanted = self.wanted[name]
        assert np.shape(found) == np.shape(wanted), f"{name}: {np.shape(found)}"
        spread = max(np.nanmax(np.abs(run[name] - wanted), initial=0) for run in self.noisy)
        allowed = MARGIN * spread + LEAST * self.eps * np.abs(wanted).max(initial=1)
        error = np.abs(found - wanted).max(initial=0)
        assert error <= allowed, (
            f"{name} differs by {error:.3g}, rounding explains {allowed:.3g}:\n{found}\n{wanted}"
        )


def agrees_with(engine: Engine, program: Program) -> None:
    """Raise AssertionError if another engine's results differ from this library's."""
    tolerance = Tolerance(engine, program)
    found = ours(program)
    for name in tolerance.wanted:
        tolerance.check(name, found[name])


# --- engines ---


def by_dual_numbers(program: Program, noise: Noise | None) -> Results:
    """The naive engine. Its gradient is its dense Jacobian, projected."""
    values, jacobian = naive.values_and_jacobian(program, noise)
    outputs = program(*map(Tensor, program.inputs.values()))  # whose shapes alone are asked for
    return {"values": values, "gradient": flat(weights(outputs, 0)) @ jacobian}


def variables(program: Program) -> list[Tensor]:
    """The inputs, to be differentiated by."""
    return [Tensor(x, requires_grad=True) for x in program.inputs.values()]


def ours(program: Program, noise: Noise | None = None) -> Results:
    """This library: walked backward, and what that recorded walked backward again."""
    xs = variables(program)
    ys = program(*xs) if noise is None else program.run(xs, call, assign, noisily(noise))
    first = pulled(ys, xs, 0)
    second = pulled(first, xs, 1)
    return {
        "values": numbers(ys),
        "gradient": numbers(first),
        "slope": numbers(first) @ flat(weights(first, 1)),
        "second derivative": numbers(second),
    }


def numbers(xs: Sequence[Tensor]) -> Any:
    return flat([x.detach().numpy() for x in xs])


def pulled(ys: Sequence[Tensor], xs: Sequence[Tensor], seed: int) -> Sequence[Tensor]:
    """The gradient of a projection of `ys`; zeros if none of them is recorded."""
    projected = [(y, u) for y, u in zip(ys, weights(ys, seed), strict=True) if y.requires_grad]
    if not projected:
        return [Tensor(np.zeros(x.shape, x.dtype)) for x in xs]
    live, us = zip(*projected, strict=True)
    found: Sequence[Tensor] = gradients(live, xs, us, create_graph=True)
    return found


def call(op: str, *args: Any, **params: Any) -> Any:
    """An op by its name in this library."""
    if op == "detach":
        return args[0].detach()
    if op == "getitem" and isinstance(args[0], (tuple, list)):
        return args[0][args[1]]
    return reduce(getattr, op.split("."), ad)(*args, **params)


def assign(x: Tensor, key: Any, value: Any) -> Tensor:
    return ad.setitem(x, value, key)


def noisily(noise: Noise) -> Callable[[Any], Any]:
    return lambda x: x * np.asarray(np.real(noise(np.ones(x.shape))), x.dtype)


# --- this library against itself ---


def agrees_with_itself(program: Program) -> None:
    """Raise AssertionError if two ways of this library to the same numbers differ."""
    tolerance = Tolerance(ours, program)
    check = tolerance.check
    inputs = [x.copy() for x in program.inputs.values()]
    ws = weights(inputs, 1)

    constants = program(*map(Tensor, inputs))
    check("values", numbers(constants))
    assert not any(y.requires_grad for y in constants), "constants are recorded"
    us = weights(constants, 0)

    values, slopes = jvp(program, inputs, ws)
    check("values", numbers(values))
    check("slope", numbers(slopes) @ flat(us))
    check("gradient", numbers(vjp(program, *inputs)[1](*us)))
    _, bent = jvp(lambda *xs: vjp(program, *xs)[1](*us), inputs, ws)
    check("second derivative", numbers(bent))

    _walked_twice(program, us, check)
    for x, before in zip(program.inputs.values(), inputs, strict=True):
        assert np.array_equal(x, before), "an input was written to"


def _walked_twice(program: Program, us: Sequence[Any], check: Callable[..., None]) -> None:
    """`backward` again and again adds the same; then the graph still tells its values."""
    xs = variables(program)
    ys = program(*xs)
    live = [(y, u) for y, u in zip(ys, us, strict=True) if y.requires_grad]
    if not live:
        return
    loss = ad.concat([ad.ravel(y * Tensor(u, dtype=y.dtype)) for y, u in live]).sum()
    loss.backward(retain_graph=True)
    once = [np.zeros(x.shape) if x.grad is None else x.grad.numpy().copy() for x in xs]
    check("gradient", flat(once))
    loss.backward()
    for x, g in zip(xs, once, strict=True):
        assert x.grad is None or np.array_equal(x.grad.numpy(), 2 * g), "twice is not two times"
    copies, values = replay([y._node for y, _ in live])
    replayed = [values[copies[y._node]] if y.requires_grad else y.numpy() for y in ys]
    check("values", flat(replayed))
